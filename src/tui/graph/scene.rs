//! The graph as numbered vertices and lines, each placed, and found by where it stands.

use super::fold;
use super::tiles::{Part, Tiles};
use super::wires::Stroke;
use crate::command::written::settings;
use crate::graph::{FieldPath, Graph, Key};
use crate::kind::Kinds;
use crate::tui::layout::{HUB, Layout, Link, Node, Route, Sheet, layout};
use crate::tui::shown::Shown;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How much of each vertex is drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Zoom {
    /// The whole graph in dots.
    Overview,
    /// Its sign.
    Dot,
    /// A line: its sign and its name.
    #[default]
    Line,
    /// A box with its params.
    Box,
}

impl Zoom {
    /// From far to near.
    pub const ALL: [Zoom; 4] = [Zoom::Overview, Zoom::Dot, Zoom::Line, Zoom::Box];

    /// The next nearer one.
    pub fn nearer(self) -> Zoom {
        let at = self as usize + 1;
        Zoom::ALL.get(at).copied().unwrap_or(self)
    }

    /// The next farther one.
    pub fn farther(self) -> Zoom {
        let at = (self as usize).checked_sub(1);
        at.map_or(self, |at| Zoom::ALL[at])
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Zoom::Overview => "overview",
            Zoom::Dot => "dots",
            Zoom::Line => "lines",
            Zoom::Box => "boxes",
        }
    }
}

/// A name is not drawn wider than this.
const WIDEST: usize = 40;
/// A field's name before its receiver is not drawn wider than this.
const WIDEST_FIELD: usize = 16;
/// Before the name: the plan's mark, the status, and a space.
pub(super) const BEFORE: i32 = 3;
/// After the name: a space, and two marks.
pub(super) const AFTER: i32 = 3;
/// A box has so many params.
pub(super) const PARAMS: usize = 3;

/// A line between two vertices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wire {
    /// Its beginning, by number.
    pub from: usize,
    /// Its end.
    pub to: usize,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Which params receive something along it.
    pub fields: Vec<Shown>,
}

/// A graph, placed.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The graph.
    pub graph: Arc<Graph>,
    /// How much of each vertex is drawn.
    pub zoom: Zoom,
    /// The vertices, by number; of those that are drawn as one, the first.
    pub keys: Vec<Key>,
    /// All that are drawn at each number.
    pub members: Vec<Vec<Key>>,
    /// What is drawn of each: its name, then its params.
    pub labels: Vec<Vec<Shown>>,
    /// How many cells before each belong to what it receives, and what stands there.
    pub leads: Vec<Option<Shown>>,
    /// The lines, by number.
    pub wires: Vec<Wire>,
    /// The lines that end at each vertex.
    pub into: Vec<Vec<usize>>,
    /// The lines that begin at each vertex.
    pub out: Vec<Vec<usize>>,
    /// Where everything is.
    pub layout: Layout,
    numbers: BTreeMap<Key, usize>,
    spots: Tiles,
    routes: Tiles,
}

impl Scene {
    /// A graph as it is drawn at this zoom; what stood in the scene before stays. Where `folds` is given, what looks alike is drawn as one,
    /// but for the vertices in there.
    pub fn of(
        graph: &Arc<Graph>,
        zoom: Zoom,
        ascii: bool,
        before: Option<&Scene>,
        folds: Option<&BTreeSet<Key>>,
    ) -> Scene {
        let all: Vec<Key> = graph.vertices().keys().cloned().collect();
        let numbers = all.iter().cloned().zip(0..).collect();
        let wires = wires(graph, &numbers, ascii);
        let scene = match folds {
            None => Scene {
                members: all.iter().map(|key| vec![key.clone()]).collect(),
                labels: all
                    .iter()
                    .map(|key| label(graph, key, zoom, ascii))
                    .collect(),
                keys: all,
                numbers,
                wires,
                ..Scene::default()
            },
            Some(open) => Scene::folded(graph, (zoom, ascii), &all, &wires, open),
        };
        let scene = Scene {
            graph: graph.clone(),
            zoom,
            ..scene
        };
        scene.placed(ascii, before)
    }

