//! The keys of the screen, as data: the hint bar, `?`, the palette and the docs come from here and from the table of commands.
//!
//! In the prompt every printable key types. Here is what keys do while the graph has the focus, and what some do everywhere.

use crate::command::registry::COMMANDS;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// To a neighbour.
    Left,
    /// To a neighbour.
    Right,
    /// To a neighbour.
    Up,
    /// To a neighbour.
    Down,
    /// To the next pane.
    NextPane,
    /// To the graph.
    ToGraph,
    /// To the prompt.
    ToPrompt,
    /// To the prompt, with `set REF ` filled in.
    Set,
    /// All commands and keys, found by a few letters.
    Palette,
    /// Every key.
    Keys,
    /// The trace back by a page.
    PageUp,
    /// The trace on by a page.
    PageDown,
    /// All cells are sent again.
    Redraw,
    /// Suspends.
    Suspend,
    /// `plan`.
    Plan,
    /// `apply`.
    Apply,
    /// `step`.
    Step,
    /// `continue`.
    Continue,
    /// `break` at the vertex, or `break off`.
    Break,
    /// Begins `a -> b`.
    PickOrder,
    /// Begins `a ~> b`.
    PickNotify,
    /// Begins `a.sent -> b.param`.
    PickBind,
    /// `why`, lit up.
    Why,
    /// `edit`.
    Edit,
    /// Finds vertices.
    Search,
    /// To the next one that was found.
    Next,
    /// To the one before.
    Previous,
    /// `undo`.
    Undo,
    /// `redo`.
    Redo,
    /// Earlier in the trace.
    Earlier,
    /// Later in the trace.
    Later,
    /// Back to what is so now.
    Live,
    /// Stands still, or plays on.
    Still,
    /// Plays slower.
    Slower,
    /// Plays faster.
    Faster,
    /// Nearer.
    ZoomIn,
    /// Farther.
    ZoomOut,
    /// All of it.
    Fit,
    /// The neighbourhood alone.
    Near,
    /// What is active alone.
    Active,
    /// What looks alike is drawn as one, or not.
    Fold,
    /// Follows what runs, or no longer.
    Follow,
    /// The trace in full, or the story.
    Level,
    /// What of the trace is shown.
    Filter,
    /// Copies what is selected.
    Copy,
    /// The mouse is reported, or let go of.
    Mouse,
    /// `quit`.
    Quit,
}

/// A key, with what it does.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// How it is spelled.
    pub keys: &'static str,
    /// What it does.
    pub act: Act,
    /// The same, in words.
    pub about: &'static str,
    /// Whether it also does this while the prompt has the focus.
    pub anywhere: bool,
}

const fn row(keys: &'static str, act: Act, about: &'static str) -> Row {
    Row {
        keys,
        act,
        about,
        anywhere: false,
    }
}

const fn everywhere(keys: &'static str, act: Act, about: &'static str) -> Row {
    Row {
        anywhere: true,
        ..row(keys, act, about)
    }
}

/// The keys; those of commands are in the table of commands, and what they say is taken from there.
pub const KEYS: &[Row] = &[
    row("p", Act::Plan, ""),
    row("a", Act::Apply, ""),
    row("s", Act::Step, ""),
    row("c", Act::Continue, ""),
    row("b", Act::Break, "stop before this vertex, or no longer"),
    row("w", Act::Why, "why this vertex is as it is, lit up"),
    row("e", Act::Edit, "edit this vertex in $EDITOR"),
    row(
        "Enter",
        Act::Set,
        "to the prompt, with `set REF` filled in; in the trace: the film goes there",
    ),
    row(
        "-",
        Act::PickOrder,
        "order: pick what comes after, then Enter",
    ),
    row("~", Act::PickNotify, "notify: pick who hears, then Enter"),
    row(".", Act::PickBind, "bind: pick who receives, then Enter"),
    row("u", Act::Undo, ""),
    row("U", Act::Redo, ""),
    row("Left h", Act::Left, "to what it comes after"),
    row("Down j", Act::Down, "down"),
    row("Up k", Act::Up, "up"),
    row("Right l", Act::Right, "to what comes after it"),
    everywhere("Alt+Down", Act::Down, "up or down from the prompt, too"),
    everywhere("Alt+Up", Act::Up, "up or down from the prompt, too"),
    row("Tab", Act::NextPane, "to the next pane"),
    everywhere("Esc", Act::ToGraph, "to the graph; closes what is open"),
    row("i", Act::ToPrompt, "to the prompt"),
    row(":", Act::Palette, "find a command"),
    row("?", Act::Keys, "every key"),
    everywhere("F1", Act::Keys, "every key"),
    everywhere("PgUp", Act::PageUp, "the trace back by a page"),
    everywhere("PgDn", Act::PageDown, "the trace on by a page"),
    row("<", Act::Earlier, "rewind: one event back"),
    row(">", Act::Later, "one event on"),
    row("End", Act::Live, "back to now"),
    row("Space", Act::Still, "the film stands still, or plays on"),
    row("{", Act::Slower, "the film at half the speed"),
    row("}", Act::Faster, "the film at twice the speed"),
    row("+", Act::ZoomIn, "nearer"),
    row("=", Act::ZoomOut, "farther"),
    row("0", Act::Fit, "the whole graph"),
    row("f", Act::Near, "the neighbourhood alone, or all"),
    row(
        "A",
        Act::Active,
        "what is dirty, pending, at work or failed alone, or all",
    ),
    row(
        "z",
        Act::Fold,
        "draw what looks alike as one; opens what is",
    ),
    row("F", Act::Follow, "follow what runs, or no longer"),
    row("/", Act::Search, "find vertices"),
    row("n", Act::Next, "to the next that was found"),
    row("N", Act::Previous, "to the one before"),
    row("t", Act::Filter, "which lines of the trace are shown"),
    row("T", Act::Level, "the trace in full, or the story"),
    row("y", Act::Copy, "copy the vertex, or the trace's lines"),
    row("m", Act::Mouse, "let go of the mouse, or take it"),
    everywhere("Ctrl+L", Act::Redraw, "draw everything again"),
    everywhere("Ctrl+Z", Act::Suspend, "suspend"),
    row("q", Act::Quit, ""),
];

