//! Nodes that become one instruction of a plan each.

use super::*;

impl Compiler<'_> {
    /// Operations that are one instruction.
    #[expect(clippy::too_many_lines, reason = "one arm an operation, each a line or two")]
    pub(super) fn plain(&mut self, id: NodeId, node: &Node) -> Result<Option<(SlotId, I)>, PlanError> {
        let args = node.args.as_slice();
        // Arguments before the result: a result's numbers lie above those of its arguments.
        macro_rules! unary {
            ($name:ident) => {{
                let a = self.number(args[0])?;
                let out = self.slot_for(id)?;
                (out, I::$name { out, a })
            }};
        }
        macro_rules! binary {
            ($name:ident) => {{
                let a = self.number(args[0])?;
                let b = self.number(args[1])?;
                let out = self.slot_for(id)?;
                (out, I::$name { out, a, b })
            }};
        }
        macro_rules! alike {
            ($name:ident) => {{
                let a = self.number(args[0])?;
                let b = self.number(args[1])?;
                self.same_shape(a, b)?;
                let out = self.slot_for(id)?;
                (out, I::$name { out, a, b })
            }};
        }
        Ok(Some(match &node.op {
            Op::Add => alike!(Add),
            Op::Sub => alike!(Sub),
            Op::Neg => unary!(Neg),
            Op::Mul => binary!(Mul),
            Op::Scale => {
                let factor = self.number(args[0])?;
                let a = self.number(args[1])?;
                let out = self.slot_for(id)?;
                (out, I::Scale { out, factor, a })
            }
            Op::Div => {
                let a = self.number(args[0])?;
                let divisor = self.number(args[1])?;
                let out = self.slot_for(id)?;
                (out, I::Div { out, a, divisor })
            }
            Op::Pow => {
                let integral = *self.request.graph.ty(args[1]) == Type::Int;
                let a = self.number(args[0])?;
                if integral && let Ok(exponent) = self.int(args[1]) {
                    let out = self.slot_for(id)?;
                    (out, I::PowUniform { out, a, exponent })
                } else {
                    let exponent = self.number(args[1])?;
                    let out = self.slot_for(id)?;
                    if integral {
                        (out, I::PowInteger { out, a, exponent })
                    } else {
                        (out, I::PowReal { out, a, exponent })
                    }
                }
            }
            Op::Real(f) => {
                let a = self.number(args[0])?;
                let out = self.slot_for(id)?;
                (out, I::Real { out, f: *f, a })
            }
            Op::Ratio => binary!(Ratio),
            Op::MatMul => {
                let a = self.number(args[0])?;
                let b = self.number(args[1])?;
                if self.slot(a).cols != self.slot(b).rows {
                    return Err(PlanError::Shape(format!("{} and {}", self.slot(a).cols, self.slot(b).rows)));
                }
                let out = self.slot_for(id)?;
                (out, I::MatMul { out, a, b })
            }
            Op::MatPow => {
                let a = self.number(args[0])?;
                let exponent = self.int(args[1])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                (out, I::MatPow { out, a, exponent })
            }
            Op::Transpose => unary!(Transpose),
            Op::Hadamard => alike!(Hadamard),
            Op::Kron => binary!(Kron),
            Op::Inv => {
                let a = self.number(args[0])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                (out, I::Inv { out, a })
            }
            Op::Det => {
                let a = self.number(args[0])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                (out, I::Det { out, a })
            }
            Op::Trace => unary!(Trace),
            Op::NormFrobenius => unary!(NormFrobenius),
            Op::Inner => alike!(Inner),
            Op::MaxAbs => unary!(MaxAbs),
            Op::Lambda => {
                let index = self.int(args[0])?;
                let a = self.number(args[1])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                (out, I::Lambda { out, a, index })
            }
            Op::LoewnerMargin => {
                let a = self.number(args[0])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                (out, I::LoewnerMargin { out, a })
            }
            Op::Eigenvalues | Op::SingularValues => {
                let a = self.number(args[0])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                if node.op == Op::Eigenvalues {
                    (out, I::Eigenvalues { out, a })
                } else {
                    (out, I::SingularValues { out, a })
                }
            }
            Op::Projector => {
                let index = self.int(args[0])?;
                let a = self.number(args[1])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                (out, I::Projector { out, a, index })
            }
            Op::SqrtM | Op::ExpM | Op::LogM => {
                let a = self.number(args[0])?;
                self.grow_work(a);
                let out = self.slot_for(id)?;
                let f = match node.op {
                    Op::SqrtM => MatrixFn::Sqrt,
                    Op::ExpM => MatrixFn::Exp,
                    _ => MatrixFn::Log,
                };
                let sign = self.semidefinite(args[0]);
                (out, I::MatrixFunction { out, a, f, sign })
            }
            Op::Diag => unary!(Rectangular),
            Op::Diagonal => unary!(Diagonal),
            Op::Flatten => unary!(Flatten),
            Op::Unflatten => unary!(Unflatten),
            Op::Sym => unary!(Sym),
            Op::Entry => {
                let a = self.number(args[0])?;
                let (row, col) = (self.int(args[1])?, self.int(args[2])?);
                let out = self.slot_for(id)?;
                (out, I::Entry { out, a, row, col })
            }
            Op::Block => {
                let a = self.number(args[0])?;
                let (row, col) = (self.int(args[1])?, self.int(args[2])?);
                let out = self.slot_for(id)?;
                (out, I::Block { out, a, row, col })
            }
            Op::UnitVector => {
                let index = self.int(args[0])?;
                let out = self.slot_for(id)?;
                (out, I::UnitVector { out, index })
            }
            Op::SortDecreasing => unary!(SortDecreasing),
            Op::Less => binary!(Less),
            Op::LessEqual => binary!(LessEqual),
            Op::Equal => alike!(Equal),
            Op::And => binary!(And),
            Op::Or => binary!(Or),
            Op::Not => unary!(Not),
            Op::If => {
                let condition = self.number(args[0])?;
                let then = self.number(args[1])?;
                let otherwise = self.number(args[2])?;
                let out = self.slot_for(id)?;
                if node.ty == Type::Bool {
                    (out, I::IfTruth { out, condition, then, otherwise })
                } else {
                    self.same_shape(then, otherwise)?;
                    (out, I::If { out, condition, then, otherwise })
                }
            }
            Op::Sample(sample) => {
                let slots = self.numbers(args)?;
                let out = self.slot_for(id)?;
                if *sample == SampleOp::Congruence {
                    self.grow_work(out);
                }
                let instruction = match sample {
                    SampleOp::LogMap => I::LogMap { out, u: slots[0], lo: slots[1], hi: slots[2] },
                    SampleOp::LogDown => I::LogDown { out, u: slots[0], hi: slots[1] },
                    SampleOp::Reflect => I::Reflect { out, v: slots[0], a: slots[1] },
                    SampleOp::Congruence => I::Congruence { out, v: slots[0], d: slots[1] },
                    SampleOp::Rectangular => I::Rectangular { out, a: slots[0] },
                    SampleOp::Permutation => I::Permutation { out, u: slots[0] },
                };
                (out, instruction)
            }
            _ => return Ok(None),
        }))
    }
}
