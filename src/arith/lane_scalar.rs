//! Eight lanes as eight scalars: the back end that runs everywhere and the one the others are held against.
//!
//! Plain `f64` operations, and [`f64::mul_add`] for the fused ones. Where the processor has no fused multiply-add the
//! compiler calls a software routine: slow, but the same bits, which is what an oracle is for. Every method is spelled as
//! a loop over the lanes with the definition in [`Lane8`] as its body; read this file to know what an operation *means*.
//!
//! Operations are functions of their own, not inlined: eight scalars inlined into the interpreter took 143 of the 170 seconds
//! that the compiler spent on the whole crate.

use super::lane::{Kernel, Lane8, Mask};

/// Eight scalars.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Scalar8([f64; 8]);

/// `1.5 * 2^52 + 1023`: adding it to a small integer leaves the integer plus the exponent bias in the low bits.
pub(super) const EXP2I_MAGIC: f64 = 6_755_399_441_055_744.0 + 1023.0;
/// The bits of `2^52`; or-ing an integer below `2^52` into them gives the float `2^52 + integer`.
pub(super) const TWO52_BITS: u64 = 0x4330_0000_0000_0000;
/// `2^52 + 1023`, what [`TWO52_BITS`] and the exponent bias add.
pub(super) const TWO52_BIAS: f64 = 4_503_599_627_370_496.0 + 1023.0;
/// The 52 bits below the exponent.
pub(super) const FRACTION_BITS: u64 = 0x000f_ffff_ffff_ffff;
/// The bits of `1.0`.
pub(super) const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;

impl Scalar8 {
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self.0;
        for x in &mut out {
            *x = f(*x);
        }
        Self(out)
    }

    #[inline(always)]
    fn zip(self, b: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self.0;
        for (x, y) in out.iter_mut().zip(b.0) {
            *x = f(*x, y);
        }
        Self(out)
    }

    #[inline(always)]
    fn test(self, b: Self, f: impl Fn(f64, f64) -> bool) -> Mask {
        let mut mask = 0;
        for (i, (x, y)) in self.0.into_iter().zip(b.0).enumerate() {
            mask |= Mask::from(f(x, y)) << i;
        }
        mask
    }
}

/// `a * b + c` lane by lane, rounded once.
#[inline(always)]
fn fused_lanes(a: Scalar8, b: Scalar8, c: Scalar8) -> Scalar8 {
    let mut out = a.0;
    for ((x, y), z) in out.iter_mut().zip(b.0).zip(c.0) {
        *x = x.mul_add(y, z);
    }
    Scalar8(out)
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "fma")]
fn fused(a: Scalar8, b: Scalar8, c: Scalar8) -> Scalar8 {
    fused_lanes(a, b, c)
}

#[inline(never)]
fn fused_by_library(a: Scalar8, b: Scalar8, c: Scalar8) -> Scalar8 {
    fused_lanes(a, b, c)
}

impl Lane8 for Scalar8 {
    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        #[inline(never)]
        fn entered<K: Kernel<Scalar8>>(kernel: K) -> K::Out {
            kernel.run()
        }
        entered(kernel)
    }

    #[inline(never)]
    fn splat(x: f64) -> Self {
        Self([x; 8])
    }
    #[inline(never)]
    fn load(x: &[f64; 8]) -> Self {
        Self(*x)
    }
    #[inline(never)]
    fn store(self, out: &mut [f64; 8]) {
        *out = self.0;
    }
    #[inline(never)]
    fn add(self, b: Self) -> Self {
        self.zip(b, |x, y| x + y)
    }
    #[inline(never)]
    fn sub(self, b: Self) -> Self {
        self.zip(b, |x, y| x - y)
    }
    #[inline(never)]
    fn mul(self, b: Self) -> Self {
        self.zip(b, |x, y| x * y)
    }
    #[inline(never)]
    fn div(self, b: Self) -> Self {
        self.zip(b, |x, y| x / y)
    }
    #[inline(never)]
    fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
    #[inline(never)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
    #[inline(never)]
    fn abs(self) -> Self {
        self.map(f64::abs)
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("fma") {
            // SAFETY: the feature was just detected.
            return unsafe { fused(self, b, c) };
        }
        fused_by_library(self, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        self.neg().mul_add(b, c)
    }
    #[inline(never)]
    fn max(self, b: Self) -> Self {
        self.zip(b, |x, y| if x > y { x } else { y })
    }
    #[inline(never)]
    fn min(self, b: Self) -> Self {
        self.zip(b, |x, y| if x < y { x } else { y })
    }
    #[inline(never)]
    fn floor(self) -> Self {
        self.map(f64::floor)
    }
    #[inline(never)]
    fn round_even(self) -> Self {
        self.map(f64::round_ties_even)
    }
    #[inline(never)]
    fn lt(self, b: Self) -> Mask {
        self.test(b, |x, y| x < y)
    }
    #[inline(never)]
    fn le(self, b: Self) -> Mask {
        self.test(b, |x, y| x <= y)
    }
    #[inline(never)]
    fn eq(self, b: Self) -> Mask {
        self.test(b, |x, y| x == y)
    }
    #[inline(never)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        let mut out = b.0;
        for (i, (x, y)) in out.iter_mut().zip(a.0).enumerate() {
            *x = if mask >> i & 1 == 1 { y } else { *x };
        }
        Self(out)
    }
    #[inline(never)]
    fn exp2i(self) -> Self {
        self.map(|x| f64::from_bits((x + EXP2I_MAGIC).to_bits() << 52))
    }
    #[inline(never)]
    fn split_exponent(self) -> (Self, Self) {
        let m = self.map(|x| f64::from_bits(x.to_bits() & FRACTION_BITS | ONE_BITS));
        let e = self.map(|x| f64::from_bits(x.to_bits() >> 52 | TWO52_BITS) - TWO52_BIAS);
        (m, e)
    }
}
