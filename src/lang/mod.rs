//! The claim language: from text to a typed graph, and back to mathematics.
//!
//! `parse` makes the syntax tree of [`ast`]; `elaborate` checks names, types and symbolic shapes and makes the graph of
//! [`ir`]; `predicate` adds the margin; the printers write a tree as Unicode or TeX. Nothing here samples, evaluates or
//! reads a file.

mod apply;
pub mod ast;
mod binders;
pub mod build;
pub mod derivative;
pub mod elaborate;
pub mod functions;
mod holes;
pub mod ir;
mod label;
pub mod lexer;
pub mod need;
mod operators;
pub mod parse;
mod parse_binder;
mod parse_expr;
mod parse_given;
mod parse_plan;
pub mod parts;
pub mod predicate;
pub mod print;
mod print_given;
mod print_sampler;
mod print_source;
mod print_tex;
mod print_unicode;
#[cfg(test)]
mod reference;
pub mod scope;
pub mod span;
mod spectra;
pub mod structural;
pub mod substitute;
pub mod suggest;
mod symbols;
pub mod symmetry;
#[cfg(test)]
mod testing;
mod tokens;
pub mod types;
mod varied;
pub mod words;
