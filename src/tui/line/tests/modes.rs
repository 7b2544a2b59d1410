//! Completion, hints, open lines, pastes, questions, and what lives on from line to line.

use super::*;

#[test]
fn tab_completes_and_then_chooses() {
    for (before, keys, after, chosen) in [
        // The only one, and what all have in common.
        ("pl|", "Tab", "plan|", None),
        ("x a|", "Tab", "x app|", Some(None)),
        ("x p| y", "Tab", "x p| y", Some(None)),
        ("z|", "Tab", "z|", None),
        // Around, by way of what was typed.
        ("x a| y", "Tab Tab", "x apply| y", Some(Some(0))),
        ("a|", "Tab Tab Tab", "append|", Some(Some(1))),
        ("a|", "Tab Tab Tab Tab", "app|", Some(None)),
        ("a|", "Tab Shift+Tab", "append|", Some(Some(1))),
        (
            "a|",
            "Tab Shift+Tab Shift+Tab Shift+Tab",
            "app|",
            Some(None),
        ),
        ("a|", "Tab Alt+- Tab", "append|", Some(Some(1))),
        // Kept, given up, gone on with.
        ("a|", "Tab Tab Enter", "apply|", None),
        ("a|", "Tab Tab Esc", "app|", None),
        ("a|", "Tab Tab Ctrl+G", "app|", None),
        ("a|", "Tab Esc", "app|", None),
        ("a|", "Tab Tab Space", "apply |", None),
        ("a|", "Tab Tab Left", "appl|y", None),
        ("a|", "Tab Tab PageUp", "apply|", None),
        ("a|", "Tab Tab Enter Ctrl+_", "app|", None),
        ("a|", "Tab Tab Tab Enter Ctrl+_ Ctrl+_", "a|", None),
        ("a|", "Tab Tab Esc Ctrl+_", "a|", None),
    ] {
        let mut prompt = prompt(before);
        type_keys(&mut prompt, keys, &Words);
        let open = prompt.menu().map(Menu::chosen);
        assert_eq!((read(&prompt).as_str(), open), (after, chosen), "{keys}");
    }
}

#[test]
fn a_menu_says_what_became_of_its_keys() {
    for (keys, did) in [
        ("Tab", Did::Edited),
        ("Tab Esc", Did::Edited),
        ("Tab Esc Esc", Did::NotMine),
        ("Tab Tab Enter", Did::Edited),
        ("Tab Tab Enter Enter", Did::Entered("apply".into())),
        // Nothing was chosen.
        ("Tab Enter", Did::Entered("app".into())),
        ("Tab Tab Ctrl+C", Did::Edited),
    ] {
        let mut prompt = prompt("a|");
        assert_eq!(type_keys(&mut prompt, keys, &Words), did, "{keys}");
    }
}

#[test]
fn a_hint_stands_behind_the_end_and_right_takes_it() {
    let hint = |prompt: &Prompt| prompt.hint.as_ref().map(|hint| hint.text.clone());
    let mut prompt = prompt("p|");
    type_keys(&mut prompt, "l", &Words);
    assert_eq!(hint(&prompt).as_deref(), Some("an"));
    type_keys(&mut prompt, "Left", &Words);
    assert_eq!(hint(&prompt), None, "not in the middle");
    type_keys(&mut prompt, "Right Ctrl+F", &Words);
    assert_eq!(read(&prompt), "pl|", "Ctrl+F only moves");
    type_keys(&mut prompt, "Right", &Words);
    assert_eq!((read(&prompt).as_str(), hint(&prompt)), ("plan|", None));
    // What only describes is not put in.
    type_keys(&mut prompt, "Space Right", &Words);
    assert_eq!(read(&prompt), "plan |");
    assert_eq!(hint(&prompt).as_deref(), Some("WORD"));
    // Nor is there any while something else is open, or once nothing is known.
    type_keys(&mut prompt, "Ctrl+R", &Words);
    assert_eq!(hint(&prompt), None);
    type_keys(&mut prompt, "Ctrl+G", &Words);
    assert!(hint(&prompt).is_some());
    prompt.refresh(&());
    assert_eq!(hint(&prompt), None);
}

#[test]
fn an_open_line_goes_on() {
    let mut prompt = prompt("add x [|");
    assert_eq!(type_keys(&mut prompt, "Enter", &Words), Did::Edited);
    assert_eq!(read(&prompt), "add x [\n|");
    let whole = Did::Entered("add x [\n]".into());
    assert_eq!(type_keys(&mut prompt, "] Left Enter", &Words), whole);
    assert!(prompt.is_empty());
}

