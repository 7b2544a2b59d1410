use crate::kind::find;
use crate::kind::stage::{Stage, Vertex, unit};
use crate::time::Span;
use crate::value::Value;
use crate::world::overlay::{Overlay, OverlayView};
use crate::world::sim::spec::{Starts, UnitSpec};
use crate::world::{Active, Load, Look, Put, ServiceAct, Startup, Unit, World};
use std::path::Path;
use std::sync::Arc;

fn failed() -> Active {
    Active::Failed("exit-code".to_owned(), 1)
}

fn params(state: &str, startup: &str) -> Vec<(&'static str, Value)> {
    [("state", state), ("startup", startup)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, Value::str(value)))
        .collect()
}

/// Unit before, state and startup wanted, drifts, what was done to it.
type Row = (
    UnitSpec,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const STALE: &str = "unit file changed since the manager read it, should be read again";

fn mends((before, state, startup, drifts, done): Row) {
    let row = format!("{before:?} {state} {startup}");
    let stage = Stage::new().with_unit("app.service", before, Starts::Well);
    let mut vertex = Vertex::new(&stage, "svc", "app", &params(state, startup));
    assert_eq!(vertex.drifts(), drifts, "{row}");
    if drifts.is_empty() {
        return;
    }
    let applied = vertex.settle().unwrap();
    assert_eq!(stage.log(), done, "{row}");
    let acted = |verb: &str| done.iter().any(|line| line.starts_with(verb));
    assert_eq!(applied.done.refreshed, acted("Start") || acted("Stop"));
    assert!(vertex.drifts().is_empty());
}

#[test]
fn drifts_are_mended_in_order() {
    let on = || unit(Active::Active, Startup::Enabled);
    let off = || unit(Active::Inactive, Startup::Disabled);
    for row in [
        (on(), "running", "enabled", &[][..], &[][..]),
        (off(), "stopped", "disabled", &[], &[]),
        (on(), "", "", &[], &[]),
        (
            off(),
            "running",
            "enabled",
            &[
                "startup disabled, should be enabled",
                "state stopped, should be running",
            ],
            &["Enable app.service", "Start app.service", "pause 1s"],
        ),
        (
            on(),
            "stopped",
            "disabled",
            &[
                "startup enabled, should be disabled",
                "state running, should be stopped",
            ],
            &["Disable app.service", "Stop app.service"],
        ),
    ] {
        mends(row);
    }
}

/// A start resets a failed unit, and reads a changed unit file before.
#[test]
fn what_stands_in_the_way_of_a_start_is_cleared() {
    let is = |active| unit(active, Startup::Enabled);
    let stale = |load, active| UnitSpec {
        stale: true,
        load,
        ..is(active)
    };
    for row in [
        (
            is(failed()),
            "running",
            "",
            &["state failed (exited with 1), should be running"][..],
            &["Reset app.service", "Start app.service", "pause 1s"][..],
        ),
        (is(failed()), "stopped", "", &[], &[]),
        (
            is(Active::Changing),
            "running",
            "",
            &["state changing, should be running"],
            &["Start app.service", "pause 1s"],
        ),
        (
            stale(Load::Loaded, Active::Active),
            "running",
            "",
            &[STALE],
            &["ReloadManager app.service"],
        ),
        (
            stale(Load::NotFound, Active::Inactive),
            "running",
            "",
            &[STALE, "state stopped, should be running"],
            &["ReloadManager app.service", "Start app.service", "pause 1s"],
        ),
    ] {
        mends(row);
    }
}

/// What cannot be is told apart, before anything is tried.
#[test]
fn what_a_unit_cannot_be_is_said() {
    let loaded = |load, startup| UnitSpec {
        load,
        ..unit(Active::Inactive, startup)
    };
    let broken = Load::Broken("Missing '='".to_owned());
    for (before, state, startup, why) in [
        (None, "running", "", "there is no unit app.service"),
        (
            Some(loaded(Load::Masked, Startup::Masked)),
            "running",
            "",
            "app.service is masked",
        ),
        (
            Some(loaded(Load::Masked, Startup::Masked)),
            "",
            "enabled",
            "app.service is masked",
        ),
        (
            Some(loaded(broken, Startup::Disabled)),
            "running",
            "",
            "app.service: its unit file is broken: Missing '='",
        ),
        (
            Some(loaded(Load::Loaded, Startup::Static)),
            "",
            "enabled",
            "app.service is static",
        ),
        (
            Some(loaded(Load::Loaded, Startup::Other)),
            "",
            "disabled",
            "app.service has no startup of its own",
        ),
    ] {
        let mut stage = Stage::new();
        if let Some(before) = before {
            stage = stage.with_unit("app.service", before, Starts::Well);
        }
        let failure = Vertex::new(&stage, "svc", "app", &params(state, startup))
            .check()
            .unwrap_err();
        assert!(failure.why.starts_with(why), "{}", failure.why);
        assert!(!failure.began);
        assert!(stage.log().is_empty());
    }
    let masked = loaded(Load::Masked, Startup::Masked);
    let stage = Stage::new().with_unit("app.service", masked, Starts::Well);
    let vertex = Vertex::new(&stage, "svc", "app", &params("stopped", "disabled"));
    assert!(vertex.drifts().is_empty());
}

#[test]
fn a_start_that_fails_is_explained() {
    let log = Some(vec!["cannot open /etc/app.conf".to_owned()]);
    for (starts, log, why, detail) in [
        (
            Starts::Fails(3),
            log.clone(),
            "cannot start app.service: failed (exited with 3)",
            "cannot open /etc/app.conf",
        ),
        (
            Starts::TimesOut(Span::secs(90)),
            log,
            "cannot start app.service: failed (timed out)",
            "cannot open /etc/app.conf",
        ),
        (
            Starts::Dies(4),
            None,
            "app.service did not stay up for 1s: failed (exited with 4)",
            "(there is no journal)",
        ),
    ] {
        let before = UnitSpec {
            log,
            ..unit(Active::Inactive, Startup::Enabled)
        };
        let stage = Stage::new().with_unit("app.service", before, starts);
        let failure = Vertex::new(&stage, "svc", "app", &params("running", ""))
            .settle()
            .unwrap_err();
        assert_eq!(failure.why, why);
        assert_eq!(failure.detail[0], detail);
        assert!(failure.began);
    }
}

/// The manager's job does not end with the attempt.
#[test]
fn a_job_that_outlasts_its_attempt_is_told() {
    let before = UnitSpec {
        duration: Span::secs(60),
        ..unit(Active::Inactive, Startup::Enabled)
    };
    let stage = Stage::new()
        .within(Span::secs(2))
        .with_unit("app.service", before, Starts::Well);
    let why = Vertex::new(&stage, "svc", "app", &params("running", ""))
        .settle()
        .unwrap_err()
        .why;
    assert_eq!(
        why,
        "cannot start app.service: timed out after 2s, and its manager goes on with it: `systemctl stop app.service` ends that"
    );
}

/// Rule L1: what only root may do is told as such.
#[test]
fn without_rights_it_says_so() {
    let before = unit(Active::Inactive, Startup::Disabled);
    let stage = Stage::acting("deploy").with_unit("app.service", before, Starts::Well);
    let mut vertex = Vertex::new(&stage, "svc", "app", &params("running", "enabled"));
    assert_eq!(vertex.drifts().len(), 2);
    assert!(vertex.settle().unwrap_err().needs_root);
    assert_eq!(vertex.drifts().len(), 2);
}

#[test]
fn a_notification_reloads_what_runs() {
    for (active, state, starts, log, said) in [
        (Active::Active, "running", Starts::Well, 2, Some("reloaded")),
        (Active::Active, "", Starts::Well, 2, Some("reloaded")),
        (Active::Inactive, "stopped", Starts::Well, 0, None),
        (Active::Inactive, "", Starts::Well, 0, None),
    ] {
        let before = unit(active, Startup::Enabled);
        let stage = Stage::new().with_unit("app.service", before, starts);
        let vertex = Vertex::new(&stage, "svc", "app", &params(state, ""));
        let applied = vertex.refresh().unwrap();
        assert_eq!(applied.done.said.as_deref(), said);
        assert_eq!(applied.done.changed, said.is_some());
        assert_eq!(applied.done.notes.is_empty(), said.is_some());
        assert_eq!(stage.log().len(), log);
    }
    let before = UnitSpec {
        stale: true,
        can_reload: false,
        ..unit(Active::Active, Startup::Enabled)
    };
    let stage = Stage::new().with_unit("app.service", before.clone(), Starts::Well);
    let vertex = Vertex::new(&stage, "svc", "app.service", &params("running", ""));
    let applied = vertex.refresh().unwrap();
    assert_eq!(applied.done.said.as_deref(), Some(ANEW));
    assert_eq!(stage.log(), RESTARTS);

    let stage = Stage::new().with_unit("app.service", before, Starts::Dies(2));
    let vertex = Vertex::new(&stage, "svc", "app", &params("running", ""));
    let why = vertex.refresh().unwrap_err().why;
    assert_eq!(
        why,
        "app.service did not stay up for 1s: failed (exited with 2)"
    );
}

const ANEW: &str = "restarted: its unit file changed";
const RESTARTS: [&str; 3] = [
    "ReloadManager app.service",
    "Restart app.service",
    "pause 1s",
];

/// A reload would leave what runs as the old file started it.
#[test]
fn a_changed_unit_file_restarts_what_runs() {
    let stage = || {
        let before = unit(Active::Active, Startup::Enabled);
        Stage::new().with_unit("app.service", before, Starts::Well)
    };
    let write = |stage: &Stage| {
        let path = Path::new("/etc/systemd/system/app.service");
        let text = b"[Service]\nExecStart=/new\nExecReload=true\n[Install]\n";
        stage.sim.outside().write(path, text).unwrap();
    };
    // Its drift is mended for the notification: that is the refresh.
    let first = stage();
    write(&first);
    let mut vertex = Vertex::new(&first, "svc", "app", &params("running", ""));
    vertex.notified = true;
    let done = vertex.settle().unwrap().done;
    assert_eq!((done.said.as_deref(), done.refreshed), (Some(ANEW), true));
    assert_eq!(first.log(), RESTARTS);
    // Nobody has told it, so what runs goes on; a later notification still knows.
    let second = stage();
    write(&second);
    let mut vertex = Vertex::new(&second, "svc", "app", &params("running", ""));
    let done = vertex.settle().unwrap().done;
    assert_eq!((done.said, done.refreshed), (None, false));
    let done = vertex.refresh().unwrap().done;
    assert_eq!(done.said.as_deref(), Some(ANEW));
    assert_eq!(second.log(), RESTARTS);
    // Once, and not again.
    let done = vertex.refresh().unwrap().done;
    assert_eq!(done.said.as_deref(), Some("reloaded"));
}

/// Rules L1, L4.
#[test]
fn a_plan_knows_that_a_changed_unit_file_restarts() {
    let before = unit(Active::Active, Startup::Enabled);
    let stage = Stage::new().with_unit("app.service", before, Starts::Well);
    let plan = Overlay::over(Arc::new(stage.sim.attempt(None))).attempt("svc[app]", false);
    let app = Unit {
        name: "app.service".into(),
        session: false,
    };
    let is = |plan: &OverlayView| {
        let found = plan.service(&app).unwrap();
        (found.stale, found.outdated)
    };
    assert_eq!(is(&plan), (false, false));
    plan.put(&Put {
        path: "/etc/systemd/system/app.service".into(),
        content: b"[Service]\nExecReload=true\n"[..].into(),
        mode: 0o644,
        uid: None,
        gid: None,
        validate: None,
    })
    .unwrap();
    assert_eq!(is(&plan), (true, true));
    plan.act(&app, ServiceAct::ReloadManager).unwrap();
    assert_eq!(is(&plan), (false, true));
    plan.act(&app, ServiceAct::Reload).unwrap();
    assert_eq!(is(&plan), (false, true));
    plan.act(&app, ServiceAct::Restart).unwrap();
    assert_eq!(is(&plan), (false, false));
    assert!(stage.log().is_empty());
}

#[test]
fn a_unit_is_known_by_its_full_name() {
    let kind = find("svc").unwrap();
    let session = ("session", Value::Bool(true));
    for (name, params, owned) in [
        ("nginx", vec![], "unit:nginx.service"),
        ("nginx.service", vec![], "unit:nginx.service"),
        ("backup.timer", vec![], "unit:backup.timer"),
        ("app@1", vec![session], "unit:app@1.service (session)"),
        ("x", vec![("unit", Value::str("y"))], "unit:y.service"),
    ] {
        let stage = Stage::new();
        let vertex = Vertex::new(&stage, "svc", name, &params);
        assert_eq!(kind.owns(&vertex.key, &vertex.params), [owned]);
        assert_eq!(vertex.validate(&[]), Ok(()));
    }
    for name in ["", "a b", "app@", "../x"] {
        let stage = Stage::new();
        assert!(
            Vertex::new(&stage, "svc", name, &[]).validate(&[]).is_err(),
            "{name}"
        );
    }
}

/// What is there, as params; a broken state is left unset.
#[test]
fn inspect_says_what_is_there() {
    let kind = find("svc").unwrap();
    for (before, found) in [
        (
            unit(Active::Active, Startup::Enabled),
            vec!["startup=enabled", "state=running"],
        ),
        (
            unit(Active::Inactive, Startup::Static),
            vec!["state=stopped"],
        ),
        (unit(failed(), Startup::Disabled), vec!["startup=disabled"]),
    ] {
        let stage = Stage::new().with_unit("app.service", before, Starts::Well);
        let params = kind.inspect("app", &stage).unwrap().unwrap();
        let shown: Vec<String> = params.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(shown, found);
    }
    assert_eq!(kind.inspect("ghost", &Stage::new()).unwrap(), None);
    assert!(kind.notes("ghost", &Stage::new()).unwrap().is_empty());
    // One that the system's manager does not have may be the user's own.
    let stage = Stage::new();
    let own = Unit {
        name: "app.service".into(),
        session: true,
    };
    let spec = unit(Active::Active, Startup::Enabled);
    stage.sim.outside().unit(&own, |found| *found = spec);
    let params = kind.inspect("app", &stage).unwrap().unwrap();
    let shown: Vec<String> = params.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(shown, ["session=true", "startup=enabled", "state=running"]);
}

/// What params do not say of a unit that is in a bad way; of one that is well there is nothing to say.
#[test]
fn what_is_wrong_with_a_unit_is_told() {
    let kind = find("svc").unwrap();
    let loaded = |load, active| UnitSpec {
        load,
        active,
        log: Some(vec!["no such port".to_owned()]),
        ..UnitSpec::default()
    };
    for (before, told) in [
        (loaded(Load::Loaded, Active::Active), vec![]),
        (loaded(Load::Loaded, Active::Inactive), vec![]),
        (
            loaded(Load::Loaded, Active::Failed("exit-code".into(), 3)),
            vec![
                "failed (exited with 3); with state=running it is started again",
                "no such port",
            ],
        ),
        (
            loaded(Load::Loaded, Active::Changing),
            vec!["on its way up or down"],
        ),
        (loaded(Load::Masked, Active::Inactive), vec!["masked"]),
        (
            loaded(Load::Broken("bad\u{1b}".into()), Active::Inactive),
            vec!["its unit file is broken: bad\\u{1b}"],
        ),
    ] {
        let stage = Stage::new();
        let app = Unit {
            name: "app.service".into(),
            session: false,
        };
        stage.sim.outside().unit(&app, |found| *found = before);
        assert_eq!(kind.notes("app", &stage).unwrap(), told);
    }
}
