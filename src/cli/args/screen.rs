//! Flags of the screen, and of what is drawn of it.

use super::file;
use crate::tui::app::{Moment, SMALLEST};
use crate::tui::theme::Theme;
use clap::{ArgGroup, Args};
use std::path::PathBuf;

/// Flags of the screen over a session.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "The screen")]
pub struct ScreenArgs {
    #[command(flatten)]
    pub look: LookArgs,
    /// How fast time passes on a simulated machine while it is watched: 1 is as fast as here, 0 lets it stand; 1000 at most.
    #[arg(long, value_name = "N", value_parser = speed, default_value = "1")]
    pub speed: Speed,
}

/// Flags of any screen.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "The screen")]
pub struct LookArgs {
    /// Nothing moves: everything is shown as it is once it has happened.
    #[arg(long)]
    pub no_motion: bool,
    /// The colours: dark, light, color-blind or mono; mono where there is no colour.
    #[arg(long, value_name = "THEME", value_parser = theme, default_value = "dark")]
    pub theme: Theme,
    /// The mouse works from the start: clicks, the wheel, dragging.
    #[arg(long)]
    pub mouse: bool,
    /// Records what is shown to FILE, as players of terminals play it (asciicast v2). Its times are those of what is shown, not of who
    /// watched it: no pause is longer than a second. A file that is there already is not overwritten.
    #[arg(long, value_name = "FILE", value_parser = file)]
    pub record: Option<PathBuf>,
}

/// A trace to be shown again.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("drawn").args(["still", "record"]))]
pub struct ReplayArgs {
    /// What `--trace` wrote.
    #[arg(value_name = "TRACE")]
    pub written: PathBuf,
    /// The graph or story that it is of; else what is drawn is what the events tell of the graph.
    pub file: Option<PathBuf>,
    /// Draws the screen at one moment to FILE, as SVG, and ends.
    #[arg(long, value_name = "FILE", value_parser = file, conflicts_with = "record")]
    pub still: Option<PathBuf>,
    /// Which moment: the number of an event, a part of the film (40%), or `end`.
    #[arg(long, value_name = "MOMENT", value_parser = moment, default_value = "end", requires = "still")]
    pub at: Moment,
    /// How large a still is, or a recording without a terminal.
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = cells, default_value = "100x30", requires = "drawn")]
    pub size: Cells,
    #[command(flatten)]
    pub look: LookArgs,
    /// How fast the film plays: 1 shows each step, 64 at most.
    #[arg(long, value_name = "N", value_parser = pace, default_value = "1")]
    pub speed: Speed,
}

/// Columns and rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cells(pub u16, pub u16);

/// No still and no recording has more columns and rows.
const LARGEST: (u16, u16) = (500, 200);

/// How fast something goes, from 0 to 1000 times as fast as here.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Speed(pub f64);

impl Default for Speed {
    fn default() -> Speed {
        Speed(1.0)
    }
}

/// How fast a film plays.
fn pace(text: &str) -> Result<Speed, String> {
    let speed = text.parse().ok();
    speed
        .filter(|speed| (0.0625..=64.0).contains(speed))
        .map(Speed)
        .ok_or_else(|| "expected a number from 0.0625 to 64".to_owned())
}

/// A moment of a film.
fn moment(text: &str) -> Result<Moment, String> {
    let percent = text.strip_suffix('%').and_then(|part| part.parse().ok());
    let percent = percent.filter(|part| (0.0..=100.0).contains(part));
    match (text, percent, text.parse()) {
        ("end", ..) => Ok(Moment::End),
        (_, Some(percent), _) => Ok(Moment::Part(percent / 100.0)),
        (_, None, Ok(number)) => Ok(Moment::Event(number)),
        _ => Err(
            "expected the number of an event, a part of the film from 0% to 100%, or `end`"
                .to_owned(),
        ),
    }
}

/// Columns and rows of a screen, none smaller or larger than one can be.
fn cells(text: &str) -> Result<Cells, String> {
    let sides = text.split_once('x');
    let sides = sides.and_then(|(wide, high)| Some((wide.parse().ok()?, high.parse().ok()?)));
    let (least, most) = (SMALLEST, LARGEST);
    sides
        .filter(|(wide, high)| {
            (least.0..=most.0).contains(wide) && (least.1..=most.1).contains(high)
        })
        .map(|(wide, high)| Cells(wide, high))
        .ok_or_else(|| {
            format!(
                "expected columns and rows, from {}x{} to {}x{}",
                least.0, least.1, most.0, most.1
            )
        })
}

fn theme(text: &str) -> Result<Theme, String> {
    Theme::named(text).ok_or_else(|| {
        let words = Theme::ALL.map(|(word, _)| word).join(", ");
        format!("expected one of {words}")
    })
}

fn speed(text: &str) -> Result<Speed, String> {
    let speed = text.parse().ok();
    speed
        .filter(|speed| (0.0..=1000.0).contains(speed))
        .map(Speed)
        .ok_or_else(|| "expected a number from 0 to 1000".to_owned())
}
