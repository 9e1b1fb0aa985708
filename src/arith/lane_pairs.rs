//! Eight lanes of numbers that are two floats each: what the lanes of [`super::lane_wide`] and of [`super::lane_double`] share.
//!
//! The first floats of the eight are held side by side, and so are the second ones: an operation on such numbers is a few on eights of floats, in
//! whatever registers the processor has, the same bits in all.
//!
//! As in the scalar back end, operations are functions of their own, so that little is compiled: a plan that is done in these lanes is compiled once, and not
//! once for each back end. So are products of matrices, which are most of what long runs do: their sums stay in registers.

use super::backend::fastest;
use super::lane::{Job, Kernel, Lane8, Mask};
use dashu_ratio::RBig;
use std::marker::PhantomData;

/// Eight numbers as two eights of floats.
#[derive(Clone, Copy)]
pub struct Two<L>(pub L, pub L);

impl<L: Lane8> Two<L> {
    /// Numbers of `a` where the mask is set, of `b` elsewhere.
    #[inline(always)]
    pub fn select(mask: Mask, a: Self, b: Self) -> Self {
        Self(L::select(mask, a.0, b.0), L::select(mask, a.1, b.1))
    }
}

/// What the two floats of a number are; see [`Lane8`] for what each operation means. All are `#[inline(always)]`.
pub trait Arithmetic: Copy + Send + Sync + 'static {
    const TRACKED: bool;
    const UNDERFLOWS: bool;
    /// The nearest number to a rational and a bound on the distance.
    fn nearest(x: &RBig) -> ([f64; 2], [f64; 2]);
    fn from_floats<L: Lane8>(x: L) -> Two<L>;
    fn to_floats<L: Lane8>(x: Two<L>) -> L;
    fn add<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L>;
    fn mul<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L>;
    fn div<L: Lane8>(a: Two<L>, b: Two<L>) -> Two<L>;
    fn sqrt<L: Lane8>(a: Two<L>) -> Two<L>;
    fn neg<L: Lane8>(a: Two<L>) -> Two<L>;
    fn abs<L: Lane8>(a: Two<L>) -> Two<L>;
    fn mul_add<L: Lane8>(a: Two<L>, b: Two<L>, c: Two<L>) -> Two<L>;
    fn lt<L: Lane8>(a: Two<L>, b: Two<L>) -> Mask;
    fn eq<L: Lane8>(a: Two<L>, b: Two<L>) -> Mask;
    /// Rounded to an integer by a rounding of floats.
    fn rounded<L: Lane8>(a: Two<L>, round: impl Fn(L) -> L) -> Two<L>;
    fn exp2i<L: Lane8>(a: Two<L>) -> Two<L>;
    fn split_exponent<L: Lane8>(a: Two<L>) -> (Two<L>, Two<L>);
}

/// Eight of them.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Pairs<A> {
    pub first: [f64; 8],
    pub second: [f64; 8],
    of: PhantomData<A>,
}

impl<A: Arithmetic> Pairs<A> {
    pub fn new(first: [f64; 8], second: [f64; 8]) -> Self {
        Self { first, second, of: PhantomData }
    }

    /// The same in all lanes.
    pub fn all([first, second]: [f64; 2]) -> Self {
        Self::new([first; 8], [second; 8])
    }

    #[inline(always)]
    fn lanes<L: Lane8>(&self) -> Two<L> {
        Two(L::load(&self.first), L::load(&self.second))
    }

    #[inline(always)]
    fn of<L: Lane8>(two: Two<L>) -> Self {
        let mut all = Self::all([0.0; 2]);
        two.0.store(&mut all.first);
        two.1.store(&mut all.second);
        all
    }
}

/// An operation on up to three numbers.
macro_rules! operation {
    ($name:ident -> $out:ty = |$a:ident, $b:ident, $c:ident| $body:expr) => {
        #[inline(never)]
        fn $name<A: Arithmetic>(a: &Pairs<A>, b: &Pairs<A>, c: &Pairs<A>) -> $out {
            struct Of<'a, A>(&'a Pairs<A>, &'a Pairs<A>, &'a Pairs<A>);
            impl<A: Arithmetic> Job for Of<'_, A> {
                type Out = $out;
                #[inline(always)]
                fn run<L: Lane8>(self) -> $out {
                    let ($a, $b, $c) = (self.0.lanes::<L>(), self.1.lanes::<L>(), self.2.lanes::<L>());
                    $body
                }
            }
            fastest(Of(a, b, c))
        }
    };
}

operation!(sum -> Pairs<A> = |a, b, _c| Pairs::of(A::add(a, b)));
operation!(difference -> Pairs<A> = |a, b, _c| Pairs::of(A::add(a, A::neg(b))));
operation!(product -> Pairs<A> = |a, b, _c| Pairs::of(A::mul(a, b)));
operation!(quotient -> Pairs<A> = |a, b, _c| Pairs::of(A::div(a, b)));
operation!(root -> Pairs<A> = |a, _b, _c| Pairs::of(A::sqrt(a)));
operation!(negative -> Pairs<A> = |a, _b, _c| Pairs::of(A::neg(a)));
operation!(size -> Pairs<A> = |a, _b, _c| Pairs::of(A::abs(a)));
operation!(product_sum -> Pairs<A> = |a, b, c| Pairs::of(A::mul_add(a, b, c)));
operation!(product_difference -> Pairs<A> = |a, b, c| Pairs::of(A::mul_add(A::neg(a), b, c)));
operation!(greater -> Pairs<A> = |a, b, _c| Pairs::of(Two::select(A::lt(b, a), a, b)));
operation!(smaller -> Pairs<A> = |a, b, _c| Pairs::of(Two::select(A::lt(a, b), a, b)));
operation!(downwards -> Pairs<A> = |a, _b, _c| Pairs::of(A::rounded(a, L::floor)));
operation!(nearest_even -> Pairs<A> = |a, _b, _c| Pairs::of(A::rounded(a, L::round_even)));
operation!(power_of_two -> Pairs<A> = |a, _b, _c| Pairs::of(A::exp2i(a)));
operation!(below -> Mask = |a, b, _c| A::lt(a, b));
operation!(not_above -> Mask = |a, b, _c| A::lt(a, b) | A::eq(a, b));
operation!(same -> Mask = |a, b, _c| A::eq(a, b));
operation!(floats -> [f64; 8] = |a, _b, _c| A::to_floats(a).to_array());
operation!(parts -> (Pairs<A>, Pairs<A>) = |a, _b, _c| {
    let (m, e) = A::split_exponent(a);
    (Pairs::of(m), Pairs::of(e))
});
// Of floats, which are the first ones here.
operation!(numbers -> Pairs<A> = |a, _b, _c| Pairs::of(A::from_floats(a.0)));

