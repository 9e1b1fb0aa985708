//! Values modulo a prime: an arithmetic in which numbers never grow.
//!
//! If a plan meets no division by a multiple of the prime `p`, its value modulo `p` is that of its rational value `N/D`, and zero only
//! if `p` divides `N`. An integer `N` other than 0 with `|N| <= 2^b` has at most `b/61` prime factors above `2^61`, and there are more than
//! [`PRIMES`] primes to choose from.

use super::formal::{Formal, Function};
use crate::sample::stream::Stream;
use dashu_int::ops::UnsignedAbs;
use dashu_int::{Sign, UBig};
use dashu_ratio::RBig;

/// Primes are taken from `2^61 .. 2^62`.
pub const PRIME_BITS: u32 = 61;
/// So many there are at least: more than `3x/(5 ln x)` from `x` to `2x` (Rosser and Schoenfeld, Illinois J. Math. 6 (1962), corollary 3
/// of theorem 2), `x = 2^61`.
pub const PRIMES: f64 = 3.2e16;

/// A value modulo a prime below `2^62`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residue {
    value: u64,
    prime: u64,
}

fn product(a: u64, b: u64, modulus: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64
}

fn power(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut all = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            all = product(all, base, modulus);
        }
        base = product(base, base, modulus);
        exponent >>= 1;
    }
    all
}

/// Whether an odd number above 37 is prime. The test of Miller and Rabin to the first twelve primes errs nowhere below 3e23 (Sorenson and Webster,
/// Math. Comp. 86 (2017)).
fn is_prime(n: u64) -> bool {
    let twos = (n - 1).trailing_zeros();
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].into_iter().all(|base| {
        let mut x = power(base, (n - 1) >> twos, n);
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = product(x, x, n);
            x == n - 1
        })
    })
}

/// One of the primes from `2^61` to `2^62`, each as likely.
pub fn prime(stream: &mut Stream) -> u64 {
    loop {
        let n = (1 << PRIME_BITS) + 1 + 2 * stream.below(1 << (PRIME_BITS - 1));
        if is_prime(n) {
            return n;
        }
    }
}

impl Residue {
    /// Of a number below the prime.
    pub fn new(value: u64, prime: u64) -> Self {
        Self { value, prime }
    }

    /// Of a rational; `None` where the prime divides the denominator.
    pub fn of(x: &RBig, prime: u64) -> Option<Self> {
        let modulo = |x: &UBig| u64::try_from(x % UBig::from(prime)).ok().map(|value| Self { value, prime });
        let numerator = modulo(&x.numerator().unsigned_abs())?;
        let numerator = if x.sign() == Sign::Negative { numerator.neg() } else { numerator };
        let denominator = x.denominator();
        if *denominator == UBig::ONE { Some(numerator) } else { Some(numerator.mul(&modulo(denominator)?.inverse()?)) }
    }

    pub fn is_zero(&self) -> bool {
        self.value == 0
    }

    /// Solves `a x = b` for as many columns as `b` has, in place, and gives the determinant; `None` where that is zero.
    fn eliminate(n: usize, a: &mut [Self], b: &mut [Self], columns: usize) -> Option<Self> {
        let mut determinant = Self { value: 1, prime: a.first()?.prime };
        for k in 0..n {
            let pivot = (k..n).find(|&r| !a[r * n + k].is_zero())?;
            if pivot != k {
                determinant = determinant.neg();
                (0..n).for_each(|j| a.swap(pivot * n + j, k * n + j));
                (0..columns).for_each(|j| b.swap(pivot * columns + j, k * columns + j));
            }
            determinant = determinant.mul(&a[k * n + k]);
            let inverse = a[k * n + k].inverse()?;
            (k..n).for_each(|j| a[k * n + j] = a[k * n + j].mul(&inverse));
            (0..columns).for_each(|j| b[k * columns + j] = b[k * columns + j].mul(&inverse));
            for r in (0..n).filter(|&r| r != k) {
                let factor = a[r * n + k].neg();
                if !factor.is_zero() {
                    (k..n).for_each(|j| a[r * n + j] = a[r * n + j].add(&factor.mul(&a[k * n + j])));
                    (0..columns)
                        .for_each(|j| b[r * columns + j] = b[r * columns + j].add(&factor.mul(&b[k * columns + j])));
                }
            }
        }
        Some(determinant)
    }
}

impl Function for Residue {
    fn constant(&self, x: &RBig) -> Option<Self> {
        Self::of(x, self.prime)
    }

    fn neg(&self) -> Self {
        Self { value: if self.value == 0 { 0 } else { self.prime - self.value }, ..*self }
    }

