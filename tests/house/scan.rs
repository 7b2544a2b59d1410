//! Rust's text taken apart far enough for the laws: code, comments and strings apart, functions with their lines, paths
//! that are imported, and what is only compiled for tests.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One file of Rust.
pub struct Source {
    /// Its path from the top of the repository, with `/`.
    pub path: String,
    /// As it stands.
    pub text: String,
    /// The same bytes, with comments and the insides of literals blanked.
    pub code: String,
    /// The insides of its string literals, as they are written.
    pub strings: Vec<Range<usize>>,
    /// Whether all of it is for tests alone.
    pub test_file: bool,
    /// Parts that are for tests alone.
    pub tests: Vec<Range<usize>>,
}

/// Where a path that is written out may begin, for it to be found.
const ROOTS: [&str; 7] = ["std", "crate", "tokio", "rand", "rustix", "super", "weft"];

/// A function with a body.
pub struct Function {
    /// Its name.
    pub name: String,
    /// From its `fn` to its closing brace.
    pub span: Range<usize>,
    /// How many lines that is; those inside of a string are text, and not counted.
    pub lines: usize,
}

/// The top of the repository.
pub fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository whose name ends so, as paths from the top, in order.
pub fn files(below: &str, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![top().join(below)];
    while let Some(dir) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a directory can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if endings
                .iter()
                .any(|end| path.to_string_lossy().ends_with(end))
            {
                found.push(from_top(&path));
            }
        }
    }
    found.sort();
    found
}

fn from_top(path: &Path) -> String {
    let path = path.strip_prefix(top()).expect("below the top");
    path.to_string_lossy().replace('\\', "/")
}

/// The text of a file.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust of the crate, its tests and its benches.
pub fn sources() -> Vec<Source> {
    let paths = ["src", "tests", "benches"].map(|dir| files(dir, &[".rs"]));
    let mut all: Vec<Source> = paths.into_iter().flatten().map(Source::read).collect();
    let marked: BTreeSet<String> = all.iter().flat_map(Source::test_modules).collect();
    for source in &mut all {
        let stem = source.path.trim_end_matches(".rs");
        let within = |marked: &String| stem == marked || stem.starts_with(&format!("{marked}/"));
        source.test_file = !source.path.starts_with("src/") || marked.iter().any(within);
    }
    all
}

impl Source {
    fn read(path: String) -> Source {
        let text = read(&path);
        Source::of(path, text)
    }

    /// A file of this text, as one that breaks a law is planted.
    #[cfg(test)]
    pub fn planted(path: &str, text: &str) -> Vec<Source> {
        let mut source = Source::of(path.to_owned(), text.to_owned());
        source.test_file = !path.starts_with("src/");
        vec![source]
    }

    fn of(path: String, text: String) -> Source {
        let (code, strings) = blank(&text);
        let tests = test_parts(&code);
        Source {
            path,
            text,
            code,
            strings,
            test_file: false,
            tests,
        }
    }

    /// The line of a byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    /// Whether this byte is only compiled for tests.
    pub fn is_test(&self, at: usize) -> bool {
        self.test_file || self.tests.iter().any(|part| part.contains(&at))
    }

    /// Its lines that are not for tests alone.
    pub fn own_lines(&self) -> Vec<&str> {
        let parts = self.tests.iter();
        let parts: Vec<_> = parts
            .map(|part| self.line(part.start)..=self.line(part.end))
            .collect();
        let lines = self.text.lines().zip(1..);
        let own =
            lines.filter(|(_, n)| !self.test_file && !parts.iter().any(|part| part.contains(n)));
        own.map(|(line, _)| line).collect()
    }

    /// Every function with a body, in order.
    pub fn functions(&self) -> Vec<Function> {
        let starts = words(&self.code, "fn");
        let breaks = |span: &Range<usize>| self.text[span.clone()].matches('\n').count();
        starts
            .filter_map(|at| function(&self.code, at))
            .map(|(name, span)| {
                let inside = self.strings.iter().filter(|s| span.contains(&s.start));
                Function {
                    lines: breaks(&span) + 1 - inside.map(breaks).sum::<usize>(),
                    name,
                    span,
                }
            })
            .collect()
    }

