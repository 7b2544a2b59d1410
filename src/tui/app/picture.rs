//! The panes, drawn.

use super::beside::stand_of;
use super::inspector::Inspected;
use super::over::Over;
use super::regions::{Regions, inside};
use super::tale::{Film, Row};
use super::{App, Focus, Pane, Typing};
use crate::tui::graph::Zoom;
use crate::tui::line::MenuLook;
use crate::tui::shown::{Shown, width};
use crate::tui::theme::Tone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

/// A menu of candidates takes so many rows at most.
const MENU: u16 = 8;

impl App {
    /// Draws what is seen into empty cells; gives where the cursor is, if it is seen.
    pub fn paint(&mut self, buffer: &mut Buffer) -> Option<Position> {
        let (area, look) = (self.area, self.look());
        if area.is_empty() {
            return None;
        }
        if self.is_too_small() {
            let style = look.style(Tone::Strong);
            for (y, words) in (area.y..area.bottom()).zip(["too small", "make it larger"]) {
                buffer.set_stringn(area.x, y, words, usize::from(area.width), style);
            }
            return None;
        }
        let regions = self.regions();
        self.status_line(regions.status, buffer);
        self.lesson(regions.lesson, buffer);
        if !regions.tabs.is_empty() {
            self.tabs(regions.tabs, buffer);
        }
        self.graph_pane(regions.graph, buffer);
        self.inspector_pane(regions.inspector, buffer);
        self.trace_pane(regions.trace, buffer);
        self.divider(&regions, buffer);
        self.above(regions.above, buffer);
        let cursor = self.prompt(regions.prompt, buffer);
        self.hint_bar(regions.hint, buffer);
        match self.over.is_some() {
            true => {
                self.over_pane(area, buffer);
                None
            }
            false => cursor,
        }
    }

    pub(super) fn graph_pane(&mut self, area: Rect, buffer: &mut Buffer) {
        if area.is_empty() {
            return;
        }
        let part = if self.map.is_part() { ", a part" } else { "" };
        let zoom = match self.map.zoom() {
            Zoom::Line => String::new(),
            zoom => format!(", {}", zoom.word()),
        };
        let past = if self.player.is_past() && !self.manner.replays {
            ", the past"
        } else {
            ""
        };
        let as_one = match self.map.as_one() {
            0 | 1 => String::new(),
            many => format!(", {many} drawn as the selected one"),
        };
        let all = self.map.in_part();
        let all = all.unwrap_or_else(|| self.player.graph().vertices().len());
        let many = match all {
            1 => "1 vertex".to_owned(),
            n => format!("{n} vertices"),
        };
        let words = format!("graph, {many}{zoom}{part}{as_one}{past}");
        self.title(Pane::Graph, &words, area, buffer);
        let pane = inside(area);
        let look = self.look();
        if self.player.graph().vertices().is_empty() {
            self.welcome(pane, buffer);
        }
        let moving = self.moving();
        self.map.draw(&moving, look, pane, buffer);
        self.at_title(&self.map.goes_on(look), Tone::Strong, area, buffer);
    }

    /// An empty graph says what there is to do.
    fn welcome(&self, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let more = match self.known.lesson {
            Some(_) => "F1 lists the keys.",
            None => "`demo` plays a story by itself, `learn` has lessons, F1 lists the keys.",
        };
        let lines = [
            "weft: build a graph of resources, see what it would do, apply it, watch it.",
            "`add file /tmp/hello content=hi` adds a vertex; Tab completes; `plan`, `apply`.",
            more,
        ];
        for (y, line) in (area.y..area.bottom()).zip(lines) {
            let text = Shown::of(line, look.ascii).cut(usize::from(area.width), look.ascii);
            buffer.set_string(area.x, y, text.as_str(), look.style(Tone::Plain));
        }
    }

