//! Eight cases of equal shapes, from an octet number to a loaded machine.
//!
//! The octet's number fixes its stratum, its structural integers and its draws. Plans are compiled once for each choice
//! of the integers and shared by all threads.

use super::record::{Fate, Hypotheses, Look, Stratum};
use super::shadow::Supplied;
use super::spread::Spread;
use crate::arith::lane::{ALL, Backend, Lane8, Mask};
use crate::arith::number::Number;
use crate::claim::program::{Program, When};
use crate::eval::compile::{PlanError, Request, compile, integer};
use crate::eval::machine::Machine;
use crate::eval::plan::{Plan, SlotId};
use crate::eval::rounding::SAFETY;
use crate::lang::ir::{Dim, IntId, NodeId, Op};
use crate::sample::draws::Block;
use crate::sample::strata::{BlockShape, Filler, Lanes, exhausts, stratum_of};
use crate::sample::stream::Stream;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Plans that one claim keeps; past that they are made anew.
const MOST_PLANS: usize = 4096;
/// Instructions that the kept plans may have together, so that claims with many shapes stay small in memory.
const MOST_KEPT_INSTRUCTIONS: usize = 4_000_000;

/// The structural integers of an octet, in the order of their ids; an empty range is told by its given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integers {
    Chosen(BTreeMap<IntId, i64>),
    Empty { given: usize },
}

/// Chooses the structural integers of an octet; `fixed` ones are not drawn (a sweep).
///
/// # Errors
/// If an end cannot be computed from earlier integers.
pub fn integers(
    program: &Program,
    stream: &mut Stream,
    stratum: Stratum,
    fixed: &BTreeMap<IntId, i64>,
) -> Result<Integers, PlanError> {
    let mut chosen = BTreeMap::new();
    Ok(match Chooser::new(program, fixed).choose(stream, stream.octet(), stratum, &mut chosen)? {
        None => Integers::Chosen(chosen),
        Some(given) => Integers::Empty { given },
    })
}

/// Chooses structural integers octet by octet without allocating.
pub struct Chooser<'a> {
    program: &'a Program,
    fixed: &'a BTreeMap<IntId, i64>,
    /// The ends of each integer, where they depend on no other.
    ends: Vec<Option<(i64, i64)>>,
}

impl<'a> Chooser<'a> {
    pub fn new(program: &'a Program, fixed: &'a BTreeMap<IntId, i64>) -> Self {
        let none = BTreeMap::new();
        let ends = program.structural.iter().map(|&id| ends(program, &none, id).ok()).collect();
        Self { program, fixed, ends }
    }

    /// The octet's integers into `chosen`, which is kept from octet to octet; the given whose range is empty, if one is.
    ///
    /// # Errors
    /// If an end cannot be computed from earlier integers.
    pub fn choose(
        &self,
        stream: &Stream,
        octet: u64,
        stratum: Stratum,
        chosen: &mut BTreeMap<IntId, i64>,
    ) -> Result<Option<usize>, PlanError> {
        for (place, (&id, known)) in self.program.structural.iter().zip(&self.ends).enumerate() {
            if let Some(&value) = self.fixed.get(&id) {
                chosen.insert(id, value);
                continue;
            }
            let (lo, hi) = match known {
                Some(ends) => *ends,
                None => ends(self.program, chosen, id)?,
            };
            let choices = u64::try_from(hi.saturating_sub(lo).saturating_add(1)).unwrap_or(0);
            if choices == 0 {
                return Ok(Some(self.program.int_given(id).given));
            }
            let place = place as u64;
            let offset = match stratum {
                Stratum::TinyIntegers if exhausts(octet) => 0,
                // The least with probability one half, the next with a quarter, ..
                Stratum::TinyIntegers => {
                    u64::from((stream.shape(octet, place, 1 << 32) as u32).leading_ones()).min(choices - 1)
                }
                // Either end with a quarter each.
                Stratum::Edges => match stream.shape(octet, place, 1 << 62) {
                    draw if draw % 4 == 0 => 0,
                    draw if draw % 4 == 1 => choices - 1,
                    draw => (draw >> 2) % choices,
                },
                _ => stream.shape(octet, place, choices),
            };
            chosen.insert(id, lo.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX)));
        }
        for (given, truth) in &self.program.sized {
            let node = self.program.graph.node(*truth);
            // Integers that differ by lane are asked in the plan.
            let value = |id: usize| integer(&self.program.graph, chosen, node.args[id]);
            if let (Ok(a), Ok(b)) = (value(0), value(1))
                && !(if node.op == Op::Less { a < b } else { a <= b })
            {
                return Ok(Some(*given));
            }
        }
        for (given, dim) in &self.program.signed {
            if value_of(self.program, chosen, dim)? < 0 {
                return Ok(Some(*given));
            }
        }
        Ok(None)
    }
}

