//! Names with their types, for the printers of mathematics, which see syntax alone.

use crate::claim::program::{Motion, Program};
use crate::lang::ast::Expr;
use crate::lang::ir::Graph;
use crate::lang::scope::Scope;
use crate::lang::{elaborate, types};

/// A claim's names with their types, for printers that cannot see whether an order is Loewner's.
pub struct Typed {
    graph: Graph,
    scope: Scope,
}

impl Typed {
    pub fn new(program: Program) -> Self {
        let named = program.givens.iter().chain(&program.lets).map(|bound| (bound.name.as_str(), bound.node));
        let on_the_way = program.motion.iter().flat_map(Motion::named);
        let mut scope = Scope::new();
        for (name, node) in named.chain(on_the_way) {
            // A name that is there already has its type.
            let _ = scope.define(name, node);
        }
        Self { graph: program.graph, scope }
    }

    /// An expression with indices of its own is not typed here, and taken for a number.
    pub fn is_matrix(&self, e: &Expr) -> bool {
        let mut graph = self.graph.clone();
        elaborate::expression(&mut graph, &self.scope, e).is_ok_and(|node| types::is_matrix(&graph, node))
    }
}
