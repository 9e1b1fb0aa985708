//! Random numbers of an island: SplitMix64 (Steele, Lea & Flood 2014), seeded by the island's own stream.
//!
//! Normals come from uniforms by the quantile in lanes, so that they have the same bits on every machine.

use crate::arith::backend::dispatch;
use crate::arith::elementary::normal_from_uniform;
use crate::arith::lane::{Backend, Job, Lane8};
use crate::sample::stream::{Key, Stream};

/// The streams of islands, far from those of cases.
const ISLANDS: u64 = 1 << 41;

pub struct Random(u64);

impl Random {
    /// The numbers of an island.
    pub fn new(key: &Key, island: u64) -> Self {
        let mut bytes = [0; 8];
        Stream::new(key, ISLANDS + island).bytes(&mut bytes);
        Self(u64::from_le_bytes(bytes))
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = self.0;
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below `n` (0 if there is none).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i + 1);
            items.swap(i, j);
        }
    }

    /// Standard normals.
    pub fn normals(&mut self, backend: Backend, out: &mut [[f64; 8]]) {
        for x in out.as_flattened_mut() {
            // The middles of 2^52 parts of the unit interval: never 0 or 1.
            *x = ((self.word() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
        }
        dispatch(backend, Normals { out });
    }
}

struct Normals<'a> {
    out: &'a mut [[f64; 8]],
}

impl Job for Normals<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        for x in self.out {
            normal_from_uniform(V::load(x)).store(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_the_same_bits_on_every_back_end() {
        let normals = |backend| {
            let mut out = [[0.0; 8]; 100];
            Random::new(&Key::new(1, "a"), 3).normals(backend, &mut out);
            out.as_flattened().iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        let expected = normals(Backend::Scalar);
        for backend in Backend::available() {
            assert_eq!(normals(backend), expected, "{backend}");
        }
    }

    #[test]
    fn islands_have_numbers_of_their_own() {
        let first = |island| Random::new(&Key::new(1, "a"), island).word();
        assert_ne!(first(0), first(1));
    }
}
