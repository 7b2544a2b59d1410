//! How large and how deep a template may be.
//!
//! What reads, compiles, renders and drops a template calls itself for each link of a chain (`a ~ b ~ …`, `.a.b…`, `|f|g…`,
//! `not not …`, one `elif` after the other), and for each list within a list that a template builds; only brackets and blocks it
//! counts itself. A stack that overflows ends the whole process, so chains are counted before anything of that happens. The
//! cost of one link, measured with minijinja 3.1, in bytes of stack, unoptimised and optimised:
//!
//! | what | how many | unoptimised | optimised |
//! | --- | --- | --- | --- |
//! | a part of a tag | [`PARTS`] | 1900 | 450 |
//! | an `elif` | [`BRANCHES`] | 2700 | 520 |
//! | a list within a list | [`NESTED`] / 2 | 1900 | 480 |
//! | the same by a recursive loop | [`STEPS_RECURSIVE`] / 2 | 1900 | 480 |
//!
//! The deepest of these takes 19 MiB unoptimised, and 5 MiB optimised: [`STACK`] is three times that. The system gives no more of it
//! than is used.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// The stack on which templates are read and rendered.
pub const STACK: usize = 64 << 20;
/// How deep a recursive loop may call itself.
pub const RECURSION: usize = 200;
/// How large a template may be.
pub(super) const SIZE: usize = 4 << 20;
/// How many parts (names, values, operators, brackets) one tag may have.
pub(super) const PARTS: usize = 4000;
/// How many branches an `if` may have, those of the ones around it included.
pub(super) const BRANCHES: usize = 1000;
/// How many parts the tags that give names to values (`set`, `with`, `for`) may have together.
pub(super) const NESTED: usize = 10_000;
/// How much one rendering may do: a step each for what the template does, and for each 64 bytes that it makes on the way. So it
/// ends within about a second, and takes no more than 256 MiB, whatever its loops say.
const STEPS: u64 = 4_000_000;
/// The same where a loop calls itself, and can so put a list into a list with each call.
const STEPS_RECURSIVE: u64 = 20_000;

/// A template that is within its bounds.
pub struct Bounded<'a> {
    /// It.
    pub text: &'a str,
    /// How much its rendering may do.
    pub steps: u64,
}

/// Whether a template is within its bounds. What is wrong with its syntax is not told here: whoever reads it stops at the same place.
pub fn bounded(text: &str, syntax: SyntaxConfig) -> Result<Bounded<'_>, String> {
    if text.len() > SIZE {
        let (has, may) = (text.len(), SIZE >> 20);
        return Err(format!("has {has} bytes: it may have {may} MiB"));
    }
    let mut count = Count::default();
    for (token, span) in tokenize(text, false, syntax).map_while(Result::ok) {
        let line = span.start_line;
        count
            .take(&token)
            .map_err(|why| format!("line {line}: {why}"))?;
    }
    let steps = if count.recursive {
        STEPS_RECURSIVE
    } else {
        STEPS
    };
    Ok(Bounded { text, steps })
}

#[derive(Default)]
struct Count {
    /// Of the present tag.
    parts: usize,
    /// Whether the present tag is a statement, of which the first word says which.
    block: bool,
    /// Whether it names values, and whether it is a loop.
    names: bool,
    looping: bool,
    /// Whether the part before is `in`, after which `recursive` is a name.
    after_in: bool,
    /// Of all tags that name values.
    nested: usize,
    /// Of each `if` that is open.
    branches: Vec<usize>,
    /// Of all of them.
    open: usize,
    recursive: bool,
}

impl Count {
    fn take(&mut self, token: &Token<'_>) -> Result<(), String> {
        match token {
            Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd => return Ok(()),
            Token::VariableStart | Token::BlockStart => {
                self.parts = 0;
                (self.names, self.looping) = (false, false);
                self.block = matches!(token, Token::BlockStart);
                return Ok(());
            }
            Token::Ident(word) if self.block && self.parts == 0 => self.begin(word)?,
            Token::Ident("recursive") => self.recursive |= self.looping && !self.after_in,
            _ => {}
        }
        self.after_in = matches!(token, Token::Ident("in"));
        self.parts += 1;
        self.nested += usize::from(self.names);
        if self.parts > PARTS {
            return Err(format!(
                "a tag has more than {PARTS} parts (names, values, operators): split it, or give what it makes by `vars`"
            ));
        }
        if self.nested > NESTED {
            return Err(format!(
                "its tags `set`, `with` and `for` have more than {NESTED} parts together: give what they make by `vars`"
            ));
        }
        Ok(())
    }

    /// The first word of a statement.
    fn begin(&mut self, word: &str) -> Result<(), String> {
        match word {
            "set" | "with" => self.names = true,
            "for" => (self.names, self.looping) = (true, true),
            "if" => self.branches.push(0),
            "endif" => self.open -= self.branches.pop().unwrap_or(0),
            "elif" => {
                if let Some(branches) = self.branches.last_mut() {
                    *branches += 1;
                    self.open += 1;
                }
            }
            _ => {}
        }
        match self.open > BRANCHES {
            true => Err(format!(
                "an `if` has more than {BRANCHES} branches `elif`: look up what is wanted in a map of `vars` instead"
            )),
            false => Ok(()),
        }
    }
}
