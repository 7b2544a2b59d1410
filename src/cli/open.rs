//! The prompt, and commands instead of it: `weft [FILE] [-c COMMAND]…`, `weft host`, `weft learn`, `weft demo`.

use super::args::{LearnArgs, PromptArgs, Told};
use super::desk::Desk;
use super::screen::{self, Place};
use super::{run, watch};
use crate::command::{Learn, Order, Session};
use crate::graph::nearest;
use crate::repl::{Behind, Came, evaluate, prompt, read_commands, run_script, stdin_is_terminal};
use crate::trace::count;
use std::io::stdin;
use std::path::Path;

/// `weft [FILE]`.
pub fn file(desk: &Desk, args: PromptArgs) -> i32 {
    let session = match &args.file {
        Some(path) => desk.open(path).inspect_err(|_| perhaps_a_verb(desk, path)),
        None => desk.open_password(),
    };
    match session {
        Ok(session) => console(desk, session, &args.told, None),
        Err(code) => code,
    }
}

/// `weft host`.
pub fn host(desk: &Desk, told: Told) -> i32 {
    match desk.open_host() {
        Ok(session) => console(desk, session, &told, None),
        Err(code) => code,
    }
}

/// `weft learn [N|NAME|PATH]`.
pub fn learn(desk: &Desk, args: &LearnArgs) -> i32 {
    let begin = match &args.lesson {
        None => Learn::List,
        Some(name) => Learn::Begin(name.clone()),
    };
    simulated(desk, &Order::Learn(begin), &args.told)
}

/// `weft demo`.
pub fn demo(desk: &Desk, told: &Told) -> i32 {
    simulated(desk, &Order::Demo, told)
}

/// The console in a simulation, with something done first.
fn simulated(desk: &Desk, first: &Order, told: &Told) -> i32 {
    match desk.open_sim(&first.to_string()) {
        Ok(session) => console(desk, session, told, Some(first)),
        Err(code) => code,
    }
}

/// The screen, or the prompt alone where there is no place for one.
fn on_a_terminal(
    desk: &Desk,
    mut session: Session,
    told: &Told,
    first: Option<&Order>,
    place: Place,
) -> i32 {
    let mut front = desk.console();
    // On the screen it is done once more: there it is watched, and read. Here it is seen whether it can be.
    let on_screen = first.filter(|_| place == Place::Screen);
    if let Some(first) = first.filter(|first| on_screen.is_none() || **first != Order::Demo) {
        let first = first.to_string();
        let done = match place {
            Place::Screen => session.eval(&first, &mut desk.silent()),
            Place::Plain(_) => evaluate(&first, &mut session, &mut front),
        };
        if let Err(error) = done {
            return desk.refuse(&error);
        }
    }
    match place {
        Place::Screen => screen::show(desk, session, &told.screen, on_screen),
        Place::Plain(why) => {
            // Who came for something else need not be told where this is.
            if first.is_none() {
                desk.printer.remark(&greeting(&session));
            }
            if let Some(why) = why {
                desk.printer.remark(&format!("the prompt alone: {why}\n"));
            }
            prompt(&mut session, &mut front, &desk.signals)
        }
    }
}

/// Commands from the command line if there are any; else the prompt on a terminal; else commands from standard input.
fn console(desk: &Desk, mut session: Session, told: &Told, first: Option<&Order>) -> i32 {
    let mut front = desk.console();
    let typed = told.commands.is_empty() && stdin_is_terminal();
    let place = typed.then(|| screen::place(desk));
    if place != Some(Place::Screen) && told.screen.look.record.is_some() {
        return screen::nothing_to_record(desk, place);
    }
    if let Some(place) = place {
        return on_a_terminal(desk, session, told, first, place);
    }
    if let Some(first) = first
        && let Err(error) = evaluate(&first.to_string(), &mut session, &mut front)
    {
        return desk.refuse(&error);
    }
    let came = if told.commands.is_empty() {
        let mut input = stdin().lock();
        read_commands(
            &mut input,
            &mut session,
            &mut front,
            &desk.signals,
            told.keep_going,
        )
    } else {
        commands(desk, &mut session, told)
    };
    if first.is_none() && came.commands == 0 && !came.failed {
        return nothing_said(desk, session);
    }
    if Behind::goes_on(&mut session) {
        let code = watch::stay(desk, &mut session, false);
        let code = if came.failed { code.max(1) } else { code };
        return told_as_json(desk, &session, code);
    }
    let code = match desk.code(&mut session) {
        0 | 2 if came.failed => 1,
        code => code,
    };
    told_as_json(desk, &session, code)
}

/// The first line on a terminal: what this is, what it holds and acts on, and where to go on from.
fn greeting(session: &Session) -> String {
    let graph = session.graph();
    let on = match session.moment().sim {
        true => format!("{}, and not this machine", session.label()),
        false => session.label().to_owned(),
    };
    format!(
        "weft {}: graph {}, {}, on {}\n{}`help` lists the commands\n",
        env!("CARGO_PKG_VERSION"),
        graph.name,
        count(graph.vertices().len(), "resource"),
        on,
        match session.moment().sim {
            true => "`demo` shows what it does, `learn` teaches it, ",
            false => "",
        }
    )
}

/// Where results are JSON: how each vertex stands in the end.
fn told_as_json(desk: &Desk, session: &Session, code: i32) -> i32 {
    if desk.json() {
        run::print_run(desk, session, code);
    }
    code
}

fn commands(desk: &Desk, session: &mut Session, told: &Told) -> Came {
    let mut came = Came::default();
    let mut front = desk.console();
    for command in &told.commands {
        run_script(command, session, &mut front, &desk.signals, &mut came);
        if came.left || (came.failed && !told.keep_going) {
            break;
        }
    }
    came
}

/// Nobody is there and nothing was said: a story is played, and a graph left alone.
fn nothing_said(desk: &Desk, mut session: Session) -> i32 {
    if session
        .document()
        .is_some_and(|document| document.story.is_some())
    {
        let code = run::play_and_judge(desk, &mut session);
        return told_as_json(desk, &session, code);
    }
    desk.printer.remark(
        "nothing to do: there is no terminal, no -c COMMAND, and nothing on standard input\n",
    );
    0
}

/// A misspelt verb is taken for a file that is not there.
fn perhaps_a_verb(desk: &Desk, path: &Path) {
    let (word, verbs) = (path.to_string_lossy(), super::verbs());
    if !path.exists()
        && let Some(verb) = nearest(&word, verbs.iter().map(String::as_str))
    {
        desk.printer
            .error(&format!("  hint: did you mean `weft {verb}`?"));
    }
}
