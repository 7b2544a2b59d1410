//! Where the panes are, for each size of the terminal.

use ratatui::layout::Rect;

/// The panes that keys of the graph's focus can be about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pane {
    /// The graph.
    #[default]
    Graph,
    /// What there is to know of one vertex.
    Inspector,
    /// What happened.
    Trace,
}

impl Pane {
    /// All of them, in the order of Tab.
    pub const ALL: [Pane; 3] = [Pane::Graph, Pane::Inspector, Pane::Trace];

    /// The next one.
    pub fn next(self) -> Pane {
        match self {
            Pane::Graph => Pane::Inspector,
            Pane::Inspector => Pane::Trace,
            Pane::Trace => Pane::Graph,
        }
    }

    /// Its title.
    pub fn word(self) -> &'static str {
        match self {
            Pane::Graph => "graph",
            Pane::Inspector => "inspector",
            Pane::Trace => "trace",
        }
    }
}

/// From here on all panes are side by side.
pub const WIDE: u16 = 120;
/// Below one of these there is one pane, with tabs.
pub const MEDIUM: (u16, u16) = (80, 24);
/// Below one of these there is no room for panes.
pub const SMALLEST: (u16, u16) = (26, 8);
/// So many lines of the trace are below the graph where they are not side by side.
const TRACE: u16 = 5;

/// Where everything is; what is not drawn is empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Regions {
    /// The status line.
    pub status: Rect,
    /// The lesson that is on.
    pub lesson: Rect,
    /// The row of tabs.
    pub tabs: Rect,
    /// The graph, with its title.
    pub graph: Rect,
    /// The inspector, with its title.
    pub inspector: Rect,
    /// The trace, with its title.
    pub trace: Rect,
    /// What is being asked or picked, above the prompt.
    pub above: Rect,
    /// The prompt.
    pub prompt: Rect,
    /// The hint bar.
    pub hint: Rect,
}

impl Regions {
    /// For a screen; a lesson takes so many rows, the prompt so many, and what stands above it so many.
    pub fn of(area: Rect, pane: Pane, (lesson, prompt, above): (u16, u16, u16)) -> Regions {
        let mut rest = area;
        let status = take_top(&mut rest, 1);
        let hint = take_bottom(&mut rest, 1);
        // However low the screen is, each pane has two rows, and what is asked and what is learned one each.
        let one = |rows: u16| rows.min(1);
        let is_small = area.width < MEDIUM.0 || area.height < MEDIUM.1;
        let panes = if is_small { 2 } else { TRACE + 3 };
        let others = panes + one(lesson) + one(above);
        let most = (rest.height / 2).min(rest.height.saturating_sub(others));
        let prompt = take_bottom(&mut rest, prompt.min(most).max(1));
        let most = rest.height.saturating_sub(panes + one(lesson));
        let above = take_bottom(&mut rest, above.min(most));
        // Most of what is left is for what is done in the lesson.
        let most = (rest.height / 2).min(rest.height.saturating_sub(panes));
        let lesson = take_top(&mut rest, lesson.min(most.max(1)));
        let regions = Regions {
            status,
            lesson,
            hint,
            prompt,
            above,
            ..Regions::default()
        };
        if is_small {
            regions.one(rest, pane)
        } else if area.width < WIDE {
            regions.stacked(rest, pane)
        } else {
            regions.beside(rest)
        }
    }

    fn one(self, mut rest: Rect, pane: Pane) -> Regions {
        let tabs = take_top(&mut rest, 1);
        let mut all = Regions { tabs, ..self };
        *all.pane_mut(pane) = rest;
        all
    }

    fn stacked(self, mut rest: Rect, pane: Pane) -> Regions {
        let lines = match pane {
            Pane::Trace => rest.height / 2,
            _ => TRACE + 1,
        };
        let trace = take_bottom(&mut rest, lines);
        let upper = match pane {
            Pane::Inspector => Pane::Inspector,
            _ => Pane::Graph,
        };
        let mut all = Regions { trace, ..self };
        *all.pane_mut(upper) = rest;
        all
    }

    fn beside(self, rest: Rect) -> Regions {
        let left = rest.width * 3 / 5;
        let high = rest.height / 2;
        let right = Rect {
            x: rest.x + left + 1,
            width: rest.width - left - 1,
            ..rest
        };
        Regions {
            graph: Rect {
                width: left,
                ..rest
            },
            inspector: Rect {
                height: high,
                ..right
            },
            trace: Rect {
                y: right.y + high,
                height: right.height - high,
                ..right
            },
            ..self
        }
    }

    fn pane_mut(&mut self, pane: Pane) -> &mut Rect {
        match pane {
            Pane::Graph => &mut self.graph,
            Pane::Inspector => &mut self.inspector,
            Pane::Trace => &mut self.trace,
        }
    }

    /// Where a pane is.
    pub fn pane(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Graph => self.graph,
            Pane::Inspector => self.inspector,
            Pane::Trace => self.trace,
        }
    }
}

/// What is below the title of a pane.
pub fn inside(pane: Rect) -> Rect {
    let mut rest = pane;
    take_top(&mut rest, 1);
    rest
}

fn take_top(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    let taken = Rect {
        height: rows,
        ..*rest
    };
    rest.y += rows;
    rest.height -= rows;
    taken
}

fn take_bottom(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    rest.height -= rows;
    Rect {
        y: rest.y + rest.height,
        height: rows,
        ..*rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_the_size_everything_has_its_own_rows_and_the_bars_have_one(
            wide in SMALLEST.0..250, high in SMALLEST.1..80, pane in 0usize..3, rows in (0u16..40, 0u16..40, 0u16..40),
        ) {
            let area = Rect::new(0, 0, wide, high);
            let all = Regions::of(area, Pane::ALL[pane], rows);
            for bar in [all.status, all.prompt, all.hint] {
                prop_assert!(!bar.is_empty(), "{all:?}");
            }
            prop_assert!(rows.0 == 0 || !all.lesson.is_empty(), "{all:?}");
            prop_assert!(rows.2 == 0 || !all.above.is_empty(), "{all:?}");
            prop_assert!(!all.pane(Pane::ALL[pane]).is_empty(), "{all:?}");
            let parts = [
                all.status, all.lesson, all.tabs, all.graph, all.inspector, all.trace, all.above, all.prompt, all.hint,
            ];
            for (at, part) in parts.iter().enumerate() {
                prop_assert_eq!(part.intersection(area), *part);
                let others = parts.iter().skip(at + 1);
                prop_assert!(others.into_iter().all(|other| !part.intersects(*other)), "{all:?}");
            }
        }
    }
}
