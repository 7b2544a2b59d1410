//! A command line, split into words as a shell splits them, and refused where only a shell could do what it says.
//!
//! No shell runs unless `shell` is given, so what a shell would act on must not pass in silence as a plain word: a pipe,
//! a redirection, a variable, a pattern. What quotes or a backslash protect is a plain word, and passes.

/// Why a command line has no words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsplit {
    /// Something that only a shell acts on: what, and its column in characters from 1.
    Operator(String, usize),
    /// A quote that is never closed: which, and its column.
    Quote(char, usize),
    /// `NAME=value` before the command.
    Assignment(String),
    /// There is no word in it.
    Empty,
}

/// How a command line comes by what only a shell can do.
#[derive(Clone, Copy)]
pub enum Shell {
    /// By a param beside it.
    Param,
    /// It has to name the shell itself; `{}` stands for a file in it.
    Itself,
}

impl Unsplit {
    /// What is wrong, and what to do about it.
    pub fn said(&self, shell: Shell) -> String {
        let no_shell = "and no shell runs this";
        let way = match shell {
            Shell::Param => "put `shell: /bin/sh` beside it",
            Shell::Itself => {
                "name one, as in `sh -c 'test -s \"$1\" && …' sh {}`, where `$1` is the file"
            }
        };
        match (self, shell) {
            (Unsplit::Operator(what, column), _) if what == "\n" => format!(
                "the line break at character {column} ends a command for a shell, {no_shell}: {way}, or end the line with a \
                 backslash"
            ),
            (Unsplit::Operator(what, column), _) => format!(
                "`{what}` at character {column} means something to a shell, {no_shell}: {way}, or put `{what}` into single quotes"
            ),
            (Unsplit::Quote(quote, column), _) => {
                format!("the quote {quote} at character {column} is never closed")
            }
            (Unsplit::Assignment(name), shell) => {
                let way = match shell {
                    Shell::Param => format!("put {name} into `env`"),
                    Shell::Itself => format!("write `env {name}=…` before it"),
                };
                format!("`{name}=` before a command means something to a shell, {no_shell}: {way}")
            }
            (Unsplit::Empty, _) => "there is no command in it".to_owned(),
        }
    }
}

/// The words of a command line.
pub fn split(line: &str) -> Result<Vec<String>, Unsplit> {
    Scan::over(line).run()?;
    let words = shell_words::split(line).map_err(|_| Unsplit::Quote('"', 1))?;
    if words.is_empty() {
        return Err(Unsplit::Empty);
    }
    Ok(words)
}

/// Reads a line once, and stops at the first thing that only a shell could do.
struct Scan {
    chars: Vec<char>,
    at: usize,
    /// Where the word that is being read began; `None` between words.
    word: Option<usize>,
    /// How many words have begun.
    words: usize,
}

impl Scan {
    fn over(line: &str) -> Scan {
        Scan {
            chars: line.trim_end().chars().collect(),
            at: 0,
            word: None,
            words: 0,
        }
    }

