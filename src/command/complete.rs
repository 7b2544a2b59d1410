//! Completion: what can stand at a position, from the registry, the schemas and the graph. A candidate, put in, gives a
//! line that is accepted so far.

use super::error::Grade;
use super::offer::Offers;
use super::parse::{bare, parse, scope_at_end};
use super::refs::{Scope, Wants, new_key, resolve};
use super::registry::{self, Arg, Slot};
use super::words::{Part, Piece, Token, What, lex_loosely};
use crate::graph::{Catalog, Graph, Key};

/// What completion knows.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The kinds.
    pub catalog: &'a dyn Catalog,
    /// The paths that begin so, of files that are read and written here.
    pub files: &'a dyn Fn(&str) -> Vec<String>,
    /// The paths that begin so in the world that is acted on.
    pub paths: &'a dyn Fn(&str) -> Vec<String>,
    /// The full names of the units in that world.
    pub units: &'a dyn Fn() -> Vec<String>,
}

/// Something that can stand there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What to put in.
    pub text: String,
    /// What to show for it.
    pub shows: String,
    /// What it is, in one line.
    pub about: String,
}

/// What is wanted at a position.
pub(super) struct Position<'a> {
    /// The tokens of the statement before it.
    pub before: &'a [Token],
    /// The word that it ends, if it sticks to one.
    pub word: Option<&'a [Part]>,
    /// Where that word begins, and what has been typed of it.
    pub start: usize,
    pub typed: &'a str,
    /// What the registry wants there; with the vertex that it is about.
    pub wanted: Vec<Wanted>,
}

/// An argument that is wanted next.
pub(super) struct Wanted {
    pub slot: Goal,
    pub owner: Option<Key>,
    /// How usage shows this and what follows.
    pub shows: String,
}

/// What can come next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Goal {
    /// A command, or a reference that begins a chain.
    Statement,
    /// The name of a new vertex of the owner's kind.
    NewName,
    /// An arrow.
    Arrow,
    /// A reference after an arrow.
    Target,
    /// What can receive what the statement's first word sends.
    Receiver,
    /// An argument.
    Slot(Slot),
}

/// The candidates at a byte of a line, and the byte from which they replace what is typed.
pub fn complete(line: &str, cursor: usize, ctx: &Context) -> (usize, Vec<Candidate>) {
    let Some(typed) = line.get(..cursor) else {
        return (cursor.min(line.len()), Vec::new());
    };
    let tokens = lex_loosely(typed);
    let scope = scope_at_end(typed, &tokens.0, ctx.graph, ctx.catalog);
    match position(typed, &tokens.0, tokens.1.as_ref().map(|e| e.grade), &scope) {
        Some(position) => Offers::new(ctx, &scope, &position).all(),
        None => (cursor, Vec::new()),
    }
}

/// Whether a word follows at the end of a line, behind a space: not where the last one may still go on, as a path in a directory or
/// the field of a vertex does.
pub fn word_follows(line: &str, ctx: &Context) -> bool {
    let open = line.ends_with(['=', '/', '.', ' ', '\n']) || line.ends_with("/\"");
    let has_fields = || {
        let dotted = format!("{line}.");
        line.ends_with(']') && !complete(&dotted, dotted.len(), ctx).1.is_empty()
    };
    if open || has_fields() {
        return false;
    }
    let more = format!("{line} ");
    let tokens = lex_loosely(&more);
    let scope = scope_at_end(&more, &tokens.0, ctx.graph, ctx.catalog);
    let position = position(&more, &tokens.0, tokens.1.as_ref().map(|e| e.grade), &scope);
    // All words behind `expect` are one thing: whether it is whole, its own reader knows.
    let expects = |wanted: &Wanted| wanted.slot == Goal::Slot(Slot::Expect);
    let wanted = position.map_or(Vec::new(), |position| position.wanted);
    match wanted.iter().all(expects) {
        true => !wanted.is_empty() && parse(line, ctx.graph, ctx.catalog).is_err(),
        false => true,
    }
}

/// Where the end of `typed` is; none if nothing can be said there (a wrong word, a quote that is open).
pub(super) fn position<'a>(
    typed: &'a str,
    tokens: &'a [Token],
    error: Option<Grade>,
    scope: &Scope,
) -> Option<Position<'a>> {
    if error == Some(Grade::Wrong) || !goes_on(typed, tokens) {
        return None;
    }
    let begin = tokens
        .iter()
        .rposition(|token| token.what == What::End)
        .map_or(0, |at| at + 1);
    let statement = tokens.get(begin..)?;
    let (before, last) = match statement.split_last() {
        Some((last, before)) if last.span.end == typed.len() => (before, Some(last)),
        _ => (statement, None),
    };
    let (word, start) = match last {
        Some(Token {
            what: What::Word(parts),
            span,
        }) => (Some(parts.as_slice()), span.start),
        Some(_) => return position_after(typed, statement, scope),
        None => (None, typed.len()),
    };
    if before
        .first()
        .is_some_and(|first| typed[first.span.start..].contains("<<"))
    {
        return None;
    }
    Some(Position {
        before,
        word,
        start,
        typed: &typed[start..],
        wanted: wanted(typed, before, scope),
    })
}

