//! Fetching from servers of a few lines, which give one answer after the other.

use super::super::CancelToken;
use super::*;
use std::collections::BTreeSet;
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
        Server::on(TcpListener::bind("127.0.0.1:0")?, answers)
    }

    fn on(listener: TcpListener, answers: Vec<String>) -> std::io::Result<Server> {
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
        secret: BTreeSet::new(),
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

/// An answer that leads elsewhere.
fn to(location: &str) -> String {
    let location = format!("Location: {location}\r\nContent-Length: 0\r\n");
    says("302 Found", &location, "")
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
fn a_redirect_leads_where_it_may() -> Outcome {
    let server = Server::new(vec![
        to("../b/./c?d#e"),
        says("200 OK", "Content-Length: 1\r\n", "x"),
    ])?;
    assert_eq!(get(&server, "/a/x")?.status, 200);
    let [first, second] = &server.requests()[..] else {
        return Err("was not asked twice".into());
    };
    assert!(first.starts_with("get /a/x http/1.1"), "{first}");
    assert!(second.starts_with("get /b/c?d http/1.1"), "{second}");
    // Nothing is asked for what is no web address.
    let server = Server::new(vec![to("file:///etc/passwd")])?;
    let Err(Fault::Net(_, why)) = get(&server, "/") else {
        return Err("was followed".into());
    };
    assert_eq!(
        why,
        "redirects to a `file` URL: only http and https are followed"
    );
    assert_eq!(server.requests().len(), 1);
    // One that does not say where to is an answer.
    let server = Server::new(vec![says("302 Found", "Content-Length: 0\r\n", "")])?;
    assert_eq!(get(&server, "/")?.status, 302);
    Ok(())
}

/// A request that says who asks, in each way that there is.
fn with_logins(url: &str) -> Request {
    let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Request {
        headers: BTreeMap::from(
            [
                ("AUTHORIZATION", "bearer t0ken"),
                ("Cookie", "t0ken"),
                ("Proxy-Authorization", "t0ken"),
                ("X-Token", "t0ken"),
                ("Private-Token", "written t0ken"),
                ("User-Agent", "t0ken"),
                ("Accept-Language", "en"),
            ]
            .map(header),
        ),
        secret: BTreeSet::from(["X-Token".to_owned(), "User-Agent".to_owned()]),
        ..request(url)
    }
}

#[test]
fn a_redirect_within_an_origin_takes_all_headers_along() -> Outcome {
    let end = says("200 OK", "Content-Length: 1\r\n", "x");
    let server = Server::new(vec![to("/b"), end])?;
    let asked = with_logins(&format!("{}/a", server.0));
    assert_eq!(fetch(&asked, &Limits::default())?.status, 200);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.matches("t0ken").count(), 6, "{request}");
    }
    Ok(())
}

/// Also not to the same host's other port, and not where that one leads back.
#[test]
fn a_redirect_to_another_origin_takes_nothing_along_that_says_who_asks() -> Outcome {
    let end = says("200 OK", "Content-Length: 1\r\n", "x");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let named = format!("http://{}", listener.local_addr()?);
    let other = Server::new(vec![to(&format!("{named}/back"))])?;
    let named = Server::on(listener, vec![to(&format!("{}/away", other.0)), end])?;
    let asked = with_logins(&format!("{}/a", named.0));
    assert_eq!(fetch(&asked, &Limits::default())?.status, 200);
    let (own, others) = (named.requests(), other.requests());
    let ([first, back], [away]) = (&own[..], &others[..]) else {
        return Err("was not led there and back".into());
    };
    assert_eq!(first.matches("t0ken").count(), 6, "{first}");
    for led in [away, back] {
        assert!(led.contains("accept-language: en"), "{led}");
        assert!(!led.contains("t0ken"), "{led}");
    }
    Ok(())
}