    fn inspector_pane(&mut self, area: Rect, buffer: &mut Buffer) {
        if area.is_empty() {
            return;
        }
        let (look, pane) = (self.look(), inside(area));
        let selected = self.map.selected.clone();
        self.title(Pane::Inspector, "inspector", area, buffer);
        let Some(key) = selected else { return };
        let inspected = Inspected {
            key: &key,
            player: &self.player,
            // Its own, also where it is drawn as one with others.
            stand: stand_of(
                std::slice::from_ref(&key),
                self.player.view(),
                self.player.beside(),
            ),
            look,
            width: usize::from(pane.width),
        };
        let parts = self.inspector.rows(&inspected);
        let rows: usize = parts.iter().map(|part| part.len()).sum();
        let most = rows.saturating_sub(usize::from(pane.height));
        self.scrolled = self.scrolled.min(most);
        let mut y = pane.y;
        let mut skip = self.scrolled;
        for part in parts {
            let seen = part.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(part.len());
            for (text, tone) in seen.iter().take(usize::from(pane.bottom() - y)) {
                buffer.set_string(pane.x, y, text.as_str(), look.style(*tone));
                y += 1;
            }
        }
        let more = match most - self.scrolled {
            0 => String::new(),
            more => format!("{more} more"),
        };
        self.at_title(&more, Tone::Quiet, area, buffer);
    }

    /// Something more at the right of a title; nothing where there is nothing to say.
    fn at_title(&self, text: &str, tone: Tone, area: Rect, buffer: &mut Buffer) {
        if !text.is_empty() {
            let text = format!(" {text} ");
            let cells = u16::try_from(width(&text) + 1).unwrap_or(0);
            let x = area.right().saturating_sub(cells).max(area.x);
            buffer.set_string(x, area.y, text, self.look().style(tone));
        }
    }

    fn trace_pane(&mut self, area: Rect, buffer: &mut Buffer) {
        if !self.trace().has_keys {
            self.tale.unmark();
        }
        if area.is_empty() {
            return;
        }
        let (look, pane) = (self.look(), inside(area));
        let filter = self.tale.filter();
        let filters = self.typing == Some(Typing::Filter);
        let mut words = "trace".to_owned();
        if filter.level == crate::trace::Level::Full {
            words.push_str(", full");
        }
        if !filter.words.is_empty() || filters {
            let typing = if filters { "_" } else { "" };
            words.push_str(&format!(", with `{}{typing}`", filter.words));
        }
        let rewound = self.player.is_past();
        if let Some(new) = self.tale.unseen().filter(|new| *new > 0 && !rewound) {
            words.push_str(&format!(", {new} new"));
        }
        self.title(Pane::Trace, &words, area, buffer);
        self.tale.set_width(usize::from(pane.width));
        // Where the film stands still, its last event is marked, and what comes after it stands back.
        let shown = self.player.shown();
        let film_at = |row: usize| match self.tale.row(row) {
            Some(Row::Event(at, _)) => at < shown,
            _ => false,
        };
        let lines = self.tale.lines(self.trace());
        let last = lines.iter().rfind(|line| film_at(line.row));
        let last = last.map(|line| line.row).filter(|_| rewound);
        for (y, line) in (pane.y..pane.bottom()).zip(&lines) {
            let later = rewound && self.tale.is_after(line.row, shown);
            let mut style = look.style(if later { Tone::Quiet } else { line.tone });
            if Some(line.row) == last {
                style = style.add_modifier(Modifier::REVERSED);
            }
            if line.marked {
                style = style.add_modifier(Modifier::UNDERLINED);
                buffer.set_style(
                    Rect {
                        y,
                        height: 1,
                        ..pane
                    },
                    style,
                );
            }
            buffer.set_string(pane.x, y, line.text.as_str(), style);
        }
    }

    /// How much of the film is shown, where that is not all of it: the trace goes in step.
    pub(super) fn place_of_film(&self) -> Film {
        match (self.player.is_rewound(), self.player.behind()) {
            (true, _) => Film::StandsAt(self.player.shown()),
            (false, 0) => Film::Ends,
            (false, _) => Film::At(self.player.shown()),
        }
    }

    fn divider(&self, regions: &Regions, buffer: &mut Buffer) {
        if regions.inspector.is_empty() || regions.graph.is_empty() {
            return;
        }
        let (look, x) = (self.look(), regions.graph.right());
        for y in regions.graph.y..regions.graph.bottom() {
            buffer.set_string(x, y, look.pick("│", "|"), look.style(Tone::Quiet));
        }
    }

