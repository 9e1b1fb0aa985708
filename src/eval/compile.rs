//! From a graph and the structural integers to a [`Plan`].
//!
//! Nodes are emitted in the order of their indices (arguments come first), so depth costs no stack. What a loop's body does not
//! change is emitted before the loop. A loop stays a loop unless a shape in its body depends on its index; then it is unrolled.
//!
//! In a plan of several sections, what does not depend on an input is emitted once, in the first.

mod loops;
mod nodes;

use super::analysis::{Analysis, reachable};
use super::integers::{Bound, int_expr};
use super::plan::{Constant, Instruction as I, IntExpr, MatrixFn, Plan, Semidefinite, Slot, SlotId};
use crate::lang::ir::{Dim, Fold, Graph, IntId, Node, NodeId, Op, SampleOp, Type, VarId};

pub use super::integers::integer;
use std::collections::{BTreeMap, HashMap, HashSet};
use thiserror::Error;

/// Why there is no plan for these integers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    #[error(
        "these dimensions need {needed} numbers a case, and the limit is {limit}; lower the dimensions or raise --max-elements"
    )]
    TooLarge { needed: u64, limit: u64 },
    #[error("the loops of this claim unroll to more than {limit} instructions")]
    TooLong { limit: usize },
    #[error(
        "one case takes more work than the limit of {limit} multiplications; lower its loops and dimensions or raise --max-elements"
    )]
    TooMuchWork { limit: u64 },
    #[error("a dimension is negative: {0}")]
    NegativeDimension(i64),
    #[error(
        "an index, a dimension or a loop bound depends on something that is not an integer known for the whole case"
    )]
    NotStructural,
    #[error(
        "an index, a dimension, a loop bound or the exponent of a matrix must be an integer that is known for the whole case, and \
         {0} is not"
    )]
    NotInteger(&'static str),
    #[error("dimensions that were symbolically equal differ: {0}")]
    Shape(String),
    #[error("the number of steps, {0}, is not in 0..={1}")]
    Steps(i64, i64),
    #[error("the kernel {0}")]
    Kernel(String),
}

/// Instructions that one plan may have.
const MAX_INSTRUCTIONS: usize = 2_000_000;

/// What a plan is compiled from.
pub struct Request<'a> {
    pub graph: &'a Graph,
    pub analysis: &'a Analysis,
    /// Values of the structural integers.
    pub ints: &'a BTreeMap<IntId, i64>,
    /// Nodes that compute the other integers, lane by lane.
    pub lane_ints: &'a BTreeMap<IntId, NodeId>,
    /// Roots of each section.
    pub sections: &'a [Vec<NodeId>],
    /// Numbers that one plan may hold.
    pub max_elements: usize,
}

/// Compiles a plan.
///
/// # Errors
/// Where shapes are impossible or too large; see [`PlanError`].
pub fn compile(request: &Request<'_>) -> Result<Plan, PlanError> {
    let mut compiler = Compiler {
        request,
        plan: Plan {
            code: Vec::new(),
            sections: Vec::new(),
            slots: Vec::new(),
            numbers: 0,
            constants: Vec::new(),
            draws: Vec::new(),
            inputs: Vec::new(),
            ints: Vec::new(),
            roots: Vec::new(),
            loops: 0,
            work: 0,
            most_work: 0,
            largest: 0,
        },
        scopes: vec![HashMap::new()],
        bound: HashMap::new(),
        ranges: Vec::new(),
        repeated: 0,
    };
    for (index, roots) in request.sections.iter().enumerate() {
        let start = compiler.plan.code.len();
        if index == 0 {
            // Everything that later sections need and that never changes is computed here.
            let all = request.sections.iter().flatten().copied();
            compiler.emit_all(all, false)?;
        } else {
            compiler.scopes.push(HashMap::new());
            compiler.emit_all(roots.iter().copied(), true)?;
        }
        let mut where_roots = BTreeMap::new();
        for &root in roots {
            where_roots.insert(root, compiler.slot_of(root)?);
        }
        compiler.plan.roots.push(where_roots);
        if index > 0 {
            compiler.scopes.pop();
        }
        let end = compiler.plan.code.len();
        compiler.plan.sections.push(start..end);
    }
    let Compiler { mut plan, repeated, .. } = compiler;
    let once: u64 = plan.code.iter().map(|i| i.work(&plan.slots)).sum();
    plan.work = once.saturating_add(repeated);
    plan.most_work = most_work(request.max_elements);
    if once > plan.most_work {
        return Err(PlanError::TooMuchWork { limit: plan.most_work });
    }
    Ok(plan)
}

