//! One aligned line an event: time, event, subject, detail. What is longer follows indented.

use std::fmt;

use crate::engine::event::{Block, Dirt, Due, Event, Tally, Wait, What};
use crate::engine::{Level, Until};
use crate::graph::FieldPath;
use crate::value::{Finding, sanitise};

/// An event as words. `Display` aligns it.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceLine {
    /// Seconds since the run's clock began, with three decimals.
    pub time: String,
    /// The event's word.
    pub word: &'static str,
    /// The vertex, or nothing.
    pub subject: String,
    /// What there is to say, in one line.
    pub detail: String,
    /// More lines: a diff, a command's last lines.
    pub more: Vec<String>,
}

impl fmt::Display for TraceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = format!(
            "{:>9}  {:<9}  {:<24}  {}",
            self.time, self.word, self.subject, self.detail
        );
        f.write_str(head.trim_end())?;
        self.more
            .iter()
            .try_for_each(|line| write!(f, "\n{:22}| {line}", ""))
    }
}

/// The lines of all events that are told at this level, each ended by a newline.
pub fn lines<'a>(events: impl IntoIterator<Item = &'a Event>, level: Level) -> String {
    let told = events
        .into_iter()
        .filter(|event| event.what.level() <= level);
    told.map(|event| format!("{}\n", line(event))).collect()
}

/// One event as words.
pub fn line(event: &Event) -> TraceLine {
    TraceLine {
        time: event.at.to_string(),
        word: word(&event.what),
        subject: event
            .subject
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        detail: detail(&event.what),
        more: more(&event.what),
    }
}

/// The word of an event, from a closed set.
pub fn word(what: &What) -> &'static str {
    match what {
        What::Command(_) => "command",
        What::Started { .. } => "start",
        What::Restarted { .. } => "restart",
        What::Killed => "killed",
        What::Noticed(_) => "event",
        What::Due(_) => "due",
        What::Ticked => "tick",
        What::Edited { .. } => "edited",
        What::Dirty(_) => "dirty",
        What::Poked => "poked",
        What::Waiting(_) => "waiting",
        What::Checking { .. } => "check",
        What::Found(_) => "drift",
        What::Applying => "apply",
        What::Ok => "ok",
        What::Changed { .. } | What::CountsAsChanged { .. } => "changed",
        What::Refreshing => "refresh",
        What::Refreshed { .. } => "refreshed",
        What::HeardByApply | What::HeardOnly(_) => "heard",
        What::Sent { .. } => "sent",
        What::Received(_) => "received",
        What::MemoDropped | What::MemoKept => "memo",
        What::Notified { .. } => "notified",
        What::WouldRefresh => "pending",
        What::Said(_) => "says",
        What::Note(_) => "note",
        What::Failed { .. } => "failed",
        What::Retrying { .. } => "retrying",
        What::NotKnown(_) => "unknown",
        What::BehindRoot => "behind",
        What::Held(_) => "held",
        What::Blocked(Block::HeldSender(_) | Block::BehindHeld(_)) => "held",
        What::Blocked(_) => "blocked",
        What::Asks(_) => "asks",
        What::Declined => "declined",
        What::Watching => "watching",
        What::WatchLost { .. } => "unwatched",
        What::Recorded { .. } => "record",
        What::Dropped { .. } => "dropped",
        What::Paused | What::Halted(_) => "paused",
        What::Continued => "continue",
        What::Stopping { .. } => "stopping",
        What::Stopped => "stopped",
        What::Converged(_) => "converged",
        What::Undurable(_) => "undurable",
    }
}

fn detail(what: &What) -> String {
    match what {
        What::Command(text) | What::Noticed(text) | What::Said(text) | What::Note(text) => {
            sanitise(text)
        }
        What::Halted(halt) => format!("after `{}`", halt.word()),
        What::HeardOnly(text) | What::NotKnown(text) | What::Undurable(text) => sanitise(text),
        What::Dropped { what } => sanitise(what),
        What::Found(findings) | What::Held(findings) | What::Asks(findings) => summary(findings),
        What::Changed {
            findings,
            said,
            may,
        } => changed(findings, said.as_deref(), *may),
        What::Refreshed { said, changed, may } => refreshed(said.as_deref(), *changed, *may),
        What::Sent {
            field,
            to,
            into,
            shown,
        } => format!("{field} -> {to}.{into}: {shown}"),
        What::Received(fields) => list(fields),
        What::Notified {
            from: Some(from),
            may: true,
            ..
        } => format!("by {from}, if that changes"),
        What::Notified {
            from: Some(from), ..
        } => format!("by {from}"),
        What::Notified { from: None, .. } => "by command".into(),
        What::Failed {
            why,
            still_running: true,
            ..
        } => format!("(still running) {}", sanitise(why)),
        What::Failed { why, .. } => sanitise(why),
        What::Retrying { tries, after } => format!("try {tries}, after {after}"),
        What::Recorded { seq, what } => format!("{seq} {what}"),
        What::WatchLost { why, poll } => format!("{}; polled every {poll}", sanitise(why)),
        What::Converged(tally) => tally_text(tally),
        What::Blocked(block) => behind(block),
        What::Waiting(wait) => waits(wait),
        other => fixed(other),
    }
}

