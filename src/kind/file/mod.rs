//! `file`: a file, directory or symbolic link that is there as it should be, or is not there.
//!
//! ```text
//! add file /etc/motd content="hello\n" mode=0644
//! add file /srv/app/ source=/usr/share/app recurse=true purge=true
//! add file /etc/localtime target=/usr/share/zoneinfo/UTC
//! add file /etc/motd.old state=absent
//! ```
//!
//! Content, mode and owner go into place together, by one rename (rule C1): whoever reads the file sees the old one whole or
//! the new one whole. What is not managed stays as it is; but with its
//! owner a file loses setuid and setgid, unless `mode` asks for them. A link at the path is written through only where nobody else
//! could have put it there; else the link itself is replaced. `absent`, `recurse`, `purge` and `force` name what goes by its real
//! path, the links on the way to it followed, and leave `/` and what stands right below it alone, a link there (`/bin`) too,
//! however the path is written.
//!
//! Only what a check found is mended, and at the real path where it was found. What changed since then, there or in the source,
//! fails and is left for the next check; a link that is put into the way leads nowhere.
//!
//! What gives way by `force` and cannot be renamed over (a directory, or anything to a directory) stays until the new one is
//! ready: that is made whole beside it as `.NAME.weft-aside`, a file of it validated and synced; the two change places in one
//! step; then what was listed is removed. A failure before that step leaves all as it was. A crash leaves one of the two at
//! that name, which the next check with `force` finds, lists and removes. Where the file system cannot exchange, there is
//! a moment without either at the path, and a crash in it leaves the old one aside.
//!
//! Content that is secret makes a new file 0600, and takes from one that stands what others may do, unless `mode` says otherwise.

mod apply;
mod attrs;
mod check;
mod diff;
mod drift;
mod inspect;
mod item;
mod spot;
mod tree;

#[cfg(test)]
mod tests;

pub use drift::{Drift, Found, Kept};

use super::{At, Blob, Check, Done, Failure, Given, Kind, Mode, Sends, path, want, words};
use crate::graph::Params;
use crate::value::{Sent, Type, Unknown};
use crate::world::{Look, Watch, World};
use std::path::Path;

words! {
    /// Whether it should be there.
    pub enum State {
        /// It should.
        Exists = "exists",
        /// It should not.
        Absent = "absent",
    }
}

want! {
    /// What should be there.
    pub struct Want {
        /// Where: an absolute path; with a trailing `/` it is a directory.
        path: String => of(Type::Path).identity(),
        /// Whether it should be there.
        state: State => default("exists"),
        /// What the file holds.
        content: Option<Blob> => secret(),
        /// A file to copy; with `recurse`, a directory to copy with all below it.
        source: Option<String> => of(Type::Path),
        /// Where it points, if it should be a symbolic link.
        target: Option<String> => of(Type::Path),
        /// Its permissions, octal or symbolic; 0644 for a new file, 0755 for a new directory.
        mode: Option<Mode>,
        /// Its owner, by name or number; as it is unless given.
        owner: Option<String>,
        /// Its group, by name or number; as it is unless given.
        group: Option<String>,
        /// Whether all below a directory is meant too: copied, given owner and mode (directories with the `x` that belongs to
        /// each `r`), or removed.
        recurse: bool => default("false"),
        /// Whether what the source does not hold is removed.
        purge: bool => default("false"),
        /// Whether a directory may be replaced by a file or link, and the reverse.
        force: bool => default("false"),
        /// A command that must succeed on the new file before it goes into place; `{}` is its path.
        validate: Option<String> => fixed("it guards the file"),
    }
}

impl Want {
    /// Whether the path was written as a directory's.
    fn is_dir(&self) -> bool {
        self.path.ends_with('/')
    }

    /// The path without its trailing slash.
    fn plain_path(&self) -> &Path {
        match self.path.trim_end_matches('/') {
            "" => Path::new("/"),
            plain => Path::new(plain),
        }
    }
}

/// The kind.
pub struct File;

