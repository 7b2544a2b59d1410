//! As a service: what the manager that started weft is told, and what the journal gets. The manager is a socket here; a real one
//! is in `tests/service.rs`.

use super::*;

use std::io::{PipeWriter, Read, pipe};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// A service manager that only listens.
struct Manager(UnixDatagram);

impl Manager {
    fn at(home: &Home) -> (Manager, String) {
        let path = home.path("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        (Manager::patient(socket), text(&path))
    }

    fn in_the_abstract() -> (Manager, String) {
        let name = format!("weft-cli-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let socket = UnixDatagram::bind_addr(&address).expect("a socket");
        (Manager::patient(socket), format!("@{name}"))
    }

    fn patient(socket: UnixDatagram) -> Manager {
        socket.set_read_timeout(Some(PATIENCE)).expect("it waits");
        Manager(socket)
    }

    /// The next that it is told.
    fn hears(&self) -> String {
        let mut bytes = [0; 4096];
        let n = loop {
            match self.0.recv(&mut bytes) {
                // A signal that another test has to do with may end the call.
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                told => break told.expect("something is told"),
            }
        };
        String::from_utf8(bytes[..n].to_vec()).expect("text")
    }

    /// Waits until it is told this, and gives what it was told until then.
    fn until(&self, wanted: &str) -> String {
        let mut all = String::new();
        while !all.lines().any(|line| line == wanted) {
            all.push_str(&self.hears());
        }
        all
    }
}

fn fifo(home: &Home, name: &str) -> PathBuf {
    let path = home.path(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    path
}

/// A command that waits for `go`, and a file after it that is called by its content.
fn gated(home: &Home, content: &str) -> PathBuf {
    let graph = format!(
        "resources:\n  exec:\n  - name: gate\n    shell: /bin/sh\n    creates: {dir}/env\n    \
         cmd: read x < {dir}/go; env > {dir}/env\n  file:\n  - {{name: {dir}/{content}, content: {content}}}\n\
         edges:\n- exec[gate] -> file[{dir}/{content}]\n",
        dir = home.0.display()
    );
    home.write("graph.yaml", &graph)
}

#[test]
fn a_manager_is_told_when_a_watch_is_ready_reads_again_and_stops() {
    let home = Home::new("notify");
    let (manager, address) = Manager::at(&home);
    let go = fifo(&home, "go");
    let graph = text(&gated(&home, "one"));
    let mut weft = home.weft(&["watch", "--yes", &graph]);
    let mut weft = Running::spawn(weft.env("NOTIFY_SOCKET", &address));
    assert_eq!(manager.hears(), "STATUS=applying\n");
    std::fs::write(&go, "go\n").expect("it waits");
    let told = manager.hears();
    assert!(told.starts_with("READY=1\nSTATUS=watching: "), "{told}");
    assert_eq!(content(&home.path("one")), "one");
    let env = content(&home.path("env"));
    assert!(env.contains("PATH=") && !env.contains("NOTIFY"), "{env}");

    weft.signal(Signal::HUP);
    let told = manager.until("READY=1");
    let reads = told.lines().any(|line| line == "RELOADING=1");
    let micros = told
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    let micros = micros.and_then(|n| n.parse::<u64>().ok());
    assert!(reads && micros.is_some_and(|n| n > 0), "{told}");

    home.write("graph.yaml", "resources: [");
    weft.signal(Signal::HUP);
    weft.sees("what was watched goes on");
    manager.until("READY=1");
    gated(&home, "two");
    weft.signal(Signal::HUP);
    weft.rests_after(&home.path("two"), "+two");
    weft.signal(Signal::TERM);
    manager.until("STOPPING=1");
    weft.ends(0);
}

/// What failed, and what is tried again without end, does not keep a unit from becoming active.
#[test]
fn a_failure_does_not_hinder_being_ready() {
    let home = Home::new("notify-fails");
    let (manager, address) = Manager::in_the_abstract();
    for meta in ["{}", "{retry: -1, delay: 1h}"] {
        let graph = home.write(
            "graph.yaml",
            &format!(
                "resources:\n  exec:\n  - {{name: fails, cmd: 'false', meta: {meta}}}\n  noop: [{{name: after}}]\n\
                 edges:\n- exec[fails] -> noop[after]\n"
            ),
        );
        let mut weft = home.weft(&["watch", "--yes", &text(&graph)]);
        let weft = Running::spawn(weft.env("NOTIFY_SOCKET", &address));
        manager.until("READY=1");
        weft.signal(Signal::TERM);
        manager.until("STOPPING=1");
        weft.ends(if meta == "{}" { 1 } else { 143 });
    }
}

#[test]
fn a_manager_that_is_not_there_is_a_warning() {
    let home = Home::new("notify-nobody");
    let graph = text(&home.one_file("right"));
    let nowhere = text(&home.path("nowhere"));
    let long = format!("/{}", "x".repeat(200));
    for address in [&nowhere, "vsock:2:1234", &long, "@", "relative"] {
        let mut weft = home.weft(&["watch", "--yes", "--converged-timeout", "0s", &graph]);
        let output = weft.env("NOTIFY_SOCKET", address).output();
        let ran = Ran::of(output.expect("weft runs")).ends(0);
        assert_eq!(ran.err.matches("WARN").count(), 1, "{ran:?}");
        assert!(ran.err.contains("NOTIFY_SOCKET"), "{ran:?}");
        assert_eq!(content(&home.path("made")), "right");
    }
}

/// What a stream's end says it is, as systemd writes it down.
fn place(stream: &PipeWriter) -> String {
    let stat = rustix::fs::fstat(stream).expect("it is open");
    format!("{}:{}", stat.st_dev, stat.st_ino)
}

/// A graph in which something fails, is held, changes, and is blocked.
fn mixed(home: &Home) -> PathBuf {
    let graph = format!(
        "resources:\n  exec:\n  - {{name: fails, cmd: 'false'}}\n  - {{name: held, cmd: 'true', meta: {{noop: true}}}}\n  \
         file:\n  - {{name: {}, content: \"a\\nb\\n\"}}\n  noop: [{{name: after}}]\n\
         edges:\n- exec[fails] -> noop[after]\n",
        home.path("made").display()
    );
    home.write("graph.yaml", &graph)
}

#[test]
fn each_line_to_the_journal_has_its_priority() {
    let home = Home::new("journal");
    let graph = text(&mixed(&home));
    let (mut read, write) = pipe().expect("a pipe");
    let mut weft = home.weft(&["apply", "--yes", "-v", "--color", "always", &graph]);
    weft.env("JOURNAL_STREAM", place(&write)).stdout(write);
    let output = weft.output().expect("weft runs");
    drop(weft);
    let mut out = String::new();
    read.read_to_string(&mut out).expect("text");
    assert!(!out.contains('\x1b'), "{out}");
    for (priority, word) in [
        (3, "failed     exec[fails]"),
        (3, "blocked    noop[after]"),
        (4, "held       exec[held]"),
        (5, "changed    file["),
        (5, "| +a"),
        (6, "start "),
        (3, "converged "),
    ] {
        let line = out.lines().find(|line| line.contains(word));
        let marked = line.is_some_and(|line| line.starts_with(&format!("<{priority}>")));
        assert!(marked, "{priority} {word}: {out}");
    }
    assert!(out.lines().all(|line| line.starts_with('<')), "{out}");
    let err = String::from_utf8(output.stderr).expect("text");
    assert!(err.contains("INFO read ") && !err.contains('<'), "{err}");
}

#[test]
fn errors_and_the_log_have_theirs() {
    let home = Home::new("journal-log");
    let graph = text(&mixed(&home));
    let (mut read, write) = pipe().expect("a pipe");
    let mut weft = home.weft(&["-v", &graph, "-c", "bogus"]);
    weft.env("JOURNAL_STREAM", place(&write)).stderr(write);
    let output = weft.output().expect("weft runs");
    drop(weft);
    let mut err = String::new();
    read.read_to_string(&mut err).expect("text");
    assert!(
        err.lines()
            .any(|line| line.starts_with("<6>") && line.contains("read ")),
        "{err}"
    );
    assert!(err.contains("<3>error: "), "{err}");
    assert!(err.lines().all(|line| line.starts_with('<')), "{err}");
    let out = String::from_utf8(output.stdout).expect("text");
    assert!(!out.contains('<'), "{out}");
}
