//! What stands in a part of the world: cells are grouped in tiles, and each thing is listed in those that it touches.

use std::collections::BTreeMap;

/// How many columns and rows of cells a tile has.
const TILE: (i32, i32) = (64, 32);

/// Things by where they stand, each by its number.
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    of: BTreeMap<(i32, i32), Vec<u32>>,
}

/// A part of the world: from its first cell to the one after its last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// The first column.
    pub left: i32,
    /// The first row.
    pub top: i32,
    /// The column after the last.
    pub right: i32,
    /// The row after the last.
    pub bottom: i32,
}

impl Part {
    /// Whether a cell is in it.
    pub fn has(&self, x: i32, y: i32) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    fn tiles(&self) -> impl Iterator<Item = (i32, i32)> + use<> {
        let columns = self.left.div_euclid(TILE.0)..=(self.right - 1).div_euclid(TILE.0);
        let rows = self.top.div_euclid(TILE.1)..=(self.bottom - 1).div_euclid(TILE.1);
        columns.flat_map(move |column| rows.clone().map(move |row| (column, row)))
    }
}

impl Tiles {
    /// A thing of this number takes this part.
    pub fn put(&mut self, number: usize, part: Part) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        for tile in part.tiles() {
            let listed = self.of.entry(tile).or_default();
            if listed.last() != Some(&number) {
                listed.push(number);
            }
        }
    }

    /// What may stand in this part, each once, by number.
    pub fn within(&self, part: Part) -> Vec<usize> {
        let listed = part.tiles().filter_map(|tile| self.of.get(&tile));
        let mut found: Vec<usize> = listed.flatten().map(|number| *number as usize).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
