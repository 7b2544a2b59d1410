//! The rows: each item as near to its neighbours as the order in its column allows.

use super::Sheet;
use super::columns::{Columns, What};

/// So many times from left to right and back.
const PASSES: usize = 2;
/// How much straighter than others a line is where it passes through columns.
const STRAIGHT: i64 = 4;

pub(super) fn settle(all: &mut Columns, sheet: &Sheet) {
    for rank in 0..all.columns.len() {
        let mut y = 0;
        for place in 0..all.columns[rank].len() {
            let item = all.columns[rank][place];
            all.y[item] = y;
            y += all.step(item, sheet);
        }
    }
    for _ in 0..PASSES {
        for rank in 1..all.columns.len() {
            align(all, sheet, rank, true);
        }
        for rank in (0..all.columns.len().saturating_sub(1)).rev() {
            align(all, sheet, rank, false);
        }
    }
    let stands = (0..all.what.len()).filter(|item| all.rank[*item].is_some());
    let top = stands.map(|item| all.y[item]).min().unwrap_or(0);
    all.y.iter_mut().for_each(|y| *y -= top);
}

/// Puts one column's items at the medians of their neighbours, as far as their order allows: the least sum of squares.
fn align(all: &mut Columns, sheet: &Sheet, rank: usize, by_left: bool) {
    let column = &all.columns[rank];
    let mut offset = 0;
    let mut wishes = Vec::with_capacity(column.len());
    for item in column {
        let near = if by_left {
            &all.left[*item]
        } else {
            &all.right[*item]
        };
        let own = (all.height(*item, sheet) - 1) / 2;
        let wish = match median(near.iter().map(|n| all.middle(*n, sheet))) {
            Some(row) => row - own,
            None => all.y[*item],
        };
        let weight = match (all.what[*item], near.is_empty()) {
            (_, true) => 1,
            (What::Bend(..), false) => 4 * STRAIGHT,
            (What::Node(_), false) => 4,
        };
        wishes.push((i64::from(wish - offset), weight));
        offset += all.step(*item, sheet);
    }
    let mut offset = 0;
    let settled = isotonic(&wishes);
    for (place, row) in settled.into_iter().enumerate() {
        let item = all.columns[rank][place];
        all.y[item] = i32::try_from(row).unwrap_or(i32::MAX / 2) + offset;
        offset += all.step(item, sheet);
    }
}

fn median(rows: impl Iterator<Item = i32>) -> Option<i32> {
    let mut rows: Vec<i32> = rows.collect();
    rows.sort_unstable();
    let middle = rows.len().checked_sub(1)? / 2;
    Some((rows[middle] + rows[rows.len() / 2]).div_euclid(2))
}

/// The numbers that never go down and are nearest to these, each with its weight: neighbours that would go down share their mean.
pub(super) fn isotonic(wishes: &[(i64, i64)]) -> Vec<i64> {
    let mut blocks: Vec<(i64, i64, usize)> = Vec::new();
    for (wish, weight) in wishes {
        let mut block = (wish * weight, *weight, 1);
        while let Some((sum, weight, count)) = blocks.last()
            && mean(*sum, *weight) >= mean(block.0, block.1)
        {
            block = (block.0 + sum, block.1 + weight, block.2 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let of =
        |(sum, weight, count): (i64, i64, usize)| std::iter::repeat_n(mean(sum, weight), count);
    blocks.into_iter().flat_map(of).collect()
}

/// Rounded to the nearest.
fn mean(sum: i64, weight: i64) -> i64 {
    (2 * sum + weight).div_euclid(2 * weight)
}