#[test]
fn a_paste_runs_nothing() {
    for (pasted, text) in [
        ("add a\r\nadd b\r\n", "add a\nadd b"),
        ("add a\radd b", "add a\nadd b"),
        ("two\n\n", "two\n"),
        ("\n", ""),
        ("\x1b[31mred\x07\u{9b}2J\0\u{7f}", "[31mred2J"),
        ("a\tb", "a\tb"),
        ("e\u{301}漢", "e\u{301}漢"),
    ] {
        let mut prompt = prompt("<|>");
        assert!(prompt.paste(pasted, &Words));
        assert_eq!(read(&prompt), format!("<{text}|>"));
        type_keys(&mut prompt, "Ctrl+_", &Words);
        assert_eq!(prompt.text(), "<>", "at once");
    }
    // It ends whatever waits, and keeps what was found or chosen.
    for (keys, after) in [
        ("Ctrl+R l i", "yy|link a b"),
        ("Tab Tab", "applyyy|"),
        ("Alt+3", "ayy|"),
        ("Ctrl+V", "ayy|"),
    ] {
        let mut prompt = prompt("a|");
        type_keys(&mut prompt, keys, &Words);
        assert!(prompt.paste("yy", &Words));
        assert_eq!(read(&prompt), after, "{keys}");
        assert_eq!(type_keys(&mut prompt, "Esc", &Words), Did::NotMine);
    }
}

#[test]
fn a_text_is_no_longer_than_it_may_be() {
    let mut prompt = prompt("|");
    let half = "x".repeat(MOST / 2);
    assert!(prompt.paste(&half, &()) && prompt.paste(&half, &()));
    assert!(!prompt.paste("y", &()));
    type_keys(&mut prompt, "y Alt+9 9 9 9 y", &());
    assert_eq!(prompt.text().len(), MOST);
    type_keys(&mut prompt, "Ctrl+U Alt+9 9 9 9 Ctrl+Y Alt+y", &());
    assert_eq!(prompt.text().len(), 0);
    type_keys(&mut prompt, "Ctrl+Y Ctrl+Y", &());
    assert_eq!(prompt.text().len(), MOST);
}

#[test]
fn what_a_caller_fills_in_can_be_undone() {
    let mut prompt = prompt("ty|ped");
    prompt.set("set file[a] ", &Words);
    assert_eq!(read(&prompt), "set file[a] |");
    assert!(prompt.hint.is_some());
    type_keys(&mut prompt, "Ctrl+_", &Words);
    assert_eq!(prompt.text(), "typed");
}

/// Answers have nothing of lines, and secrets nothing at all of what they are.
#[test]
fn a_question_knows_nothing_of_lines() {
    for mut prompt in [
        Prompt::answer("sure? ", false),
        Prompt::secret("value: ", false),
    ] {
        assert_eq!(type_keys(&mut prompt, "p l", &Words), Did::Edited);
        assert_eq!(prompt.hint, None);
        assert_eq!(type_keys(&mut prompt, "Tab", &Words), Did::Nothing);
        assert_eq!(type_keys(&mut prompt, "Ctrl+R", &Words), Did::Nothing);
        type_keys(&mut prompt, "Up Ctrl+P Alt+< [", &Words);
        assert_eq!(read(&prompt), "pl[|");
        let answer = Did::Entered("pl[".into());
        assert_eq!(type_keys(&mut prompt, "Enter", &Words), answer);
        assert_eq!(type_keys(&mut prompt, "Ctrl+D", &Words), Did::Leave);
        type_keys(&mut prompt, "h u n", &Words);
        assert_eq!(type_keys(&mut prompt, "Ctrl+C", &Words), Did::Interrupt);
        assert!(prompt.is_empty());
    }
    // What was killed at one prompt is not yanked at another.
    let mut secret = Prompt::secret("value: ", false);
    type_keys(&mut secret, "h u n Ctrl+U", &());
    let mut prompt = prompt("|");
    type_keys(&mut prompt, "Ctrl+Y Ctrl+_ Up", &());
    assert_eq!(read(&prompt), "add noop c\nadd noop d|");
}

#[test]
fn a_line_begins_with_what_was_killed_and_kept_before() {
    let mut prompt = prompt("one two|");
    type_keys(&mut prompt, "Ctrl+W Ctrl+P Ctrl+P Enter", &());
    assert_eq!(read(&prompt), "|");
    // Nothing of the last line is undone, nor joined to what is killed now.
    type_keys(&mut prompt, "Ctrl+_ a Ctrl+U Ctrl+Y Alt+y", &());
    assert_eq!(read(&prompt), "two|");
    prompt.remember("kept");
    prompt.remember(" not kept");
    type_keys(&mut prompt, "Ctrl+C Up", &());
    assert_eq!(read(&prompt), "kept|");
}

#[test]
fn the_words_say_what_is_going_on() {
    for (keys, words) in [
        ("x", "sim › "),
        ("Alt+1 2", "(arg: 12) "),
        ("Alt+-", "(arg: -1) "),
        ("Ctrl+R", "(reverse-i-search)`': "),
        ("Ctrl+R l i", "(reverse-i-search)`li': "),
        ("Ctrl+R l z", "(failed reverse-i-search)`lz': "),
        (
            "Ctrl+R l Ctrl+R Ctrl+R Ctrl+R",
            "(failed reverse-i-search)`l': ",
        ),
        ("Ctrl+R l z Backspace", "(failed reverse-i-search)`l': "),
        ("Ctrl+R l Alt+2", "(arg: 2) "),
        ("Ctrl+R l Ctrl+A", "sim › "),
    ] {
        let mut prompt = prompt("|");
        type_keys(&mut prompt, keys, &());
        assert_eq!(prompt.words(), words, "{keys}");
    }
}
