//! References as people write them, in files and at the prompt alike: what a name means, and how a vertex or a field is written
//! so that it reads back as itself. How words are told apart is the affair of whoever reads them.

use super::{FieldPath, Key};
use crate::value::quote_always;

/// Whether a name means this vertex: it is the vertex's own, its last path part, or `kind:name`.
pub fn means(name: &str, key: &Key) -> bool {
    let own = key.name();
    let keyed = || {
        let rest = name.strip_prefix(key.kind());
        rest.and_then(|rest| rest.strip_prefix(':')) == Some(own)
    };
    own == name || last_part(own) == Some(name) || keyed()
}

/// The last part of a path, if the name is one.
pub fn last_part(name: &str) -> Option<&str> {
    let trimmed = name.trim_end_matches('/');
    trimmed.rsplit_once('/').map(|(_, last)| last)
}

/// A vertex as it is printed and read back: `kind[name]`, the name in quotes where it must be.
pub fn ref_text(key: &Key) -> String {
    let name = key.name();
    match name_stands_bare(name) {
        true => format!("{}[{name}]", key.kind()),
        false => format!("{}[{}]", key.kind(), quote_always(name)),
    }
}

/// A field of a vertex, the same way.
pub fn field_text(key: &Key, path: &FieldPath) -> String {
    format!("{}.{path}", ref_text(key))
}

/// Whether the brackets around a name end where they should, and nothing of it is lost to the eye.
fn name_stands_bare(name: &str) -> bool {
    let mut depth = 0i32;
    let balanced = name.chars().all(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        depth >= 0
    });
    let visible = quote_always(name).len() == name.len() + 2 && name.trim() == name;
    balanced && depth == 0 && visible && !name.is_empty() && !name.starts_with(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertex_goes_by_its_name_and_by_its_last_part() {
        let key = Key::new("file", "/etc/nginx/conf.d/");
        for name in ["/etc/nginx/conf.d/", "conf.d", "file:/etc/nginx/conf.d/"] {
            assert!(means(name, &key), "{name}");
        }
        for name in [
            "",
            "nginx",
            "etc/nginx/conf.d",
            "file:conf.d",
            "noop:conf.d",
        ] {
            assert!(!means(name, &key), "{name}");
        }
    }

    #[test]
    fn names_are_quoted_only_where_they_must_be() {
        let rows = [
            ("/x", "noop[/x]"),
            ("a b", "noop[a b]"),
            ("a[1]", "noop[a[1]]"),
            ("a]b", "noop[\"a]b\"]"),
            (" a", "noop[\" a\"]"),
            ("a\nb", "noop[\"a\\nb\"]"),
            ("\"a", "noop[\"\\\"a\"]"),
            ("", "noop[\"\"]"),
        ];
        for (name, text) in rows {
            assert_eq!(ref_text(&Key::new("noop", name)), text);
        }
    }
}
