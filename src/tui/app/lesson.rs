//! The lesson that is on: its goal, and what of it is reached, between the status line and the panes.

use super::App;
use super::regions::{MEDIUM, WIDE};
use crate::command::session::LessonView;
use crate::trace::Status;
use crate::tui::shown::Shown;
use crate::tui::theme::{Tone, status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A goal takes so many rows at most.
const GOAL: usize = 2;
/// So many checks are listed, where there is room.
const CHECKS: usize = 8;

impl App {
    /// How many rows it takes: one for its title, and where there is room for the goal and each check.
    pub(super) fn lesson_rows(&self) -> u16 {
        let Some(lesson) = &self.known.lesson else {
            return 0;
        };
        let (wide, high) = (self.area.width, self.area.height);
        let goal = match wide >= MEDIUM.0 && high >= MEDIUM.1 {
            true => self.goal(lesson).len(),
            false => 0,
        };
        let checks = if wide >= WIDE {
            lesson.checks.len().min(CHECKS)
        } else {
            0
        };
        1 + u16::try_from(goal + checks).unwrap_or(0)
    }

    fn goal(&self, lesson: &LessonView) -> Vec<Shown> {
        let (wide, look) = (usize::from(self.area.width), self.look());
        let goal = Shown::of(&format!("goal: {}", lesson.goal), look.ascii);
        let mut rows = goal.wrapped(wide);
        let more = rows.len() > GOAL;
        rows.truncate(GOAL);
        if let Some(last) = rows.last_mut().filter(|_| more) {
            let goes_on = look.pick(" …", " ...");
            *last = Shown::of(&format!("{last}{goes_on}"), look.ascii).cut(wide, look.ascii);
        }
        rows
    }

    pub(super) fn lesson(&self, area: Rect, buffer: &mut Buffer) {
        let Some(lesson) = &self.known.lesson else {
            return;
        };
        let look = self.look();
        let (head, checks) = lines(lesson, look.ascii);
        let goal = self.goal(lesson).into_iter().map(|row| (row, Tone::Plain));
        let shown = |(text, tone): (String, Tone)| (Shown::of(&text, look.ascii), tone);
        let lines = std::iter::once(shown(head))
            .chain(goal)
            .chain(checks.into_iter().map(shown));
        for (y, (text, tone)) in (area.y..area.bottom()).zip(lines) {
            let text = text.cut(usize::from(area.width), look.ascii);
            buffer.set_string(area.x, y, text.as_str(), look.style(tone));
        }
    }
}

fn lines(lesson: &LessonView, ascii: bool) -> ((String, Tone), Vec<(String, Tone)>) {
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
    let head = (
        format!("lesson{number}, {}: {state}{next}", lesson.title),
        tone,
    );
    let check = |(check, holds): &(String, bool)| {
        let sign = status(if *holds { Status::Ok } else { Status::New });
        (format!("  {} {check}", sign.char(ascii)), sign.tone)
    };
    let checks = lesson.checks.iter().take(CHECKS).map(check);
    (head, checks.collect())
}
