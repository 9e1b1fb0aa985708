//! How a stratum fills a block of draws, eight cases at a time.
//!
//! A stratum knows roles, not claims: it moves draws to the ends of their range, makes them equal, sorts them, repeats an earlier
//! rotation, or takes them from a handful of small values. Every stratum meets the samplers' hypotheses, because samplers do for all
//! draws.

use super::draws::Role;
use super::stream::Stream;
use crate::arith::Backend;
use crate::arith::backend::dispatch;
use crate::arith::elementary::normal_from_uniform;
use crate::arith::lane::{Job, Lane8};
use serde::{Deserialize, Serialize};

/// One draw of eight cases.
pub type Lanes = [f64; 8];

/// How the draws of a case were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stratum {
    /// As the samplers say.
    Plain,
    /// Draws at the ends of their intervals, or just inside open ones.
    Edges,
    /// Equal eigenvalues, equal entries.
    Ties,
    /// Eigenbases shared with an earlier matrix, eigenvalues in the same order.
    Aligned,
    /// The same in the opposite order.
    AntiAligned,
    /// Spectra mostly at the end nearest zero.
    LowRank,
    /// Scales at the far ends of their octaves.
    ExtremeScales,
    /// Small integers and short rationals, least dimensions first.
    TinyIntegers,
}

impl Stratum {
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::Edges,
        Self::Ties,
        Self::Aligned,
        Self::AntiAligned,
        Self::LowRank,
        Self::ExtremeScales,
        Self::TinyIntegers,
    ];
}

/// Which stratum an octet belongs to: a fixed round of sixteen, so that every run of 128 cases has all of them.
pub fn stratum_of(octet: u64) -> Stratum {
    use Stratum::{Aligned, AntiAligned, Edges, ExtremeScales, LowRank, Plain, Ties, TinyIntegers};
    const ROUND: [Stratum; 16] = [
        TinyIntegers,
        Plain,
        Edges,
        Plain,
        Ties,
        Plain,
        Aligned,
        ExtremeScales,
        TinyIntegers,
        Plain,
        Edges,
        Plain,
        AntiAligned,
        Plain,
        LowRank,
        Edges,
    ];
    ROUND[(octet % 16) as usize]
}

/// Fills blocks of one octet, in their order.
pub struct Filler<'a> {
    pub stream: &'a mut Stream,
    pub stratum: Stratum,
    /// Rotations that were drawn, by size: what an aligned one repeats.
    rotations: Vec<(usize, usize, Vec<Lanes>)>,
    /// Spectra so far, for alternating order.
    spectra: usize,
    /// Anything else that a stratum varies by octet.
    flavour: u64,
}

impl<'a> Filler<'a> {
    pub fn new(stream: &'a mut Stream, stratum: Stratum) -> Self {
        let flavour = if stratum == Stratum::Plain { 0 } else { stream.below(1 << 16) };
        Self { stream, stratum, rotations: Vec::new(), spectra: 0, flavour }
    }

    /// Fills `out` (row-major, `rows × cols`) for this role.
    pub fn fill(&mut self, backend: Backend, role: Role, rows: usize, cols: usize, out: &mut Vec<Lanes>) {
        out.clear();
        let count = rows * cols;
        match role {
            Role::Unit { lo_open, hi_open, log, spectrum } => {
                for i in 0..count {
                    let x = self.unit(lo_open, hi_open, log, spectrum, i, out);
                    out.push(x);
                }
                if spectrum {
                    self.order(out);
                    self.spectra += 1;
                }
            }
            Role::Fraction => {
                for _ in 0..count {
                    let words = self.stream.words32();
                    out.push(words.map(|w| self.fraction(w)));
                }
            }
            Role::Normal => self.normal(backend, rows, cols, out),
            Role::Reflector => self.rotation(rows, cols, out),
            Role::Order => {
                for _ in 0..count {
                    out.push(self.stream.words32().map(|w| f64::from(w) / 4_294_967_296.0));
                }
            }
        }
    }

