//! Results on stdout, remarks and the progress line on stderr, all events as JSON lines where that was asked for.
//!
//! A pipe that nobody reads any more ends the printing and nothing else: what runs goes on, and the exit code is the same. What
//! could not be written for another reason is told on stderr, and the exit code is not 0.

use super::beside::write_beside;
use super::out::Out;
use super::paint::{dim, event_line, plan_marks, safe};
use super::priority::Priority;
use super::wrap::wrap;
use super::{Style, size};
use crate::command::SessionError;
use crate::command::session::Sort;
use crate::engine::event::{Event, What};
use crate::engine::{Level, Status};
use crate::graph::Key;
use crate::trace::{Stage, View, json_line, line};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Error, Write, stderr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What prints above the prompt while a line is being typed.
pub type Above = Box<dyn FnMut(String) + Send>;

/// Where everything is printed.
pub struct Printer {
    style: Style,
    /// Whether a watch in its own thread waits for an answer: the prompt shows it.
    unanswered: Arc<AtomicBool>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    out: Out,
    shown: String,
    /// A progress line stands at the cursor.
    progress: bool,
    view: View,
    trace: Option<BufWriter<File>>,
    /// Some of the trace could not be written.
    trace_lost: bool,
    above: Option<Above>,
    /// A line is being typed.
    typing: bool,
}

impl Printer {
    /// In this style; every event also goes to this file, as JSON lines.
    pub fn new(style: Style, trace: Option<&Path>) -> std::io::Result<Printer> {
        let trace = trace.map(File::create).transpose()?.map(BufWriter::new);
        let state = State {
            trace,
            out: Out::new(style.err_journal),
            ..State::default()
        };
        Ok(Printer {
            style,
            unanswered: Arc::default(),
            state: Mutex::new(state),
        })
    }

    /// How it prints.
    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Whether a watch in its own thread waits for an answer, as far as that was told since this was last cleared.
    pub fn unanswered(&self) -> &Arc<AtomicBool> {
        &self.unanswered
    }

    /// What of a watch in its own thread is printed from now on goes through this; or no longer.
    pub fn print_above(&self, above: Option<Above>) {
        self.lock().above = above;
    }

    /// Whether a line is being typed from now on: only then is anything printed above it.
    pub fn typing(&self, is: bool) {
        self.lock().typing = is;
    }

    /// A result, on stdout; on a terminal in lines that fit. Where results are JSON it is kept for who makes JSON of it.
    pub fn result(&self, text: &str) {
        self.result_as(Sort::Words, text);
    }

    /// The same of a result that is more than words.
    pub fn result_as(&self, sort: Sort, text: &str) {
        match self.style.json {
            true => self.lock().shown.push_str(text),
            false => self.raw(&self.drawn(sort, text)),
        }
    }

    /// A result as it is printed.
    pub fn drawn(&self, sort: Sort, text: &str) -> String {
        let text = safe(text, &self.style);
        match sort {
            Sort::Words => self.fit(&text),
            Sort::Source => text,
            Sort::Plan => self.fit(&plan_marks(&text, &self.style)),
        }
    }

    /// Lines that fit the terminal, if stdout is one.
    fn fit(&self, text: &str) -> String {
        match size().filter(|_| self.style.wraps) {
            Some((width, _)) => wrap(text, width),
            None => text.to_owned(),
        }
    }

    /// The results since this was last asked, where results are JSON.
    pub fn shown(&self) -> String {
        std::mem::take(&mut self.lock().shown)
    }

    /// Text on stdout as it is.
    pub fn raw(&self, text: &str) {
        let text = marked(text, Priority::Info, self.style.out_journal);
        let mut state = self.lock();
        state.clear_progress();
        state.out.put(&text);
    }

    /// A remark, on stderr.
    pub fn remark(&self, text: &str) {
        if !self.style.quiet {
            let priority = match text.starts_with("warning: ") {
                true => Priority::Warning,
                false => Priority::Info,
            };
            self.beside(&dim_lines(&safe(text, &self.style), &self.style), priority);
        }
    }

