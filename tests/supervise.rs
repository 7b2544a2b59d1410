//! Rule P7, on the real machine: no command outlives its engine, and the graph's lock is held until the last one is gone.
//!
//! The engines here are processes of their own, so that they can be killed. Some are the real weft; most are this very test
//! binary, started again as an engine that embeds the library and holds a lock (see [`be_an_engine`]).

use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, test_kill_process, test_kill_process_group};
use weft::world::host::{Host, HostOptions};
use weft::world::{Command as Asked, World};

type Outcome = Result<(), Box<dyn Error>>;

/// Longer than any machine needs; it only bounds a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes a process of this test binary an engine; its value is the directory that it works in.
const ENGINE: &str = "WEFT_TEST_ENGINE";

/// The test that such a process is told to run.
const ENGINES_TEST: &str = "a_command_in_the_middle_of_its_work_is_ended";

/// Does what an engine does: holds the lock of `state`, and runs the shell's `script`, as `user` if there is one, fed with `stdin`
/// if there is one, below `supervisor` if there is one, else below weft. What came of it is in `result`.
fn be_an_engine(dir: &Path) -> Outcome {
    let given = |name: &str| fs::read_to_string(dir.join(name)).ok();
    let supervisor = given("supervisor").unwrap_or_else(|| env!("CARGO_BIN_EXE_weft").to_owned());
    let host = Host::new(HostOptions {
        root: None,
        supervisor: Some(supervisor.into()),
    });
    let state = File::open(dir.join("state"))?;
    flock(&state, FlockOperation::NonBlockingLockExclusive)?;
    host.hold(Arc::new(state.into()));
    let found = host.run(&Asked {
        argv: vec!["/bin/sh".into(), dir.join("script").display().to_string()],
        env: [("SECRET".to_owned(), "hush-hush".to_owned())].into(),
        cwd: Some(dir.to_owned()),
        user: given("user"),
        stdin: fs::read(dir.join("stdin")).ok().map(Into::into),
        timeout: None,
        keep: 1 << 10,
    });
    let said = match found {
        Ok(output) => format!("status {}", output.status),
        Err(fault) => fault.to_string(),
    };
    Ok(fs::write(dir.join("result"), said)?)
}

/// An engine that can be killed, in a directory of its own.
struct Engine {
    dir: PathBuf,
    child: Child,
}

/// What a command said of itself when it had begun.
struct Begun {
    /// Its process, and so its group.
    group: Pid,
    /// Its parent: the supervisor.
    supervisor: Pid,
}

/// The beginning of every script: says who it is.
const BEGIN: &str = "begin() { echo $$ $PPID > begun; }\n";

impl Engine {
    /// A directory for an engine, with its script and some more files.
    fn prepare(
        name: &str,
        script: &str,
        files: &[(&str, &str)],
    ) -> Result<PathBuf, Box<dyn Error>> {
        let dir =
            std::env::temp_dir().join(format!("weft-supervise-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("state"))?;
        // One of the commands is another user's.
        fs::set_permissions(&dir, PermissionsExt::from_mode(0o777))?;
        fs::write(dir.join("script"), format!("{BEGIN}{script}"))?;
        for (file, text) in files {
            fs::write(dir.join(file), text)?;
        }
        for fifo in ["begun", "go"] {
            let mut mkfifo = Command::new("mkfifo");
            mkfifo.args(["-m", "666"]).arg(dir.join(fifo));
            assert!(mkfifo.status()?.success(), "mkfifo");
        }
        Ok(dir)
    }

    /// Starts one whose command runs this script.
    fn start(name: &str, script: &str, files: &[(&str, &str)]) -> Result<Engine, Box<dyn Error>> {
        let dir = Engine::prepare(name, script, files)?;
        let child = Command::new(std::env::current_exe()?)
            .args(["--exact", ENGINES_TEST, "--nocapture"])
            .env(ENGINE, &dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Engine { dir, child })
    }

    /// Waits until its command has begun.
    fn begun(&self) -> Result<Begun, Box<dyn Error>> {
        let path = self.dir.join("begun");
        let said = within("the command to begin", move || fs::read_to_string(path))??;
        let mut numbers = said.split_whitespace().map(|word| word.parse().ok());
        let mut next = || numbers.next().flatten().and_then(Pid::from_raw);
        match (next(), next()) {
            (Some(group), Some(supervisor)) => Ok(Begun { group, supervisor }),
            _ => Err(format!("the command said {said:?}").into()),
        }
    }

    /// Says the word that its command waits for.
    fn go(&self) -> Outcome {
        let path = self.dir.join("go");
        within("the command to listen", move || fs::write(path, "go\n"))??;
        Ok(())
    }

    /// Kills it, and nothing else.
    fn kill(&mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// What its command came to.
    fn result(&mut self) -> Result<String, Box<dyn Error>> {
        self.end()?;
        Ok(fs::read_to_string(self.dir.join("result"))?)
    }

    /// Waits until it has ended by itself.
    fn end(&mut self) -> Outcome {
        until("the engine to end", || {
            self.child.try_wait().is_ok_and(|ended| ended.is_some())
        })
    }

    /// Waits for the lock of its state; then nothing is left of a group, at that very moment.
    fn lock_is_free_only_after(&self, group: Pid) -> Outcome {
        self.lock_is_free()?;
        let left = test_kill_process_group(group);
        assert_eq!(left, Err(Errno::SRCH), "something of the group is left");
        Ok(())
    }

    fn lock_is_free(&self) -> Outcome {
        let state = File::open(self.dir.join("state"))?;
        within("the lock", move || {
            flock(&state, FlockOperation::LockExclusive)
        })??;
        Ok(())
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(name)).unwrap_or_default()
    }

    /// Whether anyone would read the word.
    fn is_listened_to(&self) -> bool {
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let mut open = File::options();
        let open = open
            .write(true)
            .custom_flags(flags)
            .open(self.dir.join("go"));
        open.is_ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.kill();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Does something that may wait for ever, in a thread of its own.
fn within<T: Send + 'static>(
    what: &str,
    wait: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Box<dyn Error>> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let _ = tell.send(wait());
    });
    told.recv_timeout(PATIENCE)
        .map_err(|_| format!("waited in vain for {what}").into())
}

/// Looks again and again whether this holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Outcome {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > end {
            return Err(format!("waited in vain for {what}").into());
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    Ok(())
}

