//! What a statement with an unknown constant needs of it: "there is a universal c such that .." as a predicate without c, whose margin says which
//! constants will do.
//!
//! Every comparison must hold c to the first degree, so that at a case it asks for `c >= n` with a number n of that case (where the least constant is
//! sought), or for `c <= n` (where the greatest is). The *room* of a comparison is `1/n`, or n: a positive number which is the smaller the more is
//! asked, and in which parts of a statement join as margins do: `and` is the least, `or` the greatest. So the room is a margin like any
//! other, and what samples, hunts, replays and certifies margins does all that with constants. A statement without c asks for nothing where
//! it is true (`QUIET`), and where it is false no constant will do: the predicate is false, which can be certified.
//!
//! A larger constant must help (a smaller one, where the greatest is sought). Whether it does at a case is a second predicate, [`Need::monotone`].
//!
//! Syntax trees in, syntax trees out; places in the text are kept, so that an error in what is made here is shown where it was written.

use super::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, Quantifier};
use super::parts::names;
use super::span::{LangError, Span};
use dashu_int::IBig;
use dashu_ratio::RBig;

/// Which constant is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seek {
    /// The least that works: a larger one works as well.
    Least,
    /// The greatest that works: a smaller one works as well.
    Greatest,
}

/// A statement without its constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Whether some constant will do at the case; its margin, in the unit 1, is the room. It has a margin at every case.
    pub room: Expr,
    /// The same with what a case must meet to ask for anything as guards, where that is one condition: cases that ask for nothing do not count.
    pub guarded: Expr,
    /// Whether the constant works in one way only; `None` where that shows by the form.
    pub monotone: Option<Expr>,
    /// What is asked, of a statement that is one comparison.
    pub demand: Option<Demand>,
}

/// The demand of one comparison, under guards: the sum of the terms of what is asked over what is granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    pub guards: Vec<Expr>,
    /// With their signs.
    pub asked: Vec<Expr>,
    pub granted: Expr,
}

/// The exponent of ten of the margin of what asks for nothing.
const QUIET: usize = 300;

/// How deep a statement may be nested.
const MOST_DEPTH: usize = 64;

/// The need of a statement for the constant of this name.
///
/// # Errors
/// Where the constant is not to the first degree, or stands where no room is known: with the place, and what may be written.
pub fn need(e: &Expr, constant: &str, seek: Seek) -> Result<Need, LangError> {
    let reader = Reader { constant, seek };
    if !reader.mentions(e) {
        let error = LangError::new(
            e.span,
            format!("the statement does not speak of `{constant}`"),
            "no constant is sought here",
        );
        return Err(error.help(
            "use the constant, move names that use it from `[let]` to `[constant.let]`, or state it under `[claim]`",
        ));
    }
    let (mut guards, mut rest) = (Vec::new(), e);
    while let ExprKind::Binary { op: BinaryOp::Implies, left, right } = &rest.kind
        && !reader.mentions(left)
    {
        guards.push((**left).clone());
        rest = right;
    }
    // "small enough for c, so Q" asks something of c where Q is false: its contraposition says so with a guard, which a search can be driven into.
    let contraposed = reader.contraposed(rest, &mut guards)?;
    let rest = contraposed.as_ref().unwrap_or(rest);
    let guarded = |e: Expr| guards.iter().rev().fold(e, |e, guard| implies(guard.clone(), e));
    let branched = |e: Expr| {
        let quiet = quiet(e.span);
        guards.iter().rev().fold(e, |e, guard| choose(guard.clone(), e, quiet.clone()))
    };
    let room = reader.room(rest, 0)?;
    let single = reader.single(rest)?;
    // At equality a strict comparison asks for something that no room shows.
    let strict = matches!(&rest.kind, ExprKind::Compare { rest, .. } if rest.iter().any(|(c, _)| is_strict(*c)));
    let demand = single.as_ref().map(|(asked, granted)| {
        let mut terms = Vec::new();
        summands(asked, false, &mut terms);
        Demand { guards: guards.clone(), asked: terms, granted: granted.clone() }
    });
    // A single comparison is hunted where it asks for something.
    let hunted = match single {
        Some((asked, granted)) if seek == Seek::Least && !strict => {
            let quotient = positive(divided(granted, asked.clone()));
            implies(positive(asked), quotient)
        }
        _ => room.clone(),
    };
    let monotone = reader.monotone(rest, 0)?.map(&guarded);
    Ok(Need { room: branched(room), guarded: guarded(hunted), monotone, demand })
}

