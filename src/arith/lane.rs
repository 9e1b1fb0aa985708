//! Eight `f64` lanes as one value: the number that the fast tier computes with.
//!
//! Eight *logical* lanes on every machine. A back end only decides how many registers they take; every operation here is
//! correctly rounded IEEE 754 arithmetic (or a compare, a select, a bit operation), so all back ends give the same bits.
//! Nothing here reduces across lanes: a lane never sees its neighbours.
//!
//! A generic kernel is written `#[inline(always)]` over [`Lane8`] and entered through [`dispatch`], which wraps it in a
//! function with the back end's `#[target_feature]`s. Reference for the design: measured in the project's performance notes;
//! autovectorised arrays were up to 22 times slower.

pub use super::backend::dispatch;

use super::dense;
use super::number::UNIT;
use dashu_ratio::RBig;

/// A piece of work on numbers of one kind that is compiled once, out of line, with that kind's instruction set (see
/// [`Lane8::enter`]). `run` must be `#[inline(always)]`, with everything it calls that is not entered in turn.
pub trait Kernel<N> {
    type Out;
    fn run(self) -> Self::Out;
}

/// One bit per lane, lane 0 lowest.
pub type Mask = u8;

/// Every lane set.
pub const ALL: Mask = 0xff;

/// Eight `f64` lanes.
///
/// `max`/`min` follow compare-and-select (`if a > b {a} else {b}`), so a NaN in either operand yields `b` on every back end.
/// Comparisons are IEEE: false where an operand is NaN.
pub trait Lane8: Copy + Send + Sync + 'static {
    /// Whether a plan carries bounds on rounding beside values of these lanes.
    const TRACKED: bool = true;
    /// Whether results below the normal range of `f64` lose digits.
    const UNDERFLOWS: bool = true;

    /// Calls a kernel as a function of its own with this back end's instruction set. Large kernels go through here, or each
    /// place that uses one would get a copy of it.
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out;
    fn splat(x: f64) -> Self;
    fn load(x: &[f64; 8]) -> Self;
    fn store(self, out: &mut [f64; 8]);
    /// Asks for numbers that will be read soon; without effect on any result.
    #[inline(always)]
    fn prefetch(_: &[f64; 8]) {}
    /// The nearest number to a rational, in every lane, and a bound on the distance.
    fn nearest(x: &RBig) -> (Self, Self) {
        let value = x.to_f64().value();
        let exact = RBig::try_from(value).is_ok_and(|back| back == *x);
        // Half an ulp, and the least subnormal where the value is below the normal range.
        let error = if exact { 0.0 } else { value.abs() * UNIT + f64::from_bits(1) };
        (Self::splat(value), Self::splat(error))
    }
    /// `x`, a guard against what underflow takes, where there is underflow; else 0.
    #[inline(always)]
    fn lost(x: f64) -> Self {
        if Self::UNDERFLOWS { Self::splat(x) } else { Self::zero() }
    }
    fn add(self, b: Self) -> Self;
    fn sub(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
    fn div(self, b: Self) -> Self;
    fn sqrt(self) -> Self;
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    /// `self * b + c`, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `c - self * b`, rounded once.
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    fn max(self, b: Self) -> Self;
    fn min(self, b: Self) -> Self;
    /// Round toward minus infinity.
    fn floor(self) -> Self;
    /// Round to nearest integer, ties to even.
    fn round_even(self) -> Self;
    fn lt(self, b: Self) -> Mask;
    fn le(self, b: Self) -> Mask;
    fn eq(self, b: Self) -> Mask;
    /// Lanes of `a` where the mask is set, of `b` elsewhere.
    fn select(mask: Mask, a: Self, b: Self) -> Self;
    /// `2^k` for lanes holding integers `k` in `-1022..=1023` (others: unspecified bits, but the same on every back end).
    fn exp2i(self) -> Self;
    /// For finite normal `x > 0`: `(m, e)` with `x = m * 2^e`, `m` in `[1, 2)`, `e` an integer as `f64`.
    fn split_exponent(self) -> (Self, Self);
    /// `out = a b` with `a` `m` by `k` and `b` `k` by `n`, row-major; the shape is `[m, k, n]`. Entries are summed in increasing order of the inner index,
    /// each term by one [`Self::mul_add`].
    #[inline(always)]
    fn product(a: &[Self], b: &[Self], out: &mut [Self], shape: [usize; 3]) {
        Self::enter(Product { a, b, out, shape });
    }
    /// Lanes that are finite.
    #[inline(always)]
    fn finite(self) -> Mask {
        self.abs().lt(Self::splat(f64::INFINITY))
    }
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    #[inline(always)]
    fn one() -> Self {
        Self::splat(1.0)
    }
    #[inline(always)]
    fn to_array(self) -> [f64; 8] {
        let mut a = [0.0; 8];
        self.store(&mut a);
        a
    }
}

struct Product<'a, V> {
    a: &'a [V],
    b: &'a [V],
    out: &'a mut [V],
    shape: [usize; 3],
}

impl<V: Lane8> Kernel<V> for Product<'_, V> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let [m, k, n] = self.shape;
        dense::matmul(self.a, self.b, self.out, m, k, n);
    }
}

/// How the eight lanes are held. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// One 512-bit register.
    Avx512,
    /// Two 256-bit registers with FMA.
    Avx2,
    /// Four 128-bit registers (AArch64). Same bits by design; not exercised on the machines this is tested on.
    Neon,
    /// Eight scalars, hardware FMA where there is one.
    Scalar,
}

/// Work that is generic over the lanes. `run` must be `#[inline(always)]`, with everything it calls.
pub trait Job {
    type Out;
    fn run<V: Lane8>(self) -> Self::Out;
}
