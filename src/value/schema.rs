//! A kind's fields as data: what may be written, received and sent.
//!
//! From a [`Schema`] alone come YAML parsing, completion, help, the JSON Schema and the reference table.

use super::Type;

/// Whether a field may receive a value, and if not, why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receives {
    /// It may.
    Yes,
    /// It may not: it identifies the resource, or guards it.
    No(&'static str),
}

/// Why a param that identifies its resource cannot receive.
const IDENTITY: &str = "it says which resource this is";

/// One param of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, as written.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it means, in one sentence.
    pub doc: &'static str,
    /// The value it has when it is not written, as source text.
    pub default: Option<&'static str>,
    /// Whether the resource is refused without it.
    pub required: bool,
    /// Whether it is the resource's name unless written.
    pub from_name: bool,
    /// Whether it may receive.
    pub receives: Receives,
    /// Whether it may hold a secret.
    pub takes_secret: bool,
}

impl Field {
    /// A field that is documented and nothing else yet: optional, may receive, takes no secret.
    pub const fn new(doc: &'static str) -> Field {
        Field {
            name: "",
            ty: Type::Any,
            doc,
            default: None,
            required: false,
            from_name: false,
            receives: Receives::Yes,
            takes_secret: false,
        }
    }

    /// Named and typed: what the `want!` of kinds adds from the struct's own field.
    pub const fn named(self, name: &'static str, ty: Type, required: bool) -> Field {
        let required = required && self.default.is_none() && !self.from_name;
        let ty = match self.ty {
            Type::Any => ty,
            narrowed => narrowed,
        };
        Field {
            name,
            ty,
            required,
            ..self
        }
    }

    /// With a default, as source text.
    pub const fn default(self, text: &'static str) -> Field {
        Field {
            default: Some(text),
            ..self
        }
    }

    /// With a narrower type than the struct's field says.
    pub const fn of(self, ty: Type) -> Field {
        Field { ty, ..self }
    }

    /// It identifies the resource: cannot receive, and is its name unless written.
    pub const fn identity(self) -> Field {
        Field {
            from_name: true,
            receives: Receives::No(IDENTITY),
            ..self
        }
    }

    /// It is the resource's name unless written or received.
    pub const fn or_name(self) -> Field {
        Field {
            from_name: true,
            ..self
        }
    }

    /// It cannot receive, for this reason.
    pub const fn fixed(self, why: &'static str) -> Field {
        Field {
            receives: Receives::No(why),
            ..self
        }
    }

    /// Whether what is written in it is secret where its resource is sensitive: whatever is free text. What identifies the
    /// resource is shown, as its name is.
    pub fn hides(&self) -> bool {
        let free = match self.ty {
            Type::List(of) | Type::Map(of) => *of,
            ty => ty,
        };
        let free = matches!(free, Type::Str | Type::Bytes | Type::Path | Type::Any);
        self.takes_secret || (free && self.receives != Receives::No(IDENTITY))
    }

    /// It may hold a secret.
    pub const fn secret(self) -> Field {
        Field {
            takes_secret: true,
            ..self
        }
    }
}

/// One value that a kind sends.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Its name, as bound.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// Whether it stays open though the vertex was given a secret: it never holds what was received (rule V8).
    pub open: bool,
    /// Whether it is secret whatever the vertex was given.
    pub secret: bool,
    /// Whether it cannot be read back from the world, so that the engine keeps it (rule V6).
    pub kept: bool,
}

impl Sent {
    /// Something sent; secret as soon as the vertex was given a secret.
    pub const fn new(name: &'static str, ty: Type, doc: &'static str) -> Sent {
        Sent {
            name,
            ty,
            doc,
            open: false,
            secret: false,
            kept: false,
        }
    }

    /// Kept, since it cannot be read back.
    pub const fn kept(self) -> Sent {
        Sent { kept: true, ..self }
    }

    /// Always secret, also while it is not known yet.
    pub const fn secret(self) -> Sent {
        Sent {
            secret: true,
            ..self
        }
    }

    /// Open even then.
    pub const fn open(self) -> Sent {
        Sent { open: true, ..self }
    }
}

/// What a kind does when a notification reaches it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hears {
    /// Nothing: `~>` only orders (rule N4).
    Nothing,
    /// It refreshes: what that does, in a few words.
    Refresh(&'static str),
}

/// Everything that can be said of a kind without running it.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The kind's word.
    pub kind: &'static str,
    /// What it guarantees, in one sentence.
    pub about: &'static str,
    /// Its params.
    pub fields: &'static [Field],
    /// What it sends.
    pub sends: &'static [Sent],
    /// What it hears.
    pub hears: Hears,
}

impl Schema {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The sent value of this name.
    pub fn sent(&self, name: &str) -> Option<&'static Sent> {
        self.sends.iter().find(|sent| sent.name == name)
    }
}