impl Kind for File {
    type Want = Want;
    type Drift = Found;
    const NAME: &'static str = "file";
    const ABOUT: &'static str =
        "A file, directory or symbolic link is there as it should be, or is not there.";
    const SENDS: &'static [Sent] = &[
        Sent::new(
            "content",
            Type::Bytes,
            "What the file holds; secret where others may not read it.",
        ),
        Sent::new(
            "sha256",
            Type::Str,
            "The hash of its content, in hexadecimal; secret where the content is.",
        ),
        Sent::new("path", Type::Path, "Its path.").open(),
    ];

    fn validate(&self, want: &Want, given: &Given) -> Result<(), String> {
        path::well_formed(Path::new(&want.path)).map_err(|why| format!("path: {why}"))?;
        if let Some(source) = &want.source {
            path::well_formed(Path::new(source)).map_err(|why| format!("source: {why}"))?;
        }
        together(want, given)?;
        whole_trees(want)?;
        attrs::comes_to_rest(want)?;
        match &want.validate {
            Some(command) => apply::words_of(command).map(|_| ()),
            None => Ok(()),
        }
    }

    fn awaits(&self, want: &mut Want, param: &str, unknown: &Unknown) {
        if param == "content" {
            want.content = Some(Blob::awaited(unknown));
        }
    }

    fn owns(&self, want: &Want) -> Vec<String> {
        vec![format!("path:{}", want.plain_path().display())]
    }

    fn check(&self, want: &Want, at: &At, look: &dyn Look) -> Result<Check<Found>, Failure> {
        check::check(want, at, look)
    }

    fn apply(
        &self,
        want: &Want,
        drifts: &[Found],
        _: &At,
        world: &dyn World,
    ) -> Result<Done, Failure> {
        apply::apply(want, drifts, world)
    }

    fn sends(&self, want: &Want, at: &At, look: &dyn Look) -> Result<Sends, Failure> {
        check::sends(want, at, look)
    }

    fn watches(&self, want: &Want) -> Vec<Watch> {
        let of = |path: &Path| match want.is_dir() && want.recurse {
            true => Watch::Tree(path.to_owned()),
            false => Watch::Path(path.to_owned()),
        };
        let source = want.source.as_deref().map(|source| of(Path::new(source)));
        std::iter::once(of(want.plain_path()))
            .chain(source)
            .collect()
    }

    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
        inspect::inspect(name, look)
    }
}

/// Which params may stand beside which.
fn together(want: &Want, given: &Given) -> Result<(), String> {
    let bodies: Vec<&str> = ["content", "source", "target"]
        .into_iter()
        .filter(|name| given.has(name))
        .collect();
    if let [first, second, ..] = bodies.as_slice() {
        return Err(format!("{first}, {second}: only one of them can be given"));
    }
    let refuse = |yes: bool, why: &str| if yes { Err(why.to_owned()) } else { Ok(()) };
    let body = bodies.first().copied().unwrap_or_default();
    let dir = want.is_dir();
    let absent = want.state == State::Absent;
    refuse(
        dir && body == "content",
        "content: a directory has none; for a file, write the path without the `/` at its end",
    )?;
    refuse(
        dir && body == "target",
        "target: a link's path is written without the `/` at its end",
    )?;
    refuse(
        absent && !body.is_empty(),
        &format!("{body}: what should be absent has none; unset it, or state"),
    )?;
    refuse(
        absent && (given.has("mode") || given.has("owner") || given.has("group")),
        "state: what should be absent has no mode, owner or group; unset them, or state",
    )?;
    refuse(
        body == "target" && given.has("mode"),
        "mode: a link has none of its own; set the mode of what it points to",
    )?;
    refuse(
        want.validate.is_some() && (dir || !matches!(body, "content" | "source")),
        "validate: needs content or source, a new file to run the command on",
    )
}

/// What may be done with whole trees, and where.
fn whole_trees(want: &Want) -> Result<(), String> {
    let refuse = |yes: bool, why: &str| if yes { Err(why.to_owned()) } else { Ok(()) };
    let dir = want.is_dir();
    let absent = want.state == State::Absent;
    refuse(
        want.recurse && !dir,
        "recurse: is for directories; write the path with a `/` at its end",
    )?;
    refuse(
        dir && want.source.is_some() && !want.recurse,
        "source: a directory is copied with `recurse: true`",
    )?;
    refuse(
        want.purge && (!want.recurse || want.source.is_none() || absent),
        "purge: removes what a source does not hold; it needs source and `recurse: true`",
    )?;
    let inside = want.source.as_deref().is_some_and(|source| {
        let (source, path) = (Path::new(source), want.plain_path());
        want.recurse && (source.starts_with(path) || path.starts_with(source))
    });
    refuse(
        inside,
        "source: a directory cannot be copied to where one of the two stands inside the other",
    )?;
    refuse(
        want.validate.is_some() && want.recurse,
        "validate: is for one file, not for a tree",
    )?;
    let shallow = dir && tree::is_top_level(want.plain_path());
    refuse(
        shallow && (absent || want.recurse || want.purge),
        &format!(
            "path: {} is `/` or stands right below it: absent, recurse and purge refuse such a directory",
            want.path
        ),
    )
}