impl Row {
    /// What it does, in words: its own, or those of the command that has this key.
    pub fn says(&self) -> &'static str {
        let command = COMMANDS
            .iter()
            .find(|command| command.key == Some(self.keys));
        match (self.about, command) {
            ("", Some(command)) => command.about,
            (about, _) => about,
        }
    }

    /// Its spellings.
    pub fn each(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split(' ')
    }
}

/// What a key does while the graph has the focus.
pub fn act(key: &KeyEvent) -> Option<Act> {
    let spelled = spell(key)?;
    let found = KEYS.iter().find(|row| row.each().any(|one| one == spelled));
    found.map(|row| row.act)
}

/// What a key does in the prompt, beside what it does there by itself.
pub fn anywhere(key: &KeyEvent) -> Option<Act> {
    let spelled = spell(key)?;
    let rows = KEYS.iter().filter(|row| row.anywhere);
    let found = rows
        .into_iter()
        .find(|row| row.each().any(|one| one == spelled));
    found.map(|row| row.act)
}

/// How a key is spelled: `p`, `Ctrl+L`, `PgUp`.
pub fn spell(key: &KeyEvent) -> Option<String> {
    let name = match key.code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            c.to_uppercase().collect()
        }
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Enter => "Enter".to_owned(),
        KeyCode::Esc => "Esc".to_owned(),
        KeyCode::Tab => "Tab".to_owned(),
        KeyCode::Left => "Left".to_owned(),
        KeyCode::Right => "Right".to_owned(),
        KeyCode::Up => "Up".to_owned(),
        KeyCode::Down => "Down".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Home => "Home".to_owned(),
        KeyCode::End => "End".to_owned(),
        KeyCode::F(n) => format!("F{n}"),
        _ => return None,
    };
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match (ctrl, alt) {
        (true, _) => format!("Ctrl+{name}"),
        (_, true) => format!("Alt+{name}"),
        _ => name,
    })
}

/// The key of a spelling; the other way round.
pub fn key(spelled: &str) -> Option<KeyEvent> {
    let (modifiers, name) = match spelled.split_once('+') {
        Some(("Ctrl", name)) if !name.is_empty() => (KeyModifiers::CONTROL, name),
        Some(("Alt", name)) if !name.is_empty() => (KeyModifiers::ALT, name),
        _ => (KeyModifiers::NONE, spelled),
    };
    let code = match name {
        "Space" => KeyCode::Char(' '),
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        name => match (name.strip_prefix('F').map(str::parse), name.chars().next()) {
            (Some(Ok(n)), _) => KeyCode::F(n),
            (_, Some(c)) if name.chars().count() == 1 => match modifiers {
                KeyModifiers::CONTROL => KeyCode::Char(c.to_ascii_lowercase()),
                _ => KeyCode::Char(c),
            },
            _ => return None,
        },
    };
    Some(KeyEvent::new(code, modifiers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_has_one_meaning_and_words() {
        let mut seen = BTreeSet::new();
        for row in KEYS {
            assert!(!row.says().is_empty(), "{}", row.keys);
            for spelled in row.each() {
                assert!(seen.insert(spelled), "{spelled} twice");
                let key = key(spelled).expect("it can be typed");
                assert_eq!(spell(&key).as_deref(), Some(spelled));
                assert_eq!(act(&key), Some(row.act));
            }
        }
    }

    #[test]
    fn every_key_of_a_command_is_a_key_here() {
        for command in COMMANDS {
            let Some(key) = command.key else { continue };
            assert!(
                KEYS.iter().any(|row| row.each().any(|one| one == key)),
                "{} has the key {key}",
                command.name
            );
        }
    }
}
