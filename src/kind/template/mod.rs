//! `template`: a text with values put into it, sent on. So a password gets into the middle of a config.
//!
//! ```text
//! add template conf text="password={{ pw }}\n"
//! password[pw].password -> template[conf].vars.pw
//! template[conf].text -> file[/etc/app.conf].content
//! ```
//!
//! The syntax is minijinja's (Jinja2): `{{ name }}`, `{% for … %}`, `{% if … %}`, filters. A variable that is neither given
//! nor bound is an error when the graph is loaded. What is sent is secret as soon as one variable is (rule V8).
//!
//! A template may come from anywhere, so what it can do is bounded: its steps, its text, and how deep it nests (`bounds`). There is
//! no `namespace`: with it a value could hold itself.

mod apart;
mod bounds;
#[cfg(test)]
mod tests;

use super::{At, Check, Done, Failure, Given, Kind, Never, Sends, want};
use crate::value::{Sent, Type, Value};
use crate::world::{Fault, Look, Node, READ_LIMIT, Watch, World};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many characters of an expression an error shows.
const WIDTH: usize = 60;

want! {
    /// What to render.
    pub struct Want {
        /// The template itself.
        text: Option<Value> => of(Type::Str).secret(),
        /// A file that holds the template; instead of `text`.
        source: Option<PathBuf>,
        /// The variables, by name.
        vars: BTreeMap<String, Value> => secret(),
    }
}

/// The kind.
pub struct Template;

impl Kind for Template {
    type Want = Want;
    type Drift = Never;
    const NAME: &'static str = "template";
    const ABOUT: &'static str = "Renders a text with values put into it, and sends it on.";
    const SENDS: &'static [Sent] = &[Sent::new(
        "text",
        Type::Str,
        "The rendered text; secret as soon as one variable is.",
    )];

    fn validate(&self, want: &Want, given: &Given) -> Result<(), String> {
        match (given.has("text"), given.has("source")) {
            (true, true) => return Err("text, source: only one of them can be given".to_owned()),
            (false, false) => return Err("text: is needed, or source (a file)".to_owned()),
            _ => {}
        }
        if let Some(source) = &want.source {
            super::path::well_formed(source).map_err(|why| format!("source: {why}"))?;
        }
        let Some(text) = want.text.as_ref() else {
            return Ok(());
        };
        let whole_map = given
            .bound()
            .iter()
            .any(|path| *path.field == *"vars" && path.keys.is_empty());
        let bound = given
            .bound()
            .iter()
            .filter(|path| *path.field == *"vars")
            .filter_map(|path| path.keys.first().map(String::as_str));
        let known: BTreeSet<&str> = want.vars.keys().map(String::as_str).chain(bound).collect();
        let missing = missing(text, &known).map_err(|failure| format!("text: {}", failure.why))?;
        match missing.is_empty() || whole_map {
            true => Ok(()),
            false => Err(missing_line(&missing)),
        }
    }

    fn check(&self, want: &Want, _: &At, look: &dyn Look) -> Result<Check<Never>, Failure> {
        // What cannot be rendered fails here, where its place in the graph can be told, and not in what it sends.
        render(want, look).map(|_| Check::of(Vec::new()))
    }

    fn apply(&self, _: &Want, _: &[Never], _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done::default())
    }

    fn sends(&self, want: &Want, _: &At, look: &dyn Look) -> Result<Sends, Failure> {
        Ok(Sends::from([("text".to_owned(), render(want, look)?)]))
    }

    fn watches(&self, want: &Want) -> Vec<Watch> {
        want.source.iter().cloned().map(Watch::Path).collect()
    }
}

/// The rendered text, secret where the template or a variable is.
fn render(want: &Want, look: &dyn Look) -> Result<Value, Failure> {
    let text = template(want, look)?;
    apart::apart(|| rendered(want, &text))?
}

