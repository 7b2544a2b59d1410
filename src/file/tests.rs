//! A small table of kinds, and what all of the format's tests share.

mod bad;
mod drawn;
mod good;
mod saving;
mod wild;
mod writing;

use super::*;
use crate::graph::{FieldPath, Key, Params};
use crate::value::{Field, Hears, Schema, Sent, Type};

/// Kinds for tests: as the real ones look, without what they do.
pub(super) struct TestKinds;

const fn field(name: &'static str, ty: Type) -> Field {
    Field::new("A field.").named(name, ty, false)
}

static SCHEMAS: &[Schema] = &[
    Schema {
        kind: "exec",
        about: "Runs a command.",
        fields: &[
            Field::new("The command.").named("cmd", Type::Str, true),
            field("onlyif", Type::Str).fixed("it guards the command"),
            field("timeout", Type::Span),
            field("env", Type::Map(&Type::Str)).secret(),
            field("args", Type::List(&Type::Str)),
        ],
        sends: &[Sent::new("stdout", Type::Bytes, "Its output.").kept()],
        hears: Hears::Refresh("runs again"),
    },
    Schema {
        kind: "file",
        about: "A file.",
        fields: &[
            Field::new("Where.")
                .identity()
                .named("path", Type::Path, true),
            field("state", Type::OneOf(&["exists", "absent"])).default("exists"),
            field("content", Type::Bytes).secret(),
            field("mode", Type::Mode),
            field("source", Type::Path),
            field("recurse", Type::Bool),
            field("force", Type::Bool),
        ],
        sends: &[Sent::new("content", Type::Bytes, "Its content.")],
        hears: Hears::Nothing,
    },
    Schema {
        kind: "noop",
        about: "Nothing.",
        fields: &[],
        sends: &[],
        hears: Hears::Refresh("says so"),
    },
    Schema {
        kind: "password",
        about: "A password.",
        fields: &[field("length", Type::Int).default("16")],
        sends: &[Sent::new("password", Type::Str, "The password.")],
        hears: Hears::Refresh("generates anew"),
    },
    Schema {
        kind: "svc",
        about: "A service.",
        fields: &[
            field("state", Type::OneOf(&["running", "stopped"])),
            field("startup", Type::OneOf(&["enabled", "disabled"])),
        ],
        sends: &[],
        hears: Hears::Refresh("restarts"),
    },
    Schema {
        kind: "timer",
        about: "Ticks.",
        fields: &[Field::new("How often.").named("interval", Type::Span, true)],
        sends: &[],
        hears: Hears::Refresh("restarts"),
    },
    Schema {
        kind: "value",
        about: "A value.",
        fields: &[
            field("value", Type::Any).secret(),
            field("format", Type::Str),
        ],
        sends: &[Sent::new("value", Type::Any, "It.")],
        hears: Hears::Nothing,
    },
];

impl Catalog for TestKinds {
    fn schema(&self, kind: &str) -> Option<&'static Schema> {
        SCHEMAS.iter().find(|schema| schema.kind == kind)
    }

    fn kinds(&self) -> Vec<&'static str> {
        SCHEMAS.iter().map(|schema| schema.kind).collect()
    }

    fn validate(&self, _: &Key, _: &Params, _: &[FieldPath]) -> Result<(), String> {
        Ok(())
    }

    fn owns(&self, key: &Key, params: &Params) -> Vec<String> {
        let path = params.get("path").and_then(|path| path.expose_str());
        match key.kind() {
            "file" => vec![format!("path:{}", path.unwrap_or(key.name()))],
            _ => Vec::new(),
        }
    }
}

/// Reads a text named `x.yaml`, beside which `graphs/base.yaml` may stand.
pub(super) fn read_beside(text: &str, base: Option<&str>) -> Result<Document, FileError> {
    parse(
        Path::new("x.yaml"),
        text,
        &TestKinds,
        &mut |path| match base {
            Some(base) if path == Path::new("graphs/base.yaml") => Ok(base.as_bytes().to_vec()),
            _ => Err("no such file or directory".into()),
        },
    )
}

/// Reads a text named `x.yaml`.
pub(super) fn read(text: &str) -> Result<Document, FileError> {
    read_beside(text, None)
}

/// The document of a text that must be read.
pub(super) fn good(text: &str) -> Document {
    read(text).unwrap_or_else(|why| panic!("{why}\n---\n{text}"))
}

/// The graph as lines, for comparing and showing.
pub(super) fn lines(graph: &Graph) -> String {
    let mut out = String::new();
    for (key, vertex) in graph.vertices() {
        out.push_str(&format!("{key}"));
        for (name, value) in vertex.params.iter() {
            out.push_str(&format!(" {name}={value}"));
        }
        out.push('\n');
    }
    for ((from, to), edge) in graph.edges() {
        out.push_str(&format!(
            "{from} {to} order={:?} notify={:?}\n",
            edge.order, edge.notify
        ));
    }
    for ((to, field), binding) in graph.bindings() {
        out.push_str(&format!(
            "{}.{} -> {to}.{field}\n",
            binding.from, binding.sent
        ));
    }
    out
}
