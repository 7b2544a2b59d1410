//! The whole graph in dots: two columns and four rows of them a cell, as Braille has them; in ASCII a cell has one sign. A cell in which
//! something would change, or where a run stops, shows that in place of its dots.

use super::scene::Scene;
use super::stand::{PRESSING, Stand};
use crate::tui::theme::{self, BREAK, DIFFERS, Look, Tone};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::cmp::Reverse;

/// Dots in the order of their bits in a Braille character, by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Where each vertex is in the overview of a scene, for a pane of one size.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// The pane's size.
    size: (u16, u16),
    /// Each vertex's cell, and its bit in there.
    dots: Vec<(u16, u16, u8)>,
}

impl Overview {
    /// Of this scene, for a pane of this size.
    pub fn of(scene: &Scene, size: (u16, u16)) -> Overview {
        let (wide, high) = (i64::from(size.0) * 2, i64::from(size.1) * 4);
        let (all_wide, all_high) = (
            i64::from(scene.layout.width),
            i64::from(scene.layout.height),
        );
        // It is not drawn larger than it is.
        let scale = |at: i32, all: i64, room: i64| i64::from(at) * room.min(all) / all.max(1);
        let dot = |spot: &crate::tui::layout::Spot| {
            let (x, y) = (
                scale(spot.x, all_wide, wide).clamp(0, (wide - 1).max(0)),
                scale(spot.y, all_high, high).clamp(0, (high - 1).max(0)),
            );
            let bit =
                BITS[usize::try_from(y % 4).unwrap_or(0)][usize::try_from(x % 2).unwrap_or(0)];
            (cell(x / 2), cell(y / 4), bit)
        };
        Overview {
            size,
            dots: scene.layout.spots.iter().map(dot).collect(),
        }
    }

    /// Whether it was made for this pane.
    pub fn fits(&self, size: (u16, u16), vertices: usize) -> bool {
        self.size == size && self.dots.len() == vertices
    }

    /// The vertex that is nearest to a cell of the pane.
    pub fn nearest(&self, x: u16, y: u16) -> Option<usize> {
        let far = |dot: &(u16, u16, u8)| {
            (
                u32::from(dot.0.abs_diff(x)) + 2 * u32::from(dot.1.abs_diff(y)),
                dot.1,
                dot.0,
            )
        };
        let all = self.dots.iter().enumerate();
        all.min_by_key(|(number, dot)| (far(dot), *number))
            .map(|(number, _)| number)
    }

    /// Paints it.
    pub fn paint(
        &self,
        stands: &[Stand],
        focus: Option<usize>,
        look: Look,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let wide = usize::from(self.size.0);
        let mut cells = vec![(0u8, Rank::default(), false); wide * usize::from(self.size.1)];
        for (number, (x, y, bit)) in self.dots.iter().enumerate() {
            let at = usize::from(*y) * wide + usize::from(*x);
            let Some(cell) = cells.get_mut(at) else {
                continue;
            };
            let stand = stands.get(number).copied().unwrap_or_default();
            cell.0 |= bit;
            cell.1 = cell.1.max(Rank::of(&stand));
            cell.2 |= focus == Some(number);
        }
        for (at, (bits, rank, is_focus)) in cells.into_iter().enumerate() {
            if bits == 0 {
                continue;
            }
            let (x, y) = (
                area.x + cell((at % wide) as i64),
                area.y + cell((at / wide) as i64),
            );
            let dots = char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' ');
            let (glyph, tone) = rank.drawn(dots, look.ascii);
            let mut style = look.style(tone);
            if is_focus {
                style = style.add_modifier(Modifier::REVERSED);
            }
            if let Some(cell) = buffer
                .cell_mut((x, y))
                .filter(|_| area.contains((x, y).into()))
            {
                cell.set_char(glyph).set_style(style);
            }
        }
    }
}

/// What of several vertices in one cell is shown: the most pressing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Rank {
    #[default]
    Still,
    Fine,
    Held,
    Changed,
    Owes,
    Breaks,
    /// What a plan says, by its place among [`PRESSING`].
    Planned(Reverse<usize>),
    Works,
    Differs,
    Bad,
}

impl Rank {
    fn of(stand: &Stand) -> Rank {
        let state = Rank::of_state(stand);
        // What came as planned looks as it stands.
        let plan = match stand.plan {
            Some(DIFFERS) => Some(Rank::Differs),
            said => {
                let at = PRESSING
                    .iter()
                    .position(|plan| said == Some(theme::plan(*plan)));
                at.map(|at| Rank::Planned(Reverse(at)))
            }
        };
        let stops = stand.breaks.then_some(Rank::Breaks);
        [plan, stops].into_iter().flatten().fold(state, Rank::max)
    }

    fn of_state(stand: &Stand) -> Rank {
        match stand.sign().tone {
            Tone::Bad => Rank::Bad,
            Tone::Busy => Rank::Works,
            _ if stand.is_active() && stand.marks().next().is_none() => Rank::Works,
            _ if stand.is_active() => Rank::Owes,
            Tone::Change => Rank::Changed,
            Tone::Open => Rank::Held,
            Tone::Good => Rank::Fine,
            _ => Rank::Still,
        }
    }

    /// Its sign and how that looks, where these dots are.
    fn drawn(self, dots: char, ascii: bool) -> (char, Tone) {
        let (plain, tone) = match self {
            Rank::Still => ('.', Tone::Quiet),
            Rank::Fine => ('v', Tone::Good),
            Rank::Held => ('=', Tone::Open),
            Rank::Changed => ('*', Tone::Change),
            Rank::Owes => ('&', Tone::Flow),
            Rank::Works => ('>', Tone::Busy),
            Rank::Bad => ('x', Tone::Bad),
            Rank::Breaks => return (BREAK.char(ascii), BREAK.tone),
            Rank::Differs => return (DIFFERS.char(ascii), DIFFERS.tone),
            Rank::Planned(Reverse(at)) => {
                let sign = theme::plan(PRESSING[at]);
                return (sign.char(ascii), sign.tone);
            }
        };
        (if ascii { plain } else { dots }, tone)
    }
}

fn cell(n: i64) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
