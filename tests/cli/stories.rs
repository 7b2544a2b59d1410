//! Stories outside `weft test`: played, judged, saved.

use super::Home;

/// Several that fail are told apart: each with its place, its words, and why the resource came to that.
#[test]
fn a_failing_expectation_is_named_with_its_place() {
    let home = Home::new("judged");
    home.write(
        "story.yaml",
        "resources:\n  file:\n  - {name: /a, content: x, mode: \"0644\"}\nsteps: [apply]\nexpect:\n- file[/a] ok\n- file[/a] changed 1\n- /a mode 0600\n",
    );
    let ran = home
        .run(&["story.yaml"])
        .ends(1)
        .says("1 of 3 expectations hold");
    let ran = ran.complains(
        "error: story.yaml:6:3: expected `file[/a] ok`: wanted ok, found changed\n  why: ",
    );
    ran.complains("error: story.yaml:8:3: expected `/a mode 0600`: wanted 0600, found 0644\n");
}
