//! What stood stays: only what is new, or in another column now, is placed.

use super::columns::{Columns, What};
use super::{Seat, Sheet};

/// The row of each item that stays; empty if so little stays that everything is better placed anew.
pub(super) fn seats(sheet: &Sheet, all: &Columns) -> Vec<Option<i32>> {
    let row = |node: usize| match sheet.nodes[node].was {
        Some(Seat::Column(rank, y)) if all.rank[node] == Some(rank) => Some(y),
        _ => None,
    };
    let bend = |link: usize, step: usize| {
        let (link, inside) = (&sheet.links[link], all.chains[link].len() - 2);
        let stays = row(link.from).is_some() && row(link.to).is_some();
        (stays && link.was.len() == inside).then(|| link.was[step - 1])
    };
    let seat = |what: &What| match *what {
        What::Node(node) => row(node),
        What::Bend(link, step) => bend(link, step),
    };
    let seats: Vec<Option<i32>> = all.what.iter().map(seat).collect();
    let in_columns = all.rank[..sheet.nodes.len()].iter().flatten().count();
    let stay = seats[..sheet.nodes.len()].iter().flatten().count();
    if 2 * stay < in_columns || stay == 0 {
        return Vec::new();
    }
    seats
}

/// Puts what stays at its row, and the rest into the gaps that are nearest to its neighbours.
pub(super) fn fill(all: &mut Columns, sheet: &Sheet, seats: &[Option<i32>]) {
    for (item, row) in seats.iter().enumerate() {
        all.y[item] = row.unwrap_or(0);
    }
    let mut placed: Vec<bool> = seats.iter().map(Option::is_some).collect();
    for rank in 0..all.columns.len() {
        let (mut column, new): (Vec<usize>, Vec<usize>) =
            all.columns[rank].iter().partition(|item| placed[**item]);
        column.sort_by_key(|item| all.y[*item]);
        for item in new {
            let wish = wish(all, sheet, &placed, item);
            let (place, row) = nearest_gap(all, sheet, &column, item, wish);
            all.y[item] = row;
            placed[item] = true;
            column.insert(place, item);
        }
        all.columns[rank] = column;
    }
}

/// The row that its neighbours would have it in: of those that are placed, the first ones on the left, else on the right; else at the top.
fn wish(all: &Columns, sheet: &Sheet, placed: &[bool], item: usize) -> i32 {
    for near in [&all.left[item], &all.right[item]] {
        let mut rows: Vec<i32> = near
            .iter()
            .filter(|n| placed[**n])
            .map(|n| all.middle(*n, sheet))
            .collect();
        rows.sort_unstable();
        if !rows.is_empty() {
            return rows[(rows.len() - 1) / 2] - (all.height(item, sheet) - 1) / 2;
        }
    }
    0
}

/// Where in the column it fits, and at which row, so near to the wish as can be.
fn nearest_gap(
    all: &Columns,
    sheet: &Sheet,
    column: &[usize],
    item: usize,
    wish: i32,
) -> (usize, i32) {
    let need = all.step(item, sheet);
    let mut best: Option<(i32, usize, i32)> = None;
    for place in 0..=column.len() {
        let from = match place.checked_sub(1) {
            Some(above) => all.y[column[above]] + all.step(column[above], sheet),
            None => 0,
        };
        let to = column
            .get(place)
            .map_or(i32::MAX / 2, |below| all.y[*below])
            - need;
        if to < from {
            continue;
        }
        let row = wish.clamp(from, to);
        let far = (row - wish).abs();
        if best.is_none_or(|(least, ..)| far < least) {
            best = Some((far, place, row));
        }
    }
    // Below the last there is always room.
    best.map_or((column.len(), wish.max(0)), |(_, place, row)| (place, row))
}
