//! What was written, before its field's type is known: source text with its place.

use std::fmt;

/// Where something was written: line and column, both from 1. Zero means nowhere (built in code).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A written value: what it says, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct Raw {
    /// What was written.
    pub node: RawNode,
    /// Where it began.
    pub place: Place,
}

/// The shapes that can be written, in YAML and at the prompt alike.
#[derive(Clone, PartialEq, Debug)]
pub enum RawNode {
    /// One scalar, as its source text (quotes and escapes resolved).
    Scalar {
        /// The text.
        text: String,
        /// Whether it stood in quotes or a block, so that it can only be text.
        quoted: bool,
    },
    /// `[a, b]`.
    List(Vec<Raw>),
    /// `{k: v}`, in written order; each key with its place.
    Map(Vec<(String, Place, Raw)>),
}

impl Raw {
    /// A bare scalar, nowhere in particular.
    pub fn bare(text: impl Into<String>) -> Raw {
        Raw {
            node: RawNode::Scalar {
                text: text.into(),
                quoted: false,
            },
            place: Place::default(),
        }
    }

    /// A quoted scalar, nowhere in particular.
    pub fn quoted(text: impl Into<String>) -> Raw {
        Raw {
            node: RawNode::Scalar {
                text: text.into(),
                quoted: true,
            },
            place: Place::default(),
        }
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            RawNode::Scalar { text, .. } => write!(f, "`{}`", super::sanitise(text)),
            RawNode::List(_) => f.write_str("a list"),
            RawNode::Map(_) => f.write_str("a map"),
        }
    }
}
