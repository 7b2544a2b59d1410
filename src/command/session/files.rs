//! Files: new, load, save; and undo and redo, which bring back whole graphs like they do.

use super::{Front, Session, SessionError};
use crate::command::order::Order;
use crate::command::parse::parse;
use crate::command::written;
use crate::engine::Input;
use crate::file::{self, Document, Saved};
use crate::graph::refs::ref_text;
use crate::graph::{Draft, Graph, Key};
use crate::kind::Kinds;
use crate::value::{quote, sanitise};
use std::path::{Path, PathBuf};

impl Session {
    pub(super) fn undo_redo(
        &mut self,
        undo: bool,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let before = self.history.now().clone();
        let did = if undo {
            self.history.undo()
        } else {
            self.history.redo()
        };
        let (word, verb) = if undo {
            ("undid", "undo")
        } else {
            ("redid", "redo")
        };
        let Some(did) = did else {
            return Err(nothing_to(undo));
        };
        let now = self.history.now().clone();
        let renamed = renamed(&did, undo, &before, &now);
        let other = replaces(&did);
        let log = match self.began.replays && !other {
            true => vec![verb.to_owned()],
            false => remade(&before, &now),
        };
        self.log.extend(log);
        if other {
            self.cross(undo);
        }
        let belonged = other && self.document.take().is_some();
        self.edited_by(verb, &format!("{word}: {did}\n"), renamed, front);
        if belonged {
            front.remark("this graph belongs to no file now: `save` needs a path\n");
        }
        Ok(())
    }

    /// Takes over a graph that was not made by one order: with what was done in words, what is shown of it, and the lines that make
    /// it again.
    pub(super) fn take_graph(
        &mut self,
        graph: Graph,
        (did, shown): (&str, &str),
        log: Vec<String>,
        front: &mut dyn Front,
    ) {
        if self.history.push(graph, did) {
            self.log.extend(log);
            self.began.replays = false;
            self.edited_by(did, shown, Vec::new(), front);
        }
    }

    /// The engine gets the graph, and what follows has these words as its cause. What came of it is shown behind them.
    pub(super) fn edited_by(
        &mut self,
        words: &str,
        shown: &str,
        renamed: Vec<(Key, Key)>,
        front: &mut dyn Front,
    ) {
        self.input(Input::Command(words.to_owned()), front);
        front.show(shown);
        self.graph_changed(renamed, front);
    }

    pub(super) fn new_graph(
        &mut self,
        name: Option<&str>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let name = name.unwrap_or("graph");
        self.agree_to_leave(front)?;
        let did = format!("new {}", quote(name));
        let shown = format!("a new graph, named {}\n", sanitise(name));
        let graph = Draft::new(name).graph().clone();
        self.replace(graph, None, (&did, &shown), vec![did.clone()], front)?;
        Ok(())
    }

    pub(super) fn load(&mut self, path: &str, front: &mut dyn Front) -> Result<(), SessionError> {
        let document = read_document(Path::new(path), front)?;
        self.agree_to_leave(front)?;
        let graph = document.graph.clone();
        let story = document.story.is_some();
        let name = sanitise(&graph.name);
        let count = crate::trace::count(graph.vertices().len(), "resource");
        let log = remade(&Graph::default(), &graph);
        let did = format!("load {}", quote(path));
        let shown = format!("loaded {name} from {}: {count}\n", sanitise(path));
        self.replace(graph, Some(document), (&did, &shown), log, front)?;
        if story {
            front.remark(&format!(
                "{} is a story: its graph is loaded, its steps are not played, and the world stays as it is ({})\n",
                sanitise(path),
                sanitise(&self.label)
            ));
        }
        Ok(())
    }

