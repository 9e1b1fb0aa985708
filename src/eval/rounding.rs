//! Reals with a bound on what rounding did to them.
//!
//! A [`Bounded`] is a computed number and a bound on its distance from the exact value of the same expression of the same
//! draws. One operation adds its own rounding error, which fused multiply-add gives exactly (the residual of a product,
//! a quotient or a root is a floating-point number; that of a sum is Møller's), and passes on those of its arguments by the
//! mean value theorem. So results that are exact, of small integers and short dyadic numbers, have a bound of exactly zero.
//!
//! A bound that is not finite says: not known here. All bounds are sums and products of non-negative numbers, each rounded, so
//! what is computed is at least the true bound times `1 - k u` after `k` operations; [`SAFETY`] is applied where a bound is read.
//!
//! Reference: Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.3 (running error analysis), §2.4 (residuals).

use super::plan::IntExpr;
use crate::arith::lane::Mask;
use crate::arith::number::{Number, UNIT};
use crate::lang::ir::RealFn;

/// Multiplies a bound where it is compared: covers the rounding of the bound itself for up to 2^20 operations in a row.
pub const SAFETY: f64 = 1.0 + 1e-9;

/// Below this, products may have lost digits to underflow, and the residual may have too.
const TINY: f64 = 1e-280;
/// More than what underflow can take from one operation.
const UNDERFLOW: f64 = 1e-300;

/// A number and a bound on its error.
#[derive(Clone)]
pub struct Bounded<N> {
    pub value: N,
    pub error: N,
}

#[inline(always)]
fn zero_error<N: Number>(value: N) -> Bounded<N> {
    Bounded { value, error: N::zero() }
}

/// Not known in these lanes; as it was in others.
#[inline(always)]
pub fn unknown_where<N: Number>(mask: Mask, error: &N) -> N {
    N::select(mask, &N::from_f64(f64::INFINITY), error)
}

/// A number of an arithmetic without bounds, not known in these lanes; where there are bounds, they say so.
#[inline(always)]
pub fn forgotten<N: Number>(mask: Mask, value: N) -> N {
    if N::TRACKED || mask == 0 { value } else { N::select(mask, &N::from_f64(f64::NAN), &value) }
}

#[inline(always)]
fn underflow<N: Number>(tiny: Mask) -> N {
    N::select(tiny, &N::lost(UNDERFLOW), &N::zero())
}

/// Lanes that may have lost digits to underflow. An exact zero from a zero operand is among them; what it would pay is far below
/// any floor that matters but zero itself, so callers take out lanes where they know an operand to be zero.
#[inline(always)]
fn tiny<N: Number>(value: &N) -> Mask {
    value.abs().lt(&N::lost(TINY))
}

/// Lanes that are zero beyond doubt. A zero with an error is what underflow left of something, and its bound may underflow too.
#[inline(always)]
fn exact_zero<N: Number>(a: &Bounded<N>) -> Mask {
    a.value.eq(&N::zero()) & a.error.eq(&N::zero())
}

#[inline(always)]
pub fn add<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> Bounded<N> {
    let value = a.value.add(&b.value);
    if !N::TRACKED {
        return zero_error(value);
    }
    let t = value.sub(&a.value);
    let residual = a.value.sub(&value.sub(&t)).add(&b.value.sub(&t));
    let error = residual.abs().add(&a.error).add(&b.error);
    Bounded { value, error }
}

#[inline(always)]
pub fn sub<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> Bounded<N> {
    add(a, &Bounded { value: b.value.neg(), error: b.error.clone() })
}

