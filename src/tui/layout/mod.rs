//! Where vertices and lines stand: layers from left to right, one line a vertex.
//!
//! | step | what | file |
//! | --- | --- | --- |
//! | ranks | a vertex stands right of all that it comes after | `rank` |
//! | order | in each column, so that few lines cross | `order` |
//! | rows | near its neighbours, without changing the order | `rows` |
//! | tracks | where lines turn between two columns | `route` |
//!
//! The layers, the dummies on long lines and the barycentre sweeps are those of Sugiyama, Tagawa and Toda (1981); rows are what isotonic
//! regression gives (pool adjacent violators). Vertices that no line meets stand below on a shelf.
//!
//! What stood in the last layout stays where it is as long as its rank does: only what is new is placed, in the nearest gap.

mod columns;
mod keep;
mod order;
mod rank;
mod route;
mod rows;
mod shelf;
#[cfg(test)]
mod tests;

use columns::Columns;

/// A line that would pass through more columns than this is drawn as a stub at both ends.
pub const LONGEST: usize = 24;
/// More lines than these at one side of a vertex are not told apart between two columns.
pub const HUB: usize = route::TRACKS;

/// A vertex to be placed.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// How many cells wide it is drawn.
    pub width: i32,
    /// Where it stood in the last layout.
    pub was: Option<Seat>,
}

/// Where a vertex stands among the others, apart from cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seat {
    /// In this column, at this row.
    Column(usize, i32),
    /// On the shelf, at this place.
    Shelf(usize),
}

/// A line to be drawn, between two vertices by their numbers.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// Where it begins.
    pub from: usize,
    /// Where it ends; never at or before its beginning.
    pub to: usize,
    /// The rows at which it passed through the columns between in the last layout.
    pub was: Vec<i32>,
}

/// What is to be placed. Its lines have no cycle.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The vertices.
    pub nodes: Vec<Node>,
    /// The lines; no two between the same vertices.
    pub links: Vec<Link>,
    /// How many rows a vertex takes.
    pub height: i32,
    /// How many rows stay free between two.
    pub gap: i32,
    /// A vertex at which more lines than this begin, or end, is a hub: its lines are drawn as stubs.
    pub hub: usize,
    /// How many columns the shelf had in the last layout; 0 for none.
    pub shelf: usize,
    /// How wide each column was in the last layout, and how many tracks there was room for right of it.
    pub rooms: Vec<Room>,
}

/// The room of a column: for its vertices, and for the tracks right of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Room {
    /// Cells for vertices.
    pub wide: i32,
    /// Cells for tracks.
    pub tracks: i32,
}

/// Where a vertex is drawn, in cells; the first ones are 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Its left edge.
    pub x: i32,
    /// Its first row.
    pub y: i32,
    /// How many cells wide it is.
    pub width: i32,
    /// How many rows high it is.
    pub height: i32,
    /// Its place among the others.
    pub seat: Seat,
}

impl Spot {
    /// The row at which its lines begin and end.
    pub fn middle(&self) -> i32 {
        self.y + (self.height - 1) / 2
    }
}

/// How a line is drawn: its corners, from the cell after its beginning to the cell before its end. Two after another are in one row or one
/// column. A stub has two pieces, apart, and neither touches the room of the lines between two columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// All of it.
    Line(Vec<(i32, i32)>),
    /// Its first cells and its last ones.
    Stub([(i32, i32); 2], [(i32, i32); 2]),
}

/// A layout.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    /// Where each vertex is, by its number.
    pub spots: Vec<Spot>,
    /// How each line goes, by its number.
    pub routes: Vec<Route>,
    /// The rows at which each line passes through the columns between.
    pub bends: Vec<Vec<i32>>,
    /// How many cells wide all of it is.
    pub width: i32,
    /// How many rows high all of it is.
    pub height: i32,
    /// How many columns the shelf has; 0 for none.
    pub shelf: usize,
    /// The room of each column.
    pub rooms: Vec<Room>,
}

/// Places everything.
pub fn layout(sheet: &Sheet) -> Layout {
    let ranks = rank::ranks(sheet);
    let mut columns = Columns::of(sheet, &ranks);
    let kept = keep::seats(sheet, &columns);
    if kept.is_empty() {
        order::untangle(&mut columns);
        rows::settle(&mut columns, sheet);
    } else {
        keep::fill(&mut columns, sheet, &kept);
    }
    route::draw(sheet, &columns)
}
