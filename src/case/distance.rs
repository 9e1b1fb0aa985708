//! How large states are and how far apart, also where the squares of their entries leave `f64`.

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

/// The Euclidean distance.
pub(super) fn distance<'x, I: IntoIterator<Item = &'x f64>>(a: I, b: I) -> f64
where
    I::IntoIter: Clone,
{
    norm(a.into_iter().zip(b).map(|(a, b)| a - b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_square_is_lost() {
        for scale in [1.0, 1e-200, 1e200, 5e-324] {
            let of = |x: [f64; 2]| norm(x.into_iter().map(|x| x * scale));
            assert!((of([3.0, 4.0]) / scale - 5.0).abs() < 1e-12, "{scale:e}");
            let [a, b] = [[7.0, 1.0], [4.0, 5.0]].map(|x| x.map(|x| x * scale));
            assert!((distance(&a, &b) / scale - 5.0).abs() < 1e-12, "{scale:e}");
        }
        assert_eq!(norm(std::iter::empty()), 0.0);
        assert_eq!(norm([0.0, f64::INFINITY].into_iter()), f64::INFINITY);
        assert!(norm([0.0, f64::NAN].into_iter()).is_nan());
    }
}
