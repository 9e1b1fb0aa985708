//! What it means for a value to be one of a sampler's: the hypothesis of a given, asked of the value alone.
//!
//! A sampler meets its hypothesis by construction; a stored counterexample has no construction, so its values are asked. Each condition
//! is exactly what the sampler means, whatever the draws can reach.
//!
//! - Spectra that are given are compared by power sums, `tr(S^k) = Σ v_i^k` for `k = 1..n`, which by Newton's identities determine the
//!   eigenvalues with their multiplicities; so they are decided in rationals.
//! - A spectrum whose intervals depend on the index has one value in each, in some order. By Hall's theorem there is such an order if for
//!   any two ends `a <= b` the intervals within `[a, b]` are no more than the values there: a set of intervals with too few values
//!   contains one whose union is an interval, and that union holds no other values.
//! - Singular values within one interval are an order of the smaller Gram matrix, `a^2 I <= G <= b^2 I`; the upper one may be asked of
//!   either. With a rank, or ends that depend on the index, the singular values themselves are asked.

use super::lower::Stage;
use crate::lang::ast::{Expr, Given, Sampler, Spectrum};
use crate::lang::build;
use crate::lang::elaborate;
use crate::lang::ir::{Dim, Fold, Graph, NodeId, Op, Type};
use crate::lang::scope::Scope;
use crate::lang::span::LangError;
use crate::lang::symmetry;
use crate::lang::types;

/// Whether `x` is a value of the sampler; `stages` are those of its lowering. Integers are asked by [`between`].
///
/// # Errors
/// As the lowering of the sampler.
pub fn member(
    graph: &mut Graph,
    scope: &Scope,
    x: NodeId,
    sampler: &Given,
    stages: &[Stage],
) -> Result<NodeId, LangError> {
    Member { graph, scope, x, stages }.of(&sampler.kind)
}

/// `lo <= x <= hi`, or `<` at an open end.
pub fn between(graph: &mut Graph, x: NodeId, lo: (NodeId, bool), hi: (NodeId, bool)) -> NodeId {
    let op = |open| if open { Op::Less } else { Op::LessEqual };
    let below = build::truth(graph, op(lo.1), lo.0, x);
    let above = build::truth(graph, op(hi.1), x, hi.0);
    build::and(graph, below, above)
}

struct Member<'a> {
    graph: &'a mut Graph,
    scope: &'a Scope,
    x: NodeId,
    stages: &'a [Stage],
}

