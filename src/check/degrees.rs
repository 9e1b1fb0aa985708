//! Exact changes of scale: where every positive value of a given is allowed, the claim may be the same claim in other units, and the constant not.
//!
//! Givens that may be any positive number are the scales. Each value of a claim is followed as a monomial in them: if scale `L` is multiplied by a
//! number, a value of *degree* k is multiplied by its k-th power, whatever the draws are. A sum has a degree if its terms have the same; a hypothesis,
//! a branch, the end of a run ask the same of the two sides that they compare, and exponentials, logarithms and sizes ask for degree 0. Each such
//! demand is a linear equation in the exponents with which the scales may change together; a solution is a change of scale under which every case
//! that meets the hypotheses becomes another one, step by step along a run. If what the statement asks of the constant has a degree other than 0 under it, and
//! one case asks for something for certain, then cases ask for as much as one likes: no constant works, and that is proved.
//!
//! Nothing is claimed of an operation that is not known here: its arguments are asked to have degree 0.

use super::checker::{CheckError, CheckOptions};
use super::constant::asking;
use crate::case::point::{Point, Values};
use crate::certify::{Certifier, Decision};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{self, Claim};
use crate::claim::program::{Motion, Program};
use crate::lang::build;
use crate::lang::ir::{Fold, Graph, InputId, Node, NodeId, Op, RealFn, SampleOp};
use crate::lang::need::Demand;
use crate::lang::types;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, HashMap};

/// A change of scale that multiplies what is asked of the constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    /// The scales and the power of a common factor by which each is multiplied; those that stay are left out.
    pub scales: Vec<(String, RBig)>,
    /// The power of that factor by which the demand is multiplied.
    pub degree: RBig,
    /// The working precision in which a case was shown to ask for something.
    pub bits: usize,
}

impl Scaled {
    /// `if L is multiplied by s, what is asked is multiplied by s^2`
    pub fn describe(&self) -> String {
        let power = |by: &RBig| if *by == RBig::ONE { "s".to_owned() } else { format!("s^({by})") };
        let scales: Vec<String> = self.scales.iter().map(|(name, by)| format!("{name} by {}", power(by))).collect();
        format!("multiplying {} multiplies what is asked by {}", scales.join(" and "), power(&self.degree))
    }
}

/// The certificate, if there is one: `points` are cases that ask for something.
///
/// What is asked may be a sum whose terms have different degrees. Those of the greatest degree (above 0, or the least, below it) make all others small in
/// the end, whatever their signs: their sum has to be positive. Terms of a degree between do so where no other is negative.
///
/// # Errors
/// What is wrong with the claim's expressions.
pub fn scaled(
    claim: &Claim,
    constant: &model::Constant,
    options: &CheckOptions,
    bits: usize,
    points: &[Point],
) -> Result<Option<Scaled>, CheckError> {
    let (Some(demand), false) = (&constant.need.demand, constant.unbounded.is_empty()) else { return Ok(None) };
    for Change { exponents, sum, others, degree } in changes(claim, constant, demand)? {
        let denied = asking(claim, constant, &[demand.denial(&sum, &others)]);
        let certifier = Certifier::new(&denied, options.max_elements).map_err(failed)?;
        for point in points {
            let Ok(settled) = certifier.values(point, &Values::new()) else { continue };
            if let Ok(Decision::Violated(certificate)) = certifier.decide(&settled.values, 0, bits) {
                let scales = constant.unbounded.iter().cloned().zip(exponents);
                let scales = scales.filter(|(_, power)| *power != RBig::ZERO).collect();
                return Ok(Some(Scaled { scales, degree, bits: certificate.bits }));
            }
        }
    }
    Ok(None)
}

fn failed(errors: Diagnostics) -> CheckError {
    CheckError(errors.to_string())
}

/// A change of scale under which terms of what is asked, over what is granted, have a degree other than 0.
struct Change {
    exponents: Vec<RBig>,
    /// The terms of that degree,
    sum: Vec<usize>,
    /// and those that must not be negative, lest they outweigh these.
    others: Vec<usize>,
    degree: RBig,
}

