//! The screen opened and left: what it works with is put together, and whatever happens, the terminal is given back.

use super::app::App;
use super::news::{News, Task};
use super::record::Cast;
use super::term::{Hold, Panics};
use super::turns::Screen;
use super::worker::{Parting, Said, Tools, Worker};
use crate::command::Session;
use crate::repl::{Jobs, Printer, Signals, tell_instead};
use std::io::{Result, Write};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// What the screen is opened with.
pub struct Setup {
    /// The screen, as it begins.
    pub app: App,
    /// What it is told first.
    pub news: Vec<News>,
    /// Where what is drawn is recorded, if it is.
    pub record: Option<Record>,
}

/// Where a recording is written.
pub type Record = Box<dyn Write + Send>;

/// Shows a session on the terminal, in which a line may be done first, until a person leaves. Gives the exit code.
pub fn run(session: Session, tools: Tools, first: Option<String>, setup: Setup) -> i32 {
    let (printer, signals) = (tools.printer.clone(), tools.signals.clone());
    let worker = |says: UnboundedSender<Said>| {
        let worker = Worker::start(session, tools, says)?;
        if let Some(first) = first {
            worker.does(Task::Do(first));
        }
        Ok(worker)
    };
    run_with(worker, (&printer, &signals), setup)
}

/// Shows what happened, without a session, until a person leaves. Gives the exit code.
pub fn replay(beside: (&Printer, &Signals), setup: Setup) -> i32 {
    run_with(Worker::without_session, beside, setup)
}

fn run_with(
    worker: impl FnOnce(UnboundedSender<Said>) -> Result<Worker>,
    (printer, signals): (&Printer, &Signals),
    setup: Setup,
) -> i32 {
    let parting = Opened::new(signals).and_then(|opened| {
        let shown = show(&opened, worker, setup)?;
        drop(opened);
        shown.turned?;
        let mut parting = shown.worker.join();
        if let Some(lost) = shown.lost {
            parting.errors.push(lost);
            parting.code = parting.code.max(1);
        }
        Ok(parting)
    });
    match parting {
        Ok(parting) => {
            tell(printer, &parting);
            parting.code
        }
        Err(error) => {
            printer.error(&format!(
                "error: the screen cannot be shown: {error}\n  hint: --plain does without it"
            ));
            1
        }
    }
}

/// What a person should keep, below the shell's own lines.
fn tell(printer: &Printer, parting: &Parting) {
    if let Some(outcome) = &parting.outcome {
        printer.raw(outcome);
    }
    for remark in &parting.remarks {
        printer.remark(remark);
    }
    for error in &parting.errors {
        printer.error(error);
    }
}

/// The terminal, which is given back when this goes, on whatever way.
struct Opened {
    hold: Arc<Hold>,
    signals: Signals,
    _panics: Panics,
}

impl Opened {
    fn new(signals: &Signals) -> Result<Opened> {
        let hold = Hold::new();
        let opened = Opened {
            _panics: Panics::attend(&hold),
            hold: hold.clone(),
            signals: signals.clone(),
        };
        let leaves = hold.clone();
        signals.before_leaving(Some(Box::new(move || leaves.leave())));
        hold.enter()?;
        Ok(opened)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.hold.leave();
        self.signals.before_leaving(None);
        tell_instead(None);
    }
}

/// What is left when the screen has been left.
struct Shown {
    /// The session's thread, which may still have something to finish.
    worker: Worker,
    turned: Result<()>,
    /// Why the recording is not whole.
    lost: Option<String>,
}

/// Until it is left.
fn show(
    opened: &Opened,
    worker: impl FnOnce(UnboundedSender<Said>) -> Result<Worker>,
    setup: Setup,
) -> Result<Shown> {
    let (says, said) = unbounded_channel();
    let logs = says.clone();
    tell_instead(Some(Box::new(move |text| {
        // Where nobody listens any more, nobody is told.
        let _ = logs.send(Said::News(News::Remark(text.to_owned())));
    })));
    for news in setup.news {
        // It is listened to below.
        let _ = says.send(Said::News(news));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let jobs = {
        let _inside = runtime.enter();
        Jobs::new()?
    };
    opened.hold.mouse(setup.app.has_mouse())?;
    let worker = worker(says.clone())?;
    let record = setup.record.map(Cast::new);
    let held = (opened.hold.clone(), opened.signals.clone());
    let (mut screen, typed) = Screen::new(held, worker, (setup.app, says), record)?;
    let turned = runtime.block_on(screen.turns(typed, said, jobs));
    // Before the terminal is left: what is typed from then on is the shell's.
    let (worker, lost) = screen.close();
    Ok(Shown {
        worker,
        turned,
        lost,
    })
}
