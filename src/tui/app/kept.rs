//! The picture that was drawn last. While a film plays, most of it stays: between two events only what moves on the graph differs, and
//! where that takes the same cells, nothing does.

use super::App;
use crate::tui::graph::Moving;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::ops::Range;
use std::time::Duration;

/// A picture, and what of it may differ from the one before it.
#[derive(Debug)]
pub struct Picture<'a> {
    /// Its cells.
    pub cells: &'a Buffer,
    /// The rows outside of which nothing differs.
    pub rows: Range<u16>,
    /// Where the cursor is, if it is seen.
    pub cursor: Option<Position>,
    /// Its time, as [`App::clock`] has it.
    pub clock: Duration,
}

/// The last one.
#[derive(Default)]
pub(super) struct Kept {
    cells: Buffer,
    cursor: Option<Position>,
    /// Where its graph is.
    graph: Rect,
    /// What moved on that.
    moving: Moving,
    /// Whether it is not so any more, whatever moves.
    stale: bool,
}

impl Kept {
    /// Anything may look other from now on.
    pub fn outdate(&mut self) {
        self.stale = true;
    }
}

impl App {
    /// What is seen at this time.
    pub fn picture(&mut self, at: Duration) -> Picture<'_> {
        self.pass(at);
        let moving = self.moving();
        // What is asked says by itself when it can be answered.
        let anew = self.kept.stale || self.question.is_some();
        let rows = if anew || self.kept.cells.area != self.area {
            self.keep()
        } else if self.kept.moving == moving {
            0..0
        } else {
            self.keep_graph()
        };
        self.kept.moving = moving;
        Picture {
            cells: &self.kept.cells,
            rows,
            cursor: self.kept.cursor,
            clock: self.passed.clock,
        }
    }

    /// What moves on the graph, as far as that is seen.
    pub(super) fn moving(&self) -> Moving {
        match self.over.is_some() || self.is_too_small() {
            true => Moving::default(),
            false => self.map.moving(&self.player.motion()),
        }
    }

    fn keep(&mut self) -> Range<u16> {
        let mut cells = std::mem::take(&mut self.kept.cells);
        cells.resize(self.area);
        cells.reset();
        self.kept = Kept {
            cursor: self.paint(&mut cells),
            graph: self.regions().graph,
            cells,
            ..Kept::default()
        };
        self.area.top()..self.area.bottom()
    }

    fn keep_graph(&mut self) -> Range<u16> {
        let (mut cells, area) = (std::mem::take(&mut self.kept.cells), self.kept.graph);
        for place in area.positions() {
            cells[place].reset();
        }
        self.graph_pane(area, &mut cells);
        self.kept.cells = cells;
        area.top()..area.bottom()
    }
}
