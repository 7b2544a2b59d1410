//! The screen's state: a fold over what it is told, which gives what it wishes done; and its picture.
//!
//! Nothing here knows a terminal, a clock or a thread: `at` is the time since the screen was opened.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `keys` | the keys as data |
//! | `act` | what keys do |
//! | `typed` | what is typed, at the prompt and elsewhere; what is pasted |
//! | `hear` | what news do |
//! | `ask` | a question of the session, and its answer |
//! | `past` | what can be done while the past is shown |
//! | `over`, `page` | what lies over the panes: keys, palette; a long text |
//! | `map`, `sight` | the graph pane's state; which part of it is seen |
//! | `place`, `seen` | a graph placed; the pane drawn |
//! | `beside` | how vertices stand |
//! | `film` | where one looks: in the film, the graph, at what was found |
//! | `replay` | a film that is over: what answers there, and its moments |
//! | `pick` | an edge or a binding, drawn by keys |
//! | `mouse` | what the mouse does |
//! | `tale` | the trace pane's lines |
//! | `lesson` | the lesson that is on |
//! | `inspector` | the inspector's lines |
//! | `regions` | where the panes are, by size |
//! | `picture` | the panes, drawn |
//! | `kept` | the picture that was drawn last, and what of it differs |
//! | `bars` | status line, hint bar, tabs, titles |

mod act;
mod ask;
mod bars;
mod beside;
mod film;
mod hear;
mod inspector;
mod kept;
pub mod keys;
mod lesson;
mod map;
mod mouse;
mod over;
mod page;
mod past;
mod pick;
mod picture;
mod place;
mod regions;
mod replay;
mod seen;
mod sight;
mod tale;
mod typed;

pub use kept::Picture;
pub use regions::{MEDIUM, Pane, SMALLEST, WIDE};
pub use replay::Moment;

use super::line::Prompt;
use super::motion::GAP;
use super::news::{Answer, Known, News, QuestionId, Task};
use super::player::{Changed, Player};
use super::theme::Look;
use crate::graph::Key;
use ask::Question;
use crossterm::event::{KeyEvent, MouseEvent};
use inspector::Inspector;
use kept::Kept;
use map::Map;
use mouse::Mouse;
use over::Over;
use pick::Pick;
pub use place::{Placed, Placement};
use ratatui::layout::Rect;
use regions::Regions;
use std::time::Duration;
use tale::Tale;

/// What the screen is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// A text was pasted.
    Paste(String),
    /// The terminal has so many columns and rows.
    Size(u16, u16),
    /// The session tells something.
    News(News),
    /// The time that [`App::due`] said has come.
    Due,
}

/// What it wishes done outside of it.
#[derive(Clone, Debug)]
pub enum Wish {
    /// The session is to do this.
    Task(Task),
    /// This is the answer to that question of the session.
    Answer(QuestionId, Answer),
    /// What an interrupt does: it stops a run.
    Interrupt,
    /// The shell is to have the terminal until weft is continued.
    Suspend,
    /// This is to be placed, and told as [`News::Placed`].
    Place(Box<Placement>),
    /// The terminal reports the mouse, or no longer.
    Mouse(bool),
    /// The terminal's clipboard is to hold this.
    Copy(String),
    /// All cells are to be sent again.
    Redraw,
    /// The session is to end.
    Leave,
}

/// What the screen is opened with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// How it is drawn.
    pub look: Look,
    /// Whether nothing moves.
    pub still: bool,
    /// How fast the film plays; 1 where nothing is said.
    pub speed: f64,
    /// Whether what is shown is over, and there is no session: nothing can be done.
    pub replays: bool,
    /// Whether the mouse is reported from the start.
    pub mouse: bool,
}

/// Who gets the keys while nothing else does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Focus {
    /// The prompt.
    #[default]
    Prompt,
    /// The panes.
    Graph,
}

/// What words are typed for, beside the prompt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Typing {
    /// Vertices with these are searched.
    Search,
    /// The trace is to show only what has these.
    Filter,
}

/// Who gets a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Taker {
    /// What lies over the panes.
    Over,
    /// A question that is answered by yes or no.
    Consent,
    /// A question that is answered by a value.
    Secret,
    /// The words of a search or a filter.
    Words(Typing),
    /// The prompt.
    Prompt,
    /// The panes.
    Graph,
}

/// The time, as the screen is told of it.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    /// When it is: the film was played up to here.
    at: Duration,
    /// The time of what is shown, as a recording of it has it.
    clock: Duration,
    /// When a `y` was pressed last.
    yes: Option<Duration>,
}

/// A frame at most so often.
pub const FRAME: Duration = Duration::from_millis(33);

