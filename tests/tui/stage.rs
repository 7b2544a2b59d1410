//! A screen and its session in one thread: what the screen wishes is done at once, and time passes when a test says so.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use weft::command::Flow;
use weft::command::session::{Front, Session, SessionOptions, Sort, WorldName};
use weft::engine::event::Event;
use weft::file;
use weft::graph::Graph;
use weft::kind::Kinds;
use weft::tui::app::{App, Manner, Told, Wish, keys};
use weft::tui::line::Prompt;
use weft::tui::news::{Answer, Known, News, Task};
use weft::tui::theme::Look;

/// The password story, as it is compiled in.
pub const PASSWORD: &str = include_str!("../../scenarios/password.yaml");

/// A screen with its session.
pub struct Stage {
    pub session: Session,
    pub app: App,
    /// When it is.
    pub at: Duration,
    /// What is answered, in order; then no.
    pub answers: VecDeque<Answer>,
    /// News that wait until a question has been looked at.
    held: VecDeque<News>,
    /// Everything that it wished done by others than the session.
    pub wished: Vec<String>,
    size: (u16, u16),
}

/// Tells everything as news.
struct Teller<'a> {
    news: Vec<News>,
    answers: &'a mut VecDeque<Answer>,
}

impl Front for Teller<'_> {
    fn show(&mut self, text: &str) {
        self.show_as(Sort::Words, text);
    }
    fn show_as(&mut self, sort: Sort, text: &str) {
        self.news.push(News::Shown(sort, text.to_owned()));
    }
    fn remark(&mut self, text: &str) {
        self.news.push(News::Remark(text.to_owned()));
    }
    fn edited(&mut self, graph: &Arc<Graph>) {
        self.news.push(News::Edited(graph.clone()));
    }
    fn begins(&mut self, graph: &Arc<Graph>, events: &[Event]) {
        self.news.push(News::Begins(graph.clone(), events.to_vec()));
    }
    fn planned(&mut self, plan: &weft::drive::plan::Plan) {
        self.news.push(News::Planned(plan.view.clone()));
    }
    fn events(&mut self, events: &[Event]) {
        self.news.push(News::Events(events.to_vec()));
    }
    fn can_ask(&self) -> bool {
        true
    }
    fn confirm(&mut self, question: &str, more: &str) -> bool {
        let (question, more) = (question.to_owned(), more.to_owned());
        self.news.push(News::Asks { question, more });
        matches!(self.answers.pop_front(), Some(Answer::Consent(true)))
    }
    fn secret(&mut self, what: &str) -> Option<String> {
        self.news.push(News::Wants(what.to_owned()));
        match self.answers.pop_front() {
            Some(Answer::Secret(value)) => value,
            _ => None,
        }
    }
    fn edit(&mut self, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        Err(format!("{} is not there", path.display()))
    }
    fn write(&mut self, _: &Path, _: &str) -> Result<(), String> {
        Ok(())
    }
}

/// A session on this text: a story in its own world, nothing for an empty simulation.
pub fn session(text: &str) -> Session {
    let path = Path::new("/nowhere/story.yaml");
    let document = (!text.is_empty()).then(|| {
        file::parse(path, text, &Kinds, &mut |_| Err("no such file".into())).expect("a story")
    });
    let options = SessionOptions {
        jobs: 8,
        seed: None,
        noop: false,
        yes: false,
        world: Some(WorldName::Sim),
        state_root: PathBuf::from("/nowhere/state"),
        root: None,
        adopt: false,
        supervisor: None,
    };
    Session::open(document, options).expect("a session")
}

impl Stage {
    /// A screen of this size over a session on this text.
    pub fn open(text: &str, size: (u16, u16), look: Look) -> Stage {
        Stage::over(session(text), size, look)
    }

    /// The same over a session.
    pub fn over(session: Session, size: (u16, u16), look: Look) -> Stage {
        let manner = Manner {
            look,
            ..Manner::default()
        };
        Stage::with(session, size, manner)
    }

    /// The same in any manner.
    pub fn with(session: Session, size: (u16, u16), manner: Manner) -> Stage {
        let mut stage = Stage::bare(session, size, manner);
        let known = stage.known();
        stage.tell(Told::News(known));
        stage
    }

