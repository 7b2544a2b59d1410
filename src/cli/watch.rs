//! `watch`: applies, then repairs; reads its file again when it changes, or when a SIGHUP says so where there is no terminal.

use super::desk::Desk;
use super::service::Manager;
use super::{report, run};
use crate::command::{Order, Session};
use crate::file::{Document, is_as_read, load};
use crate::kind::Kinds;
use crate::repl::{Behind, News, on_a_terminal};
use crate::world::Watch;
use crate::world::host::{HostWatcher, What};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// How long a file is left alone after it changed, so that it is read when whoever writes it is done.
const SETTLE: Duration = Duration::from_millis(50);

/// `weft watch FILE`.
pub fn watch(desk: &Desk, path: &Path) -> i32 {
    let mut session = match desk.open(path) {
        Ok(session) => session,
        Err(code) => return code,
    };
    let mut front = desk.console();
    if let Err(error) = session.obey("", &Order::Watch, &mut front) {
        return desk.refuse(&error).max(desk.code(&mut session));
    }
    if !session.moment().running {
        return desk.code(&mut session);
    }
    let code = match session.moment().sim {
        true => in_a_simulation(desk, &mut session),
        false => stay(desk, &mut session, true),
    };
    if desk.json() {
        run::print_run(desk, &session, code);
    }
    code
}

/// In a simulation nothing happens that the story does not say: it watches until nothing is left to do.
fn in_a_simulation(desk: &Desk, session: &mut Session) -> i32 {
    let mut front = desk.console();
    if let Err(error) = session.obey("", &Order::Stop, &mut front) {
        return desk.refuse(&error);
    }
    desk.code(session)
}

/// Stays while a watch on this host goes on; until it is stopped, ends, or was quiet for as long as was asked for.
///
/// `reads`: whether the session's file is read again when it changes.
pub fn stay(desk: &Desk, session: &mut Session, reads: bool) -> i32 {
    let (sender, news) = channel();
    desk.signals.tell(sender.clone(), reads && !on_a_terminal());
    let files = reads.then(|| watch_files(session, sender.clone()));
    let mut manager = Manager::find();
    manager.look(session);
    Behind::follow(session, &desk.printer, &desk.signals);
    let left = listen(desk, session, files.as_ref(), &news, &mut manager);
    manager.stops();
    drop(files);
    if left {
        return desk.code(session);
    }
    let mut front = desk.console();
    let ended = session.end_watch(&mut front);
    let code = code_of(desk, session);
    match ended {
        Ok(()) => code,
        Err(error) => desk.refuse(&error).max(code),
    }
}

/// Stopped while quiet is well, whatever stopped it.
fn code_of(desk: &Desk, session: &mut Session) -> i32 {
    if let Some(stopped) = desk.signals.stopped() {
        session.ended_mut().signal = (!stopped.quiet).then_some(stopped.signal);
    }
    desk.code(session)
}

/// Hears news until the watch has ended. True: it is left as it stands.
fn listen(
    desk: &Desk,
    session: &mut Session,
    files: Option<&HostWatcher>,
    news: &Receiver<News>,
    manager: &mut Manager,
) -> bool {
    let patience = desk.flags.world.converged_timeout.map(|span| span.as_std());
    // Before anything was looked at, nothing is quiet.
    let mut quiet = quiet_since_now(session);
    let mut changed: Option<Instant> = None;
    while session.moment().running {
        manager.look(session);
        session.catch_up();
        let give_up = patience
            .zip(quiet)
            .map(|(patience, since)| since + patience);
        let read_at = changed.map(|at| at + SETTLE);
        let next = give_up.into_iter().chain(read_at).min();
        match wait(news, next) {
            Ok(News::Busy | News::Quiet) => quiet = quiet_since_now(session),
            Ok(News::Asks) => session.answer_questions(&mut desk.console()),
            Ok(News::Reread) => changed = Some(Instant::now()),
            // Whoever edited it while the plan was shown is not forgotten.
            Ok(News::Listening) if session.document().is_none_or(is_as_read) => {}
            Ok(News::Listening) => changed = Some(Instant::now()),
            Ok(News::Stopping) => {
                manager.stops();
                quiet = quiet_since_now(session);
            }
            Ok(News::Ended) => {}
            Ok(News::Out) => return true,
            Err(RecvTimeoutError::Timeout) if read_at.is_some_and(|at| at <= Instant::now()) => {
                changed = None;
                manager.reads();
                read_again(desk, session, files);
                manager.has_read();
            }
            Err(RecvTimeoutError::Timeout) if quiet_since_now(session).is_none() => quiet = None,
            Err(RecvTimeoutError::Timeout) => return give_up_quietly(desk, session),
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    false
}

/// Now, if nothing is left to do.
fn quiet_since_now(session: &Session) -> Option<Instant> {
    session
        .ask(|engine| engine.is_converged())
        .then(Instant::now)
}

fn wait(news: &Receiver<News>, until: Option<Instant>) -> Result<News, RecvTimeoutError> {
    match until {
        Some(until) => news.recv_timeout(until.saturating_duration_since(Instant::now())),
        None => news.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

fn give_up_quietly(desk: &Desk, session: &mut Session) -> bool {
    if let Some(patience) = desk.flags.world.converged_timeout {
        let why = format!("nothing was left to do for {patience}: --converged-timeout ends it\n");
        desk.printer.remark(&why);
    }
    if let Err(error) = session.stop_by_itself(&mut desk.console()) {
        desk.refuse(&error);
    }
    false
}

/// Reads the file again. One that is refused leaves what is watched as it is.
fn read_again(desk: &Desk, session: &mut Session, files: Option<&HostWatcher>) {
    let (Some(read), Some(files)) = (session.document(), files) else {
        return;
    };
    let path = read.path.clone();
    let document = match load(&path, &Kinds) {
        Ok(document) => document,
        Err(error) => {
            report::tell(&desk.printer, &error);
            return desk.printer.error(&format!(
                "error: {} was refused; what was watched goes on",
                path.display()
            ));
        }
    };
    if document.story.is_some() && desk.flags.world.world.is_none() {
        let what = format!(
            "error: {} has become a story; what was watched goes on",
            path.display()
        );
        return desk.printer.error(&what);
    }
    let mut front = desk.console();
    files.watch(0, &watches(&document));
    match session.reload(document, &mut front) {
        Ok(true) => desk
            .printer
            .remark(&format!("{} was read again\n", path.display())),
        Ok(false) => desk.printer.remark("what was watched goes on as it was\n"),
        Err(error) => drop(desk.refuse(&error)),
    }
}

/// Watches the session's file, and the one that it uses.
fn watch_files(session: &Session, news: Sender<News>) -> HostWatcher {
    let watcher = HostWatcher::new(move |event| match event.what {
        What::Changed(..) | What::Lost(_) => drop(news.send(News::Reread)),
        What::Failed(why) => tracing::warn!("the file is not watched: {why}"),
        What::Listening => drop(news.send(News::Listening)),
    });
    if let Some(document) = session.document() {
        watcher.watch(0, &watches(document));
    }
    watcher
}

fn watches(document: &Document) -> Vec<Watch> {
    let used = document.uses.iter().map(|used| document.beside(used));
    let files = std::iter::once(document.path.clone()).chain(used);
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    files.map(absolute).map(Watch::Path).collect()
}
