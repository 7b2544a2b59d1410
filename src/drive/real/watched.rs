//! What the real driver keeps an eye on: one watch a vertex, each under a number of its own.
//!
//! A watch that is set anew (other params, another try) gets another number, so that what is still on its way from the one before
//! it, above all its "listening", is never taken for the new one's (rule O8).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{Input, VertexId};
use crate::graph::{Key, Params};
use crate::kind;
use crate::world::Watch;
use crate::world::host::{Host, HostWatcher, WatchEvent, What};

/// The watches of all vertices. The thread behind them starts with the first one.
pub(super) struct Watched {
    /// The image that is watched, if it is one.
    root: Option<PathBuf>,
    sink: Arc<dyn Fn(WatchEvent) + Send + Sync>,
    watcher: Option<HostWatcher>,
    last: u64,
    watches: BTreeMap<VertexId, Set>,
    vertices: BTreeMap<u64, VertexId>,
}

/// What a vertex has its eye on.
struct Set {
    number: u64,
    watches: Vec<Watch>,
    listens: bool,
}

impl Watched {
    /// Nothing yet; events go to `sink`, and from there to [`Watched::news`].
    pub fn new(host: &Host, sink: impl Fn(WatchEvent) + Send + Sync + 'static) -> Watched {
        Watched {
            root: host.root().map(Path::to_owned),
            sink: Arc::new(sink),
            watcher: None,
            last: 0,
            watches: BTreeMap::new(),
            vertices: BTreeMap::new(),
        }
    }

    /// Watches what this vertex manages, instead of what it managed before. What is the same is left alone: if that
    /// listens already, this says so.
    pub fn watch(&mut self, vertex: VertexId, key: &Key, params: &Params) -> Option<Input> {
        let watches: Vec<Watch> =
            kind::find(key.kind()).map_or_else(Vec::new, |kind| kind.watches(key, params));
        if let Some(set) = self
            .watches
            .get(&vertex)
            .filter(|set| set.watches == watches)
        {
            return set.listens.then_some(Input::StillListening { vertex });
        }
        self.last += 1;
        let number = self.last;
        // The new one listens before the old one ends: nothing falls between them.
        self.watcher().watch(number, &watches);
        self.vertices.insert(number, vertex);
        let set = Set {
            number,
            watches,
            listens: false,
        };
        if let Some(old) = self.watches.insert(vertex, set) {
            self.drop_number(old.number);
        }
        None
    }

    /// No more of that.
    pub fn unwatch(&mut self, vertex: VertexId) {
        if let Some(set) = self.watches.remove(&vertex) {
            self.drop_number(set.number);
        }
    }

    /// What an event is for the engine; nothing if its watch was replaced meanwhile.
    pub fn news(&mut self, event: WatchEvent) -> Option<Input> {
        let vertex = *self.vertices.get(&event.id)?;
        Some(match event.what {
            What::Listening => {
                if let Some(set) = self.watches.get_mut(&vertex) {
                    set.listens = true;
                }
                Input::Listening { vertex }
            }
            What::Failed(why) => {
                self.unwatch(vertex);
                Input::WatchFailed { vertex, why }
            }
            What::Lost(why) => Input::Noticed {
                vertex,
                what: format!("events were lost: {why}"),
            },
            What::Changed(path, what) => Input::Noticed {
                vertex,
                what: format!("{} {what}", path.display()),
            },
        })
    }

    fn drop_number(&mut self, number: u64) {
        self.vertices.remove(&number);
        self.watcher().unwatch(number);
    }

    fn watcher(&mut self) -> &mut HostWatcher {
        let (sink, root) = (self.sink.clone(), self.root.clone());
        self.watcher
            .get_or_insert_with(|| HostWatcher::of(root, move |event| sink(event)))
    }
}
