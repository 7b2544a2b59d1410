//! A person with a bad day: a service that has crashed until its manager gave up, and the config that makes it crash, put right over a
//! poor line on the machine itself.

use super::support::{Outcome, UnitFile, not_tried};
use super::*;
use std::path::{Path, PathBuf};
use weft::world::host::Host;
use weft::world::{Active, Look, ServiceAct, World};

/// A service that comes up only with a right config, tried twice an hour at most.
const UNIT: &str = "[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst=2\n[Service]\nType=exec\nRestart=on-failure\nRestartSec=0\n\
                    ExecStart=/bin/sh -c 'grep -qx port=80 {conf} || exit 3; exec sleep infinity'\n";

/// What the manager says of the unit.
fn active(guard: &UnitFile) -> std::result::Result<Active, Box<dyn std::error::Error>> {
    Ok(Host::default().service(&guard.unit)?.active)
}

/// Starts it until its manager gives up.
fn crash(guard: &UnitFile) -> Outcome {
    // That it fails is what is wanted.
    let _ = Host::default().act(&guard.unit, ServiceAct::Start);
    let deadline = std::time::Instant::now() + PATIENCE;
    while !matches!(active(guard)?, Active::Failed(..)) {
        assert!(std::time::Instant::now() < deadline, "it does not fail");
    }
    match Host::default().act(&guard.unit, ServiceAct::Start) {
        Ok(()) => Err("it can be started once more".into()),
        Err(_) => Ok(()),
    }
}

/// The unit, its config and the editor, as they are before; the config.
fn prepare(
    guard: &UnitFile,
    home: &Home,
) -> std::result::Result<PathBuf, Box<dyn std::error::Error>> {
    let conf = home.0.join("service.conf");
    std::fs::write(&conf, "# the service\nport=eighty\n")?;
    let editor = "sed -i s/port=eighty/port=80/ \"$1\"\n";
    std::fs::write(home.0.join("ed.sh"), editor)?;
    let unit = UNIT.replace("{conf}", &conf.display().to_string());
    std::fs::write(&guard.file, unit)?;
    Host::default().act(&guard.unit, ServiceAct::ReloadManager)?;
    crash(guard)?;
    Ok(conf)
}

/// weft on this machine, over a poor line.
fn on_this_machine(home: &Home) -> Terminal {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let (run, bus) = (var("XDG_RUNTIME_DIR"), var("DBUS_SESSION_BUS_ADDRESS"));
    let env = [
        ("LANG", "C"),
        ("TERM", "xterm"),
        ("EDITOR", "sh ed.sh"),
        ("XDG_RUNTIME_DIR", run.as_str()),
        ("DBUS_SESSION_BUS_ADDRESS", bus.as_str()),
    ];
    let start = Start {
        env: &env,
        ..small(&["host"])
    };
    screen(home, start)
}

#[test]
fn a_crashed_service_is_put_right() -> Outcome {
    let guard = match UnitFile::new("repaired")? {
        Ok(guard) => guard,
        Err(why) => return not_tried(&why),
    };
    let home = Home::new("tui-repair");
    let conf = prepare(&guard, &home)?;
    let mut weft = on_this_machine(&home);
    let short = guard.unit.name.trim_end_matches(".service");
    let steps = [
        (format!("inspect svc {short}"), "failed (exited with 3)"),
        (
            format!("inspect file {}/serv\t", home.0.display()),
            "port=eighty",
        ),
        // What differs is shown at once.
        ("edit service.conf".to_owned(), "+port=80"),
        (format!("service.conf ~> {short}"), "linked"),
        (format!("set {short} state=running"), "state = running"),
        ("plan".to_owned(), "2 to change"),
        ("apply".to_owned(), "Apply 2 changes"),
    ];
    for (line, sees) in steps {
        weft.line(&line);
        weft.sees(sees);
    }
    // Nothing but a yes is one.
    weft.keys("x");
    weft.sees("y says yes");
    weft.sees("y yes");
    assert!(matches!(active(&guard)?, Active::Failed(..)));
    weft.keys("y");
    weft.sees("converged, 2 changed");
    assert_eq!(active(&guard)?, Active::Active);
    weft.line("save --story story.yaml");
    weft.sees("saved story.yaml");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    // The story holds what was typed.
    assert!(!weft.text().contains("not saved"), "{}", weft.text());
    let high = weft.bytes.iter().find(|byte| **byte > 0x7e);
    assert_eq!(high, None, "{}", weft.text());
    assert_eq!(std::fs::read_to_string(&conf)?, "# the service\nport=80\n");
    is_played_again(&home, &conf)
}

/// The same once more, on a machine that is simulated.
fn is_played_again(home: &Home, conf: &Path) -> Outcome {
    std::fs::remove_file(conf)?;
    let played = std::process::Command::new(env!("CARGO_BIN_EXE_weft"))
        .current_dir(&home.0)
        .arg("story.yaml")
        .stdin(std::process::Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&played.stdout).into_owned();
    assert!(
        played.status.success() && said.contains("2 changed"),
        "{said}"
    );
    assert!(!conf.exists(), "nothing of this machine is touched");
    Ok(())
}
