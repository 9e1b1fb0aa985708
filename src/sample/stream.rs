//! Where randomness comes from: one ChaCha8 stream an octet of cases.
//!
//! The key is made of the suite seed and the claim's id, the stream number is the octet (case index divided by eight), and the lane is
//! the case's place in it. So a case is known from (seed, claim, index) alone, whatever else runs and wherever. Cases of one
//! octet share their stratum and their structural integers: that is what fills eight lanes with equal shapes and never leaves
//! one empty.
//!
//! The integers that choose shapes are no part of the stream: they are a hash of the key, the octet and the integer's place, so
//! that octets can be put in the order of their shapes before anything is drawn.
//!
//! The algorithm is named and versioned: `theoremcheck-draws-1`. A golden test holds the first draws.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Cases that share a stream.
pub const OCTET: u64 = 8;

/// The key of a claim's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// The key for a suite seed and a claim's id.
    ///
    /// Absorbs length-prefixed words through SplitMix64's finaliser, four words out. This spreads ids apart; it is no
    /// cryptographic hash and need not be.
    pub fn new(seed: u64, id: &str) -> Self {
        let mut state = mix(seed ^ 0x7468_656f_7265_6d31);
        state = mix(state ^ id.len() as u64);
        for chunk in id.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            state = mix(state ^ u64::from_le_bytes(word));
        }
        let mut key = [0; 32];
        for (i, part) in key.chunks_mut(8).enumerate() {
            part.copy_from_slice(&mix(state.wrapping_add(i as u64 + 1)).to_le_bytes());
        }
        Self(key)
    }
}

/// SplitMix64's output function (Steele, Lea & Flood 2014), with its increment.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The stream of one octet.
pub struct Stream {
    rng: ChaCha8Rng,
    octet: u64,
    /// What the octet's integers are hashed with.
    shapes: u64,
}

impl Stream {
    pub fn new(key: &Key, octet: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(key.0);
        rng.set_stream(octet);
        let mut shapes = 0x7368_6170_6573_0001;
        for part in key.0.chunks_exact(8) {
            let mut word = [0; 8];
            word.copy_from_slice(part);
            shapes = mix(shapes ^ u64::from_le_bytes(word));
        }
        Self { rng, octet, shapes }
    }

    /// Goes to the start of another octet's stream.
    #[inline]
    pub fn seek(&mut self, octet: u64) {
        // In this order: the generator refills its buffer when the stream changes in the middle of one.
        self.rng.set_word_pos(0);
        self.rng.set_stream(octet);
        self.octet = octet;
    }

    /// The octet whose stream this is.
    pub fn octet(&self) -> u64 {
        self.octet
    }

    /// A number below `n` for the whole of any octet: it depends on nothing but the key, the octet and `place`.
    pub fn shape(&self, octet: u64, place: u64, n: u64) -> u64 {
        scaled(mix(mix(self.shapes ^ octet).wrapping_add(place)), n)
    }

    /// The next bytes of the stream; a part of a word that is left over is dropped.
    #[inline]
    pub fn bytes(&mut self, out: &mut [u8]) {
        self.rng.fill_bytes(out);
    }

    /// Eight words of 16 bits, a lane each.
    #[inline]
    pub fn words16(&mut self) -> [u16; 8] {
        let (a, b) = (self.rng.next_u64(), self.rng.next_u64());
        let mut out = [0; 8];
        for i in 0..4 {
            out[i] = (a >> (16 * i)) as u16;
            out[i + 4] = (b >> (16 * i)) as u16;
        }
        out
    }

    /// A number below `n` for the whole octet (multiply and shift; the bias is below 2^-32 for the sizes that occur).
    pub fn below(&mut self, n: u64) -> u64 {
        scaled(self.rng.next_u64(), n)
    }
}

/// A word as a number below `n`.
fn scaled(word: u64, n: u64) -> u64 {
    ((u128::from(word) * u128::from(n)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_draws_of_a_seed_mean_the_same_next_year() {
        let mut stream = Stream::new(&Key::new(1, "paper/lemma-1"), 0);
        let first = stream.words16();
        stream.seek(1);
        let second = stream.words16();
        assert_eq!((first, second), GOLDEN);
        assert_eq!([0, 1, 2].map(|place| stream.shape(1, place, 1000)), GOLDEN_SHAPES);
    }

    #[test]
    fn words_are_what_bytes_are() {
        let key = Key::new(7, "a/b");
        let mut bytes = [0; 16];
        Stream::new(&key, 3).bytes(&mut bytes);
        let words = Stream::new(&key, 3).words16();
        assert_eq!(words.map(u16::to_le_bytes).concat(), bytes);
    }

    #[test]
    fn the_integers_of_an_octet_do_not_depend_on_what_was_drawn() {
        let mut stream = Stream::new(&Key::new(7, "a/b"), 3);
        let before = [0, 1, 2].map(|place| stream.shape(3, place, 8));
        stream.words16();
        assert_eq!(before, [0, 1, 2].map(|place| stream.shape(3, place, 8)));
    }

    #[test]
    fn the_integers_of_octets_are_spread_evenly() {
        let stream = Stream::new(&Key::new(7, "a/b"), 0);
        let mut counts = [0_u32; 8];
        for octet in 0..8000 {
            counts[stream.shape(octet, 0, 8) as usize] += 1;
        }
        // Five standard deviations of a binomial count.
        assert!(counts.iter().all(|count| count.abs_diff(1000) < 150), "{counts:?}");
    }

    #[test]
    fn seeking_equals_starting_there() {
        let key = Key::new(7, "a/b");
        let mut moved = Stream::new(&key, 3);
        moved.words16();
        moved.seek(9);
        assert_eq!(moved.words16(), Stream::new(&key, 9).words16());
    }

    #[test]
    fn ids_and_seeds_give_different_keys() {
        let keys = [Key::new(0, "a"), Key::new(1, "a"), Key::new(0, "b"), Key::new(0, "a\0"), Key::new(0, "")];
        for (i, a) in keys.iter().enumerate() {
            for b in &keys[i + 1..] {
                assert_ne!(a, b);
            }
        }
    }

    const GOLDEN: ([u16; 8], [u16; 8]) = (
        [13734, 43223, 51571, 23490, 49148, 42528, 29447, 63927],
        [57513, 6034, 20732, 13570, 8508, 19113, 7370, 58511],
    );
    const GOLDEN_SHAPES: [u64; 3] = [348, 759, 573];
}
