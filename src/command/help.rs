//! Help as text and as markdown, from the registry and the schemas alone.

use super::meta::META;
use super::registry::{self, COMMANDS, Command, Group, SIMS, When};
use crate::graph::Catalog;
use crate::value::{Field, Hears, Receives, Schema};

/// What `help` shows: every command, by group.
pub fn overview() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let rows = COMMANDS.iter().filter(|command| command.group == group);
        let rows = rows.map(|command| vec![command.usage(), command.about.to_owned()]);
        text.push_str(&format!("{group}\n{}\n", table(rows.collect(), "  ")));
    }
    text.push_str("a -> b orders, a ~> b also notifies, a.sent -> b.param carries a value.\n");
    text.push_str("`help COMMAND`, `help KIND` and `help meta` say more.\n");
    text
}

/// What `help TOPIC` shows: of a command, a simulated machine's command, or a kind.
pub fn topic(catalog: &dyn Catalog, topic: &str) -> Option<String> {
    if let Some(command) = topic.strip_prefix("sim ").and_then(registry::find_sim) {
        return Some(of_command(command));
    }
    if topic == "meta" {
        return Some(format!(
            "how a vertex is run, whatever its kind\n{}",
            meta_keys()
        ));
    }
    match registry::find(topic) {
        Some(command) => Some(of_command(command)),
        None => catalog.schema(topic).map(of_kind),
    }
}

fn of_command(command: &Command) -> String {
    let mut text = format!("{} — {}\n", command.usage(), command.about);
    if !command.help.is_empty() {
        text.push_str(&wrapped(command.help, ""));
    }
    if command.name == "sim" {
        let rows = SIMS
            .iter()
            .map(|sim| vec![sim.usage(), sim.about.to_owned()]);
        text.push_str(&table(rows.collect(), "  "));
    }
    let mut rows = vec![vec!["example".to_owned(), command.example.to_owned()]];
    if !command.aliases.is_empty() {
        rows.push(vec!["also".to_owned(), command.aliases.join(", ")]);
    }
    if let Some(key) = command.key {
        let told = format!("{key}, on the screen");
        rows.push(vec!["key".to_owned(), told]);
    }
    if let Some(when) = when(command.when) {
        rows.push(vec!["when".to_owned(), when.to_owned()]);
    }
    text.push_str(&table(rows, "  "));
    text
}

fn when(when: When) -> Option<&'static str> {
    match when {
        When::Always => None,
        When::Idle => Some("while nothing runs"),
        When::Running => Some("while something runs"),
        When::Host => Some("on a real machine"),
        When::Sim => Some("in a simulation"),
    }
}

/// What `kinds` shows.
pub fn kinds(catalog: &dyn Catalog) -> String {
    let rows = schemas(catalog).map(|schema| vec![schema.kind.to_owned(), schema.about.to_owned()]);
    table(rows.collect(), "")
}

/// How many columns the text about a param may fill, so that it stays in one piece on a terminal of 80.
const COLUMNS: usize = 76;

/// What `kinds KIND` and `help KIND` show.
pub fn of_kind(schema: &Schema) -> String {
    let mut text = format!("{} — {}\n", schema.kind, schema.about);
    if !schema.fields.is_empty() {
        text.push_str("\nparams\n");
        text.extend(schema.fields.iter().map(of_field));
    }
    if !schema.sends.is_empty() {
        text.push_str("\nsends\n");
        for sent in schema.sends {
            text.push_str(&format!("  {}: {}\n", sent.name, sent.ty));
            text.push_str(&wrapped(sent.doc, "      "));
        }
    }
    text.push_str(&format!("\nwhen notified: {}\n", hears(schema)));
    text
}

fn of_field(field: &Field) -> String {
    let mut text = format!("  {}: {}{}\n", field.name, field.ty, standard(field));
    text.push_str(&wrapped(field.doc, "      "));
    if let Receives::No(why) = field.receives {
        text.push_str(&wrapped(&format!("Receives nothing: {why}."), "      "));
    }
    text
}

