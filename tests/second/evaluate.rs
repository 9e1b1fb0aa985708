//! The claim language by walking its syntax trees, as docs/language.md says it.
//!
//! Claims have been type-checked when they come here, so that this is permissive: a real and a 1×1 matrix are one thing, and sizes are
//! looked at when they are met. `Err` is the third truth value, undefined or not decided by the enclosures.

use super::jets::Jet;
use super::matrix::Matrix;
use super::rational::Rational;
use super::spectra;
use super::values::{Interval, Maybe, Stop, beyond};
use std::cell::RefCell;
use std::collections::BTreeMap;
use theoremcheck::claim::model::{Claim, Named};
use theoremcheck::lang::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, Quantifier, Sampler, Subscript};

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Number(Jet),
    Matrix(Matrix),
    /// A multiple of `I`, whose size is not known yet.
    Identity(Jet),
    Truth(bool),
}

/// What names stand for: given values, and on top of them what moves or changes; definitions are evaluated when asked for.
pub struct Scope<'a> {
    claim: &'a Claim,
    pub names: BTreeMap<String, Value>,
    /// Further definitions, those of a trajectory.
    pub more: &'a [Named<Expr>],
    /// One step before.
    pub previous: Option<Box<Scope<'a>>>,
    /// How many derivatives are around.
    level: usize,
    known: RefCell<BTreeMap<&'a str, Maybe<Value>>>,
}

/// Indices that are bound, innermost first.
#[derive(Clone, Copy)]
pub struct Indices<'a> {
    name: &'a str,
    value: i64,
    outer: Option<&'a Indices<'a>>,
}

impl<'a> Indices<'a> {
    pub fn one(name: &'a str, value: i64) -> Self {
        Self { name, value, outer: None }
    }

    fn find(&self, name: &str) -> Option<i64> {
        if self.name == name { Some(self.value) } else { self.outer?.find(name) }
    }
}

type Bound<'a> = Option<&'a Indices<'a>>;

impl Value {
    pub fn integer(i: i64) -> Self {
        Self::Number(i.into())
    }

    pub fn number(self) -> Maybe<Jet> {
        match self {
            Self::Number(x) => Ok(x),
            Self::Matrix(mut m) if m.shape() == (1, 1) => Ok(m.entries.remove(0)),
            other => beyond(format!("a number out of {other:?}")),
        }
    }

    pub fn matrix(self) -> Maybe<Matrix> {
        match self {
            Self::Matrix(m) => Ok(m),
            Self::Number(x) => Ok(Matrix::scalar(1, &x)),
            other => beyond(format!("a matrix out of {other:?}")),
        }
    }

    /// As a matrix of `rows` rows, or of that many columns.
    fn block(self, side: usize) -> Maybe<Matrix> {
        if let Self::Identity(x) = self { Ok(Matrix::scalar(side, &x)) } else { self.matrix() }
    }

    fn is_scalar(&self) -> bool {
        matches!(self, Self::Number(_)) || matches!(self, Self::Matrix(m) if m.shape() == (1, 1))
    }
}

/// `l` and `r` in the same shape: `I` takes that of the other.
fn paired(l: Value, r: Value) -> Maybe<(Matrix, Matrix)> {
    let side = |v: &Value| if let Value::Matrix(m) = v { m.rows } else { 1 };
    let n = side(&l).max(side(&r));
    Ok((l.block(n)?, r.block(n)?))
}

pub fn both(l: Maybe<bool>, r: Maybe<bool>) -> Maybe<bool> {
    match (l, r) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Err(stop), _) | (_, Err(stop)) => Err(stop),
        _ => Ok(true),
    }
}

/// Whether all are true, by [`both`]: one that is false decides, whatever is not known of others.
pub fn all(truths: impl IntoIterator<Item = Maybe<bool>>) -> Maybe<bool> {
    truths.into_iter().reduce(both).unwrap_or(Ok(true))
}

