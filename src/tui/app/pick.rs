//! An edge or a binding that is drawn by keys: its first end, then its second.

use super::keys::Act;
use super::{App, Wish};
use crate::graph::refs::ref_text;
use crate::graph::{Catalog, Key};
use crate::kind::Kinds;
use crate::value::{Field, Receives};

/// What is begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pick {
    /// Its first end.
    pub from: Key,
    /// The arrow between.
    pub arrow: &'static str,
    /// Whether a value flows.
    pub binds: bool,
}

/// What keys may do meanwhile: find the other end, and look.
pub fn fits_a_pick(act: Act) -> bool {
    matches!(
        act,
        Act::Left
            | Act::Right
            | Act::Up
            | Act::Down
            | Act::Set
            | Act::ToGraph
            | Act::Search
            | Act::Next
            | Act::Previous
            | Act::ZoomIn
            | Act::ZoomOut
            | Act::Fit
            | Act::Keys
            | Act::Redraw
            | Act::Mouse
    )
}

impl App {
    pub(super) fn pick(&mut self, arrow: &'static str, binds: bool) {
        if self.is_refused() {
            return;
        }
        self.pane = super::Pane::Graph;
        let Some(from) = self.map.selected.clone() else {
            self.word = Some("the graph is empty: i, then `add KIND NAME`".to_owned());
            return;
        };
        if binds && sends(&from).is_empty() {
            self.word = Some(format!(
                "{from} sends nothing: `kinds {}` says so",
                from.kind()
            ));
            return;
        }
        self.pick = Some(Pick { from, arrow, binds });
    }

    /// What is picked, in words, with the other end as far as there is one.
    pub(super) fn pick_words(&self, pick: &Pick) -> String {
        let to = self.map.selected.as_ref().filter(|to| **to != pick.from);
        let to = to.map_or("?".to_owned(), ToString::to_string);
        match pick.binds {
            true => format!("{}.{} -> {to}.?", pick.from, sends(&pick.from).join("|")),
            false => format!("{} {} {to}", pick.from, pick.arrow),
        }
    }

    /// The other end is this one.
    pub(super) fn take_pick(&mut self, pick: Pick, to: Key) -> Vec<Wish> {
        if pick.from == to {
            self.word = Some("a vertex cannot come after itself: pick another".to_owned());
            self.pick = Some(pick);
            return Vec::new();
        }
        if !pick.binds {
            let (from, to) = (ref_text(&pick.from), ref_text(&to));
            return self.run_line(&format!("{from} {} {to}", pick.arrow));
        }
        if receives_nothing(&to) {
            let kind = to.kind();
            self.word = Some(format!(
                "{kind} receives nothing: pick another; `kinds {kind}` says what it has"
            ));
            self.pick = Some(pick);
            return Vec::new();
        }
        let (from, to) = (ref_text(&pick.from), ref_text(&to));
        match sends(&pick.from).as_slice() {
            [one] => {
                self.fill_in(&format!("{from}.{one} -> {to}."));
                self.word = Some("which param receives it: Tab lists them".to_owned());
            }
            _ => {
                let head = format!("{from}.");
                self.fill_in(&format!("{head} -> {to}."));
                self.entry
                    .set_at(&format!("{head} -> {to}."), head.len(), &self.known);
                self.word = Some(
                    "what is sent, then End, and which param receives it: Tab lists them"
                        .to_owned(),
                );
            }
        }
        Vec::new()
    }
}

/// What a vertex of this kind sends.
fn sends(key: &Key) -> Vec<&'static str> {
    let schema = Kinds.schema(key.kind());
    schema.map_or_else(Vec::new, |schema| {
        schema.sends.iter().map(|sent| sent.name).collect()
    })
}

/// Whether a vertex of this kind has no param that can receive a value.
fn receives_nothing(key: &Key) -> bool {
    let schema = Kinds.schema(key.kind());
    schema.is_some_and(|schema| {
        let receives = |field: &Field| field.receives == Receives::Yes;
        !schema.fields.iter().any(receives)
    })
}