    /// An error, on stderr; ends with a newline.
    pub fn error(&self, text: &str) {
        let text = safe(text, &self.style);
        let text = format!("{}\n", text.trim_end_matches('\n'));
        self.beside(&text, Priority::Error);
    }

    /// Why a line was not done, on stderr.
    pub fn refusal(&self, error: &SessionError) {
        match error {
            SessionError::Command(error) => self.error(&format!("error: {error}")),
            failed => self.error(&failed.to_string()),
        }
    }

    /// Events that are not told: they only go to the file of `--trace`.
    pub fn keep(&self, events: &[Event]) {
        self.lock().take(events, &self.style);
    }

    /// Text on stderr as it is: what is drawn for a person at a terminal.
    pub fn aside(&self, text: &str) {
        self.beside(text, Priority::Info);
    }

    fn beside(&self, text: &str, priority: Priority) {
        let text = marked(text, priority, self.style.err_journal);
        let mut state = self.lock();
        state.clear_progress();
        // Where stderr is closed there is nobody to tell.
        let _ = write_beside(&text);
    }

    /// Events as they happen, as lines of the story; a progress line below while a run goes on.
    pub fn events(&self, events: &[Event]) {
        let text = self.lines(events);
        let mut state = self.lock();
        state.clear_progress();
        state.take(events, &self.style);
        if !text.is_empty() {
            state.out.put(&text);
        }
        if self.style.draws && !self.style.quiet && !self.style.json {
            state.draw_progress(&self.style);
        }
    }

    /// The same from a watch in its own thread: above the line that is being typed.
    pub fn events_above(&self, events: &[Event]) {
        let text = self.lines(events);
        let asks = self.questions(events);
        let mut state = self.lock();
        state.take(events, &self.style);
        if text.is_empty() && asks.is_empty() {
            return;
        }
        match state.above.take() {
            Some(mut above) => {
                // The prompt is drawn anew below what is printed, and shows it then.
                self.unanswered.fetch_or(!asks.is_empty(), Ordering::SeqCst);
                match state.typing {
                    true => above(text + &asks),
                    false => state.out.put(&(text + &asks)),
                }
                state.above = Some(above);
            }
            None => state.out.put(&text),
        }
    }

    /// Clears the progress line, and writes what is held back. Gives the exit code: another than 0 or 2 where something that
    /// should have been written is lost.
    pub fn finish(&self, code: i32) -> i32 {
        let mut state = self.lock();
        state.clear_progress();
        if let Some(Err(error)) = state.trace.as_mut().map(BufWriter::flush) {
            state.lose_trace(&error, &self.style);
        }
        match code {
            0 | 2 if state.out.lost() || state.trace_lost => 1,
            code => code,
        }
    }

    fn lines(&self, events: &[Event]) -> String {
        if self.style.json {
            return String::new();
        }
        // What was typed stands above already, where somebody typed it.
        let echo = |what: &What| self.style.asks && matches!(what, What::Command(_));
        let told = events.iter().filter(|event| match self.style.quiet {
            true => is_bad_news(&event.what),
            false => event.what.level() <= Level::Story && !echo(&event.what),
        });
        let line = |event| format!("{}\n", event_line(event, &self.style));
        let journal = self.style.out_journal;
        let text = |event| marked(&line(event), Priority::of(event), journal).into_owned();
        let told: String = told.map(text).collect();
        self.fit(&told)
    }

