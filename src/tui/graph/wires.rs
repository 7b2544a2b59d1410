//! Lines in cells: which arms meet in each, and the character that shows them.
//!
//! A cell knows who draws in it. Arms of lines that share their beginning or their end are joined; of others only the upright ones show,
//! so that they pass over each other: a joint of lines that have nothing to do with each other would be a lie.

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stroke {
    /// An order.
    Light,
    /// A value flows.
    Dashed,
    /// A value flows, and who receives it is notified.
    HeavyDashed,
    /// A notification.
    Heavy,
}

impl Stroke {
    fn is_heavy(self) -> bool {
        matches!(self, Stroke::Heavy | Stroke::HeavyDashed)
    }
}

/// Where an arm of a cell goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// Who draws in a cell: the beginning and the end of a line.
type Ends = (usize, usize);

/// What meets in one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Joint {
    arms: [Option<Stroke>; 4],
    /// Whose arms those are; several where they share one end.
    from: Option<usize>,
    to: Option<usize>,
}

impl Joint {
    /// A line of these ends goes these ways from here.
    pub fn draw(&mut self, stroke: Stroke, ways: &[Way], ends: Ends) {
        let is_free = self.arms == [None; 4];
        let joins = is_free || self.from == Some(ends.0) || self.to == Some(ends.1);
        if !joins {
            return self.pass(stroke, ways, ends);
        }
        if is_free {
            (self.from, self.to) = (Some(ends.0), Some(ends.1));
        } else {
            self.from = self.from.filter(|from| *from == ends.0);
            self.to = self.to.filter(|to| *to == ends.1);
        }
        self.add(stroke, ways);
    }

    /// The upright line passes over the level one.
    fn pass(&mut self, stroke: Stroke, ways: &[Way], ends: Ends) {
        let upright = |way: &Way| matches!(way, Way::Up | Way::Down);
        if ways.iter().all(upright) && !self.is_upright() {
            *self = Joint::default();
            (self.from, self.to) = (Some(ends.0), Some(ends.1));
            self.add(stroke, ways);
        }
    }

    fn is_upright(&self) -> bool {
        let [left, right, up, down] = self.arms;
        (up.is_some() || down.is_some()) && left.is_none() && right.is_none()
    }

    fn add(&mut self, stroke: Stroke, ways: &[Way]) {
        for way in ways {
            let arm = &mut self.arms[*way as usize];
            *arm = (*arm).max(Some(stroke));
        }
    }

    /// Whether nothing is drawn here.
    pub fn is_empty(&self) -> bool {
        self.arms == [None; 4]
    }

    /// The heaviest of its arms.
    pub fn stroke(&self) -> Option<Stroke> {
        self.arms.iter().flatten().copied().max()
    }

    /// The character that shows it; none if nothing is here.
    pub fn glyph(&self, ascii: bool) -> Option<char> {
        let [left, right, up, down] = self.arms;
        let level = left.or(right);
        let upright = up.or(down);
        let stroke = self.stroke()?;
        if ascii {
            return Some(match (level, upright) {
                (Some(_), Some(_)) => '+',
                (Some(stroke), None) => ascii_level(stroke),
                _ => ascii_upright(stroke),
            });
        }
        Some(match (level, upright) {
            (Some(stroke), None) => LEVEL[stroke as usize],
            (None, Some(stroke)) => UPRIGHT[stroke as usize],
            _ => {
                let bits = self.arms.iter().enumerate();
                let bits = bits.filter(|(_, arm)| arm.is_some());
                let bits = bits.map(|(at, _)| 1usize << at).sum::<usize>();
                let [light, heavy] = CORNERS[bits];
                if stroke.is_heavy() { heavy } else { light }
            }
        })
    }
}

const LEVEL: [char; 4] = ['─', '╌', '╍', '━'];
const UPRIGHT: [char; 4] = ['│', '╎', '╏', '┃'];

fn ascii_level(stroke: Stroke) -> char {
    match stroke {
        Stroke::Light => '-',
        Stroke::Heavy => '=',
        Stroke::Dashed => '.',
        Stroke::HeavyDashed => ':',
    }
}

fn ascii_upright(stroke: Stroke) -> char {
    match stroke {
        Stroke::Light => '|',
        Stroke::Heavy => '#',
        Stroke::Dashed | Stroke::HeavyDashed => ':',
    }
}

/// Light and heavy, by the ways that arms go: left 1, right 2, up 4, down 8.
const CORNERS: [[char; 2]; 16] = [
    [' ', ' '],
    ['─', '━'],
    ['─', '━'],
    ['─', '━'],
    ['│', '┃'],
    ['┘', '┛'],
    ['└', '┗'],
    ['┴', '┻'],
    ['│', '┃'],
    ['┐', '┓'],
    ['┌', '┏'],
    ['┬', '┳'],
    ['│', '┃'],
    ['┤', '┫'],
    ['├', '┣'],
    ['┼', '╋'],
];

/// How the end of a line is shown.
pub fn head(stroke: Stroke, ascii: bool) -> char {
    match (stroke, ascii) {
        (_, true) => '>',
        (Stroke::Light | Stroke::Heavy, false) => '▶',
        (Stroke::Dashed | Stroke::HeavyDashed, false) => '▷',
    }
}
