//! `test`: plays stories and compares their traces with their snapshots. Nothing here can reach the host (rule W2).

use super::args::{self, TestArgs, World};
use super::desk::Desk;
use crate::command::SessionError;
use crate::repl::{Printer, env};
use crate::scenario::{Environment, Explore, PlayOptions, TestOptions, run_explore, run_tests};
use std::io::Write;
use std::path::PathBuf;

/// `weft test [PATH|GLOB…]`.
pub fn test(desk: &Desk, args: &TestArgs) -> i32 {
    if desk.flags.world.world == Some(World::Host) {
        let error = SessionError::failed("`test` never reaches this host");
        return desk.refuse(&error.with_hint("leave --world out; stories have simulated machines"));
    }
    let standard = PlayOptions::default();
    let options = TestOptions {
        base: PathBuf::from("."),
        paths: args.paths.clone(),
        accept: args.accept,
        list: args.list,
        play: PlayOptions {
            jobs: desk.flags.world.jobs.map_or(standard.jobs, usize::from),
            seed: desk.flags.world.seed,
            check_plan: args.check_plan,
        },
        junit: args.junit.clone(),
        json: desk.json(),
        environment: Environment {
            ci: env::var("CI").is_some(),
            github: env::text("GITHUB_ACTIONS").is_some_and(|yes| yes == "true"),
        },
    };
    let mut results = Results(&desk.printer);
    match args.explore {
        None => run_tests(&options, &mut results),
        Some(what) => run_explore(&options, explored(what), &args.replays, &mut results),
    }
}

fn explored(what: args::Explored) -> Explore {
    match what {
        args::Explored::Crash => Explore::Crash,
        args::Explored::Faults => Explore::Faults,
        args::Explored::Order => Explore::Order,
    }
}

/// Results as the printer prints them.
struct Results<'a>(&'a Printer);

impl Write for Results<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        match self.0.style().json {
            true => self.0.raw(&text),
            false => self.0.result(&text),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
