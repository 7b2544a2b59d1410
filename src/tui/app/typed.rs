//! What is typed: a line or an answer at the prompt, the words of a search or a filter; and what is pasted.

use super::keys;
use super::tale::Filter;
use super::{App, Focus, Taker, Typing, Wish};
use crate::tui::line::Did;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl App {
    pub(super) fn prompt_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        match self.entry.key(*key, &self.known) {
            Did::Entered(line) => {
                let wishes = self.run_line(&line);
                if wishes.is_empty() && self.player.is_past() {
                    // It was not taken: it is still there, to be done now.
                    self.entry.set(&line, &self.known);
                }
                return wishes;
            }
            Did::Interrupt => return self.interrupt(),
            Did::Leave => return self.leave(),
            Did::NotMine => {}
            Did::Nothing | Did::Edited => return Vec::new(),
        }
        match keys::anywhere(key) {
            Some(act) => self.act(act),
            None => Vec::new(),
        }
    }

    /// What is typed while a search or a filter is.
    pub(super) fn words_key(&mut self, typing: Typing, key: &KeyEvent) -> Vec<Wish> {
        let mut words = match typing {
            Typing::Filter => self.tale.filter().words.clone(),
            Typing::Search => self.searched.clone(),
        };
        match key.code {
            KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => words.push(c),
            KeyCode::Backspace => drop(words.pop()),
            KeyCode::Enter => self.typing = None,
            _ => {
                words.clear();
                self.typing = None;
            }
        }
        match typing {
            Typing::Filter => {
                let level = self.tale.filter().level;
                self.tale
                    .set_filter(Filter { words, level }, self.player.events());
            }
            Typing::Search => {
                self.searched = words;
                self.find(0);
            }
        }
        Vec::new()
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Wish> {
        match self.taker() {
            Taker::Over | Taker::Consent => return Vec::new(),
            Taker::Words(typing) => return self.paste_words(typing, text),
            Taker::Secret | Taker::Prompt | Taker::Graph => {}
        }
        self.focus = Focus::Prompt;
        let taken = match self.secret() {
            Some(secret) => secret.paste(text, &()),
            None => self.entry.paste(text, &self.known),
        };
        if !taken {
            self.word = Some("there is no room for all that: `source FILE` runs a file".to_owned());
        }
        Vec::new()
    }

    /// What is pasted while words are typed is typed, as far as they go: one line.
    fn paste_words(&mut self, typing: Typing, text: &str) -> Vec<Wish> {
        let line = text.lines().next().unwrap_or_default();
        for letter in line.chars().filter(|letter| !letter.is_control()) {
            self.words_key(typing, &KeyEvent::from(KeyCode::Char(letter)));
        }
        Vec::new()
    }
}
