//! A question of the session, and its answer.

use super::over::Over;
use super::tale::Voice;
use super::{App, Wish};
use crate::tui::news::{Answer, QuestionId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

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
    /// Whether it has stood on the screen: nobody says yes to what could not be read.
    pub seen: bool,
}

impl Question {
    /// One that is answered by yes or no.
    pub fn consent(id: QuestionId, text: &str, more: &str) -> Question {
        Question {
            id,
            text: text.to_owned(),
            more: more.to_owned(),
            secret: false,
            seen: false,
        }
    }

    /// One that is answered by a value, which is not shown.
    pub fn secret(id: QuestionId, text: &str) -> Question {
        Question {
            id,
            text: text.to_owned(),
            more: String::new(),
            secret: true,
            seen: false,
        }
    }

    /// What can be answered.
    pub fn choices(&self) -> &'static str {
        match (self.secret, self.more.is_empty()) {
            (true, _) => "type it, Enter  Esc gives none",
            (false, true) => "y yes  n no",
            (false, false) => "y yes  n no  d what differs",
        }
    }
}

impl App {
    /// A key while consent is asked for. Nothing but a plain yes is one.
    pub(super) fn consent_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            return self.consent(false);
        }
        if !self.question.as_ref().is_some_and(|question| question.seen) {
            self.word =
                Some("this was asked while you typed: what you typed is no answer".to_owned());
            return Vec::new();
        }
        // `Alt+Y` is what comes of Esc and y typed at once, and `Ctrl+Y` puts a text back at the prompt: neither says yes.
        let plain = !key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('y' | 'Y') if plain => self.consent(true),
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
