//! Eight lanes in four 128-bit registers (AArch64). Definitions of the operations: [`super::lane::Lane8`].
//!
//! NEON is part of the AArch64 baseline. Its own maximum and minimum treat NaN and zeros in another way than the trait
//! defines, so they are spelled as compare and select.
//!
//! # Why the `unsafe` here is sound
//!
//! Each block calls an intrinsic that needs NEON (loads and stores also take a reference to exactly eight `f64`s). The
//! type is private to `arith`, and the only code that names it is [`super::dispatch`], which detects the feature first.

use core::arch::aarch64::*;

use super::lane::{Kernel, Lane8, Mask};
use super::lane_scalar::{EXP2I_MAGIC, FRACTION_BITS, ONE_BITS, TWO52_BIAS, TWO52_BITS};

/// Lanes 0-1, 2-3, 4-5 and 6-7.
#[derive(Clone, Copy)]
pub(super) struct Neon([float64x2_t; 4]);

/// Calls intrinsics; see the module's note for why that is sound.
macro_rules! simd {
    ($e:expr) => {
        // SAFETY: NEON was detected before the first value of this type was made (module documentation).
        unsafe { $e }
    };
}

/// All four registers through one intrinsic.
macro_rules! quarters {
    ($f:expr, $($x:expr),+) => {
        simd!(Neon([$f($($x.0[0]),+), $f($($x.0[1]),+), $f($($x.0[2]),+), $f($($x.0[3]),+)]))
    };
}

/// Four full-width comparison results.
macro_rules! quarters_u {
    ($f:expr, $a:expr, $b:expr) => {
        simd!([$f($a.0[0], $b.0[0]), $f($a.0[1], $b.0[1]), $f($a.0[2], $b.0[2]), $f($a.0[3], $b.0[3])])
    };
}
/// The two bits of one comparison result.
#[inline(always)]
fn bits(x: uint64x2_t) -> Mask {
    simd!((vgetq_lane_u64::<0>(x) & 1 | vgetq_lane_u64::<1>(x) & 2) as Mask)
}

/// Gathers a comparison's four registers into one mask.
macro_rules! mask {
    ($f:expr, $a:expr, $b:expr) => {
        simd!({
            bits($f($a.0[0], $b.0[0]))
                | bits($f($a.0[1], $b.0[1])) << 2
                | bits($f($a.0[2], $b.0[2])) << 4
                | bits($f($a.0[3], $b.0[3])) << 6
        })
    };
}

/// The two lanes of register `q` as a full-width mask.
#[inline(always)]
fn spread(mask: Mask, q: usize) -> uint64x2_t {
    let pair = u64::from(mask >> (2 * q) & 3);
    let low = 0u64.wrapping_sub(pair & 1);
    let high = 0u64.wrapping_sub(pair >> 1);
    simd!(vsetq_lane_u64::<1>(high, vdupq_n_u64(low)))
}

impl Lane8 for Neon {
    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        // NEON is part of the base instruction set of AArch64.
        #[inline(never)]
        fn entered<K: Kernel<Neon>>(kernel: K) -> K::Out {
            kernel.run()
        }
        entered(kernel)
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self([simd!(vdupq_n_f64(x)); 4])
    }
    #[inline(always)]
    fn load(x: &[f64; 8]) -> Self {
        let p = x.as_ptr();
        simd!(Self([vld1q_f64(p), vld1q_f64(p.add(2)), vld1q_f64(p.add(4)), vld1q_f64(p.add(6))]))
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; 8]) {
        let p = out.as_mut_ptr();
        simd!({
            vst1q_f64(p, self.0[0]);
            vst1q_f64(p.add(2), self.0[1]);
            vst1q_f64(p.add(4), self.0[2]);
            vst1q_f64(p.add(6), self.0[3]);
        });
    }
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        quarters!(vaddq_f64, self, b)
    }
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        quarters!(vsubq_f64, self, b)
    }
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        quarters!(vmulq_f64, self, b)
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        quarters!(vdivq_f64, self, b)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        quarters!(vsqrtq_f64, self)
    }
    #[inline(always)]
    fn neg(self) -> Self {
        quarters!(vnegq_f64, self)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        quarters!(vabsq_f64, self)
    }
    // `vfmaq_f64(c, a, b)` is `c + a * b` and `vfmsq_f64(c, a, b)` is `c - a * b`, each rounded once.
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        quarters!(vfmaq_f64, c, self, b)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        quarters!(vfmsq_f64, c, self, b)
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        let greater = quarters_u!(vcgtq_f64, self, b);
        Self::blend(greater, self, b)
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        let less = quarters_u!(vcltq_f64, self, b);
        Self::blend(less, self, b)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        quarters!(vrndmq_f64, self)
    }
    #[inline(always)]
    fn round_even(self) -> Self {
        quarters!(vrndnq_f64, self)
    }
    #[inline(always)]
    fn lt(self, b: Self) -> Mask {
        mask!(vcltq_f64, self, b)
    }
    #[inline(always)]
    fn le(self, b: Self) -> Mask {
        mask!(vcleq_f64, self, b)
    }
    #[inline(always)]
    fn eq(self, b: Self) -> Mask {
        mask!(vceqq_f64, self, b)
    }
    #[inline(always)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        Self::blend([spread(mask, 0), spread(mask, 1), spread(mask, 2), spread(mask, 3)], a, b)
    }
    #[inline(always)]
    fn exp2i(self) -> Self {
        let shifted = self.add(Self::splat(EXP2I_MAGIC));
        quarters!(|x| vreinterpretq_f64_u64(vshlq_n_u64::<52>(vreinterpretq_u64_f64(x))), shifted)
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let m = quarters!(
            |x| vreinterpretq_f64_u64(vorrq_u64(
                vandq_u64(vreinterpretq_u64_f64(x), vdupq_n_u64(FRACTION_BITS)),
                vdupq_n_u64(ONE_BITS)
            )),
            self
        );
        let e = quarters!(
            |x| vreinterpretq_f64_u64(vorrq_u64(vshrq_n_u64::<52>(vreinterpretq_u64_f64(x)), vdupq_n_u64(TWO52_BITS))),
            self
        );
        (m, e.sub(Self::splat(TWO52_BIAS)))
    }
}

impl Neon {
    /// Bits of `a` where `mask` has ones, of `b` elsewhere.
    #[inline(always)]
    fn blend(mask: [uint64x2_t; 4], a: Self, b: Self) -> Self {
        simd!(Self([
            vbslq_f64(mask[0], a.0[0], b.0[0]),
            vbslq_f64(mask[1], a.0[1], b.0[1]),
            vbslq_f64(mask[2], a.0[2], b.0[2]),
            vbslq_f64(mask[3], a.0[3], b.0[3]),
        ]))
    }
}
