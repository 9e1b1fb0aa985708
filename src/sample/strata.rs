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
use crate::arith::lane::{Job, Kernel, Lane8};
use crate::arith::number::Number;
use serde::{Deserialize, Serialize};

/// One draw of eight cases.
pub type Lanes = [f64; 8];

/// How the draws of a case were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stratum {
    /// As the samplers say.
    #[default]
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

/// Fills blocks of one octet, in their order. Kept from octet to octet, so that nothing is allocated once it has grown.
#[derive(Default)]
pub struct Filler {
    stratum: Stratum,
    /// Anything else that a stratum varies by octet.
    flavour: u64,
    /// Spectra so far, for alternating order.
    spectra: usize,
    /// Rotations that were drawn, by size: where in `kept` is what an aligned one repeats.
    rotations: Vec<(usize, usize, usize)>,
    kept: Vec<Lanes>,
    out: Vec<Lanes>,
    /// Words of the stream that become `out`, and those that choose how.
    words: Vec<[u8; 16]>,
    choices: Vec<[u8; 16]>,
    column: Vec<f64>,
}

impl Filler {
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an octet.
    pub fn begin(&mut self, stream: &mut Stream, stratum: Stratum) {
        self.flavour = if stratum == Stratum::Plain { 0 } else { stream.below(1 << 16) };
        self.stratum = stratum;
        self.spectra = 0;
        self.rotations.clear();
        self.kept.clear();
    }

    /// The draws of a block, row-major, `rows × cols`.
    #[inline(always)]
    pub fn fill<N: Number>(
        &mut self,
        backend: Backend,
        stream: &mut Stream,
        role: Role,
        rows: usize,
        cols: usize,
    ) -> &[Lanes] {
        N::enter(Fill { filler: self, backend, stream, role, rows, cols })
    }

    #[inline(always)]
    fn unit(&mut self, stream: &mut Stream, ends: Ends, log: bool, spectrum: bool, count: usize) {
        let stratum = self.stratum;
        words(stream, &mut self.words, count);
        match stratum {
            Stratum::TinyIntegers => {
                // Quarters; open ends take the neighbour.
                let least = if ends.lo_open { 1 } else { 0 };
                let most = if ends.hi_open { 3 } else { 4 };
                for x in &self.words {
                    self.out.push(lanes(|l| f64::from((word(x, l) % 5).clamp(least, most)) / 4.0));
                }
                return;
            }
            _ => {
                for x in &self.words {
                    self.out.push(lanes(|l| ends.unit(word(x, l))));
                }
            }
        }
        if matches!(stratum, Stratum::Plain | Stratum::Aligned | Stratum::AntiAligned) {
            return;
        }
        words(stream, &mut self.choices, count);
        let flavour = self.flavour;
        for i in 0..count {
            let choice = &self.choices[i];
            let x = self.out[i];
            self.out[i] = match stratum {
                Stratum::Edges => lanes(|l| {
                    let c = word(choice, l);
                    let end = if c % 4 == 0 { ends.low(c) } else { ends.high(c) };
                    if c % 4 < 2 { end } else { x[l] }
                }),
                // Spectra in runs of equal values; the rest as they come.
                Stratum::Ties if spectrum && i > 0 => {
                    let last = self.out[i - 1];
                    lanes(|l| if word(choice, l) % 3 == 0 { x[l] } else { last[l] })
                }
                Stratum::LowRank if spectrum && !(i == 0 && flavour % 2 == 0) => {
                    // Most of a spectrum at the lower end or, for intervals around zero, in the middle.
                    let middle = flavour % 3 == 0 && !log;
                    lanes(|l| {
                        let c = word(choice, l);
                        let end = if middle { 0.5 } else { ends.low(c) };
                        if c % 3 == 0 { x[l] } else { end }
                    })
                }
                Stratum::ExtremeScales => lanes(|l| {
                    let c = word(choice, l);
                    let scaled = if c % 4 == 1 { ends.high(c) } else { x[l] * just_inside(c) };
                    let other = if log { scaled } else { x[l] };
                    if c % 4 == 0 { ends.low(c) } else { other }
                }),
                _ => x,
            };
        }
    }