    /// On a real machine another graph begins with an empty history: what was not saved goes, and a person says so.
    fn agree_to_leave(&self, front: &mut dyn Front) -> Result<(), SessionError> {
        let saved = match &self.document {
            Some(document) => file::same(&document.graph, self.graph()),
            None => self.graph().vertices().is_empty(),
        };
        if self.runner.is_sim() || saved || !front.can_ask() {
            return Ok(());
        }
        let question = format!("Leave {} without saving it?", sanitise(&self.graph().name));
        let more = written::lines(self.graph(), &Kinds).join("\n") + "\n";
        match front.confirm(&question, &more) {
            true => Ok(()),
            false => {
                Err(SessionError::failed("the graph was not left")
                    .with_hint("`save PATH` keeps it"))
            }
        }
    }

    /// Another graph instead of the present one, by what was done, and what is shown of it. A simulated world goes on below it, and the edit can be undone; on a real
    /// machine each graph has a state directory of its own (rule P5).
    fn replace(
        &mut self,
        graph: Graph,
        document: Option<Document>,
        (did, shown): (&str, &str),
        log: Vec<String>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        if !self.runner.is_sim() {
            self.reopen(graph, document)?;
            front.begins(self.graph(), self.events());
            front.show(shown);
            self.log.extend(log);
            return Ok(());
        }
        let loaded = document.as_ref().map(|document| document.path.clone());
        self.document = document;
        let changed = self.history.push(graph, did);
        self.log.extend(log);
        self.begin_again(loaded, changed);
        match changed {
            true => self.edited_by(did, shown, Vec::new(), front),
            false => front.show(shown),
        }
        Ok(())
    }

    pub(super) fn save(
        &mut self,
        story: bool,
        path: Option<&str>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        if path == Some("-") {
            return self.put_out(story, front);
        }
        let path = match path.map(PathBuf::from) {
            Some(path) => path,
            None => self.own_path(story)?,
        };
        let saved = self.as_file(story)?;
        let shown = sanitise(&path.display().to_string());
        tell_lost(&saved, &shown, front);
        if saved.anew && self.own_path(story).as_ref() == Ok(&path) && front.can_ask() {
            let question = format!("Write {shown} anew?");
            if !front.confirm(&question, &format!("{}\n", saved.lost.join("\n"))) {
                let what = format!("{shown} was not saved");
                return Err(SessionError::failed(what).with_hint("`save PATH` writes another file"));
            }
        }
        front.write(&path, &saved.text).map_err(|why| {
            let what = format!("{shown} cannot be written: {why}");
            SessionError::failed(what).with_hint("`save PATH` writes another file")
        })?;
        front.show(&match story {
            true => format!("saved {shown}: `weft test --accept` writes its snapshot\n"),
            false => format!("saved {shown}\n"),
        });
        match read_text(&path, &saved.text, front) {
            Ok(document) if !story => {
                self.document = Some(document);
                self.saved = self.history.now().clone();
            }
            // A graph that is in no other file is kept by the steps of this one.
            Ok(_) if self.document.is_none() => {
                self.saved = self.history.now().clone();
            }
            Ok(_) => {}
            Err(why) if saved.lost.is_empty() => {
                front.remark(&format!("warning: {shown} cannot be read back:\n{why}\n"));
            }
            Err(_) => front.remark(&format!(
                "warning: {shown} cannot be read back before what is not in it is added\n"
            )),
        }
        Ok(())
    }

    /// The file that is meant where none is named: the graph's, and for a story that with which the session began.
    fn own_path(&self, story: bool) -> Result<PathBuf, SessionError> {
        let Some(own) = self.document.as_ref().map(|document| document.path.clone()) else {
            let what = "this graph came from no file, so that it is not clear where to save it";
            return Err(SessionError::failed(what).with_hint("`save PATH` says where"));
        };
        match &self.began.loaded {
            Some(loaded) if story => {
                let loaded = sanitise(&loaded.display().to_string());
                let what = format!(
                    "the graph was loaded from {loaded}, and the story that goes on with it is in no file yet"
                );
                Err(SessionError::failed(what).with_hint("`save --story PATH` says where"))
            }
            _ => Ok(own),
        }
    }

    /// `save -`: what a file would hold, on standard output. The file that the graph came from stays as it is.
    fn put_out(&self, story: bool, front: &mut dyn Front) -> Result<(), SessionError> {
        let saved = self.as_file(story)?;
        front.put_out(&saved.text).map_err(|why| {
            let what = format!("standard output cannot have the graph: {why}");
            SessionError::failed(what).with_hint("`save PATH` writes a file")
        })?;
        tell_lost(&saved, "what was put out", front);
        Ok(())
    }

