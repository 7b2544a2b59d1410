//! Status line, hint bar, tabs and titles.

use super::keys::KEYS;
use super::replay::hints_of_replay;
use super::{App, Focus, Pane};
use crate::command::registry::When;
use crate::trace::{Stage, Status, done_text};
use crate::tui::shown::{Shown, width};
use crate::tui::theme::Tone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// What stands before how a run came out that goes on to watch. What came out matters more.
const WATCHING: &str = "watching, ";

impl App {
    /// World, what runs, how far it is, the time; on the right where the film is.
    pub(super) fn status_line(&self, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let (state, tone) = self.state_words();
        let base = look.style(Tone::Strong).add_modifier(Modifier::REVERSED);
        buffer.set_style(area, base);
        let room = usize::from(area.width).saturating_sub(2);
        let [head, state, right] = self.status_words(&state, room);
        let cells = |shown: &Shown| u16::try_from(shown.width()).unwrap_or(0);
        buffer.set_string(area.x + 1, area.y, head.as_str(), base);
        let behind = if head.width() == 0 {
            1
        } else {
            cells(&head) + 3
        };
        let x = area.x + behind;
        let toned = look.style(tone).add_modifier(Modifier::REVERSED);
        buffer.set_string(x, area.y, state.as_str(), toned);
        let x = area.right().saturating_sub(cells(&right) + 1);
        buffer.set_string(x.max(area.x), area.y, right.as_str(), base);
    }

    /// The three texts of the status line, so much of them as there is room for. What matters least goes first: the graph's name, what is
    /// said more of the world, the picture of how far the film is, the time, the world, and more of what runs.
    fn status_words(&self, state: &str, room: usize) -> [Shown; 3] {
        let look = self.look();
        let world = self.known.label.as_str();
        let graph = match self.player.graph().name.as_str() {
            "" => String::new(),
            name => format!(" {} {name}", look.pick("·", "-")),
        };
        let named = format!("{world}{graph}");
        let first = |text: &str| text.split(", ").next().unwrap_or_default().to_owned();
        let heads = [named, world.to_owned(), first(world), String::new()];
        let timeless = state.rsplit_once(", ").map_or(state, |(words, _)| words);
        let outcome = state.strip_prefix(WATCHING).unwrap_or(state);
        let states = [state.to_owned(), timeless.to_owned(), first(outcome)];
        let films = [true, false].map(|bar| self.film_words(bar));
        let ways = [
            (0, 0, 0),
            (1, 0, 0),
            (2, 0, 0),
            (2, 0, 1),
            (2, 1, 1),
            (3, 1, 1),
            (3, 2, 1),
        ];
        let told = |(head, state, film): (usize, usize, usize)| {
            [&heads[head], &states[state], &films[film]].map(|text| Shown::of(text, look.ascii))
        };
        let fits = |told: &[Shown; 3]| {
            let wide = told.iter().map(Shown::width).filter(|wide| *wide > 0);
            wide.map(|wide| wide + 2).sum::<usize>() <= room + 2
        };
        let mut all = ways.into_iter().map(told);
        let [head, state, film] = all
            .clone()
            .find(fits)
            .or(all.next_back())
            .unwrap_or_default();
        // Where not even that has room, the film goes before what runs.
        let film = film.cut(room, look.ascii);
        let state = state.cut(room.saturating_sub(film.width() + 2), look.ascii);
        [head, state, film]
    }

