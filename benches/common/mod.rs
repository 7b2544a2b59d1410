//! What the benches share: their arguments, their report, and how much memory this process has.

/// The arguments, without what cargo adds.
pub fn args() -> Vec<String> {
    std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect()
}

/// The number behind a flag.
#[allow(dead_code)] // Not every bench takes a number.
pub fn number_after(args: &[String], flag: &str, default: usize) -> usize {
    let at = args.iter().position(|arg| arg == flag);
    let number = at.and_then(|at| args.get(at + 1)?.parse().ok());
    number.unwrap_or(default)
}

/// Bytes of memory that this process has (Linux: pages of 4 KiB in `statm`; elsewhere none are counted).
#[allow(dead_code)] // Not every bench counts memory.
pub fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<f64>().ok());
    pages.unwrap_or(0.0) * 4096.0
}

/// Figures beside their targets.
pub struct Report {
    strict: bool,
    missed: usize,
}

impl Report {
    /// A report; with `--strict` among the arguments, a missed target ends with 1.
    pub fn new(args: &[String]) -> Report {
        Report {
            strict: args.iter().any(|arg| arg == "--strict"),
            missed: 0,
        }
    }

    /// What the figures below are about.
    pub fn title(&mut self, title: &str) {
        println!("\n{title}");
    }

    /// A figure that is to be at most its target. A tenth more is noise.
    pub fn figure(&mut self, what: &str, found: f64, target: f64) {
        let verdict = if found <= target {
            "reached"
        } else if found <= target * 1.1 {
            "within noise"
        } else {
            self.missed += 1;
            "MISSED"
        };
        println!("  {what:<44} {found:>10.2}   at most {target:>8.2}   {verdict}");
    }

    /// A figure without a target.
    #[allow(dead_code)] // Not every bench has one.
    pub fn aside(&mut self, what: &str, found: f64) {
        println!("  {what:<44} {found:>10.2}");
    }

    /// Says how many targets were missed, and ends with 1 if that counts.
    pub fn end(self) {
        println!("\n{} targets missed", self.missed);
        if self.strict && self.missed > 0 {
            std::process::exit(1);
        }
    }
}

/// A directory for this process, gone when it is dropped.
#[allow(dead_code)] // Not every bench needs files.
pub struct Scratch {
    /// Where it is.
    pub path: std::path::PathBuf,
}

#[allow(dead_code)]
impl Scratch {
    /// A new and empty one.
    pub fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("weft-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary directory takes directories");
        Scratch { path }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the temporary directory does no harm.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
