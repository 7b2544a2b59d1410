//! A screen and its session: what the screen wishes is done at once, what the session asks waits until it is answered, and time passes
//! when a test says so.

use super::backstage::Backstage;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use weft::command::session::{Session, SessionOptions, WorldName};
use weft::engine::event::Event;
use weft::file;
use weft::graph::Graph;
use weft::kind::Kinds;
use weft::tui::app::{App, Manner, Told, Wish, keys};
use weft::tui::line::Prompt;
use weft::tui::news::{Known, News, QuestionId};
use weft::tui::theme::Look;

/// The password story, as it is compiled in.
pub const PASSWORD: &str = include_str!("../../scenarios/password.yaml");

/// A question that a session asks.
pub fn asks(question: &str, more: &str) -> Told {
    Told::News(News::Asks {
        id: QuestionId(1),
        question: question.to_owned(),
        more: more.to_owned(),
    })
}

/// A value that it asks for.
pub fn wants(what: &str) -> Told {
    Told::News(News::Wants {
        id: QuestionId(1),
        what: what.to_owned(),
    })
}

/// A screen with its session.
pub struct Stage {
    behind: Backstage,
    pub app: App,
    /// When it is.
    pub at: Duration,
    /// Everything that it wished done by others than the session.
    pub wished: Vec<String>,
    size: (u16, u16),
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
            behind: Backstage::new(session),
            app: App::new(manner, Prompt::new(weft::repl::history::empty(), ascii)),
            at: Duration::ZERO,
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

    /// The terminal has another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.tell(Told::Size(size.0, size.1));
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

    /// Its session, while that does nothing.
    pub fn session(&self) -> &Session {
        self.behind.session()
    }

    pub fn session_mut(&mut self) -> &mut Session {
        self.behind.session_mut()
    }

    /// It is told something, and what it wishes is done, up to where it is asked something.
    pub fn tell(&mut self, told: Told) {
        self.take(told);
        loop {
            let news = self.behind.next();
            if news.is_empty() {
                return;
            }
            news.into_iter()
                .for_each(|news| self.take(Told::News(news)));
        }
    }

    fn take(&mut self, told: Told) {
        for wish in self.app.take(told, self.at) {
            match wish {
                Wish::Task(task) => self.behind.does(task),
                Wish::Answer(to, answer) => self.behind.answer(to, answer),
                Wish::Place(placement) => {
                    let placed = News::Placed(Box::new(placement.place()));
                    self.take(Told::News(placed));
                }
                Wish::Interrupt if let Some(news) = self.behind.interrupt() => {
                    self.take(Told::News(news));
                }
                other => self.wished.push(format!("{other:?}")),
            }
        }
    }

    fn known(&self) -> News {
        News::Knows(Box::new(weft::tui::worker::known(self.session(), false)))
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
