//! The README is true: every fenced block of it is run or checked, and every table between markers is generated.
//!
//! | block | what is done with it |
//! | --- | --- |
//! | `console` | each line after `$ ` is run by a shell, and must print what follows it |
//! | `weft` | the commands go into weft's pipe, which must end well |
//! | `text` | what the block before it printed, a `weft` block |
//! | `yaml` | written to the file that its first line names, and checked by `weft check` |
//! | `rust` | the text of a documentation test of the crate |
//! | `ini` | the unit that `tests/service.rs` starts, where there is a service manager |
//! | `sh` | commands that `.ci/run` calls |
//!
//! A picture is one that a `console` block draws at the same place, byte for byte.
//!
//! All runs share one new directory, whose name is as long as the one that the README shows, so that columns stay where they
//! are; the stories that the README names are there, too. Where a run is on the real machine, times and the machine's and user's names may
//! differ. With `UPDATE_README=1` outputs, tables and pictures are written anew.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use weft::command::{help, meta};
use weft::kind::Kinds;
use weft::repl::env::VARIABLES;
use weft::trace::Planned;
use weft::trace::Status;
use weft::tui::app::keys::KEYS;
use weft::tui::theme::{BREAK, DEBT, DIFFERS, DIRTY, KEPT, PENDING, POKED, Sign, plan, status};

/// The directory that the README shows; the real one has other last letters.
const SHOWN: &str = "/tmp/weft-demo";

/// How the unit begins.
const UNIT: &str = "# weft.service";

#[test]
fn the_readme_is_true() {
    let path = top().join("README.md");
    let text = read(&path);
    let mut reader = Reader::new();
    let wanted = reader.read(&text);
    let other = reader.other_pictures();
    if wanted == text && other.is_empty() {
        return;
    }
    if std::env::var_os("UPDATE_README").is_some() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI writes no README: it compares it"
        );
        std::fs::write(&path, wanted).expect("the README can be written");
        for (picture, drawn) in other {
            let drawn = drawn.unwrap_or_else(|| panic!("no block of the README draws {picture}"));
            std::fs::write(top().join(picture), drawn).expect("a picture can be written");
        }
        return;
    }
    assert!(wanted == text, "{}", difference(&text, &wanted));
    let other: Vec<String> = other.into_iter().map(|(picture, _)| picture).collect();
    panic!("{other:?} are not what the README's commands draw: UPDATE_README=1 draws them anew");
}

#[test]
fn a_picture_that_nobody_draws_is_found() {
    let mut reader = Reader::new();
    reader.read("![words](snapshots/none.svg)\n");
    assert_eq!(
        reader.other_pictures(),
        [("snapshots/none.svg".to_owned(), None)]
    );
    let draws = "![words](snapshots/password.snap)\n```console\n$ echo other > snapshots/password.snap\n```\n";
    reader.read(draws);
    let other = reader.other_pictures();
    assert_eq!(
        other[1],
        (
            "snapshots/password.snap".to_owned(),
            Some(b"other\n".to_vec())
        )
    );
}

#[test]
fn what_is_not_so_is_found() {
    let text = "```console\n$ weft check nowhere.yaml; echo done\ndone\n```\n<!-- meta -->\n\n| key |\n<!-- /meta -->\n";
    let wanted = Reader::new().read(text);
    assert!(wanted.contains("\nnowhere.yaml: "), "{wanted}");
    assert!(wanted.contains("\ndone\n```\n"), "{wanted}");
    assert!(wanted.contains("| `retry` | int |"), "{wanted}");
    assert!(difference(text, &wanted).starts_with("README.md:3: "));
}

#[test]
#[should_panic(expected = "README.md:1: nobody can check a block of `ruby`")]
fn a_block_that_nobody_can_check_is_refused() {
    Reader::new().read("```ruby\n```\n");
}

#[test]
fn only_what_is_the_machines_own_may_differ() {
    let told = "    0.015  start      host web1 as ann, 2 resources";
    let again = "    0.200  start      host db as root, 2 resources";
    let other = "    0.200  start      host db as root, 3 resources";
    assert_eq!(masked(told), masked(again));
    assert_ne!(masked(told), masked(other));
    let simulated = ["    0.000  start      sim", "    1.000  start      sim"];
    assert_ne!(masked(simulated[0]), masked(simulated[1]));
}

