//! The graph pane, drawn.

use super::map::Map;
use crate::graph::Key;
use crate::tui::graph::{Flash, Moving, Overview, Painting, Pulse, Zoom, paint};
use crate::tui::motion::{Motion, Travels};
use crate::tui::theme::{Look, Tone};
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
        self.edges(look, area, buffer);
    }

    /// Signs at the pane's edges where the graph goes on.
    fn edges(&self, look: Look, area: Rect, buffer: &mut Buffer) {
        let layout = &self.scene().layout;
        let (left, top) = self.corner;
        let (right, bottom) = (left + i32::from(area.width), top + i32::from(area.height));
        let (middle_x, middle_y) = (area.x + area.width / 2, area.y + area.height / 2);
        let more = [
            (left > 0, (area.x, middle_y), ('‹', '<')),
            (
                layout.width > right,
                (area.right() - 1, middle_y),
                ('›', '>'),
            ),
            (top > 0, (middle_x, area.y), ('▴', '^')),
            (
                layout.height > bottom,
                (middle_x, area.bottom() - 1),
                ('▾', 'v'),
            ),
        ];
        for (is, place, (glyph, ascii)) in more {
            if is && let Some(cell) = buffer.cell_mut(place) {
                cell.set_char(if look.ascii { ascii } else { glyph });
                cell.set_style(look.style(Tone::Strong));
            }
        }
    }
}