    /// How many rows stand above the prompt.
    pub(super) fn rows_above(&self) -> u16 {
        match (&self.question, &self.pick, self.typing) {
            (Some(question), ..) => {
                let text = Shown::of(&question.text, self.look().ascii);
                let rows = text.wrapped(usize::from(self.area.width).max(1)).len();
                u16::try_from(rows).unwrap_or(1)
            }
            (None, Some(_), _) | (None, None, Some(Typing::Search)) => 1,
            _ => {
                let menu = self.entry.menu();
                menu.map_or(0, |menu| menu.rows(self.area.width, MENU))
            }
        }
    }

    fn above(&mut self, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let line =
            |text: &str| Shown::of(text, look.ascii).cut(usize::from(area.width), look.ascii);
        if let Some(question) = &mut self.question {
            if self.over.is_none() && !area.is_empty() {
                question.stands(self.passed.at, self.passed.yes);
            }
            let text = Shown::of(&question.text, look.ascii);
            let rows = text.wrapped(usize::from(area.width).max(1));
            let style = look.style(Tone::Strong).add_modifier(Modifier::REVERSED);
            for (y, row) in (area.y..area.bottom()).zip(&rows) {
                buffer.set_style(
                    Rect {
                        y,
                        height: 1,
                        ..area
                    },
                    style,
                );
                buffer.set_string(area.x, y, row.as_str(), style);
            }
        } else if let Some(pick) = &self.pick {
            let text = self.pick_words(pick);
            buffer.set_string(area.x, area.y, line(&text).as_str(), look.style(Tone::Flow));
        } else if self.typing == Some(Typing::Search) {
            let text = format!("/{}_", self.searched);
            buffer.set_string(area.x, area.y, line(&text).as_str(), look.style(Tone::Flow));
        } else if let Some(menu) = self.entry.menu() {
            let look = MenuLook {
                candidate: look.style(Tone::Plain),
                about: look.style(Tone::Quiet),
                chosen: look.style(Tone::Strong).add_modifier(Modifier::REVERSED),
            };
            menu.draw(area, buffer, &look);
        }
    }

    fn prompt(&mut self, area: Rect, buffer: &mut Buffer) -> Option<Position> {
        let look = self.look();
        let look = crate::tui::line::Look {
            words: look.style(Tone::Strong),
            text: look.style(Tone::Plain),
            hint: look.style(Tone::Quiet),
        };
        let cursor = self.prompt_shown().draw(area, buffer, &look).cursor;
        let question = self.question.as_ref();
        let mine = match question {
            Some(question) => question.is_secret(),
            None => self.focus == Focus::Prompt,
        };
        cursor.filter(|_| mine)
    }

    fn over_pane(&mut self, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let (inner, rows) = self.over_size();
        let Some(over) = &mut self.over else { return };
        if let Over::Page(page) = over {
            page.fit(inner, rows);
        }
        let pane = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(2),
            ..area
        };
        let (lines, chosen) = over.rows(inner, look);
        let skip = chosen.end.saturating_sub(rows);
        for y in pane.y..pane.bottom() {
            for x in pane.x..pane.right() {
                if let Some(cell) = buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
        let title = Shown::of(&over.title(), look.ascii).cut(inner, look.ascii);
        let head = look.style(Tone::Strong).add_modifier(Modifier::REVERSED);
        buffer.set_style(Rect { height: 1, ..pane }, head);
        buffer.set_string(pane.x + 1, pane.y, title.as_str(), head);
        for (row, (y, line)) in (pane.y + 1..pane.bottom())
            .zip(lines.iter().skip(skip))
            .enumerate()
        {
            let mut style = look.style(Tone::Plain);
            if chosen.contains(&(row + skip)) {
                style = style.add_modifier(Modifier::REVERSED);
            }
            let line = line.cut(inner, look.ascii);
            buffer.set_string(pane.x + 1, y, line.as_str(), style);
        }
    }
}
