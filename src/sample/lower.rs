//! Samplers as expressions of draws.
//!
//! Each sampler becomes nodes of the claim's graph over blocks of draws, so that it runs in every arithmetic, meets its hypothesis
//! by construction, and is differentiated and shrunk like anything else. All are rational in the draws.
//!
//! - An orthogonal matrix is a product of reflectors `H_1 .. H_n` of integer vectors (`H_j` acts on rows from `j` on; the last is a
//!   sign): every orthogonal matrix is such a product of real vectors, and integer ones are dense.
//! - `below(S)` is the parallel sum `S - S (S + Y)^-1 S` with `Y` positive definite: for `S > 0` these are exactly the matrices `0 < X < S`.
//! - `operator(m, n, delta)`: singular values in `[1 - delta/2, 1 + 2 delta/(4 + delta)]`, whose squares lie within `delta` of 1.

mod matrices;

use super::draws::{Block, IntGiven, OverOctaves, Role, Samples};
use crate::lang::ast::{Expr, ExprKind, Given, IndexRange, Interval, Law, Sampler, Spectrum};
use crate::lang::build;
use crate::lang::elaborate;
use crate::lang::ir::{Dim, DrawId, Graph, InputId, IntId, NodeId, Op, RealFn, SampleOp, Type};
use crate::lang::scope::Scope;
use crate::lang::span::{LangError, Span};
use crate::lang::symmetry;
use crate::lang::types;
use dashu_int::IBig;
use dashu_ratio::RBig;

/// Adds the nodes of a given and what it draws; returns the node of its value.
///
/// # Errors
/// Where an expression is wrong, an interval is empty whatever the other givens are, or the sampler has no place here.
pub fn lower(
    graph: &mut Graph,
    scope: &Scope,
    samples: &mut Samples,
    given: usize,
    sampler: &Given,
) -> Result<NodeId, LangError> {
    Lowering { graph, scope, samples, given, span: sampler.span, stages: None }.sampler(&sampler.kind)
}

/// A number, or a column, of an interval, which is to be settled (made rational) before what rests on it is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What the draws make of it.
    pub compute: NodeId,
    /// Ends: numbers, or columns where `indexed`.
    pub lo: NodeId,
    pub hi: NodeId,
    pub lo_open: bool,
    pub hi_open: bool,
    pub indexed: bool,
    /// Stands for the settled value from here on.
    pub input: InputId,
    pub value: NodeId,
}

/// [`lower`] by stages: what the sampler takes from an interval is an input, whose number is taken from `inputs`.
///
/// # Errors
/// As [`lower`].
pub fn lower_staged(
    graph: &mut Graph,
    scope: &Scope,
    samples: &mut Samples,
    given: usize,
    sampler: &Given,
    inputs: &mut u32,
) -> Result<(NodeId, Vec<Stage>), LangError> {
    let stages = Some((Vec::new(), inputs));
    let mut lowering = Lowering { graph, scope, samples, given, span: sampler.span, stages };
    let node = lowering.sampler(&sampler.kind)?;
    let stages = lowering.stages.map(|(stages, _)| stages).unwrap_or_default();
    Ok((node, stages))
}

struct Lowering<'a> {
    graph: &'a mut Graph,
    scope: &'a Scope,
    samples: &'a mut Samples,
    given: usize,
    span: Span,
    /// Of a lowering by stages: those so far, and the next input's number.
    stages: Option<(Vec<Stage>, &'a mut u32)>,
}

/// The ends of an interval: numbers, or columns where they depend on the index.
struct Ends {
    lo: NodeId,
    hi: NodeId,
    indexed: bool,
}

