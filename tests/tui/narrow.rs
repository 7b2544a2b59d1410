//! Where there is little room: what is cut, where it goes on, and what is left out first.

use super::stage::{PASSWORD, Stage};
use std::collections::BTreeSet;
use weft::tui::app::Told;
use weft::tui::news::News;
use weft::tui::theme::{Look, Theme};

fn open(size: (u16, u16), ascii: bool) -> Stage {
    let theme = Theme::Dark;
    Stage::open(PASSWORD, size, Look { ascii, theme })
}

#[test]
fn the_status_line_leaves_out_whole_words() {
    for ascii in [false, true] {
        let words = |wide: u16, keys: &str| -> Vec<String> {
            let mut stage = open((wide, 15), ascii);
            for keys in keys.split(", ") {
                stage.keys(keys).wait(60_000);
            }
            let row = stage.rows()[0].clone();
            row.split_whitespace().map(str::to_owned).collect()
        };
        for keys in ["Esc", "Esc a", "Esc a, < < < <"] {
            let all: BTreeSet<String> = words(200, keys).into_iter().map(bare).collect();
            for wide in 40..140 {
                let some = words(wide, keys);
                let whole = some.iter().all(|word| all.contains(&bare(word.clone())));
                assert!(whole, "{wide} {keys}: {some:?} of {all:?}");
            }
        }
        let past = words(60, "Esc a, < < < <").join(" ");
        for told in ["running", " of 3", "PAST", "/24", "LIVE +"] {
            assert!(past.contains(told), "{told}: {past}");
        }
        assert!(words(60, "Esc a").join(" ").starts_with("sim, seed 0"));
    }
}

/// That something failed is told before that it is watched.
#[test]
fn a_failure_is_told_however_little_room_there_is() {
    let text = "weft: 1\ngraph: g\nworld: {}\nresources:\n  file: [{name: /none/x, content: hi}]\n";
    for wide in 26..80 {
        let mut stage = Stage::open(text, (wide, 15), Look::default());
        stage.line("watch");
        let row = stage.rows()[0].clone();
        assert!(row.contains("1 failed"), "{wide}: {row}");
    }
}

/// A word without what only joins it to the next.
fn bare(word: String) -> String {
    word.trim_end_matches(',').to_owned()
}

/// The rows over the panes, without title and hint bar.
fn over(stage: &mut Stage) -> Vec<String> {
    let rows = stage.rows();
    rows[2..rows.len() - 1].to_vec()
}

#[test]
fn what_is_told_of_keys_and_commands_goes_on_in_its_column() {
    for ascii in [false, true] {
        for (size, keys, column) in [
            ((80, 60), "F1", 22),
            ((60, 90), "F1", 22),
            ((80, 90), "Esc :", 41),
            ((60, 140), "Esc :", 41),
        ] {
            let mut stage = open(size, ascii);
            let rows = over(stage.keys(keys));
            let signs = |row: &String| row.chars().collect::<Vec<_>>();
            let cut = rows.iter().any(|row| row.ends_with(['…', '~']));
            assert!(!cut, "{rows:#?}");
            let rows: Vec<_> = rows.iter().map(signs).collect();
            let begins = |row: &Vec<char>| row.get(column - 1) == Some(&' ') && row[column] != ' ';
            let goes_on = |row: &Vec<char>| begins(row) && row[..column].iter().all(|c| *c == ' ');
            for pair in rows.windows(2).filter(|pair| pair[0].len() > column) {
                // What leads to it is alone in its row where it is too long.
                assert!(
                    begins(&pair[0]) || goes_on(&pair[1]),
                    "{keys} {size:?}: {pair:?}"
                );
            }
            let more = rows.iter().filter(|row| goes_on(row));
            assert!(more.count() > 1, "{keys} {size:?}");
        }
        // Of what is chosen all rows are seen.
        let mut stage = open((60, 15), ascii);
        stage.keys("Esc :");
        for _ in 0..20 {
            stage.keys("Down");
            let chosen = stage.frame().0;
            let reversed = |y: &u16| {
                let first = &chosen[(1, *y)];
                first.modifier.contains(ratatui::style::Modifier::REVERSED)
            };
            assert!((2..14).any(|y| reversed(&y)));
        }
    }
}

#[test]
fn a_page_goes_on_in_its_column() {
    for (wide, ascii) in [(80, false), (80, true), (60, false), (60, true)] {
        let mut stage = open((wide, 200), ascii);
        let rows = over(stage.line("help"));
        let at = |text: &str| rows.iter().position(|row| row.contains(text)).expect(text);
        let drops = at("take vertices out");
        let column = |row: &str, text: &str| {
            let (before, _) = row.split_once(text).expect(text);
            before.chars().count()
        };
        let takes = column(&rows[drops], "take");
        let more = &rows[drops + 1];
        assert_eq!(column(more, more.trim_start()), takes, "{more}");
        assert_eq!(column(&rows[at("draw the graph")], "draw the"), takes);
    }
}