/// The first place where they part, with what is near it.
fn difference(text: &str, wanted: &str) -> String {
    let same = text.lines().zip(wanted.lines());
    let same = same.take_while(|(is, should)| is == should).count();
    let near = |text: &str| {
        let lines = text.lines().skip(same.saturating_sub(2)).take(12);
        lines.fold(String::new(), |all, line| all + "  " + line + "\n")
    };
    format!(
        "README.md:{}: it says\n{}and it should say\n{}UPDATE_README=1 writes it anew",
        same + 1,
        near(text),
        near(wanted)
    )
}

/// Reads a README from top to bottom, and writes it as it should be.
struct Reader {
    demo: Demo,
    /// What the last `weft` block printed, until a `text` block has shown it.
    printed: Option<String>,
    /// The pictures that it shows.
    pictures: Vec<String>,
}

impl Reader {
    fn new() -> Reader {
        Reader {
            demo: Demo::new(),
            printed: None,
            pictures: Vec::new(),
        }
    }

    /// The pictures that are not what was drawn, with what was.
    fn other_pictures(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let pictures = self.pictures.iter().map(|picture| {
            let drawn = std::fs::read(self.demo.dir.join(picture)).ok();
            (picture.clone(), drawn)
        });
        let is_other = |(picture, drawn): &(String, Option<Vec<u8>>)| {
            drawn.is_none() || *drawn != std::fs::read(top().join(picture)).ok()
        };
        pictures.filter(is_other).collect()
    }

    fn read(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let _ = writeln!(out, "{line}");
            self.pictures.extend(picture(line));
            if let Some(language) = line.strip_prefix("```") {
                let body = lines.by_ref().map(|(_, line)| line);
                let body: Vec<&str> = body.take_while(|line| *line != "```").collect();
                let body = body.iter().map(|line| format!("{line}\n")).collect();
                let _ = writeln!(out, "{}```", self.block(at + 1, language, body));
            } else if let Some(name) = opened(line) {
                let end = format!("<!-- /{name} -->");
                let found = lines.by_ref().any(|(_, line)| line == end);
                assert!(found, "README.md:{}: there is no {end}", at + 1);
                let _ = write!(out, "\n{}\n{end}\n", table(name));
            }
        }
        out
    }

    /// What a block should hold.
    fn block(&mut self, at: usize, language: &str, body: String) -> String {
        let place = format!("README.md:{at}");
        match language {
            "console" => return self.demo.console(&body),
            "text" => {
                let printed = self.printed.take();
                return printed.unwrap_or_else(|| panic!("{place}: nothing has printed this"));
            }
            "weft" => self.printed = Some(self.demo.pipe(&place, &body)),
            "yaml" => self.demo.file(&place, &body),
            "rust" => assert!(
                doc_tests().contains(&body),
                "{place}: no documentation test of src/lib.rs has this text"
            ),
            "ini" => assert!(
                read(&top().join("tests/service.rs")).contains(UNIT) && body.starts_with(UNIT),
                "{place}: tests/service.rs starts no such unit"
            ),
            "sh" => known_to_ci(&place, &body),
            other => panic!("{place}: nobody can check a block of `{other}`"),
        }
        body
    }
}

/// The picture that is shown in this line.
fn picture(line: &str) -> Option<String> {
    let (_, path) = line.strip_prefix("![")?.split_once("](")?;
    path.strip_suffix(')').map(str::to_owned)
}

/// The name of the table that begins after this line.
fn opened(line: &str) -> Option<&str> {
    let name = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    let lower = |c: char| c.is_ascii_lowercase() || c == '-';
    name.chars().all(lower).then_some(name)
}

/// A directory with files and a state of its own, in which weft runs.
struct Demo {
    dir: PathBuf,
}

