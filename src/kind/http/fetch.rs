//! One download, checked: status, hash, whole. Says nothing of headers, which may be secret.

use super::Want;
use crate::kind::{Failure, Sends};
use crate::value::{Value, sanitise, sha256_hex};
use crate::world::{Fault, Look, Request, Response};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The header that says how content may be encoded.
const ENCODING: &str = "Accept-Encoding";

/// What a server had.
#[derive(Clone, PartialEq, Eq)]
pub struct Got {
    /// Status of the answer.
    pub status: u16,
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    modified: Option<String>,
    /// All of its body.
    pub content: Arc<[u8]>,
}

impl Got {
    /// What the engine kept of an earlier download.
    pub fn kept(kept: &Sends) -> Option<Got> {
        let status = match kept.get("status").map(Value::expose) {
            Some(Value::Int(status)) => u16::try_from(*status).ok()?,
            _ => return None,
        };
        Some(Got {
            status,
            etag: kept
                .get("etag")
                .and_then(Value::expose_str)
                .map(str::to_owned),
            modified: None,
            content: kept.get("content")?.expose_bytes()?.into(),
        })
    }

    /// It in a few words: its size, and where that tells nothing secret the beginning of its hash.
    pub fn words(&self, secret: bool) -> String {
        let size = self.content.len();
        match secret {
            true => format!("{size} bytes"),
            false => format!(
                "{size} bytes (sha256 {}…)",
                &sha256_hex(&self.content)[..12]
            ),
        }
    }
}

/// Fetches what is wanted; `None` where the server says that what is `known` is still so.
pub fn fetch(want: &Want, known: Option<&Got>, look: &dyn Look) -> Result<Option<Got>, Failure> {
    let request = Request {
        url: want.url.clone(),
        headers: headers(want, known),
        secret: secret_headers(want),
        timeout: want.timeout,
        limit: want.limit,
        ca: want.ca.clone(),
    };
    let response = look.fetch(&request).map_err(|fault| stopped(want, fault))?;
    if response.status == 304 && known.is_some() {
        return Ok(None);
    }
    let refuse = |why: String| Err(Failure::new(format!("{}: {why}", want.url)).not_begun());
    match response.status {
        204..=206 | 300.. => refuse(format!("answered {}", phrase(response.status))),
        200..=299 => match encoded(want, &response).or_else(|| refused_hash(want, &response)) {
            Some(why) => refuse(why),
            None => Ok(Some(got(response))),
        },
        status => refuse(format!("answered {status}, which no server should")),
    }
}

/// A download without an answer; it names what was asked for.
fn stopped(want: &Want, fault: Fault) -> Failure {
    let late = matches!(fault, Fault::TimedOut(_));
    let failure = Failure::from(fault).not_begun();
    match late {
        true => Failure {
            why: format!("{}: {}", want.url, failure.why),
            ..failure
        },
        false => failure,
    }
}

/// Whether this is a URL that can be asked, and shows no password.
pub fn fits_url(url: &str) -> Result<(), String> {
    let lower = url.to_ascii_lowercase();
    let Some(rest) = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"))
    else {
        return Err(format!(
            "expected http://… or https://…, found `{}`",
            sanitise(url)
        ));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "holds a user or password, and would show it: put it into the header Authorization"
                .to_owned(),
        );
    }
    if authority.is_empty() || authority.starts_with(':') {
        return Err(format!("there is no host in `{}`", sanitise(url)));
    }
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!(
            "holds a space or a control character: `{}`",
            sanitise(url)
        ));
    }
    Ok(())
}

/// Whether names and values can stand in a request. Never shows a value.
pub fn fits_headers(want: &Want) -> Result<(), String> {
    for (name, value) in &want.headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(format!(
                "headers: `{}` cannot be a header's name",
                sanitise(name)
            ));
        }
        let text = value.expose_str().unwrap_or_default();
        if text.chars().any(|c| c.is_control() && c != '\t') {
            return Err(format!(
                "headers.{name}: holds a line break or another control character, which no header can"
            ));
        }
    }
    Ok(())
}

/// The headers as wanted, that content is to come as it is, and the condition that something new is there. What is written stays.
fn headers(want: &Want, known: Option<&Got>) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = want
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.expose_str()?.to_owned())))
        .collect();
    let identity = Some("identity".to_owned());
    for (name, value) in [
        (ENCODING, &identity),
        ("If-None-Match", known.map_or(&None, |known| &known.etag)),
        (
            "If-Modified-Since",
            known.map_or(&None, |known| &known.modified),
        ),
    ] {
        if let (false, Some(value)) = (is_written(want, name), value) {
            headers.insert(name.to_owned(), value.clone());
        }
    }
    headers
}

fn secret_headers(want: &Want) -> BTreeSet<String> {
    let headers = want.headers.iter();
    let secret = headers.filter(|(_, value)| value.is_secret());
    secret.map(|(name, _)| name.clone()).collect()
}

fn is_written(want: &Want, name: &str) -> bool {
    let mut written = want.headers.keys();
    written.any(|written| written.eq_ignore_ascii_case(name))
}

/// Whether an answer is something else than the content itself, though nobody asked for that.
fn encoded(want: &Want, response: &Response) -> Option<String> {
    let encoding = response.headers.get("content-encoding")?;
    let plain = encoding.is_empty() || encoding.eq_ignore_ascii_case("identity");
    (!plain && !is_written(want, ENCODING)).then(|| {
        format!(
            "answered with content encoded as {}, though it was asked for as it is: a header `{ENCODING}` of your own takes it \
             as it comes",
            sanitise(encoding)
        )
    })
}

fn refused_hash(want: &Want, response: &Response) -> Option<String> {
    let expected = want.sha256.as_ref()?.to_ascii_lowercase();
    let found = sha256_hex(&response.body);
    if found == expected {
        return None;
    }
    let size = response.body.len();
    Some(match want.is_secret() {
        true => format!("has another sha256 than {expected} ({size} bytes)"),
        false => format!("has sha256 {found} ({size} bytes), expected {expected}"),
    })
}

fn got(response: Response) -> Got {
    let header = |name: &str| response.headers.get(name).cloned();
    Got {
        status: response.status,
        etag: header("etag"),
        modified: header("last-modified"),
        content: response.body.clone(),
    }
}

/// A status with what it means, for those that people meet.
fn phrase(status: u16) -> String {
    let meaning = match status {
        204 => "no content",
        206 => "only a part",
        301 | 302 | 303 | 307 | 308 => "moved, and led nowhere",
        304 => "not changed, though nothing was known",
        401 => "not authorised",
        403 => "forbidden",
        404 => "not found",
        407 => "the proxy wants a login",
        410 => "gone",
        429 => "too many requests",
        500..=599 => "the server's own trouble",
        _ => return status.to_string(),
    };
    format!("{status} ({meaning})")
}
