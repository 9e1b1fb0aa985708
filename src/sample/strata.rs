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

/// One draw of eight cases, in a cache line of its own: what straddles two is stored and loaded twice.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Lanes(pub [f64; 8]);

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
    const ORDER: [Stratum; ROUND as usize] = [
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
    ORDER[(octet % ROUND) as usize]
}

/// A block of draws to be filled.
#[derive(Clone, Copy, Debug)]
pub struct BlockShape {
    pub role: Role,
    pub rows: usize,
    pub cols: usize,
}

impl BlockShape {
    /// Draws in it.
    pub fn len(self) -> usize {
        self.rows * self.cols
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// A bound on the Frobenius norm, where it is not worth computing: reflectors are of any length.
    pub fn norm(self) -> Option<f64> {
        (self.role == Role::Reflector).then(|| REFLECTOR_MOST * (self.len() as f64).sqrt())
    }

    /// Words of the stream that it takes, whatever the stratum.
    fn words(self) -> usize {
        match self.role {
            Role::Unit { .. } | Role::Normal => self.len(),
            Role::Fraction | Role::Order => 2 * self.len(),
            // Two to a word, on and below the diagonal.
            Role::Reflector => {
                let (k, rows) = (self.cols.min(self.rows), self.rows);
                (k * (k + 1) / 2 + (rows - k) * k).div_ceil(2)
            }
        }
    }
}

/// The greatest entry of a reflector.
const REFLECTOR_MOST: f64 = 16.0;

/// Sixteen bits a lane.
type Word = [u16; 8];

/// Fills the blocks of an octet, in their order. Kept from octet to octet, so that nothing is allocated once it has grown.
#[derive(Default)]
pub struct Filler {
    stratum: Stratum,
    /// Anything else that a stratum varies by octet.
    flavour: u64,
    /// Spectra so far, for alternating order.
    spectra: usize,
    /// Rotations that were drawn, by size, and where in `out`: what an aligned one repeats.
    rotations: Vec<(usize, usize, usize)>,
    /// Where small values are gone through one by one: what is left of each lane's number, digit by digit.
    codes: Option<[u64; 8]>,
    /// All blocks, one after the other.
    out: Vec<Lanes>,
    /// Words of the stream that become `out`, and as many that choose how.
    words: Vec<Word>,
    choices: Vec<Word>,
    bytes: Vec<u8>,
    column: Vec<f64>,
}

impl Filler {
    pub fn new() -> Self {
        Self::default()
    }

    /// The draws of these blocks, one after the other, each row-major.
    #[inline(always)]
    pub fn fill<N: Number>(
        &mut self,
        backend: Backend,
        stream: &mut Stream,
        stratum: Stratum,
        blocks: &[BlockShape],
    ) -> &[Lanes] {
        self.flavour = if stratum == Stratum::Plain { 0 } else { stream.below(1 << 16) };
        self.stratum = stratum;
        self.spectra = 0;
        self.rotations.clear();
        self.codes = exhausts(stream.octet()).then(|| codes(stream.octet() / ROUND, blocks)).flatten();
        let (count, draws) =
            blocks.iter().fold((0, 0), |(words, draws), block| (words + block.words(), draws + block.len()));
        self.out.resize(draws, Lanes::default());
        read(stream, &mut self.bytes, &mut self.words, count);
        let chooses = matches!(stratum, Stratum::Edges | Stratum::Ties | Stratum::LowRank | Stratum::ExtremeScales);
        read(stream, &mut self.bytes, &mut self.choices, if chooses { count } else { 0 });
        N::enter(Fill { filler: self, backend, blocks })
    }