pub fn any(truths: impl IntoIterator<Item = Maybe<bool>>) -> Maybe<bool> {
    truths.into_iter().reduce(either).unwrap_or(Ok(false))
}

pub fn not(p: Maybe<bool>) -> Maybe<bool> {
    p.map(|p| !p)
}

pub fn either(l: Maybe<bool>, r: Maybe<bool>) -> Maybe<bool> {
    not(both(not(l), not(r)))
}

/// Whether all entries are equal.
pub fn equal_matrices(l: &Matrix, r: &Matrix) -> Maybe<bool> {
    if l.shape() != r.shape() {
        return beyond("matrices of different shapes are compared");
    }
    all(l.entries.iter().zip(&r.entries).map(|(x, y)| x.real().equal(y.real())))
}

pub fn compared(op: Comparison, l: Value, r: Value) -> Maybe<bool> {
    use Comparison::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    if l.is_scalar() && r.is_scalar() {
        let (l, r) = (l.number()?, r.number()?);
        let (l, r) = (l.real(), r.real());
        return match op {
            Less => l.less(r),
            Greater => r.less(l),
            LessEqual => not(r.less(l)),
            GreaterEqual => not(l.less(r)),
            Equal => l.equal(r),
            NotEqual => not(l.equal(r)),
        };
    }
    let (l, r) = paired(l, r)?;
    match op {
        Equal => equal_matrices(&l, &r),
        NotEqual => not(equal_matrices(&l, &r)),
        Less => spectra::ordered(&l, &r, true),
        LessEqual => spectra::ordered(&l, &r, false),
        Greater => spectra::ordered(&r, &l, true),
        GreaterEqual => spectra::ordered(&r, &l, false),
    }
}

impl<'a> Scope<'a> {
    pub fn new(claim: &'a Claim, names: BTreeMap<String, Value>) -> Self {
        Self { claim, names, more: &[], previous: None, level: 0, known: RefCell::default() }
    }

    fn definition(&self, name: &str) -> Option<(&'a str, &'a Expr)> {
        let lets =
            self.claim.lets.iter().chain(self.more).find(|l| l.name == name).map(|l| (l.name.as_str(), &l.value));
        lets.or_else(|| {
            let given = self.claim.givens.iter().find(|g| g.name == name)?;
            if let Sampler::Value(e) = &given.value.kind { Some((given.name.as_str(), e)) } else { None }
        })
    }

    pub fn named(&self, name: &str) -> Maybe<Value> {
        if let Some(value) = self.names.get(name) {
            return Ok(value.clone());
        }
        if let Some(value) = self.known.borrow().get(name) {
            return value.clone();
        }
        let Some((name, definition)) = self.definition(name) else { return beyond(format!("the name {name}")) };
        let value = self.value(definition, None);
        self.known.borrow_mut().insert(name, value.clone());
        value
    }

    pub fn truth(&self, e: &Expr, at: Bound) -> Maybe<bool> {
        match self.value(e, at)? {
            Value::Truth(truth) => Ok(truth),
            other => beyond(format!("{other:?} as a truth value")),
        }
    }

    pub fn number(&self, e: &Expr, at: Bound) -> Maybe<Jet> {
        self.value(e, at)?.number()
    }

    pub fn interval(&self, e: &Expr, at: Bound) -> Maybe<Interval> {
        Ok(self.number(e, at)?.real().clone())
    }

    pub fn matrix(&self, e: &Expr, at: Bound) -> Maybe<Matrix> {
        self.value(e, at)?.matrix()
    }

    pub fn integer(&self, e: &Expr, at: Bound) -> Maybe<i64> {
        self.number(e, at)?.real().integer()
    }

    pub fn size(&self, e: &Expr, at: Bound) -> Maybe<usize> {
        usize::try_from(self.integer(e, at)?).map_err(|_| Stop::Undefined)
    }

