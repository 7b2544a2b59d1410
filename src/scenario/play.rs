//! Playing one story.

use super::foresee::{Foresight, foresee};
use super::script::Script;
use crate::command::session::{Verdict, judge};
use crate::command::{Flow, Order, Session, SessionError, SessionOptions, WorldName};
use crate::drive::Plan;
use crate::engine::{Level, Status};
use crate::file::{Document, Expectation, Step, Story, TraceLevel};
use crate::graph::Key;
use crate::value::sanitise;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// How a story is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlayOptions {
    /// How many vertices may run at the same time.
    pub jobs: usize,
    /// The seed, instead of the story's own.
    pub seed: Option<u64>,
    /// Whether each apply is compared with the plan made just before it.
    pub check_plan: bool,
}

impl Default for PlayOptions {
    fn default() -> PlayOptions {
        PlayOptions {
            jobs: 8,
            seed: None,
            check_plan: false,
        }
    }
}

/// An expectation, and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// As it was written, and where.
    pub expectation: Expectation,
    /// What came of it.
    pub verdict: Verdict,
}

/// A step that failed.
#[derive(Clone, PartialEq, Debug)]
pub struct FailedStep {
    /// The step.
    pub step: Step,
    /// The error that it ended with.
    pub error: String,
}

impl fmt::Display for FailedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.step.text.lines().next().unwrap_or_default();
        write!(f, "the step `{}`", sanitise(words))?;
        if self.step.place.line > 0 {
            write!(f, " in line {}", self.step.place.line)?;
        }
        write!(f, " failed, and no expectation says so: {}", self.error)
    }
}

/// What came of a story.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Played {
    /// Everything that was shown, and the result: what its snapshot holds.
    pub trace: String,
    /// Its expectations, in order.
    pub verdicts: Vec<Judged>,
    /// Every error that a step ended with.
    pub errors: Vec<String>,
    /// Steps that failed although no expectation speaks of their error.
    pub unexpected: Vec<FailedStep>,
    /// The exit code of the last run.
    pub exit: i32,
    /// How its plans compare with its applies, if that was asked for.
    pub foresight: Foresight,
}

impl Played {
    /// Whether every expectation holds, and no step failed unforeseen.
    pub fn is_well(&self) -> bool {
        self.unexpected.is_empty() && self.verdicts.iter().all(|judged| judged.verdict.holds)
    }
}

/// Plays a document's story from its beginning, in a simulated machine of its own. Without steps it is applied. A step
/// that fails is written down as such, and the story goes on: an `expect error` may speak of it. Errs if the
/// simulated machine cannot be.
pub fn play(document: &Document, options: &PlayOptions) -> Result<Played, SessionError> {
    let level = match document.trace {
        TraceLevel::Story => Level::Story,
        TraceLevel::Full => Level::Full,
    };
    let mut session = Session::open(Some(document.clone()), session_options(options))?;
    let mut script = Script::new(level);
    let mut foresight = Foresight::default();
    let mut failed = Vec::new();
    for step in steps(document) {
        script.begin(&step.text);
        let check = options.check_plan.then_some(&mut foresight);
        match one(&mut session, &step, &mut script, check) {
            Ok(Flow::Go) => {}
            Ok(Flow::Quit) => break,
            Err(error) => {
                let error = error.to_string();
                script.tell(&error);
                failed.push(FailedStep { step, error });
            }
        }
    }
    Ok(Played {
        foresight,
        ..conclude(document, &session, script, failed)
    })
}

pub(super) fn session_options(options: &PlayOptions) -> SessionOptions {
    SessionOptions {
        jobs: options.jobs,
        seed: options.seed,
        noop: false,
        yes: false,
        world: Some(WorldName::Sim),
        state_root: PathBuf::from("/var/lib/weft"),
        root: None,
        adopt: false,
        supervisor: None,
    }
}

/// What is done in a story; `apply` if it says nothing of it.
pub(super) fn steps(document: &Document) -> Vec<Step> {
    let steps = document.story.as_ref().map(Story::course);
    match steps {
        Some(steps) if !steps.is_empty() => steps,
        _ => vec![Step {
            text: "apply".into(),
            place: Default::default(),
        }],
    }
}

/// Evaluates one step; where plans are checked, each apply in it is planned first.
fn one(
    session: &mut Session,
    step: &Step,
    script: &mut Script,
    check: Option<&mut Foresight>,
) -> Result<Flow, SessionError> {
    let Some(check) = check else {
        return session.eval(&step.text, script);
    };
    let mut planned: Vec<(usize, Plan)> = Vec::new();
    let done = session.eval_each(&step.text, script, &mut |session, order| {
        if let Order::Apply(keys) = order
            && !session.moment().running
            && let Ok(plan) = session.plan(keys)
        {
            planned.push((session.events().len(), plan));
        }
    });
    let events = session.events();
    for (i, (from, plan)) in planned.iter().enumerate() {
        let to = planned.get(i + 1).map_or(events.len(), |(next, _)| *next);
        check.add(foresee(plan, &events[*from..to]));
    }
    done
}

fn conclude(
    document: &Document,
    session: &Session,
    script: Script,
    failed: Vec<FailedStep>,
) -> Played {
    let story = document.story.clone().unwrap_or_default();
    let verdicts: Vec<Judged> = story
        .expect
        .into_iter()
        .map(|expectation| Judged {
            verdict: judge(session, &expectation.says),
            expectation,
        })
        .collect();
    let is_unforeseen = |failed: &FailedStep| {
        !verdicts.iter().any(|judged| {
            matches!(&judged.expectation.says, crate::file::Expect::Error(text) if failed.error.contains(text))
        })
    };
    Played {
        trace: format!("{}{}", script.into_text(), result(session)),
        unexpected: failed.into_iter().filter(is_unforeseen).collect(),
        verdicts,
        errors: session.errors().to_vec(),
        exit: session.ended().code(false),
        foresight: Foresight::default(),
    }
}

/// The last block of a snapshot: the status of every vertex with its reason, what is pending, and the exit code.
fn result(session: &Session) -> String {
    let mut text = "\nresult\n".to_owned();
    let stand: BTreeMap<Key, Status> = session.ask(|engine| {
        let all = engine.statuses().into_iter();
        all.map(|(key, status)| (key.clone(), status)).collect()
    });
    for key in session.graph().vertices().keys() {
        let status = stand.get(key).copied();
        let word = status.map_or("new", |status| status.word());
        let view = session.view().vertices.get(key);
        let reason = view
            .filter(|view| view.status == status)
            .map_or("", |view| view.reason.as_str());
        let line = format!("  {:<26}  {word:<8}  {}", key.to_string(), sanitise(reason));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for (line, count) in &session.remembered().lines {
        if count.is_pending() {
            text.push_str(&format!("  pending  {}\n", crate::engine::line_text(line)));
        }
    }
    text.push_str(&format!("  exit {}\n", session.ended().code(false)));
    text
}
