//! The axes of a plot: where a number stands, and where there are ticks.
//!
//! Logarithms are the arithmetic's own and powers of ten are read as decimals, so that a plot is the same to the byte on every machine.

use crate::arith::backend::dispatch;
use crate::arith::elementary::ln;
use crate::arith::lane::{Backend, Job, Lane8};

/// An axis from `lo` to `hi`; for a logarithmic one these are decimal logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub log: bool,
    pub lo: f64,
    pub hi: f64,
}

/// A tick at a share of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub share: f64,
    pub label: Label,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// A smaller tick without a number.
    None,
    Plain(String),
    /// `mantissa` is 1 where it is a power of ten.
    Power {
        mantissa: u32,
        exponent: i32,
    },
}

/// What an axis leaves free beside the numbers on it.
const ROOM: f64 = 0.04;

/// A logarithmic axis is not shorter, so that one of 1, 2 and 5 times a power of ten is on it.
const LEAST_DECADES: f64 = 0.5;

/// What numbers on a linear axis may differ by, as a share of their size, and be drawn as one.
const LEVEL: f64 = 1e-6;

/// The most numbers at the ticks of an axis.
const MOST: f64 = 7.0;

impl Scale {
    /// An axis for these numbers, or from end to end of `range`. `None` if there are no numbers that can stand on it.
    pub fn of(values: impl Iterator<Item = f64>, log: bool, range: Option<(f64, f64)>, room: bool) -> Option<Self> {
        let position = |x: f64| if log { log10(x) } else { Some(x).filter(|x| x.is_finite()) };
        if let Some((lo, hi)) = range {
            return Some(Self { log, lo: position(lo)?, hi: position(hi)? });
        }
        let (lo, hi) = values.filter_map(position).fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| {
            (if x < lo { x } else { lo }, if x > hi { x } else { hi })
        });
        if !(lo.is_finite() && hi.is_finite()) {
            return None;
        }
        let (middle, width, size) = (lo + (hi - lo) / 2.0, hi - lo, lo.abs().max(hi.abs()));
        // What changes by less than the labels can show is a level, with room above and below.
        let least = match log {
            true => LEAST_DECADES,
            false if size < 1e-300 => 1.0,
            false if width <= LEVEL * size => size,
            false => width,
        };
        let (lo, hi) = if width < least { (middle - least / 2.0, middle + least / 2.0) } else { (lo, hi) };
        let room = if room { ROOM * (hi - lo) } else { 0.0 };
        Some(Self { log, lo: lo - room, hi: hi + room })
    }

    /// The share of the axis at which a number stands; beyond `0..=1` where it is off the axis. `None` if it cannot stand there.
    pub fn share(&self, x: f64) -> Option<f64> {
        let x = if self.log { log10(x)? } else { x };
        Some((x - self.lo) / (self.hi - self.lo)).filter(|share| share.is_finite())
    }

    pub fn ticks(&self) -> Vec<Tick> {
        if self.log { self.log_ticks() } else { self.linear_ticks() }
    }

    /// At 1, 2 or 5 times a power of ten.
    fn linear_ticks(&self) -> Vec<Tick> {
        let width = self.hi - self.lo;
        let mut step = (1.0, 0);
        'found: for exponent in -300..300 {
            for digit in [1.0, 2.0, 5.0] {
                step = (digit, exponent);
                if width <= MOST * digit * power_of_ten(exponent) {
                    break 'found;
                }
            }
        }
        let (digit, exponent) = step;
        let size = digit * power_of_ten(exponent);
        let first = (self.lo / size - 1e-9).ceil();
        let count = ((self.hi / size + 1e-9).floor() - first).max(0.0) as u32;
        let tick = |i: u32| {
            let multiple = first + f64::from(i);
            let value = multiple * size;
            let label = if !(-4..=5).contains(&exponent) && value != 0.0 {
                let (mut mantissa, mut exponent) = (multiple * digit, exponent);
                while mantissa % 10.0 == 0.0 {
                    (mantissa, exponent) = (mantissa / 10.0, exponent + 1);
                }
                format!("{mantissa}e{exponent}")
            } else {
                let decimals = usize::try_from(-exponent).unwrap_or(0);
                format!("{value:.decimals$}")
            };
            // No minus before a zero, and a true minus before a number.
            let label = if value == 0.0 { "0".to_owned() } else { label.replace('-', "−") };
            Tick { share: (value - self.lo) / width, label: Label::Plain(label) }
        };
        (0..=count).map(tick).collect()
    }

    /// At powers of ten; where there are only few, at their multiples too.
    fn log_ticks(&self) -> Vec<Tick> {
        let width = self.hi - self.lo;
        let (first, last) = ((self.lo - 1e-9).ceil() as i32, (self.hi + 1e-9).floor() as i32);
        let stride =
            [1, 2, 3, 5, 10, 20, 50, 100].into_iter().find(|stride| width / f64::from(*stride) <= MOST).unwrap_or(200);
        let mut ticks = Vec::new();
        for exponent in first - 1..=last {
            let share =
                |mantissa: u32| log10(f64::from(mantissa)).map(|log| (f64::from(exponent) + log - self.lo) / width);
            let inside = |share: &f64| (-1e-9..=1.0 + 1e-9).contains(share);
            let numbered = exponent.rem_euclid(stride) == 0;
            for mantissa in 1..=9_u32 {
                let label = match mantissa {
                    1 if numbered => Label::Power { mantissa, exponent },
                    // So many would be a solid bar.
                    1 if exponent.rem_euclid((stride / 10).max(1)) == 0 => Label::None,
                    2 | 5 if width < 1.2 => Label::Power { mantissa, exponent },
                    _ if width <= 4.5 => Label::None,
                    _ => continue,
                };
                ticks.extend(share(mantissa).filter(inside).map(|share| Tick { share, label }));
            }
        }
        ticks
    }
}

