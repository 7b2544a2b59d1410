//! `http`: downloads what a server has, and sends it on.
//!
//! ```text
//! add http release url=https://example.org/app.conf sha256=… poll=1h
//! http[release].content -> file[/etc/app.conf].content
//! ```
//!
//! It holds nothing on this machine: what it downloaded is what it sends. It asks only whether that is new (by ETag and
//! Last-Modified), so an unchanged answer costs no download. A download that fails, breaks off, is too large or has
//! another hash than expected changes nothing anywhere. Content is asked for as it is (`Accept-Encoding: identity`), and an
//! answer that is compressed all the same is refused, unless a header of your own asks for it.
//!
//! A redirect is followed, but from https to no http. To another server (scheme, host or port) no header goes along that could say
//! who asks: `Authorization`, cookies, each whose value is secret, and each that is not known to be harmless.

mod fetch;
#[cfg(test)]
mod tests;

use super::path::well_formed;
use super::{At, Check, Done, Drift, Failure, Given, Kind, Rhythm, Sends, want};
use crate::graph::Params;
use crate::time::{SHORTEST_LIMIT, SHORTEST_ROUND, Span};
use crate::value::{Action, Hears, Opaque, Sent, Type, Value, sha256_hex, short};
use crate::world::{Look, World};
use fetch::{Got, fetch, fits_url};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

want! {
    /// What to download.
    pub struct Want {
        /// Where from: `http://…` or `https://…`.
        url: String => or_name(),
        /// Headers to send along, such as `Authorization`.
        headers: BTreeMap<String, Value> => of(Type::Map(&Type::Str)).secret(),
        /// The content's SHA-256 in hexadecimal; another content is refused.
        sha256: Option<String>,
        /// How often to ask again under `watch`, at least 100ms apart.
        poll: Option<Span>,
        /// How long a download may take altogether, at least 1ms.
        timeout: Span => default("30s"),
        /// How many bytes the content may have, at least 1.
        limit: u64 => default("16777216"),
        /// A file of certificates (PEM) to trust instead of the host's.
        ca: Option<PathBuf>,
    }
}

impl Want {
    /// Whether what it gets must not be shown, not even as a hash.
    fn is_secret(&self) -> bool {
        self.headers.values().any(Value::is_secret)
    }
}

/// What can be wrong.
pub enum HttpDrift {
    /// The server has something that is not known here: what was known, and what it has, each in words.
    New(Option<String>, String, Got),
    /// What it has is not known before apply, since this is still to come: a header, a file of certificates.
    May(String),
}

impl fmt::Display for HttpDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpDrift::New(None, has, _) => {
                write!(f, "content not known yet, the server has {has}")
            }
            HttpDrift::New(Some(had), has, _) => {
                write!(f, "content was {had}, the server has {has}")
            }
            HttpDrift::May(what) => {
                write!(
                    f,
                    "content depends on {what}, which is not known before apply"
                )
            }
        }
    }
}

impl Drift for HttpDrift {
    fn field(&self) -> &'static str {
        "url"
    }

    fn mark(&self) -> u64 {
        match self {
            HttpDrift::New(_, _, got) => short(Sha256::new_with_prefix(&got.content)),
            HttpDrift::May(_) => 0,
        }
    }

    fn action(&self) -> Action {
        match self {
            HttpDrift::New(None, ..) => Action::Add,
            HttpDrift::New(Some(_), ..) => Action::Change,
            HttpDrift::May(_) => Action::Unknown,
        }
    }

    fn may(&self) -> bool {
        matches!(self, HttpDrift::May(_))
    }
}

/// The kind.
pub struct Http;

