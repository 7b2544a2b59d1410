//! The graph pane, drawn.

use super::map::Map;
use crate::graph::Key;
use crate::tui::graph::{Flash, Moving, Overview, Painting, Pulse, Zoom, paint};
use crate::tui::motion::{Motion, Travels};
use crate::tui::theme::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeSet;

impl Map {
    /// What moves on it.
    pub fn moving(&self, motion: &Motion) -> Moving {
        if self.zoom == Zoom::Overview {
            return Moving::default();
        }
        let scene = self.scene();
        let number = |key: &Key| scene.number(key);
        let pulse = |travels: &Travels| {
            let wire = scene.wire(number(travels.from)?, number(travels.to)?)?;
            Pulse::on(scene, wire, travels.at, travels.value)
        };
        let flash = |(key, ago): &(&Key, f64)| Some((number(key)?, Flash::after(*ago)));
        let ripple = |(key, ago): &(&Key, f64)| Some((number(key)?, *ago));
        Moving {
            pulses: motion.travels.iter().filter_map(pulse).collect(),
            flashes: motion.flashes.iter().filter_map(flash).collect(),
            ripples: motion.ripples.iter().filter_map(ripple).collect(),
        }
    }

    /// Draws it.
    pub fn draw(&mut self, moving: &Moving, look: Look, area: Rect, buffer: &mut Buffer) {
        self.resize((area.width, area.height));
        if area.is_empty() {
            return;
        }
        let focus = self
            .selected
            .as_ref()
            .and_then(|key| self.scene().number(key));
        if self.zoom == Zoom::Overview {
            if !self.overview.fits(self.size, self.scene().keys.len()) {
                self.overview = Overview::of(self.scene(), self.size);
            }
            return self.overview.paint(&self.stands, focus, look, area, buffer);
        }
        let scene = self.scene();
        let number = |key: &Key| scene.number(key);
        let lit: BTreeSet<usize> = self.lit.iter().filter_map(number).collect();
        let between =
            |at: &usize| lit.contains(&scene.wires[*at].from) && lit.contains(&scene.wires[*at].to);
        let out = lit.iter().flat_map(|vertex| &scene.out[*vertex]).copied();
        let painting = Painting {
            stands: &self.stands,
            corner: self.corner,
            focus,
            lit_wires: &out.filter(between).collect(),
            lit: &lit,
            moving,
            look,
        };
        paint(scene, &painting, area, buffer);
    }

    /// Where the graph goes on beyond what is seen of it, in signs.
    pub fn goes_on(&self, look: Look) -> String {
        if self.zoom == Zoom::Overview {
            return String::new();
        }
        let layout = &self.scene().layout;
        let (left, top) = self.corner;
        let (right, bottom) = (left + i32::from(self.size.0), top + i32::from(self.size.1));
        let ways = [
            (left > 0, ("‹", "<")),
            (top > 0, ("▴", "^")),
            (layout.height > bottom, ("▾", "v")),
            (layout.width > right, ("›", ">")),
        ];
        let signs = ways.into_iter().filter(|(is, _)| *is);
        signs
            .map(|(_, (sign, ascii))| look.pick(sign, ascii))
            .collect()
    }
}
