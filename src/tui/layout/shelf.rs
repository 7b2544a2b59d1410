//! The shelf: vertices that no line meets, in a grid below the columns.

use std::collections::BTreeSet;

use super::{Seat, Sheet, Spot};

/// The shelf begins at a multiple of so many rows, so that a row more above it does not move it; nearer where there is little above it.
const STEP: i32 = 8;
const NEAR: i32 = 2;
/// So many cells stay free between two columns of it.
const SPACE: i32 = 2;

/// Places these vertices below this row. Gives how many columns the shelf has, its width, and its last row.
pub(super) fn place(
    sheet: &Sheet,
    on_shelf: &[usize],
    below: i32,
    spots: &mut [Spot],
) -> (usize, i32, i32) {
    if on_shelf.is_empty() {
        return (0, 0, below);
    }
    let widest = on_shelf.iter().map(|v| sheet.nodes[*v].width).max();
    let across = widest.unwrap_or(0) + SPACE;
    let down = sheet.height + sheet.gap;
    let top = match below {
        0 => 0,
        rows if rows < STEP => (rows + 1).div_euclid(NEAR) * NEAR + NEAR,
        rows => (rows + 1).div_euclid(STEP) * STEP + STEP,
    };
    let columns = match sheet.shelf {
        0 => square(on_shelf.len(), across, down),
        columns => columns,
    };
    let (mut width, mut last) = (0, top);
    for (v, slot) in slots(sheet, on_shelf) {
        let cell = |n: usize| i32::try_from(n).unwrap_or(i32::MAX / 2);
        let spot = Spot {
            x: cell(slot % columns).saturating_mul(across),
            y: top + cell(slot / columns).saturating_mul(down),
            width: sheet.nodes[v].width,
            height: sheet.height,
            seat: Seat::Shelf(slot),
        };
        spots[v] = spot;
        width = width.max(spot.x + spot.width);
        last = last.max(spot.y + spot.height);
    }
    (columns, width, last)
}

/// Every vertex with its place: its own of the last layout, else the first that is free.
fn slots(sheet: &Sheet, on_shelf: &[usize]) -> Vec<(usize, usize)> {
    let mut taken = BTreeSet::new();
    let mut slots = Vec::with_capacity(on_shelf.len());
    let mut new = Vec::new();
    for v in on_shelf {
        match sheet.nodes[*v].was {
            Some(Seat::Shelf(slot)) if taken.insert(slot) => slots.push((*v, slot)),
            _ => new.push(*v),
        }
    }
    let mut next = 0;
    for v in new {
        while !taken.insert(next) {
            next += 1;
        }
        slots.push((v, next));
    }
    slots
}

/// So many columns that it looks like a screen: a cell is about twice as high as it is wide.
fn square(count: usize, across: i32, down: i32) -> usize {
    let area = count as f64 * f64::from(down) * 5.0;
    let columns = (area / f64::from(across.max(1))).sqrt().ceil();
    (columns as usize).clamp(1, count.max(1))
}
