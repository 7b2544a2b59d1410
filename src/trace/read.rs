//! A trace read back from the lines in which it was written.
//!
//! A file may hold more than one film: a session that began another graph, or files that were put together. Where the numbers of events
//! begin again, another film begins. Events are numbered through all the same, so that each has one number in the whole, and causes stay
//! within their film.

use super::json::read_json_line;
use crate::engine::event::{Event, EventId, What};
use crate::graph::{Graph, Key, Line};
use serde_json::Value;

/// What a line of a trace is written by.
const WRITTEN: &str = "`--trace FILE` writes one while anything runs";

/// A trace, whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Films {
    /// The events of each film, in their order.
    pub films: Vec<Vec<Event>>,
    /// The last line, if whoever wrote it was cut off within it: it is left out.
    pub cut: Option<usize>,
}

/// Why a text is no trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// The line, from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Films {
    /// Reads lines of JSON. Empty lines count for nothing.
    pub fn read(text: &str) -> Result<Films, Unread> {
        let mut events = Vec::new();
        let mut cut = None;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let number = at + 1;
            match read_json_line(line) {
                _ if line.trim().is_empty() => {}
                Ok(event) => events.push(event),
                Err(_) if !line.ends_with('\n') && !events.is_empty() && is_begun(line) => {
                    cut = Some(number);
                }
                Err(why) => return Err(unread(number, line, &why)),
            }
        }
        match events.is_empty() {
            true => Err(Unread {
                line: 0,
                what: "there is no event in it: nothing has happened".to_owned(),
                hint: WRITTEN.to_owned(),
            }),
            false => Ok(Films {
                films: films(events),
                cut,
            }),
        }
    }

    /// How many events there are.
    pub fn count(&self) -> usize {
        self.films.iter().map(Vec::len).sum()
    }

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.films.iter().flatten()
    }
}

/// Whether a line is the beginning of one that would be whole.
fn is_begun(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_err_and(|error| error.is_eof())
}

fn unread(line: usize, text: &str, why: &str) -> Unread {
    let (what, hint) = match serde_json::from_str::<Value>(text) {
        Err(_) if line == 1 => (
            "this is no trace: its first line is no JSON".to_owned(),
            format!("TRACE comes first, then the FILE that it is of; {WRITTEN}"),
        ),
        Err(error) if error.is_eof() => (
            "this line is not whole".to_owned(),
            "what was written after it was cut off follows it: leave the line out".to_owned(),
        ),
        Err(error) => (
            format!("this is no line of JSON: {}", short(&error.to_string())),
            format!("each line is an event; {WRITTEN}"),
        ),
        Ok(value) => of_another(&value, why),
    };
    Unread { line, what, hint }
}

/// What JSON is that tells of no event that is known.
fn of_another(value: &Value, why: &str) -> (String, String) {
    let format = value.get("format").and_then(Value::as_u64);
    if let Some(newer) = format.filter(|format| *format > 1) {
        return (
            format!("format {newer} is newer than this weft, which reads format 1"),
            "a newer weft reads it".to_owned(),
        );
    }
    if value.get("version").is_some() && value.get("width").is_some() {
        return (
            "this is a recording of a screen, and no trace".to_owned(),
            "players of asciicast play it".to_owned(),
        );
    }
    (
        format!("this tells of no event: {}", short(why)),
        format!("each line is an event; {WRITTEN}"),
    )
}

/// An error's words without the place in the line, and without every word that might have stood there.
fn short(why: &str) -> &str {
    let why = why.split(" at line ").next().unwrap_or(why);
    why.split(", expected one of").next().unwrap_or(why)
}

/// The films of a trace: where numbers begin again, another one begins.
fn films(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut films: Vec<Vec<Event>> = Vec::new();
    for event in events {
        match films.last_mut() {
            Some(film) if film.last().is_some_and(|last| last.id < event.id) => film.push(event),
            _ => films.push(vec![event]),
        }
    }
    let mut before = 0;
    for film in &mut films {
        number(film, before);
        before += film.len();
    }
    films
}

/// Numbers events after so many others, and their causes with them.
fn number(film: &mut [Event], before: usize) {
    let called: Vec<EventId> = film.iter().map(|event| event.id).collect();
    let number = |at: usize| EventId((before + at + 1) as u64);
    for (at, event) in film.iter_mut().enumerate() {
        let cause = event.cause.as_ref();
        let cause = cause.and_then(|cause| called[..at].binary_search(cause).ok());
        event.cause = cause.map(number);
        event.id = number(at);
    }
}

