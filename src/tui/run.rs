//! The loop: keys, what the session says, signals and time go to the [`App`]; what it wishes is done, and drawn.
//!
//! Whoever types sees at once what came of it. What happens by itself is drawn at most thirty times a second, however much it is, and
//! where nothing happens nothing is done at all.

use super::app::{App, Told, Wish};
use super::news::News;
use super::term::{Came, Canvas, Hold, Input, Panics, copies};
use super::worker::{Parting, Said, Tools, Worker};
use crate::command::Session;
use crate::drive::real::Signal;
use crate::repl::{Job, Jobs, Signals, has_shell, size, stop_until_continued, tell_instead};
use crossterm::event::Event;
use std::io::Result;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How long a frame stands before what happens by itself makes another one.
const FRAME: Duration = Duration::from_millis(33);
/// The first frame waits so long for what the session says first.
const FIRST: Duration = Duration::from_millis(10);
/// So long news are taken in before it is looked again whether a key has come.
const TURN: Duration = Duration::from_millis(5);

/// What the screen is opened with.
pub struct Setup {
    /// What the session's thread works with.
    pub tools: Tools,
    /// The screen, as it begins.
    pub app: App,
    /// What is said first.
    pub remarks: Vec<String>,
    /// Whether the mouse is reported from the start.
    pub mouse: bool,
}