    #[inline(always)]
    fn unit(&mut self, at: usize, start: usize, count: usize, ends: Ends, log: bool, spectrum: bool) {
        let words = &self.words[at..at + count];
        let out = &mut self.out[start..start + count];
        if self.stratum == Stratum::TinyIntegers {
            // Quarters; open ends take the neighbour.
            let least = if ends.lo_open { 1 } else { 0 };
            let most = if ends.hi_open { 3 } else { 4 };
            for (x, w) in out.iter_mut().zip(words) {
                *x = match &mut self.codes {
                    Some(codes) => lanes(|l| (f64::from(least) + digit(codes, l, u64::from(most - least + 1))) / 4.0),
                    None => lanes(|l| f64::from((w[l] % 5).clamp(least, most)) / 4.0),
                };
            }
            return;
        }
        let (shift, carry) = ends.grid();
        for (x, w) in out.iter_mut().zip(words) {
            *x = lanes(|l| unit(w[l], shift, carry));
        }
        if self.choices.is_empty() {
            return;
        }
        let choices = &self.choices[at..at + count];
        match self.stratum {
            Stratum::Edges => {
                for (x, choice) in out.iter_mut().zip(choices) {
                    *x = lanes(|l| {
                        let c = choice[l];
                        let end = if c % 4 == 0 { ends.low(c) } else { ends.high(c) };
                        if c % 4 < 2 { end } else { x.0[l] }
                    });
                }
            }
            // Spectra in runs of equal values; the rest as they come.
            Stratum::Ties if spectrum => {
                for i in 1..count {
                    let (last, x, choice) = (out[i - 1], out[i], &choices[i]);
                    out[i] = lanes(|l| if choice[l] % 3 == 0 { x.0[l] } else { last.0[l] });
                }
            }
            // Most of a spectrum at the lower end or, for intervals around zero, in the middle; sometimes all but the first.
            Stratum::LowRank if spectrum => {
                let middle = self.flavour.is_multiple_of(3) && !log;
                let kept = if self.flavour.is_multiple_of(2) { 1 } else { 0 };
                for (x, choice) in out.iter_mut().zip(choices).skip(kept) {
                    *x = lanes(|l| {
                        let c = choice[l];
                        let end = if middle { 0.5 } else { ends.low(c) };
                        if c % 3 == 0 { x.0[l] } else { end }
                    });
                }
            }
            Stratum::ExtremeScales => {
                for (x, choice) in out.iter_mut().zip(choices) {
                    *x = lanes(|l| {
                        let c = choice[l];
                        let scaled = if c % 4 == 1 { ends.high(c) } else { x.0[l] * just_inside(c) };
                        let other = if log { scaled } else { x.0[l] };
                        if c % 4 == 0 { ends.low(c) } else { other }
                    });
                }
            }
            _ => {}
        }
    }

    /// Orders a spectrum: decreasing when aligned; alternately decreasing and increasing when anti-aligned.
    fn order(&mut self, start: usize, count: usize) {
        let down = match self.stratum {
            Stratum::Aligned => true,
            Stratum::AntiAligned => self.spectra.is_multiple_of(2),
            _ => return,
        };
        let spectrum = &mut self.out[start..start + count];
        for lane in 0..8 {
            self.column.clear();
            self.column.extend(spectrum.iter().map(|x| x.0[lane]));
            self.column.sort_unstable_by(|a, b| if down { b.total_cmp(a) } else { a.total_cmp(b) });
            for (x, y) in spectrum.iter_mut().zip(&self.column) {
                x.0[lane] = *y;
            }
        }
    }

    #[inline(always)]
    fn rotation(&mut self, at: usize, start: usize, rows: usize, cols: usize) {
        if matches!(self.stratum, Stratum::Aligned | Stratum::AntiAligned) {
            if let Some(&(_, _, earlier)) = self.rotations.iter().find(|(r, c, _)| (*r, *c) == (rows, cols)) {
                self.out.copy_within(earlier..earlier + rows * cols, start);
                return;
            }
            self.rotations.push((rows, cols, start));
        }
        // Half of the tiny cases are diagonal: signs and no rotation. Else -1 ..= 1, or -16 ..= 16, from eight bits each (some are
        // likelier than others by an eighth).
        let (levels, middle) = match self.stratum {
            Stratum::TinyIntegers if self.flavour.is_multiple_of(2) => (0, 0.0),
            Stratum::TinyIntegers => (3, 1.0),
            _ => (33, REFLECTOR_MOST),
        };
        if let Some(codes) = &mut self.codes {
            for i in 0..rows {
                for j in 0..cols {
                    self.out[start + i * cols + j] = match levels_at(rows, i, j) {
                        0 => Lanes::default(),
                        2 => lanes(|l| digit(codes, l, 2)),
                        base => lanes(|l| digit(codes, l, base) - 1.0),
                    };
                }
            }
            return;
        }
        let out = &mut self.out[start..start + rows * cols];
        // Two draws to a word.
        let mut next = 0;
        for (i, row) in out.chunks_exact_mut(cols.max(1)).enumerate() {
            let (drawn, above) = row.split_at_mut(cols.min(i + 1));
            for x in drawn {
                let (word, shift) = (&self.words[at + next / 2], next % 2 * 8);
                *x = lanes(|l| f64::from((((word[l] >> shift) & 0xff) * levels) >> 8) - middle);
                next += 1;
            }
            above.fill(Lanes::default());
        }
        // The last reflector of a square block has length one: a sign, and both are as likely.
        if rows > 0 && cols >= rows {
            let place = next_of(rows - 1, cols, rows - 1);
            let (word, shift) = (&self.words[at + place / 2], place % 2 * 8);
            self.out[start + (rows - 1) * cols + rows - 1] = lanes(|l| f64::from(word[l] >> shift & 1));
        }
    }