    fn folded(
        graph: &Graph,
        (zoom, ascii): (Zoom, bool),
        all: &[Key],
        wires: &[Wire],
        open: &BTreeSet<Key>,
    ) -> Scene {
        let groups = fold::groups(all, wires, open);
        let label = |group: &Vec<usize>| match group.as_slice() {
            [one] => label(graph, &all[*one], zoom, ascii),
            _ if zoom == Zoom::Dot => Vec::new(),
            _ => vec![Shown::of(&fold::name(all, group), ascii).cut_middle(WIDEST, ascii)],
        };
        let of = groups.iter().zip(0..);
        let numbers =
            of.flat_map(|(group, number)| group.iter().map(move |v| (all[*v].clone(), number)));
        Scene {
            keys: groups.iter().map(|group| all[group[0]].clone()).collect(),
            members: groups
                .iter()
                .map(|group| group.iter().map(|v| all[*v].clone()).collect())
                .collect(),
            labels: groups.iter().map(label).collect(),
            numbers: numbers.collect(),
            wires: fold::between(&groups, wires, all.len()),
            ..Scene::default()
        }
    }

    fn placed(mut self, ascii: bool, before: Option<&Scene>) -> Scene {
        self.into = vec![Vec::new(); self.keys.len()];
        self.out = vec![Vec::new(); self.keys.len()];
        for (number, wire) in self.wires.iter().enumerate() {
            self.out[wire.from].push(number);
            self.into[wire.to].push(number);
        }
        self.leads = (0..self.keys.len())
            .map(|v| self.lead_of(v, ascii))
            .collect();
        let before = before.filter(|before| before.zoom == self.zoom);
        self.layout = layout(&self.sheet(before));
        self.list();
        self
    }

    /// The number of a vertex.
    pub fn number(&self, key: &Key) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// The line between two vertices, by their numbers.
    pub fn wire(&self, from: usize, to: usize) -> Option<usize> {
        let out = self.out.get(from)?;
        out.iter().copied().find(|wire| self.wires[*wire].to == to)
    }

    /// The vertices that may be seen in a part of the world.
    pub fn vertices_in(&self, part: Part) -> Vec<usize> {
        self.spots.within(part)
    }

    /// The lines that may be seen there.
    pub fn wires_in(&self, part: Part) -> Vec<usize> {
        self.routes.within(part)
    }

    /// How many cells before a vertex belong to what it receives.
    pub fn lead(&self, vertex: usize) -> i32 {
        let lead = self.leads.get(vertex).and_then(Option::as_ref);
        lead.map_or(0, |field| cells(field.width()) + 2)
    }

    /// What stands at a cell of the world.
    pub fn at(&self, x: i32, y: i32) -> Option<usize> {
        let part = Part {
            left: x,
            top: y,
            right: x + 1,
            bottom: y + 1,
        };
        let mut near = self.vertices_in(part).into_iter();
        near.find(|vertex| {
            let spot = &self.layout.spots[*vertex];
            (spot.x..spot.x + spot.width).contains(&x)
                && (spot.y..spot.y + spot.height).contains(&y)
        })
    }

    fn lead_of(&self, vertex: usize, ascii: bool) -> Option<Shown> {
        if !matches!(self.zoom, Zoom::Line | Zoom::Box) {
            return None;
        }
        let wires = self.into[vertex].iter().map(|wire| &self.wires[*wire]);
        let fields: Vec<&Shown> = wires.flat_map(|wire| &wire.fields).collect();
        let first = fields.first()?.cut(WIDEST_FIELD, ascii);
        Some(match fields.len() {
            1 => first,
            more => Shown::of(&format!("{first}+{}", more - 1), ascii),
        })
    }

    /// As what each stood before. What was drawn as one with others and is opened stands nowhere yet, but for the first of them.
    fn stood(&self, before: Option<&Scene>) -> Vec<Option<usize>> {
        let mut taken = BTreeSet::new();
        let stood = |key: &Key| before?.number(key).filter(|number| taken.insert(*number));
        self.keys.iter().map(stood).collect()
    }