    fn unit(&mut self, lo_open: bool, hi_open: bool, log: bool, spectrum: bool, i: usize, before: &[Lanes]) -> Lanes {
        let words = self.stream.words16();
        let plain = words.map(|k| unit(k, lo_open, hi_open));
        match self.stratum {
            Stratum::Plain | Stratum::Aligned | Stratum::AntiAligned => plain,
            Stratum::Edges => {
                let choice = self.stream.words16();
                lanes(|l| match choice[l] % 4 {
                    0 => low(choice[l], lo_open),
                    1 => high(choice[l], hi_open),
                    _ => plain[l],
                })
            }
            Stratum::Ties => {
                // Spectra in runs of equal values; the rest as they come.
                let choice = self.stream.words16();
                match before.last() {
                    Some(last) if spectrum => lanes(|l| if choice[l].is_multiple_of(3) { plain[l] } else { last[l] }),
                    _ => plain,
                }
            }
            Stratum::LowRank => {
                let choice = self.stream.words16();
                // Most of a spectrum at the lower end or, for intervals around zero, in the middle.
                let middle = self.flavour.is_multiple_of(3) && !log;
                let keep_first = i == 0 && self.flavour.is_multiple_of(2);
                lanes(|l| {
                    if !spectrum || keep_first || choice[l].is_multiple_of(3) {
                        plain[l]
                    } else if middle {
                        0.5
                    } else {
                        low(choice[l], lo_open)
                    }
                })
            }
            Stratum::ExtremeScales => {
                let choice = self.stream.words16();
                lanes(|l| match choice[l] % 4 {
                    0 => low(choice[l], lo_open),
                    1 if log => high(choice[l], hi_open),
                    _ if log => plain[l] * just_inside(choice[l]),
                    _ => plain[l],
                })
            }
            Stratum::TinyIntegers => lanes(|l| {
                // Quarters; open ends take the neighbour.
                let k = words[l] % 5;
                match k {
                    0 if lo_open => 0.25,
                    4 if hi_open => 0.75,
                    k => f64::from(k) / 4.0,
                }
            }),
        }
    }

    fn fraction(&self, word: u32) -> f64 {
        let x = f64::from(word) / 4_294_967_296.0;
        match self.stratum {
            // The first and the last integer of a range, or of a choice.
            Stratum::Edges if word & 3 == 0 => 0.0,
            Stratum::Edges if word & 3 == 1 => 1.0 - 1.0 / 4_294_967_296.0,
            Stratum::TinyIntegers if word & 1 == 0 => 0.0,
            _ => x,
        }
    }

    /// Decreasing when aligned; alternately decreasing and increasing when anti-aligned.
    fn order(&self, out: &mut [Lanes]) {
        let down = match self.stratum {
            Stratum::Aligned => true,
            Stratum::AntiAligned => self.spectra.is_multiple_of(2),
            _ => return,
        };
        for lane in 0..8 {
            let mut column: Vec<f64> = out.iter().map(|x| x[lane]).collect();
            column.sort_by(|a, b| if down { b.total_cmp(a) } else { a.total_cmp(b) });
            for (x, y) in out.iter_mut().zip(column) {
                x[lane] = y;
            }
        }
    }

    fn rotation(&mut self, rows: usize, cols: usize, out: &mut Vec<Lanes>) {
        let aligned = matches!(self.stratum, Stratum::Aligned | Stratum::AntiAligned);
        if aligned && let Some((_, _, earlier)) = self.rotations.iter().find(|(r, c, _)| (*r, *c) == (rows, cols)) {
            out.extend_from_slice(earlier);
            return;
        }
        let tiny = self.stratum == Stratum::TinyIntegers;
        // Half of the tiny cases are diagonal: signs and no rotation.
        let none = tiny && self.flavour.is_multiple_of(2);
        for i in 0..rows {
            for j in 0..cols {
                if i < j {
                    out.push([0.0; 8]);
                    continue;
                }
                let words = self.stream.words16();
                out.push(words.map(|w| {
                    if none {
                        0.0
                    } else if tiny {
                        f64::from(w % 3) - 1.0
                    } else {
                        // -16 ..= 16
                        f64::from(w % 33) - 16.0
                    }
                }));
            }
        }
        if aligned {
            self.rotations.push((rows, cols, out.clone()));
        }
    }

