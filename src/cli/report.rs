//! Errors of files: with the place marked in the text where a terminal shows it, one line each otherwise.

use crate::file::{FileError, FileProblem};
use crate::repl::{Printer, Style, ascii, size};
use crate::value::sanitise;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use rustix::termios::isatty;
use serde_json::{Value as Json, json};

/// Tells every problem of a file, on stderr.
pub fn tell(printer: &Printer, error: &FileError) {
    if !isatty(std::io::stderr()) || printer.style().plain {
        return printer.error(&error.to_string());
    }
    for problem in error.related().into_iter().flatten() {
        printer.aside(&drawn(problem, printer.style()));
    }
}

/// One problem as JSON.
pub fn problem(problem: &FileProblem) -> Json {
    json!({
        "path": problem.source.name(),
        "line": problem.place.line,
        "column": problem.place.column,
        "what": sanitise(&problem.what),
        "hint": problem.hint,
    })
}

/// One problem, drawn. The text around it is the file's own, so its control characters are taken out.
fn drawn(problem: &dyn Diagnostic, style: &Style) -> String {
    let theme = match (style.ascii, style.color) {
        (true, _) => GraphicalTheme::none(),
        (false, true) => GraphicalTheme::unicode(),
        (false, false) => GraphicalTheme::unicode_nocolor(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(size().map_or(80, |size| size.0))
        .with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, problem).is_err() {
        text = format!("{problem}\n");
    }
    let text = without_escapes(&text, style.color);
    if style.ascii { ascii(&text) } else { text }
}

/// Only colours stay of all escapes, and only where there are colours.
fn without_escapes(text: &str, color: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n' && c != '\t') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let colored = rest.strip_prefix("\x1b[").and_then(|code| {
            let end = code.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            code[end..].starts_with('m').then_some(end + 3)
        });
        let skip = match colored {
            Some(end) if color => {
                out.push_str(&rest[..end]);
                end
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        rest = &rest[skip..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has no place in its file is drawn with the file's name all the same.
    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let nowhere = std::path::Path::new("no/such.yaml");
        let error = crate::file::load(nowhere, &crate::kind::Kinds).err();
        let problems = error
            .iter()
            .flat_map(|error| error.related().into_iter().flatten());
        let drawn: String = problems
            .map(|problem| drawn(problem, &Style::default()))
            .collect();
        assert!(drawn.contains("no/such.yaml: no such file"), "{drawn}");
    }

    #[test]
    fn colours_stay_and_nothing_else() {
        let text = "a\x1b[31mb\x1b]52;c;x\x07\x1b[2Jc\n";
        assert_eq!(without_escapes(text, true), "a\x1b[31mb]52;c;x[2Jc\n");
        assert_eq!(without_escapes(text, false), "a[31mb]52;c;x[2Jc\n");
        assert_eq!(without_escapes("ü\u{9b}x", true), "üx");
    }
}
