//! Parse, run, exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use weft::world::host::{SUPERVISE, supervise};

fn main() -> ExitCode {
    // Before all else: it is started for every command.
    if std::env::args_os().skip(1).eq([SUPERVISE]) {
        return supervise();
    }
    match weft::cli::parse(std::env::args_os()) {
        Ok(cli) => weft::cli::run(cli),
        Err(code) => code,
    }
}
