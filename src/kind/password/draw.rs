//! What a password is made of, and how one is drawn.

use crate::world::{Fault, World};
use std::collections::BTreeSet;

/// So many characters, each drawn evenly: bytes beyond the last whole multiple of the alphabet are drawn again.
pub(super) fn draw(length: u64, alphabet: &[char], world: &dyn World) -> Result<String, Fault> {
    let even = 256 - 256 % alphabet.len().max(1);
    let mut drawn = String::new();
    let mut left = usize::try_from(length).unwrap_or(usize::MAX);
    while left > 0 {
        // Some more than needed, since some are drawn again.
        for byte in world.random(left.max(32))? {
            let byte = usize::from(byte);
            if left > 0 && byte < even {
                drawn.push(alphabet[byte % alphabet.len()]);
                left -= 1;
            }
        }
    }
    Ok(drawn)
}

/// The characters of an alphabet as it is written; at least two, none twice, none that a terminal would act on.
pub(super) fn alphabet(text: &str) -> Result<Vec<char>, String> {
    let alnum = || ('0'..='9').chain('A'..='Z').chain('a'..='z');
    let chars: Vec<char> = match text {
        "alnum" => alnum().collect(),
        "hex" => ('0'..='9').chain('a'..='f').collect(),
        "ascii" => ('!'..='~').filter(|c| !"\"'`".contains(*c)).collect(),
        _ => match text.strip_prefix("chars:") {
            Some(chars) => chars.chars().collect(),
            None => {
                let found = crate::value::quote(text);
                return Err(format!(
                    "alphabet: expected alnum, hex, ascii, or chars: and the characters, found {found}"
                ));
            }
        },
    };
    let distinct: BTreeSet<&char> = chars.iter().collect();
    match () {
        _ if chars.len() < 2 => Err("alphabet: needs at least two characters".to_owned()),
        _ if chars.len() > 256 => Err("alphabet: holds more than 256 characters".to_owned()),
        _ if distinct.len() < chars.len() => {
            Err("alphabet: a character stands in it twice, which would make it likelier".to_owned())
        }
        _ if chars.iter().any(|c| c.is_control()) => {
            Err("alphabet: holds a control character".to_owned())
        }
        _ => Ok(chars),
    }
}
