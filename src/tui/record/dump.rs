//! The screen as text, and what it looks like, for snapshots: the rows, then each run of cells that looks like something, as
//! `row:first..end colour on background modifiers`.

use super::runs::{Look, runs};
use ratatui::buffer::Buffer;
use ratatui::style::Color;

/// The cells as text.
pub fn dump(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (mut rows, mut looks) = (String::new(), String::new());
    for y in area.top()..area.bottom() {
        let mut column = 0;
        for run in runs(buffer, y) {
            let gap = usize::from(run.x - column);
            rows.push_str(&format!("{:gap$}{}", "", run.text));
            column = run.x + run.cells;
            if run.look != Look::default() {
                let (row, words) = (y - area.top(), words(run.look));
                looks.push_str(&format!("{row}:{}..{column} {words}\n", run.x));
            }
        }
        rows.push('\n');
    }
    format!("{}x{}\n{rows}---\n{looks}", area.width, area.height)
}

/// How cells look, in words.
fn words(look: Look) -> String {
    let fg = (look.fg != Color::Reset).then(|| name(look.fg));
    let bg = (look.bg != Color::Reset).then(|| format!("on {}", name(look.bg)));
    let modifiers = look.modifier.iter_names();
    let modifiers = modifiers.map(|(name, _)| name.to_lowercase().replace('_', "-"));
    let words: Vec<String> = fg.into_iter().chain(bg).chain(modifiers).collect();
    words.join(" ")
}

fn name(color: Color) -> String {
    color.to_string().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};

    #[test]
    fn rows_and_looks_are_listed() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 4));
        let bold = Style::new()
            .fg(Color::LightRed)
            .add_modifier(Modifier::BOLD);
        buffer.set_string(2, 0, "red and bold", bold);
        buffer.set_string(0, 1, "plain", Style::new());
        buffer.set_string(6, 1, "語 is wide", Style::new().bg(Color::Indexed(8)));
        buffer.set_string(0, 3, " ", Style::new().add_modifier(Modifier::REVERSED));
        let text = "\
20x4
  red and bold
plain 語 is wide

 
---
0:2..14 lightred bold
1:6..16 on 8
3:0..1 reversed
";
        assert_eq!(dump(&buffer), text);
    }

    /// A colour where nothing is to be seen in it is no difference.
    #[test]
    fn what_looks_the_same_is_the_same() {
        let mut one = Buffer::empty(Rect::new(0, 0, 9, 1));
        one.set_string(0, 0, "a b", Style::new().fg(Color::Red));
        let mut other = one.clone();
        other.set_string(3, 0, "   ", Style::new().fg(Color::Blue));
        other[(1, 0)].set_fg(Color::Green);
        assert_eq!(dump(&one), dump(&other));
        other[(4, 0)].set_bg(Color::Green);
        assert_ne!(dump(&one), dump(&other));
    }
}
