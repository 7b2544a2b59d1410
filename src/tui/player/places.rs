//! Places of a film at which it is kept how everything stood, so that going back is quick, and what cannot be folded from events.
//!
//! The two are kept apart: what is there to be quick may go again, and nothing is lost with it; what events do not tell never goes.

use crate::graph::{Graph, Key};
use crate::trace::{Event, VertexView, View};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};
use std::sync::Arc;

/// After so many events how everything stood is kept.
const STRIDE: usize = 4_096;
/// In so many places it is.
const PLACES: usize = 64;

/// How everything stood before an event.
#[derive(Clone, Debug, Default)]
struct Place {
    /// The graph from there on.
    graph: Arc<Graph>,
    /// How it stood where a film begins: what was told before is another one.
    begins: Option<Arc<View>>,
    /// What was known there, and is not what events make of what was before.
    beyond: Option<Beyond>,
    /// How it stood, with all that.
    kept: Option<Arc<View>>,
}

/// What makes one view of another.
#[derive(Clone, Debug)]
struct Beyond {
    /// The vertices that stand in another way; none where they are not there.
    vertices: Vec<(Key, Option<Arc<VertexView>>)>,
    /// All but its vertices.
    rest: View,
}

impl Beyond {
    /// None where nothing is to be made.
    fn between(from: &View, to: &View) -> Option<Beyond> {
        let same = |old: &Arc<VertexView>, new| Arc::ptr_eq(old, new) || old == new;
        let other = to.vertices.iter().filter(|(key, vertex)| {
            let old = from.vertices.get(*key);
            !old.is_some_and(|old| same(old, vertex))
        });
        let other = other.map(|(key, vertex)| (key.clone(), Some(vertex.clone())));
        let gone = from.vertices.keys();
        let gone = gone.filter(|key| !to.vertices.contains_key(*key));
        let vertices: Vec<_> = other.chain(gone.map(|key| (key.clone(), None))).collect();
        let rest = |view: &View| View {
            stage: view.stage.clone(),
            now: view.now,
            vertices: BTreeMap::new(),
            last: view.last,
        };
        let is_same = vertices.is_empty() && rest(from) == rest(to);
        (!is_same).then(|| Beyond {
            vertices,
            rest: rest(to),
        })
    }

    fn make(&self, view: &mut View) {
        let vertices = std::mem::take(&mut view.vertices);
        *view = View {
            vertices,
            ..self.rest.clone()
        };
        for (key, vertex) in &self.vertices {
            match vertex {
                Some(vertex) => drop(view.vertices.insert(key.clone(), vertex.clone())),
                None => drop(view.vertices.remove(key)),
            }
        }
    }
}

/// Such places, by the number of events before them; there is always one for 0.
#[derive(Clone, Debug)]
pub(super) struct Places {
    at: BTreeMap<usize, Place>,
    stride: usize,
}

impl Places {
    /// Those of an empty film.
    pub fn new() -> Places {
        Places::every(STRIDE)
    }

    /// The same, where how everything stood is kept after so many events.
    pub fn every(stride: usize) -> Places {
        let mut places = Places {
            at: BTreeMap::new(),
            stride,
        };
        places.begin(0, View::default(), Arc::default());
        places
    }

    /// A film begins there, and stands so.
    pub fn begin(&mut self, at: usize, view: View, graph: Arc<Graph>) {
        let place = Place {
            graph,
            begins: Some(Arc::new(view)),
            ..Place::default()
        };
        self.at.insert(at, place);
    }

    /// From there on it stands so, whatever these events come to.
    pub fn know(&mut self, at: usize, view: Arc<View>, graph: Arc<Graph>, events: &[Event]) {
        let place = self.at.entry(at).or_default();
        place.graph = graph;
        (place.beyond, place.kept) = (None, None);
        let (told, _) = self.stood(at, events);
        if let Some(place) = self.at.get_mut(&at) {
            place.beyond = Beyond::between(&told, &view);
            place.kept = Some(view);
        }
        self.thin();
    }

