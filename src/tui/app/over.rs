//! What lies over the panes: every key, the palette, a long text.

use super::ask::Question;
use super::keys::KEYS;
use super::page::Page;
use super::{App, Focus, Wish};
use crate::command::registry::{COMMANDS, Command, SIMS, fuzzy};
use crate::tui::shown::{Shown, hung};
use crate::tui::theme::Look;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::ops::Range;

/// What lies there.
#[derive(Clone, Debug)]
pub enum Over {
    /// A text that is read by itself.
    Page(Page),
    /// Every key, as far as the letters typed stand in what it does.
    Keys { typed: String, top: usize },
    /// Commands, best first.
    Palette { typed: String, at: usize },
}

impl Over {
    /// A text.
    pub fn page(text: &str, look: Look) -> Over {
        Over::Page(Page::new(text, look))
    }

    /// Every key.
    pub fn keys() -> Over {
        Over::Keys {
            typed: String::new(),
            top: 0,
        }
    }

    /// The palette.
    pub fn palette() -> Over {
        Over::Palette {
            typed: String::new(),
            at: 0,
        }
    }

    /// What keys do there.
    pub fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Over::Page(_) => &[("Enter/Esc", "closes"), ("Up Down", "move")],
            Over::Keys { .. } => &[
                ("Enter/Esc", "closes"),
                ("Up Down", "move"),
                ("letters", "find"),
            ],
            Over::Palette { .. } => &[("Esc", "closes"), ("Up Down", "move"), ("Enter", "takes")],
        }
    }

    /// Its title, with what is typed.
    pub fn title(&self) -> String {
        match self {
            Over::Page(page) => page.title(),
            Over::Keys { typed, .. } => format!("keys: {typed}_"),
            Over::Palette { typed, .. } => format!("command: {typed}_"),
        }
    }

    /// Its rows in so many cells, with those of them that are chosen.
    pub fn rows(&self, cells: usize, look: Look) -> (Vec<Shown>, Range<usize>) {
        match self {
            Over::Page(page) => (page.seen().cloned().collect(), 0..0),
            Over::Keys { typed, top } => {
                let told = key_lines(typed);
                if told.is_empty() {
                    return (vec![Shown::of("no key does that", look.ascii)], 0..0);
                }
                let told = told.into_iter().skip(*top);
                let rows = told.flat_map(|told| told.rows(KEYS_LEAD, cells, look));
                (rows.collect(), 0..0)
            }
            Over::Palette { typed, at } => {
                let (mut rows, mut chosen) = (Vec::new(), 0..0);
                for (number, command) in found(typed).into_iter().enumerate() {
                    let from = rows.len();
                    rows.extend(palette_line(command).rows(PALETTE_LEAD, cells, look));
                    if number == *at {
                        chosen = from..rows.len();
                    }
                }
                (rows, chosen)
            }
        }
    }
}

/// What is told of a key or a command stands so far in.
const KEYS_LEAD: usize = 21;
const PALETTE_LEAD: usize = 40;

/// A key or a command: what it is, and what is told of it.
struct Told {
    lead: String,
    text: String,
}

impl Told {
    fn rows(&self, column: usize, cells: usize, look: Look) -> Vec<Shown> {
        let [lead, text] = [&self.lead, &self.text].map(|part| Shown::of(part, look.ascii));
        hung(&lead, &text, column, cells)
    }

    fn has(&self, typed: &str) -> bool {
        let line = format!("{} {}", self.lead, self.text);
        line.to_lowercase().contains(typed)
    }
}

/// What `?` tells: what keys do, filtered by letters that stand in them.
fn key_lines(typed: &str) -> Vec<Told> {
    let line = |keys: &str, place: &str, text: &str| Told {
        lead: format!("{keys:<10} {place}"),
        text: text.to_owned(),
    };
    let row = |row: &super::keys::Row| {
        let place = if row.anywhere { "anywhere" } else { "graph" };
        line(&row.keys.replace(' ', ", "), place, row.says())
    };
    let own = [
        ("Tab", "prompt", "complete what is typed"),
        ("Ctrl+R", "prompt", "find a line typed before"),
        (
            "Ctrl+C",
            "anywhere",
            "clear the line; stop what runs; twice on an empty line: leave",
        ),
        ("Ctrl+D", "prompt", "leave, on an empty line"),
    ];
    let own = own.map(|(keys, place, text)| line(keys, place, text));
    let typed = typed.to_lowercase();
    let all = KEYS.iter().map(row).chain(own);
    all.filter(|told| told.has(&typed)).collect()
}