impl Lowering<'_> {
    fn sampler(&mut self, sampler: &Sampler) -> Result<NodeId, LangError> {
        match sampler {
            Sampler::Value(e) => elaborate::expression(self.graph, self.scope, e),
            Sampler::Int { lo, hi } => self.int(lo, hi),
            Sampler::Real(interval) => {
                let one = Dim::constant(1);
                let law = Law { index: None, interval: interval.clone() };
                let value = self.law(&one, None, &law, false)?;
                let lo = elaborate::real(self.graph, self.scope, &interval.lo)?;
                let hi = elaborate::real(self.graph, self.scope, &interval.hi)?;
                self.samples.ordered.insert((lo, value), interval.lo_open);
                self.samples.ordered.insert((value, hi), interval.hi_open);
                Ok(value)
            }
            Sampler::Normal { mean, sd } => {
                let z = self.draw(Dim::constant(1), Dim::constant(1), Role::Normal);
                let mut value = z;
                if let Some(sd) = sd {
                    let sd = elaborate::real(self.graph, self.scope, sd)?;
                    value = build::mul(self.graph, sd, value);
                }
                if let Some(mean) = mean {
                    let mean = elaborate::real(self.graph, self.scope, mean)?;
                    value = build::add(self.graph, mean, value);
                }
                Ok(value)
            }
            Sampler::Choice(items) => self.choice(items),
            Sampler::Gaussian { rows, cols, sd } => {
                let (rows, cols) = (self.dim(rows)?, self.dim(cols)?);
                let z = self.draw(rows, cols, Role::Normal);
                match sd {
                    None => Ok(z),
                    Some(sd) => {
                        let sd = elaborate::real(self.graph, self.scope, sd)?;
                        Ok(self.scaled(sd, z))
                    }
                }
            }
            Sampler::Vector { len, law } => {
                let n = self.dim(len)?;
                self.law(&n, Some(len), law, false)
            }
            Sampler::Spectrum { len, law } => {
                let n = self.dim(len)?;
                let v = self.law(&n, Some(len), law, true)?;
                let sorted = self.sorted(v);
                if let Some(least) = self.samples.columns.get(&v).copied() {
                    self.samples.columns.insert(sorted, least);
                }
                Ok(sorted)
            }
            Sampler::Symmetric { size, eigenvalues } => {
                let n = self.dim(size)?;
                let d = self.spectrum(&n, size, eigenvalues)?;
                Ok(self.congruence(&n, d))
            }
            Sampler::Matrix { rows, cols, singular, rank } => self.matrix(rows, cols, singular, rank.as_ref()),
            Sampler::Sphere(n) => {
                let n = self.dim(n)?;
                let one = self.graph.number(1);
                let size = self.graph.dim_node(&n);
                let some = self.ordered(one, size, false);
                self.feasible(some, "a dimension of at least 1")?;
                let v = self.draw(n.clone(), Dim::constant(1), Role::Reflector);
                let ty = Type::of_shape(n, Dim::constant(1));
                let e1 = if ty == Type::Real { one } else { self.graph.add(Op::UnitVector, vec![one], ty.clone()) };
                Ok(self.graph.add(Op::Sample(SampleOp::Reflect), vec![v, e1], ty))
            }
            Sampler::Orthogonal(n) => {
                let n = self.dim(n)?;
                self.stiefel(n.clone(), n)
            }
            Sampler::Stiefel { rows, cols } => {
                let (rows, cols) = (self.dim(rows)?, self.dim(cols)?);
                self.stiefel(rows, cols)
            }
            Sampler::Skew(n) => {
                let n = self.dim(n)?;
                let z = self.draw(n.clone(), n, Role::Normal);
                let t = build::transpose(self.graph, z);
                Ok(build::sub(self.graph, z, t))
            }
            Sampler::Permutation(n) => {
                let n = self.dim(n)?;
                let u = self.draw(n.clone(), Dim::constant(1), Role::Order);
                Ok(self.graph.add(Op::Sample(SampleOp::Permutation), vec![u], Type::of_shape(n.clone(), n)))
            }
            Sampler::Haar(_) => Err(LangError::new(
                self.span,
                "`haar` says how a matrix is distributed, and a pointwise claim is about every matrix",
                "this sampler belongs under [probability]",
            )
            .help("write `orthogonal(n)`")),
            Sampler::Near { center, radius } => self.near(center, radius),
            Sampler::Commuting(s) => self.commuting(s),
            Sampler::Below(s) => self.below(s),
            Sampler::Operator { rows, cols, delta } => self.operator(rows, cols, delta),
        }
    }

    fn dim(&mut self, e: &Expr) -> Result<Dim, LangError> {
        let node = elaborate::integer(self.graph, self.scope, e)?;
        if build::literal_int(self.graph, node).is_some_and(|n| n < 0) {
            return Err(
                LangError::new(e.span, "a dimension is negative", "this is below 0").help("a dimension is 0 or more")
            );
        }
        Ok(types::dim_of(self.graph, node))
    }

    fn draw(&mut self, rows: Dim, cols: Dim, role: Role) -> NodeId {
        let id = DrawId(self.samples.blocks.len() as u32);
        self.samples.blocks.push(Block { id, given: self.given, rows: rows.clone(), cols: cols.clone(), role });
        self.graph.add(Op::Draw(id), vec![], Type::of_shape(rows, cols))
    }

    /// Asks `truth` of every case; a truth that is plainly false is an error here.
    fn feasible(&mut self, truth: NodeId, wanted: &str) -> Result<(), LangError> {
        match self.graph.node(truth).op {
            Op::Bool(true) => Ok(()),
            Op::Bool(false) => Err(LangError::new(self.span, "no case can meet this", format!("it needs {wanted}"))),
            _ => {
                self.samples.feasible.push((self.given, truth));
                Ok(())
            }
        }
    }

    fn scaled(&mut self, factor: NodeId, m: NodeId) -> NodeId {
        // `mul` chooses between reals and matrices.
        build::mul(self.graph, factor, m)
    }

    fn sorted(&mut self, v: NodeId) -> NodeId {
        let ty = self.graph.ty(v).clone();
        if ty == Type::Real { v } else { self.graph.add(Op::SortDecreasing, vec![v], ty) }
    }

    fn int(&mut self, lo: &Expr, hi: &Expr) -> Result<NodeId, LangError> {
        let lo = elaborate::integer(self.graph, self.scope, lo)?;
        let hi = elaborate::integer(self.graph, self.scope, hi)?;
        if let (Some(a), Some(b)) = (build::literal_int(self.graph, lo), build::literal_int(self.graph, hi))
            && a > b
        {
            return Err(LangError::new(self.span, "empty range", format!("no integer lies in {a}..={b}")));
        }
        let u = self.draw(Dim::constant(1), Dim::constant(1), Role::Fraction);
        let one = self.graph.number(1);
        let width = build::sub(self.graph, hi, lo);
        let width = build::add(self.graph, width, one);
        let steps = self.graph.add(Op::Mul, vec![u, width], Type::Real);
        let whole = self.graph.add(Op::Real(RealFn::Floor), vec![steps], Type::Int);
        let value = build::add(self.graph, lo, whole);
        let some = self.ordered(lo, hi, false);
        self.feasible(some, "an integer between the ends")?;
        let id = IntId(self.samples.ints.len() as u32);
        self.samples.ints.push(IntGiven { id, given: self.given, lo, hi, value });
        Ok(self.graph.add(Op::Int(id), vec![], Type::Int))
    }

    /// `a <= b`, or `a < b`; decided here where both are numbers or the same.
    fn ordered(&mut self, a: NodeId, b: NodeId, strict: bool) -> NodeId {
        let by_construction = self.samples.ordered.get(&(a, b));
        let decided = if a == b {
            Some(!strict)
        } else if by_construction.is_some_and(|s| *s || !strict) {
            Some(true)
        } else {
            build::rational(self.graph, a)
                .zip(build::rational(self.graph, b))
                .map(|(x, y)| if strict { x < y } else { x <= y })
        };
        match decided {
            Some(truth) => self.graph.add(Op::Bool(truth), vec![], Type::Bool),
            None => {
                let op = if strict { Op::Less } else { Op::LessEqual };
                self.graph.add(op, vec![a, b], Type::Bool)
            }
        }
    }

    fn choice(&mut self, items: &[Expr]) -> Result<NodeId, LangError> {
        let mut nodes = Vec::new();
        for item in items {
            nodes.push((elaborate::expression(self.graph, self.scope, item)?, item.span));
        }
        let Some(&(first, _)) = nodes.first() else {
            return Err(LangError::new(self.span, "a choice needs something to choose from", "no item"));
        };
        let all_int = nodes.iter().all(|(n, _)| *self.graph.ty(*n) == Type::Int);
        let mut ty = self.graph.ty(first).clone();
        if ty == Type::Int && !all_int {
            ty = Type::Real;
        }
        for (node, span) in &nodes {
            let other = self.graph.ty(*node);
            if *other != ty && !(ty == Type::Real && *other == Type::Int) {
                return Err(LangError::new(
                    *span,
                    "the items of a choice differ in kind",
                    "this one is unlike the first",
                ));
            }
        }
        let count = nodes.len() as i64;
        let u = self.draw(Dim::constant(1), Dim::constant(1), Role::Fraction);
        let k = self.graph.number(count);
        let position = self.graph.add(Op::Mul, vec![u, k], Type::Real);
        let mut value = nodes[nodes.len() - 1].0;
        for (i, (node, _)) in nodes.iter().enumerate().rev().skip(1) {
            let bound = self.graph.number(i as i64 + 1);
            let here = self.graph.add(Op::Less, vec![position, bound], Type::Bool);
            value = self.graph.add(Op::If, vec![here, *node, value], ty.clone());
        }
        Ok(value)
    }

    /// The ends of an interval as nodes, with the conditions under which it is not empty.
    fn ends(&mut self, len: Option<&Expr>, law: &Law) -> Result<Ends, LangError> {
        let Interval { lo, hi, lo_open, hi_open, span, .. } = &law.interval;
        let strict = *lo_open || *hi_open;
        if let (Some((index, index_span)), Some(len)) = (&law.index, len) {
            // A column of lower ends and one of upper ends.
            let mut column = |e: &Expr| {
                let first = Expr::new(ExprKind::Number { value: RBig::ONE, text: "1".into() }, *index_span);
                let range = IndexRange { name: index.clone(), name_span: *index_span, lo: first, hi: len.clone() };
                let built = Expr::new(ExprKind::Build { ranges: vec![range], body: Box::new(e.clone()) }, e.span);
                elaborate::expression(self.graph, self.scope, &built)
            };
            let (lo, hi) = (column(lo)?, column(hi)?);
            let n = elaborate::integer(self.graph, self.scope, len)?;
            let one = self.graph.number(1);
            let var = self.graph.fresh_var();
            let i = self.graph.add(Op::Var(var), vec![], Type::Int);
            let (a, b) = (self.item(lo, i), self.item(hi, i));
            let inside = self.ordered(a, b, strict);
            let all = self.graph.add(
                Op::Fold { fold: crate::lang::ir::Fold::All, vars: vec![var], filtered: false },
                vec![one, n, inside],
                Type::Bool,
            );
            if !self.known_order(lo, hi, strict) {
                self.feasible(all, "the lower end first")?;
            }
            return Ok(Ends { lo, hi, indexed: true });
        }
        let lo = elaborate::real(self.graph, self.scope, lo)?;
        let hi = elaborate::real(self.graph, self.scope, hi)?;
        let truth = self.ordered(lo, hi, strict);
        if matches!(self.graph.node(truth).op, Op::Bool(false)) {
            return Err(LangError::new(*span, "empty interval", "no real lies in it")
                .help("the lower end comes first, and equal ends must both be closed"));
        }
        self.feasible(truth, "the lower end first")?;
        Ok(Ends { lo, hi, indexed: false })
    }

    fn item(&mut self, column: NodeId, i: NodeId) -> NodeId {
        if matches!(self.graph.ty(column), Type::Real | Type::Int) {
            return column;
        }
        let one = self.graph.number(1);
        build::entry(self.graph, column, i, one)
    }

    /// Whether `lo[i] <= hi[i]` by construction: `hi` is, entry by entry, a sampled column whose law starts at what `lo` is everywhere.
    fn known_order(&self, lo: NodeId, hi: NodeId, strict: bool) -> bool {
        let body = |id: NodeId| match (&self.graph.node(id).op, self.graph.node(id).args.as_slice()) {
            (Op::Build { .. }, &[body]) => body,
            (Op::Ones, _) => id,
            _ => id,
        };
        let column = match (&self.graph.node(body(hi)).op, self.graph.node(body(hi)).args.first()) {
            (Op::Entry, Some(&column)) => column,
            _ => hi,
        };
        self.samples.columns.get(&column).is_some_and(|(least, open)| *least == body(lo) && (*open || !strict))
    }

    /// `n` numbers of a law, as a column (a real for a literal one).
    fn law(&mut self, n: &Dim, len: Option<&Expr>, law: &Law, spectrum: bool) -> Result<NodeId, LangError> {
        let ends = self.ends(len, law)?;
        let compute = self.law_between(n, &ends, law, spectrum)?;
        let Interval { lo_open, hi_open, .. } = law.interval;
        let value = self.staged(compute, &ends, lo_open, hi_open);
        self.samples.laws.push(value);
        if !ends.indexed {
            self.samples.columns.insert(value, (ends.lo, law.interval.lo_open));
        }
        Ok(value)
    }

    /// The input that stands for a value of an interval, in a lowering by stages; else the value.
    fn staged(&mut self, compute: NodeId, ends: &Ends, lo_open: bool, hi_open: bool) -> NodeId {
        let Some((stages, next)) = &mut self.stages else { return compute };
        let input = InputId(**next);
        **next += 1;
        let ty = self.graph.ty(compute).clone();
        let value = self.graph.add(Op::Input(input), vec![], ty);
        let Ends { lo, hi, indexed } = *ends;
        stages.push(Stage { compute, lo, hi, lo_open, hi_open, indexed, input, value });
        value
    }

    /// [`staged`](Self::staged) within closed ends, which are made only if it is asked for.
    fn staged_between(&mut self, compute: NodeId, ends: impl FnOnce(&mut Graph) -> (NodeId, NodeId)) -> NodeId {
        if self.stages.is_none() {
            return compute;
        }
        let (lo, hi) = ends(self.graph);
        self.staged(compute, &Ends { lo, hi, indexed: false }, false, false)
    }

    fn law_between(&mut self, n: &Dim, ends: &Ends, law: &Law, spectrum: bool) -> Result<NodeId, LangError> {
        let Interval { lo_open, hi_open, log, span, .. } = law.interval;
        let role = Role::Unit { lo_open, hi_open, log, spectrum };
        let column = Type::of_shape(n.clone(), Dim::constant(1));
        let u = self.draw(n.clone(), Dim::constant(1), role);
        let zero = self.graph.number(0);
        if log {
            let down = !ends.indexed && ends.lo == zero;
            if !down {
                self.positive(ends, n, span)?;
            } else if !lo_open {
                return Err(LangError::new(span, "an interval over octaves cannot reach zero", "a closed end at 0")
                    .help("write `(0, b] log`, or leave out `log`"));
            }
            if down {
                return Ok(self.graph.add(Op::Sample(SampleOp::LogDown), vec![u, ends.hi], column));
            }
            // The draws were the last block.
            let block = DrawId(self.samples.blocks.len() as u32 - 1);
            self.samples.octaves.push(OverOctaves { block, lo: ends.lo, hi: ends.hi });
            if ends.indexed {
                let var = self.graph.fresh_var();
                let i = self.graph.add(Op::Var(var), vec![], Type::Int);
                let (ui, a, b) = (self.item(u, i), self.item(ends.lo, i), self.item(ends.hi, i));
                let body = self.graph.add(Op::Sample(SampleOp::LogMap), vec![ui, a, b], Type::Real);
                return Ok(if column == Type::Real {
                    body
                } else {
                    self.graph.add(Op::Build { row: var, col: None }, vec![body], column)
                });
            }
            return Ok(self.graph.add(Op::Sample(SampleOp::LogMap), vec![u, ends.lo, ends.hi], column));
        }
        let width = build::sub(self.graph, ends.hi, ends.lo);
        if ends.indexed && column != Type::Real {
            let part = self.graph.add(Op::Hadamard, vec![width, u], column);
            return Ok(build::add(self.graph, ends.lo, part));
        }
        let part = self.scaled(width, u);
        if ends.lo == zero {
            return Ok(part);
        }
        if column == Type::Real {
            return Ok(build::add(self.graph, ends.lo, part));
        }
        let ones = build::ones(self.graph, n.clone(), Dim::constant(1));
        let start = self.scaled(ends.lo, ones);
        Ok(build::add(self.graph, start, part))
    }

    /// Octaves need a positive lower end.
    fn positive(&mut self, ends: &Ends, n: &Dim, span: Span) -> Result<(), LangError> {
        let zero = self.graph.number(0);
        if ends.indexed {
            let var = self.graph.fresh_var();
            let i = self.graph.add(Op::Var(var), vec![], Type::Int);
            let a = self.item(ends.lo, i);
            let inside = self.ordered(zero, a, true);
            let (one, last) = (self.graph.number(1), self.graph.dim_node(n));
            let all = self.graph.add(
                Op::Fold { fold: crate::lang::ir::Fold::All, vars: vec![var], filtered: false },
                vec![one, last, inside],
                Type::Bool,
            );
            self.feasible(all, "positive lower ends")?;
            return Ok(());
        }
        let truth = self.ordered(zero, ends.lo, true);
        if matches!(self.graph.node(truth).op, Op::Bool(false)) {
            return Err(LangError::new(
                span,
                "an interval over octaves needs a positive lower end",
                "this one starts at or below 0",
            ));
        }
        self.feasible(truth, "a positive lower end")?;
        Ok(())
    }

    fn spectrum(&mut self, n: &Dim, len: &Expr, spectrum: &Spectrum) -> Result<NodeId, LangError> {
        match spectrum {
            Spectrum::In(law) => self.law(n, Some(len), law, true),
            Spectrum::Values(e) => self.column_of(n, e),
        }
    }

    /// An expression that must be a column of `n` entries.
    fn column_of(&mut self, n: &Dim, e: &Expr) -> Result<NodeId, LangError> {
        let node = elaborate::expression(self.graph, self.scope, e)?;
        let wanted = (n.clone(), Dim::constant(1));
        if self.graph.ty(node).shape() == Some(wanted) {
            return Ok(node);
        }
        Err(LangError::new(e.span, "the values do not fit the matrix", "not a column with one entry for each value")
            .help("give a column as long as the matrix has eigenvalues (or singular values)"))
    }

    /// `Q diag(d) Q'`
    fn congruence(&mut self, n: &Dim, d: NodeId) -> NodeId {
        if n.is_one() {
            return d;
        }
        let v = self.draw(n.clone(), n.clone(), Role::Reflector);
        self.congruence_with(n, v, d)
    }

    fn congruence_with(&mut self, n: &Dim, v: NodeId, d: NodeId) -> NodeId {
        let ty = Type::of_shape(n.clone(), n.clone());
        let s = self.graph.add(Op::Sample(SampleOp::Congruence), vec![v, d], ty);
        self.graph.symmetric.insert(s);
        self.graph.eigenvalues_of.insert(s, d);
        self.samples.rotations.insert(s, v);
        s
    }
}
