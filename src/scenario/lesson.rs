//! Lessons tried: by their good way, without doing anything, by an attempt that is not right, and by another right way.

use super::play::{PlayOptions, session_options};
use super::runner::Problem;
use super::script::Script;
use crate::command::session::LessonView;
use crate::command::{Flow, Session, SessionError};
use crate::engine::Level;
use crate::file::{Document, Lesson, Step};

/// How a lesson stands after these lines.
pub fn attempt(
    document: &Document,
    options: &PlayOptions,
    lines: &[Step],
) -> Result<Option<LessonView>, SessionError> {
    let mut front = Script::new(Level::Story);
    let mut session = Session::open(None, session_options(options))?;
    session.begin_document(document.clone(), &mut front)?;
    for line in lines {
        // What fails is an attempt too.
        if let Ok(Flow::Quit) = session.eval(&line.text, &mut front) {
            break;
        }
    }
    Ok(session.lesson())
}

/// What is wrong with a document as a lesson; nothing if it is none.
pub(super) fn problems(document: &Document, options: &PlayOptions) -> Vec<Problem> {
    let story = document.story.as_ref();
    let Some(lesson) = story.and_then(|story| story.lesson.as_ref()) else {
        return Vec::new();
    };
    let line = |steps: &[Step]| steps.first().map_or(0, |step| step.place.line);
    let checks = [
        (&lesson.par, line(&lesson.par), Wanted::Reached("`par`")),
        (&Vec::new(), 0, Wanted::NotYet),
        (&lesson.wrong, line(&lesson.wrong), Wanted::Hint),
        (
            &lesson.other,
            line(&lesson.other),
            Wanted::Reached("`other`"),
        ),
    ];
    let tried = checks.into_iter().filter(|(steps, _, wanted)| {
        // Which attempts a person's own lesson has is that person's choice.
        !steps.is_empty() || *wanted == Wanted::NotYet
    });
    let told = tried.filter_map(|(steps, line, wanted)| {
        let text = match attempt(document, options, steps) {
            Ok(view) => wrong(lesson, &view?, wanted)?,
            Err(error) => error.to_string(),
        };
        Some(Problem { line, text })
    });
    told.collect()
}

/// What is to come of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// All, by the commands of this key.
    Reached(&'static str),
    /// Not all, since nothing was done.
    NotYet,
    /// Not all, and a word of what is missing.
    Hint,
}

fn wrong(lesson: &Lesson, view: &LessonView, wanted: Wanted) -> Option<String> {
    let missing = view.missing.iter();
    let missing: Vec<String> = missing.map(|text| format!("`{text}`")).collect();
    let all = missing.is_empty();
    match wanted {
        Wanted::Reached(way) if !view.done => Some(format!(
            "the lesson is not done by {way}: {} is not so",
            missing.join(", ")
        )),
        Wanted::NotYet if all => Some("the lesson is done before anything is done".to_owned()),
        Wanted::Hint if view.done => Some("the lesson is done by `wrong`".to_owned()),
        Wanted::Hint if view.told.is_none() => {
            let hints = lesson.check.iter().any(|check| check.hint.is_some());
            Some(match hints {
                true => format!(
                    "`wrong` ends without a hint: none stands at {}",
                    missing.join(", ")
                ),
                false => "no check has a hint for `wrong`".to_owned(),
            })
        }
        _ => None,
    }
}
