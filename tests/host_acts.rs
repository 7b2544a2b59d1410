//! The real driver over the real host: what acts acts exactly once, what takes too long is ended, and a stop is a stop.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use support::{Bench, Outcome, PATIENCE, Scratch, UnitFile, not_tried};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use weft::command::session::WorldName;
use weft::drive::real::{RealDrive, Signal};
use weft::engine::event::{Event, Level, What};
use weft::engine::{Input, Options, Until};
use weft::journal::{Entry, Ledger, MemoryStore, Store, StoreFault};
use weft::kind::Kinds;
use weft::trace;
use weft::world::host::Host;
use weft::world::{Active, Look};

#[test]
fn a_first_run_runs_a_command_once() -> Outcome {
    let scratch = Scratch::new("once-exec")?;
    let graph = "\
resources:
  file:
  - name: {dir}/etc/conf
    content: port 80
  exec:
  - name: make
    shell: /bin/sh
    cmd: echo ran >> {dir}/ran
edges:
- file[{dir}/etc/conf] ~> exec[make]
";
    let mut bench = Bench::host(&scratch, graph)?;
    bench.eval("apply")?;
    assert_eq!(scratch.text("ran")?, "ran\n", "{}", bench.trace());
    bench.eval("apply")?;
    assert_eq!(scratch.text("ran")?, "ran\nran\n", "{}", bench.trace());
    Ok(())
}

#[test]
fn a_first_run_makes_a_password_once() -> Outcome {
    let scratch = Scratch::new("once-password")?;
    let graph = "\
resources:
  file:
  - name: {dir}/etc/conf
    content: port 80
  password:
  - name: pw
edges:
- file[{dir}/etc/conf] ~> password[pw]
";
    let mut bench = Bench::host(&scratch, graph)?;
    bench.eval("apply")?;
    assert_eq!(bench.counts("password[pw]"), (1, 0), "{}", bench.trace());
    assert_eq!(bench.eval("apply")?, 0);
    fs::write(scratch.at("etc/conf"), "port 81")?;
    bench.eval("apply")?;
    assert_eq!(bench.counts("password[pw]"), (1, 1), "{}", bench.trace());
    Ok(())
}

/// A server that has one page, and counts how often it gave it away whole.
struct Server {
    at: SocketAddr,
    given: Arc<AtomicUsize>,
}

impl Server {
    fn new() -> std::io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (at, given) = (listener.local_addr()?, Arc::new(AtomicUsize::new(0)));
        let counted = given.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(stream, &counted);
            }
        });
        Ok(Server { at, given })
    }
}

fn answer(mut stream: TcpStream, given: &AtomicUsize) -> std::io::Result<()> {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        request.push(byte[0]);
    }
    let asked = String::from_utf8_lossy(&request).to_lowercase();
    let head = "etag: \"one\"\r\nconnection: close\r\n";
    if asked.contains("if-none-match: \"one\"") {
        return write!(stream, "HTTP/1.1 304 Not Modified\r\n{head}\r\n");
    }
    given.fetch_add(1, Ordering::SeqCst);
    let length = "content-length: 5\r\n";
    write!(stream, "HTTP/1.1 200 OK\r\n{head}{length}\r\nhello")
}

#[test]
fn a_first_run_downloads_once() -> Outcome {
    let scratch = Scratch::new("once-http")?;
    let server = Server::new()?;
    let graph = "\
resources:
  file:
  - name: {dir}/etc/conf
    content: port 80
  - name: {dir}/etc/page
  http:
  - name: page
    url: http://{server}/page
edges:
- file[{dir}/etc/conf] ~> http[page]
bindings:
- http[page].content -> file[{dir}/etc/page].content
"
    .replace("{server}", &server.at.to_string());
    let mut bench = Bench::host(&scratch, &graph)?;
    bench.eval("apply")?;
    assert_eq!(scratch.text("etc/page")?, "hello", "{}", bench.trace());
    assert_eq!(bench.counts("http[page]"), (1, 0), "{}", bench.trace());
    assert_eq!(server.given.load(Ordering::SeqCst), 1, "{}", bench.trace());
    assert_eq!(bench.eval("apply")?, 0, "{}", bench.trace());
    assert_eq!(server.given.load(Ordering::SeqCst), 1, "{}", bench.trace());
    Ok(())
}