    /// What runs, and how far it is.
    fn state_words(&self) -> (String, Tone) {
        let view = self.player.view();
        let (now, beside) = (view.now, self.player.beside());
        if self.question.is_some() {
            return ("asks".to_owned(), Tone::Open);
        }
        match &view.stage {
            Stage::Idle => ("nothing has run".to_owned(), Tone::Quiet),
            Stage::Running { vertices, .. } => {
                // Of all: on the graph several may be drawn as one, and some not at all.
                let settled = view.vertices.values().filter(|vertex| {
                    matches!(
                        vertex.status,
                        Some(Status::Ok | Status::Changed | Status::Held)
                    )
                });
                let word = if beside.paused { "paused" } else { "running" };
                let text = format!("{word} {} of {vertices}, {now} s", settled.count());
                (text, Tone::Busy)
            }
            Stage::Converged(tally) => {
                let bad = tally.failed.saturating_add(tally.blocked);
                let watch = if beside.running { WATCHING } else { "" };
                let (text, tone) = match bad {
                    0 => {
                        let done = match done_text(tally) {
                            done if done.is_empty() => "0 changed".to_owned(),
                            done => done,
                        };
                        (format!("{watch}converged, {done}"), Tone::Good)
                    }
                    _ => {
                        let bad = [(tally.failed, "failed"), (tally.blocked, "blocked")];
                        let bad = bad.into_iter().filter(|(many, _)| *many > 0);
                        let words: Vec<_> =
                            bad.map(|(many, word)| format!("{many} {word}")).collect();
                        (format!("{watch}{}", words.join(", ")), Tone::Bad)
                    }
                };
                (format!("{text}, {now} s"), tone)
            }
            Stage::Stopped => (format!("stopped, {now} s"), Tone::Open),
        }
    }

    /// Where the film is: live, or how far behind what is so now; with a bar, or without.
    fn film_words(&self, bar: bool) -> String {
        if self.manner.replays {
            let word = match (self.player.is_rewound(), self.is_over()) {
                (true, _) => "STILL",
                (false, true) => "OVER",
                (false, false) => "PLAYS",
            };
            return format!("{word} {}", self.scrubber(bar));
        }
        if !self.player.is_past() {
            return match self.known.moment.running || self.under_way > 0 {
                true => "LIVE".to_owned(),
                false => String::new(),
            };
        }
        let live = match self.player.behind() {
            0 => String::new(),
            behind => format!(" LIVE +{behind}"),
        };
        let word = match self.player.is_rewound() {
            true => "PAST",
            false => "PLAYS",
        };
        format!("{word} {}{live}", self.scrubber(bar))
    }

    /// How far the film is, in a bar and in numbers.
    fn scrubber(&self, bar: bool) -> String {
        let look = self.look();
        let (shown, all) = self.shown();
        if !bar {
            return format!("{shown}/{all}");
        }
        const CELLS: usize = 12;
        let full = (shown * CELLS).checked_div(all).unwrap_or(CELLS);
        let [done, rest] = [look.pick("━", "="), look.pick("─", "-")];
        let bar = format!("{}{}", done.repeat(full), rest.repeat(CELLS - full));
        format!("{bar} {shown}/{all}")
    }

    /// What can be done next, in one line.
    pub(super) fn hint_bar(&self, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let mut x = area.x;
        let mut hints = self.hints();
        if self.word.is_some() {
            // How a question is answered stays to be seen.
            let asks = self.question.is_some() && self.over.is_none();
            hints.truncate(if asks { 2 } else { 0 });
        }
        for (key, what) in hints {
            let wide = u16::try_from(width(&key) + width(&what) + 1).unwrap_or(u16::MAX);
            if x.saturating_add(wide) > area.right() {
                break;
            }
            buffer.set_string(x, area.y, &key, look.style(Tone::Strong));
            let at = x + u16::try_from(width(&key) + 1).unwrap_or(0);
            buffer.set_string(at, area.y, &what, look.style(Tone::Quiet));
            x = x.saturating_add(wide + 2);
        }
        if let Some(word) = &self.word {
            let room = area.right().saturating_sub(x);
            let text = Shown::of(word, look.ascii).cut(usize::from(room), look.ascii);
            buffer.set_string(x, area.y, text.as_str(), look.style(Tone::Open));
        }
    }

