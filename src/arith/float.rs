//! Binary floating point of any precision, rounded down or up: the ends of an enclosure. The one place that meets dashu-float.
//!
//! Sums, products, quotients and roots are rounded the way that is asked for, at the precision given with the call. Of `exp`, `ln`
//! and the trigonometric functions less is believed than is promised: they are computed once, with `GUARD` more bits, taken as
//! right within `DOUBT` units in the last of these, and then rounded outwards.
//!
//! A number is `m 2^e` of magnitude between `2^-LIMIT` and `2^LIMIT`. What grows beyond is not known (`None`); what vanishes is zero on
//! one side and the least magnitude on the other. So the work is bounded by the precision and [`LIMIT`], whatever the numbers.
//! What is not here: functions of a range of arguments (`ball`, `ball_real`).

use super::number::RealFn;
use dashu_float::round::mode;
use dashu_float::{Context, FBig, FpError, Repr};
use dashu_int::ops::{BitTest, PowerOfTwo};
use dashu_int::{IBig, Sign, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;

/// A number `m 2^e`, `m` odd or zero.
pub type Float = Repr<2>;

/// Which way a result is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Down,
    Up,
}

use Way::{Down, Up};

/// Magnitudes lie between `2^-LIMIT` and `2^LIMIT`, about `10^±315000`; more would make a rational of one too long to be used.
pub const LIMIT: isize = 1 << 20;

/// Bits that a function is computed with beyond those that are asked for.
const GUARD: usize = 32;

/// Units in the last of those bits that a function may be off by. Its library promises half of one.
const DOUBT: u32 = 256;

/// Arguments of trigonometric functions are below `2^MOST_TURNS`; beyond, reducing them would need as many digits of π.
pub const MOST_TURNS: isize = 4096;

pub fn zero() -> Float {
    Float::zero()
}

pub fn one() -> Float {
    Float::one()
}

/// `m 2^e`, exactly.
pub fn of_parts(m: IBig, e: isize) -> Float {
    if m.is_zero() { zero() } else { Float::new(m, e) }
}

pub fn is_zero(x: &Float) -> bool {
    x.significand().is_zero()
}

pub fn is_negative(x: &Float) -> bool {
    *x.significand() < IBig::ZERO
}

fn sign(x: &Float) -> i8 {
    i8::from(*x.significand() > IBig::ZERO) - i8::from(is_negative(x))
}

pub fn neg(x: &Float) -> Float {
    of_parts(-x.significand(), x.exponent())
}

/// `2^(k-1) <= |x| < 2^k`; zero counts as the least.
pub fn magnitude(x: &Float) -> isize {
    if is_zero(x) { isize::MIN } else { x.exponent().saturating_add(bit_len(x.significand()) as isize) }
}

fn bit_len(x: &IBig) -> usize {
    x.bit_len()
}

/// The exponent of the leading bit: `2^k <= |x| < 2^(k+1)`.
pub fn exponent(x: &Float) -> Option<i64> {
    if is_zero(x) { None } else { i64::try_from(magnitude(x) - 1).ok() }
}

/// The order of two numbers; nothing is shifted unless they are of one size.
pub fn compare(a: &Float, b: &Float) -> Ordering {
    let by_sign = sign(a).cmp(&sign(b));
    if by_sign != Ordering::Equal || is_zero(a) {
        return by_sign;
    }
    let by_size = magnitude(a).cmp(&magnitude(b));
    if by_size != Ordering::Equal {
        return if is_negative(a) { by_size.reverse() } else { by_size };
    }
    let shift = a.exponent() - b.exponent();
    let places = shift.unsigned_abs();
    if shift >= 0 {
        (a.significand() << places).cmp(b.significand())
    } else {
        a.significand().cmp(&(b.significand() << places))
    }
}

/// The order of a rational and a float, whatever their sizes.
pub fn compare_rational(x: &RBig, y: &Float) -> Ordering {
    let (p, q) = (x.numerator(), x.denominator());
    let sign_x = i8::from(*p > IBig::ZERO) - i8::from(*p < IBig::ZERO);
    let by_sign = sign_x.cmp(&sign(y));
    if by_sign != Ordering::Equal || sign_x == 0 {
        return by_sign;
    }
    // 2^(k-1) < |x| < 2^(k+1)
    let (k, size) = (bit_len(p) as isize - q.bit_len() as isize, magnitude(y));
    if k + 1 < size || k > size {
        let by_size = k.cmp(&size);
        return if sign_x < 0 { by_size.reverse() } else { by_size };
    }
    // Of one size, so the shift is no longer than the numbers are.
    let right = y.significand() * IBig::from(q.clone());
    let places = y.exponent().unsigned_abs();
    if y.exponent() >= 0 { p.cmp(&(right << places)) } else { (p << places).cmp(&right) }
}

pub fn min(a: Float, b: Float) -> Float {
    if compare(&b, &a).is_lt() { b } else { a }
}

pub fn max(a: Float, b: Float) -> Float {
    if compare(&b, &a).is_gt() { b } else { a }
}

