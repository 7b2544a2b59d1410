//! Commands of the real machine, each rule twice: as children of this process, and below a supervisor. Nothing differs.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::process::{Pid, Signal};
use weft::time::Span;
use weft::world::host::{CancelToken, Host, HostOptions};
use weft::world::{Command, Fault, Look, World};

type Outcome = Result<(), Box<dyn Error>>;

/// What a command searches whose environment has no `PATH`.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Makes of one rule a test for each way to run commands.
macro_rules! each_way {
    ($($rule:ident)*) => {
        mod directly {
            $(#[test]
            fn $rule() -> super::Outcome {
                super::$rule(&super::host(None))
            })*
        }
        mod supervised {
            $(#[test]
            fn $rule() -> super::Outcome {
                let weft = env!("CARGO_BIN_EXE_weft");
                super::$rule(&super::host(Some(weft.into())))
            })*
        }
    };
}

each_way! {
    status_and_outputs_are_told_apart
    both_outputs_keep_all_that_came
    environment_directory_and_input_are_what_is_given
    much_input_and_output_do_not_block_each_other
    all_of_a_large_input_and_output_comes_through
    what_it_leaves_behind_is_not_waited_for
    what_it_leaves_behind_stays
    a_timeout_ends_the_whole_group
    a_cancel_ends_even_what_hears_no_term
    what_is_cancelled_beforehand_does_not_start
    what_cannot_start_says_why
    what_is_too_long_to_start_says_so
    another_user_has_all_of_his_ids
    it_has_a_group_of_its_own_and_does_not_get_the_lock
}

fn host(supervisor: Option<PathBuf>) -> Host {
    Host::new(HostOptions {
        root: None,
        supervisor,
    })
}