/// The value of a dimension.
pub fn value_of(program: &Program, ints: &BTreeMap<IntId, i64>, dim: &Dim) -> Result<i64, PlanError> {
    let mut sum: i64 = 0;
    for (atoms, &c) in &dim.terms {
        let mut term = c;
        for &atom in atoms {
            term = term.saturating_mul(integer(&program.graph, ints, atom)?);
        }
        sum = sum.saturating_add(term);
    }
    Ok(sum)
}

/// The numbers that a block of draws has for these integers.
///
/// # Errors
/// If a dimension cannot be computed from them.
pub fn numbers_of(program: &Program, ints: &BTreeMap<IntId, i64>, block: &Block) -> Result<(i64, i64), PlanError> {
    Ok((value_of(program, ints, &block.rows)?, value_of(program, ints, &block.cols)?))
}

/// The ends of an integer's range.
fn ends(program: &Program, chosen: &BTreeMap<IntId, i64>, id: IntId) -> Result<(i64, i64), PlanError> {
    let spec = program.int_given(id);
    Ok((integer(&program.graph, chosen, spec.lo)?, integer(&program.graph, chosen, spec.hi)?))
}

/// Where a plan's draws are: its slot, the place of its numbers in the case, a bound on their norm.
pub type Drawn = (SlotId, Range<usize>, Option<f64>);

/// A plan with what the checkers look up in it.
pub struct Compiled {
    pub plan: Plan,
    /// Concrete shapes of the blocks of draws, read or not, so that a case does not depend on what is asked of it.
    pub blocks: Vec<BlockShape>,
    pub drawn: Vec<Drawn>,
    /// What makes each given possible: its index and the truth.
    pub feasible: Vec<(usize, SlotId)>,
    pub assume: Vec<SlotId>,
    /// In the order of the program's predicates.
    pub asked: Vec<AskedSlots>,
    /// What bends draws by their law, where there are such.
    pub spread: Option<Spread>,
}

impl Compiled {
    /// Bends draws by their law, where it asks for that.
    ///
    /// # Errors
    /// As [`crate::eval::run::run`].
    pub fn bend<V: Lane8>(&self, draws: &mut [Lanes], reals: &[Supplied]) -> Result<(), PlanError> {
        self.spread.as_ref().map_or(Ok(()), |spread| spread.bend::<V>(draws, reals))
    }
}

/// Where a predicate's parts are.
pub struct AskedSlots {
    pub identity: bool,
    pub guards: Vec<SlotId>,
    pub truth: SlotId,
    pub margin: SlotId,
    /// Of the unit that the claim gives.
    pub unit: Option<SlotId>,
}

/// The section in which a predicate is asked.
pub fn section_of(when: When) -> usize {
    match when {
        When::Once => 0,
        When::Always | When::Finally => 2,
    }
}

/// Plans by their integers, and how many instructions they have together.
type Kept = (HashMap<BTreeMap<IntId, i64>, Arc<Compiled>>, usize);

/// Plans by their integers.
pub struct Plans {
    kept: Mutex<Kept>,
    sections: Vec<Vec<NodeId>>,
    max_elements: usize,
    /// The blocks from this one on are drawn by law.
    by_law: Option<usize>,
}

impl Plans {
    pub fn new(sections: Vec<Vec<NodeId>>, max_elements: usize) -> Self {
        Self { kept: Mutex::new((HashMap::new(), 0)), sections, max_elements, by_law: None }
    }

    /// Of cases whose draws are made by law, from this block on.
    pub fn by_law(self, first: usize) -> Self {
        Self { by_law: Some(first), ..self }
    }

