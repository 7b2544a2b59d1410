//! A terminal that goes away while something runs, and a wait that is given up (rules E2 and P7).

use super::left::Left;
use super::*;

use std::process::Command;

/// weft in a terminal that can be closed: nobody reads from it, and what weft prints goes into files.
struct Closable {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn portable_pty::MasterPty + Send>,
    out: PathBuf,
}

impl Closable {
    fn start(home: &Home, args: &str) -> Closable {
        let pair = native_pty_system()
            .openpty(PtySize::default())
            .expect("a pseudo terminal");
        let out = home.0.join("out");
        let mut command = CommandBuilder::new("/bin/sh");
        command.env_clear();
        command.cwd(&home.0);
        let weft = env!("CARGO_BIN_EXE_weft");
        // Else closing it would also type the key that ends an input.
        let script = format!("stty eof undef; exec {weft} {args} > out 2>&1");
        command.args(["-c", &script]);
        for (name, value) in [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("HOME", &home.0);
        command.env("WEFT_STATE_DIR", home.0.join("graphs"));
        let child = pair.slave.spawn_command(command).expect("weft starts");
        drop(pair.slave);
        let keys = pair.master.take_writer().expect("a writer");
        Closable {
            child,
            keys,
            master: pair.master,
            out,
        }
    }

    fn line(&mut self, line: &str) {
        self.keys
            .write_all(format!("{line}\n").as_bytes())
            .expect("weft reads");
    }

    /// Closes the terminal, and waits until weft has noticed.
    fn close(mut self) -> Box<dyn Child + Send + Sync> {
        drop((self.keys, self.master));
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = std::fs::read_to_string(&self.out).expect("it prints");
            if text.contains("nothing new starts") {
                return self.child;
            }
            if Instant::now() > deadline {
                let _ = self.child.kill();
                panic!("it does not stop: {text}");
            }
            std::thread::yield_now();
        }
    }
}

/// A graph whose one command says that it has begun, waits, and notifies another.
fn site(home: &Home) -> PathBuf {
    for name in ["begun", "go"] {
        let made = Command::new("mkfifo").arg(home.0.join(name)).status();
        assert!(made.is_ok_and(|status| status.success()), "a fifo");
    }
    home.graph(&format!(
        "graph: mine\nresources:\n  exec:\n  - name: slow\n    shell: /bin/sh\n    creates: {dir}/done\n    \
         cmd: echo begun > {dir}/begun; read x < {dir}/go; echo once >> {dir}/done\n  \
         - name: react\n    shell: /bin/sh\n    refreshonly: true\n    cmd: echo reacted >> {dir}/log\n\
         edges:\n- exec[slow] ~> exec[react]\n",
        dir = home.0.display()
    ))
}

fn text(home: &Home, name: &str) -> String {
    std::fs::read_to_string(home.0.join(name)).unwrap_or_default()
}

/// What runs is finished, nothing new is started, and the next run does the rest.
#[test]
fn a_terminal_that_goes_away_stops_a_run() {
    for (name, args, line) in [
        ("apply", "apply --yes graph.yaml", ""),
        ("watch", "watch --yes graph.yaml", ""),
        ("prompt", "--yes graph.yaml", "apply"),
        ("behind", "--yes graph.yaml", "watch"),
    ] {
        let home = Home::new(&format!("hup-{name}"));
        site(&home);
        let mut weft = Closable::start(&home, args);
        weft.line(line);
        assert_eq!(text(&home, "begun"), "begun\n", "{name}");
        let mut child = weft.close();
        std::fs::write(home.0.join("go"), "go\n").expect("it waits");
        let code = child.wait().expect("it ends").exit_code();
        assert_eq!(code, 129, "{name}: {}", text(&home, "out"));
        assert_eq!(text(&home, "done"), "once\n", "{name}");
        assert_eq!(text(&home, "log"), "", "{name}");
        let again = Command::new(env!("CARGO_BIN_EXE_weft"))
            .args(["apply", "--yes", "graph.yaml"])
            .current_dir(&home.0)
            .env("WEFT_STATE_DIR", home.0.join("graphs"))
            .output()
            .expect("weft runs");
        assert!(again.status.success(), "{name}: {again:?}");
        assert_eq!(text(&home, "log"), "reacted\n", "{name}");
        assert_eq!(text(&home, "done"), "once\n", "{name}");
    }
}

#[test]
fn a_wait_for_a_killed_engine_is_given_up_and_the_console_stays() {
    let home = Home::new("int-wait");
    let graph = home.graph("graph: mine\n");
    let mut weft = Terminal::start(&home.0, &["--yes", graph.to_str().expect("a plain path")]);
    weft.prompts("host mine ›");
    // What is typed is kept in the state directory: from then on there is one.
    weft.line("add print p msg=hello; add noop a");
    weft.sees("added noop[a]");
    weft.prompts("host mine ›");
    let left = Left::new(&home.0.join("graphs"));
    weft.line("apply");
    weft.sees(left.waits());
    weft.keys(CTRL_C);
    weft.sees("stopped waiting");
    weft.prompts("host mine ›");
    assert!(!weft.text().contains("converged"), "{}", weft.text());
    drop(left);
    weft.line("apply");
    weft.sees("converged");
    weft.ready();
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}
