//! What the printers share: how tightly each form binds, and what a caller may tell them.
//!
//! `print_source` and `print_sampler` write the claim language back, `print_unicode` mathematics for a terminal,
//! `print_tex` mathematics for a page; `print_given` says a sampler in the latter two. A printer puts
//! parentheses where the tree needs them, not where they were written.

use super::ast::{BinaryOp, Expr, ExprKind};
use std::collections::BTreeMap;

pub use super::print_given::{given_tex, given_tex_with, given_unicode, given_unicode_with};
pub use super::print_sampler::given_source;
pub use super::print_source::source;
pub use super::print_tex::{tex, tex_with};
pub use super::print_unicode::{unicode, unicode_with};

/// What a printer of mathematics cannot see in the tree.
#[derive(Clone, Copy, Default)]
pub struct Style<'a> {
    /// How some names are written, in TeX (`S1` as `S'`). Unicode takes those without a backslash.
    pub rename: Option<&'a BTreeMap<String, String>>,
    /// Which expressions are matrices: an order between those is Loewner's.
    pub is_matrix: Option<&'a dyn Fn(&Expr) -> bool>,
}

impl Style<'_> {
    pub fn renamed(&self, name: &str) -> Option<&str> {
        self.rename.and_then(|names| names.get(name)).map(String::as_str)
    }

    pub fn orders_matrices(&self, left: &Expr, right: &Expr) -> bool {
        self.is_matrix.is_some_and(|is_matrix| is_matrix(left) || is_matrix(right))
    }
}

/// How tightly a form binds, as in the grammar; a printer asks its parts for at least some level.
pub mod level {
    pub const IF: u8 = 0;
    pub const IMPLIES: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const NOT: u8 = 4;
    pub const COMPARE: u8 = 5;
    pub const ADD: u8 = 6;
    pub const MULTIPLY: u8 = 7;
    pub const NEGATE: u8 = 8;
    pub const POWER: u8 = 9;
    pub const POSTFIX: u8 = 10;
    pub const ATOM: u8 = 11;
}

/// The level of an expression in the claim language.
pub fn level_of(e: &Expr) -> u8 {
    match &e.kind {
        ExprKind::If { .. } => level::IF,
        ExprKind::Binary { op, .. } => level_of_operator(*op),
        ExprKind::Not(_) => level::NOT,
        ExprKind::Compare { .. } => level::COMPARE,
        ExprKind::Neg(_) => level::NEGATE,
        ExprKind::Transpose(_) | ExprKind::Index { .. } => level::POSTFIX,
        ExprKind::Number { .. }
        | ExprKind::Name(_)
        | ExprKind::Pi
        | ExprKind::Identity
        | ExprKind::Bool(_)
        | ExprKind::Call { .. }
        | ExprKind::Quantified { .. }
        | ExprKind::Build { .. }
        | ExprKind::Derivative { .. } => level::ATOM,
    }
}

pub fn level_of_operator(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Implies => level::IMPLIES,
        BinaryOp::Or => level::OR,
        BinaryOp::And => level::AND,
        BinaryOp::Add | BinaryOp::Sub => level::ADD,
        BinaryOp::Mul | BinaryOp::Div => level::MULTIPLY,
        BinaryOp::Pow => level::POWER,
    }
}

/// The levels that an operator asks of its left and its right operand.
pub fn operand_levels(op: BinaryOp) -> (u8, u8) {
    let own = level_of_operator(op);
    match op {
        BinaryOp::Implies => (own + 1, own),
        BinaryOp::Pow => (level::POSTFIX, level::ATOM),
        _ => (own, own + 1),
    }
}
