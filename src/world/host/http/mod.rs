//! Fetching over HTTP.
//!
//! - TLS trusts what the host trusts, or only the certificates of the request's own file.
//! - The environment's proxies are honoured (`proxy`), for each hop by its own URL. For `https` a proxy is asked to CONNECT; for
//!   plain `http` it is asked for the whole URL (`forward`), since most proxies connect to no other port than 443.
//! - Up to ten redirects are followed, to `http` and `https` alone, and from `https` to no `http` (`redirect`). Within the origin
//!   that the URL names (scheme, host and port) all headers go along. From the first redirect to another origin on only those do
//!   that tell nobody anything (`HARMLESS`), and none whose value is secret.
//! - A request runs in a thread of its own, so that a cancel need not wait for the network; the thread ends at the
//!   request's timeout at the latest.

mod forward;
mod proxy;
mod redirect;
#[cfg(test)]
mod tests;

use super::cancel::{Deadline, Limits};
use crate::time::Span;
use crate::world::{Fault, Request, Response};
use proxy::Via;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// How many redirects are followed.
const REDIRECTS: u32 = 10;

/// How large a file of certificates may be.
const CA_LIMIT: u64 = 16 << 20;

/// What this program says that it is.
const AGENT: &str = concat!("weft/", env!("CARGO_PKG_VERSION"));

/// What also goes to another origin that the one that was named sends us to: it says what is wanted, and never who asks. Whatever else
/// stands in a header may be a login, under whatever name.
const HARMLESS: [&str; 10] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "if-modified-since",
    "if-none-match",
    "pragma",
    "range",
    "user-agent",
];

type Answer = ureq::http::Response<Body>;

/// Fetches; ends with its attempt.
pub(super) fn fetch(request: &Request, limits: &Limits) -> Result<Response, Fault> {
    limits.check()?;
    let deadline = limits.sooner(Some(request.timeout));
    let trip = Trip {
        roots: roots(request)?,
        deadline,
        span: deadline.map_or(request.timeout, |deadline| deadline.span),
        request: request.clone(),
    };
    let span = trip.span;
    let (tell, told) = mpsc::channel();
    let done = tell.clone();
    let _waking = limits.cancel.on_cancel(move || {
        let _ = tell.send(Err(Fault::Cancelled));
    });
    std::thread::Builder::new()
        .name("fetch".into())
        .spawn(move || {
            let _ = done.send(trip.go());
        })
        .map_err(|error| {
            let why = format!("cannot be started: {error}");
            Fault::Net(shown(&request.url), why)
        })?;
    // The library keeps the time too; this is for what it cannot interrupt.
    let left = deadline.map_or(Duration::MAX, |deadline| {
        deadline.at.saturating_duration_since(Instant::now()) + Duration::from_secs(1)
    });
    told.recv_timeout(left)
        .unwrap_or(Err(Fault::TimedOut(span)))
}

/// A URL as errors may show it: without user, password, query and fragment.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    match scheme {
        "" => format!("{host}{path}"),
        scheme => format!("{scheme}://{host}{path}"),
    }
}

/// Whom TLS is to trust.
fn roots(request: &Request) -> Result<RootCerts, Fault> {
    match &request.ca {
        None => Ok(RootCerts::PlatformVerifier),
        Some(file) => Ok(RootCerts::Specific(Arc::new(certificates(file)?))),
    }
}

fn certificates(file: &std::path::Path) -> Result<Vec<ureq::tls::Certificate<'static>>, Fault> {
    let unreadable = |why: String| Fault::Io(file.to_owned(), why);
    let mut pem = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(CA_LIMIT).read_to_end(&mut pem))
        .map_err(|error| match rustix::io::Errno::from_io_error(&error) {
            Some(errno) => super::place::fault(file, errno),
            None => unreadable(error.to_string()),
        })?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(unreadable("is not PEM: expected certificates".into())),
        }
    }
    if found.is_empty() {
        return Err(unreadable(
            "holds no certificate: expected PEM with at least one".into(),
        ));
    }
    Ok(found)
}

/// A request on its way, from hop to hop.
struct Trip {
    request: Request,
    roots: RootCerts,
    deadline: Option<Deadline>,
    span: Span,
}

impl Trip {
    fn go(&self) -> Result<Response, Fault> {
        let mut url = redirect::url(&self.request.url).map_err(|why| self.net(why))?;
        // Who was led away and back again may have been led there to spend its login on something else.
        let mut own = true;
        for _ in 0..=REDIRECTS {
            let via =
                proxy::of(&url, |name| std::env::var(name).ok()).map_err(|why| self.net(why))?;
            let answer = self.ask(&url, via.as_ref(), own)?;
            match redirect::asked(&url, &answer).map_err(|why| self.net(why))? {
                Some(next) => {
                    own &= redirect::same_origin(&url, &next);
                    url = next;
                }
                None => return self.read(answer, via.as_ref()),
            }
        }
        Err(self.net(format!("more than {REDIRECTS} redirects")))
    }

