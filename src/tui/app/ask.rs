//! A question of the session, and its answer.

use super::keys::{self, Act};
use super::over::Over;
use super::tale::Voice;
use super::{App, Wish};
use crate::tui::line::{Did, Prompt};
use crate::tui::news::{Answer, QuestionId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// A yes is taken once the question has stood for so long: what was typed before it could be read is none.
const READ: Duration = Duration::from_millis(400);

/// And so long after the last `y`. A key that is held down is sent again after a quarter of a second to a whole one, then many times
/// a second: without this, one `y` would answer whatever is asked because of it. Each that comes too early lets it begin anew.
const APART: Duration = Duration::from_millis(1000);

/// A question.
pub struct Question {
    /// Which one it is.
    pub id: QuestionId,
    /// What is asked.
    pub text: String,
    /// What it is answered by.
    pub answered: Answered,
    /// Since it could first be read, when a yes is taken: nobody says it to what could not be.
    opens: Option<Duration>,
}

/// What a question is answered by.
pub enum Answered {
    /// Yes or no; with what there is to know more.
    Consent(String),
    /// A value, which is typed here and not shown.
    Secret(Box<Prompt>),
}

impl Question {
    /// One that is answered by yes or no.
    pub fn consent(id: QuestionId, text: &str, more: &str) -> Question {
        Question {
            id,
            text: text.to_owned(),
            answered: Answered::Consent(more.to_owned()),
            opens: None,
        }
    }

    /// One that is answered by a value, which is not shown.
    pub fn secret(id: QuestionId, text: &str, ascii: bool) -> Question {
        let prompt = Prompt::secret(&format!("{text}: "), ascii);
        Question {
            id,
            text: text.to_owned(),
            answered: Answered::Secret(Box::new(prompt)),
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

    /// Whether it is answered by a value.
    pub fn is_secret(&self) -> bool {
        matches!(self.answered, Answered::Secret(_))
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
        self.opens.filter(|opens| !self.is_secret() && *opens > at)
    }

    /// What can be answered at this time.
    pub fn choices(&self, at: Duration) -> &'static [(&'static str, &'static str)] {
        let all: &[_] = match (&self.answered, self.is_open(at)) {
            (Answered::Secret(_), _) => return &[("Enter", "gives it"), ("Esc", "gives none")],
            (_, true) => &[("y", "yes"), ("n", "no"), ("d", "what differs")],
            (_, false) => &[("y", "in a moment"), ("n", "no"), ("d", "what differs")],
        };
        match &self.answered {
            Answered::Consent(more) if !more.is_empty() => all,
            _ => &all[..2],
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
            _ if says_yes(key) && question.is_open(self.passed.at) => self.consent(true),
            _ if says_yes(key) => {
                question.too_early(self.passed.at);
                self.word = Some("that y came too early: let go of it, and read first".to_owned());
                Vec::new()
            }
            KeyCode::Char('n' | 'N') | KeyCode::Esc => self.consent(false),
            KeyCode::Char('d' | 'D') => {
                if let Answered::Consent(more) = &question.answered
                    && !more.is_empty()
                {
                    self.over = Some(Over::page(more, self.manner.look));
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

    /// A key while a value is asked for: what is typed for it goes nowhere else.
    pub(super) fn secret_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        let Some(secret) = self.secret() else {
            return Vec::new();
        };
        match secret.key(*key, &()) {
            Did::Entered(text) => return self.give_secret(Some(text)),
            Did::Interrupt | Did::Leave => return self.give_secret(None),
            Did::NotMine => {}
            Did::Nothing | Did::Edited => return Vec::new(),
        }
        match keys::anywhere(key) {
            Some(Act::ToGraph) => self.give_secret(None),
            // What is typed on would be seen there.
            Some(Act::Keys) | None => Vec::new(),
            Some(act) => self.act(act),
        }
    }

    /// Where a value is typed that is asked for: not before it could be read what is.
    pub(super) fn secret(&mut self) -> Option<&mut Prompt> {
        let question = self.question.as_mut().filter(|asked| asked.is_seen())?;
        match &mut question.answered {
            Answered::Secret(prompt) => Some(prompt),
            Answered::Consent(_) => None,
        }
    }

    /// What is typed at: where a value is asked for, that; else the prompt.
    pub(super) fn prompt_shown(&self) -> &Prompt {
        match self.question.as_ref().map(|asked| &asked.answered) {
            Some(Answered::Secret(prompt)) => prompt,
            _ => &self.entry,
        }
    }

    fn give_secret(&mut self, value: Option<String>) -> Vec<Wish> {
        let question = self.question.take();
        let answer = |question: Question| Wish::Answer(question.id, Answer::Secret(value));
        question.map(answer).into_iter().collect()
    }
}
