//! A run shared out over machines: which claims fall to shard `k` of `n`.
//!
//! What is shared out is whole claims: a claim's random cases and its search are one sequence, and to split them would change what is found.
//! Who gets which follows from the ids and from what is known of their cost before a run, so that every machine finds the same answer by
//! itself. The dearest claim goes first, each to the shard that has least to do so far (Graham's rule: at most 4/3 of what is possible).

use crate::claim::model::ClaimId;
use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

/// More machines than anyone has, few enough to be counted.
const MOST: u32 = 10_000;

/// The `k`th of `n`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    pub k: u32,
    pub n: u32,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.n)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((k, n)) if n > MOST => Err(format!("shard {k} of {n}: at most {MOST} are possible")),
            Some((k, n)) if (1..=n).contains(&k) => Ok(Self { k, n }),
            Some((k, n)) => Err(format!("there is no shard {k} of {n}: they are numbered from 1 to {n}")),
            None => Err("a shard is its number and how many there are, as in `3/8`".to_owned()),
        }
    }
}

/// The shard of each claim, from 1 to `n`.
pub fn shares(claims: &[(&ClaimId, u64)], n: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by_key(|&i| (Reverse(claims[i].1), claims[i].0));
    let mut busy = vec![0_u64; n.max(1) as usize];
    let mut shares = vec![1; claims.len()];
    for i in order {
        let least = busy.iter().enumerate().min_by_key(|(_, load)| **load).map_or(0, |(shard, _)| shard);
        // What costs nothing is shared out, too.
        busy[least] = busy[least].saturating_add(claims[i].1.max(1));
        shares[i] = u32::try_from(least).unwrap_or(u32::MAX) + 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares_of(claims: &[(&str, u64)], n: u32) -> Vec<(String, u32)> {
        let ids: Vec<(ClaimId, u64)> = claims.iter().map(|(id, load)| (ClaimId((*id).to_owned()), *load)).collect();
        let claims: Vec<(&ClaimId, u64)> = ids.iter().map(|(id, load)| (id, *load)).collect();
        let shares = shares(&claims, n);
        ids.iter().map(|(id, _)| id.0.clone()).zip(shares).collect()
    }

    #[test]
    fn a_shard_is_read_as_it_is_written() {
        assert_eq!("3/8".parse(), Ok(Shard { k: 3, n: 8 }));
        assert_eq!(Shard { k: 3, n: 8 }.to_string(), "3/8");
        assert_eq!("9/8".parse::<Shard>().unwrap_err(), "there is no shard 9 of 8: they are numbered from 1 to 8");
        assert!("0/8".parse::<Shard>().unwrap_err().contains("from 1 to 8"));
        assert!("1/20000".parse::<Shard>().unwrap_err().contains("at most 10000"));
        for wrong in ["3", "3/", "/8", "a/8", "-1/8", "3/8/2", ""] {
            assert!(wrong.parse::<Shard>().unwrap_err().contains("as in `3/8`"), "{wrong}");
        }
    }

    #[test]
    fn shards_have_about_the_same_to_do() {
        let claims: Vec<(String, u64)> = (0..100).map(|i| (format!("p/{i:03}"), 1 + i * i % 97)).collect();
        let claims: Vec<(&str, u64)> = claims.iter().map(|(id, load)| (id.as_str(), *load)).collect();
        let shares = shares_of(&claims, 8);
        let busy = |k| shares.iter().zip(&claims).filter(|((_, s), _)| *s == k).map(|(_, (_, load))| load).sum::<u64>();
        let busy: Vec<u64> = (1..=8).map(busy).collect();
        let (least, most) = (busy.iter().min().unwrap(), busy.iter().max().unwrap());
        assert!(most - least <= 97, "{busy:?}");
    }

    #[test]
    fn who_gets_what_does_not_depend_on_the_order_in_which_claims_are_named() {
        let claims = [("p/a", 5), ("p/b", 5), ("p/c", 9), ("p/d", 1), ("q/a", 0), ("q/b", 0)];
        let mut there = shares_of(&claims, 3);
        let mut reversed = claims;
        reversed.reverse();
        let mut back = shares_of(&reversed, 3);
        there.sort();
        back.sort();
        assert_eq!(there, back);
        let wanted = [("p/a", 2), ("p/b", 3), ("p/c", 1), ("p/d", 2), ("q/a", 3), ("q/b", 2)];
        assert_eq!(there, wanted.map(|(id, k)| (id.to_owned(), k)));
    }

    #[test]
    fn more_shards_than_claims_leave_some_with_nothing() {
        assert_eq!(shares_of(&[("p/a", 1)], 4), [("p/a".to_owned(), 1)]);
        assert_eq!(shares_of(&[], 4), []);
    }
}
