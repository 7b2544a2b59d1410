//! The screen's own work: placing a graph, what an edit of it moves, and drawing frames of it.
//!
//!     cargo bench --bench screen [-- --strict]
//!
//! Graphs look like those of hosts: short and wide, with prefixes of a kind before packages, files and services of many sites. Whole
//! frames go through the screen's state into cells, as they do on a terminal; the terminal itself is not part of it. With `--strict` a
//! missed target ends with 1.

#[path = "common/mod.rs"]
mod common;

use common::{Report, Scratch, args};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft::graph::{Draft, Graph, Key, Line, Origin};
use weft::kind::Kinds;
use weft::repl::Guide;
use weft::time::Time;
use weft::trace::{Event, EventId, What};
use weft::tui::app::{App, Manner, Told, Wish};
use weft::tui::graph::{Scene, Zoom};
use weft::tui::line::Prompt;
use weft::tui::news::{Known, News};
use weft::value::Place;

fn main() {
    let args = args();
    let mut report = Report::new(&args);
    for (vertices, target) in [(1_000, 5.0), (10_000, 60.0)] {
        let graph = Arc::new(sites(vertices));
        report.title(&format!("{vertices} vertices"));
        report.figure(
            "place them, ms",
            best(7, || drop(place(&graph, None))),
            target,
        );
        report.figure("a leaf moves, % of the others", leaf_moves(&graph), 5.0);
    }
    report.title("a frame of 160 × 50");
    for vertices in [10, 100, 1_000, 10_000] {
        // As far out as it goes, and from there nearer.
        for (zoom, keys) in [
            ("overview", "===="),
            ("lines", "====++"),
            ("boxes", "====+++"),
        ] {
            let frame = frame(&Arc::new(sites(vertices)), keys);
            report.figure(&format!("{vertices} vertices, {zoom}, ms"), frame, 1.0);
        }
    }
    report.title("a frame of 160 × 50 with 200,000 events in the film");
    let mut app = lived();
    for vertex in ["untouched", "hub"] {
        select(&mut app, vertex);
        let begin = Instant::now();
        app.paint(&mut Buffer::empty(AREA));
        let took = begin.elapsed().as_secs_f64() * 1e3;
        report.figure(&format!("{vertex}, seen first, ms"), took, 33.0);
        for (pane, keys) in [
            ("prompt", &["i"][..]),
            ("inspector", &["Esc", "Tab"]),
            ("trace", &["Tab"]),
        ] {
            keys.iter()
                .for_each(|spelled| tell(&mut app, Told::Key(key(spelled))));
            let frame = painted(&mut app);
            report.figure(&format!("{vertex}, {pane}, ms"), frame, 1.0);
        }
        tell(&mut app, Told::Key(key("Tab")));
    }
    tell(&mut app, Told::Key(key("t")));
    for letter in ["n", "o", "1"] {
        let begin = Instant::now();
        tell(&mut app, Told::Key(key(letter)));
        let took = begin.elapsed().as_secs_f64() * 1e3;
        report.figure(&format!("a letter of its filter, {letter}, ms"), took, 33.0);
    }
    report.figure("Tab among 10,000 paths, ms", paths(), 33.0);
    report.end();
}

/// So many events happened, to a hub of 10,000 vertices and those, but for one.
fn lived() -> App {
    let key = |n: u64| Key::new("noop", format!("n{n}"));
    let (hub, untouched) = (Key::new("noop", "hub"), Key::new("noop", "untouched"));
    let edges: Vec<_> = (0..10_000)
        .map(|n| Line::Notifies(hub.clone(), key(n)))
        .collect();
    let all = [hub.clone(), untouched].into_iter();
    let graph = Arc::new(Graph::sketch(all.chain((0..10_000).map(key)), &edges));
    let mut app = opened(&graph);
    let events: Vec<Event> = (1..=200_000)
        .map(|id| Event {
            id: EventId(id),
            at: Time(id),
            subject: Some(key(id % 10_000)),
            what: match id % 3 {
                0 => What::Checking { tries: 1 },
                1 => What::Note("it was noted".into()),
                _ => What::Ok,
            },
            cause: (id > 1).then(|| EventId(id - 1)).filter(|_| id % 8 > 0),
        })
        .collect();
    tell(&mut app, Told::News(News::Events(events)));
    tell(&mut app, Told::Key(self::key("Esc")));
    tell(&mut app, Told::Key(self::key("End")));
    app
}

fn select(app: &mut App, vertex: &str) {
    let letters = vertex.chars().map(String::from);
    let keys = ["Esc".into(), "/".into()].into_iter().chain(letters);
    for spelled in keys.chain(["Enter".into()]) {
        tell(app, Told::Key(key(&spelled)));
    }
    assert_eq!(app.selected().map(Key::name), Some(vertex));
}

/// How long it takes to offer paths of a directory of 10,000 names, in milliseconds.
fn paths() -> f64 {
    let dir = Scratch::new("paths");
    for n in 0..10_000 {
        std::fs::write(dir.path.join(format!("file{n}")), "").expect("a file");
    }
    let line = format!("source {}/", dir.path.display());
    let guide = Guide::of_graph(Arc::default());
    let offered = guide.complete(&line, line.len()).1.len();
    assert_eq!(offered, 100, "as many as are offered");
    best(7, || drop(guide.complete(&line, line.len())))
}

