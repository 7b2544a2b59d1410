use crate::graph::FieldPath;
use crate::kind::stage::{Stage, Vertex};
use crate::kind::{Rhythm, find};
use crate::time::Span;
use crate::value::{Action, MASK, Value};
use crate::world::sim::spec::{NetFault, Page};
use std::collections::BTreeMap;

const URL: &str = "https://example.org/app.conf";
/// The SHA-256 of `hello`.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn page(status: u16, body: &str) -> Stage {
    Stage::new().with_page(URL, with("etag", "\"1\"", status, body))
}

fn with(header: &str, value: &str, status: u16, body: &str) -> Page {
    Page {
        status,
        headers: BTreeMap::from([(header.to_owned(), value.to_owned())]),
        body: body.into(),
        ..Page::default()
    }
}

/// Something goes wrong on the way.
fn wrong(fault: NetFault) -> Stage {
    let page = Page {
        body: b"hello".to_vec(),
        fault: Some(fault),
        ..Page::default()
    };
    Stage::new().with_page(URL, page)
}

fn vertex<'a>(stage: &'a Stage, params: &[(&str, Value)]) -> Vertex<'a> {
    Vertex::new(stage, "http", URL, params)
}

#[test]
fn a_first_run_downloads_once() {
    let stage = page(200, "hello");
    let mut vertex = vertex(&stage, &[]);
    vertex.notified = true;
    let applied = vertex.settle().unwrap();
    assert!(applied.done.refreshed);
    assert_eq!(applied.sends["content"], Value::str("hello"));
    assert_eq!(applied.sends["status"], Value::Int(200));
    assert_eq!(applied.sends["etag"], Value::str("\"1\""));
    assert_eq!(stage.log().len(), 1);
}

#[test]
fn what_is_known_is_asked_about() {
    let first = page(200, "hello");
    let mut vertex = vertex(&first, &[]);
    assert_eq!(
        vertex.drifts(),
        ["content not known yet, the server has 5 bytes (sha256 2cf24dba5fb0…)"]
    );
    assert_eq!(vertex.check().unwrap().findings[0].action, Action::Add);
    vertex.settle().unwrap();
    assert!(vertex.drifts().is_empty());
    let asked = first
        .requests
        .lock()
        .unwrap()
        .last()
        .unwrap()
        .headers
        .clone();
    assert_eq!(asked["If-None-Match"], "\"1\"");
    // After a restart only what was kept is known.
    vertex.memo = None;
    assert!(vertex.drifts().is_empty());

    let same = Stage::new().with_page(URL, with("etag", "\"2\"", 200, "hello"));
    vertex.world = &same;
    let checked = vertex.check().unwrap();
    assert!(checked.findings.is_empty());
    assert_eq!(checked.sends.unwrap()["etag"], Value::str("\"2\""));

    let new = Stage::new().with_page(URL, with("etag", "\"2\"", 200, "bye"));
    vertex.world = &new;
    assert_eq!(
        vertex.drifts(),
        [format!(
            "content was 5 bytes (sha256 2cf24dba5fb0…), the server has 3 bytes (sha256 {}…)",
            &crate::value::sha256_hex(b"bye")[..12]
        )]
    );
    assert_eq!(vertex.check().unwrap().findings[0].action, Action::Change);
}

#[test]
fn last_modified_is_a_condition_too() {
    let stage = Stage::new().with_page(URL, with("last-modified", "Mon", 200, "hello"));
    let mut vertex = vertex(&stage, &[]);
    vertex.settle().unwrap();
    vertex.check().unwrap();
    let asked = stage
        .requests
        .lock()
        .unwrap()
        .last()
        .unwrap()
        .headers
        .clone();
    assert_eq!(asked["If-Modified-Since"], "Mon");
}

#[test]
fn a_notification_fetches_again() {
    let stage = page(200, "hello");
    let mut vertex = vertex(&stage, &[]);
    vertex.settle().unwrap();
    let applied = vertex.refresh().unwrap();
    assert!(!applied.done.changed);
    assert_eq!(stage.log().len(), 2);
    let new = page(200, "bye");
    vertex.world = &new;
    let applied = vertex.refresh().unwrap();
    assert!(applied.done.changed);
    assert_eq!(applied.sends["content"], Value::str("bye"));
}

