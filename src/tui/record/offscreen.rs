//! A screen where there is no terminal: it is told what happens and what time it is, and drawn into cells.

use super::Cast;
use crate::tui::app::{App, Told, Wish};
use crate::tui::news::News;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::io::{Result, Write};
use std::time::Duration;

/// Such a screen.
pub struct Offscreen {
    app: App,
    area: Rect,
    at: Duration,
}

impl Offscreen {
    /// Of so many columns and rows, and told this first.
    pub fn new(app: App, (wide, high): (u16, u16), news: Vec<News>) -> Offscreen {
        let mut screen = Offscreen {
            app,
            area: Rect::new(0, 0, wide, high),
            at: Duration::ZERO,
        };
        screen.tell(Told::Size(wide, high));
        for news in news {
            screen.tell(Told::News(news));
        }
        screen
    }

    /// Its state.
    pub fn app(&mut self) -> &mut App {
        &mut self.app
    }

    /// What is seen.
    pub fn cells(&mut self) -> Buffer {
        let mut cells = Buffer::empty(self.area);
        self.app.paint(&mut cells);
        cells
    }

    /// Records all that is seen from here on, until nothing moves any more.
    pub fn record<W: Write>(&mut self, cast: &mut Cast<W>) -> Result<()> {
        loop {
            let cells = self.cells();
            cast.frame(self.app.clock(), &cells, None)?;
            let Some(next) = self.app.due(self.at) else {
                return Ok(());
            };
            self.at = next;
            self.tell(Told::Due);
        }
    }

    /// What is wished done elsewhere is to place a large graph, or needs a terminal.
    fn tell(&mut self, told: Told) {
        for wish in self.app.take(told, self.at) {
            if let Wish::Place(placement) = wish {
                let placed = News::Placed(Box::new(placement.place()));
                self.tell(Told::News(placed));
            }
        }
    }
}
