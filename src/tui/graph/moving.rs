//! What moves on a graph, by the cells and looks that it takes there: where these are the same at two moments, so is the picture.

use super::scene::Scene;
use super::way::cell_at;
use std::collections::BTreeMap;

/// What moves.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Moving {
    /// What is on its way.
    pub pulses: Vec<Pulse>,
    /// Vertices that have just changed.
    pub flashes: BTreeMap<usize, Flash>,
    /// Vertices that were just poked, each with how long ago, from 0 to 1.
    pub ripples: BTreeMap<usize, f64>,
}

/// Something on its way along a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pulse {
    /// The cell of the world that it has come to.
    pub cell: (i32, i32),
    /// Whether it is a value, and not a notification.
    pub value: bool,
}

impl Pulse {
    /// On a line of a scene, by its number, so far from 0 to 1.
    pub fn on(scene: &Scene, wire: usize, at: f64, value: bool) -> Option<Pulse> {
        let route = scene.layout.routes.get(wire)?;
        let cell = cell_at(route, at);
        Some(Pulse { cell, value })
    }
}

/// How a vertex looks that has just changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flash {
    /// Reversed.
    Bright,
    /// Bold.
    Fades,
    /// In the colour of its state.
    Faint,
}

impl Flash {
    /// So long after it has changed, from 0 to 1.
    pub fn after(ago: f64) -> Flash {
        match ago {
            ago if ago < 0.34 => Flash::Bright,
            ago if ago < 0.67 => Flash::Fades,
            _ => Flash::Faint,
        }
    }
}
