//! The pager: for a result that is longer than the terminal.

use super::{Style, env, size};
use std::io::Write;
use std::process::{Command, Stdio};

/// Shows a text in the pager if it is longer than the terminal. False: it was not shown.
pub fn page(text: &str, style: &Style) -> bool {
    if !style.draws || !style.asks || style.json {
        return false;
    }
    let rows = size().map_or(usize::MAX, |size| size.1);
    text.lines().count() >= rows && show(text)
}

fn show(text: &str) -> bool {
    let own = env::text("PAGER").and_then(|line| shell_words::split(&line).ok());
    let argv = own
        .filter(|argv| !argv.is_empty())
        .unwrap_or_else(|| vec!["less".into(), "-RX".into()]);
    let Some((program, args)) = argv.split_first() else {
        return false;
    };
    let started = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut pager) = started else {
        return false;
    };
    if let Some(mut input) = pager.stdin.take() {
        // A pager that was left early has seen enough.
        let _ = input.write_all(text.as_bytes());
    }
    pager.wait().is_ok()
}
