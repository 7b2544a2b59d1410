//! Faults that wait for their call: which call, which path or name, how often, and what goes wrong.

use super::commands::glob;

/// The calls that `write` means.
pub(super) const WRITES: [&str; 7] = [
    "put",
    "make_dir",
    "make_link",
    "remove",
    "exchange",
    "set_mode",
    "set_owner",
];

/// A fault, armed by a story (`sim fail`) or a driver. It waits until `after` matching calls have passed, then strikes
/// `times` times, and is gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultRule {
    /// The call's word (`stat read list put make_dir make_link remove exchange set_mode set_owner run ask fetch service act
    /// pause random`), or `*`, or `write` for any that changes a file.
    pub call: String,
    /// A pattern (`*` for anything) for the call's path, command line, URL or unit.
    pub on: String,
    /// How many matching calls pass before it strikes.
    pub after: u64,
    /// How many calls it strikes; 0 means every one from then on.
    pub times: u64,
    /// What goes wrong.
    pub what: FaultKind,
}

/// What goes wrong in a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FaultKind {
    /// An input or output error.
    Io,
    /// No space left.
    NoSpace,
    /// Permission denied, to root as well (an immutable file, a security module).
    Denied,
    /// The place turns out to be read-only.
    ReadOnly,
    /// The connection breaks.
    Net,
    /// The call does not return before the attempt's time is over.
    Hang,
    /// A command does the first half of its work and ends with status 1; any other call errs.
    Fails,
    /// The machine's process dies before the call does anything.
    Crash,
    /// The process dies right after the call did its work.
    CrashAfter,
}

impl FaultRule {
    /// `what` at the next matching call, once.
    pub fn next(call: &str, on: &str, what: FaultKind) -> FaultRule {
        FaultRule {
            call: call.to_owned(),
            on: on.to_owned(),
            after: 0,
            times: 1,
            what,
        }
    }

    fn matches(&self, call: &str, on: &str) -> bool {
        let write = self.call == "write" && WRITES.contains(&call);
        (write || self.call == "*" || self.call == call) && glob(&self.on, on)
    }

    /// The same, after so many matching calls.
    pub fn after(self, after: u64) -> FaultRule {
        FaultRule { after, ..self }
    }
}

/// Which of `rules` strikes this call, if any; all that match have counted it.
pub(super) fn strike(rules: &mut Vec<FaultRule>, call: &str, on: &str) -> Option<FaultKind> {
    let mut struck = None;
    rules.retain_mut(|rule| {
        if !rule.matches(call, on) {
            return true;
        }
        if rule.after > 0 {
            rule.after -= 1;
            return true;
        }
        if struck.is_some() {
            return true;
        }
        struck = Some(rule.what);
        match rule.times {
            0 => true,
            times => {
                rule.times = times - 1;
                times > 1
            }
        }
    });
    struck
}
