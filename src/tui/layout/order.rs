//! The order in each column, so that few lines cross: every item goes to the middle of its neighbours, from left to right and back, and the
//! best order that was seen stays.

use super::columns::Columns;

/// So many times to and fro.
const SWEEPS: usize = 6;

pub(super) fn untangle(all: &mut Columns) {
    let mut best = all.columns.clone();
    let mut fewest = crossings(all);
    let mut worse = 0;
    for sweep in 0..2 * SWEEPS {
        if fewest == 0 || worse == 2 {
            break;
        }
        pass(all, sweep % 2 == 0);
        let found = crossings(all);
        worse += 1;
        if found < fewest {
            (fewest, worse) = (found, 0);
            best.clone_from(&all.columns);
        }
    }
    all.columns = best;
}

fn pass(all: &mut Columns, rightwards: bool) {
    let count = all.columns.len();
    let mut at = vec![0usize; all.what.len()];
    for column in &all.columns {
        for (place, item) in column.iter().enumerate() {
            at[*item] = place;
        }
    }
    for step in 1..count {
        let rank = if rightwards { step } else { count - 1 - step };
        let near = if rightwards { &all.left } else { &all.right };
        let wish = |item: usize| -> f64 {
            let near = &near[item];
            match near.len() {
                0 => at[item] as f64,
                count => near.iter().map(|n| at[*n] as f64).sum::<f64>() / count as f64,
            }
        };
        let mut column: Vec<(f64, usize)> = all.columns[rank]
            .iter()
            .map(|item| (wish(*item), *item))
            .collect();
        column.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.columns[rank] = column.into_iter().map(|(_, item)| item).collect();
        for (place, item) in all.columns[rank].iter().enumerate() {
            at[*item] = place;
        }
    }
}

/// How often lines cross between neighbouring columns.
pub(super) fn crossings(all: &Columns) -> u64 {
    let mut at = vec![0usize; all.what.len()];
    let mut crossings = 0;
    for pair in all.columns.windows(2) {
        let [left, right] = [&pair[0], &pair[1]];
        for (place, item) in right.iter().enumerate() {
            at[*item] = place;
        }
        let mut tree = Counts(vec![0; right.len() + 1]);
        let mut drawn = 0;
        let mut ends = Vec::new();
        for item in left {
            ends.clear();
            ends.extend(all.right[*item].iter().map(|to| at[*to]));
            crossings += ends.iter().map(|end| drawn - tree.up_to(*end)).sum::<u64>();
            for end in &ends {
                tree.add(*end);
                drawn += 1;
            }
        }
    }
    crossings
}

/// Counts by place, and how many are at most at a place (Fenwick 1994).
struct Counts(Vec<u64>);

impl Counts {
    fn add(&mut self, place: usize) {
        let mut at = place + 1;
        while at < self.0.len() {
            self.0[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn up_to(&self, place: usize) -> u64 {
        let (mut at, mut sum) = (place + 1, 0);
        while at > 0 {
            sum += self.0[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}
