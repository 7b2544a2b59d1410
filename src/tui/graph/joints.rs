//! What meets in the cells that are seen.

use super::scene::{Scene, cells};
use super::tiles::Part;
use super::wires::{Joint, Way};
use crate::tui::layout::Route;

/// What meets in each cell that is seen.
pub(super) struct Joints {
    part: Part,
    wide: usize,
    of: Vec<(Joint, bool)>,
}

impl Joints {
    /// None yet, in this part of the world.
    pub fn new(part: Part) -> Joints {
        let wide = usize::try_from(part.right - part.left).unwrap_or(0);
        let high = usize::try_from(part.bottom - part.top).unwrap_or(0);
        Joints {
            part,
            wide,
            of: vec![(Joint::default(), false); wide * high],
        }
    }

    /// A line is drawn.
    pub fn route(&mut self, scene: &Scene, number: usize, is_lit: bool) {
        let (wire, route) = (&scene.wires[number], &scene.layout.routes[number]);
        let (ends, part, wide) = ((wire.from, wire.to), self.part, self.wide);
        let mut draw = |x, y, ways: &[Way]| {
            if let Some(at) = place(part, wide, x, y) {
                let (joint, lit) = &mut self.of[at];
                joint.draw(wire.stroke, ways, ends);
                *lit |= is_lit;
            }
        };
        match route {
            Route::Stub(first, last) => {
                for [(x1, y), (x2, _)] in [*first, *last] {
                    (x1..=x2).for_each(|x| draw(x, y, &[Way::Left, Way::Right]));
                }
            }
            Route::Line(points) => line(points, part, &mut draw),
        }
    }

    /// What is drawn, with where that is in the world and whether it is lit.
    pub fn cells(&self) -> impl Iterator<Item = (i32, i32, &Joint, bool)> {
        let (wide, part) = (self.wide.max(1), self.part);
        let drawn = self
            .of
            .iter()
            .enumerate()
            .filter(|(_, (joint, _))| !joint.is_empty());
        drawn.map(move |(at, (joint, lit))| {
            let (x, y) = (cells(at % wide), cells(at / wide));
            (part.left + x, part.top + y, joint, *lit)
        })
    }
}

fn place(part: Part, wide: usize, x: i32, y: i32) -> Option<usize> {
    if !part.has(x, y) {
        return None;
    }
    let column = usize::try_from(x - part.left).ok()?;
    let row = usize::try_from(y - part.top).ok()?;
    Some(row * wide + column)
}

/// Every cell of a line that is seen, with the ways in which it goes from there.
fn line(points: &[(i32, i32)], part: Part, draw: &mut impl FnMut(i32, i32, &[Way])) {
    let mut before = Way::Left;
    for pair in points.windows(2) {
        let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
        let (on, back) = match (x2 - x1, y2 - y1) {
            (0, 0) => continue,
            (0, down) if down > 0 => (Way::Down, Way::Up),
            (0, _) => (Way::Up, Way::Down),
            _ => (Way::Right, Way::Left),
        };
        draw(x1, y1, &[before, on]);
        match on {
            Way::Right => {
                for x in (x1 + 1).max(part.left)..x2.min(part.right) {
                    draw(x, y1, &[back, on]);
                }
            }
            _ => {
                for y in (y1.min(y2) + 1).max(part.top)..y1.max(y2).min(part.bottom) {
                    draw(x1, y, &[back, on]);
                }
            }
        }
        before = back;
    }
    if let Some((x, y)) = points.last() {
        draw(*x, *y, &[before, Way::Right]);
    }
}
