//! The commands that every simulated machine has: true, false, echo, cat, sleep and test.

use super::commands::script;
use super::machine::Machine;
use super::spec::Answer;
use crate::time::Span;
use crate::world::rules::{self, Way};
use crate::world::{Account, Command, Node, Stat};
use std::path::{Path, PathBuf};

/// Characters that a shell would act on: a script with one of them is no simple command.
const OPERATORS: &str = "|&;<>()$`\n*?~#{}";

/// What a built-in command answers; `None` if it is none.
pub(super) fn answer(machine: &Machine, command: &Command, who: &Account) -> Option<Answer> {
    let words;
    let argv = match script(&command.argv) {
        Some(script) if script.contains(|c| OPERATORS.contains(c)) => return None,
        Some(script) => {
            words = shell_words::split(script).ok()?;
            &words
        }
        None => &command.argv,
    };
    let (program, args) = argv.split_first()?;
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let at = At {
        machine,
        cwd: command.cwd.as_deref().unwrap_or(Path::new("/")),
        who,
    };
    match program.rsplit('/').next()? {
        "true" => Some(exit(0)),
        "false" => Some(exit(1)),
        "echo" => Some(echo(&args)),
        "cat" => Some(at.cat(&args, command.stdin.as_deref().unwrap_or_default())),
        "sleep" => sleep(&args),
        "test" => Some(at.test(&args)),
        "[" => Some(match args.split_last() {
            Some((&"]", args)) => at.test(args),
            _ => error(2, "[: missing ]".to_owned()),
        }),
        _ => None,
    }
}

fn exit(status: i32) -> Answer {
    Answer {
        status,
        ..Answer::default()
    }
}

fn error(status: i32, line: String) -> Answer {
    Answer {
        status,
        stderr: format!("{line}\n").into_bytes(),
        ..Answer::default()
    }
}

fn echo(args: &[&str]) -> Answer {
    let (end, args) = match args.split_first() {
        Some((&"-n", rest)) => ("", rest),
        _ => ("\n", args),
    };
    Answer {
        stdout: format!("{}{end}", args.join(" ")).into_bytes(),
        ..Answer::default()
    }
}

/// Seconds, or a number with one of sleep's units.
fn sleep(args: &[&str]) -> Option<Answer> {
    let [text] = args else { return None };
    let number: Result<f64, _> = text.parse();
    let duration = match number {
        Ok(seconds) if (0.0..1e9).contains(&seconds) => Span((seconds * 1e6).round() as u64),
        Ok(_) => return Some(error(1, format!("sleep: invalid time interval '{text}'"))),
        Err(_) => text.parse().ok()?,
    };
    Some(Answer {
        duration,
        ..Answer::default()
    })
}

/// Where and as whom a command looks at files.
struct At<'a> {
    machine: &'a Machine,
    cwd: &'a Path,
    who: &'a Account,
}

impl At<'_> {
    /// What a path means when its last link is followed: the place, or the error's words.
    fn place(&self, path: &str) -> Result<(PathBuf, Stat), &'static str> {
        let mut path = self.cwd.join(path);
        for _ in 0..40 {
            let found = rules::existing(&self.machine.disk, self.who, Way::Led, &path);
            let (spot, stat) = found.map_err(|fault| match fault {
                crate::world::Fault::Denied(..) => "Permission denied",
                crate::world::Fault::NotDir(_) => "Not a directory",
                _ => "No such file or directory",
            })?;
            if stat.what != Node::Link {
                return Ok((spot.path, stat));
            }
            let target = rules::Tree::target(&self.machine.disk, &spot.path);
            path = spot
                .dir
                .join(target.map_err(|_| "No such file or directory")?);
        }
        Err("Too many levels of symbolic links")
    }

    fn cat(&self, args: &[&str], stdin: &[u8]) -> Answer {
        let mut answer = Answer::default();
        let none: &[&str] = &["-"];
        for name in if args.is_empty() { none } else { args } {
            if *name == "-" {
                answer.stdout.extend_from_slice(stdin);
                continue;
            }
            let content = match self.place(name) {
                Err(why) => Err(why),
                Ok((_, stat)) if stat.what == Node::Dir => Err("Is a directory"),
                Ok((_, stat)) if !rules::may(&stat, self.who, rules::READ) => {
                    Err("Permission denied")
                }
                Ok((place, _)) => Ok(self.machine.content(&place).unwrap_or_default()),
            };
            match content {
                Ok(content) => answer.stdout.extend_from_slice(&content),
                Err(why) => {
                    answer.status = 1;
                    let line = format!("cat: {name}: {why}\n");
                    answer.stderr.extend_from_slice(line.as_bytes());
                }
            }
        }
        answer
    }

    fn test(&self, args: &[&str]) -> Answer {
        match self.holds(args) {
            Ok(yes) => exit(i32::from(!yes)),
            Err(why) => error(2, format!("test: {why}")),
        }
    }

    fn holds(&self, args: &[&str]) -> Result<bool, String> {
        match args {
            [] => Ok(false),
            [word] => Ok(!word.is_empty()),
            ["!", rest @ ..] => self.holds(rest).map(|yes| !yes),
            ["-z", word] => Ok(word.is_empty()),
            ["-n", word] => Ok(!word.is_empty()),
            [flag @ ("-L" | "-h"), path] => {
                let _ = flag;
                let spot =
                    rules::locate(&self.machine.disk, self.who, Way::Led, &self.cwd.join(path))
                        .ok();
                Ok(spot
                    .and_then(|spot| spot.node)
                    .is_some_and(|stat| stat.what == Node::Link))
            }
            [flag, path] if flag.starts_with('-') => self.is(flag, path),
            [a, "=" | "==", b] => Ok(a == b),
            [a, "!=", b] => Ok(a != b),
            [a, op, b] => compare(number(a)?, op, number(b)?),
            _ => Err("too many arguments".to_owned()),
        }
    }

    fn is(&self, flag: &str, path: &str) -> Result<bool, String> {
        let stat = self.place(path).ok().map(|place| place.1);
        let is = |what: Node| stat.as_ref().is_some_and(|stat| stat.what == what);
        let may = |bits| {
            stat.as_ref()
                .is_some_and(|stat| rules::may(stat, self.who, bits))
        };
        match flag {
            "-e" => Ok(stat.is_some()),
            "-f" => Ok(is(Node::File)),
            "-d" => Ok(is(Node::Dir)),
            "-s" => Ok(stat
                .as_ref()
                .is_some_and(|stat| stat.size > 0 || stat.what == Node::Dir)),
            "-r" => Ok(may(4)),
            "-w" => Ok(may(2)),
            "-x" => Ok(may(1)
                && stat
                    .as_ref()
                    .is_some_and(|s| s.what == Node::Dir || s.mode & 0o111 != 0)),
            _ => Err(format!("{flag}: unary operator expected")),
        }
    }
}

fn number(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| format!("{text}: integer expression expected"))
}

fn compare(a: i64, op: &str, b: i64) -> Result<bool, String> {
    match op {
        "-eq" => Ok(a == b),
        "-ne" => Ok(a != b),
        "-lt" => Ok(a < b),
        "-le" => Ok(a <= b),
        "-gt" => Ok(a > b),
        "-ge" => Ok(a >= b),
        _ => Err(format!("{op}: binary operator expected")),
    }
}
