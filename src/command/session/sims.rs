//! What a person does to the simulated machine. Each order is an input first, so that causes lead back to it; then it
//! is done, and what watches notice of it reaches the engine at once.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Front, Session, SessionError, take};
use crate::command::order::{Order, SimOrder};
use crate::command::sims::{UnitState, fault_word, numbered};
use crate::drive::runner::Runner;
use crate::drive::sim::{CrashPoint, Strike};
use crate::engine::Input;
use crate::time::Span;
use crate::trace::Stage;
use crate::trace::count;
use crate::value::sanitise;
use crate::world::sim::{FaultKind, FaultRule, Sim};
use crate::world::{Active, Command, Fault, Unit, World};

/// What a simulated machine may say no to.
type Done = Result<(), SessionError>;

impl Session {
    pub(super) fn sim(&mut self, order: &SimOrder, front: &mut dyn Front) -> Done {
        let Runner::Sim { sim, .. } = &self.runner else {
            // That was refused before (`When::Sim`).
            return Ok(());
        };
        let sim = sim.clone();
        if !matches!(order, SimOrder::Restart) {
            self.input(Input::Command(format!("sim {order}")), front);
        }
        match order {
            SimOrder::Crash(point) => self.crash(point.clone(), front),
            SimOrder::Restart => self.restart(front)?,
            SimOrder::Advance(span) => self.advance(*span, front),
            SimOrder::Run(line) => self.run_outside(&sim, line, front)?,
            SimOrder::Fail(on, fault, times) => self.fail(&sim, on, rule(on, *fault, *times)),
            SimOrder::Heal(on) => heal(&sim, on.as_deref())?,
            outside => change(&sim, outside)?,
        }
        if let Some(now) = so_now(order) {
            front.show(&format!("{}\n", sanitise(&now)));
        }
        self.log.push(Order::Sim(order.clone()).to_string());
        self.hear(front);
        Ok(())
    }

    /// Lets what watches noticed reach the engine, and all that follows without time passing be done.
    fn hear(&mut self, front: &mut dyn Front) {
        self.input(Input::Tick, front);
        self.take_tally();
    }

    fn take_tally(&mut self) {
        if let Stage::Converged(tally) = self.view.stage {
            self.ended.tally = tally;
        }
    }

    fn crash(&mut self, point: Option<CrashPoint>, front: &mut dyn Front) {
        if let Runner::Sim { drive, .. } = &mut self.runner {
            match point {
                Some(point) => drive.crash_at(point),
                None => drive.crash(),
            }
        }
        self.take_new(front);
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
        let found = self.remembered();
        let pending = found.lines.values().filter(|count| count.is_pending());
        front.show(&format!(
            "a new engine: {} and {} from before\n",
            count(found.debts.len(), "debt"),
            count(pending.count(), "notification")
        ));
        Ok(())
    }

    /// How long it is until something happens on the simulated machine by itself, or a run goes on there; none where nothing will.
    pub fn until_next(&mut self) -> Option<Span> {
        match &mut self.runner {
            Runner::Sim { drive, .. } => drive.until_next(),
            Runner::Host(_) => None,
        }
    }

