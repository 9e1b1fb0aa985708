//! What a call of a function becomes: shapes checked, known spectra read off.
//!
//! A real counts as a 1×1 matrix, so that a claim whose dimension is literally 1 reads like any other.

use super::ast::Expr;
use super::build;
use super::elaborate::{Elaborated, Elaborator, too_large};
use super::functions::{Function, FunctionInfo};
use super::ir::{Dim, NodeId, Op, RealFn, Type};
use super::label::label;
use super::span::{LangError, Span};
use super::spectra;
use super::substitute::substitute;
use super::types::{dim_of, is_matrix, is_scalar, product, reachable};

impl Elaborator<'_> {
    /// The arity is already checked.
    pub(super) fn apply(&mut self, info: &FunctionInfo, args: &[Expr], span: Span) -> Elaborated {
        let what = format!("`{}`", info.name);
        match info.function {
            Function::Abs => self.real_function(RealFn::Abs, info, &args[0]),
            Function::Sqrt => self.real_function(RealFn::Sqrt, info, &args[0]),
            Function::Exp => self.real_function(RealFn::Exp, info, &args[0]),
            Function::Log => self.real_function(RealFn::Log, info, &args[0]),
            Function::Sin => self.real_function(RealFn::Sin, info, &args[0]),
            Function::Cos => self.real_function(RealFn::Cos, info, &args[0]),
            Function::Tan => self.real_function(RealFn::Tan, info, &args[0]),
            Function::Asin => self.real_function(RealFn::Asin, info, &args[0]),
            Function::Acos => self.real_function(RealFn::Acos, info, &args[0]),
            Function::Atan => self.real_function(RealFn::Atan, info, &args[0]),
            Function::Floor => self.real_function(RealFn::Floor, info, &args[0]),
            Function::Ceil => self.real_function(RealFn::Ceil, info, &args[0]),
            Function::Min | Function::Max => {
                let numbers = args.iter().map(|a| self.scalar(a)).collect::<Result<Vec<_>, _>>()?;
                Ok(build::extreme(self.graph, info.function == Function::Max, numbers))
            }
            Function::Zeros | Function::Ones | Function::Identity | Function::Unit => self.constant(info, args),
            Function::Rows | Function::Cols => {
                let m = self.numeric(&args[0])?;
                let (rows, cols) = self.shape(m);
                Ok(self.graph.dim_node(if info.function == Function::Rows { &rows } else { &cols }))
            }
            Function::Prev => self.previous(&args[0], span),
            Function::Lambda
            | Function::LambdaMin
            | Function::LambdaMax
            | Function::Eigenvalues
            | Function::Projector
            | Function::SqrtM
            | Function::ExpM
            | Function::LogM => self.of_symmetric(info.function, &what, args),
            Function::Trace | Function::Det | Function::Inv | Function::Sym | Function::Diagonal => {
                self.of_square(info.function, &what, &args[0])
            }
            Function::Inner | Function::Hadamard | Function::Kron => self.of_two(info.function, &what, args),
            Function::HCat => self.joined_blocks(true, args),
            Function::VCat => self.joined_blocks(false, args),
            Function::Sigma => {
                let i = self.int(&args[0])?;
                let m = self.numeric(&args[1])?;
                Ok(spectra::sigma(self.graph, i, m))
            }
            Function::Unflatten => self.unflatten(args, span),
            Function::Diag => self.diag(&what, &args[0]),
            Function::Norm
            | Function::NormFrobenius
            | Function::NormNuclear
            | Function::SigmaMin
            | Function::SigmaMax
            | Function::SingularValues
            | Function::Flatten => self.of_any(info.function, &args[0]),
        }
    }

    fn real_function(&mut self, f: RealFn, info: &FunctionInfo, e: &Expr) -> Elaborated {
        let a = self.numeric(e)?;
        if is_scalar(self.graph, a) {
            return Ok(build::real_fn(self.graph, f, a));
        }
        let found = format!("{} is {}", label(e), self.type_text(a));
        let error = LangError::new(e.span, format!("`{}` is for reals", info.name), found);
        Err(match f {
            RealFn::Exp => error.help("`expm` is the matrix exponential"),
            RealFn::Log => error.help("`logm` is the matrix logarithm"),
            RealFn::Sqrt => error.help("`sqrtm` is the matrix square root"),
            RealFn::Abs => error.help("`norm`, `norm_F` and `norm_nuc` are matrix norms"),
            _ => error,
        })
    }

    /// A size: an integer that is not certainly negative.
    fn size(&mut self, e: &Expr) -> Result<Dim, LangError> {
        let id = self.int(e)?;
        let dim = dim_of(self.graph, id);
        if dim.as_constant().is_some_and(|n| n < 0) {
            return Err(LangError::new(e.span, "a size is at least 0", format!("found {}", self.dim_text(&dim))));
        }
        Ok(dim)
    }

    fn constant(&mut self, info: &FunctionInfo, args: &[Expr]) -> Elaborated {
        let rows = self.size(&args[0])?;
        match info.function {
            Function::Identity => Ok(build::identity(self.graph, rows)),
            Function::Unit => {
                let i = self.int(&args[1])?;
                let ty = Type::of_shape(rows, Dim::constant(1));
                Ok(if ty == Type::Real && build::literal_int(self.graph, i) == Some(1) {
                    i
                } else {
                    build::op(self.graph, Op::UnitVector, vec![i], ty)
                })
            }
            _ => {
                let cols = self.size(&args[1])?;
                Ok(if info.function == Function::Zeros {
                    build::zeros(self.graph, rows, cols)
                } else {
                    build::ones(self.graph, rows, cols)
                })
            }
        }
    }

    fn previous(&mut self, e: &Expr, span: Span) -> Elaborated {
        let id = self.expr(e)?;
        let Some(previous) = &self.scope.previous else {
            return Err(LangError::new(span, "`prev` is for trajectories", "found no step before this one"));
        };
        // What is there already of the step before would stay what it is.
        let reached = reachable(self.graph, &[id]);
        let is_leaf = |node: NodeId| self.graph.node(node).args.is_empty();
        if previous.values().any(|before| is_leaf(*before) && reached.contains(before)) {
            let wanted = "`prev` goes one step back, and of what is now";
            let found = "found `prev` within it: let the state keep what is older";
            return Err(LangError::new(span, wanted, found));
        }
        let before = self.varied.before(self.graph, previous).map_err(|e| too_large(span, e))?;
        substitute(self.graph, id, &before).map_err(|e| too_large(span, e))
    }

    fn of_symmetric(&mut self, f: Function, what: &str, args: &[Expr]) -> Elaborated {
        let i = match f {
            Function::Lambda | Function::Projector => Some(self.int(&args[0])?),
            _ => None,
        };
        let e = &args[args.len() - 1];
        let m = self.numeric(e)?;
        self.need_symmetric(what, e, m)?;
        let (n, _) = self.shape(m);
        let one = build::int(self.graph, 1);
        Ok(match (f, i) {
            (Function::Lambda, Some(i)) => spectra::lambda(self.graph, i, m),
            (Function::Projector, Some(i)) => {
                let ty = self.graph.ty(m).clone();
                build::op(self.graph, Op::Projector, vec![i, m], ty)
            }
            (Function::LambdaMin, _) => {
                let last = self.graph.dim_node(&n);
                spectra::lambda(self.graph, last, m)
            }
            (Function::LambdaMax, _) => spectra::lambda(self.graph, one, m),
            (Function::Eigenvalues, _) => spectra::eigenvalues(self.graph, m),
            (Function::SqrtM, _) => self.matrix_function(Op::SqrtM, RealFn::Sqrt, m),
            (Function::ExpM, _) => self.matrix_function(Op::ExpM, RealFn::Exp, m),
            _ => self.matrix_function(Op::LogM, RealFn::Log, m),
        })
    }

    fn matrix_function(&mut self, op: Op, of_real: RealFn, m: NodeId) -> NodeId {
        if is_scalar(self.graph, m) {
            return build::real_fn(self.graph, of_real, m);
        }
        let ty = self.graph.ty(m).clone();
        build::op(self.graph, op, vec![m], ty)
    }

    fn of_square(&mut self, f: Function, what: &str, e: &Expr) -> Elaborated {
        let m = self.numeric(e)?;
        self.need_square(what, e, m)?;
        if is_scalar(self.graph, m) {
            return Ok(if f == Function::Inv { build::inv(self.graph, m) } else { m });
        }
        let (n, _) = self.shape(m);
        let ty = self.graph.ty(m).clone();
        Ok(match f {
            Function::Trace => build::trace(self.graph, m),
            Function::Det => build::real(self.graph, Op::Det, vec![m]),
            Function::Inv => build::inv(self.graph, m),
            Function::Diagonal => build::op(self.graph, Op::Diagonal, vec![m], Type::of_shape(n, Dim::constant(1))),
            _ => build::op(self.graph, Op::Sym, vec![m], ty),
        })
    }

    fn of_two(&mut self, f: Function, what: &str, args: &[Expr]) -> Elaborated {
        let (a, b) = (self.numeric(&args[0])?, self.numeric(&args[1])?);
        if f == Function::Kron {
            if is_scalar(self.graph, a) || is_scalar(self.graph, b) {
                return Ok(build::mul(self.graph, a, b));
            }
            let ((ar, ac), (br, bc)) = (self.shape(a), self.shape(b));
            let span = args[0].span.join(args[1].span);
            let ty = Type::of_shape(self.times(&ar, &br, span)?, self.times(&ac, &bc, span)?);
            return Ok(build::op(self.graph, Op::Kron, vec![a, b], ty));
        }
        self.need_same_shape(&format!("the arguments of {what}"), (&args[0], a), (&args[1], b))?;
        if f == Function::Inner {
            return Ok(build::inner(self.graph, a, b));
        }
        if is_scalar(self.graph, a) {
            return Ok(build::mul(self.graph, a, b));
        }
        let ty = self.graph.ty(a).clone();
        Ok(build::op(self.graph, Op::Hadamard, vec![a, b], ty))
    }

    fn times(&self, a: &Dim, b: &Dim, span: Span) -> Result<Dim, LangError> {
        product(a, b).ok_or_else(|| {
            let found = format!("{} times {}", self.dim_text(a), self.dim_text(b));
            LangError::new(span, "this size is too long to follow", found).help("give the sizes names of their own")
        })
    }

    fn joined_blocks(&mut self, side_by_side: bool, args: &[Expr]) -> Elaborated {
        let first = self.numeric(&args[0])?;
        let mut nodes = vec![first];
        let (mut rows, mut cols) = self.shape(first);
        for e in &args[1..] {
            let m = self.numeric(e)?;
            let (r, c) = self.shape(m);
            let (shared, own) = if side_by_side { (&rows, &r) } else { (&cols, &c) };
            let (shared, own) = (shared.clone(), own.clone());
            if !self.holes.unify(&shared, &own) {
                let side = if side_by_side { "rows" } else { "columns" };
                let found = format!(
                    "{} is {}, {} is {}",
                    label(&args[0]),
                    self.shape_text(first),
                    label(e),
                    self.shape_text(m)
                );
                return Err(LangError::new(e.span, format!("these blocks need as many {side} as the first"), found));
            }
            if side_by_side {
                cols = cols.add(&c);
            } else {
                rows = rows.add(&r);
            }
            nodes.push(m);
        }
        if nodes.len() == 1 {
            return Ok(first);
        }
        let ty = Type::of_shape(self.holes.resolve(&rows), self.holes.resolve(&cols));
        Ok(build::op(self.graph, if side_by_side { Op::HCat } else { Op::VCat }, nodes, ty))
    }

    fn unflatten(&mut self, args: &[Expr], span: Span) -> Elaborated {
        let v = self.numeric(&args[0])?;
        let (m, n) = (self.size(&args[1])?, self.size(&args[2])?);
        let (length, one) = self.shape(v);
        let wanted = self.times(&m, &n, span)?;
        if !self.holes.unify(&length, &wanted) || !self.holes.unify(&one, &Dim::constant(1)) {
            let names = self.names();
            let found = format!("{} is {}", label(&args[0]), self.shape_text(v));
            let shape = names.shape(self.graph, &wanted, &Dim::constant(1));
            return Err(LangError::new(args[0].span, format!("`unflatten` needs a column {shape} here"), found));
        }
        if is_scalar(self.graph, v) {
            return Ok(v);
        }
        Ok(build::op(self.graph, Op::Unflatten, vec![v], Type::of_shape(m, n)))
    }

    fn diag(&mut self, what: &str, e: &Expr) -> Elaborated {
        let v = self.numeric(e)?;
        let (rows, cols) = self.shape(v);
        if is_scalar(self.graph, v) {
            return Ok(v);
        }
        if !cols.is_one() && !rows.is_one() {
            let found = format!("{} is {}", label(e), self.type_text(v));
            return Err(LangError::new(e.span, format!("{what} needs a column or a row"), found)
                .help("`diagonal(M)` is the column of M's diagonal entries"));
        }
        let n = if cols.is_one() { rows } else { cols };
        Ok(build::op(self.graph, Op::Diag, vec![v], Type::of_shape(n.clone(), n)))
    }

    fn of_any(&mut self, f: Function, e: &Expr) -> Elaborated {
        let m = self.numeric(e)?;
        if !is_matrix(self.graph, m) {
            return Ok(if f == Function::Flatten { m } else { build::abs(self.graph, m) });
        }
        let (rows, cols) = self.shape(m);
        Ok(match f {
            Function::Norm => spectra::norm(self.graph, m),
            Function::NormFrobenius => build::frobenius(self.graph, m),
            Function::NormNuclear => build::real(self.graph, Op::NormNuclear, vec![m]),
            Function::SigmaMax => {
                let one = build::int(self.graph, 1);
                spectra::sigma(self.graph, one, m)
            }
            Function::SigmaMin => {
                let least = build::min_dim(self.graph, &rows, &cols);
                let last = self.graph.dim_node(&least);
                spectra::sigma(self.graph, last, m)
            }
            Function::SingularValues => {
                let least = build::min_dim(self.graph, &rows, &cols);
                spectra::singular_values(self.graph, m, least)
            }
            _ => {
                let length = self.times(&rows, &cols, e.span)?;
                build::op(self.graph, Op::Flatten, vec![m], Type::of_shape(length, Dim::constant(1)))
            }
        })
    }
}
