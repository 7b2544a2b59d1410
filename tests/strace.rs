//! What the real program asks of the kernel: a plan writes nothing and connects nowhere, a test starts no process.
//!
//! Needs `strace`. Where there is none, or where it may not trace, that is said; with `WEFT_TEST_REQUIRE=1` it is a failure.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{Outcome, Scratch, not_tried};

type Error = Box<dyn std::error::Error>;

/// One call that was traced, without its process.
struct Call {
    name: String,
    rest: String,
}

/// Whether processes can be traced here.
fn can_trace(scratch: &Scratch) -> bool {
    let log = scratch.at("try.trace");
    let tried = Command::new("strace")
        .args(["-f", "-o"])
        .arg(&log)
        .arg("true")
        .output();
    tried.is_ok_and(|tried| tried.status.success()) && fs::metadata(&log).is_ok()
}

/// Runs weft in the scratch directory, traced; state goes there too.
fn traced(scratch: &Scratch, args: &[&str]) -> Result<(Output, Vec<Call>), Error> {
    let log = scratch.at("weft.trace");
    let output = Command::new("strace")
        .args([
            "-f",
            "-s",
            "4096",
            "-e",
            "trace=%file,%desc,%network,%process",
            "-o",
        ])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_weft"))
        .args(args)
        .args(["--state-dir", "state"])
        .current_dir(&scratch.0)
        .env("HOME", scratch.at("home"))
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .output()?;
    Ok((output, calls(&fs::read_to_string(&log)?)))
}

fn calls(log: &str) -> Vec<Call> {
    let call = |line: &str| {
        let rest = line
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .trim_start();
        let (name, rest) = rest.split_once('(')?;
        Some(Call {
            name: name.to_owned(),
            rest: rest.to_owned(),
        })
    };
    log.lines().filter_map(call).collect()
}

impl Call {
    /// Whether it would change a file or directory, were it allowed to.
    fn changes_files(&self) -> bool {
        match self.name.as_str() {
            "open" | "openat" | "openat2" => {
                let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"];
                let harmless = ["\"/dev/null\"", "\"/dev/tty\""];
                writes.iter().any(|flag| self.rest.contains(flag))
                    && !harmless.iter().any(|path| self.rest.contains(path))
            }
            name => [
                "creat",
                "mkdir",
                "mknod",
                "rename",
                "link",
                "symlink",
                "unlink",
                "rmdir",
                "chmod",
                "fchmod",
                "chown",
                "lchown",
                "fchown",
                "truncate",
                "ftruncate",
                "fallocate",
                "utime",
                "setxattr",
                "lsetxattr",
                "fsetxattr",
                "removexattr",
                "mount",
            ]
            .iter()
            .any(|word| {
                name.strip_prefix(word)
                    .is_some_and(|rest| ["", "at", "at2", "s", "ns", "nsat"].contains(&rest))
            }),
        }
    }

    fn connects(&self) -> bool {
        ["connect", "sendto", "sendmsg", "bind"].contains(&self.name.as_str())
    }

    /// Whether it makes a process, rather than a thread.
    fn starts_process(&self) -> bool {
        match self.name.as_str() {
            "fork" | "vfork" => true,
            "clone" | "clone3" => !self.rest.contains("CLONE_THREAD"),
            _ => false,
        }
    }
}

fn none(calls: &[Call], what: &str, is_it: fn(&Call) -> bool) -> Outcome {
    let found: Vec<String> = calls
        .iter()
        .filter(|call| is_it(call))
        .map(|call| format!("{}({}", call.name, call.rest))
        .collect();
    match found.is_empty() {
        true => Ok(()),
        false => Err(format!("{what}:\n{}", found.join("\n")).into()),
    }
}

fn write(path: &Path, text: &str, scratch: &Scratch) -> Outcome {
    Ok(fs::write(
        path,
        text.replace("{dir}", &scratch.0.display().to_string()),
    )?)
}