/// Shows a session on the terminal until a person leaves. Gives the exit code.
pub fn run(session: Session, setup: Setup) -> i32 {
    let (printer, signals) = (setup.tools.printer.clone(), setup.tools.signals.clone());
    let parting = Opened::new(&signals).and_then(|opened| {
        let (worker, shown) = show(&opened, session, setup)?;
        drop(opened);
        shown?;
        Ok(worker.join())
    });
    match parting {
        Ok(parting) => {
            tell(&printer, &parting);
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
fn tell(printer: &crate::repl::Printer, parting: &Parting) {
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

/// Until it is left. Gives the session's thread, which may still have something to finish.
fn show(opened: &Opened, session: Session, setup: Setup) -> Result<(Worker, Result<()>)> {
    let (says, said) = unbounded_channel();
    let logs = says.clone();
    tell_instead(Some(Box::new(move |text| {
        // Where nobody listens any more, nobody is told.
        let _ = logs.send(Said::News(News::Remark(text.to_owned())));
    })));
    for remark in setup.remarks {
        // It is listened to below.
        let _ = says.send(Said::News(News::Remark(remark)));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let jobs = {
        let _inside = runtime.enter();
        Jobs::new()?
    };
    opened.hold.mouse(setup.mouse)?;
    let canvas = Canvas::new(opened.hold.clone(), cells())?;
    let (keys, typed) = unbounded_channel();
    let mut screen = Screen {
        hold: opened.hold.clone(),
        canvas,
        app: setup.app,
        signals: opened.signals.clone(),
        input: Some(Input::start(keys.clone())?),
        keys,
        worker: Worker::start(session, setup.tools, says)?,
        began: Instant::now(),
        frame_at: Instant::now() + FIRST,
        dirty: true,
        gone: false,
        stopped: false,
    };
    let shown = runtime.block_on(screen.turns(typed, said, jobs));
    // Before the terminal is left: what is typed from then on is the shell's.
    screen.input = None;
    Ok((screen.worker, shown))
}

/// The terminal's columns and rows.
fn cells() -> (u16, u16) {
    let cells = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    size().map_or((80, 24), |(columns, rows)| (cells(columns), cells(rows)))
}

struct Screen {
    hold: Arc<Hold>,
    canvas: Canvas,
    app: App,
    signals: Signals,
    /// Who reads the terminal; nobody while it is lent.
    input: Option<Input>,
    keys: UnboundedSender<Came>,
    worker: Worker,
    began: Instant,
    /// Before that, nothing is drawn that nobody has typed.
    frame_at: Instant,
    /// Whether something is to be drawn.
    dirty: bool,
    /// The terminal has gone: nothing is drawn any more.
    gone: bool,
    /// It has stopped by itself, and the signal that let it go on may still come.
    stopped: bool,
}

/// What a turn of the loop is about.
enum Turn {
    Came(Option<Came>),
    Said(Option<Said>),
    Job(Job),
    Draw,
}

impl Screen {
    async fn turns(
        &mut self,
        mut typed: UnboundedReceiver<Came>,
        mut said: UnboundedReceiver<Said>,
        mut jobs: Jobs,
    ) -> Result<()> {
        self.take(Told::Size(cells().0, cells().1))?;
        loop {
            let draw = self.next_frame();
            let draw = async {
                match draw {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let turn = tokio::select! {
                biased;
                came = typed.recv() => Turn::Came(came),
                job = jobs.next() => Turn::Job(job),
                () = draw => Turn::Draw,
                news = said.recv() => Turn::Said(news),
            };
            match turn {
                Turn::Came(came) => self.came(came, &mut typed)?,
                Turn::Said(said_now) => {
                    if self.said(said_now, &mut said)? {
                        return Ok(());
                    }
                }
                Turn::Job(Job::Resized) => self.resized()?,
                Turn::Job(Job::Stop) => self.suspend()?,
                Turn::Job(Job::GoneOn) => self.continued()?,
                Turn::Draw => {
                    self.take(Told::Due)?;
                    self.draw();
                }
            }
        }
    }

    fn at(&self) -> Duration {
        self.began.elapsed()
    }

    /// When the next frame is to be drawn, if one is.
    fn next_frame(&self) -> Option<Instant> {
        if self.gone || self.input.is_none() {
            return None;
        }
        match self.dirty {
            true => Some(self.frame_at),
            false => {
                let due = self.began + self.app.due(self.at())?;
                Some(due.max(self.frame_at))
            }
        }
    }

    /// Keys, as many as have come: what came of them is seen at once.
    fn came(&mut self, came: Option<Came>, typed: &mut UnboundedReceiver<Came>) -> Result<()> {
        let mut next = came;
        while let Some(came) = next {
            match came {
                Came::Event(Event::Key(key)) => self.take(Told::Key(key))?,
                Came::Event(Event::Mouse(mouse)) => self.take(Told::Mouse(mouse))?,
                Came::Event(Event::Paste(text)) => self.take(Told::Paste(text))?,
                Came::Event(_) => {}
                Came::Gone => self.has_gone(),
            }
            next = typed.try_recv().ok();
        }
        self.draw();
        Ok(())
    }

    /// What the session says, as much as there is for a while. True: it has ended.
    fn said(&mut self, said: Option<Said>, more: &mut UnboundedReceiver<Said>) -> Result<bool> {
        let until = Instant::now() + TURN;
        // Who says nothing any more has ended.
        let ended = said.is_none();
        let mut next = said;
        while let Some(said) = next {
            match said {
                Said::News(news @ News::Left(_)) => {
                    self.take(Told::News(news))?;
                    return Ok(true);
                }
                Said::News(news) => self.take(Told::News(news))?,
                Said::Borrows(free) => self.lend(&free),
                Said::Returns => self.back()?,
            }
            next = match Instant::now() < until {
                true => more.try_recv().ok(),
                false => None,
            };
        }
        Ok(ended)
    }

    fn take(&mut self, told: Told) -> Result<()> {
        self.dirty = true;
        for wish in self.app.take(told, self.at()) {
            self.grant(wish)?;
        }
        Ok(())
    }

    fn grant(&mut self, wish: Wish) -> Result<()> {
        match wish {
            Wish::Task(task) => self.worker.does(task),
            Wish::Answer(answer) => self.worker.answer(answer),
            Wish::Interrupt => self.signals.raise(Signal::Interrupt),
            Wish::Suspend => self.suspend()?,
            Wish::Mouse(on) => self.put(|hold| hold.mouse(on)),
            Wish::Copy(text) => self.put(|hold| hold.put(copies(&text).as_bytes())),
            Wish::Redraw => self.canvas.redraw()?,
            Wish::Leave => self.worker.end(0),
        }
        Ok(())
    }

    fn put(&mut self, put: impl FnOnce(&Hold) -> Result<()>) {
        if put(&self.hold).is_err() {
            self.has_gone();
        }
    }

    fn draw(&mut self) {
        if self.gone || self.input.is_none() {
            return;
        }
        let at = self.at();
        let app = &mut self.app;
        let drawn = self.canvas.draw(|frame| app.draw(at, frame));
        self.dirty = false;
        self.frame_at = Instant::now() + FRAME;
        if drawn.is_err() {
            self.has_gone();
        }
    }

    fn resized(&mut self) -> Result<()> {
        let (columns, rows) = cells();
        self.canvas.resize((columns, rows))?;
        self.take(Told::Size(columns, rows))?;
        self.draw();
        Ok(())
    }

    /// The terminal has gone: what runs is stopped as its signal stops it.
    fn has_gone(&mut self) {
        if !std::mem::replace(&mut self.gone, true) {
            self.signals.raise(Signal::HangUp);
        }
    }

    /// Another program has the terminal from now on.
    fn lend(&mut self, free: &Sender<()>) {
        self.input = None;
        self.hold.leave();
        // Who has ended meanwhile needs it no longer.
        let _ = free.send(());
    }

    /// The screen has it again.
    fn back(&mut self) -> Result<()> {
        self.hold.enter()?;
        self.input = Some(Input::start(self.keys.clone())?);
        self.resized()
    }

    /// The shell gets the terminal until it lets weft go on.
    fn suspend(&mut self) -> Result<()> {
        if self.input.is_none() {
            // It is another program's, which is stopped as well.
            stop_until_continued();
            return Ok(());
        }
        if !has_shell() {
            let words = "there is no shell to go back to: nothing would let weft go on\n";
            return self.take(Told::News(News::Remark(words.to_owned())));
        }
        self.input = None;
        self.hold.leave();
        self.stopped = true;
        stop_until_continued();
        self.back()
    }

    /// Somebody has let weft go on, and may have changed the terminal's modes meanwhile.
    fn continued(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.stopped) && self.input.is_some() {
            self.hold.enter_again()?;
            self.resized()?;
        }
        Ok(())
    }
}