#[inline(always)]
pub fn mul<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> Bounded<N> {
    let value = a.value.mul(&b.value);
    if !N::TRACKED {
        return zero_error(value);
    }
    let residual = a.value.mul_add(&b.value, &value.neg());
    let error =
        a.value.abs().mul_add(&b.error, &residual.abs()).add(&b.value.abs().mul(&a.error)).add(&a.error.mul(&b.error));
    // Bounds underflow too: what is off by 1e-300, times 1e-100, is still off.
    let tiny = tiny(&value) | (error.lt(&N::lost(UNDERFLOW)) & !a.error.add(&b.error).eq(&N::zero()));
    if tiny == 0 {
        return Bounded { value, error };
    }
    let error = error.add(&underflow(tiny & !(exact_zero(a) | exact_zero(b))));
    Bounded { value, error }
}

/// The quotient and the lanes where it is undefined (the divisor is exactly zero).
#[inline(always)]
pub fn div<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> (Bounded<N>, Mask) {
    let zero = b.value.eq(&N::zero());
    let value = a.value.div(&b.value);
    if !N::TRACKED {
        return (zero_error(value), zero);
    }
    let undefined = zero & b.error.eq(&N::zero());
    let size = b.value.abs();
    let residual = value.neg_mul_add(&b.value, &a.value).abs();
    let above = residual.add(&a.error).add(&value.abs().mul(&b.error));
    let left = size.sub(&b.error);
    let mut error = above.div(&left);
    let low = error.lt(&N::lost(UNDERFLOW)) & !a.error.add(&b.error).eq(&N::zero());
    let (tiny_value, tiny_numerator) = (tiny(&value) | low, tiny(&a.value));
    if tiny_value | tiny_numerator != 0 {
        let lost = underflow::<N>(tiny_value).add(&underflow::<N>(tiny_numerator).div(&size));
        error = error.add(&N::select(exact_zero(a), &N::zero(), &lost));
    }
    // A divisor that is not told from zero by a factor of two: the quotient is not known.
    let safe = b.error.add(&b.error).le(&size);
    (Bounded { value, error: unknown_where(!safe | zero, &error) }, undefined)
}

/// The root and the lanes where it is undefined (the argument is certainly negative).
#[inline(always)]
pub fn sqrt<N: Number>(a: &Bounded<N>) -> (Bounded<N>, Mask) {
    let negative = a.value.add(&a.error).lt(&N::zero());
    if !N::TRACKED {
        return (zero_error(a.value.sqrt()), negative);
    }
    let value = a.value.max(&N::zero()).sqrt();
    let zero = a.value.eq(&N::zero()) & a.error.eq(&N::zero());
    let residual = value.neg_mul_add(&value, &a.value).abs();
    // Of an argument near the end of the range the residual may be lost; the root itself is rounded as any other.
    let lost = N::select(a.value.lt(&N::lost(TINY)), &value.mul(&N::from_f64(2.0 * UNIT)), &N::zero());
    let lost = N::select(a.error.eq(&N::zero()), &lost, &lost.add(&N::lost(UNDERFLOW)));
    let error = residual.add(&a.error).div(&value).add(&lost);
    let error = N::select(zero, &N::zero(), &error);
    // The argument may be negative: whether there is a root is not known.
    let straddles = a.value.lt(&a.error);
    (Bounded { value, error: unknown_where(straddles | negative, &error) }, negative)
}

#[inline(always)]
pub fn max<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> Bounded<N> {
    Bounded { value: a.value.max(&b.value), error: chosen(a, b, false) }
}

#[inline(always)]
pub fn min<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> Bounded<N> {
    Bounded { value: a.value.min(&b.value), error: chosen(a, b, true) }
}

/// The bound of the one of two numbers that an extreme is, where that is certain, else the greater of both. `least`: of the smaller one.
#[inline(always)]
fn chosen<N: Number>(a: &Bounded<N>, b: &Bounded<N>, least: bool) -> N {
    if !N::TRACKED {
        return N::zero();
    }
    // The factor covers the roundings of the gap and of the sum.
    let reach = a.error.add(&b.error).mul(&N::from_f64(1.0 + 1e-9));
    let gap = b.value.sub(&a.value);
    let (a_is_less, b_is_less) = (reach.lt(&gap), reach.lt(&gap.neg()));
    let (smaller, greater) = if least { (a_is_less, b_is_less) } else { (b_is_less, a_is_less) };
    N::select(smaller, &a.error, &N::select(greater, &b.error, &join(&a.error, &b.error)))
}

