//! `password`: a password that is made once, kept in the graph's state directory, and sent as a secret.
//!
//! ```text
//! add password pw length=16
//! add file /tmp/secret
//! password[pw].password -> file[/tmp/secret].content
//! ```
//!
//! It is kept as `passwords/NAME` (mode 0600, in a directory of 0700) where the graph keeps its state, and stays the same
//! from run to run. A notification makes a new one. One that is kept but no longer fits its params is an error, since
//! somebody may still use it, unless `recover` says that a new one may take its place.

mod draw;
mod kept;
#[cfg(test)]
mod tests;

use super::{At, Check, Done, Drift, Failure, Given, Kind, Sends, want};
use crate::value::{Action, Hears, Sent, Type, Value};
use crate::world::{Fault, Look, Node, Put, World};
use draw::{alphabet, draw};
use kept::{kept_at, kept_in, make_dirs, real_state};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

want! {
    /// What password to keep.
    pub struct Want {
        /// How many characters it has: 1 to 4096.
        length: u64 => default("16"),
        /// What it is made of: `alnum` (letters and digits), `hex`, `ascii` (printable, without space and quotes), or `chars:`
        /// and the characters themselves.
        alphabet: String => default("alnum"),
        /// Whether a kept password that does not fit these params is replaced; else it is an error.
        recover: bool => default("false"),
    }
}

/// What can be wrong with a password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// There is none.
    Missing,
    /// The kept one does not fit, and may be replaced: why.
    Unfit(String),
    /// The directory that it is kept in has another mode.
    DirMode(u32),
    /// Its file has another mode.
    FileMode(u32),
    /// Its file is somebody else's: who, and who should own it.
    Owner(String, String),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Missing => f.write_str("not generated yet"),
            Wrong::Unfit(why) => write!(f, "the kept one {why}; a new one takes its place"),
            Wrong::DirMode(mode) => {
                write!(f, "kept in a directory of mode {mode:04o}, should be 0700")
            }
            Wrong::FileMode(mode) => write!(f, "kept in a file of mode {mode:04o}, should be 0600"),
            Wrong::Owner(is, should) => write!(f, "kept in a file of {is}, should be {should}'s"),
        }
    }
}

impl Drift for Wrong {
    fn field(&self) -> &'static str {
        match self {
            Wrong::Missing | Wrong::Unfit(_) => "length",
            Wrong::DirMode(_) | Wrong::FileMode(_) | Wrong::Owner(..) => "",
        }
    }

    fn action(&self) -> Action {
        match self {
            Wrong::Missing => Action::Add,
            _ => Action::Change,
        }
    }
}

/// The kind.
pub struct Password;

impl Kind for Password {
    type Want = Want;
    type Drift = Wrong;
    const NAME: &'static str = "password";
    const ABOUT: &'static str =
        "Makes a password once, keeps it with the graph's state, and sends it as a secret.";
    const SENDS: &'static [Sent] = &[Sent::new("password", Type::Str, "The password.").secret()];
    const HEARS: Hears = Hears::Refresh("makes a new one");

    fn validate(&self, want: &Want, _: &Given) -> Result<(), String> {
        if !(1..=4096).contains(&want.length) {
            return Err(format!("length: expected 1 to 4096, found {}", want.length));
        }
        alphabet(&want.alphabet).map(|_| ())
    }

    fn owns(&self, _: &Want) -> Vec<String> {
        // Its path holds its own name, so that no two can meet there.
        Vec::new()
    }

    fn check(&self, want: &Want, at: &At, look: &dyn Look) -> Result<Check<Wrong>, Failure> {
        let (dir, file) = (kept_in(at.state), kept_at(at.state, at));
        let Some(stat) = look.stat(&file)? else {
            return Ok(Check::of(vec![Wrong::Missing]));
        };
        let mut drifts = Vec::new();
        if stat.what != Node::File {
            let why = "is no regular file".to_owned();
            return unfit(want, &file, why).map(|wrong| Check::of(vec![wrong]));
        }
        if let Some(stat) = look.stat(&dir)?
            && stat.mode != 0o700
        {
            drifts.push(Wrong::DirMode(stat.mode));
        }
        let me = look.me()?;
        if stat.uid != me.uid {
            drifts.push(Wrong::Owner(look.name_of(stat.uid, false)?, me.name));
        }
        if stat.mode != 0o600 {
            drifts.push(Wrong::FileMode(stat.mode));
        }
        if let Some(why) = misfit(want, &file, look)? {
            drifts.push(unfit(want, &file, why)?);
        }
        Ok(Check::of(drifts))
    }

