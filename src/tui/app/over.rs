//! What lies over the panes: every key, the palette, a long text.

use super::ask::Question;
use super::keys::KEYS;
use super::page::Page;
use super::{App, Focus, Wish};
use crate::command::registry::{COMMANDS, Command, SIMS, fuzzy};
use crate::tui::shown::Shown;
use crate::tui::theme::Look;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

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

    /// Its title, with what is typed.
    pub fn title(&self) -> String {
        match self {
            Over::Page(page) => page.title(),
            Over::Keys { typed, .. } => format!("keys: {typed}_"),
            Over::Palette { typed, .. } => format!("command: {typed}_"),
        }
    }

    /// Its lines, with the one that is chosen.
    pub fn lines(&self, look: Look) -> (Vec<Shown>, Option<usize>) {
        match self {
            Over::Page(page) => (page.seen().cloned().collect(), None),
            Over::Keys { typed, top } => {
                let rows = key_lines(typed).into_iter().skip(*top);
                (rows.map(|row| Shown::of(&row, look.ascii)).collect(), None)
            }
            Over::Palette { typed, at } => {
                let rows = found(typed).into_iter().map(palette_line);
                (
                    rows.map(|row| Shown::of(&row, look.ascii)).collect(),
                    Some(*at),
                )
            }
        }
    }
}

/// The lines of `?`: what keys do, filtered by letters that stand in them.
pub fn key_lines(typed: &str) -> Vec<String> {
    let typed = typed.to_lowercase();
    let line = |row: &super::keys::Row| {
        let place = if row.anywhere { "anywhere" } else { "graph" };
        format!(
            "{:<10} {:<9} {}",
            row.keys.replace(' ', ", "),
            place,
            row.says()
        )
    };
    let own = [
        "Tab        prompt    complete what is typed",
        "Ctrl+R     prompt    find a line typed before",
        "Ctrl+C     anywhere  clear the line; stop what runs; twice on an empty line: leave",
        "Ctrl+D     prompt    leave, on an empty line",
    ];
    let all = KEYS.iter().map(line).chain(own.map(str::to_owned));
    all.filter(|line| line.to_lowercase().contains(&typed))
        .collect()
}

/// The commands that are meant, best first; all in the order of help where nothing is typed.
fn found(typed: &str) -> Vec<&'static Command> {
    match typed.trim().is_empty() {
        true => COMMANDS.iter().chain(SIMS).collect(),
        false => fuzzy(typed),
    }
}

fn palette_line(command: &'static Command) -> String {
    let key = command.key.map_or(String::new(), |key| format!("[{key}]"));
    format!("{:<28} {:<8} {}", command.usage(), key, command.about)
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