impl Member<'_> {
    fn of(&mut self, sampler: &Sampler) -> Result<NodeId, LangError> {
        let x = self.x;
        Ok(match sampler {
            Sampler::Normal { mean, sd } => {
                let mean = match mean {
                    Some(mean) => elaborate::real(self.graph, self.scope, mean)?,
                    None => self.graph.number(0),
                };
                let spread = self.spread(sd.as_ref(), mean)?;
                let defined = self.is_defined(mean);
                build::and(self.graph, defined, spread)
            }
            Sampler::Gaussian { sd, .. } => {
                let (rows, cols) = types::shape(self.graph, x);
                let middle = build::zeros(self.graph, rows, cols);
                self.spread(sd.as_ref(), middle)?
            }
            Sampler::Int { .. } | Sampler::Haar(_) | Sampler::Value(_) => self.always(),
            Sampler::Real(_) | Sampler::Vector { .. } => self.entries_inside(x),
            Sampler::Spectrum { .. } => {
                let inside = self.spectrum_inside(x);
                let sorted = self.decreasing();
                build::and(self.graph, inside, sorted)
            }
            Sampler::Choice(items) => {
                let mut any = None;
                for item in items {
                    let item = elaborate::expression(self.graph, self.scope, item)?;
                    let same = build::truth(self.graph, Op::Equal, x, item);
                    any = Some(match any {
                        None => same,
                        Some(any) => build::or(self.graph, any, same),
                    });
                }
                any.unwrap_or_else(|| self.always())
            }
            Sampler::Symmetric { eigenvalues, .. } => {
                let symmetric = self.is_symmetric();
                let spectrum = match eigenvalues {
                    Spectrum::In(_) => self.eigenvalues_inside(),
                    Spectrum::Values(v) => {
                        let v = elaborate::expression(self.graph, self.scope, v)?;
                        let n = self.rows();
                        self.power_sums(x, v, n, 1)
                    }
                };
                build::and(self.graph, symmetric, spectrum)
            }
            Sampler::Matrix { rows, cols, singular, rank } => self.matrix(rows, cols, singular, rank.as_ref())?,
            Sampler::Sphere(_) | Sampler::Orthogonal(_) | Sampler::Stiefel { .. } => self.orthonormal(),
            Sampler::Skew(_) => {
                let t = build::transpose(self.graph, x);
                let minus = build::neg(self.graph, x);
                build::truth(self.graph, Op::Equal, t, minus)
            }
            Sampler::Permutation(_) => {
                let orthonormal = self.orthonormal();
                let (zero, one) = (self.graph.number(0), self.graph.number(1));
                let binary = self.every_entry(|graph, entry| {
                    let none = build::truth(graph, Op::Equal, entry, zero);
                    let some = build::truth(graph, Op::Equal, entry, one);
                    build::or(graph, none, some)
                });
                build::and(self.graph, orthonormal, binary)
            }
            Sampler::Near { center, radius } => self.near(center, radius)?,
            Sampler::Commuting(s) => {
                let s = elaborate::symmetric(self.graph, self.scope, s)?;
                let symmetric = self.is_symmetric();
                let (left, right) = (build::mul(self.graph, x, s), build::mul(self.graph, s, x));
                let commutes = build::truth(self.graph, Op::Equal, left, right);
                build::and(self.graph, symmetric, commutes)
            }
            Sampler::Below(s) => {
                let s = elaborate::symmetric(self.graph, self.scope, s)?;
                let symmetric = self.is_symmetric();
                let zero = self.multiple_of_identity(None);
                let low = self.order(zero, x, false);
                let high = self.order(x, s, false);
                let inside = build::and(self.graph, low, high);
                build::and(self.graph, symmetric, inside)
            }
            Sampler::Operator { delta, .. } => {
                let delta = elaborate::real(self.graph, self.scope, delta)?;
                let t = build::transpose(self.graph, x);
                let gram = build::mul(self.graph, t, x);
                let one = self.graph.number(1);
                let eye = self.multiple_of_identity(Some(one));
                let off = build::sub(self.graph, gram, eye);
                self.within(off, delta)
            }
        })
    }

    /// Any number, unless it does not vary at all: then it is where it would spread from.
    fn spread(&mut self, sd: Option<&Expr>, middle: NodeId) -> Result<NodeId, LangError> {
        let Some(sd) = sd else { return Ok(self.always()) };
        let sd = elaborate::real(self.graph, self.scope, sd)?;
        let zero = self.graph.number(0);
        let fixed = build::truth(self.graph, Op::Equal, sd, zero);
        let varies = build::not(self.graph, fixed);
        let there = build::truth(self.graph, Op::Equal, self.x, middle);
        Ok(build::or(self.graph, varies, there))
    }

    /// A truth value that is true where a real is defined.
    fn is_defined(&mut self, real: NodeId) -> NodeId {
        let one = self.graph.number(1);
        let more = build::add(self.graph, real, one);
        build::truth(self.graph, Op::Less, real, more)
    }

    fn always(&mut self) -> NodeId {
        self.graph.add(Op::Bool(true), vec![], Type::Bool)
    }

    fn rows(&mut self) -> NodeId {
        let (rows, _) = types::shape(self.graph, self.x);
        self.graph.dim_node(&rows)
    }

    fn cols(&mut self) -> NodeId {
        let (_, cols) = types::shape(self.graph, self.x);
        self.graph.dim_node(&cols)
    }

    /// `op` between numbers or in the Loewner order.
    fn order(&mut self, a: NodeId, b: NodeId, strict: bool) -> NodeId {
        let matrices = types::is_matrix(self.graph, a) || types::is_matrix(self.graph, b);
        let op = match (matrices, strict) {
            (true, true) => Op::LoewnerLess,
            (true, false) => Op::LoewnerLessEqual,
            (false, true) => Op::Less,
            (false, false) => Op::LessEqual,
        };
        build::truth(self.graph, op, a, b)
    }

    /// `c I` of the size of the value's columns (zero without `c`); a number for a literal one.
    fn multiple_of_identity(&mut self, c: Option<NodeId>) -> NodeId {
        let (_, cols) = types::shape(self.graph, self.x);
        match c {
            None if cols.is_one() => self.graph.number(0),
            None => build::zeros(self.graph, cols.clone(), cols),
            Some(c) => self.multiple(c, &cols),
        }
    }

    /// All of `lo..=hi`: `body` of the index.
    fn all(&mut self, lo: NodeId, hi: NodeId, body: impl FnOnce(&mut Self, NodeId) -> NodeId) -> NodeId {
        let var = self.graph.fresh_var();
        let i = build::var(self.graph, var);
        let body = body(self, i);
        build::fold(self.graph, Fold::All, &[(var, lo, hi)], None, body)
    }

    fn every_entry(&mut self, body: impl FnOnce(&mut Graph, NodeId) -> NodeId) -> NodeId {
        let (one, rows, cols) = (self.graph.number(1), self.rows(), self.cols());
        let x = self.x;
        self.all(one, rows, |this, i| {
            this.all(one, cols, |this, j| {
                let entry = build::entry(this.graph, x, i, j);
                body(this.graph, entry)
            })
        })
    }

    /// The `i`-th of a column, or the number.
    fn item(&mut self, column: NodeId, i: NodeId) -> NodeId {
        if !types::is_matrix(self.graph, column) {
            return column;
        }
        let one = self.graph.number(1);
        build::entry(self.graph, column, i, one)
    }

    /// `x` is within the ends of the first stage, at place `i` where they depend on it.
    fn inside(&mut self, x: NodeId, i: NodeId) -> NodeId {
        let Some(stage) = self.stages.first().cloned() else { return self.always() };
        let (mut lo, mut hi) = (stage.lo, stage.hi);
        if stage.indexed {
            (lo, hi) = (self.item(lo, i), self.item(hi, i));
        }
        between(self.graph, x, (lo, stage.lo_open), (hi, stage.hi_open))
    }

    /// Every entry of a column is.
    fn entries_inside(&mut self, column: NodeId) -> NodeId {
        let one = self.graph.number(1);
        if !types::is_matrix(self.graph, column) {
            return self.inside(column, one);
        }
        let (rows, _) = types::shape(self.graph, column);
        let n = self.graph.dim_node(&rows);
        self.all(one, n, |this, i| {
            let item = this.item(column, i);
            this.inside(item, i)
        })
    }

    /// Every entry of a column, in some order, is. A decreasing column against ends that decrease needs no other order.
    fn spectrum_inside(&mut self, column: NodeId) -> NodeId {
        let straight = self.entries_inside(column);
        let Some(stage) = self.stages.first().cloned().filter(|stage| stage.indexed) else { return straight };
        if !types::is_matrix(self.graph, column) {
            return straight;
        }
        let (rows, _) = types::shape(self.graph, column);
        let n = self.graph.dim_node(&rows);
        let matched = self.matched(column, n, &stage);
        build::or(self.graph, straight, matched)
    }

    /// Whether the first `n` of a column can be shared out to the intervals of a stage, one each.
    fn matched(&mut self, column: NodeId, n: NodeId, stage: &Stage) -> NodeId {
        let one = self.graph.number(1);
        // An end is not below itself, however little is known of it.
        let at_most = |this: &mut Self, a: (NodeId, NodeId), b: (NodeId, NodeId)| {
            let same = build::truth(this.graph, Op::Equal, a.0, b.0);
            let below = build::truth(this.graph, Op::LessEqual, a.1, b.1);
            build::or(this.graph, same, below)
        };
        self.all(one, n, |this, j| {
            this.all(one, n, |this, k| {
                let (a, b) = (this.item(stage.lo, j), this.item(stage.hi, k));
                let intervals = this.count(n, |this, i| {
                    let (lo, hi) = (this.item(stage.lo, i), this.item(stage.hi, i));
                    let (low, high) = (at_most(this, (j, a), (i, lo)), at_most(this, (i, hi), (k, b)));
                    build::and(this.graph, low, high)
                });
                let values = this.count(n, |this, i| {
                    let x = this.item(column, i);
                    between(this.graph, x, (a, stage.lo_open), (b, stage.hi_open))
                });
                build::truth(this.graph, Op::LessEqual, intervals, values)
            })
        })
    }

    /// How many of `1..=n` there are for which `condition` holds.
    fn count(&mut self, n: NodeId, condition: impl FnOnce(&mut Self, NodeId) -> NodeId) -> NodeId {
        let (zero, one) = (self.graph.number(0), self.graph.number(1));
        let var = self.graph.fresh_var();
        let i = build::var(self.graph, var);
        let condition = condition(self, i);
        let term = build::choose(self.graph, condition, one, zero);
        build::fold(self.graph, Fold::Sum, &[(var, one, n)], None, term)
    }

    fn decreasing(&mut self) -> NodeId {
        let x = self.x;
        if !types::is_matrix(self.graph, x) {
            return self.always();
        }
        let (one, n) = (self.graph.number(1), self.rows());
        let before = build::sub(self.graph, n, one);
        self.all(one, before, |this, i| {
            let next = build::add(this.graph, i, one);
            let (a, b) = (this.item(x, i), this.item(x, next));
            build::truth(this.graph, Op::LessEqual, b, a)
        })
    }

    fn is_symmetric(&mut self) -> NodeId {
        let t = build::transpose(self.graph, self.x);
        build::truth(self.graph, Op::Equal, self.x, t)
    }

    fn eigenvalues_inside(&mut self) -> NodeId {
        let x = self.x;
        if !types::is_matrix(self.graph, x) {
            return self.entries_inside(x);
        }
        let Some(stage) = self.stages.first().cloned() else { return self.always() };
        if stage.indexed {
            let (rows, _) = types::shape(self.graph, x);
            let column = Type::of_shape(rows, Dim::constant(1));
            let values = build::op(self.graph, Op::Eigenvalues, vec![x], column);
            return self.spectrum_inside(values);
        }
        let (lo, hi) = (self.multiple_of_identity(Some(stage.lo)), self.multiple_of_identity(Some(stage.hi)));
        let low = self.order(lo, x, stage.lo_open);
        let high = self.order(x, hi, stage.hi_open);
        build::and(self.graph, low, high)
    }

    /// `tr(M^k) = Σ v_i^(k power)` for `k = 1..n`.
    fn power_sums(&mut self, m: NodeId, v: NodeId, n: NodeId, power: i64) -> NodeId {
        let one = self.graph.number(1);
        if !types::is_matrix(self.graph, m) && !types::is_matrix(self.graph, v) {
            let power = self.graph.number(power);
            let v = build::pow(self.graph, v, power);
            return build::truth(self.graph, Op::Equal, m, v);
        }
        let (len, _) = types::shape(self.graph, v);
        let len = self.graph.dim_node(&len);
        self.all(one, n, |this, k| {
            let matrix = build::mat_pow(this.graph, m, k);
            let trace = build::trace(this.graph, matrix);
            let power = this.graph.number(power);
            let exponent = build::mul(this.graph, power, k);
            let var = this.graph.fresh_var();
            let i = build::var(this.graph, var);
            let item = this.item(v, i);
            let term = build::pow(this.graph, item, exponent);
            let sum = build::fold(this.graph, Fold::Sum, &[(var, one, len)], None, term);
            build::truth(this.graph, Op::Equal, trace, sum)
        })
    }

    fn matrix(
        &mut self,
        rows: &Expr,
        cols: &Expr,
        singular: &Spectrum,
        rank: Option<&Expr>,
    ) -> Result<NodeId, LangError> {
        let x = self.x;
        let one = self.graph.number(1);
        let dims = [rows, cols].map(|e| elaborate::integer(self.graph, self.scope, e));
        let [m, n] = dims;
        let (m, n) = (types::dim_of(self.graph, m?), types::dim_of(self.graph, n?));
        let least = build::min_dim(self.graph, &m, &n);
        let len = match rank {
            None => self.graph.dim_node(&least),
            Some(r) => elaborate::integer(self.graph, self.scope, r)?,
        };
        if let Spectrum::Values(v) = singular {
            let v = elaborate::expression(self.graph, self.scope, v)?;
            let t = build::transpose(self.graph, x);
            let gram = build::mul(self.graph, t, x);
            let n = self.cols();
            let same = self.power_sums(gram, v, n, 2);
            let zero = self.graph.number(0);
            let positive = self.all(one, len, |this, i| {
                let item = this.item(v, i);
                build::truth(this.graph, Op::LessEqual, zero, item)
            });
            return Ok(build::and(self.graph, same, positive));
        }
        if rank.is_none()
            && types::is_matrix(self.graph, x)
            && let Some(stage) = self.stages.first().cloned().filter(|stage| !stage.indexed)
        {
            return Ok(self.singular_between(&m, &n, &stage));
        }
        let column = Type::of_shape(least.clone(), Dim::constant(1));
        let values = if types::is_matrix(self.graph, x) {
            build::op(self.graph, Op::SingularValues, vec![x], column)
        } else {
            build::abs(self.graph, x)
        };
        let mut inside = self.all(one, len, |this, i| {
            let item = this.item(values, i);
            this.inside(item, i)
        });
        if let Some(stage) = self.stages.first().cloned().filter(|stage| stage.indexed) {
            let matched = self.matched(values, len, &stage);
            inside = build::or(self.graph, inside, matched);
        }
        if rank.is_none() {
            return Ok(inside);
        }
        let (next, last) = (build::add(self.graph, len, one), self.graph.dim_node(&least));
        let zero = self.graph.number(0);
        let rest = self.all(next, last, |this, i| {
            let item = this.item(values, i);
            build::truth(this.graph, Op::Equal, item, zero)
        });
        Ok(build::and(self.graph, inside, rest))
    }

    /// Singular values within a stage's one interval, of an `m × n` matrix.
    fn singular_between(&mut self, m: &Dim, n: &Dim, stage: &Stage) -> NodeId {
        let x = self.x;
        let t = build::transpose(self.graph, x);
        let (tall, wide) = (build::mul(self.graph, t, x), build::mul(self.graph, x, t));
        let (rows, cols) = (self.graph.dim_node(m), self.graph.dim_node(n));
        let zero = self.graph.number(0);
        let [low, high] = [stage.lo, stage.hi].map(|end| build::mul(self.graph, end, end));
        let mut either = None;
        for (gram, size, fits) in [(tall, n, (cols, rows)), (wide, m, (rows, cols))] {
            let fits = build::truth(self.graph, Op::LessEqual, fits.0, fits.1);
            let [low, high] = [low, high].map(|c| self.multiple(c, size));
            let (above, below) = (self.order(low, gram, stage.lo_open), self.order(gram, high, stage.hi_open));
            let inside = build::and(self.graph, above, below);
            let inside = build::and(self.graph, fits, inside);
            either = Some(either.map_or(inside, |other| build::or(self.graph, other, inside)));
        }
        let ends = build::truth(self.graph, Op::LessEqual, zero, stage.lo);
        let ordered = build::truth(self.graph, Op::LessEqual, zero, stage.hi);
        let ends = build::and(self.graph, ends, ordered);
        either.map_or(ends, |inside| build::and(self.graph, ends, inside))
    }

    /// `c I` of a size; a number for a literal one.
    fn multiple(&mut self, c: NodeId, size: &Dim) -> NodeId {
        if size.is_one() {
            return c;
        }
        let eye = build::identity(self.graph, size.clone());
        build::mul(self.graph, c, eye)
    }

    /// `X'X = I`
    fn orthonormal(&mut self) -> NodeId {
        let t = build::transpose(self.graph, self.x);
        let gram = build::mul(self.graph, t, self.x);
        let one = self.graph.number(1);
        let eye = self.multiple_of_identity(Some(one));
        build::truth(self.graph, Op::Equal, gram, eye)
    }

    /// `-e I <= S <= e I`, or `|s| <= e`.
    fn within(&mut self, s: NodeId, e: NodeId) -> NodeId {
        let minus = build::neg(self.graph, e);
        let (lo, hi) = (self.multiple_of_identity(Some(minus)), self.multiple_of_identity(Some(e)));
        let low = self.order(lo, s, false);
        let high = self.order(s, hi, false);
        build::and(self.graph, low, high)
    }

    fn near(&mut self, center: &Expr, radius: &Expr) -> Result<NodeId, LangError> {
        let a = elaborate::expression(self.graph, self.scope, center)?;
        let e = elaborate::real(self.graph, self.scope, radius)?;
        let off = build::sub(self.graph, self.x, a);
        if !types::is_matrix(self.graph, off) {
            return Ok(self.within(off, e));
        }
        if symmetry::is_symmetric(self.graph, a) {
            let symmetric = self.is_symmetric();
            let inside = self.within(off, e);
            return Ok(build::and(self.graph, symmetric, inside));
        }
        let t = build::transpose(self.graph, off);
        let gram = build::mul(self.graph, t, off);
        let square = build::mul(self.graph, e, e);
        let most = self.multiple_of_identity(Some(square));
        let inside = self.order(gram, most, false);
        let zero = self.graph.number(0);
        let sane = build::truth(self.graph, Op::LessEqual, zero, e);
        Ok(build::and(self.graph, inside, sane))
    }
}