    /// Lets time pass there that nobody has typed, as where its clock follows another one. In the log that is one `sim advance`, in
    /// however many steps it passes, so that a story of this session lets as much pass at once.
    pub fn pass(&mut self, span: Span, front: &mut dyn Front) {
        if !self.runner.is_sim() || span == Span::ZERO {
            return;
        }
        let told = self.last_event();
        self.advance(span, front);
        self.take_tally();
        let before = match self.passed {
            Some((length, before)) if length == self.log.len() => {
                self.log.pop();
                before
            }
            _ => Span::ZERO,
        };
        let all = Span(before.0 + span.0);
        self.log
            .push(Order::Sim(SimOrder::Advance(all)).to_string());
        self.passed = Some((self.log.len(), all));
        self.began.replayed.take("", self.log.len());
        // A clock that ticks many times a second has mostly nothing to tell.
        if self.last_event() != told {
            self.look_at_lesson(front);
        }
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
        let output = view.run(&command(line)).map_err(refused)?;
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

fn refused(fault: Fault) -> SessionError {
    let what = format!("the simulated machine cannot do that: {fault}");
    SessionError::failed(what)
        .with_hint("it is what the story's `world` and the steps so far made it")
}

/// A line that was read splits into words; one that was not is taken as one.
fn command(line: &str) -> Command {
    Command {
        argv: shell_words::split(line).unwrap_or_else(|_| vec![line.to_owned()]),
        env: BTreeMap::new(),
        cwd: None,
        user: None,
        stdin: None,
        timeout: None,
        keep: 1 << 16,
    }
}

/// Changes that come from neither weft nor its commands.
fn change(sim: &Sim, order: &SimOrder) -> Done {
    let outside = sim.outside();
    let done = match order {
        SimOrder::Write(path, text) => outside.write(Path::new(path), text.as_bytes()),
        SimOrder::Rm(path) => outside.remove(Path::new(path)),
        SimOrder::Touch(path) => outside.touch(Path::new(path)),
        SimOrder::Chmod(bits, path) => outside.chmod(Path::new(path), *bits),
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
            outside.svc(&unit(name), active(*state));
            Ok(())
        }
        SimOrder::Http(url, status, body) => {
            page(sim, url, *status, body.as_deref());
            Ok(())
        }
        _ => Ok(()),
    };
    done.map_err(refused)
}

/// What is so once an order was carried out that tells nothing itself.
fn so_now(order: &SimOrder) -> Option<String> {
    Some(match order {
        SimOrder::Write(path, text) => format!("{path} holds {}", count(text.len(), "byte")),
        SimOrder::Rm(path) => format!("{path} is gone"),
        SimOrder::Touch(path) => format!("{path} was touched"),
        SimOrder::Chmod(bits, path) => format!("{path} has mode {bits:04o}"),
        SimOrder::Chown(owner, path) => format!("{path} belongs to {owner}"),
        SimOrder::Mkdir(path) => format!("{path} is a directory"),
        SimOrder::Mv(from, to) => format!("{from} is {to} now"),
        SimOrder::Ln(target, path) => format!("{path} leads to {target}"),
        SimOrder::Svc(name, state) => format!("{} is {}", unit(name).name, state.word()),
        SimOrder::Http(url, status, _) => format!("{url} answers {status}"),
        SimOrder::Fail(on, fault, times) => {
            let fault = fault_word(*fault);
            let times = times.map_or(String::new(), |n| {
                format!(", {}", count(n as usize, "time"))
            });
            format!("{on} is going to fail: {fault}{times}")
        }
        SimOrder::Heal(Some(on)) => format!("{on} does not fail any more"),
        SimOrder::Heal(None) => "nothing is going to fail any more".to_owned(),
        SimOrder::Crash(_) | SimOrder::Restart | SimOrder::Advance(_) | SimOrder::Run(_) => {
            return None;
        }
    })
}

pub(super) fn unit(name: &str) -> Unit {
    let suffix = if name.contains('.') { "" } else { ".service" };
    Unit {
        name: format!("{name}{suffix}"),
        session: false,
    }
}

fn active(state: UnitState) -> Active {
    match state {
        UnitState::Running => Active::Active,
        UnitState::Stopped => Active::Inactive,
        UnitState::Changing => Active::Changing,
        UnitState::Failed => Active::Failed("exit-code".into(), 1),
    }
}

/// A page that answers well again; its `etag` is that of the new body.
fn page(sim: &Sim, url: &str, status: u16, body: Option<&str>) {
    sim.outside().http(url, |page| {
        page.status = status;
        page.fault = None;
        if let Some(body) = body {
            page.body = body.as_bytes().to_vec();
            page.headers
                .retain(|name, _| !name.eq_ignore_ascii_case("etag"));
        }
    });
}

/// A fault for the calls that it can befall; every one of them if no number is given.
fn rule(on: &str, what: FaultKind, times: Option<u64>) -> FaultRule {
    let call = match what {
        FaultKind::NoSpace | FaultKind::Denied | FaultKind::ReadOnly => "write",
        FaultKind::Net => "fetch",
        FaultKind::Io
        | FaultKind::Hang
        | FaultKind::Fails
        | FaultKind::Crash
        | FaultKind::CrashAfter => "*",
    };
    FaultRule {
        times: times.unwrap_or(0),
        ..FaultRule::next(call, on, what)
    }
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
