//! Lines through points whose law is known: what the intervals cover, what is found to bend, what a stray point does. Seeds are fixed.

use super::super::fit::{BENT_WRONGLY, Claimed, Fit, LEVEL, LeftOut, REJECTED_WRONGLY, Shape, Withheld};
use super::*;
use crate::lang::ast::SlopeBound;

/// SplitMix64, for tests alone.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 1e-18
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// How synthetic points depart from `SLOPE*x`.
#[derive(Clone, Copy, Default)]
struct World {
    repeats: usize,
    points: usize,
    /// Deviations of single points, of a repeat's height, of a repeat's slope.
    single: f64,
    height: f64,
    tilt: f64,
    /// Coefficient of `x^2`.
    curve: f64,
    /// The share of points that are stray, by 20.
    stray: f64,
}

const SLOPE: f64 = 0.5;

fn drawn(world: World, noise: &mut Noise) -> Vec<Repeat> {
    let x: Vec<f64> = (0..world.points).map(|i| 10.0 * i as f64 / (world.points - 1) as f64).collect();
    let one = |noise: &mut Noise| {
        let (height, tilt) = (world.height * noise.normal(), world.tilt * noise.normal());
        let y = x.iter().map(|x| {
            let stray = if noise.uniform() < world.stray { 20.0 } else { 0.0 };
            1.0 + height + (SLOPE + tilt) * x + world.curve * x * x + world.single * noise.normal() + stray
        });
        Repeat { y: y.collect(), x: x.clone() }
    };
    (0..world.repeats).map(|_| one(noise)).collect()
}

fn fitted(world: World, noise: &mut Noise, bound: SlopeBound, value: f64, within: Option<f64>) -> Fit {
    let line = line(&drawn(world, noise), 0.0).expect("points enough");
    Fit::new(
        line,
        Claimed { bound, value, within },
        (world.repeats as u64, world.repeats as u64),
        LeftOut::default(),
        vec![],
    )
}

