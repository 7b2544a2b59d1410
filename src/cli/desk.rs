//! What every verb works with: the flags, how output looks, signals, and sessions on files.

use super::args::{Common, World};
use super::log::Log;
use super::report;
use crate::command::lessons::{PASSWORD, compiled_in};
use crate::command::session::Ended;
use crate::command::{LISTED, Session, SessionError, SessionOptions, WorldName, vertex};
use crate::file::{Document, FileError, load};
use crate::graph::Key;
use crate::kind::Kinds;
use crate::repl::{Asking, Console, Printer, Signals, Style, env, safe};
use crate::world::host::own_program;
use rustix::process::geteuid;
use serde_json::{Value as Json, json};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many resources run at the same time unless --jobs says so: one number everywhere, so that a story's trace is too.
const JOBS: usize = 8;

/// What every verb works with.
pub struct Desk {
    /// The flags.
    pub flags: Common,
    /// Where everything is printed.
    pub printer: Arc<Printer>,
    /// Who hears signals.
    pub signals: Signals,
    asking: Arc<Asking>,
    /// Where results are JSON: the first error, until it was printed.
    refused: RefCell<Option<Json>>,
    /// Whether a result was printed as JSON.
    printed: Cell<bool>,
}

impl Desk {
    /// From the flags, the terminal and the environment.
    pub fn set_up(flags: Common) -> Result<Desk, String> {
        let output = &flags.output;
        let found = Style::detect(output.color, output.plain);
        let style = Style {
            quiet: output.quiet,
            json: output.json,
            ascii: found.ascii || output.ascii,
            ..found
        };
        start_log(output.verbose, output.quiet, style.err_journal);
        let printer = Printer::new(style, output.trace.as_deref()).map_err(|error| {
            let path = output.trace.clone().unwrap_or_default();
            format!("--trace {}: {error}", path.display())
        })?;
        let asking = Asking::new();
        let (asking, asks) = asking.map_err(|error| format!("nothing can be asked: {error}"))?;
        let (printer, asking) = (Arc::new(printer), Arc::new(asking));
        let limit = flags.world.max_runtime.map(|span| span.as_std());
        let signals = Signals::start(printer.clone(), (asking.clone(), asks), limit)
            .map_err(|error| format!("signals cannot be heard: {error}"))?;
        Ok(Desk {
            flags,
            printer,
            signals,
            asking,
            refused: RefCell::default(),
            printed: Cell::default(),
        })
    }

    /// The front of sessions.
    pub fn console(&self) -> Console {
        Console::new(self.printer.clone(), self.asking.clone())
    }

    /// Who waits for a person.
    pub fn asking(&self) -> &Arc<Asking> {
        &self.asking
    }

    /// The same, but nothing of what happens is told.
    pub fn silent(&self) -> Console {
        self.console().silent()
    }

    /// Whether results are JSON.
    pub fn json(&self) -> bool {
        self.flags.output.json
    }

    /// A result as JSON, with the error that was told before it.
    pub fn print_json(&self, json: &Json) {
        self.printed.set(true);
        let refused = self.refused.take();
        match (json.as_object(), refused) {
            (Some(fields), Some(refused)) if !fields.contains_key("error") => {
                let mut fields = fields.clone();
                fields.insert("error".to_owned(), refused);
                self.printer.raw(&format!("{}\n", Json::Object(fields)));
            }
            _ => self.printer.raw(&format!("{json}\n")),
        }
    }

    /// Where results are JSON and there was none: why not.
    pub fn conclude(&self) {
        if self.json() && !self.printed.get() && self.refused.borrow().is_some() {
            self.print_json(&json!({ "format": 1 }));
        }
    }

    fn keep_refusal(&self, refused: impl FnOnce() -> Json) {
        let mut first = self.refused.borrow_mut();
        if self.json() && first.is_none() {
            *first = Some(refused());
        }
    }

    /// A file, or the exit code after its errors were told.
    pub fn read(&self, path: &Path) -> Result<Document, i32> {
        load(path, &Kinds).map_err(|error| self.tell(&error))
    }

    /// A session on a file.
    pub fn open(&self, path: &Path) -> Result<Session, i32> {
        let mut document = self.read(path)?;
        // Its state goes by where it really is, not by how it was named (rule P5).
        if let Ok(whole) = path.canonicalize() {
            document.path = whole;
        }
        self.session(Some(document), None)
    }

    /// A session on the story that is compiled in.
    pub fn open_password(&self) -> Result<Session, i32> {
        let document = compiled_in("password", PASSWORD).map_err(|error| self.tell(&error))?;
        self.session(Some(document), Some(WorldName::Sim))
    }

    /// A session on an empty graph on this host.
    pub fn open_host(&self) -> Result<Session, i32> {
        if matches!(self.flags.world.world, Some(World::Sim)) {
            let error = SessionError::failed("`host` is this machine, and `--world sim` is not");
            self.refuse(&error.with_hint("leave one of the two out"));
            return Err(64);
        }
        self.session(None, Some(WorldName::Host))
    }

