//! How large states are and how far apart, also where the squares of their entries leave `f64`.

use crate::arith::lane::Lane8;

/// The Euclidean norm.
pub(super) fn norm(x: impl Iterator<Item = f64> + Clone) -> f64 {
    let sum: f64 = x.clone().map(|x| x * x).sum();
    if sum.is_nan() || (1e-280..1e300).contains(&sum) {
        return sum.sqrt();
    }
    let most = x.clone().fold(0.0, |most: f64, x| most.max(x.abs()));
    if most == 0.0 || most.is_infinite() {
        return most;
    }
    most * x.map(|x| (x / most) * (x / most)).sum::<f64>().sqrt()
}

/// The Euclidean norm of each lane.
#[inline(always)]
pub(super) fn norms<V: Lane8>(x: &[V]) -> V {
    norms_of(x.iter().copied())
}

/// The Euclidean distance of each lane.
#[inline(always)]
pub(super) fn distances<V: Lane8>(a: &[V], b: &[V]) -> V {
    norms_of(a.iter().zip(b).map(|(a, b)| a.sub(*b)))
}

#[inline(always)]
fn norms_of<V: Lane8>(x: impl Iterator<Item = V> + Clone) -> V {
    let mut sum = V::zero();
    for x in x.clone() {
        sum = x.mul_add(x, sum);
    }
    // Also what is no number.
    let lost = sum.lt(V::splat(1e-280)) | V::splat(1e300).le(sum);
    if lost == 0 {
        return sum.sqrt();
    }
    let mut most = V::zero();
    for x in x.clone() {
        most = most.max(x.abs());
    }
    let by = V::select(most.eq(V::zero()), V::one(), most);
    let mut scaled = V::zero();
    for x in x {
        let x = x.div(by);
        scaled = x.mul_add(x, scaled);
    }
    let scaled = V::select(most.finite(), most.mul(scaled.sqrt()), most);
    V::select(lost, scaled, sum.sqrt())
}

/// The Euclidean norms of eight, entry by entry: what [`norm`] is of each, without waiting for one sum after the other.
pub(super) fn norms_of_eight(x: impl Iterator<Item = [f64; 8]> + Clone) -> [f64; 8] {
    let mut sums = [0.0_f64; 8];
    for x in x.clone() {
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum += x * x;
        }
    }
    let of = |lane: usize| {
        let sum = sums[lane];
        if (1e-280..1e300).contains(&sum) { sum.sqrt() } else { norm(x.clone().map(|x| x[lane])) }
    };
    std::array::from_fn(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Scalar8;

    #[test]
    fn no_square_is_lost() {
        for scale in [1.0, 1e-200, 1e200, 5e-324] {
            let of = |x: [f64; 2]| norm(x.into_iter().map(|x| x * scale));
            assert!((of([3.0, 4.0]) / scale - 5.0).abs() < 1e-12, "{scale:e}");
        }
        let lanes = [0.0, 1.0, 1e-200, 1e200, 5e-324, f64::INFINITY, f64::NAN, 2.0];
        let x = [3.0, 4.0].map(|part| Scalar8::load(&lanes.map(|scale| part * scale)));
        let alone = lanes.map(|scale| norm([3.0 * scale, 4.0 * scale].into_iter()));
        let beside = norms(&x).to_array();
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-15 * a;
        assert!(alone.iter().zip(&beside).all(|(a, b)| same(*a, *b)), "{alone:?} {beside:?}");
        assert_eq!(distances(&x, &x).to_array()[..5], [0.0; 5]);
        let eight = norms_of_eight([3.0, 4.0].into_iter().map(|part| lanes.map(|scale| part * scale)));
        assert_eq!(eight.map(f64::to_bits)[..6], alone.map(f64::to_bits)[..6]);
        assert!(eight[6].is_nan() && eight[7] == 10.0);
        assert_eq!(norm(std::iter::empty()), 0.0);
        assert_eq!(norm([0.0, f64::INFINITY].into_iter()), f64::INFINITY);
        assert!(norm([0.0, f64::NAN].into_iter()).is_nan());
    }
}
