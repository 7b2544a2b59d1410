//! `replay`: what a trace tells, without a terminal.

use super::*;
use std::fs;

/// The password story's trace; and the story itself.
fn password(home: &Home) -> (String, String) {
    let story = include_str!("../../scenarios/password.yaml");
    let story = text(&home.write("password.yaml", story));
    home.run(&[&story, "--trace", "it.jsonl", "-c", "apply"])
        .ends(0);
    ("it.jsonl".to_owned(), story)
}

#[test]
fn a_trace_is_told_as_trace_tells_it_and_as_it_is() {
    let home = Home::new("replay");
    let (trace, story) = password(&home);
    home.run(&[&story, "--trace", &trace]).ends(0);
    let told = home.run(&["trace", &story]).ends(0);
    let again = home.run(&["replay", &trace]).ends(0);
    assert_eq!(again.out, told.out);
    assert_eq!(again.err, "");
    let written = fs::read_to_string(home.path(&trace)).expect("a trace");
    assert_eq!(
        home.run(&["replay", &trace, &story, "--json"]).ends(0).out,
        written
    );
    // As a whole, with a last line that was cut off, and without a trace that would be emptied first.
    let cut = text(&home.write("cut.jsonl", &written[..written.len() - 20]));
    let ran = home
        .run(&["replay", &cut, "--json"])
        .ends(0)
        .complains("the file ends within");
    assert_eq!(
        ran.out,
        written
            .split_inclusive('\n')
            .take(written.lines().count() - 1)
            .collect::<String>()
    );
    home.run(&["replay", &trace, "--trace", &trace])
        .ends(64)
        .complains("leave --trace out");
    assert_eq!(
        fs::read_to_string(home.path(&trace)).expect("a trace"),
        written
    );
    // Two of them are one after the other.
    let both = text(&home.write("both.jsonl", &(written.clone() + &written)));
    assert_eq!(
        home.run(&["replay", &both]).ends(0).out,
        (told.out.clone() + &told.out)
    );
}

#[test]
fn what_cannot_be_replayed_says_where_and_why() {
    let home = Home::new("replay-bad");
    let (trace, story) = password(&home);
    let written = fs::read_to_string(home.path(&trace)).expect("a trace");
    let odd = home.write(
        "odd.jsonl",
        &written.replacen("\"id\":3", "\"id\":\"x\"", 1),
    );
    let newer = home.write(
        "newer.jsonl",
        &written.replace("\"format\":1", "\"format\":9"),
    );
    let empty = home.write("empty.jsonl", "");
    let latin = home.path("latin.jsonl");
    fs::write(&latin, [written.as_bytes(), b"\xff\n"].concat()).expect("written");
    let gone = home.path("gone.jsonl");
    for (path, why, hint) in [
        (
            text(&odd),
            ":3: this tells of no event",
            "each line is an event",
        ),
        (
            text(&newer),
            ":1: format 9 is newer",
            "a newer weft reads it",
        ),
        (
            text(&empty),
            ": there is no event in it",
            "`--trace FILE` writes one",
        ),
        (
            text(&latin),
            ": line 25 is no text in UTF-8",
            "`--trace FILE` wrote",
        ),
        (text(&gone), ": no such file", "`--trace FILE` wrote"),
        (text(&home.0), ": is a directory", "`--trace FILE` wrote"),
        (story.clone(), ":1: this is no trace", "TRACE comes first"),
    ] {
        let ran = home
            .run(&["replay", &path])
            .ends(1)
            .complains(&format!("error: {path}{why}"));
        ran.complains(hint);
        let ran = home.run(&["replay", &path, "--json"]).ends(1);
        assert!(ran.out.contains("\"error\""), "{}", ran.out);
    }
}

#[test]
fn what_does_not_fit_the_trace_is_refused_or_warned_of() {
    let home = Home::new("replay-unfit");
    let (trace, _) = password(&home);
    home.run(&["replay", &trace, "nowhere.yaml"])
        .ends(1)
        .complains("nowhere.yaml: no such file");
    home.write("other.yaml", "resources:\n  noop: [{name: bystander}]\n");
    home.run(&["replay", &trace, "other.yaml"])
        .ends(0)
        .complains("file[/tmp/secret] and 1 more, which FILE does not have");
    for (args, why) in [
        (&["--at", "3"][..], "--still <FILE>"),
        (&["--size", "80x24"], "--still <FILE>"),
        (
            &["--still", "a.svg", "--record", "a.cast"],
            "cannot be used with",
        ),
        (&["--still", "a.svg", "--at", "101%"], "from 0% to 100%"),
        (&["--still", "a.svg", "--at", "soon"], "or `end`"),
        (
            &["--still", "a.svg", "--size", "25x24"],
            "from 26x8 to 500x200",
        ),
        (
            &["--still", "a.svg", "--size", "80"],
            "from 26x8 to 500x200",
        ),
        (&["--speed", "0"], "from 0.0625 to 64"),
    ] {
        let args = [&["replay", &trace], args].concat();
        home.run(&args).ends(64).complains(why);
    }
    home.run(&["replay", &trace, "--still", "a.svg", "--at", "25"])
        .ends(1)
        .complains("there is no event 25: the trace has 24 events");
    home.run(&["replay", &trace, "--still", "none/a.svg"])
        .ends(1)
        .complains("--still none/a.svg");
    home.run(&["replay", &trace, "--record", "/dev/full"])
        .ends(1)
        .complains("--record /dev/full");
    assert!(!home.path("a.svg").exists());
}

