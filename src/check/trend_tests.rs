//! Tests of the reading of trends against curves whose ends are known.

use super::*;

fn at(values: &[f64], y: impl Fn(f64) -> f64) -> Vec<Measure> {
    values.iter().map(|&v| Measure { x: ln(v), y: y(v), spread: 0.001, above: 0.0 }).collect()
}

fn wide() -> Vec<f64> {
    (0..7).map(|i| 10f64.powf(0.5 * f64::from(i))).collect()
}

fn grows(y: impl Fn(f64) -> f64) -> Option<(f64, (f64, f64))> {
    match trend(&at(&wide(), y)) {
        Trend::Grows { exponent, interval } => Some((exponent, interval)),
        _ => None,
    }
}

#[test]
fn powers_and_logarithms_grow() {
    for power in [0.1, 0.25, 0.5, 1.0, 3.0] {
        let (exponent, interval) = grows(|v| 3.0 * v.powf(power)).expect("it grows");
        assert!((exponent - power).abs() < 1e-9 && interval.0 <= power && power <= interval.1);
    }
    assert!(grows(|v| 1.0 + ln(v)).is_some());
    assert!(grows(|v| (1.0 + ln(v)).sqrt()).is_some());
    // Growth that begins in the middle of the range.
    assert!(grows(|v| 1.0_f64.max(v / 30.0)).is_some());
}

#[test]
fn what_has_a_limit_settles() {
    for (i, y) in [
        Box::new(|v: f64| 2.0 - 1.9 / v) as Box<dyn Fn(f64) -> f64>,
        Box::new(|v: f64| v / (1.0 + v)),
        Box::new(|v: f64| 5.0 - 4.0 / v.sqrt()),
        // As slow as a limit is seen.
        Box::new(|v: f64| 2.0 - 1.0 / (1.0 + ln(v))),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(trend(&at(&wide(), y)), Trend::Settles, "{i}");
    }
}

#[test]
fn what_has_a_limit_that_is_far_off_is_not_said_to_grow() {
    for middle in [100.0_f64, 200.0, 300.0, 700.0, 1000.0] {
        for power in [1.0, 2.0] {
            let found = trend(&at(&wide(), |v| v.powf(power) / (v.powf(power) + middle.powf(power))));
            assert!(!matches!(found, Trend::Grows { .. }), "{middle}, {power}: {found:?}");
        }
    }
}

#[test]
fn a_short_rise_that_hardly_gets_steeper_is_no_growth() {
    // The constant of the least singular value of gaussian matrices over one to eight columns more; it comes to 1.3 at 32.
    let values = [(1.0, 0.503), (2.0, 0.704), (4.0, 0.884), (8.0, 1.11)];
    let points: Vec<Measure> =
        values.iter().map(|&(v, y)| Measure { x: ln(v), y, spread: 0.02, above: 0.02 }).collect();
    assert!(matches!(trend(&points), Trend::Unclear { .. }), "{:?}", trend(&points));
    let powers: Vec<Measure> = points.iter().map(|point| Measure { y: exp(0.4 * point.x), ..*point }).collect();
    assert!(matches!(trend(&powers), Trend::Grows { .. }), "{:?}", trend(&powers));
}

#[test]
fn logarithms_in_steps_do_not_settle() {
    for counts in [
        &[0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 10.0][..],
        &[1.0, 3.0, 5.0, 7.0, 9.0, 10.0],
        &[1.0, 2.0, 4.0, 6.0, 7.0, 9.0, 11.0, 13.0, 14.0],
    ] {
        let points: Vec<Measure> =
            (0..).zip(counts).map(|(i, &y)| Measure { x: 1.15 * f64::from(i), y, spread: 0.0, above: 0.0 }).collect();
        assert!(!matches!(trend(&points), Trend::Settles | Trend::Level), "{:?}", trend(&points));
    }
    // A constant that is a whole number is none of many.
    assert_eq!(trend(&at(&wide(), |v| if v < 2.0 { 1.0 } else { 2.0 })), Trend::Level);
}

