//! Cells of the part of the graph that is seen.

use super::joints::Joints;
use super::moving::{Flash, Moving, Pulse};
use super::scene::{AFTER, Scene, Zoom, cells};
use super::stand::Stand;
use super::tiles::Part;
use super::way::along;
use super::wires::{Joint, Stroke, Way, head};
use crate::tui::layout::Spot;
use crate::tui::theme::{self, Look, Tone};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use std::collections::BTreeSet;

/// What is painted, beside the scene itself.
pub struct Painting<'a> {
    /// How each vertex stands, by number.
    pub stands: &'a [Stand],
    /// The world's cell at the first cell of the pane.
    pub corner: (i32, i32),
    /// The vertex that keys are about.
    pub focus: Option<usize>,
    /// Vertices that are lit up.
    pub lit: &'a BTreeSet<usize>,
    /// Lines that are lit up.
    pub lit_wires: &'a BTreeSet<usize>,
    /// What moves.
    pub moving: &'a Moving,
    /// How it is drawn.
    pub look: Look,
}

/// Paints what is seen of a scene.
pub fn paint(scene: &Scene, painting: &Painting, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let (left, top) = painting.corner;
    let part = Part {
        left,
        top,
        right: left.saturating_add(i32::from(area.width)),
        bottom: top.saturating_add(i32::from(area.height)),
    };
    let mut canvas = Canvas {
        scene,
        painting,
        area,
        part,
        buffer,
    };
    canvas.wires();
    for vertex in scene.vertices_in(part) {
        canvas.vertex(vertex);
    }
    for pulse in &painting.moving.pulses {
        canvas.pulse(*pulse);
    }
}

struct Canvas<'a> {
    scene: &'a Scene,
    painting: &'a Painting<'a>,
    area: Rect,
    part: Part,
    buffer: &'a mut Buffer,
}

