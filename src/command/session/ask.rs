//! Questions: what a session answers without changing anything.

use super::{Front, Session, SessionError};
use crate::command::order::Order;

impl Session {
    pub(super) fn answer(
        &mut self,
        order: &Order,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let _ = (order, front);
        Ok(())
    }
}