#[test]
fn quantiles_settle_together_where_single_steps_do_not_tell() {
    // Of the least singular value of gaussian matrices of 1 to 32 columns: it comes to 14.
    let sizes = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
    let rough = |y: &dyn Fn(f64) -> f64| -> Vec<Measure> {
        at(&sizes, y).into_iter().map(|m| Measure { spread: 0.009, above: 0.009, ..m }).collect()
    };
    assert_eq!(trend(&rough(&|d| 14.2 - 3.0 / d)), Trend::Settles);
    // And grow together.
    let powers = |power: f64, values: &[f64]| -> Vec<Measure> {
        at(values, |v| v.powf(power)).into_iter().map(|m| Measure { spread: 0.07, above: 0.07, ..m }).collect()
    };
    assert!(matches!(trend(&powers(0.1, &wide())), Trend::Grows { .. }), "{:?}", trend(&powers(0.1, &wide())));
    assert!(!matches!(trend(&powers(0.02, &wide())), Trend::Grows { .. }), "{:?}", trend(&powers(0.02, &wide())));
    for grows in
        [&|d: f64| 1.0 + 0.01 * ln(d), &|d: f64| 5.0 + ln(d).sqrt(), &|d: f64| d.powf(0.02)] as [&dyn Fn(f64) -> f64; 3]
    {
        let found = trend(&rough(grows));
        assert!(!matches!(found, Trend::Settles | Trend::Level), "{found:?}");
    }
}

#[test]
fn one_fall_after_growth_does_not_settle_it() {
    let ys = [1.0, 3.0, 9.0, 27.0, 81.0, 243.0, 225.0];
    let points: Vec<Measure> =
        wide().iter().zip(ys).map(|(&v, y)| Measure { x: ln(v), y, spread: 0.001, above: 0.0 }).collect();
    assert!(matches!(trend(&points), Trend::Unclear { .. }), "{:?}", trend(&points));
}

#[test]
fn a_slow_power_of_rough_quantiles_is_not_level() {
    let rough = |power: f64| -> Vec<Measure> {
        at(&wide(), |v| 70.0 * v.powf(power)).into_iter().map(|m| Measure { spread: 0.1, above: 0.1, ..m }).collect()
    };
    assert!(matches!(trend(&rough(0.05)), Trend::Unclear { .. }), "{:?}", trend(&rough(0.05)));
    assert_eq!(trend(&rough(-0.05)), Trend::Level);
}

#[test]
fn growth_that_has_just_left_zero_is_growth() {
    assert!(grows(|v| (v - 29.0).max(0.0)).is_some(), "{:?}", trend(&at(&wide(), |v| (v - 29.0).max(0.0))));
}

#[test]
fn growth_after_a_jump_is_growth() {
    // As steep as a power of 5 from the first value to the second, and a line from there on.
    let (exponent, interval) = grows(|v| if v < 2.0 { 1.0 } else { 100.0 * v }).expect("it grows");
    assert!((exponent - 1.0).abs() < 0.05 && interval.0 <= 1.0 && interval.1 >= 1.0, "{exponent} {interval:?}");
}

#[test]
fn growth_that_is_roughly_known_does_not_settle() {
    // As known of quantiles of few trials: by 38 %, either way.
    for (power, values) in
        [(0.3, wide()), (0.5, wide()), (1.0, wide()), (1.0, (0..13).map(|i| 10f64.powf(0.25 * f64::from(i))).collect())]
    {
        for sign in [1.0, -1.0] {
            let mut points: Vec<Measure> = at(&values, |v| v.powf(power))
                .into_iter()
                .map(|m| Measure { spread: 0.38, above: 0.38, ..m })
                .collect();
            let last = points.len() - 1;
            points[last].y *= 1.0 + sign * 0.2;
            let found = trend(&points);
            assert!(!matches!(found, Trend::Settles | Trend::Level), "{power}: {found:?}");
        }
    }
    // And what has settled is seen to have, if it is known well enough.
    let settled = at(&wide(), |v| 2.0 - 1.9 / v).into_iter().map(|m| Measure { spread: 0.05, above: 0.05, ..m });
    assert!(matches!(trend(&settled.collect::<Vec<_>>()), Trend::Settles | Trend::Level));
}

