//! Every key of the map, by what it makes of a line.

use super::*;
use std::collections::BTreeSet;

/// A line, keys, and the line after them.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str)] = &[
    // Moving.
    ("one two|", "Ctrl+A", "|one two"),
    ("one\ntwo|", "Home", "one\n|two"),
    ("|one two", "Ctrl+E", "one two|"),
    ("o|ne\ntwo", "End", "one|\ntwo"),
    ("ab|", "Ctrl+B", "a|b"),
    ("漢字|", "Left", "漢|字"),
    ("|ab", "Ctrl+F", "a|b"),
    ("|e\u{301}b", "Right", "e\u{301}|b"),
    ("one two-three|", "Alt+b", "one two-|three"),
    ("one two|", "Alt+B", "one |two"),
    ("one two|", "Alt+Left Ctrl+Left", "|one two"),
    ("|one-two", "Alt+f", "one|-two"),
    ("|one two", "Alt+F Alt+Right", "one two|"),
    ("|one two", "Ctrl+Right", "one| two"),
    ("|a.b.c", "Ctrl+] .", "|a.b.c"),
    ("|a.bc.d", "Alt+2 Ctrl+] .", "a.b|c.d"),
    ("a.b.c|", "Ctrl+Alt+] .", "a.b|.c"),
    ("a.b.c|", "Alt+- Ctrl+] .", "a.b|.c"),
    // Deleting and killing.
    ("ab|", "Backspace", "a|"),
    ("a|b", "Ctrl+D", "a|"),
    ("|ab", "Del", "|b"),
    ("one| two\nthree", "Ctrl+K", "one|\nthree"),
    ("one|\nthree", "Ctrl+K", "one|three"),
    ("one two|", "Alt+- Ctrl+K", "|"),
    ("one\ntwo| three", "Ctrl+U", "one\n| three"),
    ("one two.three |", "Ctrl+W", "one |"),
    ("one two.three|", "Alt+Backspace", "one two.|"),
    ("|one two", "Alt+d Alt+D", "|"),
    ("one two|", "Ctrl+W Ctrl+Y Ctrl+Y", "one twotwo|"),
    ("one two|", "Ctrl+W Ctrl+W Ctrl+Y", "one two|"),
    ("one two|", "Ctrl+W Left Ctrl+W Ctrl+Y Alt+y", "two| "),
    ("one two|", "Ctrl+W Left Ctrl+W Ctrl+Y Alt+Y Alt+y", "one| "),
    ("ab|", "Alt+- Ctrl+Y", "ab|"),
    ("ab|", "Ctrl+U Alt+2 Ctrl+Y", "abab|"),
    ("ab|", "Alt+y", "ab|"),
    // Changing.
    ("ab|", "Ctrl+T", "ba|"),
    ("a|b", "Ctrl+T", "ba|"),
    ("one| two", "Alt+t", "two one|"),
    ("one two three|", "Alt+T", "one three two|"),
    ("|one two", "Alt+u Alt+U", "ONE TWO|"),
    ("|ONE TWO", "Alt+l Alt+L", "one two|"),
    ("|one TWO", "Alt+c Alt+C", "One Two|"),
    ("|", "a b Space c Ctrl+_", "ab|"),
    ("|", "a b Space c Ctrl+_ Ctrl+_", "|"),
    ("|", "a b Space c Alt+2 Ctrl+_", "|"),
    ("one two|", "Ctrl+W Ctrl+X Ctrl+U", "one two|"),
    ("one two|", "Ctrl+X Backspace", "|"),
    ("one|", "Ctrl+X Ctrl+G", "one|"),
    ("one|", "Ctrl+X Esc", "one|"),
    ("one|", "Ctrl+X z", "one|"),
    ("|", "Ctrl+Q Ctrl+A Ctrl+V Tab Ctrl+V Esc Ctrl+V x", "\u{1}\t\u{1b}x|"),
    ("|", "Ctrl+V Up", "|"),
    ("|", "Alt+1 2 x", "xxxxxxxxxxxx|"),
    ("|", "Alt+0 x", "x|"),
    ("|", "Alt+- x", "|"),
    ("abcdef|", "Alt+- 2 Right", "abcd|ef"),
    ("abcdef|", "Alt+3 Left Alt+- Alt+2 Left", "abcde|f"),
    // History.
    ("new|", "Up", "add noop c\nadd noop d|"),
    ("new|", "Up Up Up", "link a b|"),
    ("ne|w", "Ctrl+P Ctrl+P", "link a b|"),
    ("ne|w", "Ctrl+P Ctrl+P Ctrl+N Ctrl+N", "ne|w"),
    ("ne|w", "Ctrl+P Ctrl+N Ctrl+N", "ne|w"),
    ("new|", "Alt+<", "add noop a|"),
    ("ne|w", "Alt+< Alt+>", "ne|w"),
    ("ne|w", "Alt+>", "ne|w"),
    ("one\ntwo|", "Up", "|one\ntwo"),
    ("one\ntwo thr|ee", "Up", "o|ne\ntwo three"),
    ("one\ntwo three|", "Up", "one|\ntwo three"),
    ("漢字\ntwo three|", "Up", "漢|字\ntwo three"),
    ("a\n\ntwo|", "Up Up", "|a\n\ntwo"),
    ("one\nt|wo", "Down", "one\nt|wo"),
    ("|one\nsecond row", "Down", "one\nsecond| row"),
    ("new|", "Ctrl+R l i", "|link a b"),
    ("new|", "Ctrl+R n o", "add |noop c\nadd noop d"),
    ("new|", "Ctrl+R n o Ctrl+R", "add |noop a"),
    ("new|", "Ctrl+R n o Ctrl+R Ctrl+S", "add |noop c\nadd noop d"),
    ("new|", "Ctrl+R l i Ctrl+G", "new|"),
    ("new|", "Ctrl+R l i Esc", "new|"),
    ("new|", "Ctrl+R l i Ctrl+E x", "link a bx|"),
    ("new|", "Ctrl+R l i Ctrl+E Ctrl+_", "new|"),
    ("one two|", "Ctrl+W Ctrl+R l i Ctrl+G Ctrl+_", "one two|"),
    ("new|", "Ctrl+S", "new|"),
    // The line as a whole.
    ("one|two", "Alt+Enter", "one\n|two"),
    ("one|two", "Enter", "|"),
    ("one|two", "Ctrl+J", "|"),
    ("one|two", "Ctrl+C", "|"),
    ("one|two", "Ctrl+\\", "|"),
    ("one|two", "Ctrl+G", "one|two"),
    ("one|two", "Ctrl+Alt+G", "one|two"),
    ("one|two", "Esc", "one|two"),
    ("one|two", "Tab", "one|two"),
    ("one|two", "Shift+Tab", "one|two"),
    ("one|two", "Ctrl+L", "one|two"),
    ("one|two", "Ctrl+Z", "one|two"),
];

