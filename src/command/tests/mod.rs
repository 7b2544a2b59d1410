//! Tests of the language against a small catalog.

mod properties;
mod shown;
mod tables;

use super::*;
use crate::graph::{Catalog, FieldPath, Graph, Key, Params};
use crate::value::{Field, Hears, Schema, Sent, Type};

const fn field(name: &'static str, ty: Type) -> Field {
    Field::new("Some param.").named(name, ty, false)
}

static SCHEMAS: &[Schema] = &[
    Schema {
        kind: "exec",
        about: "Runs a command.",
        fields: &[
            field("cmd", Type::Str),
            field("args", Type::List(&Type::Str)),
            field("env", Type::Map(&Type::Str)).secret(),
            field("timeout", Type::Span),
        ],
        sends: &[Sent::new("output", Type::Str, "What it wrote.").kept()],
        hears: Hears::Refresh("runs again"),
    },
    Schema {
        kind: "file",
        about: "A file with its content.",
        fields: &[
            field("path", Type::Path).identity(),
            field("state", Type::OneOf(&["exists", "absent"])).default("exists"),
            field("content", Type::Bytes).secret(),
            field("mode", Type::Mode),
            field("recurse", Type::Bool).default("false"),
        ],
        sends: &[
            Sent::new("content", Type::Bytes, "What is in it."),
            Sent::new("path", Type::Path, "Where."),
        ],
        hears: Hears::Nothing,
    },
    Schema {
        kind: "noop",
        about: "Does nothing.",
        fields: &[],
        sends: &[],
        hears: Hears::Refresh("says so"),
    },
    Schema {
        kind: "password",
        about: "A kept random secret.",
        fields: &[
            field("length", Type::Int).default("16"),
            field("alphabet", Type::Str),
        ],
        sends: &[Sent::new("password", Type::Str, "The secret.")],
        hears: Hears::Refresh("generates anew"),
    },
    Schema {
        kind: "value",
        about: "Any value.",
        fields: &[
            field("value", Type::Any).secret(),
            field("format", Type::Str),
        ],
        sends: &[Sent::new("value", Type::Any, "It.")],
        hears: Hears::Nothing,
    },
];

pub(super) struct Small;

impl Catalog for Small {
    fn schema(&self, kind: &str) -> Option<&'static Schema> {
        SCHEMAS.iter().find(|schema| schema.kind == kind)
    }

    fn kinds(&self) -> Vec<&'static str> {
        SCHEMAS.iter().map(|schema| schema.kind).collect()
    }

    fn validate(&self, key: &Key, params: &Params, _: &[FieldPath]) -> Result<(), String> {
        match params.get("length") {
            Some(crate::value::Value::Int(n)) if *n < 1 => Err(format!("{n} is no length")),
            _ if key.name() == "refused" => Err("refused".to_owned()),
            _ => Ok(()),
        }
    }

    fn owns(&self, key: &Key, _: &Params) -> Vec<String> {
        match key.kind() {
            "file" => vec![format!("path:{}", key.name())],
            _ => Vec::new(),
        }
    }
}

/// Runs the edits of some lines, without answers.
pub(super) fn build(lines: &[&str]) -> Graph {
    lines
        .iter()
        .fold(Graph::default(), |graph, line| run(&graph, line).0)
}

/// Runs the edits of one line; what was said.
pub(super) fn run(graph: &Graph, line: &str) -> (Graph, Vec<String>) {
    let mut graph = graph.clone();
    let mut said = Vec::new();
    let orders = parse(line, &graph, &Small).unwrap_or_else(|error| panic!("{error}"));
    for order in orders {
        let edited = edit(&graph, &Small, &order, &mut |_, _| {
            Some("hunter22".to_owned())
        });
        let edited = edited.unwrap_or_else(|refusals| panic!("{line}: {refusals:?}"));
        said.extend(edited.lines);
        said.extend(
            edited
                .warnings
                .into_iter()
                .map(|line| format!("warning: {line}")),
        );
        graph = edited.graph;
    }
    (graph, said)
}

/// The password graph, and names that are hard to refer to.
pub(super) fn graph() -> Graph {
    build(&[
        "add password pw length=16",
        "add file /tmp/secret mode=0600",
        "add noop bystander",
        "password[pw].password -> file[/tmp/secret].content",
        "file[/tmp/secret] ~> noop[bystander]",
        "add exec db env.TOKEN=x",
        "add value a; add value a.value; add noop \"two words\"; add noop \"odd]\"",
        "add file /etc/nginx/nginx.conf; add file /srv/nginx.conf; add value a-b",
    ])
}