    pub fn value(&self, e: &Expr, at: Bound) -> Maybe<Value> {
        Ok(match &e.kind {
            ExprKind::Number { value, .. } => Value::Number(Interval::from(Rational::from(value.clone())).into()),
            ExprKind::Name(name) => match at.and_then(|at| at.find(name)) {
                Some(index) => Value::integer(index),
                None => return self.named(name),
            },
            ExprKind::Pi => Value::Number(Interval::pi().into()),
            ExprKind::Identity => Value::Identity(1.into()),
            ExprKind::Bool(truth) => Value::Truth(*truth),
            ExprKind::Neg(x) => product(Value::integer(-1), self.value(x, at)?)?,
            ExprKind::Not(p) => Value::Truth(!self.truth(p, at)?),
            ExprKind::Transpose(x) => match self.value(x, at)? {
                Value::Matrix(m) => Value::Matrix(m.transposed()),
                same => same,
            },
            ExprKind::Binary { op, left, right } => return self.binary(*op, left, right, at),
            ExprKind::Compare { first, rest } => {
                let mut left = self.value(first, at);
                let mut all = Ok(true);
                for (op, right) in rest {
                    let right = self.value(right, at);
                    let pair = left.and_then(|l| compared(*op, l, right.clone()?));
                    all = both(all, pair);
                    left = right;
                }
                Value::Truth(all?)
            }
            ExprKind::If { condition, then, otherwise } => {
                return self.value(if self.truth(condition, at)? { then } else { otherwise }, at);
            }
            ExprKind::Index { base, index } => return self.subscript(&self.matrix(base, at)?, index, at),
            ExprKind::Call { function, arguments, .. } => return super::call::call(self, function, arguments, at),
            ExprKind::Quantified { quantifier, clauses, body } => {
                return self.quantified(*quantifier, clauses, body, at);
            }
            ExprKind::Build { ranges, body } => {
                let size = |i: usize| ranges.get(i).map_or(Ok(1), |range| self.size(&range.hi, at));
                let (rows, cols) = (size(0)?, size(1)?);
                let mut entries = Vec::new();
                for i in 1..=rows as i64 {
                    let row = Indices { name: &ranges[0].name, value: i, outer: at };
                    for j in 1..=cols as i64 {
                        let cell =
                            ranges.get(1).map(|range| Indices { name: &range.name, value: j, outer: Some(&row) });
                        entries.push(self.number(body, Some(cell.as_ref().unwrap_or(&row)))?);
                    }
                }
                Value::Matrix(Matrix { rows, cols, entries })
            }
            ExprKind::Derivative { body, variable, direction, .. } => {
                let x = self.named(variable)?;
                let direction = direction.as_ref().map_or(Ok(Value::integer(1)), |h| self.value(h, at))?;
                let moved = match (&x, direction) {
                    (Value::Number(x), h) => Value::Number(x.moved(&h.number()?, self.level)),
                    (Value::Matrix(x), h) => Value::Matrix(x.zip(&h.block(x.rows)?, |x, h| x.moved(h, self.level))?),
                    (other, _) => return beyond(format!("the derivative by {other:?}")),
                };
                let names = self.names.clone().into_iter().chain([(variable.clone(), moved)]).collect();
                let inner =
                    Scope { names, level: self.level + 1, more: self.more, ..Scope::new(self.claim, BTreeMap::new()) };
                match inner.value(body, at)? {
                    Value::Number(x) => Value::Number(x.derivative(self.level)),
                    Value::Matrix(m) => Value::Matrix(m.map(|x| x.derivative(self.level))),
                    other => return beyond(format!("the derivative of {other:?}")),
                }
            }
        })
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, at: Bound) -> Maybe<Value> {
        match op {
            BinaryOp::And => return both(self.truth(left, at), self.truth(right, at)).map(Value::Truth),
            BinaryOp::Or => return either(self.truth(left, at), self.truth(right, at)).map(Value::Truth),
            BinaryOp::Implies => return either(not(self.truth(left, at)), self.truth(right, at)).map(Value::Truth),
            _ => {}
        }
        if op == BinaryOp::Pow
            && let Some(square) = self.square_of_root(left, right, at)
        {
            return square.map(Value::Number);
        }
        let (l, r) = (self.value(left, at)?, self.value(right, at)?);
        match op {
            BinaryOp::Add => sum(l, r),
            BinaryOp::Sub => sum(l, product(Value::integer(-1), r)?),
            BinaryOp::Mul => product(l, r),
            BinaryOp::Div => product(Value::Number(r.number()?.recip()?), l),
            _ => power(l, r),
        }
    }

