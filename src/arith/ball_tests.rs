//! Certified reals, held against exact rationals, power series summed in rationals, and themselves at higher precision.

use super::ball::{Ball, EXACT_BITS, bits, with_bits};
use super::float::{self, Way};
use super::lane::ALL;
use super::number::{Number, RealFn};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cmp::Ordering;

fn q(p: i64, q: u64) -> RBig {
    RBig::from_parts(IBig::from(p), UBig::from(q))
}

fn exact(x: f64) -> RBig {
    RBig::try_from(x).expect("a finite number")
}

fn power_of_two(k: i64) -> RBig {
    let size = UBig::ONE << usize::try_from(k.unsigned_abs()).expect("small");
    if k < 0 { RBig::from_parts(IBig::ONE, size) } else { RBig::from(size) }
}

fn integer(rng: &mut impl Rng, bits: usize) -> UBig {
    let words: Vec<u64> = (0..bits.div_ceil(64)).map(|_| rng.random()).collect();
    let mut x = UBig::ZERO;
    for word in words {
        x = (x << 64) + UBig::from(word);
    }
    x >> (bits.div_ceil(64) * 64 - bits)
}

/// Rationals of many kinds: whole, short, long, dyadic, of any size within reason, zero now and then.
fn rational(rng: &mut impl Rng) -> RBig {
    let size = [2, 5, 53, 130, 400][rng.random_range(0..5)];
    let p = IBig::from(integer(rng, size));
    let p = if rng.random() { -p } else { p };
    match rng.random_range(0..5) {
        0 => RBig::from(p),
        1 => RBig::from(p) * power_of_two(rng.random_range(-80..80)),
        2 => RBig::from(p) * power_of_two(rng.random_range(-2000..2000)),
        _ => RBig::from_parts(p, integer(rng, size) + UBig::ONE),
    }
}

/// A ball that contains `x`: exact, narrow, wide, or with an end at the number itself.
fn around(x: &RBig, rng: &mut impl Rng) -> Ball {
    let mut side = || {
        let size = if x.is_zero() { RBig::ONE } else { if *x < RBig::ZERO { -x.clone() } else { x.clone() } };
        match rng.random_range(0..4) {
            0 => RBig::ZERO,
            1 => size * power_of_two(rng.random_range(-300..-20)),
            2 => size * q(rng.random_range(0..40), 13),
            _ => power_of_two(rng.random_range(-10..4)),
        }
    };
    let (below, above) = (side(), side());
    Ball::from_enclosure(&(x - below), &(x + above))
}

/// Whether the number is where the ball says; not known says nothing.
fn contains(ball: &Ball, x: &RBig) -> bool {
    ball.enclosure().is_none_or(|(lo, hi)| lo <= *x && *x <= hi)
}

fn overlap(a: &Ball, b: &Ball) -> bool {
    a.order(b).is_none_or(|order| order == Ordering::Equal)
}

fn width(ball: &Ball) -> RBig {
    let (lo, hi) = ball.enclosure().expect("known");
    hi - lo
}

/// Whether it is narrower than `2^-k` of its size.
fn narrow(ball: &Ball, k: i64) -> bool {
    let (lo, hi) = ball.enclosure().expect("known");
    let size = |x: RBig| if x < RBig::ZERO { -x } else { x };
    let greatest = size(lo.clone()).max(size(hi.clone()));
    hi - lo <= greatest * power_of_two(-k)
}

fn at(bits: usize, f: RealFn, x: &RBig) -> Ball {
    with_bits(bits, || Ball::elementary(f, &Ball::from(x.clone())).0)
}

