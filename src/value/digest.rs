//! Hashes: of params, to tell whether something that was kept was made by just these, and of bytes as text.

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

/// The SHA-256 of some bytes in 64 hexadecimal digits, small ones as `sha256sum` has them.
pub fn sha256_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hash = Sha256::digest(bytes);
    let mut text = String::with_capacity(2 * hash.len());
    for nibble in hash.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from(DIGITS[usize::from(nibble)]));
    }
    text
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

    /// As RFC 6234 has them.
    #[test]
    fn a_hash_is_written_as_everywhere() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), abc);
        assert!(sha256_hex(b"").starts_with("e3b0c442"));
    }

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