    /// `norm_F(X)^2`, `norm(x)^2` and `sqrt(x)^2` are rational in the entries, and have derivatives where the root has none.
    fn square_of_root(&self, base: &Expr, exponent: &Expr, at: Bound) -> Option<Maybe<Jet>> {
        let ExprKind::Call { function, arguments, .. } = &base.kind else { return None };
        let two = matches!(&exponent.kind, ExprKind::Number { value, .. } if *value == dashu_ratio::RBig::from(2));
        if !two || arguments.len() != 1 {
            return None;
        }
        match function.as_str() {
            "sqrt" => Some(self.number(&arguments[0], at).and_then(|x| match x.real().less(&0.into())? {
                true => Err(Stop::Undefined),
                false => Ok(x),
            })),
            "norm_F" => Some(self.matrix(&arguments[0], at).and_then(|m| m.square())),
            "norm" => match self.matrix(&arguments[0], at) {
                Ok(m) if m.rows == 1 || m.cols == 1 => Some(m.square()),
                _ => None,
            },
            _ => None,
        }
    }

    fn subscript(&self, m: &Matrix, index: &[Subscript], at: Bound) -> Maybe<Value> {
        let range = |subscript: &Subscript, size: usize| -> Maybe<(usize, usize)> {
            let (lo, hi) = match subscript {
                Subscript::All(_) => (1, size as i64),
                Subscript::At(i) => (self.integer(i, at)?, self.integer(i, at)?),
                Subscript::Range { lo, hi } => (self.integer(lo, at)?, self.integer(hi, at)?),
            };
            let inside = 1 <= lo && lo <= hi + 1 && hi <= size as i64;
            if inside { Ok((lo as usize - 1, hi as usize)) } else { Err(Stop::Undefined) }
        };
        let (rows, cols) = match index {
            [one] if m.cols == 1 => (range(one, m.rows)?, (0, 1)),
            [one] => ((0, 1), range(one, m.cols)?),
            [i, j, ..] => (range(i, m.rows)?, range(j, m.cols)?),
            [] => return beyond("no subscript"),
        };
        let part = Matrix::from_fn(rows.1 - rows.0, cols.1 - cols.0, |i, j| m.at(rows.0 + i, cols.0 + j).clone());
        let single = index.iter().all(|s| matches!(s, Subscript::At(_)));
        Ok(if single { Value::Number(part.entries[0].clone()) } else { Value::Matrix(part) })
    }

    fn quantified(&self, quantifier: Quantifier, clauses: &[Clause], body: &Expr, at: Bound) -> Maybe<Value> {
        let mut items = Vec::new();
        self.items(clauses, body, at, &mut items);
        if let Quantifier::All | Quantifier::Any = quantifier {
            let truth = |item| match item {
                Ok(Value::Truth(truth)) => Ok(truth),
                Ok(other) => beyond(format!("{other:?} as a truth value")),
                Err(stop) => Err(stop),
            };
            let truths = items.into_iter().map(truth);
            let universal = quantifier == Quantifier::All;
            return Ok(Value::Truth(if universal { all(truths)? } else { any(truths)? }));
        }
        let mut items = items.into_iter();
        let Some(first) = items.next() else {
            return match quantifier {
                Quantifier::Sum => Ok(Value::integer(0)),
                Quantifier::Product => Ok(Value::integer(1)),
                _ => Err(Stop::Undefined),
            };
        };
        items.try_fold(first?, |l, r| match quantifier {
            Quantifier::Sum => sum(l, r?),
            Quantifier::Product => product(l, r?),
            Quantifier::Min => Ok(Value::Number(l.number()?.min(&r?.number()?)?)),
            _ => Ok(Value::Number(-&(-&l.number()?).min(&-&r?.number()?)?)),
        })
    }