#[test]
fn floats_are_rounded_the_way_that_is_asked_whatever_the_length_of_the_operands() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..4000 {
        let (a, b) = (rational(&mut rng), rational(&mut rng));
        let long = rng.random_range(16..500);
        let float = |x: &RBig| float::of_rational(Way::Down, long, x).expect("within limits");
        let (x, y) = (float(&a), float(&b));
        let (rx, ry) = (float::to_rational(&x), float::to_rational(&y));
        assert!(rx <= a && float::to_rational(&float::of_rational(Way::Up, long, &a).expect("sane")) >= a);
        let bits = rng.random_range(16..200);
        let check = |name: &str, truth: RBig, f: &dyn Fn(Way) -> Option<float::Float>| {
            let (lo, hi) = (f(Way::Down).expect("known"), f(Way::Up).expect("known"));
            let (lo, hi) = (float::to_rational(&lo), float::to_rational(&hi));
            assert!(lo <= truth && truth <= hi, "{name} of {rx} and {ry} at {bits}: {lo}, {truth}, {hi}");
            let size = if truth < RBig::ZERO { -truth } else { truth };
            assert!(hi - lo <= size * power_of_two(2 - bits as i64), "{name} of {rx} and {ry} at {bits} is wide");
        };
        check("sum", &rx + &ry, &|way| float::add(way, bits, &x, &y));
        check("difference", &rx - &ry, &|way| float::sub(way, bits, &x, &y));
        check("product", &rx * &ry, &|way| float::mul(way, bits, &x, &y));
        check("rounded", rx.clone(), &|way| float::round(way, bits, &x));
        if !ry.is_zero() {
            check("quotient", &rx / &ry, &|way| float::div(way, bits, &x, &y));
        }
        assert_eq!(float::compare(&x, &y), rx.cmp(&ry));
        assert_eq!(float::compare_rational(&a, &y), a.cmp(&ry), "{a} and {ry}");
        assert_eq!(RBig::from(float::floor(&x)), RBig::from(rx.floor()));
        for n in [2, 3, 7] {
            if rx >= RBig::ZERO {
                let power = |way| float::to_rational(&float::root(way, bits, n, &x).expect("known")).pow(n as isize);
                let (lo, hi) = (power(Way::Down), power(Way::Up));
                assert!(lo <= rx && rx <= hi, "root {n} of {rx}");
                assert!(hi - lo <= &rx * power_of_two(6 - bits as i64), "root {n} of {rx} is wide");
            }
        }
    }
}

#[test]
fn arithmetic_of_enclosures_contains_that_of_the_numbers() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut known = 0;
    for _ in 0..6000 {
        let (a, b, c) = (rational(&mut rng), rational(&mut rng), rational(&mut rng));
        with_bits(rng.random_range(16..300), || {
            let (x, y, z) = (around(&a, &mut rng), around(&b, &mut rng), around(&c, &mut rng));
            assert!(contains(&x, &a));
            let check = |name: &str, ball: Ball, truth: RBig| {
                assert!(contains(&ball, &truth), "{name} of {x:?} and {y:?}: {ball:?} without {truth}");
            };
            check("sum", x.add(&y), &a + &b);
            check("difference", x.sub(&y), &a - &b);
            check("product", x.mul(&y), &a * &b);
            check("fused sum", x.mul_add(&y, &z), &a * &b + &c);
            check("fused difference", x.neg_mul_add(&y, &z), &c - &a * &b);
            check("square", x.square(), &a * &a);
            check("negative", x.neg(), -a.clone());
            check("absolute value", x.abs(), a.clone().max(-a.clone()));
            check("maximum", x.max(&y), a.clone().max(b.clone()));
            check("minimum", x.min(&y), a.clone().min(b.clone()));
            check("floor", x.floor(), RBig::from(a.floor()));
            check("hull", x.hull(&y), a.clone());
            check("hull", x.hull(&y), b.clone());
            check("widened", x.widened(&y), &a + &b);
            check("widened", x.widened(&y), &a - &b);
            check("rounded", x.rounded(), a.clone());
            if !b.is_zero() {
                check("quotient", x.div(&y), &a / &b);
                known += u32::from(x.div(&y).is_known());
            }
            let cube = Ball::power(&x, &Ball::from_f64(3.0)).0;
            check("cube", cube, a.pow(3));
            assert!(x.square().enclosure().is_none_or(|(lo, _)| lo >= RBig::ZERO));
            assert!(float::compare_rational(&a, &x.mag().expect("known")).is_le());
            // What is decided is so.
            assert!(x.lt(&y) == 0 || a < b);
            assert!(x.le(&y) == 0 || a <= b);
            assert!(x.eq(&y) == 0 || a == b);
            assert!(x.contains_zero() || !a.is_zero());
            assert_eq!(x.lt(&y) & y.le(&x), 0);
        });
    }
    assert!(known > 2000, "{known} quotients known");
}

