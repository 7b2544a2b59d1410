//! What is written on standard error, beside results. While a screen has the terminal it is told to that screen instead, which it
//! would only spoil.

use super::terminal::stderr_is_terminal;
use std::io::{Result, Write, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who is told what would be written.
pub type Instead = Box<dyn Fn(&str) + Send>;

static INSTEAD: Mutex<Option<Instead>> = Mutex::new(None);

/// From now on this is told what would be written on standard error, if that is a terminal; or nobody any longer.
pub fn tell_instead(instead: Option<Instead>) {
    *told() = instead.filter(|_| stderr_is_terminal());
}

/// Writes on standard error, or tells who is told instead.
pub fn write_beside(text: &str) -> Result<()> {
    match &*told() {
        Some(instead) => instead(text),
        None => stderr().write_all(text.as_bytes())?,
    }
    Ok(())
}

fn told() -> MutexGuard<'static, Option<Instead>> {
    INSTEAD.lock().unwrap_or_else(PoisonError::into_inner)
}
