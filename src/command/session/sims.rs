//! What a person does to the simulated machine. Each order is an input first, so that causes lead back to it; then it
//! is done, and what watches notice of it reaches the engine at once.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Front, Session, SessionError, take};
use crate::command::order::{Order, SimOrder};
use crate::drive::runner::Runner;
use crate::drive::sim::{CrashPoint, Cut, Strike};
use crate::engine::Input;
use crate::graph::Key;
use crate::time::Span;
use crate::trace::Stage;
use crate::world::sim::{FaultKind, FaultRule, Sim};
use crate::world::{Active, Command, Fault, ModeBits, Unit, World};

/// What a simulated machine may say no to.
type Done = Result<(), SessionError>;

impl Session {
    pub(super) fn sim(&mut self, order: &SimOrder, front: &mut dyn Front) -> Done {
        let Runner::Sim { sim, .. } = &self.runner else {
            let what = "this is a real machine";
            return Err(SessionError::failed(what).with_hint("a story has a simulated one"));
        };
        let sim = sim.clone();
        if !matches!(order, SimOrder::Restart) {
            self.input(Input::Command(format!("sim {order}")), front);
        }
        match order {
            SimOrder::Crash(point) => self.crash(point.as_deref(), front)?,
            SimOrder::Restart => self.restart(front)?,
            SimOrder::Advance(span) => self.advance(*span, front),
            SimOrder::Run(line) => self.run_outside(&sim, line, front)?,
            SimOrder::Fail(on, fault, times) => self.fail(&sim, on, rule(on, fault, *times)?),
            SimOrder::Heal(on) => heal(&sim, on.as_deref())?,
            outside => change(&sim, outside)?,
        }
        self.log.push(Order::Sim(order.clone()).to_string());
        self.hear(front);
        Ok(())
    }

    /// Lets what watches noticed reach the engine, and all that follows without time passing be done.
    fn hear(&mut self, front: &mut dyn Front) {
        self.input(Input::Tick, front);
        if let Stage::Converged(tally) = self.view.stage {
            self.ended.tally = tally;
        }
    }

    fn crash(&mut self, point: Option<&str>, front: &mut dyn Front) -> Done {
        let point = point.map(|text| self.crash_point(text)).transpose()?;
        let Runner::Sim { drive, .. } = &mut self.runner else {
            return Ok(());
        };
        match point {
            Some(point) => drive.crash_at(point),
            None => drive.crash(),
        }
        self.take_new(front);
        Ok(())
    }

    /// `record N`, `commit N`, `effect N`, or a vertex: after its apply or refresh, before the engine hears of it.
    fn crash_point(&self, text: &str) -> Result<CrashPoint, SessionError> {
        if let Some(point) = numbered(text) {
            return Ok(point);
        }
        let key: Key = crate::file::refs::resolve(self.graph(), text).map_err(|bad| {
            let what = format!("{} at which to crash", bad.what);
            let hint = bad.hint.unwrap_or_default();
            SessionError::failed(what).with_hint(format!(
                "{hint}; or `record N`, `commit N [torn PERMILLE|after]`, `effect N [CALLS]`"
            ))
        })?;
        Ok(CrashPoint::After(key))
    }

    /// A fault waits for its call: one that touches what was named, or one that is told by its number (`effect N CALLS`), or for
    /// the commit of a number.
    fn fail(&mut self, sim: &Sim, on: &str, rule: FaultRule) {
        let strike = match numbered(on) {
            Some(CrashPoint::Effect(effect, calls)) => {
                Strike::Fault(effect, calls.unwrap_or_default(), rule.what)
            }
            Some(CrashPoint::Commit(commit, _)) => Strike::Refuse(commit),
            _ => return sim.arm(rule),
        };
        if let Runner::Sim { drive, .. } = &mut self.runner {
            drive.strike(strike);
        }
    }

    /// A new engine over the same journal and the present graph; one that lives is killed first.
    fn restart(&mut self, front: &mut dyn Front) -> Done {
        let options = Session::engine_options(&self.options);
        let graph = self.history.now().clone();
        let Runner::Sim { drive, .. } = &mut self.runner else {
            return Ok(());
        };
        drive.crash();
        drive
            .restart(options, graph)
            .map_err(|fault| SessionError::failed(fault.to_string()))?;
        self.staged = false;
        self.take_new(front);
        self.input(Input::Command("sim restart".into()), front);
        Ok(())
    }

    fn advance(&mut self, span: Span, front: &mut dyn Front) {
        if let Runner::Sim { drive, .. } = &mut self.runner {
            drive.advance(span);
        }
        self.take_new(front);
    }

    fn take_new(&mut self, front: &mut dyn Front) {
        if let Runner::Sim { drive, .. } = &mut self.runner {
            let new = drive.take_events();
            take(&mut self.events, &mut self.view, &new, front);
        }
    }

    /// Someone runs a command; the time that it takes passes.
    fn run_outside(&mut self, sim: &Sim, line: &str, front: &mut dyn Front) -> Done {
        let view = sim.attempt(None);
        let output = view.run(&command(line)?).map_err(refused)?;
        for bytes in [&output.stdout, &output.stderr] {
            front.show(&String::from_utf8_lossy(bytes));
        }
        if output.status != 0 {
            front.remark(&format!("exit status {}\n", output.status));
        }
        self.advance(view.elapsed(), front);
        Ok(())
    }
}