/// Rule P7. After kill -9 an orphan once wrote the second half of a config that had already been reloaded.
#[test]
fn a_command_in_the_middle_of_its_work_is_ended() -> Outcome {
    if let Some(dir) = std::env::var_os(ENGINE) {
        return be_an_engine(Path::new(&dir));
    }
    let script = "echo first > out; begin; read word < go; echo second >> out";
    let mut engine = Engine::start("halves", script, &[])?;
    let begun = engine.begun()?;
    engine.kill()?;
    engine.lock_is_free_only_after(begun.group)?;
    assert!(!engine.is_listened_to());
    assert_eq!(engine.text("out"), "first\n");
    Ok(())
}

/// Also one that its parent has left: it is adopted, and so reaped.
#[test]
fn its_children_are_ended() -> Outcome {
    let script = "\
tail -f /dev/null &
(tail -f /dev/null | cat) &
sh -c 'tail -f /dev/null & echo $! > left'
cut -d' ' -f4 /proc/$(cat left)/stat > parent
begin
wait
";
    let mut engine = Engine::start("children", script, &[])?;
    let begun = engine.begun()?;
    if Path::new("/proc/self/stat").exists() {
        let parent = engine.text("parent").trim().parse().ok();
        assert_eq!(parent, Some(begun.supervisor.as_raw_pid()));
    }
    engine.kill()?;
    engine.lock_is_free_only_after(begun.group)
}

#[test]
fn what_does_not_end_politely_is_killed() -> Outcome {
    let script = "\
trap 'echo asked >> out' TERM
begin
while :; do tail -f /dev/null & wait; done
";
    let mut engine = Engine::start("deaf", script, &[])?;
    let begun = engine.begun()?;
    engine.kill()?;
    engine.lock_is_free_only_after(begun.group)?;
    assert_eq!(engine.text("out"), "asked\n");
    Ok(())
}

#[test]
fn who_holds_an_output_open_is_ended() -> Outcome {
    for (name, script) in [
        ("holds", "begin; exec tail -f /dev/null"),
        (
            "child-holds",
            "tail -f /dev/null & begin; exec >&- 2>&-; wait",
        ),
        ("writes", "begin; exec cat /dev/zero"),
    ] {
        let mut engine = Engine::start(name, script, &[])?;
        let begun = engine.begun()?;
        engine.kill()?;
        engine.lock_is_free_only_after(begun.group)?;
    }
    Ok(())
}

/// It is in the middle of its command as long as it has not taken note of its end.
#[test]
fn what_was_left_behind_is_ended_if_the_engine_did_not_hear_of_the_end() -> Outcome {
    let script = "tail -f /dev/null & begin; read word < go";
    let mut engine = Engine::start("unheard", script, &[])?;
    let begun = engine.begun()?;
    kill_process(Pid::from_child(&engine.child), Signal::STOP)?;
    engine.go()?;
    until("the command to end", || {
        test_kill_process(begun.group).is_err()
    })?;
    assert_eq!(test_kill_process_group(begun.group), Ok(()));
    engine.kill()?;
    engine.lock_is_free_only_after(begun.group)
}