    fn as_file(&self, story: bool) -> Result<Saved, SessionError> {
        match story {
            true => self.story(),
            false => Ok(self.saved()),
        }
    }

    fn saved(&self) -> Saved {
        match &self.document {
            Some(document) => file::save(document, self.graph(), &Kinds),
            None => file::save_new(&Kinds, self.graph(), None),
        }
    }
}

/// Why nothing is taken back, or made again.
pub(crate) fn nothing_to(undo: bool) -> SessionError {
    let (what, hint) = match undo {
        true => (
            "there is nothing to undo",
            "edits can be taken back, and there is none before this",
        ),
        false => (
            "there is nothing to redo",
            "`undo` takes an edit back, and `redo` makes it again",
        ),
    };
    SessionError::failed(what).with_hint(hint)
}

/// What the text of a file does not hold.
fn tell_lost(saved: &Saved, shown: &str, front: &mut dyn Front) {
    let lost = saved.lost.iter();
    lost.for_each(|lost| front.remark(&format!("not in {shown}: {}\n", sanitise(lost))));
}

/// Whether an edit of this name can be done again from its words.
pub(super) fn replays(did: &str) -> bool {
    !did.starts_with("load ") && !did.starts_with("edit")
}

/// Whether an edit of this name put another graph in the place of one.
fn replaces(did: &str) -> bool {
    did.starts_with("load ") || did.starts_with("new ")
}

/// The lines that make one graph of another, also of another name.
fn remade(before: &Graph, now: &Graph) -> Vec<String> {
    if before.name == now.name {
        return written::changes(before, now, &Kinds);
    }
    let mut lines = vec![format!("new {}", quote(&now.name))];
    lines.extend(written::lines(now, &Kinds));
    lines
}

/// Which vertices have another name after an edit was taken back or made again.
fn renamed(did: &str, undo: bool, before: &Graph, now: &Graph) -> Vec<(Key, Key)> {
    let began = if undo { now } else { before };
    let orders = parse(did, began, &Kinds).unwrap_or_default();
    let pair = |order: &Order| match order {
        Order::Rename(from, name) => {
            let to = Key::new(from.kind(), name);
            Some(if undo {
                (to, from.clone())
            } else {
                (from.clone(), to)
            })
        }
        _ => None,
    };
    orders.iter().filter_map(pair).collect()
}

/// A file as a document.
pub(super) fn read_document(path: &Path, front: &mut dyn Front) -> Result<Document, SessionError> {
    let text = read_file(path, front)?;
    read_text(path, &text, front).map_err(|problems| {
        let shown = sanitise(&path.display().to_string());
        let what = format!("{shown} is not loaded:\n{problems}");
        SessionError::failed(what).with_hint("mend it there, and load it again")
    })
}

/// A file's text.
pub(super) fn read_file(path: &Path, front: &mut dyn Front) -> Result<String, SessionError> {
    let shown = sanitise(&path.display().to_string());
    let bytes = front.read(path).map_err(|why| {
        let what = format!("{shown} cannot be read: {why}");
        SessionError::failed(what).with_hint("give the path of a file that is there")
    })?;
    String::from_utf8(bytes).map_err(|why| {
        let at = why.utf8_error().valid_up_to() + 1;
        let what = format!("{shown} is not text in UTF-8: byte {at} is odd");
        SessionError::failed(what).with_hint("save it as UTF-8")
    })
}

fn read_text(path: &Path, text: &str, front: &mut dyn Front) -> Result<Document, file::FileError> {
    file::parse(path, text, &Kinds, &mut |path| front.read(path))
}

/// A vertex's name in words for an edit: `edit file[/etc/motd]`.
pub(super) fn edit_words(key: Option<&Key>) -> String {
    key.map_or("edit".to_owned(), |key| format!("edit {}", ref_text(key)))
}