    /// From there on the graph is this one.
    pub fn edit(&mut self, at: usize, graph: Arc<Graph>) {
        self.at.entry(at).or_default().graph = graph;
    }

    /// Whether anything is kept after so many events, up to so many.
    pub fn has_within(&self, after: usize, to: usize) -> bool {
        self.at.range(after + 1..=to).next().is_some()
    }

    /// So many events are shown, and this is how everything stands: it is kept, if nothing near is.
    pub fn pass(&mut self, shown: usize, view: &View, graph: &Arc<Graph>) {
        let is_kept = |place: &Place| place.kept.is_some() || place.begins.is_some();
        let near = self.before(shown).find(|(_, place)| is_kept(place));
        let near = near.map(|(at, _)| at);
        if near.is_none_or(|at| shown - at >= self.stride) {
            let place = self.at.entry(shown).or_default();
            place.graph = graph.clone();
            place.kept = Some(Arc::new(view.clone()));
            self.thin();
        }
    }

    /// How many events there were before the film began to which so many lead.
    pub fn begun(&self, shown: usize) -> usize {
        let mut begun = self
            .before(shown)
            .filter(|(_, place)| place.begins.is_some());
        // How a later film begins is kept with its first event.
        begun.next().map_or(0, |(at, _)| at.saturating_sub(1))
    }

    /// How everything stood with so many of these events shown.
    pub fn stood(&self, shown: usize, events: &[Event]) -> (View, Arc<Graph>) {
        let graph = self.before(shown).next();
        let graph = graph.map_or_else(Arc::default, |(_, place)| place.graph.clone());
        let (mut at, mut view) = self.nearest(shown);
        for (to, place) in self.at.range((Excluded(at), Included(shown))) {
            if let Some(beyond) = &place.beyond {
                events[at..*to].iter().for_each(|event| view.take(event));
                beyond.make(&mut view);
                at = *to;
            }
        }
        events[at..shown].iter().for_each(|event| view.take(event));
        (view, graph)
    }

    /// The last place up to there at which it is kept how everything stood.
    fn nearest(&self, shown: usize) -> (usize, View) {
        let nearest = self.before(shown).find_map(|(at, place)| {
            if let Some(kept) = &place.kept {
                return Some((at, (**kept).clone()));
            }
            let mut view = (**place.begins.as_ref()?).clone();
            if let Some(beyond) = &place.beyond {
                beyond.make(&mut view);
            }
            Some((at, view))
        });
        nearest.unwrap_or_default()
    }

    /// The first so many events are gone, after which it stood so.
    pub fn forget(&mut self, gone: usize, (view, graph): (View, Arc<Graph>)) {
        let places = std::mem::take(&mut self.at);
        let later = places.into_iter().filter(|(at, _)| *at > gone);
        self.at = later.map(|(at, place)| (at - gone, place)).collect();
        self.begin(0, view, graph);
    }

    /// The places up to there, the last first.
    fn before(&self, shown: usize) -> impl Iterator<Item = (usize, &Place)> {
        self.at
            .range(..=shown)
            .rev()
            .map(|(at, place)| (*at, place))
    }

    /// Where too much is kept, every other place keeps only what events do not tell.
    fn thin(&mut self) {
        let kept = self.at.values().filter(|place| place.kept.is_some());
        if kept.count() <= PLACES {
            return;
        }
        let last = self.at.keys().next_back().copied();
        let mut odd = false;
        for (at, place) in &mut self.at {
            odd ^= place.kept.is_some();
            if !odd && Some(*at) != last {
                place.kept = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is there to be quick is bounded, however long a film is; the last of it is among what stays.
    #[test]
    fn no_more_is_kept_than_may_be() {
        let mut places = Places::every(1);
        let graph = Arc::default();
        for shown in 1..10 * PLACES {
            places.pass(shown, &View::default(), &graph);
            let kept = places.at.values().filter(|place| place.kept.is_some());
            assert!(kept.count() <= PLACES, "{shown}");
            let last = places.at.values().next_back();
            assert!(last.is_some_and(|place| place.kept.is_some()), "{shown}");
        }
    }
}
