//! Places of a film at which it is kept how everything stood, so that going back is quick, and what cannot be folded from events.

use crate::graph::Graph;
use crate::trace::{Event, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// After so many events how everything stood is kept.
const STRIDE: usize = 4_096;
/// So many such places are kept.
const PLACES: usize = 64;

/// How everything stood before an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// None where it is what events make of the place before.
    pub view: Option<Arc<View>>,
    /// The graph from there on.
    pub graph: Arc<Graph>,
    /// Whether what was told before is another film.
    pub begins: bool,
}

impl Place {
    /// Where a film begins.
    pub fn beginning(view: Arc<View>, graph: Arc<Graph>) -> Place {
        Place {
            begins: true,
            ..Place::known(view, graph)
        }
    }

    /// Where it is known how everything stands.
    pub fn known(view: Arc<View>, graph: Arc<Graph>) -> Place {
        Place {
            view: Some(view),
            graph,
            begins: false,
        }
    }
}

/// Such places, by the number of events before them; there is always one for 0.
#[derive(Clone, Debug)]
pub(super) struct Places(BTreeMap<usize, Place>);

impl Places {
    /// Those of an empty film.
    pub fn new() -> Places {
        let first = Place::beginning(Arc::default(), Arc::default());
        Places(BTreeMap::from([(0, first)]))
    }

    /// From there on it stands so.
    pub fn put(&mut self, at: usize, place: Place) {
        let begins = place.begins || self.0.get(&at).is_some_and(|before| before.begins);
        self.0.insert(at, Place { begins, ..place });
        self.thin();
    }

    /// From there on the graph is this one.
    pub fn edit(&mut self, at: usize, graph: Arc<Graph>) {
        self.0.entry(at).or_default().graph = graph;
    }

    /// Whether anything is kept after so many events, up to so many.
    pub fn has_within(&self, after: usize, to: usize) -> bool {
        self.0.range(after + 1..=to).next().is_some()
    }

    /// So many events are shown, and this is how everything stands: it is kept, if nothing near is.
    pub fn pass(&mut self, shown: usize, view: &View, graph: &Arc<Graph>) {
        let last = self.before(shown).find(|(_, place)| place.view.is_some());
        if last.is_none_or(|(at, _)| shown - at >= STRIDE) {
            self.put(shown, Place::known(Arc::new(view.clone()), graph.clone()));
        }
    }

    /// How many events there were before the film began to which so many lead.
    pub fn begun(&self, shown: usize) -> usize {
        let mut begun = self.before(shown).filter(|(_, place)| place.begins);
        // How a later film begins is kept with its first event.
        begun.next().map_or(0, |(at, _)| at.saturating_sub(1))
    }

    /// How everything stood with so many of these events shown.
    pub fn stood(&self, shown: usize, events: &[Event]) -> (View, Arc<Graph>) {
        let graph = self.before(shown).next();
        let graph = graph.map_or_else(Arc::default, |(_, place)| place.graph.clone());
        let known = self
            .before(shown)
            .find_map(|(at, place)| Some((at, place.view.as_ref()?)));
        let (at, mut view) =
            known.map_or((0, View::default()), |(at, view)| (at, (**view).clone()));
        for event in &events[at..shown] {
            view.take(event);
        }
        (view, graph)
    }

    /// The first so many events are gone, after which it stood so.
    pub fn forget(&mut self, gone: usize, (view, graph): (View, Arc<Graph>)) {
        let places = std::mem::take(&mut self.0);
        let later = places.into_iter().filter(|(at, _)| *at > gone);
        self.0 = later.map(|(at, place)| (at - gone, place)).collect();
        self.0.insert(0, Place::beginning(Arc::new(view), graph));
    }

    /// The places up to there, the last first.
    fn before(&self, shown: usize) -> impl Iterator<Item = (usize, &Place)> {
        self.0.range(..=shown).rev().map(|(at, place)| (*at, place))
    }

    /// Where too much is kept, every other place keeps only its graph; but not where a film begins.
    fn thin(&mut self) {
        let kept = self.0.values().filter(|place| place.view.is_some());
        if kept.count() <= PLACES {
            return;
        }
        let last = self.0.keys().next_back().copied();
        let mut odd = false;
        for (at, place) in &mut self.0 {
            odd ^= place.view.is_some();
            if !odd && !place.begins && Some(*at) != last {
                place.view = None;
            }
        }
    }
}