/// What events tell of the graph that they happened in: who is told of, and along which lines notifications and values went. What
/// has not happened is not in it.
pub fn sketch(events: &[Event]) -> Graph {
    let subjects = events.iter().filter_map(|event| event.subject.clone());
    let lines: Vec<Line> = events.iter().filter_map(line_of).collect();
    Graph::sketch(subjects, &lines)
}

fn line_of(event: &Event) -> Option<Line> {
    let subject: &Key = event.subject.as_ref()?;
    match &event.what {
        What::Notified {
            from: Some(from), ..
        } => Some(Line::Notifies(from.clone(), subject.clone())),
        What::Sent {
            field, to, into, ..
        } => Some(Line::Sends {
            from: subject.clone(),
            sent: field.clone(),
            to: to.clone(),
            into: into.clone(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::json_line;

    fn line(id: u64, who: &str, cause: Option<u64>) -> String {
        let event = Event {
            id: EventId(id),
            at: crate::time::Time(0),
            subject: Some(Key::new("noop", who)),
            what: What::Poked,
            cause: cause.map(EventId),
        };
        json_line(&event) + "\n"
    }

    #[test]
    fn films_are_numbered_through_and_causes_stay_in_theirs() {
        let text = line(3, "a", None)
            + &line(7, "b", Some(3))
            + "\n"
            + &line(3, "c", Some(2))
            + &line(9, "d", Some(3));
        let read = Films::read(&text).expect("a trace");
        assert_eq!((read.films.len(), read.count(), read.cut), (2, 4, None));
        let told = read
            .events()
            .map(|event| (event.id.0, event.cause.map(|cause| cause.0)));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [(1, None), (2, Some(1)), (3, None), (4, Some(3))]
        );
    }

    #[test]
    fn what_is_no_trace_is_refused_with_its_line() {
        let good = line(1, "a", None);
        let newer = good
            .replace("\"format\":1", "\"format\":2")
            .replace("poked", "teleported");
        let other = good.replace("poked", "teleported");
        let half = &good[..good.len() - 10];
        for (text, line, what) in [
            (String::new(), 0, "there is no event in it"),
            ("\n \n".to_owned(), 0, "there is no event in it"),
            ("graph: mine\n".to_owned(), 1, "this is no trace"),
            (half.to_owned(), 1, "this is no trace"),
            (
                "{\"version\": 2, \"width\": 80}\n".to_owned(),
                1,
                "a recording of a screen",
            ),
            (
                format!("{good}{newer}"),
                2,
                "format 2 is newer than this weft",
            ),
            (
                format!("{good}{other}"),
                2,
                "no event: unknown variant `teleported`",
            ),
            (format!("{good}[]\n"), 2, "this tells of no event: "),
            (
                format!("{good}{{}}\n"),
                2,
                "no event: missing field `format`",
            ),
            (format!("{good}{half}\n{good}"), 2, "this line is not whole"),
            (
                format!("{good}x\n"),
                2,
                "this is no line of JSON: expected value",
            ),
            (
                format!("{good}x"),
                2,
                "this is no line of JSON: expected value",
            ),
        ] {
            let why = Films::read(&text).expect_err(&text);
            assert_eq!(why.line, line, "{text}: {why:?}");
            assert!(
                why.what.contains(what) && !why.hint.is_empty(),
                "{text}: {why:?}"
            );
            assert!(why.what.len() < 100, "{why:?}");
        }
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_left_out() {
        let good = line(1, "a", None);
        let text = format!("{good}{}", &good[..good.len() - 10]);
        let read = Films::read(&text).expect("a trace");
        assert_eq!((read.count(), read.cut), (1, Some(2)));
        // Whole, but for its end.
        let read = Films::read(&format!("{good}{}", line(2, "b", None).trim_end()));
        assert_eq!(read.map(|read| (read.count(), read.cut)), Ok((2, None)));
    }

    #[test]
    fn a_sketch_has_all_that_was_told_of() {
        let at = |id: u64, subject: &str, what| Event {
            id: EventId(id),
            at: crate::time::Time(0),
            subject: Some(Key::new("noop", subject)),
            what,
            cause: None,
        };
        let notified = |from: Option<&str>| What::Notified {
            from: from.map(|from| Key::new("noop", from)),
            generation: 1,
            may: false,
        };
        let graph = sketch(&[
            at(1, "alone", What::Ok),
            at(2, "b", notified(Some("a"))),
            at(3, "c", notified(None)),
        ]);
        let names: Vec<&str> = graph.vertices().keys().map(Key::name).collect();
        assert_eq!(names, ["a", "alone", "b", "c"]);
        assert_eq!(graph.edges().len(), 1);
    }
}
