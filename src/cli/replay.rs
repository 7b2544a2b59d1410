//! `replay`: what a trace tells, once more: on the screen, as lines, as a still, as a recording. Nothing is run.

use super::args::ReplayArgs;
use super::desk::Desk;
use super::screen::{self, Place};
use crate::command::{Front, SessionError};
use crate::graph::{Graph, Key};
use crate::repl::{Guide, history, stdin_is_terminal};
use crate::trace::{self, Films, Level, count, sketch};
use crate::tui::app::{App, Manner, Moment};
use crate::tui::line::Prompt;
use crate::tui::news::{Known, News};
use crate::tui::record::{Cast, Offscreen, Paper, still};
use crate::tui::run;
use crate::tui::theme::{Look, Theme};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// A trace of more bytes is not read: about a million events.
const MOST: u64 = 256 * 1024 * 1024;

/// A trace, with what is drawn of it.
struct Reel {
    text: String,
    films: Films,
    /// The graph or story that it is of.
    graph: Option<Arc<Graph>>,
    /// What is to be said of it.
    warnings: Vec<String>,
}

/// `weft replay TRACE [FILE]`.
pub fn replay(desk: &Desk, args: &ReplayArgs) -> i32 {
    let reel = match Reel::read(desk, args) {
        Ok(reel) => reel,
        Err(code) => return code,
    };
    if let Some(path) = &args.still {
        return draw(desk, args, &reel, path);
    }
    let place = stdin_is_terminal().then(|| screen::place(desk));
    match (place, &args.look.record) {
        (Some(Place::Screen), _) => show(desk, args, &reel),
        (_, Some(path)) => record(desk, args, &reel, path),
        (place, None) => {
            if let Some(Place::Plain(Some(why))) = place {
                desk.printer.remark(&format!("as lines: {why}\n"));
            }
            print(desk, &reel)
        }
    }
}

/// As `trace` prints it; as JSON as it is.
fn print(desk: &Desk, reel: &Reel) -> i32 {
    reel.warn(desk);
    if desk.json() {
        let lines = reel.text.lines().enumerate();
        let whole =
            lines.filter(|(at, line)| Some(at + 1) != reel.films.cut && !line.trim().is_empty());
        whole.for_each(|(_, line)| desk.printer.raw(&format!("{line}\n")));
    } else {
        let text = trace::lines(reel.films.events(), Level::Story);
        desk.console().show(&text);
    }
    0
}

fn show(desk: &Desk, args: &ReplayArgs, reel: &Reel) -> i32 {
    let manner = Manner {
        speed: args.speed.0,
        replays: true,
        ..screen::manner(desk, &args.look)
    };
    let told = reel.warnings.iter().map(|told| News::Remark(told.clone()));
    let news = told.chain(reel.news(args, manner.look.ascii)).collect();
    match screen::setup(manner, &args.look, news) {
        Ok(setup) => run::replay((&desk.printer, &desk.signals), setup),
        Err(why) => failed(desk, &why),
    }
}

/// One moment, as SVG. What this terminal can show does not count: the same is drawn everywhere.
fn draw(desk: &Desk, args: &ReplayArgs, reel: &Reel, path: &Path) -> i32 {
    reel.warn(desk);
    let all = reel.films.count();
    if let Moment::Event(number) = args.at
        && number > all
    {
        let what = format!(
            "there is no event {number}: the trace has {}",
            count(all, "event")
        );
        return desk.refuse(&SessionError::failed(what).with_hint("`--at end` is the last"));
    }
    let mut screen = offscreen(desk, args, reel);
    screen.app().stand_at(args.at);
    screen.app().compose();
    let paper = match args.look.theme {
        Theme::Light => Paper::Light,
        _ => Paper::Dark,
    };
    let drawn = still(&screen.cells(), paper);
    if let Err(error) = std::fs::write(path, drawn) {
        return failed(desk, &format!("--still {}: {error}", path.display()));
    }
    let (shown, _) = screen.app().shown();
    if desk.json() {
        desk.print_json(
            &json!({"format": 1, "still": path.display().to_string(), "event": shown, "of": all}),
        );
    } else {
        desk.printer
            .result(&format!("{}: event {shown} of {all}\n", path.display()));
    }
    0
}

/// All of it, as it would be played, in the film's own time.
fn record(desk: &Desk, args: &ReplayArgs, reel: &Reel, path: &Path) -> i32 {
    reel.warn(desk);
    let mut screen = offscreen(desk, args, reel);
    let recorded = screen::recorded(Some(path)).and_then(|out| match out {
        Some(out) => {
            let done = screen.record(&mut Cast::new(out));
            done.map_err(|error| format!("--record {}: {error}", path.display()))
        }
        None => Ok(()),
    });
    match recorded {
        Ok(()) if desk.json() => {
            let seconds = screen.app().length().as_secs_f64();
            desk.print_json(
                &json!({"format": 1, "record": path.display().to_string(), "seconds": seconds}),
            );
            0
        }
        Ok(()) => {
            let seconds = screen.app().length().as_secs();
            let text = format!(
                "{}: {} of film\n",
                path.display(),
                count(seconds as usize, "second")
            );
            desk.printer.result(&text);
            0
        }
        Err(why) => failed(desk, &why),
    }
}