/// A point that is told by numbers.
fn numbered(text: &str) -> Option<CrashPoint> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [what, number, more @ ..] = words.as_slice() else {
        return None;
    };
    let number = number.parse().ok()?;
    Some(match (*what, more) {
        ("record", []) => CrashPoint::Record(number),
        ("commit", []) => CrashPoint::Commit(number, Cut::Before),
        ("commit", ["torn", part]) => CrashPoint::Commit(number, Cut::Torn(part.parse().ok()?)),
        ("commit", ["after"]) => CrashPoint::Commit(number, Cut::After),
        ("effect", []) => CrashPoint::Effect(number, None),
        ("effect", [calls]) => CrashPoint::Effect(number, Some(calls.parse().ok()?)),
        _ => return None,
    })
}

fn refused(fault: Fault) -> SessionError {
    SessionError::failed(fault.to_string())
}

fn command(line: &str) -> Result<Command, SessionError> {
    let argv = shell_words::split(line).map_err(|bad| {
        SessionError::failed(format!("`{line}` is no command line: {bad}"))
            .with_hint("close its quotes")
    })?;
    Ok(Command {
        argv,
        env: BTreeMap::new(),
        cwd: None,
        user: None,
        stdin: None,
        timeout: None,
        keep: 1 << 16,
    })
}

/// Changes that come from neither weft nor its commands.
fn change(sim: &Sim, order: &SimOrder) -> Done {
    let outside = sim.outside();
    let done = match order {
        SimOrder::Write(path, text) => outside.write(Path::new(path), text.as_bytes()),
        SimOrder::Rm(path) => outside.remove(Path::new(path)),
        SimOrder::Touch(path) => outside.touch(Path::new(path)),
        SimOrder::Chmod(bits, path) => outside.chmod(Path::new(path), mode(bits)?),
        SimOrder::Chown(owner, path) => {
            let (user, group) = owner.split_once(':').unwrap_or((owner, ""));
            let given = |name: &'_ str| (!name.is_empty()).then(|| name.to_owned());
            let (user, group) = (given(user), given(group));
            outside.chown(Path::new(path), user.as_deref(), group.as_deref())
        }
        SimOrder::Mkdir(path) => outside.make_dir(Path::new(path)),
        SimOrder::Mv(from, to) => outside.rename(Path::new(from), Path::new(to)),
        SimOrder::Ln(target, path) => outside.link(Path::new(path), Path::new(target)),
        SimOrder::Svc(name, state) => {
            outside.svc(&unit(name), active(state)?);
            Ok(())
        }
        SimOrder::Http(url, status, body) => {
            page(sim, url, *status, body.as_deref())?;
            Ok(())
        }
        _ => Ok(()),
    };
    done.map_err(refused)
}

fn mode(text: &str) -> Result<ModeBits, SessionError> {
    let bits = ModeBits::from_str_radix(text, 8).ok();
    bits.filter(|bits| *bits <= 0o7777).ok_or_else(|| {
        SessionError::failed(format!("`{text}` is no mode"))
            .with_hint("write it in octal, such as 0644")
    })
}

fn unit(name: &str) -> Unit {
    let suffix = if name.contains('.') { "" } else { ".service" };
    Unit {
        name: format!("{name}{suffix}"),
        session: false,
    }
}

fn active(state: &str) -> Result<Active, SessionError> {
    Ok(match state {
        "running" => Active::Active,
        "stopped" => Active::Inactive,
        "changing" => Active::Changing,
        "failed" => Active::Failed("exit-code".into(), 1),
        other => {
            let what = format!("`{other}` is no state of a service");
            let hint = "one of running, stopped, changing, failed";
            return Err(SessionError::failed(what).with_hint(hint));
        }
    })
}

/// A page that answers well again; its `etag` is that of the new body.
fn page(sim: &Sim, url: &str, status: u64, body: Option<&str>) -> Done {
    let status = u16::try_from(status)
        .ok()
        .filter(|status| (100..600).contains(status))
        .ok_or_else(|| {
            SessionError::failed(format!("`{status}` is no status of a page"))
                .with_hint("200 is well, 404 is not there, 500 is broken")
        })?;
    sim.outside().http(url, |page| {
        page.status = status;
        page.fault = None;
        if let Some(body) = body {
            page.body = body.as_bytes().to_vec();
            page.headers
                .retain(|name, _| !name.eq_ignore_ascii_case("etag"));
        }
    });
    Ok(())
}

/// A fault for the calls that it can befall; every one of them if no number is given.
fn rule(on: &str, fault: &str, times: Option<u64>) -> Result<FaultRule, SessionError> {
    let (what, call) = match fault {
        "io" => (FaultKind::Io, "*"),
        "no-space" => (FaultKind::NoSpace, "write"),
        "denied" => (FaultKind::Denied, "write"),
        "read-only" => (FaultKind::ReadOnly, "write"),
        "net" => (FaultKind::Net, "fetch"),
        "hang" => (FaultKind::Hang, "*"),
        "fails" => (FaultKind::Fails, "*"),
        "crash" => (FaultKind::Crash, "*"),
        "crash-after" => (FaultKind::CrashAfter, "*"),
        other => return Err(SessionError::failed(format!("there is no fault `{other}`"))),
    };
    Ok(FaultRule {
        times: times.unwrap_or(0),
        ..FaultRule::next(call, on, what)
    })
}

fn heal(sim: &Sim, on: Option<&str>) -> Done {
    if sim.disarm(on) == 0 {
        let what = match on {
            Some(on) => format!("nothing was to fail at `{on}`"),
            None => "nothing was to fail".to_owned(),
        };
        return Err(SessionError::failed(what).with_hint("`sim fail` lets something fail"));
    }
    Ok(())
}