impl Demo {
    /// As long a name as the README shows, but one that nobody has yet.
    fn new() -> Demo {
        let first = std::process::id() % 0x1_0000;
        let names = (0..0x1_0000).map(|n| format!("/tmp/weft-{:04x}", (first + n) % 0x1_0000));
        let dir = names
            .map(PathBuf::from)
            .find(|dir| std::fs::create_dir(dir).is_ok());
        let dir = dir.expect("a directory can be made in /tmp");
        for (path, kept) in [("scenarios", Some("password.yaml")), ("snapshots", None)] {
            std::fs::create_dir(dir.join(path)).expect("the directory takes others");
            let kept = kept.map(|name| PathBuf::from(path).join(name));
            if let Some(name) = kept {
                std::fs::copy(top().join(&name), dir.join(&name)).expect("a story is there");
            }
        }
        Demo { dir }
    }

    /// A text of the README, with the directory that is really meant.
    fn real(&self, text: &str) -> String {
        text.replace(SHOWN, &self.dir.to_string_lossy())
    }

    /// Runs a line in a shell. Gives what it printed, with the README's directory, and whether it ended well.
    fn run(&self, line: &str, input: &str) -> (String, bool) {
        let weft = Path::new(env!("CARGO_BIN_EXE_weft"));
        let mut path = weft
            .parent()
            .expect("it is in a directory")
            .as_os_str()
            .to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin")));
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("exec 2>&1; {}", self.real(line)))
            .current_dir(&self.dir)
            .env_clear()
            .env("PATH", path)
            .env("HOME", &self.dir)
            .env("LANG", "C.UTF-8")
            .env("WEFT_STATE_DIR", self.dir.join("state"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut pipe = child.stdin.take().expect("it is a pipe");
        // One that ends early does not read it all: what it printed says why.
        let _ = pipe.write_all(self.real(input).as_bytes());
        drop(pipe);
        let done = child.wait_with_output().expect("a shell ends");
        let text = String::from_utf8(done.stdout).expect("weft prints text");
        let text = text.replace(&*self.dir.to_string_lossy(), SHOWN);
        (text, done.status.success())
    }

    /// The block, with what its commands print.
    fn console(&self, body: &str) -> String {
        let mut out = String::new();
        let commands = body.strip_prefix("$ ").expect("a command comes first");
        for entry in commands.split("\n$ ") {
            let (line, was) = entry.split_once('\n').unwrap_or((entry, ""));
            let was = was.strip_suffix('\n').unwrap_or(was);
            let (is, _) = self.run(line, "");
            let is = is.strip_suffix('\n').unwrap_or(&is);
            let shown = if masked(is) == masked(was) { was } else { is };
            let _ = writeln!(out, "$ {line}");
            if !shown.is_empty() {
                let _ = writeln!(out, "{shown}");
            }
        }
        out
    }

    fn pipe(&self, place: &str, body: &str) -> String {
        let (printed, well) = self.run("weft --quiet", body);
        assert!(well, "{place}: it fails\n{printed}");
        printed
    }

    fn file(&self, place: &str, body: &str) {
        let name = body.lines().next().and_then(|line| line.strip_prefix("# "));
        let name = name.unwrap_or_else(|| panic!("{place}: no comment names the file"));
        std::fs::write(self.dir.join(name), self.real(body)).expect("the directory takes files");
        let (printed, well) = self.run(&format!("weft check {name}"), "");
        assert!(well, "{place}: it is refused\n{printed}");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// What a run on the real machine prints, without what is its own: times, the machine's name and the user's.
fn masked(text: &str) -> String {
    if !text.lines().any(|line| line.contains("host ")) {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| {
        let timed = line
            .get(..9)
            .filter(|time| time.trim().parse::<f64>().is_ok());
        let line = timed.map_or(line, |time| &line[time.len()..]);
        let mut words: Vec<&str> = line.split(' ').collect();
        if let Some(at) = words
            .windows(3)
            .position(|w| w[0] == "host" && w[2] == "as")
        {
            words[at + 1] = "HOST";
            if let Some(user) = words.get_mut(at + 3) {
                *user = if user.ends_with(',') { "USER," } else { "USER" };
            }
        }
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The documentation tests of the crate's own page, without their hidden lines.
fn doc_tests() -> Vec<String> {
    let text = read(&top().join("src/lib.rs"));
    let doc = text.lines().filter_map(|line| line.strip_prefix("//!"));
    let doc: Vec<&str> = doc
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let mut tests = Vec::new();
    for (at, block) in doc.split(|line| line.starts_with("```")).enumerate() {
        if at % 2 == 1 {
            let shown = block.iter().filter(|line| !line.starts_with("# "));
            tests.push(shown.map(|line| format!("{line}\n")).collect());
        }
    }
    tests
}

/// Every command of the block is one that CI calls.
fn known_to_ci(place: &str, body: &str) {
    let ci = read(&top().join(".ci/run"));
    for line in body.lines() {
        let command = line.split(" #").next().unwrap_or_default().trim();
        let called = |line: &str| {
            let rest = line.trim().strip_prefix(command);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        assert!(
            ci.lines().any(called),
            "{place}: .ci/run never calls `{command}`"
        );
    }
}

/// Every sign of the graph pane.
fn signs() -> impl Iterator<Item = Sign> {
    let statuses = Status::ALL.into_iter().map(status);
    let marks = [DIRTY, POKED, PENDING, DEBT, BREAK];
    let plans = Planned::ALL.map(plan).into_iter().chain([KEPT, DIFFERS]);
    statuses.chain(marks).chain(plans)
}

/// A generated table.
fn table(name: &str) -> String {
    match name {
        "language" => help::language_markdown(),
        "keys" => rows(
            ["key", "where", "what it does"],
            KEYS.iter().map(|row| {
                let keys = row.each().map(|key| format!("`{key}`"));
                let place = if row.anywhere { "anywhere" } else { "graph" };
                [
                    keys.collect::<Vec<_>>().join(", "),
                    place.into(),
                    row.says().into(),
                ]
            }),
        ),
        "signs" => rows(
            ["sign", "in ASCII", "what it means"],
            signs().map(|sign| {
                let [sign_of, ascii] = [false, true].map(|ascii| format!("`{}`", sign.char(ascii)));
                [sign_of, ascii, sign.word.into()]
            }),
        ),
        "kinds" => help::kinds_markdown(&Kinds),
        "meta" => rows(
            ["key", "type", "what it does"],
            meta::META.iter().map(|field| {
                [
                    format!("`{}`", field.name),
                    field.ty.to_string(),
                    field.doc.into(),
                ]
            }),
        ),
        "environment" => rows(
            ["variable", "what it is for"],
            VARIABLES
                .iter()
                .map(|variable| [format!("`{}`", variable.name), variable.about.into()]),
        ),
        "dependencies" => rows(["crates", "what for"], dependencies()),
        other => panic!("nobody generates a table `{other}`"),
    }
}

fn rows<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace("||", "| |"));
    let rule = ["---"; N].map(str::to_owned);
    let mut text = line(&head.map(str::to_owned)) + &line(&rule);
    text.extend(rows.into_iter().map(|row| line(&row)));
    text
}

/// The crates of Cargo.toml, each with the reason above it.
fn dependencies() -> Vec<[String; 2]> {
    let text = read(&top().join("Cargo.toml"));
    let mut found: Vec<[String; 2]> = Vec::new();
    let (mut inside, mut tests, mut reason) = (false, "", None);
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
            tests = if line == "[dev-dependencies]" {
                "In tests. "
            } else {
                ""
            };
        } else if let Some(comment) = line.strip_prefix("# ").filter(|_| inside) {
            reason = Some(comment.to_owned());
        } else if let Some((name, rest)) = line.split_once(" = ").filter(|_| inside) {
            let package = rest.split_once("package = \"").map(|(_, rest)| rest);
            let package = package.and_then(|rest| rest.split('"').next());
            let name = package.map_or(format!("`{name}`"), |p| format!("`{name}` (`{p}`)"));
            match reason.take() {
                Some(reason) => found.push([name, format!("{tests}{reason}")]),
                None => {
                    let last = found.last_mut().expect("the first crate has a reason");
                    last[0] += &format!(", {name}");
                }
            }
        }
    }
    found
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
