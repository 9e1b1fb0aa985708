//! Series against the Taylor coefficients that are known, and against the product that undoes each function.

use super::{Series, with_order};
use crate::arith::ball::{Ball, with_bits};
use crate::arith::number::{Number, RealFn};
use dashu_ratio::RBig;

const ORDER: usize = 12;

/// `1/2 + t/3 + t²/5 - t^4`
fn some() -> Series {
    let q = |a: i32, b: u32| Ball::from(RBig::from_parts(a.into(), b.into()));
    Series::new(vec![q(1, 2), q(1, 3), q(1, 5), q(0, 1), q(-1, 1)])
}

fn time() -> Series {
    Series::new(vec![Ball::zero(), Ball::one()])
}

fn function(f: RealFn, x: &Series) -> Series {
    Series::elementary(f, x).0
}

/// Two series whose coefficients are enclosures of one number each.
fn agree(a: &Series, b: &Series) {
    for k in 0..=ORDER {
        let gap = a.coefficient(k).sub(&b.coefficient(k));
        let width = gap.to_f64(0).abs();
        assert!(gap.contains_zero() && width < 1e-30, "t^{k}: {:?} and {:?}", a.coefficient(k), b.coefficient(k));
    }
}

fn run(f: impl FnOnce()) {
    with_bits(256, || with_order(ORDER, f));
}

#[test]
fn the_exponential_has_the_coefficients_of_the_exponential() {
    run(|| {
        let e = function(RealFn::Exp, &time());
        let mut factorial = RBig::ONE;
        for k in 0..=ORDER {
            factorial *= RBig::from(k.max(1));
            let exact = Ball::from(RBig::ONE / &factorial);
            assert!(e.coefficient(k).sub(&exact).contains_zero(), "t^{k}");
        }
    });
}

#[test]
fn a_quotient_by_one_minus_t_is_the_geometric_series() {
    run(|| {
        let one = Series::one();
        let all = one.div(&one.sub(&time()));
        (0..=ORDER).for_each(|k| assert_eq!(all.coefficient(k).rational(), Some(&RBig::ONE)));
    });
}

#[test]
fn functions_undo_each_other() {
    run(|| {
        let x = some();
        agree(&function(RealFn::Log, &function(RealFn::Exp, &x)), &x);
        agree(&x.sqrt().mul(&x.sqrt()), &x);
        agree(&x.div(&x.sqrt()), &x.sqrt());
        agree(&function(RealFn::Tan, &function(RealFn::Atan, &x)), &x);
        agree(&function(RealFn::Sin, &function(RealFn::Asin, &x)), &x);
        agree(&function(RealFn::Cos, &function(RealFn::Acos, &x)), &x);
        let (sine, cosine) = (function(RealFn::Sin, &x), function(RealFn::Cos, &x));
        agree(&sine.mul(&sine).add(&cosine.mul(&cosine)), &Series::one());
        let third = Series::constant(Ball::from(RBig::from_parts(1.into(), 3_u32.into())));
        let root = Series::power(&x, &third).0;
        agree(&root.mul(&root).mul(&root), &x);
    });
}

#[test]
fn an_inverse_matrix_times_the_matrix_is_the_identity_and_a_determinant_is_multiplicative() {
    run(|| {
        let one = Series::one();
        let a = vec![some(), time(), one.add(&time()), some().mul(&some()).neg()];
        let (mut out, mut identity) = (vec![Series::zero(); 4], vec![Series::zero(); 4]);
        let (_, singular) = Series::inverse(2, &mut a.clone(), &Series::zero(), &mut out, &mut []);
        assert_eq!(singular, 0);
        Series::matmul(&out, &a, &mut identity, 2, 2, 2);
        agree(&identity[0], &one);
        agree(&identity[1], &Series::zero());
        let of = |a: &[Series]| Series::determinant(2, &mut a.to_vec(), &mut []).0;
        agree(&of(&a).mul(&of(&out)), &one);
        agree(&of(&a), &a[0].mul(&a[3]).sub(&a[1].mul(&a[2])));
    });
}

#[test]
fn where_a_function_has_no_series_nothing_is_known() {
    run(|| {
        assert_eq!(time().sqrt().finite(), 0);
        assert_eq!(time().abs().finite(), 0);
        assert_eq!(time().max(&Series::zero()).finite(), 0);
        assert_eq!(Series::one().div(&time()).finite(), 0);
        assert_eq!(function(RealFn::Floor, &time()).finite(), 0);
        assert_eq!(Series::eigenvalue(1, 0, &mut [time()], &mut []).0.finite(), 0);
        // Of an enclosure around a tie too.
        let around = Series::new(vec![Ball::from_f64(-1.0).hull(&Ball::one()), Ball::one()]);
        assert_eq!(around.abs().finite(), 0);
    });
}

#[test]
fn what_is_not_known_is_not_known_in_any_coefficient_however_it_goes_on() {
    run(|| {
        let unknown = time().abs();
        let known = some();
        let inverse = |a: &Series| {
            let mut out = [Series::zero()];
            Series::inverse(1, &mut [a.clone()], &Series::zero(), &mut out, &mut []);
            out[0].clone()
        };
        let all = [
            unknown.clone(),
            unknown.neg(),
            unknown.add(&known),
            known.sub(&unknown),
            known.mul(&unknown),
            unknown.mul(&Series::zero()),
            unknown.div(&known),
            known.div(&unknown),
            unknown.sqrt(),
            unknown.max(&known),
            function(RealFn::Exp, &unknown),
            function(RealFn::Log, &unknown),
            function(RealFn::Sin, &unknown.add(&known)),
            function(RealFn::Atan, &unknown.add(&known)),
            Series::power(&unknown, &known).0,
            inverse(&unknown),
            Series::determinant(2, &mut [known.clone(), unknown.clone(), known.clone(), known.clone()], &mut []).0,
        ];
        for (i, x) in all.iter().enumerate() {
            (0..=ORDER).for_each(|k| assert!(!x.coefficient(k).is_known(), "number {i}, t^{k}"));
        }
    });
}

#[test]
fn a_comparison_is_told_only_where_it_lasts() {
    run(|| {
        let (zero, one) = (Series::zero(), Series::one());
        assert_eq!((zero.le(&time()), time().le(&zero), time().eq(&zero), zero.lt(&time())), (0, 0, 0, 0));
        assert_ne!(time().lt(&one), 0);
        assert_ne!(zero.le(&zero), 0);
        assert_ne!(one.eq(&one), 0);
    });
}
