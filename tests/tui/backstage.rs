//! The session behind a stage: it does one task after the other in a thread of its own, and while it asks, it waits. The stage takes
//! what it says one by one, so all that happens has one order.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use weft::command::Flow;
use weft::command::session::{Front, Session, Sort};
use weft::engine::event::Event;
use weft::graph::Graph;
use weft::tui::news::{Answer, News, QuestionId, Task};
use weft::tui::worker::known;

/// What an editor makes unreadable: then it is asked whether to edit it again, as often as the answer is yes.
pub const GARBLED: &str = "garbled";

/// A session and what it is to do.
pub struct Backstage {
    /// It is with its thread while that works.
    session: Option<Session>,
    work: Option<Work>,
    tasks: VecDeque<Task>,
    asked: QuestionId,
}

/// A task under way.
struct Work {
    said: Receiver<News>,
    replies: Sender<Option<Answer>>,
    /// The question that waits for its answer.
    asks: Option<QuestionId>,
    thread: JoinHandle<(Session, Vec<News>)>,
}

impl Backstage {
    pub fn new(session: Session) -> Backstage {
        Backstage {
            session: Some(session),
            work: None,
            tasks: VecDeque::new(),
            asked: QuestionId::default(),
        }
    }

    /// The session, while it does nothing.
    pub fn session(&self) -> &Session {
        self.session.as_ref().expect("it asks, and is not answered")
    }

    pub fn session_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("it asks, and is not answered")
    }

    /// It is to do this, once it has done what it was told before.
    pub fn does(&mut self, task: Task) {
        self.tasks.push_back(task);
    }

    /// An answer: it is taken if that question waits for it.
    pub fn answer(&mut self, to: QuestionId, answer: Answer) {
        self.reply(|asked| asked == to, Some(answer));
    }

    /// What it asks is not answered any more. True: it did ask.
    pub fn interrupt(&mut self) -> Option<News> {
        let id = self.work.as_ref()?.asks?;
        self.reply(|asked| asked == id, None);
        Some(News::Withdrawn(id))
    }

    fn reply(&mut self, is_meant: impl Fn(QuestionId) -> bool, reply: Option<Answer>) {
        if let Some(work) = &mut self.work
            && work.asks.is_some_and(is_meant)
        {
            work.asks = None;
            work.replies.send(reply).expect("it waits for that");
        }
    }

    /// What it says next; nothing while it waits for an answer, or has nothing to do.
    pub fn next(&mut self) -> Vec<News> {
        if self.work.is_none() {
            self.begin();
        }
        let Some(work) = self.work.as_mut().filter(|work| work.asks.is_none()) else {
            return Vec::new();
        };
        match work.said.recv() {
            Ok(news) => {
                if let News::Asks { id, .. } | News::Wants { id, .. } = &news {
                    work.asks = Some(*id);
                    self.asked = *id;
                }
                vec![news]
            }
            Err(_) => self
                .work
                .take()
                .map_or_else(Vec::new, |work| self.end(work)),
        }
    }

    fn begin(&mut self) {
        let Some(task) = self.tasks.pop_front() else {
            return;
        };
        let mut session = self.session.take().expect("it does nothing");
        let (says, said) = channel();
        let (replies, replied) = channel();
        let mut teller = Teller {
            says,
            replied,
            asked: self.asked,
        };
        let thread = std::thread::spawn(move || {
            let last = teller.does(&mut session, &task);
            (session, last)
        });
        self.work = Some(Work {
            said,
            replies,
            asks: None,
            thread,
        });
    }

    fn end(&mut self, work: Work) -> Vec<News> {
        let (session, mut last) = match work.thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        last.extend([News::Knows(Box::new(known(&session, false))), News::Done]);
        self.session = Some(session);
        last
    }
}

/// Tells everything as news, and waits where it asks.
struct Teller {
    says: Sender<News>,
    replied: Receiver<Option<Answer>>,
    asked: QuestionId,
}

impl Teller {
    /// Gives what is to be told at the end.
    fn does(&mut self, session: &mut Session, task: &Task) -> Vec<News> {
        let Task::Do(line) = task else {
            session.answer_questions(self);
            return Vec::new();
        };
        let says = self.says.clone();
        let done = session.eval_each(line, self, &mut |_, order| {
            tell(&says, News::Begun(order.to_string()));
        });
        match done {
            Ok(Flow::Go) => Vec::new(),
            Ok(Flow::Quit) => vec![News::Left(0)],
            Err(error) => vec![News::Refused(error.to_string())],
        }
    }

    fn tell(&self, news: News) {
        tell(&self.says, news);
    }

    fn ask(&mut self, question: impl FnOnce(QuestionId) -> News) -> Option<Answer> {
        self.asked.0 += 1;
        self.tell(question(self.asked));
        // A stage that has gone answers nothing.
        self.replied.recv().ok().flatten()
    }
}

fn tell(says: &Sender<News>, news: News) {
    // A stage that has gone needs to know nothing more.
    let _ = says.send(news);
}

impl Front for Teller {
    fn show(&mut self, text: &str) {
        self.show_as(Sort::Words, text);
    }
    fn show_as(&mut self, sort: Sort, text: &str) {
        self.tell(News::Shown(sort, text.to_owned()));
    }
    fn remark(&mut self, text: &str) {
        self.tell(News::Remark(text.to_owned()));
    }
    fn edited(&mut self, graph: &Arc<Graph>) {
        self.tell(News::Edited(graph.clone()));
    }
    fn begins(&mut self, graph: &Arc<Graph>, events: &[Event]) {
        self.tell(News::Begins(graph.clone(), events.to_vec()));
    }
    fn planned(&mut self, plan: &weft::drive::plan::Plan) {
        self.tell(News::Planned(plan.view.clone()));
    }
    fn events(&mut self, events: &[Event]) {
        self.tell(News::Events(events.to_vec()));
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
            Some(Answer::Secret(value)) => value,
            _ => None,
        }
    }
    /// The editor leaves everything as it is, but for what is called so: of that it makes what cannot be read.
    fn edit(&mut self, text: &str) -> Result<Option<String>, String> {
        Ok(text.contains(GARBLED).then(|| format!("[ # {GARBLED}")))
    }
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        Err(format!("{} is not there", path.display()))
    }
    fn write(&mut self, _: &Path, _: &str) -> Result<(), String> {
        Ok(())
    }
}