    fn add(&self, b: &Self) -> Self {
        let sum = self.value + b.value;
        Self { value: if sum >= self.prime { sum - self.prime } else { sum }, ..*self }
    }

    fn mul(&self, b: &Self) -> Self {
        Self { value: product(self.value, b.value, self.prime), ..*self }
    }

    fn inverse(&self) -> Option<Self> {
        // Fermat.
        (self.value != 0).then(|| Self { value: power(self.value, self.prime - 2, self.prime), ..*self })
    }

    fn matrix_inverse(n: usize, a: &[Self]) -> Option<Vec<Self>> {
        let prime = a.first()?.prime;
        let mut inverse: Vec<Self> = (0..n * n).map(|k| Self { value: u64::from(k / n == k % n), prime }).collect();
        Self::eliminate(n, &mut a.to_vec(), &mut inverse, n)?;
        Some(inverse)
    }

    fn determinant(n: usize, a: &[Self]) -> Option<Self> {
        let zero = Self { value: 0, prime: a.first()?.prime };
        Some(Self::eliminate(n, &mut a.to_vec(), &mut [], 0).unwrap_or(zero))
    }
}

impl Formal<Residue> {
    /// The value modulo the prime; `None` where it is not known.
    pub fn residue(&self, prime: u64) -> Option<Residue> {
        match self {
            Self::Unknown => None,
            Self::Constant(x) => Residue::of(x.rational()?, prime),
            Self::Function(f) => Some(*f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::exact::Exact;
    use crate::arith::number::Number;
    use crate::sample::stream::Key;
    use dashu_int::IBig;

    #[test]
    fn primes_are_told_from_composites() {
        let sieve: Vec<u64> =
            (39..2000).step_by(2).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect();
        assert_eq!((39..2000).step_by(2).filter(|&n| is_prime(n)).collect::<Vec<_>>(), sieve);
        // The greatest prime below 2^62, a square of a prime, a strong pseudoprime to the first nine primes, a Carmichael number.
        assert!(is_prime((1 << 62) - 57));
        for composite in [1_518_500_213u64.pow(2), 3_825_123_056_546_413_051, 512_461, (1 << 62) - 1] {
            assert!(!is_prime(composite), "{composite}");
        }
        let mut stream = Stream::new(&Key::new(1, "primes"), 0);
        let some: Vec<u64> = (0..8).map(|_| prime(&mut stream)).collect();
        assert!(some.iter().all(|p| p >> PRIME_BITS == 1) && some.windows(2).any(|w| w[0] != w[1]));
    }

    #[test]
    fn values_are_those_of_the_rationals() {
        let p = (1 << 62) - 57;
        let mut stream = Stream::new(&Key::new(2, "residues"), 0);
        let mut rational = || {
            RBig::from_parts(
                IBig::from(stream.below(1 << 20) as i64 - (1 << 19)),
                UBig::from(1 + stream.below(1 << 20)),
            )
        };
        for n in 1..6 {
            let a: Vec<RBig> = (0..n * n).map(|_| rational()).collect();
            let mut exact: Vec<Exact> = a.iter().cloned().map(Exact::from).collect();
            let modulo: Vec<Residue> = a.iter().map(|x| Residue::of(x, p).expect("no such factor")).collect();
            let same = |x: &Exact, y: Residue| Residue::of(x.rational().expect("known"), p) == Some(y);
            assert!(same(
                &Exact::determinant(n, &mut exact.clone(), &mut []).0,
                Residue::determinant(n, &modulo).expect("square")
            ));
            let mut inverse = exact.clone();
            Exact::inverse(n, &mut exact, &Exact::zero(), &mut inverse, &mut []);
            let of = Residue::matrix_inverse(n, &modulo).expect("regular");
            assert!(inverse.iter().zip(of).all(|(x, y)| same(x, y)));
            let (x, y) = (&a[0], &a[n * n - 1]);
            let (u, v) = (modulo[0], modulo[n * n - 1]);
            assert_eq!(Residue::of(&(x * y - x), p), Some(u.mul(&v).add(&u.neg())));
            assert_eq!(Residue::of(&(x / y), p), v.inverse().map(|v| u.mul(&v)));
        }
        let zero = Residue::new(0, p);
        assert!(zero.inverse().is_none() && zero.neg().is_zero());
        let ones = [Residue::new(1, p); 4];
        assert!(
            Residue::matrix_inverse(2, &ones).is_none() && Residue::determinant(2, &ones).is_some_and(|d| d.is_zero())
        );
        assert!(Residue::of(&RBig::from_parts(IBig::ONE, UBig::from(p)), p).is_none());
    }
}