fn changes(claim: &Claim, constant: &model::Constant, demand: &Demand) -> Result<Vec<Change>, CheckError> {
    let mut predicates = demand.named();
    predicates.extend(demand.guards.iter().cloned());
    let program = Program::new(&asking(claim, constant, &predicates)).map_err(failed)?;
    let Some(mut degrees) = Degrees::new(&program, &constant.unbounded) else { return Ok(Vec::new()) };
    let values = degrees.claim(&program, 1 + demand.asked.len());
    let Some(Degree::Of(granted)) = values.first() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for exponents in tried(degrees.free()) {
        let mut terms: BTreeMap<RBig, Vec<usize>> = BTreeMap::new();
        for (term, asked) in values[1..].iter().enumerate() {
            let Degree::Of(asked) = asked else { continue };
            let degrees = asked.iter().zip(granted).zip(&exponents).map(|((a, g), by)| (a - g) * by);
            terms.entry(degrees.fold(RBig::ZERO, |sum, x| sum + x)).or_default().push(term);
        }
        let (least, greatest) = (terms.keys().next().cloned(), terms.keys().next_back().cloned());
        for (degree, sum) in &terms {
            let outweighs = Some(degree) == if *degree > RBig::ZERO { greatest.as_ref() } else { least.as_ref() };
            let others = terms.values().flatten().filter(|term| !outweighs && !sum.contains(term)).copied().collect();
            if *degree != RBig::ZERO {
                let (exponents, sum, degree) = (exponents.clone(), sum.clone(), degree.clone());
                found.push(Change { exponents, sum, others, degree });
            }
        }
    }
    Ok(found)
}

/// Changes of scale that are tried, at most.
const MOST_CHANGES: usize = 64;

/// The changes of a basis, then two of them at once, in step and against each other, then all: terms that no single one brings to the same degree may
/// have it then, as those of `3*L*K - L^2 - K^2`.
fn tried(basis: Vec<Form>) -> Vec<Form> {
    let sum = |a: &Form, b: &Form| a.iter().zip(b).map(|(a, b)| a + b).collect::<Form>();
    let difference = |a: &Form, b: &Form| a.iter().zip(b).map(|(a, b)| a - b).collect::<Form>();
    let mut all = basis.clone();
    for (i, a) in basis.iter().enumerate() {
        all.extend(basis[i + 1..].iter().flat_map(|b| [sum(a, b), difference(a, b)]));
    }
    // Of one or two it is among them; all others differ, since those of a basis are independent.
    if basis.len() > 2 {
        all.extend(basis.iter().cloned().reduce(|a, b| sum(&a, &b)));
    }
    all.truncate(MOST_CHANGES);
    all
}

/// The exponents of a monomial in the scales, each a linear form of how they change: entry k is the power of scale k.
type Form = Vec<RBig>;

/// What is known of a node.
#[derive(Clone, Debug, PartialEq)]
enum Degree {
    /// Zero, or a truth value: of any degree.
    Any,
    Of(Form),
}

struct Degrees<'p> {
    graph: &'p Graph,
    count: usize,
    known: HashMap<NodeId, Degree>,
    inputs: HashMap<InputId, Degree>,
    /// Forms that must be 0.
    equations: Vec<Form>,
}

impl<'p> Degrees<'p> {
    fn new(program: &'p Program, scales: &[String]) -> Option<Self> {
        let (graph, count) = (&program.graph, scales.len());
        let mut known = HashMap::new();
        for (k, name) in scales.iter().enumerate() {
            let given = program.givens.iter().find(|given| given.name == *name)?;
            let mut form = vec![RBig::ZERO; count];
            form[k] = RBig::ONE;
            known.insert(given.node, Degree::Of(form));
        }
        Some(Self { graph, count, known, inputs: HashMap::new(), equations: Vec::new() })
    }

    /// Follows the whole claim; the degrees of the first so many values, which are asked to be positive. None where a part of the state starts at 0: what its
    /// steps make of it has a degree that its start does not show.
    fn claim(&mut self, program: &Program, count: usize) -> Vec<Degree> {
        for (_, truth) in &program.samples.feasible {
            self.follow(*truth);
        }
        for assume in &program.assume {
            self.follow(assume.node);
        }
        match &program.motion {
            Some(Motion::Iteration(path)) => {
                self.inputs.insert(path.time, self.number());
                for part in &path.state {
                    let start = self.follow(part.start);
                    if start == Degree::Any {
                        return Vec::new();
                    }
                    self.inputs.insert(part.input, start.clone());
                    self.inputs.insert(part.previous, start);
                }
                for (_, input, _) in &path.first {
                    self.inputs.insert(*input, self.number());
                }
                let steps = self.follow(path.steps);
                self.same(&steps, &self.number());
                for part in &path.state {
                    let next = self.follow(part.next);
                    self.stays(part.input, &next);
                }
            }
            Some(Motion::Flow(course)) => {
                let time = self.follow(course.end);
                self.inputs.insert(course.time, time.clone());
                for part in &course.state {
                    let start = self.follow(part.start);
                    if start == Degree::Any {
                        return Vec::new();
                    }
                    self.inputs.insert(part.input, start);
                }
                for (_, input, _) in &course.first {
                    self.inputs.insert(*input, time.clone());
                }
                for part in &course.state {
                    let rate = self.follow(part.rate);
                    let moved = self.product(&rate, &time);
                    self.stays(part.input, &moved);
                }
            }
            None => {}
        }
        if let Some(motion) = &program.motion {
            let on_the_way = motion.assume().iter().map(|bound| bound.node).chain(motion.first().iter().map(|f| f.2));
            for truth in on_the_way.chain(motion.until()).collect::<Vec<_>>() {
                self.follow(truth);
            }
        }
        let asked = || program.asked.iter();
        for predicate in asked() {
            self.follow(predicate.predicate.truth);
        }
        let value = |truth: NodeId| self.graph.node(truth).args.get(1).copied();
        let values: Vec<NodeId> = asked().take(count).filter_map(|asked| value(asked.predicate.truth)).collect();
        values.into_iter().map(|value| self.follow(value)).collect()
    }

