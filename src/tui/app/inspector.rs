//! The inspector: what there is to know of one vertex, in lines.

use super::tale::{diff_tone, word_tone};
use crate::command::written::settings;
use crate::graph::{Catalog, Edge, FieldPath, Graph, Key, Vertex};
use crate::kind::Kinds;
use crate::trace::{VertexView, What, line};
use crate::tui::graph::Stand;
use crate::tui::player::Player;
use crate::tui::shown::Shown;
use crate::tui::theme::{Look, Tone};
use crate::value::{Finding, MASK};
use std::sync::Arc;

/// What the inspector is made of.
pub struct Inspected<'a> {
    /// The vertex.
    pub key: &'a Key,
    /// How everything stands, what happened, and the graph.
    pub player: &'a Player,
    /// How the vertex is drawn.
    pub stand: Stand,
    /// How it is drawn.
    pub look: Look,
    /// The pane is so many cells wide.
    pub width: usize,
}

/// A line, and how it is meant.
pub type Told = (Shown, Tone);

/// So many events back it is looked for what was sent.
const LOOKED_BACK: usize = 20_000;
/// So many causes are told; the first and the last ones.
const CAUSES: usize = 12;
/// So much of each list that may be very long is told.
const LISTED: usize = 200;

/// The rows that were told last, as long as they are so.
#[derive(Default)]
pub struct Inspector {
    /// Of what, and what is above its edges and below.
    rest: Option<(Of, [Vec<Told>; 2])>,
    /// Its edges, which depend on the graph alone.
    edges: Option<(Of, Arc<Graph>, Vec<Told>)>,
}

/// What rows are of: the vertex, how wide, how they look, and which turn of the film where that counts.
type Of = (Key, usize, bool, u64);

impl Inspector {
    /// The rows; what is told already is not told again.
    pub fn rows(&mut self, inspected: &Inspected) -> [&[Told]; 3] {
        let (key, graph) = (inspected.key, inspected.player.graph());
        let of = |turn| (key.clone(), inspected.width, inspected.look.ascii, turn);
        let now = of(inspected.player.turns());
        let [above, below] = match self.rest.take() {
            Some((was, rows)) if was == now => rows,
            _ => [inspected.above(), inspected.below()],
        };
        let edges = match self.edges.take() {
            Some((was, of_graph, rows)) if was == of(0) && Arc::ptr_eq(&of_graph, graph) => rows,
            _ => inspected.edges(),
        };
        let (_, [above, below]) = self.rest.insert((now, [above, below]));
        let (_, _, edges) = self.edges.insert((of(0), graph.clone(), edges));
        [above, edges, below]
    }
}

