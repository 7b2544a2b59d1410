//! What a story takes out of the graph that it uses.

use super::graph::Build;
use super::refs;
use crate::graph::Refusal;
use crate::value::Place;

/// One item of `drop`: an edge, a binding or a vertex.
pub(super) fn drop_one(build: &mut Build, text: &str, place: Place) -> Result<(), refs::BadRef> {
    let refused = |refusal: Refusal| refs::BadRef {
        what: refusal.problem.to_string(),
        hint: refusal.hint,
    };
    let parts = refs::split_arrows(text);
    let graph = build.draft.graph().clone();
    if let [(a, _), (b, notify)] = parts.as_slice() {
        if let (Ok(from), Ok(to)) = (refs::resolve(&graph, a), refs::resolve(&graph, b)) {
            return build
                .draft
                .unlink(&from, &to, *notify, place)
                .map_err(refused);
        }
        let (to, field) = refs::resolve_field(&graph, b)?;
        return build.draft.unbind(&to, &field, place).map_err(refused);
    }
    let key = refs::resolve(&graph, text)?;
    build.draft.drop_vertex(&key, place).map_err(refused)
}
