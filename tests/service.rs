//! The README's unit under a real service manager: a user's own, so that no manager of this machine is touched.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use support::{Outcome, PATIENCE, Scratch, UnitFile, not_tried};
use weft::world::host::Host;
use weft::world::{ServiceAct, World};

type Error = Box<dyn std::error::Error>;

/// How the unit begins in the README.
const UNIT: &str = "# weft.service";

/// The README's unit, with this weft and this file in place of what it names.
fn unit(file: &Path) -> Result<String, Error> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))?;
    let mut blocks = readme.split("```ini\n").skip(1);
    let block = blocks.find_map(|rest| {
        rest.split_once("```")
            .filter(|(block, _)| block.starts_with(UNIT))
    });
    let (block, _) = block.ok_or("the README has no unit")?;
    let text = block
        .replace("/usr/local/bin/weft", env!("CARGO_BIN_EXE_weft"))
        .replace("/etc/weft/site.yaml", &file.display().to_string());
    Ok(text)
}

/// The unit of a graph in a directory, with its state there too.
struct Service {
    unit: UnitFile,
    more: std::path::PathBuf,
}

impl Service {
    fn new(scratch: &Scratch) -> Result<Result<Service, String>, Error> {
        let unit = match UnitFile::new("as-a-service")? {
            Ok(unit) => unit,
            Err(why) => return Ok(Err(why)),
        };
        let more = unit.file.with_extension("service.d");
        fs::create_dir_all(&more)?;
        let state = scratch.at("state");
        let text = format!(
            "[Service]\nEnvironment=WEFT_STATE_DIR={}\n",
            state.display()
        );
        fs::write(more.join("state.conf"), text)?;
        fs::write(&unit.file, self::unit(&scratch.at("site.yaml"))?)?;
        Host::default().act(&unit.unit, ServiceAct::ReloadManager)?;
        Ok(Ok(Service { unit, more }))
    }

    fn ctl(&self, args: &[&str]) -> Result<String, Error> {
        let mut command = Command::new("systemctl");
        let done = command
            .arg("--user")
            .args(args)
            .arg(&self.unit.unit.name)
            .output()?;
        match done.status.success() {
            true => Ok(String::from_utf8(done.stdout)?.trim().to_owned()),
            false => Err(format!("{args:?}: {}", String::from_utf8_lossy(&done.stderr)).into()),
        }
    }

    fn shows(&self, property: &str) -> Result<String, Error> {
        self.ctl(&["show", "--value", "-p", property])
    }

    /// Waits until a property is this.
    fn until(&self, property: &str, wanted: &str) -> Outcome {
        let end = Instant::now() + PATIENCE;
        loop {
            let is = self.shows(property)?;
            if is == wanted {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("{property} is {is}, and not {wanted}").into());
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.more);
    }
}

fn fifo(scratch: &Scratch, name: &str) -> Outcome {
    let made = Command::new("mkfifo").arg(scratch.at(name)).status()?;
    match made.success() {
        true => Ok(()),
        false => Err("no mkfifo".into()),
    }
}

/// A command that says that it has begun, waits, and writes two halves; and a file after it.
fn graph(scratch: &Scratch, halves: &str, content: &str) -> Outcome {
    let text = format!(
        "graph: site\nresources:\n  exec:\n  - name: {halves}\n    shell: /bin/sh\n    creates: {dir}/{halves}\n    \
         cmd: echo begun > {dir}/begun; printf a > {dir}/half; read x < {dir}/go; printf b >> {dir}/half; \
         mv {dir}/half {dir}/{halves}\n  file:\n  - {{name: {dir}/made, content: {content}}}\n\
         edges:\n- exec[{halves}] -> file[{dir}/made]\n",
        dir = scratch.0.display()
    );
    let new = scratch.at("site.new");
    fs::write(&new, text)?;
    Ok(fs::rename(new, scratch.at("site.yaml"))?)
}

#[test]
fn the_unit_of_the_readme_starts_reloads_and_stops() -> Outcome {
    let scratch = Scratch::new("service")?;
    graph(&scratch, "first", "one")?;
    ["begun", "go"]
        .iter()
        .try_for_each(|name| fifo(&scratch, name))?;
    let service = match Service::new(&scratch)? {
        Ok(service) => service,
        Err(why) => return not_tried(&why),
    };
    service.ctl(&["start", "--no-block"])?;
    assert_eq!(scratch.text("begun")?, "begun\n");
    // What runs holds it up: it is active when the graph is applied, and not before.
    assert_eq!(service.shows("ActiveState")?, "activating");
    fs::write(scratch.at("go"), "go\n")?;
    service.until("ActiveState", "active")?;
    assert_eq!(scratch.text("first")?, "ab");
    assert_eq!(scratch.text("made")?, "one");
    service.until("StatusText", "watching: 2 ok")?;

    graph(&scratch, "second", "two")?;
    service.ctl(&["reload"])?;
    assert_eq!(scratch.text("begun")?, "begun\n");
    assert_eq!(service.shows("ActiveState")?, "active");
    service.ctl(&["stop", "--no-block"])?;
    service.until("StatusText", "stopping")?;
    assert_eq!(service.shows("ActiveState")?, "deactivating");
    fs::write(scratch.at("go"), "go\n")?;
    // Else it would be `failed`.
    service.until("ActiveState", "inactive")?;
    // What ran was finished, and nothing new was started.
    assert_eq!(scratch.text("second")?, "ab");
    assert_eq!(scratch.text("made")?, "one");

    service.ctl(&["start"])?;
    assert_eq!(scratch.text("made")?, "two");
    service.until("StatusText", "watching: 2 ok")?;
    service.ctl(&["stop"])?;
    assert_eq!(service.shows("ActiveState")?, "inactive");
    Ok(())
}
