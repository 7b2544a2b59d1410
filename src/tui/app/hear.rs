//! What the session's news do.

use super::ask::Question;
use super::over::Over;
use super::tale::Voice;
use super::{App, Wish};
use crate::command::help::joined;
use crate::command::session::Sort;
use crate::graph::{Graph, Key};
use crate::trace::{Event, What};
use crate::tui::news::{Known, News, Task};
use crate::tui::player::Beside;
use crate::tui::shown::width;
use std::collections::BTreeSet;
use std::sync::Arc;

impl App {
    pub(super) fn hear(&mut self, news: News) -> Vec<Wish> {
        match news {
            News::Begun(words) => {
                let word = words.split_whitespace().next().unwrap_or_default();
                word.clone_into(&mut self.begun);
                self.say(Voice::Command, &words);
            }
            News::Shown(sort, text) => self.show(sort, &text),
            News::Remark(text) => {
                self.say(Voice::Remark, &text);
                self.bring(&text, false);
            }
            News::Refused(text) => {
                self.say(Voice::Refusal, &text);
                let is_covered = self.over.is_some();
                self.bring(&text, true);
                if is_covered {
                    // What lies over the panes came of a line before, and hides it.
                    self.word = text.lines().next().map(str::to_owned);
                }
            }
            News::Events(events) => return self.happen(&events),
            News::Edited(graph) => {
                let changed = self.player.edit(graph);
                self.map.follow(&self.player, &changed);
            }
            News::Begins(graph, events) if self.manner.replays => self.append(graph, &events),
            News::Begins(graph, events) => self.begin(graph, &events),
            News::Planned(plan) => {
                let changed = self.player.planned(plan);
                self.map.follow(&self.player, &changed);
            }
            News::Asks { id, question, more } => {
                // What it is about has just been said.
                self.tale.follow();
                self.go_live();
                self.question = Some(Question::consent(id, &question, &more));
            }
            News::Wants { id, what } => {
                self.question = Some(Question::secret(id, &what, self.look().ascii));
            }
            News::Withdrawn(id) => {
                // One that was withdrawn may be told of when the next is asked already.
                self.question.take_if(|asked| asked.id == id);
            }
            News::Knows(known) => self.know(*known),
            News::Placed(placed) => {
                let (view, beside) = (self.player.view(), self.player.beside());
                self.map.take_placed(*placed, view, beside);
            }
            News::Kept(line) => self.entry.remember(&line),
            News::Done => {
                self.under_way = self.under_way.saturating_sub(1);
                self.question = None;
                return self.settle();
            }
            News::Left(code) => self.left = Some(code),
        }
        Vec::new()
    }

    /// What is asked is about what is so now, and the picture beside it too.
    fn go_live(&mut self) {
        let changed = self.player.live();
        self.map.follow(&self.player, &changed);
    }

    /// What was told before is another film.
    fn begin(&mut self, graph: Arc<Graph>, events: &[Event]) {
        self.player = self.player.another();
        self.tale.forget(usize::MAX);
        self.tale.follow();
        self.player.hear(events);
        self.player.edit(graph);
        let changed = self.player.live();
        self.tale.catch_up(self.player.events());
        self.map.follow(&self.player, &changed);
    }

    pub(super) fn say(&mut self, voice: Voice, text: &str) {
        let (after, look) = (self.player.events().len(), self.look());
        self.tale.say(voice, text, after, look);
        self.tale.catch_up(self.player.events());
    }

    /// A result; but for what is drawn on the graph, which a page would hide, it is brought to who asked. In the past its words would
    /// stand where nobody looks, so that is brought as well.
    fn show(&mut self, sort: Sort, text: &str) {
        let room = usize::from(self.regions().trace.width).saturating_sub(2);
        // It is wrapped here, to the width that there is.
        let whole = joined(text);
        self.say(Voice::Result, &narrowed(&whole, room));
        let drawn = sort == Sort::Plan || self.begun == "why";
        if !drawn || self.player.is_past() {
            self.bring(text, true);
        }
    }