struct Reader<'a> {
    constant: &'a str,
    seek: Seek,
}

/// `u + v*c`; `None` for nothing.
type Affine = (Option<Expr>, Option<Expr>);

impl Reader<'_> {
    fn mentions(&self, e: &Expr) -> bool {
        names(e).0.contains(self.constant)
    }

    fn deep(&self, e: &Expr, depth: usize) -> Result<(), LangError> {
        if depth <= MOST_DEPTH {
            return Ok(());
        }
        Err(LangError::new(e.span, "this statement is too deep", format!("found more than {MOST_DEPTH} levels"))
            .help("give its parts names in `[constant.let]`, or claim less at once"))
    }

    /// Of `A and B(c) => Q`: `not B(c)`, under the guards `A` and `not Q`.
    fn contraposed(&self, e: &Expr, guards: &mut Vec<Expr>) -> Result<Option<Expr>, LangError> {
        let ExprKind::Binary { op: BinaryOp::Implies, left, right } = &e.kind else { return Ok(None) };
        if self.mentions(right) {
            return Ok(None);
        }
        let (mut free, mut bound, mut left) = (Vec::new(), Vec::new(), vec![&**left]);
        while let Some(part) = left.pop() {
            match &part.kind {
                ExprKind::Binary { op: BinaryOp::And, left: a, right: b } => left.extend([&**b, &**a]),
                _ if self.mentions(part) => bound.push(negated(part)?),
                _ => free.push(part.clone()),
            }
        }
        guards.extend(free);
        guards.push(negated(right)?);
        Ok(bound.into_iter().reduce(|a, b| binary(BinaryOp::Or, a, b)))
    }

    /// The one comparison that a statement is.
    fn single(&self, e: &Expr) -> Result<Option<(Expr, Expr)>, LangError> {
        match &e.kind {
            ExprKind::Compare { first, rest } if rest.len() == 1 => self.pair(first, rest[0].0, &rest[0].1).map(Some),
            _ => Ok(None),
        }
    }

    /// What a comparison asks and grants: `asked <= c*granted` for the least constant, `c*asked <= granted` for the greatest.
    fn pair(&self, left: &Expr, comparison: Comparison, right: &Expr) -> Result<(Expr, Expr), LangError> {
        let span = left.span.join(right.span);
        let (small, large) = match comparison {
            Comparison::Less | Comparison::LessEqual => (left, right),
            Comparison::Greater | Comparison::GreaterEqual => (right, left),
            Comparison::Equal | Comparison::NotEqual => {
                let found = format!("`{}` stands in an equation", self.constant);
                return Err(LangError::new(span, "an equation asks for one constant, not for all beyond one", found)
                    .help("state an inequality"));
            }
        };
        let ((u0, v0), (u1, v1)) = (self.affine(small, 0)?, self.affine(large, 0)?);
        let zero = || number(span, 0);
        Ok(match self.seek {
            // u0 - u1 <= c*(v1 - v0)
            Seek::Least => (minus(u0, u1).unwrap_or_else(zero), minus(v1, v0).unwrap_or_else(zero)),
            // c*(v0 - v1) <= u1 - u0
            Seek::Greatest => (minus(v0, v1).unwrap_or_else(zero), minus(u1, u0).unwrap_or_else(zero)),
        })
    }

    /// The room of a comparison, wherever it stands.
    fn leaf(&self, left: &Expr, comparison: Comparison, right: &Expr) -> Result<Expr, LangError> {
        let (asked, granted) = self.pair(left, comparison, right)?;
        let span = asked.span;
        let quotient = positive(divided(granted.clone(), asked.clone()));
        let (zero, strict) = (number(span, 0), is_strict(comparison));
        let granted_some = choose(positive(granted.clone()), quiet(span), never(span));
        let otherwise = match (self.seek, strict) {
            // Nothing is asked.
            (Seek::Least, false) => quiet(span),
            (Seek::Least, true) => choose(compare(asked.clone(), Comparison::Less, zero), quiet(span), granted_some),
            // The constant is not in it: true or false.
            (Seek::Greatest, true) => granted_some,
            (Seek::Greatest, false) => choose(compare(zero, Comparison::LessEqual, granted), quiet(span), never(span)),
        };
        Ok(choose(positive(asked), quotient, otherwise))
    }

    fn room(&self, e: &Expr, depth: usize) -> Result<Expr, LangError> {
        self.deep(e, depth)?;
        let span = e.span;
        if !self.mentions(e) {
            return Ok(choose(e.clone(), quiet(span), never(span)));
        }
        let of = |e: &Expr| self.room(e, depth + 1);
        match &e.kind {
            ExprKind::Compare { first, rest } => {
                let mut left = &**first;
                let mut all: Option<Expr> = None;
                for (comparison, right) in rest {
                    let here = if self.mentions(left) || self.mentions(right) {
                        self.leaf(left, *comparison, right)?
                    } else {
                        of(&compare(left.clone(), *comparison, right.clone()))?
                    };
                    all = Some(match all {
                        Some(all) => binary(BinaryOp::And, all, here),
                        None => here,
                    });
                    left = right;
                }
                Ok(all.unwrap_or_else(|| quiet(span)))
            }
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right } => {
                Ok(binary(*op, of(left)?, of(right)?))
            }
            ExprKind::Binary { op: BinaryOp::Implies, left, right } if !self.mentions(left) => {
                Ok(choose((**left).clone(), of(right)?, quiet(span)))
            }
            ExprKind::Binary { op: BinaryOp::Implies, left, right } => {
                Ok(binary(BinaryOp::Or, of(&negated(left)?)?, of(right)?))
            }
            ExprKind::Not(a) => of(&negated(a)?),
            ExprKind::If { condition, then, otherwise } => {
                self.free(condition, "a condition")?;
                Ok(choose((**condition).clone(), of(then)?, of(otherwise)?))
            }
            ExprKind::Quantified { quantifier: quantifier @ (Quantifier::All | Quantifier::Any), clauses, body } => {
                self.free_clauses(clauses)?;
                let body = Box::new(of(body)?);
                let kind = ExprKind::Quantified { quantifier: *quantifier, clauses: clauses.clone(), body };
                let all = Expr::new(kind, span);
                if *quantifier == Quantifier::Any {
                    return Ok(all);
                }
                // Of nothing nothing is asked.
                let some = Expr::new(ExprKind::Bool(true), span);
                let kind = ExprKind::Quantified {
                    quantifier: Quantifier::Any,
                    clauses: clauses.clone(),
                    body: Box::new(some),
                };
                Ok(choose(Expr::new(kind, span), all, quiet(span)))
            }
            _ => Err(self.stranger(e, "a statement")),
        }
    }

    /// Whether a change of the constant in the right direction never hurts.
    fn monotone(&self, e: &Expr, depth: usize) -> Result<Option<Expr>, LangError> {
        self.deep(e, depth)?;
        if !self.mentions(e) {
            return Ok(None);
        }
        let of = |e: &Expr| self.monotone(e, depth + 1);
        let both = |a: Option<Expr>, b: Option<Expr>| match (a, b) {
            (Some(a), Some(b)) => Some(binary(BinaryOp::And, a, b)),
            (a, b) => a.or(b),
        };
        let anything = |e: &Expr| compare(number(e.span, 0), Comparison::LessEqual, number(e.span, 1));
        match &e.kind {
            ExprKind::Compare { first, rest } => {
                let (mut left, mut all) = (&**first, None);
                for (comparison, right) in rest {
                    if self.mentions(left) || self.mentions(right) {
                        let (asked, granted) = self.pair(left, *comparison, right)?;
                        let slope = match self.seek {
                            Seek::Least => granted,
                            Seek::Greatest => asked,
                        };
                        if !plainly_positive(&slope) {
                            let zero = number(slope.span, 0);
                            all = both(all, Some(compare(zero, Comparison::LessEqual, slope)));
                        }
                    }
                    left = right;
                }
                Ok(all)
            }
            ExprKind::Binary { op: BinaryOp::And, left, right } => Ok(both(of(left)?, of(right)?)),
            // What holds without the constant is no matter of it.
            ExprKind::Binary { op: BinaryOp::Or, left, right } => match (self.mentions(left), self.mentions(right)) {
                (false, _) => Ok(of(right)?.map(|b| binary(BinaryOp::Or, (**left).clone(), b))),
                (_, false) => Ok(of(left)?.map(|a| binary(BinaryOp::Or, (**right).clone(), a))),
                _ => Ok(both(of(left)?, of(right)?)),
            },
            ExprKind::Binary { op: BinaryOp::Implies, left, right } if !self.mentions(left) => {
                Ok(of(right)?.map(|e| choose((**left).clone(), e.clone(), anything(&e))))
            }
            ExprKind::Binary { op: BinaryOp::Implies, left, right } => {
                of(&binary(BinaryOp::Or, negated(left)?, (**right).clone()))
            }
            ExprKind::Not(a) => of(&negated(a)?),
            ExprKind::If { condition, then, otherwise } => {
                let (a, b) = (of(then)?, of(otherwise)?);
                if a.is_none() && b.is_none() {
                    return Ok(None);
                }
                let or = |e: Option<Expr>, place: &Expr| e.unwrap_or_else(|| anything(place));
                Ok(Some(choose((**condition).clone(), or(a, then), or(b, otherwise))))
            }
            ExprKind::Quantified { clauses, body, .. } => Ok(of(body)?.map(|body| {
                let kind = ExprKind::Quantified {
                    quantifier: Quantifier::All,
                    clauses: clauses.clone(),
                    body: Box::new(body),
                };
                Expr::new(kind, e.span)
            })),
            _ => Err(self.stranger(e, "a statement")),
        }
    }

    /// `u + v*c` of a real.
    fn affine(&self, e: &Expr, depth: usize) -> Result<Affine, LangError> {
        self.deep(e, depth)?;
        let span = e.span;
        if !self.mentions(e) {
            let zero = matches!(&e.kind, ExprKind::Number { value, .. } if *value == RBig::ZERO);
            return Ok((if zero { None } else { Some(e.clone()) }, None));
        }
        let of = |e: &Expr| self.affine(e, depth + 1);
        match &e.kind {
            ExprKind::Name(_) => Ok((None, Some(number(span, 1)))),
            ExprKind::Neg(a) => {
                let (u, v) = of(a)?;
                Ok((u.map(negative), v.map(negative)))
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let ((u0, v0), (u1, v1)) = (of(left)?, of(right)?);
                Ok((plus(u0, u1), plus(v0, v1)))
            }
            ExprKind::Binary { op: BinaryOp::Sub, left, right } => {
                let ((u0, v0), (u1, v1)) = (of(left)?, of(right)?);
                Ok((minus(u0, u1), minus(v0, v1)))
            }
            ExprKind::Binary { op: BinaryOp::Mul, left, right } => {
                let (factor, other, before) = match (self.mentions(left), self.mentions(right)) {
                    (true, true) => return Err(self.stranger(e, "a product of two such factors")),
                    (true, false) => (right, left, false),
                    (false, _) => (left, right, true),
                };
                let (u, v) = of(other)?;
                let times = |x: Expr| match before {
                    true => product((**factor).clone(), x),
                    false => product(x, (**factor).clone()),
                };
                Ok((u.map(times), v.map(times)))
            }
            ExprKind::Binary { op: BinaryOp::Div, left, right } if !self.mentions(right) => {
                let (u, v) = of(left)?;
                let over = |x: Expr| divided(x, (**right).clone());
                Ok((u.map(over), v.map(over)))
            }
            ExprKind::If { condition, then, otherwise } => {
                self.free(condition, "a condition")?;
                let ((u0, v0), (u1, v1)) = (of(then)?, of(otherwise)?);
                let either = |a: Option<Expr>, b: Option<Expr>| {
                    if a.is_none() && b.is_none() {
                        return None;
                    }
                    let or = |x: Option<Expr>| x.unwrap_or_else(|| number(span, 0));
                    Some(choose((**condition).clone(), or(a), or(b)))
                };
                Ok((either(u0, u1), either(v0, v1)))
            }
            ExprKind::Quantified { quantifier: Quantifier::Sum, clauses, body } => {
                self.free_clauses(clauses)?;
                let (u, v) = of(body)?;
                let sum = |body: Expr| {
                    let (quantifier, clauses) = (Quantifier::Sum, clauses.clone());
                    Expr::new(ExprKind::Quantified { quantifier, clauses, body: Box::new(body) }, span)
                };
                Ok((u.map(sum), v.map(sum)))
            }
            _ => Err(self.stranger(e, "a sum of terms")),
        }
    }

    fn free(&self, e: &Expr, what: &str) -> Result<(), LangError> {
        if !self.mentions(e) {
            return Ok(());
        }
        let found = format!("{what} depends on it");
        Err(LangError::new(e.span, format!("`{}` is not to the first degree here", self.constant), found)
            .help("state the two cases as `p and .. or not p and ..`, with the constant in comparisons alone"))
    }

    fn free_clauses(&self, clauses: &[Clause]) -> Result<(), LangError> {
        for clause in clauses {
            match clause {
                Clause::Range(range) => {
                    self.free(&range.lo, "a range")?;
                    self.free(&range.hi, "a range")?;
                }
                Clause::Filter(filter) => self.free(filter, "a filter")?,
            }
        }
        Ok(())
    }

    fn stranger(&self, e: &Expr, wanted: &str) -> LangError {
        let name = self.constant;
        let found = format!("`{name}` stands in what is not {wanted}");
        LangError::new(e.span, format!("`{name}` is not to the first degree here"), found)
            .help("write every comparison as terms without it and terms with it as a factor; `max(a, b) <= ..` is two comparisons, and `exp`, `log` and powers are undone by hand")
    }
}

