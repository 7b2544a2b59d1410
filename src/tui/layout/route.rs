//! The cells: how wide each column is, and where lines turn between two of them.
//!
//! A line leaves its vertex to the right, turns at a track, and goes on to the right. All lines of one vertex turn at one track, and a
//! track is shared only by lines that do not meet there; nor does a line that arrives share cells with one that leaves in the same row.

use std::collections::BTreeMap;

use super::columns::{Columns, What};
use super::{Layout, Room, Route, Seat, Sheet, Spot, shelf};

/// Column widths and tracks come in steps, so that a cell more does not move what is right of it.
const STEP: i32 = 4;
/// So few vertices stand as near to each other as they can: what moves among them is seen anyway.
const FEW: usize = 24;
/// Free cells beside the tracks: one after the vertices, and the arrow with one before it.
const BESIDE: i32 = 3;
/// More tracks than these there are not between two columns; what needs more shares the last.
pub(super) const TRACKS: usize = 40;

pub(super) fn draw(sheet: &Sheet, all: &Columns) -> Layout {
    let (mut tracks, mut rooms) = (Vec::new(), Vec::new());
    let (mut left, mut x) = (Vec::with_capacity(all.columns.len()), 0);
    for (number, column) in all.columns.iter().enumerate() {
        left.push(x);
        let found = Tracks::of(sheet, all, column);
        let room = room(sheet, number, wide(sheet, all, column), found.count);
        x += room.wide + BESIDE + room.tracks;
        tracks.push(found);
        rooms.push(room);
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
        rooms: &rooms,
        spots: &spots,
    };
    let routes: Vec<Route> = all.chains.iter().map(|chain| paths.route(chain)).collect();
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
        rooms,
    }
}

/// The room of a column: as it was, if that is enough; else with some to spare, so that what comes next moves nothing.
fn room(sheet: &Sheet, number: usize, wide: i32, tracks: usize) -> Room {
    let few = sheet.nodes.len() <= FEW;
    let up = |cells: i32| match few {
        true => cells,
        false => (cells + STEP).div_euclid(STEP) * STEP,
    };
    let tracks = i32::try_from(tracks).unwrap_or(i32::MAX / 2).max(1);
    let was = match few {
        true => Room::default(),
        false => sheet.rooms.get(number).copied().unwrap_or_default(),
    };
    let kept = |was: i32, need: i32| if was >= need { was } else { up(need) };
    Room {
        wide: kept(was.wide, wide),
        tracks: kept(was.tracks, tracks),
    }
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
}

impl Tracks {
    fn of(sheet: &Sheet, all: &Columns, column: &[usize]) -> Tracks {
        let mut free = Free::default();
        let mut of = BTreeMap::new();
        let mut turning = Vec::new();
        for item in column {
            let row = all.middle(*item, sheet);
            let ends = all.right[*item].iter();
            let ends: Vec<i32> = ends.map(|to| all.middle(*to, sheet)).collect();
            if ends.iter().any(|end| *end != row) {
                turning.push(Turning {
                    item: *item,
                    row,
                    ends,
                });
            } else if !ends.is_empty() {
                free.pass(row);
            }
        }
        for turning in in_order(turning) {
            of.insert(turning.item, free.take(turning.row, &turning.ends));
        }
        Tracks {
            of,
            count: free.tracks.len(),
        }
    }
}

/// What leaves a column and turns: from which row, and to which ones.
struct Turning {
    item: usize,
    row: i32,
    ends: Vec<i32>,
}

/// What leaves in a row comes before what arrives in it, so that there is a track for it further left. Where they go round in a circle, the
/// upper one comes first.
fn in_order(turning: Vec<Turning>) -> Vec<Turning> {
    let rows: BTreeMap<i32, usize> = turning.iter().map(|one| one.row).zip(0..).collect();
    let befores = |at: usize| {
        let ends = turning[at].ends.iter();
        ends.filter_map(|end| rows.get(end).copied())
            .filter(move |other| *other != at)
    };
    let (mut order, mut seen) = (
        Vec::with_capacity(turning.len()),
        vec![false; turning.len()],
    );
    for first in 0..turning.len() {
        let mut open = vec![(first, false)];
        while let Some((at, ready)) = open.pop() {
            if ready {
                order.push(at);
            } else if !std::mem::replace(&mut seen[at], true) {
                open.push((at, true));
                open.extend(
                    befores(at)
                        .filter(|other| !seen[*other])
                        .map(|other| (other, false)),
                );
            }
        }
    }
    let mut all: Vec<Option<Turning>> = turning.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| all[at].take()).collect()
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
        let apart = |track: usize| {
            let taken = self.tracks.get(track);
            taken.is_none_or(|taken| {
                let last = taken.range(..=high).next_back();
                last.is_none_or(|(_, last)| *last < low)
            })
        };
        let fits = |track: usize| {
            let before = self.arrives.get(&row).is_none_or(|other| track < *other);
            let after = ends.iter().filter(|end| **end != row);
            let after = after
                .filter_map(|end| self.leaves.get(end))
                .all(|other| *other < track);
            apart(track) && before && after
        };
        let first = (0..TRACKS).find(|track| fits(*track));
        let first = first.or_else(|| (0..TRACKS).find(|track| apart(*track)));
        let track = first.unwrap_or(TRACKS - 1);
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
    rooms: &'a [Room],
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
        if self.all.is_stub(chain) {
            // What is right of the vertices is for lines that turn there: a stub would look like one of them.
            let after =
                self.all.rank[from].map_or(0, |rank| self.left[rank] + self.rooms[rank].wide);
            let first = (begin.0 + 1).min(after).max(begin.0);
            return Route::Stub([begin, (first, begin.1)], [(end.0 - 1, end.1), end]);
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
        self.left[rank] + self.rooms[rank].wide + 1 + i32::try_from(track).unwrap_or(0)
    }
}