const GRAPH: &str = "\
weft: 1
graph: looks
resources:
  password:
  - name: pw
  value:
  - name: port
    value: 8080
  template:
  - name: conf
    text: \"port {{ port }}, secret {{ pw }}\\n\"
  file:
  - name: {dir}/etc/conf
    mode: 0600
  - name: {dir}/etc/old
    content: new
  - name: {dir}/etc/dir/
    state: exists
  - name: {dir}/etc/gone
    state: absent
  exec:
  - name: make
    cmd: touch {dir}/made
    creates: {dir}/made
  - name: always
    cmd: touch {dir}/always
  noop:
  - name: after
edges:
- file[{dir}/etc/conf] ~> exec[always]
- file[{dir}/etc/conf] ~> noop[after]
bindings:
- password[pw].password -> template[conf].vars.pw
- value[port].value -> template[conf].vars.port
- template[conf].text -> file[{dir}/etc/conf].content
";

/// Rule L3.
#[test]
fn a_plan_writes_nothing_and_connects_nowhere() -> Outcome {
    let scratch = Scratch::new("strace-plan")?;
    if !can_trace(&scratch) {
        return not_tried("there is no strace that may trace");
    }
    write(&scratch.at("graph.yaml"), GRAPH, &scratch)?;
    fs::write(scratch.at("etc/old"), "old")?;
    fs::write(scratch.at("etc/gone"), "still here")?;
    let (output, calls) = traced(&scratch, &["plan", "graph.yaml"])?;
    let said = String::from_utf8_lossy(&output.stdout);
    let all = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{all}");
    for planned in [
        "etc/conf",
        "etc/old",
        "etc/dir/",
        "etc/gone",
        "exec[make]",
        "password[pw]",
    ] {
        assert!(said.contains(planned), "{planned} is not planned:\n{all}");
    }
    assert!(
        calls.iter().any(|call| call.rest.contains("graph.yaml")),
        "nothing was traced"
    );
    none(&calls, "a plan changes files", Call::changes_files)?;
    none(&calls, "a plan connects", Call::connects)?;
    none(&calls, "a plan starts a process", Call::starts_process)?;
    assert!(!scratch.at("state").exists() && !scratch.at("home").exists());
    // What an apply does is seen, so it would have been seen here too.
    let (output, calls) = traced(&scratch, &["apply", "graph.yaml", "--yes"])?;
    assert!(output.status.success(), "{output:?}");
    assert!(none(&calls, "", Call::changes_files).is_err());
    assert!(none(&calls, "", Call::starts_process).is_err());
    Ok(())
}

const STORY: &str = "\
weft: 1
graph: acts
resources:
  exec:
  - name: make
    cmd: make
  - name: says
    cmd: echo said
  file:
  - name: /etc/conf
    content: x
edges:
- file[/etc/conf] ~> exec[make]
world:
  commands:
    make: {stdout: made}
steps:
- apply
expect:
- exec[make] ran 1
- exec[says] ran 1
";

/// Rule W2.
#[test]
fn a_test_starts_no_process() -> Outcome {
    let scratch = Scratch::new("strace-test")?;
    if !can_trace(&scratch) {
        return not_tried("there is no strace that may trace");
    }
    fs::create_dir(scratch.at("scenarios"))?;
    fs::create_dir(scratch.at("snapshots"))?;
    write(&scratch.at("scenarios/acts.yaml"), STORY, &scratch)?;
    let (output, calls) = traced(&scratch, &["test", "scenarios"])?;
    let said = String::from_utf8_lossy(&output.stdout);
    let all = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
    if all.contains("without its story player") {
        return not_tried("this weft has no story player");
    }
    // It was played: its trace waits to be accepted.
    let made: Vec<_> = fs::read_dir(scratch.at("snapshots"))?.flatten().collect();
    let snapshot = made
        .first()
        .ok_or_else(|| format!("no new snapshot:\n{all}"))?;
    let trace = fs::read_to_string(snapshot.path())?;
    assert!(
        trace.contains("exec[make]") && trace.contains("exec[says]"),
        "{trace}"
    );
    assert!(!Path::new("/etc/conf").exists());
    none(&calls, "a test starts a process", Call::starts_process)?;
    none(&calls, "a test connects", Call::connects)?;
    let runs = calls
        .iter()
        .filter(|call| call.name.starts_with("execve"))
        .count();
    assert_eq!(runs, 1, "only weft itself runs");
    Ok(())
}