/// Exactly the float that the decimal names.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

/// `None` of what has no logarithm.
pub fn log10(x: f64) -> Option<f64> {
    (x > 0.0 && x.is_finite()).then(|| dispatch(Backend::Scalar, Log10(x)))
}

struct Log10(f64);

impl Job for Log10 {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        // ln of a subnormal number is not promised; none is drawn apart from the least that are normal.
        let x = if self.0 < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { self.0 };
        ln(V::splat(x)).div(V::splat(std::f64::consts::LN_10)).to_array()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale) -> Vec<String> {
        let shown = |tick: Tick| match tick.label {
            Label::None => None,
            Label::Plain(text) => Some(text),
            Label::Power { mantissa, exponent } => Some(format!("{mantissa}e{exponent}")),
        };
        scale.ticks().into_iter().filter_map(shown).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers_and_not_many() {
        let linear = |lo, hi| labels(Scale { log: false, lo, hi });
        assert_eq!(linear(0.0, 30_000.0), ["0", "5000", "10000", "15000", "20000", "25000", "30000"]);
        assert_eq!(linear(-0.3, 0.3), ["−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]);
        assert_eq!(linear(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(linear(0.0, 6e-7), ["0", "1e−7", "2e−7", "3e−7", "4e−7", "5e−7", "6e−7"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        let log = |lo, hi| labels(Scale { log: true, lo, hi });
        assert_eq!(log(-3.1, 0.2), ["1e-3", "1e-2", "1e-1", "1e0"]);
        assert_eq!(log(-30.0, 0.0), ["1e-30", "1e-25", "1e-20", "1e-15", "1e-10", "1e-5", "1e0"]);
        assert_eq!(log(-0.4, 0.4), ["5e-1", "1e0", "2e0"]);
        // Of few decades the multiples have ticks without numbers.
        assert_eq!(Scale { log: true, lo: 0.0, hi: 2.0 }.ticks().len(), 19);
        assert_eq!(Scale { log: true, lo: 0.0, hi: 12.0 }.ticks().len(), 13);
        for decades in 1..=640 {
            let ticks = Scale { log: true, lo: -300.0, hi: -300.0 + f64::from(decades) }.ticks().len();
            assert!((5..=75).contains(&ticks), "{decades}: {ticks}");
        }
    }

    #[test]
    fn numbers_stand_where_they_belong() {
        let scale = Scale::of([1e-4, 1.0, 100.0, 0.0, f64::NAN].into_iter(), true, None, false).expect("an axis");
        let share = |x: f64| scale.share(x).map(|share| (share * 1e6).round() / 1e6);
        assert_eq!([1e-4, 0.1, 100.0, 1e-7].map(share), [Some(0.0), Some(0.5), Some(1.0), Some(-0.5)]);
        assert_eq!([0.0, -1.0, f64::INFINITY].map(|x| scale.share(x)), [None; 3]);
        assert_eq!(Scale::of([f64::NAN, -1.0].into_iter(), true, None, true), None);
    }

    #[test]
    fn a_level_stands_in_the_middle_of_its_axis() {
        // Rounding of a number that does not change changes nothing, whatever its size.
        for level in [3.0, 3e-12, 3e12, -7.0, 0.0] {
            for log in [false, true].into_iter().filter(|log| !log || level > 0.0) {
                let values = [level, level * (1.0 + 1e-9), level * (1.0 - 1e-9)];
                let scale = Scale::of(values.into_iter(), log, None, true).expect("an axis");
                for value in values {
                    let share = scale.share(value).expect("on it");
                    assert!((share - 0.5).abs() < 1e-6, "{level}: {share}");
                }
                assert!(!labels(scale).is_empty(), "{level}");
            }
        }
    }

    #[test]
    fn small_numbers_that_differ_are_told_apart() {
        let scale = Scale::of([1e-12, 2e-12].into_iter(), false, None, false).expect("an axis");
        assert_eq!((scale.share(1e-12), scale.share(2e-12)), (Some(0.0), Some(1.0)));
    }
}
