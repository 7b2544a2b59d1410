//! What keys do. Whatever acts on the graph or the world is a command, and goes the way that a typed one goes.

use super::ask::says_yes;
use super::keys::{self, Act};
use super::over::Over;
use super::past::{only_asks, shown_words};
use super::pick::fits_a_pick;
use super::regions::inside;
use super::tale::{self, Filter, Voice};
use super::{App, Focus, Pane, Taker, Typing, Wish};
use crate::graph::refs::ref_text;
use crate::trace::Level;
use crate::tui::graph::Step;
use crate::tui::news::Task;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl App {
    pub(super) fn key(&mut self, key: &KeyEvent) -> Vec<Wish> {
        self.word = None;
        let wishes = self.key_of(key);
        if says_yes(key) {
            self.passed.yes = Some(self.passed.at);
        }
        wishes
    }

    fn key_of(&mut self, key: &KeyEvent) -> Vec<Wish> {
        if self.is_too_small() && !key.modifiers.contains(KeyModifiers::CONTROL) {
            return Vec::new();
        }
        let interrupt =
            key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if !interrupt {
            self.leaving = false;
        }
        let taker = self.taker();
        if matches!(taker, Taker::Over | Taker::Consent | Taker::Words(_))
            && let Some(act @ (Act::Redraw | Act::Suspend)) = keys::anywhere(key)
        {
            return self.act(act);
        }
        match taker {
            Taker::Over => self.over_key(key),
            Taker::Consent => self.consent_key(key),
            Taker::Secret => self.secret_key(key),
            Taker::Words(typing) => self.words_key(typing, key),
            Taker::Prompt => self.prompt_key(key),
            Taker::Graph if interrupt => self.interrupt(),
            Taker::Graph => match keys::act(key) {
                Some(act) => self.act(act),
                None => {
                    self.word = Some("? lists the keys, i goes to the prompt".to_owned());
                    Vec::new()
                }
            },
        }
    }

    /// Who gets the next key: the first of all these that there is.
    pub(super) fn taker(&self) -> Taker {
        match (&self.over, &self.question, self.typing, self.focus) {
            (Some(_), ..) => Taker::Over,
            (_, Some(asked), ..) if !asked.is_secret() => Taker::Consent,
            (_, Some(asked), ..) if asked.is_seen() => Taker::Secret,
            (_, _, Some(typing), _) => Taker::Words(typing),
            (.., Focus::Prompt) => Taker::Prompt,
            (.., Focus::Graph) => Taker::Graph,
        }
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Wish> {
        if self.pick.is_some() && !fits_a_pick(act) {
            self.word = Some("pick the other end and press Enter; Esc gives up".to_owned());
            return Vec::new();
        }
        match act {
            Act::Left => self.walk(Step::Left),
            Act::Right => self.walk(Step::Right),
            Act::Up => self.walk(Step::Up),
            Act::Down => self.walk(Step::Down),
            Act::ToGraph => self.escape(),
            Act::ToPrompt => self.focus = Focus::Prompt,
            Act::NextPane => {
                self.pane = self.pane.next();
                self.scrolled = 0;
            }
            Act::Set => return self.enter(),
            Act::Palette => self.over = Some(Over::palette()),
            Act::Keys => self.over = Some(Over::keys()),
            Act::PageUp => self.page(1),
            Act::PageDown => self.page(-1),
            Act::Redraw => return vec![Wish::Redraw],
            Act::Suspend => return vec![Wish::Suspend],
            Act::Plan => return self.run_line("plan"),
            Act::Apply => return self.run_line("apply"),
            Act::Step => return self.run_line("step"),
            Act::Continue => return self.run_line("continue"),
            Act::Undo => return self.run_line("undo"),
            Act::Redo => return self.run_line("redo"),
            Act::Quit => return self.run_line("quit"),
            Act::Break | Act::Edit | Act::Why => return self.about_vertex(act),
            Act::PickOrder => self.pick("->", false),
            Act::PickNotify => self.pick("~>", false),
            Act::PickBind => self.pick("->", true),
            Act::Search => {
                self.searched.clear();
                self.typing = Some(Typing::Search);
            }
            Act::Next => self.find(1),
            Act::Previous => self.find(-1),
            Act::Earlier | Act::Later | Act::Live | Act::Still | Act::Slower | Act::Faster => {
                self.film(act)
            }
            Act::ZoomIn
            | Act::ZoomOut
            | Act::Fit
            | Act::Near
            | Act::Active
            | Act::Fold
            | Act::Follow => self.zoom(act),
            Act::Filter => self.typing = Some(Typing::Filter),
            Act::Level => self.level(),
            Act::Copy => return self.copy(),
            Act::Mouse => {
                self.mouse.is_reported = !self.mouse.is_reported;
                let whose = match self.mouse.is_reported {
                    true => "the mouse is weft's: m lets go of it",
                    false => "the mouse is the terminal's: m takes it",
                };
                self.word = Some(whose.to_owned());
                return vec![Wish::Mouse(self.mouse.is_reported)];
            }
        }
        Vec::new()
    }

    /// Closes what is open, one after the other; then the keys are the graph's.
    fn escape(&mut self) {
        if let Some(pick) = self.pick.take() {
            self.map.select(&pick.from);
            return;
        }
        let has_keys = self.focus == Focus::Graph && self.typing.is_none();
        if self.map.is_lit() {
            self.map.light([]);
        } else if !self.tale.filter().words.is_empty() && self.focus == Focus::Graph {
            let level = self.tale.filter().level;
            let words = String::new();
            self.tale
                .set_filter(Filter { words, level }, self.player.events());
        } else if has_keys && self.searched.is_empty() {
            self.pane = Pane::Graph;
            self.scrolled = 0;
        }
        self.searched.clear();
        self.typing = None;
        self.focus = Focus::Graph;
    }

    /// The film goes to what this row of the trace tells, and stands still there; what is seen of the trace stays.
    pub(super) fn jump(&mut self, row: usize) {
        let height = self.trace_height();
        let end = self.tale.seen(height, self.place_of_film()).end;
        if let Some(event) = self.tale.event_at(row) {
            let changed = self.seek(event + 1);
            let film = self.place_of_film();
            self.tale.mark(row, film);
            self.tale.end_at(end, height, film);
            self.map.follow(&self.player, &changed);
            self.look_at_last();
        }
    }

    fn trace_height(&self) -> usize {
        usize::from(inside(self.regions().trace).height)
    }

    /// The trace's pane, as it is read.
    pub(super) fn trace(&self) -> tale::Pane<'_> {
        tale::Pane {
            height: self.trace_height(),
            film: self.place_of_film(),
            has_keys: self.focus == Focus::Graph && self.pane == Pane::Trace,
            events: self.player.events(),
            look: self.look(),
        }
    }

    fn enter(&mut self) -> Vec<Wish> {
        if self.pane == Pane::Trace && self.pick.is_none() {
            let pane = self.trace();
            if let Some(row) = self.tale.marked(pane.height, pane.film) {
                self.jump(row);
            }
            return Vec::new();
        }
        let Some(key) = self.map.selected.clone() else {
            self.focus = Focus::Prompt;
            return Vec::new();
        };
        if let Some(pick) = self.pick.take() {
            return self.take_pick(pick, key);
        }
        if !self.is_refused() {
            self.fill_in(&format!("set {} ", ref_text(&key)));
        }
        Vec::new()
    }

    fn about_vertex(&mut self, act: Act) -> Vec<Wish> {
        let Some(key) = self.map.selected.clone() else {
            return match act {
                Act::Edit => self.run_line("edit"),
                _ => Vec::new(),
            };
        };
        match act {
            Act::Edit => self.run_line(&format!("edit {}", ref_text(&key))),
            Act::Why if self.manner.replays => self.show_why(&key),
            Act::Why => self.run_line(&format!("why {}", ref_text(&key))),
            _ if self.player.last_beside().breaks.contains(&key) => {
                self.run_line(&format!("break off {}", ref_text(&key)))
            }
            _ => self.run_line(&format!("break {}", ref_text(&key))),
        }
    }

    pub(super) fn fill_in(&mut self, text: &str) {
        self.entry.set(text, &self.known);
        self.focus = Focus::Prompt;
    }

    /// A line is done, by whatever it came.
    pub(super) fn run_line(&mut self, line: &str) -> Vec<Wish> {
        if line.trim().is_empty() {
            return Vec::new();
        }
        if self.manner.replays {
            return self.answer_line(line);
        }
        // What it says is said at the end.
        if !self.player.is_past() {
            self.tale.follow();
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        if self.player.is_past() && !only_asks(line, &self.known.graph) {
            self.say(Voice::Command, &shown_words(line, &self.known.graph));
            self.say(
                Voice::Refusal,
                "what is shown is the past, where nothing can be done: Esc, then End, goes back to now",
            );
            // The trace of the past ends before what is said now.
            self.word =
                Some("the past, where nothing can be done: Esc, then End, goes to now".into());
            return Vec::new();
        }
        if word == "why" {
            self.light_why(line);
        }
        if !self.player.is_past() {
            let changed = self.player.live();
            self.map.follow(&self.player, &changed);
        }
        self.task(Task::Do(line.to_owned()))
    }

    pub(super) fn interrupt(&mut self) -> Vec<Wish> {
        if self.under_way > 0 || self.known.moment.running {
            return vec![Wish::Interrupt];
        }
        if !self.entry.is_empty() {
            self.entry.set("", &self.known);
            return Vec::new();
        }
        if std::mem::replace(&mut self.leaving, true) {
            return self.leave();
        }
        self.word = Some("Ctrl+C again, or `quit`, leaves".to_owned());
        Vec::new()
    }

    pub(super) fn leave(&mut self) -> Vec<Wish> {
        vec![Wish::Leave]
    }

    fn walk(&mut self, step: Step) {
        match (self.pane, self.focus) {
            (Pane::Inspector, Focus::Graph) if matches!(step, Step::Up | Step::Down) => {
                self.scrolled =
                    self.scrolled
                        .saturating_add_signed(if step == Step::Up { -1 } else { 1 });
            }
            (Pane::Trace, Focus::Graph) if matches!(step, Step::Up | Step::Down) => {
                let pane = self.trace();
                let (height, film, hidden) = (pane.height, pane.film, self.tale.hidden(pane));
                self.tale
                    .move_mark(step == Step::Down, hidden, height, film);
            }
            _ => {
                self.scrolled = 0;
                self.map.follows = false;
                if !self.map.walk(step) {
                    self.word = Some("there is nothing that way".to_owned());
                }
            }
        }
    }

    fn page(&mut self, way: isize) {
        let rows = self.trace_height().max(1);
        let rows_signed = isize::try_from(rows).unwrap_or(1);
        match self.pane {
            Pane::Inspector => {
                self.scrolled = self.scrolled.saturating_add_signed(-way * 10);
            }
            _ => {
                let film = self.place_of_film();
                self.tale.scroll(way * rows_signed, rows, film);
            }
        }
    }

    fn level(&mut self) {
        let filter = self.tale.filter().clone();
        let level = match filter.level {
            Level::Story => Level::Full,
            Level::Full => Level::Story,
        };
        self.tale
            .set_filter(Filter { level, ..filter }, self.player.events());
    }

    fn copy(&mut self) -> Vec<Wish> {
        let text = match (self.pane, &self.map.selected) {
            (Pane::Trace, _) | (_, None) => {
                let pane = self.trace();
                let seen = self.tale.seen(pane.height, pane.film);
                let rows = seen.filter_map(|row| self.tale.row(row));
                let text = |row| self.tale.text(row, pane.events, pane.look).0;
                rows.map(|row| format!("{}\n", text(row))).collect()
            }
            (_, Some(key)) => key.to_string(),
        };
        self.word = Some("copied".to_owned());
        vec![Wish::Copy(text)]
    }
}