/// A product of matrices, in blocks of up to 2 by 4 sums.
struct Product<'a, A> {
    a: &'a [Pairs<A>],
    b: &'a [Pairs<A>],
    out: &'a mut [Pairs<A>],
    shape: [usize; 3],
}

impl<A: Arithmetic> Job for Product<'_, A> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lane8>(mut self) {
        let [m, _, n] = self.shape;
        let mut i = 0;
        while i < m {
            let rows = if m - i >= 2 { 2 } else { 1 };
            let mut j = 0;
            while j < n {
                let columns = if n - j >= 4 { 4 } else { 1 };
                match (rows, columns) {
                    (2, 4) => self.block::<L, 2, 4>(i, j),
                    (2, _) => self.block::<L, 2, 1>(i, j),
                    (_, 4) => self.block::<L, 1, 4>(i, j),
                    _ => self.block::<L, 1, 1>(i, j),
                }
                j += columns;
            }
            i += rows;
        }
    }
}

impl<A: Arithmetic> Product<'_, A> {
    #[inline(always)]
    fn block<L: Lane8, const R: usize, const C: usize>(&mut self, i: usize, j: usize) {
        let [_, k, n] = self.shape;
        let mut sums = [[A::from_floats(L::zero()); C]; R];
        for p in 0..k {
            let mut right = sums[0];
            for (c, x) in right.iter_mut().enumerate() {
                *x = self.b[p * n + j + c].lanes::<L>();
            }
            for (r, row) in sums.iter_mut().enumerate() {
                let left = self.a[(i + r) * k + p].lanes::<L>();
                for (sum, x) in row.iter_mut().zip(right) {
                    *sum = A::mul_add(left, x, *sum);
                }
            }
        }
        for (r, row) in sums.into_iter().enumerate() {
            for (c, sum) in row.into_iter().enumerate() {
                self.out[(i + r) * n + j + c] = Pairs::of(sum);
            }
        }
    }
}

impl<A: Arithmetic> Lane8 for Pairs<A> {
    const TRACKED: bool = A::TRACKED;
    const UNDERFLOWS: bool = A::UNDERFLOWS;

    #[inline(always)]
    fn enter<K: Kernel<Self>>(kernel: K) -> K::Out {
        #[inline(never)]
        fn entered<A: Arithmetic, K: Kernel<Pairs<A>>>(kernel: K) -> K::Out {
            kernel.run()
        }
        entered::<A, K>(kernel)
    }

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self::load(&[x; 8])
    }
    #[inline(always)]
    fn load(x: &[f64; 8]) -> Self {
        let x = Self::new(*x, [0.0; 8]);
        numbers(&x, &x, &x)
    }
    #[inline(always)]
    fn store(self, out: &mut [f64; 8]) {
        *out = floats(&self, &self, &self);
    }
    fn nearest(x: &RBig) -> (Self, Self) {
        let (value, error) = A::nearest(x);
        (Self::all(value), Self::all(error))
    }
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        sum(&self, &b, &self)
    }
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        difference(&self, &b, &self)
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
    #[inline(always)]
    fn neg(self) -> Self {
        negative(&self, &self, &self)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        size(&self, &self, &self)
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        product_sum(&self, &b, &c)
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        product_difference(&self, &b, &c)
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        greater(&self, &b, &self)
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        smaller(&self, &b, &self)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        downwards(&self, &self, &self)
    }
    #[inline(always)]
    fn round_even(self) -> Self {
        nearest_even(&self, &self, &self)
    }
    #[inline(always)]
    fn lt(self, b: Self) -> Mask {
        below(&self, &b, &self)
    }
    #[inline(always)]
    fn le(self, b: Self) -> Mask {
        not_above(&self, &b, &self)
    }
    #[inline(always)]
    fn eq(self, b: Self) -> Mask {
        same(&self, &b, &self)
    }
    #[inline(never)]
    fn select(mask: Mask, a: Self, b: Self) -> Self {
        let one = |a: [f64; 8], b: [f64; 8]| std::array::from_fn(|i| if mask >> i & 1 == 1 { a[i] } else { b[i] });
        Self::new(one(a.first, b.first), one(a.second, b.second))
    }
    #[inline(always)]
    fn product(a: &[Self], b: &[Self], out: &mut [Self], shape: [usize; 3]) {
        fastest(Product { a, b, out, shape });
    }
    #[inline(always)]
    fn exp2i(self) -> Self {
        power_of_two(&self, &self, &self)
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        parts(&self, &self, &self)
    }
}