#[test]
fn keys_do_what_the_map_says() {
    for (before, keys, after) in CASES {
        let mut prompt = prompt(before);
        type_keys(&mut prompt, keys, &());
        assert_eq!(read(&prompt), *after, "{before:?} {keys}");
    }
}

#[test]
fn every_key_of_the_map_is_tried() {
    let tried: Vec<Stroke> = CASES.iter().flat_map(|case| strokes(case.1)).collect();
    let all = MAP.iter().chain(AFTER_X).flat_map(|row| row.keys);
    let digits = |stroke: &&&Stroke| !matches!(stroke.0, KeyCode::Char('4'..='9'));
    let missing: Vec<String> = all
        .filter(|key| !tried.contains(key))
        .filter(|key| digits(&key))
        .map(Stroke::to_string)
        .collect();
    assert_eq!(missing, [""; 0]);
    let names = MAP.iter().flat_map(|row| row.keys).map(Stroke::to_string);
    let each: BTreeSet<String> = names.clone().collect();
    // Small letters and capitals beside Alt are one key by name.
    assert_eq!(each.len(), names.count() - 8);
    assert!(MAP.iter().all(|row| !row.about.is_empty()));
}

/// What crossterm tells of the bytes that a terminal sends.
#[test]
fn a_key_of_several_names_is_one_key() {
    let mods = |held: &[KeyModifiers]| held.iter().fold(KeyModifiers::NONE, |all, one| all | *one);
    let (ctrl, alt, shift) = (
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
        KeyModifiers::SHIFT,
    );
    for (code, held, name) in [
        (KeyCode::Char('7'), mods(&[ctrl]), "Ctrl+_"),
        (KeyCode::Char('5'), mods(&[ctrl]), "Ctrl+]"),
        (KeyCode::Char('4'), mods(&[ctrl]), "Ctrl+\\"),
        (KeyCode::Char('5'), mods(&[ctrl, alt]), "Ctrl+Alt+]"),
        (KeyCode::Char('h'), mods(&[ctrl]), "Backspace"),
        (KeyCode::Char('h'), mods(&[ctrl, alt]), "Alt+Backspace"),
        (KeyCode::Char('i'), mods(&[ctrl]), "Tab"),
        (KeyCode::Char('m'), mods(&[ctrl]), "Enter"),
        (KeyCode::Char('['), mods(&[ctrl]), "Esc"),
        (KeyCode::Char('A'), mods(&[ctrl, shift]), "Ctrl+A"),
        (KeyCode::Char('B'), mods(&[alt, shift]), "Alt+B"),
        (KeyCode::BackTab, mods(&[shift]), "Shift+Tab"),
        (KeyCode::Tab, mods(&[shift]), "Shift+Tab"),
    ] {
        let found = Stroke::of(KeyEvent::new(code, held));
        assert_eq!(found, stroke(name), "{name}");
        assert_eq!(found.to_string(), name);
    }
}

