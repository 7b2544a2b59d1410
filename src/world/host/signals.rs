//! Signals of this process: which it ignores, and how a supervisor outlives them.

use std::fs::File;
use std::io::Read;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// The signals that were ignored when this process was started (`nohup`, a shell's background job), as the kernel's mask;
/// none where it does not say.
pub fn ignored_signals() -> u64 {
    // So much room that it is read at once.
    let mut status = String::with_capacity(8 << 10);
    let read =
        File::open("/proc/self/status").and_then(|mut file| file.read_to_string(&mut status));
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.filter(|_| read.is_ok())
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// From now on what ends a process politely does not end this one: it may reach every process of a service or of a login at once,
/// the engine among them, which decides what follows. They are heard, not ignored: a command would inherit that.
pub(super) fn outlive() -> std::io::Result<Runtime> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let ignored = ignored_signals();
    {
        let _inside = runtime.enter();
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        for kind in kinds {
            if ignored & (1 << (kind.as_raw_value() - 1)) == 0 {
                // What was once heard never again ends this process, whether or not anyone listens.
                let _ = signal(kind)?;
            }
        }
    }
    Ok(runtime)
}
