//! A row of cells as runs of one look: what a still draws, and what a dump lists.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use ratatui::text::Span;

/// How cells look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Look {
    pub fg: Color,
    pub bg: Color,
    pub modifier: Modifier,
}

/// Cells of one look, one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Run {
    /// The column of the first.
    pub x: u16,
    /// How many there are.
    pub cells: u16,
    pub text: String,
    pub look: Look,
}

/// The runs of a row, up to its last cell that shows anything. A blank that looks the same in any colour belongs to what is before it.
pub(super) fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let area = buffer.area;
    let mut runs: Vec<Run> = Vec::new();
    let mut x = area.left();
    while x < area.right() {
        let cell = &buffer[(x, y)];
        let (text, look) = (shown(cell), look(cell));
        let cells = width(&text).min(area.right() - x);
        let blank = text == " " && is_bare(look);
        match runs.last_mut() {
            Some(run) if run.look == look || (blank && is_bare(run.look)) => {
                run.text.push_str(&text);
                run.cells += cells;
            }
            _ => runs.push(Run {
                x: x - area.left(),
                cells,
                text,
                look: if blank { Look::default() } else { look },
            }),
        }
        x += cells;
    }
    runs.iter_mut().for_each(trim);
    runs.retain(|run| run.cells > 0);
    runs
}

/// Takes the blanks away at the end of a run that shows nothing there.
fn trim(run: &mut Run) {
    if is_bare(run.look) {
        let kept = run.text.trim_end_matches(' ').len();
        run.cells -= (run.text.len() - kept) as u16;
        run.text.truncate(kept);
    }
}

/// Whether a blank of this look shows nothing.
fn is_bare(look: Look) -> bool {
    let drawn = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    look.bg == Color::Reset && !look.modifier.intersects(drawn)
}

fn look(cell: &Cell) -> Look {
    Look {
        fg: cell.fg,
        bg: cell.bg,
        modifier: cell.modifier,
    }
}

/// What a cell shows; a blank, where it holds nothing that can be shown.
fn shown(cell: &Cell) -> String {
    let text: String = cell.symbol().chars().filter(|c| !c.is_control()).collect();
    match text.is_empty() {
        true => " ".to_owned(),
        false => text,
    }
}

/// How many cells a text takes.
fn width(text: &str) -> u16 {
    u16::try_from(Span::raw(text).width()).unwrap_or(1).max(1)
}