#[test]
fn what_was_left_behind_stays_if_the_engine_did() -> Outcome {
    let script = "tail -f /dev/null >/dev/null 2>&1 & echo $! > left; begin";
    let mut engine = Engine::start("left", script, &[])?;
    engine.begun()?;
    assert_eq!(engine.result()?, "status 0");
    // And it has not got the lock.
    engine.lock_is_free()?;
    let left = engine.text("left").trim().parse().ok();
    let left = left.and_then(Pid::from_raw).ok_or("no number")?;
    assert_eq!(kill_process(left, Signal::KILL), Ok(()));
    Ok(())
}

#[test]
fn a_command_of_another_user_is_ended() -> Outcome {
    if !rustix::process::geteuid().is_root() {
        println!("not root: there is no other user to be");
        return Ok(());
    }
    let script = "id -u > out; begin; tail -f /dev/null & wait";
    let mut engine = Engine::start("user", script, &[("user", "4242")])?;
    let begun = engine.begun()?;
    engine.kill()?;
    engine.lock_is_free_only_after(begun.group)?;
    assert_eq!(engine.text("out"), "4242\n");
    Ok(())
}

/// The supervisor is held up until its engine is gone.
#[test]
fn what_was_not_started_yet_is_not_started() -> Outcome {
    let slow = "\
#!/bin/sh
cd \"$(dirname \"$0\")\"
echo $$ $PPID > begun
read word < go
";
    let weft = env!("CARGO_BIN_EXE_weft");
    let slow = format!("{slow}exec {weft} \"$@\"\n");
    let dir = Engine::prepare("unstarted", "echo started > out", &[("slow", &slow)])?;
    fs::set_permissions(dir.join("slow"), PermissionsExt::from_mode(0o755))?;
    fs::write(
        dir.join("supervisor"),
        dir.join("slow").display().to_string(),
    )?;
    // Were it started, TERM would leave it the time to say so.
    let child = Command::new("/bin/sh")
        .args(["-c", "trap '' TERM; exec \"$@\"", "sh"])
        .arg(std::env::current_exe()?)
        .args(["--exact", ENGINES_TEST, "--nocapture"])
        .env(ENGINE, &dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let mut engine = Engine { dir, child };
    engine.begun()?;
    engine.kill()?;
    engine.go()?;
    engine.lock_is_free()?;
    assert_eq!(engine.text("out"), "");
    Ok(())
}

/// It hears no TERM, and would do its work once its input ends.
#[test]
fn half_an_input_is_never_taken_for_all_of_it() -> Outcome {
    let script = "\
trap '' TERM
begin
cat > got
echo all > out
";
    let input = "x".repeat(1 << 20);
    let script = script.replace("cat", "read word < go; cat");
    let mut engine = Engine::start("input", &script, &[("stdin", &input)])?;
    let begun = engine.begun()?;
    engine.kill()?;
    engine.go()?;
    engine.lock_is_free_only_after(begun.group)?;
    assert!(engine.text("got").len() < input.len());
    assert_eq!(engine.text("out"), "");
    Ok(())
}

/// What ends a whole service or login reaches supervisors too; what becomes of the command is for the engine to say.
#[test]
fn a_supervisor_outlives_polite_signals() -> Outcome {
    let script = "begin; read word < go";
    let mut engine = Engine::start("polite", script, &[])?;
    let begun = engine.begun()?;
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        kill_process(begun.supervisor, signal)?;
    }
    engine.go()?;
    assert_eq!(engine.result()?, "status 0");
    Ok(())
}

/// Nor does the command inherit that its supervisor is deaf to them.
#[test]
fn a_command_hears_what_its_supervisor_does_not() -> Outcome {
    let script = "begin; kill -TERM $$; echo deaf > out";
    let mut engine = Engine::start("hears", script, &[])?;
    engine.begun()?;
    assert_eq!(engine.result()?, "status 143");
    assert_eq!(engine.text("out"), "");
    Ok(())
}

#[test]
fn a_command_whose_supervisor_is_killed_is_ended_by_its_engine() -> Outcome {
    let script = "tail -f /dev/null & begin; wait";
    let mut engine = Engine::start("lost", script, &[])?;
    let begun = engine.begun()?;
    // What it opens after it has told its engine of the group.
    let files = format!("/proc/{}/fd", begun.supervisor.as_raw_pid());
    until("the supervisor to watch over it", || {
        let mut open = fs::read_dir(&files).into_iter().flatten().flatten();
        open.any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to.ends_with("anon_inode:[pidfd]")))
    })?;
    kill_process(begun.supervisor, Signal::KILL)?;
    let said = engine.result()?;
    let wanted = "`/bin/sh` was ended, because its supervisor was (signal: 9 (SIGKILL))";
    assert_eq!(said, wanted);
    engine.lock_is_free_only_after(begun.group)
}