/// The terms of a sum, each with its sign.
fn summands(e: &Expr, minus: bool, terms: &mut Vec<Expr>) {
    match &e.kind {
        ExprKind::Binary { op: op @ (BinaryOp::Add | BinaryOp::Sub), left, right } => {
            summands(left, minus, terms);
            summands(right, minus != (*op == BinaryOp::Sub), terms);
        }
        ExprKind::Neg(a) => summands(a, !minus, terms),
        _ if minus => terms.push(negative(e.clone())),
        _ => terms.push(e.clone()),
    }
}

impl Demand {
    /// That it is not certain that these terms have a positive sum, what is granted is positive and none of those others is negative.
    pub fn denial(&self, sum: &[usize], others: &[usize]) -> Expr {
        let span = self.granted.span;
        let term = |k: &usize| self.asked[*k].clone();
        let sum = sum.iter().map(term).reduce(|a, b| binary(BinaryOp::Add, a, b)).unwrap_or_else(|| number(span, 0));
        let mut all = binary(BinaryOp::And, positive(self.granted.clone()), positive(sum));
        for other in others.iter().map(term) {
            all = binary(BinaryOp::And, all, compare(number(span, 0), Comparison::LessEqual, other));
        }
        let denial = Expr::new(ExprKind::Not(Box::new(all)), span);
        self.guards.iter().rev().fold(denial, |e, guard| implies(guard.clone(), e))
    }

