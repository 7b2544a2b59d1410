//! The proxy that the environment names: `http_proxy`, `https_proxy` (by the scheme of the URL that is asked for), `all_proxy` and
//! `no_proxy`, small before capital letters.

use super::http::shown;
use crate::world::Fault;
use ureq::Proxy;

/// The proxy for a URL, as the environment says.
pub(super) fn proxy(
    url: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, Fault> {
    let own = if url.starts_with("https:") {
        "https_proxy"
    } else {
        "http_proxy"
    };
    let either = |name: &str| {
        [name.to_owned(), name.to_uppercase()]
            .iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()))
            .map(|value| (name.to_owned(), value))
    };
    let Some((name, value)) = either(own).or_else(|| either("all_proxy")) else {
        return Ok(None);
    };
    let unusable = |_| {
        let why =
            format!("the proxy in {name} is not one that can be used: expected http://HOST:PORT");
        Fault::Net(shown(url), why)
    };
    let given = Proxy::new(&value).map_err(unusable)?;
    if given.host().is_empty() {
        return Err(unusable(ureq::Error::InvalidProxyUrl));
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
    if let Some((_, list)) = either("no_proxy") {
        for host in list
            .split(',')
            .map(str::trim)
            .filter(|host| !host.is_empty())
        {
            built = built.no_proxy(host);
            // As in curl and wget, a bare domain stands for what is below it too.
            if !host.starts_with(['.', '*']) {
                built = built.no_proxy(&format!(".{host}"));
            }
        }
    }
    built.build().map(Some).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn the_environment_names_the_proxy() -> Outcome {
        let with = |url: &str, variables: &[(&str, &str)]| {
            proxy(url, |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let both = [
            ("http_proxy", "http://a:1"),
            ("HTTPS_PROXY", "http://u:p@b:2"),
            ("no_proxy", "c.org, .d.org"),
        ];
        let host = |found: &Option<Proxy>| found.as_ref().map(|proxy| proxy.host().to_owned());
        assert_eq!(host(&with("http://x/", &both)?).as_deref(), Some("a"));
        assert_eq!(host(&with("https://x/", &both)?).as_deref(), Some("b"));
        assert_eq!(host(&with("http://x/", &[])?), None);
        let all = [("ALL_PROXY", "e:3")];
        assert_eq!(host(&with("http://x/", &all)?).as_deref(), Some("e"));
        let found = with("http://x/", &both)?.ok_or("no proxy")?;
        for (url, past) in [
            ("http://c.org/", true),
            ("http://www.c.org/", true),
            ("http://www.d.org/", true),
            ("http://e.org/", false),
        ] {
            assert_eq!(found.is_no_proxy(&url.parse()?), past, "{url}");
        }
        let bad = [("http_proxy", "gopher://u:pw@x")];
        let said = format!("{:?}", with("http://x/", &bad));
        assert!(said.starts_with("Err") && !said.contains("pw"), "{said}");
        Ok(())
    }
}