/// Broken between words.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A text with the lines joined again that were broken between words: for who breaks them at another width.
pub fn joined(text: &str) -> String {
    let lead = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_prose = |line: &str| !line.trim().is_empty() && !line.trim().contains("  ");
    let mut out = String::with_capacity(text.len());
    let mut last: Option<&str> = None;
    for line in text.lines() {
        let goes_on = last.is_some_and(|last| {
            let word = line.split_whitespace().next().unwrap_or_default();
            let cells = last.chars().count();
            let was_full = cells <= COLUMNS && cells + 1 + word.chars().count() > COLUMNS;
            was_full && lead(last) == lead(line) && is_prose(last) && is_prose(line)
        });
        match (goes_on, last) {
            (true, _) => out.push(' '),
            (false, Some(_)) => out.push('\n'),
            (false, None) => {}
        }
        out.push_str(if goes_on { line.trim_start() } else { line });
        last = Some(line);
    }
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn hears(schema: &Schema) -> String {
    match schema.hears {
        Hears::Nothing => "nothing".to_owned(),
        Hears::Refresh(what) => what.to_owned(),
    }
}

fn standard(field: &Field) -> String {
    match (field.default, field.from_name, field.required) {
        (Some(text), _, _) => format!(", else {text}"),
        (None, true, _) => ", else the name".to_owned(),
        (None, false, true) => ", needed".to_owned(),
        (None, false, false) => String::new(),
    }
}

/// Every kind in one markdown table.
pub fn kinds_markdown(catalog: &dyn Catalog) -> String {
    let rows = schemas(catalog).map(|schema| {
        let names = |names: Vec<&str>| {
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        vec![
            format!("`{}`", schema.kind),
            schema.about.to_owned(),
            names(schema.fields.iter().map(|field| field.name).collect()),
            names(schema.sends.iter().map(|sent| sent.name).collect()),
            hears(schema),
        ]
    });
    markdown(
        &[
            "kind",
            "what it guarantees",
            "params",
            "sends",
            "when notified",
        ],
        rows.collect(),
    )
}

/// Every command in one markdown table.
pub fn language_markdown() -> String {
    let rows = COMMANDS.iter().chain(SIMS).map(|command| {
        vec![
            command.group.to_string(),
            format!("`{}`", command.usage()),
            command.about.to_owned(),
            command.key.map_or(String::new(), |key| format!("`{key}`")),
        ]
    });
    markdown(&["group", "command", "what it does", "key"], rows.collect())
}

/// The keys of `meta`, as `help` shows them.
pub fn meta_keys() -> String {
    let rows = META.iter().map(|field| {
        vec![
            format!("meta.{}", field.name),
            field.ty.to_string(),
            field.doc.to_owned(),
        ]
    });
    table(rows.collect(), "  ")
}

fn schemas(catalog: &dyn Catalog) -> impl Iterator<Item = &'static Schema> {
    catalog
        .kinds()
        .into_iter()
        .filter_map(|kind| catalog.schema(kind))
}

fn markdown(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule = vec!["---".to_owned(); head.len()];
    let all = [head, rule].into_iter().chain(rows);
    all.map(|row| line(&row)).collect()
}

/// How wide a cell is where it is widest: in ASCII, that has three dots for one sign.
fn widest(cell: &str) -> usize {
    cell.chars().map(|c| if c == '…' { 3 } else { 1 }).sum()
}

/// Columns as wide as their widest cell; the last one is not padded.
pub fn table(rows: Vec<Vec<String>>, indent: &str) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| widest(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{indent}{}", cells.join("  "))
            .trim_end()
            .to_owned()
            + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only what was broken between words is joined: what is a line by itself stays one.
    #[test]
    fn what_was_broken_is_joined_again() {
        let long = "one two three four five six seven ".repeat(9);
        for indent in ["", "      "] {
            let broken = wrapped(&long, indent);
            assert!(broken.lines().count() > 3);
            assert_eq!(joined(&broken), format!("{indent}{}\n", long.trim()));
        }
        let lines = "a short line\nand another\n\n  a  table\n  of  rows";
        assert_eq!(joined(lines), lines);
        let table = format!("  {:70}  it\n  {:70}  is\n", "a", "b");
        assert_eq!(joined(&table), table);
    }
}