/// The screen.
pub struct App {
    manner: Manner,
    known: Known,
    player: Player,
    map: Map,
    /// The tale of what was heard, and of what was said.
    tale: Tale,
    entry: Prompt,
    focus: Focus,
    pane: Pane,
    inspector: Inspector,
    /// So many lines of the inspector are above what is seen.
    scrolled: usize,
    question: Option<Question>,
    over: Option<Over>,
    pick: Option<Pick>,
    typing: Option<Typing>,
    /// What was searched last.
    searched: String,
    /// The command that was begun last.
    begun: String,
    /// Tasks that are not done yet.
    under_way: usize,
    /// Something was asked while others were.
    unasked: bool,
    /// The next Ctrl+C on an empty line leaves.
    leaving: bool,
    /// Something to be said once, in the hint bar.
    word: Option<String>,
    mouse: Mouse,
    passed: Passed,
    area: Rect,
    kept: Kept,
    /// The exit code, once the session has ended.
    left: Option<i32>,
}

impl App {
    /// A screen on which nothing is known yet; with the lines typed before.
    pub fn new(manner: Manner, entry: Prompt) -> App {
        App {
            known: Known::default(),
            player: player(manner),
            map: Map::new(manner.look.ascii),
            tale: Tale::new(!manner.replays),
            entry,
            focus: match manner.replays {
                true => Focus::Graph,
                false => Focus::Prompt,
            },
            pane: Pane::default(),
            inspector: Inspector::default(),
            scrolled: 0,
            question: None,
            over: None,
            pick: None,
            typing: None,
            searched: String::new(),
            begun: String::new(),
            under_way: 0,
            unasked: false,
            leaving: false,
            word: None,
            mouse: Mouse::new(manner.mouse),
            passed: Passed::default(),
            area: Rect::default(),
            kept: Kept::default(),
            left: None,
            manner,
        }
    }

    /// Takes in what it is told at this time, and says what is to be done.
    pub fn take(&mut self, told: Told, at: Duration) -> Vec<Wish> {
        self.pass(at);
        let mut wishes = self.take_told(told);
        let wanted = self.map.take_wanted();
        wishes.extend(wanted.map(|wanted| Wish::Place(Box::new(wanted))));
        wishes
    }

    fn take_told(&mut self, told: Told) -> Vec<Wish> {
        if !matches!(told, Told::Due) {
            self.kept.outdate();
        }
        match told {
            Told::Key(key) => self.key(&key),
            Told::Mouse(mouse) => self.mouse(&mouse),
            Told::Paste(text) => self.paste(&text),
            Told::Size(wide, high) => {
                self.area = Rect::new(0, 0, wide, high);
                Vec::new()
            }
            Told::News(news) => self.hear(news),
            Told::Due => Vec::new(),
        }
    }

    /// When the next picture differs by itself, if it does.
    pub fn due(&self, at: Duration) -> Option<Duration> {
        let moves = self.player.is_moving().then(|| at + FRAME);
        let opens = self.question.as_ref().and_then(|asked| asked.due(at));
        moves.into_iter().chain(opens).min()
    }

    /// What is typed at the prompt.
    pub fn typed(&self) -> &str {
        self.entry.text()
    }

    /// Whether what is shown is not what is so now.
    pub fn is_past(&self) -> bool {
        self.player.is_past()
    }

    /// The vertex that keys are about.
    pub fn selected(&self) -> Option<&Key> {
        self.map.selected.as_ref()
    }

    /// Whether the mouse is reported.
    pub fn has_mouse(&self) -> bool {
        self.mouse.is_reported
    }

    /// The exit code, once the session has ended.
    pub fn left(&self) -> Option<i32> {
        self.left
    }

    /// The time of what is shown: the film's own while it plays, so that it does not depend on how fast that was; else the one on the wall,
    /// of which nothing is longer than a gap of the film.
    pub fn clock(&self) -> Duration {
        self.passed.clock
    }

    /// The time of the film goes on.
    fn pass(&mut self, at: Duration) {
        let passed = at.saturating_sub(self.passed.at);
        self.passed.at = at;
        let passed = u64::try_from(passed.as_micros()).unwrap_or(u64::MAX);
        let (before, was_over) = (self.player.at(), self.is_over());
        let changed = self.player.pass(passed);
        // A replay is over once what moved has come to rest: nothing has happened then.
        if changed != Changed::Nothing || self.is_over() != was_over {
            self.kept.outdate();
        }
        let played = self.player.at().saturating_sub(before);
        let clock = if played > 0 { played } else { passed };
        self.passed.clock += Duration::from_micros(clock.min(GAP));
        self.map.follow(&self.player, &changed);
    }

    fn is_too_small(&self) -> bool {
        self.area.width < SMALLEST.0 || self.area.height < SMALLEST.1
    }

    fn look(&self) -> Look {
        self.manner.look
    }

    fn regions(&self) -> Regions {
        let prompt = self.prompt_shown().rows(self.area.width);
        let prompt = u16::try_from(prompt).unwrap_or(u16::MAX);
        let rows = (self.lesson_rows(), prompt, self.rows_above());
        Regions::of(self.area, self.pane, rows)
    }
}

/// The film, as it is to be played.
fn player(manner: Manner) -> Player {
    let speed = match manner.speed > 0.0 {
        true => manner.speed,
        false => 1.0,
    };
    let player = Player::new(!manner.still, speed);
    match manner.replays {
        true => player.whole(),
        false => player,
    }
}
