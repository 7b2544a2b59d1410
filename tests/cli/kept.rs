//! What outlives the process: state, and what is pending in it.

use super::*;

#[test]
fn on_this_machine_answers_say_what_is_not_kept() {
    let home = Home::new("fresh");
    let graph = text(&home.one_file("hello"));
    home.run(&["status", &graph])
        .ends(0)
        .says("differs")
        .says("missing");
    home.run(&["pending", &graph])
        .ends(0)
        .says("nothing is pending");
    home.run(&["why", &graph, "made"])
        .ends(0)
        .says("is not kept beyond it");
    home.run(&["why", &graph, "nobody"])
        .ends(1)
        .complains("nobody");
    home.run(&["trace", &graph])
        .ends(0)
        .says("is not kept beyond it");
    home.run(&["cancel", &graph, "made"])
        .ends(0)
        .says("nothing is pending for file[");
    home.run(&["state"]).ends(0).says("no graph has state in");
    assert!(!home.path("made").exists() && !home.path("state").exists());
}

/// Rules P2, P5, P6, N5 and N6: what is pending is so for the next process, which can ask in which run and why, drop, or deliver it.
#[test]
fn what_is_pending_outlives_the_process() {
    let home = Home::new("outlives");
    let graph = text(&reaction(&home));
    home.run(&["apply", "--yes", &graph]).ends(1);
    let told = home.run(&["pending", &graph]).ends(0);
    told.says("exec[react]")
        .says("notified by file[")
        .says("because of start");
    home.run(&["why", &graph, "react"])
        .ends(0)
        .says("notified by file[");
    home.run(&["--json", "pending", &graph])
        .ends(0)
        .says("\"cause\":\"start host");
    home.run(&["plan", &graph])
        .ends(0)
        .says("pending since run 1");
    home.run(&["state"])
        .ends(0)
        .says("reaction-")
        .says("reaction.yaml");
    home.write("ready", "");
    home.run(&["apply", "--yes", &graph])
        .ends(0)
        .says("refreshed  exec[react]");
    assert_eq!(content(&home.path("log")), "reacted\n");
    home.run(&["pending", &graph])
        .ends(0)
        .says("nothing is pending");
    home.run(&["apply", "--yes", &graph]).ends(0);
    assert_eq!(content(&home.path("log")), "reacted\n");
}

/// A notification by hand is recorded, and the next run hears it.
#[test]
fn a_resource_can_be_notified_by_hand() {
    let home = Home::new("notified");
    let graph = text(&reaction(&home));
    home.write("ready", "");
    home.run(&["apply", "--yes", &graph]).ends(0);
    home.run(&["notify", &graph, "react"])
        .ends(0)
        .says("notified   exec[react]");
    home.run(&["pending", &graph])
        .ends(0)
        .says("exec[react]  notified by command");
    home.run(&["apply", "--yes", &graph]).ends(0);
    assert_eq!(content(&home.path("log")), "reacted\nreacted\n");
    home.run(&["notify", &graph, "made"])
        .ends(1)
        .complains("cannot be notified: file hears nothing");
}

/// Rule P5: under another path of its file only where that is asked for.
#[test]
fn what_is_pending_can_be_dropped_and_taken_over() {
    let home = Home::new("dropped");
    let graph = text(&reaction(&home));
    home.run(&["apply", "--yes", &graph]).ends(1);
    let moved = home.path("moved.yaml");
    std::fs::rename(&graph, &moved).expect("it can be moved");
    let moved = text(&moved);
    home.run(&["plan", &moved])
        .ends(0)
        .complains("--adopt takes it over");
    home.run(&["--adopt", "pending", &moved])
        .ends(0)
        .says("notified by file[");
    home.run(&["pending", &moved])
        .ends(0)
        .says("notified by file[");
    home.run(&["cancel", &moved, "react"])
        .ends(0)
        .says("dropped");
    home.run(&["pending", &moved])
        .ends(0)
        .says("nothing is pending");
    let listed = home.run(&["--json", "state"]).ends(0);
    let all: serde_json::Value = serde_json::from_str(&listed.out).expect("JSON");
    let name = all["states"][0]["name"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert_eq!(all["states"].as_array().map(Vec::len), Some(1), "{all}");
    home.run(&["state", "drop", "reactio"])
        .ends(1)
        .complains("is called `reactio`");
    home.run(&["state", "drop", &name])
        .ends(1)
        .complains("there is nobody to ask before")
        .complains("0 kept passwords, 0 pending notifications");
    home.run(&["state", "drop", &name, "--yes"])
        .ends(0)
        .says("dropped");
    home.run(&["state"]).ends(0).says("no graph has state in");
    home.run(&["--adopt", "plan", &moved])
        .ends(1)
        .complains("has state to take over");
}
