//! The screen's state: a fold over what it is told, which gives what it wishes done; and its picture.
//!
//! Nothing here knows a terminal, a clock or a thread: `at` is the time since the screen was opened.

use super::news::{Answer, News, Task};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use ratatui::Frame;
use std::time::Duration;

/// What the screen is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// A text was pasted.
    Paste(String),
    /// The terminal has so many columns and rows.
    Size(u16, u16),
    /// The session tells something.
    News(News),
    /// The time that [`App::due`] said has come.
    Due,
}

/// What it wishes done outside of it.
#[derive(Clone, Debug)]
pub enum Wish {
    /// The session is to do this.
    Task(Task),
    /// This is the answer to what the session asks.
    Answer(Answer),
    /// What an interrupt does: it stops a run.
    Interrupt,
    /// The shell is to have the terminal until weft is continued.
    Suspend,
    /// The terminal reports the mouse, or no longer.
    Mouse(bool),
    /// The terminal's clipboard is to hold this.
    Copy(String),
    /// All cells are to be sent again.
    Redraw,
    /// The session is to end.
    Leave,
}

/// The screen.
#[derive(Default)]
pub struct App {
    lines: Vec<String>,
    typed: String,
    running: bool,
    again: bool,
}

impl App {
    /// Takes in what it is told at this time, and says what is to be done.
    pub fn take(&mut self, told: Told, _at: Duration) -> Vec<Wish> {
        match told {
            Told::Key(key) => self.key(key),
            Told::News(news) => {
                if let News::Knows(known) = &news {
                    self.running = known.moment.running;
                }
                self.lines
                    .push(format!("{news:?}").chars().take(200).collect());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Wish> {
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                let empty = std::mem::take(&mut self.typed).is_empty();
                let leaves = empty && std::mem::replace(&mut self.again, true);
                return match (self.running, leaves) {
                    (true, _) => vec![Wish::Interrupt],
                    (false, true) => vec![Wish::Leave],
                    (false, false) => {
                        self.lines.push("Ctrl+C again to leave".to_owned());
                        Vec::new()
                    }
                };
            }
            KeyCode::Char('d') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return vec![Wish::Leave];
            }
            KeyCode::Char('z') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return vec![Wish::Suspend];
            }
            KeyCode::Char(c) => self.typed.push(c),
            KeyCode::Enter => return vec![Wish::Task(Task::Do(std::mem::take(&mut self.typed)))],
            _ => {}
        }
        Vec::new()
    }

    /// When the next picture differs by itself, if it does: at a time from `at` on.
    pub fn due(&self, _at: Duration) -> Option<Duration> {
        None
    }

    /// Draws it as it is at this time.
    pub fn draw(&mut self, _at: Duration, frame: &mut Frame) {
        let area = frame.area();
        let rows = usize::from(area.height.saturating_sub(1));
        let skip = self.lines.len().saturating_sub(rows);
        for (y, line) in self.lines.iter().skip(skip).enumerate() {
            let y = area.y + y as u16;
            frame
                .buffer_mut()
                .set_string(area.x, y, line, ratatui::style::Style::default());
        }
        let y = area.bottom().saturating_sub(1);
        frame.buffer_mut().set_string(
            area.x,
            y,
            format!("> {}", self.typed),
            ratatui::style::Style::default(),
        );
    }
}
