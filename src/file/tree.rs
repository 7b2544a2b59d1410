//! A tree to be written as YAML: block style outside, flow style where it is asked for.

/// What to write.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Tree {
    /// As it is: a number, a word that needs no quotes.
    Plain(String),
    /// Text: bare where YAML takes it, else quoted or a block.
    Text(String),
    /// Text in a field of any type: quoted also where it would be read as a number or a truth.
    Guarded(String),
    /// A list; in block style an item a line.
    List(Vec<Tree>),
    /// A map, in this order.
    Map(Vec<(String, Tree)>),
    /// What is below on one line.
    Flow(Box<Tree>),
    /// No value: its key stands in a comment with this reason.
    Comment(String),
}

impl Tree {
    /// Something that prints as a plain word.
    pub fn plain(what: impl ToString) -> Tree {
        Tree::Plain(what.to_string())
    }

    /// Text.
    pub fn text(text: impl AsRef<str>) -> Tree {
        Tree::Text(text.as_ref().to_owned())
    }

    /// A map of what is there.
    pub fn some(entries: impl IntoIterator<Item = (&'static str, Option<Tree>)>) -> Tree {
        let some = |(key, tree): (&str, Option<Tree>)| Some((key.to_owned(), tree?));
        Tree::Map(entries.into_iter().filter_map(some).collect())
    }

    /// On one line.
    pub fn flow(self) -> Tree {
        Tree::Flow(Box::new(self))
    }

    /// Whether it is a list or map that holds nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Tree::List(items) => items.is_empty(),
            Tree::Map(entries) => entries.is_empty(),
            Tree::Flow(inner) => inner.is_empty(),
            _ => false,
        }
    }

    /// As a whole file.
    pub fn file(&self) -> String {
        let mut out = String::new();
        self.block(0, &mut out);
        out
    }

    /// As the lines of a block at an indent: a list's items, a map's entries.
    pub fn block(&self, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        match self {
            Tree::List(items) => {
                for item in items {
                    out.push_str(&pad);
                    item.item(indent, out);
                }
            }
            Tree::Map(entries) => {
                for (key, tree) in entries {
                    out.push_str(&pad);
                    tree.entry(key, indent, out);
                }
            }
            other => {
                out.push_str(&format!("{pad}{}\n", other.inline()));
            }
        }
    }

    /// As an item of a list whose dash stands at `indent`, the indent already written.
    pub fn item(&self, indent: usize, out: &mut String) {
        match self {
            Tree::Map(entries) if !entries.is_empty() => {
                out.push_str("- ");
                for (i, (key, tree)) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push_str(&" ".repeat(indent + 2));
                    }
                    tree.entry(key, indent + 2, out);
                }
            }
            other => out.push_str(&format!("- {}\n", other.scalar(indent + 2))),
        }
    }

    /// As an entry of a map whose keys stand at `indent`, the indent already written.
    pub fn entry(&self, key: &str, indent: usize, out: &mut String) {
        let name = as_key(key);
        match self {
            Tree::Comment(why) => out.push_str(&format!("# {name}: {why}\n")),
            Tree::List(items) if !items.is_empty() => {
                out.push_str(&format!("{name}:\n"));
                self.block(indent, out);
            }
            Tree::Map(entries) if !entries.is_empty() => {
                out.push_str(&format!("{name}:\n"));
                self.block(indent + 2, out);
            }
            other => out.push_str(&format!("{name}: {}\n", other.scalar(indent + 2))),
        }
    }

    /// As what follows `key: ` or `- `: one line, or a block whose lines stand at `indent`. No final newline.
    pub fn scalar(&self, indent: usize) -> String {
        match self {
            Tree::Text(text) | Tree::Guarded(text) if fits_block(text) => {
                let chomp = if text.ends_with('\n') { "" } else { "-" };
                let pad = " ".repeat(indent);
                let lines = text.lines().map(|line| match line {
                    "" => String::new(),
                    line => format!("{pad}{line}"),
                });
                let lines: Vec<String> = lines.collect();
                format!("|{chomp}\n{}", lines.join("\n"))
            }
            Tree::Text(text) if is_bare(text, false) => text.clone(),
            Tree::Guarded(text) if is_bare(text, false) && !is_guessed(text) => text.clone(),
            other => other.inline(),
        }
    }

    /// On one line, fit to stand between brackets.
    pub fn inline(&self) -> String {
        match self {
            Tree::Plain(text) => text.clone(),
            Tree::Text(text) if is_bare(text, true) => text.clone(),
            Tree::Guarded(text) if is_bare(text, true) && !is_guessed(text) => text.clone(),
            Tree::Text(text) | Tree::Guarded(text) => quoted(text),
            Tree::List(items) => {
                let items: Vec<String> = items.iter().map(Tree::inline).collect();
                format!("[{}]", items.join(", "))
            }
            Tree::Map(entries) => {
                let entry = |(key, tree): &(String, Tree)| match tree {
                    Tree::Comment(_) => None,
                    tree => Some(format!("{}: {}", as_key(key), tree.inline())),
                };
                let entries: Vec<String> = entries.iter().filter_map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Tree::Flow(inner) => inner.inline(),
            Tree::Comment(_) => "''".to_owned(),
        }
    }
}

/// A key, quoted where it must be.
fn as_key(key: &str) -> String {
    if is_bare(key, true) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// Whether a text can stand without quotes; between brackets less can.
fn is_bare(text: &str, flow: bool) -> bool {
    let first = |c: char| c.is_alphanumeric() || "/._~$(+<=^".contains(c);
    let odd = |c: char| !(c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric());
    let reserved = ["~", "=", "<<", "...", "null"].contains(&text);
    text.starts_with(first)
        && !text.ends_with([' ', ':'])
        && !text.contains(odd)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("... ")
        && !reserved
        && !(flow
            && text.contains([',', '[', ']', '{', '}', '"', '\'', ':', '#'])
            && !is_sober(text))
}

/// Whether the colons in a text are those of a path, a URL or a semaphore, which brackets do not disturb.
fn is_sober(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:".contains(c);
    text.chars().all(plain) && !text.contains("::")
}

/// Whether a bare text would be read as something else, where any type may stand.
fn is_guessed(text: &str) -> bool {
    text == "true" || text == "false" || text.parse::<i64>().is_ok()
}

/// Whether a text is best a literal block: lines, none of which YAML would change.
fn fits_block(text: &str) -> bool {
    let odd = |c: char| c.is_control() && c != '\n' || "\u{85}\u{2028}\u{2029}\u{feff}".contains(c);
    let line = |line: &str| !line.ends_with(' ') && (line.is_empty() || !line.trim().is_empty());
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && !text.contains(odd)
        && !text.chars().any(is_hidden)
        && text.lines().all(line)
}

/// What a reader of the file should see as an escape.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// In quotes: single ones where nothing needs an escape.
fn quoted(text: &str) -> String {
    let odd = |c: char| c.is_control() || is_hidden(c) || "\u{2028}\u{2029}".contains(c);
    if !text.contains(odd) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if odd(c) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
