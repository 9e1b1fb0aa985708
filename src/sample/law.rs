//! Draws by the law that a sampler names: what `[probability]` needs, where a stratum would bend the distribution.
//!
//! A uniform draw has 48 bits and a normal one is the normal quantile of such a number, so that both differ from their law by at most
//! 2⁻⁴⁸ in distribution (and by the rounding of `f64`); integers, choices and permutations come of 48 bits, too, so that one of `w` integers is
//! as likely as another to one part in 2⁴⁸ / `w`. A rotation is uniform (Haar):
//! reflectors of lengths n, n - 1, .. are each chosen so as to carry the first axis to a uniform direction (Stewart, *SIAM J. Numer.
//! Anal.* 17, 1980; the subgroup algorithm of Diaconis and Shahshahani).
//!
//! Every draw is a number of `f64`, so a trial is exact in every arithmetic, like any case.

use super::draws::Role;
use super::strata::{BlockShape, Lanes};
use super::stream::Stream;
use crate::arith::Backend;
use crate::arith::backend::dispatch;
use crate::arith::elementary::normal_from_uniform;
use crate::arith::lane::{Job, Lane8};

/// Fills blocks of draws, eight trials at a time. Kept from octet to octet, so that nothing is allocated once it has grown.
#[derive(Default)]
pub struct Law {
    bytes: Vec<u8>,
    out: Vec<Lanes>,
}

impl Law {
    /// The draws of these blocks, one after the other, each row-major: the next of the stream.
    pub fn fill(&mut self, backend: Backend, stream: &mut Stream, blocks: &[BlockShape]) -> &[Lanes] {
        self.out.clear();
        self.out.resize(blocks.iter().map(|block| block.len()).sum(), Lanes::default());
        let mut start = 0;
        for block in blocks {
            let out = &mut self.out[start..start + block.len()];
            start += block.len();
            match block.role {
                // In the middle of a cell, so that no end is drawn.
                Role::Unit { .. } => uniform(stream, &mut self.bytes, out),
                Role::Normal => {
                    uniform(stream, &mut self.bytes, out);
                    dispatch(backend, Normals { out });
                }
                Role::Fraction | Role::Order => fractions(stream, &mut self.bytes, out),
                Role::Reflector => {
                    uniform(stream, &mut self.bytes, out);
                    dispatch(backend, Normals { out });
                    reflectors(block.rows, block.cols, out);
                }
            }
        }
        &self.out
    }
}

/// Numbers of (0, 1): the middles of 2^48 cells.
fn uniform(stream: &mut Stream, bytes: &mut Vec<u8>, out: &mut [Lanes]) {
    words(stream, bytes, out, |word| ((word >> 16) as f64 + 0.5) / 281_474_976_710_656.0);
}

/// Numbers of [0, 1). More bits than cases have elsewhere: of 3 * 2^30 integers, 32 bits would give some twice as often as others.
fn fractions(stream: &mut Stream, bytes: &mut Vec<u8>, out: &mut [Lanes]) {
    words(stream, bytes, out, |word| (word >> 16) as f64 / 281_474_976_710_656.0);
}

fn words(stream: &mut Stream, bytes: &mut Vec<u8>, out: &mut [Lanes], number: impl Fn(u64) -> f64) {
    bytes.resize(64 * out.len(), 0);
    stream.bytes(bytes);
    for (x, word) in out.iter_mut().flat_map(|x| &mut x.0).zip(bytes.chunks_exact(8)) {
        *x = number(u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
}

struct Normals<'a> {
    out: &'a mut [Lanes],
}

impl Job for Normals<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        for x in self.out.iter_mut() {
            normal_from_uniform(V::load(&x.0)).store(&mut x.0);
        }
    }
}