/// The greater bound; not finite if either is not.
#[inline(always)]
pub fn join<N: Number>(a: &N, b: &N) -> N {
    if !N::TRACKED {
        return N::zero();
    }
    // 0 * inf and 0 * NaN are NaN: a compare alone could drop a NaN.
    let poison = a.add(b).mul(&N::zero());
    a.max(b).add(&poison)
}

/// A function of one real, and the lanes where it is undefined.
#[inline(always)]
pub fn real<N: Number>(f: RealFn, a: &Bounded<N>) -> (Bounded<N>, Mask) {
    let none: Mask = 0;
    match f {
        RealFn::Abs => (Bounded { value: a.value.abs(), error: a.error.clone() }, none),
        RealFn::Sqrt => sqrt(a),
        RealFn::Floor => (floor(a), none),
        RealFn::Ceil => {
            let down = floor(&Bounded { value: a.value.neg(), error: a.error.clone() });
            (Bounded { value: down.value.neg(), error: down.error }, none)
        }
        _ => elementary(f, a),
    }
}

#[inline(always)]
fn floor<N: Number>(a: &Bounded<N>) -> Bounded<N> {
    let value = a.value.floor();
    if !N::TRACKED {
        return zero_error(value);
    }
    // Exact if the whole interval around `a` has one floor.
    let low = a.value.sub(&a.error);
    let high = a.value.add(&a.error);
    let exact = a.error.eq(&N::zero()) | (value.lt(&low) & high.lt(&value.add(&N::one())));
    // Else floors are no further apart than the numbers and one more; the factor covers the sum's rounding.
    let jump = a.error.add(&N::one()).mul(&N::from_f64(1.0 + 1e-12));
    Bounded { value, error: unknown_where(!a.value.finite(), &N::select(exact, &N::zero(), &jump)) }
}

#[inline(always)]
fn elementary<N: Number>(f: RealFn, a: &Bounded<N>) -> (Bounded<N>, Mask) {
    let one = N::one();
    let size = a.value.abs();
    let undefined = match f {
        RealFn::Log => a.value.add(&a.error).lt(&N::zero()) | (a.value.eq(&N::zero()) & a.error.eq(&N::zero())),
        RealFn::Asin | RealFn::Acos => one.lt(&size.sub(&a.error)),
        _ => 0,
    };
    let (value, ulps) = N::elementary(f, &a.value);
    if !N::TRACKED {
        return (zero_error(value), undefined);
    }
    let e = &a.error;
    let exact = e.eq(&N::zero());
    let small = e.le(&one);
    let own = value.abs().mul(&N::from_f64(ulps * UNIT)).add(&N::lost(UNDERFLOW));
    // How far the argument's error carries, by the mean value theorem; where it cannot be said, not finite.
    let (carried, safe) = match f {
        // e^x (e^e - 1) <= 2 e e^x for e <= 1
        RealFn::Exp => (value.abs().mul(e).mul(&N::from_f64(2.0)), small),
        RealFn::Log => (e.div(&a.value.sub(e)), e.lt(&a.value)),
        RealFn::Sin | RealFn::Cos | RealFn::Atan => (e.clone(), !0),
        RealFn::Tan => {
            // (1 + tan²) doubles at most while e (1 + tan²) <= 1/8.
            let slope = value.mul_add(&value, &one);
            (slope.mul(e).mul(&N::from_f64(2.0)), slope.mul(e).le(&N::from_f64(0.125)))
        }
        RealFn::Asin | RealFn::Acos => {
            // Rounded away from the centre; `1 - reach` is then exact, or far from zero.
            let reach = size.add(e).mul(&N::from_f64(1.0 + 8.0 * UNIT));
            let inside = one.sub(&reach).mul(&one.add(&reach));
            (e.div(&inside.max(&N::lost(1e-300)).sqrt()).mul(&N::from_f64(1.0 + 1e-6)), N::zero().lt(&inside))
        }
        RealFn::Abs | RealFn::Sqrt | RealFn::Floor | RealFn::Ceil => (e.clone(), !0),
    };
    let domain = match f {
        RealFn::Asin | RealFn::Acos => size.le(&one),
        _ => !0,
    };
    let error = own.add(&N::select(exact, &N::zero(), &carried));
    // exp(0), log(1), and the zeros of the odd functions are exact.
    let given = exact
        & match f {
            RealFn::Exp => a.value.eq(&N::zero()) & value.eq(&one),
            RealFn::Log => a.value.eq(&one) & value.eq(&N::zero()),
            RealFn::Cos => a.value.eq(&N::zero()) & value.eq(&one),
            _ => a.value.eq(&N::zero()) & value.eq(&N::zero()),
        };
    let error = N::select(given, &N::zero(), &error);
    let known = (exact | safe) & domain & value.finite();
    (Bounded { value, error: unknown_where(!known, &error) }, undefined)
}