/// In which column of the last row with the first text the second one stands.
fn column(rows: &[String], has: &str, text: &str) -> usize {
    let row = rows.iter().rfind(|row| row.contains(has)).expect(has);
    let (before, _) = row.split_once(text).expect(text);
    before.chars().count()
}

#[test]
fn lines_of_the_trace_have_the_same_columns_with_and_without_a_vertex() {
    for (size, ascii) in [((80, 60), false), ((80, 60), true), ((200, 60), false)] {
        let mut stage = open(size, ascii);
        let rows = stage.keys("Esc a").wait(60_000).keys("Tab Tab").rows();
        let started = column(&rows, "0.000 start", "sim, seed 0");
        let changed = column(&rows, "0.000 changed   password", "password[pw]");
        assert_eq!(started, changed, "{rows:#?}");
    }
}

#[test]
fn what_was_said_goes_on_in_the_trace_where_its_text_began() {
    for (size, ascii) in [((80, 60), false), ((80, 60), true), ((120, 60), false)] {
        let mut stage = open(size, ascii);
        stage.keys("Esc a").wait(60_000).keys("Tab Tab i");
        let why = stage.line("why noop[bystander]").rows();
        let words = ["start  ", "changed  ", "notified  ", "refreshed  "];
        let columns = words.map(|word| column(&why, word, word));
        assert!(columns.iter().all(|at| *at == columns[0]), "{why:#?}");
        let details = [("notified  ", "by file"), ("refreshed  ", "was notified")];
        if size.0 == 80 {
            let columns = details.map(|(word, detail)| column(&why, word, detail));
            assert_eq!(columns[0], columns[1], "{why:#?}");
            assert_eq!(columns[0], column(&why, "0600", "0600"), "{why:#?}");
        } else {
            let subject = column(&why, "notified  ", "noop[");
            assert_eq!(subject, goes_on(&why, " file[/tmp/secret]"), "{why:#?}");
        }
        let path = "/tmp/a/long/path/that/fills/its/row";
        let add = format!("add file {path} content=hello mode=0644 owner=root group=root");
        let added = stage.line(&add).rows();
        let begun = column(&added, if ascii { "> add" } else { "› add" }, "add");
        assert_eq!(begun, goes_on(&added, "group=root"), "{added:#?}");
        let refused = stage.line("sim nothing").rows();
        let hint = column(&refused, "= expected", "expected");
        assert_eq!(hint, goes_on(&refused, "run"), "{refused:#?}");
    }
}

/// In which column of a pane the last row begins that ends like this.
fn goes_on(rows: &[String], end: &str) -> usize {
    let row = rows.iter().rfind(|row| row.ends_with(end)).expect(end);
    let (before, pane) = row.split_once('│').unwrap_or(("", row));
    let lead = pane.len() - pane.trim_start().len();
    let before = before.chars().count();
    lead + before + usize::from(row.contains('│'))
}

#[test]
fn a_help_is_wrapped_once() {
    for (size, keys) in [((120, 40), "Esc"), ((60, 60), "")] {
        let mut stage = open(size, false);
        stage.line("help add");
        if !keys.is_empty() {
            stage.keys(keys);
        }
        let rows = stage.rows();
        let whole = rows.iter().any(|row| row.contains("without echo."));
        assert!(whole, "{rows:#?}");
    }
}

#[test]
fn a_screen_that_is_too_small_says_so_in_whole_words() {
    for size in [(20, 24), (25, 24), (80, 7), (20, 2)] {
        let mut stage = open((80, 24), false);
        stage.resize(size);
        assert_eq!(stage.rows()[..2], ["too small", "make it larger"]);
        stage.keys("p");
        stage.resize((80, 24));
        assert_eq!(stage.app.typed(), "", "keys go nowhere meanwhile");
        assert!(stage.has("graph, 3 vertices"));
    }
}

#[test]
fn nothing_is_counted_that_is_not_there() {
    let mut stage = Stage::open("", (120, 40), Look::default());
    stage.line("add file /tmp/x content=a");
    stage.line("sim fail /tmp/x denied").line("apply");
    assert!(stage.rows()[0].contains("1 failed"), "{}", stage.rows()[0]);
    assert!(!stage.has("0 blocked"), "{}", stage.rows()[0]);
    for _ in 0..20 {
        stage.line("why file[/tmp/x]");
    }
    stage.keys("PgUp");
    let title = |stage: &mut Stage| stage.rows().into_iter().find(|row| row.contains("─ trace"));
    let back = title(&mut stage).expect("it has one");
    assert!(!back.contains("new"), "{back}");
    stage.tell(Told::News(News::Remark("something more".to_owned())));
    let back = title(&mut stage).expect("it has one");
    assert!(back.contains(" new "), "{back}");
}
