//! Placing a graph: what that takes, and what comes of it; so that a large one can be placed beside the loop.

use crate::graph::{Graph, Key};
use crate::tui::graph::{Scene, Zoom};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is to be placed, and how.
#[derive(Clone, Debug)]
pub struct Placement {
    pub(super) graph: Arc<Graph>,
    pub(super) zoom: Zoom,
    pub(super) ascii: bool,
    pub(super) before: Option<Arc<Scene>>,
    pub(super) folds: Option<BTreeSet<Key>>,
}

/// What was placed.
#[derive(Clone, Debug)]
pub struct Placed {
    pub(super) scene: Arc<Scene>,
    pub(super) folds: Option<BTreeSet<Key>>,
}

impl Placement {
    /// Places it.
    pub fn place(self) -> Placed {
        let (before, folds) = (self.before.as_deref(), self.folds.as_ref());
        let scene = Scene::of(&self.graph, self.zoom, self.ascii, before, folds);
        Placed {
            scene: Arc::new(scene),
            folds: self.folds,
        }
    }
}