impl Inspected<'_> {
    fn lines(&self) -> Lines {
        Lines {
            of: Vec::new(),
            look: self.look,
        }
    }

    fn graph(&self) -> &Graph {
        self.player.graph()
    }

    fn above(&self) -> Vec<Told> {
        let mut lines = self.lines();
        let nothing = VertexView::default();
        let seen = self.player.view().vertices.get(self.key);
        let seen = seen.map_or(&nothing, |seen| seen.as_ref());
        self.head(seen, &mut lines);
        self.drifts(seen, &mut lines);
        self.planned(&mut lines);
        if let Some(vertex) = self.graph().vertex(self.key) {
            self.params(vertex, &mut lines);
        }
        self.owed(seen, &mut lines);
        self.values(seen, &mut lines);
        lines.wrapped(self.width)
    }

    fn below(&self) -> Vec<Told> {
        let mut lines = self.lines();
        self.causes(&mut lines);
        lines.wrapped(self.width)
    }

    fn head(&self, seen: &VertexView, lines: &mut Lines) {
        lines.add(Tone::Strong, &self.key.to_string());
        let sign = self.stand.sign();
        let mut words = vec![sign.word.to_owned()];
        words.extend(self.stand.marks().map(|mark| mark.word.to_owned()));
        let reason = match seen.reason.is_empty() {
            true => String::new(),
            false => format!(": {}", seen.reason),
        };
        let glyph = sign.char(self.look.ascii);
        lines.add(sign.tone, &format!("{glyph} {}{reason}", words.join(", ")));
        if !seen.unwatched.is_empty() {
            lines.add(Tone::Bad, &seen.unwatched);
        }
        seen.detail
            .iter()
            .for_each(|line| lines.add(Tone::Quiet, &format!("  {line}")));
        let notes = seen.notes.told();
        notes.for_each(|note| lines.add(Tone::Open, &format!("note: {note}")));
        let (checked, changed, refreshed) = seen.counts;
        if checked > 0 {
            let text = format!("checked {checked}, changed {changed}, refreshed {refreshed} times");
            lines.add(Tone::Quiet, &text);
        }
    }

    fn drifts(&self, seen: &VertexView, lines: &mut Lines) {
        if !seen.findings.is_empty() {
            lines.title("last drift");
            findings(&seen.findings, lines);
        }
    }

    fn planned(&self, lines: &mut Lines) {
        let plan = self.player.beside().plan.as_ref();
        let planned = plan.and_then(|plan| plan.0.vertices.get(self.key));
        let Some(sign) = self.stand.plan else { return };
        lines.title("plan");
        lines.add(
            sign.tone,
            &format!("{} {}", sign.char(self.look.ascii), sign.word),
        );
        if let Some(planned) = planned {
            // That it would be refreshed is what the sign says.
            if !planned.reason.is_empty() && !planned.refreshed {
                lines.add(Tone::Plain, &planned.reason);
            }
            findings(&planned.findings, lines);
            for ((to, into), (field, shown)) in &planned.sent {
                lines.add(
                    Tone::Flow,
                    &format!("sends {field} -> {to}.{into}: {shown}"),
                );
            }
        }
    }

    /// Each param with its value and where that comes from.
    fn params(&self, vertex: &Vertex, lines: &mut Lines) {
        let begin = lines.of.len();
        lines.title("params");
        let from = match vertex.place.line {
            0 => "written".to_owned(),
            line => format!("written, line {line}"),
        };
        let written = settings(self.key, vertex, &Kinds);
        for (name, text) in &written {
            let text = if text == "?" { MASK } else { text };
            lines.pair(&format!("{name} = {text}"), &from);
        }
        for (path, binding) in self.graph().received_by(self.key) {
            let value = self.sent_to(&binding.from, path);
            let value = value.unwrap_or("nothing received yet");
            let from = format!("from {}.{}", binding.from, binding.sent);
            lines.pair(&format!("{path} = {value}"), &from);
        }
        let schema = Kinds.schema(self.key.kind());
        let fields = schema.into_iter().flat_map(|schema| schema.fields.iter());
        for field in fields {
            let is_written = written
                .iter()
                .any(|(name, _)| name.split('.').next() == Some(field.name));
            let is_received = self
                .graph()
                .received_by(self.key)
                .any(|(path, _)| *path.field == *field.name);
            if let Some(default) = field.default.filter(|_| !is_written && !is_received) {
                lines.pair(&format!("{} = {default}", field.name), "default");
            }
        }
        // A title over nothing says nothing.
        if lines.of.len() == begin + 2 {
            lines.of.truncate(begin);
        }
    }

    /// What was last sent there: in this run, else in one before it.
    fn sent_to(&self, from: &Key, path: &FieldPath) -> Option<&str> {
        let sent = &self.player.view().vertices.get(from)?.sent;
        if let Some((_, shown)) = sent.get(&(self.key.clone(), path.clone())) {
            return Some(shown);
        }
        let mut events = self.player.about(from).rev().take(LOOKED_BACK);
        events.find_map(|event| match &event.what {
            What::Sent {
                to, into, shown, ..
            } if to == self.key && into == path => Some(&**shown),
            _ => None,
        })
    }

    fn owed(&self, seen: &VertexView, lines: &mut Lines) {
        if !seen.pending.is_empty() || self.stand.debt {
            lines.title("owed");
        }
        lines.listed(seen.pending.len());
        for from in seen.pending.iter().take(LISTED) {
            let from = from.as_ref().map_or("a command".to_owned(), Key::to_string);
            lines.add(Tone::Flow, &format!("notified by {from}, not heard yet"));
        }
        if self.stand.debt {
            lines.add(
                Tone::Bad,
                "debt: it may have changed, and has not told anyone",
            );
        }
    }

    fn values(&self, seen: &VertexView, lines: &mut Lines) {
        if seen.sent.is_empty() {
            return;
        }
        lines.title("sent");
        lines.listed(seen.sent.len());
        for ((to, into), (field, shown)) in seen.sent.iter().take(LISTED) {
            lines.add(Tone::Flow, &format!("{field} -> {to}.{into}: {shown}"));
        }
    }

    fn edges(&self) -> Vec<Told> {
        let mut lines = self.lines();
        let edges = self.graph().edges().iter();
        let is_after = |((_, to), _): &(&(Key, Key), &Edge)| to == self.key;
        let is_before = |((from, _), _): &(&(Key, Key), &Edge)| from == self.key;
        let after: Vec<_> = edges.clone().filter(is_after).collect();
        let before: Vec<_> = edges.filter(is_before).collect();
        if !after.is_empty() || !before.is_empty() {
            lines.title("edges");
        }
        for ((from, to), edge) in after {
            let (arrow, values) = self.along(from, to, edge);
            lines.add(Tone::Plain, &format!("{from} {arrow}{values}"));
        }
        for ((from, to), edge) in before {
            let (arrow, values) = self.along(from, to, edge);
            lines.add(Tone::Plain, &format!("{arrow} {to}{values}"));
        }
        lines.wrapped(self.width)
    }

    /// How an edge is drawn, and what flows along it.
    fn along(&self, from: &Key, to: &Key, edge: &Edge) -> (&'static str, String) {
        let arrow = if edge.notify.is_some() { "~>" } else { "->" };
        let flows = self.graph().received_by(to);
        let flows = flows.filter(|(_, binding)| binding.from == *from);
        let flows: Vec<String> = flows
            .map(|(field, binding)| format!("{} -> {field}", binding.sent))
            .collect();
        let values = match flows.is_empty() {
            true => String::new(),
            false => format!("  ({})", flows.join(", ")),
        };
        (arrow, values)
    }

    fn causes(&self, lines: &mut Lines) {
        let chain = self.player.why(self.key);
        if chain.is_empty() {
            return;
        }
        lines.title("why");
        let skipped = chain.len().saturating_sub(CAUSES);
        for (at, event) in chain.iter().enumerate() {
            if skipped > 0 && at == 1 {
                lines.add(Tone::Quiet, &format!("… {skipped} more"));
            }
            if at == 0 || at > skipped {
                let told = line(event);
                let text = format!("{} {} {}", told.word, told.subject, told.detail);
                lines.add(word_tone(told.word), text.trim_end());
            }
        }
    }
}