    /// Asks one server, or its proxy; with its `own` headers, if it is the one that the request names.
    fn ask(&self, url: &Uri, via: Option<&Via>, own: bool) -> Result<Answer, Fault> {
        let agent = self.agent(url, via);
        let mut call = agent.get(url);
        for (name, value) in &self.request.headers {
            if own || self.is_harmless(name) {
                call = call.header(name, value);
            }
        }
        if let Some(login) = via.filter(|via| via.forwards(url)).and_then(Via::login) {
            call = call.header("Proxy-Authorization", login);
        }
        call.call().map_err(|error| self.unanswered(error, via))
    }

    fn is_harmless(&self, name: &str) -> bool {
        let listed = HARMLESS.contains(&name.to_ascii_lowercase().as_str());
        listed && !self.request.secret.contains(name)
    }

    fn agent(&self, url: &Uri, via: Option<&Via>) -> Agent {
        let left = self
            .deadline
            .map(|deadline| deadline.at.saturating_duration_since(Instant::now()));
        let forwarded = via.filter(|via| via.forwards(url));
        let tunnelled = via.filter(|_| forwarded.is_none());
        let tls = TlsConfig::builder().root_certs(self.roots.clone()).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(left)
            .user_agent(AGENT)
            .proxy(tunnelled.map(|via| via.proxy.clone()))
            .tls_config(tls)
            .build();
        match forwarded {
            Some(via) => forward::agent(config, url, &via.proxy),
            None => config.new_agent(),
        }
    }

    fn read(&self, answer: Answer, via: Option<&Via>) -> Result<Response, Fault> {
        let status = answer.status().as_u16();
        let mut headers = BTreeMap::new();
        for (name, value) in answer.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers
                .entry(name.as_str().to_owned())
                .and_modify(|known: &mut String| *known = format!("{known}, {value}"))
                .or_insert_with(|| value.into_owned());
        }
        let promised = headers
            .get("content-length")
            .and_then(|length| length.parse::<u64>().ok())
            .filter(|_| status != 304 && status != 204);
        let limit = self.request.limit;
        if promised.is_some_and(|length| length > limit) {
            return Err(Fault::TooLarge(shown(&self.request.url), limit));
        }
        let mut body = Vec::new();
        let mut reader = answer.into_body().into_with_config().limit(limit).reader();
        let ended = reader.read_to_end(&mut body);
        let of = promised.map_or(String::new(), |length| format!(" of {length}"));
        let short = |why: &str| format!("broke off after {}{of} bytes{why}", body.len());
        match ended {
            Ok(_) if promised.is_none_or(|length| length == body.len() as u64) => Ok(Response {
                status,
                headers,
                body: body.into(),
            }),
            Ok(_) => Err(self.net(short(""))),
            Err(error) => Err(match self.unanswered(ureq::Error::from(error), via) {
                Fault::Net(url, why) => Fault::Net(url, short(&format!(": {why}"))),
                other => other,
            }),
        }
    }

    fn net(&self, why: String) -> Fault {
        Fault::Net(shown(&self.request.url), why)
    }

    fn unanswered(&self, error: ureq::Error, via: Option<&Via>) -> Fault {
        use ureq::Error;
        let why = match error {
            Error::Timeout(_) => return Fault::TimedOut(self.span),
            Error::BodyExceedsLimit(_) => {
                return Fault::TooLarge(shown(&self.request.url), self.request.limit);
            }
            // These repeat what was given, which may hold a password or a token.
            Error::BadUri(_) => redirect::NO_URL.to_owned(),
            Error::Http(_) => "the URL or a header holds what HTTP cannot say".to_owned(),
            Error::HostNotFound => "host not found".to_owned(),
            Error::ConnectProxyFailed(said) => format!("it does not connect: {said}"),
            Error::Io(error) => match rustix::io::Errno::from_io_error(&error) {
                Some(errno) => super::place::say(errno),
                None => self.said(&error.to_string()),
            },
            other => self.said(&other.to_string()),
        };
        self.net(match via {
            Some(via) => format!("by way of the proxy {via}: {why}"),
            None => why,
        })
    }

    /// An error in the library's words, with what to do about it where that is plain.
    fn said(&self, error: &str) -> String {
        match (error.contains("UnknownIssuer"), &self.request.ca) {
            (false, _) => error.to_owned(),
            (true, None) => format!(
                "{error}: nobody whom this host trusts has signed it; `ca` can name a file of certificates to trust instead"
            ),
            (true, Some(ca)) => format!("{error}: none in {} has signed it", ca.display()),
        }
    }
}