/// A bound within the limits.
fn sane(way: Way, x: Float) -> Option<Float> {
    if is_zero(&x) {
        // Infinities have no digits either.
        return (!x.is_infinite()).then(zero);
    }
    match magnitude(&x) {
        size if size > LIMIT => None,
        size if size < -LIMIT => Some(vanishing(way, is_negative(&x))),
        _ => Some(x),
    }
}

/// A bound of what is too small for the limits: zero, or the least magnitude.
fn vanishing(way: Way, negative: bool) -> Float {
    match (way, negative) {
        (Down, true) => of_parts(IBig::NEG_ONE, -LIMIT),
        (Up, false) => of_parts(IBig::ONE, -LIMIT),
        (Down, false) | (Up, true) => zero(),
    }
}

fn settled(way: Way, result: Result<Float, FpError>) -> Option<Float> {
    match result {
        Ok(x) => sane(way, x),
        Err(FpError::Underflow(sign)) => Some(vanishing(way, sign == Sign::Negative)),
        Err(_) => None,
    }
}

/// Calls a function of a context that rounds this way.
macro_rules! directed {
    ($way:expr, $bits:expr, $name:ident ( $($arg:expr),* )) => {
        match $way {
            Down => settled(Down, Context::<mode::Down>::new($bits).$name($($arg),*).map(|x| x.value().into_repr())),
            Up => settled(Up, Context::<mode::Up>::new($bits).$name($($arg),*).map(|x| x.value().into_repr())),
        }
    };
}

pub fn add(way: Way, bits: usize, a: &Float, b: &Float) -> Option<Float> {
    directed!(way, bits, add(a, b))
}

pub fn sub(way: Way, bits: usize, a: &Float, b: &Float) -> Option<Float> {
    directed!(way, bits, sub(a, b))
}

pub fn mul(way: Way, bits: usize, a: &Float, b: &Float) -> Option<Float> {
    directed!(way, bits, mul(a, b))
}

pub fn div(way: Way, bits: usize, a: &Float, b: &Float) -> Option<Float> {
    if is_zero(b) {
        return None;
    }
    directed!(way, bits, div(a, b))
}

/// The `n`-th root of what is not negative.
pub fn root(way: Way, bits: usize, n: usize, x: &Float) -> Option<Float> {
    match n {
        0 => None,
        _ if is_negative(x) => None,
        _ if is_zero(x) => Some(zero()),
        2 => directed!(way, bits, sqrt(x)),
        _ => directed!(way, bits, nth_root(n, x)),
    }
}

/// `x^k` for `x >= 0`, by squaring; every step is rounded this way.
pub fn power(way: Way, bits: usize, x: &Float, k: u64) -> Option<Float> {
    let (mut result, mut square, mut left) = (one(), x.clone(), k);
    while left > 0 {
        if left & 1 == 1 {
            result = mul(way, bits, &result, &square)?;
        }
        left >>= 1;
        if left > 0 {
            square = mul(way, bits, &square, &square)?;
        }
    }
    Some(result)
}

/// `m / 2^k`, to an integer.
fn shifted(way: Way, m: &IBig, k: usize) -> IBig {
    // Shifting a negative integer rounds down.
    match way {
        Down => m >> k,
        Up => -(-m >> k),
    }
}

/// The same with at most `bits` bits.
pub fn round(way: Way, bits: usize, x: &Float) -> Option<Float> {
    let excess = bit_len(x.significand()).saturating_sub(bits);
    if excess == 0 {
        return Some(x.clone());
    }
    sane(way, of_parts(shifted(way, x.significand(), excess), x.exponent().saturating_add(excess as isize)))
}

/// A rational, rounded.
pub fn of_rational(way: Way, bits: usize, x: &RBig) -> Option<Float> {
    let (p, q) = (x.numerator(), x.denominator());
    if p.is_zero() {
        return Some(zero());
    }
    if q.is_power_of_two() {
        let places = q.bit_len() as isize - 1;
        return round(way, bits, &of_parts(p.clone(), -places));
    }
    // The quotient then has `bits` bits, or one more.
    let shift = bits as isize + q.bit_len() as isize - bit_len(p) as isize;
    let places = shift.unsigned_abs();
    let (p, q) =
        if shift >= 0 { (p << places, IBig::from(q.clone())) } else { (p.clone(), IBig::from(q.clone()) << places) };
    let floor = |p: &IBig| {
        let quotient = p / &q;
        if &quotient * &q > *p { quotient - IBig::ONE } else { quotient }
    };
    let quotient = if way == Down { floor(&p) } else { -floor(&-p) };
    round(way, bits, &of_parts(quotient, -shift))
}

/// As a rational, exactly.
pub fn to_rational(x: &Float) -> RBig {
    let (m, e) = (x.significand().clone(), x.exponent());
    let shift = e.unsigned_abs();
    if m.is_zero() {
        RBig::ZERO
    } else if e >= 0 {
        RBig::from(m << shift)
    } else {
        RBig::from_parts(m, UBig::ONE << shift)
    }
}