impl Canvas<'_> {
    fn wires(&mut self) {
        let mut joints = Joints::new(self.part);
        let seen = self.scene.wires_in(self.part);
        // What is lit is drawn last, so that it lies on top where lines cross.
        let lit = |wire: &usize| self.painting.lit_wires.contains(wire);
        let (above, below): (Vec<usize>, Vec<usize>) = seen.iter().partition(|wire| lit(wire));
        for wire in below.iter().chain(&above) {
            joints.route(self.scene, *wire, lit(wire));
        }
        let look = self.painting.look;
        for (x, y, joint, is_lit) in joints.cells() {
            if let Some(glyph) = joint.glyph(look.ascii) {
                self.set(x, y, glyph, wire_style(look, joint.stroke(), is_lit));
            }
        }
        for wire in below.iter().chain(&above) {
            self.end(*wire, lit(wire));
        }
    }

    /// The arrow of a line, and before it the field that receives.
    fn end(&mut self, number: usize, is_lit: bool) {
        let (wire, look) = (&self.scene.wires[number], self.painting.look);
        let Some(spot) = self.scene.layout.spots.get(wire.to) else {
            return;
        };
        let style = wire_style(look, Some(wire.stroke), is_lit);
        let (y, lead) = (spot.middle(), self.scene.lead(wire.to));
        let arrow = head(wire.stroke, look.ascii);
        if lead == 0 {
            return self.set(spot.x - 1, y, arrow, style);
        }
        let mut line = Joint::default();
        line.draw(wire.stroke, &[Way::Left, Way::Right], (wire.from, wire.to));
        let glyph = line.glyph(look.ascii).unwrap_or('-');
        for x in spot.x - 1..spot.x + lead - 1 {
            self.set(x, y, glyph, style);
        }
        if let Some(field) = &self.scene.leads[wire.to] {
            self.text(spot.x + 1, y, field.as_str(), look.style(Tone::Quiet));
        }
        self.set(spot.x + lead - 1, y, arrow, style);
    }

    fn vertex(&mut self, number: usize) {
        let Some(spot) = self.scene.layout.spots.get(number).copied() else {
            return;
        };
        let stand = self
            .painting
            .stands
            .get(number)
            .copied()
            .unwrap_or_default();
        let lead = self.scene.lead(number);
        let spot = Spot {
            x: spot.x + lead,
            width: spot.width - lead,
            ..spot
        };
        match self.scene.zoom {
            Zoom::Box => self.boxed(number, &spot, &stand),
            Zoom::Dot => self.dot(number, &spot, &stand),
            Zoom::Overview | Zoom::Line => self.line(number, &spot, &stand),
        }
    }

    fn dot(&mut self, number: usize, spot: &Spot, stand: &Stand) {
        let look = self.painting.look;
        let sign = stand.sign();
        let style = self.style_of(number, look.style(sign.tone));
        self.set(spot.x, spot.y, sign.char(look.ascii), style);
        let mark = stand.plan_or_break().or(stand.marks().next());
        if let Some(mark) = mark {
            self.set(
                spot.x + 1,
                spot.y,
                mark.char(look.ascii),
                look.style(mark.tone),
            );
        }
    }

    fn line(&mut self, number: usize, spot: &Spot, stand: &Stand) {
        let (x, y) = (spot.x, spot.y);
        self.sign(x, y, stand);
        let name = self.name_style(number, stand);
        let label = self.scene.labels[number].first();
        let after = self.text(x + 3, y, label.map_or("", |l| l.as_str()), name);
        self.ripple(number, x + 3, after, y);
        let end = spot.x + spot.width;
        let at = self.marks(after + 1, end, y, stand);
        // Where no mark stands, its line begins at once.
        if !self.scene.out[number].is_empty() {
            self.tail(number, at.max(after + 1), end, y);
        }
    }

    /// Three cells: what a plan says, its status, and that a run stops there; this one takes the place of the first where no plan does.
    fn sign(&mut self, x: i32, y: i32, stand: &Stand) {
        let breaks = stand.breaks.then_some(theme::BREAK);
        let third = stand.plan.and(breaks);
        let signs = [stand.plan_or_break(), Some(stand.sign()), third];
        let look = self.painting.look;
        for (x, sign) in (x..).zip(signs) {
            if let Some(sign) = sign {
                self.set(x, y, sign.char(look.ascii), look.style(sign.tone));
            }
        }
    }

    fn marks(&mut self, from: i32, end: i32, y: i32, stand: &Stand) -> i32 {
        let look = self.painting.look;
        let mut x = from;
        for mark in stand.marks().take((AFTER - 1) as usize) {
            if x < end {
                self.set(x, y, mark.char(look.ascii), look.style(mark.tone));
                x += 1;
            }
        }
        x
    }

    /// The cells between a name and the first cell of its lines.
    fn tail(&mut self, number: usize, from: i32, end: i32, y: i32) {
        let out = &self.scene.out[number];
        let strokes = out.iter().map(|wire| self.scene.wires[*wire].stroke);
        let is_lit = out
            .iter()
            .any(|wire| self.painting.lit_wires.contains(wire));
        let Some(stroke) = strokes.max() else { return };
        let look = self.painting.look;
        let mut joint = Joint::default();
        joint.draw(stroke, &[Way::Left, Way::Right], (number, number));
        let glyph = joint.glyph(look.ascii).unwrap_or('-');
        for x in from..end {
            self.set(x, y, glyph, wire_style(look, Some(stroke), is_lit));
        }
    }

    fn boxed(&mut self, number: usize, spot: &Spot, stand: &Stand) {
        let look = self.painting.look;
        let style = self.style_of(number, look.style(Tone::Quiet));
        let (right, bottom) = (spot.x + spot.width - 1, spot.y + spot.height - 1);
        let [flat, up] = look.pick("─│", "-|").chars().collect::<Vec<_>>()[..] else {
            return;
        };
        for x in spot.x..=right {
            self.set(x, spot.y, flat, style);
            self.set(x, bottom, flat, style);
        }
        for y in spot.y + 1..bottom {
            for x in spot.x + 1..right {
                self.set(x, y, ' ', Style::default());
            }
            self.set(spot.x, y, up, style);
            self.set(right, y, up, style);
        }
        let corners: Vec<char> = look.pick("┌┐└┘", "++++").chars().collect();
        let places = [
            (spot.x, spot.y),
            (right, spot.y),
            (spot.x, bottom),
            (right, bottom),
        ];
        for ((x, y), corner) in places.into_iter().zip(corners) {
            self.set(x, y, corner, style);
        }
        let labels = &self.scene.labels[number];
        let (name, sign) = (self.name_style(number, stand), stand.sign());
        let first = labels.first().map_or("", |label| label.as_str());
        self.text(spot.x + 2, spot.y, first, name);
        for (row, label) in labels.iter().skip(1).enumerate() {
            let y = spot.y + 1 + i32::try_from(row).unwrap_or(0);
            self.text(spot.x + 2, y, label.as_str(), look.style(Tone::Plain));
        }
        // The status stands below the last param, and where there is none below the name.
        let y = spot.y + 1 + cells(labels.len().saturating_sub(1));
        self.sign(spot.x + 1, y, stand);
        let after = self.text(spot.x + 4, y, sign.word, look.style(sign.tone));
        self.ripple(number, spot.x + 4, after, y);
        self.marks(after + 1, right, y, stand);
    }

    /// A poke runs along a name.
    fn ripple(&mut self, number: usize, from: i32, end: i32, y: i32) {
        if let Some(at) = self.painting.moving.ripples.get(&number) {
            let x = from + along(end - from, *at);
            self.restyle(x, y, Style::default().add_modifier(Modifier::REVERSED));
        }
    }

    fn name_style(&self, number: usize, stand: &Stand) -> Style {
        let look = self.painting.look;
        let style = match stand.is_active() {
            true => look.style(Tone::Strong),
            false => look.style(Tone::Plain),
        };
        let toned = style.patch(look.style(stand.sign().tone));
        let flashed = match self.painting.moving.flashes.get(&number) {
            Some(Flash::Bright) => toned.add_modifier(Modifier::REVERSED),
            Some(Flash::Fades) => toned.add_modifier(Modifier::BOLD),
            Some(Flash::Faint) => toned,
            None => style,
        };
        self.style_of(number, flashed)
    }

    fn style_of(&self, number: usize, style: Style) -> Style {
        let mut style = style;
        if self.painting.lit.contains(&number) {
            style = style
                .patch(self.painting.look.style(Tone::Flow))
                .add_modifier(Modifier::UNDERLINED);
        }
        if self.painting.focus == Some(number) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        style
    }

    fn pulse(&mut self, pulse: Pulse) {
        let look = self.painting.look;
        let glyph = match (pulse.value, look.ascii) {
            (true, false) => '●',
            (true, true) => 'O',
            (false, false) => '◆',
            (false, true) => '&',
        };
        let style = look.style(Tone::Flow).add_modifier(Modifier::REVERSED);
        let (x, y) = pulse.cell;
        self.set(x, y, glyph, style);
    }

    fn set(&mut self, x: i32, y: i32, glyph: char, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.set_char(glyph)
                .set_style(Style::reset())
                .set_style(style);
        }
    }

    fn restyle(&mut self, x: i32, y: i32, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.set_style(style);
        }
    }

    fn cell(&mut self, x: i32, y: i32) -> Option<&mut ratatui::buffer::Cell> {
        if !self.part.has(x, y) {
            return None;
        }
        let column = u16::try_from(x - self.part.left).ok()? + self.area.x;
        let row = u16::try_from(y - self.part.top).ok()? + self.area.y;
        self.buffer.cell_mut((column, row))
    }

    /// Text from a cell on; gives the cell after it. A wide cluster that does not fit is left out.
    fn text(&mut self, x: i32, y: i32, text: &str, style: Style) -> i32 {
        let mut at = x;
        for part in Span::styled(text, style).styled_graphemes(Style::default()) {
            let wide = cells(crate::tui::shown::width(part.symbol));
            let fits = self.part.has(at, y) && self.part.has(at + wide.max(1) - 1, y);
            if fits && let Some(cell) = self.cell(at, y) {
                cell.set_symbol(part.symbol)
                    .set_style(Style::reset())
                    .set_style(style);
            }
            for rest in at + 1..at + wide {
                if let Some(cell) = self.cell(rest, y).filter(|_| fits) {
                    cell.reset();
                }
            }
            at += wide;
        }
        at
    }
}

fn wire_style(look: Look, stroke: Option<Stroke>, is_lit: bool) -> Style {
    match (is_lit, stroke) {
        (true, _) => look.style(Tone::Flow),
        (false, Some(Stroke::Light)) => look.style(Tone::Quiet),
        (false, _) => look.style(Tone::Plain),
    }
}