    /// The plan for these integers.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn get(&self, program: &Program, ints: &BTreeMap<IntId, i64>) -> Result<Arc<Compiled>, PlanError> {
        if let Some(found) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).0.get(ints) {
            return Ok(found.clone());
        }
        let mut compiled = compiled(program, ints, &self.sections, self.max_elements)?;
        if let Some(first) = self.by_law {
            compiled.spread = Spread::new(program, ints, first, self.max_elements)?;
        }
        let compiled = Arc::new(compiled);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let size = compiled.plan.code.len();
        if kept.0.len() < MOST_PLANS && kept.1 + size < MOST_KEPT_INSTRUCTIONS {
            kept.1 += size;
            kept.0.insert(ints.clone(), compiled.clone());
        }
        Ok(compiled)
    }
}

/// Compiles a plan and finds what the checkers look up in it. Predicates whose section the plan lacks are left out.
///
/// # Errors
/// See [`PlanError`].
pub fn compiled(
    program: &Program,
    ints: &BTreeMap<IntId, i64>,
    sections: &[Vec<NodeId>],
    max_elements: usize,
) -> Result<Compiled, PlanError> {
    let plan = compile(&Request {
        graph: &program.graph,
        analysis: &program.analysis,
        ints,
        lane_ints: &program.lane_ints,
        sections,
        max_elements,
    })?;
    let (blocks, drawn) = laid_out(program, ints, &plan, max_elements)?;
    let slot = |section: usize, node: NodeId| {
        plan.roots.get(section).and_then(|r| r.get(&node)).copied().ok_or(PlanError::NotStructural)
    };
    let feasible =
        program.samples.feasible.iter().map(|(given, node)| Ok((*given, slot(0, *node)?))).collect::<Result<_, _>>()?;
    let assume = program.assume.iter().map(|a| slot(0, a.node)).collect::<Result<_, _>>()?;
    let mut asked = Vec::new();
    for a in program.asked.iter().filter(|a| section_of(a.when) < sections.len()) {
        let section = section_of(a.when);
        let guards = a.predicate.guards.iter().map(|g| slot(section, *g)).collect::<Result<_, _>>()?;
        asked.push(AskedSlots {
            identity: a.predicate.identity,
            guards,
            truth: slot(section, a.predicate.truth)?,
            margin: slot(section, a.predicate.margin)?,
            unit: a.predicate.unit.map(|unit| slot(section, unit)).transpose()?,
        });
    }
    Ok(Compiled { plan, blocks, drawn, feasible, assume, asked, spread: None })
}

/// Concrete shapes of all blocks of draws, and where in a case the draws that a plan reads are.
///
/// # Errors
/// If a block is larger than the limit, or has a negative dimension.
pub fn laid_out(
    program: &Program,
    ints: &BTreeMap<IntId, i64>,
    plan: &Plan,
    max_elements: usize,
) -> Result<(Vec<BlockShape>, Vec<Drawn>), PlanError> {
    let (mut blocks, mut drawn) = (Vec::new(), Vec::new());
    let mut before = 0;
    // Every block is drawn, read or not, so that a case does not depend on what is asked of it.
    for block in &program.samples.blocks {
        let size = |dim: &Dim| {
            let value = value_of(program, ints, dim)?;
            usize::try_from(value).map_err(|_| PlanError::NegativeDimension(value))
        };
        let (rows, cols) = (size(&block.rows)?, size(&block.cols)?);
        let (needed, limit) = (rows as u64 * cols as u64, max_elements as u64);
        if needed > limit {
            return Err(PlanError::TooLarge { needed, limit });
        }
        let shape = BlockShape { role: block.role, rows, cols };
        let slots = plan.draws.iter().filter(|(id, _)| *id == block.id);
        drawn.extend(slots.map(|(_, slot)| (*slot, before..before + shape.len(), shape.norm())));
        before += shape.len();
        blocks.push(shape);
    }
    Ok((blocks, drawn))
}

/// Draws all blocks of an octet into the machine.
#[inline(always)]
pub fn draw<N: Number>(
    backend: Backend,
    stream: &mut Stream,
    stratum: Stratum,
    compiled: &Compiled,
    m: &mut Machine<N>,
    filler: &mut Filler,
) {
    let values = filler.fill::<N>(backend, stream, stratum, &compiled.blocks);
    for (slot, place, norm) in &compiled.drawn {
        m.set_draw(&compiled.plan, *slot, &values[place.clone()], *norm);
    }
}

