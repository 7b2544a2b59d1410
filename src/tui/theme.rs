//! How things look: the sixteen colours of the terminal in four themes, and one table of marks.
//!
//! Shape comes first and colour second: what a colour says, a sign or a word says too.

use crate::trace::{Planned, Status};
use ratatui::style::{Color, Modifier, Style};

/// What is meant by a look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Text.
    Plain,
    /// What stands back.
    Quiet,
    /// What stands out: titles, keys.
    Strong,
    /// As it should be.
    Good,
    /// At work.
    Busy,
    /// Changed, or to be changed.
    Change,
    /// Failed.
    Bad,
    /// Held, or not known.
    Open,
    /// A value or a notification on its way.
    Flow,
}

/// Which colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light one.
    Light,
    /// Without red against green.
    ColorBlind,
    /// Without colours.
    Mono,
}

impl Theme {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Theme); 4] = [
        ("dark", Theme::Dark),
        ("light", Theme::Light),
        ("color-blind", Theme::ColorBlind),
        ("mono", Theme::Mono),
    ];

    /// The one of this word.
    pub fn named(word: &str) -> Option<Theme> {
        let found = Theme::ALL.into_iter().find(|(name, _)| *name == word);
        found.map(|(_, theme)| theme)
    }

    /// The style of a tone. None hides text on any background: nothing is grey, what stands back is dim.
    pub fn style(self, tone: Tone) -> Style {
        let style = Style::default();
        let bold = style.add_modifier(Modifier::BOLD);
        match tone {
            Tone::Plain => style,
            Tone::Quiet => style.add_modifier(Modifier::DIM),
            Tone::Strong => bold,
            Tone::Bad if self == Theme::Mono => bold.add_modifier(Modifier::REVERSED),
            Tone::Bad => self.fg(bold, tone),
            Tone::Change | Tone::Flow => self.fg(bold, tone),
            Tone::Good | Tone::Busy | Tone::Open => self.fg(style, tone),
        }
    }

    fn fg(self, style: Style, tone: Tone) -> Style {
        let color = match (self, tone) {
            (Theme::Mono, _) => return style,
            (Theme::ColorBlind, Tone::Good) => Color::Blue,
            (Theme::ColorBlind, Tone::Bad) => Color::Magenta,
            (Theme::ColorBlind, Tone::Open) => Color::Cyan,
            (Theme::Light, Tone::Change) => Color::Blue,
            (_, Tone::Good) => Color::Green,
            (_, Tone::Busy | Tone::Flow) => Color::Cyan,
            (_, Tone::Change) => Color::Yellow,
            (_, Tone::Bad) => Color::Red,
            (_, Tone::Open) => Color::Magenta,
            _ => return style,
        };
        style.fg(color)
    }
}

/// A sign with what it is in ASCII, and its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sign {
    glyph: char,
    ascii: char,
    /// What it means, in a word.
    pub word: &'static str,
    /// How it looks.
    pub tone: Tone,
}

impl Sign {
    const fn new(glyph: char, ascii: char, word: &'static str, tone: Tone) -> Sign {
        Sign {
            glyph,
            ascii,
            word,
            tone,
        }
    }

    /// Its character.
    pub fn char(self, only_ascii: bool) -> char {
        if only_ascii { self.ascii } else { self.glyph }
    }
}

/// The sign of each status.
pub fn status(status: Status) -> Sign {
    match status {
        Status::New => Sign::new('·', '.', "new", Tone::Quiet),
        Status::Waiting => Sign::new('◌', 'o', "waiting", Tone::Quiet),
        Status::Checking => Sign::new('▶', '>', "checking", Tone::Busy),
        Status::Applying => Sign::new('▶', '>', "applying", Tone::Change),
        Status::Refreshing => Sign::new('↻', '@', "refreshing", Tone::Change),
        Status::Ok => Sign::new('✓', 'v', "ok", Tone::Good),
        Status::Changed => Sign::new('✦', '*', "changed", Tone::Change),
        Status::Retrying => Sign::new('⟳', 'r', "retrying", Tone::Open),
        Status::Failed => Sign::new('✗', 'x', "failed", Tone::Bad),
        Status::Blocked => Sign::new('▲', '^', "blocked", Tone::Bad),
        Status::Held => Sign::new('=', '=', "held", Tone::Open),
    }
}

/// It must be checked.
pub const DIRTY: Sign = Sign::new('●', '#', "dirty", Tone::Change);
/// It was poked.
pub const POKED: Sign = Sign::new('!', '!', "poked", Tone::Busy);
/// A notification is pending.
pub const PENDING: Sign = Sign::new('◆', '&', "pending", Tone::Flow);
/// It may have changed, and has not told anyone.
pub const DEBT: Sign = Sign::new('¤', '$', "debt", Tone::Bad);
/// A run stops before it.
pub const BREAK: Sign = Sign::new('◉', 'B', "break", Tone::Bad);

/// What a plan says of a vertex.
pub fn plan(planned: Planned) -> Sign {
    let tone = match planned {
        Planned::Add => Tone::Good,
        Planned::Change => Tone::Change,
        Planned::Refresh => Tone::Flow,
        Planned::Unknown | Planned::May | Planned::Held => Tone::Open,
        Planned::Remove | Planned::Fail | Planned::Blocked => Tone::Bad,
    };
    Sign::new(planned.mark(), planned.mark(), planned.words(), tone)
}

/// What happened is not what a plan said.
pub const DIFFERS: Sign = Sign::new('≠', '%', "not as planned", Tone::Bad);
/// What happened is what a plan said.
pub const KEPT: Sign = Sign::new('=', '=', "as planned", Tone::Good);

/// How everything is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Look {
    /// Only ASCII.
    pub ascii: bool,
    /// Which colours.
    pub theme: Theme,
}

impl Look {
    /// The style of a tone.
    pub fn style(&self, tone: Tone) -> Style {
        self.theme.style(tone)
    }

    /// One of two texts: the plain one where there is only ASCII.
    pub fn pick(&self, text: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const MARKS: [Sign; 5] = [DIRTY, POKED, PENDING, DEBT, BREAK];

    #[test]
    fn signs_tell_states_apart_without_colour() {
        // Checking and applying share a sign, as both are at work; their words differ.
        let signs = Status::ALL.map(status);
        for ascii in [false, true] {
            let all: BTreeSet<char> = signs.iter().chain(&MARKS).map(|s| s.char(ascii)).collect();
            assert_eq!(all.len(), signs.len() + MARKS.len() - 1);
            assert!(!ascii || all.iter().all(char::is_ascii));
        }
        for (of, sign) in Status::ALL.iter().zip(signs) {
            assert_eq!(of.word(), sign.word);
        }
    }

    #[test]
    fn no_theme_hides_what_it_shows() {
        for (word, theme) in Theme::ALL {
            assert_eq!(Theme::named(word), Some(theme));
            for tone in [
                Tone::Plain,
                Tone::Quiet,
                Tone::Good,
                Tone::Bad,
                Tone::Change,
                Tone::Open,
            ] {
                let fg = theme.style(tone).fg;
                assert!(!matches!(
                    fg,
                    Some(Color::DarkGray | Color::Gray | Color::Black | Color::White)
                ));
                assert!(theme != Theme::Mono || fg.is_none());
            }
        }
        let blind = [Tone::Good, Tone::Bad].map(|tone| Theme::ColorBlind.style(tone).fg);
        assert!(!blind.contains(&Some(Color::Red)) && !blind.contains(&Some(Color::Green)));
    }
}