    /// Every path that is imported or written out, with where: `use a::{b, c::d}` is `a::b` and `a::c::d`.
    pub fn paths(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        for at in words(&self.code, "use") {
            let end = self.code[at..]
                .find(';')
                .map_or(self.code.len(), |n| at + n);
            let mut flat = Vec::new();
            flatten("", &without_names(&self.code[at + 3..end]), &mut flat);
            found.extend(flat.into_iter().map(|path| (path, at)));
        }
        for root in ROOTS {
            for at in words(&self.code, root) {
                let path: String = self.code[at..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || "_:".contains(*c))
                    .collect();
                if path.contains("::") {
                    found.push((path, at));
                }
            }
        }
        found
    }

    /// Modules that are only there for tests and have files of their own, as paths without an ending.
    fn test_modules(&self) -> Vec<String> {
        let dir = match self.path.strip_suffix("/mod.rs") {
            Some(dir) => dir.to_owned(),
            None if ["src/lib.rs", "src/main.rs"].contains(&&*self.path) => "src".to_owned(),
            None => self.path.trim_end_matches(".rs").to_owned(),
        };
        let parts = self.tests.iter().filter_map(|part| {
            let item = self.code[part.clone()].trim_end().strip_suffix(';')?;
            let (_, name) = item.rsplit_once("mod ")?;
            Some(format!("{dir}/{}", name.trim()))
        });
        parts.collect()
    }
}

/// Where a word stands, as a whole word.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        (!before.is_some_and(letter) && !after.is_some_and(letter)).then_some(at)
    })
}

/// Where the bracket that opens at `open` closes; the end of the text if it does not.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return open + at;
        }
    }
    code.len()
}

/// The name and the whole of a function whose `fn` stands here, if it has a body.
fn function(code: &str, at: usize) -> Option<(String, Range<usize>)> {
    let name: String = code[at + 2..]
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if name.is_empty() {
        return None;
    }
    let mut depth = 0i32;
    for (i, c) in code[at..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ';' if depth == 0 => return None,
            '{' if depth == 0 => {
                return Some((name, at..(closing(code, at + i) + 1).min(code.len())));
            }
            _ => {}
        }
    }
    None
}

/// The items behind `#[cfg(test)]` and `#[cfg(all(test, …))]`, attributes and all.
fn test_parts(code: &str) -> Vec<Range<usize>> {
    let marks = ["#[cfg(test)]", "#[cfg(all(test,"].into_iter();
    let marks = marks.flat_map(|mark| code.match_indices(mark));
    marks
        .map(|(start, _)| {
            let rest = closing(code, start + 1);
            let end = code[rest..].find(['{', ';']).map(|n| rest + n);
            let end = end.map_or(code.len(), |at| match code[at..].starts_with('{') {
                true => closing(code, at) + 1,
                false => at + 1,
            });
            start..end.min(code.len())
        })
        .collect()
}

/// A `use` tree without blanks, and without the names that it gives to what it imports.
fn without_names(tree: &str) -> String {
    let mut words = tree.split_whitespace();
    let mut all = String::new();
    while let Some(word) = words.next() {
        match word {
            "as" => {
                let name = words.next().unwrap_or_default();
                let letter = |c: char| c.is_alphanumeric() || c == '_';
                all.push_str(name.trim_start_matches(letter));
            }
            word => all.push_str(word),
        }
    }
    all
}

/// The paths of a `use` tree.
fn flatten(prefix: &str, tree: &str, out: &mut Vec<String>) {
    let (mut depth, mut start) = (0i32, 0);
    let mut branches = Vec::new();
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&tree[start..]);
    for branch in branches.into_iter().filter(|branch| !branch.is_empty()) {
        match branch.split_once('{') {
            Some((head, inner)) => {
                let inner = inner.strip_suffix('}').unwrap_or(inner);
                flatten(&format!("{prefix}{head}"), inner, out);
            }
            None => out.push(format!("{prefix}{branch}")),
        }
    }
}