#[test]
fn a_short_stretch_of_what_settles_is_no_growth() {
    let sizes = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
    let found = trend(&at(&sizes, |q| 8.0 * (q + 1.0) / (q + 3.0)));
    assert!(matches!(found, Trend::Unclear { .. }), "{found:?}");
    for power in [0.5, 1.0] {
        assert!(matches!(trend(&at(&sizes, |q| q.powf(power))), Trend::Grows { .. }));
    }
}

#[test]
fn what_stays_or_falls_is_level() {
    assert_eq!(trend(&at(&wide(), |_| 7.0)), Trend::Level);
    assert_eq!(trend(&at(&wide(), |v| 1.0 / v)), Trend::Level);
    assert_eq!(trend(&at(&wide(), |_| 0.0)), Trend::Level);
    assert_eq!(trend(&at(&[1.0, 10.0], |_| 7.0)), Trend::Level);
}

#[test]
fn a_transition_from_one_level_to_another_is_no_growth() {
    for middle in [3.0, 10.0, 30.0] {
        let found = trend(&at(&wide(), |v| 1.0 + (v / middle).powi(4) / (1.0 + (v / middle).powi(4))));
        assert!(!matches!(found, Trend::Grows { .. }), "{middle}: {found:?}");
    }
}

#[test]
fn fine_grids_say_as_much_as_coarse_ones() {
    let fine: Vec<f64> = (0..50).map(|i| 1.0 + 999.0 * f64::from(i) / 49.0).collect();
    assert!(matches!(trend(&at(&fine, |v| 1.0 + ln(v))), Trend::Grows { .. }));
    assert!(matches!(trend(&at(&fine, |v| v.powf(0.25))), Trend::Grows { .. }));
    assert_eq!(trend(&at(&fine, |_| 1.0)), Trend::Level);
}

#[test]
fn what_goes_up_and_down_is_neither_level_nor_growth() {
    let found = trend(&at(&wide(), |v| 2.0 + (3.0 * ln(v)).sin()));
    assert!(!matches!(found, Trend::Grows { .. }), "{found:?}");
    let low = trend(&at(&wide(), |v| if v < 2.0 { 1e4 } else { v }));
    assert!(matches!(low, Trend::Unclear { .. }), "{low:?}");
    let valley = trend(&at(&wide(), |v| 1e5 / v + v));
    assert!(matches!(valley, Trend::Unclear { .. }), "{valley:?}");
}

#[test]
fn dips_are_faults_of_the_searches() {
    // By 8 %, where the searches are said to be off by 0.1 %.
    let uneven = [1.0, 0.93, 1.0, 1.0, 0.94, 1.0, 1.03];
    let points: Vec<Measure> =
        wide().iter().zip(uneven).map(|(&v, y)| Measure { x: ln(v), y, spread: 0.001, above: 0.0 }).collect();
    assert_eq!(trend(&points), Trend::Level);
}

#[test]
fn searches_that_found_next_to_nothing_say_nothing() {
    // Falling, where one more search would have multiplied any of them.
    let wild: Vec<Measure> = at(&wide(), |v| 1e100 / v).into_iter().map(|m| Measure { spread: 0.999, ..m }).collect();
    assert!(matches!(trend(&wild), Trend::Unclear { .. }));
    let rough: Vec<Measure> = at(&wide(), |v| 10.0 / v).into_iter().map(|m| Measure { spread: 0.3, ..m }).collect();
    assert_eq!(trend(&rough), Trend::Level);
}

#[test]
fn an_exponent_within_what_the_searches_may_be_off_is_no_growth() {
    // 5 % in all, by searches that are said to be good to 3 %.
    let points = at(&wide(), |v| v.powf(0.008));
    let points: Vec<Measure> = points.into_iter().map(|m| Measure { spread: 0.03, ..m }).collect();
    assert!(!matches!(trend(&points), Trend::Grows { .. }), "{:?}", trend(&points));
}

#[test]
fn the_interval_of_what_is_no_power_has_its_exponent_at_the_end() {
    // From a level to the exponent 1.
    let (exponent, interval) = grows(|v| 30.0 + v).expect("it grows");
    assert!(exponent < 0.9 && interval.1 > 0.9, "{exponent} {interval:?}");
}

