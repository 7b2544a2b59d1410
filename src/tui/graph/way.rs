//! Cells along a line.

use super::scene::pieces;
use crate::tui::layout::Route;

/// How far along a stretch of cells something is, from its first to its last.
pub(super) fn along(cells: i32, at: f64) -> i32 {
    let last = f64::from((cells - 1).max(0));
    (last * at.clamp(0.0, 1.0)).floor() as i32
}

/// The cell of a route at this part of its way.
pub(super) fn cell_at(route: &Route, at: f64) -> (i32, i32) {
    let pieces = pieces(route);
    if let Route::Stub(..) = route {
        let cells = pieces
            .iter()
            .flat_map(|[(x1, y), (x2, _)]| (*x1..=*x2).map(|x| (x, *y)));
        let cells: Vec<(i32, i32)> = cells.collect();
        let passed = (cells.len() as f64 * at.clamp(0.0, 1.0)) as usize;
        let cell = cells.get(passed).or(cells.last());
        return cell.copied().unwrap_or_default();
    }
    let long =
        |piece: &[(i32, i32); 2]| (piece[0].0 - piece[1].0).abs() + (piece[0].1 - piece[1].1).abs();
    let all: i32 = pieces.iter().map(long).sum::<i32>() + 1;
    let mut left = along(all, at);
    for piece in &pieces {
        let here = long(piece);
        if left <= here {
            let [(x1, y1), (x2, y2)] = *piece;
            return (
                x1 + left * (x2 - x1).signum(),
                y1 + left * (y2 - y1).signum(),
            );
        }
        left -= here;
    }
    pieces.last().map_or((0, 0), |piece| piece[1])
}
