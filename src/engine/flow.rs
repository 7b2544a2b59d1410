//! Send/Recv: values along bindings.
//!
//! - V2 A settled vertex publishes what it sends as one immutable snapshot.
//! - V3 A receiver that holds something else becomes dirty in that same step, before any other successor is looked at. It takes the value
//!   when it starts. The key stays marked changed until a check of it has succeeded; its memo is dropped, and what it watches is
//!   asked anew, since that may depend on what it received (rule O8).
//! - V4 What was received is validated again; a refusal fails the receiver and names the sender.
//! - V5 A sender that has nothing to send: its receivers wait for it, by name. Nothing is ever made up.
//! - V6 What cannot be read back is kept with a hash of the params that made it, the name among them where it stands for one.
//! - V7 A received change is no notification.
//! - V8 A secret is shown as a mask. Of what is open and long its beginning is.

use super::event::{Dirt, EventId, Wait, What};
use super::io::{CheckOutcome, Sends, VertexId};
use super::net::Bind;
use super::state::{Outcome, SETTLED, STARVED};
use super::{Engine, Kept};
use crate::graph::{FieldPath, Params};
use crate::value::{Value, digest};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What keeps a receiver from starting.
pub(super) enum Starved {
    /// This sender has not sent this field.
    Nothing { from: VertexId, field: FieldPath },
    /// This sender's noop holds it.
    Held { from: VertexId },
}

impl Engine {
    /// Compares what a freshly settled vertex sends with what its receivers hold, and hands over what is new.
    pub(super) fn publish(&mut self, v: VertexId) {
        if self.held.contains(&v) {
            return;
        }
        for at in self.net.binds_out.range(v) {
            let bind = self.net.binds_out.item(at) as usize;
            let (to, into, sent) = {
                let bind = &self.net.binds[bind];
                (bind.to, bind.into.clone(), bind.sent.clone())
            };
            let value = self
                .node(v)
                .sends
                .as_ref()
                .and_then(|sends| pick(sends, &sent));
            self.hand_over(v, to, &sent, into, value);
        }
    }

    fn hand_over(
        &mut self,
        from: VertexId,
        to: VertexId,
        sent: &FieldPath,
        into: FieldPath,
        value: Option<Value>,
    ) {
        let inbox = self.node_mut(to).inbox.get_or_insert_default();
        if inbox.values.get(&into) == value.as_ref() {
            return;
        }
        let cause = self.node(from).last;
        let Some(value) = value else {
            let inbox = self.node_mut(to).inbox.get_or_insert_default();
            inbox.values.remove(&into);
            inbox.merged = None;
            return;
        };
        let key = self.node(to).key.clone();
        let what = What::Sent {
            field: sent.clone(),
            to: key,
            into: into.clone(),
            shown: value.brief(),
        };
        let event = self.event(Some(from), what, cause);
        let inbox = self.node_mut(to).inbox.get_or_insert_default();
        inbox.values.insert(into.clone(), value);
        inbox.changed.insert(into.clone());
        inbox.fresh.insert(into);
        inbox.event = event;
        inbox.merged = None;
        self.drop_memo(to, event);
        self.watch_anew(to);
        self.dirty(to, Dirt::Received, event);
    }

    /// Params or received values are new: what a check remembered no longer counts, nor what one under way will remember.
    pub(super) fn drop_memo(&mut self, v: VertexId, cause: EventId) {
        let node = self.node_mut(v);
        if let Some(trip) = node.trip.as_mut() {
            trip.stale = true;
        }
        if node.memo.take().is_some() {
            self.event(Some(v), What::MemoDropped, cause);
        }
    }

    /// Whether a vertex lacks a value, and marks it so. Once per cause, that is told.
    pub(super) fn starves(&mut self, v: VertexId) -> bool {
        if self.net.binds_in.row(v).is_empty() {
            return false;
        }
        let lacks = self.starved_by(v);
        let was = self.has(v, STARVED);
        match lacks {
            None => {
                self.clear(v, STARVED);
                self.starved.remove(&v);
                false
            }
            Some(_) if was => true,
            Some(lacks) => {
                self.set(v, STARVED);
                self.starved.insert(v);
                if let Starved::Nothing { from, field } = lacks {
                    let (cause, from) = (self.node(v).cause, self.node(from).key.clone());
                    self.event(Some(v), What::Waiting(Wait::Value { from, field }), cause);
                }
                true
            }
        }
    }