    /// Decreasing when aligned; alternately decreasing and increasing when anti-aligned.
    fn order(&mut self) {
        let down = match self.stratum {
            Stratum::Aligned => true,
            Stratum::AntiAligned => self.spectra % 2 == 0,
            _ => return,
        };
        for lane in 0..8 {
            self.column.clear();
            self.column.extend(self.out.iter().map(|x| x[lane]));
            self.column.sort_unstable_by(|a, b| if down { b.total_cmp(a) } else { a.total_cmp(b) });
            for (x, y) in self.out.iter_mut().zip(&self.column) {
                x[lane] = *y;
            }
        }
    }

    #[inline(always)]
    fn rotation(&mut self, stream: &mut Stream, rows: usize, cols: usize) {
        let aligned = matches!(self.stratum, Stratum::Aligned | Stratum::AntiAligned);
        if aligned && let Some(&(_, _, at)) = self.rotations.iter().find(|(r, c, _)| (*r, *c) == (rows, cols)) {
            self.out.extend_from_slice(&self.kept[at..at + rows * cols]);
            return;
        }
        let tiny = self.stratum == Stratum::TinyIntegers;
        // Half of the tiny cases are diagonal: signs and no rotation.
        let none = tiny && self.flavour % 2 == 0;
        // -1 ..= 1 or -16 ..= 16, from eight bits each (some are likelier than others by an eighth).
        let (levels, middle) = if none {
            (0, 0.0)
        } else if tiny {
            (3, 1.0)
        } else {
            (33, 16.0)
        };
        // On and below the diagonal.
        let count: usize = (0..rows).map(|i| cols.min(i + 1)).sum();
        words(stream, &mut self.words, count.div_ceil(2));
        let mut next = 0;
        for i in 0..rows {
            let here = cols.min(i + 1);
            for k in next..next + here {
                let bytes = &self.words[k / 2];
                let from = k % 2 * 8;
                self.out.push(lanes(|l| f64::from((u16::from(bytes[from + l]) * levels) >> 8) - middle));
            }
            next += here;
            self.out.resize(self.out.len() + cols - here, [0.0; 8]);
        }
        if aligned {
            self.rotations.push((rows, cols, self.kept.len()));
            self.kept.extend_from_slice(&self.out);
        }
    }

    #[inline(always)]
    fn normal(&mut self, backend: Backend, stream: &mut Stream, rows: usize, cols: usize) {
        let count = rows * cols;
        let stratum = self.stratum;
        words(stream, &mut self.words, count);
        for x in &self.words {
            self.out.push(lanes(|l| (f64::from(word(x, l)) + 0.5) / 65536.0));
        }
        if matches!(stratum, Stratum::TinyIntegers | Stratum::Ties) {
            // -2 ..= 2, the ends rarer
            for x in &mut self.out {
                *x = lanes(|l| ((x[l] * 16.0).floor() / 4.0 - 1.625).round_ties_even());
            }
            return;
        }
        dispatch(backend, Normals { out: &mut self.out });
        match stratum {
            Stratum::ExtremeScales => {
                words(stream, &mut self.choices, 1);
                let scale = lanes(|l| power_of_two(i32::from(word(&self.choices[0], l) % 81) - 40));
                for x in &mut self.out {
                    *x = lanes(|l| x[l] * scale[l]);
                }
            }
            Stratum::LowRank => {
                words(stream, &mut self.choices, rows);
                for (i, choice) in self.choices.iter().enumerate() {
                    for x in &mut self.out[i * cols..(i + 1) * cols] {
                        *x = lanes(|l| if word(choice, l) & 1 == 0 { 0.0 } else { x[l] });
                    }
                }
            }
            Stratum::Edges => {
                words(stream, &mut self.choices, count);
                for (x, choice) in self.out.iter_mut().zip(&self.choices) {
                    *x = lanes(|l| if word(choice, l) % 4 == 0 { 0.0 } else { x[l] });
                }
            }
            _ => {}
        }
    }

