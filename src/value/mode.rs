//! A file's mode as it is written: octal of three or four digits, or symbolic clauses as chmod(1) takes them.

/// What a symbolic clause may set, besides a copy of what a class has.
const BITS: &str = "rwxXst";
/// The classes.
const CLASSES: &str = "ugo";

/// What is wrong with a mode; nothing if it is one.
pub(super) fn trouble(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty".to_owned());
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let octal = text.bytes().all(|b| b < b'8');
        let wrong = !octal || !(3..=4).contains(&text.len());
        return wrong.then(|| "octal has three or four digits from 0 to 7".to_owned());
    }
    text.split(',').find_map(clause)
}

fn clause(text: &str) -> Option<String> {
    let shown = super::sanitise(text);
    let Some(at) = text.find(['=', '+', '-']) else {
        return Some(format!("`{shown}` has none of `=`, `+` and `-`"));
    };
    let (who, bits) = (&text[..at], &text[at + 1..]);
    if let Some(odd) = who.chars().find(|c| !CLASSES.contains(*c) && *c != 'a') {
        let odd = super::sanitise(&odd.to_string());
        return Some(format!(
            "`{odd}` in `{shown}` stands for nobody: it is u, g, o or a"
        ));
    }
    if bits.len() == 1 && CLASSES.contains(bits) {
        return None;
    }
    let odd = bits.chars().find(|c| !BITS.contains(*c))?;
    if CLASSES.contains(odd) {
        return Some(format!(
            "`{odd}` in `{shown}` copies what a class may do, and stands alone after its sign"
        ));
    }
    let odd = super::sanitise(&odd.to_string());
    Some(format!(
        "`{odd}` in `{shown}` is none of r, w, x, X, s and t, nor u, g or o for a copy"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_octal_or_clauses() {
        for good in [
            "644",
            "0644",
            "4755",
            "u=rw,go=r",
            "a+X",
            "+x",
            "g=u",
            "u=rw,g=u,o=",
            "o-rwx",
            "ug+s,+t",
        ] {
            assert_eq!(trouble(good), None, "{good}");
        }
        for (bad, why) in [
            ("", "is empty"),
            ("64", "three or four digits"),
            ("0888", "from 0 to 7"),
            ("rw", "`rw` has none of"),
            ("u=rw,", "`` has none of"),
            ("q=rw", "`q` in `q=rw` stands for nobody"),
            ("u=rw,g=q", "`q` in `g=q` is none of"),
            ("g=ur", "`u` in `g=ur` copies"),
            ("u=r+w", "`+` in `u=r+w` is none of"),
            ("u=\u{1b}", "in `u=\\u{1b}`"),
        ] {
            let found = trouble(bad).unwrap_or_default();
            assert!(found.contains(why), "{bad}: {found}");
        }
    }
}