    fn run(mut self) -> Result<(), Unsplit> {
        while let Some(c) = self.peek(0) {
            match c {
                '\n' if self.words > 0 => return Err(self.operator(1)),
                c if c.is_ascii_whitespace() => self.word = None,
                '#' if self.word.is_none() => self.comment(),
                _ => {
                    self.begin();
                    self.unquoted(c)?;
                }
            }
            self.at += 1;
        }
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Marks that a word begins here, if none has.
    fn begin(&mut self) {
        if self.word.is_none() {
            self.word = Some(self.at);
            self.words += 1;
        }
    }

    /// One character outside of quotes; ends on the last one that belongs to it.
    fn unquoted(&mut self, c: char) -> Result<(), Unsplit> {
        match c {
            '\\' => self.at += 1,
            '\'' => self.single()?,
            '"' => self.double()?,
            '|' | '&' | ';' | '<' | '>' | '(' | ')' => return Err(self.operator(self.run_of())),
            '*' | '?' | '`' => return Err(self.operator(1)),
            '$' if self.expands(true) => return Err(self.operator(self.variable())),
            '~' if self.word == Some(self.at) => return Err(self.operator(1)),
            '{' if self.is_braces() => return Err(self.operator(1)),
            '{' | '}' | '!' if self.is_reserved() => return Err(self.operator(1)),
            '=' if self.words == 1 => self.assignment()?,
            _ => {}
        }
        Ok(())
    }

    /// A comment, up to its end of line.
    fn comment(&mut self) {
        while self.peek(1).is_some_and(|c| c != '\n') {
            self.at += 1;
        }
    }

    fn single(&mut self) -> Result<(), Unsplit> {
        let open = self.at;
        loop {
            self.at += 1;
            match self.peek(0) {
                Some('\'') => return Ok(()),
                Some(_) => {}
                None => return Err(Unsplit::Quote('\'', open + 1)),
            }
        }
    }

    /// In double quotes a shell still expands variables and runs what stands in backquotes.
    fn double(&mut self) -> Result<(), Unsplit> {
        let open = self.at;
        loop {
            self.at += 1;
            match self.peek(0) {
                Some('"') => return Ok(()),
                Some('\\') => self.at += 1,
                Some('`') => return Err(self.operator(1)),
                Some('$') if self.expands(false) => return Err(self.operator(self.variable())),
                Some(_) => {}
                None => return Err(Unsplit::Quote('"', open + 1)),
            }
        }
    }

    /// Whether the `$` here begins an expansion; else it is only a dollar sign.
    fn expands(&self, bare: bool) -> bool {
        self.peek(1).is_some_and(|c| {
            c.is_ascii_alphanumeric()
                || "_{(@*#?-$!".contains(c)
                || (bare && (c == '\'' || c == '"'))
        })
    }

    /// How long the `$NAME` here is, for the message.
    fn variable(&self) -> usize {
        let name = self.chars[self.at + 1..]
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == '_');
        1 + name.count().max(1)
    }

    /// How long the operator here is: `&&`, `>>`, `>&1`.
    fn run_of(&self) -> usize {
        let rest = &self.chars[self.at..];
        let signs = rest.iter().take_while(|c| "|&;<>".contains(**c)).count();
        let number = rest[..signs].ends_with(&['>', '&'])
            && rest.get(signs).is_some_and(char::is_ascii_digit);
        (signs + usize::from(number)).max(1)
    }

    /// Whether the `{` here begins alternatives (`{a,b}`, `{1..3}`) as some shells know them. `{}` is a plain word.
    fn is_braces(&self) -> bool {
        let inside: String = self.chars[self.at + 1..]
            .iter()
            .take_while(|c| !c.is_whitespace() && **c != '}' && **c != '\'' && **c != '"')
            .collect();
        let closed = self.chars.get(self.at + 1 + inside.chars().count()) == Some(&'}');
        closed && (inside.contains(',') || inside.contains(".."))
    }

    /// Whether the word here is the first, and this one character.
    fn is_reserved(&self) -> bool {
        self.words == 1
            && self.word == Some(self.at)
            && self.peek(1).is_none_or(|c| c.is_whitespace())
    }

    /// Whether the `=` here ends a name at the start of the line.
    fn assignment(&self) -> Result<(), Unsplit> {
        let name: String = self
            .word
            .map_or(&[][..], |word| &self.chars[word..self.at])
            .iter()
            .collect();
        let first = name.chars().next();
        let is_name = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match is_name {
            true => Err(Unsplit::Assignment(name)),
            false => Ok(()),
        }
    }