    /// Predicates that do nothing but name a value: what is granted, then the terms of what is asked, each as `0 < value`.
    pub fn named(&self) -> Vec<Expr> {
        std::iter::once(&self.granted).chain(&self.asked).cloned().map(positive).collect()
    }
}

/// `not e`, with the negation moved inside.
fn negated(e: &Expr) -> Result<Expr, LangError> {
    let span = e.span;
    Ok(match &e.kind {
        ExprKind::Not(a) => (**a).clone(),
        ExprKind::Bool(b) => Expr::new(ExprKind::Bool(!b), span),
        ExprKind::Compare { first, rest } => {
            let mut left = &**first;
            let mut any: Option<Expr> = None;
            for (comparison, right) in rest {
                let here = compare(left.clone(), opposite(*comparison), right.clone());
                any = Some(match any {
                    Some(any) => binary(BinaryOp::Or, any, here),
                    None => here,
                });
                left = right;
            }
            any.unwrap_or_else(|| Expr::new(ExprKind::Bool(false), span))
        }
        ExprKind::Binary { op: BinaryOp::And, left, right } => binary(BinaryOp::Or, negated(left)?, negated(right)?),
        ExprKind::Binary { op: BinaryOp::Or, left, right } => binary(BinaryOp::And, negated(left)?, negated(right)?),
        ExprKind::Binary { op: BinaryOp::Implies, left, right } => {
            binary(BinaryOp::And, (**left).clone(), negated(right)?)
        }
        ExprKind::If { condition, then, otherwise } => {
            choose((**condition).clone(), negated(then)?, negated(otherwise)?)
        }
        ExprKind::Quantified { quantifier: quantifier @ (Quantifier::All | Quantifier::Any), clauses, body } => {
            let quantifier = if *quantifier == Quantifier::All { Quantifier::Any } else { Quantifier::All };
            let kind = ExprKind::Quantified { quantifier, clauses: clauses.clone(), body: Box::new(negated(body)?) };
            Expr::new(kind, span)
        }
        _ => Expr::new(ExprKind::Not(Box::new(e.clone())), span),
    })
}

