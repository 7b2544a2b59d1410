//! The cells: how wide each column is, and where lines turn between two of them.
//!
//! A line leaves its vertex to the right, turns at a track, and goes on to the right. All lines of one vertex turn at one track, and a
//! track is shared only by lines that do not meet there; nor does a line that arrives share cells with one that leaves in the same row.

use std::collections::BTreeMap;

use super::columns::{Columns, What};
use super::{Layout, Route, Seat, Sheet, Spot, shelf};

/// Column widths and tracks come in steps, so that a cell more does not move what is right of it.
const STEP: i32 = 4;
/// Free cells beside the tracks: one after the vertices, and the arrow with one before it.
const BESIDE: i32 = 3;
/// More tracks than these there are not between two columns; what needs more shares the last.
const TRACKS: usize = 40;

pub(super) fn draw(sheet: &Sheet, all: &Columns) -> Layout {
    let mut tracks = Vec::with_capacity(all.columns.len());
    let (mut left, mut x) = (Vec::with_capacity(all.columns.len()), 0);
    for column in &all.columns {
        left.push(x);
        let found = Tracks::of(sheet, all, column);
        let count = i32::try_from(found.count).unwrap_or(i32::MAX / 2);
        x += up(wide(sheet, all, column)) + BESIDE + up(count.max(1));
        tracks.push(found);
    }
    let mut spots = spots(sheet, all, &left);
    let width = spots
        .iter()
        .map(|spot| spot.x + spot.width)
        .max()
        .unwrap_or(0);
    let below = (0..all.what.len()).filter(|item| all.rank[*item].is_some());
    let below = below
        .map(|item| all.y[item] + all.height(item, sheet))
        .max();
    let on_shelf: Vec<usize> = (0..sheet.nodes.len())
        .filter(|v| all.rank[*v].is_none())
        .collect();
    let (shelf, shelf_width, height) =
        shelf::place(sheet, &on_shelf, below.unwrap_or(0), &mut spots);
    let paths = Paths {
        sheet,
        all,
        left: &left,
        tracks: &tracks,
        spots: &spots,
    };
    let routes = all.chains.iter().map(|chain| paths.route(chain)).collect();
    let inside = |chain: &Vec<usize>| -> Vec<i32> {
        let inside = &chain[1..chain.len() - 1];
        inside.iter().map(|item| all.y[*item]).collect()
    };
    Layout {
        bends: all.chains.iter().map(inside).collect(),
        routes,
        spots,
        width: width.max(shelf_width),
        height,
        shelf,
    }
}

fn up(cells: i32) -> i32 {
    (cells + STEP - 1).div_euclid(STEP) * STEP
}

fn wide(sheet: &Sheet, all: &Columns, column: &[usize]) -> i32 {
    let width = |item: &usize| match all.what[*item] {
        What::Node(node) => sheet.nodes[node].width,
        What::Bend(..) => 0,
    };
    column.iter().map(width).max().unwrap_or(0)
}

fn spots(sheet: &Sheet, all: &Columns, left: &[i32]) -> Vec<Spot> {
    let spot = |node: usize| {
        let rank = all.rank[node].unwrap_or(0);
        Spot {
            x: left.get(rank).copied().unwrap_or(0),
            y: all.y[node],
            width: sheet.nodes[node].width,
            height: sheet.height,
            seat: Seat::Column(rank, all.y[node]),
        }
    };
    (0..sheet.nodes.len()).map(spot).collect()
}

/// The tracks right of a column: which one each of its items has.
struct Tracks {
    of: BTreeMap<usize, usize>,
    count: usize,
    /// How many cells wide the column is.
    wide: i32,
}

impl Tracks {
    fn of(sheet: &Sheet, all: &Columns, column: &[usize]) -> Tracks {
        let mut free = Free::default();
        let mut of = BTreeMap::new();
        for item in column {
            let row = all.middle(*item, sheet);
            let ends: Vec<i32> = all.right[*item]
                .iter()
                .map(|to| all.middle(*to, sheet))
                .collect();
            let turns = ends.iter().any(|end| *end != row);
            if turns {
                of.insert(*item, free.take(row, &ends));
            } else if !ends.is_empty() {
                free.pass(row);
            }
        }
        Tracks {
            of,
            count: free.tracks.len(),
            wide: up(wide(sheet, all, column)),
        }
    }
}

/// What is taken of the room between two columns so far.
#[derive(Default)]
struct Free {
    /// For each track, the stretches that are taken: their first rows with their last ones.
    tracks: Vec<BTreeMap<i32, i32>>,
    /// The track at which the line in this row ends that comes from the left.
    leaves: BTreeMap<i32, usize>,
    /// The leftmost track from which a line goes on to the right in this row.
    arrives: BTreeMap<i32, usize>,
}

impl Free {
    /// The first track on which a line from this row to these ends meets no other.
    fn take(&mut self, row: i32, ends: &[i32]) -> usize {
        let low = ends.iter().copied().fold(row, i32::min);
        let high = ends.iter().copied().fold(row, i32::max);
        let fits = |track: usize| {
            let taken = self.tracks.get(track);
            let apart = taken.is_none_or(|taken| {
                taken
                    .range(..=high)
                    .next_back()
                    .is_none_or(|(_, last)| *last < low)
            });
            let before = self.arrives.get(&row).is_none_or(|other| track < *other);
            let after = ends.iter().filter(|end| **end != row);
            let after = after
                .filter_map(|end| self.leaves.get(end))
                .all(|other| *other < track);
            apart && before && after
        };
        let track = (0..TRACKS).find(|track| fits(*track)).unwrap_or(TRACKS - 1);
        while self.tracks.len() <= track {
            self.tracks.push(BTreeMap::new());
        }
        self.tracks[track].insert(low, high);
        self.leaves.insert(row, track);
        for end in ends {
            let first = self.arrives.entry(*end).or_insert(track);
            *first = track.min(*first);
        }
        track
    }

    /// A line goes straight through in this row.
    fn pass(&mut self, row: i32) {
        self.leaves.insert(row, TRACKS);
        self.arrives.insert(row, 0);
    }
}

struct Paths<'a> {
    sheet: &'a Sheet,
    all: &'a Columns,
    left: &'a [i32],
    tracks: &'a [Tracks],
    spots: &'a [Spot],
}

impl Paths<'_> {
    fn route(&self, chain: &[usize]) -> Route {
        let (from, to) = (chain[0], chain[chain.len() - 1]);
        let begin = (
            self.spots[from].x + self.spots[from].width,
            self.spots[from].middle(),
        );
        let end = (self.spots[to].x - 1, self.spots[to].middle());
        let next = self.all.rank[from].map(|rank| rank + 1) == self.all.rank[to];
        if chain.len() == 2 && !next {
            let (first, last) = ((begin.0 + 1, begin.1), (end.0 - 1, end.1));
            return Route::Stub([begin, first], [last, end]);
        }
        let mut points = vec![begin];
        for pair in chain.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            let rows = [from, to].map(|item| self.all.middle(item, self.sheet));
            if rows[0] != rows[1] {
                let x = self.turn(from);
                points.extend([(x, rows[0]), (x, rows[1])]);
            }
        }
        points.push(end);
        Route::Line(points)
    }

    /// The cell at which the lines of an item turn.
    fn turn(&self, item: usize) -> i32 {
        let Some(rank) = self.all.rank[item] else {
            return 0;
        };
        let tracks = &self.tracks[rank];
        let track = tracks.of.get(&item).copied().unwrap_or(0);
        self.left[rank] + tracks.wide + 1 + i32::try_from(track).unwrap_or(0)
    }
}
