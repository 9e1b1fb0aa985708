//! The stream that the parsers read: winnow over tokens, with the caps on nesting, and the errors they share.
//!
//! Every error that a user sees is a *cut*: a look ahead tells what is being read, so nothing is tried and then taken back.
//! Backtracking is only for `opt` of a single token.

use super::ast::{Expr, ExprKind};
use super::lexer::{Kind, Token, lex};
use super::span::{LangError, Span};
use winnow::combinator::opt;
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::{Stateful, TokenSlice};
use winnow::token::one_of;

/// How deep brackets, branches, exponents and operands on the right of an operator may nest: it bounds the parser's
/// recursion.
pub const MAX_NESTING: u32 = 128;
/// How many levels a tree may have, a chain of `+` counting one each: it bounds the recursion of all that read the tree.
pub const MAX_HEIGHT: u32 = 256;

/// How many brackets and branches are open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nesting(pub u32);

pub type Tokens<'t, 's> = Stateful<TokenSlice<'t, Token<'s>>, Nesting>;
/// Errors are boxed, and so are trees: the recursion keeps many of them on the stack.
pub type Fault = ErrMode<Box<LangError>>;
pub type Parsed<T> = Result<T, Fault>;

impl ParserError<Tokens<'_, '_>> for Box<LangError> {
    type Inner = Self;

    fn from_input(input: &Tokens<'_, '_>) -> Self {
        let token = next(input);
        Box::new(LangError::new(token.span, "this cannot stand here", token.found()))
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

/// Runs a parser over a whole text.
pub fn parse_all<T>(text: &str, parser: impl FnOnce(&mut Tokens<'_, '_>) -> Parsed<T>) -> Result<T, LangError> {
    let tokens = lex(text)?;
    let mut input = Stateful { input: TokenSlice::new(&tokens), state: Nesting::default() };
    parser(&mut input).map_err(|fault| *fault.into_inner().unwrap_or_else(|_| Box::from_input(&input)))
}

/// The token that comes next, which is [`Kind::End`] for ever at the end.
pub fn next<'s>(input: &Tokens<'_, 's>) -> Token<'s> {
    ahead(input, 0)
}

/// The token after `skip` others.
pub fn ahead<'s>(input: &Tokens<'_, 's>, skip: usize) -> Token<'s> {
    let end = Token { kind: Kind::End, text: "", span: Span::default() };
    input.input.get(skip).or(input.input.last()).copied().unwrap_or(end)
}

/// A token of this kind, or a backtrack.
pub fn kind<'t, 's: 't>(kind: Kind) -> impl Parser<Tokens<'t, 's>, &'t Token<'s>, Fault> {
    one_of(move |token: &'t Token<'s>| token.kind == kind)
}

/// The token if it is of this kind.
pub fn accept<'s>(input: &mut Tokens<'_, 's>, wanted: Kind) -> Parsed<Option<Token<'s>>> {
    opt(kind(wanted).map(|token: &Token<'s>| *token)).parse_next(input)
}

/// Whether the next token is this word, which is then passed.
pub fn accept_word(input: &mut Tokens<'_, '_>, word: &str) -> Parsed<bool> {
    opt(one_of(|token: &Token<'_>| token.is_word(word))).map(|token| token.is_some()).parse_next(input)
}

/// A token of this kind, or an error that says what is expected: ``expected `)` behind the arguments``.
pub fn expect<'s>(input: &mut Tokens<'_, 's>, wanted: Kind, what: &str) -> Parsed<Token<'s>> {
    match accept(input, wanted)? {
        Some(token) => Ok(token),
        None => fail(unexpected(input, what)),
    }
}

pub fn expect_word(input: &mut Tokens<'_, '_>, word: &str, what: &str) -> Parsed<()> {
    if accept_word(input, word)? { Ok(()) } else { fail(unexpected(input, what)) }
}

/// One or more of what `one` reads, with commas between. (A plain loop: winnow's `separated` takes three times the stack
/// where the recursion passes through it.)
pub fn comma_separated<T>(input: &mut Tokens<'_, '_>, one: fn(&mut Tokens<'_, '_>) -> Parsed<T>) -> Parsed<Vec<T>> {
    let mut all = vec![one(input)?];
    while accept(input, Kind::Comma)?.is_some() {
        all.push(one(input)?);
    }
    Ok(all)
}

/// The bracket that closes `open`.
pub fn close<'s>(input: &mut Tokens<'_, 's>, open: Token<'_>, wanted: Kind) -> Parsed<Token<'s>> {
    if let Some(token) = accept(input, wanted)? {
        return Ok(token);
    }
    let symbol = if wanted == Kind::RightParen { ")" } else { "]" };
    if next(input).kind == Kind::End {
        let message = format!("this `{}` is never closed", open.text);
        return fail(LangError::new(open.span, message, format!("found no `{symbol}` to it")));
    }
    fail(unexpected(input, &format!("`{symbol}`")))
}

/// What is wrong with the next token where `what` was expected.
pub fn unexpected(input: &Tokens<'_, '_>, what: &str) -> LangError {
    let token = next(input);
    let error = LangError::new(token.span, format!("expected {what}"), token.found());
    match help(&token) {
        Some(help) => error.help(help),
        None => error,
    }
}

/// What was probably meant by a token that cannot go on an expression.
fn help(token: &Token<'_>) -> Option<&'static str> {
    match token.kind {
        Kind::Equals => Some("write `==` to compare"),
        Kind::Tilde => Some("`~` is only for a fit"),
        Kind::Number | Kind::LeftParen => Some("write `*` for a product"),
        Kind::Word if !super::words::is_reserved(token.text) => Some("write `*` for a product"),
        Kind::DotDot => Some("a range has both ends: write `a..=b`"),
        Kind::Arrow => Some("`->` is only in `D(e; X -> H)`; write `=>` for an implication"),
        _ => None,
    }
}

/// An error that ends the parse.
pub fn fail<T>(error: LangError) -> Parsed<T> {
    Err(ErrMode::Cut(Box::new(error)))
}

/// An expression with the number of its levels.
#[derive(Clone, Debug)]
pub struct Tree {
    pub expr: Box<Expr>,
    pub height: u32,
}

impl Tree {
    pub fn leaf(kind: ExprKind, span: Span) -> Self {
        Self { expr: Box::new(Expr::new(kind, span)), height: 1 }
    }

    /// A node above parts of which the highest has `below` levels.
    pub fn above(below: u32, kind: ExprKind, span: Span) -> Parsed<Self> {
        if below >= MAX_HEIGHT {
            return fail(too_deep(span, MAX_HEIGHT));
        }
        Ok(Self { expr: Box::new(Expr::new(kind, span)), height: below + 1 })
    }
}

pub fn too_deep(span: Span, levels: u32) -> LangError {
    LangError::new(span, "this expression is too deep", format!("found more than {levels} levels"))
        .help("name parts of it under `[let]`")
}
