//! A thread of its own for whoever works on a template.

use super::bounds::STACK;
use crate::kind::Failure;
use std::thread::Builder;

/// Does this on a stack that is large enough for every template that is within its bounds, and drops there what it leaves.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread = Builder::new().name("template".into()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work).map_err(|error| {
            Failure::new(format!(
                "no thread can be started to render it: {error} (is the limit of processes or of memory reached?)"
            ))
        })?;
        // A panic goes on as if there were no thread.
        Ok(thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
