//! Folding: vertices that look alike, and straight chains, drawn as one.
//!
//! Alike are those of one kind and one directory (the name up to its last `/`) with the same lines to the same vertices. Drawing such as
//! one never makes a cycle; nor does drawing a chain as one, in which each vertex but the ends has one line in and one out.

use super::scene::Wire;
use super::wires::Stroke;
use crate::graph::Key;
use crate::tui::shown::Shown;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer than these are drawn one by one.
const ALIKE: usize = 4;
/// A shorter chain is drawn as it is.
const CHAIN: usize = 4;

/// What is drawn as one, by the numbers of its vertices; a vertex alone where it is not folded.
pub type Groups = Vec<Vec<usize>>;

/// Folds what can be, but what is open. The groups come in the order of their first vertices.
pub fn groups(keys: &[Key], wires: &[Wire], open: &BTreeSet<Key>) -> Groups {
    let mut of: Vec<usize> = (0..keys.len()).collect();
    alike(keys, wires, open, &mut of);
    chains(keys, wires, open, &mut of);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (vertex, first) in of.iter().enumerate() {
        groups.entry(*first).or_default().push(vertex);
    }
    groups.into_values().collect()
}

/// A vertex's lines: where they come from or go to, and how they look.
type Lines = Vec<(usize, Stroke)>;
/// What is the same of vertices that look alike.
type Looks<'a> = (&'a str, &'a str, Lines, Lines);

fn alike(keys: &[Key], wires: &[Wire], open: &BTreeSet<Key>, of: &mut [usize]) {
    let (mut into, mut out) = (
        vec![Lines::new(); keys.len()],
        vec![Lines::new(); keys.len()],
    );
    for wire in wires {
        out[wire.from].push((wire.to, wire.stroke));
        into[wire.to].push((wire.from, wire.stroke));
    }
    let mut looks: BTreeMap<Looks, Vec<usize>> = BTreeMap::new();
    for (vertex, key) in keys
        .iter()
        .enumerate()
        .filter(|(_, key)| !open.contains(*key))
    {
        let lines = |all: &mut Vec<Lines>| {
            let mut lines = std::mem::take(&mut all[vertex]);
            lines.sort_unstable();
            lines
        };
        let look = (
            key.kind(),
            directory(key),
            lines(&mut into),
            lines(&mut out),
        );
        looks.entry(look).or_default().push(vertex);
    }
    for same in looks.into_values().filter(|same| same.len() >= ALIKE) {
        same.iter().for_each(|vertex| of[*vertex] = same[0]);
    }
}

fn directory(key: &Key) -> &str {
    key.name()
        .rsplit_once('/')
        .map_or("", |(directory, _)| directory)
}

fn chains(keys: &[Key], wires: &[Wire], open: &BTreeSet<Key>, of: &mut [usize]) {
    let lines: BTreeSet<(usize, usize)> = wires
        .iter()
        .map(|wire| (of[wire.from], of[wire.to]))
        .collect();
    let (mut next, mut before) = (BTreeMap::new(), BTreeMap::new());
    for (from, to) in &lines {
        next.entry(*from).or_insert_with(Vec::new).push(*to);
        before.entry(*to).or_insert_with(Vec::new).push(*from);
    }
    let is_one = |vertex: usize| of[vertex] == vertex && !open.contains(&keys[vertex]);
    let only = |all: &BTreeMap<usize, Vec<usize>>, vertex: usize| match all
        .get(&vertex)
        .map(Vec::as_slice)
    {
        Some([one]) => Some(*one),
        _ => None,
    };
    let goes_on = |vertex: usize| {
        let to = only(&next, vertex)?;
        (only(&before, to) == Some(vertex)).then_some(to)
    };
    let mut sizes = vec![0usize; keys.len()];
    of.iter().for_each(|first| sizes[*first] += 1);
    let alone: Vec<bool> = (0..keys.len())
        .map(|vertex| is_one(vertex) && sizes[vertex] == 1)
        .collect();
    let mut found = Vec::new();
    for first in (0..keys.len()).filter(|v| alone[*v]) {
        let begins =
            only(&before, first).is_none_or(|from| goes_on(from).is_none() || !alone[from]);
        if !begins {
            continue;
        }
        let mut chain = vec![first];
        while let Some(to) = goes_on(chain[chain.len() - 1]).filter(|to| alone[*to]) {
            chain.push(to);
        }
        if chain.len() >= CHAIN {
            found.push(chain);
        }
    }
    for chain in found {
        let first = chain.iter().copied().min().unwrap_or(chain[0]);
        chain.iter().for_each(|vertex| of[*vertex] = first);
    }
}

/// The lines between groups: one for all between two, as heavy as the heaviest of them.
pub fn between(groups: &Groups, wires: &[Wire], vertices: usize) -> Vec<Wire> {
    let mut of = vec![0; vertices];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|vertex| of[*vertex] = number);
    }
    let mut all: BTreeMap<(usize, usize), (Stroke, Vec<Shown>)> = BTreeMap::new();
    for wire in wires {
        let (from, to) = (of[wire.from], of[wire.to]);
        if from == to {
            continue;
        }
        let (stroke, fields) = all.entry((from, to)).or_insert((wire.stroke, Vec::new()));
        *stroke = (*stroke).max(wire.stroke);
        let new = wire.fields.iter().filter(|field| !fields.contains(field));
        let new: Vec<Shown> = new.cloned().collect();
        fields.extend(new);
    }
    let wire = |((from, to), (stroke, fields))| Wire {
        from,
        to,
        stroke,
        fields,
    };
    all.into_iter().map(wire).collect()
}

/// What a group is called: what its names have in common, and how many there are; of a chain its ends.
pub fn name(keys: &[Key], group: &[usize]) -> String {
    let [first, .., last] = group else {
        return group
            .first()
            .map(|vertex| keys[*vertex].to_string())
            .unwrap_or_default();
    };
    let (first, last) = (&keys[*first], &keys[*last]);
    let same = group.iter().all(|vertex| {
        keys[*vertex].kind() == first.kind() && directory(&keys[*vertex]) == directory(first)
    });
    match same {
        true => {
            let prefix = group.iter().fold(first.name(), |prefix, vertex| {
                common(prefix, keys[*vertex].name())
            });
            format!(
                "{}[{}*] x {}",
                first.kind(),
                crate::value::sanitise(prefix),
                group.len()
            )
        }
        false => format!("{first} .. {last} x {}", group.len()),
    }
}

fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a
        .char_indices()
        .zip(b.chars())
        .take_while(|((_, a), b)| a == b);
    let end = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
    &a[..end]
}
