//! Rule E2 on the real binary: the first signal finishes what runs, the second cancels it, the third leaves, and a restart goes on
//! after each. The command here hears no TERM.

use super::left::Left;
use super::*;

/// A directory with a graph in it whose one command says that it has begun, waits, and notifies another.
struct Site {
    home: Home,
    graph: String,
}

impl Site {
    fn new(name: &str) -> Site {
        let home = Home::new(name);
        for name in ["begun", "go"] {
            let made = Command::new("mkfifo").arg(home.path(name)).status();
            assert!(made.is_ok_and(|status| status.success()), "a fifo");
        }
        let graph = format!(
            "graph: site\nresources:\n  exec:\n  - name: slow\n    shell: /bin/sh\n    creates: {dir}/done\n    \
             cmd: trap '' TERM; echo begun > {dir}/begun; read x < {dir}/go; echo once >> {dir}/done\n  \
             - name: react\n    shell: /bin/sh\n    refreshonly: true\n    cmd: echo reacted >> {dir}/log\n\
             edges:\n- exec[slow] ~> exec[react]\n",
            dir = home.0.display()
        );
        let graph = text(&home.write("graph.yaml", &graph));
        Site { home, graph }
    }

    /// A run whose command has begun.
    fn begun(&self, verb: &str) -> Running {
        let weft = Running::start(&self.home, &[verb, "--yes", &self.graph]);
        assert_eq!(content(&self.home.path("begun")), "begun\n");
        weft
    }

    fn go(&self) {
        std::fs::write(self.home.path("go"), "go\n").expect("it waits");
    }

    /// A restart does what is left, the reaction once.
    fn goes_on(&self) {
        assert!(!self.home.path("log").exists());
        let left = self.home.run(&["pending", &self.graph]).ends(0);
        let weft = match self.home.path("done").exists() {
            true => {
                left.says("exec[react]");
                Running::start(&self.home, &["apply", "--yes", &self.graph])
            }
            false => {
                left.says("exec[slow]");
                let weft = self.begun("apply");
                self.go();
                weft
            }
        };
        weft.ends(0);
        assert_eq!(content(&self.home.path("done")), "once\n");
        assert_eq!(content(&self.home.path("log")), "reacted\n");
    }
}

#[test]
fn the_first_signal_finishes_what_runs() {
    for (verb, signal, code) in [
        ("apply", Signal::INT, 130),
        ("apply", Signal::TERM, 143),
        ("apply", Signal::HUP, 129),
        ("watch", Signal::INT, 130),
    ] {
        let site = Site::new(&format!("first-{verb}-{code}"));
        let mut weft = site.begun(verb);
        weft.signal(signal);
        weft.sees("nothing new starts");
        site.go();
        weft.sees("changed    exec[slow]");
        weft.ends(code);
        site.goes_on();
    }
}

#[test]
fn the_second_cancels_what_hears_nothing_else() {
    let site = Site::new("second");
    let mut weft = site.begun("apply");
    weft.signal(Signal::INT);
    weft.sees("nothing new starts");
    weft.signal(Signal::TERM);
    weft.sees("what runs is cancelled");
    // What stopped it is the first.
    weft.ends(130);
    site.goes_on();
}

/// The third signal, and a restart that waits until the command is gone.
fn thrice(verb: &str, signal: Signal, code: i32) {
    let site = Site::new(&format!("third-{verb}"));
    let mut weft = site.begun(verb);
    for said in ["nothing new starts", "what runs is cancelled"] {
        weft.signal(signal);
        weft.sees(said);
    }
    weft.signal(signal);
    weft.ends(code);
    site.goes_on();
}

#[test]
fn the_third_leaves_what_runs_to_its_supervisor() {
    thrice("apply", Signal::INT, 130);
}

#[test]
fn the_third_leaves_a_watch_too() {
    thrice("watch", Signal::TERM, 143);
}

/// Rules P5 and P7: an engine that was killed and that its parent has not waited for is no engine any more.
#[test]
fn the_killed_are_dead_though_nobody_has_waited_for_them() {
    let site = Site::new("unreaped");
    let killed = site.begun("apply");
    killed.signal(Signal::KILL);
    let gone = format!("/proc/{}/stat", killed.child.id());
    let deadline = Instant::now() + PATIENCE;
    while !content(Path::new(&gone)).contains(") Z ") {
        assert!(Instant::now() < deadline, "it lives");
        std::thread::yield_now();
    }
    site.goes_on();
    drop(killed);
}

/// Rule P7: in a container nobody is named who holds the lock, since the engine that took it has no number there. What a killed one left
/// is told all the same.
#[test]
fn what_was_left_is_told_where_no_holder_is_named() {
    let Some(mut container) = container() else {
        println!("could not run: nobody may number processes anew here");
        return;
    };
    let site = Site::new("container");
    let mut killed = site.begun("apply");
    killed.signal(Signal::KILL);
    killed.child.wait().expect("it ends");
    let weft = site.home.weft(&["pending", &site.graph]);
    container.arg(weft.get_program()).args(weft.get_args());
    container.current_dir(&site.home.0);
    container.env("WEFT_STATE_DIR", site.home.path("state"));
    let told = Ran::of(container.output().expect("it runs"));
    told.ends(0).says("exec[slow]");
    site.go();
}

/// Runs a program where processes are numbered anew, if that can be done.
fn container() -> Option<Command> {
    let ways: [&[&str]; 2] = [&[], &["--map-root-user"]];
    let made = |way: &&[&str]| {
        let mut unshare = Command::new("unshare");
        unshare.args(*way).args(["--pid", "--fork", "--mount-proc"]);
        unshare
    };
    let way = ways.iter().find(|way| {
        let tried = made(way).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    });
    way.map(made)
}

/// Rule P7: a start waits for a command of an engine that was killed, and a signal ends the waiting.
#[test]
fn a_start_that_waits_can_be_stopped() {
    let site = Site::new("waits");
    let mut weft = site.begun("apply");
    weft.signal(Signal::INT);
    weft.sees("nothing new starts");
    site.go();
    weft.ends(130);
    let left = Left::new(&site.home.path("state"));
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut weft = Running::start(&site.home, &["apply", "--yes", &site.graph]);
        weft.sees(left.waits());
        weft.signal(signal);
        weft.ends(code);
        assert!(!site.home.path("log").exists());
    }
    let mut weft = Running::start(&site.home, &["apply", "--yes", &site.graph]);
    weft.sees(left.waits());
    drop(left);
    weft.ends(0);
    assert_eq!(content(&site.home.path("log")), "reacted\n");
}
