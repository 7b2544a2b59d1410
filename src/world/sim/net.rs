//! The pages that the simulated network has. A page whose status is that of a redirect is an answer as it stands: nothing is followed,
//! so no request meets another origin than its own.

use super::spec::{NetFault, Page};
use crate::time::Span;
use crate::value::sha256_hex;
use crate::world::{Fault, Request, Response};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a request will get, and how long that takes. A span without end is one that only a timeout ends.
pub(super) fn answer(
    pages: &BTreeMap<String, Page>,
    request: &Request,
) -> (Span, Result<Response, Fault>) {
    let net = |why: String| Err(Fault::Net(request.url.clone(), why));
    let Some(page) = pages.get(&request.url) else {
        let url = &request.url;
        let add =
            format!("no answer: add to the story's world:\n  http:\n    \"{url}\": {{body: \"\"}}");
        return (Span::ZERO, net(add));
    };
    let size = page.body.len();
    let answer = match page.fault {
        Some(NetFault::Hang) => return (Span(u64::MAX), net("no answer".to_owned())),
        Some(NetFault::Refused) => net("connection refused".to_owned()),
        Some(NetFault::Broken) => net(format!("broke off after {} of {size} bytes", size / 2)),
        None if size as u64 > request.limit => {
            Err(Fault::TooLarge(request.url.clone(), request.limit))
        }
        None => Ok(respond(page, request)),
    };
    (page.duration, answer)
}

fn respond(page: &Page, request: &Request) -> Response {
    let lower = |(name, value): (&String, &String)| (name.to_ascii_lowercase(), value.clone());
    let mut headers: BTreeMap<String, String> = page.headers.iter().map(lower).collect();
    headers
        .entry("etag".to_owned())
        .or_insert_with(|| etag(&page.body));
    let asked: BTreeMap<String, String> = request.headers.iter().map(lower).collect();
    let same = match asked.get("if-none-match") {
        Some(tags) => any_tag(tags, headers.get("etag").map_or("", String::as_str)),
        None => asked
            .get("if-modified-since")
            .is_some_and(|since| headers.get("last-modified") == Some(since)),
    };
    let unchanged = same && page.status == 200;
    Response {
        status: if unchanged { 304 } else { page.status },
        headers,
        body: if unchanged {
            Arc::from([])
        } else {
            Arc::from(page.body.as_slice())
        },
    }
}

/// Whether one of the tags is this one; weak ones compare equal to strong ones.
fn any_tag(tags: &str, tag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',')
        .any(|one| one.trim() == "*" || strong(one) == strong(tag))
}

fn etag(body: &[u8]) -> String {
    format!("\"{}\"", &sha256_hex(body)[..16])
}
