//! Which part of the graph is seen: kept where it is, or brought to what is selected or runs.

use super::map::Map;
use crate::graph::Key;
use crate::tui::player::Changed;

/// So many cells stay between what is followed and the pane's edge.
const MARGIN: i32 = 2;

impl Map {
    /// Moves what is seen by so many cells.
    pub fn pan(&mut self, x: i32, y: i32) {
        self.follows = false;
        self.corner = (self.corner.0 + x, self.corner.1 + y);
        self.hold();
    }

    pub(super) fn center(&mut self) {
        if self.size == (0, 0) {
            return;
        }
        let spot = self.spot(self.selected.as_ref());
        if let Some((x, y, width)) = spot {
            let (wide, high) = (i32::from(self.size.0), i32::from(self.size.1));
            self.corner = (x + width / 2 - wide / 2, y - high / 2);
        }
        self.hold();
    }

    fn spot(&self, key: Option<&Key>) -> Option<(i32, i32, i32)> {
        let scene = self.scene();
        let spot = scene.layout.spots.get(scene.number(key?)?)?;
        Some((spot.x, spot.middle(), spot.width))
    }

    pub(super) fn bring_in_sight(&mut self, key: Key) {
        let Some((x, y, width)) = self.spot(Some(&key)) else {
            return;
        };
        let (wide, high) = (i32::from(self.size.0), i32::from(self.size.1));
        if wide == 0 || high == 0 {
            return;
        }
        let margin = MARGIN.min(high / 4);
        let (left, top) = self.corner;
        let to_left = x.min(left);
        let to_right = (x + width - wide).max(to_left);
        self.corner = (
            if x < left || width > wide {
                x
            } else {
                to_right.max(left)
            },
            top.clamp((y + margin + 1 - high).min(y - margin), (y - margin).max(0)),
        );
        self.hold();
    }

    /// What is seen is never beside the graph.
    fn hold(&mut self) {
        let layout = &self.scene().layout;
        let (wide, high) = (i32::from(self.size.0), i32::from(self.size.1));
        self.corner = (
            self.corner.0.clamp(0, (layout.width - wide).max(0)),
            self.corner.1.clamp(0, (layout.height - high).max(0)),
        );
    }

    /// The first of what runs is brought in sight, if none of it is, all of its name with it.
    pub(super) fn keep_in_sight(&mut self, changed: &Changed) {
        let Changed::Vertices(keys) = changed else {
            return;
        };
        let active: Vec<&Key> = keys
            .iter()
            .filter(|key| self.stand(key).is_active())
            .collect();
        let seen = |key: &&&Key| {
            let (left, top) = self.corner;
            let (wide, high) = (i32::from(self.size.0), i32::from(self.size.1));
            self.spot(Some(key)).is_some_and(|(x, y, width)| {
                let width = width.min(wide);
                left <= x && x + width <= left + wide && (top..top + high).contains(&y)
            })
        };
        if active.iter().any(|key| seen(&key)) {
            return;
        }
        if let Some(key) = active.first().map(|key| (*key).clone()) {
            self.bring_in_sight(key);
        }
    }

    /// What the pane's size changes: what was in sight stays there.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        if self.size != size {
            self.size = size;
            match self.selected.clone() {
                Some(key) => self.bring_in_sight(key),
                None => self.hold(),
            }
        }
    }
}