/// Right behind an arrow a new word begins.
fn position_after<'a>(
    typed: &'a str,
    statement: &'a [Token],
    scope: &Scope,
) -> Option<Position<'a>> {
    Some(Position {
        before: statement,
        word: None,
        start: typed.len(),
        typed: "",
        wanted: wanted(typed, statement, scope),
    })
}

/// Whether a word can be typed at the end: not in a comment, behind a backslash, nor behind the last line of a heredoc.
fn goes_on(typed: &str, tokens: &[Token]) -> bool {
    let Some(last) = tokens.last() else {
        return !typed.contains('#') && !typed.ends_with('\\');
    };
    let rest = typed.get(last.span.end..).unwrap_or_default();
    let closed = last.what != What::End || !rest.is_empty() || typed.ends_with([';', '\n']);
    closed && !rest.contains('#') && !rest.ends_with('\\')
}

fn wanted(line: &str, before: &[Token], scope: &Scope) -> Vec<Wanted> {
    let arrow_second = matches!(
        before.get(1),
        Some(Token {
            what: What::Arrow(_),
            ..
        })
    );
    let goal = |slot: Goal, shows: &str| Wanted {
        slot,
        owner: None,
        shows: shows.to_owned(),
    };
    let Some(first) = before.first() else {
        return vec![goal(Goal::Statement, "")];
    };
    match bare(first).and_then(registry::find) {
        Some(command) if !arrow_second => args(line, command.args, &before[1..], scope),
        _ => chain(line, before, scope),
    }
}

/// In a chain: an arrow after a reference, a reference after an arrow. Nothing where it begins with none.
fn chain(line: &str, tokens: &[Token], scope: &Scope) -> Vec<Wanted> {
    let first = tokens.first().and_then(parts);
    let found = first.map(|parts| resolve(line, scope, parts, Wants::Before));
    let bound = match found {
        Some(Ok(found)) => found.path.is_some(),
        Some(Err(_)) => return Vec::new(),
        None => false,
    };
    let after_arrow = matches!(
        tokens.last(),
        Some(Token {
            what: What::Arrow(_),
            ..
        })
    );
    let (slot, shows) = match (after_arrow, bound) {
        (true, true) => (Goal::Receiver, "REF.PARAM"),
        (true, false) => (Goal::Target, "REF"),
        (false, true) => (Goal::Arrow, "-> REF.PARAM"),
        (false, false) => (Goal::Arrow, "-> REF"),
    };
    vec![Wanted {
        slot,
        owner: None,
        shows: shows.to_owned(),
    }]
}

/// Which arguments can come after these words: the next one, and those behind it as long as it may be left out.
fn args(line: &str, args: &[Arg], mut words: &[Token], scope: &Scope) -> Vec<Wanted> {
    let mut owner = None;
    let mut found = Vec::new();
    for (at, arg) in args.iter().enumerate() {
        let rest: Vec<String> = args[at..].iter().map(Arg::to_string).collect();
        let wanted = |slot: Goal, owner: &Option<Key>| Wanted {
            slot,
            owner: owner.clone(),
            shows: rest.join(" "),
        };
        let goes_on = matches!(
            arg.slot,
            Slot::Refs | Slot::Names | Slot::Settings | Slot::Command | Slot::Expect
        );
        let Some((first, more)) = words.split_first().filter(|_| !goes_on) else {
            found.push(wanted(Goal::Slot(arg.slot), &owner));
            match arg.optional && words.is_empty() {
                true => continue,
                false => break,
            }
        };
        match arg.slot {
            Slot::Chain | Slot::Binding => return chain(line, words, scope),
            Slot::Sim => {
                let sim = bare(first).and_then(registry::find_sim);
                return sim.map_or_else(Vec::new, |sim| self::args(line, sim.args, more, scope));
            }
            Slot::Word(these) if !bare(first).is_some_and(|word| these.contains(&word)) => continue,
            Slot::NewRef => match (parts(first).and_then(new_key), more) {
                (Some(key), _) => {
                    owner = Some(key);
                    words = more;
                }
                (None, []) => {
                    owner = bare(first).map(|kind| Key::new(kind, ""));
                    let mut name = wanted(Goal::NewName, &owner);
                    name.shows = name.shows.replacen("KIND ", "", 1);
                    return vec![name];
                }
                (None, [_, more @ ..]) => {
                    owner = bare(first).map(|kind| Key::new(kind, ""));
                    words = more;
                }
            },
            Slot::Ref => {
                let key =
                    parts(first).and_then(|parts| resolve(line, scope, parts, Wants::Vertex).ok());
                owner = key.map(|found| found.key);
                words = more;
            }
            _ => words = more,
        }
    }
    found
}

fn parts(token: &Token) -> Option<&[Part]> {
    match &token.what {
        What::Word(parts) => Some(parts),
        _ => None,
    }
}

/// Where the value of an assignment begins, if the word is one.
pub(super) fn value_start(word: &[Part]) -> Option<usize> {
    word.iter()
        .find(|part| part.what == Piece::Equals)
        .map(|part| part.span.end)
}