    /// A step keeps the degree of each part of the state.
    fn stays(&mut self, input: InputId, next: &Degree) {
        if let Some(now) = self.inputs.get(&input).cloned() {
            self.same(&now, next);
        }
    }

    fn number(&self) -> Degree {
        Degree::Of(vec![RBig::ZERO; self.count])
    }

    fn same(&mut self, a: &Degree, b: &Degree) {
        if let (Degree::Of(a), Degree::Of(b)) = (a, b) {
            let difference: Form = a.iter().zip(b).map(|(a, b)| a - b).collect();
            if difference.iter().any(|x| *x != RBig::ZERO) {
                self.equations.push(difference);
            }
        }
    }

    fn zero(&mut self, a: &Degree) {
        let number = self.number();
        self.same(a, &number);
    }

    fn product(&self, a: &Degree, b: &Degree) -> Degree {
        match (a, b) {
            (Degree::Of(a), Degree::Of(b)) => Degree::Of(a.iter().zip(b).map(|(a, b)| a + b).collect()),
            _ => Degree::Any,
        }
    }

    fn power(&self, a: &Degree, by: &RBig) -> Degree {
        // 0^0 is 1.
        if *by == RBig::ZERO {
            return self.number();
        }
        match a {
            Degree::Of(a) => Degree::Of(a.iter().map(|a| a * by).collect()),
            Degree::Any => Degree::Any,
        }
    }

    /// One degree for all of them.
    fn joined(&mut self, all: &[Degree]) -> Degree {
        let mut known: Option<Degree> = None;
        for degree in all.iter().filter(|degree| **degree != Degree::Any) {
            match &known {
                Some(first) => {
                    let first = first.clone();
                    self.same(&first, degree);
                }
                None => known = Some(degree.clone()),
            }
        }
        known.unwrap_or(Degree::Any)
    }

    /// The degree of a node; notes what it asks for. Nodes below it come first, so nothing recurses.
    fn follow(&mut self, root: NodeId) -> Degree {
        for id in types::reachable(self.graph, &[root]) {
            if !self.known.contains_key(&id) {
                let degree = self.degree(id);
                self.known.insert(id, degree);
            }
        }
        self.known.get(&root).cloned().unwrap_or(Degree::Any)
    }

    fn of(&self, id: NodeId) -> Degree {
        self.known.get(&id).cloned().unwrap_or_else(|| self.number())
    }

