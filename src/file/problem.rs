//! What is wrong with a file: every problem with its place, for people and for a report that points into the text.

use super::Document;
use crate::value::{Place, sanitise};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::sync::Arc;

/// A file's name and text, as problems point into it.
#[derive(Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    named: Arc<NamedSource<Arc<str>>>,
}

impl Source {
    /// Of this name and text.
    pub fn new(name: impl AsRef<str>, text: impl AsRef<str>) -> Source {
        let (name, text): (Arc<str>, Arc<str>) = (name.as_ref().into(), text.as_ref().into());
        let named = Arc::new(NamedSource::new(sanitise(&name), text.clone()).with_language("yaml"));
        Source { name, text, named }
    }

    /// The file's name, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, byte for byte.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the word at a place; empty at the end of the text if the place is not in it.
    fn word_at(&self, place: Place) -> std::ops::Range<usize> {
        let mut start = 0;
        for _ in 1..place.line.max(1) {
            match self.text[start..].find('\n') {
                Some(at) => start += at + 1,
                None => return self.text.len()..self.text.len(),
            }
        }
        let line = self.text[start..].split('\n').next().unwrap_or_default();
        let column = place.column.max(1) as usize - 1;
        let skip: usize = line.chars().take(column).map(char::len_utf8).sum();
        let word = line[skip..].find(|c: char| c.is_whitespace() || ",:]}".contains(c));
        let end = word.unwrap_or(line.len() - skip).max(1) + skip;
        start + skip..start + end.min(line.len().max(skip))
    }
}

/// Shows the name alone: a file may hold what nobody should see in a log.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?})", self.name)
    }
}

/// Two sources are the same if name and text are.
impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        self.name == other.name && self.text == other.text
    }
}

/// One thing that is wrong: `file:line:column: what (what to do)`.
#[derive(Clone, PartialEq, Debug)]
pub struct FileProblem {
    /// The file; perhaps one that was `use`d.
    pub source: Source,
    /// Where in it.
    pub place: Place,
    /// What is wrong, what was expected and what was found.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sanitise(self.source.name()))?;
        if self.place.line > 0 {
            write!(f, ":{}", self.place)?;
        }
        write!(f, ": {}", self.what)?;
        self.hint
            .as_ref()
            .map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

impl FileProblem {
    /// What is wrong, with the file's name where there is no place in it to be shown.
    fn told(&self) -> String {
        match self.place.line {
            0 => format!("{}: {}", sanitise(self.source.name()), self.what),
            _ => self.what.clone(),
        }
    }
}

impl std::error::Error for FileProblem {}

/// What miette shows: only the message, since place and hint have parts of their own there; the file's name too, where there is
/// no place that names it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.told())]
struct Report(FileProblem);

impl Diagnostic for Report {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint = self.0.hint.as_ref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.0.source.named)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let word = (self.0.place.line > 0).then(|| self.0.source.word_at(self.0.place))?;
        let label = LabeledSpan::new(Some("here".into()), word.start, word.len());
        Some(Box::new(std::iter::once(label)))
    }
}

/// Everything that is wrong with a file, in order of place.
#[derive(Debug)]
pub struct FileError {
    problems: Vec<FileProblem>,
    reports: Vec<Report>,
    /// The rest of a story of which only some expectations cannot be read.
    rest: Option<Box<Document>>,
}

impl FileError {
    /// Of these problems: sorted, each once; a note comes last.
    pub(super) fn new(mut problems: Vec<FileProblem>, note: Option<FileProblem>) -> FileError {
        problems.sort_by(|a, b| {
            let key = |p: &FileProblem| (p.source.name.clone(), p.place, p.what.clone());
            key(a).cmp(&key(b))
        });
        problems.dedup();
        problems.extend(note);
        let reports = problems.iter().cloned().map(Report).collect();
        FileError {
            problems,
            reports,
            rest: None,
        }
    }

    /// With what can be read all the same.
    pub(super) fn with_rest(self, rest: Document) -> FileError {
        FileError {
            rest: Some(Box::new(rest)),
            ..self
        }
    }

    /// The rest of a story whose graph and steps can be read: there may be more to say of it.
    pub fn rest(&self) -> Option<&Document> {
        self.rest.as_deref()
    }

    /// Of the problems that were found in a file that reads.
    pub fn of(problems: Vec<FileProblem>) -> FileError {
        FileError::new(problems, None)
    }

    /// One problem of a file that could not even be read.
    pub(super) fn unread(name: &str, what: String, hint: Option<String>) -> FileError {
        let problem = FileProblem {
            source: Source::new(name, ""),
            place: Place::default(),
            what,
            hint,
        };
        FileError::new(vec![problem], None)
    }

    /// The problems, in order of place.
    pub fn problems(&self) -> &[FileProblem] {
        &self.problems
    }
}

/// One line a problem.
impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            let newline = if i == 0 { "" } else { "\n" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FileError {}

impl Diagnostic for FileError {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let reports = self.reports.iter().map(|report| report as &dyn Diagnostic);
        Some(Box::new(reports))
    }
}
