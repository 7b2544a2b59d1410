//! What is typed: a line or an answer at the prompt, the words of a search or a filter; and what is pasted.

use super::ask::Question;
use super::keys::{self, Act};
use super::tale::Filter;
use super::{App, Focus, Search, Wish};
use crate::tui::line::Did;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl App {
    pub(super) fn prompt_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        let secret = self.answers();
        let did = match &mut self.answer {
            Some(answer) if secret => answer.key(*key, &()),
            _ => self.entry.key(*key, &self.known),
        };
        match did {
            Did::Entered(text) if secret => return self.give_secret(Some(text)),
            Did::Entered(line) => {
                let wishes = self.run_line(&line);
                if wishes.is_empty() && self.player.is_rewound() {
                    // It was not taken: it is still there, to be done now.
                    self.entry.set(&line, &self.known);
                }
                return wishes;
            }
            Did::Interrupt if secret => return self.give_secret(None),
            Did::Interrupt => return self.interrupt(),
            Did::Leave if secret => return self.give_secret(None),
            Did::Leave => return self.leave(),
            Did::NotMine => {}
            Did::Nothing | Did::Edited => return Vec::new(),
        }
        match keys::anywhere(key) {
            Some(Act::ToGraph) if secret => self.give_secret(None),
            // What is typed on would be seen there.
            Some(Act::Keys) if secret => Vec::new(),
            Some(act) => self.act(act),
            None => Vec::new(),
        }
    }

    /// Whether what is typed is a value that is asked for: not before it could be read what is.
    pub(super) fn answers(&self) -> bool {
        let asks = self.question.as_ref();
        self.answer.is_some() && asks.is_some_and(Question::is_seen)
    }

    /// What is typed while a search or a filter is.
    pub(super) fn words_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        let mut words = match self.filters {
            true => self.tale.filter().words.clone(),
            false => self.search.words.clone(),
        };
        let mut typing = true;
        match key.code {
            KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => words.push(c),
            KeyCode::Backspace => drop(words.pop()),
            KeyCode::Enter => typing = false,
            _ => {
                words.clear();
                typing = false;
            }
        }
        if self.filters {
            let level = self.tale.filter().level;
            self.tale.set_filter(Filter { words, level });
            self.tale.catch_up(self.player.events());
            self.filters = typing;
        } else {
            self.search = Search { words, typing };
            self.find(0);
        }
        Vec::new()
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Wish> {
        if self.over.is_some()
            || self
                .question
                .as_ref()
                .is_some_and(|question| !question.secret)
        {
            return Vec::new();
        }
        self.focus = Focus::Prompt;
        let answers = self.answers();
        let taken = match &mut self.answer {
            Some(answer) if answers => answer.paste(text, &()),
            _ => self.entry.paste(text, &self.known),
        };
        if !taken {
            self.word = Some("there is no room for all that: `source FILE` runs a file".to_owned());
        }
        Vec::new()
    }
}