fn rendered(want: &Want, text: &Value) -> Result<Value, Failure> {
    let known: BTreeSet<&str> = want.vars.keys().map(String::as_str).collect();
    let bounded = bounded(text)?;
    let missing = unknown(text, &known, &bounded)?;
    if !missing.is_empty() {
        return Err(Failure::new(missing_line(&missing)).about("vars"));
    }
    let secret = text.is_secret() || want.vars.values().any(Value::is_secret);
    let vars = want
        .vars
        .iter()
        .map(|(name, value)| Ok((name.clone(), plain(name, value)?)))
        .collect::<Result<BTreeMap<_, _>, Failure>>()?;
    let environment = environment(bounded.steps);
    let mut page = Page::default();
    environment
        .template_from_named_str("text", bounded.text)
        .and_then(|template| template.render_captured_to(vars, &mut page).map(drop))
        .map_err(|error| match page.full {
            true => Failure::new(format!(
                "the template makes more text than the {} MiB that a file may have",
                READ_LIMIT >> 20
            )),
            false => explain(&error, text, bounded.steps, secret),
        })?;
    // It was written in pieces of text.
    let rendered = String::from_utf8_lossy(&page.text);
    Ok(Value::str(rendered).secret_if(secret))
}

/// What has been rendered so far, which is never more than a file may hold.
#[derive(Default)]
struct Page {
    text: Vec<u8>,
    /// Whether something did not fit.
    full: bool,
}

impl std::io::Write for Page {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.full |= (self.text.len() + piece.len()) as u64 > READ_LIMIT;
        if self.full {
            return Err(std::io::Error::other("too much text"));
        }
        self.text.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The template's own text; of a file that others may not read, as a secret.
fn template(want: &Want, look: &dyn Look) -> Result<Value, Failure> {
    if let Some(text) = &want.text {
        return Ok(text.clone());
    }
    let Some(source) = &want.source else {
        return Err(Failure::new("text: is needed, or source (a file)").about("text"));
    };
    read_source(source, look).map_err(|failure| failure.about("source"))
}

fn read_source(source: &Path, look: &dyn Look) -> Result<Value, Failure> {
    let path = super::path::resolve(look, source, |_, _| {})?;
    let stat = look
        .stat(&path)?
        .ok_or_else(|| Fault::NotFound(path.clone()))?;
    if stat.what != Node::File {
        return Err(Failure::new(format!(
            "{}: is no regular file",
            path.display()
        )));
    }
    let bytes = look.read(&path, READ_LIMIT)?;
    match Value::bytes(&bytes) {
        text @ Value::Str(_) => Ok(text.secret_if(stat.mode & 0o004 == 0)),
        _ => Err(Failure::new(format!(
            "{}: is no UTF-8 text",
            path.display()
        ))),
    }
}

/// Nothing is escaped, since what is rendered is no HTML; a variable that is missing refuses, instead of being empty.
fn environment<'a>(steps: u64) -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax());
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_debug(false);
    environment.set_fuel(Some(steps));
    environment.set_recursion_limit(bounds::RECURSION);
    environment.add_function("namespace", no_namespace);
    environment
}

fn syntax() -> SyntaxConfig {
    // The builder fails only on delimiters that collide; these are the usual ones.
    let built = SyntaxConfig::builder().keep_trailing_newline(true).build();
    built.unwrap_or_default()
}

/// What it makes can be put into itself, and who then shows it never comes to an end of it: no stack is large enough.
fn no_namespace(
    _: Rest<minijinja::Value>,
    _: Kwargs,
) -> Result<minijinja::Value, minijinja::Error> {
    let why = "namespace is not there, since what it makes could hold itself: `loop.index` counts, `selectattr` and the like choose";
    Err(minijinja::Error::new(ErrorKind::InvalidOperation, why))
}

/// The text of a template that is within its bounds.
fn bounded(text: &Value) -> Result<bounds::Bounded<'_>, Failure> {
    let bounded = bounds::bounded(text.expose_str().unwrap_or_default(), syntax());
    bounded.map_err(|why| Failure::new(format!("the template, {why}")).about("text"))
}

