//! What an expression is called in a message: its own text if that is short.

use super::ast::Expr;
use super::print_source::source;

/// The longest text that is quoted, in bytes.
const MAX_LABEL: usize = 48;

/// `` `A*B` ``, or `this expression` where that would be long.
pub fn label(e: &Expr) -> String {
    let text = source(e);
    if text.len() <= MAX_LABEL { format!("`{text}`") } else { "this expression".into() }
}
