//! Vertices and the places where lines pass between them, in columns.

use super::{LONGEST, Sheet};

/// What stands in a column: a vertex, or where a line passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// This vertex.
    Node(usize),
    /// This line, at so many columns after its beginning's, from 1.
    Bend(usize, usize),
}

/// All that stands in columns. Items are numbered: the vertices first, as in the sheet.
pub(super) struct Columns {
    /// What each item is.
    pub what: Vec<What>,
    /// The items of each column, from above.
    pub columns: Vec<Vec<usize>>,
    /// The column of each item; none for what is on the shelf.
    pub rank: Vec<Option<usize>>,
    /// The items left of each that it is joined to.
    pub left: Vec<Vec<usize>>,
    /// The same, right of it.
    pub right: Vec<Vec<usize>>,
    /// The first row of each item.
    pub y: Vec<i32>,
    /// The items through which each line passes, both ends included; only the ends where it is a stub.
    pub chains: Vec<Vec<usize>>,
    /// For each vertex, whether it is one by what ends there, and by what begins there.
    hubs: Vec<[bool; 2]>,
}

impl Columns {
    pub fn of(sheet: &Sheet, ranks: &[Option<usize>]) -> Columns {
        let mut all = Columns {
            what: (0..sheet.nodes.len()).map(What::Node).collect(),
            columns: Vec::new(),
            rank: ranks.to_vec(),
            left: Vec::new(),
            right: Vec::new(),
            y: Vec::new(),
            chains: Vec::with_capacity(sheet.links.len()),
            hubs: hubs(sheet),
        };
        for (number, link) in sheet.links.iter().enumerate() {
            let mut chain = vec![link.from];
            if let (Some(from), Some(to)) = (ranks[link.from], ranks[link.to])
                && to - from <= LONGEST
                && !all.is_of_hub(link.from, link.to)
            {
                for rank in from + 1..to {
                    chain.push(all.what.len());
                    all.what.push(What::Bend(number, rank - from));
                    all.rank.push(Some(rank));
                }
            }
            chain.push(link.to);
            all.chains.push(chain);
        }
        all.join();
        all
    }

    /// Whether a line is drawn at its ends alone.
    pub fn is_stub(&self, chain: &[usize]) -> bool {
        let [from, to] = *chain else { return false };
        let next = self.rank[from].map(|rank| rank + 1) == self.rank[to];
        !next || self.is_of_hub(from, to)
    }

    fn is_of_hub(&self, from: usize, to: usize) -> bool {
        self.hubs[from][1] || self.hubs[to][0]
    }

    fn join(&mut self) {
        let count = self.what.len();
        self.y = vec![0; count];
        (self.left, self.right) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        let whole = self.chains.iter().filter(|chain| !self.is_stub(chain));
        let pairs = whole.flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1])));
        for (from, to) in pairs.collect::<Vec<_>>() {
            self.right[from].push(to);
            self.left[to].push(from);
        }
        let last = self.rank.iter().flatten().max();
        self.columns = vec![Vec::new(); last.map_or(0, |rank| rank + 1)];
        for item in self.first_order() {
            if let Some(rank) = self.rank[item] {
                self.columns[rank].push(item);
            }
        }
    }

    /// What hangs together stands together: item after item from the left, each followed by what is right of it.
    fn first_order(&self) -> Vec<usize> {
        let count = self.what.len();
        let (mut seen, mut order) = (vec![false; count], Vec::with_capacity(count));
        for root in 0..count {
            if seen[root] || !self.left[root].is_empty() {
                continue;
            }
            let mut open = vec![root];
            while let Some(item) = open.pop() {
                if std::mem::replace(&mut seen[item], true) {
                    continue;
                }
                order.push(item);
                // What is left of it and comes from elsewhere stands near it too.
                let near = self.left[item].iter().chain(self.right[item].iter());
                open.extend(near.rev().filter(|near| !seen[**near]));
            }
        }
        // Every item is right of something or a root, and all roots were taken.
        order
    }

    /// How many rows an item takes.
    pub fn height(&self, item: usize, sheet: &Sheet) -> i32 {
        match self.what[item] {
            What::Node(_) => sheet.height,
            What::Bend(..) => 1,
        }
    }

    /// How far below the first row of the item above the next one may begin.
    pub fn step(&self, above: usize, sheet: &Sheet) -> i32 {
        self.height(above, sheet) + sheet.gap
    }

    /// The row at which lines meet an item.
    pub fn middle(&self, item: usize, sheet: &Sheet) -> i32 {
        self.y[item] + (self.height(item, sheet) - 1) / 2
    }
}

fn hubs(sheet: &Sheet) -> Vec<[bool; 2]> {
    let mut lines = vec![[0; 2]; sheet.nodes.len()];
    for link in &sheet.links {
        lines[link.to][0] += 1;
        lines[link.from][1] += 1;
    }
    let is_hub = |lines: [usize; 2]| lines.map(|lines| lines > sheet.hub);
    lines.into_iter().map(is_hub).collect()
}
