//! The inspector: what there is to know of one vertex, in lines.

use super::tale::{diff_tone, word_tone};
use crate::command::written::settings;
use crate::graph::{Catalog, FieldPath, Graph, Key, Vertex};
use crate::kind::Kinds;
use crate::trace::{Event, VertexView, View, What, line, why};
use crate::tui::graph::Stand;
use crate::tui::shown::Shown;
use crate::tui::theme::{Look, Tone};
use crate::value::{Finding, MASK};

/// What the inspector is made of.
pub struct Inspected<'a> {
    /// The vertex.
    pub key: &'a Key,
    /// The graph.
    pub graph: &'a Graph,
    /// How everything stands.
    pub view: &'a View,
    /// What a plan said.
    pub plan: Option<&'a View>,
    /// How the vertex is drawn.
    pub stand: Stand,
    /// The events that are shown.
    pub events: &'a [Event],
    /// How it is drawn.
    pub look: Look,
}

/// A line, and how it is meant.
pub type Told = (Shown, Tone);

/// So many events back it is looked for what was sent.
const LOOKED_BACK: usize = 20_000;
/// So many causes are told; the first and the last ones.
const CAUSES: usize = 12;

impl Inspected<'_> {
    /// The lines.
    pub fn lines(&self) -> Vec<Told> {
        let mut lines = Lines {
            of: Vec::new(),
            look: self.look,
        };
        let nothing = VertexView::default();
        let seen = self.view.vertices.get(self.key);
        let seen = seen.map_or(&nothing, |seen| seen.as_ref());
        self.head(seen, &mut lines);
        self.drifts(seen, &mut lines);
        self.planned(&mut lines);
        if let Some(vertex) = self.graph.vertex(self.key) {
            self.params(vertex, &mut lines);
        }
        self.owed(seen, &mut lines);
        self.values(seen, &mut lines);
        self.edges(&mut lines);
        self.causes(&mut lines);
        lines.of
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
        let planned = self.plan.and_then(|plan| plan.vertices.get(self.key));
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
        for (path, binding) in self.graph.received_by(self.key) {
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
                .graph
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
    fn sent_to(&self, from: &Key, into: &FieldPath) -> Option<&str> {
        let sent = &self.view.vertices.get(from)?.sent;
        if let Some((_, shown)) = sent.get(&(self.key.clone(), into.clone())) {
            return Some(shown);
        }
        let events = self.events.iter().rev().take(LOOKED_BACK);
        let by = events.filter(|event| event.subject.as_ref() == Some(from));
        by.into_iter().find_map(|event| match &event.what {
            What::Sent {
                to,
                into: field,
                shown,
                ..
            } if to == self.key && field == into => Some(&**shown),
            _ => None,
        })
    }

    fn owed(&self, seen: &VertexView, lines: &mut Lines) {
        if !seen.pending.is_empty() || self.stand.debt {
            lines.title("owed");
        }
        for from in &seen.pending {
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
        for ((to, into), (field, shown)) in &seen.sent {
            lines.add(Tone::Flow, &format!("{field} -> {to}.{into}: {shown}"));
        }
    }

    fn edges(&self, lines: &mut Lines) {
        let (mut after, mut before) = (Vec::new(), Vec::new());
        for ((from, to), edge) in self.graph.edges() {
            let arrow = if edge.notify.is_some() { "~>" } else { "->" };
            let flows = self
                .graph
                .received_by(to)
                .filter(|(_, binding)| binding.from == *from);
            let flows: Vec<String> = flows
                .map(|(field, binding)| format!("{} -> {field}", binding.sent))
                .collect();
            let values = match flows.is_empty() {
                true => String::new(),
                false => format!("  ({})", flows.join(", ")),
            };
            if to == self.key {
                after.push(format!("{from} {arrow}{values}"));
            } else if from == self.key {
                before.push(format!("{arrow} {to}{values}"));
            }
        }
        if !after.is_empty() || !before.is_empty() {
            lines.title("edges");
        }
        after
            .iter()
            .chain(&before)
            .for_each(|edge| lines.add(Tone::Plain, edge));
    }

    fn causes(&self, lines: &mut Lines) {
        let chain = why(self.events, self.key);
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

    /// A value, and where it comes from behind it.
    fn pair(&mut self, text: &str, from: &str) {
        self.add(Tone::Plain, &format!("{text}  ({from})"));
    }
}