/// The commands that are meant, best first; all in the order of help where nothing is typed.
fn found(typed: &str) -> Vec<&'static Command> {
    match typed.trim().is_empty() {
        true => COMMANDS.iter().chain(SIMS).collect(),
        false => fuzzy(typed),
    }
}

fn palette_line(command: &'static Command) -> Told {
    let key = command.key.map_or(String::new(), |key| format!("[{key}]"));
    Told {
        lead: format!("{:<30} {key}", command.usage()),
        text: command.about.to_owned(),
    }
}

impl App {
    /// A key while something lies over the panes.
    pub(super) fn over_key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        // A text that came at the prompt is in nobody's way: who types goes on typing.
        // What is asked is answered beside no page: there, letters are for reading.
        let asked = self.question.as_ref().is_some_and(Question::is_seen);
        let types = matches!(key.code, KeyCode::Char(_)) && !control && !asked;
        if types && self.focus == Focus::Prompt && matches!(self.over, Some(Over::Page(_))) {
            self.over = None;
            return self.key(key);
        }
        let size = self.over_size();
        let Some(over) = &mut self.over else {
            return Vec::new();
        };
        if key.code == KeyCode::Esc || control && key.code == KeyCode::Char('c') {
            self.over = None;
            return Vec::new();
        }
        match over {
            Over::Page(page) => match key.code {
                KeyCode::Char('q') | KeyCode::Enter => self.over = None,
                code => {
                    page.fit(size.0, size.1);
                    page.scroll(scrolled(code, page.top()));
                }
            },
            Over::Keys { typed, top } => match key.code {
                // They close what they opened.
                KeyCode::Char('?') | KeyCode::F(1) => self.over = None,
                KeyCode::Char(c) if !control => {
                    typed.push(c);
                    *top = 0;
                }
                KeyCode::Backspace => drop(typed.pop()),
                KeyCode::Enter => self.over = None,
                code => *top = scrolled(code, *top).min(key_lines(typed).len().saturating_sub(1)),
            },
            Over::Palette { typed, at } => match key.code {
                KeyCode::Char(c) if !control => {
                    typed.push(c);
                    *at = 0;
                }
                KeyCode::Backspace => drop(typed.pop()),
                KeyCode::Up => *at = at.saturating_sub(1),
                KeyCode::Down | KeyCode::Tab => {
                    *at = (*at + 1).min(found(typed).len().saturating_sub(1))
                }
                KeyCode::Enter => {
                    let chosen = found(typed).get(*at).copied();
                    self.over = None;
                    if let Some(command) = chosen {
                        return self.choose(command);
                    }
                }
                _ => {}
            },
        }
        Vec::new()
    }

    /// So many cells of so many rows are seen of what lies over the panes: the status line above, the hint bar below, and its title.
    pub(super) fn over_size(&self) -> (usize, usize) {
        let [cells, rows] = [(self.area.width, 2), (self.area.height, 3)]
            .map(|(all, taken)| usize::from(all.saturating_sub(taken)));
        (cells, rows)
    }

    /// A command without arguments is done; any other is filled in at the prompt.
    fn choose(&mut self, command: &'static Command) -> Vec<Wish> {
        let needs = command.args.iter().any(|arg| !arg.optional);
        match needs {
            false => self.run_line(&command.full_name()),
            true => {
                self.fill_in(&format!("{} ", command.full_name()));
                Vec::new()
            }
        }
    }
}

fn scrolled(code: KeyCode, top: usize) -> usize {
    match code {
        KeyCode::Up | KeyCode::Char('k') => top.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => top + 1,
        KeyCode::PageUp => top.saturating_sub(10),
        KeyCode::PageDown | KeyCode::Char(' ') => top + 10,
        KeyCode::Home => 0,
        KeyCode::End => usize::MAX - 1,
        _ => top,
    }
}