/// A request on its way, and a proxy for it.
fn by_way_of(
    proxy: &str,
    url: &str,
) -> Result<(Trip, Uri, Option<Via>), Box<dyn std::error::Error>> {
    let request = request(url);
    let trip = Trip {
        roots: roots(&request)?,
        deadline: Limits::default().sooner(Some(request.timeout)),
        span: request.timeout,
        request,
    };
    let url = redirect::url(url)?;
    let via = proxy::of(&url, |name| {
        matches!(name, "http_proxy" | "https_proxy").then(|| proxy.to_owned())
    })?;
    Ok((trip, url, via))
}

#[test]
fn a_proxy_is_asked_for_the_whole_url_where_it_is_plain() -> Outcome {
    let server = Server::new(vec![
        says("200 OK", "Content-Length: 2\r\n", "hi"),
        says("403 Forbidden", "Content-Length: 0\r\n", ""),
    ])?;
    let proxy = server.0.replace("http://", "http://ada:pw@");
    let (trip, url, via) = by_way_of(&proxy, "http://nowhere.invalid:81/x?y=1")?;
    let answer = trip.ask(&url, via.as_ref(), true)?;
    let found = trip.read(answer, via.as_ref())?;
    assert_eq!((found.status, &*found.body), (200, &b"hi"[..]));
    let (trip, url, via) = by_way_of(&proxy, "https://nowhere.invalid/x")?;
    let Err(Fault::Net(at, why)) = trip.ask(&url, via.as_ref(), true).map(drop) else {
        return Err("connected".into());
    };
    assert_eq!(at, "https://nowhere.invalid/x");
    let named = format!(
        "by way of the proxy {} (https_proxy): it does not connect",
        &server.0[7..]
    );
    assert!(why.starts_with(&named) && why.contains("403"), "{why}");
    let asked = server.requests();
    let line = "get http://nowhere.invalid:81/x?y=1 http/1.1\r\n";
    assert!(asked[0].starts_with(line), "{asked:?}");
    assert!(
        asked[0].contains("host: nowhere.invalid:81\r\n"),
        "{asked:?}"
    );
    assert!(
        asked[0].contains("proxy-authorization: basic ywrhonb3"),
        "{asked:?}"
    );
    assert!(
        asked[1].starts_with("connect nowhere.invalid:443 http/1.1"),
        "{asked:?}"
    );
    Ok(())
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named() -> Outcome {
    // The near end of a connection that stands: nobody listens there, and nobody else is given its port meanwhile.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let held = TcpStream::connect(listener.local_addr()?)?;
    let gone = held.local_addr()?;
    let (trip, url, via) = by_way_of(&format!("http://{gone}"), "http://nowhere.invalid/x")?;
    let why = format!("by way of the proxy {gone} (http_proxy): connection refused");
    let refused = trip.ask(&url, via.as_ref(), true).map(drop);
    assert_eq!(
        refused,
        Err(Fault::Net("http://nowhere.invalid/x".into(), why))
    );
    Ok(())
}

#[test]
fn an_unknown_issuer_is_told_with_what_to_do() -> Outcome {
    let (mut trip, ..) = by_way_of("", "https://h/")?;
    let error = || {
        ureq::Error::Io(std::io::Error::other(
            "invalid peer certificate: UnknownIssuer",
        ))
    };
    let said = trip.unanswered(error(), None).to_string();
    assert!(
        said.contains("UnknownIssuer: nobody whom this host trusts"),
        "{said}"
    );
    assert!(said.contains("`ca` can name"), "{said}");
    trip.request.ca = Some("/etc/ours.pem".into());
    let said = trip.unanswered(error(), None).to_string();
    assert!(
        said.ends_with("none in /etc/ours.pem has signed it"),
        "{said}"
    );
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
    for said in ["broke off after 3 of 5 bytes", "broke off after 2 bytes"] {
        let Err(Fault::Net(_, why)) = get(&server, "/") else {
            return Err("was whole".into());
        };
        assert!(why.starts_with(said), "{why}");
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
