//! What a session shows, says and asks, as news for the screen.

use super::Tools;
use crate::command::Front;
use crate::command::session::Sort;
use crate::drive::plan::Plan;
use crate::graph::Graph;
use crate::repl::{Asking, Printer, edit, lessons, read_file, write_file};
use crate::trace::Event;
use crate::tui::news::{Answer, News, QuestionId};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::mpsc::UnboundedSender;

/// What the session's thread says.
#[derive(Debug)]
pub enum Said {
    /// To the screen.
    News(News),
    /// Another program gets the terminal once this is answered.
    Borrows(Sender<()>),
    /// It has given it back.
    Returns,
}

/// So many events at most are told at once.
const PART: usize = 256;

/// What comes where something was asked.
pub(super) enum Reply {
    /// An answer to this question.
    Answer(QuestionId, Answer),
    /// This question is not answered any more.
    Interrupted(QuestionId),
    /// Nothing is answered any more.
    Ends,
}

/// The front of a session that lives behind a screen.
pub(super) struct Messenger {
    to: UnboundedSender<Said>,
    replies: Receiver<Reply>,
    /// For who interrupts a question.
    replying: Sender<Reply>,
    printer: Arc<Printer>,
    asking: Arc<Asking>,
    /// The last question.
    asked: QuestionId,
    /// Whether nothing is answered any more.
    ends: bool,
    /// Whether anything happened since this was last asked.
    happened: bool,
}

impl Messenger {
    pub fn new(
        to: UnboundedSender<Said>,
        (replying, replies): (Sender<Reply>, Receiver<Reply>),
        tools: &Tools,
    ) -> Messenger {
        Messenger {
            to,
            replies,
            replying,
            printer: tools.printer.clone(),
            asking: tools.asking.clone(),
            asked: QuestionId::default(),
            ends: false,
            happened: false,
        }
    }

    /// Tells the screen.
    pub fn tell(&self, news: News) {
        say(&self.to, Said::News(news));
    }

    /// Somebody else who can tell it.
    pub fn teller(&self) -> impl Fn(News) + Send + Sync + 'static {
        let to = self.to.clone();
        move |news| say(&to, Said::News(news))
    }

    /// Whether anything happened since this was last asked.
    pub fn take_happened(&mut self) -> bool {
        std::mem::take(&mut self.happened)
    }

    /// Asks, and waits; none if it is not answered any more.
    fn ask(&mut self, question: impl FnOnce(QuestionId) -> News) -> Option<Answer> {
        self.asked.0 += 1;
        let id = self.asked;
        let replying = self.replying.clone();
        let interrupted = move || drop(replying.send(Reply::Interrupted(id)));
        let asking = self.asking.clone();
        let answer = asking.elsewhere(interrupted, || {
            self.tell(question(id));
            self.answer_to(id)
        });
        if answer.is_none() {
            self.tell(News::Withdrawn(id));
        }
        answer
    }

    /// The answer to this question. What comes too late for an earlier one is not meant for it.
    fn answer_to(&mut self, id: QuestionId) -> Option<Answer> {
        while !self.ends {
            match self.replies.recv() {
                Ok(Reply::Answer(to, answer)) if to == id => return Some(answer),
                Ok(Reply::Interrupted(of)) if of == id => return None,
                Ok(Reply::Answer(..) | Reply::Interrupted(_)) => {}
                Ok(Reply::Ends) | Err(_) => self.ends = true,
            }
        }
        None
    }
}

/// Events as news: not too many in one, so that a key that comes meanwhile does not wait for all of them.
pub(super) fn in_parts(events: &[Event]) -> impl Iterator<Item = News> {
    events.chunks(PART).map(|part| News::Events(part.to_vec()))
}

/// A screen that has gone needs to know nothing more.
fn say(to: &UnboundedSender<Said>, said: Said) {
    let _ = to.send(said);
}

impl Front for Messenger {
    fn show(&mut self, text: &str) {
        self.show_as(Sort::Words, text);
    }

    fn show_as(&mut self, sort: Sort, text: &str) {
        if !text.is_empty() {
            self.tell(News::Shown(sort, text.to_owned()));
        }
    }

    fn put_out(&mut self, text: &str) -> Result<(), String> {
        self.show_as(Sort::Source, text);
        Ok(())
    }

    fn remark(&mut self, text: &str) {
        self.tell(News::Remark(text.to_owned()));
    }

    fn events(&mut self, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        self.happened = true;
        self.printer.keep(events);
        in_parts(events).for_each(|news| self.tell(news));
    }

    fn edited(&mut self, graph: &Arc<Graph>) {
        self.tell(News::Edited(graph.clone()));
    }

    fn begins(&mut self, graph: &Arc<Graph>, events: &[Event]) {
        self.tell(News::Begins(graph.clone(), events.to_vec()));
    }

    fn planned(&mut self, plan: &Plan) {
        self.tell(News::Planned(plan.view.clone()));
    }

    fn can_ask(&self) -> bool {
        true
    }

    fn confirm(&mut self, question: &str, more: &str) -> bool {
        let (question, more) = (question.to_owned(), more.to_owned());
        let answer = self.ask(|id| News::Asks { id, question, more });
        matches!(answer, Some(Answer::Consent(true)))
    }

    fn secret(&mut self, what: &str) -> Option<String> {
        let what = what.to_owned();
        match self.ask(|id| News::Wants { id, what }) {
            Some(Answer::Secret(secret)) => secret,
            _ => None,
        }
    }

    /// The screen leaves the terminal first, and comes back afterwards.
    fn edit(&mut self, text: &str) -> Result<Option<String>, String> {
        let (free, waits) = channel();
        say(&self.to, Said::Borrows(free));
        waits.recv().map_err(|_| "the screen has gone".to_owned())?;
        let edited = self.asking.lend(|| edit(text));
        say(&self.to, Said::Returns);
        edited
    }

    fn lessons_done(&mut self) -> Vec<String> {
        lessons::done()
    }

    fn lesson_done(&mut self, name: &str) -> Result<(), String> {
        lessons::note(name)
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        read_file(path)
    }

    fn write(&mut self, path: &Path, text: &str) -> Result<(), String> {
        write_file(path, text)
    }
}