    fn apply(
        &self,
        want: &Want,
        drifts: &[Wrong],
        at: &At,
        world: &dyn World,
    ) -> Result<Done, Failure> {
        let state = real_state(at, world)?;
        let (dir, file) = (kept_in(&state), kept_at(&state, at));
        let mut done = Done::default();
        for wrong in drifts {
            match wrong {
                Wrong::DirMode(_) => world.set_mode(&dir, 0o700)?,
                Wrong::Owner(..) => world.set_owner(&file, Some(world.me()?.uid), None)?,
                Wrong::FileMode(_) => world.set_mode(&file, 0o600)?,
                Wrong::Missing | Wrong::Unfit(_) => {
                    done.said = Some(generate(want, at, world)?);
                    done.refreshed = true;
                }
            }
        }
        Ok(done)
    }

    fn refresh(&self, want: &Want, at: &At, world: &dyn World) -> Result<Done, Failure> {
        Ok(Done {
            said: Some(generate(want, at, world)?),
            changed: true,
            ..Done::default()
        })
    }

    fn sends(&self, want: &Want, at: &At, look: &dyn Look) -> Result<Sends, Failure> {
        let kept = look.read(&kept_at(at.state, at), limit(want))?;
        let password = Value::bytes(&kept).into_secret();
        Ok(Sends::from([("password".to_owned(), password)]))
    }
}

/// Makes a new one and keeps it; says so.
fn generate(want: &Want, at: &At, world: &dyn World) -> Result<String, Failure> {
    let refused = |why: String| Failure::new(why).not_begun();
    let alphabet = alphabet(&want.alphabet).map_err(refused)?;
    let state = real_state(at, world)?;
    make_dirs(&kept_in(&state), world)?;
    let password = draw(want.length, &alphabet, world)?;
    let path = kept_at(&state, at);
    let mine = world.me()?.uid;
    world.put(&Put {
        path,
        content: Arc::from(password.as_bytes()),
        mode: 0o600,
        uid: Some(mine),
        gid: None,
        validate: None,
    })?;
    let plural = if want.length == 1 { "" } else { "s" };
    Ok(format!("generated {} character{plural}", want.length))
}

/// How the kept one fails to fit; `None` if it fits. Says nothing of its characters.
fn misfit(want: &Want, file: &Path, look: &dyn Look) -> Result<Option<String>, Failure> {
    let kept = match look.read(file, limit(want)) {
        Ok(kept) => kept,
        Err(Fault::TooLarge(..)) => return Ok(Some("is far longer than it should be".to_owned())),
        Err(fault) => return Err(fault.into()),
    };
    let Ok(text) = std::str::from_utf8(&kept) else {
        return Ok(Some("is no text".to_owned()));
    };
    let alphabet = alphabet(&want.alphabet).map_err(|why| Failure::new(why).about("alphabet"))?;
    let length = text.chars().count() as u64;
    if length != want.length {
        return Ok(Some(format!(
            "has {length} characters, should have {}",
            want.length
        )));
    }
    let foreign = text.chars().any(|c| !alphabet.contains(&c));
    Ok(foreign.then(|| "has characters that are not in its alphabet".to_owned()))
}

/// A kept one that does not fit: a drift where it may be replaced, else a failure.
fn unfit(want: &Want, file: &Path, why: String) -> Result<Wrong, Failure> {
    if want.recover {
        return Ok(Wrong::Unfit(why));
    }
    Err(Failure::new(format!(
        "the password kept at {} {why}: set the params that made it, or `recover: true` to make a new one",
        file.display()
    )))
}

/// The most bytes that a fitting one has, and some, so that a misfit can be told.
fn limit(want: &Want) -> u64 {
    want.length.saturating_mul(4).max(4096 * 4)
}
