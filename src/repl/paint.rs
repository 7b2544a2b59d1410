//! Text made fit for a terminal: control characters escaped, colours, and ASCII alone where nothing else can be shown.

use super::Style;
use crate::engine::event::Event;
use crate::trace;
use crate::value::sanitise;

/// Lines as they may be printed: each without control characters, in ASCII if the style says so. Tabs stay.
pub fn safe(text: &str, style: &Style) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for (at, part) in line.split('\t').enumerate() {
            if at > 0 {
                out.push('\t');
            }
            out.push_str(&sanitise(part));
        }
    }
    if style.ascii { ascii(&out) } else { out }
}

/// The same in ASCII: signs that have a likeness become it, the rest becomes escapes that say what was there. What makes a sign wider is
/// taken from the free cells behind it, so that columns still stand below each other.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // So many cells wider is the row than it was where it was put in columns.
    let mut wider = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek();
        match c {
            ' ' if wider > 0 && next == Some(&' ') => wider -= 1,
            '\n' => {
                wider = 0;
                out.push(c);
            }
            c if c.is_ascii() => out.push(c),
            '›' => out.push('>'),
            '‹' => out.push('<'),
            '—' | '–' | '─' => out.push('-'),
            '·' | '•' => out.push('*'),
            '…' => {
                wider += 2;
                out.push_str("...");
            }
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            '→' | '✓' => {
                wider += 1;
                out.push_str(if c == '→' { "->" } else { "ok" });
            }
            '✗' | '×' => out.push('x'),
            '│' => out.push('|'),
            '├' | '└' | '┌' | '╭' | '╰' => out.push('+'),
            c => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
        }
    }
    out
}

/// One event as a trace line, without a newline: the time dim, the word in the colour of what it means.
pub fn event_line(event: &Event, style: &Style) -> String {
    let line = trace::line(event);
    if !style.color {
        return safe(&line.to_string(), style);
    }
    let head = format!(
        "{DIM}{:>9}{RESET}  {}{:<9}{RESET}  {:<24}  {}",
        line.time,
        color_of(line.word),
        line.word,
        safe(&line.subject, style),
        safe(&line.detail, style)
    );
    let more = line
        .more
        .iter()
        .map(|line| format!("\n{:22}{DIM}|{RESET} {}", "", safe(line, style)));
    std::iter::once(head.trim_end().to_owned())
        .chain(more)
        .collect()
}

/// A plan with its marks, and those of its differences, in the colours of what they mean.
pub fn plan_marks(text: &str, style: &Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    text.split_inclusive('\n').map(plan_mark).collect()
}

fn plan_mark(line: &str) -> String {
    let rest = line.trim_start_matches(' ');
    let (lead, mut chars) = (line.len() - rest.len(), rest.chars());
    let color = match (lead, chars.next(), chars.next()) {
        (2, Some('+'), Some(' ')) => "\x1b[1;32m",
        (2, Some('~'), Some(' ')) => "\x1b[1;33m",
        (2, Some('@'), Some(' ')) => "\x1b[36m",
        (2, Some('-' | '!' | 'x'), Some(' ')) => "\x1b[1;31m",
        (2, Some('?' | '_'), Some(' ')) => "\x1b[1;35m",
        (2, Some('='), Some(' ')) => "\x1b[35m",
        (34, Some('+'), _) => "\x1b[32m",
        (34, Some('-'), _) => "\x1b[31m",
        _ => return line.to_owned(),
    };
    let (mark, after) = rest.split_at(1);
    format!("{}{color}{mark}{RESET}{after}", &line[..lead])
}

/// Text in this colour, if the style has colours.
pub fn dim(text: &str, style: &Style) -> String {
    if style.color && !text.trim().is_empty() {
        format!("{DIM}{text}{RESET}")
    } else {
        text.to_owned()
    }
}

const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Bold beside the colour, so that nothing hangs on red and green alone.
fn color_of(word: &str) -> &'static str {
    match word {
        "failed" | "blocked" | "undurable" | "unwatched" => "\x1b[1;31m",
        "changed" | "refreshed" => "\x1b[1;33m",
        "notified" | "sent" | "received" | "heard" => "\x1b[36m",
        "converged" => "\x1b[1;32m",
        "held" | "retrying" | "asks" | "unknown" => "\x1b[35m",
        "command" | "start" | "restart" => "\x1b[1m",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::event::{EventId, What};
    use crate::graph::Key;
    use crate::time::Time;

    #[test]
    fn nothing_that_moves_a_terminal_gets_through() {
        let style = Style::default();
        assert_eq!(
            safe("a\x1b]52;c;x\x07\nb\tc\r", &style),
            "a\\u{1b}]52;c;x\\u{7}\nb\tc\\r"
        );
        let plain = Style {
            ascii: true,
            ..style
        };
        assert_eq!(safe("sim › — … ü", &plain), "sim > - ... \\u{fc}");
    }

    #[test]
    fn columns_stand_below_each_other_in_ascii_too() {
        assert_eq!(
            ascii("REF…   take\n→  it\n… a  b"),
            "REF... take\n-> it\n... a b"
        );
        let help = crate::command::help::overview();
        let rows = help.lines().filter(|row| row.starts_with("  "));
        for row in rows {
            let plain = ascii(row);
            let about = row.rsplit("  ").next().expect("a column").trim_start();
            let about = ascii(about);
            let at = |row: &str| row.chars().count() - about.chars().count();
            assert_eq!(at(&plain), at(row), "{plain}");
        }
    }

    #[test]
    fn an_event_reads_the_same_with_and_without_colour() {
        let event = Event {
            id: EventId(1),
            at: Time(1_500_000),
            subject: Some(Key::new("file", "/tmp/\x1b[2Ja")),
            what: What::Failed {
                why: "no".into(),
                detail: vec!["more".into()],
                needs_root: false,
                still_running: false,
            },
            cause: None,
        };
        let bare = event_line(&event, &Style::default());
        let colored = event_line(
            &event,
            &Style {
                color: true,
                ..Style::default()
            },
        );
        assert!(!bare.contains('\x1b'), "{bare}");
        assert!(colored.contains("\x1b[1;31mfailed"), "{colored}");
        let mut stripped = colored;
        for code in [DIM, RESET, "\x1b[1;31m"] {
            stripped = stripped.replace(code, "");
        }
        assert_eq!(stripped, bare);
    }
}