fn offscreen(desk: &Desk, args: &ReplayArgs, reel: &Reel) -> Offscreen {
    let ascii = desk.flags.output.ascii;
    let look = Look {
        ascii,
        theme: args.look.theme,
    };
    let manner = Manner {
        look,
        still: args.look.no_motion,
        speed: 1.0,
        replays: true,
        mouse: false,
    };
    let app = App::new(manner, Prompt::new(history::empty(), ascii));
    let size = (args.size.0, args.size.1);
    Offscreen::new(app, size, reel.news(args, ascii).collect())
}

fn failed(desk: &Desk, why: &str) -> i32 {
    desk.refuse(&SessionError::failed(why.to_owned()))
}

impl Reel {
    /// Reads both files, or tells what is wrong with one and gives the exit code.
    fn read(desk: &Desk, args: &ReplayArgs) -> Result<Reel, i32> {
        let name = args.written.display().to_string();
        let refuse = |place: String, what: &str, hint: &str| {
            desk.refuse(
                &SessionError::failed(format!("{place}: {what}")).with_hint(hint.to_owned()),
            )
        };
        let text = text(&args.written).map_err(|(what, hint)| refuse(name.clone(), &what, hint))?;
        let films = Films::read(&text).map_err(|unread| {
            let place = match unread.line {
                0 => name.clone(),
                line => format!("{name}:{line}"),
            };
            refuse(place, &unread.what, &unread.hint)
        })?;
        let graph = match &args.file {
            Some(file) => Some(Arc::new(desk.read(file)?.graph)),
            None => None,
        };
        let cut = films.cut.map(|line| {
            format!("warning: {name}:{line}: the file ends within this line, which is left out\n")
        });
        let unknown = graph.as_deref().and_then(|graph| unknown(&films, graph));
        let warnings = cut.into_iter().chain(unknown).collect();
        Ok(Reel {
            text,
            films,
            graph,
            warnings,
        })
    }

    fn warn(&self, desk: &Desk) {
        self.warnings
            .iter()
            .for_each(|told| desk.printer.remark(told));
    }

    /// What a screen is told of it.
    fn news(&self, args: &ReplayArgs, ascii: bool) -> impl Iterator<Item = News> {
        let graph = |events: &Vec<_>| match &self.graph {
            Some(graph) => graph.clone(),
            None => Arc::new(sketch(events)),
        };
        let films: Vec<News> = self
            .films
            .films
            .iter()
            .map(|events| News::Begins(graph(events), events.clone()))
            .collect();
        let first = match films.first() {
            Some(News::Begins(graph, _)) => graph.clone(),
            _ => Arc::default(),
        };
        let name = args.written.file_name().unwrap_or(args.written.as_os_str());
        let known = Known {
            label: format!("replay of {}", name.display()),
            prompt: if ascii { "replay> " } else { "replay › " }.to_owned(),
            guide: Some(Arc::new(Guide::of_graph(first))),
            ..Known::default()
        };
        [News::Knows(Box::new(known))].into_iter().chain(films)
    }
}

/// A warning where a trace tells of what its graph does not have.
fn unknown(films: &Films, graph: &Graph) -> Option<String> {
    let subjects = films.events().filter_map(|event| event.subject.as_ref());
    let unknown: BTreeSet<&Key> = subjects.filter(|key| graph.vertex(key).is_none()).collect();
    let first = unknown.first()?;
    let many = match unknown.len() {
        1 => first.to_string(),
        n => format!("{first} and {} more", n - 1),
    };
    Some(format!(
        "warning: the trace tells of {many}, which FILE does not have: without FILE all that it tells of is drawn\n"
    ))
}

/// The text of a trace; or what is wrong with its file, and what to do.
fn text(path: &Path) -> Result<String, (String, &'static str)> {
    let other = "name a file that `--trace FILE` wrote";
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.map_err(|error| (plain(&error), other))?;
    if bytes.len() as u64 > MOST {
        let what = format!("it has more than {} MiB", MOST / 1024 / 1024);
        return Err((what, "`tail -n 100000` gives its end, which is a trace too"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good]
            .iter()
            .filter(|byte| **byte == b'\n');
        (
            format!("line {} is no text in UTF-8", line.count() + 1),
            other,
        )
    })
}

/// The system's words without its error number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or(&text)
        .to_lowercase()
}
