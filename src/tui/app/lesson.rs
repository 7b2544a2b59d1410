//! The lesson that is on: its goal, and what of it is reached, between the status line and the panes.

use super::App;
use super::regions::{MEDIUM, WIDE};
use crate::command::session::LessonView;
use crate::trace::Status;
use crate::tui::shown::Shown;
use crate::tui::theme::{Tone, status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// So many checks are listed, where there is room.
const CHECKS: usize = 8;

impl App {
    /// How many rows it takes: one for its title, and where there is room for the goal and each check.
    pub(super) fn lesson_rows(&self) -> u16 {
        let Some(lesson) = &self.known.lesson else {
            return 0;
        };
        let (wide, high) = (self.area.width, self.area.height);
        let goal = if (wide, high) >= MEDIUM && high >= MEDIUM.1 {
            1
        } else {
            0
        };
        let checks = if wide >= WIDE {
            lesson.checks.len().min(CHECKS)
        } else {
            0
        };
        1 + goal + u16::try_from(checks).unwrap_or(0)
    }

    pub(super) fn lesson(&self, area: Rect, buffer: &mut Buffer) {
        let Some(lesson) = &self.known.lesson else {
            return;
        };
        let look = self.look();
        let rows = (area.y..area.bottom()).zip(lines(lesson, look.ascii));
        for (y, (text, tone)) in rows {
            let text = Shown::of(&text, look.ascii).cut(usize::from(area.width), look.ascii);
            buffer.set_string(area.x, y, text.as_str(), look.style(tone));
        }
    }
}

fn lines(lesson: &LessonView, ascii: bool) -> Vec<(String, Tone)> {
    let number = lesson
        .number
        .map_or(String::new(), |number| format!(" {number}"));
    let held = lesson.checks.iter().filter(|(_, holds)| *holds).count();
    let state = match lesson.done {
        true => format!("done in {} commands, par {}", lesson.commands, lesson.par),
        false => format!(
            "{held} of {} reached; `learn hint`, `learn goal`",
            lesson.checks.len()
        ),
    };
    let next = match (lesson.done, lesson.next) {
        (true, Some(next)) => format!("; `learn next`: {next}"),
        _ => String::new(),
    };
    let tone = if lesson.done {
        Tone::Good
    } else {
        Tone::Strong
    };
    let mut lines = vec![
        (
            format!("lesson{number}, {}: {state}{next}", lesson.title),
            tone,
        ),
        (format!("goal: {}", lesson.goal), Tone::Plain),
    ];
    for (check, holds) in lesson.checks.iter().take(CHECKS) {
        let sign = status(if *holds { Status::Ok } else { Status::New });
        lines.push((format!("  {} {check}", sign.char(ascii)), sign.tone));
    }
    lines
}
