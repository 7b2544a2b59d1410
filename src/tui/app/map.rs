//! The graph pane's state: what is placed, how it stands, which part of it is seen, and which vertex keys are about.

use super::beside::stand_of;
use super::place::{Placed, Placement};
use crate::graph::{Graph, Key};
use crate::trace::View;
use crate::tui::graph::{Overview, Scene, Stand, Step, Zoom, walk};
use crate::tui::player::{Beside, Changed, Player};
use std::collections::BTreeSet;
use std::sync::Arc;

/// From so many vertices on, the whole graph is shown in dots first.
const MANY: usize = 1_000;
/// So many lines around a vertex are its neighbourhood.
const HOPS: usize = 1;

/// The graph pane's state.
#[derive(Default)]
pub struct Map {
    /// The scenes at each zoom, as far as they were needed for the present graph or one before it.
    scenes: [Option<Arc<Scene>>; 4],
    /// What is to be placed elsewhere.
    wanted: Option<Placement>,
    /// Whether something is being placed there.
    is_placing: bool,
    /// How each of them is folded.
    placed: [Option<BTreeSet<Key>>; 4],
    pub(super) overview: Overview,
    graph: Arc<Graph>,
    /// The part of the graph that is drawn, if not all of it.
    part: Option<Arc<Graph>>,
    /// All of it as it stood, while only a part is drawn.
    whole: Option<Placed>,
    pub(super) zoom: Zoom,
    /// What is not folded, where alike vertices are drawn as one.
    folds: Option<BTreeSet<Key>>,
    pub(super) stands: Vec<Stand>,
    pub(super) corner: (i32, i32),
    /// The vertex that keys are about.
    pub selected: Option<Key>,
    /// Whether what runs is kept in sight.
    pub follows: bool,
    pub(super) lit: BTreeSet<Key>,
    /// The pane's size when it was last drawn.
    pub(super) size: (u16, u16),
    ascii: bool,
}

impl Map {
    /// An empty one.
    pub fn new(ascii: bool) -> Map {
        Map {
            ascii,
            follows: true,
            ..Map::default()
        }
    }

    /// The present zoom.
    pub fn zoom(&self) -> Zoom {
        self.zoom
    }

    /// Whether only a neighbourhood is drawn.
    pub fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// How many vertices the drawn neighbourhood has, if there is one.
    pub fn in_part(&self) -> Option<usize> {
        self.part.as_ref().map(|part| part.vertices().len())
    }

    /// How many vertices are drawn, each for itself or with others as one.
    pub fn len(&self) -> usize {
        self.scene().members.iter().map(Vec::len).sum()
    }

    /// The scene that is drawn.
    pub fn scene(&self) -> &Scene {
        static NONE: std::sync::LazyLock<Scene> = std::sync::LazyLock::new(Scene::default);
        self.scenes[layout_of(self.zoom) as usize]
            .as_deref()
            .unwrap_or(&NONE)
    }

    /// How a vertex stands.
    pub fn stand(&self, key: &Key) -> Stand {
        let number = self.scene().number(key);
        number
            .and_then(|number| self.stands.get(number))
            .copied()
            .unwrap_or_default()
    }

    /// The film has moved, or the session knows more.
    pub fn follow(&mut self, player: &Player, changed: &Changed) {
        match changed {
            Changed::Nothing => {}
            Changed::All => {
                if !Arc::ptr_eq(&self.graph, player.graph()) {
                    self.show(player.graph());
                }
                self.stand_all(player.view(), player.beside());
            }
            Changed::Vertices(keys) => {
                // Many of them may be drawn as one, and be told of many times.
                let numbers = keys.iter().filter_map(|key| self.scene().number(key));
                for number in numbers.collect::<BTreeSet<_>>() {
                    let keys = &self.scene().members[number];
                    self.stands[number] = stand_of(keys, player.view(), player.beside());
                }
            }
        }
        if self.follows && *changed != Changed::Nothing {
            self.keep_in_sight(changed);
        }
    }

    /// Another graph is drawn; what stood stays.
    fn show(&mut self, graph: &Arc<Graph>) {
        let first = self.graph.vertices().is_empty();
        self.graph = graph.clone();
        self.part = None;
        if first && graph.vertices().len() >= MANY {
            self.zoom = Zoom::Overview;
            self.folds = Some(BTreeSet::new());
        }
        self.place();
        self.select_something();
    }