/// The words of an SVG, without what is written around them.
fn words(svg: &str) -> String {
    let texts = svg
        .split("</text>")
        .filter_map(|text| text.rsplit_once('>'));
    texts.map(|(_, text)| text.to_owned() + "\n").collect()
}

#[test]
fn a_still_shows_one_moment_the_same_everywhere() {
    let home = Home::new("replay-still");
    let (trace, story) = password(&home);
    let still = |args: &[&str]| {
        let args = [&["replay", &trace, "--still", "it.svg"], args].concat();
        let ran = home.run(&args).ends(0);
        let svg = fs::read_to_string(home.path("it.svg")).expect("a still");
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        (svg, ran.out)
    };
    let (end, said) = still(&[]);
    assert_eq!(said, "it.svg: event 24 of 24\n");
    assert!(words(&end).contains("converged, 2 changed"), "{end}");
    assert!(end.contains("viewBox=\"0 0 900 540\""), "100 by 30 cells");
    let (again, said) = still(&["--at", "end", "--json", "--no-motion"]);
    assert_eq!(again, end, "nothing moves at the end");
    assert!(
        said.contains("\"still\":\"it.svg\"") && said.contains("\"event\":24"),
        "{said}"
    );
    let (third, said) = still(&["--at", "6", "--size", "120x40", "--theme", "light", &story]);
    assert_eq!(said, "it.svg: event 6 of 24\n");
    assert!(words(&third).contains("generated") && !words(&third).contains("converged"));
    assert!(third.contains("fill=\"#ffffff\"") && third.contains("viewBox=\"0 0 1080 720\""));
    let travels = |svg: &str| svg.contains("◆");
    let (moving, _) = still(&["--at", "57%"]);
    assert!(travels(&moving) && !travels(&end), "{moving}");
    assert!(!travels(&still(&["--at", "57%", "--no-motion"]).0));
    let (ascii, _) = still(&["--at", "57%", "--ascii"]);
    assert!(ascii.is_ascii(), "{ascii}");
    // What the terminal and its locale can show does not count.
    let mut plain = home.weft(&["replay", &trace, "--still", "c.svg", "--at", "57%"]);
    let plain = plain
        .env("LANG", "C")
        .env("NO_COLOR", "1")
        .env("TERM", "dumb");
    Ran::of(plain.output().expect("weft runs")).ends(0);
    assert_eq!(
        fs::read_to_string(home.path("c.svg")).expect("a still"),
        moving
    );
}

/// Neither a recording nor anything else that is there is lost for one; a pipe or a device keeps nothing.
#[test]
fn a_recording_overwrites_no_file() {
    let home = Home::new("replay-record-kept");
    let (trace, _) = password(&home);
    home.write("it.cast", "somebody's own");
    std::os::unix::fs::symlink("it.cast", home.path("link.cast")).expect("a link");
    for name in ["it.cast", "link.cast"] {
        home.run(&["replay", &trace, "--record", name])
            .ends(1)
            .complains(&format!(
                "--record {name}: it is there already: give another name, or remove it"
            ));
        let kept = fs::read_to_string(home.path("it.cast")).expect("it is there");
        assert_eq!(kept, "somebody's own");
    }
    home.run(&["replay", &trace, "--record", "/dev/null"])
        .ends(0);
}

/// All of it, in the film's own time: what is seen last is how it ended.
#[test]
fn a_recording_needs_no_terminal() {
    let home = Home::new("replay-record");
    let (trace, _) = password(&home);
    let args = ["replay", &trace, "--record", "it.cast", "--size", "80x24"];
    home.run(&args).ends(0).says("seconds of film");
    let cast = fs::read_to_string(home.path("it.cast")).expect("a recording");
    let mut lines = cast.lines();
    let head = lines.next().expect("a head");
    assert!(
        head.contains("\"width\":80") && head.contains("\"height\":24"),
        "{head}"
    );
    let some = |n| std::num::NonZero::new(n).expect("not zero");
    let mut player = vt100::Parser::new(some(24), some(80), 0);
    let mut times = Vec::new();
    let mut seen = Vec::new();
    for line in lines {
        let (at, _, data): (f64, String, String) = serde_json::from_str(line).expect("JSON");
        times.push(at);
        player.process(data.as_bytes());
        seen.push(player.screen().contents());
    }
    assert!(times.is_sorted() && times.len() > 20, "{times:?}");
    assert!(
        times.windows(2).all(|two| two[1] - two[0] <= 1.0),
        "{times:?}"
    );
    let moving = seen.iter().filter(|text| text.contains('◆')).count();
    assert!(moving > 4, "{seen:?}");
    assert!(
        seen.last()
            .is_some_and(|last| last.contains("converged, 2 changed")),
        "{seen:?}"
    );
    // The same film once more is the same recording.
    let args = [
        "replay",
        &trace,
        "--record",
        "again.cast",
        "--size",
        "80x24",
    ];
    home.run(&args).ends(0);
    assert_eq!(
        fs::read_to_string(home.path("again.cast")).expect("a recording"),
        cast
    );
    let ran = home
        .run(&["replay", &trace, "--record", "third.cast", "--json"])
        .ends(0);
    assert!(ran.out.contains("\"seconds\":4."), "{}", ran.out);
}