/// A service that writes down what is done to it, and its unit file before it.
const SERVICE: &str = "\
resources:
  file:
  - name: {unit}
    content: |
      [Service]
      ExecStart=/bin/sh -c 'echo started >> {dir}/log; exec tail -f /dev/null'
      ExecReload=/bin/sh -c 'echo reloaded >> {dir}/log'
  svc:
  - name: {name}
    session: true
    state: running
edges:
- file[{unit}] ~> svc[{name}]
";

/// The running process is one of the old file, and a reload would leave it so.
#[test]
fn a_changed_unit_file_restarts_its_service() -> Outcome {
    let scratch = Scratch::new("unit-changed")?;
    let guard = match UnitFile::new("changed")? {
        Ok(guard) => guard,
        Err(why) => return not_tried(&why),
    };
    Bench::host(&scratch, &guard.graph(SERVICE))?.eval("apply")?;
    let newer = SERVICE.replace("echo started", "echo anew");
    let mut bench = Bench::host(&scratch, &guard.graph(&newer))?;
    bench.eval("apply")?;
    assert_eq!(scratch.text("log")?, "started\nanew\n", "{}", bench.trace());
    let said = "restarted: its unit file changed";
    assert!(bench.trace().contains(said), "{}", bench.trace());
    bench.eval(&format!("notify svc[{}]", guard.unit.name))?;
    bench.eval("apply")?;
    assert_eq!(scratch.text("log")?, "started\nanew\nreloaded\n");
    Ok(())
}

#[test]
fn a_first_run_starts_a_service_once() -> Outcome {
    let scratch = Scratch::new("once-svc")?;
    let guard = match UnitFile::new("once")? {
        Ok(guard) => guard,
        Err(why) => return not_tried(&why),
    };
    let mut bench = Bench::host(&scratch, &guard.graph(SERVICE))?;
    assert_eq!(bench.eval("apply")?, 2, "{}", bench.trace());
    assert_eq!(scratch.text("log")?, "started\n", "{}", bench.trace());
    let active = Host::default().service(&guard.unit)?.active;
    assert_eq!(active, Active::Active);
    assert_eq!(bench.eval("apply")?, 0, "{}", bench.trace());
    bench.eval(&format!("notify svc[{}]", guard.unit.name))?;
    bench.eval("apply")?;
    assert_eq!(scratch.text("log")?, "started\nreloaded\n");
    Ok(())
}

#[test]
fn what_takes_too_long_is_ended() -> Outcome {
    let scratch = Scratch::new("timeout")?;
    let graph = "\
resources:
  exec:
  - name: meta
    cmd: tail -f /dev/null
    meta: {timeout: 100ms}
  - name: own
    cmd: tail -f /dev/null
    timeout: 100ms
  noop:
  - name: after
edges:
- exec[meta] -> noop[after]
- exec[own] -> noop[after]
";
    let mut bench = Bench::host(&scratch, graph)?;
    assert_eq!(bench.eval("apply")?, 1, "{}", bench.trace());
    let told = bench.trace();
    assert_eq!(told.matches("timed out after 100ms").count(), 2, "{told}");
    assert!(told.contains("blocked    noop[after]"), "{told}");
    Ok(())
}

/// A session whose first command has begun and waits for its word, with signals to send.
struct Begun {
    bench: Bench,
    signals: UnboundedSender<Signal>,
    /// Every `stopping` that was shown.
    stopping: Option<Receiver<()>>,
    pipe: PathBuf,
}

