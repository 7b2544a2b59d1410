//! What a person does to the simulated machine.

use super::{Front, Session, SessionError};
use crate::command::order::SimOrder;

impl Session {
    pub(super) fn sim(
        &mut self,
        order: &SimOrder,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let _ = (order, front);
        Ok(())
    }
}