/// The stratum of the octet that a case is in, and its lane.
pub fn place_of(case: u64) -> (u64, usize, Stratum) {
    let octet = case / 8;
    (octet, (case % 8) as usize, stratum_of(octet))
}

/// For each lane, the first hypothesis that it does not meet.
#[inline(always)]
pub fn hypotheses<N: Number>(compiled: &Compiled, m: &Machine<N>) -> [Hypotheses; 8] {
    let mut found = [Hypotheses::Met; 8];
    let mut left: Mask = ALL;
    for (given, slot) in &compiled.feasible {
        let truth = m.truths[*slot as usize];
        for lane in lanes_of(left & !truth.yes) {
            let no = truth.no >> lane & 1 == 1;
            found[lane] = if no { Hypotheses::EmptyGiven(*given) } else { Hypotheses::GivenOutOfRange(*given) };
        }
        left &= truth.yes;
    }
    for (i, slot) in compiled.assume.iter().enumerate() {
        let truth = m.truths[*slot as usize];
        for lane in lanes_of(left & !truth.yes) {
            found[lane] = if truth.no >> lane & 1 == 1 {
                Hypotheses::Failed(i)
            } else if truth.undefined >> lane & 1 == 1 {
                Hypotheses::Undefined(i)
            } else {
                Hypotheses::Undecided(i)
            };
        }
        left &= truth.yes;
    }
    found
}

/// The lanes of a mask.
pub fn lanes_of(mask: Mask) -> impl Iterator<Item = usize> {
    (0..8).filter(move |lane| mask >> lane & 1 == 1)
}

/// The floor of an identity, in its unit, above which agreement says nothing: a wrong identity would agree too.
pub const COARSE: f64 = 1e-3;

/// A look that saw nothing.
pub const BLANK: Look = Look { fate: Fate::OutOfRange, margin: f64::NAN, floor: f64::NAN, at: None, cut: false };

/// What a predicate did, lane by lane.
#[inline(always)]
pub fn looks<N: Number>(plan: &Plan, m: &Machine<N>, slots: &AskedSlots) -> [Look; 8] {
    looks_where(plan, m, slots, false)
}

/// [`looks`]; `waiting` if a guard that is undefined keeps the case out of the branch: it may speak of a first time that has not come.
#[inline(always)]
pub fn looks_where<N: Number>(plan: &Plan, m: &Machine<N>, slots: &AskedSlots, waiting: bool) -> [Look; 8] {
    let mut out = [BLANK; 8];
    let mut left: Mask = ALL;
    for guard in &slots.guards {
        let truth = m.truths[*guard as usize];
        for lane in lanes_of(left & !truth.yes) {
            out[lane].fate = if truth.no >> lane & 1 == 1 {
                Fate::OutOfBranch
            } else if truth.undefined >> lane & 1 == 1 {
                if waiting { Fate::OutOfBranch } else { Fate::Undefined }
            } else {
                Fate::Unplaced
            };
        }
        left &= truth.yes;
    }
    let truth = m.truths[slots.truth as usize];
    let undefined = m.undefined[slots.margin as usize];
    let unitless = slots.unit.map_or(0, |unit| {
        let unit = m.real(plan, unit);
        unit.value.eq(&N::zero()) & unit.error.eq(&N::zero())
    });
    let x = m.real(plan, slots.margin);
    let known = x.value.eq(&x.value) & x.error.finite() & !undefined;
    for (lane, look) in out.iter_mut().enumerate() {
        let is = |mask: Mask| mask >> lane & 1 == 1;
        if !is(left) {
            continue;
        }
        if is(known) {
            (look.margin, look.floor) = (x.value.to_f64(lane), x.error.to_f64(lane) * SAFETY);
        }
        look.fate = if is(truth.yes & (undefined | unitless)) {
            // True, but measured in a unit that is not positive: that supports nothing.
            Fate::Undefined
        } else if is(truth.yes) {
            Fate::Held
        } else if is(truth.no) {
            Fate::Violated
        } else if is(truth.undefined) {
            Fate::Undefined
        } else if is(known) && !(slots.identity && look.floor > COARSE) {
            Fate::WithinFloor
        } else {
            Fate::OutOfRange
        };
    }
    out
}