#[test]
fn rationals_stay_rational_until_they_are_too_long() {
    let third = Ball::from(q(1, 3));
    let sum = third.add(&third).add(&third);
    assert_eq!(sum.eq(&Ball::one()), ALL);
    let mut x = Ball::from(q(3, 2));
    let mut truth = q(3, 2);
    for _ in 0..14 {
        x = x.square();
        truth = truth.sqr();
        assert!(contains(&x, &truth));
        assert_eq!(x.is_exact(), truth.numerator().bit_len_at_most(EXACT_BITS, truth.denominator()));
    }
    assert!(!x.is_exact() && narrow(&x, bits() as i64 - 20));
    assert!(x.sub(&x).contains_zero());
    assert!(x.mul(&Ball::zero()).is_zero(), "zero times anything known");
    assert!(!Ball::Unknown.mul(&Ball::zero()).is_known());
}

trait Fits {
    fn bit_len_at_most(&self, most: usize, with: &UBig) -> bool;
}

impl Fits for IBig {
    fn bit_len_at_most(&self, most: usize, with: &UBig) -> bool {
        use dashu_int::ops::BitTest;
        self.bit_len() + with.bit_len() <= most
    }
}

#[test]
fn what_is_not_known_is_passed_on_and_decides_nothing() {
    let two = Ball::from_f64(2.0);
    let u = Ball::Unknown;
    for x in [u.add(&two), two.sub(&u), u.mul(&two), two.div(&u), u.max(&two), two.min(&u), u.sqrt(), u.floor()] {
        assert!(!x.is_known());
    }
    for f in [RealFn::Exp, RealFn::Log, RealFn::Sin, RealFn::Cos, RealFn::Tan, RealFn::Asin, RealFn::Acos, RealFn::Atan]
    {
        assert!(!Ball::elementary(f, &u).0.is_known());
    }
    assert_eq!((u.lt(&two), u.le(&two), u.eq(&u), two.lt(&u), u.finite()), (0, 0, 0, 0, 0));
    assert!(!Ball::power(&u, &Ball::zero()).0.is_known() && !Ball::power(&two, &u).0.is_known());
    assert!(!two.div(&Ball::zero()).is_known());
    assert!(!two.div(&Ball::from_enclosure(&q(-1, 3), &q(1, 3))).is_known());
}

#[test]
fn infinities_are_beyond_every_number_and_nothing_is_reckoned_with_them() {
    let (top, bottom) = (Ball::from_f64(f64::INFINITY), Ball::from_f64(f64::NEG_INFINITY));
    let x = Ball::from_enclosure(&q(-1, 3), &q(1, 3));
    assert_eq!((x.lt(&top), bottom.lt(&x), bottom.lt(&top), top.eq(&top), top.lt(&x)), (ALL, ALL, ALL, ALL, 0));
    assert!(overlap(&x.min(&top), &x) && matches!(x.max(&top), Ball::Infinite { negative: false }));
    assert!(!top.add(&x).is_known() && !top.mul(&Ball::zero()).is_known());
}

#[test]
fn ends_that_touch_are_ordered_but_not_equal() {
    let (a, b) = (Ball::from_enclosure(&q(0, 1), &q(1, 1)), Ball::from_enclosure(&q(1, 1), &q(2, 1)));
    assert_eq!((a.le(&b), a.lt(&b), b.le(&a), a.eq(&b), a.eq(&a), a.le(&a)), (ALL, 0, 0, 0, 0, 0));
    let one = Ball::one();
    assert_eq!((a.le(&one), one.le(&b), one.eq(&one), a.lt(&one)), (ALL, ALL, ALL, 0));
}

#[test]
fn precision_is_set_for_a_while_and_restored_also_after_a_panic() {
    let before = bits();
    assert_eq!(with_bits(512, || with_bits(256, bits) + bits()), 768);
    let _ = std::panic::catch_unwind(|| with_bits(999, || panic!("on purpose")));
    assert_eq!(bits(), before);
    assert!(with_bits(0, || Ball::from_f64(2.0).sqrt()).is_known());
}

