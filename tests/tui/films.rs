//! Films that are over, on a screen without a session: they play, stand still, go back, and nothing can be done to them.

use super::stage::{PASSWORD, Stage, session};
use weft::command::registry::COMMANDS;
use weft::engine::event::Event;
use weft::graph::Graph;
use weft::trace::sketch;

/// What a session comes to in which these lines were done.
fn told(text: &str, lines: &[&str]) -> Vec<Event> {
    let mut stage = Stage::over(session(text), (80, 24), Default::default());
    for line in lines {
        stage.line(line);
    }
    stage.session().events().to_vec()
}

fn film(text: &str, lines: &[&str]) -> (Graph, Vec<Event>) {
    let events = told(text, lines);
    (sketch(&events), events)
}

fn password() -> Stage {
    Stage::replay(vec![film(PASSWORD, &["apply"])], (120, 30))
}

/// What is on the screen, in one text.
fn seen(stage: &mut Stage) -> String {
    stage.rows().join("\n")
}

#[test]
fn it_plays_from_its_beginning_at_its_own_pace() {
    let mut stage = password();
    assert!(
        stage.has("replay of it") && stage.has("PLAYS"),
        "{}",
        seen(&mut stage)
    );
    assert!(
        !stage.has("converged"),
        "what comes later is not seen: {}",
        seen(&mut stage)
    );
    assert!(
        stage.has("password[pw]") && stage.has("noop[bystan"),
        "drawn from what happened"
    );
    let mut shown = Vec::new();
    for _ in 0..60 {
        shown.push(stage.app.shown().0);
        stage.wait(100);
    }
    assert!(
        shown.is_sorted() && shown[10] < 15,
        "one after the other: {shown:?}"
    );
    assert!(
        stage.has("OVER") && stage.has("converged"),
        "{}",
        seen(&mut stage)
    );
    assert!(
        stage.has("command   apply"),
        "commands are told as events: {}",
        seen(&mut stage)
    );
    // Once more.
    stage.keys("Space").wait(300);
    assert!(
        stage.has("PLAYS") && !stage.has("converged"),
        "{}",
        seen(&mut stage)
    );
}

#[test]
fn the_keys_of_the_film_work() {
    let mut stage = password();
    stage.wait(1_500).keys("Space").wait(5_000);
    assert!(
        stage.has("STILL") && !stage.has("converged"),
        "{}",
        seen(&mut stage)
    );
    let (at, all) = stage.app.shown();
    stage.keys("<");
    let (back, _) = stage.app.shown();
    assert!(back < at, "{back} {at}");
    stage.keys(">");
    assert_eq!(stage.app.shown(), (at, all));
    stage.keys("End");
    assert_eq!(stage.app.shown(), (all, all));
    stage.keys("}");
    assert!(stage.has("2 x"), "{}", seen(&mut stage));
    stage.keys("{ +");
    assert!(stage.has("boxes"), "{}", seen(&mut stage));
    // In the trace, Enter goes to the line that is seen last.
    stage.keys("Tab Tab T PgUp Enter");
    assert!(
        stage.has("STILL") && stage.app.shown().0 < all,
        "{}",
        seen(&mut stage)
    );
    stage.keys("End t").text("notified").keys("Enter");
    assert!(
        !stage.has("changed    password[pw]"),
        "{}",
        seen(&mut stage)
    );
    assert_eq!(stage.wished, Vec::<String>::new());
}

/// Why a vertex is as it is: in words, and lit up; each film by itself.
#[test]
fn why_is_answered() {
    let mut stage = password();
    stage
        .wait(60_000)
        .keys("/")
        .text("bystander")
        .keys("Enter w");
    let page = seen(&mut stage);
    assert!(
        page.contains("refreshed  noop[bystander]") && page.contains("start"),
        "{page}"
    );
    stage.keys("Esc i").line("why pw");
    assert!(stage.has("generated 16 characters"), "{}", seen(&mut stage));
    stage.keys("Esc").line("why nobody");
    assert!(
        stage.has("nobody") && !stage.has("STILL line"),
        "{}",
        seen(&mut stage)
    );
}

