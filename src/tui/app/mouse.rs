//! What the mouse does.

use super::regions::inside;
use super::{App, Focus, Pane, Wish};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// The mouse.
#[derive(Clone, Copy, Debug)]
pub struct Mouse {
    /// Whether the terminal reports it.
    pub is_reported: bool,
    /// Where it was when it was pressed.
    grabbed: Option<(u16, u16)>,
}

impl Mouse {
    /// One that is not pressed.
    pub fn new(is_reported: bool) -> Mouse {
        Mouse {
            is_reported,
            grabbed: None,
        }
    }
}

impl App {
    pub(super) fn mouse(&mut self, mouse: &MouseEvent) -> Vec<Wish> {
        let wheel = matches!(
            mouse.kind,
            MouseEventKind::ScrollUp | MouseEventKind::ScrollDown
        );
        // What is behind something cannot be meant; and what is asked is answered before anything else is done.
        if self.over.is_some() || self.question.is_some() && !wheel {
            return Vec::new();
        }
        let place = (mouse.column, mouse.row);
        let regions = self.regions();
        let within = |pane: Pane| inside(regions.pane(pane)).contains(place.into());
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.mouse.grabbed = Some(place);
                let row = within(Pane::Trace).then(|| {
                    let lines = self.tale.lines(self.trace());
                    let line = usize::from(place.1 - inside(regions.trace).y);
                    lines.get(line).map(|line| line.row)
                });
                let pane = Pane::ALL.into_iter().find(|pane| within(*pane));
                if let Some(pane) = pane {
                    self.focus = Focus::Graph;
                    self.pane = pane;
                }
                if regions.prompt.contains(place.into()) {
                    self.focus = Focus::Prompt;
                }
                if let Some(row) = row.flatten() {
                    self.jump(row);
                }
                let graph = inside(regions.graph);
                if pane == Some(Pane::Graph)
                    && let Some(key) = self.map.at(place.0 - graph.x, place.1 - graph.y)
                {
                    self.map.select(&key);
                }
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                if let Some((x, y)) = self
                    .mouse
                    .grabbed
                    .filter(|at| inside(regions.graph).contains((*at).into()))
                {
                    self.map.pan(
                        i32::from(x) - i32::from(place.0),
                        i32::from(y) - i32::from(place.1),
                    );
                    self.mouse.grabbed = Some(place);
                }
            }
            MouseEventKind::Up(_) => self.mouse.grabbed = None,
            MouseEventKind::ScrollUp => {
                self.wheel(-3, within(Pane::Graph), within(Pane::Inspector))
            }
            MouseEventKind::ScrollDown => {
                self.wheel(3, within(Pane::Graph), within(Pane::Inspector))
            }
            _ => {}
        }
        Vec::new()
    }

    fn wheel(&mut self, rows: i32, graph: bool, inspector: bool) {
        let signed = isize::try_from(rows).unwrap_or(0);
        if graph {
            self.map.pan(0, rows);
        } else if inspector {
            self.scrolled = self.scrolled.saturating_add_signed(signed);
        } else {
            let pane = self.trace();
            let (height, film) = (pane.height, pane.film);
            self.tale.scroll(-signed, height, film);
        }
    }
}