/// `Σ (-1)^k x^(step k + first) c(k)` with rational coefficients, and a bound on what is left out for `|x| <= 1/2`.
fn series(x: &RBig, first: usize, step: usize, coefficient: impl Fn(usize) -> RBig) -> (RBig, RBig) {
    let cut = |x: RBig| {
        // 700 binary places; what is cut is counted below.
        let scaled = (x * power_of_two(700)).floor();
        RBig::from(scaled) * power_of_two(-700)
    };
    let mut power = x.pow(first as isize);
    let square = x.pow(step as isize);
    let mut sum = RBig::ZERO;
    for k in 0..700 {
        sum = cut(sum + &power * coefficient(k));
        power = cut(power * &square);
    }
    (sum, power_of_two(-600))
}

fn factorial(n: usize) -> UBig {
    (1..=n).fold(UBig::ONE, |product, k| product * UBig::from(k))
}

#[test]
fn functions_agree_with_their_power_series_in_rationals() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let factorials: Vec<UBig> = (0..1401).map(factorial).collect();
    let over = |sign: bool, d: UBig| RBig::from_parts(if sign { IBig::NEG_ONE } else { IBig::ONE }, d);
    for _ in 0..12 {
        let x = exact(rng.random_range(-0.5..0.5));
        let truths = [
            (RealFn::Exp, series(&x, 0, 1, |k| over(false, factorials[k].clone()))),
            (RealFn::Sin, series(&x, 1, 2, |k| over(k % 2 == 1, factorials[2 * k + 1].clone()))),
            (RealFn::Cos, series(&x, 0, 2, |k| over(k % 2 == 1, factorials[2 * k].clone()))),
            (RealFn::Atan, series(&x, 1, 2, |k| over(k % 2 == 1, UBig::from(2 * k + 1)))),
        ];
        for bits in [64, 128, 333, 512] {
            for (f, (sum, slack)) in &truths {
                let ball = at(bits, *f, &x);
                let truth = with_bits(1000, || Ball::from_enclosure(&(sum - slack), &(sum + slack)));
                assert!(overlap(&ball, &truth), "{f:?} of {x} at {bits}: {ball:?}");
                assert!(narrow(&ball, bits as i64 - 4), "{f:?} of {x} at {bits} is wide");
            }
            // ln((1+x)/(1-x)) = 2 artanh x
            let (sum, slack) = series(&x, 1, 2, |k| RBig::from_parts(IBig::from(2), UBig::from(2 * k + 1)));
            let ball = at(bits, RealFn::Log, &((RBig::ONE + &x) / (RBig::ONE - &x)));
            let truth = with_bits(1000, || Ball::from_enclosure(&(&sum - &slack), &(sum + slack)));
            assert!(overlap(&ball, &truth), "ln at {x}, {bits}");
        }
    }
    // Machin: π = 16 atan(1/5) - 4 atan(1/239)
    let atan = |x| series(&x, 1, 2, |k| over(k % 2 == 1, UBig::from(2 * k + 1))).0;
    let machin = atan(q(1, 5)) * q(16, 1) - atan(q(1, 239)) * q(4, 1);
    for bits in [16, 53, 128, 500] {
        let pi = with_bits(bits, || Ball::pi().0);
        assert!(contains(&pi.widened(&Ball::from(power_of_two(-590))), &machin));
        assert!(narrow(&pi, bits as i64 - 2));
    }
}

/// Arguments where `f` is defined, small and large.
fn arguments(f: RealFn, rng: &mut impl Rng) -> RBig {
    match f {
        RealFn::Asin | RealFn::Acos => match rng.random_range(0..4) {
            0 => q(1, 1) - power_of_two(-rng.random_range(1..200)),
            1 => power_of_two(-rng.random_range(1..200)) - q(1, 1),
            _ => exact(rng.random_range(-1.0..1.0)),
        },
        RealFn::Log => match rng.random_range(0..3) {
            0 => exact(rng.random_range(0.0..10.0)) * power_of_two(rng.random_range(-900..900)),
            1 => q(1, 1) + power_of_two(-rng.random_range(1..150)),
            _ => exact(rng.random_range(0.5..2.0)),
        },
        RealFn::Exp => exact(rng.random_range(-700.0..700.0)),
        _ => match rng.random_range(0..3) {
            0 => exact(rng.random_range(-1.0..1.0)) * power_of_two(rng.random_range(-300..300)),
            1 => q(rng.random_range(-1000..1000), rng.random_range(1..1000)),
            _ => exact(rng.random_range(-10.0..10.0)),
        },
    }
}

