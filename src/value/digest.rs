//! A hash of params, to tell whether something that was kept was made by just these.

use super::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SHA-256 over named values, secrets with their content. Every part carries its kind and length, so that no two different
/// maps give the same bytes.
pub fn digest(values: &BTreeMap<String, Value>) -> [u8; 32] {
    let mut hash = Sha256::new();
    map(values, &mut hash);
    hash.finalize().into()
}

/// The first bytes of a hash, as a number: enough to tell a few things apart.
pub fn short(hash: Sha256) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    u64::from_le_bytes(first)
}

fn map(values: &BTreeMap<String, Value>, hash: &mut Sha256) {
    part(b'm', &(values.len() as u64).to_le_bytes(), hash);
    for (name, item) in values {
        part(b'k', name.as_bytes(), hash);
        value(item, hash);
    }
}

fn value(item: &Value, hash: &mut Sha256) {
    match item {
        Value::Bool(yes) => part(b'b', &[u8::from(*yes)], hash),
        Value::Int(n) => part(b'i', &n.to_le_bytes(), hash),
        Value::Float(x) => part(b'f', &x.to_bits().to_le_bytes(), hash),
        Value::Str(text) => part(b's', text.as_bytes(), hash),
        Value::Bytes(bytes) => part(b'y', bytes, hash),
        Value::List(items) => {
            part(b'l', &(items.len() as u64).to_le_bytes(), hash);
            items.iter().for_each(|item| value(item, hash));
        }
        Value::Map(values) => map(values, hash),
        Value::Secret(secret) => value(secret.expose(), hash),
        Value::Unknown(unknown) => part(b'u', unknown.who.as_bytes(), hash),
    }
}

fn part(kind: u8, bytes: &[u8], hash: &mut Sha256) {
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_params_apart_and_sees_through_secrets() {
        let of = |items: &[(&str, Value)]| {
            digest(
                &items
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect(),
            )
        };
        assert_eq!(
            of(&[("a", Value::str("x"))]),
            of(&[("a", Value::str("x").into_secret())])
        );
        assert_ne!(of(&[("a", Value::str("1"))]), of(&[("a", Value::Int(1))]));
        assert_ne!(
            of(&[("a", Value::str("bc"))]),
            of(&[("ab", Value::str("c"))])
        );
    }
}
