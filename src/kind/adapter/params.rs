//! Params as they come from outside: received ones validated, unknown ones set apart.

use crate::graph::{FieldPath, Params};
use crate::kind::{Failure, Job};
use crate::value::{Field, Receives, Unknown, Value};

/// Validates received params again (rule V4).
pub fn accept(fields: &[Field], job: &Job) -> Result<(), Failure> {
    if job.at.received.is_empty() {
        return Ok(());
    }
    for field in fields {
        let Some(value) = job.params.get(field.name) else {
            continue;
        };
        let refuse = |why: String| Err(Failure::new(why).not_begun().about(field.name));
        if !field.ty.accepts(value) {
            return refuse(format!(
                "{}: expected {}, received {}",
                field.name,
                field.ty,
                shown(value)
            ));
        }
        let received = |path: &FieldPath| *path.field == *field.name;
        let received = job.at.received.iter().any(received);
        if received && value.is_secret() && !field.takes_secret {
            return refuse(format!("{} takes no secret, and received one", field.name));
        }
        if let Receives::No(why) = field.receives
            && received
        {
            return refuse(format!("{} cannot receive: {why}", field.name));
        }
    }
    Ok(())
}

/// Whether this is given, and something in it is not known yet.
pub fn is_unknown(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.unknown_in().is_some())
}

fn shown(value: &Value) -> String {
    if value.is_secret() {
        format!("a secret {}", value.type_name())
    } else {
        value.to_string()
    }
}

/// The params without those that hold something unknown, and the first unknown.
pub fn unknown_params(params: &Params) -> (Params, Option<Unknown>) {
    let Some(unknown) = params.values().find_map(Value::unknown_in) else {
        return (Params::new(), None);
    };
    let known = params
        .iter()
        .filter(|(_, value)| value.unknown_in().is_none());
    (
        known
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        Some(unknown.clone()),
    )
}