const TRANSCENDENTAL: [RealFn; 8] =
    [RealFn::Exp, RealFn::Log, RealFn::Sin, RealFn::Cos, RealFn::Tan, RealFn::Asin, RealFn::Acos, RealFn::Atan];

#[test]
fn functions_contain_their_value_at_doubled_precision_and_get_narrower() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    for f in TRANSCENDENTAL {
        for _ in 0..40 {
            let x = arguments(f, &mut rng);
            let mut last: Option<RBig> = None;
            for bits in [32, 64, 128, 256, 512] {
                let (ball, finer) = (at(bits, f, &x), at(2 * bits, f, &x));
                assert!(ball.is_known(), "{f:?} of {x} at {bits}");
                assert!(overlap(&ball, &finer), "{f:?} of {x} at {bits}: {ball:?}, {finer:?}");
                let width = width(&ball);
                assert!(last.is_none_or(|last| width <= last * q(2, 1)), "{f:?} of {x} at {bits} got wider");
                last = Some(width);
            }
            // Near a zero the relative width may be large, the absolute is not.
            assert!(last.is_some_and(|width| width <= power_of_two(-480) || narrow(&at(512, f, &x), 480)), "{f:?} {x}");
        }
    }
}

#[test]
fn functions_are_where_floating_point_finds_them() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for f in TRANSCENDENTAL {
        for _ in 0..100 {
            let x: f64 = match f {
                RealFn::Asin | RealFn::Acos => rng.random_range(-1.0..1.0),
                RealFn::Log => rng.random_range(0.0..100.0),
                _ => rng.random_range(-100.0..100.0),
            };
            let y = match f {
                RealFn::Exp => x.exp(),
                RealFn::Log => x.ln(),
                RealFn::Sin => x.sin(),
                RealFn::Cos => x.cos(),
                RealFn::Tan => x.tan(),
                RealFn::Asin => x.asin(),
                RealFn::Acos => x.acos(),
                _ => x.atan(),
            };
            let ulps = exact((y * 4.0 * f64::EPSILON).abs());
            let near = Ball::from_enclosure(&(exact(y) - &ulps), &(exact(y) + ulps));
            let ball = at(128, f, &exact(x));
            assert!(overlap(&near, &ball), "{f:?} of {x}: {y}, {}", ball.to_f64(0));
            assert!((ball.to_f64(0) - y).abs() <= (y * 4.0 * f64::EPSILON).abs());
        }
    }
}

#[test]
fn functions_of_enclosures_contain_those_of_what_is_in_them() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut known = 0;
    for f in [RealFn::Sqrt, RealFn::Floor, RealFn::Ceil].into_iter().chain(TRANSCENDENTAL) {
        for _ in 0..400 {
            let (x, y) = (arguments(f, &mut rng), arguments(f, &mut rng));
            // A narrow range, a wide one, or one that begins at either.
            let reach = (&y - &x) * power_of_two(-rng.random_range(0..100));
            let (lo, hi) = (x.clone().min(&x + &reach), x.clone().max(&x + &reach));
            let wide = Ball::from_enclosure(&lo, &hi);
            let image = Ball::elementary(f, &wide).0;
            known += u32::from(image.is_known());
            for part in 0..=8 {
                let inside = &lo + (&hi - &lo) * q(part, 8);
                let point = at(300, f, &inside);
                if point.is_known() {
                    assert!(overlap(&image, &point), "{f:?} of {lo} to {hi}: {image:?} without {point:?} at {inside}");
                }
            }
        }
    }
    assert!(known > 2500, "{known}");
}

