//! The format as JSON Schema (draft 2020-12), for editors. Made from the kinds' own schemas and from the tables that
//! the reader itself goes by.

use super::{KEYS, VERSION, lesson, world, world_svc};
use crate::graph::Catalog;
use crate::graph::meta::META;
use crate::value::{Field, Receives, Schema, Type};
use serde_json::{Map, Value as Json, json};

/// The schema of a file, with every kind of the catalog.
pub fn schema_json(catalog: &dyn Catalog) -> Json {
    let schemas = catalog
        .kinds()
        .into_iter()
        .filter_map(|kind| catalog.schema(kind));
    let kinds: Map<String, Json> = schemas
        .map(|schema| (schema.kind.to_owned(), kind(schema)))
        .collect();
    let properties: Map<String, Json> = KEYS
        .iter()
        .map(|(key, doc)| ((*key).to_owned(), described(top(key, &kinds), doc)))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A weft graph or story",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": {
            "meta": meta_schema(),
            "edge": edge(),
            "binding": either(json!({"type": "string"}), object([("from", text()), ("to", text())], &["from", "to"])),
        },
    })
}

/// The schema of one key at the top.
fn top(key: &str, kinds: &Map<String, Json>) -> Json {
    let texts = || json!({"type": ["array", "null"], "items": {"type": "string"}});
    match key {
        "weft" => json!({"type": "integer", "minimum": 1, "maximum": VERSION}),
        "trace" => json!({"enum": ["story", "full"]}),
        "seed" => json!({"type": "integer", "minimum": 0}),
        "resources" => {
            json!({"type": ["object", "null"], "properties": kinds, "additionalProperties": false})
        }
        "edges" => json!({"type": ["array", "null"], "items": {"$ref": "#/$defs/edge"}}),
        "bindings" => json!({"type": ["array", "null"], "items": {"$ref": "#/$defs/binding"}}),
        "steps" => either(json!({"type": "string"}), texts()),
        "expect" | "drop" => texts(),
        "world" => world_schema(),
        "lesson" => lesson_schema(),
        _ => text(),
    }
}

/// The list of resources of one kind.
fn kind(schema: &Schema) -> Json {
    let mut properties = Map::new();
    properties.insert("name".into(), described(text(), "What it is called."));
    for field in schema.fields {
        properties.insert(field.name.into(), self::field(field));
    }
    properties.insert("meta".into(), json!({"$ref": "#/$defs/meta"}));
    json!({
        "description": schema.about,
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "properties": properties,
            "required": ["name"],
            "additionalProperties": false,
        },
    })
}

/// One param. A required one may be received instead, so that none but the name is required here.
fn field(field: &Field) -> Json {
    let mut doc = field.doc.trim().to_owned();
    if field.required && field.receives == Receives::Yes {
        doc.push_str(" Needed, unless it is received.");
    } else if field.required {
        doc.push_str(" Needed.");
    }
    if let Receives::No(why) = field.receives {
        doc.push_str(&format!(" Cannot receive: {why}."));
    }
    let mut json = described(of_type(&field.ty), &doc);
    if let (Some(text), Json::Object(map)) = (field.default, &mut json) {
        map.insert("default".into(), default(&field.ty, text));
    }
    json
}

/// A default, as an editor would insert it.
fn default(ty: &Type, text: &str) -> Json {
    match ty {
        Type::Bool | Type::Int | Type::Float => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        _ => json!(text),
    }
}

/// The schema of a type. A text is any scalar: it is read from its source text, whatever YAML makes of it.
fn of_type(ty: &Type) -> Json {
    match ty {
        Type::Bool => json!({"enum": [true, false, "yes", "no", "on", "off"]}),
        Type::Int => json!({"type": "integer"}),
        Type::Float => json!({"type": "number"}),
        Type::Str | Type::Bytes | Type::Path => text(),
        Type::Mode => either(
            json!({"type": "integer"}),
            json!({"type": "string", "pattern": "^([0-7]{3,4}|[ugoa]*[=+-].*)$"}),
        ),
        Type::Span => json!({"type": "string", "pattern": "^([0-9.]+(d|h|m|s|ms|us))+$"}),
        Type::OneOf(words) => json!({"enum": words}),
        Type::List(of) => json!({"type": "array", "items": of_type(of)}),
        Type::Map(of) => json!({"type": "object", "additionalProperties": of_type(of)}),
        Type::Any => json!({}),
    }
}

fn meta_schema() -> Json {
    let property = |field: &Field| {
        (
            field.name.to_owned(),
            described(of_type(&field.ty), field.doc),
        )
    };
    let properties: Map<String, Json> = META.iter().map(property).collect();
    let doc = "How it is run, whatever its kind.";
    json!({"description": doc, "type": "object", "properties": properties, "additionalProperties": false})
}

fn edge() -> Json {
    let end = either(
        text(),
        object([("kind", text()), ("name", text())], &["kind", "name"]),
    );
    let long = object(
        [
            ("name", text()),
            ("from", end.clone()),
            ("to", end),
            ("notify", of_type(&Type::Bool)),
        ],
        &["from", "to"],
    );
    either(json!({"type": "string"}), long)
}

fn world_schema() -> Json {
    let key = |(key, doc): &(&str, &str)| {
        let json = match *key {
            "hostname" | "user" => text(),
            "free" => json!({"type": "integer", "minimum": 0}),
            "read_only" | "mounts" | "immutable" => {
                json!({"type": "array", "items": {"type": "string"}})
            }
            "faults" => json!({"type": "array", "items": {"type": "object"}}),
            "dirs" => json!({"type": ["array", "object"]}),
            "services" => service(),
            _ => json!({"type": "object"}),
        };
        ((*key).to_owned(), described(json, doc))
    };
    let properties: Map<String, Json> = world::KEYS.iter().map(key).collect();
    json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false})
}

fn lesson_schema() -> Json {
    let texts = || json!({"type": "array", "items": {"type": "string"}});
    let check = either(
        text(),
        object([("expect", text()), ("hint", text())], &["expect"]),
    );
    let key = |(key, doc): &(&str, &str)| {
        let json = match *key {
            "check" => json!({"type": "array", "items": check}),
            "hints" => texts(),
            "par" | "wrong" | "other" => either(json!({"type": "string"}), texts()),
            _ => text(),
        };
        ((*key).to_owned(), described(json, doc))
    };
    let properties: Map<String, Json> = lesson::KEYS.iter().map(key).collect();
    json!({"type": "object", "properties": properties, "required": lesson::NEEDED, "additionalProperties": false})
}

/// Units: a state alone, or an object of the keys that the reader knows.
fn service() -> Json {
    let keys = world_svc::KEYS.iter();
    let properties: Map<String, Json> = keys.map(|key| ((*key).to_owned(), json!({}))).collect();
    let long = json!({"type": "object", "properties": properties, "additionalProperties": false});
    json!({"type": "object", "additionalProperties": either(text(), long)})
}

/// Any scalar.
fn text() -> Json {
    json!({"type": ["string", "number", "boolean"]})
}

fn either(a: Json, b: Json) -> Json {
    json!({"anyOf": [a, b]})
}

fn object<const N: usize>(properties: [(&str, Json); N], required: &[&str]) -> Json {
    let properties: Map<String, Json> = properties
        .into_iter()
        .map(|(key, json)| (key.to_owned(), json))
        .collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn described(mut json: Json, doc: &str) -> Json {
    if let Json::Object(map) = &mut json {
        map.insert("description".into(), json!(doc.trim()));
    }
    json
}