    fn hints(&self) -> Vec<(String, String)> {
        let question = self.question.as_ref();
        let asks = question.is_some_and(|question| !question.is_seen());
        let fixed: &[(&str, &str)] = match () {
            () if self.over.is_some() && asks => {
                &[("Esc", "closes this: something is asked below it")]
            }
            () if let Some(over) = &self.over => over.hints(),
            () if let Some(question) = &self.question => question.choices(self.passed.at),
            () if self.typing.is_some() => &[("Enter", "keeps"), ("Esc", "clears")],
            () if self.pick.is_some() => &[
                ("arrows", "pick the other end"),
                ("Enter", "takes"),
                ("Esc", "gives up"),
            ],
            () if self.manner.replays => hints_of_replay(self.focus),
            () if self.focus == Focus::Prompt => hints_of_prompt(self.player.is_past()),
            () if self.player.is_past() => &[
                ("<", "earlier"),
                (">", "later"),
                ("End", "now"),
                ("Space", "play"),
                ("w", "why"),
                ("?", "keys"),
            ],
            () => &[],
        };
        if !fixed.is_empty() {
            return fixed.iter().copied().map(pair).collect();
        }
        self.command_hints()
    }

    /// What the keys of commands do, as far as these can be done now.
    fn command_hints(&self) -> Vec<(String, String)> {
        let now = self.known.moment;
        let commands = crate::command::registry::COMMANDS.iter();
        let fits = |when: When| when.refuses(now).is_none();
        let mut hints = vec![pair(("i", "prompt"))];
        for key in ["p", "a", "s", "c", "w", "Enter", "e", "b", "u"] {
            let command = commands.clone().find(|command| command.key == Some(key));
            if let Some(command) = command.filter(|command| fits(command.when)) {
                hints.push((key.to_owned(), self.meant(key, command.name).to_owned()));
            }
        }
        let more = [
            ("-", "link"),
            ("/", "find"),
            ("<", "rewind"),
            ("+", "nearer"),
            ("?", "keys"),
            ("q", "leave"),
        ];
        debug_assert!(
            more.iter()
                .all(|(key, _)| KEYS.iter().any(|row| row.keys == *key))
        );
        hints.insert(1, pair(("?", "keys")));
        hints.extend(more.into_iter().filter(|(key, _)| *key != "?").map(pair));
        hints
    }

    /// What a command's key does in the pane that has the keys.
    fn meant(&self, key: &str, name: &'static str) -> &'static str {
        match (key, self.pane) {
            ("Enter", Pane::Trace) => "goes there",
            _ => name,
        }
    }

    pub(super) fn tabs(&self, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let mut x = area.x;
        for pane in Pane::ALL {
            let mut style = look.style(Tone::Quiet);
            if pane == self.pane {
                style = look.style(Tone::Strong).add_modifier(Modifier::REVERSED);
            }
            let text = format!(" {} ", pane.word());
            buffer.set_stringn(
                x,
                area.y,
                &text,
                usize::from(area.right().saturating_sub(x)),
                style,
            );
            x = x.saturating_add(u16::try_from(text.len()).unwrap_or(0));
        }
    }

    /// A title over a pane, on a line.
    pub(super) fn title(&self, pane: Pane, words: &str, area: Rect, buffer: &mut Buffer) {
        let look = self.look();
        let has_keys = self.focus == Focus::Graph && self.pane == pane && self.over.is_none();
        let style = match has_keys {
            true => look.style(Tone::Strong),
            false => look.style(Tone::Quiet),
        };
        let line = match has_keys {
            true => look.pick("━", "="),
            false => look.pick("─", "-"),
        };
        buffer.set_string(area.x, area.y, line.repeat(usize::from(area.width)), style);
        let words =
            Shown::of(words, look.ascii).cut(usize::from(area.width).saturating_sub(4), look.ascii);
        buffer.set_string(area.x + 1, area.y, format!(" {words} "), style);
    }
}

/// A key, and what it does.
fn pair((key, what): (&str, &str)) -> (String, String) {
    (key.to_owned(), what.to_owned())
}

/// What there is to do at the prompt, in one line; the past has a way back.
fn hints_of_prompt(rewound: bool) -> &'static [(&'static str, &'static str)] {
    match rewound {
        true => &[
            ("Esc, End", "back to now"),
            ("Tab", "complete"),
            ("F1", "keys"),
            ("help", "commands"),
        ],
        false => &[
            ("Tab", "complete"),
            ("Esc", "graph"),
            ("F1", "keys"),
            ("help", "commands"),
            ("Ctrl+C Ctrl+C", "leave"),
        ],
    }
}
