//! Fetching over HTTP.
//!
//! - TLS trusts what the host trusts, or only the certificates of the request's own file.
//! - A proxy that the environment names is asked to CONNECT, also for plain `http`.
//! - Up to ten redirects are followed; `Authorization` goes to none of them.
//! - A request runs in a thread of its own, so that a cancel need not wait for the network; the thread ends at the
//!   request's timeout at the latest.

use super::cancel::{Deadline, Limits};
use super::proxy::proxy;
use crate::time::Span;
use crate::world::{Fault, Request, Response};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// How many redirects are followed.
const REDIRECTS: u32 = 10;

/// How large a file of certificates may be.
const CA_LIMIT: u64 = 16 << 20;

/// What this program says that it is.
const AGENT: &str = concat!("weft/", env!("CARGO_PKG_VERSION"));

/// Fetches; ends with its attempt.
pub(super) fn fetch(request: &Request, limits: &Limits) -> Result<Response, Fault> {
    limits.check()?;
    let shown = shown(&request.url);
    let deadline = limits.sooner(Some(request.timeout));
    let agent = agent(request, deadline)?;
    let (tell, told) = mpsc::channel();
    let done = tell.clone();
    let _waking = limits.cancel.on_cancel(move || {
        let _ = tell.send(Err(Fault::Cancelled));
    });
    let asked = request.clone();
    let span = deadline.map_or(request.timeout, |deadline| deadline.span);
    std::thread::Builder::new()
        .name("fetch".into())
        .spawn(move || {
            let _ = done.send(ask(&agent, &asked, span));
        })
        .map_err(|error| Fault::Net(shown.clone(), format!("cannot be started: {error}")))?;
    // The library keeps the time too; this is for what it cannot interrupt.
    let left = deadline.map_or(Duration::MAX, |deadline| {
        deadline.at.saturating_duration_since(Instant::now()) + Duration::from_secs(1)
    });
    told.recv_timeout(left)
        .unwrap_or(Err(Fault::TimedOut(span)))
}