/// The variables that a template uses and nobody gives, in order; fails where its syntax is wrong.
fn missing(text: &Value, known: &BTreeSet<&str>) -> Result<Vec<String>, Failure> {
    apart::apart(|| unknown(text, known, &bounded(text)?))?
}

fn unknown(
    text: &Value,
    known: &BTreeSet<&str>,
    bounded: &bounds::Bounded<'_>,
) -> Result<Vec<String>, Failure> {
    let environment = environment(bounded.steps);
    let globals: BTreeSet<&str> = environment.globals().map(|(name, _)| name).collect();
    let template = environment
        .template_from_named_str("text", bounded.text)
        .map_err(|error| explain(&error, text, bounded.steps, text.is_secret()).about("text"))?;
    let used: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
    let unknown =
        |name: &String| !known.contains(name.as_str()) && !globals.contains(name.as_str());
    Ok(used.into_iter().filter(unknown).collect())
}

fn missing_line(missing: &[String]) -> String {
    let first = missing.first().map_or("", String::as_str);
    format!(
        "vars: the template uses {}, which nobody gives: set `vars.{first}`, or bind it",
        missing.join(", ")
    )
}

/// An error of the template in one line, with the expression that it is about. What it says of values stays out where one of them
/// is secret, and the expression where the template itself is.
fn explain(error: &minijinja::Error, text: &Value, steps: u64, secret: bool) -> Failure {
    let line = error
        .line()
        .map_or(String::new(), |line| format!("line {line}: "));
    let detail = error
        .detail()
        .filter(|_| !secret)
        .map_or(String::new(), |detail| {
            format!(": {}", crate::value::sanitise(detail))
        });
    if error.kind() == ErrorKind::OutOfFuel {
        return Failure::new(format!(
            "the template, {line}does too much: it may take {steps} steps, and make a text of {} MiB (is a loop larger than it \
             should be?)",
            READ_LIMIT >> 20
        ));
    }
    let of = expression(error, text).map_or(String::new(), |of| format!(" in `{of}`"));
    Failure::new(format!("the template, {line}{}{of}{detail}", error.kind()))
}

/// The part of the template that an error is about, where that helps: what it says of syntax names its place by itself.
fn expression(error: &minijinja::Error, text: &Value) -> Option<String> {
    if text.is_secret() || error.kind() == ErrorKind::SyntaxError {
        return None;
    }
    let (text, at) = (text.expose_str()?, error.range()?);
    // Of a path such as `a.b.c` it may name only the end.
    let before = text.get(..at.start)?;
    let begun = before.trim_end_matches(|c: char| c.is_alphanumeric() || "_.".contains(c));
    let from = match text.get(at.clone())?.starts_with(['.', '[']) {
        true => begun.len(),
        false => at.start,
    };
    let part = text.get(from..at.end)?.trim();
    let mut shown: String = part.chars().take(WIDTH).collect();
    if shown.len() < part.len() {
        shown.push('…');
    }
    (!part.is_empty()).then(|| crate::value::sanitise(&shown))
}

/// A value as the template language has it.
fn plain(name: &str, value: &Value) -> Result<minijinja::Value, Failure> {
    Ok(match value.expose() {
        Value::Bool(yes) => (*yes).into(),
        Value::Int(n) => (*n).into(),
        Value::Float(x) => (*x).into(),
        Value::Str(text) => text.to_string().into(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => {
                let why = format!("vars.{name}: holds bytes that are no UTF-8 text");
                return Err(Failure::new(why).about("vars"));
            }
        },
        Value::List(items) => items
            .iter()
            .map(|item| plain(name, item))
            .collect::<Result<Vec<_>, _>>()?
            .into(),
        Value::Map(items) => items
            .iter()
            .map(|(key, item)| Ok((key.clone(), plain(name, item)?)))
            .collect::<Result<BTreeMap<_, _>, Failure>>()?
            .into(),
        // The adapter answers for what is unknown, and a secret holds no other.
        Value::Secret(_) | Value::Unknown(_) => minijinja::Value::UNDEFINED,
    })
}
