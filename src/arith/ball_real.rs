//! Functions of one certified real: roots, powers, exponentials, logarithms, trigonometric functions and their inverses.
//!
//! Of a rational, what is rational is exact: roots of perfect powers, `exp 0`, `ln 1` and their like; there is nothing else (Niven;
//! Lindemann–Weierstrass). Of an enclosure, a function that is monotone on it takes its bounds at the ends; sine and cosine
//! count the extremes that may lie between them. Where the enclosure may reach beyond the domain, the value is not known: whether
//! it is defined is for the caller to say.

use super::ball::{Ball, EXACT_BITS, bits, size, with_bits};
use super::float::{self, Float, Way};
use super::number::{Number, RealFn};
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use Ball::{Between, Exact, Infinite, Unknown};

/// Bits beyond the working precision with which powers are computed, since each multiplication loses some.
const GUARD: usize = 64;

/// Roots of higher order are looked at only by their logarithm.
const MOST_ROOT: usize = 16;

/// Runs `f` with more bits, and rounds what it gives.
fn guarded(extra: usize, f: impl FnOnce() -> Ball) -> Ball {
    with_bits(bits().saturating_add(extra), f).rounded()
}

/// A function of one real; not known where it may not be defined.
pub(super) fn real(f: RealFn, x: &Ball) -> Ball {
    match f {
        RealFn::Abs => x.abs(),
        RealFn::Sqrt => nth_root(x, 2),
        RealFn::Floor => x.floor(),
        RealFn::Ceil => x.neg().floor().neg(),
        RealFn::Exp | RealFn::Atan => monotone(f, x),
        RealFn::Log if x.is_positive() => monotone(f, x),
        RealFn::Log => Unknown,
        RealFn::Asin | RealFn::Acos => {
            let one = Ball::one();
            if one.neg().at_most(x) && x.at_most(&one) { monotone(f, x) } else { Unknown }
        }
        RealFn::Sin | RealFn::Cos => wave(f, x),
        RealFn::Tan => tangent(x),
    }
}

/// The rational value at a rational argument, if there is one.
fn special(f: RealFn, x: &RBig) -> Option<Ball> {
    match f {
        RealFn::Exp | RealFn::Cos if x.is_zero() => Some(Ball::one()),
        RealFn::Log | RealFn::Acos if x.is_one() => Some(Ball::zero()),
        RealFn::Sin | RealFn::Tan | RealFn::Asin | RealFn::Atan if x.is_zero() => Some(Ball::zero()),
        _ => None,
    }
}

/// Ends of a range of arguments. Those of a rational have a small *absolute* error, since that is what these functions pass on.
fn arguments(x: &Ball) -> Option<(Float, Float)> {
    let Exact(rational) = x else { return x.ends() };
    let whole = rational.numerator().bit_len().saturating_sub(rational.denominator().bit_len());
    with_bits(bits() + 16 + whole.min(float::MOST_TURNS.unsigned_abs()), || x.ends())
}

/// A function that rises or falls all the way.
fn monotone(f: RealFn, x: &Ball) -> Ball {
    if let Some(value) = x.rational().and_then(|x| special(f, x)) {
        return value;
    }
    let Some((lo, hi)) = arguments(x) else { return Unknown };
    let (Some(at_lo), Some(at_hi)) = both(f, &lo, &hi) else { return Unknown };
    let (first, last) = if f == RealFn::Acos { (at_hi, at_lo) } else { (at_lo, at_hi) };
    Ball::between(Some(first.0), Some(last.1))
}

/// Bounds of the function at either end, computed once if they are one.
#[expect(clippy::type_complexity, reason = "a pair of bounds for each of two ends")]
fn both(f: RealFn, lo: &Float, hi: &Float) -> (Option<(Float, Float)>, Option<(Float, Float)>) {
    let at_lo = float::function(f, bits(), lo);
    let at_hi = if lo == hi { at_lo.clone() } else { float::function(f, bits(), hi) };
    (at_lo, at_hi)
}

/// `floor(x/π + shift)` of a lower end and of an upper one: pieces on which a trigonometric function is monotone.
fn pieces(lo: &Float, hi: &Float, shift: f64) -> Option<(IBig, IBig)> {
    // Counting needs digits for all the half turns there are.
    let whole = float::magnitude(lo).max(float::magnitude(hi)).max(0);
    if whole > float::MOST_TURNS {
        return None;
    }
    with_bits(bits() + 16 + whole.unsigned_abs(), || {
        let turns = |x: &Float| Ball::between(Some(x.clone()), Some(x.clone())).div(&Ball::pi().0);
        let (first, _) = turns(lo).add(&Ball::from_f64(shift)).ends()?;
        let (_, last) = turns(hi).add(&Ball::from_f64(shift)).ends()?;
        Some((float::floor(&first), float::floor(&last)))
    })
}

/// Sine or cosine.
fn wave(f: RealFn, x: &Ball) -> Ball {
    if let Some(value) = x.rational().and_then(|x| special(f, x)) {
        return value;
    }
    if !x.is_known() {
        return Unknown;
    }
    let all = || Ball::between(Some(float::neg(&float::one())), Some(float::one()));
    let Some((lo, hi)) = arguments(x) else { return Unknown };
    // The cosine turns at kπ, the sine at (k - 1/2)π; the piece from there on rises for the sine if k is even, for the cosine if odd.
    let shift = if f == RealFn::Cos { 0.0 } else { 0.5 };
    let Some((first, last)) = pieces(&lo, &hi, shift) else { return all() };
    if &last - &first > IBig::ONE {
        return all();
    }
    let (Some(a), Some(b)) = both(f, &lo, &hi) else { return all() };
    let (mut low, mut high) = (float::min(a.0, b.0), float::max(a.1, b.1));
    if first != last {
        let even = (&first & IBig::ONE).is_zero();
        // One extreme at most, at the end of the first piece.
        if even == (f == RealFn::Sin) {
            high = float::one();
        } else {
            low = float::neg(&float::one());
        }
    }
    // No value is beyond 1, whatever rounding says.
    let (one, minus) = (float::one(), float::neg(&float::one()));
    Ball::between(Some(float::max(low, minus)), Some(float::min(high, one)))
}

