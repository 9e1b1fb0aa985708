//! Binary floating point of any length with directed rounding: the one place that meets dashu-float.
//!
//! Every function rounds one way and says so; `None` means that the library gave no finite number (a domain error, an exponent out of
//! its range, an argument so large that it would take for ever). By its documentation each operation is correctly rounded in any
//! mode; the tests hold that against exact rationals and doubled precision.

use dashu_float::round::mode;
use dashu_float::{Context, FBig, FpResult, Repr};
use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A number `m 2^e`.
pub type Float = Repr<2>;

/// Which way a result is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Down,
    Up,
}

/// Exponents beyond this are given up: what has them is no longer a number anyone meant, and shifts by it take memory.
const MOST_EXPONENT: i64 = 1 << 24;

/// Functions of one real that are monotone where they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fun {
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    /// The root of this order of a number that is not negative.
    Root(usize),
}

fn finite<R: dashu_float::round::Round>(answer: FpResult<FBig<R, 2>>) -> Option<Float> {
    sane(answer.ok()?.value().into_repr())
}

/// The number, if its exponent is.
fn sane(x: Float) -> Option<Float> {
    if x.is_infinite() {
        return None;
    }
    let top = i64::try_from(x.exponent()).ok()?.checked_add(i64::try_from(x.significand().bit_len()).ok()?)?;
    (x.significand().is_zero() || top.abs() <= MOST_EXPONENT).then_some(x)
}

/// Calls a function of a context that rounds this way.
macro_rules! directed {
    ($way:expr, $bits:expr, $name:ident ( $($arg:expr),* )) => {
        match $way {
            Way::Down => finite(Context::<mode::Down>::new($bits).$name($($arg),*)),
            Way::Up => finite(Context::<mode::Up>::new($bits).$name($($arg),*)),
        }
    };
}

pub fn zero() -> Float {
    Float::zero()
}

pub fn one() -> Float {
    Float::one()
}

/// `m 2^e`, exactly.
pub fn of_parts(m: IBig, e: isize) -> Float {
    Float::new(m, e)
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
    if b.significand().is_zero() {
        return None;
    }
    directed!(way, bits, div(a, b))
}

/// A function of one real.
pub fn fun(way: Way, bits: usize, f: Fun, x: &Float) -> Option<Float> {
    // Sizes at which the library would reduce an argument for ever.
    let size = i64::try_from(x.exponent()).ok()? + i64::try_from(x.significand().bit_len()).ok()?;
    match f {
        Fun::Sqrt => directed!(way, bits, sqrt(x)),
        Fun::Exp if size <= 24 => directed!(way, bits, exp(x, None)),
        Fun::Log if !x.significand().is_zero() => directed!(way, bits, ln(x, None)),
        Fun::Sin if size <= 256 => directed!(way, bits, sin(x, None)),
        Fun::Cos if size <= 256 => directed!(way, bits, cos(x, None)),
        Fun::Tan if size <= 256 => directed!(way, bits, tan(x, None)),
        Fun::Asin => directed!(way, bits, asin(x, None)),
        Fun::Acos => directed!(way, bits, acos(x, None)),
        Fun::Atan => directed!(way, bits, atan(x, None)),
        Fun::Root(n) if n >= 1 => directed!(way, bits, nth_root(n, x)),
        _ => None,
    }
}

pub fn pi(way: Way, bits: usize) -> Option<Float> {
    match way {
        Way::Down => sane(Context::<mode::Down>::new(bits).pi::<2>(None).value().into_repr()),
        Way::Up => sane(Context::<mode::Up>::new(bits).pi::<2>(None).value().into_repr()),
    }
}

/// A rational, rounded.
pub fn of_rational(way: Way, bits: usize, x: &RBig) -> Option<Float> {
    let numerator = Float::new(x.numerator().clone(), 0);
    let denominator = Float::new(IBig::from(x.denominator().clone()), 0);
    div(way, bits, &numerator, &denominator)
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

pub fn is_negative(x: &Float) -> bool {
    *x.significand() < IBig::ZERO
}

pub fn is_zero(x: &Float) -> bool {
    x.significand().is_zero()
}

pub fn neg(x: &Float) -> Float {
    if is_zero(x) { zero() } else { Float::new(-x.significand().clone(), x.exponent()) }
}

/// The exponent of the leading bit: `2^k <= |x| < 2^(k+1)`.
pub fn exponent(x: &Float) -> Option<i64> {
    if is_zero(x) {
        return None;
    }
    Some(i64::try_from(x.exponent()).ok()? + i64::try_from(x.significand().bit_len()).ok()? - 1)
}

/// `x 2^k`
pub fn scaled(x: &Float, k: i64) -> Option<Float> {
    if is_zero(x) {
        return Some(zero());
    }
    sane(Float::new(x.significand().clone(), x.exponent().checked_add(isize::try_from(k).ok()?)?))
}

/// The greatest integer not above.
pub fn floor(x: &Float) -> Option<IBig> {
    let e = x.exponent();
    if e >= 0 {
        Some(x.significand().clone() << e.unsigned_abs())
    } else {
        Some(x.significand().clone() >> e.unsigned_abs())
    }
}
