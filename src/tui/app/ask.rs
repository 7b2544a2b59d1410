//! A question of the session, and its answer.

use super::over::Over;
use super::tale::Voice;
use super::{App, Wish};
use crate::tui::news::{Answer, QuestionId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// A yes is taken once the question has stood for so long: what was typed before it could be read is none.
const READ: Duration = Duration::from_millis(400);

/// And so long after the last `y`. A key that is held down is sent again after a quarter of a second to a whole one, then many times
/// a second: without this, one `y` would answer whatever is asked because of it. Each that comes too early lets it begin anew.
const APART: Duration = Duration::from_millis(1000);

/// A question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Which one it is.
    pub id: QuestionId,
    /// What is asked.
    pub text: String,
    /// What there is to know more.
    pub more: String,
    /// Whether a value is asked for, and not consent.
    pub secret: bool,
    /// Since it could first be read, when a yes is taken: nobody says it to what could not be.
    opens: Option<Duration>,
}

impl Question {
    /// One that is answered by yes or no.
    pub fn consent(id: QuestionId, text: &str, more: &str) -> Question {
        Question {
            id,
            text: text.to_owned(),
            more: more.to_owned(),
            secret: false,
            opens: None,
        }
    }

    /// One that is answered by a value, which is not shown.
    pub fn secret(id: QuestionId, text: &str) -> Question {
        Question {
            id,
            text: text.to_owned(),
            more: String::new(),
            secret: true,
            opens: None,
        }
    }

    /// It can be read from now on, and the last `y` was pressed then.
    pub fn stands(&mut self, at: Duration, last_yes: Option<Duration>) {
        let apart = last_yes.map_or(Duration::ZERO, |last| last + APART);
        self.opens.get_or_insert(apart.max(at + READ));
    }

    /// A `y` came at this time, and was no answer: it may be one of many that a key which is held down sends.
    fn too_early(&mut self, at: Duration) {
        self.opens = Some(at + APART);
    }

    /// Whether it has stood on the screen.
    pub fn is_seen(&self) -> bool {
        self.opens.is_some()
    }

    /// Whether a yes is taken at this time.
    pub fn is_open(&self, at: Duration) -> bool {
        self.opens.is_some_and(|opens| opens <= at)
    }

    /// When the picture of it differs by itself.
    pub fn due(&self, at: Duration) -> Option<Duration> {
        self.opens.filter(|opens| !self.secret && *opens > at)
    }

    /// What can be answered at this time.
    pub fn choices(&self, at: Duration) -> &'static [(&'static str, &'static str)] {
        let all: &[_] = match (self.secret, self.is_open(at)) {
            (true, _) => return &[("type it,", "Enter"), ("Esc", "gives none")],
            (false, true) => &[("y", "yes"), ("n", "no"), ("d", "what differs")],
            (false, false) => &[("y", "in a moment"), ("n", "no"), ("d", "what differs")],
        };
        match self.more.is_empty() {
            true => &all[..2],
            false => all,
        }
    }
}

/// Whether this is a yes. `Alt+Y` is what comes of Esc and y typed at once, and `Ctrl+Y` puts a text back at the prompt.
pub(super) fn says_yes(key: &KeyEvent) -> bool {
    let plain = !key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    plain && matches!(key.code, KeyCode::Char('y' | 'Y'))
}

impl App {
    /// A key while consent is asked for. Nothing but a plain yes is one.
    pub(super) fn consent_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            return self.consent(false);
        }
        let Some(question) = self.question.as_mut().filter(|asked| asked.is_seen()) else {
            self.word =
                Some("this was asked while you typed: what you typed is no answer".to_owned());
            return Vec::new();
        };
        match key.code {
            _ if says_yes(key) && question.is_open(self.last) => self.consent(true),
            _ if says_yes(key) => {
                question.too_early(self.last);
                self.word = Some("that y came too early: let go of it, and read first".to_owned());
                Vec::new()
            }
            KeyCode::Char('n' | 'N') | KeyCode::Esc => self.consent(false),
            KeyCode::Char('d' | 'D') => {
                let look = self.look();
                let more = self.question.as_ref().map(|question| question.more.clone());
                if let Some(more) = more.filter(|more| !more.is_empty()) {
                    self.over = Some(Over::page(&more, look));
                }
                Vec::new()
            }
            _ => {
                self.word = Some("y says yes, n or Esc says no".to_owned());
                Vec::new()
            }
        }
    }

    fn consent(&mut self, yes: bool) -> Vec<Wish> {
        let Some(question) = self.question.take() else {
            return Vec::new();
        };
        let said = if yes { "yes" } else { "no" };
        self.say(Voice::Remark, &format!("{} {said}", question.text));
        vec![Wish::Answer(question.id, Answer::Consent(yes))]
    }

    pub(super) fn give_secret(&mut self, value: Option<String>) -> Vec<Wish> {
        self.answer = None;
        let question = self.question.take();
        let answer = |question: Question| Wish::Answer(question.id, Answer::Secret(value));
        question.map(answer).into_iter().collect()
    }
}
