//! What a case is made of: blocks of draws, and the integers that choose its shapes.
//!
//! Draws are short dyadic numbers, so a case is exact in every arithmetic. A block's [`Role`] says what its numbers are for;
//! the strata know only roles, never the claim.

use crate::lang::ir::{Dim, DrawId, IntId, NodeId};
use std::collections::HashMap;

/// What a block of draws is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Numbers in `[0, 1]` that become numbers of an interval; an open end is never drawn.
    Unit {
        lo_open: bool,
        hi_open: bool,
        /// The interval is spread over octaves.
        log: bool,
        /// Eigenvalues or singular values.
        spectrum: bool,
    },
    /// Numbers in `[0, 1)` on a fine grid: integers, choices.
    Fraction,
    /// Normal, on a grid of 2^-10.
    Normal,
    /// Small integers; column `j` from row `j` on is a reflector.
    Reflector,
    /// Distinct enough to be ranked.
    Order,
}

/// A block of draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub id: DrawId,
    /// The given that it belongs to, by index.
    pub given: usize,
    pub rows: Dim,
    pub cols: Dim,
    pub role: Role,
}

/// An integer given.
#[derive(Clone, Debug, PartialEq)]
pub struct IntGiven {
    pub id: IntId,
    pub given: usize,
    pub lo: NodeId,
    pub hi: NodeId,
    /// Computes it lane by lane from draws; for integers that are not structural.
    pub value: NodeId,
}

/// A block of draws whose numbers lie over the octaves of an interval with a positive lower end.
#[derive(Clone, Copy, Debug)]
pub struct OverOctaves {
    pub block: DrawId,
    /// Numbers, or columns of one for each draw.
    pub lo: NodeId,
    pub hi: NodeId,
}

/// Everything that the samplers of a claim ask for.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    pub blocks: Vec<Block>,
    pub ints: Vec<IntGiven>,
    /// What must be true for a given to have a value at all: its index and the truth.
    pub feasible: Vec<(usize, NodeId)>,
    /// `a <= b` by construction, and whether `a < b`: a sampled real and the ends of its interval. Rounding could not tell
    /// where a draw reached an end.
    pub ordered: HashMap<(NodeId, NodeId), bool>,
    /// Numbers and columns that may be anything within their intervals, whatever the draws of other givens: each is a function
    /// of a block of draws of its own, onto its interval.
    pub laws: Vec<NodeId>,
    /// Blocks that become numbers over octaves, in the order in which they are drawn.
    pub octaves: Vec<OverOctaves>,
    /// Columns of one law: the lower end that no entry is below, and whether it is open.
    pub columns: HashMap<NodeId, (NodeId, bool)>,
    /// Sampled symmetric matrices and the reflectors that rotate them: what commutes with one is rotated alike.
    pub rotations: HashMap<NodeId, NodeId>,
}