    /// Places what is not placed yet; a large graph elsewhere, while what was drawn before stands.
    fn place(&mut self) {
        let graph = self.part.clone().unwrap_or_else(|| self.graph.clone());
        let zoom = layout_of(self.zoom);
        let before = self.scenes[zoom as usize].clone();
        let is_same = |scene: &Arc<Scene>| {
            Arc::ptr_eq(&scene.graph, &graph) && self.placed[zoom as usize] == self.folds
        };
        if before.as_ref().is_some_and(is_same) {
            self.wanted = None;
            return;
        }
        let placement = Placement {
            graph,
            zoom,
            ascii: self.ascii,
            before,
            folds: self.folds.clone(),
        };
        match placement.graph.vertices().len() < MANY {
            true => self.install(placement.place()),
            false => self.wanted = Some(placement),
        }
    }

    /// What is to be placed elsewhere, once. One is placed at a time: of a graph that is edited again meanwhile only the last is
    /// wanted then.
    pub fn take_wanted(&mut self) -> Option<Placement> {
        if self.is_placing {
            return None;
        }
        let wanted = self.wanted.take();
        self.is_placing = wanted.is_some();
        wanted
    }

    /// It is placed. What is not drawn like that any more is left out.
    pub fn take_placed(&mut self, placed: Placed, view: &View, beside: &Beside) {
        self.is_placing = false;
        let graph = self.part.as_ref().unwrap_or(&self.graph);
        if Arc::ptr_eq(&placed.scene.graph, graph) && placed.folds == self.folds {
            self.install(placed);
            self.select_something();
            self.stand_all(view, beside);
            self.center();
        }
    }

    fn install(&mut self, placed: Placed) {
        let zoom = placed.scene.zoom as usize;
        self.scenes[zoom] = Some(placed.scene);
        self.placed[zoom] = placed.folds;
        self.overview = Overview::default();
    }

    fn select_something(&mut self) {
        let drawn = self.part.as_ref().unwrap_or(&self.graph);
        let there = |key: &Key| drawn.vertex(key).is_some();
        if !self.selected.as_ref().is_some_and(there) {
            let spots = &self.scene().layout.spots;
            let first = (0..spots.len()).min_by_key(|v| (spots[*v].y, spots[*v].x));
            self.selected = first.map(|v| self.scene().keys[v].clone());
        }
    }

    /// How all stand, anew.
    pub fn stand_all(&mut self, view: &View, beside: &Beside) {
        let all = self.scene().members.iter();
        self.stands = all.map(|keys| stand_of(keys, view, beside)).collect();
    }

    /// At another zoom, around the selected vertex.
    pub fn set_zoom(&mut self, zoom: Zoom, view: &View, beside: &Beside) {
        self.zoom = zoom;
        self.place();
        self.stand_all(view, beside);
        self.center();
    }

    /// The nearest zoom at which all of it is seen.
    pub fn fit(&mut self, view: &View, beside: &Beside) {
        if self.graph.vertices().len() >= MANY {
            return self.set_zoom(Zoom::Overview, view, beside);
        }
        for zoom in [Zoom::Line, Zoom::Dot] {
            self.set_zoom(zoom, view, beside);
            if self.is_in_sight() {
                return;
            }
        }
        self.set_zoom(Zoom::Overview, view, beside);
    }

    /// With what is in each vertex, if all of it is seen so; else as it is. Gives whether it is.
    pub fn fit_boxes(&mut self, view: &View, beside: &Beside) -> bool {
        if self.graph.vertices().len() >= MANY {
            return false;
        }
        let zoom = self.zoom;
        self.set_zoom(Zoom::Box, view, beside);
        let fits = self.is_in_sight();
        if !fits {
            self.set_zoom(zoom, view, beside);
        }
        fits
    }

    /// Whether all of it is seen; it is from its first cell on then.
    fn is_in_sight(&mut self) -> bool {
        let layout = &self.scene().layout;
        let (wide, high) = (i32::from(self.size.0), i32::from(self.size.1));
        let fits = layout.width <= wide && layout.height <= high;
        if fits {
            self.corner = (0, 0);
        }
        fits
    }

    /// Only what is near the selected vertex, or all of it again.
    pub fn near(&mut self, view: &View, beside: &Beside) {
        let around: BTreeSet<Key> = self.selected.iter().cloned().collect();
        self.part(&around, view, beside);
    }

    /// Only what is dirty, pending, at work or failed, and what is near that; or all of it again. False if there is nothing like that.
    pub fn active(&mut self, view: &View, beside: &Beside) -> bool {
        let all = self.graph.vertices().keys();
        let is_active = |key: &&Key| stand_of(std::slice::from_ref(*key), view, beside).is_active();
        let around: BTreeSet<Key> = all.filter(is_active).cloned().collect();
        if around.is_empty() && self.part.is_none() {
            return false;
        }
        self.part(&around, view, beside);
        self.select_something();
        true
    }

