//! Any input at all: nothing panics, and every error has its place.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const WORDS: &[&str] = &[
    "resources",
    "edges",
    "bindings",
    "file",
    "noop",
    "exec",
    "name",
    "meta",
    "world",
    "steps",
    "expect",
    "use",
    "drop",
    ": ",
    "\n",
    "\n  ",
    "\n- ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    "\"",
    "|",
    ">",
    "&a ",
    "*a",
    "#",
    "->",
    "~>",
    ".",
    "a",
    "/b",
    "0644",
    "\t",
    "!x",
    "? ",
    "---\n",
    "é",
    "\r\n",
    "$",
    "=",
    "has",
];

fn survives(text: &str) {
    if let Err(why) = read(text) {
        assert!(!why.problems().is_empty());
        let _ = format!("{why}{why:?}");
        for related in miette::Diagnostic::related(&why).into_iter().flatten() {
            let mut shown = String::new();
            let _ = miette::GraphicalReportHandler::new().render_report(&mut shown, related);
        }
    }
}

/// Draws the same in every run, but for a seed or a number of cases that the environment gives.
fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        fixed => fixed,
    };
    ProptestConfig {
        rng_seed,
        failure_persistence: None,
        ..given
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn nothing_like_yaml_makes_it_panic(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..60)) {
        survives(&words.concat());
    }

    #[test]
    fn no_damage_makes_it_panic(at in 0usize..2000, cut in 0usize..8, word in proptest::sample::select(WORDS)) {
        let text = super::good::STORY;
        let from = text.floor_char_boundary(at % text.len());
        let to = text.ceil_char_boundary((from + cut).min(text.len()));
        survives(&format!("{}{word}{}", &text[..from], &text[to..]));
    }
}
