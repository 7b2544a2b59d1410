//! The loop: keys, what the session says, signals and time go to the [`App`]; what it wishes is done, and drawn.
//!
//! Whoever types sees at once what came of it. What happens by itself is drawn at most thirty times a second, however much it is, and
//! where nothing happens nothing is done at all.

use super::app::{App, Picture, Placement, Told, Wish};
use super::news::News;
use super::record::Cast;
use super::run::Record;
use super::term::{Came, Canvas, Hold, Input, copies};
use super::worker::{Said, Worker};
use crate::drive::real::Signal;
use crate::repl::{Job, Jobs, Signals, has_shell, size, stop_until_continued};
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

/// The terminal's columns and rows.
fn cells() -> (u16, u16) {
    let cells = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    size().map_or((80, 24), |(columns, rows)| (cells(columns), cells(rows)))
}

/// The screen, open.
pub(super) struct Screen {
    hold: Arc<Hold>,
    canvas: Canvas,
    app: App,
    /// Who tells the loop what was done beside it.
    says: UnboundedSender<Said>,
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
    record: Option<Cast<Record>>,
    /// Why the recording is not whole.
    lost: Option<String>,
}

/// What a turn of the loop is about.
enum Turn {
    Came(Option<Came>),
    Said(Option<Said>),
    Job(Job),
    Draw,
}

/// The screen, and what is typed on it.
type Opened = (Screen, UnboundedReceiver<Came>);

impl Screen {
    /// On this terminal, from now on.
    pub fn new(
        (hold, signals): (Arc<Hold>, Signals),
        worker: Worker,
        (app, says): (App, UnboundedSender<Said>),
        record: Option<Cast<Record>>,
    ) -> Result<Opened> {
        let (keys, typed) = unbounded_channel();
        let screen = Screen {
            canvas: Canvas::new(hold.clone()),
            hold,
            app,
            says,
            signals,
            input: Some(Input::start(keys.clone())?),
            keys,
            worker,
            began: Instant::now(),
            frame_at: Instant::now() + FIRST,
            dirty: true,
            gone: false,
            stopped: false,
            record,
            lost: None,
        };
        Ok((screen, typed))
    }

    /// Reads and draws no more. Gives the session's thread, and why the recording is not whole, if it is not.
    pub fn close(self) -> (Worker, Option<String>) {
        (self.worker, self.lost)
    }

    /// Until the session has ended.
    pub async fn turns(
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
            Wish::Answer(to, answer) => self.worker.answer(to, answer),
            Wish::Interrupt => self.signals.raise(Signal::Interrupt),
            Wish::Suspend => self.suspend()?,
            Wish::Place(placement) => self.place(*placement)?,
            Wish::Mouse(on) => self.put(|hold| hold.mouse(on)),
            Wish::Copy(text) => self.put(|hold| hold.put(copies(&text).as_bytes())),
            Wish::Redraw => self.canvas.redraw(),
            Wish::Leave => self.worker.end(0),
        }
        Ok(())
    }

    /// A large graph is placed beside the loop, which draws meanwhile.
    fn place(&self, placement: Placement) -> Result<()> {
        let says = self.says.clone();
        let place = move || {
            let placed = Box::new(placement.place());
            // A screen that has gone needs no picture.
            let _ = says.send(Said::News(News::Placed(placed)));
        };
        let name = "layout".to_owned();
        std::thread::Builder::new()
            .name(name)
            .spawn(place)
            .map(drop)
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
        let Picture {
            cells,
            rows,
            cursor,
            clock,
        } = self.app.picture(at);
        let drawn = self.canvas.draw(cells, rows, cursor);
        self.dirty = false;
        self.frame_at = Instant::now() + FRAME;
        if drawn.is_err() {
            return self.has_gone();
        }
        let recorded = self
            .record
            .as_mut()
            .map(|cast| cast.frame(clock, cells, cursor));
        if let Some(Err(error)) = recorded {
            self.record = None;
            self.lost = Some(format!(
                "error: the recording cannot be written: {error}\n  hint: what is in it is not all that was shown"
            ));
        }
    }

    fn resized(&mut self) -> Result<()> {
        let (columns, rows) = cells();
        self.canvas.redraw();
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