    fn items(&self, clauses: &[Clause], body: &Expr, at: Bound, items: &mut Vec<Maybe<Value>>) {
        let Some((clause, rest)) = clauses.split_first() else {
            items.push(self.value(body, at));
            return;
        };
        match clause {
            Clause::Filter(p) => match self.truth(p, at) {
                Ok(true) => self.items(rest, body, at, items),
                Ok(false) => {}
                // It may or may not count: nothing is known, unless the others decide.
                Err(stop) => items.push(Err(stop)),
            },
            Clause::Range(range) => match (self.integer(&range.lo, at), self.integer(&range.hi, at)) {
                (Ok(lo), Ok(hi)) => {
                    for value in lo..=hi {
                        self.items(rest, body, Some(&Indices { name: &range.name, value, outer: at }), items);
                    }
                }
                (Err(stop), _) | (_, Err(stop)) => items.push(Err(stop)),
            },
        }
    }
}

fn sum(l: Value, r: Value) -> Maybe<Value> {
    Ok(match (l, r) {
        (Value::Identity(x), Value::Identity(y)) => Value::Identity(&x + &y),
        // A sum of matrices over nothing has no shape here.
        (Value::Number(x), Value::Matrix(m)) | (Value::Matrix(m), Value::Number(x))
            if m.shape() != (1, 1) && x == 0.into() =>
        {
            Value::Matrix(m)
        }
        (l, r) if l.is_scalar() && r.is_scalar() => Value::Number(&l.number()? + &r.number()?),
        (l, r) => {
            let (l, r) = paired(l, r)?;
            Value::Matrix(l.plus(&r)?)
        }
    })
}

fn product(l: Value, r: Value) -> Maybe<Value> {
    Ok(match (l, r) {
        (Value::Identity(x), Value::Identity(y)) => Value::Identity(&x * &y),
        (Value::Identity(x), Value::Number(y)) | (Value::Number(y), Value::Identity(x)) => Value::Identity(&x * &y),
        (Value::Identity(x), Value::Matrix(m)) | (Value::Matrix(m), Value::Identity(x)) => Value::Matrix(m.scaled(&x)),
        (Value::Number(x), Value::Number(y)) => Value::Number(&x * &y),
        (Value::Number(x), Value::Matrix(m)) | (Value::Matrix(m), Value::Number(x)) => Value::Matrix(m.scaled(&x)),
        (Value::Matrix(l), Value::Matrix(r)) if l.cols == r.rows => Value::Matrix(l.times(&r)?),
        (Value::Matrix(m), one @ Value::Matrix(_)) | (one @ Value::Matrix(_), Value::Matrix(m)) if one.is_scalar() => {
            Value::Matrix(m.scaled(&one.number()?))
        }
        (l, r) => return beyond(format!("the product of {l:?} and {r:?}")),
    })
}

fn power(base: Value, exponent: Value) -> Maybe<Value> {
    let exponent = exponent.number()?;
    Ok(match base {
        Value::Identity(x) => Value::Identity(x.pow(&exponent)?),
        base if base.is_scalar() => Value::Number(base.number()?.pow(&exponent)?),
        base => {
            let (m, n) = (base.matrix()?, exponent.real().integer()?);
            let m = if n < 0 { m.inverse()? } else { m };
            let one = Matrix::scalar(m.rows, &1.into());
            Value::Matrix((0..n.unsigned_abs()).try_fold(one, |power, _| power.times(&m))?)
        }
    })
}
