//! Where one looks: earlier and later in the film, nearer and farther in the graph, and at what was found.

use super::App;
use super::keys::Act;
use crate::graph::Key;
use crate::graph::refs::ref_text;
use crate::tui::player::Changed;

impl App {
    pub(super) fn film(&mut self, act: Act) {
        // A step is one line of the trace as it is told.
        let level = self.tale.filter().level;
        let changed = match act {
            Act::Earlier => self.player.seek(self.player.earlier(level)),
            Act::Later if !self.player.is_past() => Changed::Nothing,
            Act::Later => self.seek(self.player.later(level)),
            Act::Live => {
                // Who comes from the past reads on where that was left.
                if !self.player.is_past() {
                    self.tale.follow();
                }
                self.player.live()
            }
            Act::Still if self.is_over() => {
                let changed = self.player.seek(0);
                self.player.play();
                changed
            }
            Act::Still if self.player.is_rewound() => {
                self.player.play();
                Changed::Nothing
            }
            Act::Still if self.player.is_moving() => {
                self.player.pause();
                Changed::Nothing
            }
            Act::Still => {
                self.word = Some("nothing moves: < goes back".to_owned());
                Changed::Nothing
            }
            Act::Slower => {
                self.player.set_speed(self.player.speed() / 2.0);
                Changed::Nothing
            }
            _ => {
                self.player.set_speed(self.player.speed() * 2.0);
                Changed::Nothing
            }
        };
        if matches!(act, Act::Slower | Act::Faster) {
            self.word = Some(format!("the film plays at {} x", self.player.speed()));
        }
        self.map.follow(&self.player, &changed);
        if matches!(act, Act::Earlier | Act::Later) {
            self.look_at_last();
        }
    }

    /// The film stands still after so many events; after the last one it is live, but where it is all over.
    pub(super) fn seek(&mut self, shown: usize) -> Changed {
        match shown < self.player.events().len() || self.manner.replays {
            true => self.player.seek(shown),
            false => self.player.live(),
        }
    }

    /// Whether it is all over: a replay begins again then.
    pub(super) fn is_over(&self) -> bool {
        self.manner.replays && self.player.behind() == 0 && self.player.motion().is_still()
    }

    /// While the film is moved by hand, what its last event is about is selected.
    pub(super) fn look_at_last(&mut self) {
        let last = self.player.shown().checked_sub(1);
        let event = last.and_then(|last| self.player.events().get(last));
        if let Some(key) = event.and_then(|event| event.subject.clone()) {
            self.map.select(&key);
        }
    }

    /// Lights up what made a vertex what it is.
    pub(super) fn light_why(&mut self, line: &str) {
        let wanted = line.trim().strip_prefix("why").unwrap_or_default().trim();
        let names = |key: &&Key| {
            ref_text(key) == wanted || key.to_string() == wanted || key.name() == wanted
        };
        let found = self.map.scene().keys.iter().find(names);
        if let Some(key) = found.cloned() {
            self.light(&key);
        }
    }

    /// The same of this one.
    pub(super) fn light(&mut self, key: &Key) {
        let told = self.player.why(key).into_iter();
        let told = told.filter_map(|event| event.subject.clone());
        let lit: Vec<Key> = told.chain([key.clone()]).collect();
        self.map.light(lit);
    }

    pub(super) fn zoom(&mut self, act: Act) {
        let (view, beside) = (self.player.view(), self.player.beside());
        let mut found = true;
        match act {
            Act::ZoomIn => self.map.set_zoom(self.map.zoom().nearer(), view, beside),
            Act::ZoomOut => self.map.set_zoom(self.map.zoom().farther(), view, beside),
            Act::Fit => self.map.fit(view, beside),
            Act::Near => self.map.near(view, beside),
            Act::Active => found = self.map.active(view, beside),
            Act::Fold => found = self.map.fold(view, beside),
            _ => self.map.follows = !self.map.follows,
        }
        let word = match act {
            Act::Follow if self.map.follows => "follows what runs".to_owned(),
            Act::Follow => "stays where it is".to_owned(),
            Act::Fold if !found => {
                "nothing looks alike here: four that do are drawn as one".to_owned()
            }
            Act::Fold if self.map.is_folded() => match &self.map.selected {
                Some(key) if self.map.as_one() == 1 && !self.map.is_waiting() => format!(
                    "nothing looks like {key}; what does look alike is drawn as one: z opens it"
                ),
                _ => "what looks alike is drawn as one: z opens it".to_owned(),
            },
            Act::Active if !found => "nothing is dirty, pending, at work or failed".to_owned(),
            Act::Active if self.map.is_part() => "what is active alone: A shows all".to_owned(),
            Act::Near if self.map.is_part() => "the neighbourhood alone: f shows all".to_owned(),
            // While it is placed, nothing is known of how many are drawn as one.
            _ if self.map.len() == 0 => self.map.zoom().word().to_owned(),
            _ => format!("{} of {}", self.map.zoom().word(), self.map.len()),
        };
        self.word = Some(word);
    }

    /// Selects what was found, so many on.
    pub(super) fn find(&mut self, on: isize) {
        if self.searched.is_empty() {
            return;
        }
        let words = self.searched.to_lowercase();
        // One that is drawn as one with others is found as well.
        let scene = self.map.scene();
        let keys: Vec<&Key> = scene.members.iter().flatten().collect();
        let fits = |key: &Key| key.to_string().to_lowercase().contains(&words);
        let found: Vec<usize> = (0..keys.len()).filter(|at| fits(keys[*at])).collect();
        if found.is_empty() {
            self.word = Some(format!("no vertex has `{}` in its name", self.searched));
            return;
        }
        let selected = self.map.selected.as_ref();
        let here = keys.iter().position(|key| Some(*key) == selected);
        let here = here.unwrap_or(0);
        let at = match on {
            1 => found.iter().position(|number| *number > here).unwrap_or(0),
            -1 => found
                .iter()
                .rposition(|number| *number < here)
                .unwrap_or(found.len() - 1),
            _ => found.iter().position(|number| *number >= here).unwrap_or(0),
        };
        let key = keys[found[at]].clone();
        self.word = Some(format!("{} of {}: {key}", at + 1, found.len()));
        self.map.select(&key);
    }
}