    /// What a watch waits to be told, where somebody types meanwhile: the line being typed comes first.
    fn questions(&self, events: &[Event]) -> String {
        let asks = events.iter().filter_map(|event| match event.what {
            What::Asks(_) => event.subject.as_ref(),
            _ => None,
        });
        let line = |key: &Key| {
            let text =
                format!("{key} would do what the plan did not say, and waits: Enter asks about it");
            format!("{}\n", safe(&text, &self.style))
        };
        asks.map(line).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text, with its priority before each line if it goes to the journal.
fn marked(text: &str, priority: Priority, journal: bool) -> Cow<'_, str> {
    match journal {
        true => priority.mark(text).into(),
        false => text.into(),
    }
}

/// What is told even where a person wants it quiet: why the exit code will not be 0.
fn is_bad_news(what: &What) -> bool {
    match what {
        What::Failed { .. } | What::Blocked(_) | What::Undurable(_) => what.level() <= Level::Story,
        What::Converged(tally) => tally.failed + tally.blocked + tally.pending > 0,
        _ => false,
    }
}

/// The log has the whole trace, for who asked for everything.
fn log(event: &Event, style: &Style) {
    if tracing::enabled!(tracing::Level::TRACE) {
        tracing::trace!("{}", safe(&line(event).to_string(), style));
    }
}

impl State {
    fn take(&mut self, events: &[Event], style: &Style) {
        for event in events {
            self.view.take(event);
            log(event, style);
        }
        let Some(trace) = &mut self.trace else { return };
        let written = events
            .iter()
            .try_for_each(|event| writeln!(trace, "{}", json_line(event)))
            // Who reads along, or has killed weft, finds what was told so far.
            .and_then(|()| trace.flush());
        if let Err(error) = written {
            self.lose_trace(&error, style);
        }
    }

    fn lose_trace(&mut self, error: &Error, style: &Style) {
        self.trace = None;
        self.trace_lost = true;
        let text = format!(
            "error: the file of --trace cannot be written: {error}\n  hint: what is in it is not all that happened; exit code 1 says so too\n"
        );
        let text = marked(&text, Priority::Error, style.err_journal);
        let _ = write_beside(&text);
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.progress) {
            let _ = stderr().write_all(b"\r\x1b[K");
        }
    }

    fn draw_progress(&mut self, style: &Style) {
        let Some(line) = progress(&self.view) else {
            return;
        };
        let width = size().map_or(80, |size| size.0).saturating_sub(1);
        let line: String = safe(&line, style).chars().take(width).collect();
        self.progress = true;
        let _ = write!(stderr(), "\r{}\x1b[K", dim(&line, style));
    }
}

/// How far a run is: how many have settled, and what runs.
fn progress(view: &View) -> Option<String> {
    let Stage::Running { vertices, .. } = view.stage else {
        return None;
    };
    let mut settled = 0;
    let mut runs = Vec::new();
    for (key, vertex) in &view.vertices {
        match vertex.status {
            Some(Status::Ok | Status::Changed | Status::Held) => settled += 1,
            Some(Status::Applying | Status::Refreshing | Status::Checking) => {
                runs.push(key.to_string());
            }
            _ => {}
        }
    }
    // Of those that an edit has brought since it began, nobody has said how many there are.
    let all = vertices.max(settled + runs.len());
    let runs = match runs.as_slice() {
        [] => return None,
        [one] => one.clone(),
        [one, others @ ..] => format!("{one} and {} more", others.len()),
    };
    Some(format!("{settled} of {all} settled, running {runs}"))
}

fn dim_lines(text: &str, style: &Style) -> String {
    let lines = text
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => format!("{}\n", dim(line, style)),
            None => dim(line, style),
        });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Until;
    use crate::engine::event::EventId;
    use crate::graph::Key;
    use crate::time::Time;

    /// Those of which nothing has been told yet are counted, too.
    #[test]
    fn progress_counts_every_resource_of_the_run() {
        let started = What::Started {
            until: Until::Converged,
            world: "sim".into(),
            vertices: 3,
        };
        let check = What::Checking { tries: 1 };
        let subjects = [
            None,
            Some(Key::new("noop", "a")),
            Some(Key::new("noop", "b")),
        ];
        let whats = [started, What::Ok, check];
        let events = subjects.into_iter().zip(whats).zip(1..);
        let events: Vec<Event> = events
            .map(|((subject, what), id)| Event {
                id: EventId(id),
                at: Time(0),
                subject,
                what,
                cause: None,
            })
            .collect();
        let line = progress(&View::of(&events));
        assert_eq!(line.as_deref(), Some("1 of 3 settled, running noop[b]"));
    }
}