/// World before, params, why it fails. Nothing has begun in any of them.
#[test]
fn a_failed_download_changes_nothing() {
    for (stage, params, why) in [
        (
            wrong(NetFault::Refused),
            vec![],
            "https://example.org/app.conf: connection refused",
        ),
        (
            wrong(NetFault::Broken),
            vec![],
            "https://example.org/app.conf: broke off after 2 of 5 bytes",
        ),
        (
            wrong(NetFault::Hang),
            vec![],
            "https://example.org/app.conf: timed out after 30s",
        ),
        (
            page(404, "no"),
            vec![],
            "https://example.org/app.conf: answered 404 (not found)",
        ),
        (
            page(204, ""),
            vec![],
            "https://example.org/app.conf: answered 204 (no content)",
        ),
        (
            page(502, ""),
            vec![],
            "https://example.org/app.conf: answered 502 (the server's own trouble)",
        ),
        (
            page(304, ""),
            vec![],
            "https://example.org/app.conf: answered 304 (not changed, though nothing was known)",
        ),
        (
            page(200, "hello"),
            vec![("limit", Value::Int(4))],
            "https://example.org/app.conf: larger than the limit of 4 bytes",
        ),
        (
            page(200, "evil!"),
            vec![("sha256", Value::str(HELLO))],
            &format!(
                "https://example.org/app.conf: has sha256 {} (5 bytes), expected {HELLO}",
                crate::value::sha256_hex(b"evil!")
            ),
        ),
    ] {
        let failure = vertex(&stage, &params).check().unwrap_err();
        assert_eq!(failure.why, why);
        assert!(!failure.began);
        let failure = vertex(&stage, &params).refresh().unwrap_err();
        assert!(!failure.began);
    }
    let right = [("sha256", Value::str(HELLO.to_uppercase()))];
    let stage = page(200, "hello");
    assert_eq!(vertex(&stage, &right).drifts().len(), 1);
}

/// Rule V8.
#[test]
fn a_secret_header_stays_in() {
    let header = Value::str("Bearer hunter2").into_secret();
    let headers = Value::map([("Authorization".to_owned(), header)]);
    let stage = page(200, "hello");
    let mut secret = vertex(&stage, &[("headers", headers.clone())]);
    assert_eq!(
        secret.drifts(),
        ["content not known yet, the server has 5 bytes"]
    );
    let applied = secret.settle().unwrap();
    assert_eq!(applied.sends["content"].to_string(), MASK);
    assert_eq!(applied.sends["status"], Value::Int(200));
    let asked = stage.requests.lock().unwrap()[0].clone();
    assert_eq!(asked.headers["Authorization"], "Bearer hunter2");
    // The world that asks knows which these are, and takes them to no other server.
    assert_eq!(asked.secret, ["Authorization".to_owned()].into());
    let wrong = [("headers", headers), ("sha256", Value::str(HELLO))];
    let stage = page(200, "guess");
    let failure = vertex(&stage, &wrong).check().unwrap_err();
    assert_eq!(
        failure.why,
        format!("https://example.org/app.conf: has another sha256 than {HELLO} (5 bytes)")
    );
    let broken = Value::str("hunter2\n").into_secret();
    let headers = Value::map([("A".to_owned(), broken)]);
    let refused = vertex(&stage, &[("headers", headers)])
        .validate(&[])
        .unwrap_err();
    assert!(
        refused.starts_with("headers.A: holds a line break"),
        "{refused}"
    );
    assert!(!refused.contains("hunter2"));
}