    /// The next `length` characters as an operator, with the number of a stream that stands right before it.
    fn operator(&self, length: usize) -> Unsplit {
        let sign = self.chars[self.at];
        let word = self.word.unwrap_or(self.at);
        let number = (sign == '<' || sign == '>')
            && word < self.at
            && self.chars[word..self.at].iter().all(char::is_ascii_digit);
        let from = if number { word } else { self.at };
        let to = (self.at + length).min(self.chars.len());
        Unsplit::Operator(self.chars[from..to].iter().collect(), from + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_takes_as_plain_words_is_split() {
        for (line, words) in [
            ("true", &["true"][..]),
            ("  echo  a\tb ", &["echo", "a", "b"]),
            (
                "echo 'a | b' \"c;d\" e\\&f",
                &["echo", "a | b", "c;d", "e&f"],
            ),
            ("grep -q foo$ /etc/x", &["grep", "-q", "foo$", "/etc/x"]),
            ("awk '{print $1}' x", &["awk", "{print $1}", "x"]),
            (
                "find /x -exec rm {} +",
                &["find", "/x", "-exec", "rm", "{}", "+"],
            ),
            ("[ ! -e /x ]", &["[", "!", "-e", "/x", "]"]),
            ("cp a a~", &["cp", "a", "a~"]),
            ("dd if=/x of=/y", &["dd", "if=/x", "of=/y"]),
            ("./a=b", &["./a=b"]),
            ("make \\\n  install\n", &["make", "install"]),
            (
                "echo \"costs 5$\" \"\\$HOME\"",
                &["echo", "costs 5$", "$HOME"],
            ),
            ("true # | not this", &["true"]),
            ("echo a#b ''", &["echo", "a#b", ""]),
            ("curl http://x/a%20b", &["curl", "http://x/a%20b"]),
        ] {
            assert_eq!(
                split(line).as_deref(),
                Ok(&words
                    .iter()
                    .map(|word| (*word).to_owned())
                    .collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused_with_its_place() {
        for (line, what, column) in [
            ("a | b", "|", 3),
            ("a && b", "&&", 3),
            ("a || b", "||", 3),
            ("a; b", ";", 2),
            ("a &", "&", 3),
            ("echo hi>x", ">", 8),
            ("a >> x", ">>", 3),
            ("a 2>&1", "2>&1", 3),
            ("a 2> x", "2>", 3),
            ("a < x", "<", 3),
            ("(a)", "(", 1),
            ("echo $HOME", "$HOME", 6),
            ("echo \"in $HOME\"", "$HOME", 10),
            ("echo ${x}", "${", 6),
            ("echo $(date)", "$(", 6),
            ("echo `date`", "`", 6),
            ("echo \"`date`\"", "`", 7),
            ("rm *.o", "*", 4),
            ("ls a?", "?", 5),
            ("ls ~/x", "~", 4),
            ("cp {a,b} /x", "{", 4),
            ("{ a", "{", 1),
            ("! a", "!", 1),
            ("a\nb", "\n", 2),
            ("echo 'ä' | b", "|", 10),
        ] {
            assert_eq!(
                split(line),
                Err(Unsplit::Operator(what.to_owned(), column)),
                "{line}"
            );
        }
    }

    #[test]
    fn other_troubles_are_named() {
        assert_eq!(split("echo 'a"), Err(Unsplit::Quote('\'', 6)));
        assert_eq!(split("echo \"a 'b'"), Err(Unsplit::Quote('"', 6)));
        assert_eq!(split("A=1 env"), Err(Unsplit::Assignment("A".into())));
        assert_eq!(split("  # only this"), Err(Unsplit::Empty));
        let said = |line: &str, shell| split(line).map_err(|trouble| trouble.said(shell));
        let rows = [
            (
                "a | b",
                Shell::Param,
                "put `shell: /bin/sh` beside it, or put `|` into",
            ),
            ("a | b", Shell::Itself, "name one, as in `sh -c '"),
            ("a\nb", Shell::Param, "or end the line with a backslash"),
            ("A=1 env", Shell::Param, "put A into `env`"),
            ("A=1 env", Shell::Itself, "write `env A=…` before it"),
        ];
        for (line, shell, what_to_do) in rows {
            let text = said(line, shell).err().unwrap_or_default();
            assert!(text.contains(what_to_do), "{text}");
        }
    }
}
