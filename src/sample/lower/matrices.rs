//! Samplers of matrices: frames, given singular values, and those that stand in a relation to another matrix.

use super::*;

impl Lowering<'_> {
    pub(super) fn stiefel(&mut self, rows: Dim, cols: Dim) -> Result<NodeId, LangError> {
        let (k, n) = (self.graph.dim_node(&cols), self.graph.dim_node(&rows));
        let fits = self.ordered(k, n, false);
        self.feasible(fits, "no more columns than rows")?;
        let v = self.draw(rows.clone(), cols.clone(), Role::Reflector);
        let ones = build::ones(self.graph, cols.clone(), Dim::constant(1));
        let start = self.rectangular(&rows, &cols, ones);
        Ok(self.graph.add(Op::Sample(SampleOp::Reflect), vec![v, start], Type::of_shape(rows, cols)))
    }

    /// The `rows × cols` matrix with this column on its diagonal.
    pub(super) fn rectangular(&mut self, rows: &Dim, cols: &Dim, s: NodeId) -> NodeId {
        let ty = Type::of_shape(rows.clone(), cols.clone());
        if ty == Type::Real { s } else { self.graph.add(Op::Sample(SampleOp::Rectangular), vec![s], ty) }
    }

    pub(super) fn matrix(
        &mut self,
        rows: &Expr,
        cols: &Expr,
        singular: &Spectrum,
        rank: Option<&Expr>,
    ) -> Result<NodeId, LangError> {
        let (m, n) = (self.dim(rows)?, self.dim(cols)?);
        let least = build::min_dim(self.graph, &m, &n);
        let span = rows.span.join(cols.span);
        let min_expr = Expr::new(
            ExprKind::Call { function: "min".into(), function_span: span, arguments: vec![rows.clone(), cols.clone()] },
            span,
        );
        let (len, len_expr) = match rank {
            None => (least.clone(), min_expr),
            Some(r) => (self.dim(r)?, r.clone()),
        };
        let mut s = match singular {
            Spectrum::In(law) => self.law(&len, Some(&len_expr), law, true)?,
            Spectrum::Values(e) => self.column_of(&len, e)?,
        };
        self.non_negative(singular, &len, s)?;
        if rank.is_some() {
            let (r, most) = (self.graph.dim_node(&len), self.graph.dim_node(&least));
            let fits = self.ordered(r, most, false);
            self.feasible(fits, "a rank of at most the smaller dimension")?;
            let rest = least.sub(&len);
            let zeros = build::zeros(self.graph, rest, Dim::constant(1));
            s = self.graph.add(Op::VCat, vec![s, zeros], Type::of_shape(least.clone(), Dim::constant(1)));
        }
        Ok(self.rotated(&m, &n, &least, s))
    }

    /// Singular values are not negative.
    pub(super) fn non_negative(&mut self, singular: &Spectrum, len: &Dim, s: NodeId) -> Result<(), LangError> {
        let zero = self.graph.number(0);
        if let Spectrum::In(law) = singular
            && law.index.is_none()
        {
            let lo = elaborate::real(self.graph, self.scope, &law.interval.lo)?;
            let truth = self.ordered(zero, lo, false);
            if matches!(self.graph.node(truth).op, Op::Bool(false)) {
                return Err(LangError::new(
                    law.interval.span,
                    "singular values are not negative",
                    "an interval that starts below 0",
                ));
            }
            self.feasible(truth, "singular values that are not negative")?;
            return Ok(());
        }
        if self.samples.columns.get(&s).is_some_and(|(least, _)| *least == zero) {
            return Ok(());
        }
        let var = self.graph.fresh_var();
        let i = self.graph.add(Op::Var(var), vec![], Type::Int);
        let item = self.item(s, i);
        let inside = self.ordered(zero, item, false);
        let (one, last) = (self.graph.number(1), self.graph.dim_node(len));
        let all = self.graph.add(
            Op::Fold { fold: crate::lang::ir::Fold::All, vars: vec![var], filtered: false },
            vec![one, last, inside],
            Type::Bool,
        );
        self.feasible(all, "singular values that are not negative")?;
        Ok(())
    }

    /// `U diag(s) V'` with `min(m, n)` reflectors a side.
    pub(super) fn rotated(&mut self, m: &Dim, n: &Dim, least: &Dim, s: NodeId) -> NodeId {
        let d = self.rectangular(m, n, s);
        let left = self.draw(m.clone(), least.clone(), Role::Reflector);
        let right = self.draw(n.clone(), least.clone(), Role::Reflector);
        let t = build::transpose(self.graph, d);
        let t = self.graph.add(Op::Sample(SampleOp::Reflect), vec![right, t], Type::of_shape(n.clone(), m.clone()));
        let t = build::transpose(self.graph, t);
        let value = self.graph.add(Op::Sample(SampleOp::Reflect), vec![left, t], Type::of_shape(m.clone(), n.clone()));
        self.graph.singular_values_of.insert(value, s);
        value
    }

    pub(super) fn near(&mut self, center: &Expr, radius: &Expr) -> Result<NodeId, LangError> {
        let a = elaborate::expression(self.graph, self.scope, center)?;
        let e = elaborate::real(self.graph, self.scope, radius)?;
        let zero = self.graph.number(0);
        let truth = self.ordered(zero, e, false);
        self.feasible(truth, "a radius that is not negative")?;
        let Some((m, n)) = self.graph.ty(a).shape() else {
            return Err(LangError::new(center.span, "`near` needs a number or a matrix", "a truth value"));
        };
        if matches!(self.graph.ty(a), Type::Int | Type::Real) {
            let u = self.unit(Dim::constant(1), false);
            let part = self.symmetric_unit(u, &Dim::constant(1));
            let part = build::mul(self.graph, e, part);
            let value = build::add(self.graph, a, part);
            let ends = |graph: &mut Graph| (build::sub(graph, a, e), build::add(graph, a, e));
            return Ok(self.staged_between(value, ends));
        }
        let e = self.staged_between(e, |_| (zero, e));
        let symmetric = symmetry::is_symmetric(self.graph, a);
        let part = if symmetric {
            let u = self.unit(n.clone(), true);
            let d = self.symmetric_unit(u, &n);
            self.congruence(&n, d)
        } else {
            let least = build::min_dim(self.graph, &m, &n);
            let s = self.unit(least.clone(), true);
            self.rotated(&m, &n, &least, s)
        };
        let part = self.scaled(e, part);
        let value = build::add(self.graph, a, part);
        if symmetric {
            self.graph.symmetric.insert(value);
        }
        Ok(value)
    }

    pub(super) fn unit(&mut self, n: Dim, spectrum: bool) -> NodeId {
        self.draw(n, Dim::constant(1), Role::Unit { lo_open: false, hi_open: false, log: false, spectrum })
    }

    /// From `[0, 1]` to `[-1, 1]`.
    pub(super) fn symmetric_unit(&mut self, u: NodeId, n: &Dim) -> NodeId {
        let two = self.graph.number(2);
        let twice = self.scaled(two, u);
        let ones = if n.is_one() { self.graph.number(1) } else { build::ones(self.graph, n.clone(), Dim::constant(1)) };
        build::sub(self.graph, twice, ones)
    }

    pub(super) fn commuting(&mut self, s: &Expr) -> Result<NodeId, LangError> {
        let node = elaborate::symmetric(self.graph, self.scope, s)?;
        let Some((n, _)) = self.graph.ty(node).shape() else {
            return Err(LangError::new(s.span, "`commuting` needs a symmetric matrix", "a truth value"));
        };
        // A sampled matrix shares its eigenbasis: then every matrix that commutes is reached.
        if let Some(&v) = self.samples.rotations.get(&node) {
            let d = self.draw(n.clone(), Dim::constant(1), Role::Normal);
            return Ok(self.congruence_with(&n, v, d));
        }
        // Else polynomials of degree three in S.
        let mut value: Option<NodeId> = None;
        for _ in 0..4 {
            let c = self.draw(Dim::constant(1), Dim::constant(1), Role::Normal);
            let eye = if n.is_one() { self.graph.number(1) } else { build::identity(self.graph, n.clone()) };
            let term = self.scaled(c, eye);
            value = Some(match value {
                None => term,
                Some(v) => {
                    let ty = self.graph.ty(node).clone();
                    let product = if n.is_one() {
                        build::mul(self.graph, v, node)
                    } else {
                        self.graph.add(Op::MatMul, vec![v, node], ty)
                    };
                    build::add(self.graph, product, term)
                }
            });
        }
        let value = value.unwrap_or(node);
        self.graph.symmetric.insert(value);
        Ok(value)
    }

    pub(super) fn below(&mut self, s: &Expr) -> Result<NodeId, LangError> {
        let node = elaborate::symmetric(self.graph, self.scope, s)?;
        let Some((n, _)) = self.graph.ty(node).shape() else {
            return Err(LangError::new(s.span, "`below` needs a symmetric matrix", "a truth value"));
        };
        if n.is_one() {
            let zero = self.graph.number(0);
            let truth = self.ordered(zero, node, false);
            self.feasible(truth, "a number that is not negative")?;
            let u = self.unit(Dim::constant(1), false);
            let value = build::mul(self.graph, u, node);
            return Ok(self.staged_between(value, |_| (zero, node)));
        }
        self.semidefinite(node, &n)?;
        let u = self.draw(
            n.clone(),
            Dim::constant(1),
            Role::Unit { lo_open: false, hi_open: false, log: true, spectrum: true },
        );
        let million = self.graph.number(1 << 20);
        let one = self.graph.number(1);
        let small = build::div(self.graph, one, million);
        let spread = self.graph.add(
            Op::Sample(SampleOp::LogMap),
            vec![u, small, million],
            Type::of_shape(n.clone(), Dim::constant(1)),
        );
        self.samples.laws.push(spread);
        // S = 0 has one matrix below it: a sliver keeps S + Y invertible there, and changes nothing anywhere else.
        let sliver = self.graph.number(RBig::from(1) / RBig::from(IBig::ONE << 300));
        let trace = build::trace(self.graph, node);
        let size = build::add(self.graph, trace, sliver);
        let d = self.scaled(size, spread);
        let y = self.congruence(&n, d);
        let sum = build::add(self.graph, node, y);
        let inverse = build::inv(self.graph, sum);
        let ty = self.graph.ty(node).clone();
        let right = self.graph.add(Op::MatMul, vec![inverse, node], ty.clone());
        let product = self.graph.add(Op::MatMul, vec![node, right], ty);
        let value = build::sub(self.graph, node, product);
        self.graph.symmetric.insert(value);
        Ok(value)
    }

    /// Asks that a symmetric matrix be positive semidefinite, unless its eigenvalues are drawn so.
    pub(super) fn semidefinite(&mut self, node: NodeId, n: &Dim) -> Result<(), LangError> {
        let zero = self.graph.number(0);
        let drawn = self.graph.eigenvalues_of.get(&node).and_then(|d| self.samples.columns.get(d));
        if drawn.is_some_and(|(least, _)| *least == zero) {
            return Ok(());
        }
        let zeros = build::zeros(self.graph, n.clone(), n.clone());
        let truth = self.graph.add(Op::LoewnerLessEqual, vec![zeros, node], Type::Bool);
        self.feasible(truth, "a positive semidefinite matrix")
    }

    pub(super) fn operator(&mut self, rows: &Expr, cols: &Expr, delta: &Expr) -> Result<NodeId, LangError> {
        let n = self.dim(rows)?.mul(&self.dim(cols)?);
        let delta = elaborate::real(self.graph, self.scope, delta)?;
        let (zero, one, two) = (self.graph.number(0), self.graph.number(1), self.graph.number(2));
        let four = self.graph.number(4);
        let inside = self.ordered(zero, delta, false);
        self.feasible(inside, "delta >= 0")?;
        let below_two = self.ordered(delta, two, false);
        self.feasible(below_two, "delta <= 2")?;
        let half = build::div(self.graph, delta, two);
        let lo = build::sub(self.graph, one, half);
        let twice = build::mul(self.graph, two, delta);
        let more = build::add(self.graph, four, delta);
        let part = build::div(self.graph, twice, more);
        let hi = build::add(self.graph, one, part);
        let u = self.unit(n.clone(), true);
        let width = build::sub(self.graph, hi, lo);
        let part = self.scaled(width, u);
        let ones = if n.is_one() { one } else { build::ones(self.graph, n.clone(), Dim::constant(1)) };
        let start = self.scaled(lo, ones);
        let s = build::add(self.graph, start, part);
        let s = self.staged(s, &Ends { lo, hi, indexed: false }, false, false);
        Ok(self.rotated(&n, &n, &n, s))
    }
}