/// The work that one run of a section may take, loops and all: a thousand multiplications for each number that a plan may hold.
pub fn most_work(max_elements: usize) -> u64 {
    (max_elements as u64).saturating_mul(1000)
}

struct Compiler<'a> {
    request: &'a Request<'a>,
    plan: Plan,
    scopes: Vec<HashMap<NodeId, SlotId>>,
    bound: HashMap<VarId, Bound>,
    /// The values that the index of each loop takes.
    ranges: Vec<(i64, i64)>,
    /// Work of the loops beyond their first turn, at their longest.
    repeated: u64,
}

impl Compiler<'_> {
    fn find(&self, id: NodeId) -> Option<SlotId> {
        self.scopes.iter().rev().find_map(|scope| scope.get(&id).copied())
    }

    fn slot_of(&self, id: NodeId) -> Result<SlotId, PlanError> {
        self.find(id).ok_or(PlanError::NotStructural)
    }

    /// Emits what `roots` need and is not there yet and can be computed with the indices now bound.
    fn emit_all(&mut self, roots: impl IntoIterator<Item = NodeId>, volatile: bool) -> Result<(), PlanError> {
        let request = self.request;
        let needed = reachable(
            request.graph,
            roots,
            &|op| match op {
                Op::Int(id) => request.lane_ints.get(id).copied(),
                _ => None,
            },
            &|id| self.find(id).is_some(),
        );
        for id in needed {
            let free = request.analysis.free(id);
            if free.iter().any(|v| !self.bound.contains_key(v)) || (!volatile && request.analysis.volatile(id)) {
                continue;
            }
            // An index or an exponent that is used as an integer only needs no slot; `number` makes one where it is read.
            if is_index_only(request.graph.node(id)) {
                continue;
            }
            let slot = self.emit(id)?;
            self.scopes.last_mut().expect("there is always a scope").insert(id, slot);
        }
        Ok(())
    }

    fn new_slot(&mut self, rows: usize, cols: usize) -> Result<SlotId, PlanError> {
        let len = (rows as u64).saturating_mul(cols as u64);
        let needed = len.saturating_add(self.plan.numbers as u64);
        let limit = self.request.max_elements as u64;
        if needed > limit || rows > u32::MAX as usize / 2 || cols > u32::MAX as usize / 2 {
            return Err(PlanError::TooLarge { needed, limit });
        }
        let id = self.plan.slots.len() as SlotId;
        self.plan.slots.push(Slot { offset: self.plan.numbers as u32, rows: rows as u32, cols: cols as u32 });
        self.plan.numbers += len as usize;
        Ok(id)
    }

    fn push(&mut self, instruction: I) -> Result<(), PlanError> {
        if self.plan.code.len() >= MAX_INSTRUCTIONS {
            return Err(PlanError::TooLong { limit: MAX_INSTRUCTIONS });
        }
        self.plan.code.push(instruction);
        Ok(())
    }

    fn dim(&self, dim: &Dim) -> Result<usize, PlanError> {
        let mut sum: i64 = 0;
        for (atoms, &coefficient) in &dim.terms {
            let mut term = coefficient;
            for &atom in atoms {
                term = term.saturating_mul(self.int_constant(atom)?);
            }
            sum = sum.saturating_add(term);
        }
        usize::try_from(sum).map_err(|_| PlanError::NegativeDimension(sum))
    }

    fn shape(&self, ty: &Type) -> Result<(usize, usize), PlanError> {
        match ty {
            Type::Bool => Ok((0, 0)),
            Type::Int | Type::Real => Ok((1, 1)),
            Type::Matrix(rows, cols) => Ok((self.dim(rows)?, self.dim(cols)?)),
        }
    }

    fn slot_for(&mut self, id: NodeId) -> Result<SlotId, PlanError> {
        let (rows, cols) = self.shape(&self.request.graph.node(id).ty)?;
        self.new_slot(rows, cols)
    }

    fn int(&self, id: NodeId) -> Result<IntExpr, PlanError> {
        int_expr(self.request.graph, self.request.ints, &self.bound, id)
    }

    fn int_constant(&self, id: NodeId) -> Result<i64, PlanError> {
        match self.int(id)? {
            IntExpr::Constant(IntExpr::UNKNOWN) => Err(PlanError::NotInteger("a number past 64 bits")),
            IntExpr::Constant(value) => Ok(value),
            _ => Err(PlanError::NotStructural),
        }
    }

    /// The slot of an argument; an integer that has none yet gets one.
    fn number(&mut self, id: NodeId) -> Result<SlotId, PlanError> {
        if let Some(slot) = self.find(id) {
            return Ok(slot);
        }
        if *self.request.graph.ty(id) == Type::Int {
            let value = self.int(id)?;
            let out = self.new_slot(1, 1)?;
            self.push(I::Integer { out, value })?;
            self.scopes.last_mut().expect("there is always a scope").insert(id, out);
            return Ok(out);
        }
        Err(PlanError::NotStructural)
    }

    fn numbers(&mut self, ids: &[NodeId]) -> Result<Vec<SlotId>, PlanError> {
        ids.iter().map(|&id| self.number(id)).collect()
    }

    fn slot(&self, id: SlotId) -> Slot {
        self.plan.slots[id as usize]
    }

    fn grow_work(&mut self, slot: SlotId) {
        let Slot { rows, cols, .. } = self.slot(slot);
        self.plan.largest = self.plan.largest.max(rows as usize).max(cols as usize);
    }

    fn same_shape(&self, a: SlotId, b: SlotId) -> Result<(), PlanError> {
        let (a, b) = (self.slot(a), self.slot(b));
        if (a.rows, a.cols) == (b.rows, b.cols) {
            return Ok(());
        }
        Err(PlanError::Shape(format!("{}×{} and {}×{}", a.rows, a.cols, b.rows, b.cols)))
    }

    /// How a symmetric matrix is known to have no negative eigenvalue.
    fn semidefinite(&self, id: NodeId) -> Semidefinite {
        let graph = self.request.graph;
        if let Some(values) = graph.eigenvalues_of.get(&id).and_then(|&d| self.find(d)) {
            return Semidefinite::Values(values);
        }
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let node = graph.node(id);
            let transposed = |a: NodeId, b: NodeId| graph.node(b).op == Op::Transpose && graph.node(b).args[0] == a;
            match (&node.op, node.args.as_slice()) {
                (Op::Identity | Op::Zeros, _) => {}
                (Op::MatMul, &[a, b]) if transposed(a, b) || transposed(b, a) => {}
                (Op::Add, &[a, b]) => left.extend([a, b]),
                _ => return Semidefinite::Open,
            }
            if left.len() > 64 {
                return Semidefinite::Open;
            }
        }
        Semidefinite::Form
    }

    fn constant(&mut self, id: NodeId, value: Constant) -> Result<SlotId, PlanError> {
        let out = self.slot_for(id)?;
        self.plan.constants.push((out, value));
        Ok(out)
    }

    fn emit(&mut self, id: NodeId) -> Result<SlotId, PlanError> {
        let graph = self.request.graph;
        let node = graph.node(id);
        let is_int = node.ty == Type::Int;
        match &node.op {
            Op::Number(value) => return self.constant(id, Constant::Number(value.clone())),
            Op::Pi => return self.constant(id, Constant::Pi),
            Op::Bool(value) => return self.constant(id, Constant::Truth(*value)),
            Op::Identity => return self.constant(id, Constant::Identity),
            Op::Zeros => return self.constant(id, Constant::Fill(0.0)),
            Op::Ones => return self.constant(id, Constant::Fill(1.0)),
            Op::Int(int) => {
                if let Some(&value) = self.request.ints.get(int) {
                    let out = self.new_slot(1, 1)?;
                    self.push(I::Integer { out, value: IntExpr::Constant(value) })?;
                    self.plan.ints.push((*int, out));
                    return Ok(out);
                }
                let alias = self.request.lane_ints.get(int).ok_or(PlanError::NotStructural)?;
                return self.slot_of(*alias);
            }
            Op::Var(_) => return self.number(id),
            Op::Draw(draw) => {
                let out = self.slot_for(id)?;
                self.plan.draws.push((*draw, out));
                return Ok(out);
            }
            Op::Input(input) => {
                // Inputs keep one slot over all sections.
                if let Some((_, slot)) = self.plan.inputs.iter().find(|(known, _)| known == input) {
                    return Ok(*slot);
                }
                let out = self.slot_for(id)?;
                self.plan.inputs.push((*input, out));
                return Ok(out);
            }
            Op::Fold { fold, vars, filtered } => return self.fold(id, *fold, vars, *filtered),
            Op::Build { row, col } => return self.build(id, *row, *col),
            _ => {}
        }
        // Integers of loop indices and structural integers alone are computed as integers.
        // Not those past 64 bits: as reals they are known to rounding.
        if is_int
            && let Ok(value) = self.int(id)
            && value != IntExpr::Constant(IntExpr::UNKNOWN)
        {
            let out = self.new_slot(1, 1)?;
            self.push(I::Integer { out, value })?;
            return Ok(out);
        }
        let instruction = self.plain(id, node)?;
        if let Some((out, instruction)) = instruction {
            self.push(instruction)?;
            return Ok(out);
        }
        self.many(id, node)
    }

    /// Operations that are several instructions.
    fn many(&mut self, id: NodeId, node: &Node) -> Result<SlotId, PlanError> {
        match &node.op {
            Op::Least | Op::Greatest => {
                let slots = self.numbers(&node.args)?;
                let mut acc = *slots.first().ok_or(PlanError::NotStructural)?;
                for &b in &slots[1..] {
                    let out = self.new_slot(1, 1)?;
                    let a = acc;
                    self.push(match node.op {
                        Op::Least => I::Least { out, a, b },
                        _ => I::Greatest { out, a, b },
                    })?;
                    acc = out;
                }
                Ok(acc)
            }
            Op::Norm | Op::Sigma => {
                let matrix = self.number(*node.args.last().ok_or(PlanError::NotStructural)?)?;
                let Slot { rows, cols, .. } = self.slot(matrix);
                let index = if node.op == Op::Norm { IntExpr::Constant(1) } else { self.int(node.args[0])? };
                if rows.min(cols) == 0 && node.op == Op::Norm {
                    let out = self.new_slot(1, 1)?;
                    self.push(I::Start { out, value: 0.0, undefined: false })?;
                    return Ok(out);
                }
                if rows.min(cols) == 1 && index == IntExpr::Constant(1) {
                    let out = self.new_slot(1, 1)?;
                    self.push(I::NormFrobenius { out, a: matrix })?;
                    return Ok(out);
                }
                // A column one longer than the singular values, so that an index past them reads a zero.
                let values = self.singular_values(matrix)?;
                let most = i64::from(rows.min(cols));
                let out = self.new_slot(1, 1)?;
                if let IntExpr::Constant(i) = index {
                    if i > most {
                        self.push(I::Start { out, value: 0.0, undefined: false })?;
                    } else {
                        self.push(I::Entry { out, a: values, row: IntExpr::Constant(i), col: IntExpr::Constant(1) })?;
                    }
                } else {
                    let padded = self.new_slot(most as usize + 1, 1)?;
                    self.plan.constants.push((padded, Constant::Fill(0.0)));
                    // `Place` adds to bounds and undefined lanes: not to those of the round before.
                    self.push(I::Start { out: padded, value: 0.0, undefined: false })?;
                    self.push(I::Place { out: padded, a: values, row: 0, col: 0 })?;
                    let out = self.new_slot(1, 1)?;
                    // Indices below 1 stay out of range and so undefined.
                    let row = IntExpr::Least(vec![index, IntExpr::Constant(most + 1)]);
                    self.push(I::Entry { out, a: padded, row, col: IntExpr::Constant(1) })?;
                    return Ok(out);
                }
                Ok(out)
            }
            Op::NormNuclear => {
                let matrix = self.number(node.args[0])?;
                let values = self.singular_values(matrix)?;
                let out = self.new_slot(1, 1)?;
                self.push(I::SumEntries { out, a: values })?;
                Ok(out)
            }
            Op::HCat | Op::VCat => {
                let slots = self.numbers(&node.args)?;
                let out = self.slot_for(id)?;
                self.plan.constants.push((out, Constant::Fill(0.0)));
                let (mut row, mut col) = (0, 0);
                // The first block resets what a former case left in the error bound.
                self.push(I::Start { out, value: 0.0, undefined: false })?;
                for a in slots {
                    self.push(I::Place { out, a, row, col })?;
                    let Slot { rows, cols, .. } = self.slot(a);
                    if node.op == Op::HCat { col += cols } else { row += rows }
                }
                Ok(out)
            }
            Op::LoewnerLessEqual | Op::LoewnerLess => {
                let a = self.number(node.args[0])?;
                let b = self.number(node.args[1])?;
                self.same_shape(a, b)?;
                let Slot { rows, cols, .. } = self.slot(a);
                let difference = self.new_slot(rows as usize, cols as usize)?;
                self.push(I::Sub { out: difference, a: b, b: a })?;
                self.grow_work(difference);
                let out = self.new_slot(0, 0)?;
                self.push(I::Definite { out, a: difference, strict: node.op == Op::LoewnerLess })?;
                Ok(out)
            }
            _ => Err(PlanError::NotStructural),
        }
    }

    fn singular_values(&mut self, matrix: SlotId) -> Result<SlotId, PlanError> {
        self.grow_work(matrix);
        let Slot { rows, cols, .. } = self.slot(matrix);
        let values = self.new_slot(rows.min(cols) as usize, 1)?;
        self.push(I::SingularValues { out: values, a: matrix })?;
        Ok(values)
    }
}

/// Loop indices have no slot until they are read as numbers.
fn is_index_only(node: &Node) -> bool {
    matches!(node.op, Op::Var(_))
}