    fn degree(&mut self, id: NodeId) -> Degree {
        let Node { op, args, .. } = self.graph.node(id);
        let of: Vec<Degree> = args.iter().map(|arg| self.of(*arg)).collect();
        match (op, of.as_slice()) {
            (Op::Number(value), _) if *value == RBig::ZERO => Degree::Any,
            (Op::Zeros, _) => Degree::Any,
            (
                Op::Number(_)
                | Op::Pi
                | Op::Int(_)
                | Op::Var(_)
                | Op::Draw(_)
                | Op::Identity
                | Op::Ones
                | Op::UnitVector,
                _,
            ) => {
                of.iter().for_each(|degree| self.zero(degree));
                self.number()
            }
            (Op::Input(input), _) => self.inputs.get(input).cloned().unwrap_or_else(|| self.number()),
            (Op::Bool(_) | Op::And | Op::Or | Op::Not, _) => Degree::Any,
            (Op::Less | Op::LessEqual | Op::Equal | Op::LoewnerLess | Op::LoewnerLessEqual, [a, b]) => {
                self.same(a, b);
                Degree::Any
            }
            (Op::Add | Op::Sub | Op::Least | Op::Greatest | Op::HCat | Op::VCat, all) => self.joined(all),
            (Op::If, [_, a, b]) => self.joined(&[a.clone(), b.clone()]),
            (Op::Mul | Op::Scale | Op::MatMul | Op::Hadamard | Op::Kron | Op::Inner, [a, b]) => self.product(a, b),
            (Op::Div, [a, b]) => {
                let inverse = self.power(b, &RBig::from(-1));
                self.product(a, &inverse)
            }
            (Op::Pow | Op::MatPow, [a, b]) => match build::rational(self.graph, args[1]) {
                Some(exponent) => self.power(a, &exponent.clone()),
                None => {
                    self.zero(a);
                    self.zero(b);
                    self.number()
                }
            },
            (Op::Inv, [a]) => self.power(a, &RBig::from(-1)),
            (Op::SqrtM, [a]) => self.power(a, &(RBig::ONE / RBig::from(2))),
            (Op::Real(RealFn::Sqrt), [a]) => self.power(a, &(RBig::ONE / RBig::from(2))),
            (
                Op::Neg
                | Op::Real(RealFn::Abs)
                | Op::Transpose
                | Op::Trace
                | Op::Norm
                | Op::NormFrobenius
                | Op::NormNuclear
                | Op::Eigenvalues
                | Op::SingularValues
                | Op::Diag
                | Op::Diagonal
                | Op::Flatten
                | Op::Unflatten
                | Op::Sym
                | Op::MaxAbs
                | Op::SortDecreasing
                | Op::LoewnerMargin
                | Op::Sample(SampleOp::Rectangular),
                [a],
            ) => a.clone(),
            (Op::Lambda | Op::Sigma, [i, a]) => {
                self.zero(i);
                a.clone()
            }
            (Op::Entry | Op::Block, [a, rest @ ..]) => {
                rest.iter().for_each(|place| self.zero(place));
                a.clone()
            }
            (Op::Projector, [i, _]) => {
                self.zero(i);
                self.number()
            }
            (Op::Ratio, [a, b]) => {
                let inverse = self.power(b, &RBig::from(-1));
                self.product(a, &inverse)
            }
            (Op::Build { .. }, [.., body]) => body.clone(),
            (Op::Fold { fold: Fold::Sum | Fold::Min | Fold::Max, .. }, [bounds @ .., body]) => {
                bounds.iter().for_each(|bound| self.zero(bound));
                body.clone()
            }
            (Op::Fold { fold: Fold::All | Fold::Any, .. }, [bounds @ .., _]) => {
                bounds.iter().for_each(|bound| self.zero(bound));
                Degree::Any
            }
            // Draws are numbers; what is made of them has the degree of the ends, or of the spectrum.
            (Op::Sample(SampleOp::LogMap), [_, a, b]) => self.joined(&[a.clone(), b.clone()]),
            (Op::Sample(SampleOp::LogDown), [_, b]) => b.clone(),
            (Op::Sample(SampleOp::Reflect | SampleOp::Congruence), [v, m]) => {
                self.zero(v);
                m.clone()
            }
            (_, all) => {
                all.iter().for_each(|degree| self.zero(degree));
                self.number()
            }
        }
    }

