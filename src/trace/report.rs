//! A plan as people read it: what would change, with marks, and what it comes to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::planned::Planned;
use super::text::count;
use super::view::VertexView;
use crate::engine::Status;
use crate::engine::event::Tally;
use crate::graph::Key;
use crate::value::sanitise;

/// A plan, ready to be told.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How the world is called.
    pub label: String,
    /// What each vertex would come to, in order of what comes first, then of name.
    pub vertices: Vec<(Key, Arc<VertexView>)>,
    /// Who would cause each refresh.
    pub causes: BTreeMap<Key, Vec<String>>,
    /// What would be dropped from the journal.
    pub drops: Vec<String>,
    /// What it comes to.
    pub tally: Tally,
}

/// The plan in lines: a mark, the vertex, what would happen. The marks are those of [`Planned`].
pub fn plan_text(report: &Report) -> String {
    let mut text = format!("plan for {}\n", sanitise(&report.label));
    for (key, vertex) in &report.vertices {
        for line in vertex_lines(report, key, vertex) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    for drop in &report.drops {
        text.push_str(&format!("  - drops 1 pending: {}\n", sanitise(drop)));
    }
    text.push_str(&summary(report));
    text
}

/// The same with diffs and lists of paths in full.
pub fn plan_detail(report: &Report) -> String {
    let mut text = String::new();
    for (key, vertex) in &report.vertices {
        for finding in vertex.findings.iter() {
            text.push_str(&format!("{key}: {}\n", sanitise(&finding.line)));
            finding
                .detail
                .iter()
                .for_each(|line| text.push_str(&format!("    {}\n", sanitise(line))));
        }
    }
    text
}

fn vertex_lines(report: &Report, key: &Key, vertex: &VertexView) -> Vec<String> {
    let mut lines = Vec::new();
    let planned = Planned::of(vertex);
    if planned.is_none() && vertex.notes.is_empty() {
        return lines;
    }
    let mark = planned.map_or(' ', Planned::mark);
    if vertex.status == Some(Status::Failed) {
        push(
            &mut lines,
            mark,
            key,
            &format!("fails: {}", sanitise(&vertex.reason)),
        );
    }
    for finding in vertex.findings.iter() {
        let may = if finding.may && vertex.may {
            "may change: "
        } else {
            ""
        };
        push(
            &mut lines,
            mark,
            key,
            &format!("{may}{}", sanitise(&finding.line)),
        );
        let detail = finding
            .detail
            .iter()
            .map(|line| format!("{:34}{}", "", sanitise(line)));
        lines.extend(detail.take(40));
    }
    after_findings(report, key, vertex, &mut lines, mark);
    lines
}

/// The first line of a vertex names it, the others are indented below.
fn push(lines: &mut Vec<String>, mark: char, key: &Key, what: &str) {
    let head = if lines.is_empty() {
        format!("  {mark} {key}")
    } else {
        String::new()
    };
    lines.push(format!("{head:<30}  {what}").trim_end().to_owned());
}

fn after_findings(
    report: &Report,
    key: &Key,
    vertex: &VertexView,
    lines: &mut Vec<String>,
    mark: char,
) {
    let mut add = |what: String| push(lines, mark, key, &what);
    if vertex.findings.is_empty() && vertex.status == Some(Status::Changed) && !vertex.refreshed {
        add(sanitise(&vertex.reason));
    }
    if vertex.refreshed || vertex.status == Some(Status::Held) && !vertex.pending.is_empty() {
        let by = report
            .causes
            .get(key)
            .map(|causes| causes.join(", "))
            .unwrap_or_default();
        let may = if vertex.may { "may refresh" } else { "refresh" };
        add(format!("{may}, because of {by}"));
    }
    if matches!(vertex.status, Some(Status::Blocked | Status::Held)) {
        let word = vertex.status.map_or("", Status::word);
        add(format!("{word}: {}", sanitise(&vertex.reason)));
    }
    if vertex.behind_root && !vertex.needs_root {
        add("behind needs root".into());
    }
    for ((to, into), (field, shown)) in &vertex.sent {
        add(format!("sends {field} -> {to}.{into}: {}", sanitise(shown)));
    }
    let notes = vertex.notes.told();
    notes.for_each(|note| add(format!("note: {}", sanitise(&note))));
}

/// What the run would end with, in its columns.
fn summary(report: &Report) -> String {
    let vertices = report.vertices.iter();
    let marks: Vec<Planned> = vertices
        .filter_map(|(_, vertex)| Planned::of(vertex))
        .collect();
    let counted = |wanted| marks.iter().filter(|mark| **mark == wanted).count();
    let parts = Planned::ALL.map(|mark| (counted(mark), mark.words()));
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, words)| format!("{n} {words}"))
        .collect();
    if told.is_empty() {
        return format!(
            "nothing to do: {} as wanted\n",
            count(report.vertices.len(), "resource")
        );
    }
    format!("{}\n", told.join(", "))
}