    #[inline(always)]
    fn normal(&mut self, at: usize, start: usize, backend: Backend, rows: usize, cols: usize) {
        let count = rows * cols;
        let out = &mut self.out[start..start + count];
        for (x, w) in out.iter_mut().zip(&self.words[at..at + count]) {
            *x = lanes(|l| (f64::from(w[l]) + 0.5) / 65536.0);
        }
        if matches!(self.stratum, Stratum::TinyIntegers | Stratum::Ties) {
            // -2 ..= 2, the ends rarer
            if let Some(codes) = &mut self.codes {
                for x in out {
                    *x = lanes(|l| digit(codes, l, 5) - 2.0);
                }
                return;
            }
            for x in out {
                *x = lanes(|l| ((x.0[l] * 16.0).floor() / 4.0 - 1.625).round_ties_even());
            }
            return;
        }
        dispatch(backend, Normals { out });
        if count == 0 || self.choices.is_empty() {
            return;
        }
        let choices = &self.choices[at..at + count];
        match self.stratum {
            Stratum::ExtremeScales => {
                let scale = lanes(|l| power_of_two(i32::from(choices[0][l] % 81) - 40));
                for x in out {
                    *x = lanes(|l| x.0[l] * scale.0[l]);
                }
            }
            // Rows of zeros.
            Stratum::LowRank => {
                for (i, x) in out.iter_mut().enumerate() {
                    let choice = &choices[i / cols * cols];
                    *x = lanes(|l| if choice[l] & 1 == 0 { 0.0 } else { x.0[l] });
                }
            }
            Stratum::Edges => {
                for (x, choice) in out.iter_mut().zip(choices) {
                    *x = lanes(|l| if choice[l] % 4 == 0 { 0.0 } else { x.0[l] });
                }
            }
            _ => {}
        }
    }

    /// Numbers of `[0, 1)` from 32 bits each; with `ends`, the first and the last integer of a range, or of a choice, more often.
    #[inline(always)]
    fn fractions(&mut self, at: usize, start: usize, count: usize, ends: bool) {
        const LAST: f64 = 1.0 - 1.0 / 4_294_967_296.0;
        let edges = ends && self.stratum == Stratum::Edges;
        let tiny = ends && self.stratum == Stratum::TinyIntegers;
        if let Some(codes) = &mut self.codes {
            for x in &mut self.out[start..start + count] {
                *x = lanes(|l| digit(codes, l, 4) / 4.0);
            }
            return;
        }
        let pairs = self.words[at..at + 2 * count].chunks_exact(2);
        for (x, pair) in self.out[start..start + count].iter_mut().zip(pairs) {
            *x = lanes(|l| {
                let w = u32::from(pair[0][l]) | u32::from(pair[1][l]) << 16;
                if (edges && w & 3 == 0) || (tiny && w & 1 == 0) {
                    0.0
                } else if edges && w & 3 == 1 {
                    LAST
                } else {
                    f64::from(w) / 4_294_967_296.0
                }
            });
        }
    }
}

/// Fills blocks from words that were read; compiled once an arithmetic.
struct Fill<'a, 'b> {
    filler: &'a mut Filler,
    backend: Backend,
    blocks: &'b [BlockShape],
}

impl<'a, N: Number> Kernel<N> for Fill<'a, '_> {
    type Out = &'a [Lanes];

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Self { filler, backend, blocks } = self;
        let (mut at, mut start) = (0, 0);
        for block in blocks {
            let (&BlockShape { role, rows, cols }, count) = (block, block.len());
            match role {
                Role::Unit { lo_open, hi_open, log, spectrum } => {
                    filler.unit(at, start, count, Ends { lo_open, hi_open }, log, spectrum);
                    if spectrum {
                        filler.order(start, count);
                        filler.spectra += 1;
                    }
                }
                Role::Fraction => filler.fractions(at, start, count, true),
                Role::Normal => filler.normal(at, start, backend, rows, cols),
                Role::Reflector => filler.rotation(at, start, rows, cols),
                Role::Order => filler.fractions(at, start, count, false),
            }
            at += block.words();
            start += count;
        }
        &filler.out
    }
}

