//! Eight lanes of numbers that are no floats, each lane by itself: what the lanes of [`super::lane_wide`] and of
//! [`super::lane_double`] share.
//!
//! As in the scalar back end, operations are functions of their own, so that little is compiled; those that hold a fused multiply-add are
//! compiled with it where the processor has one.

use super::lane::{Kernel, Lane8, Mask};
use dashu_ratio::RBig;

/// What one lane can do; see [`Lane8`] for what each operation means.
pub trait Single: Copy + Send + Sync + 'static {
    const TRACKED: bool;
    const UNDERFLOWS: bool;
    fn from_f64(x: f64) -> Self;
    fn to_f64(self) -> f64;
    /// The nearest number to a rational and a bound on the distance.
    fn nearest(x: &RBig) -> (Self, Self);
    fn add(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
    fn div(self, b: Self) -> Self;
    fn sqrt(self) -> Self;
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    fn mul_add(self, b: Self, c: Self) -> Self;
    fn lt(self, b: Self) -> bool;
    fn eq(self, b: Self) -> bool;
    /// Rounded to an integer by a rounding of floats.
    fn rounded(self, round: impl Fn(f64) -> f64) -> Self;
    fn exp2i(self) -> Self;
    fn split_exponent(self) -> (Self, Self);
}

/// Eight of them.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Each<S>(pub [S; 8]);

impl<S: Single> Each<S> {
    #[inline(always)]
    fn map(self, f: impl Fn(S) -> S) -> Self {
        Self(self.0.map(f))
    }

    #[inline(always)]
    fn zip(self, b: Self, f: impl Fn(S, S) -> S) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], b.0[i])))
    }

    #[inline(always)]
    fn test(self, b: Self, f: impl Fn(S, S) -> bool) -> Mask {
        (0..8).fold(0, |mask, i| mask | Mask::from(f(self.0[i], b.0[i])) << i)
    }
}

/// An operation, compiled with the fused multiply-add where there is one.
macro_rules! fused {
    ($name:ident, $with:ident, $without:ident, |$a:ident, $b:ident, $c:ident| $body:expr) => {
        #[cfg(target_arch = "x86_64")]
        #[inline(never)]
        #[target_feature(enable = "fma")]
        // Loops over lanes: a closure with features is not inlined into what the standard library makes of it, unless by the last optimizations.
        fn $with<S: Single>($a: &Each<S>, $b: &Each<S>, $c: &Each<S>) -> Each<S> {
            let mut out = *$a;
            for (i, out) in out.0.iter_mut().enumerate() {
                let ($a, $b, $c) = ($a.0[i], $b.0[i], $c.0[i]);
                *out = $body;
            }
            out
        }
        #[inline(never)]
        fn $without<S: Single>($a: &Each<S>, $b: &Each<S>, $c: &Each<S>) -> Each<S> {
            let mut out = *$a;
            for (i, out) in out.0.iter_mut().enumerate() {
                let ($a, $b, $c) = ($a.0[i], $b.0[i], $c.0[i]);
                *out = $body;
            }
            out
        }
        #[inline(always)]
        fn $name<S: Single>($a: &Each<S>, $b: &Each<S>, $c: &Each<S>) -> Each<S> {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("fma") {
                // SAFETY: the feature was just detected.
                return unsafe { $with($a, $b, $c) };
            }
            $without($a, $b, $c)
        }
    };
}

fused!(product, product_fused, product_by_library, |a, b, _c| a.mul(b));
fused!(quotient, quotient_fused, quotient_by_library, |a, b, _c| a.div(b));
fused!(root, root_fused, root_by_library, |a, _b, _c| a.sqrt());
fused!(product_sum, product_sum_fused, product_sum_by_library, |a, b, c| a.mul_add(b, c));

impl<S: Single> Lane8 for Each<S> {
    const TRACKED: bool = S::TRACKED;
    const UNDERFLOWS: bool = S::UNDERFLOWS;

    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        #[inline(never)]
        fn entered<S: Single, K: Kernel<Each<S>>>(kernel: K) -> K::Out {
            kernel.run()
        }
        entered::<S, K>(kernel)
    }

    #[inline(never)]
    fn splat(x: f64) -> Self {
        Self([S::from_f64(x); 8])
    }
    #[inline(never)]
    fn load(x: &[f64; 8]) -> Self {
        Self(x.map(S::from_f64))
    }
    #[inline(never)]
    fn store(self, out: &mut [f64; 8]) {
        *out = self.0.map(S::to_f64);
    }
    fn nearest(x: &RBig) -> (Self, Self) {
        let (value, error) = S::nearest(x);
        (Self([value; 8]), Self([error; 8]))
    }
    #[inline(never)]
    fn add(self, b: Self) -> Self {
        self.zip(b, S::add)
    }
    #[inline(never)]
    fn sub(self, b: Self) -> Self {
        self.zip(b, |x, y| x.add(y.neg()))
    }
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        product(&self, &b, &self)
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        quotient(&self, &b, &self)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        root(&self, &self, &self)
    }
    #[inline(never)]
    fn neg(self) -> Self {
        self.map(S::neg)
    }
    #[inline(never)]
    fn abs(self) -> Self {
        self.map(S::abs)
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        product_sum(&self, &b, &c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        self.neg().mul_add(b, c)
    }
    #[inline(never)]
    fn max(self, b: Self) -> Self {
        self.zip(b, |x, y| if y.lt(x) { x } else { y })
    }
    #[inline(never)]
    fn min(self, b: Self) -> Self {
        self.zip(b, |x, y| if x.lt(y) { x } else { y })
    }
    #[inline(never)]
    fn floor(self) -> Self {
        self.map(|x| x.rounded(f64::floor))
    }
    #[inline(never)]
    fn round_even(self) -> Self {
        self.map(|x| x.rounded(f64::round_ties_even))
    }
    #[inline(never)]
    fn lt(self, b: Self) -> Mask {
        self.test(b, S::lt)
    }
    #[inline(never)]
    fn le(self, b: Self) -> Mask {
        self.test(b, |x, y| x.lt(y) || x.eq(y))
    }
    #[inline(never)]
    fn eq(self, b: Self) -> Mask {
        self.test(b, S::eq)
    }
    #[inline(never)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| if mask >> i & 1 == 1 { a.0[i] } else { b.0[i] }))
    }
    #[inline(never)]
    fn exp2i(self) -> Self {
        self.map(S::exp2i)
    }
    #[inline(never)]
    fn split_exponent(self) -> (Self, Self) {
        let split = self.0.map(S::split_exponent);
        (Self(split.map(|(m, _)| m)), Self(split.map(|(_, e)| e)))
    }
}
