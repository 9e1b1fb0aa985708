//! Forward-mode derivatives of the graph.

use super::ir::{Graph, NodeId};
use super::substitute::SubstituteError;
use std::collections::BTreeSet;

/// Why a derivative could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DerivativeError {
    #[error(transparent)]
    Substitute(#[from] SubstituteError),
    #[error("{0}")]
    NoRule(String),
}

/// The derivative of `value` where `x` moves in the direction `h`.
pub fn derivative(
    _: &mut Graph,
    _: NodeId,
    _: NodeId,
    _: NodeId,
    _: &BTreeSet<NodeId>,
) -> Result<NodeId, DerivativeError> {
    Err(DerivativeError::NoRule("derivatives are not read yet".into()))
}
