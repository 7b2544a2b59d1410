//! What is painted, and that a part of it looks like that part of the whole.

use super::way::cell_at;
use super::*;
use crate::command::{edit, parse};
use crate::graph::{Draft, FieldPath, Graph, Key};
use crate::kind::Kinds;
use crate::trace::Planned;
use crate::trace::Status;
use crate::tui::layout::Route;
use crate::tui::theme::{DIFFERS, KEPT, plan};
use crate::tui::theme::{Look, Theme};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use std::sync::Arc;

fn graph(lines: &[&str]) -> Arc<Graph> {
    let mut answers = |_: &Key, _: &FieldPath| None;
    let mut graph = Draft::new("g").graph().clone();
    for line in lines {
        for order in parse(line, &graph, &Kinds).expect("reads") {
            graph = edit(&graph, &Kinds, &order, &mut answers)
                .expect("fits")
                .graph;
        }
    }
    Arc::new(graph)
}

fn password() -> Arc<Graph> {
    graph(&[
        "add password pw",
        "add file /tmp/secret mode=0600",
        "add noop bystander",
        "add noop last",
        "password[pw].password -> file[/tmp/secret].content",
        "file[/tmp/secret] ~> noop[bystander]",
        "noop[bystander] -> noop[last]",
        "password[pw] -> noop[last]",
    ])
}

struct Shot<'a> {
    scene: &'a Scene,
    stands: Vec<Stand>,
    moving: Moving,
    ascii: bool,
}

impl Shot<'_> {
    fn of(scene: &Scene, ascii: bool) -> Shot<'_> {
        Shot {
            scene,
            stands: vec![Stand::default(); scene.keys.len()],
            moving: Moving::default(),
            ascii,
        }
    }

    fn paint(&self, corner: (i32, i32), size: (u16, u16)) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        let painting = Painting {
            stands: &self.stands,
            corner,
            focus: Some(0),
            lit: &BTreeSet::new(),
            lit_wires: &BTreeSet::new(),
            moving: &self.moving,
            look: Look {
                ascii: self.ascii,
                theme: Theme::Dark,
            },
        };
        paint(self.scene, &painting, buffer.area, &mut buffer);
        buffer
    }

    fn whole(&self) -> Buffer {
        let layout = &self.scene.layout;
        let size = [layout.width, layout.height].map(|n| u16::try_from(n).expect("small"));
        self.paint((0, 0), (size[0], size[1]))
    }
}

fn kept(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../../../snapshots/tui",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(format!("graph-{name}"), text) });
}