/// The tangent, between two of its poles.
fn tangent(x: &Ball) -> Ball {
    if let Some(value) = x.rational().and_then(|x| special(RealFn::Tan, x)) {
        return value;
    }
    let Some((lo, hi)) = arguments(x) else { return Unknown };
    match pieces(&lo, &hi, 0.5) {
        Some((first, last)) if first == last => {
            let (Some(a), Some(b)) = both(RealFn::Tan, &lo, &hi) else { return Unknown };
            Ball::between(Some(a.0), Some(b.1))
        }
        _ => Unknown,
    }
}

/// The root of this order; not known of what may be negative.
fn nth_root(x: &Ball, n: usize) -> Ball {
    let (lo, hi) = match x {
        Unknown | Infinite { .. } => return Unknown,
        Exact(x) if *x < RBig::ZERO => return Unknown,
        Exact(rational) => {
            if let Some(root) = exact_root(rational, n) {
                return Exact(root);
            }
            let Some(ends) = with_bits(bits() + 16, || x.ends()) else { return Unknown };
            ends
        }
        Between(pair) => (**pair).clone(),
    };
    let bits = bits();
    Ball::between(float::root(Way::Down, bits, n, &lo), float::root(Way::Up, bits, n, &hi))
}

/// The root, if it is rational.
fn exact_root(x: &RBig, n: usize) -> Option<RBig> {
    if x.is_zero() || x.is_one() {
        return Some(x.clone());
    }
    let root = |x: &UBig| -> Option<UBig> {
        let root = x.nth_root(n);
        (root.pow(n) == *x).then_some(root)
    };
    let numerator = root(&UBig::try_from(x.numerator().clone()).ok()?)?;
    Some(RBig::from_parts(IBig::from(numerator), root(x.denominator())?))
}

/// `x^y`; not known unless `x > 0`, `x >= 0` and `y > 0`, or `y` is an integer.
pub(super) fn power(x: &Ball, y: &Ball) -> Ball {
    if !x.is_known() || !y.is_known() {
        return Unknown;
    }
    if let Exact(exponent) = y {
        let (p, q) = (exponent.numerator(), exponent.denominator());
        if let (Ok(p), Ok(q)) = (i64::try_from(p), usize::try_from(q))
            && q <= MOST_ROOT
        {
            return if q == 1 { integer_power(x, p) } else { guarded(GUARD, || integer_power(&nth_root(x, q), p)) };
        }
    }
    if x.is_zero() && y.is_positive() {
        return Ball::zero();
    }
    if matches!(x, Exact(x) if x.is_one()) {
        return Ball::one();
    }
    let Some((_, reach)) = y.abs().ends() else { return Unknown };
    let extra = usize::try_from(float::magnitude(&reach)).unwrap_or(0);
    guarded(GUARD + extra.min(GUARD), || {
        let Between(pair) = x else { return real(RealFn::Exp, &y.mul(&real(RealFn::Log, x))) };
        // At a lower end of zero the power is zero too, if it has a positive exponent.
        if float::is_zero(&pair.0) && y.is_positive() {
            let top = Ball::between(Some(pair.1.clone()), Some(pair.1.clone()));
            let top = real(RealFn::Exp, &y.mul(&real(RealFn::Log, &top)));
            return top.hull(&Ball::zero());
        }
        real(RealFn::Exp, &y.mul(&real(RealFn::Log, x)))
    })
}

/// `x^k`
fn integer_power(x: &Ball, k: i64) -> Ball {
    if !x.is_known() {
        return Unknown;
    }
    let size_of_k = k.unsigned_abs();
    if k < 0 {
        return Ball::one().div(&natural_power(x, size_of_k));
    }
    natural_power(x, size_of_k)
}

fn natural_power(x: &Ball, k: u64) -> Ball {
    if k == 0 {
        return Ball::one();
    }
    if let Exact(x) = x {
        let small = usize::try_from(k).ok().filter(|k| size(x).saturating_mul(*k) <= 2 * EXACT_BITS);
        if let Some(k) = small.and_then(|k| isize::try_from(k).ok()) {
            return Ball::from(x.pow(k));
        }
        if x.is_zero() || x.is_one() {
            return Exact(x.clone());
        }
    }
    let Some((lo, hi)) = with_bits(bits() + GUARD, || x.ends()) else { return Unknown };
    let working = bits() + GUARD;
    let down = |x: &Float| float::power(Way::Down, working, x, k);
    let up = |x: &Float| float::power(Way::Up, working, x, k);
    let (negative, positive) = (float::is_negative(&hi), !float::is_negative(&lo));
    let even = k.is_multiple_of(2);
    let powers = if positive {
        Ball::between(down(&lo), up(&hi))
    } else if even {
        let (near, far) = (float::neg(&hi), float::neg(&lo));
        if negative {
            Ball::between(down(&near), up(&far))
        } else {
            Ball::between(Some(float::zero()), up(&float::max(far, hi)))
        }
    } else {
        // An odd power rises: below zero it is minus that of the absolute value.
        let least = up(&float::neg(&lo)).map(|x| float::neg(&x));
        let most = if negative { down(&float::neg(&hi)).map(|x| float::neg(&x)) } else { up(&hi) };
        Ball::between(least, most)
    };
    powers.rounded()
}