/// Whatever would do or edit something is refused in words; what only asks has an answer. No session hears of either.
#[test]
fn nothing_can_be_done() {
    const ANSWERED: [&str; 5] = ["why", "trace", "graph", "kinds", "help"];
    for command in COMMANDS.iter().filter(|command| command.name != "quit") {
        let mut stage = password();
        stage.wait(60_000).keys("i").line(command.example);
        let refused = stage.has("nothing can be done here");
        let page = stage.has("Enter/Esc closes");
        let answered = ANSWERED.contains(&command.name);
        assert_eq!(
            (refused, page),
            (!answered, answered),
            "{}: {}",
            command.name,
            seen(&mut stage)
        );
        assert_eq!(
            stage.session().log(),
            Vec::<String>::new(),
            "{}",
            command.name
        );
        assert_eq!(stage.wished, Vec::<String>::new(), "{}", command.name);
    }
    for key in [
        "p", "a", "s", "c", "b", "e", "u", "U", "Enter", "-", "~", ".",
    ] {
        let mut stage = password();
        stage.wait(60_000).keys(key);
        assert!(
            stage.has("nothing can be done here"),
            "{key}: {}",
            seen(&mut stage)
        );
        assert_eq!(stage.app.typed(), "", "{key}");
        assert_eq!(stage.session().log(), Vec::<String>::new(), "{key}");
    }
    let mut stage = password();
    stage.keys("i").line("sing");
    assert!(stage.has("sing"), "{}", seen(&mut stage));
    for leaves in ["q", "Ctrl+C Ctrl+C"] {
        let mut stage = password();
        stage.keys(leaves);
        assert_eq!(stage.wished, ["Leave"], "{leaves}");
    }
    let mut stage = password();
    stage.keys("i").line("quit");
    assert_eq!(stage.wished, ["Leave"]);
}

/// How one ended is seen until the next begins, which has its own graph.
#[test]
fn films_follow_one_another() {
    let other = "weft: 1\ngraph: other\nworld: {}\nresources:\n  noop: [{name: alone}]\n";
    let films = format!(
        "{}{}",
        lines(&told(PASSWORD, &["apply"])),
        lines(&told(other, &["apply"]))
    );
    let films = weft::trace::Films::read(&films).expect("a trace");
    let films: Vec<_> = films
        .films
        .into_iter()
        .map(|events| (sketch(&events), events))
        .collect();
    let first = films[0].1.len();
    let mut stage = Stage::replay(films, (120, 30));
    stage.app.stand_at(weft::tui::app::Moment::Event(first));
    assert!(
        stage.has("password[pw]") && stage.has("converged, 2 changed"),
        "{}",
        seen(&mut stage)
    );
    stage.app.stand_at(weft::tui::app::Moment::End);
    assert!(
        stage.has("noop[alone]") && stage.has("1 vertex"),
        "{}",
        seen(&mut stage)
    );
    assert!(stage.has("converged, 0 changed"), "{}", seen(&mut stage));
    stage.keys("w");
    let why = seen(&mut stage);
    assert!(
        why.contains("noop[alone]") && !why.contains("generated"),
        "{why}"
    );
}

fn lines(events: &[Event]) -> String {
    events
        .iter()
        .map(|event| weft::trace::json_line(event) + "\n")
        .collect()
}

/// While one looks at the past, what was asked is read by itself, since the trace is in step with the film.
#[test]
fn an_answer_is_seen_also_in_the_past() {
    let mut stage = Stage::open(PASSWORD, (120, 30), Default::default());
    stage.line("apply").keys("Esc < < < i").line("status");
    assert!(stage.has("Enter/Esc closes"), "{}", seen(&mut stage));
    stage.keys("Esc Esc p");
    assert!(
        stage.has("the past, where nothing can be done"),
        "{}",
        seen(&mut stage)
    );
}
