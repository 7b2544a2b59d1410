//! From a vertex to its neighbours: along lines to the left and right, and within a column up and down.

use super::scene::Scene;
use crate::tui::layout::Spot;

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// To what it comes after.
    Left,
    /// To what comes after it.
    Right,
    /// To what is drawn above it.
    Up,
    /// To what is drawn below it.
    Down,
}

/// The vertex that is reached from this one; none if there is none that way.
pub fn walk(scene: &Scene, from: usize, step: Step) -> Option<usize> {
    let spots = &scene.layout.spots;
    let here = spots.get(from)?;
    let along: Vec<usize> = match step {
        Step::Left => scene.into[from]
            .iter()
            .map(|wire| scene.wires[*wire].from)
            .collect(),
        Step::Right => scene.out[from]
            .iter()
            .map(|wire| scene.wires[*wire].to)
            .collect(),
        Step::Up | Step::Down => return beside(spots, from, step),
    };
    let far = |vertex: &usize| {
        let spot = &spots[*vertex];
        ((spot.y - here.y).abs(), (spot.x - here.x).abs(), *vertex)
    };
    along.into_iter().min_by_key(far)
}

/// The nearest one above or below, in the same column rather than in another.
fn beside(spots: &[Spot], from: usize, step: Step) -> Option<usize> {
    let here = &spots[from];
    let ahead = |spot: &Spot| match step {
        Step::Up => here.y - spot.y,
        _ => spot.y - here.y,
    };
    let apart = |spot: &Spot| {
        let (left, right) = (
            spot.x.max(here.x),
            (spot.x + spot.width).min(here.x + here.width),
        );
        (left - right).max(0)
    };
    let all = spots.iter().enumerate().filter(|(_, spot)| ahead(spot) > 0);
    let best =
        all.min_by_key(|(vertex, spot)| (apart(spot) * 2 + ahead(spot), apart(spot), *vertex));
    best.map(|(vertex, _)| vertex)
}
