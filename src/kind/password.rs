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

use super::{At, Check, Done, Drift, Failure, Given, Kind, Sends, want};
use crate::value::{Hears, Sent, Type, Value};
use crate::world::{Fault, Look, Node, Put, World};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
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
        let (dir, file) = (kept_in(at), kept_at(at));
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
        let (dir, file) = (kept_in(at), kept_at(at));
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
        let kept = look.read(&kept_at(at), limit(want))?;
        let password = Value::bytes(&kept).into_secret();
        Ok(Sends::from([("password".to_owned(), password)]))
    }
}

/// Makes a new one and keeps it; says so.
fn generate(want: &Want, at: &At, world: &dyn World) -> Result<String, Failure> {
    let refused = |why: String| Failure::new(why).not_begun();
    let alphabet = alphabet(&want.alphabet).map_err(refused)?;
    make_dirs(&kept_in(at), world)?;
    let password = draw(want.length, &alphabet, world)?;
    let path = kept_at(at);
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

/// So many characters, each drawn evenly: bytes beyond the last whole multiple of the alphabet are drawn again.
fn draw(length: u64, alphabet: &[char], world: &dyn World) -> Result<String, Fault> {
    let even = 256 - 256 % alphabet.len().max(1);
    let mut drawn = String::new();
    let mut left = usize::try_from(length).unwrap_or(usize::MAX);
    while left > 0 {
        // Some more than needed, since some are drawn again.
        for byte in world.random(left.max(32))? {
            let byte = usize::from(byte);
            if left > 0 && byte < even {
                drawn.push(alphabet[byte % alphabet.len()]);
                left -= 1;
            }
        }
    }
    Ok(drawn)
}

/// The characters of an alphabet as it is written; at least two, none twice, none that a terminal would act on.
fn alphabet(text: &str) -> Result<Vec<char>, String> {
    let alnum = || ('0'..='9').chain('A'..='Z').chain('a'..='z');
    let chars: Vec<char> = match text {
        "alnum" => alnum().collect(),
        "hex" => ('0'..='9').chain('a'..='f').collect(),
        "ascii" => ('!'..='~').filter(|c| !"\"'`".contains(*c)).collect(),
        _ => match text.strip_prefix("chars:") {
            Some(chars) => chars.chars().collect(),
            None => {
                let found = crate::value::quote(text);
                return Err(format!(
                    "alphabet: expected alnum, hex, ascii, or chars: and the characters, found {found}"
                ));
            }
        },
    };
    let distinct: BTreeSet<&char> = chars.iter().collect();
    match () {
        _ if chars.len() < 2 => Err("alphabet: needs at least two characters".to_owned()),
        _ if chars.len() > 256 => Err("alphabet: holds more than 256 characters".to_owned()),
        _ if distinct.len() < chars.len() => {
            Err("alphabet: a character stands in it twice, which would make it likelier".to_owned())
        }
        _ if chars.iter().any(|c| c.is_control()) => {
            Err("alphabet: holds a control character".to_owned())
        }
        _ => Ok(chars),
    }
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

/// Makes the directory and those above it that are missing, for nobody else to look into.
fn make_dirs(dir: &Path, world: &dyn World) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for above in dir.ancestors() {
        if world.stat(above)?.is_some() {
            break;
        }
        missing.push(above);
    }
    for dir in missing.into_iter().rev() {
        match world.make_dir(dir, 0o700) {
            // Another password of the same graph was quicker.
            Ok(()) | Err(Fault::Exists(_)) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(())
}

fn kept_in(at: &At) -> PathBuf {
    at.state.join("passwords")
}

fn kept_at(at: &At) -> PathBuf {
    kept_in(at).join(file_name(at.key.name()))
}

/// A resource's name as the name of one file: what is not a plain letter, digit, `_` or `-` is percent-encoded, so that
/// no two names meet, and none is a dot file or a path. One too long for a file system ends in its hash.
fn file_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let mut encoded = String::new();
    for byte in name.bytes() {
        match plain(byte) {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    match encoded.len() {
        // A lone `%` stands in no encoded name.
        0 => "%".to_owned(),
        1..=200 => encoded,
        _ => {
            let hash: String = Sha256::digest(name.as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("{}%{hash}", &encoded[..120])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{Bench, Toy};
    use super::*;

    const AT: &str = "/var/lib/weft/g/passwords/pw";

    #[test]
    fn a_password_is_made_once_and_sent_as_a_secret() {
        let world = Toy::of("/var/lib/ 0755");
        let bench = Bench::of(&world, "password pw");
        let checked = bench.check().unwrap();
        assert_eq!(checked.findings[0].line, "not generated yet");
        assert!(checked.sends.is_none());
        let applied = bench.apply(&checked).unwrap();
        assert_eq!(
            applied.done.said.as_deref(),
            Some("generated 16 characters")
        );
        // Making it is what a refresh does (rule N3).
        assert!(applied.done.refreshed);
        let password = &applied.sends["password"];
        assert!(matches!(password, Value::Secret(_)));
        assert_eq!(password.expose_str(), Some("0123456789ABCDEF"));
        assert_eq!(
            world.lines("/var/lib"),
            format!(
                "/var/lib/weft/ 0700 root\n/var/lib/weft/g/ 0700 root\n\
                 /var/lib/weft/g/passwords/ 0700 root\n{AT} 0600 root = 0123456789ABCDEF"
            )
        );
        let again = bench.check().unwrap();
        assert_eq!(again.findings, []);
        assert_eq!(again.sends.unwrap()["password"], *password);
    }

    #[test]
    fn a_kept_one_that_does_not_fit_is_an_error_unless_it_may_be_replaced() {
        let fits = "0123456789abcdef";
        let rows = [
            (format!("{AT} 0600 = {fits}"), "", ""),
            (format!("{AT} 0600 = {fits}"), "alphabet=hex", ""),
            (
                format!("{AT} 0600 = {fits}x"),
                "",
                "has 17 characters, should have 16",
            ),
            (
                format!("{AT} 0600 = 0123456789abcdeX"),
                "alphabet=hex",
                "not in its alphabet",
            ),
            (
                format!("{AT} 0600 = {}", "x".repeat(20_000)),
                "",
                "far longer",
            ),
            (format!("{AT} -> /etc/shadow"), "", "is no regular file"),
            (format!("{AT}/x 0600 = {fits}"), "", "is no regular file"),
        ];
        for (before, params, why) in rows {
            let dir = "/var/lib/weft/g/passwords/ 0700\n";
            let world = Toy::of(&format!("{dir}{before}"));
            let found = Bench::of(&world, &format!("password pw {params}")).settle();
            if why.is_empty() {
                assert_eq!(found, Ok(Vec::new()), "{before}");
                continue;
            }
            let failure = found.expect_err(&before);
            assert!(
                failure.why.contains(why) && failure.why.contains("recover"),
                "{}",
                failure.why
            );
            assert!(!failure.began && !failure.why.contains(fits));
            if before.contains("/x") {
                continue;
            }
            let lines = Bench::of(&world, &format!("password pw {params} recover=true")).settle();
            assert!(lines.unwrap()[0].contains(why), "{before}");
            assert!(
                world.lines(AT).contains("0600 root = 0123456789"),
                "{before}"
            );
        }
    }

    #[test]
    fn mode_and_owner_are_mended_without_a_new_password() {
        let world = Toy::of(&format!(
            "/var/lib/weft/g/passwords/ 0755\n{AT} 0644 www = 0123456789abcdef"
        ));
        let bench = Bench::of(&world, "password pw");
        let checked = bench.check().unwrap();
        let lines: Vec<&str> = checked
            .findings
            .iter()
            .map(|found| found.line.as_str())
            .collect();
        assert_eq!(
            lines,
            [
                "kept in a directory of mode 0755, should be 0700",
                "kept in a file of www, should be root's",
                "kept in a file of mode 0644, should be 0600",
            ]
        );
        let applied = bench.apply(&checked).unwrap();
        assert!(!applied.done.refreshed && applied.done.said.is_none());
        assert_eq!(
            world.lines(AT),
            format!("{AT} 0600 root = 0123456789abcdef")
        );
    }

    #[test]
    fn a_notification_makes_a_new_one() {
        let world = Toy::of(&format!(
            "/var/lib/weft/g/passwords/ 0700\n{AT} 0600 = 0123456789abcdef"
        ));
        let done = Bench::of(&world, "password pw").refresh().unwrap();
        assert!(done.done.changed);
        assert_eq!(done.done.said.as_deref(), Some("generated 16 characters"));
        assert_eq!(
            done.sends["password"].expose_str(),
            Some("0123456789ABCDEF")
        );
    }

    #[test]
    fn a_plan_does_not_make_one_up() {
        let world = Toy {
            random: Vec::new(),
            ..Toy::of("/var/lib/ 0755")
        };
        let bench = Bench {
            plan: true,
            ..Bench::of(&world, "password pw")
        };
        let applied = bench.apply(&bench.check().unwrap()).unwrap();
        let password = &applied.sends["password"];
        assert!(password.unknown_in().is_some() && password.is_secret());
        assert!(!applied.may);
        assert_eq!(world.count("put"), 0);
    }

    #[test]
    fn every_character_is_as_likely_as_any_other() {
        // All 256 bytes are handed out in turn: 248 of them make 4 rounds of 62 characters, and 8 are drawn again.
        let world = Toy::of("");
        let letters = alphabet("alnum").unwrap();
        let drawn = draw(248, &letters, &world).unwrap();
        for letter in &letters {
            assert_eq!(drawn.matches(*letter).count(), 4, "{letter}");
        }
        let last = Toy {
            random: vec![255, 7],
            ..Toy::of("")
        };
        assert_eq!(draw(3, &letters, &last).as_deref(), Ok("777"));
    }

    #[test]
    fn params_are_refused_with_their_reason() {
        let world = Toy::of("");
        for (params, why) in [
            ("length=0", "1 to 4096"),
            ("length=4097", "1 to 4096"),
            ("alphabet=letters", "expected alnum, hex, ascii"),
            ("alphabet=chars:a", "at least two"),
            ("alphabet=chars:aba", "twice"),
        ] {
            let refused = Bench::of(&world, &format!("password pw {params}")).validate(&[]);
            assert!(
                refused.is_err_and(|refused| refused.contains(why)),
                "{params}"
            );
        }
        for params in ["", "alphabet=ascii", "alphabet=chars:äöü", "length=4096"] {
            let refused = Bench::of(&world, &format!("password pw {params}")).validate(&[]);
            assert_eq!(refused, Ok(()), "{params}");
        }
    }

    #[test]
    fn any_name_is_one_safe_file_name() {
        for (name, file) in [
            ("pw", "pw"),
            ("a/b", "a%2Fb"),
            ("..", "%2E%2E"),
            ("a%2Fb", "a%252Fb"),
            ("ä", "%C3%A4"),
            ("", "%"),
        ] {
            assert_eq!(file_name(name), file);
        }
        let (long, longer) = ("x".repeat(300), "x".repeat(301));
        assert!(file_name(&long).len() < 200);
        assert_ne!(file_name(&long), file_name(&longer));
    }
}
