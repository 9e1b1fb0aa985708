//! The names that an expression may use.
//!
//! A scope grows as a file is read; a name is defined before it is used and never redefined. Indices of binders are not
//! here: they live as long as their binder and are kept by the elaborator.

use super::ast::Expr;
use super::ir::NodeId;
use super::parts;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Names and the nodes they stand for, in the order of their definition.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    entries: Vec<(String, NodeId)>,
    by_name: HashMap<String, NodeId>,
    /// Names that the file defines further down, for a better message than "unknown".
    pub later: BTreeSet<String>,
    /// Those of them that are random, where only givens are known.
    pub random: BTreeSet<String>,
    /// In a trajectory: the state's components and the step, each with its value one step before. `prev` replaces
    /// the ones by the others.
    pub previous: Option<BTreeMap<NodeId, NodeId>>,
    definitions: HashMap<String, Arc<Definition>>,
}

/// What an abbreviation stands for, as it was written.
#[derive(Debug)]
pub struct Definition {
    pub value: Expr,
    /// The names in it.
    pub names: BTreeSet<String>,
    /// How many subexpressions it has.
    pub size: usize,
}

/// The name is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is already defined; a name is never redefined")]
pub struct Redefined(pub String);

impl Scope {
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a name to a node. Whether the word may be a name at all is the parser's business.
    pub fn define(&mut self, name: impl Into<String>, node: NodeId) -> Result<(), Redefined> {
        let name = name.into();
        if self.by_name.contains_key(&name) {
            return Err(Redefined(name));
        }
        self.later.remove(&name);
        self.by_name.insert(name.clone(), node);
        self.entries.push((name, node));
        Ok(())
    }

    /// Gives a name to an expression. A derivative follows what it says; it holds every other name fixed.
    pub fn abbreviate(&mut self, name: impl Into<String>, node: NodeId, value: &Expr) -> Result<(), Redefined> {
        let name = name.into();
        self.define(name.clone(), node)?;
        let (names, size) = parts::names(value);
        self.definitions.insert(name, Arc::new(Definition { value: value.clone(), names, size }));
        Ok(())
    }

    /// What an abbreviation stands for; `None` of a sampled given, a component of the state and an unknown name.
    pub fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        self.definitions.get(name)
    }

    pub fn get(&self, name: &str) -> Option<NodeId> {
        self.by_name.get(name).copied()
    }

    /// In order of definition.
    pub fn iter(&self) -> impl Iterator<Item = (&str, NodeId)> {
        self.entries.iter().map(|(name, node)| (name.as_str(), *node))
    }
}