fn fixed(what: &What) -> String {
    match what {
        What::Started {
            until,
            world,
            vertices,
        } => {
            let until = if *until == Until::Stopped {
                ", watching"
            } else {
                ""
            };
            format!(
                "{}{until}, {}",
                sanitise(world),
                count(*vertices, "resource")
            )
        }
        What::Restarted { debts, pending } => {
            format!(
                "{} and {} from before",
                count(*debts, "debt"),
                count(*pending, "notification")
            )
        }
        What::Edited {
            added,
            changed,
            removed,
        } => {
            format!("{added} added, {changed} changed, {removed} removed")
        }
        What::Due(due) => due_word(*due).into(),
        What::Dirty(dirt) => dirt_word(*dirt).into(),
        What::Checking { tries } if *tries > 0 => format!("try {tries}"),
        What::CountsAsChanged { run } => {
            format!("may have changed, run {run}, and counts as changed")
        }
        What::HeardByApply => "the apply did what a refresh would".into(),
        What::MemoDropped => "dropped".into(),
        What::MemoKept => "kept".into(),
        What::WouldRefresh => "would refresh, but for its noop".into(),
        What::BehindRoot => "comes after what needs root; planned as with rights".into(),
        What::Declined => "left as it is".into(),
        What::Stopping { now: true } => "what runs is cancelled".into(),
        What::Stopping { now: false } => "nothing new starts".into(),
        _ => String::new(),
    }
}

fn more(what: &What) -> Vec<String> {
    let lines: Vec<&String> = match what {
        What::Found(findings) | What::Held(findings) | What::Asks(findings) => details(findings),
        What::Changed { findings, .. } => details(findings),
        What::Failed { detail, .. } => detail.iter().collect(),
        _ => Vec::new(),
    };
    lines.into_iter().map(|line| sanitise(line)).collect()
}

fn details(findings: &[Finding]) -> Vec<&String> {
    findings
        .iter()
        .flat_map(|finding| &finding.detail)
        .collect()
}

fn summary(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| sanitise(&finding.line))
        .collect();
    lines.join("; ")
}

fn changed(findings: &[Finding], said: Option<&str>, may: bool) -> String {
    let text = match said {
        Some(said) => sanitise(said),
        None => summary(findings),
    };
    if may {
        format!("may change: {text}")
    } else {
        text
    }
}

fn refreshed(said: Option<&str>, changed: bool, may: bool) -> String {
    let said = said.map(sanitise).unwrap_or_default();
    match (may, changed, said.is_empty()) {
        (true, _, true) => "may".into(),
        (true, _, false) => format!("may: {said}"),
        (false, true, true) => "changed".into(),
        _ => said,
    }
}

fn list(fields: &[FieldPath]) -> String {
    fields
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn behind(block: &Block) -> String {
    match block {
        Block::Failure(key) => format!("behind {key}, which failed"),
        Block::Semaphore { name, by } => {
            format!("behind {by}, which holds the semaphore {name} and may still run")
        }
        Block::NothingSent { from, field } => format!("by {from}, which has no {field} to send"),
        Block::HeldSender(key) => format!("by the noop of {key}, which would send to it"),
        Block::Behind(key) | Block::BehindHeld(key) => format!("behind {key}"),
        Block::Declined(key) => format!("behind {key}, which was left as it is"),
    }
}

fn waits(wait: &Wait) -> String {
    match wait {
        Wait::Value { from, field } => format!("for {from}.{field}"),
        Wait::Semaphore(name) => format!("for semaphore {}", sanitise(name)),
    }
}

fn due_word(due: Due) -> &'static str {
    match due {
        Due::Retry => "its delay ended",
        Due::Poll => "polled",
        Due::Late => "an event that came too fast",
        Due::Watch => "its watch is back",
    }
}

fn dirt_word(dirt: Dirt) -> &'static str {
    match dirt {
        Dirt::Event => "an event",
        Dirt::Received => "a received value changed",
        Dirt::Params => "its params changed",
        Dirt::Command => "a command",
        Dirt::MeanWhile => "something happened while it ran",
        Dirt::Predecessor => "something before it changed or recovered",
    }
}

/// A tally in words; what is zero is left out, except `ok`.
/// `2 ok, 1 changed`.
pub(crate) fn tally_text(tally: &Tally) -> String {
    let rest = done_text(tally);
    let gap = if rest.is_empty() { "" } else { ", " };
    format!("{} ok{gap}{rest}", tally.ok)
}

/// The same without what was right already: `1 changed, 1 refreshed`.
pub(crate) fn done_text(tally: &Tally) -> String {
    let parts = [
        (tally.changed, "changed"),
        (tally.may, "may change"),
        (tally.refreshed, "refreshed"),
        (tally.failed, "failed"),
        (tally.blocked, "blocked"),
        (tally.held, "held"),
        (tally.pending, "pending"),
        (tally.outside, "pending for others"),
    ];
    let some = parts.into_iter().filter(|(n, _)| *n > 0);
    let texts = some.map(|(n, word)| format!("{n} {word}"));
    texts.collect::<Vec<_>>().join(", ")
}

/// `1 resource`, `2 resources`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}