    /// What a vertex lacks, in order of its fields.
    pub(super) fn starved_by(&self, v: VertexId) -> Option<Starved> {
        let inbox = self.node(v).inbox.as_ref();
        let holds = |into: &FieldPath| inbox.is_some_and(|inbox| inbox.values.contains_key(into));
        for bind in self.net.binds_in.row(v) {
            let bind = &self.net.binds[*bind as usize];
            if self.node(bind.from).outcome == Outcome::Held {
                return Some(Starved::Held { from: bind.from });
            }
            if !holds(&bind.into) {
                return Some(Starved::Nothing {
                    from: bind.from,
                    field: bind.sent.clone(),
                });
            }
        }
        None
    }

    /// All params of a vertex: written ones, with received values in place.
    pub(super) fn params(&mut self, v: VertexId) -> Arc<Params> {
        let written = self.node(v).params.clone();
        let Some(inbox) = self.node_mut(v).inbox.as_mut() else {
            return written;
        };
        inbox
            .merged
            .get_or_insert_with(|| Arc::new(merge(&written, &inbox.values)))
            .clone()
    }

    pub(super) fn received_keys(
        &self,
        v: VertexId,
    ) -> (Arc<BTreeSet<FieldPath>>, Arc<BTreeSet<FieldPath>>) {
        match &self.node(v).inbox {
            None => (self.no_keys.clone(), self.no_keys.clone()),
            Some(inbox) => (
                Arc::new(inbox.values.keys().cloned().collect()),
                Arc::new(inbox.changed.clone()),
            ),
        }
    }

    /// A vertex starts: what came since its last start is told. Returns what made it start.
    pub(super) fn take_received(&mut self, v: VertexId) -> EventId {
        let cause = self.node(v).cause;
        let Some(inbox) = self.node_mut(v).inbox.as_mut() else {
            return cause;
        };
        if inbox.fresh.is_empty() {
            return cause;
        }
        let fields: Vec<FieldPath> = std::mem::take(&mut inbox.fresh).into_iter().collect();
        let event = inbox.event;
        self.event(Some(v), What::Received(fields), event)
    }

    /// A check of the present values succeeded: none of them counts as changed any more.
    pub(super) fn clear_changed_keys(&mut self, v: VertexId) {
        if let Some(inbox) = self.node_mut(v).inbox.as_mut() {
            let fresh = &inbox.fresh;
            inbox.changed.retain(|path| fresh.contains(path));
        }
    }