/// `a^k` for an integer `k` that all lanes share; undefined where `a` is exactly zero and `k` negative.
#[inline(always)]
pub fn power_uniform<N: Number>(a: &Bounded<N>, k: i64) -> (Bounded<N>, Mask) {
    if k == IntExpr::UNKNOWN {
        return (whole(k), 0);
    }
    let mut result = zero_error(N::one());
    let mut square = a.clone();
    let mut left = k.unsigned_abs();
    let mut first = true;
    while left > 0 {
        if left & 1 == 1 {
            result = if first { square.clone() } else { mul(&result, &square) };
            first = false;
        }
        left >>= 1;
        if left > 0 {
            square = if N::TRACKED { mul(&square, &square) } else { zero_error(square.value.square()) };
        }
    }
    if k == 0 {
        // What is not known may be undefined, and is no one then.
        result.value = forgotten(!a.value.finite(), result.value);
    }
    if k < 0 { div(&zero_error(N::one()), &result) } else { (result, 0) }
}

/// `a^k` for integers `k` that differ by lane (exact numbers up to 2^53).
#[inline(always)]
pub fn power_integer<N: Number>(a: &Bounded<N>, k: &Bounded<N>) -> (Bounded<N>, Mask) {
    let negative = k.value.lt(&N::zero());
    let mut left = k.value.abs();
    let mut result = zero_error(N::one());
    let mut square = a.clone();
    let half = N::from_f64(0.5);
    for _ in 0..54 {
        if left.lt(&half) == !0 {
            break;
        }
        let next = left.mul(&half).floor();
        let odd = !next.add(&next).eq(&left);
        let product = mul(&result, &square);
        result = Bounded {
            value: N::select(odd, &product.value, &result.value),
            error: N::select(odd, &product.error, &result.error),
        };
        square = if N::TRACKED { mul(&square, &square) } else { zero_error(square.value.square()) };
        left = next;
    }
    let (inverse, undefined) = div(&zero_error(N::one()), &result);
    let value = N::select(negative, &inverse.value, &result.value);
    let error = N::select(negative, &inverse.error, &result.error);
    let known = k.error.eq(&N::zero()) & k.value.finite();
    // An enclosure is no exponent, and one that is not used up has not been raised to.
    let known = if N::TRACKED { known } else { known & k.value.eq(&k.value) & left.lt(&half) & a.value.finite() };
    (Bounded { value: forgotten(!known, value), error: unknown_where(!known, &error) }, undefined & negative)
}