#[test]
fn sine_and_cosine_turn_where_they_turn() {
    let ends =
        |f, lo: RBig, hi: RBig| Ball::elementary(f, &Ball::from_enclosure(&lo, &hi)).0.enclosure().expect("known");
    // Over a maximum, a minimum, both, and neither.
    assert_eq!(ends(RealFn::Sin, q(1, 1), q(2, 1)).1, q(1, 1));
    assert!(ends(RealFn::Sin, q(1, 1), q(2, 1)).0 > q(84, 100));
    assert_eq!(ends(RealFn::Sin, q(4, 1), q(5, 1)).0, q(-1, 1));
    assert_eq!(ends(RealFn::Sin, q(1, 1), q(5, 1)), (q(-1, 1), q(1, 1)));
    assert_eq!(ends(RealFn::Cos, q(-1, 2), q(1, 3)).1, q(1, 1));
    assert_eq!(ends(RealFn::Cos, q(3, 1), q(4, 1)).0, q(-1, 1));
    assert_eq!(ends(RealFn::Cos, q(0, 1), q(1000, 1)), (q(-1, 1), q(1, 1)));
    assert!(ends(RealFn::Cos, q(1, 1), q(3, 1)).0 > q(-1, 1) && ends(RealFn::Cos, q(1, 1), q(3, 1)).1 < q(1, 1));
    assert!(!Ball::elementary(RealFn::Tan, &Ball::from_enclosure(&q(1, 1), &q(2, 1))).0.is_known(), "over a pole");
    assert!(Ball::elementary(RealFn::Tan, &Ball::from_enclosure(&q(2, 1), &q(4, 1))).0.is_known());
    // Next to an extreme: as narrow as it should be.
    let half_pi = Ball::pi().0.mul(&Ball::from(q(1, 2)));
    let sine = Ball::elementary(RealFn::Sin, &half_pi).0;
    assert!(contains(&sine, &RBig::ONE) && narrow(&sine, 120));
    assert!(width(&Ball::elementary(RealFn::Cos, &half_pi).0) < power_of_two(-120));
}

#[test]
fn roots_and_powers_are_rational_where_they_can_be() {
    let ball = |p: i64, d: u64| Ball::from(q(p, d));
    let same = |a: &Ball, b: &Ball| a.eq(b) == ALL;
    assert!(same(&ball(9, 16).sqrt(), &ball(3, 4)) && same(&Ball::zero().sqrt(), &Ball::zero()));
    assert!(!ball(-9, 16).sqrt().is_known());
    assert!(!Ball::from_enclosure(&q(-1, 1000), &q(1, 1)).sqrt().is_known(), "may have no root");
    for (x, y, truth) in [
        (ball(8, 1), ball(1, 3), ball(2, 1)),
        (ball(9, 4), ball(-3, 2), ball(8, 27)),
        (ball(-2, 1), ball(3, 1), ball(-8, 1)),
        (ball(-2, 1), ball(-2, 1), ball(1, 4)),
        (ball(1, 1), ball(i64::MAX, 3), ball(1, 1)),
        (ball(0, 1), ball(1, 7), ball(0, 1)),
        (ball(0, 1), ball(1, 700), ball(0, 1)),
        (ball(5, 1), ball(0, 1), ball(1, 1)),
        (ball(1024, 1), ball(3, 10), ball(8, 1)),
    ] {
        assert!(same(&Ball::power(&x, &y).0, &truth), "{x:?} to the {y:?}: {:?}", Ball::power(&x, &y).0);
    }
    assert!(!Ball::power(&Ball::zero(), &ball(-1, 1)).0.is_known());
    assert!(!Ball::power(&ball(-2, 1), &ball(1, 3)).0.is_known());
    // √2 to the 1000000, by roots and by logarithms.
    let narrowly = Ball::power(&ball(2, 1), &ball(1_000_001, 2)).0;
    let (root, halves) = (ball(2, 1).sqrt(), Ball::from(power_of_two(500_000)));
    assert!(overlap(&narrowly, &root.mul(&halves)) && narrow(&narrowly, 120));
}