fn findings(findings: &[Finding], lines: &mut Lines) {
    for finding in findings {
        let may = if finding.may { "may be: " } else { "" };
        lines.add(Tone::Change, &format!("{may}{}", finding.line));
        for line in &finding.detail {
            lines.add(diff_tone(line), &format!("  {line}"));
        }
    }
}

struct Lines {
    of: Vec<Told>,
    look: Look,
}

impl Lines {
    fn add(&mut self, tone: Tone, text: &str) {
        self.of.push((Shown::of(text, self.look.ascii), tone));
    }

    fn title(&mut self, text: &str) {
        self.add(Tone::Plain, "");
        self.add(Tone::Strong, text);
    }

    /// Says how much of a list is told, where that is not all of it.
    fn listed(&mut self, all: usize) {
        if all > LISTED {
            self.add(Tone::Quiet, &format!("{LISTED} of {all}"));
        }
    }

    /// As rows of a pane.
    fn wrapped(self, width: usize) -> Vec<Told> {
        let rows = self.of.into_iter();
        rows.flat_map(|(text, tone)| text.wrapped(width).into_iter().map(move |row| (row, tone)))
            .collect()
    }

    /// A value, and where it comes from behind it.
    fn pair(&mut self, text: &str, from: &str) {
        self.add(Tone::Plain, &format!("{text}  ({from})"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Line;
    use crate::time::Time;
    use crate::trace::{Event, EventId};
    use crate::tui::player::Beside;
    use proptest::prelude::*;

    fn key(n: usize) -> Key {
        Key::new("noop", format!("n{n}"))
    }

    fn graph(n: usize) -> Arc<Graph> {
        let lines = [
            Line::Notifies(key(n), key(n + 1)),
            Line::Notifies(key(1), key(3)),
        ];
        Arc::new(Graph::sketch((0..4).map(key), &lines))
    }

    fn happens(player: &mut Player, who: usize, what: usize) {
        let id = player.events().last().map_or(1, |event| event.id.0 + 1);
        let what = match what {
            0 => What::Checking { tries: 1 },
            1 => What::Ok,
            2 => What::Notified {
                from: Some(key(who + 1)),
                generation: 1,
                may: false,
            },
            _ => What::Poked,
        };
        player.hear(&[Event {
            id: EventId(id),
            at: Time(0),
            subject: Some(key(who)),
            what,
            cause: (id > 1).then(|| EventId(id - 1)),
        }]);
    }

    proptest! {
        /// Whatever moves the film, what was told before is told again only where it is still so.
        #[test]
        fn what_is_kept_is_what_is_so(moves in prop::collection::vec((0usize..8, 0usize..4, 0usize..4), 1..60)) {
            let mut player = Player::new(true, 1.0);
            let mut inspector = Inspector::default();
            for (what, n, more) in moves {
                match what {
                    0..=2 => happens(&mut player, n, more),
                    3 => drop(player.seek(n * 3 + more)),
                    4 => drop(player.live()),
                    5 => drop(player.edit(graph(n))),
                    6 => drop(player.planned(Arc::new(player.view().clone()))),
                    _ => {
                        let mut view = player.view().clone();
                        let vertex = view.vertices.entry(key(n)).or_default();
                        Arc::make_mut(vertex).reason = format!("known {more}");
                        drop(player.know(Arc::new(view), graph(more), Beside::default()));
                    }
                }
                let key = key(more);
                let inspected = Inspected {
                    key: &key,
                    player: &player,
                    stand: Stand::default(),
                    look: Look::default(),
                    width: 20 + n,
                };
                let mut anew = Inspector::default();
                prop_assert_eq!(inspector.rows(&inspected), anew.rows(&inspected));
            }
        }
    }
}
