//! Which events are about which vertex, so that nobody has to look through all of them.

use crate::graph::Key;
use crate::trace::Event;
use std::collections::BTreeMap;
use std::ops::Range;

/// The numbers of the events about each vertex, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct About(BTreeMap<Key, Vec<usize>>);

impl About {
    /// These come after so many.
    pub fn hear(&mut self, before: usize, events: &[Event]) {
        for (at, event) in events.iter().enumerate() {
            let Some(key) = &event.subject else { continue };
            match self.0.get_mut(key) {
                Some(numbers) => numbers.push(before + at),
                None => drop(self.0.insert(key.clone(), vec![before + at])),
            }
        }
    }

    /// Those among these that are about a vertex.
    pub fn within(&self, key: &Key, film: Range<usize>) -> &[usize] {
        let numbers = self.0.get(key).map_or(&[][..], Vec::as_slice);
        let from = numbers.partition_point(|number| *number < film.start);
        let to = numbers.partition_point(|number| *number < film.end);
        &numbers[from..to]
    }

    /// The first so many events are gone.
    pub fn forget(&mut self, gone: usize) {
        for numbers in self.0.values_mut() {
            numbers.retain_mut(|number| match number.checked_sub(gone) {
                Some(left) => {
                    *number = left;
                    true
                }
                None => false,
            });
        }
        self.0.retain(|_, numbers| !numbers.is_empty());
    }
}