#[test]
fn what_cannot_be_a_supervisor_is_told() -> Outcome {
    for (name, supervisor, wanted) in [
        (
            "absent",
            "/no/such/weft",
            "no command can be started: each runs below a supervisor, and /no/such/weft cannot be started as one: no such file or directory (where there is no /proc, start weft by its full path)",
        ),
        (
            "other",
            "/bin/true",
            "its supervisor ended before it said that `/bin/sh` had begun (exit status: 0)",
        ),
    ] {
        let files = [("supervisor", supervisor)];
        let mut engine = Engine::start(name, "echo started > out", &files)?;
        assert_eq!(engine.result()?, wanted);
        assert_eq!(engine.text("out"), "");
    }
    Ok(())
}

/// Rule V8: everyone may read the words of a process.
#[test]
fn a_supervisor_shows_nothing_of_its_command() -> Outcome {
    let script = "begin; read word < go";
    let mut engine = Engine::start("shows", script, &[("stdin", "hush-hush")])?;
    let begun = engine.begun()?;
    let own = PathBuf::from(format!("/proc/{}", begun.supervisor.as_raw_pid()));
    if own.exists() {
        assert_eq!(
            fs::read_to_string(own.join("cmdline"))?,
            "weft\0__supervise\0"
        );
        assert_eq!(fs::read_to_string(own.join("environ"))?, "");
    }
    engine.go()?;
    assert_eq!(engine.result()?, "status 0");
    Ok(())
}

/// Also where a newer one was put in its place meanwhile, and whichever way it was called.
#[test]
fn weft_finds_itself() -> Outcome {
    let dir = Engine::prepare("itself", "", &[])?;
    let weft = dir.join("weft");
    fs::copy(env!("CARGO_BIN_EXE_weft"), &weft)?;
    let graph = "\
resources:
  exec:
  - name: first
    shell: /bin/sh
    cmd: echo $$ $PPID > DIR/begun; read word < DIR/go
  - name: second
    cmd: touch DIR/out
edges:
- exec[first] -> exec[second]
";
    let graph = graph.replace("DIR", &dir.display().to_string());
    fs::write(dir.join("graph.yaml"), graph)?;
    let child = Command::new("./weft")
        .args(["apply", "--yes", "graph.yaml", "--state-dir", "state"])
        .current_dir(&dir)
        .stdout(Stdio::null())
        .spawn()?;
    let mut engine = Engine { dir, child };
    engine.begun()?;
    fs::remove_file(&weft)?;
    fs::write(&weft, "not a program")?;
    engine.go()?;
    engine.end()?;
    assert!(engine.child.wait()?.success());
    assert!(engine.dir.join("out").exists());
    Ok(())
}

/// Rule P7, of the real weft.
#[test]
fn a_killed_weft_takes_its_commands_along() -> Outcome {
    let dir = Engine::prepare("weft", "", &[])?;
    let graph = "\
resources:
  exec:
  - name: one
    shell: /bin/sh
    cmd: |
      echo $$ $PPID > DIR/begun
      read word < DIR/go
      echo second > DIR/out
";
    let graph = graph.replace("DIR", &dir.display().to_string());
    fs::write(dir.join("graph.yaml"), graph)?;
    let child = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(["apply", "--yes", "graph.yaml", "--state-dir", "state"])
        .current_dir(&dir)
        .stdout(Stdio::null())
        .spawn()?;
    let mut engine = Engine { dir, child };
    let begun = engine.begun()?;
    engine.kill()?;
    until("the command to end", || {
        test_kill_process_group(begun.group) == Err(Errno::SRCH)
    })?;
    assert!(!engine.is_listened_to());
    assert_eq!(engine.text("out"), "");
    Ok(())
}

#[test]
fn nobody_needs_to_type_it() -> Outcome {
    let weft = |args: &[&str]| {
        let mut weft = Command::new(env!("CARGO_BIN_EXE_weft"));
        weft.args(args).stdin(Stdio::piped()).output()
    };
    let typed = weft(&["__supervise"])?;
    assert_eq!(typed.status.code(), Some(64));
    let said = String::from_utf8_lossy(&typed.stderr).into_owned();
    assert!(said.contains("is how weft starts itself"), "{said}");
    for help in [&["--help"][..], &["man"], &["completions", "bash"]] {
        let shown = String::from_utf8_lossy(&weft(help)?.stdout).into_owned();
        assert!(!shown.is_empty() && !shown.contains("supervise"), "{shown}");
    }
    // It is a word of its own: with others it is what they are.
    assert_ne!(weft(&["__supervise", "graph.yaml"])?.status.code(), Some(0));
    Ok(())
}