    fn normal(&mut self, backend: Backend, rows: usize, cols: usize, out: &mut Vec<Lanes>) {
        let count = rows * cols;
        for _ in 0..count {
            out.push(self.stream.words16().map(|k| (f64::from(k) + 0.5) / 65536.0));
        }
        if matches!(self.stratum, Stratum::TinyIntegers | Stratum::Ties) {
            // -2 ..= 2, the ends rarer
            for x in out.iter_mut() {
                *x = x.map(|u| ((u * 16.0).floor() / 4.0 - 1.625).round_ties_even());
            }
            return;
        }
        dispatch(backend, Normals { out });
        match self.stratum {
            Stratum::ExtremeScales => {
                let power = self.stream.words16();
                let scale = power.map(|p| power_of_two(i32::from(p % 81) - 40));
                for x in out.iter_mut() {
                    *x = lanes(|l| x[l] * scale[l]);
                }
            }
            Stratum::LowRank => {
                for i in 0..rows {
                    let choice = self.stream.words16();
                    for x in &mut out[i * cols..(i + 1) * cols] {
                        *x = lanes(|l| if choice[l] & 1 == 0 { 0.0 } else { x[l] });
                    }
                }
            }
            Stratum::Edges => {
                for x in out.iter_mut() {
                    let choice = self.stream.words16();
                    *x = lanes(|l| if choice[l].is_multiple_of(4) { 0.0 } else { x[l] });
                }
            }
            _ => {}
        }
    }
}

/// From uniforms to normals on a grid of 2^-10.
struct Normals<'a> {
    out: &'a mut Vec<Lanes>,
}

impl Job for Normals<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        for x in self.out.iter_mut() {
            let z = normal_from_uniform(V::load(x));
            z.mul(V::splat(1024.0)).round_even().mul(V::splat(1.0 / 1024.0)).store(x);
        }
    }
}

#[inline]
fn lanes(mut f: impl FnMut(usize) -> f64) -> Lanes {
    let mut out = [0.0; 8];
    for (l, x) in out.iter_mut().enumerate() {
        *x = f(l);
    }
    out
}

/// A number of `[0, 1]` on a grid of 2^-16 (2^-17 where both ends are open); a closed end can be drawn, an open one cannot.
#[inline]
fn unit(k: u16, lo_open: bool, hi_open: bool) -> f64 {
    let k = u32::from(k);
    match (lo_open, hi_open) {
        (false, false) => f64::from(k + (k >> 15)) / 65536.0,
        (true, false) => f64::from(k + 1) / 65536.0,
        (false, true) => f64::from(k) / 65536.0,
        (true, true) => f64::from(2 * k + 1) / 131_072.0,
    }
}

/// The lower end, or a number just inside it where it is open.
#[inline]
fn low(choice: u16, open: bool) -> f64 {
    if open { just_inside(choice) } else { 0.0 }
}

/// The upper end, or a number just inside it where it is open.
#[inline]
fn high(choice: u16, open: bool) -> f64 {
    if open { 1.0 - just_inside(choice) } else { 1.0 }
}

/// `2^-4` to `2^-40`: near enough to an open end to feel it, far enough to stay short.
#[inline]
fn just_inside(choice: u16) -> f64 {
    power_of_two(-4 - i32::from((choice >> 3) % 37))
}

/// `2^k` for `|k| < 1000`.
#[inline]
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((1023 + k) as u64) << 52)
}
