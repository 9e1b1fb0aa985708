//! Whether a value is one that its sampler means (docs/language.md, Samplers): any such value, however it is drawn.

use super::call::norm;
use super::evaluate::{Indices, Scope, Value, all, any, both, compared, equal_matrices, not};
use super::matrix::Matrix;
use super::rational::Rational;
use super::spectra::{self, Counts, Spectrum, is_symmetric};
use super::values::{Interval, Maybe, Stop, beyond};
use theoremcheck::lang::ast::{self, Comparison, Expr, Law, Sampler};

/// The ends of an interval, each with whether it is open.
struct Ends {
    lo: Interval,
    lo_open: bool,
    hi: Interval,
    hi_open: bool,
}

fn ends(scope: &Scope, interval: &ast::Interval, at: Option<&Indices>) -> Maybe<Ends> {
    let (lo, hi) = (scope.interval(&interval.lo, at)?, scope.interval(&interval.hi, at)?);
    Ok(Ends { lo, lo_open: interval.lo_open, hi, hi_open: interval.hi_open })
}

/// Those of a law that is one for all.
fn common_ends(scope: &Scope, law: &Law) -> Maybe<Ends> {
    if law.index.is_some() {
        beyond("a spectrum with an interval for each index")
    } else {
        ends(scope, &law.interval, None)
    }
}

impl Ends {
    fn contain(&self, x: &Interval) -> Maybe<bool> {
        let above = if self.lo_open { self.lo.less(x) } else { not(x.less(&self.lo)) };
        let below = if self.hi_open { x.less(&self.hi) } else { not(self.hi.less(x)) };
        both(above, below)
    }

    /// Whether no eigenvalue is past the upper end.
    fn none_above(&self, spectrum: &Spectrum) -> Maybe<bool> {
        let past = |c: Counts| c.above + if self.hi_open { c.at } else { 0 };
        settled(past(spectrum.counts(&self.hi.lo)) == 0, past(spectrum.counts(&self.hi.hi)) > 0)
    }

    /// Whether so many eigenvalues are not below the lower end.
    fn at_least(&self, spectrum: &Spectrum, many: usize) -> Maybe<bool> {
        let reach = |c: Counts| c.above + if self.lo_open { 0 } else { c.at };
        settled(reach(spectrum.counts(&self.lo.hi)) >= many, reach(spectrum.counts(&self.lo.lo)) < many)
    }
}

fn settled(yes: bool, no: bool) -> Maybe<bool> {
    match (yes, no) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Stop::Undecided),
    }
}

/// The spectrum of a given's value, which is exact.
fn spectrum(m: &Matrix) -> Maybe<Spectrum> {
    Spectrum::of(m.rows, &m.rationals().ok_or(Stop::Undecided)?)
}

/// Whether the eigenvalues are these and `zeros` zeros: the characteristic polynomials agree.
fn has_eigenvalues(m: &Matrix, values: &[Interval], zeros: usize) -> Maybe<bool> {
    let n = values.len() + zeros;
    if n != m.rows {
        return Ok(false);
    }
    let diagonal = |i: usize, j: usize| match values.get(i) {
        Some(x) if i == j => x.clone().into(),
        _ => 0.into(),
    };
    let wanted = Matrix::from_fn(n, n, diagonal).characteristic_polynomial()?;
    let found = m.characteristic_polynomial()?;
    all(found.iter().zip(&wanted).map(|(x, y)| x.real().equal(y.real())))
}

fn is_identity(m: &Matrix) -> Maybe<bool> {
    equal_matrices(m, &Matrix::scalar(m.rows, &1.into()))
}

fn is_psd_below(m: &Matrix, above: &Matrix) -> Maybe<bool> {
    let zero = Matrix::scalar(m.rows, &0.into());
    both(spectra::ordered(&zero, m, false), spectra::ordered(m, above, false))
}

/// Each number within the ends for its index.
fn follow(scope: &Scope, law: &Law, column: &Matrix) -> Maybe<bool> {
    let inside = |(i, x): (usize, &super::jets::Jet)| {
        let index = law.index.as_ref().map(|(name, _)| Indices::one(name, i as i64 + 1));
        ends(scope, &law.interval, index.as_ref())?.contain(x.real())
    };
    all(column.entries.iter().enumerate().map(inside))
}