#[test]
fn keys_say_what_they_did() {
    for (before, keys, did) in [
        ("|", "x", Did::Edited),
        ("x|", "Left", Did::Edited),
        ("one|two", "Enter", Did::Entered("onetwo".into())),
        ("|", "Enter", Did::Entered(String::new())),
        ("x|", "Ctrl+C", Did::Edited),
        ("|", "Ctrl+C", Did::Interrupt),
        ("x|", "Ctrl+C Ctrl+C", Did::Interrupt),
        ("x|", "Ctrl+D", Did::Edited),
        ("|", "Ctrl+D", Did::Leave),
        ("x|", "Esc", Did::NotMine),
        ("x|", "Ctrl+G", Did::Nothing),
        ("x|", "Ctrl+S", Did::Nothing),
        ("x|", "Shift+Tab", Did::Nothing),
        ("x|", "PageUp", Did::NotMine),
        ("x|", "F5", Did::NotMine),
        ("x|", "Alt+Up", Did::NotMine),
        ("x|", "Ctrl+L", Did::NotMine),
        ("x|", "Alt+2 Ctrl+L", Did::NotMine),
        ("x|", "Ctrl+Z", Did::NotMine),
        // Esc that ends something is the prompt's own.
        ("x|", "Alt+2 Esc", Did::Edited),
        ("x|", "Ctrl+X Esc", Did::Edited),
        ("x|", "Ctrl+] Esc", Did::Edited),
        ("x|", "Ctrl+R Esc", Did::Edited),
        ("x|", "Ctrl+V Esc", Did::Edited),
        ("x|", "Ctrl+X PageUp", Did::Edited),
        ("x|", "Ctrl+R Esc Esc", Did::NotMine),
    ] {
        let mut prompt = prompt(before);
        assert_eq!(type_keys(&mut prompt, keys, &()), did, "{before} {keys}");
    }
    let mut key = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
    key.kind = KeyEventKind::Release;
    let mut prompt = prompt("|");
    assert_eq!(prompt.key(key, &()), Did::Nothing);
    assert_eq!(read(&prompt), "|");
}
