//! From a byte of a step's text to its place in the file.

use crate::file::Step;
use crate::value::Place;

/// Where this byte of a step stands in the text of its file. Where quotes and escapes make the two differ: where the step begins.
pub(super) fn place_in(text: &str, step: &Step, at: usize) -> Place {
    exact(text, step, at).unwrap_or(step.place)
}

fn exact(text: &str, step: &Step, at: usize) -> Option<Place> {
    let before = step.text.get(..at)?;
    let row = before.matches('\n').count();
    let line = step.text.lines().nth(row).unwrap_or_default();
    let within = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let first = line_of(text, step.place.line)?;
    let column = usize::try_from(step.place.column.saturating_sub(1)).ok()?;
    let begins = first
        .char_indices()
        .nth(column)
        .map_or(first.len(), |(at, _)| at);
    // A block's text begins on the line below its mark.
    let block = first[begins..].starts_with(['|', '>']);
    let number = step.place.line + u32::try_from(row).ok()? + u32::from(block);
    let raw = line_of(text, number)?;
    let from = if row == 0 && !block { begins } else { 0 };
    let stands = from + raw.get(from..)?.find(line.trim_end())?;
    let chars = raw[..stands].chars().count() + within.chars().count();
    Some(Place {
        line: number,
        column: u32::try_from(chars + 1).ok()?,
    })
}

fn line_of(text: &str, number: u32) -> Option<&str> {
    text.lines()
        .nth(usize::try_from(number.checked_sub(1)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, step: &str, at: (u32, u32), byte: usize) -> (u32, u32) {
        let step = Step {
            text: step.to_owned(),
            place: Place {
                line: at.0,
                column: at.1,
            },
        };
        let place = place_in(text, &step, byte);
        (place.line, place.column)
    }

    #[test]
    fn a_byte_of_a_step_has_its_place_in_the_file() {
        let plain = "steps:\n- apply\n- set é x=1\n";
        assert_eq!(place(plain, "set é x=1", (3, 3), 7), (3, 9));
        let flow = "steps: [plan x, plan yy]\n";
        assert_eq!(place(flow, "plan yy", (1, 17), 5), (1, 22));
        let quoted = "steps:\n- 'plan x'\n";
        assert_eq!(place(quoted, "plan x", (2, 3), 5), (2, 9));
        let lines = "steps: |\n  apply\n  plan x\n";
        assert_eq!(place(lines, "plan x", (3, 1), 5), (3, 8));
        let block = "steps:\n- |\n  add file /x content=<<E\n  one\n  E\n  plan x\n";
        let step = "add file /x content=<<E\none\nE\nplan x";
        assert_eq!(place(block, step, (2, 3), 4), (3, 7));
        assert_eq!(place(block, step, (2, 3), 35), (6, 8));
        let escaped = "steps:\n- \"plan \\\"x\\\"\"\n";
        assert_eq!(place(escaped, "plan \"x\"", (2, 3), 5), (2, 3));
    }
}
