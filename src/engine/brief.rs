//! What an event holds of a text is bounded: an event stays in memory as long as its run is shown, and is a line of the trace.
//!
//! What somebody consents to (findings) is left whole: the kinds bound what of it can be long without end, such as diffs.

use super::event::What;
use crate::value::cut;
use std::borrow::Cow;

/// How many lines a failure may have besides its first.
const DETAIL: usize = 100;

impl What {
    /// The same with every text cut to a line's length.
    pub(super) fn brief(mut self) -> What {
        match &mut self {
            What::Command(text)
            | What::Noticed(text)
            | What::HeardOnly(text)
            | What::Said(text)
            | What::Note(text)
            | What::Undurable(text)
            | What::WatchLost { why: text, .. }
            | What::Dropped { what: text }
            | What::Started { world: text, .. }
            | What::Changed {
                said: Some(text), ..
            }
            | What::Refreshed {
                said: Some(text), ..
            } => shorten(text),
            What::Failed { why, detail, .. } => {
                shorten(why);
                let more = detail.len().saturating_sub(DETAIL);
                detail.truncate(DETAIL);
                detail.iter_mut().for_each(shorten);
                if more > 0 {
                    detail.push(format!("… {more} more lines"));
                }
            }
            _ => {}
        }
        self
    }
}

fn shorten(text: &mut String) {
    if let Cow::Owned(short) = cut(text) {
        *text = short;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_cut_and_says_so() {
        let failed = |lines: usize, width: usize| What::Failed {
            why: "w".repeat(width),
            detail: vec!["d".repeat(width); lines],
            needs_root: false,
            still_running: false,
        };
        assert_eq!(failed(DETAIL, 2000).brief(), failed(DETAIL, 2000));
        let What::Failed { why, detail, .. } = failed(DETAIL + 5, 3000).brief() else {
            unreachable!("it is a failure");
        };
        assert_eq!(why, "w".repeat(2000) + "… (3000 bytes)");
        assert_eq!(detail.len(), DETAIL + 1);
        assert_eq!(detail[0], "d".repeat(2000) + "… (3000 bytes)");
        assert_eq!(detail[DETAIL], "… 5 more lines");
    }
}