fn is_strict(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Less | Comparison::Greater)
}

fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::GreaterEqual,
        Comparison::LessEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessEqual,
        Comparison::GreaterEqual => Comparison::Less,
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
    }
}

fn number(span: Span, value: u8) -> Expr {
    Expr::new(ExprKind::Number { value: RBig::from(value), text: value.to_string() }, span)
}

fn is_one(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Number { value, .. } if *value == RBig::ONE)
}

fn plainly_positive(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Number { value, .. } if *value > RBig::ZERO)
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span.join(right.span);
    Expr::new(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span)
}

fn implies(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Implies, left, right)
}

fn product(left: Expr, right: Expr) -> Expr {
    match (is_one(&left), is_one(&right)) {
        (true, _) => right,
        (_, true) => left,
        _ => binary(BinaryOp::Mul, left, right),
    }
}

fn divided(left: Expr, right: Expr) -> Expr {
    if is_one(&right) { left } else { binary(BinaryOp::Div, left, right) }
}

fn negative(e: Expr) -> Expr {
    let span = e.span;
    if let ExprKind::Neg(a) = e.kind {
        return *a;
    }
    Expr::new(ExprKind::Neg(Box::new(e)), span)
}

fn plus(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(binary(BinaryOp::Add, a, b)),
        (a, b) => a.or(b),
    }
}