    /// Numbers of `[0, 1)` from 32 bits each; with `ends`, the first and the last integer of a range, or of a choice, more often.
    #[inline(always)]
    fn fractions(&mut self, stream: &mut Stream, count: usize, ends: bool) {
        const LAST: f64 = 1.0 - 1.0 / 4_294_967_296.0;
        let (edges, tiny) = (ends && self.stratum == Stratum::Edges, ends && self.stratum == Stratum::TinyIntegers);
        words(stream, &mut self.words, 2 * count);
        for pair in self.words.chunks_exact(2) {
            self.out.push(lanes(|l| {
                let half = &pair[l / 4][l % 4 * 4..];
                let w = u32::from_le_bytes([half[0], half[1], half[2], half[3]]);
                if (edges && w & 3 == 0) || (tiny && w & 1 == 0) {
                    0.0
                } else if edges && w & 3 == 1 {
                    LAST
                } else {
                    f64::from(w) / 4_294_967_296.0
                }
            }));
        }
    }
}

/// Fills one block, compiled once an arithmetic.
struct Fill<'a, 's> {
    filler: &'a mut Filler,
    backend: Backend,
    stream: &'s mut Stream,
    role: Role,
    rows: usize,
    cols: usize,
}

impl<'a, N: Number> Kernel<N> for Fill<'a, '_> {
    type Out = &'a [Lanes];

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { filler, backend, stream, role, rows, cols } = self;
        let count = rows * cols;
        filler.out.clear();
        match role {
            Role::Unit { lo_open, hi_open, log, spectrum } => {
                filler.unit(stream, Ends { lo_open, hi_open }, log, spectrum, count);
                if spectrum {
                    filler.order();
                    filler.spectra += 1;
                }
            }
            Role::Fraction => filler.fractions(stream, count, true),
            Role::Normal => filler.normal(backend, stream, rows, cols),
            Role::Reflector => filler.rotation(stream, rows, cols),
            Role::Order => filler.fractions(stream, count, false),
        }
        &filler.out
    }
}

/// Reads words of 16 bytes: 16 bits a lane.
#[inline(always)]
fn words(stream: &mut Stream, out: &mut Vec<[u8; 16]>, count: usize) {
    out.resize(count, [0; 16]);
    stream.bytes(out.as_flattened_mut());
}

/// A lane's 16 bits.
#[inline(always)]
fn word(bytes: &[u8; 16], lane: usize) -> u16 {
    u16::from_le_bytes([bytes[2 * lane], bytes[2 * lane + 1]])
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

#[inline(always)]
fn lanes(mut f: impl FnMut(usize) -> f64) -> Lanes {
    let mut out = [0.0; 8];
    for (l, x) in out.iter_mut().enumerate() {
        *x = f(l);
    }
    out
}

/// Which ends of the unit interval are open.
#[derive(Clone, Copy)]
struct Ends {
    lo_open: bool,
    hi_open: bool,
}

impl Ends {
    /// A number of `[0, 1]` on a grid of 2^-16 (2^-17 where both ends are open); a closed end can be drawn, an open one cannot.
    #[inline(always)]
    fn unit(self, k: u16) -> f64 {
        let k = i32::from(k);
        let (shift, carry) = match (self.lo_open, self.hi_open) {
            (false, false) => (0, 2),
            (true, false) => (2, 0),
            (false, true) => (0, 0),
            (true, true) => (1, 0),
        };
        f64::from(2 * k + shift + carry * (k >> 15)) / 131_072.0
    }

    /// The lower end, or a number just inside it where it is open.
    #[inline(always)]
    fn low(self, choice: u16) -> f64 {
        if self.lo_open { just_inside(choice) } else { 0.0 }
    }

    /// The upper end, or a number just inside it where it is open.
    #[inline(always)]
    fn high(self, choice: u16) -> f64 {
        if self.hi_open { 1.0 - just_inside(choice) } else { 1.0 }
    }
}

/// `2^-4` to `2^-40`: near enough to an open end to feel it, far enough to stay short.
#[inline(always)]
fn just_inside(choice: u16) -> f64 {
    power_of_two(-4 - i32::from((choice >> 3) % 37))
}

/// `2^k` for `|k| < 1000`.
#[inline(always)]
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((1023 + k) as u64) << 52)
}