/// Octets in a round of strata.
const ROUND: u64 = 16;

/// Whether an octet goes through the tiny integers at the least dimensions, one by one, as long as they last: the first of each round.
pub fn exhausts(octet: u64) -> bool {
    octet.is_multiple_of(ROUND)
}

/// How many cases the small values of these blocks make, `None` if more than can be counted.
pub fn small_cases(blocks: &[BlockShape]) -> Option<u64> {
    let mut all: u64 = 1;
    for block in blocks {
        for i in 0..block.rows {
            for j in 0..block.cols {
                let base = match block.role {
                    Role::Unit { lo_open, hi_open, .. } => 5 - u64::from(lo_open) - u64::from(hi_open),
                    Role::Fraction | Role::Order => 4,
                    Role::Normal => 5,
                    Role::Reflector => levels_at(block.rows, i, j).max(1),
                };
                all = all.checked_mul(base)?;
            }
        }
    }
    Some(all)
}

/// The numbers whose digits are the draws of the `turn`-th octet that goes through all small values; `None` when all have been, or are
/// more than can be counted. A stride that is prime to every base takes them out of order, so that a short run sees all kinds.
fn codes(turn: u64, blocks: &[BlockShape]) -> Option<[u64; 8]> {
    const STRIDE: u64 = 1_000_003;
    let all = small_cases(blocks)?;
    let first = turn.checked_mul(8).filter(|first| *first < all)?;
    let mut codes = [0; 8];
    for (lane, code) in codes.iter_mut().enumerate() {
        let place = u128::from(first + lane as u64) * u128::from(STRIDE) % u128::from(all);
        *code = u64::try_from(place).unwrap_or(0);
    }
    Some(codes)
}

/// Small values of a reflector's entry: none above the diagonal, a sign where it has length one, else -1, 0, 1.
fn levels_at(rows: usize, i: usize, j: usize) -> u64 {
    match () {
        () if i < j => 0,
        () if i + 1 == rows && j + 1 == rows => 2,
        () => 3,
    }
}

/// Takes the last digit of a lane's number.
#[inline(always)]
fn digit(codes: &mut [u64; 8], lane: usize, base: u64) -> f64 {
    let d = codes[lane] % base;
    codes[lane] /= base;
    d as f64
}

/// How many draws on and below the diagonal come before entry `(i, j)`, row by row.
fn next_of(i: usize, cols: usize, j: usize) -> usize {
    (0..i).map(|r| cols.min(r + 1)).sum::<usize>() + j
}

/// Reads words of the stream.
#[inline(always)]
fn read(stream: &mut Stream, bytes: &mut Vec<u8>, out: &mut Vec<Word>, count: usize) {
    bytes.resize(16 * count, 0);
    out.resize(count, [0; 8]);
    stream.bytes(bytes);
    for (x, pair) in out.as_flattened_mut().iter_mut().zip(bytes.chunks_exact(2)) {
        *x = u16::from_le_bytes([pair[0], pair[1]]);
    }
}

/// From uniforms to normals on a grid of 2^-10.
struct Normals<'a> {
    out: &'a mut [Lanes],
}

impl Job for Normals<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        for x in self.out.iter_mut() {
            let z = normal_from_uniform(V::load(&x.0));
            z.mul(V::splat(1024.0)).round_even().mul(V::splat(1.0 / 1024.0)).store(&mut x.0);
        }
    }
}

#[inline(always)]
fn lanes(mut f: impl FnMut(usize) -> f64) -> Lanes {
    let mut out = Lanes::default();
    for (l, x) in out.0.iter_mut().enumerate() {
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
    /// What [`unit`] takes, for these ends.
    #[inline(always)]
    fn grid(self) -> (i32, i32) {
        match (self.lo_open, self.hi_open) {
            (false, false) => (0, 2),
            (true, false) => (2, 0),
            (false, true) => (0, 0),
            (true, true) => (1, 0),
        }
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

/// A number of `[0, 1]` on a grid of 2^-16 (2^-17 where both ends are open); a closed end can be drawn, an open one cannot.
#[inline(always)]
fn unit(k: u16, shift: i32, carry: i32) -> f64 {
    let k = i32::from(k);
    f64::from(2 * k + shift + carry * (k >> 15)) / 131_072.0
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
