//! Orders that edit the graph, applied to a draft: each whole or not at all (rule G2).

use std::ops::Range;

use super::error::CommandError;
use super::meta;
use super::order::{Order, Setting, Written};
use super::words::Arrow;
use crate::file::foreign_value;
use crate::graph::refs::{field_text, ref_text};
use crate::graph::{Catalog, Draft, FieldPath, Graph, Key, Origin, Problem, Refusal};
use crate::kind;
use crate::value::{Hears, Place, Raw, RawNode, Type, Value, quote};

/// What an edit made.
#[derive(Clone, PartialEq, Debug)]
pub struct Edited {
    /// The graph after it.
    pub graph: Graph,
    /// What was done: `added file[/tmp/secret]`.
    pub lines: Vec<String>,
    /// What a person should know of it.
    pub warnings: Vec<String>,
}

/// Where the answers to `?` come from: the text that a person typed unseen, for this param; none if there was none.
pub type Answers<'a> = &'a mut dyn FnMut(&Key, &FieldPath) -> Option<String>;

/// Makes one edit of a graph, or says every reason why not and leaves it as it is. Orders that edit nothing make
/// nothing of it.
pub fn edit(
    graph: &Graph,
    catalog: &dyn Catalog,
    order: &Order,
    answers: Answers,
) -> Result<Edited, Vec<Refusal>> {
    let mut draft = graph.edit();
    let veiled = veiled(graph, catalog, order);
    let done = apply(&mut draft, catalog, order, answers)
        .and_then(|lines| {
            let mut asked = veiled.asks().into_iter();
            asked.try_for_each(|(key, path)| keep_secret(&mut draft, key, path))?;
            Ok(lines)
        })
        .map_err(|refusal| vec![refusal])
        .and_then(|lines| Ok((lines, draft.finish(catalog)?)));
    let (mut lines, next) = done.map_err(|refusals| match veiled == *order {
        true => refusals,
        false => refusals.into_iter().map(unplaced).collect(),
    })?;
    if let Order::Set(key, settings) = &veiled {
        let line = |setting| set_line(&next, key, setting);
        lines = settings.iter().map(line).collect();
    }
    let warnings = warnings(&next, catalog, order);
    Ok(Edited {
        graph: next,
        lines,
        warnings,
    })
}

/// The order as it may be told: what is set on a vertex that is sensitive, before it or after it, is asked for in it, as
/// that is secret from then on.
pub fn veiled(graph: &Graph, catalog: &dyn Catalog, order: &Order) -> Order {
    let (Order::Add(key, settings) | Order::Set(key, settings)) = order else {
        return order.clone();
    };
    let made = |setting: &Setting| match &setting.value {
        Written::Raw(raw) if setting.path.to_string() == "meta.sensitive" => {
            Some(Type::Bool.read(raw) == Ok(Value::Bool(true)))
        }
        _ => None,
    };
    let is = graph.vertex(key).is_some_and(|v| v.meta.sensitive);
    let made = settings.iter().rev().find_map(made);
    if !is && made != Some(true) {
        return order.clone();
    }
    let stays = made.unwrap_or(is);
    let schema = catalog.schema(key.kind());
    order.veiled(|_, path| {
        let field = schema.and_then(|schema| schema.field(&path.field));
        field.is_some_and(|field| field.takes_secret || (stays && field.hides()))
    })
}

/// A refusal that points into the line, where its place is one of it; else at the statement that these bytes are.
pub fn refused(line: &str, within: Range<usize>, refusal: &Refusal) -> CommandError {
    let span = match refusal.place.line {
        0 => within,
        _ => {
            let at = byte_of(line, refusal.place);
            let len = line[at..].find(char::is_whitespace);
            at..len.map_or(line.len(), |len| at + len)
        }
    };
    let hint = refusal.hint.clone();
    CommandError::new(line, span, refusal.to_string())
        .hint(hint.or_else(|| advice(&refusal.problem)))
}

/// What to do about a refusal that says nothing of it itself.
fn advice(problem: &Problem) -> Option<String> {
    let more = |key: &Key| Some(format!("`kinds {}` says what each param takes", key.kind()));
    match problem {
        Problem::WrongType(_, path, ..) if path.starts_with("meta.") => {
            Some("`help meta` says what each takes".to_owned())
        }
        Problem::WrongType(key, param, _, found) => {
            foreign_value(key.kind(), param, found).or_else(|| more(key))
        }
        Problem::Invalid(key, _) => more(key),
        Problem::Missing(key, param) => Some(format!(
            "write `{param}=VALUE`, or bind a value to {}",
            field_text(key, &FieldPath::parse(param))
        )),
        Problem::CannotReceive(..) => Some("write its value instead".to_owned()),
        Problem::Unfit(..) => Some(
            "`kinds` says what each sends and takes; `template` makes text of values".to_owned(),
        ),
        Problem::NotThere(_) => Some("`show` and `graph` tell what there is".to_owned()),
        _ => None,
    }
}

