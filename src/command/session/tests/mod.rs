//! Sessions over a small story, with a front that keeps all that is said.

mod ask;
mod errors;
mod expect;
mod files;
mod inspect;
mod learn;
mod passes;
mod places;
mod steer;

use super::*;
use crate::file;
use crate::trace;
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

/// What an editor makes of a text.
pub(super) type Edit = Box<dyn FnOnce(&str) -> String>;

/// A front for tests: files from a map, answers from lists, and everything that is said in one text.
#[derive(Default)]
pub(super) struct Script {
    pub said: String,
    pub files: BTreeMap<PathBuf, String>,
    /// Files that are no text.
    pub odd: BTreeMap<PathBuf, Vec<u8>>,
    /// What the editor leaves behind, each time it is opened; it keeps the text where there is nothing.
    pub edits: VecDeque<Edit>,
    pub answers: VecDeque<bool>,
    pub secrets: VecDeque<String>,
    pub events: bool,
    /// No file can be written, and no editor opens.
    pub broken: bool,
    /// The lessons that were done.
    pub done: Vec<String>,
}

impl Front for Script {
    fn show(&mut self, text: &str) {
        self.said.push_str(text);
    }

    fn put_out(&mut self, text: &str) -> Result<(), String> {
        if self.broken {
            return Err("with --json it holds JSON alone".to_owned());
        }
        self.show(text);
        Ok(())
    }

    fn remark(&mut self, text: &str) {
        self.said.push_str(&format!("({text}"));
    }

    fn events(&mut self, events: &[Event]) {
        if self.events {
            self.said
                .push_str(&trace::lines(events, crate::engine::Level::Story));
        }
    }

    fn can_ask(&self) -> bool {
        !self.answers.is_empty()
    }

    fn confirm(&mut self, question: &str, _: &str) -> bool {
        let yes = self.answers.pop_front().unwrap_or(false);
        self.said.push_str(&format!("{question} {yes}\n"));
        yes
    }

    fn secret(&mut self, _: &str) -> Option<String> {
        self.secrets.pop_front()
    }

    fn edit(&mut self, text: &str) -> Result<Option<String>, String> {
        if self.broken {
            return Err("there is no terminal to edit on".to_owned());
        }
        let edited = self.edits.pop_front().map(|edit| edit(text));
        Ok(edited.filter(|edited| edited != text))
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        if let Some(bytes) = self.odd.get(path) {
            return Ok(bytes.clone());
        }
        let file = self.files.get(path);
        file.map(|text| text.clone().into_bytes())
            .ok_or_else(|| "there is no such file".to_owned())
    }

    fn lessons_done(&mut self) -> Vec<String> {
        self.done.clone()
    }

    fn lesson_done(&mut self, name: &str) -> Result<(), String> {
        if self.broken {
            return Err("permission denied".to_owned());
        }
        self.done.push(name.to_owned());
        Ok(())
    }

    fn write(&mut self, path: &Path, text: &str) -> Result<(), String> {
        if self.broken {
            return Err("permission denied".to_owned());
        }
        self.files.insert(path.to_owned(), text.to_owned());
        Ok(())
    }
}

/// The password graph as a story, with what goes wrong in one vertex.
pub(super) const STORY: &str = "weft: 1
graph: secret
about: A password in a file.
world:
  files:
    /etc/motd: {content: hello, mode: 0640}
resources:
  password:
  - name: pw
    length: 16
  file:
  - name: /tmp/secret
    mode: 0600
  noop:
  - name: bystander
edges:
- file[/tmp/secret] ~> noop[bystander]
bindings:
- password[pw].password -> file[/tmp/secret].content
steps:
- apply
expect:
- file[/tmp/secret] changed
";

/// A session on a story, and a front.
pub(super) fn open(text: &str) -> (Session, Script) {
    open_in(text, None)
}

/// The same in a world that a person names.
pub(super) fn open_in(text: &str, world: Option<WorldName>) -> (Session, Script) {
    let mut front = Script::default();
    let path = PathBuf::from("secret.yaml");
    front.files.insert(path.clone(), text.to_owned());
    let document = file::parse(&path, text, &Kinds, &mut |path| front.read(path))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let options = SessionOptions {
        jobs: 1,
        seed: Some(1),
        noop: false,
        yes: false,
        world,
        state_root: PathBuf::from("/nowhere"),
        root: None,
        adopt: false,
        supervisor: None,
    };
    let session = Session::open(Some(document), options).unwrap_or_else(|why| panic!("{why}"));
    (session, front)
}

/// What is said to some lines; an error ends them.
pub(super) fn say(session: &mut Session, front: &mut Script, input: &[&str]) -> String {
    front.said.clear();
    for line in input {
        front.said.push_str(&format!("> {line}\n"));
        if let Err(error) = session.eval(line, front) {
            front.said.push_str(&format!("{error}\n"));
            break;
        }
    }
    std::mem::take(&mut front.said)
}

/// The password that the simulated machine keeps.
pub(super) fn password(session: &Session) -> String {
    let sends = session
        .runner
        .ask(|engine| engine.sends(&Key::new("password", "pw")));
    let sent = sends.and_then(|sends| sends.get("password").cloned());
    let text = sent.and_then(|value| value.expose_str().map(str::to_owned));
    text.unwrap_or_else(|| panic!("nothing was sent"))
}
