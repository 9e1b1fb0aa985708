//! For the tests of this floor: a world of names, and a slow evaluator of the graph in `f64` over nalgebra.
//!
//! An undefined number is NaN, an undefined truth value `None`. Nothing is shared with the evaluators that ship.

use super::ast::Expr;
use super::elaborate::expression;
use super::ir::{Dim, DrawId, Fold, Graph, IntId, NodeId, Op, RealFn, SampleOp, Type, VarId};
use super::parse::parse_expr;
use super::scope::Scope;
use super::span::LangError;
use super::types::Names;
use nalgebra::DMatrix;
use rand::{Rng, RngExt, SeedableRng};
use std::collections::{BTreeMap, HashMap};

/// Names of every kind:
/// ints `d m n k`; reals `x y c eta`; `A` m×d, `B` n×d, `X` m×n with singular values `sv`; `W G H` d×d; `S T` symmetric d×d,
/// `S` with eigenvalues `ev`; columns `u v` d×1.
pub struct World {
    pub graph: Graph,
    pub scope: Scope,
    draws: u32,
}

pub fn parsed(text: &str) -> Expr {
    parse_expr(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

impl World {
    pub fn empty() -> Self {
        Self { graph: Graph::new(), scope: Scope::new(), draws: 0 }
    }

    pub fn new() -> Self {
        let mut world = Self::empty();
        for (i, name) in (0..).zip(["d", "m", "n", "k"]) {
            let int = world.graph.add(Op::Int(IntId(i)), vec![], Type::Int);
            world.define(name, int);
        }
        for name in ["x", "y", "c", "eta"] {
            world.draw(name, Type::Real);
        }
        for (name, rows, cols) in [
            ("A", "m", "d"),
            ("B", "n", "d"),
            ("X", "m", "n"),
            ("sv", "min(m, n)", "1"),
            ("W", "d", "d"),
            ("G", "d", "d"),
            ("H", "d", "d"),
            ("S", "d", "d"),
            ("T", "d", "d"),
            ("ev", "d", "1"),
            ("u", "d", "1"),
            ("v", "d", "1"),
        ] {
            let (rows, cols) = (world.dim(rows), world.dim(cols));
            world.draw(name, Type::Matrix(rows, cols));
        }
        let at = |name: &str| world.scope.get(name).expect("defined");
        let (s, t, ev, x, sv) = (at("S"), at("T"), at("ev"), at("X"), at("sv"));
        world.graph.symmetric.extend([s, t]);
        world.graph.eigenvalues_of.insert(s, ev);
        world.graph.singular_values_of.insert(x, sv);
        world
    }

    fn dim(&mut self, text: &str) -> Dim {
        let id = self.node(text).expect("a size");
        super::types::dim_of(&self.graph, id)
    }

    pub fn draw(&mut self, name: &str, ty: Type) -> NodeId {
        let id = self.graph.add(Op::Draw(DrawId(self.draws)), vec![], ty);
        self.draws += 1;
        self.define(name, id);
        id
    }

    pub fn define(&mut self, name: &str, id: NodeId) {
        self.scope.define(name, id).expect("a new name");
    }

    pub fn node(&mut self, text: &str) -> Result<NodeId, LangError> {
        expression(&mut self.graph, &self.scope, &parsed(text))
    }

    /// A `let`.
    pub fn let_(&mut self, name: &str, text: &str) {
        let id = self.node(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        self.scope.abbreviate(name, id, &parsed(text)).expect("a new name");
    }

    pub fn type_of(&mut self, text: &str) -> String {
        let id = self.node(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let mut names = Names::default();
        self.scope.iter().for_each(|(name, id)| names.insert(id, name));
        names.ty(&self.graph, self.graph.ty(id))
    }

    /// The error with the text that it points at.
    pub fn error(&mut self, text: &str) -> String {
        match self.node(text) {
            Ok(_) => panic!("{text}: accepted"),
            Err(e) => format!("{e} @ {}", &text[e.span.start..e.span.end]),
        }
    }

    pub fn name(&self, name: &str) -> NodeId {
        self.scope.get(name).expect("defined")
    }

    /// Random values of all names, consistent with what is known of them.
    pub fn case(&self, seed: u64) -> Case<'_> {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut case = Case { graph: &self.graph, values: HashMap::new() };
        for name in ["d", "m", "n", "k"] {
            case.set(self.name(name), DMatrix::from_element(1, 1, f64::from(rng.random_range(1..=3u32))));
        }
        let (d, m, n) = (case.int(self.name("d")), case.int(self.name("m")), case.int(self.name("n")));
        for name in ["x", "y", "c", "eta"] {
            case.set(self.name(name), normal(1, 1, &mut rng));
        }
        for (name, rows, cols) in
            [("A", m, d), ("B", n, d), ("X", m, n), ("W", d, d), ("G", d, d), ("H", d, d), ("u", d, 1), ("v", d, 1)]
        {
            case.set(self.name(name), normal(rows, cols, &mut rng));
        }
        for name in ["S", "T"] {
            let g = normal(d, d, &mut rng);
            case.set(self.name(name), &g + g.transpose());
        }
        let eigen = eigenvalues(&case.values[&self.name("S")]);
        case.set(self.name("ev"), eigen);
        let singular = singular_values(&case.values[&self.name("X")]);
        case.set(self.name("sv"), singular);
        case
    }
}

pub fn normal(rows: usize, cols: usize, rng: &mut impl Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |_, _| (0..12).map(|_| rng.random_range(-0.5..0.5)).sum())
}

fn eigenvalues(m: &DMatrix<f64>) -> DMatrix<f64> {
    let mut values: Vec<f64> = m.clone().symmetric_eigenvalues().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    DMatrix::from_column_slice(values.len(), 1, &values)
}

fn singular_values(m: &DMatrix<f64>) -> DMatrix<f64> {
    let mut values: Vec<f64> = m.singular_values().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    DMatrix::from_column_slice(values.len(), 1, &values)
}

/// Values of the leaves.
#[derive(Clone)]
pub struct Case<'g> {
    graph: &'g Graph,
    pub values: HashMap<NodeId, DMatrix<f64>>,
}

#[derive(Clone, Debug)]
enum Value {
    Number(DMatrix<f64>),
    Truth(Option<bool>),
}

type Vars = BTreeMap<VarId, i64>;
type Memo = HashMap<NodeId, Value>;

impl<'g> Case<'g> {
    pub fn set(&mut self, id: NodeId, value: DMatrix<f64>) {
        self.values.insert(id, value);
    }

    fn int(&self, id: NodeId) -> usize {
        self.values[&id][(0, 0)] as usize
    }

    pub fn matrix(&self, id: NodeId) -> DMatrix<f64> {
        self.number(id, &Vars::new(), &mut Memo::new())
    }

    pub fn real(&self, id: NodeId) -> f64 {
        self.matrix(id)[(0, 0)]
    }

    pub fn truth(&self, id: NodeId) -> Option<bool> {
        self.decided(id, &Vars::new(), &mut Memo::new())
    }

    fn value(&self, id: NodeId, vars: &Vars, memo: &mut Memo) -> Value {
        if let Some(value) = memo.get(&id) {
            return value.clone();
        }
        let value = match self.graph.ty(id) {
            Type::Bool => Value::Truth(self.compute_truth(id, vars, memo)),
            _ => Value::Number(match self.values.get(&id) {
                Some(value) => value.clone(),
                None => self.compute(id, vars, memo),
            }),
        };
        memo.insert(id, value.clone());
        value
    }

    fn number(&self, id: NodeId, vars: &Vars, memo: &mut Memo) -> DMatrix<f64> {
        match self.value(id, vars, memo) {
            Value::Number(m) => m,
            Value::Truth(_) => panic!("a truth value where a number is due"),
        }
    }

    fn decided(&self, id: NodeId, vars: &Vars, memo: &mut Memo) -> Option<bool> {
        match self.value(id, vars, memo) {
            Value::Truth(t) => t,
            Value::Number(_) => panic!("a number where a truth value is due"),
        }
    }

    fn dim(&self, dim: &Dim, vars: &Vars, memo: &mut Memo) -> usize {
        let terms = dim.terms.iter();
        let sum: f64 = terms
            .map(|(atoms, &c)| atoms.iter().map(|&a| self.number(a, vars, memo)[(0, 0)]).product::<f64>() * c as f64)
            .sum();
        sum as usize
    }

    fn shape(&self, id: NodeId, vars: &Vars, memo: &mut Memo) -> (usize, usize) {
        let (rows, cols) = self.graph.ty(id).shape().expect("numeric");
        (self.dim(&rows, vars, memo), self.dim(&cols, vars, memo))
    }

    /// Every choice of a fold's indices that passes its filter; `None` for one whose filter is undefined.
    fn places(&self, id: NodeId, vars: &Vars) -> Vec<Option<Vars>> {
        let node = self.graph.node(id);
        let Op::Fold { vars: own, filtered, .. } = &node.op else { panic!("not a fold") };
        let mut places = vec![vars.clone()];
        for (k, &v) in own.iter().enumerate() {
            places = places
                .into_iter()
                .flat_map(|place| {
                    let end = |e: usize| self.number(node.args[2 * k + e], &place, &mut Memo::new())[(0, 0)] as i64;
                    (end(0)..=end(1))
                        .map(|i| place.iter().map(|(&v, &i)| (v, i)).chain([(v, i)]).collect())
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let filter = filtered.then(|| node.args[2 * own.len()]);
        let keep = |place: &Vars| filter.map_or(Some(true), |f| self.decided(f, place, &mut Memo::new()));
        places
            .into_iter()
            .filter_map(|p| match keep(&p) {
                Some(true) => Some(Some(p)),
                Some(false) => None,
                None => Some(None),
            })
            .collect()
    }

    fn compute_truth(&self, id: NodeId, vars: &Vars, memo: &mut Memo) -> Option<bool> {
        let node = self.graph.node(id);
        let a = &node.args;
        match &node.op {
            Op::Bool(b) => Some(*b),
            Op::Less | Op::LessEqual => {
                let (x, y) = (self.number(a[0], vars, memo)[(0, 0)], self.number(a[1], vars, memo)[(0, 0)]);
                (!x.is_nan() && !y.is_nan()).then_some(if node.op == Op::Less { x < y } else { x <= y })
            }
            Op::Equal => {
                let (x, y) = (self.number(a[0], vars, memo), self.number(a[1], vars, memo));
                x.iter().chain(y.iter()).all(|e| !e.is_nan()).then(|| x == y)
            }
            Op::LoewnerLess | Op::LoewnerLessEqual => {
                let difference = self.number(a[1], vars, memo) - self.number(a[0], vars, memo);
                let least = eigenvalues(&difference).iter().copied().fold(f64::INFINITY, f64::min);
                (!least.is_nan()).then_some(if node.op == Op::LoewnerLess { least > 0.0 } else { least >= 0.0 })
            }
            Op::And => match (self.decided(a[0], vars, memo), self.decided(a[1], vars, memo)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Op::Or => match (self.decided(a[0], vars, memo), self.decided(a[1], vars, memo)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Op::Not => self.decided(a[0], vars, memo).map(|b| !b),
            Op::If => {
                let c = self.decided(a[0], vars, memo)?;
                self.decided(if c { a[1] } else { a[2] }, vars, memo)
            }
            Op::Fold { fold, .. } => {
                let stop = *fold == Fold::Any;
                let mut result = Some(!stop);
                for place in self.places(id, vars) {
                    match place.and_then(|p| self.decided(a[a.len() - 1], &p, &mut Memo::new())) {
                        Some(b) if b == stop => return Some(stop),
                        Some(_) => {}
                        None => result = None,
                    }
                }
                result
            }
            op => panic!("no truth value: {op:?}"),
        }
    }

    fn compute(&self, id: NodeId, vars: &Vars, memo: &mut Memo) -> DMatrix<f64> {
        let node = self.graph.node(id);
        let (rows, cols) = self.shape(id, vars, memo);
        let args = &node.args;
        // Arguments on demand: a branch that is not taken must not be computed.
        let mut m = |k: usize| self.number(args[k], vars, memo);
        let real = |x: f64| DMatrix::from_element(1, 1, x);
        match &node.op {
            Op::Number(v) => real(v.to_f64().value()),
            Op::Pi => real(std::f64::consts::PI),
            Op::Var(v) => real(vars[v] as f64),
            Op::Int(_) | Op::Draw(_) | Op::Input(_) => panic!("a leaf without a value"),
            Op::Identity => DMatrix::identity(rows, cols),
            Op::Zeros => DMatrix::zeros(rows, cols),
            Op::Ones => DMatrix::from_element(rows, cols, 1.0),
            Op::UnitVector => {
                let i = m(0)[(0, 0)] as usize;
                DMatrix::from_fn(rows, cols, |r, _| f64::from(u8::from(r + 1 == i)))
            }
            Op::Add => m(0) + m(1),
            Op::Sub => m(0) - m(1),
            Op::Neg => -m(0),
            Op::Mul => real(m(0)[(0, 0)] * m(1)[(0, 0)]),
            Op::Scale => m(0)[(0, 0)] * m(1),
            Op::Div => {
                let r = m(1)[(0, 0)];
                m(0) / if r == 0.0 { f64::NAN } else { r }
            }
            Op::Pow => {
                let (x, y) = (m(0)[(0, 0)], m(1)[(0, 0)]);
                real(if x == 0.0 && y < 0.0 { f64::NAN } else { x.powf(y) })
            }
            Op::Real(f) => real(real_fn(*f, m(0)[(0, 0)])),
            Op::Least | Op::Greatest => {
                let values: Vec<f64> = (0..args.len()).map(|k| m(k)[(0, 0)]).collect();
                real(extreme(node.op == Op::Greatest, &values))
            }
            Op::MatMul => m(0) * m(1),
            Op::MatPow => {
                let (base, k) = (m(0), m(1)[(0, 0)] as i64);
                let base = if k < 0 { inverse(&base) } else { base };
                (0..k.abs()).fold(DMatrix::identity(rows, cols), |p, _| p * &base)
            }
            Op::Transpose => m(0).transpose(),
            Op::Hadamard => m(0).component_mul(&m(1)),
            Op::Kron => m(0).kronecker(&m(1)),
            Op::Inv => inverse(&m(0)),
            Op::Det => real(m(0).determinant()),
            Op::Trace => real(m(0).trace()),
            Op::Norm => real(singular_values(&m(0)).iter().copied().fold(0.0, f64::max)),
            Op::NormFrobenius => real(m(0).norm()),
            Op::NormNuclear => real(singular_values(&m(0)).sum()),
            Op::Inner => real(m(0).dot(&m(1))),
            Op::Lambda => real(at(&eigenvalues(&m(1)), m(0)[(0, 0)])),
            Op::Sigma => {
                let (i, a) = (m(0)[(0, 0)], m(1));
                real(if i as usize > a.nrows().min(a.ncols()) { 0.0 } else { at(&singular_values(&a), i) })
            }
            Op::Eigenvalues => eigenvalues(&m(0)),
            Op::SingularValues => singular_values(&m(0)),
            Op::Projector => {
                let (i, a) = (m(0)[(0, 0)] as usize, m(1));
                let eigen = a.symmetric_eigen();
                let mut order: Vec<usize> = (0..rows).collect();
                order.sort_by(|&p, &q| eigen.eigenvalues[q].total_cmp(&eigen.eigenvalues[p]));
                let q = eigen.eigenvectors.column(order[i - 1]);
                let q = DMatrix::from_column_slice(rows, 1, q.as_slice());
                &q * q.transpose()
            }
            Op::SqrtM => of_eigenvalues(&m(0), f64::sqrt),
            Op::ExpM => of_eigenvalues(&m(0), f64::exp),
            Op::LogM => of_eigenvalues(&m(0), f64::ln),
            Op::Diag => {
                let v = m(0);
                DMatrix::from_fn(rows, cols, |i, j| if i == j { v[i] } else { 0.0 })
            }
            Op::Diagonal => {
                let a = m(0);
                DMatrix::from_fn(rows, 1, |i, _| a[(i, i)])
            }
            Op::Flatten | Op::Unflatten => DMatrix::from_column_slice(rows, cols, m(0).as_slice()),
            Op::HCat | Op::VCat => {
                let mut whole = DMatrix::zeros(rows, cols);
                let mut start = 0;
                for k in 0..args.len() {
                    let part = m(k);
                    let (p, q) = part.shape();
                    let (r, c) = if node.op == Op::HCat { (0, start) } else { (start, 0) };
                    whole.view_mut((r, c), (p, q)).copy_from(&part);
                    start += if node.op == Op::HCat { q } else { p };
                }
                whole
            }
            Op::Sym => (m(0) + m(0).transpose()) / 2.0,
            Op::Entry => {
                let (a, i, j) = (m(0), m(1)[(0, 0)], m(2)[(0, 0)]);
                let inside = i >= 1.0 && j >= 1.0 && i as usize <= a.nrows() && j as usize <= a.ncols();
                real(if inside { a[(i as usize - 1, j as usize - 1)] } else { f64::NAN })
            }
            Op::Block => {
                let (a, i, j) = (m(0), m(1)[(0, 0)] as usize, m(2)[(0, 0)] as usize);
                a.view((i - 1, j - 1), (rows, cols)).into_owned()
            }
            Op::MaxAbs => real(m(0).amax()),
            Op::SortDecreasing => {
                let mut values: Vec<f64> = m(0).iter().copied().collect();
                values.sort_by(|a, b| b.total_cmp(a));
                DMatrix::from_column_slice(values.len(), 1, &values)
            }
            Op::Fold { fold, .. } => {
                let bodies: Vec<DMatrix<f64>> = self
                    .places(id, vars)
                    .into_iter()
                    .map(|p| p.map_or(real(f64::NAN), |p| self.number(args[args.len() - 1], &p, &mut Memo::new())))
                    .collect();
                match fold {
                    Fold::Sum => bodies.iter().fold(DMatrix::zeros(rows, cols), |s, b| s + b),
                    Fold::Product => real(bodies.iter().map(|b| b[(0, 0)]).product()),
                    _ => real(extreme(*fold == Fold::Max, &bodies.iter().map(|b| b[(0, 0)]).collect::<Vec<_>>())),
                }
            }
            Op::Build { row, col } => DMatrix::from_fn(rows, cols, |i, j| {
                let mut inside = vars.clone();
                inside.insert(*row, i as i64 + 1);
                col.map(|c| inside.insert(c, j as i64 + 1));
                self.number(args[0], &inside, &mut Memo::new())[(0, 0)]
            }),
            Op::If => match self.decided(args[0], vars, memo) {
                Some(c) => self.number(args[if c { 1 } else { 2 }], vars, memo),
                None => DMatrix::from_element(rows, cols, f64::NAN),
            },
            Op::LoewnerMargin => real(eigenvalues(&m(0)).iter().copied().fold(f64::INFINITY, f64::min)),
            Op::Ratio => {
                let (raw, unit) = (m(0)[(0, 0)], m(1)[(0, 0)]);
                real(if raw == 0.0 { 0.0 } else { raw / unit })
            }
            Op::Sample(SampleOp::Congruence) => {
                let (v, d) = (m(0), m(1));
                let q = reflections(&v, &DMatrix::identity(rows, rows));
                &q * DMatrix::from_diagonal(&d.column(0).into_owned()) * q.transpose()
            }
            Op::Sample(SampleOp::Reflect) => reflections(&m(0), &m(1)),
            op => panic!("no number: {op:?}"),
        }
    }
}

fn reflections(v: &DMatrix<f64>, m: &DMatrix<f64>) -> DMatrix<f64> {
    let mut out = m.clone();
    for j in (0..v.ncols()).rev() {
        let h = DMatrix::from_fn(v.nrows(), 1, |i, _| if i >= j { v[(i, j)] } else { 0.0 });
        let size = h.dot(&h);
        if size > 0.0 {
            let along = h.transpose() * &out;
            out -= &h * along * (2.0 / size);
        }
    }
    out
}

fn at(column: &DMatrix<f64>, i: f64) -> f64 {
    if i < 1.0 || i as usize > column.len() { f64::NAN } else { column[i as usize - 1] }
}

fn inverse(m: &DMatrix<f64>) -> DMatrix<f64> {
    let (rows, cols) = m.shape();
    m.clone().try_inverse().unwrap_or_else(|| DMatrix::from_element(rows, cols, f64::NAN))
}

fn of_eigenvalues(m: &DMatrix<f64>, f: impl Fn(f64) -> f64) -> DMatrix<f64> {
    let eigen = m.clone().symmetric_eigen();
    &eigen.eigenvectors * DMatrix::from_diagonal(&eigen.eigenvalues.map(f)) * eigen.eigenvectors.transpose()
}

fn extreme(greatest: bool, values: &[f64]) -> f64 {
    if values.is_empty() || values.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    values.iter().copied().reduce(if greatest { f64::max } else { f64::min }).unwrap_or(f64::NAN)
}

fn real_fn(f: RealFn, x: f64) -> f64 {
    match f {
        RealFn::Abs => x.abs(),
        RealFn::Sqrt => x.sqrt(),
        RealFn::Exp => x.exp(),
        RealFn::Log => {
            if x <= 0.0 {
                f64::NAN
            } else {
                x.ln()
            }
        }
        RealFn::Sin => x.sin(),
        RealFn::Cos => x.cos(),
        RealFn::Tan => x.tan(),
        RealFn::Asin => x.asin(),
        RealFn::Acos => x.acos(),
        RealFn::Atan => x.atan(),
        RealFn::Floor => x.floor(),
        RealFn::Ceil => x.ceil(),
    }
}