    /// A session on an empty graph in a simulation, for a verb that is nothing but that.
    pub fn open_sim(&self, verb: &str) -> Result<Session, i32> {
        if matches!(self.flags.world.world, Some(World::Host)) {
            let verb = safe(verb, self.printer.style());
            let error =
                SessionError::failed(format!("`{verb}` is simulated, and `--world host` is not"));
            self.refuse(&error.with_hint("leave one of the two out"));
            return Err(64);
        }
        self.session(None, Some(WorldName::Sim))
    }

    fn session(
        &self,
        document: Option<Document>,
        world: Option<WorldName>,
    ) -> Result<Session, i32> {
        let options = self.options(world);
        if let Some(document) = &document {
            let path = document.path.display().to_string();
            tracing::info!("read {}", safe(&path, self.printer.style()));
        }
        let mut session = Session::open(document, options).map_err(|error| self.refuse(&error))?;
        let label = session.label().to_owned();
        let state = session.runner().state().display().to_string();
        let begun = format!("acts on {label}, with its state in {state}");
        tracing::info!("{}", safe(&begun, self.printer.style()));
        let signals = self.signals.clone();
        session.attend(Box::new(move |host| signals.stop(host)));
        for told in session.left_over().map_err(|error| self.refuse(&error))? {
            self.printer
                .remark(&format!("{}\n", safe(&told, self.printer.style())));
        }
        Ok(session)
    }

    fn options(&self, world: Option<WorldName>) -> SessionOptions {
        let flags = &self.flags.world;
        let named = flags.world.map(|world| match world {
            World::Sim => WorldName::Sim,
            World::Host => WorldName::Host,
        });
        SessionOptions {
            jobs: flags.jobs.map_or(JOBS, usize::from),
            seed: flags.seed,
            noop: flags.noop,
            yes: flags.yes,
            adopt: flags.adopt,
            world: world.or(named),
            state_root: state_root(flags.state_dir.as_deref()),
            root: None,
            supervisor: Some(own_program(&env::text("PATH").unwrap_or_default())),
        }
    }

    /// The vertices that these words mean, each read as the prompt reads it; a name that is written as it is shown needs no
    /// quotes.
    pub fn keys(&self, session: &Session, refs: &[String]) -> Result<Vec<Key>, i32> {
        refs.iter().map(|text| self.key(session, text)).collect()
    }

    /// The vertex that this word means.
    pub fn key(&self, session: &Session, text: &str) -> Result<Key, i32> {
        let graph = session.graph();
        let mut vertices = graph.vertices().keys();
        if let Some(exact) = vertices.find(|key| key.to_string() == text) {
            return Ok(exact.clone());
        }
        vertex(text, graph, &Kinds).map_err(|error| {
            let hint = error.hint.clone().map(|hint| match hint == LISTED {
                true => "`weft graph FILE` shows them".to_owned(),
                false => hint,
            });
            self.refuse(&error.hint(hint).into())
        })
    }

    /// Tells why something could not be done, and gives the exit code.
    pub fn refuse(&self, error: &SessionError) -> i32 {
        self.printer.refusal(error);
        self.keep_refusal(|| error.as_json());
        1
    }

    /// Tells what is wrong with a file, and gives the exit code.
    pub fn tell(&self, error: &FileError) -> i32 {
        report::tell(&self.printer, error);
        self.keep_refusal(|| {
            let problems = error.problems();
            json!({
                "what": problems.first().map(ToString::to_string),
                "hint": problems.first().and_then(|problem| problem.hint.clone()),
                "problems": problems.iter().map(report::problem).collect::<Vec<_>>(),
            })
        });
        1
    }

    /// The exit code of what a session came to.
    pub fn code(&self, session: &mut Session) -> i32 {
        let stopped = self.signals.stopped();
        let out_of_time = self.signals.out_of_time();
        let running = session.moment().running;
        let ended: &mut Ended = session.ended_mut();
        if out_of_time {
            ended.out_of_time = true;
        } else if let Some(stopped) = stopped.filter(|stopped| running && !stopped.quiet) {
            ended.signal = Some(stopped.signal);
        } else if let Some(refused) = self.signals.refused() {
            ended.signal = Some(refused);
        }
        ended.code(self.flags.world.detailed_exitcode)
    }
}

/// The state root (rule P5).
pub(super) fn state_root(flag: Option<&Path>) -> PathBuf {
    let named = flag
        .map(Path::to_path_buf)
        .or_else(|| env::var("WEFT_STATE_DIR").map(PathBuf::from));
    if let Some(named) = named {
        return std::path::absolute(&named).unwrap_or(named);
    }
    if geteuid().is_root() {
        return PathBuf::from("/var/lib/weft");
    }
    let home = || env::var("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let state = env::var("XDG_STATE_HOME").map(PathBuf::from).or_else(home);
    state.map_or_else(
        || PathBuf::from("/var/lib/weft"),
        |state| state.join("weft"),
    )
}

/// The log, on stderr. A second one in the same process is not started. The journal has each line's level as its priority.
fn start_log(verbose: u8, quiet: bool, journal: bool) {
    let level = match (quiet, verbose) {
        (true, _) => tracing::Level::ERROR,
        (_, 0) => tracing::Level::WARN,
        (_, 1) => tracing::Level::INFO,
        _ => tracing::Level::TRACE,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(Log { journal })
        .with_level(!journal)
        .with_ansi(false)
        .without_time()
        .with_target(false);
    let _ = log.try_init();
}
