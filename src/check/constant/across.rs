//! Cases of one value as cases of another: of the claim with a given fixed, of the claim as a whole. (Those of another size are those of
//! [`crate::case::resize`].)
//!
//! A given that is fixed has no draws, so a case of the claim as a whole loses those of the given, and one that comes back needs draws that give its
//! value again.

use super::Search;
use super::inverse::Inverse;
use super::swept::{Line, Of};
use crate::case::evaluate::Evaluator;
use crate::case::point::Point;
use crate::check::checker::{CheckError, CheckOptions, Checker};
use crate::lang::ir::IntId;

/// The claim with nothing fixed.
pub(super) struct Whole<'a> {
    options: &'a CheckOptions,
    evaluator: Evaluator<'a>,
    /// The names of the givens.
    givens: Vec<String>,
}

impl<'a> Whole<'a> {
    pub fn new(search: &Search<'a>) -> Result<Self, CheckError> {
        let Search { claim, options, .. } = *search;
        let givens = claim.givens.iter().map(|given| given.name.clone()).collect();
        Ok(Self { options, evaluator: search.evaluator(claim)?, givens })
    }

    fn place(&self, line: &Line) -> Option<usize> {
        self.givens.iter().position(|name| *name == line.given)
    }

    /// The integer that a given is.
    pub fn int(&self, line: &Line) -> Option<IntId> {
        let (place, ints) = (self.place(line)?, &self.evaluator.program().samples.ints);
        ints.iter().find(|int| int.given == place).map(|int| int.id)
    }

    /// A case as one of the claim with what a line sweeps fixed: a real has no draws there, an integer has some that say nothing, many numbers have theirs.
    pub fn without(&self, line: &Line, case: &Point) -> Result<Point, CheckError> {
        let gone = |part: &&Line| self.int(part).is_none() && !matches!(part.of, Of::Within(_) | Of::Inside);
        let gone: Vec<usize> = line.parts().iter().filter(gone).filter_map(|part| self.place(part)).collect();
        if gone.is_empty() {
            return Ok(case.clone());
        }
        let mut draws = Vec::with_capacity(case.draws.len());
        for (given, block) in self.blocks(case)? {
            if !gone.contains(&given) {
                draws.extend_from_slice(case.draws.get(block).unwrap_or_default());
            }
        }
        Ok(Point { ints: case.ints.clone(), draws })
    }

    /// A case of the claim with the given of a line fixed, where its number is `value`, as one of the claim; `None` where no draw gives that.
    pub fn with(&self, line: &Line, case: &Point, value: f64) -> Result<Option<Point>, CheckError> {
        let Some(place) = self.place(line) else { return Ok(None) };
        // Draws are shares of another interval here.
        if matches!(line.of, Of::Within(_) | Of::Inside | Of::Together(..)) {
            return Ok(None);
        }
        let int = self.int(line);
        let CheckOptions { backend, max_elements, .. } = *self.options;
        let Some(inverse) = Inverse::new(self.evaluator.program(), place, case, backend, max_elements)? else {
            return Ok(None);
        };
        // A size is itself; another integer is what its draw makes of it.
        if int.is_some_and(|id| case.ints.contains_key(&id)) && inverse.value(&case.draws)? == Some(value) {
            return Ok(Some(case.clone()));
        }
        let (mut draws, mut at, mut own) = (Vec::new(), 0, None);
        for (given, block) in self.blocks(case)? {
            let fixed = given == place;
            if fixed {
                own = (block.len() == 1).then_some(draws.len());
            }
            if fixed && int.is_none() {
                draws.resize(draws.len() + block.len(), 0.5);
                continue;
            }
            draws.extend_from_slice(case.draws.get(at..at + block.len()).unwrap_or_default());
            at += block.len();
        }
        let Some(own) = own else { return Ok(None) };
        Ok(inverse.set(&mut draws, own, value)?.then(|| Point { ints: case.ints.clone(), draws }))
    }

    /// Where the draws of each block are, with the given that they are of.
    fn blocks(&self, case: &Point) -> Result<Vec<(usize, std::ops::Range<usize>)>, CheckError> {
        let shapes = self.evaluator.blocks(&case.ints)?;
        let mut at = 0;
        let placed = self.evaluator.program().samples.blocks.iter().zip(shapes).map(|(block, shape)| {
            let start = at;
            at += shape.len();
            (block.given, start..at)
        });
        Ok(placed.collect())
    }
}

/// The value of a line's given in a case.
pub(super) fn number(checker: &Checker, line: &Line, point: &Point) -> Result<Option<f64>, CheckError> {
    Ok(checker.numbers(point)?.into_iter().find(|(name, _)| *name == line.given).map(|(_, value)| value))
}