#[test]
fn powers_contain_what_exponentials_and_products_find() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..300 {
        let x = exact(rng.random_range(0.01..50.0));
        let (p, d) = (rng.random_range(-40..40), rng.random_range(1..90));
        let ball = Ball::power(&Ball::from(x.clone()), &Ball::from(q(p, d))).0;
        let by_log = with_bits(400, || {
            let log = Ball::elementary(RealFn::Log, &Ball::from(x.clone())).0;
            Ball::elementary(RealFn::Exp, &log.mul(&Ball::from(q(p, d)))).0
        });
        assert!(overlap(&ball, &by_log) && narrow(&ball, 120), "{x} to the {p}/{d}: {ball:?}, {by_log:?}");
        let range = Ball::from_enclosure(&x, &(&x * q(3, 2)));
        let wide = Ball::power(&range, &Ball::from(q(p, d))).0;
        assert!(overlap(&wide, &ball));
        let exponents = Ball::from_enclosure(&q(p, d), &(q(p, d) + q(1, 3)));
        assert!(overlap(&Ball::power(&range, &exponents).0, &ball));
    }
    let from_zero = Ball::from_enclosure(&q(0, 1), &q(2, 1));
    let root = Ball::power(&from_zero, &Ball::from(q(1, 101))).0;
    assert!(contains(&root, &RBig::ZERO) && contains(&root, &RBig::ONE));
}

#[test]
fn huge_and_tiny_numbers_are_enclosed_or_not_known() {
    let ten = RBig::from(UBig::from(10u8).pow(100_000));
    let (huge, tiny) = (Ball::from(ten.clone()), Ball::from(RBig::ONE / &ten));
    assert!(!huge.is_exact() && contains(&huge, &ten) && narrow(&huge, 120));
    assert!(contains(&huge.mul(&tiny), &RBig::ONE));
    assert!(contains(&huge.sqrt(), &RBig::from(UBig::from(10u8).pow(50_000))));
    assert_eq!((tiny.lt(&Ball::one()), Ball::zero().lt(&tiny), huge.lt(&tiny)), (ALL, ALL, 0));
    let all = Ball::from_enclosure(&q(-1, 1), &q(1, 1));
    assert!(overlap(&Ball::elementary(RealFn::Sin, &huge).0, &all));
    let log = Ball::elementary(RealFn::Log, &huge).0;
    assert!((log.to_f64(0) - 100_000.0 * std::f64::consts::LN_10).abs() < 1e-6);
    assert!(!Ball::elementary(RealFn::Exp, &huge).0.is_known(), "overflow");
    let none = Ball::elementary(RealFn::Exp, &huge.neg()).0;
    assert!(none.is_known() && none.lt(&tiny) == ALL && Ball::zero().le(&none) == ALL);
    for f in [RealFn::Sin, RealFn::Tan, RealFn::Asin, RealFn::Atan] {
        let image = Ball::elementary(f, &tiny).0;
        assert!(overlap(&image, &tiny) && narrow(&image, 120), "{f:?} of something tiny");
    }
    let one = Ball::elementary(RealFn::Exp, &tiny).0;
    assert!(Ball::one().le(&one) == ALL && narrow(&one, 120));
    assert!(narrow(&Ball::elementary(RealFn::Cos, &tiny).0, 120));
    // Growth ends as not known, vanishing as next to zero.
    let (mut up, mut down) = (huge.clone(), tiny.clone());
    for _ in 0..40 {
        (up, down) = (up.square(), down.square());
    }
    assert!(!up.is_known() && down.is_known() && Ball::zero().le(&down) == ALL && down.lt(&tiny) == ALL);
    // Hostile exponents cost no more than the precision.
    let exponent = Ball::from(q(i64::MAX, 1));
    assert!(!Ball::power(&Ball::from(q(3, 2)), &exponent).0.is_known());
    let vanishing = Ball::power(&Ball::from(q(2, 3)), &exponent).0;
    assert!(vanishing.is_known() && vanishing.lt(&tiny) == ALL);
    assert!(!Ball::elementary(RealFn::Exp, &Ball::from_f64(f64::MAX)).0.is_known());
    assert!(Ball::elementary(RealFn::Cos, &Ball::from_f64(f64::MAX)).0.is_known());
    assert!(narrow(&Ball::elementary(RealFn::Sin, &Ball::from_f64(1e300)).0, 100));
    assert_eq!(huge.to_f64(0), f64::INFINITY);
    assert_eq!(tiny.to_f64(0), 0.0);
}