fn rows(buffer: &Buffer) -> Vec<String> {
    let row = |y| {
        let cells = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect()
}

#[test]
fn lines_boxes_and_dots() {
    let graph = password();
    let line = Scene::of(&graph, Zoom::Line, false, None, None);
    kept("lines", &rows(&Shot::of(&line, false).whole()).join("\n"));
    let plain = Scene::of(&graph, Zoom::Line, true, None, None);
    let plain = rows(&Shot::of(&plain, true).whole()).join("\n");
    assert!(plain.is_ascii());
    kept("lines_ascii", &plain);
    let dots = Scene::of(&graph, Zoom::Dot, false, None, None);
    kept("dots", &rows(&Shot::of(&dots, false).whole()).join("\n"));
    let boxes = Scene::of(&graph, Zoom::Box, false, None, None);
    kept("boxes", &rows(&Shot::of(&boxes, false).whole()).join("\n"));
}

#[test]
fn a_pulse_stands_on_three_cells_of_its_line_in_their_order() {
    let graph = password();
    let scene = Scene::of(&graph, Zoom::Line, false, None, None);
    for (number, route) in scene.layout.routes.iter().enumerate() {
        let cells = [0.25, 0.5, 0.75].map(|at| cell_at(route, at));
        let Route::Line(points) = route else {
            panic!("{route:?}")
        };
        let place = |cell: (i32, i32)| {
            let mut all = Vec::new();
            for pair in points.windows(2) {
                let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
                let far = (x2 - x1).abs().max((y2 - y1).abs());
                all.extend(
                    (0..far).map(|n| (x1 + n * (x2 - x1).signum(), y1 + n * (y2 - y1).signum())),
                );
            }
            all.extend(points.last());
            all.iter()
                .position(|one| *one == cell)
                .expect("on the line")
        };
        let places = cells.map(place);
        assert!(
            places[0] < places[1] && places[1] < places[2],
            "{number}: {cells:?} of {points:?}"
        );
        let mut shot = Shot::of(&scene, false);
        let signs = [0.25, 0.5, 0.75].map(|at| {
            shot.moving.pulses = Pulse::on(&scene, number, at, false).into_iter().collect();
            let buffer = shot.whole();
            let (x, y) = cell_at(route, at);
            buffer[(
                u16::try_from(x).expect("seen"),
                u16::try_from(y).expect("seen"),
            )]
                .symbol()
                .to_owned()
        });
        assert_eq!(signs, ["◆"; 3]);
    }
}

#[test]
fn lines_of_a_hub_are_stubs_on_which_a_pulse_is_seen() {
    let mut lines = vec!["add noop reload".to_owned(), "add noop last".to_owned()];
    lines.extend((0..41).map(|n| format!("add noop n{n}")));
    lines.extend((0..41).map(|n| format!("n{n} ~> reload")));
    lines.push("reload -> last".to_owned());
    lines.push("n7 -> last".to_owned());
    let graph = graph(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let scene = Scene::of(&graph, Zoom::Line, false, None, None);
    let end = |wire: &Wire| scene.keys[wire.to].name() == "reload";
    for (wire, route) in scene.wires.iter().zip(&scene.layout.routes) {
        assert_eq!(matches!(route, Route::Stub(..)), end(wire), "{wire:?}");
        let [one, two, three] = [0.25, 0.5, 0.75].map(|at| cell_at(route, at));
        assert!(one < two && two < three, "{one:?} {two:?} {three:?}");
    }
    let painted = rows(&Shot::of(&scene, false).whole());
    let near = painted
        .iter()
        .filter(|row| row.contains("n7]") || row.contains("reload"));
    kept("hub", &near.cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn lines_that_have_nothing_to_do_with_each_other_are_not_joined() {
    let graph = graph(&[
        "add noop a1",
        "add noop a2",
        "add noop b1",
        "add noop b2",
        "add noop b3",
        "a1 -> b3",
        "a2 -> b1",
        "a1 -> b1",
        "a2 -> b2",
    ]);
    let scene = Scene::of(&graph, Zoom::Line, false, None, None);
    kept("apart", &rows(&Shot::of(&scene, false).whole()).join("\n"));
}

#[test]
fn what_looks_alike_and_chains_are_drawn_as_one() {
    let mut lines: Vec<String> = (0..5)
        .map(|n| format!("add file /etc/nginx/site{n} content=x"))
        .collect();
    lines.extend((0..5).map(|n| format!("add noop step{n}")));
    lines.push("add noop reload".to_owned());
    lines.extend((0..5).map(|n| format!("/etc/nginx/site{n} ~> reload")));
    lines.push("step0 -> step1 -> step2 -> step3 -> step4 -> reload".to_owned());
    let graph = graph(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let scene = Scene::of(&graph, Zoom::Line, false, None, Some(&BTreeSet::new()));
    kept("folded", &rows(&Shot::of(&scene, false).whole()).join("\n"));
}

#[test]
fn what_is_drawn_as_one_shows_what_did_not_come_as_planned() {
    let planned = |plan| Stand {
        plan,
        ..Stand::default()
    };
    let [kept, differs, none] = [Some(KEPT), Some(DIFFERS), None].map(planned);
    for (one, other, shows) in [
        (kept, differs, differs),
        (differs, kept, differs),
        (none, kept, kept),
        (kept, none, kept),
    ] {
        assert_eq!(one.with(other).plan, shows.plan);
    }
}

/// In the overview, and in dots, each in colours, without, and in ASCII.
#[test]
fn from_far_it_is_seen_where_something_would_change_and_where_a_run_stops() {
    let graph = graph(&["add noop a", "add noop b"]);
    let stand = |plan, breaks, status| Stand {
        plan,
        breaks,
        status,
        ..Stand::default()
    };
    let failed = Some(Status::Failed);
    let cases = [
        (stand(Some(plan(Planned::Change)), false, None), "~", "~"),
        (stand(Some(plan(Planned::May)), true, None), "?", "?"),
        (stand(None, true, None), "◉", "B"),
        (stand(Some(DIFFERS), false, Some(Status::Ok)), "≠", "%"),
    ];
    let scene = Scene::of(&graph, Zoom::Line, false, None, None);
    let overview = Overview::of(&scene, (30, 4));
    let dots = Scene::of(&graph, Zoom::Dot, false, None, None);
    let looks = [
        (false, Theme::Dark),
        (false, Theme::Mono),
        (true, Theme::Dark),
    ];
    for (ascii, theme) in looks {
        let far = |stands: &[Stand]| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 4));
            let look = Look { ascii, theme };
            overview.paint(stands, None, look, buffer.area, &mut buffer);
            rows(&buffer).concat()
        };
        for (stand, glyph, plain) in cases {
            let sign = if ascii { plain } else { glyph };
            assert!(far(&[stand, Stand::default()]).contains(sign), "{stand:?}");
            let shot = Shot {
                stands: vec![stand; 2],
                ..Shot::of(&dots, ascii)
            };
            assert!(rows(&shot.whole()).concat().contains(sign), "{stand:?}");
        }
        // What came as planned looks as it stands, and what has failed stands before what was planned.
        for other in [
            stand(Some(KEPT), false, failed),
            stand(Some(plan(Planned::Change)), true, failed),
        ] {
            assert_eq!(far(&[other; 2]), far(&[stand(None, false, failed); 2]));
        }
    }
}

fn drawn() -> impl Strategy<Value = Arc<Graph>> {
    (2usize..12).prop_flat_map(|count| {
        let ends = prop::collection::btree_set((0..count, 0..count), 0..2 * count);
        ends.prop_map(move |ends| {
            let mut lines: Vec<String> = (0..count).map(|n| format!("add noop n{n}")).collect();
            let ends = ends.into_iter().filter(|(from, to)| from < to);
            lines.extend(ends.enumerate().map(|(n, (from, to))| {
                let arrow = if n % 2 == 0 { "->" } else { "~>" };
                format!("n{from} {arrow} n{to}")
            }));
            graph(&lines.iter().map(String::as_str).collect::<Vec<_>>())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_part_looks_like_that_part_of_the_whole(
        graph in drawn(), zoom in 1usize..4, corner in (0u16..60, 0u16..30), size in (1u16..40, 1u16..12),
    ) {
        let scene = Scene::of(&graph, Zoom::ALL[zoom], false, None, None);
        let shot = Shot::of(&scene, false);
        let whole = shot.whole();
        let part = shot.paint((i32::from(corner.0), i32::from(corner.1)), size);
        for (x, y) in (0..size.0).flat_map(|x| (0..size.1).map(move |y| (x, y))) {
            let cell = whole.cell((x + corner.0, y + corner.1)).map_or(" ", |cell| cell.symbol());
            prop_assert_eq!(part[(x, y)].symbol(), cell, "at {} {}", x, y);
        }
    }

    #[test]
    fn folding_leaves_nobody_out_and_makes_no_cycle(graph in drawn(), open in 0usize..12) {
        let open: BTreeSet<Key> = BTreeSet::from([Key::new("noop", format!("n{open}"))]);
        let scene = Scene::of(&graph, Zoom::Line, false, None, Some(&open));
        let mut all: Vec<&Key> = scene.members.iter().flatten().collect();
        all.sort();
        prop_assert_eq!(all, graph.vertices().keys().collect::<Vec<_>>());
        for (number, members) in scene.members.iter().enumerate() {
            prop_assert!(members.iter().all(|key| scene.number(key) == Some(number)));
            prop_assert!(members.len() == 1 || !members.iter().any(|key| open.contains(key)));
        }
        for wire in &scene.wires {
            let [from, to] = [wire.from, wire.to].map(|end| scene.layout.spots[end]);
            prop_assert!(from.x + from.width < to.x, "lines go right");
        }
        // Each line between two that are not drawn as one is there.
        for (from, to) in graph.edges().keys() {
            let [from, to] = [from, to].map(|key| scene.number(key).expect("drawn"));
            prop_assert!(from == to || scene.wire(from, to).is_some());
        }
    }

    /// One after the other: nothing, all that looks alike, or all but some of it drawn as one.
    #[test]
    fn what_is_opened_stands_beside_what_stood(
        leaves in 4usize..9, deeper in 0usize..6, steps in prop::collection::vec(prop::option::of(0usize..14), 2..6),
    ) {
        let mut lines = vec!["add noop hub".to_owned()];
        lines.extend((0..leaves).map(|n| format!("add noop l{n}; hub -> l{n}")));
        lines.extend((0..deeper).map(|n| format!("add noop m{n}; l0 -> m{n}")));
        let graph = graph(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let mut before: Option<Scene> = None;
        for step in steps {
            let open = step.map(|open| {
                let all = graph.vertices().keys().take(open);
                all.cloned().collect::<BTreeSet<Key>>()
            });
            let scene = Scene::of(&graph, Zoom::Line, false, before.as_ref(), open.as_ref());
            for (number, spot) in scene.layout.spots.iter().enumerate() {
                for x in spot.x..spot.x + spot.width {
                    prop_assert_eq!(scene.at(x, spot.y), Some(number), "{:?}", open);
                }
                let others = scene.layout.spots.iter().enumerate().filter(|(other, _)| *other != number);
                for (_, other) in others {
                    let apart = spot.y != other.y || spot.x + spot.width <= other.x || other.x + other.width <= spot.x;
                    prop_assert!(apart, "{:?}: {:?} on {:?}", open, spot, other);
                }
            }
            before = Some(scene);
        }
    }

    #[test]
    fn every_vertex_is_found_where_it_is_painted(graph in drawn()) {
        let scene = Scene::of(&graph, Zoom::Line, false, None, None);
        for (number, spot) in scene.layout.spots.iter().enumerate() {
            prop_assert_eq!(scene.at(spot.x, spot.y), Some(number));
            prop_assert_eq!(scene.at(spot.x + spot.width - 1, spot.y), Some(number));
        }
    }
}

/// The status stands below the last param that is shown, and where there is none below the name; all boxes are as high.
#[test]
fn the_status_of_a_box_stands_below_what_there_is() {
    let graph = password();
    let scene = Scene::of(&graph, Zoom::Box, false, None, None);
    let shot = rows(&Shot::of(&scene, false).whole());
    for (name, params) in [("noop[last]", 0), ("file[/tmp/secret]", 1)] {
        let number = scene.keys.iter().position(|key| key.to_string() == name);
        let number = number.expect(name);
        let spot = scene.layout.spots[number];
        let begins = usize::try_from(spot.x + scene.lead(number)).expect("in sight");
        let row = usize::try_from(spot.y).expect("in sight") + 1 + params;
        let inside: String = shot[row].chars().skip(begins).take(12).collect();
        assert!(inside.contains("new"), "{name}: {inside} of {shot:#?}");
        assert_eq!(spot.height, scene.layout.spots[0].height);
    }
}