impl Begun {
    fn new(scratch: &Scratch, graph: &str) -> Result<Begun, Box<dyn std::error::Error>> {
        let pipe = scratch.at("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status()?;
        assert!(made.success());
        let mut bench = Bench::host(scratch, graph)?;
        let (signals, signalled) = unbounded_channel();
        let drive = bench.runner()?.drive().ok_or("no driver")?;
        drive.stop_on(signalled);
        let (tell, told) = channel();
        bench.front.hook = Some(Box::new(move |event| {
            if matches!(event.what, What::Stopping { .. }) {
                let _ = tell.send(());
            }
        }));
        Ok(Begun {
            bench,
            signals,
            stopping: Some(told),
            pipe,
        })
    }

    /// Once a command reads the pipe: so many signals, each after the one before was heard, then the command's word, which a
    /// third signal leaves to whoever joins.
    fn interrupt(&mut self, times: usize) -> JoinHandle<std::io::Result<Option<fs::File>>> {
        let (pipe, signals) = (self.pipe.clone(), self.signals.clone());
        let stopping = self.stopping.take();
        std::thread::spawn(move || {
            let word = fs::File::options().write(true).open(pipe)?;
            for time in 0..times {
                let _ = signals.send(Signal::Interrupt);
                if time < 2 {
                    stopping.as_ref().map(|told| told.recv_timeout(PATIENCE));
                }
            }
            Ok((times > 2).then_some(word))
        })
    }
}

const CHAIN: &str = "\
resources:
  exec:
  - name: one
    shell: /bin/sh
    cmd: cat {dir}/pipe; echo one >> {dir}/ran
    creates: {dir}/ran
  - name: two
    shell: /bin/sh
    cmd: echo two >> {dir}/ran; touch {dir}/two
    creates: {dir}/two
edges:
- exec[one] -> exec[two]
";

/// Rule E2: nothing new starts, what runs is finished, and a further run goes on from there.
#[test]
fn the_first_interrupt_lets_finish_what_runs() -> Outcome {
    let scratch = Scratch::new("stop")?;
    let mut begun = Begun::new(&scratch, CHAIN)?;
    let outside = begun.interrupt(1);
    assert_eq!(begun.bench.eval("apply")?, 130, "{}", begun.bench.trace());
    outside.join().map_err(|_| "outside panicked")??;
    assert_eq!(scratch.text("ran")?, "one\n");
    assert_eq!(begun.bench.eval("apply")?, 2, "{}", begun.bench.trace());
    assert_eq!(scratch.text("ran")?, "one\ntwo\n");
    Ok(())
}

/// Rule L6: a watch in its own thread that a signal ended in the midst of something says so.
#[test]
fn a_watch_that_is_interrupted_while_it_acts_says_so() -> Outcome {
    let scratch = Scratch::new("unquiet")?;
    let mut begun = Begun::new(&scratch, CHAIN)?;
    let (tell, told) = channel();
    begun.stopping = Some(told);
    begun.bench.eval("watch")?;
    begun
        .bench
        .runner()?
        .go_behind(Arc::new(move |events: &[Event]| {
            let stopping = |event: &Event| matches!(event.what, What::Stopping { .. });
            if events.iter().any(stopping) {
                let _ = tell.send(());
            }
        }));
    let outside = begun.interrupt(1);
    begun.bench.session.end_watch(&mut begun.bench.front)?;
    outside.join().map_err(|_| "outside panicked")??;
    let code = begun.bench.session.ended().code(false);
    assert_eq!(code, 130, "{}", begun.bench.trace());
    Ok(())
}

/// Rule L6: stopped while nothing was left to do is well.
#[test]
fn a_watch_that_is_interrupted_while_quiet_ends_well() -> Outcome {
    let scratch = Scratch::new("quiet")?;
    let mut begun = Begun::new(&scratch, "resources:\n  noop:\n  - name: one\n")?;
    begun.bench.watch()?;
    begun.signals.send(Signal::Interrupt)?;
    begun.bench.session.end_watch(&mut begun.bench.front)?;
    let code = begun.bench.session.ended().code(false);
    assert_eq!(code, 0, "{}", begun.bench.trace());
    Ok(())
}

const STUBBORN: &str = "\
resources:
  exec:
  - name: one
    shell: /bin/sh
    cmd: |
      trap '' TERM
      cat {dir}/pipe
      echo deaf > {dir}/deaf
      exec tail -f /dev/null
";

/// It hears no TERM, and ends by itself after its word.
const DEAF: &str = "\
resources:
  exec:
  - name: one
    shell: /bin/sh
    cmd: trap '' TERM; cat {dir}/pipe
";

#[test]
fn the_second_interrupt_ends_even_what_hears_no_term() -> Outcome {
    let scratch = Scratch::new("cancel")?;
    let mut begun = Begun::new(&scratch, STUBBORN)?;
    let outside = begun.interrupt(2);
    assert_eq!(begun.bench.eval("apply")?, 130, "{}", begun.bench.trace());
    outside.join().map_err(|_| "outside panicked")??;
    let told = begun.bench.trace();
    assert!(told.contains("cancelled before it ended"), "{told}");
    assert!(!begun.bench.session.moment().running);
    Ok(())
}

#[test]
fn the_third_interrupt_leaves() -> Outcome {
    let scratch = Scratch::new("leave")?;
    let mut begun = Begun::new(&scratch, DEAF)?;
    let outside = begun.interrupt(3);
    assert_eq!(begun.bench.eval("apply")?, 130, "{}", begun.bench.trace());
    assert!(begun.bench.session.moment().running);
    let word = outside.join().map_err(|_| "outside panicked")??;
    assert!(word.is_some());
    Ok(())
}

/// A journal whose disk is full until a person has made room.
struct Full {
    kept: MemoryStore,
    room: Arc<AtomicBool>,
}

impl Store for Full {
    fn load(&self) -> Result<Ledger, StoreFault> {
        self.kept.load()
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        if self.room.load(Ordering::SeqCst) {
            return self.kept.commit(entries);
        }
        Err(StoreFault {
            place: "/state/journal".to_owned(),
            why: "no space left on the device".to_owned(),
        })
    }
}

/// Rule P4 and the engine's contract: what cannot be recorded is not done, and the run ends with place and reason.
#[test]
fn nothing_is_done_that_cannot_be_recorded() -> Outcome {
    let scratch = Scratch::new("full")?;
    let room = Arc::new(AtomicBool::new(false));
    let store = Full {
        kept: MemoryStore::default(),
        room: room.clone(),
    };
    let options = Options {
        catalog: &Kinds,
        jobs: 2,
        level: Level::Full,
        plan: false,
        noop: false,
    };
    let mut drive = RealDrive::new(
        options,
        Host::default(),
        Box::new(store),
        scratch.at("state"),
    )?;
    let graph = Arc::new(support::document(&scratch, support::PASSWORD)?.graph);
    let renamed = Vec::new();
    drive.input(Input::Graph { graph, renamed }, &mut |_| {});
    let mut told = Vec::new();
    let ended = run_telling(&mut drive, &mut told);
    let why = ended.err().map(|fault| fault.to_string());
    let place = "/state/journal: no space left on the device";
    assert_eq!(why.as_deref(), Some(place));
    let told: Vec<_> = told.iter().map(trace::line).collect();
    let at = told.iter().position(|line| line.word == "undurable");
    let after = &told[at.ok_or("it was not told")?..];
    assert_eq!(after[0].detail, place);
    let begun = |line: &&trace::TraceLine| ["check", "apply", "refresh"].contains(&line.word);
    assert_eq!(after.iter().find(begun), None, "{told:#?}");
    assert!(!scratch.at("etc/secret").exists());
    assert!(!drive.engine().is_running());
    room.store(true, Ordering::SeqCst);
    assert_eq!(run(&mut drive)?, None);
    assert_eq!(drive.engine().tally().failed, 0);
    assert_eq!(scratch.text("etc/secret")?.len(), 16);
    Ok(())
}

fn run(drive: &mut RealDrive) -> Result<Option<Signal>, StoreFault> {
    run_telling(drive, &mut Vec::new())
}

/// Runs to the end, and keeps what is told.
fn run_telling(drive: &mut RealDrive, told: &mut Vec<Event>) -> Result<Option<Signal>, StoreFault> {
    let run = Input::Run {
        until: Until::Converged,
        world: "host".to_owned(),
        expected: None,
        only: None,
    };
    let mut tell = |events: &[Event]| told.extend_from_slice(events);
    drive.input(run, &mut tell);
    drive.run(&mut tell, &mut |engine| !engine.is_running())
}

/// Rule L4: what goes beyond the plan is asked about, and left as it is where a person says no.
#[test]
fn more_than_the_plan_said_is_asked_first() -> Outcome {
    let graph = "\
resources:
  file:
  - name: {dir}/etc/conf
    content: right
  exec:
  - name: breaks
    shell: /bin/sh
    cmd: echo wrong > {dir}/etc/conf
  noop:
  - name: after
edges:
- exec[breaks] -> file[{dir}/etc/conf]
- file[{dir}/etc/conf] -> noop[after]
";
    for (yes, left, code) in [(false, "wrong\n", 1), (true, "right", 2)] {
        let scratch = Scratch::new("declined")?;
        fs::write(scratch.at("etc/conf"), "right")?;
        let mut bench = Bench::open(&scratch, graph, WorldName::Host, false, 2)?;
        bench.front.answers.extend([true, yes]);
        let ended = bench.eval("apply")?;
        let (trace, asked) = (bench.trace(), &bench.front.asked);
        assert_eq!(ended, code, "{trace}");
        assert_eq!(scratch.text("etc/conf")?, left, "{trace}");
        assert!(
            asked.len() == 2 && asked[1].contains("what the plan did not say"),
            "{asked:?}"
        );
        assert!(trace.contains("  asks       file["), "{trace}");
        let declined = trace.contains("  declined   file[");
        assert_eq!(declined, !yes, "{trace}");
    }
    Ok(())
}

/// Rule L4: consent is to what was shown, and not to its words. Here a command makes another thing of each plan, in the same words.
#[test]
fn the_same_words_for_something_else_are_asked_about() -> Outcome {
    let removed = "\
resources:
  exec:
  - name: meanwhile
    shell: /bin/sh
    cmd: rm {dir}/etc/d/b; echo mine > {dir}/etc/d/precious
  file:
  - {name: '{dir}/etc/d/', state: absent, recurse: true}
edges:
- exec[meanwhile] -> file[{dir}/etc/d/]
";
    let copied = "\
resources:
  exec:
  - name: meanwhile
    shell: /bin/sh
    cmd: echo worse > {dir}/source
  file:
  - {name: '{dir}/etc/copy', source: '{dir}/source'}
edges:
- exec[meanwhile] -> file[{dir}/etc/copy]
";
    let run = "\
resources:
  exec:
  - name: meanwhile
    shell: /bin/sh
    cmd: cp {dir}/long-bad {dir}/long
  - name: received
    shell: /bin/sh
    creates: '{dir}/etc/ran'
  file:
  - {name: '{dir}/long'}
edges:
- exec[meanwhile] -> file[{dir}/long]
bindings:
- file[{dir}/long].content -> exec[received].cmd
";
    let long = |word: &str, scratch: &Scratch| {
        let at = scratch.at("etc/ran");
        format!("echo {} {word} > {}\n", "a".repeat(90), at.display())
    };
    for graph in [removed, copied, run] {
        let scratch = Scratch::new("words")?;
        fs::create_dir(scratch.at("etc/d"))?;
        for (path, text) in [
            ("etc/d/a", "a\n"),
            ("etc/d/b", "b\n"),
            ("source", "right\n"),
        ] {
            fs::write(scratch.at(path), text)?;
        }
        fs::write(scratch.at("long"), long("right", &scratch))?;
        fs::write(scratch.at("long-bad"), long("wrong", &scratch))?;
        let mut bench = Bench::open(&scratch, graph, WorldName::Host, false, 1)?;
        bench.front.answers.extend([true, false]);
        let code = bench.eval("apply")?;
        let (trace, asked) = (bench.trace(), &bench.front.asked);
        assert_eq!((code, asked.len()), (1, 2), "{trace}\n{asked:?}");
        assert!(asked[1].contains("what the plan did not say"), "{asked:?}");
        let kept = scratch.at("etc/d/precious").exists() || graph != removed;
        assert!(kept && scratch.at("etc/d/a").exists(), "{trace}");
        assert!(!scratch.at("etc/copy").exists(), "{trace}");
        assert!(!scratch.at("etc/ran").exists(), "{trace}");
    }
    Ok(())
}
