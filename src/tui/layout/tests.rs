//! No two things in one place, lines to the right, what stood stays, and the same every time.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A sheet whose lines go from lower numbers to higher ones.
fn sheet(widths: &[i32], links: &BTreeSet<(usize, usize)>) -> Sheet {
    let node = |width: &i32| Node {
        width: *width,
        was: None,
    };
    let link = |(from, to): &(usize, usize)| Link {
        from: *from,
        to: *to,
        was: Vec::new(),
    };
    Sheet {
        nodes: widths.iter().map(node).collect(),
        links: links.iter().map(link).collect(),
        height: 1,
        gap: 0,
        hub: HUB,
        shelf: 0,
        rooms: Vec::new(),
    }
}

/// The next sheet: the same one with what the layout came to.
fn after(mut sheet: Sheet, layout: &Layout) -> Sheet {
    for (node, spot) in sheet.nodes.iter_mut().zip(&layout.spots) {
        node.was = Some(spot.seat);
    }
    for (link, bends) in sheet.links.iter_mut().zip(&layout.bends) {
        link.was.clone_from(bends);
    }
    sheet.shelf = layout.shelf;
    sheet.rooms.clone_from(&layout.rooms);
    sheet
}

fn drawn() -> impl Strategy<Value = Sheet> {
    (1usize..40).prop_flat_map(|count| {
        let widths = prop::collection::vec(1..30i32, count);
        let ends = prop::collection::btree_set((0..count, 0..count), 0..2 * count);
        let hub = prop_oneof![2..6usize, Just(HUB)];
        (widths, ends, 1..4i32, 0..2i32, hub).prop_map(|(widths, ends, height, gap, hub)| {
            let links = ends.into_iter().filter(|(from, to)| from < to).collect();
            Sheet {
                height,
                gap,
                hub,
                ..sheet(&widths, &links)
            }
        })
    })
}

/// A stub begins and ends where its line would, and looks like no other line.
fn stub(
    sheet: &Sheet,
    layout: &Layout,
    (link, first, last): (&Link, &Piece, &Piece),
) -> Result<(), TestCaseError> {
    let [from, to] = [link.from, link.to].map(|end| &layout.spots[end]);
    prop_assert_eq!(first[0], (from.x + from.width, from.middle()));
    prop_assert_eq!(last[1], (to.x - 1, to.middle()));
    prop_assert!(
        first[1].0 + 1 < last[0].0,
        "its pieces are apart: {first:?} {last:?}"
    );
    let cells: Vec<(i32, i32)> = [first, last]
        .into_iter()
        .flat_map(|[(x1, y), (x2, _)]| (*x1..=*x2).map(|x| (x, *y)))
        .collect();
    for (other, route) in sheet.links.iter().zip(&layout.routes) {
        let Route::Line(points) = route else { continue };
        for pair in points
            .windows(2)
            .filter(|_| other.from != link.from && other.to != link.to)
        {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            let on = |(x, y): &(i32, i32)| {
                (x1..=x2).contains(x) && (y1.min(y2)..=y1.max(y2)).contains(y)
            };
            prop_assert!(!cells.iter().any(on), "{points:?} runs through {cells:?}");
        }
    }
    Ok(())
}

type Piece = [(i32, i32); 2];

/// What is wrong with a layout, if anything.
fn judge(sheet: &Sheet, layout: &Layout) -> Result<(), TestCaseError> {
    let spots = &layout.spots;
    for (n, a) in spots.iter().enumerate() {
        prop_assert!(
            a.x >= 0
                && a.y >= 0
                && a.x + a.width <= layout.width
                && a.y + a.height <= layout.height,
            "{n} {a:?}"
        );
        for (m, b) in spots.iter().enumerate().take(n) {
            let beside = a.x + a.width <= b.x || b.x + b.width <= a.x;
            let above = a.y + a.height <= b.y || b.y + b.height <= a.y;
            prop_assert!(beside || above, "{n} {a:?} and {m} {b:?} overlap");
        }
    }
    for (link, route) in sheet.links.iter().zip(&layout.routes) {
        let [from, to] = [&spots[link.from], &spots[link.to]];
        prop_assert!(from.x + from.width < to.x, "{from:?} {to:?}");
        let many = |end: fn(&Link) -> usize| {
            sheet
                .links
                .iter()
                .filter(|other| end(other) == end(link))
                .count()
                > sheet.hub
        };
        let points = match route {
            Route::Line(points) => points,
            Route::Stub(first, last) => {
                stub(sheet, layout, (link, first, last))?;
                continue;
            }
        };
        prop_assert!(!many(|link| link.from) && !many(|link| link.to), "{link:?}");
        prop_assert_eq!(points[0], (from.x + from.width, from.middle()));
        prop_assert_eq!(points[points.len() - 1], (to.x - 1, to.middle()));
        for pair in points.windows(2) {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            prop_assert!(y1 == y2 && x1 <= x2 || x1 == x2, "{points:?}");
            for spot in spots {
                let passes = y1 == y2
                    && spot.y <= y1
                    && y1 < spot.y + spot.height
                    && x1 < spot.x + spot.width
                    && spot.x <= x2
                    || x1 == x2
                        && spot.x <= x1
                        && x1 < spot.x + spot.width
                        && y1.min(y2) < spot.y + spot.height
                        && spot.y <= y1.max(y2);
                prop_assert!(!passes, "{points:?} runs through {spot:?}");
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_stands_on_anything_and_lines_go_right(sheet in drawn()) {
        let first = layout(&sheet);
        judge(&sheet, &first)?;
        prop_assert_eq!(&layout(&sheet), &first);
        // Nothing new: nothing moves.
        let again = after(sheet, &first);
        prop_assert_eq!(layout(&again).spots, first.spots);
    }

    /// A leaf more: the layout is still whole.
    #[test]
    fn a_leaf_finds_its_place(sheet in drawn(), parent in any::<prop::sample::Index>(), width in 1..30i32) {
        let first = layout(&sheet);
        let mut next = after(sheet, &first);
        let parent = parent.index(next.nodes.len());
        next.links.push(Link { from: parent, to: next.nodes.len(), was: Vec::new() });
        next.nodes.push(Node { width, was: None });
        judge(&next, &layout(&next))?;
    }

    #[test]
    fn isotonic_rows_never_go_down_and_stay_where_they_may(wishes in prop::collection::vec((-50..50i64, 1..5i64), 0..40)) {
        let rows = rows::isotonic(&wishes);
        prop_assert_eq!(rows.len(), wishes.len());
        prop_assert!(rows.is_sorted());
        if wishes.iter().map(|(wish, _)| wish).is_sorted() {
            prop_assert!(rows.iter().zip(&wishes).all(|(row, (wish, _))| row == wish));
        }
    }
}