#[test]
fn numbers_just_inside_the_domain_have_a_value_and_those_that_may_be_outside_have_none() {
    let edge = q(1, 1) - power_of_two(-1000);
    let arc = at(128, RealFn::Acos, &edge);
    assert!(arc.is_known() && Ball::zero().le(&arc) == ALL);
    assert!(overlap(&at(128, RealFn::Acos, &q(-1, 1)), &with_bits(300, || Ball::pi().0)));
    assert!(overlap(&at(128, RealFn::Asin, &q(1, 1)), &with_bits(300, || Ball::pi().0.mul(&Ball::from(q(1, 2))))));
    let over = Ball::from_enclosure(&q(1, 2), &(q(1, 1) + power_of_two(-100)));
    assert!(!Ball::elementary(RealFn::Asin, &over).0.is_known());
    assert!(!Ball::elementary(RealFn::Log, &Ball::from_enclosure(&q(0, 1), &q(1, 1))).0.is_known());
    assert!(!Ball::elementary(RealFn::Log, &Ball::from(q(-1, 2))).0.is_known());
    for (f, x, y) in [
        (RealFn::Exp, 0, 1),
        (RealFn::Cos, 0, 1),
        (RealFn::Log, 1, 0),
        (RealFn::Acos, 1, 0),
        (RealFn::Sin, 0, 0),
        (RealFn::Tan, 0, 0),
        (RealFn::Asin, 0, 0),
        (RealFn::Atan, 0, 0),
    ] {
        assert_eq!(at(64, f, &q(x, 1)).eq(&Ball::from(q(y, 1))), ALL, "{f:?} of {x}");
    }
}

#[test]
fn products_of_matrices_are_exact_for_rationals_and_contain_the_truth_for_others() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    for round in 0..60 {
        let (m, k, n) = (rng.random_range(1..5), rng.random_range(0..6), rng.random_range(1..5));
        let a: Vec<RBig> = (0..m * k).map(|_| rational(&mut rng)).collect();
        let b: Vec<RBig> = (0..k * n).map(|_| rational(&mut rng)).collect();
        let mut ball = |x: &RBig| match round % 3 {
            0 => Ball::from(x.clone()),
            1 => around(x, &mut rng),
            _ if rng.random() => around(x, &mut rng),
            _ => Ball::from(x.clone()),
        };
        let x: Vec<Ball> = a.iter().map(&mut ball).collect();
        let y: Vec<Ball> = b.iter().map(&mut ball).collect();
        let mut out = vec![Ball::Unknown; m * n];
        Ball::matmul(&x, &y, &mut out, m, k, n);
        for i in 0..m {
            for j in 0..n {
                let truth = (0..k).fold(RBig::ZERO, |sum, l| sum + &a[i * k + l] * &b[l * n + j]);
                assert!(out[i * n + j].is_known() && contains(&out[i * n + j], &truth), "{m} {k} {n}");
                assert!(
                    round % 3 != 0
                        || out[i * n + j].eq(&Ball::from(truth.clone())) == ALL
                        || !Ball::from(truth).is_exact()
                );
            }
        }
        let squares = Ball::sum_of_squares(&x);
        let inner = Ball::inner(&x, &x);
        let truth = a.iter().fold(RBig::ZERO, |sum, x| sum + x * x);
        assert!(contains(&squares, &truth) && contains(&inner, &truth) && squares.lt(&Ball::zero()) == 0);
    }
    let mut out = [Ball::zero()];
    Ball::matmul(&[Ball::zero(), Ball::one()], &[Ball::Unknown, Ball::one()], &mut out, 1, 2, 1);
    assert!(!out[0].is_known(), "zero times what is not known is not known");
}

#[test]
fn exponents_split_for_enclosures_too_unless_a_power_of_two_lies_inside() {
    let (m, e) = Ball::from_enclosure(&q(5, 1), &q(6, 1)).split_exponent();
    assert!(contains(&m, &q(5, 4)) && contains(&m, &q(3, 2)) && e.eq(&Ball::from_f64(2.0)) == ALL);
    assert!(!Ball::from_enclosure(&q(3, 1), &q(5, 1)).split_exponent().1.is_known());
    assert!(!Ball::from_enclosure(&q(0, 1), &q(5, 1)).split_exponent().1.is_known());
    let x = Ball::from(q(-7, 3));
    assert!(!x.split_exponent().1.is_known());
}
