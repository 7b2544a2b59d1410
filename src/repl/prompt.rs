//! The plain prompt: rustyline around the one language.

use super::behind::Behind;
use super::helper::Helps;
use super::out::GONE;
use super::script::evaluate;
use super::{Console, Signals, Style, ends, history};
use crate::command::{Flow, Front, Session};
use crate::drive::real::Signal;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, ExternalPrinter, KeyEvent, RepeatCount,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

/// Reads and evaluates lines until a person leaves. Gives the exit code.
pub fn prompt(session: &mut Session, console: &mut Console, signals: &Signals) -> i32 {
    let style = *console.printer().style();
    let empty = Arc::new(AtomicBool::new(true));
    let unanswered = console.printer().unanswered().clone();
    let mut editor = match editor(session, style, &empty, unanswered) {
        Ok(editor) => editor,
        Err(error) => {
            console
                .printer()
                .error(&format!("error: the prompt cannot be opened: {error}"));
            return 1;
        }
    };
    let above = editor.create_external_printer().ok().map(|mut above| {
        // Who prints there waits until the line is drawn anew, and a line that was just entered never is: so nobody else waits with it.
        let (put, texts) = channel::<String>();
        console
            .printer()
            .print_above(Some(Box::new(move |text| drop(put.send(text)))));
        std::thread::spawn(move || texts.iter().for_each(|text| drop(above.print(text))))
    });
    session.keep_edits();
    for offer in session.offers() {
        console.remark(&format!("{offer}\n"));
    }
    signals.in_console(true);
    signals.at_prompt(true);
    let code = lines(session, console, signals, &mut editor, &empty);
    signals.at_prompt(false);
    console.printer().print_above(None);
    drop(editor);
    if let Some(above) = above {
        // What it panicked of, it told.
        let _ = above.join();
    }
    if let Err(error) = ends::stop_what_runs(session, console, code) {
        console.printer().refusal(&error);
    }
    if let Some(words) = ends::unsaved_words(session) {
        console.remark(&words);
    }
    signals.in_console(false);
    code
}

fn lines(
    session: &mut Session,
    console: &mut Console,
    signals: &Signals,
    editor: &mut Editor<Helps, FileHistory>,
    empty: &AtomicBool,
) -> i32 {
    let style = *console.printer().style();
    let mut warned = false;
    loop {
        // What is asked from here on is shown anew.
        console
            .printer()
            .unanswered()
            .store(false, Ordering::SeqCst);
        session.catch_up();
        session.answer_questions(console);
        if let Some(helps) = editor.helper_mut() {
            helps.know(session);
        }
        console.printer().typing(true);
        let line = editor.readline(&session.prompt(style.ascii || style.plain));
        console.printer().typing(false);
        match line {
            Ok(line) => {
                warned = false;
                signals.warn(false);
                if let Some(code) = one_line(&line, session, console, signals, editor) {
                    return code;
                }
            }
            Err(ReadlineError::Interrupted) => {
                if warned && empty.load(Ordering::SeqCst) {
                    return 0;
                }
                warned = empty.load(Ordering::SeqCst);
                signals.warn(warned);
                if warned {
                    console.remark("Ctrl+C again, or `quit`, leaves\n");
                }
            }
            Err(ReadlineError::Eof) => return 0,
            Err(error) if is_gone(&error) => return hung_up(session),
            Err(error) => {
                console
                    .printer()
                    .error(&format!("error: no line can be read: {error}"));
                return 1;
            }
        }
    }
}

/// Whether the terminal is gone.
fn is_gone(error: &ReadlineError) -> bool {
    match error {
        ReadlineError::Io(error) => error.raw_os_error() == Some(GONE),
        ReadlineError::Errno(errno) => *errno as i32 == GONE,
        _ => false,
    }
}

/// The code of a terminal that has gone, whether or not the signal that says so has been heard yet.
fn hung_up(session: &Session) -> i32 {
    let quiet = session.moment().running && session.ask(|engine| engine.is_converged());
    match quiet {
        true => 0,
        false => Signal::HangUp.exit_code(),
    }
}

/// Evaluates a line. Gives the exit code if that was the last one.
fn one_line(
    line: &str,
    session: &mut Session,
    console: &mut Console,
    signals: &Signals,
    editor: &mut Editor<Helps, FileHistory>,
) -> Option<i32> {
    if line.trim().is_empty() {
        return None;
    }
    let before = session.graph().clone();
    signals.reset();
    signals.at_prompt(false);
    let result = evaluate(line, session, console);
    signals.at_prompt(true);
    history::keep(editor.history_mut(), line, &before, session.graph());
    match result {
        Ok(Flow::Quit) => return Some(0),
        Ok(Flow::Go) => {}
        Err(error) => console.printer().refusal(&error),
    }
    Behind::follow(session, console.printer(), signals);
    ends::left_by_signal(session, signals)
}

fn editor(
    session: &Session,
    style: Style,
    empty: &Arc<AtomicBool>,
    unanswered: Arc<AtomicBool>,
) -> rustyline::Result<Editor<Helps, FileHistory>> {
    let config = Config::builder()
        .auto_add_history(false)
        .completion_type(CompletionType::List)
        // Without colour nothing is coloured in `Helps`, which also draws the prompt's state.
        .color_mode(ColorMode::Enabled)
        .build();
    let mut editor = Editor::with_history(config, history::open())?;
    editor.set_helper(Some(Helps::new(session, style, unanswered)));
    let noted = Box::new(NoteEmpty(empty.clone()));
    editor.bind_sequence(KeyEvent::ctrl('C'), EventHandler::Conditional(noted));
    Ok(editor)
}

/// Notes whether the line was empty when Ctrl+C came, and leaves the rest to rustyline.
struct NoteEmpty(Arc<AtomicBool>);

impl ConditionalEventHandler for NoteEmpty {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, ctx: &EventContext) -> Option<Cmd> {
        self.0.store(ctx.line().is_empty(), Ordering::SeqCst);
        None
    }
}