/// `a^y` for a real `y`: needs `a >= 0`; `0^0` is 1, `0^y` is 0 for `y > 0` and undefined for `y < 0`.
#[inline(always)]
pub fn power_real<N: Number>(a: &Bounded<N>, y: &Bounded<N>) -> (Bounded<N>, Mask) {
    let zero = N::zero();
    let base_zero = a.value.eq(&zero) & a.error.eq(&zero);
    let negative = a.value.add(&a.error).lt(&zero);
    let exponent_zero = y.value.eq(&zero) & y.error.eq(&zero);
    let undefined = negative | (base_zero & y.value.add(&y.error).lt(&zero));
    let (value, ulps) = N::power(&a.value, &y.value);
    let at_zero = N::select(exponent_zero, &N::one(), &zero);
    let value = N::select(base_zero, &at_zero, &value);
    if !N::TRACKED {
        // What may be negative has a power or not; so has zero, unless the exponent's sign is known.
        let sure = zero.le(&a.value) & (!base_zero | exponent_zero | zero.lt(&y.value));
        return (zero_error(forgotten(!sure, value)), undefined);
    }
    // d ln(a^y) = y da / a + ln a dy, taken at the far ends.
    let left = a.value.sub(&a.error);
    let (log, _) = N::elementary(RealFn::Log, &a.value);
    let relative_base = a.error.div(&left);
    let reach = y.value.abs().add(&y.error);
    let carried = reach.mul(&relative_base).add(&log.abs().mul(&y.error)).mul(&N::from_f64(2.0));
    let small = carried.le(&N::from_f64(0.5));
    let error =
        value.abs().mul(&carried.mul(&N::from_f64(2.0)).add(&N::from_f64(ulps * UNIT))).add(&N::lost(UNDERFLOW));
    let sure = base_zero & (exponent_zero | y.error.lt(&y.value));
    let error = N::select(sure, &zero, &error);
    let known = sure | (zero.lt(&left) & small & value.finite());
    (Bounded { value, error: unknown_where(!known, &error) }, undefined)
}

/// An integer; not known where it is [`IntExpr::UNKNOWN`].
pub fn whole<N: Number>(x: i64) -> Bounded<N> {
    if x == IntExpr::UNKNOWN {
        return Bounded { value: N::from_f64(f64::NAN), error: N::from_f64(f64::INFINITY) };
    }
    if x.unsigned_abs() <= 1 << 53 {
        return zero_error(N::from_f64(x as f64));
    }
    // Both halves are exact; their sum is rounded once.
    let (high, low) = (x >> 32, x & 0xffff_ffff);
    let value = N::from_f64(high as f64).mul_add(&N::from_f64(4_294_967_296.0), &N::from_f64(low as f64));
    let error = if N::TRACKED { value.abs().mul(&N::from_f64(UNIT)) } else { N::zero() };
    Bounded { value, error }
}

/// Margin over unit: zero where both are zero, the margin itself where it is infinite (an empty order), undefined where the unit is
/// not positive.
#[inline(always)]
pub fn ratio<N: Number>(a: &Bounded<N>, b: &Bounded<N>) -> (Bounded<N>, Mask) {
    let zero = N::zero();
    let (q, undefined) = div(a, b);
    // Both within rounding of zero: the margin is zero to within nothing known, and so is left unknown.
    let none = exact_zero(a) & exact_zero(b);
    let empty = a.value.eq(&N::from_f64(f64::INFINITY)) & a.error.eq(&zero);
    let negative = b.value.add(&b.error).lt(&zero);
    let value = N::select(none, &zero, &N::select(empty, &a.value, &q.value));
    let error = N::select(none | empty, &zero, &q.error);
    // What may be zero over zero has a value or not.
    let undefined = if N::TRACKED { undefined } else { undefined & (a.value.lt(&zero) | zero.lt(&a.value)) };
    (Bounded { value, error }, (undefined | negative) & !none & !empty)
}
