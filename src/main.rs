//! Parse, run, exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    match weft::cli::parse(std::env::args_os()) {
        Ok(cli) => weft::cli::run(cli),
        Err(code) => code,
    }
}