    /// What the trace pane cannot show is brought to who asked: in the hint bar if it is short, else by itself. The trace of the past ends
    /// before what is said now, and where there is one pane, that may be another.
    fn bring(&mut self, text: &str, pages: bool) {
        let trace = self.regions().trace;
        let unseen = self.player.is_past() || trace.is_empty();
        let lines = text.lines().count();
        let long = lines > usize::from(trace.height.saturating_sub(1).max(5));
        match (unseen, lines) {
            (true, 1) if !pages || width(text.trim_end()) <= usize::from(self.area.width) => {
                self.word = text.lines().next().map(str::to_owned);
            }
            (true, _) if pages => self.over = Some(Over::page(&joined(text), self.look())),
            (false, _) if long && pages => {
                self.over = Some(Over::page(&joined(text), self.look()));
            }
            _ => {}
        }
    }

    fn happen(&mut self, events: &[Event]) -> Vec<Wish> {
        let before = self.player.events().len();
        let changed = self.player.hear(events);
        self.map.follow(&self.player, &changed);
        let after = self.player.events().len();
        if after < before + events.len() {
            self.tale.forget(before + events.len() - after);
        }
        self.tale.catch_up(self.player.events());
        let asks = events
            .iter()
            .any(|event| matches!(event.what, What::Asks(_)));
        self.unasked |= asks;
        self.settle()
    }

    /// What a watch asks is asked once nothing else is done: who runs in the foreground asks by itself.
    fn settle(&mut self) -> Vec<Wish> {
        match self.under_way == 0 && std::mem::take(&mut self.unasked) {
            true => self.task(Task::Settle),
            false => Vec::new(),
        }
    }

    fn know(&mut self, known: Known) {
        if self.manner.replays {
            self.entry.set_words(&known.prompt);
            self.known = known;
            return;
        }
        let beside = self.knows_beside(&known);
        let changed = self
            .player
            .know(known.picture.clone(), known.graph.clone(), beside);
        self.known = known;
        self.entry.set_words(&self.known.prompt);
        self.entry.refresh(&self.known);
        self.map.follow(&self.player, &changed);
    }

    /// What it knows beside what events tell holds from here on; what was so before stays with the past.
    fn knows_beside(&mut self, known: &Known) -> Beside {
        let last = self.player.last_beside().clone();
        let set = |kept: Arc<BTreeSet<Key>>, now: &[Key]| match kept.iter().eq(now) {
            true => kept,
            false => Arc::new(now.iter().cloned().collect()),
        };
        Beside {
            debts: set(last.debts, &known.debts),
            breaks: set(last.breaks, &known.breaks),
            plan: last.plan.filter(|_| known.plan.is_some()),
            run: last.run,
            paused: known.paused,
            running: known.moment.running,
        }
    }

    /// The session is to do this; what is still being shown of what it did before is over.
    pub(super) fn task(&mut self, task: Task) -> Vec<Wish> {
        self.under_way += 1;
        vec![Wish::Task(task)]
    }
}

/// A text that is too wide for a pane gives up what is free between its columns in all of its lines, and so stays in columns.
fn narrowed(text: &str, room: usize) -> String {
    let widest = text.lines().map(width).max().unwrap_or(0);
    if room == 0 || widest <= room {
        return text.to_owned();
    }
    let mut free = vec![true; widest];
    for line in text.lines() {
        let mut at = 0;
        for c in line.chars() {
            let wide = width(c.encode_utf8(&mut [0; 4]));
            let taken = free.iter_mut().skip(at).take(wide);
            taken.for_each(|free| *free &= c == ' ');
            at += wide;
        }
    }
    // Of what is free before each cell, the first two stay.
    let stays = |at: usize| !(free[at] && at >= 2 && free[at - 1] && free[at - 2]);
    let line = |line: &str| {
        let mut at = 0;
        let kept = line.chars().filter(|c| {
            let from = at;
            at += width(c.encode_utf8(&mut [0; 4]));
            *c != ' ' || from >= widest || stays(from)
        });
        kept.collect::<String>() + "\n"
    };
    text.lines().map(line).collect()
}
