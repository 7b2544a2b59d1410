//! A catalog of one kind, for the engine's own tests.

use crate::graph::{Catalog, FieldPath, Key, Params};
use crate::value::{Field, Hears, Schema, Sent, Type};

/// One kind, which sends what it likes and hears.
pub(super) struct Small;

static SCHEMA: Schema = Schema {
    kind: "it",
    about: "Something.",
    fields: &[Field::new("A field.").named("value", Type::Any, false)],
    sends: &[Sent::new("value", Type::Any, "A value.")],
    hears: Hears::Refresh("hears"),
};

impl Catalog for Small {
    fn schema(&self, _: &str) -> Option<&'static Schema> {
        Some(&SCHEMA)
    }
    fn kinds(&self) -> Vec<&'static str> {
        vec!["it"]
    }
    fn validate(&self, _: &Key, _: &Params, _: &[FieldPath]) -> Result<(), String> {
        Ok(())
    }
    fn owns(&self, _: &Key, _: &Params) -> Vec<String> {
        Vec::new()
    }
}