/// From normal columns `x` to reflectors `x - |x| e`, which carry the axis `e` to the direction of `x`: column `j` from row `j` on.
fn reflectors(rows: usize, cols: usize, out: &mut [Lanes]) {
    for j in 0..cols.min(rows) {
        for lane in 0..8 {
            let below: f64 = (j + 1..rows).map(|i| out[i * cols + j].0[lane]).map(|x| x * x).sum();
            let x = out[j * cols + j].0[lane];
            let norm = (x * x + below).sqrt();
            // Where x > 0, without the cancellation; of length one it is 0, and nothing is reflected, or 2x, which is a sign.
            out[j * cols + j].0[lane] = if x > 0.0 { -below / (x + norm) } else { x - norm };
        }
        for above in 0..j {
            out[above * cols + j] = Lanes::default();
        }
    }
    // A reflector has no more columns than rows; what is left over is not read.
    for j in rows..cols {
        for i in 0..rows {
            out[i * cols + j] = Lanes::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::stream::Key;
    use statrs::distribution::{ContinuousCDF, Normal};

    fn drawn(role: Role, rows: usize, cols: usize, octets: u64) -> Vec<Vec<f64>> {
        let (mut law, mut all) = (Law::default(), Vec::new());
        let key = Key::new(1, "law");
        for octet in 0..octets {
            let mut stream = Stream::new(&key, octet);
            let out = law.fill(Backend::Scalar, &mut stream, &[BlockShape { role, rows, cols }]);
            all.extend((0..8).map(|lane| out.iter().map(|x| x.0[lane]).collect()));
        }
        all
    }

    #[test]
    fn draws_are_quantiles_of_the_words_of_the_stream() {
        // The stream has golden draws of its own, so a seed means the same next year.
        let mut bytes = [0; 128];
        Stream::new(&Key::new(1, "law"), 0).bytes(&mut bytes);
        let normal = Normal::new(0.0, 1.0).expect("a positive deviation");
        for (lane, draws) in drawn(Role::Normal, 1, 2, 1).iter().enumerate() {
            for (i, x) in draws.iter().enumerate() {
                let at = 64 * i + 8 * lane;
                let word = u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
                let u = ((word >> 16) as f64 + 0.5) / 2f64.powi(48);
                assert!((normal.cdf(*x) - u).abs() < 1e-10, "{x} {u}");
            }
        }
    }

    #[test]
    fn normal_draws_have_the_moments_and_the_tails_of_the_law() {
        let all: Vec<f64> = drawn(Role::Normal, 4, 5, 2000).concat();
        let n = all.len() as f64;
        let moment = |power: i32| all.iter().map(|x| x.powi(power)).sum::<f64>() / n;
        // Five standard deviations of each.
        let within = |found: f64, wanted: f64, variance: f64| (found - wanted).abs() < 5.0 * (variance / n).sqrt();
        assert!(within(moment(1), 0.0, 1.0) && within(moment(2), 1.0, 2.0), "{} {}", moment(1), moment(2));
        assert!(within(moment(3), 0.0, 15.0) && within(moment(4), 3.0, 96.0), "{} {}", moment(3), moment(4));
        let beyond = all.iter().filter(|x| x.abs() > 3.0).count() as f64 / n;
        assert!(within(beyond, 0.002_699_796, 0.0027), "{beyond}");
    }

    /// The product of the reflectors, as `SampleOp::Reflect` makes it.
    fn rotation(n: usize, draws: &[f64]) -> nalgebra::DMatrix<f64> {
        let v = nalgebra::DMatrix::from_row_slice(n, n, draws);
        let mut q = nalgebra::DMatrix::identity(n, n);
        for j in 0..n {
            let column = v.column(j).into_owned();
            let square = column.norm_squared();
            if square > 0.0 {
                q -= &q * &column * column.transpose() * (2.0 / square);
            }
        }
        q
    }

    #[test]
    fn rotations_are_uniform() {
        // Of a uniform rotation every entry has mean 0, mean square 1/n and mean fourth power 3/(n (n + 2)); the determinant is 1 or
        // -1, as often; the trace has mean 0 and mean square 1.
        for n in [1_usize, 2, 3, 5] {
            let all: Vec<_> = drawn(Role::Reflector, n, n, 1500).iter().map(|draws| rotation(n, draws)).collect();
            let count = all.len() as f64;
            let mean = |f: &dyn Fn(&nalgebra::DMatrix<f64>) -> f64| all.iter().map(f).sum::<f64>() / count;
            let room = 5.0 / count.sqrt();
            let m = n as f64;
            for (i, j) in [(0, 0), (n - 1, 0), (0, n - 1), (n - 1, n - 1)] {
                assert!(mean(&|q| q[(i, j)]).abs() < room, "{n}: ({i}, {j})");
                assert!((mean(&|q| q[(i, j)].powi(2)) - 1.0 / m).abs() < room, "{n}: ({i}, {j})");
                assert!((mean(&|q| q[(i, j)].powi(4)) - 3.0 / (m * (m + 2.0))).abs() < room, "{n}: ({i}, {j})");
            }
            assert!(mean(&|q| q.determinant()).abs() < room, "{n}");
            assert!(
                mean(&|q| q.trace()).abs() < room && (mean(&|q| q.trace().powi(2)) - 1.0).abs() < 2.0 * room,
                "{n}"
            );
            assert!(all.iter().all(|q| (q.transpose() * q - nalgebra::DMatrix::identity(n, n)).norm() < 1e-12));
        }
    }

    #[test]
    fn an_open_end_is_never_drawn() {
        let unit = Role::Unit { lo_open: true, hi_open: true, log: false, spectrum: false };
        assert!(drawn(unit, 10, 10, 100).concat().iter().all(|x| *x > 0.0 && *x < 1.0));
    }
}
