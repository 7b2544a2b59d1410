//! The screen as an SVG: its rows as text, each run of one look where it stands, in cells of one size. Whatever font shows it, each run
//! is as wide as its cells.

use super::runs::{Look, Run, runs};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// A cell's width and height, the size of its letters, and where they stand in it.
const CELL: (u16, u16) = (9, 18);
const FONT: u16 = 15;
const BASE: u16 = 14;

/// On what the screen is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paper {
    /// Light letters on a dark ground.
    Dark,
    /// Dark letters on a light ground.
    Light,
}

/// The cells as an SVG document.
pub fn still(buffer: &Buffer, paper: Paper) -> String {
    let area = buffer.area;
    let (width, height) = (area.width * CELL.0, area.height * CELL.1);
    let (ink, ground) = (paper.ink(), paper.ground());
    let (mut grounds, mut texts) = (String::new(), String::new());
    for y in area.top()..area.bottom() {
        for run in runs(buffer, y) {
            let look = Shown::of(run.look, paper);
            ground_of(&mut grounds, &run, y - area.top(), &look);
            text_of(&mut texts, &run, y - area.top(), &look);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-monospace,Menlo,Consolas,monospace\" font-size=\"{FONT}\" fill=\"{ink}\" xml:space=\"preserve\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\n{grounds}{texts}</svg>\n"
    )
}

/// A look as it is drawn: colours, none where they are those of the whole.
struct Shown {
    fill: Option<String>,
    ground: Option<String>,
    modifier: Modifier,
}

impl Shown {
    fn of(look: Look, paper: Paper) -> Shown {
        let (mut fill, mut ground) = (paper.color(look.fg), paper.color(look.bg));
        if look.modifier.contains(Modifier::REVERSED) {
            let was = fill.take().unwrap_or_else(|| paper.ink().to_owned());
            fill = ground.replace(was).or(Some(paper.ground().to_owned()));
        }
        Shown {
            fill,
            ground,
            modifier: look.modifier,
        }
    }

    /// What is said of the letters themselves.
    fn attributes(&self) -> String {
        let mut said = String::new();
        if let Some(fill) = &self.fill {
            said += &format!(" fill=\"{fill}\"");
        }
        for (modifier, attribute) in [
            (Modifier::BOLD, " font-weight=\"bold\""),
            (Modifier::DIM, " opacity=\".6\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
            (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
        ] {
            if self.modifier.contains(modifier) {
                said += attribute;
            }
        }
        said
    }
}

fn ground_of(svg: &mut String, run: &Run, row: u16, look: &Shown) {
    let Some(ground) = &look.ground else { return };
    let (x, y) = (run.x * CELL.0, row * CELL.1);
    let (width, height) = (run.cells * CELL.0, CELL.1);
    // A text takes all that is written into it.
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>"
    );
}

fn text_of(svg: &mut String, run: &Run, row: u16, look: &Shown) {
    if run.text.trim().is_empty() || look.modifier.contains(Modifier::HIDDEN) {
        return;
    }
    // What is blank in front takes no letters.
    let text = run.text.trim_start_matches(' ');
    let blank = (run.text.len() - text.len()) as u16;
    let (x, y) = ((run.x + blank) * CELL.0, row * CELL.1 + BASE);
    let width = (run.cells - blank) * CELL.0;
    let (said, text) = (look.attributes(), escaped(text));
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"{said}>{text}</text>"
    );
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// The sixteen colours of a terminal: on a dark ground, and on a light one.
const COLORS: [(&str, &str); 16] = [
    ("#3b4252", "#2e3440"),
    ("#e06c75", "#b3261e"),
    ("#98c379", "#2e7d32"),
    ("#e5c07b", "#8a5a00"),
    ("#61afef", "#1558b0"),
    ("#c678dd", "#8e24aa"),
    ("#56b6c2", "#00707c"),
    ("#c8ccd4", "#5c6370"),
    ("#7f8795", "#7f8795"),
    ("#ff8f98", "#d32f2f"),
    ("#b5e08c", "#388e3c"),
    ("#ffd787", "#a66f00"),
    ("#8ac6ff", "#1e6fd9"),
    ("#e0a0f5", "#a63cc4"),
    ("#7fd8e3", "#00899a"),
    ("#ffffff", "#1c1f26"),
];

impl Paper {
    fn ink(self) -> &'static str {
        match self {
            Paper::Dark => "#d5d9e0",
            Paper::Light => "#24292f",
        }
    }

    fn ground(self) -> &'static str {
        match self {
            Paper::Dark => "#1b1e25",
            Paper::Light => "#ffffff",
        }
    }

    /// A colour as SVG says it; none for the terminal's own.
    fn color(self, color: Color) -> Option<String> {
        let number = match color {
            Color::Reset => return None,
            Color::Rgb(r, g, b) => return Some(format!("#{r:02x}{g:02x}{b:02x}")),
            Color::Indexed(n) => n,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        Some(self.numbered(number))
    }

    /// One of 256: the sixteen, a cube of six steps a side, and greys.
    fn numbered(self, number: u8) -> String {
        if let Some((dark, light)) = COLORS.get(usize::from(number)) {
            return match self {
                Paper::Dark => *dark,
                Paper::Light => *light,
            }
            .to_owned();
        }
        let (r, g, b) = match number {
            16..=231 => {
                let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let n = number - 16;
                (step(n / 36), step(n / 6 % 6), step(n % 6))
            }
            _ => {
                let grey = 8 + 10 * number.saturating_sub(232);
                (grey, grey, grey)
            }
        };
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn picture() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        let bold = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
        buffer.set_string(1, 0, "a<b & \"c\"", bold);
        buffer.set_string(0, 1, "語x", Style::new().add_modifier(Modifier::REVERSED));
        buffer.set_string(3, 2, "x", Style::new().bg(Color::Rgb(1, 2, 3)));
        buffer
    }

    #[test]
    fn what_is_drawn_stands_in_it_and_nothing_else() {
        let svg = still(&picture(), Paper::Dark);
        for line in [
            "<text x=\"9\" y=\"14\" textLength=\"81\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#e06c75\" font-weight=\"bold\">a&lt;b &amp; \"c\"</text>",
            "<rect x=\"0\" y=\"18\" width=\"27\" height=\"18\" fill=\"#d5d9e0\"/>",
            "<text x=\"0\" y=\"32\" textLength=\"27\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#1b1e25\">語x</text>",
            "<rect x=\"27\" y=\"36\" width=\"9\" height=\"18\" fill=\"#010203\"/>",
        ] {
            assert!(
                svg.lines().any(|found| found == line),
                "no {line} in\n{svg}"
            );
        }
        assert_eq!(svg.lines().count(), 8, "{svg}");
        assert!(still(&picture(), Paper::Light).contains("fill=\"#ffffff\""));
    }

    #[test]
    fn no_cell_can_break_out_of_it() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 9, 1));
        buffer[(0, 0)].set_symbol("</text><script>");
        buffer[(8, 0)].set_symbol("\x1b]52;c;x\x07");
        let svg = still(&buffer, Paper::Dark);
        assert!(!svg.contains("<script") && !svg.contains('\x1b'), "{svg}");
        let tags = svg.matches('<').count();
        assert_eq!(tags, svg.matches('>').count());
    }

    #[test]
    fn all_colours_have_a_form() {
        let numbered = |n| Paper::Dark.numbered(n);
        assert_eq!(numbered(16), "#000000");
        assert_eq!(numbered(231), "#ffffff");
        assert_eq!(numbered(196), "#ff0000");
        assert_eq!(
            (numbered(232), numbered(255)),
            ("#080808".into(), "#eeeeee".into())
        );
    }
}
