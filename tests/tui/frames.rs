//! Frames of every pane at four sizes, and of the password story at fixed times.

use super::stage::{PASSWORD, Stage};
use weft::tui::record::dump;
use weft::tui::theme::Look;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

fn kept(name: &str, stage: &mut Stage) {
    insta::with_settings!({
        snapshot_path => "../../snapshots/tui",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, dump(&stage.frame().0)) });
}

#[test]
fn the_password_story_at_four_sizes() {
    for (wide, high) in SIZES {
        let mut stage = Stage::open(PASSWORD, (wide, high), Look::default());
        kept(&format!("{wide}x{high}-begin"), &mut stage);
        stage.keys("Esc p");
        kept(&format!("{wide}x{high}-plan"), &mut stage);
        stage.keys("a").wait(60_000);
        kept(&format!("{wide}x{high}-applied"), &mut stage);
    }
}

/// The graph's row and the trace's last line, every tenth of a second.
#[test]
fn the_password_story_in_motion() {
    let mut stage = Stage::open(PASSWORD, (80, 24), Look::default());
    stage.keys("Esc a");
    let mut film = Vec::new();
    for tenth in 0..34 {
        let rows = stage.rows();
        let trace = rows[17..22].iter().rev().find(|row| !row.is_empty());
        film.push(format!(
            "{:.1}  {}\n     {}",
            f64::from(tenth) / 10.0,
            rows[2],
            trace.map_or("", |row| row)
        ));
        stage.wait(100);
    }
    insta::with_settings!({
        snapshot_path => "../../snapshots/tui",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("password-in-motion", film.join("\n")) });
}