/// Sites of twelve vertices each; every fourth one also hears of the one before it.
fn sites(vertices: usize) -> Graph {
    let mut draft = Draft::new("sites");
    let mut keys = Vec::new();
    for n in 0..vertices {
        let key = Key::new("noop", format!("/srv/site{}/{}", n / 12, PARTS[n % 12]));
        draft
            .add(&Kinds, key.clone(), Place::default())
            .expect("a new vertex");
        keys.push(key);
    }
    let mut edge = |from: usize, to: usize, notify: bool| {
        if let (Some(from), Some(to)) = (keys.get(from), keys.get(to)) {
            draft
                .link(from, to, notify, Origin::Written, Place::default())
                .expect("two vertices");
        }
    };
    for site in 0..vertices.div_ceil(12) {
        let first = site * 12;
        for (from, to, notify) in EDGES {
            edge(first + from, first + to, *notify);
        }
        if site % 4 == 3 {
            edge(first - 12, first + 11, true);
        }
    }
    draft.finish(&Kinds).expect("a graph without cycles")
}

const AREA: Rect = Rect::new(0, 0, 160, 50);
const PARTS: [&str; 12] = [
    "user", "dir", "package", "config", "key", "cert", "vhost", "unit", "timer", "check", "log",
    "report",
];
const EDGES: &[(usize, usize, bool)] = &[
    (0, 1, false),
    (1, 3, false),
    (2, 3, false),
    (3, 7, true),
    (4, 5, false),
    (5, 6, false),
    (6, 7, true),
    (7, 9, false),
    (8, 9, false),
    (1, 10, false),
    (9, 11, false),
];

fn place(graph: &Arc<Graph>, before: Option<&Scene>) -> Scene {
    Scene::of(graph, Zoom::Line, false, before, None)
}

/// The shortest of so many runs, in milliseconds.
fn best(runs: usize, mut what: impl FnMut()) -> f64 {
    let run = |_| {
        let begin = Instant::now();
        what();
        begin.elapsed().as_secs_f64() * 1e3
    };
    (0..runs).map(run).fold(f64::MAX, f64::min)
}

/// Adds a leaf at twenty places, each to the graph as it is. The average part of the others that stands elsewhere after that.
fn leaf_moves(graph: &Arc<Graph>) -> f64 {
    let before = place(graph, None);
    let count = before.keys.len();
    let moved = (0..20).map(|n| {
        let mut draft = graph.edit();
        let key = Key::new("noop", format!("/srv/leaf{n}"));
        draft
            .add(&Kinds, key.clone(), Place::default())
            .expect("new");
        let parent = &before.keys[n * count / 20];
        draft
            .link(parent, &key, false, Origin::Written, Place::default())
            .expect("two vertices");
        let after = place(
            &Arc::new(draft.finish(&Kinds).expect("fits")),
            Some(&before),
        );
        let stands = |key: &Key, scene: &Scene| {
            let number = scene.number(key)?;
            let spot = scene.layout.spots[number];
            Some((spot.x, spot.y))
        };
        let moved = before
            .keys
            .iter()
            .filter(|key| stands(key, &before) != stands(key, &after));
        moved.count() as f64 / count as f64 * 100.0
    });
    moved.sum::<f64>() / 20.0
}

/// A frame of a screen that knows this graph and has had these keys, in milliseconds.
fn frame(graph: &Arc<Graph>, keys: &str) -> f64 {
    let mut app = opened(graph);
    tell(&mut app, Told::Key(key("Esc")));
    for spelled in keys.chars() {
        tell(&mut app, Told::Key(key(&spelled.to_string())));
    }
    painted(&mut app)
}

/// A screen that knows this graph, drawn once.
fn opened(graph: &Arc<Graph>) -> App {
    let mut app = App::new(Manner::default(), Prompt::answer("", false));
    app.take(Told::Size(AREA.width, AREA.height), Duration::ZERO);
    let known = Known {
        graph: graph.clone(),
        picture: Default::default(),
        ..Known::default()
    };
    tell(&mut app, Told::News(News::Knows(Box::new(known))));
    app.paint(&mut Buffer::empty(AREA));
    app
}

/// How long its frame takes, once it has been drawn, in milliseconds.
fn painted(app: &mut App) -> f64 {
    let mut buffer = Buffer::empty(AREA);
    app.paint(&mut buffer);
    best(50, || {
        buffer.reset();
        app.paint(&mut buffer);
    })
}

fn key(spelled: &str) -> crossterm::event::KeyEvent {
    weft::tui::app::keys::key(spelled).expect("a key")
}

/// Tells it something, and does at once what it wishes to have placed.
fn tell(app: &mut App, told: Told) {
    for wish in app.take(told, Duration::ZERO) {
        if let Wish::Place(placement) = wish {
            tell(app, Told::News(News::Placed(Box::new(placement.place()))));
        }
    }
}