#[test]
fn few_points_and_large_spreads_say_nothing_of_growth() {
    assert!(matches!(trend(&at(&[1.0, 10.0, 100.0], |v| v)), Trend::Unclear { .. }));
    let rough: Vec<Measure> = at(&wide(), |v| v.powf(0.1)).into_iter().map(|m| Measure { spread: 0.4, ..m }).collect();
    assert!(!matches!(trend(&rough), Trend::Grows { .. }));
}

#[test]
fn searches_that_are_a_little_off_do_not_make_growth() {
    // A level number, with deterministic faults of 5 %.
    for seed in 0..200_u64 {
        let fault = |i: usize| {
            let bits = (seed * 7 + i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            0.05 * (bits as f64 / f64::from(1 << 24))
        };
        let points: Vec<Measure> = wide()
            .iter()
            .enumerate()
            .map(|(i, &v)| Measure { x: ln(v), y: 1.0 - fault(i), spread: 0.05, above: 0.0 })
            .collect();
        assert!(!matches!(trend(&points), Trend::Grows { .. }), "{seed}: {points:?}");
    }
}

/// Quantiles that are known to a part of themselves.
fn quantiles(values: &[f64], known: f64, y: impl Fn(usize) -> f64) -> Vec<Measure> {
    values.iter().enumerate().map(|(i, &v)| Measure { x: ln(v), y: y(i), spread: known, above: known }).collect()
}

#[test]
fn four_quantiles_that_settle_slowly_are_not_said_to_grow() {
    // The least c of `|z|^2 <= n + c (sqrt(n log 1000) + log 1000)`, z of n normal numbers, at 1/1000: 1.03, 1.19, 1.33, 1.46, 1.55, 1.60 for n = 1, 4, 16, ..,
    // which comes to 1.66.
    let values = [1.0, 4.0, 16.0, 64.0];
    for known in [0.05, 0.02, 0.01, 0.005] {
        for seen in [[1.03, 1.19, 1.33, 1.46], [1.0, 1.19, 1.31, 1.47], [1.03, 1.18, 1.35, 1.45]] {
            let found = trend(&quantiles(&values, known, |i| seen[i]));
            assert!(!matches!(found, Trend::Grows { .. }), "{known} {seen:?}: {found:?}");
        }
    }
    // What grows by a power is seen at four values, too.
    let found = trend(&quantiles(&values, 0.02, |i| values[i].sqrt()));
    assert!(matches!(found, Trend::Grows { .. }), "{found:?}");
}

#[test]
fn quantiles_that_grow_like_the_root_of_a_logarithm_do_not_settle_by_one_short_step() {
    // The quantiles of |z| at 1 - 1/n, n = 4, 8, .., 256, as so many trials saw them: the last step is a tenth short.
    let values: Vec<f64> = (2..=8).map(|i| 2f64.powi(i)).collect();
    let seen = [1.15, 1.53, 1.84, 2.14, 2.42, 2.69, 2.9];
    let found = trend(&quantiles(&values, 0.026, |i| seen[i]));
    assert!(!matches!(found, Trend::Settles | Trend::Level), "{found:?}");
    // And as they are.
    let exact = [1.1503, 1.5341, 1.8627, 2.1539, 2.4176, 2.6601, 2.8856];
    let found = trend(&quantiles(&values, 0.003, |i| exact[i]));
    assert!(matches!(found, Trend::Grows { .. }), "{found:?}");
}

#[test]
fn a_fall_in_the_last_step_alone_says_that_a_search_was_stuck() {
    for ys in [&[2.14, 2.73, 3.67, 3.17][..], &[1.5, 2.08, 3.25, 3.89, 4.25, 4.54, 4.27]] {
        let points: Vec<Measure> =
            (0..).zip(ys).map(|(i, &y)| Measure { x: 0.693 * f64::from(i), y, spread: 0.01, above: 0.0 }).collect();
        assert!(matches!(trend(&points), Trend::Unclear { .. }), "{ys:?}: {:?}", trend(&points));
    }
    // Back to where it was.
    let points: Vec<Measure> = (0..)
        .zip([1.0, 2.0, 3.0, 2.0])
        .map(|(i, y)| Measure { x: 0.693 * f64::from(i), y, spread: 0.01, above: 0.0 })
        .collect();
    assert!(!matches!(trend(&points), Trend::Grows { .. }), "{:?}", trend(&points));
}