/// Straight laws: independent noise, noise that a repeat shares, both, one repeat alone.
fn straight() -> [(&'static str, World); 5] {
    let base = World { repeats: 8, points: 10, ..World::default() };
    [
        ("single points", World { single: 0.3, ..base }),
        ("shared heights", World { single: 0.05, height: 2.0, ..base }),
        ("shared slopes", World { single: 0.02, height: 1.0, tilt: 0.1, ..base }),
        ("few repeats", World { repeats: 3, single: 0.3, tilt: 0.05, ..base }),
        ("one repeat", World { repeats: 1, single: 0.3, points: 12, ..base }),
    ]
}

#[test]
fn intervals_cover_the_slope_as_often_as_they_say_whatever_points_share() {
    for (name, world) in straight() {
        let mut noise = Noise(11);
        let (mut robust, mut squares) = (0, 0);
        for _ in 0..4000 {
            let line = line(&drawn(world, &mut noise), 0.0).expect("points enough");
            let missed = |e: Estimate| {
                let (lo, hi) = e.interval(1.0 - LEVEL);
                u32::from(lo > SLOPE || hi < SLOPE)
            };
            robust += missed(line.slope);
            squares += missed(line.least_squares);
        }
        println!("{name}: of 4000 intervals at {LEVEL}, {robust} (pairs) and {squares} (least squares) miss");
        // 40 are expected at most; 60 is three standard deviations more. One repeat rests on an asymptotic variance.
        let most = if world.repeats == 1 { 100 } else { 60 };
        assert!(robust <= most && squares <= 60, "{name}: {robust} {squares}");
    }
}

#[test]
fn points_that_share_a_repeat_are_not_taken_for_independent() {
    let world = World { repeats: 8, points: 10, single: 0.02, tilt: 0.1, ..World::default() };
    let mut noise = Noise(5);
    let naive = (0..500).filter(|_| {
        // All points of all repeats about one line, as if each were a run of its own.
        let repeats = drawn(world, &mut noise);
        let pooled = Repeat {
            x: repeats.iter().flat_map(|r| r.x.clone()).collect(),
            y: repeats.iter().flat_map(|r| r.y.clone()).collect(),
        };
        let (lo, hi) = line(&[pooled], 0.0).expect("points enough").least_squares.interval(1.0 - LEVEL);
        lo > SLOPE || hi < SLOPE
    });
    // What the interval over repeats is for: this one misses far more often than once in a hundred.
    assert!(naive.count() > 50);
}

#[test]
fn true_laws_are_rejected_no_more_often_than_is_said() {
    // At the edge of what each claim allows, where a wrong rejection is likeliest.
    let claims = [
        (SlopeBound::AtLeast, SLOPE, Some(0.0)),
        (SlopeBound::AtMost, SLOPE, Some(0.0)),
        (SlopeBound::About, SLOPE + 0.02, Some(0.02)),
        (SlopeBound::AtLeast, SLOPE + 0.02, Some(0.02)),
    ];
    let (mut rejected, mut asked) = (0_u32, 0_u32);
    for (_, world) in straight() {
        for (bound, value, within) in claims {
            let mut noise = Noise(77);
            for _ in 0..2500 {
                rejected += u32::from(fitted(world, &mut noise, bound, value, within).ok == Some(false));
                asked += 1;
            }
        }
    }
    println!("{rejected} of {asked} true claims at the edge rejected; at most {REJECTED_WRONGLY} of them are to be");
    // Five are expected at most.
    assert!(rejected <= 12, "{rejected} of {asked}");
}

#[test]
fn false_laws_are_rejected_more_often_the_further_off_they_are() {
    let world = World { repeats: 8, points: 10, single: 0.3, height: 1.0, ..World::default() };
    let mut power = Vec::new();
    for off in [0.02, 0.05, 0.1, 0.2, 0.4] {
        let mut noise = Noise(3);
        let found = (0..500)
            .filter(|_| fitted(world, &mut noise, SlopeBound::AtLeast, SLOPE + off, Some(0.01)).ok == Some(false));
        power.push(found.count());
        println!("slope {off} short of what is claimed: {} of 500 rejected", power[power.len() - 1]);
    }
    assert!(power.is_sorted() && power[0] < 10 && power[4] >= 490, "{power:?}");
}

#[test]
fn a_bent_law_is_seen_to_bend_and_a_straight_one_is_not() {
    for (name, world) in straight() {
        let mut noise = Noise(21);
        let wrong =
            (0..2000).filter(|_| fitted(world, &mut noise, SlopeBound::About, SLOPE, Some(1e-6)).shape != Shape::Line);
        let wrong = wrong.count();
        println!("{name}: {wrong} of 2000 straight laws not taken for a line; {BENT_WRONGLY} of them may be");
        assert!(wrong <= 34, "{name}: {wrong}");
        let mut noise = Noise(22);
        // The slope goes from 0.3 to 0.7.
        let bent = World { curve: 0.02, ..world };
        let base = World { single: world.single.min(0.1), ..bent };
        let seen = (0..200).filter(|_| {
            let fit = fitted(World { curve: 0.02, ..base }, &mut noise, SlopeBound::About, SLOPE + 0.2, None);
            fit.shape == Shape::Bends && fit.ok.is_none()
        });
        let seen = seen.count();
        println!("{name}: {seen} of 200 bent laws seen to bend");
        assert!(seen >= if world.repeats < 4 { 60 } else { 195 }, "{name}: {seen}");
    }
}

#[test]
fn a_bend_that_the_claim_allows_for_is_let_pass_and_its_ends_are_told() {
    let world = World { repeats: 8, points: 11, single: 1e-3, curve: 0.001, ..World::default() };
    let fit = fitted(world, &mut Noise(1), SlopeBound::About, SLOPE + 0.01, Some(0.02));
    assert_eq!((fit.shape, fit.ok), (Shape::Line, Some(true)));
    assert!((fit.line.ends.0 - SLOPE).abs() < 2e-3 && (fit.line.ends.1 - SLOPE - 0.02).abs() < 2e-3, "{:?}", fit.line);
    assert_eq!(fitted(world, &mut Noise(1), SlopeBound::About, SLOPE + 0.01, Some(0.005)).shape, Shape::Bends);
}

#[test]
fn points_that_go_up_and_down_about_the_line_are_off_it() {
    let wave = |j: usize| {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        let y = x
            .iter()
            .map(|x| SLOPE * x + if x % 2.0 == 0.0 { 1.0 } else { -1.0 } + 1e-3 * (x * (j + 1) as f64 * 7.3).sin())
            .collect();
        Repeat { x, y }
    };
    let repeats: Vec<Repeat> = (0..8).map(wave).collect();
    let line = line(&repeats, 0.0).expect("points enough");
    let claimed = Claimed { bound: SlopeBound::About, value: SLOPE, within: Some(0.01) };
    let fit = Fit::new(line, claimed, (8, 8), LeftOut::default(), vec![]);
    assert_eq!((fit.shape, fit.ok), (Shape::Off, None));
}

/// One repeat of these points, held against a slope.
fn alone(points: impl Iterator<Item = (f64, f64)>, value: f64, within: f64) -> Fit {
    let (x, y) = points.unzip();
    let line = line(&[Repeat { x, y }], 0.0).expect("points enough");
    let claimed = Claimed { bound: SlopeBound::About, value, within: Some(within) };
    Fit::new(line, claimed, (1, 1), LeftOut::default(), vec![])
}

#[test]
fn a_single_curve_without_a_bend_is_no_line() {
    // From one plateau to another: its quadratic term is 0, and its many points make a narrow interval.
    let step = (0..400).map(|i| f64::from(i) / 10.0 - 20.0).map(|x| (x, x.tanh()));
    let fit = alone(step, 0.06, 0.02);
    assert_eq!((fit.shape, fit.ok), (Shape::Off, None));
    let wave = (0..2001).map(|i| f64::from(i) / 30.0).map(|x| (x, x + 4.0 * x.sin()));
    assert_eq!(alone(wave, 1.0, 0.05).shape, Shape::Off);
}

#[test]
fn copies_of_points_do_not_decide() {
    // Eight levels, each off the line by an error of its own, forty points each.
    let mut noise = Noise(4);
    for _ in 0..50 {
        let errors: Vec<f64> = (0..8).map(|_| 2.0 * noise.uniform() - 1.0).collect();
        let points = (0..320_u32).map(|i| (f64::from(i / 40 + 1) + f64::from(i % 40) / 4000.0, i as usize / 40));
        let fit = alone(points.map(|(x, level)| (x, x + errors[level])), 1.0, 0.01);
        assert!(fit.shape != Shape::Line && fit.ok.is_none());
    }
}

#[test]
fn stray_points_move_least_squares_and_not_the_slope_that_is_judged() {
    let world = World { repeats: 8, points: 20, single: 0.05, stray: 0.06, ..World::default() };
    let mut noise = Noise(8);
    let (mut robust, mut squares) = (0.0_f64, 0.0_f64);
    for _ in 0..200 {
        let line = line(&drawn(world, &mut noise), 0.0).expect("points enough");
        robust += (line.slope.value - SLOPE).powi(2) / 200.0;
        squares += (line.least_squares.value - SLOPE).powi(2) / 200.0;
    }
    println!("root mean square errors: {} by pairs, {} by least squares", robust.sqrt(), squares.sqrt());
    assert!(robust.sqrt() < 0.01 && squares.sqrt() > 10.0 * robust.sqrt());
}

#[test]
fn a_line_is_recovered_exactly_and_its_interval_is_a_point() {
    let x: Vec<f64> = (0..10).map(f64::from).collect();
    let y = x.iter().map(|x| 3.0 - 2.0 * x).collect();
    let line = line(&[Repeat { x, y }], 0.0).expect("ten points");
    assert!((line.slope.value + 2.0).abs() < 1e-12 && line.slope.half(REJECTED_WRONGLY) < 1e-9);
    assert!((line.offset - 3.0).abs() < 1e-12 && line.bend.value.abs() < 1e-12);
}

#[test]
fn rounding_widens_the_interval() {
    let x: Vec<f64> = (0..10).map(f64::from).collect();
    let repeat = Repeat { y: x.clone(), x };
    let line = line(&[repeat], 0.1).expect("ten points");
    // Of least squares 0.1 times the sum of |x - mean|, 25, over that of its squares, 82.5; of pairs twice 0.1 over the median of their distances.
    assert!((line.least_squares.half(0.01) - 2.5 / 82.5).abs() < 1e-12);
    assert!((line.slope.half(0.01) - 0.2 / 3.0).abs() < 1e-12);
}

#[test]
fn no_errors_within_their_bounds_move_the_slope_further_than_is_said() {
    let mut noise = Noise(9);
    let mut closest = f64::INFINITY;
    for round in 0..400 {
        let count = 5 + round % 20;
        let mut even = |scale: f64| scale * (2.0 * noise.uniform() - 1.0);
        let x: Vec<f64> = (0..count).map(|i| i as f64 + even(0.3)).collect();
        let y = x.iter().map(|x| 2.0 * x + even(1.0)).collect();
        let errors = Rounding {
            x: (0..count).map(|_| even(0.02).abs()).collect(),
            y: (0..count).map(|_| even(0.5).abs()).collect(),
            step: vec![0.0; count],
        };
        let repeat = Repeat { x, y };
        let told =
            line_of_rounded(std::slice::from_ref(&repeat), std::slice::from_ref(&errors)).expect("points enough");
        for tilt in 0..20 {
            let mut off =
                |x: f64, error: f64| if tilt == 0 { error * (x - count as f64 / 2.0).signum() } else { even(error) };
            let xs: Vec<f64> = repeat.x.iter().zip(&errors.x).map(|(x, e)| x - off(*x, *e)).collect();
            let ys = repeat.x.iter().zip(&repeat.y).zip(&errors.y).map(|((x, y), e)| y + off(*x, *e)).collect();
            let other = line(&[Repeat { x: xs, y: ys }], 0.0).expect("points enough");
            let far = (other.slope.value - told.slope.value).abs();
            assert!(far <= told.slope.rounding, "{far} {}", told.slope.rounding);
            closest = closest.min(told.slope.rounding / far);
        }
    }
    assert!(closest < 4.0, "{closest}");
}

/// Whole numbers at equal distances: the least that are at least `slope*x + level`, in eight repeats that are the same or not.
fn counted(slope: f64, level: impl Fn(usize) -> f64, points: usize, width: f64) -> Line {
    let repeat = |j: usize| {
        let x: Vec<f64> = (0..points).map(|i| width * i as f64 / (points - 1) as f64).collect();
        let y = x.iter().map(|x| (slope * x + level(j)).ceil()).collect();
        Repeat { x, y }
    };
    let repeats: Vec<Repeat> = (0..8).map(repeat).collect();
    let step = Rounding { x: vec![0.0; points], y: vec![0.0; points], step: vec![1.0; points] };
    line_of_rounded(&repeats, &vec![step; 8]).expect("points enough")
}

#[test]
fn whole_numbers_on_a_line_do_not_make_its_slope_certain() {
    // Steps until x <= eps from 1, x a third at each: at powers of ten all lie on a line of slope 2/ln 10, and the law has 1/ln 3.
    let ten = std::f64::consts::LN_10;
    let line = counted(1.0 / 3_f64.ln(), |_| 2.0 * ten / 3_f64.ln(), 7, 6.0 * ten);
    let (lo, hi) = line.slope.interval(0.01);
    assert!((line.slope.value - 2.0 / ten).abs() < 1e-12 && line.off.0 == 0.0, "{line:?}");
    assert!(lo < 1.0 / 3_f64.ln() && 1.0 / 3_f64.ln() < hi && hi - lo < 0.5, "[{lo}, {hi}]");
}

#[test]
fn whatever_the_law_its_slope_is_within_what_a_step_allows() {
    let mut noise = Noise(31);
    for round in 0..300 {
        let slope = 3.0 * noise.uniform();
        let levels: Vec<f64> = (0..8).map(|_| noise.uniform()).collect();
        let level = |j: usize| levels[if round % 2 == 0 { 0 } else { j }];
        let line = counted(slope, level, 5 + round % 20, 10.0 + 90.0 * levels[1]);
        assert!((line.slope.value - slope).abs() <= line.slope.rounding, "{slope}: {line:?}");
        assert!((line.least_squares.value - slope).abs() <= line.least_squares.rounding * (1.0 + 1e-9), "{slope}");
    }
}

#[test]
fn one_point_that_rounding_blurs_leaves_the_others_their_slope() {
    let x: Vec<f64> = (0..10).map(f64::from).collect();
    let repeat = Repeat { y: x.clone(), x };
    let mut errors = Rounding { x: vec![0.0; 10], y: vec![1e-6; 10], step: vec![0.0; 10] };
    errors.y[9] = 5.0;
    let line = line_of_rounded(&[repeat], &[errors]).expect("ten points");
    assert!(line.slope.rounding < 2e-6 && line.least_squares.rounding > 0.1, "{line:?}");
}

#[test]
fn an_error_that_may_turn_most_pairs_round_leaves_no_slope() {
    let x: Vec<f64> = (0..10).map(f64::from).collect();
    let errors = Rounding { x: vec![5.0; 10], y: vec![0.0; 10], step: vec![0.0; 10] };
    let line = line_of_rounded(&[Repeat { y: x.clone(), x }], &[errors]).expect("ten points");
    assert!(line.slope.half(0.01).is_infinite());
}

#[test]
fn copies_of_points_are_one_point() {
    let points = |times: usize| {
        let all = (0..6_u32).flat_map(|i| std::iter::repeat_n(f64::from(i), times));
        let (x, y) = all.map(|x| (x, x + (7.0 * x).sin() / 5.0)).unzip();
        line(&[Repeat { x, y }], 1e-3).expect("six points")
    };
    assert_eq!(points(1), points(40));
    assert_eq!(points(40).points, 6);
    let x = vec![0.0, 1.0, 2.0, 2.0, 1.0];
    assert_eq!(line(&[Repeat { y: x.clone(), x }], 0.0).err(), Some(NoLine::Points(4)));
}

/// One repeat of a straight law of slope [`SLOPE`], and how its points are off it.
fn single(kind: &str, noise: &mut Noise) -> Repeat {
    let even = |count: usize| (0..count).map(|i| 10.0 * i as f64 / (count - 1) as f64).collect::<Vec<f64>>();
    let (x, errors): (Vec<f64>, Vec<f64>) = match kind {
        "independent, normal" => (even(12), (0..12).map(|_| noise.normal()).collect()),
        "independent, many" => (even(60), (0..60).map(|_| noise.normal()).collect()),
        "independent, even" => (even(20), (0..20).map(|_| noise.uniform()).collect()),
        "logarithms of whole numbers" => {
            let start = 1.5 + 1.5 * noise.uniform();
            let x = even(13);
            let errors = x.iter().map(|x| (SLOPE * x + start).exp().round().ln() - SLOPE * x).collect();
            (x, errors)
        }
        "autoregressive, 0.6" | "autoregressive, 0.9" => {
            let keep: f64 = if kind.ends_with('6') { 0.6 } else { 0.9 };
            let fresh = (1.0 - keep * keep).sqrt();
            let mut error = noise.normal();
            let mut next = || {
                error = keep * error + fresh * noise.normal();
                error
            };
            (even(60), (0..60).map(|_| next()).collect())
        }
        "a level each for ten points" => {
            let levels: Vec<f64> = (0..8).map(|_| 2.0 * noise.uniform() - 1.0).collect();
            let at = |i: usize| (i / 10) as f64 + (i % 10) as f64 / 1000.0;
            ((0..80).map(at).collect(), (0..80).map(|i| levels[i / 10]).collect())
        }
        "a given that hardly matters" => {
            let levels: Vec<f64> = (0..6).map(|_| 2.0 * noise.uniform() - 1.0).collect();
            let errors = (0..60).map(|i| levels[i / 10] + 1e-3 * noise.uniform()).collect();
            ((0..60).map(|i| (i / 10) as f64).collect(), errors)
        }
        "a wave" => {
            let (waves, phase) = (1.0 + 5.0 * noise.uniform(), std::f64::consts::TAU * noise.uniform());
            let x = even(40);
            let errors = x.iter().map(|x| (waves * std::f64::consts::TAU / 10.0 * x + phase).sin()).collect();
            (x, errors)
        }
        _ => panic!("no such kind"),
    };
    Repeat { y: x.iter().zip(&errors).map(|(x, e)| SLOPE * x + e).collect(), x }
}

#[test]
fn intervals_of_one_repeat_cover_the_slope_whatever_its_points_share() {
    let kinds = [
        "independent, normal",
        "independent, many",
        "independent, even",
        "logarithms of whole numbers",
        "autoregressive, 0.6",
        "autoregressive, 0.9",
        "a level each for ten points",
        "a given that hardly matters",
        "a wave",
    ];
    let mut worst = 0;
    for kind in kinds {
        let mut noise = Noise(13);
        let (mut missed, mut rarely, mut rejected, mut half, mut worth) = (0, 0, 0, 0.0, 0.0);
        for _ in 0..10_000 {
            let line = line(&[single(kind, &mut noise)], 0.0).expect("points enough");
            let off = (line.slope.value - SLOPE).abs();
            missed += u32::from(off > line.slope.half(1.0 - LEVEL));
            rarely += u32::from(off > line.slope.half(REJECTED_WRONGLY));
            (half, worth) = (half + line.slope.half(1.0 - LEVEL) / 1e4, worth + line.effective / 1e4);
            let claimed = Claimed { bound: SlopeBound::AtLeast, value: SLOPE, within: Some(1e-9) };
            rejected += u32::from(Fit::new(line, claimed, (1, 1), LeftOut::default(), vec![]).ok == Some(false));
        }
        println!(
            "{kind}: of 10,000, {missed} miss at {LEVEL} (half-width {half:.3}, points worth {worth:.1}), {rarely} at 1 - {REJECTED_WRONGLY}, {rejected} rejected at the edge"
        );
        // Neighbours that are correlated by 0.9 are no line to reject.
        worst = worst.max(rejected).max(if kind.ends_with("0.9") { 0 } else { rarely });
    }
    assert!(worst <= 6, "{worst}");
}

#[test]
fn too_few_points_or_abscissae_are_no_line() {
    let of = |x: &[f64]| line(&[Repeat { x: x.to_vec(), y: (0..x.len()).map(|i| i as f64).collect() }], 0.0).err();
    assert_eq!(of(&[0.0, 1.0, 2.0]), Some(NoLine::Points(4)));
    assert_eq!(of(&[0.0, 1.0, 2.0, 2.0, 1.0]), Some(NoLine::Abscissae(4)));
    assert_eq!(line(&[], 0.0).err(), Some(NoLine::Points(4)));
}

/// A draw that multiplies a repeat's slope: its mean, and how it is skewed.
fn factor(kind: &str, noise: &mut Noise) -> f64 {
    match kind {
        "normal" => 1.0 + 0.1 * noise.normal(),
        "exponential" => -noise.uniform().ln(),
        "square of an exponential" => noise.uniform().ln().powi(2) / 2.0,
        "exp(z)" => (noise.normal() - 0.5).exp(),
        "exp(2z)" => (2.0 * noise.normal() - 2.0).exp(),
        "less exp(z)" => 2.0 - (noise.normal() - 0.5).exp(),
        _ => panic!("no such kind"),
    }
}

#[test]
fn repeats_that_are_skewed_reject_a_true_law_hardly_more_often_than_is_said() {
    // Of 10,000 laws at the edge of what is claimed, how many may be rejected, by 8, 16 and 64 repeats. One is as it should be.
    let kinds: [(&str, [u32; 3]); 6] = [
        ("normal", [4, 4, 4]),
        ("exponential", [20, 6, 2]),
        ("square of an exponential", [120, 20, 3]),
        ("exp(z)", [60, 20, 3]),
        ("exp(2z)", [450, 120, 16]),
        ("less exp(z)", [60, 20, 3]),
    ];
    for (kind, most) in kinds {
        for (repeats, most) in [8, 16, 64].into_iter().zip(most) {
            let mut noise = Noise(41);
            let x: Vec<f64> = (0..LEAST_POINTS).map(|i| i as f64).collect();
            let one = |noise: &mut Noise| {
                let factor = factor(kind, noise);
                Repeat { x: x.clone(), y: x.iter().map(|x| factor * x).collect() }
            };
            let (mut rejected, mut student) = (0, 0);
            for _ in 0..10_000 {
                let drawn: Vec<Repeat> = (0..repeats).map(|_| one(&mut noise)).collect();
                let line = line(&drawn, 0.0).expect("points enough");
                let (lo, hi) = line.least_squares.interval(REJECTED_WRONGLY);
                student += u32::from(hi < 1.0 || lo > 1.0);
                let claimed = Claimed { bound: SlopeBound::About, value: 1.0, within: Some(1e-9) };
                let fit = Fit::new(line, claimed, (repeats, repeats), LeftOut::default(), vec![]);
                rejected += u32::from(fit.ok == Some(false));
            }
            println!(
                "{kind}, {repeats} repeats: of 10,000 true laws {rejected} rejected, by Student's interval {student}"
            );
            assert!(rejected <= most, "{kind}, {repeats}: {rejected}");
        }
    }
}

/// Points at which squares of normal numbers have the mean `x`: errors are skewed, and grow along the line.
fn squares_of_normal(repeats: usize, noise: &mut Noise) -> Vec<Repeat> {
    let x: Vec<f64> = (1..=9).map(f64::from).collect();
    let one = |noise: &mut Noise| Repeat { y: x.iter().map(|x| x * noise.normal().powi(2)).collect(), x: x.clone() };
    (0..repeats).map(|_| one(noise)).collect()
}

#[test]
fn skewed_errors_that_grow_along_a_line_do_not_decide_against_the_slope_of_its_means() {
    let mut noise = Noise(51);
    for _ in 0..20 {
        let line = line(&squares_of_normal(4000, &mut noise), 0.0).expect("points enough");
        // By pairs it is another, and known far too well to be 1 or near it.
        let (robust, squares) = (line.slope.interval(REJECTED_WRONGLY), line.least_squares.interval(REJECTED_WRONGLY));
        assert!(robust.1 < 0.9 && squares.0 < 1.0 && 1.0 < squares.1, "{line:?}");
        for (value, within) in [(1.0, 0.05), (line.slope.value, 0.05), (line.slope.value, 0.02)] {
            let claimed = Claimed { bound: SlopeBound::About, value, within: Some(within) };
            let fit = Fit::new(line.clone(), claimed, (4000, 4000), LeftOut::default(), vec![]);
            assert!(fit.ok.is_none() && fit.other().is_some(), "{fit:?}");
        }
        // Both are above this one.
        let claimed = Claimed { bound: SlopeBound::AtMost, value: 0.3, within: None };
        assert_eq!(Fit::new(line, claimed, (4000, 4000), LeftOut::default(), vec![]).ok, Some(false));
    }
}

#[test]
fn stray_runs_leave_a_law_undecided_where_they_hide_its_mean() {
    let world = World { repeats: 8, points: 20, single: 0.05, stray: 0.06, ..World::default() };
    for seed in 0..50 {
        let fit = fitted(world, &mut Noise(100 + seed), SlopeBound::About, SLOPE, Some(0.01));
        assert!(fit.ok.is_none(), "{fit:?}");
        let without =
            fitted(World { stray: 0.0, ..world }, &mut Noise(100 + seed), SlopeBound::About, SLOPE, Some(0.01));
        assert_eq!(without.ok, Some(true), "{without:?}");
    }
}

#[test]
fn one_walk_that_is_against_its_law_rejects_it_only_if_others_are_too() {
    // A sum of n normal numbers, n = 4, 8 .. 64: what takes its points off the law they share.
    let walk = |drift: f64, noise: &mut Noise| {
        let mut height = 2.0 * noise.normal();
        let x: Vec<f64> = (1..=16).map(|i| 4.0 * f64::from(i)).collect();
        let mut next = |x: &f64| {
            let here = height + drift * x;
            height += 2.0 * noise.normal();
            here
        };
        Repeat { y: x.iter().map(&mut next).collect(), x }
    };
    let claimed = Claimed { bound: SlopeBound::About, value: 0.0, within: Some(0.05) };
    let fit = |repeats: &[Repeat]| {
        let count = repeats.len() as u64;
        Fit::new(line(repeats, 0.0).expect("points enough"), claimed, (count, count), LeftOut::default(), vec![])
    };
    let mut noise = Noise(61);
    let mut judged = |drift: f64| {
        let (mut alone, mut together) = (0, 0);
        for _ in 0..4000 {
            let first = fit(&[walk(drift, &mut noise)]);
            if first.ok != Some(false) {
                continue;
            }
            alone += 1;
            let others: Vec<Repeat> = (0..16).map(|_| walk(drift, &mut noise)).collect();
            let beside = first.beside(16, Some(&fit(&others)));
            assert_eq!(beside.ok.is_none(), beside.withheld == Some(Withheld::Alone));
            together += u32::from(beside.ok == Some(false));
        }
        (alone, together)
    };
    let ((alone, together), (wrong, told)) = (judged(0.0), judged(2.0));
    println!(
        "of 4000 true laws of walks one run is against {alone}, with 16 beside it against {together}; of false ones {wrong}, {told}"
    );
    assert!(alone > 4 && together <= 1, "{alone} {together}");
    assert!(wrong > 100 && told * 10 >= wrong * 9, "{wrong} {told}");
}

/// Repeats of a law whose slopes have the mean 1: its factor multiplies all points, or its points are fourth powers of one sum.
fn skewed_repeats(kind: &str, count: usize, noise: &mut Noise) -> Vec<Repeat> {
    let one = |noise: &mut Noise| {
        if kind != "fourth power of a sum" {
            let (factor, x) = (factor(kind, noise), (0..5).map(f64::from).collect::<Vec<f64>>());
            return Repeat { y: x.iter().map(|x| factor * x).collect(), x };
        }
        let (mut sum, mut before) = (0.0, 0.0_f64);
        let points = [4.0, 19.0, 34.0, 49.0, 64.0_f64].map(|n| {
            sum += (n - before).sqrt() * noise.normal();
            before = n;
            (n * n, sum * sum * sum * sum / 3.0)
        });
        let (x, y) = points.into_iter().unzip();
        Repeat { x, y }
    };
    (0..count).map(|_| one(noise)).collect()
}

#[test]
fn false_laws_of_skewed_repeats_are_seldom_held() {
    // Of 2000 laws, how many may be held that say `<=` something less than the mean 1, by 8, 16, 64 and 256 repeats. Few repeats show no more.
    let kinds: [(&str, f64, [u32; 4]); 5] = [
        ("normal", 0.99, [12, 8, 6, 3]),
        ("exponential", 0.95, [32, 12, 3, 2]),
        ("exp(z)", 0.97, [58, 18, 4, 2]),
        ("exp(2z)", 0.947, [135, 58, 9, 2]),
        ("fourth power of a sum", 0.967, [145, 48, 6, 2]),
    ];
    for (kind, claim, most) in kinds {
        for (repeats, most) in [8, 16, 64, 256].into_iter().zip(most) {
            let mut noise = Noise(71);
            let (mut held, mut student) = (0, 0);
            for _ in 0..2000 {
                let line = line(&skewed_repeats(kind, repeats, &mut noise), 0.0).expect("points enough");
                student += u32::from(line.least_squares.interval(1.0 - LEVEL).1 <= claim);
                let claimed = Claimed { bound: SlopeBound::AtMost, value: claim, within: None };
                let made = repeats as u64;
                held += u32::from(Fit::new(line, claimed, (made, made), LeftOut::default(), vec![]).ok == Some(true));
            }
            println!("{kind}, {repeats} repeats: of 2000 false laws {held} held, by Student's interval {student}");
            assert!(held <= most, "{kind}, {repeats}: {held}");
        }
    }
}

#[test]
fn true_laws_of_skewed_repeats_are_held_where_there_is_room() {
    let held = |kind: &str, repeats: usize, claim: f64| {
        let mut noise = Noise(72);
        let one = |noise: &mut Noise| {
            let line = line(&skewed_repeats(kind, repeats, noise), 0.0).expect("points enough");
            let claimed = Claimed { bound: SlopeBound::AtMost, value: claim, within: None };
            Fit::new(line, claimed, (repeats as u64, repeats as u64), LeftOut::default(), vec![])
        };
        (0..200).map(|_| one(&mut noise)).filter(|fit| fit.ok == Some(true)).count()
    };
    assert!(held("normal", 8, 1.5) >= 170 && held("exponential", 256, 2.0) >= 190 && held("exp(z)", 256, 4.0) >= 190);
    // What is not held for its skewness alone says so.
    let mut noise = Noise(73);
    let line = line(&skewed_repeats("exp(2z)", 16, &mut noise), 0.0).expect("points enough");
    let most = line.least_squares.interval(1.0 - LEVEL).1;
    let claimed = Claimed { bound: SlopeBound::AtMost, value: most + 0.01, within: None };
    let fit = Fit::new(line, claimed, (16, 16), LeftOut::default(), vec![]);
    assert!(fit.ok.is_none() && fit.skewed_to_hold().is_some_and(|(_, hi)| hi > most + 0.01), "{fit:?}");
}
