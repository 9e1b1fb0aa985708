//! Which claims are meant: by a piece of the id, or by a pattern with `*` and `?`.

use crate::claim::model::ClaimId;
use crate::engine::files::Scan;
use crate::report::run_report::Asked;

#[derive(Clone, Copy, Debug)]
pub struct Filter<'a>(pub Option<&'a str>);

impl Filter<'_> {
    pub fn admits(&self, id: &ClaimId) -> bool {
        match self.0 {
            None => true,
            Some(pattern) if pattern.contains(['*', '?']) => matches(pattern, &id.0),
            Some(piece) => id.0.contains(piece),
        }
    }
}

/// What a run of the claims found here, through this filter, is asked for.
pub fn asked(scan: &Scan, filter: Filter<'_>) -> Asked {
    let (all_papers, papers) = scan.whole();
    let papers = if all_papers { Vec::new() } else { papers.map(str::to_owned).collect() };
    Asked { filter: filter.0.map(str::to_owned), all_papers, papers }
}

/// Whether a run would have had a claim of this id, if there were one.
pub fn would_have(asked: &Asked, id: &str) -> bool {
    let id = ClaimId(id.to_owned());
    let covered = asked.all_papers || asked.papers.iter().any(|paper| paper == id.paper());
    covered && Filter(asked.filter.as_deref()).admits(&id)
}

/// `*` matches any characters (slashes too), `?` one. Takes time `O(pattern * text)`: only the last star is ever tried again.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and where the text that it takes ends.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, t) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_the_id_or_a_pattern_of_all_of_it() {
        let id = ClaimId("ye-du-2021/lemma-3.2".to_owned());
        for admits in ["lemma", "du-2021/lem", "*/lemma-3.?", "ye*3*", "*", "ye-du-2021/lemma-3.2*"] {
            assert!(Filter(Some(admits)).admits(&id), "{admits}");
        }
        for refuses in ["lemma-4", "lemma*", "?", "*3.", "ye-du-2021/lemma-3.2?"] {
            assert!(!Filter(Some(refuses)).admits(&id), "{refuses}");
        }
    }

    #[test]
    fn many_stars_end_quickly() {
        assert!(!matches(&"*a".repeat(200), &"b".repeat(10_000)));
    }
}