fn minus(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(binary(BinaryOp::Sub, a, b)),
        (a, b) => a.or(b.map(negative)),
    }
}

fn compare(left: Expr, comparison: Comparison, right: Expr) -> Expr {
    let span = left.span.join(right.span);
    Expr::new(ExprKind::Compare { first: Box::new(left), rest: vec![(comparison, right)] }, span)
}

/// `e > 0`, whose margin is `e`.
fn positive(e: Expr) -> Expr {
    let zero = number(e.span, 0);
    compare(zero, Comparison::Less, e)
}

fn choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    let span = condition.span.join(then.span).join(otherwise.span);
    let kind = ExprKind::If { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) };
    Expr::new(kind, span)
}

/// True, and with a margin beyond any room: nothing is asked.
fn quiet(span: Span) -> Expr {
    let kind = ExprKind::Number { value: RBig::from(IBig::from(10).pow(QUIET)), text: format!("1e{QUIET}") };
    compare(number(span, 0), Comparison::LessEqual, Expr::new(kind, span))
}

/// False: no constant will do.
fn never(span: Span) -> Expr {
    Expr::new(ExprKind::Bool(false), span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::parse::parse_expr;
    use crate::lang::print::source;

    fn made(text: &str, seek: Seek) -> Result<Need, String> {
        let e = parse_expr(text).expect("it parses");
        need(&e, "c", seek).map_err(|error| error.to_string())
    }

    fn room(text: &str, seek: Seek) -> String {
        source(&made(text, seek).expect("to the first degree").guarded)
    }

    #[test]
    fn a_comparison_is_turned_into_the_quotient_of_what_is_granted_and_what_is_asked() {
        assert_eq!(room("x <= c*y", Seek::Least), "0 < x => 0 < y/x");
        assert_eq!(room("x >= y - c*z", Seek::Least), "0 < y - x => 0 < z/(y - x)");
        assert_eq!(room("p => x <= c*y + z", Seek::Least), "p => 0 < x - z => 0 < y/(x - z)");
        assert_eq!(room("c <= y", Seek::Greatest), "if 0 < 1 then 0 < y else if 0 <= y then 0 <= 1e300 else false");
    }

    #[test]
    fn sums_quotients_and_branches_keep_the_first_degree() {
        assert_eq!(
            room("x <= sum(i in 1..=n: c*v[i]/2 + 1)", Seek::Least),
            "0 < x - sum(i in 1..=n: 1) => 0 < sum(i in 1..=n: v[i]/2)/(x - sum(i in 1..=n: 1))"
        );
        assert_eq!(
            room("x <= (if p then c*y else z)", Seek::Least),
            "0 < x - (if p then 0 else z) => 0 < (if p then y else 0)/(x - (if p then 0 else z))"
        );
    }

    #[test]
    fn what_is_not_to_the_first_degree_is_refused_at_its_place() {
        for (text, part) in [
            ("x <= c^2", "c^2"),
            ("x <= exp(c)", "exp(c)"),
            ("x <= max(c, y)", "max(c, y)"),
            ("x <= c*(c + 1)", "c*(c + 1)"),
            ("x <= 1/c", "1/c"),
            ("x == c", "x == c"),
            ("(if c < 1 then x else y) < c", "c < 1"),
        ] {
            let e = parse_expr(text).expect("it parses");
            let error = need(&e, "c", Seek::Least).expect_err(text);
            assert_eq!(&text[error.span.start..error.span.end], part, "{text}: {error}");
        }
        assert!(made("x <= y", Seek::Least).is_err());
    }

    #[test]
    fn a_constant_that_may_work_either_way_is_asked_about() {
        let monotone = |text: &str, seek| made(text, seek).expect("to the first degree").monotone.map(|e| source(&e));
        assert_eq!(monotone("x <= c", Seek::Least), None);
        assert_eq!(monotone("x <= c*y", Seek::Least).as_deref(), Some("0 <= y"));
        assert_eq!(monotone("c*x <= y", Seek::Greatest).as_deref(), Some("0 <= x"));
        assert_eq!(monotone("p or x <= c*y", Seek::Least).as_deref(), Some("p or 0 <= y"));
        assert_eq!(monotone("all(i in 1..=n: v[i] <= c*y)", Seek::Least).as_deref(), Some("all(i in 1..=n: 0 <= y)"));
    }

    #[test]
    fn a_constant_in_a_hypothesis_is_asked_of_its_negation() {
        // Where the conclusion fails, the hypothesis must.
        assert_eq!(
            room("eta <= c*b => q", Seek::Greatest),
            "not q => if 0 < b then 0 < eta/b else if 0 < eta then 0 <= 1e300 else false"
        );
    }

    #[test]
    fn a_single_comparison_has_a_demand() {
        let demand = |text: &str| made(text, Seek::Least).expect("to the first degree").demand;
        let found = demand("p => x - (y - 2*z) <= c*w").expect("one comparison");
        let texts: Vec<String> = found.asked.iter().map(source).collect();
        assert_eq!(texts, ["x", "-y", "2*z"]);
        assert_eq!(source(&found.denial(&[1], &[0, 2])), "p => not (0 < w and 0 < -y and 0 <= x and 0 <= 2*z)");
        assert_eq!(source(&found.denial(&[0, 1], &[])), "p => not (0 < w and 0 < x + (-y))");
        assert!(demand("x <= c*y and z <= c").is_none());
    }

    #[test]
    fn the_room_of_a_guarded_statement_has_a_margin_where_the_guard_is_false() {
        let need = made("p => x <= c*y", Seek::Least).expect("to the first degree");
        assert_eq!(source(&need.room), "if p then (if 0 < x then 0 < y/x else 0 <= 1e300) else 0 <= 1e300");
    }
}