/// The byte at a place of a line; its end if there is none.
fn byte_of(line: &str, place: Place) -> usize {
    let row = usize::try_from(place.line.saturating_sub(1)).unwrap_or(0);
    let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(0);
    let begin: usize = line.split_inclusive('\n').take(row).map(str::len).sum();
    let below = line.get(begin..).unwrap_or_default();
    let end = below
        .char_indices()
        .nth(column)
        .map_or(below.len(), |(at, _)| at);
    (begin + end).min(line.len())
}

/// Applies one order to a draft, and says what it did. What is typed has no place that would outlive its line.
fn apply(
    draft: &mut Draft,
    catalog: &dyn Catalog,
    order: &Order,
    answers: Answers,
) -> Result<Vec<String>, Refusal> {
    let nowhere = Place::default();
    match order {
        Order::Add(key, settings) => {
            draft.add(catalog, key.clone(), nowhere)?;
            set(draft, catalog, key, settings, answers)?;
            Ok(vec![format!("added {}", ref_text(key))])
        }
        Order::Set(key, settings) => {
            set(draft, catalog, key, settings, answers)?;
            Ok(Vec::new())
        }
        Order::Unset(key, paths) => unset(draft, key, paths),
        Order::Rename(key, name) => {
            let to = draft.rename(key, name, nowhere)?;
            Ok(vec![format!(
                "renamed {} to {}",
                ref_text(key),
                ref_text(&to)
            )])
        }
        Order::Drop(keys) => keys
            .iter()
            .map(|key| {
                draft.drop_vertex(key, nowhere)?;
                Ok(format!(
                    "dropped {}; what it managed stays on the host",
                    ref_text(key)
                ))
            })
            .collect(),
        Order::Chain(first, rest) | Order::Unlink(first, rest) => {
            let draws = matches!(order, Order::Chain(..));
            pairs(first, rest)
                .map(|pair| edge(draft, draws, pair))
                .collect()
        }
        Order::Bind((from, sent), (to, field)) => {
            draft.bind(catalog, (from, sent), (to, field), Origin::Written, nowhere)?;
            Ok(vec![format!(
                "bound {} -> {}",
                field_text(from, sent),
                field_text(to, field)
            )])
        }
        Order::Unbind(key, path) => {
            draft.unbind(key, path, nowhere)?;
            Ok(vec![format!("unbound {}", field_text(key, path))])
        }
        _ => Ok(Vec::new()),
    }
}

/// Draws or takes away one edge.
fn edge(draft: &mut Draft, draws: bool, pair: (&Key, Arrow, &Key)) -> Result<String, Refusal> {
    let (from, arrow, to) = pair;
    let (notify, nowhere) = (arrow == Arrow::Notify, Place::default());
    let ends = (from.clone(), to.clone());
    let before = draft.graph().edges().get(&ends).cloned();
    match draws {
        true => draft.link(from, to, notify, Origin::Written, nowhere)?,
        false => draft.unlink(from, to, notify, nowhere)?,
    }
    let did = match draws {
        true if before.as_ref() == draft.graph().edges().get(&ends) => "already linked:",
        true => "linked",
        false => "unlinked",
    };
    Ok(format!("{did} {} {arrow} {}", ref_text(from), ref_text(to)))
}

/// Each edge of a chain.
fn pairs<'a>(
    first: &'a Key,
    rest: &'a [(Arrow, Key)],
) -> impl Iterator<Item = (&'a Key, Arrow, &'a Key)> {
    let froms = std::iter::once(first).chain(rest.iter().map(|(_, key)| key));
    froms
        .zip(rest)
        .map(|(from, (arrow, to))| (from, *arrow, to))
}

fn set(
    draft: &mut Draft,
    catalog: &dyn Catalog,
    key: &Key,
    settings: &[Setting],
    answers: Answers,
) -> Result<(), Refusal> {
    settings
        .iter()
        .try_for_each(|setting| match &setting.value {
            Written::Raw(raw) if &*setting.path.field == "meta" => {
                set_meta(draft, key, &setting.path, Some(raw))
            }
            Written::Raw(raw) => draft.set(catalog, key, &setting.path, raw),
            Written::Asked => set_asked(draft, catalog, key, setting, answers(key, &setting.path)),
        })
}