/// Bits of numerator and denominator of [`to_rational`] together.
pub fn rational_bits(x: &Float) -> usize {
    if is_zero(x) { 1 } else { bit_len(x.significand()) + x.exponent().unsigned_abs() + 1 }
}

/// The nearest `f64`; infinite beyond its range.
pub fn to_f64(x: &Float) -> f64 {
    match magnitude(x) {
        1025.. if is_negative(x) => f64::NEG_INFINITY,
        1025.. => f64::INFINITY,
        ..-1080 => 0.0,
        _ => x.to_f64().value(),
    }
}

/// `x 2^k`
pub fn scaled(x: &Float, k: i64) -> Option<Float> {
    let e = x.exponent().checked_add(isize::try_from(k).ok()?)?;
    let scaled = of_parts(x.significand().clone(), e);
    (is_zero(&scaled) || magnitude(&scaled).abs() <= LIMIT).then_some(scaled)
}

/// The greatest integer not above.
pub fn floor(x: &Float) -> IBig {
    let (m, e) = (x.significand(), x.exponent());
    if is_zero(x) {
        IBig::ZERO
    } else if e >= 0 {
        m << e.unsigned_abs()
    } else if magnitude(x) <= 0 {
        if is_negative(x) { IBig::NEG_ONE } else { IBig::ZERO }
    } else {
        m >> e.unsigned_abs()
    }
}

/// Bounds of a transcendental function's value; `None` where it has none, or too great a one.
pub fn function(f: RealFn, bits: usize, x: &Float) -> Option<(Float, Float)> {
    let size = magnitude(x);
    match f {
        RealFn::Log | RealFn::Abs | RealFn::Sqrt | RealFn::Floor | RealFn::Ceil => {}
        // So small that only the first terms of the series show.
        _ if size < -(bits as isize) => return near_zero(f, bits, x),
        RealFn::Sin | RealFn::Cos | RealFn::Tan if size > MOST_TURNS => return None,
        RealFn::Exp if size > 21 => return is_negative(x).then(|| (zero(), vanishing(Up, false))),
        _ => {}
    }
    let context = Context::<mode::HalfEven>::new(bits + GUARD);
    let value = match f {
        RealFn::Exp => context.exp(x, None),
        RealFn::Log if sign(x) > 0 => context.ln(x, None),
        RealFn::Sin => context.sin(x, None),
        RealFn::Cos => context.cos(x, None),
        RealFn::Tan => context.tan(x, None),
        RealFn::Asin => context.asin(x, None),
        RealFn::Acos => context.acos(x, None),
        RealFn::Atan => context.atan(x, None),
        RealFn::Log | RealFn::Abs | RealFn::Sqrt | RealFn::Floor | RealFn::Ceil => return None,
    };
    doubted(bits, value.ok()?.value())
}

/// `π` on both sides.
pub fn pi(bits: usize) -> Option<(Float, Float)> {
    doubted(bits, Context::<mode::HalfEven>::new(bits + GUARD).pi::<2>(None).value())
}

/// A value that was computed with `GUARD` more bits, with `DOUBT`, rounded outwards.
fn doubted(bits: usize, value: FBig<mode::HalfEven, 2>) -> Option<(Float, Float)> {
    let value = value.into_repr();
    if is_zero(&value) {
        // ln 1 and acos 1, which are exact; all other zeros are near zero.
        return (!value.is_infinite()).then(|| (zero(), zero()));
    }
    let doubt = of_parts(IBig::from(DOUBT), magnitude(&value).checked_sub_unsigned(bits + GUARD)?);
    Some((sub(Down, bits, &value, &doubt)?, add(Up, bits, &value, &doubt)?))
}

/// Functions at `x` with `|x| < 2^-bits`, `bits` at least 1: less than `x²` from the first terms of their series.
fn near_zero(f: RealFn, bits: usize, x: &Float) -> Option<(Float, Float)> {
    let square = mul(Up, bits, x, x)?;
    let around = |y: &Float| Some((sub(Down, bits, y, &square)?, add(Up, bits, y, &square)?));
    let one = one();
    match f {
        _ if is_zero(x) && !matches!(f, RealFn::Exp | RealFn::Cos | RealFn::Acos) => Some((zero(), zero())),
        // |f(x) - x| < |x|³
        RealFn::Sin | RealFn::Tan | RealFn::Asin | RealFn::Atan => around(x),
        // |e^x - 1 - x| < x²
        RealFn::Exp => {
            let (lo, hi) = around(x)?;
            Some((add(Down, bits, &one, &lo)?, add(Up, bits, &one, &hi)?))
        }
        // 1 - x² <= cos x <= 1
        RealFn::Cos => Some((sub(Down, bits, &one, &square)?, one)),
        RealFn::Acos => {
            let (lo, hi) = pi(bits + GUARD)?;
            let (least, most) = around(x)?;
            Some((sub(Down, bits, &scaled(&lo, -1)?, &most)?, sub(Up, bits, &scaled(&hi, -1)?, &least)?))
        }
        RealFn::Log | RealFn::Abs | RealFn::Sqrt | RealFn::Floor | RealFn::Ceil => None,
    }
}