/// Whether `value` is one that `sampler` means; the scope has the givens before it.
pub fn is_member(scope: &Scope, sampler: &Sampler, value: &Value) -> Maybe<bool> {
    let matrix = |rows: &Expr, cols: &Expr| {
        let m = value.clone().matrix()?;
        Ok(if m.shape() == (scope.size(rows, None)?, scope.size(cols, None)?) { Some(m) } else { None })
    };
    let column = |len: &Expr| {
        let m = value.clone().matrix()?;
        Ok(if m.shape() == (scope.size(len, None)?, 1) { Some(m) } else { None })
    };
    // A matrix of the wrong shape is no member.
    macro_rules! shaped {
        ($found:expr) => {
            match $found? {
                Some(m) => m,
                None => return Ok(false),
            }
        };
    }
    match sampler {
        Sampler::Int { lo, hi } => {
            let Value::Number(x) = value else { return Ok(false) };
            let x = x.real().integer()?;
            Ok(scope.integer(lo, None)? <= x && x <= scope.integer(hi, None)?)
        }
        Sampler::Real(interval) => {
            let Value::Number(x) = value else { return Ok(false) };
            ends(scope, interval, None)?.contain(x.real())
        }
        Sampler::Normal { .. } => Ok(matches!(value, Value::Number(_))),
        Sampler::Choice(options) => {
            any(options.iter().map(|option| compared(Comparison::Equal, value.clone(), scope.value(option, None)?)))
        }
        Sampler::Gaussian { rows, cols, .. } => {
            shaped!(matrix(rows, cols));
            Ok(true)
        }
        Sampler::Vector { len, law } => follow(scope, law, &shaped!(column(len))),
        Sampler::Spectrum { len, law } => {
            let v = shaped!(column(len));
            let sorted = all(v.entries.windows(2).map(|pair| not(pair[0].real().less(pair[1].real()))));
            both(sorted, follow(scope, law, &v))
        }
        Sampler::Symmetric { size, eigenvalues } => {
            let m = shaped!(matrix(size, size));
            if !is_symmetric(&m)? {
                return Ok(false);
            }
            match eigenvalues {
                ast::Spectrum::In(law) => {
                    let (ends, spectrum) = (common_ends(scope, law)?, spectrum(&m)?);
                    both(ends.none_above(&spectrum), ends.at_least(&spectrum, spectrum.size()))
                }
                ast::Spectrum::Values(v) => {
                    let v = scope.matrix(v, None)?;
                    has_eigenvalues(&m, &v.entries.iter().map(|x| x.real().clone()).collect::<Vec<_>>(), 0)
                }
            }
        }
        Sampler::Matrix { rows, cols, singular, rank } => {
            let m = shaped!(matrix(rows, cols));
            let gram = m.gram()?;
            let rank = rank.as_ref().map_or(Ok(gram.rows), |r| scope.size(r, None))?;
            if rank > gram.rows {
                return Ok(false);
            }
            match singular {
                ast::Spectrum::In(law) => {
                    let (ends, spectrum) = (common_ends(scope, law)?, spectrum(&gram)?);
                    let zero = Interval::from(0);
                    let past_rank = spectrum.counts(&Rational::ZERO).above > rank;
                    // Squares keep the order of numbers from 0 on.
                    let has_upper = not(ends.hi.less(&zero))?;
                    let squared = Ends { hi: ends.hi.powi(2), lo: ends.lo.max(&zero).powi(2), ..ends };
                    // Below 0 an end excludes nothing.
                    let lower = if ends.lo.less(&zero)? { Ok(true) } else { squared.at_least(&spectrum, rank) };
                    let upper = if rank == 0 { Ok(true) } else { squared.none_above(&spectrum) };
                    both(Ok(!past_rank && (has_upper || rank == 0)), both(lower, upper))
                }
                ast::Spectrum::Values(v) => {
                    let values: Vec<Interval> =
                        scope.matrix(v, None)?.entries.iter().map(|x| x.real().clone()).collect();
                    if values.len() != rank {
                        return Ok(false);
                    }
                    let nonnegative = all(values.iter().map(|x| not(x.less(&0.into()))));
                    let squares: Vec<Interval> = values.iter().map(|x| x.powi(2)).collect();
                    both(nonnegative, has_eigenvalues(&gram, &squares, gram.rows - rank))
                }
            }
        }
        Sampler::Sphere(n) => shaped!(column(n)).square()?.real().equal(&1.into()),
        Sampler::Orthogonal(n) => {
            let q = shaped!(matrix(n, n));
            is_identity(&q.transposed().times(&q)?)
        }
        Sampler::Stiefel { rows, cols } => {
            let v = shaped!(matrix(rows, cols));
            is_identity(&v.transposed().times(&v)?)
        }
        Sampler::Skew(n) => {
            let k = shaped!(matrix(n, n));
            equal_matrices(&k.transposed(), &k.scaled(&(-1).into()))
        }
        Sampler::Permutation(n) => {
            let p = shaped!(matrix(n, n));
            // Orthogonal with entries 0 and 1.
            let bits = equal_matrices(&p.zip(&p, |x, y| x * y)?, &p);
            both(bits, is_identity(&p.transposed().times(&p)?))
        }
        Sampler::Near { center, radius } => {
            let (center, radius) = (scope.matrix(center, None)?, scope.interval(radius, None)?);
            let m = value.clone().matrix()?;
            if m.shape() != center.shape() {
                return Ok(false);
            }
            // Symmetric if the centre is so by form; asked wherever it is symmetric.
            let symmetric = if center.rows == center.cols && is_symmetric(&center) != Ok(false) {
                is_symmetric(&m)
            } else {
                Ok(true)
            };
            both(symmetric, not(radius.less(norm(&m.minus(&center)?)?.real())))
        }
        Sampler::Commuting(s) => {
            let (s, c) = (scope.matrix(s, None)?, value.clone().matrix()?);
            if s.shape() != c.shape() {
                return Ok(false);
            }
            both(is_symmetric(&c), equal_matrices(&c.times(&s)?, &s.times(&c)?))
        }
        Sampler::Below(s) => {
            let (s, b) = (scope.matrix(s, None)?, value.clone().matrix()?);
            if s.shape() != b.shape() {
                return Ok(false);
            }
            // Of a matrix that is not symmetric the order would be asked in vain.
            if is_symmetric(&b)? { is_psd_below(&b, &s) } else { Ok(false) }
        }
        Sampler::Operator { rows, cols, delta } => {
            let o = value.clone().matrix()?;
            let n = scope.size(rows, None)? * scope.size(cols, None)?;
            if o.shape() != (n, n) {
                return Ok(false);
            }
            let defect = o.transposed().times(&o)?.minus(&Matrix::scalar(n, &1.into()))?;
            let delta = scope.interval(delta, None)?;
            Ok(!delta.less(spectra::singular_values(&defect)?.first().unwrap_or(&0.into()))?)
        }
        Sampler::Haar(_) => beyond("haar"),
        Sampler::Value(_) => beyond("a value for what follows from the others"),
    }
}