/// A value that was asked for is a secret, also in what is said against it.
fn set_asked(
    draft: &mut Draft,
    catalog: &dyn Catalog,
    key: &Key,
    setting: &Setting,
    answer: Option<String>,
) -> Result<(), Refusal> {
    let path = &setting.path;
    let Some(text) = answer else {
        let problem = Problem::Invalid(
            key.clone(),
            format!("{path} was asked for, and there is no answer"),
        );
        let hint = "a terminal is needed to ask".to_owned();
        return Err(Refusal::new(problem, setting.place, Some(hint)));
    };
    let raw = Raw {
        node: RawNode::Scalar { text, quoted: true },
        place: setting.place,
    };
    draft.set(catalog, key, path, &raw).map_err(unshown)
}

/// What is written there is a secret from here on.
fn keep_secret(draft: &mut Draft, key: &Key, path: &FieldPath) -> Result<(), Refusal> {
    let read = draft.graph().vertex(key).and_then(|vertex| {
        let top = vertex.params.get(&*path.field)?;
        path.keys.iter().try_fold(top, |value, key| match value {
            Value::Map(map) => map.get(key),
            _ => None,
        })
    });
    match read.cloned() {
        Some(value) => draft.set_value(key, path, value.into_secret(), Place::default()),
        None => Ok(()),
    }
}

/// The same, and without its place, which is in a line that holds the value.
fn unplaced(refusal: Refusal) -> Refusal {
    Refusal {
        place: Place::default(),
        ..unshown(refusal)
    }
}

/// A refusal without the value that was refused.
fn unshown(refusal: Refusal) -> Refusal {
    let place = refusal.place;
    let problem = match refusal.problem {
        Problem::WrongType(key, path, expected, _) => {
            Problem::WrongType(key, path, expected, "something else".to_owned())
        }
        other => other,
    };
    Refusal::new(problem, place, refusal.hint)
}

fn set_meta(
    draft: &mut Draft,
    key: &Key,
    path: &FieldPath,
    raw: Option<&Raw>,
) -> Result<(), Refusal> {
    let now = draft.graph().vertex(key).map(|vertex| vertex.meta.clone());
    let next = meta::with(key, &now.unwrap_or_default(), path, raw)?;
    draft.set_meta(key, next, Place::default())
}

fn unset(draft: &mut Draft, key: &Key, paths: &[FieldPath]) -> Result<Vec<String>, Refusal> {
    paths
        .iter()
        .map(|path| {
            match &*path.field {
                "meta" => set_meta(draft, key, path, None)?,
                _ => draft.unset(key, path, Place::default())?,
            }
            Ok(format!("unset {}", field_text(key, path)))
        })
        .collect()
}

/// `set password[pw].length = 20`, the value as it was read, a secret masked.
fn set_line(graph: &Graph, key: &Key, setting: &Setting) -> String {
    let path = &setting.path;
    let at = field_text(key, path);
    let params = graph.vertex(key).map(|vertex| &vertex.params);
    match (&setting.value, path.keys.is_empty()) {
        (Written::Asked, _) => format!("set {at} = {}", crate::value::MASK),
        (Written::Raw(_), true) => match params.and_then(|params| params.get(&*path.field)) {
            Some(value) => format!("set {at} = {value}"),
            None => format!("set {at}"),
        },
        (
            Written::Raw(Raw {
                node: RawNode::Scalar { text, .. },
                ..
            }),
            false,
        ) => {
            format!("set {at} = {}", quote(text))
        }
        (Written::Raw(_), false) => format!("set {at}"),
    }
}

/// What a person should know of an edit that is allowed.
fn warnings(graph: &Graph, catalog: &dyn Catalog, order: &Order) -> Vec<String> {
    match order {
        Order::Chain(first, rest) => {
            let deaf = |(_, arrow, to): (&Key, Arrow, &Key)| match arrow {
                Arrow::Notify => deaf(catalog, to),
                Arrow::Order => None,
            };
            let mut lines: Vec<String> = pairs(first, rest).filter_map(deaf).collect();
            lines.dedup();
            lines
        }
        Order::Add(key, _) | Order::Set(key, _) | Order::Unset(key, _) => {
            let caveat = graph
                .vertex(key)
                .and_then(|vertex| kind::find(key.kind())?.caveat(key, &vertex.params));
            caveat
                .map(|caveat| format!("{}: {caveat}", ref_text(key)))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Said when the edge is drawn (rule N4).
fn deaf(catalog: &dyn Catalog, to: &Key) -> Option<String> {
    let schema = catalog.schema(to.kind())?;
    (schema.hears == Hears::Nothing)
        .then(|| format!("{} hears nothing: `~>` only orders", to.kind()))
}
