//! Where a redirect leads. Each hop is judged here: only `http` and `https` are followed, whatever the way that it is written, and
//! what began over `https` does not go on over `http`, where anybody on the way could answer.

use super::Answer;
use crate::value::sanitise;
use ureq::http::Uri;
use ureq::http::header::LOCATION;

/// What is said of a URL that cannot be asked.
pub(super) const NO_URL: &str = "expected an http or https URL with a host";

/// A URL that can be asked.
pub(super) fn url(text: &str) -> Result<Uri, String> {
    let url: Uri = text.parse().map_err(|_| NO_URL.to_owned())?;
    let known = matches!(url.scheme_str(), Some("http" | "https"));
    let host = url.host().is_some_and(|host| !host.is_empty());
    match known && host {
        true => Ok(url),
        false => Err(NO_URL.to_owned()),
    }
}

/// Where an answer sends whoever asked `from`, if it does.
pub(super) fn asked(from: &Uri, answer: &Answer) -> Result<Option<Uri>, String> {
    if !matches!(answer.status().as_u16(), 301..=303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get_all(LOCATION).iter().next_back() else {
        return Ok(None);
    };
    let text = location.to_str().unwrap_or_default();
    target(from, text).map(Some)
}

/// A reference as it is meant where `from` was asked (RFC 3986, section 5.2). What it says may hold a token, so it is not
/// repeated.
fn target(from: &Uri, location: &str) -> Result<Uri, String> {
    let reference = location.split('#').next().unwrap_or_default().trim();
    let scheme = from.scheme_str().unwrap_or("http");
    let authority = from.authority().map_or("", |authority| authority.as_str());
    let text = if let Some(other) = scheme_of(reference) {
        if !matches!(other.to_ascii_lowercase().as_str(), "http" | "https") {
            let other = sanitise(other);
            return Err(format!(
                "redirects to a `{other}` URL: only http and https are followed"
            ));
        }
        reference.to_owned()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else {
        format!("{scheme}://{authority}{}", joined(from, reference))
    };
    let to = url(&text).map_err(|why| format!("redirects to what is no URL: {why}"))?;
    match (scheme, to.scheme_str()) {
        ("https", Some("http")) => Err(
            "redirects from https to http, where anybody on the way can read and answer: not followed; name the http URL itself, \
             if that is good enough"
                .to_owned(),
        ),
        _ => Ok(to),
    }
}

/// Whether both have the same scheme, host and port.
pub(super) fn same_origin(one: &Uri, other: &Uri) -> bool {
    let port = |url: &Uri| {
        let usual = if url.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        url.port_u16().unwrap_or(usual)
    };
    let host = |url: &Uri| url.host().unwrap_or_default().to_ascii_lowercase();
    one.scheme_str() == other.scheme_str() && host(one) == host(other) && port(one) == port(other)
}

/// The scheme that a reference begins with, if it does.
fn scheme_of(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let first = scheme.chars().next()?.is_ascii_alphabetic();
    let rest = scheme
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    (first && rest).then_some(scheme)
}

/// Path and query of a reference that has no server of its own.
fn joined(from: &Uri, reference: &str) -> String {
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (reference, None),
    };
    let (path, query) = match path {
        "" => (from.path().to_owned(), query.or(from.query())),
        _ if path.starts_with('/') => (path.to_owned(), query),
        _ => {
            let above = from.path().rsplit_once('/').map_or("", |(above, _)| above);
            (format!("{above}/{path}"), query)
        }
    };
    let query = query.map_or(String::new(), |query| format!("?{query}"));
    format!("{}{query}", without_dots(&path))
}

/// A path with its `.` and `..` resolved; nothing leads above its top.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut open = false;
    for part in path.split('/').skip(1) {
        open = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let end = if open && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_meant_from_where_it_was_said() -> Result<(), Box<dyn std::error::Error>> {
        let from = url("http://h:1/a/b?q=1")?;
        for (location, leads_to) in [
            ("/x", "http://h:1/x"),
            ("x", "http://h:1/a/x"),
            ("x/y?z#f", "http://h:1/a/x/y?z"),
            ("../x", "http://h:1/x"),
            ("../../../x", "http://h:1/x"),
            ("/x/./y/../z", "http://h:1/x/z"),
            ("./", "http://h:1/a/"),
            ("?p=2", "http://h:1/a/b?p=2"),
            ("", "http://h:1/a/b?q=1"),
            ("/a:b", "http://h:1/a:b"),
            ("//other/x", "http://other/x"),
            ("https://other/x", "https://other/x"),
            ("HTTP://other/", "http://other/"),
        ] {
            let found = target(&from, location)?;
            assert_eq!(found.to_string(), leads_to, "{location}");
        }
        Ok(())
    }

    #[test]
    fn what_began_over_https_does_not_go_on_over_http() -> Result<(), Box<dyn std::error::Error>> {
        let from = url("https://h/a")?;
        for location in ["http://h/a", "HTTP://h/a", "http://other/"] {
            let said = target(&from, location).err().unwrap_or_default();
            assert!(said.contains("from https to http"), "{location}: {said}");
        }
        assert_eq!(target(&from, "//other/x")?.to_string(), "https://other/x");
        let to = target(&url("http://h/a")?, "https://h/a")?;
        assert_eq!(to.to_string(), "https://h/a");
        Ok(())
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() -> Result<(), Box<dyn std::error::Error>> {
        for (other, same) in [
            ("http://h/b?c", true),
            ("http://H:80/", true),
            ("HTTP://h/", true),
            ("http://ada:pw@h/", true),
            ("http://h:8080/", false),
            ("https://h/", false),
            ("https://h:80/", false),
            ("http://h.other/", false),
            ("http://h@other/", false),
        ] {
            assert_eq!(
                same_origin(&url("http://h/a")?, &url(other)?),
                same,
                "{other}"
            );
        }
        assert!(same_origin(&url("https://h:443/")?, &url("https://h/")?));
        Ok(())
    }

    #[test]
    fn other_schemes_are_not_followed() -> Result<(), Box<dyn std::error::Error>> {
        let from = url("https://h/a")?;
        for (location, why) in [
            ("file:///etc/passwd", "a `file` URL: only http and https"),
            ("FILE:/etc/passwd", "a `FILE` URL"),
            ("ftp://h/x", "a `ftp` URL"),
            ("javascript:x", "a `javascript` URL"),
            ("http:///x", "no URL"),
            ("http://", "no URL"),
            ("//", "no URL"),
        ] {
            let said = target(&from, location).err().unwrap_or_default();
            assert!(said.contains(why), "{location}: {said}");
        }
        Ok(())
    }
}