    /// Only what is near these, or all of it again where a part is drawn.
    fn part(&mut self, around: &BTreeSet<Key>, view: &View, beside: &Beside) {
        self.part = match (&self.part, around.is_empty()) {
            (None, false) => Some(Arc::new(neighbourhood(&self.graph, around, HOPS))),
            _ => None,
        };
        // A part is placed by itself, and all of it as it stood.
        let kept = std::mem::take(&mut self.whole);
        match self.part {
            Some(_) => {
                let zoom = layout_of(self.zoom) as usize;
                let (scene, folds) = (self.scenes[zoom].take(), self.placed[zoom].take());
                self.whole = scene.map(|scene| Placed { scene, folds });
            }
            None => kept.into_iter().for_each(|kept| self.install(kept)),
        }
        self.place();
        self.stand_all(view, beside);
        self.center();
    }

    /// Draws what looks alike as one, or not; or opens what is drawn as one at the selected vertex. False if nothing looks alike.
    pub fn fold(&mut self, view: &View, beside: &Beside) -> bool {
        let scene = self.scene();
        let number = self.selected.as_ref().and_then(|key| scene.number(key));
        let members = number.map_or(&[][..], |number| &scene.members[number]);
        let members = members.to_vec();
        let begins = self.folds.is_none();
        match &mut self.folds {
            None => self.folds = Some(BTreeSet::new()),
            Some(open) if members.len() > 1 => open.extend(members),
            Some(_) => self.folds = None,
        }
        self.place();
        let alike = self.scene().members.iter().any(|members| members.len() > 1);
        let found = !begins || alike || self.is_waiting();
        if !found {
            self.folds = None;
            self.place();
        }
        self.stand_all(view, beside);
        self.center();
        found
    }

    /// Whether what is to be drawn is placed elsewhere, and something else stands meanwhile.
    pub fn is_waiting(&self) -> bool {
        self.is_placing || self.wanted.is_some()
    }

    /// Whether alike vertices are drawn as one.
    pub fn is_folded(&self) -> bool {
        self.folds.is_some()
    }

    /// How many vertices are drawn as the selected one.
    pub fn as_one(&self) -> usize {
        let number = self
            .selected
            .as_ref()
            .and_then(|key| self.scene().number(key));
        number.map_or(0, |number| self.scene().members[number].len())
    }

    /// Selects a vertex, and brings it in sight.
    pub fn select(&mut self, key: &Key) {
        if self.scene().number(key).is_some() {
            self.selected = Some(key.clone());
            self.bring_in_sight(key.clone());
        }
    }

    /// Selects a neighbour. False if there is none that way.
    pub fn walk(&mut self, step: Step) -> bool {
        let from = self
            .selected
            .as_ref()
            .and_then(|key| self.scene().number(key));
        let to = from.and_then(|from| walk(self.scene(), from, step));
        let Some(key) = to.map(|to| self.scene().keys[to].clone()) else {
            return false;
        };
        self.select(&key);
        true
    }

    /// Lights vertices up, and the lines between one and the next; or none.
    pub fn light(&mut self, keys: impl IntoIterator<Item = Key>) {
        self.lit = keys.into_iter().collect();
    }

    /// Whether anything is lit up.
    pub fn is_lit(&self) -> bool {
        !self.lit.is_empty()
    }

    /// The vertex at a cell of the pane.
    pub fn at(&self, x: u16, y: u16) -> Option<Key> {
        let number = match self.zoom {
            Zoom::Overview => self.overview.nearest(x, y),
            _ => self
                .scene()
                .at(self.corner.0 + i32::from(x), self.corner.1 + i32::from(y)),
        };
        number.map(|number| self.scene().keys[number].clone())
    }
}

/// Dots are an overview of lines, and share their places.
fn layout_of(zoom: Zoom) -> Zoom {
    match zoom {
        Zoom::Overview => Zoom::Line,
        other => other,
    }
}

/// What is within so many lines of these vertices.
fn neighbourhood(graph: &Graph, around: &BTreeSet<Key>, hops: usize) -> Graph {
    let mut near = around.clone();
    for _ in 0..hops {
        let ends = graph.edges().keys();
        let touches = ends.filter(|(from, to)| near.contains(from) || near.contains(to));
        let more: Vec<Key> = touches
            .flat_map(|(from, to)| [from.clone(), to.clone()])
            .collect();
        near.extend(more);
    }
    graph.only(&near)
}
