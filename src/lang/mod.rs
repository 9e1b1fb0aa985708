//! The claim language: from text to a typed graph, and back to mathematics.
//!
//! `parse` makes the syntax tree of [`ast`]; `elaborate` checks names, types and symbolic shapes and makes the graph of
//! [`ir`]; the printers write a tree as Unicode or TeX. Nothing here samples, evaluates or reads a file.

pub mod ast;
pub mod ir;
pub mod lexer;
pub mod parse;
mod parse_binder;
mod parse_expr;
mod parse_given;
mod parse_plan;
pub mod print;
mod print_given;
mod print_source;
mod print_tex;
mod print_unicode;
pub mod span;
pub mod suggest;
mod symbols;
#[cfg(test)]
mod testing;
mod tokens;
pub mod words;
