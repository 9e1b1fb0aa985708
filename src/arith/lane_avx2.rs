//! Eight lanes in two 256-bit registers. Definitions of the operations: [`super::lane::Lane8`].
//!
//! # Why the `unsafe` here is sound
//!
//! Each block calls an intrinsic that needs AVX, AVX2 or FMA (loads, stores and prefetches also take a reference to exactly
//! eight `f64`s, so both halves are valid, and the unaligned forms are used). The type is private to `arith`, and the only code
//! that names it is [`super::dispatch`], which runs a job with it only after the features were detected on this processor.
//! So no value of the type, and no call of a method, exists on a machine without them.

use core::arch::x86_64::*;

use super::lane::{Kernel, Lane8, Mask};
use super::lane_scalar::{EXP2I_MAGIC, FRACTION_BITS, ONE_BITS, TWO52_BIAS, TWO52_BITS};

/// Lanes 0 to 3 and 4 to 7.
#[derive(Clone, Copy)]
pub(super) struct Avx2(__m256d, __m256d);

/// Calls intrinsics; see the module's note for why that is sound.
macro_rules! simd {
    ($e:expr) => {
        // SAFETY: the features were detected before the first value of this type was made (module documentation).
        unsafe { $e }
    };
}

/// Both halves through one intrinsic.
macro_rules! halves {
    ($f:expr, $a:expr) => {
        simd!(Avx2($f($a.0), $f($a.1)))
    };
    ($f:expr, $a:expr, $b:expr) => {
        simd!(Avx2($f($a.0, $b.0), $f($a.1, $b.1)))
    };
    ($f:expr, $a:expr, $b:expr, $c:expr) => {
        simd!(Avx2($f($a.0, $b.0, $c.0), $f($a.1, $b.1, $c.1)))
    };
}

/// The lanes where a comparison's vector result has its sign bit set.
macro_rules! mask {
    ($op:expr, $a:expr, $b:expr) => {
        simd!({
            let low = _mm256_movemask_pd(_mm256_cmp_pd::<$op>($a.0, $b.0));
            let high = _mm256_movemask_pd(_mm256_cmp_pd::<$op>($a.1, $b.1));
            (low | high << 4) as Mask
        })
    };
}

impl Lane8 for Avx2 {
    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        #[inline(never)]
        #[target_feature(enable = "avx2,fma")]
        fn entered<K: Kernel<Avx2>>(kernel: K) -> K::Out {
            kernel.run()
        }
        simd!(entered(kernel))
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        simd!(Self(_mm256_set1_pd(x), _mm256_set1_pd(x)))
    }
    #[inline(always)]
    fn load(x: &[f64; 8]) -> Self {
        simd!(Self(_mm256_loadu_pd(x.as_ptr()), _mm256_loadu_pd(x.as_ptr().add(4))))
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; 8]) {
        simd!({
            _mm256_storeu_pd(out.as_mut_ptr(), self.0);
            _mm256_storeu_pd(out.as_mut_ptr().add(4), self.1);
        });
    }
    #[inline(always)]
    fn prefetch(x: &[f64; 8]) {
        simd!(_mm_prefetch::<_MM_HINT_T1>(x.as_ptr().cast()));
    }
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        halves!(_mm256_add_pd, self, b)
    }
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        halves!(_mm256_sub_pd, self, b)
    }
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        halves!(_mm256_mul_pd, self, b)
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        halves!(_mm256_div_pd, self, b)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        halves!(_mm256_sqrt_pd, self)
    }
    #[inline(always)]
    fn neg(self) -> Self {
        let sign = Self::splat(-0.0);
        halves!(_mm256_xor_pd, self, sign)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let sign = Self::splat(-0.0);
        halves!(_mm256_andnot_pd, sign, self)
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        halves!(_mm256_fmadd_pd, self, b, c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        halves!(_mm256_fnmadd_pd, self, b, c)
    }
    // `VMAXPD a, b` is `a > b ? a : b` by definition, equal zeros and NaN included: the second operand.
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        halves!(_mm256_max_pd, self, b)
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        halves!(_mm256_min_pd, self, b)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        halves!(_mm256_floor_pd, self)
    }
    #[inline(always)]
    fn round_even(self) -> Self {
        halves!(_mm256_round_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>, self)
    }
    #[inline(always)]
    fn lt(self, b: Self) -> Mask {
        mask!(_CMP_LT_OQ, self, b)
    }
    #[inline(always)]
    fn le(self, b: Self) -> Mask {
        mask!(_CMP_LE_OQ, self, b)
    }
    #[inline(always)]
    fn eq(self, b: Self) -> Mask {
        mask!(_CMP_EQ_OQ, self, b)
    }
    #[inline(always)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        // Each 64-bit element keeps its own bit of the mask and compares it with that bit: all ones where it is set.
        simd!({
            let all = _mm256_set1_epi64x(i64::from(mask));
            let low = _mm256_setr_epi64x(1, 2, 4, 8);
            let high = _mm256_setr_epi64x(16, 32, 64, 128);
            let low = _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, low), low));
            let high = _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, high), high));
            Self(_mm256_blendv_pd(b.0, a.0, low), _mm256_blendv_pd(b.1, a.1, high))
        })
    }
    #[inline(always)]
    fn exp2i(self) -> Self {
        let shifted = self.add(Self::splat(EXP2I_MAGIC));
        simd!(Self(
            _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(shifted.0))),
            _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(shifted.1))),
        ))
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let fraction = Self::splat(f64::from_bits(FRACTION_BITS));
        let one = Self::splat(f64::from_bits(ONE_BITS));
        let fraction = halves!(_mm256_and_pd, self, fraction);
        let m = halves!(_mm256_or_pd, fraction, one);
        let two52 = Self::splat(f64::from_bits(TWO52_BITS));
        let exponent = simd!(Self(
            _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(self.0))),
            _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(self.1))),
        ));
        let e = halves!(_mm256_or_pd, exponent, two52);
        (m, e.sub(Self::splat(TWO52_BIAS)))
    }
}