    /// What the vertex sends from here on: read back, and kept where it cannot be read back. Also where nobody receives it, since a
    /// binding may be drawn later.
    pub(super) fn publishes(&mut self, v: VertexId, mut sends: BTreeMap<String, Value>) {
        if self.remembered.kept.contains_key(&self.node(v).key) {
            let params = self.params(v);
            for (name, value) in self
                .kept_for(v, &params)
                .iter()
                .flat_map(|kept| kept.iter())
            {
                sends.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        if let Some(keep) = self.trip_mut(v).keep.as_ref() {
            sends.extend(keep.values.clone());
        }
        let needed = !sends.is_empty() || !self.net.binds_out.row(v).is_empty();
        self.node_mut(v).sends = needed.then(|| Arc::new(sends));
    }

    /// The outputs that are kept for just these params; others void them.
    pub(super) fn kept_for(&self, v: VertexId, params: &Params) -> Option<Sends> {
        let Kept { hash, values } = self.remembered.kept.get(&self.node(v).key)?;
        (*hash == self.made_by(v, params)).then(|| Arc::new(values.clone()))
    }

    /// A hash of what made an output: its params, and its name where that stands for one of them.
    pub(super) fn made_by(&self, v: VertexId, params: &Params) -> [u8; 32] {
        let key = &self.node(v).key;
        let fields = self.options.catalog.schema(key.kind());
        let mut fields = fields.map_or(&[][..], |schema| schema.fields).iter();
        match fields.find(|field| field.from_name && !params.contains_key(field.name)) {
            None => digest(params),
            Some(field) => {
                let mut all = params.clone();
                all.insert(field.name.to_owned(), Value::str(key.name()));
                digest(&all)
            }
        }
    }

    /// Why a vertex in sync cannot give a receiver what it needs: an output that is not kept (rule V6).
    pub(super) fn output_unknown(&mut self, v: VertexId, check: &CheckOutcome) -> Option<String> {
        let sends = check.sends.as_ref().filter(|_| check.findings.is_empty())?;
        if self.has(v, super::state::PENDING) && check.deaf.is_none() {
            return None;
        }
        let params = self.params(v);
        let kept = self.kept_for(v, &params);
        let key = &self.node(v).key;
        let binds = self.net.binds_out.row(v).iter();
        let binds = binds.map(|bind| &self.net.binds[*bind as usize].sent);
        let known = |field: &str| {
            sends.contains_key(field) || kept.as_ref().is_some_and(|kept| kept.contains_key(field))
        };
        let missing = |sent: &&FieldPath| self.is_kept(v, sent) && !known(&sent.field);
        let field = &binds.into_iter().find(missing)?.field;
        Some(match &check.deaf {
            None => format!("its {field} is not known: `notify {key}` runs it again"),
            Some(guard) => format!("its {field} is not known, and it is not run again: {guard}"),
        })
    }

    /// Whether this vertex sends it from what is kept, since it cannot be read back.
    fn is_kept(&self, v: VertexId, sent: &FieldPath) -> bool {
        let schema = self.options.catalog.schema(self.node(v).key.kind());
        let sent = schema.and_then(|schema| schema.sent(&sent.field));
        sent.is_some_and(|sent| sent.kept)
    }

    /// A binding may be new, and need an output that its settled sender does not have: its check says so (rule V6).
    pub(super) fn ask_for_outputs(&mut self) {
        let lacks = |bind: &&Bind| {
            let sends = self.node(bind.from).sends.as_ref();
            self.has(bind.from, SETTLED)
                && !self.held.contains(&bind.from)
                && self.is_kept(bind.from, &bind.sent)
                && sends.and_then(|sends| pick(sends, &bind.sent)).is_none()
        };
        let lacking = self.net.binds.iter().filter(lacks).map(|bind| bind.from);
        for v in lacking.collect::<BTreeSet<VertexId>>() {
            self.dirty(v, Dirt::Params, self.input_event);
        }
    }

    /// In a plan: everything that this vertex could send, as known only after it.
    pub(super) fn unknown_sends(&self, v: VertexId) -> Sends {
        let key = &self.node(v).key;
        let sends = self
            .options
            .catalog
            .schema(key.kind())
            .map_or(&[][..], |schema| schema.sends);
        let who = key.to_string();
        Arc::new(
            sends
                .iter()
                .map(|sent| (sent.name.to_owned(), Value::unknown(&who, false)))
                .collect(),
        )
    }

    /// Who sends what this param received, for a refusal (rule V4).
    pub(super) fn sender_of(&self, v: VertexId, param: &str) -> Option<String> {
        let binds = self
            .net
            .binds_in
            .row(v)
            .iter()
            .map(|bind| &self.net.binds[*bind as usize]);
        let bind = binds.into_iter().find(|bind| *bind.into.field == *param)?;
        Some(format!("{}.{}", self.node(bind.from).key, bind.sent))
    }
}

pub(super) fn pick(sends: &Sends, path: &FieldPath) -> Option<Value> {
    let whole = sends.get(&*path.field)?;
    if let Some(unknown) = whole.unknown_in().filter(|_| !path.keys.is_empty()) {
        return Some(Value::Unknown(unknown.clone()));
    }
    let below = path
        .keys
        .iter()
        .try_fold(whole.expose(), |value, key| match value.expose() {
            Value::Map(map) => map.get(key),
            _ => None,
        })?;
    Some(below.clone().secret_if(matches!(whole, Value::Secret(_))))
}

/// Written params with received values in place.
fn merge(written: &Params, values: &BTreeMap<FieldPath, Value>) -> Params {
    let mut params = written.clone();
    for (path, value) in values {
        match path.keys.as_slice() {
            [] => {
                params.insert(path.field.to_string(), value.clone());
            }
            keys => {
                let slot = params
                    .entry(path.field.to_string())
                    .or_insert_with(|| Value::map([]));
                slot.put(keys, value.clone());
            }
        }
    }
    params
}