/// The text with comments and the insides of literals blanked, and where the insides of strings stand.
fn blank(text: &str) -> (String, Vec<Range<usize>>) {
    let mut out = text.as_bytes().to_vec();
    let mut strings = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (end, inside) = literal(text, at, rest);
        if let Some(inside) = inside {
            if rest.starts_with(['"', 'r', 'b', 'c']) {
                strings.push(inside.clone());
            }
            for byte in &mut out[inside] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    let code = String::from_utf8(out).expect("whole characters were blanked");
    (code, strings)
}

/// Where what begins at `at` ends, and what of it is to be blanked.
fn literal(text: &str, at: usize, rest: &str) -> (usize, Option<Range<usize>>) {
    let here = rest.chars().next().map_or(1, char::len_utf8);
    let fresh = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        let end = at + rest.find('\n').unwrap_or(rest.len());
        return (end, Some(at..end));
    }
    if rest.starts_with("/*") {
        let end = at + rest.find("*/").map_or(rest.len(), |n| n + 2);
        return (end, Some(at..end));
    }
    if let Some((open, hashes)) = raw_open(rest).filter(|_| fresh) {
        let close = format!("\"{}", "#".repeat(hashes));
        let start = at + open;
        let end = text[start..].find(&close).map_or(text.len(), |n| start + n);
        return ((end + close.len()).min(text.len()), Some(start..end));
    }
    if rest.starts_with('"') {
        let end = quoted_end(text, at + 1, '"');
        return ((end + 1).min(text.len()), Some(at + 1..end));
    }
    if let Some(inside) = rest.strip_prefix('\'') {
        let mut chars = inside.chars();
        let (first, second) = (chars.next(), chars.next());
        if first == Some('\\') || second == Some('\'') {
            let end = quoted_end(text, at + 1, '\'');
            return ((end + 1).min(text.len()), Some(at + 1..end));
        }
    }
    (at + here, None)
}

/// Where a raw string's inside begins, and how many hashes it has, if one begins here.
fn raw_open(rest: &str) -> Option<(usize, usize)> {
    let word = ["r", "br", "cr"].into_iter().find(|word| {
        rest.strip_prefix(word)
            .is_some_and(|r| r.starts_with(['"', '#']))
    })?;
    let hashes = rest[word.len()..].chars().take_while(|c| *c == '#').count();
    rest[word.len() + hashes..]
        .starts_with('"')
        .then_some((word.len() + hashes + 1, hashes))
}

/// Where a literal that may hold escapes ends.
fn quoted_end(text: &str, start: usize, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return start + at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_what_only_looks_like_it() {
        let text = "fn a<'a>() { let s = \"fn b() {\"; let c = '{'; } // fn c() {\nfn d() { r#\"}\"#; '\\'' }";
        let (code, strings) = blank(text);
        let names: Vec<String> = words(&code, "fn")
            .filter_map(|at| function(&code, at))
            .map(|(name, span)| format!("{name} {}", code[span].matches('\n').count() + 1))
            .collect();
        assert_eq!(names, ["a 1", "d 1"]);
        let strings: Vec<&str> = strings.into_iter().map(|span| &text[span]).collect();
        assert_eq!(strings, ["fn b() {", "}"]);
    }

    #[test]
    fn imports_are_flattened() {
        let mut out = Vec::new();
        flatten(
            "",
            &without_names("a::{ b as x, c::{d, e as _}, f }"),
            &mut out,
        );
        assert_eq!(out, ["a::b", "a::c::d", "a::c::e", "a::f"]);
    }

    #[test]
    fn lines_are_a_files_own_wherever_its_tests_stand() {
        let text = "one();\n#[cfg(test)]\nmod tests {\n    two();\n}\nthree();\n";
        assert_eq!(
            Source::planted("src/a.rs", text)[0].own_lines(),
            ["one();", "three();"]
        );
        assert!(
            Source::planted("tests/a.rs", text)[0]
                .own_lines()
                .is_empty()
        );
    }
}
