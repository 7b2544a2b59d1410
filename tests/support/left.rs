//! A lock that somebody keeps who did not take it, as a command of a killed engine does.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that keeps the lock of a graph's state, which another one took that is gone.
pub struct Left(Child);

impl Left {
    /// The lock of the only graph whose state is in this directory.
    pub fn new(states: &Path) -> Left {
        let mut states = std::fs::read_dir(states).expect("there are states");
        let state = states.next().expect("there is one").expect("it is read");
        let script =
            "exec 9< \"$1\" && flock -x 9 && echo held && exec tail -f /dev/null >/dev/null";
        let mut child = Command::new("/bin/sh")
            .args(["-c", script, "sh"])
            .arg(state.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let out = child.stdout.take().expect("a pipe");
        let mut line = String::new();
        let read = BufReader::new(out).read_line(&mut line);
        assert_eq!((read.ok(), &*line), (Some(5), "held\n"), "flock is there");
        Left(child)
    }

    /// What an engine says that waits for it. A container's system does not say who took a lock and is gone.
    pub fn waits(&self) -> &'static str {
        let own = std::fs::read_link("/proc/self/ns/pid");
        // The number of the first namespace: include/linux/proc_ns.h.
        match own.is_ok_and(|own| own == Path::new("pid:[4026531836]")) {
            true => "waiting for a command of process ",
            false => "waiting for its lock; the system does not say which process has it",
        }
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