    fn sheet(&self, before: Option<&Scene>) -> Sheet {
        let (height, gap) = match self.zoom {
            Zoom::Box => (cells(PARAMS) + 3, 1),
            _ => (1, 0),
        };
        let stood = self.stood(before);
        let node = |vertex: usize| Node {
            width: self.width_of(vertex),
            was: before.and_then(|before| Some(before.layout.spots.get(stood[vertex]?)?.seat)),
        };
        let link = |wire: &Wire| Link {
            from: wire.from,
            to: wire.to,
            was: before
                .and_then(|before| {
                    let number = before.wire(stood[wire.from]?, stood[wire.to]?)?;
                    before.layout.bends.get(number).cloned()
                })
                .unwrap_or_default(),
        };
        Sheet {
            nodes: (0..self.keys.len()).map(node).collect(),
            links: self.wires.iter().map(link).collect(),
            height,
            gap,
            hub: HUB,
            shelf: before.map_or(0, |before| before.layout.shelf),
            rooms: before.map_or_else(Vec::new, |before| before.layout.rooms.clone()),
        }
    }

    fn width_of(&self, vertex: usize) -> i32 {
        let widest = self.labels[vertex].iter().map(Shown::width).max();
        let name = cells(widest.unwrap_or(0));
        match self.zoom {
            Zoom::Dot => 2,
            Zoom::Overview | Zoom::Line => self.lead(vertex) + BEFORE + name + AFTER,
            Zoom::Box => self.lead(vertex) + name.max(18) + 4,
        }
    }

    fn list(&mut self) {
        for (number, spot) in self.layout.spots.iter().enumerate() {
            let part = Part {
                left: spot.x,
                top: spot.y,
                right: spot.x + spot.width,
                bottom: spot.y + spot.height,
            };
            self.spots.put(number, part);
        }
        for (number, route) in self.layout.routes.iter().enumerate() {
            for [(x1, y1), (x2, y2)] in pieces(route) {
                let part = Part {
                    left: x1.min(x2),
                    top: y1.min(y2),
                    right: x1.max(x2) + 1,
                    bottom: y1.max(y2) + 1,
                };
                self.routes.put(number, part);
            }
        }
    }
}

/// The straight pieces of a route, in their order.
pub fn pieces(route: &Route) -> Vec<[(i32, i32); 2]> {
    match route {
        Route::Line(points) => points.windows(2).map(|pair| [pair[0], pair[1]]).collect(),
        Route::Stub(first, last) => vec![*first, *last],
    }
}

pub(super) fn cells(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX / 4)
}

fn label(graph: &Graph, key: &Key, zoom: Zoom, ascii: bool) -> Vec<Shown> {
    if zoom == Zoom::Dot {
        return Vec::new();
    }
    let cut = |text: &str| Shown::of(text, ascii).cut_middle(WIDEST, ascii);
    let mut label = vec![cut(&key.to_string())];
    if zoom == Zoom::Box {
        let written = graph
            .vertex(key)
            .map(|vertex| settings(key, vertex, &Kinds));
        let written = written.unwrap_or_default();
        let more = written.len().saturating_sub(PARAMS);
        let param = |(name, value): &(String, String)| cut(&format!("{name}={value}"));
        label.extend(written.iter().take(PARAMS).map(param));
        if let (Some(last), true) = (label.last_mut(), more > 0) {
            *last = cut(&format!("and {} more", more + 1));
        }
    }
    label
}

fn wires(graph: &Graph, numbers: &BTreeMap<Key, usize>, ascii: bool) -> Vec<Wire> {
    let mut fields: BTreeMap<(usize, usize), Vec<&FieldPath>> = BTreeMap::new();
    for ((to, field), binding) in graph.bindings() {
        if let (Some(from), Some(to)) = (numbers.get(&binding.from), numbers.get(to)) {
            fields.entry((*from, *to)).or_default().push(field);
        }
    }
    let wire = |((from, to), edge): (&(Key, Key), &crate::graph::Edge)| {
        let (from, to) = (*numbers.get(from)?, *numbers.get(to)?);
        let fields = fields.get(&(from, to)).map_or(&[][..], Vec::as_slice);
        let stroke = match (fields.is_empty(), edge.notify.is_some()) {
            (true, false) => Stroke::Light,
            (true, true) => Stroke::Heavy,
            (false, false) => Stroke::Dashed,
            (false, true) => Stroke::HeavyDashed,
        };
        let fields = fields
            .iter()
            .map(|field| Shown::of(&field.to_string(), ascii));
        Some(Wire {
            from,
            to,
            stroke,
            fields: fields.collect(),
        })
    };
    graph.edges().iter().filter_map(wire).collect()
}
