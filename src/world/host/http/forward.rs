//! Plain `http` by way of a proxy: the connection is the proxy's, and its request line names the whole URL (RFC 9112, section
//! 3.2.2).
//!
//! The library itself only knows how to ask a proxy to connect. So the connection is led to the proxy by what resolves names, and
//! what is sent over it first gets the server's address put before its path.

use std::fmt;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Agent, Error, Proxy};

/// An agent that asks `proxy` for what is at `url`'s server, over a connection of its own for each request.
pub(super) fn agent(config: Config, url: &Uri, proxy: &Proxy) -> Agent {
    let authority = url.authority().map_or("", |authority| {
        // Whoever logs in there does so by a header.
        let text = authority.as_str();
        text.rsplit('@').next().unwrap_or(text)
    });
    let naming = Naming {
        server: format!("http://{authority}"),
    };
    let to_proxy = ToProxy {
        proxy: proxy.uri().clone(),
        names: DefaultResolver::default(),
    };
    Agent::with_parts(config, DefaultConnector::new().chain(naming), to_proxy)
}

/// Resolves every name to the proxy's address.
struct ToProxy {
    proxy: Uri,
    names: DefaultResolver,
}

impl Resolver for ToProxy {
    fn resolve(
        &self,
        _: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.names.resolve(&self.proxy, config, timeout)
    }
}

impl fmt::Debug for ToProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToProxy")
    }
}

/// Lets requests over a connection name their server.
#[derive(Debug)]
struct Naming {
    server: String,
}

impl<In: Transport> Connector<In> for Naming {
    type Out = Named<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Named<In>>, Error> {
        Ok(chained.map(|inner| Named {
            inner,
            server: Some(self.server.clone()),
        }))
    }
}

/// A connection over which one request goes.
#[derive(Debug)]
struct Named<In> {
    inner: In,
    /// What is to stand before the path; taken once it stands there.
    server: Option<String>,
}

impl<In: Transport> Transport for Named<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let Some(server) = self.server.take() else {
            return self.inner.transmit_output(amount, timeout);
        };
        let output = self.inner.buffers().output();
        let amount = amount.min(output.len());
        let mut sent = output[..amount].to_vec();
        // After the method and its space, which the first piece holds.
        let path = sent
            .iter()
            .position(|byte| *byte == b' ')
            .map_or(0, |at| at + 1);
        sent.splice(path..path, server.into_bytes());
        let piece = output.len().max(1);
        for piece in sent.chunks(piece) {
            self.inner.buffers().output()[..piece.len()].copy_from_slice(piece);
            self.inner.transmit_output(piece.len(), timeout)?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    /// It is not used again.
    fn is_open(&mut self) -> bool {
        false
    }
}