/// A URL as errors may show it: without user, password, query and fragment.
pub(super) fn shown(url: &str) -> String {
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

fn agent(request: &Request, deadline: Option<Deadline>) -> Result<ureq::Agent, Fault> {
    let roots = match &request.ca {
        None => RootCerts::PlatformVerifier,
        Some(file) => {
            let pem = certificates(file)?;
            RootCerts::Specific(Arc::new(pem))
        }
    };
    let left = deadline.map(|deadline| deadline.at.saturating_duration_since(Instant::now()));
    let variable = |name: &str| std::env::var(name).ok();
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(REDIRECTS)
        .max_redirects_will_error(true)
        .timeout_global(left)
        .user_agent(AGENT)
        .proxy(proxy(&request.url, variable)?)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .build();
    Ok(config.new_agent())
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

fn ask(agent: &ureq::Agent, request: &Request, span: Span) -> Result<Response, Fault> {
    let broken = |error: ureq::Error| unanswered(error, request, span);
    let mut call = agent.get(&request.url);
    for (name, value) in &request.headers {
        call = call.header(name, value);
    }
    let answer = call.call().map_err(broken)?;
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
    if promised.is_some_and(|length| length > request.limit) {
        return Err(Fault::TooLarge(shown(&request.url), request.limit));
    }
    let mut body = Vec::new();
    answer
        .into_body()
        .into_with_config()
        .limit(request.limit)
        .reader()
        .read_to_end(&mut body)
        .map_err(|error| broken(ureq::Error::from(error)))?;
    match promised {
        Some(length) if length != body.len() as u64 => Err(Fault::Net(
            shown(&request.url),
            format!("broke off after {} of {length} bytes", body.len()),
        )),
        _ => Ok(Response {
            status,
            headers,
            body: body.into(),
        }),
    }
}

fn unanswered(error: ureq::Error, request: &Request, span: Span) -> Fault {
    use ureq::Error;
    let url = shown(&request.url);
    let why = match error {
        Error::Timeout(_) => return Fault::TimedOut(span),
        Error::BodyExceedsLimit(_) => return Fault::TooLarge(url, request.limit),
        // These repeat what was given, which may hold a password or a token.
        Error::BadUri(_) => "expected an http or https URL with a host".to_owned(),
        Error::Http(_) => "the URL or a header holds what HTTP cannot say".to_owned(),
        Error::HostNotFound => "host not found".to_owned(),
        Error::TooManyRedirects => format!("more than {REDIRECTS} redirects"),
        Error::Io(error) => match rustix::io::Errno::from_io_error(&error) {
            Some(errno) => super::place::say(errno),
            None => error.to_string(),
        },
        other => other.to_string(),
    };
    Fault::Net(url, why)
}

#[cfg(test)]
mod tests {
    use super::super::CancelToken;
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::path::PathBuf;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// A server that gives one answer after the other, and returns the requests that it got.
    struct Server(
        String,
        std::thread::JoinHandle<std::io::Result<Vec<String>>>,
    );

    impl Server {
        fn new(answers: Vec<String>) -> std::io::Result<Server> {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let url = format!("http://{}", listener.local_addr()?);
            let serving = std::thread::spawn(move || {
                let mut asked = Vec::new();
                for answer in answers {
                    let (stream, _) = listener.accept()?;
                    asked.push(Server::answer(stream, &answer)?);
                }
                Ok(asked)
            });
            Ok(Server(url, serving))
        }

        fn answer(mut stream: TcpStream, answer: &str) -> std::io::Result<String> {
            let mut reader = BufReader::new(stream.try_clone()?);
            let mut head = String::new();
            while reader.read_line(&mut head)? > 2 {}
            stream.write_all(answer.as_bytes())?;
            Ok(head.to_lowercase())
        }

        fn requests(self) -> Vec<String> {
            self.1.join().ok().and_then(Result::ok).unwrap_or_default()
        }
    }

    fn request(url: &str) -> Request {
        Request {
            url: url.to_owned(),
            headers: BTreeMap::from([("If-None-Match".into(), "\"a\"".into())]),
            timeout: Span::secs(30),
            limit: 100,
            ca: None,
        }
    }

    fn get(server: &Server, path: &str) -> Result<Response, Fault> {
        fetch(&request(&format!("{}{path}", server.0)), &Limits::default())
    }

    fn says(status: &str, headers: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n{body}")
    }

    #[test]
    fn every_status_is_an_answer() -> Outcome {
        let server = Server::new(vec![
            says("200 OK", "Content-Length: 2\r\nETag: \"b\"\r\n", "hi"),
            says("404 Not Found", "Content-Length: 4\r\n", "gone"),
            says("304 Not Modified", "Content-Length: 2\r\n", ""),
        ])?;
        let found = get(&server, "/x")?;
        assert_eq!((found.status, &*found.body), (200, &b"hi"[..]));
        assert_eq!(found.headers.get("etag").map(String::as_str), Some("\"b\""));
        assert_eq!(get(&server, "/y")?.status, 404);
        assert_eq!(get(&server, "/z")?.status, 304);
        let asked = server.requests();
        assert!(asked[0].starts_with("get /x http/1.1"), "{asked:?}");
        assert!(asked[0].contains("if-none-match: \"a\""), "{asked:?}");
        assert!(
            asked[0].contains(&format!("user-agent: {AGENT}")),
            "{asked:?}"
        );
        Ok(())
    }

    #[test]
    fn redirects_are_followed_up_to_ten() -> Outcome {
        let hop = says("302 Found", "Location: /next\r\nContent-Length: 0\r\n", "");
        let end = says("200 OK", "Content-Length: 1\r\n", "x");
        let mut answers = vec![hop.clone(); 10];
        answers.push(end);
        let server = Server::new(answers)?;
        assert_eq!(get(&server, "/first")?.status, 200);
        assert_eq!(server.requests().len(), 11);
        let server = Server::new(vec![hop; 11])?;
        let refused = get(&server, "/first");
        let why = "more than 10 redirects".to_owned();
        assert_eq!(refused, Err(Fault::Net(format!("{}/first", server.0), why)));
        Ok(())
    }

    #[test]
    fn a_body_is_whole_or_an_error() -> Outcome {
        let server = Server::new(vec![
            says("200 OK", "Content-Length: 5\r\n", "abc"),
            says("200 OK", "Transfer-Encoding: chunked\r\n", "5\r\nab"),
            says("200 OK", "Content-Length: 101\r\n", ""),
            says("200 OK", "", &"x".repeat(101)),
            says("200 OK", "", &"x".repeat(100)),
        ])?;
        for _ in 0..2 {
            assert!(matches!(get(&server, "/"), Err(Fault::Net(..))));
        }
        for _ in 0..2 {
            assert!(matches!(get(&server, "/"), Err(Fault::TooLarge(_, 100))));
        }
        assert_eq!(get(&server, "/")?.body.len(), 100);
        Ok(())
    }

    #[test]
    fn a_cancel_and_a_timeout_end_it() -> Outcome {
        // It listens, and never answers.
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/", listener.local_addr()?);
        let cancel = CancelToken::new();
        let limits = Limits {
            cancel: cancel.clone(),
            deadline: None,
        };
        let canceller = std::thread::spawn(move || {
            let accepted = listener.accept();
            cancel.cancel();
            accepted.is_ok()
        });
        assert_eq!(fetch(&request(&url), &limits), Err(Fault::Cancelled));
        assert_eq!(canceller.join().ok(), Some(true));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let short = Request {
            timeout: Span::millis(50),
            ..request(&format!("http://{}/", listener.local_addr()?))
        };
        assert_eq!(
            fetch(&short, &Limits::default()),
            Err(Fault::TimedOut(Span::millis(50)))
        );
        Ok(())
    }

    #[test]
    fn what_is_secret_in_a_url_is_not_shown() {
        let secret = "http://ada:pw@nowhere.invalid:81/a?token=pw#pw";
        assert_eq!(shown(secret), "http://nowhere.invalid:81/a");
        for url in [secret, "ada:pw@x y", "http://ada:pw@/", "ftp://ada:pw@x/"] {
            let said = format!("{:?}", fetch(&request(url), &Limits::default()));
            assert!(said.starts_with("Err") && !said.contains("pw"), "{said}");
        }
    }

    #[test]
    fn a_file_of_certificates_must_hold_one() -> Outcome {
        let file = std::env::temp_dir().join(format!("weft-ca-{}", std::process::id()));
        std::fs::write(&file, "nothing of the kind")?;
        let with = |ca: PathBuf| {
            let asked = Request {
                ca: Some(ca),
                ..request("https://127.0.0.1:1/")
            };
            fetch(&asked, &Limits::default())
        };
        assert!(matches!(with(file.clone()), Err(Fault::Io(at, _)) if at == file));
        std::fs::remove_file(&file)?;
        assert_eq!(with(file.clone()), Err(Fault::NotFound(file)));
        Ok(())
    }
}