fn command(script: &str) -> Command {
    Command {
        argv: vec!["sh".into(), "-c".into(), script.into()],
        env: BTreeMap::from([("PATH".into(), PATH.into())]),
        cwd: None,
        user: None,
        stdin: None,
        timeout: None,
        keep: 1 << 20,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn status_and_outputs_are_told_apart(host: &Host) -> Outcome {
    let script = "echo out; echo err >&2; exit 3";
    let found = host.run(&command(script))?;
    assert_eq!(found.status, 3);
    assert_eq!(text(&found.stdout), "out\n");
    assert_eq!(text(&found.stderr), "err\n");
    assert_eq!(found.both.len(), 8);
    assert_eq!(found.cut, 0);
    assert_eq!(host.run(&command("kill -9 $$"))?.status, 137);
    assert_eq!(host.run(&command("kill -15 $$"))?.status, 143);
    assert_eq!(host.run(&command("exit 255"))?.status, 255);
    Ok(())
}

fn both_outputs_keep_all_that_came(host: &Host) -> Outcome {
    let found = host.run(&command("echo 1; echo 2 >&2; echo 3"))?;
    let both = text(&found.both);
    let mut lines: Vec<&str> = both.lines().collect();
    assert!(both.find('1') < both.find('3'), "{both}");
    lines.sort_unstable();
    assert_eq!(lines, ["1", "2", "3"]);
    Ok(())
}

fn environment_directory_and_input_are_what_is_given(host: &Host) -> Outcome {
    let mut asked = command("echo $HOME-$WEFT; pwd; cat");
    asked.env.insert("WEFT".into(), "given".into());
    asked.cwd = Some("/usr".into());
    asked.stdin = Some(Arc::from(&b"fed"[..]));
    let found = host.run(&asked)?;
    assert_eq!(text(&found.stdout), "-given\n/usr\nfed");
    let found = host.run(&command("pwd; cat"))?;
    assert_eq!(text(&found.stdout), "/\n");
    asked.stdin = Some(Arc::from(&b""[..]));
    assert_eq!(text(&host.run(&asked)?.stdout), "-given\n/usr\n");
    Ok(())
}

fn much_input_and_output_do_not_block_each_other(host: &Host) -> Outcome {
    let mut asked = command("cat; echo end >&2");
    asked.stdin = Some(vec![b'x'; 1 << 20].into());
    asked.keep = 1000;
    let found = host.run(&asked)?;
    assert_eq!((found.stdout.len(), found.cut), (1000, (1 << 20) - 1000));
    assert_eq!(text(&found.stderr), "end\n");
    let mut deaf = command("exec true");
    deaf.stdin = Some(vec![b'x'; 1 << 20].into());
    assert_eq!(host.run(&deaf)?.status, 0);
    Ok(())
}

fn all_of_a_large_input_and_output_comes_through(host: &Host) -> Outcome {
    let fed: Arc<[u8]> = (0..(1u32 << 20)).map(|n| (n % 251) as u8).collect();
    let mut asked = command("exec cat");
    asked.stdin = Some(fed.clone());
    let found = host.run(&asked)?;
    assert!(found.stdout[..] == fed[..] && found.cut == 0);
    Ok(())
}

fn what_it_leaves_behind_is_not_waited_for(host: &Host) -> Outcome {
    let found = host.run(&command("tail -f /dev/null & echo $!"))?;
    assert!(kill(&text(&found.stdout)));
    Ok(())
}

fn what_it_leaves_behind_stays(host: &Host) -> Outcome {
    let found = host.run(&command("tail -f /dev/null >/dev/null 2>&1 & echo $!"))?;
    assert!(kill(&text(&found.stdout)));
    Ok(())
}

/// Ends a process; false if there is none.
fn kill(number: &str) -> bool {
    let process = number.trim().parse().ok().and_then(Pid::from_raw);
    process.is_some_and(|process| rustix::process::kill_process(process, Signal::KILL).is_ok())
}

fn a_timeout_ends_the_whole_group(host: &Host) -> Outcome {
    let mut asked = command("tail -f /dev/null & tail -f /dev/null & wait");
    asked.timeout = Some(Span::millis(100));
    assert_eq!(host.run(&asked), Err(Fault::TimedOut(Span::millis(100))));
    let attempt = host.attempt(CancelToken::new(), Some(Span::millis(100)));
    let asked = command("exec tail -f /dev/null");
    assert_eq!(attempt.run(&asked), Err(Fault::TimedOut(Span::millis(100))));
    assert!(matches!(attempt.run(&asked), Err(Fault::TimedOut(_))));
    Ok(())
}

fn a_cancel_ends_even_what_hears_no_term(host: &Host) -> Outcome {
    let dir = Scratch::new("cancel")?;
    let mark = dir.fifo("mark")?;
    let cancel = CancelToken::new();
    let attempt = host.attempt(cancel.clone(), None);
    // What is ignored stays so over the exec; and nothing is left that goes round for ever, should this test be killed.
    let script = format!(
        "trap '' TERM; echo $$ > {}; exec tail -f /dev/null",
        mark.display()
    );
    let runs = std::thread::spawn(move || attempt.run(&command(&script)));
    // Opening the pipe waits until the command has come so far.
    let group = std::fs::read_to_string(&mark)?;
    cancel.cancel();
    assert_eq!(runs.join().ok(), Some(Err(Fault::Cancelled)));
    let group = group.trim().parse().ok().and_then(Pid::from_raw);
    let left = rustix::process::test_kill_process_group(group.ok_or("no number")?);
    assert_eq!(left, Err(rustix::io::Errno::SRCH));
    Ok(())
}

fn what_is_cancelled_beforehand_does_not_start(host: &Host) -> Outcome {
    let dir = Scratch::new("beforehand")?;
    let cancel = CancelToken::new();
    cancel.cancel();
    let script = format!("touch {}", dir.0.join("made").display());
    let run = host.attempt(cancel, None).run(&command(&script));
    assert_eq!(run, Err(Fault::Cancelled));
    assert!(!dir.0.join("made").exists());
    Ok(())
}

fn what_cannot_start_says_why(host: &Host) -> Outcome {
    let named = |name: &str| Command {
        argv: vec![name.to_owned()],
        ..command("")
    };
    let said = |command: &Command| match host.run(command) {
        Err(fault) => fault.to_string(),
        Ok(found) => format!("{found:?}"),
    };
    assert_eq!(
        said(&named("no-such-program")),
        format!("`no-such-program`: command not found; searched in PATH={PATH}")
    );
    assert_eq!(said(&named("")), "expected a program, found no words");
    assert_eq!(
        said(&named("/no/such/program")),
        "`/no/such/program` cannot be started: No such file or directory (os error 2)"
    );
    let found = said(&named("/etc/passwd"));
    assert!(
        found.starts_with("/etc/passwd: permission denied"),
        "{found}"
    );
    let mut nul = named("/bin/true");
    nul.argv.push("a\0b".into());
    assert_eq!(
        said(&nul),
        "`/bin/true` cannot be started: nul byte found in provided data"
    );
    let mut lost = command("true");
    lost.cwd = Some("/no/such/place".into());
    assert_eq!(
        said(&lost),
        "`sh` cannot start in /no/such/place: no such directory, or not allowed to enter it"
    );
    let mut unknown = command("true");
    unknown.user = Some("no-such-user-here".into());
    assert_eq!(said(&unknown), "there is no user `no-such-user-here`");
    Ok(())
}

fn what_is_too_long_to_start_says_so(host: &Host) -> Outcome {
    let mut long = command("true");
    long.argv.push("x".repeat(8 << 20));
    let found = host.run(&long).err().ok_or("it ran")?.to_string();
    assert!(found.contains("Argument list too long"), "{found}");
    Ok(())
}

fn another_user_has_all_of_his_ids(host: &Host) -> Outcome {
    let me = host.me()?;
    let mut asked = command("id -u; id -g; id -G");
    asked.user = Some("4242".into());
    if me.uid != 0 {
        println!("not root: only the refusal can be tried");
        assert!(matches!(host.run(&asked), Err(Fault::Denied(_, true))));
        return Ok(());
    }
    assert_eq!(text(&host.run(&asked)?.stdout), "4242\n4242\n4242\n");
    // This process itself is as it was.
    assert_eq!(host.me()?, me);
    let found = host.run(&command("id -u"))?;
    assert_eq!(text(&found.stdout), "0\n");
    Ok(())
}

/// Who still had the lock when its command is gone would hold it for ever.
fn it_has_a_group_of_its_own_and_does_not_get_the_lock(host: &Host) -> Outcome {
    if !Path::new("/proc/self/fd").exists() {
        println!("there is no /proc: nothing to look at");
        return Ok(());
    }
    let dir = Scratch::new("lock")?;
    host.hold(Arc::new(std::fs::File::open(&dir.0)?.into()));
    let script = "cut -d' ' -f5 /proc/$$/stat; echo $$; readlink /proc/$$/fd/*";
    let said = text(&host.run(&command(script))?.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], lines[1], "{said}");
    assert!(lines.contains(&"/dev/null"), "{said}");
    assert!(!said.contains("weft-processes-lock"), "{said}");
    Ok(())
}

/// A directory that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> std::io::Result<Scratch> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        // Both ways run side by side.
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let own = format!("weft-processes-{name}-{}-{number}", std::process::id());
        let dir = std::env::temp_dir().join(own);
        std::fs::create_dir_all(&dir)?;
        Ok(Scratch(dir))
    }

    fn fifo(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let path = self.0.join(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status()?;
        if made.success() {
            Ok(path)
        } else {
            Err("no mkfifo".into())
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