    /// Changes of scale under which all equations hold: a basis of them.
    fn free(&self) -> Vec<Vec<RBig>> {
        // A basis of what the equations leave free, by elimination.
        let mut rows: Vec<Form> = self.equations.clone();
        let mut pivots: Vec<usize> = Vec::new();
        let mut done = 0;
        for column in 0..self.count {
            let Some(pivot) = (done..rows.len()).find(|row| rows[*row][column] != RBig::ZERO) else { continue };
            rows.swap(done, pivot);
            let lead = rows[done][column].clone();
            rows[done].iter_mut().for_each(|x| *x = &*x / &lead);
            for row in 0..rows.len() {
                if row != done && rows[row][column] != RBig::ZERO {
                    let factor = rows[row][column].clone();
                    let parts: Form = rows[done].iter().map(|x| x * &factor).collect();
                    rows[row].iter_mut().zip(parts).for_each(|(x, part)| *x -= part);
                }
            }
            pivots.push(column);
            done += 1;
        }
        let free = (0..self.count).filter(|column| !pivots.contains(column));
        free.map(|column| {
            let mut exponents = vec![RBig::ZERO; self.count];
            exponents[column] = RBig::ONE;
            for (row, pivot) in pivots.iter().enumerate() {
                exponents[*pivot] = -rows[row][column].clone();
            }
            exponents
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;
    use std::path::Path;

    /// The terms of the demand, and the changes of scale that change some of them.
    fn all(given: &str, statement: &str) -> (usize, Vec<Change>) {
        let text = format!(
            "title = \"t\"\nat = \"x\"\n[given]\nn = \"int in 1..=3\"\nL = \"real in (0, inf)\"\nK = \"real in (0, inf)\"\n{given}\n\
             [constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 3] }}\nclaim = \"{statement}\"\n"
        );
        let claim = load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None);
        let claim = claim.unwrap_or_else(|errors| panic!("{errors}"));
        let constant = claim.constant.as_ref().expect("there is one");
        let demand = constant.need.demand.as_ref().expect("one comparison");
        let found = changes(&claim, constant, demand).unwrap_or_else(|errors| panic!("{errors}"));
        (demand.asked.len(), found)
    }

    /// The degree of the demand under the first of them, if there is one.
    fn degree(given: &str, statement: &str) -> Option<String> {
        all(given, statement).1.first().map(|change| change.degree.to_string())
    }

    fn numbers(form: &Form) -> String {
        form.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_bound_in_other_units_than_what_it_bounds_has_a_degree() {
        let matrix = "S = \"symmetric(n, [-L, L])\"";
        assert_eq!(degree(matrix, "norm(S) <= c*L"), None);
        assert_eq!(degree(matrix, "norm(S)^2 <= c*L").as_deref(), Some("1"));
        assert_eq!(degree(matrix, "norm(S) <= c*L^2").as_deref(), Some("-1"));
        assert_eq!(degree(matrix, "norm(S*S) <= c*sqrt(L)").as_deref(), Some("3/2"));
        // A number beside a scale leaves none to change.
        assert_eq!(degree(matrix, "norm(S)^2 <= c*(L + 1)"), None);
        assert_eq!(degree(matrix, "norm(S)^2 <= c*L*exp(L)"), None);
    }

    #[test]
    fn two_scales_may_change_together() {
        let both = "x = \"real in (0, L]\"\ny = \"real in [0, K]\"";
        assert_eq!(degree(both, "x*y <= c*L*K"), None);
        assert!(degree(both, "x*y <= c*L").is_some());
        // Only the product is fixed.
        assert_eq!(degree(both, "exp(x*y) <= c*exp(L*K)"), None);
        assert!(degree(both, "x*exp(x*y) <= c*exp(L*K)").is_some());
    }

    #[test]
    fn changes_are_tried_one_at_a_time_then_two_then_all() {
        let unit = |at: usize, of: usize| -> Form { (0..of).map(|k| RBig::from(u8::from(k == at))).collect() };
        let basis = |of: usize| -> Vec<Form> { (0..of).map(|at| unit(at, of)).collect() };
        let all = |of: usize| tried(basis(of)).iter().map(numbers).collect::<Vec<_>>();
        assert!(all(0).is_empty());
        assert_eq!(all(1), ["1"]);
        assert_eq!(all(2), ["1 0", "0 1", "1 1", "1 -1"]);
        assert_eq!(all(3)[3..], ["1 1 0", "1 -1 0", "1 0 1", "1 0 -1", "0 1 1", "0 1 -1", "1 1 1"]);
        let mut most = all(12);
        // Those of the basis are never left out.
        assert_eq!((most.len(), &most[0], &most[11]), (MOST_CHANGES, &numbers(&unit(0, 12)), &numbers(&unit(11, 12))));
        most.sort_unstable();
        most.dedup();
        assert_eq!(most.len(), MOST_CHANGES);
    }

    #[test]
    fn terms_that_no_single_change_makes_alike_may_be_so_under_two() {
        let alike = |statement: &str| -> Vec<String> {
            let (count, found) = all("", statement);
            let whole = found.iter().filter(|change| change.sum.len() == count);
            whole.map(|change| format!("{}: {}", numbers(&change.exponents), change.degree)).collect()
        };
        assert_eq!(alike("3*L*K - L^2 - K^2 <= c"), ["1 1: 2"]);
        assert_eq!(alike("2*L^2 - 3/K^2 + L/K <= c"), ["1 -1: 2"]);
        assert!(alike("L^2*K - L/K - K <= c").is_empty());
    }

    #[test]
    fn hypotheses_and_guards_are_kept() {
        let given = "x = \"real in [0, L]\"";
        assert_eq!(degree(given, "x <= 1 => x^2 <= c*L"), None);
        assert_eq!(degree(given, "2*x <= L => x^2 <= c*L").as_deref(), Some("1"));
        // Of a sum, the term that changes.
        assert_eq!(degree(given, "L + x^2 <= c*L").as_deref(), Some("1"));
    }
}