impl Kind for Http {
    type Want = Want;
    type Drift = HttpDrift;
    const NAME: &'static str = "http";
    const ABOUT: &'static str = "Downloads what a server has, and sends it on.";
    const SENDS: &'static [Sent] = &[
        Sent::new("content", Type::Bytes, "What was downloaded.").kept(),
        Sent::new("status", Type::Int, "The status of the answer.")
            .kept()
            .open(),
        Sent::new(
            "etag",
            Type::Str,
            "The server's mark of this content, if it gives one.",
        )
        .kept(),
    ];
    const HEARS: Hears = Hears::Refresh("fetches again");
    const APPLY_REFRESHES: bool = true;

    fn validate(&self, want: &Want, given: &Given) -> Result<(), String> {
        if !given.bound().iter().any(|path| &*path.field == "url") {
            fits_url(&want.url).map_err(|why| format!("url: {why}"))?;
        }
        if let Some(sum) = &want.sha256
            && (sum.len() != 64 || !sum.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            return Err("sha256: expected 64 hexadecimal digits".to_owned());
        }
        let fits = want.timeout.at_least(SHORTEST_LIMIT);
        fits.map_err(|why| format!("timeout: {why}"))?;
        if let Some(poll) = want.poll {
            let fits = poll.at_least(SHORTEST_ROUND);
            fits.map_err(|why| format!("poll: {why}"))?;
        }
        if want.limit == 0 {
            return Err("limit: expected 1 byte or more, found 0".to_owned());
        }
        if let Some(ca) = &want.ca {
            well_formed(ca).map_err(|why| format!("ca: {why}"))?;
        }
        fetch::fits_headers(want)
    }

    fn check(&self, want: &Want, at: &At, look: &dyn Look) -> Result<Check<HttpDrift>, Failure> {
        // What an apply or refresh has fetched is what is known; asking again could bring something else.
        if at.applied {
            return Ok(Check::of(Vec::new()));
        }
        if let Some(header) = header_to_come(want, at) {
            return Ok(Check::of(vec![HttpDrift::May(header)]));
        }
        let known = known(at);
        let got = match fetch(want, known.as_ref(), look) {
            Ok(Some(got)) => got,
            Ok(None) => return Ok(in_sync(known)),
            Err(failure) if failure.unknown.is_some() => {
                let what = "its file of certificates".to_owned();
                return Ok(Check::of(vec![HttpDrift::May(what)]));
            }
            Err(failure) => return Err(failure),
        };
        match known {
            Some(known) if known.content == got.content => Ok(in_sync(Some(got))),
            known => {
                let had = known.map(|known| known.words(want.is_secret()));
                let has = got.words(want.is_secret());
                Ok(Check::of(vec![HttpDrift::New(had, has, got)]))
            }
        }
    }

    fn apply(
        &self,
        want: &Want,
        drifts: &[HttpDrift],
        _: &At,
        world: &dyn World,
    ) -> Result<Done, Failure> {
        let got = match drifts.first() {
            Some(HttpDrift::New(_, _, got)) => got.clone(),
            _ => whole(want, world)?,
        };
        Ok(Done {
            refreshed: true,
            ..kept(got)
        })
    }

    fn refresh(&self, want: &Want, at: &At, world: &dyn World) -> Result<Done, Failure> {
        let got = whole(want, world)?;
        let changed = known(at).is_none_or(|known| known.content != got.content);
        let same = if changed { "" } else { ", the same as before" };
        Ok(Done {
            changed,
            said: Some(format!(
                "downloaded again {}{same}",
                got.words(want.is_secret())
            )),
            ..kept(got)
        })
    }

    fn sends(&self, _: &Want, at: &At, _: &dyn Look) -> Result<Sends, Failure> {
        Ok(at
            .memo
            .and_then(Opaque::get::<Got>)
            .map_or_else(Sends::new, sends))
    }

    fn rhythm(&self, want: &Want) -> Option<Rhythm> {
        want.poll.map(Rhythm::Recheck)
    }

    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
        if fits_url(name).is_err() {
            return Ok(None);
        }
        let want = Want {
            url: name.to_owned(),
            headers: BTreeMap::new(),
            sha256: None,
            poll: None,
            timeout: Span::secs(30),
            limit: 16 << 20,
            ca: None,
        };
        let got = whole(&want, look)?;
        Ok(Some(Params::from([
            ("url".to_owned(), Value::str(name)),
            ("sha256".to_owned(), Value::from(sha256_hex(&got.content))),
        ])))
    }
}

/// What was downloaded last: as the last check remembers it, else as the engine kept it.
fn known(at: &At) -> Option<Got> {
    at.memo
        .and_then(Opaque::get::<Got>)
        .cloned()
        .or_else(|| at.kept.and_then(Got::kept))
}

/// Fetches without a condition.
fn whole(want: &Want, look: &dyn Look) -> Result<Got, Failure> {
    fetch(want, None, look)?.ok_or_else(|| {
        Failure::new(format!(
            "{}: answered that nothing changed, and was not asked that",
            want.url
        ))
        .not_begun()
    })
}

fn in_sync(known: Option<Got>) -> Check<HttpDrift> {
    Check {
        memo: known.map(Opaque::new),
        ..Check::of(Vec::new())
    }
}

fn kept(got: Got) -> Done {
    Done {
        keep: Some(sends(&got)),
        memo: Some(Opaque::new(got)),
        ..Done::default()
    }
}

fn sends(got: &Got) -> Sends {
    let mut sends = Sends::from([
        ("content".to_owned(), Value::bytes(&got.content)),
        ("status".to_owned(), Value::Int(got.status.into())),
    ]);
    if let Some(etag) = &got.etag {
        sends.insert("etag".to_owned(), Value::str(etag));
    }
    sends
}

/// A header that will be received and is not there yet (in a plan). Nothing is asked without it.
fn header_to_come(want: &Want, at: &At) -> Option<String> {
    at.received
        .iter()
        .filter(|path| &*path.field == "headers")
        .filter_map(|path| path.keys.first())
        .find(|name| !want.headers.contains_key(*name))
        .map(|name| format!("header {name}"))
}