/// Compressed bytes would pass for the content itself.
#[test]
fn content_comes_as_it_is_or_not_at_all() {
    let asked =
        |stage: &Stage| stage.requests.lock().unwrap()[0].headers["Accept-Encoding"].clone();
    for encoding in ["identity", ""] {
        let stage = Stage::new().with_page(URL, with("content-encoding", encoding, 200, "hello"));
        vertex(&stage, &[]).settle().unwrap();
        assert_eq!(asked(&stage), "identity");
    }
    let stage = Stage::new().with_page(URL, with("content-encoding", "gzip", 200, "\u{1f}"));
    let failure = vertex(&stage, &[]).check().unwrap_err();
    assert!(
        failure.why.contains("encoded as gzip, though"),
        "{}",
        failure.why
    );
    assert!(failure.why.contains("`Accept-Encoding` of your own"));
    // Who asks for it knows what comes.
    let headers = Value::map([("accept-encoding".to_owned(), Value::str("gzip"))]);
    let mut own = vertex(&stage, &[("headers", headers)]);
    assert_eq!(own.settle().unwrap().sends["content"], Value::str("\u{1f}"));
    // Another failure is not hidden by it.
    let stage = Stage::new().with_page(URL, with("content-encoding", "gzip", 404, ""));
    let failure = vertex(&stage, &[]).check().unwrap_err();
    assert!(failure.why.contains("404"), "{}", failure.why);
}

/// Rule L2: nothing is asked without a header that is still to come.
#[test]
fn a_plan_waits_for_its_headers() {
    let stage = page(200, "hello");
    let token = Value::unknown("password[pw]", true);
    let headers = Value::map([("Authorization".to_owned(), token)]);
    let mut vertex = vertex(&stage, &[("headers", headers)]);
    vertex
        .received
        .insert(FieldPath::parse("headers.Authorization"));
    let checked = vertex.check().unwrap();
    assert!(checked.findings.iter().all(|found| found.may));
    assert_eq!(
        checked.findings[0].line,
        "content depends on header Authorization, which is not known before apply"
    );
    assert_eq!(checked.findings[0].action, Action::Unknown);
    let applied = vertex.settle().unwrap();
    assert!(applied.sends["content"].unknown_in().is_some());
    assert!(stage.log().is_empty());
}

/// Rule L2: its name does not stand in for a URL that is not known yet.
#[test]
fn a_plan_asks_no_made_up_url() {
    let stage = page(200, "hello");
    let mut vertex = vertex(&stage, &[("url", Value::unknown("value[url]", false))]);
    vertex.received.insert(FieldPath::parse("url"));
    assert_eq!(vertex.drifts(), ["url known after value[url]"]);
    assert!(stage.log().is_empty());
}

#[test]
fn params_that_cannot_be_are_refused() {
    for (param, value, why) in [
        (
            "url",
            Value::str("ftp://x/y"),
            "url: expected http://… or https://…, found `ftp://x/y`",
        ),
        (
            "url",
            Value::str("http://u:p@x/"),
            "url: holds a user or password",
        ),
        ("url", Value::str("http:///x"), "url: there is no host"),
        ("url", Value::str("http://x/a b"), "url: holds a space"),
        (
            "sha256",
            Value::str("abc"),
            "sha256: expected 64 hexadecimal digits",
        ),
        (
            "timeout",
            Value::str("0s"),
            "timeout: expected 1ms or more, found 0s",
        ),
        (
            "poll",
            Value::str("99ms"),
            "poll: expected 100ms or more, found 99ms",
        ),
        (
            "limit",
            Value::Int(0),
            "limit: expected 1 byte or more, found 0",
        ),
        (
            "limit",
            Value::Int(-1),
            "limit: expected int that is not negative, found -1",
        ),
        ("ca", Value::str("ca.pem"), "ca: expected an absolute path"),
        (
            "headers",
            Value::map([("a b".to_owned(), Value::str("x"))]),
            "headers: `a b` cannot be a header's name",
        ),
    ] {
        let stage = Stage::new();
        let refused = vertex(&stage, &[(param, value)]).validate(&[]).unwrap_err();
        assert!(refused.starts_with(why), "{refused}");
    }
}

#[test]
fn it_polls_and_inspects() {
    let stage = page(200, "hello");
    let vertex = vertex(&stage, &[("poll", Value::str("1h"))]);
    let rhythm = vertex.check().unwrap().rhythm;
    assert_eq!(rhythm, Some(Rhythm::Recheck(Span::secs(3600))));
    let kind = find("http").unwrap();
    let params = kind.inspect(URL, &stage).unwrap().unwrap();
    assert_eq!(params["sha256"], Value::str(HELLO));
    assert_eq!(kind.inspect("a name", &stage).unwrap(), None);
    assert!(kind.inspect("http://nowhere/", &stage).is_err());
}
