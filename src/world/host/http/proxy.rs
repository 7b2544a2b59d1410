//! The proxies that the environment names.
//!
//! `https_proxy`, `all_proxy` and `no_proxy` are looked for in small letters first, then in capitals. `http_proxy` is looked for in
//! small letters alone: a web server hands a request's header `Proxy` to its programs as `HTTP_PROXY`, and whoever asks it
//! could then choose their proxy.

use std::fmt;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::{Proxy, ProxyProtocol};

/// A proxy, and the variable that names it.
pub(super) struct Via {
    /// The proxy.
    pub proxy: Proxy,
    variable: String,
}

impl Via {
    /// Whether it is asked for the whole URL, and not to connect to its server.
    pub fn forwards(&self, url: &Uri) -> bool {
        url.scheme() == Some(&Scheme::HTTP) && self.proxy.protocol() == ProxyProtocol::Http
    }

    /// What it wants to hear of who asks, if it was named with a user or password.
    pub fn login(&self) -> Option<String> {
        let (user, password) = (self.proxy.username(), self.proxy.password());
        user.or(password)?;
        let both = format!("{}:{}", user.unwrap_or(""), password.unwrap_or(""));
        Some(format!("Basic {}", base64(both.as_bytes())))
    }
}

/// Its host and port, and never its password.
impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.proxy.host(), self.proxy.port());
        write!(f, "{host}:{port} ({})", self.variable)
    }
}

/// The proxy for a URL, if the environment names one and does not make an exception for its host.
pub(super) fn of(
    url: &Uri,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Via>, String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let either = |name: &str| {
        [name.to_owned(), name.to_uppercase()]
            .into_iter()
            .find_map(|name| set(&name).map(|value| (name, value)))
    };
    let own = match url.scheme() == Some(&Scheme::HTTPS) {
        true => either("https_proxy"),
        false => set("http_proxy").map(|value| ("http_proxy".to_owned(), value)),
    };
    let Some((name, value)) = own.or_else(|| either("all_proxy")) else {
        return Ok(None);
    };
    let exceptions = either("no_proxy").map_or(String::new(), |(_, list)| list);
    let proxy = read(&value, &exceptions).ok_or_else(|| {
        format!("the proxy in {name} is not one that can be used: expected http://HOST:PORT")
    })?;
    let excepted = proxy.is_no_proxy(url);
    Ok((!excepted).then_some(Via {
        proxy,
        variable: name,
    }))
}

/// A proxy as a variable names it; none if it cannot be used.
fn read(value: &str, exceptions: &str) -> Option<Proxy> {
    let given = Proxy::new(value).ok()?;
    let usable = matches!(given.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    if given.host().is_empty() || !usable {
        return None;
    }
    let mut built = Proxy::builder(given.protocol())
        .host(given.host())
        .port(given.port())
        .resolve_target(given.resolve_target());
    if let Some(user) = given.username() {
        built = built.username(user);
    }
    if let Some(password) = given.password() {
        built = built.password(password);
    }
    let exceptions = exceptions.split(',').map(str::trim);
    for host in exceptions.filter(|host| !host.is_empty()) {
        built = built.no_proxy(host);
        // As in curl and wget, a bare domain stands for what is below it too.
        if !host.starts_with(['.', '*']) {
            built = built.no_proxy(&format!(".{host}"));
        }
    }
    built.build().ok()
}

/// Bytes in the letters of RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for letter in 0..4 {
            let six = (bits >> (18 - 6 * letter)) & 63;
            text.push(match letter <= three.len() {
                true => char::from(LETTERS[six as usize]),
                false => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn with(url: &str, variables: &[(&str, &str)]) -> Result<Option<Via>, String> {
        let url = url.parse().map_err(|_| "no URL".to_owned())?;
        of(&url, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn named(url: &str, variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        Ok(with(url, variables)?.map(|via| via.to_string()))
    }

    #[test]
    fn the_environment_names_the_proxy() -> Outcome {
        let both = [
            ("http_proxy", "http://a:1"),
            ("HTTPS_PROXY", "http://u:p@b:2"),
            ("no_proxy", "c.org, .d.org"),
        ];
        for (url, variables, proxy) in [
            ("http://x/", &both[..], Some("a:1 (http_proxy)")),
            ("https://x/", &both, Some("b:2 (HTTPS_PROXY)")),
            ("http://x/", &[], None),
            (
                "http://x/",
                &[("ALL_PROXY", "e:3")],
                Some("e:3 (ALL_PROXY)"),
            ),
            // Whoever asks a web server chooses this one.
            ("http://x/", &[("HTTP_PROXY", "http://f:4")], None),
            ("http://c.org/", &both, None),
            ("http://www.c.org/", &both, None),
            ("http://www.d.org/", &both, None),
            ("http://e.org/", &both, Some("a:1 (http_proxy)")),
        ] {
            assert_eq!(
                named(url, variables)?.as_deref(),
                proxy,
                "{url} {variables:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_refused_without_its_password() {
        for value in ["gopher://u:pw@x", "socks5://u:pw@x:1080", "http://u:pw@"] {
            let said = named("http://x/", &[("all_proxy", value)]);
            let why =
                "the proxy in all_proxy is not one that can be used: expected http://HOST:PORT";
            assert_eq!(said, Err(why.to_owned()), "{value}");
        }
    }

    #[test]
    fn a_login_is_spelt_as_http_wants_it() -> Outcome {
        let login = |proxy: &str| -> Result<Option<String>, String> {
            let via = with("http://x/", &[("http_proxy", proxy)])?;
            Ok(via.and_then(|via| via.login()))
        };
        assert_eq!(login("http://h:1")?, None);
        // The examples of RFC 7617 and RFC 4648.
        let aladdin = login("http://Aladdin:open%20sesame@h:1")?;
        assert!(aladdin.is_some_and(|login| login.starts_with("Basic QWxhZGRpbjpvcGVu")));
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        Ok(())
    }
}
