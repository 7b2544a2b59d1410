//! Where a person gets the screen, and where the prompt alone.

use super::args::{LookArgs, ScreenArgs};
use super::desk::Desk;
use crate::command::{Order, Session};
use crate::repl::{env, history, plain, size, stdout_is_terminal};
use crate::tui::app::{App, Manner};
use crate::tui::line::Prompt;
use crate::tui::news::News;
use crate::tui::run::{Record, Setup, run};
use crate::tui::theme::{Look, Theme};
use crate::tui::worker::Tools;
use std::fs::File;
use std::io::{ErrorKind, LineWriter};
use std::path::Path;

/// Columns and rows below which there is no room for a screen.
const LEAST: (usize, usize) = (26, 8);

/// Where lines are typed.
#[derive(PartialEq, Eq, Debug)]
pub enum Place {
    /// On the screen.
    Screen,
    /// At the prompt alone; and why, unless a person wants it so.
    Plain(Option<String>),
}

/// Whether the terminal is one of those that had no colours.
fn is_monochrome() -> bool {
    env::text("TERM").is_some_and(|term| term.starts_with("vt"))
}

/// Where they are typed here.
pub fn place(desk: &Desk) -> Place {
    let output = &desk.flags.output;
    if output.plain || output.no_screen || output.json || !stdout_is_terminal() {
        return Place::Plain(None);
    }
    match unfit(env::text("TERM").as_deref(), size()) {
        None => Place::Screen,
        why => Place::Plain(why),
    }
}

/// Why a terminal cannot show the screen, if it cannot.
fn unfit(term: Option<&str>, size: Option<(usize, usize)>) -> Option<String> {
    let (columns, rows) = LEAST;
    match (term, size) {
        (None, _) => Some("TERM does not say what this terminal can do".to_owned()),
        (Some("dumb"), _) => Some("TERM says that this terminal can only print".to_owned()),
        (_, None) => Some("this terminal does not say how large it is".to_owned()),
        (_, Some((wide, high))) if wide < columns || high < rows => Some(format!(
            "the screen needs {columns} columns and {rows} rows, and here are {wide} and {high}"
        )),
        _ => None,
    }
}

/// Shows the session on the screen, where something may be done first. Who came for nothing else is told what this is.
pub fn show(desk: &Desk, session: Session, args: &ScreenArgs, first: Option<&Order>) -> i32 {
    let told = session.left_over().unwrap_or_default();
    let greeting = match first {
        None => first_words(&session).to_vec(),
        Some(_) => Vec::new(),
    };
    let remarks = greeting.into_iter().chain(told);
    let remarks = remarks.map(|told| format!("{told}\n"));
    let news = remarks.map(News::Remark).collect();
    let manner = manner(desk, &args.look);
    let setup = match setup(manner, &args.look, news) {
        Ok(setup) => setup,
        Err(why) => {
            desk.printer.error(&format!("error: {why}"));
            return 1;
        }
    };
    let tools = Tools {
        printer: desk.printer.clone(),
        signals: desk.signals.clone(),
        asking: desk.asking().clone(),
        history: Some(history::open()),
        speed: args.speed.0,
    };
    run(session, tools, first.map(ToString::to_string), setup)
}

/// How the screen is on this terminal.
pub fn manner(desk: &Desk, args: &LookArgs) -> Manner {
    let style = desk.printer.style();
    let theme = match style.color && !is_monochrome() {
        true => args.theme,
        false => Theme::Mono,
    };
    Manner {
        look: Look {
            ascii: style.ascii,
            theme,
        },
        still: args.no_motion,
        speed: 1.0,
        replays: false,
        mouse: args.mouse,
    }
}

/// What it is opened with, where it is told this first.
pub fn setup(manner: Manner, args: &LookArgs, news: Vec<News>) -> Result<Setup, String> {
    Ok(Setup {
        app: App::new(manner, Prompt::new(history::open(), manner.look.ascii)),
        news,
        record: recorded(args.record.as_deref())?,
    })
}

/// The first lines of the trace: what this is, on what it acts, and where to go on from.
fn first_words(session: &Session) -> [String; 3] {
    let acts = match session.moment().sim {
        true => format!("This is {}: nothing touches this machine.", session.label()),
        false => format!(
            "This is {}: `apply` changes it, after it has shown the plan and asked.",
            session.label()
        ),
    };
    [
        "weft: a graph of resources, drawn; what it would do, what it does, and why.".to_owned(),
        acts,
        "`demo` plays a story, `learn` has lessons, F1 lists the keys; `help`; `quit` leaves."
            .to_owned(),
    ]
}

/// Where there is no screen, and a recording of it is wanted. Gives the exit code.
pub fn nothing_to_record(desk: &Desk, place: Option<Place>) -> i32 {
    let why = match place {
        Some(Place::Plain(Some(why))) => why,
        _ => "lines come from elsewhere, or a flag wants them so".to_owned(),
    };
    desk.printer.error(&format!(
        "error: --record records the screen, and there is none: {why}\n  hint: `--trace FILE` writes down what happens in any case"
    ));
    64
}

/// Where it is recorded. Each frame is there as soon as it was drawn. A file that is there already stays as it is: what
/// was shown once is not shown again.
pub fn recorded(path: Option<&Path>) -> Result<Option<Record>, String> {
    let Some(path) = path else { return Ok(None) };
    let file = match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match path.is_file() {
            true => Err("it is there already: give another name, or remove it".to_owned()),
            // A pipe or a device.
            false => File::create(path).map_err(|error| plain(&error)),
        },
        opened => opened.map_err(|error| plain(&error)),
    };
    let file = file.map_err(|why| format!("--record {}: {why}", path.display()))?;
    Ok(Some(Box::new(LineWriter::new(file))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_fit_for_the_screen_or_it_is_said_why_not() {
        let least = Some(LEAST);
        assert_eq!(unfit(Some("xterm"), least), None);
        assert_eq!(unfit(Some("vt100"), Some((80, 24))), None);
        for (term, size, why) in [
            (Some("xterm"), Some((25, 8)), "here are 25 and 8"),
            (Some("xterm"), Some((26, 7)), "here are 26 and 7"),
            (Some("xterm"), None, "how large"),
            (Some("dumb"), least, "only print"),
            (None, least, "TERM does not say"),
        ] {
            let said = unfit(term, size).unwrap_or_default();
            assert!(said.contains(why), "{said}");
        }
    }
}
