//! Questions: what a session answers without changing anything.

use super::rows::{PendingRow, StatusRow};
use super::show;
use super::{Front, Session, SessionError, Sort, lines};
use crate::command::draw::{Format, draw};
use crate::command::help;
use crate::command::order::Order;
use crate::engine::Level;
use crate::graph::{Catalog, Key, nearest};
use crate::kind::Kinds;
use crate::trace;
use crate::value::sanitise;

impl Session {
    pub(super) fn answer(
        &mut self,
        order: &Order,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let text = match order {
            Order::Show(keys) if keys.is_empty() => show::whole(self.graph()),
            Order::Show(keys) => self.shown(keys),
            Order::Graph(format) => self.drawn(format.as_deref())?,
            Order::Status(keys) => status_text(&self.statuses(keys)),
            Order::Pending(keys) => pending_text(&self.pending_rows(keys)),
            Order::Why(key) => self.why_text(key),
            Order::Trace(level, keys) => self.trace_text(level.as_deref(), keys),
            Order::World => self.world_text(),
            other => match reference(other) {
                Some(text) => text?,
                None => return Err(SessionError::failed(format!("`{other}` is no question"))),
            },
        };
        front.show_as(sort(order), &text);
        Ok(())
    }

    fn shown(&self, keys: &[Key]) -> String {
        let texts = keys.iter().map(|key| {
            let row = self.statuses(std::slice::from_ref(key));
            let head = row.first().map(status_words).unwrap_or_default();
            let (received, sends) = self
                .runner
                .ask(|engine| (engine.received(key), engine.sends(key)));
            show::vertex(self.graph(), key, &head, &received, sends.as_deref())
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    fn drawn(&self, format: Option<&str>) -> Result<String, SessionError> {
        let word = format.unwrap_or("tree");
        let Some(format) = Format::find(word) else {
            let words: Vec<&str> = Format::ALL.iter().map(|(word, _)| *word).collect();
            let what = format!("a graph cannot be drawn as `{}`", sanitise(word));
            return Err(
                SessionError::failed(what).with_hint(format!("one of {}", words.join(", ")))
            );
        };
        Ok(draw(self.graph(), Some(&self.picture()), format))
    }

    fn why_text(&self, key: &Key) -> String {
        let chain = self.causes(key);
        if chain.is_empty() {
            return format!("nothing has happened to {key} yet: `apply` or `step` starts a run\n");
        }
        trace::lines(chain, Level::Full)
    }

    fn trace_text(&self, level: Option<&str>, keys: &[Key]) -> String {
        let level = if level == Some("full") {
            Level::Full
        } else {
            Level::Story
        };
        let told = self.told(level, keys);
        match (told.is_empty(), keys.is_empty()) {
            (false, _) => trace::lines(told, level),
            (true, true) => "nothing has happened yet\n".to_owned(),
            (true, false) if level == Level::Full => {
                "nothing has happened to these yet\n".to_owned()
            }
            (true, false) => {
                "nothing to tell of these: `trace full` also tells of checks\n".to_owned()
            }
        }
    }

    fn world_text(&self) -> String {
        let (world, means) = match self.moment().sim {
            true => (
                "simulated",
                "nothing here touches the machine that weft runs on",
            ),
            false => ("real", "`apply` changes this machine, after asking"),
        };
        let user = self.runner.look().me();
        let user = user.map_or_else(
            |why| format!("not known: {why}"),
            |me| format!("{} ({})", me.name, me.uid),
        );
        let rows = [
            ("world", self.label.clone()),
            ("kind", format!("{world}: {means}")),
            ("user", user),
            ("state", self.runner.state().display().to_string()),
        ];
        let row = |(name, what): (&str, String)| vec![name.to_owned(), sanitise(&what)];
        help::table(rows.into_iter().map(row).collect(), "")
    }
}

/// What is answered without a session: questions about the language, and about kinds. None: it is no such question.
pub fn reference(order: &Order) -> Option<Result<String, SessionError>> {
    match order {
        Order::Kinds(kind) => Some(kinds_text(kind.as_deref())),
        Order::Help(topic) => Some(help_text(topic.as_deref())),
        _ => None,
    }
}

/// What the answer to an order is.
fn sort(order: &Order) -> Sort {
    match order {
        Order::Show(keys) if keys.is_empty() => Sort::Source,
        Order::Graph(Some(format)) if format != "tree" => Sort::Source,
        _ => Sort::Words,
    }
}

/// `changed, generated 16 characters  dirty`.
fn status_words(row: &StatusRow) -> String {
    let mut words = vec![row.word.to_owned()];
    if !row.reason.is_empty() {
        words.push(sanitise(&row.reason));
    }
    let marks = marks_text(row);
    words.extend((!marks.is_empty()).then_some(marks));
    words.join("  ")
}

fn marks_text(row: &StatusRow) -> String {
    let marks = [
        (row.marks.dirty, "dirty"),
        (row.marks.pending, "pending"),
        (row.marks.debt, "debt"),
    ];
    let marks = marks
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| word);
    marks.collect::<Vec<_>>().join(", ")
}

/// Statuses as a table.
pub fn status_text(rows: &[StatusRow]) -> String {
    if rows.is_empty() {
        return "the graph is empty: `add KIND NAME` begins one\n".to_owned();
    }
    let row = |row: &StatusRow| {
        vec![
            row.word.to_owned(),
            row.key.to_string(),
            marks_text(row),
            sanitise(&row.reason),
        ]
    };
    let head = ["status", "resource", "marks", "reason"]
        .map(str::to_owned)
        .to_vec();
    let rows = rows.iter().map(row);
    help::table(std::iter::once(head).chain(rows).collect(), "")
}

fn pending_text(rows: &[PendingRow]) -> String {
    if rows.is_empty() {
        return "nothing is pending\n".to_owned();
    }
    let row = |row: &PendingRow| {
        let pends = match (&row.from, row.debt) {
            (_, true) => "debt: may have changed".to_owned(),
            (Some(from), false) => format!("notified by {from}"),
            (None, false) => "notified by command".to_owned(),
        };
        let cause = match row.cause.is_empty() {
            true => "from before this session".to_owned(),
            false => format!("because of {}", row.cause),
        };
        vec![row.to.to_string(), pends, age_text(row), cause]
    };
    help::table(rows.iter().map(row).collect(), "")
}

fn age_text(row: &PendingRow) -> String {
    let runs = match row.age {
        0 => None,
        1 => Some("1 run".to_owned()),
        n => Some(format!("{n} runs")),
    };
    // Less than a minute is now.
    let long = row.ago.clone().filter(|ago| !ago.ends_with('s'));
    let ago: Vec<String> = runs.into_iter().chain(long).collect();
    match ago.is_empty() {
        true => format!("in run {}", row.run),
        false => format!("in run {}, {} ago", row.run, ago.join(" or ")),
    }
}

fn kinds_text(kind: Option<&str>) -> Result<String, SessionError> {
    let Some(kind) = kind else {
        return Ok(help::kinds(&Kinds));
    };
    Kinds.schema(kind).map(help::of_kind).ok_or_else(|| {
        let near = nearest(kind, Kinds.kinds().into_iter());
        let hint = near.map_or("`kinds` lists them".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        SessionError::failed(format!("there is no kind `{}`", sanitise(kind))).with_hint(hint)
    })
}

fn help_text(topic: Option<&str>) -> Result<String, SessionError> {
    let Some(topic) = topic else {
        return Ok(help::overview());
    };
    help::topic(&Kinds, topic).ok_or_else(|| {
        let what = format!("there is no help on `{}`", sanitise(topic));
        SessionError::failed(what).with_hint("`help` lists the commands, `kinds` the kinds")
    })
}

/// Lines, or these words if there are none.
pub(super) fn lines_or(all: &[String], none: &str) -> String {
    match all.is_empty() {
        true => format!("{none}\n"),
        false => lines(all),
    }
}
