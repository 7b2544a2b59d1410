//! In which column each vertex stands.

use super::Sheet;

/// The column of each vertex, from 0; none for those that no line meets. A vertex is right of all that it comes after, as far left as can be;
/// one that comes after nothing stands just left of what comes after it.
pub(super) fn ranks(sheet: &Sheet) -> Vec<Option<usize>> {
    let count = sheet.nodes.len();
    let mut before = vec![0usize; count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for link in &sheet.links {
        before[link.to] += 1;
        after[link.from].push(link.to);
    }
    let mut rank = vec![0usize; count];
    let mut open: Vec<usize> = (0..count).filter(|v| before[*v] == 0).collect();
    let first = open.clone();
    let mut waits = before.clone();
    while let Some(v) = open.pop() {
        for to in &after[v] {
            rank[*to] = rank[*to].max(rank[v] + 1);
            waits[*to] -= 1;
            if waits[*to] == 0 {
                open.push(*to);
            }
        }
    }
    for v in first {
        if let Some(nearest) = after[v].iter().map(|to| rank[*to]).min() {
            rank[v] = nearest.saturating_sub(1);
        }
    }
    let met = |v: usize| before[v] > 0 || !after[v].is_empty();
    (0..count).map(|v| met(v).then_some(rank[v])).collect()
}