    /// A screen of this size on which these films are played again. Its session is there to show that nothing is asked of it.
    pub fn replay(films: Vec<(Graph, Vec<Event>)>, size: (u16, u16)) -> Stage {
        let manner = Manner {
            replays: true,
            ..Manner::default()
        };
        let mut stage = Stage::bare(session(""), size, manner);
        let known = Known {
            label: "replay of it".to_owned(),
            ..Known::default()
        };
        stage.tell(Told::News(News::Knows(Box::new(known))));
        for (graph, events) in films {
            stage.tell(Told::News(News::Begins(Arc::new(graph), events)));
        }
        stage
    }

    fn bare(session: Session, size: (u16, u16), manner: Manner) -> Stage {
        let ascii = manner.look.ascii;
        let mut stage = Stage {
            session,
            app: App::new(manner, Prompt::new(weft::repl::history::empty(), ascii)),
            at: Duration::ZERO,
            answers: VecDeque::new(),
            held: VecDeque::new(),
            wished: Vec::new(),
            size,
        };
        stage.tell(Told::Size(size.0, size.1));
        stage
    }

    /// Time passes.
    pub fn wait(&mut self, millis: u64) -> &mut Stage {
        self.at += Duration::from_millis(millis);
        self.tell(Told::Due);
        self
    }

    /// Keys are typed, by their spellings: `Esc p Ctrl+L`; what is in quotes is typed letter by letter.
    pub fn keys(&mut self, spelled: &str) -> &mut Stage {
        for spelled in spelled.split(' ') {
            let key = keys::key(spelled).unwrap_or_else(|| panic!("no key is called {spelled}"));
            self.tell(Told::Key(key));
        }
        self
    }

    /// A text is typed, letter by letter.
    pub fn text(&mut self, text: &str) -> &mut Stage {
        for c in text.chars() {
            let spelled = if c == ' ' {
                "Space".to_owned()
            } else {
                c.to_string()
            };
            self.tell(Told::Key(keys::key(&spelled).expect("a letter")));
        }
        self
    }

    /// A line is typed at the prompt, and done; the film is over.
    pub fn line(&mut self, line: &str) -> &mut Stage {
        self.text(line).keys("Enter").wait(60_000)
    }

    /// What is held back goes on.
    pub fn go_on(&mut self) -> &mut Stage {
        while let Some(news) = self.held.pop_front() {
            self.hear(news);
        }
        self
    }

    /// It is told something, and what it wishes is done.
    pub fn tell(&mut self, told: Told) {
        for wish in self.app.take(told, self.at) {
            match wish {
                Wish::Task(Task::Do(line)) => self.does(&line),
                Wish::Place(placement) => {
                    let placed = News::Placed(Box::new(placement.place()));
                    self.tell(Told::News(placed));
                }
                // It was answered beforehand: what waits goes on.
                Wish::Answer(_) => drop(self.go_on()),
                other => self.wished.push(format!("{other:?}")),
            }
        }
    }

    fn does(&mut self, line: &str) {
        let mut teller = Teller {
            news: Vec::new(),
            answers: &mut self.answers,
        };
        let mut begun = Vec::new();
        let done = self.session.eval_each(line, &mut teller, &mut |_, order| {
            begun.push(order.to_string())
        });
        let mut news: Vec<News> = begun.into_iter().map(News::Begun).collect();
        news.extend(teller.news);
        match done {
            Ok(Flow::Go) => {}
            Ok(Flow::Quit) => news.push(News::Left(0)),
            Err(error) => news.push(News::Refused(error.to_string())),
        }
        news.extend([self.known(), News::Done]);
        self.held.extend(news);
        self.hear_until_asked();
    }

    fn hear_until_asked(&mut self) {
        while let Some(news) = self.held.pop_front() {
            let asks = matches!(news, News::Asks { .. } | News::Wants(_));
            self.hear(news);
            if asks {
                return;
            }
        }
    }

    fn hear(&mut self, news: News) {
        self.tell(Told::News(news));
    }

    fn known(&self) -> News {
        News::Knows(Box::new(weft::tui::worker::known(&self.session, false)))
    }

    /// The present frame, and where its cursor is.
    pub fn frame(&mut self) -> (Buffer, Option<Position>) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let cursor = self.app.paint(&mut buffer);
        (buffer, cursor)
    }

    /// The present frame as rows of text.
    pub fn rows(&mut self) -> Vec<String> {
        let (buffer, _) = self.frame();
        let row = |y| {
            let cells = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
            cells.collect::<String>().trim_end().to_owned()
        };
        (0..buffer.area.height).map(row).collect()
    }

    /// Whether a text is on the screen.
    pub fn has(&mut self, text: &str) -> bool {
        self.rows().iter().any(|row| row.contains(text))
    }
}
