//! The table of commands.

use super::registry::{Arg, Command, Group, Slot, When};
use crate::engine::Halt;

/// The events after which a run can be made to stop.
pub const EVENTS: &[&str] = &{
    let mut words = [""; Halt::ALL.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = Halt::ALL[at].word();
        at += 1;
    }
    words
};

const REF: Arg = Arg::new(Slot::Ref, "REF");
const REFS: Arg = Arg::new(Slot::Refs, "REF…");
const MAYBE_REFS: Arg = Arg::maybe(Slot::Refs, "REF…");
const MAYBE_REF: Arg = Arg::maybe(Slot::Ref, "REF");
const PATH: Arg = Arg::new(Slot::Path, "PATH");

const fn graph(name: &'static str, about: &'static str, example: &'static str) -> Command {
    Command::new(Group::Graph, name, about, example)
}

const fn run(name: &'static str, about: &'static str, example: &'static str) -> Command {
    Command::new(Group::Run, name, about, example)
}

const fn poke(name: &'static str, about: &'static str, example: &'static str) -> Command {
    Command::new(Group::Poke, name, about, example)
}

const fn ask(name: &'static str, about: &'static str, example: &'static str) -> Command {
    Command::new(Group::Ask, name, about, example)
}

/// Every command, in the order of help.
pub const COMMANDS: &[Command] = &[
    graph("add", "add a vertex", "add file /tmp/secret mode=0600")
        .args(&[
            Arg::new(Slot::NewRef, "KIND NAME"),
            Arg::maybe(Slot::Settings, "PARAM=VALUE…"),
        ])
        .help(
            "`add file[/tmp/secret]` is the same. `?` as a value asks for it without echo. `meta.retry=3` and the like \
             say how it is run.",
        ),
    graph("set", "set params of a vertex", "set password[pw] length=20")
        .args(&[REF, Arg::new(Slot::Settings, "PARAM=VALUE…")])
        .help("All of them or none. `set password[pw].length=20` is the same.")
        .key("Enter"),
    graph("unset", "take written params away", "unset file[/tmp/secret] mode")
        .args(&[REF, Arg::new(Slot::Names, "PARAM…")])
        .help("Each has its default again, or is not managed."),
    graph("rename", "give a vertex another name", "rename password[pw] db-password")
        .args(&[REF, Arg::new(Slot::Name, "NAME")])
        .help("Edges, bindings and pending notifications follow."),
    graph("drop", "take vertices out of the graph; what they managed stays on the host", "drop file[/tmp/secret]")
        .args(&[REFS])
        .help("Their edges and bindings go. Nothing is changed on the host.")
        .or(&["delete", "remove"]),
    graph("link", "draw edges: `a -> b` orders, `a ~> b` also notifies", "link file[/tmp/secret] ~> noop[bystander]")
        .args(&[Arg::new(Slot::Chain, "REF -> REF…")])
        .help("The verb can be left out: `a -> b ~> c`. The later one starts when the earlier one has settled.")
        .key("-"),
    graph("unlink", "take an edge away", "unlink file[/tmp/secret] ~> noop[bystander]")
        .args(&[Arg::new(Slot::Chain, "REF -> REF…")])
        .help("With `~>` only the notifying goes and the order stays. What a binding implies stays with it."),
    graph("bind", "let a value flow: `a.sent -> b.param`", "bind password[pw].password -> file[/tmp/secret].content")
        .args(&[Arg::new(Slot::Binding, "REF.SENT -> REF.PARAM")])
        .help("The verb can be left out. The receiver starts after the sender. `kinds KIND` lists both.")
        .key("."),
    graph("unbind", "let a value flow no more", "unbind file[/tmp/secret].content")
        .args(&[Arg::new(Slot::Field, "REF.PARAM")])
        .help("The order that only this binding implied goes with it."),
    graph("show", "show vertices as they are written", "show password[pw]")
        .args(&[MAYBE_REFS])
        .help("A reference alone on a line does the same."),
    graph("graph", "draw the graph", "graph mermaid").args(&[Arg::maybe(
        Slot::Word(&["tree", "dot", "mermaid", "json"]),
        "tree|dot|mermaid|json",
    )]),
    graph("status", "the status of each vertex, with its reason", "status file[/tmp/secret]")
        .args(&[MAYBE_REFS]),
    graph("undo", "take the last edit back", "undo")
        .help("Edits that changed nothing are skipped. The host is not touched.")
        .key("u"),
    graph("redo", "make the edit again that was taken back", "redo").key("U"),
    graph("new", "begin with an empty graph", "new web")
        .args(&[Arg::maybe(Slot::Name, "NAME")])
        .when(When::Idle),
    graph("load", "load a graph or story from a file", "load site.yaml")
        .args(&[PATH])
        .when(When::Idle),
    graph("save", "save the graph to a file", "save --story secret.yaml")
        .args(&[
            Arg::maybe(Slot::Word(&["--story"]), "--story"),
            Arg::maybe(Slot::Path, "PATH"),
        ])
        .help(
            "`--story` keeps world, steps and trace too; of a real machine the world is what was inspected. Without a path: the file \
             that it came from. `-` is standard output.",
        ),
    graph("source", "run the commands of a file", "source setup.weft").args(&[PATH]),
    run("plan", "what would change, without changing anything", "plan file[/tmp/secret]")
        .args(&[MAYBE_REFS])
        .help("With references: only those and what they need before them.")
        .or(&["dry-run"])
        .key("p"),
    run("apply", "make it so", "apply")
        .args(&[MAYBE_REFS])
        .help("Shows the plan and asks first on a real machine. With references: only those and what they need.")
        .key("a"),
    run("watch", "apply, then repair whatever changes", "watch").when(When::Idle),
    run("stop", "finish what runs and start nothing new", "stop").when(When::Running),
    run("pause", "start nothing new for now", "pause").when(When::Running),
    run("resume", "go on after a pause", "resume").when(When::Running),
    run("step", "let the next vertex run, or so many", "step 2")
        .args(&[Arg::maybe(Slot::Count, "N")])
        .key("s"),
    run("continue", "run on to the next break, or the end", "continue").key("c"),
    run("break", "stop a run before a vertex, or after an event", "break file[/tmp/secret]")
        .args(&[
            Arg::maybe(Slot::Word(&["off"]), "off"),
            Arg::maybe(Slot::Stop, "REF|EVENT"),
        ])
        .help("Events: changed, failed, refreshed, notified, sent. Alone it lists the breaks; `off` takes one or all away.")
        .key("b"),
    poke("dirty", "check these again", "dirty file[/tmp/secret]").args(&[REFS]),
    poke("poke", "let these look whether there is something to do", "poke file[/tmp/secret]")
        .args(&[REFS])
        .help("A clean vertex that is poked does nothing."),
    poke("notify", "notify a vertex by hand", "notify password[pw]")
        .args(&[REFS])
        .help("It refreshes at its next run, and at once where one is under way."),
    poke("pending", "notifications that are not heard yet, and debts", "pending").args(&[MAYBE_REFS]),
    poke("cancel", "drop what is pending for these vertices", "cancel noop[bystander]")
        .args(&[REFS])
        .help("Recorded before it is shown. Debts go too."),
    ask("why", "the chain of events that made a vertex what it is", "why file[/tmp/secret]")
        .args(&[REF])
        .key("w"),
    ask("trace", "what happened, in order", "trace full file[/tmp/secret]").args(&[
        Arg::maybe(Slot::Word(&["story", "full"]), "story|full"),
        MAYBE_REFS,
    ]),
    ask("kinds", "the kinds, or one with its params", "kinds file").args(&[Arg::maybe(Slot::Kind, "KIND")]),
    ask("help", "this, or more about a command or kind", "help add")
        .args(&[Arg::maybe(Slot::Topic, "COMMAND|KIND")])
        .or(&["?"])
        .key("F1"),
    ask("learn", "lessons: list them, begin one, or ask about the one that is on", "learn 1")
        .args(&[Arg::maybe(Slot::Lesson, "N|NAME|PATH|goal|hint|par|again|next|off")])
        .help(
            "A lesson has a graph and a simulated machine of its own; what was there before is kept, and `off` goes back to it. After each \
             line it says what is reached. `goal` says what is to be, `hint` gives the next hint, `par` shows a good way, `again` \
             begins anew, `next` goes on. A lesson of your own is a story file with `lesson`.",
        )
        .when(When::Sim),
    ask("demo", "watch the password story being built and played", "demo")
        .help("It has a simulated machine of its own. Its graph stays to go on with; `learn off` goes back to what was there before.")
        .when(When::Sim),
    ask("quit", "leave", "quit").or(&["exit", "q"]).key("q"),
    Command::new(Group::Host, "inspect", "add what is there as a vertex", "inspect file /etc/hosts")
        .args(&[Arg::new(Slot::NewRef, "KIND NAME")])
        .help("Its params are what the machine has now, and what is wrong with it is told. Nothing is changed there."),
    Command::new(Group::Host, "edit", "edit the graph, or a vertex, in $EDITOR", "edit file[/tmp/secret]")
        .args(&[MAYBE_REF])
        .help("The editor is VISUAL's, else EDITOR's, else vi. On a real machine it is shown at once what then differs there.")
        .key("e"),
    Command::new(Group::Sim, "sim", "do something on the simulated machine", "sim write /etc/motd hello")
        .args(&[Arg::new(Slot::Sim, "COMMAND…")])
        .help("`help sim` lists what it can do.")
        .when(When::Sim),
    Command::new(Group::Sim, "world", "which machine this is", "world"),
    Command::new(Group::Sim, "expect", "fail unless something is so", "expect file[/tmp/secret] changed 1")
        .args(&[Arg::new(Slot::Expect, "EXPECTATION")])
        .help(
            "REF STATUS · REF VERB N · REF.FIELD = VALUE · PATH absent|mode M|has TEXT · REF before REF · REF -> REF · \
             REF ~> REF · REF.SENT -> REF.PARAM · REF gone · pending N · changes N · plans N · outside N · left N · exit N · error TEXT · \
             not EXPECTATION. VERB is ran, changed, refreshed, failed, retried, blocked, notified, noticed, repaired, \
             sent, received or dropped. N is a number, one with `+` for as many or more, or never. An arrow asks whether the \
             graph has it. `plans` counts those that were shown, `outside` what others did to the simulated machine, `left` what a run would still do.",
        ),
];
