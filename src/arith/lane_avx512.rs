//! Eight lanes in one 512-bit register. Definitions of the operations: [`super::lane::Lane8`].
//!
//! # Why the `unsafe` here is sound
//!
//! Each block calls an intrinsic that needs AVX-512 F or DQ (loads, stores and prefetches also take a reference to exactly
//! eight `f64`s, so the pointer is valid, and the unaligned forms are used). The type is private to `arith`, and the only code
//! that names it is [`super::dispatch`], which runs a job with it only after the features were detected on this processor.
//! So no value of the type, and no call of a method, exists on a machine without them.

use core::arch::x86_64::*;

use super::lane::{Kernel, Lane8, Mask};
use super::lane_scalar::{EXP2I_MAGIC, FRACTION_BITS, ONE_BITS, TWO52_BIAS, TWO52_BITS};

/// One 512-bit register.
#[derive(Clone, Copy)]
pub(super) struct Avx512(__m512d);

/// Calls an intrinsic; see the module's note for why that is sound.
macro_rules! simd {
    ($e:expr) => {
        // SAFETY: the features were detected before the first value of this type was made (module documentation).
        unsafe { $e }
    };
}

impl Lane8 for Avx512 {
    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,fma,avx2")]
        fn entered<K: Kernel<Avx512>>(kernel: K) -> K::Out {
            kernel.run()
        }
        simd!(entered(kernel))
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self(simd!(_mm512_set1_pd(x)))
    }
    #[inline(always)]
    fn load(x: &[f64; 8]) -> Self {
        Self(simd!(_mm512_loadu_pd(x.as_ptr())))
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; 8]) {
        simd!(_mm512_storeu_pd(out.as_mut_ptr(), self.0));
    }
    #[inline(always)]
    fn prefetch(x: &[f64; 8]) {
        simd!(_mm_prefetch::<_MM_HINT_T1>(x.as_ptr().cast()));
    }
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        Self(simd!(_mm512_add_pd(self.0, b.0)))
    }
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        Self(simd!(_mm512_sub_pd(self.0, b.0)))
    }
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        Self(simd!(_mm512_mul_pd(self.0, b.0)))
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        Self(simd!(_mm512_div_pd(self.0, b.0)))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(simd!(_mm512_sqrt_pd(self.0)))
    }
    #[inline(always)]
    fn neg(self) -> Self {
        Self(simd!(_mm512_xor_pd(self.0, _mm512_set1_pd(-0.0))))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(simd!(_mm512_andnot_pd(_mm512_set1_pd(-0.0), self.0)))
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(simd!(_mm512_fmadd_pd(self.0, b.0, c.0)))
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(simd!(_mm512_fnmadd_pd(self.0, b.0, c.0)))
    }
    // `VMAXPD a, b` is `a > b ? a : b` by definition, equal zeros and NaN included: the second operand.
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        Self(simd!(_mm512_max_pd(self.0, b.0)))
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        Self(simd!(_mm512_min_pd(self.0, b.0)))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(simd!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)))
    }
    #[inline(always)]
    fn round_even(self) -> Self {
        Self(simd!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)))
    }
    #[inline(always)]
    fn lt(self, b: Self) -> Mask {
        simd!(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, b.0))
    }
    #[inline(always)]
    fn le(self, b: Self) -> Mask {
        simd!(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, b.0))
    }
    #[inline(always)]
    fn eq(self, b: Self) -> Mask {
        simd!(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(self.0, b.0))
    }
    #[inline(always)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        Self(simd!(_mm512_mask_blend_pd(mask, b.0, a.0)))
    }
    #[inline(always)]
    fn exp2i(self) -> Self {
        Self(simd!({
            let shifted = _mm512_add_pd(self.0, _mm512_set1_pd(EXP2I_MAGIC));
            _mm512_castsi512_pd(_mm512_slli_epi64::<52>(_mm512_castpd_si512(shifted)))
        }))
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        simd!({
            let bits = _mm512_castpd_si512(self.0);
            let fraction = _mm512_and_si512(bits, _mm512_set1_epi64(FRACTION_BITS.cast_signed()));
            let m = _mm512_castsi512_pd(_mm512_or_si512(fraction, _mm512_set1_epi64(ONE_BITS.cast_signed())));
            let exponent = _mm512_srli_epi64::<52>(bits);
            let e = _mm512_castsi512_pd(_mm512_or_si512(exponent, _mm512_set1_epi64(TWO52_BITS.cast_signed())));
            (Self(m), Self(_mm512_sub_pd(e, _mm512_set1_pd(TWO52_BIAS))))
        })
    }
}
