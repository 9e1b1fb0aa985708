//! An `[experiment]` as a part of the claim's graph: what is read of a run is made of the claim's own nodes, and the readings are a graph
//! of their own, whose inputs are the numbers of all runs.

use super::{Builder, SweptTarget};
use crate::claim::diagnostic::Diagnostic;
use crate::claim::experiment::{Experiment, Legend, Measure, OverRuns, Plot, Points, Taken};
use crate::claim::model::{Named, Place};
use crate::claim::motion::Motion;
use crate::lang::ast::{self, Expr, ExprKind};
use crate::lang::ir::{Dim, Graph, InputId, NodeId, Op, Type};
use crate::lang::predicate;
use crate::lang::scope::Scope;
use crate::lang::span::LangError;
use crate::lang::{build, elaborate};
use std::collections::BTreeMap;

/// An experiment, ready to be run.
pub struct Study {
    pub sweep: Vec<Axis>,
    pub runs: u64,
    /// Of a flow: the time as a value; a step of an iteration is its own number.
    pub time: Option<NodeId>,
    pub numbers: Vec<Number>,
    pub panels: Vec<Panel>,
    pub readings: Readings,
}

/// A swept given.
pub struct Axis {
    pub name: String,
    pub target: SweptTarget,
    pub values: Values,
    pub legend: Option<Legend>,
}

/// Its values, as nodes: numbers.
pub enum Values {
    Each(Vec<NodeId>),
    Spread { scale: ast::SweepScale, lo: NodeId, hi: NodeId, count: u64 },
}

impl Values {
    pub fn count(&self) -> u64 {
        match self {
            Self::Each(values) => values.len() as u64,
            Self::Spread { count, .. } => *count,
        }
    }
}

/// A number of each run.
pub struct Number {
    pub name: String,
    pub node: NodeId,
    pub when: When,
    pub over_runs: OverRuns,
    /// Its rounding is left out of account.
    pub computed: bool,
}

#[derive(Clone, Copy)]
pub enum When {
    End,
    /// From this step or time on, of the givens.
    From(NodeId),
    Least,
    Greatest,
    LeastAt,
    GreatestAt,
}

/// A panel of the figure.
pub struct Panel {
    pub name: String,
    pub plot: Plot,
    pub kind: PanelKind,
}

pub enum PanelKind {
    /// Along the run: nodes of a look; `x` is the step or time where it is `None`.
    Along { x: Option<NodeId>, y: Vec<NodeId> },
    /// Across the sweep: the place of the axis that has a point for each value.
    Across { over: usize, x: Source, y: Vec<Source> },
}

/// What has a value at each point of the sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Axis(usize),
    Number(usize),
}

/// The predicates of all numbers, in a graph of their own.
pub struct Readings {
    pub graph: Graph,
    /// In the order of the axes: a column of its values.
    pub axes: Vec<InputId>,
    /// In the order of the numbers: an entry for each point.
    pub numbers: Vec<InputId>,
    pub predicates: Vec<Reading>,
}

pub struct Reading {
    pub name: String,
    pub truth: NodeId,
    pub margin: NodeId,
    /// The numbers that it speaks of.
    pub of: Vec<usize>,
}

impl Study {
    /// What a look has to know.
    pub fn look_roots(&self) -> Vec<NodeId> {
        let mut roots: Vec<NodeId> = self.numbers.iter().map(|number| number.node).chain(self.time).collect();
        for panel in &self.panels {
            if let PanelKind::Along { x, y } = &panel.kind {
                roots.extend(x.iter().chain(y));
            }
        }
        roots
    }

    /// What is known before a run.
    pub fn setup_roots(&self) -> Vec<NodeId> {
        let from = |number: &Number| match number.when {
            When::From(node) => Some(node),
            _ => None,
        };
        self.numbers.iter().filter_map(from).collect()
    }
}

impl Builder<'_> {
    /// Steps from which numbers are taken: expressions of the givens, settled before anything that moves has a name.
    pub(super) fn froms(&mut self, experiment: &Experiment) -> BTreeMap<String, NodeId> {
        let mut froms = BTreeMap::new();
        for number in &experiment.numbers {
            if let Taken::From(at) = &number.value.taken {
                let node = elaborate::real(&mut self.graph, &self.scope, &at.value);
                froms.extend(self.note(&at.place, node).map(|node| (number.name.clone(), node)));
            }
        }
        froms
    }

    pub(super) fn study(
        &mut self,
        experiment: &Experiment,
        targets: &BTreeMap<usize, SweptTarget>,
        froms: &BTreeMap<String, NodeId>,
        motion: Option<&Motion>,
    ) -> Option<Study> {
        let before = self.errors.len();
        let sweep: Vec<Axis> = experiment
            .sweep
            .iter()
            .enumerate()
            .filter_map(|(place, swept)| self.axis(swept, targets.get(&place), experiment))
            .collect();
        let numbers: Vec<Number> =
            experiment.numbers.iter().filter_map(|number| self.number(number, froms, motion)).collect();
        let panels: Vec<Panel> =
            experiment.plots.iter().filter_map(|plot| self.panel(plot, experiment, motion)).collect();
        if self.errors.len() > before {
            return None;
        }
        let time = match motion {
            Some(Motion::Flow(course)) => Some(course.t),
            _ => None,
        };
        let readings = self.readings(experiment, &sweep)?;
        Some(Study { sweep, runs: experiment.runs, time, numbers, panels, readings })
    }

    fn axis(&mut self, swept: &Named<Points>, target: Option<&SweptTarget>, of: &Experiment) -> Option<Axis> {
        let target = *target?;
        let constant = |builder: &mut Self, e: &Expr, place: &Place| {
            let node = elaborate::real(&mut builder.graph, &builder.scope, e);
            let node = builder.note(place, node)?;
            if build::rational(&builder.graph, node).is_none() {
                let error = LangError::new(e.span, "a swept value is a plain number", "this is none");
                builder.errors.push(Diagnostic::in_expression(place, &error));
                return None;
            }
            Some(node)
        };
        let values = match &swept.value {
            Points::Values(values) => {
                let values: Option<Vec<NodeId>> =
                    values.iter().map(|value| constant(self, &value.value, &value.place)).collect();
                let values = values?;
                let (least, greatest) = self.ends(&values)?;
                self.within_its_range(&swept.name, &swept.place, (least, greatest));
                Values::Each(values)
            }
            Points::Spread(spread) => {
                let lo = constant(self, &spread.lo, &swept.place)?;
                let hi = constant(self, &spread.hi, &swept.place)?;
                self.within_its_range(&swept.name, &swept.place, (lo, hi));
                Values::Spread { scale: spread.scale, lo, hi, count: spread.count }
            }
        };
        let legend = of.legend.iter().find(|legend| legend.name == swept.name).map(|legend| legend.value.clone());
        Some(Axis { name: swept.name.clone(), target, values, legend })
    }

    /// The least and the greatest of some numbers.
    fn ends(&self, values: &[NodeId]) -> Option<(NodeId, NodeId)> {
        let of = |node: &NodeId| build::rational(&self.graph, *node).cloned();
        let least = values.iter().copied().min_by(|a, b| of(a).cmp(&of(b)))?;
        let greatest = values.iter().copied().max_by(|a, b| of(a).cmp(&of(b)))?;
        Some((least, greatest))
    }

    fn number(
        &mut self,
        number: &Named<Measure>,
        froms: &BTreeMap<String, NodeId>,
        motion: Option<&Motion>,
    ) -> Option<Number> {
        let Measure { of, taken, over_runs, computed } = &number.value;
        if motion.is_none() && *taken != Taken::End {
            let message = format!("`{}` is taken on the way, and nothing moves", number.name);
            let error = Diagnostic::new(of.place.clone(), message, "there is no run");
            self.errors.push(error.help("write the expression alone, or add `[trajectory]` or `[flow]`"));
            return None;
        }
        let node = elaborate::real(&mut self.graph, &self.scope, &of.value);
        let node = self.note(&of.place, node)?;
        let when = match taken {
            Taken::End => When::End,
            Taken::From(at) => {
                let from = *froms.get(&number.name)?;
                self.within_the_run(&number.name, &at.place, from, motion)?;
                When::From(from)
            }
            Taken::Least => When::Least,
            Taken::Greatest => When::Greatest,
            Taken::LeastAt => When::LeastAt,
            Taken::GreatestAt => When::GreatestAt,
        };
        Some(Number { name: number.name.clone(), node, when, over_runs: *over_runs, computed: *computed })
    }

    /// A number is taken before the run is over: where both are plain numbers the file alone says whether.
    fn within_the_run(&mut self, name: &str, place: &Place, from: NodeId, motion: Option<&Motion>) -> Option<()> {
        let (end, what) = match motion? {
            Motion::Iteration(path) => (path.steps, "step"),
            Motion::Flow(course) => (course.end, "time"),
        };
        let of = |node: NodeId| build::rational(&self.graph, node);
        let Some((from, end)) = of(from).zip(of(end)).filter(|(from, end)| from > end) else { return Some(()) };
        let message = format!("`{name}` is taken from {what} {from} on, and the run ends at {what} {end}");
        let error = Diagnostic::new(place.clone(), message, "never in any run");
        self.errors.push(
            error.help(format!("write a {what} from 0 to {end}, or the expression alone for the end of the run")),
        );
        None
    }

    fn panel(&mut self, plot: &Named<Plot>, of: &Experiment, motion: Option<&Motion>) -> Option<Panel> {
        let Plot { over, x, y, .. } = &plot.value;
        let named = |kind| Some(Panel { name: plot.name.clone(), plot: plot.value.clone(), kind });
        if let Some(over) = over {
            let Some(place) = of.sweep.iter().position(|swept| swept.name == over.value) else {
                let known: Vec<&str> = of.sweep.iter().map(|swept| swept.name.as_str()).collect();
                let error =
                    Diagnostic::new(over.place.clone(), format!("`{}` is not swept", over.value), "not a swept given");
                self.errors.push(error.help(format!("what is swept is {}", known.join(", "))));
                return None;
            };
            let x = match x {
                None => Source::Axis(place),
                Some(x) => self.source(x, of)?,
            };
            let y: Option<Vec<Source>> = y.iter().map(|(_, y)| self.source(y, of)).collect();
            return named(PanelKind::Across { over: place, x, y: y? });
        }
        if motion.is_none() {
            let message = format!("`{}` is drawn along a run, and nothing moves", plot.name);
            let error = Diagnostic::new(plot.place.clone(), message, "there is no run");
            self.errors.push(error.help("say over which swept given it is drawn, like `over = \"rho\"`"));
            return None;
        }
        let real = |builder: &mut Self, e: &Named<Expr>| {
            let node = elaborate::real(&mut builder.graph, &builder.scope, &e.value);
            builder.note(&e.place, node)
        };
        let x = match x.as_ref().filter(|x| x.text.trim() != "t") {
            None => None,
            Some(x) => Some(real(self, x)?),
        };
        let y: Option<Vec<NodeId>> = y.iter().map(|(_, y)| real(self, y)).collect();
        named(PanelKind::Along { x, y: y? })
    }

    /// The name of a number or of a swept given.
    fn source(&mut self, e: &Named<Expr>, of: &Experiment) -> Option<Source> {
        let name = match &e.value.kind {
            ExprKind::Name(name) => name.as_str(),
            _ => "",
        };
        let axis = of.sweep.iter().position(|swept| swept.name == name).map(Source::Axis);
        let number = of.numbers.iter().position(|number| number.name == name).map(Source::Number);
        let found = axis.or(number);
        if found.is_none() {
            let error = LangError::new(
                e.value.span,
                "across a sweep a swept given or a number of `[experiment.number]` is drawn",
                "neither of them",
            );
            self.errors.push(
                Diagnostic::in_expression(&e.place, &error)
                    .help("give the expression a name under `[experiment.number]`, and draw that"),
            );
        }
        found
    }

    fn readings(&mut self, experiment: &Experiment, sweep: &[Axis]) -> Option<Readings> {
        let mut graph = Graph::new();
        let mut scope = Scope::new();
        let sizes: Vec<i64> = sweep.iter().map(|axis| axis.values.count() as i64).collect();
        let mut next = 0;
        let mut input = |graph: &mut Graph, ty: Type| {
            let id = InputId(next);
            next += 1;
            (id, graph.add(Op::Input(id), vec![], ty))
        };
        let shape = |size: Option<&i64>| Dim::constant(size.copied().unwrap_or(1));
        let mut axes = Vec::new();
        let define = |scope: &mut Scope, name: &str, place: &Place, node: NodeId, errors: &mut Vec<Diagnostic>| {
            if let Err(error) = scope.define(name, node) {
                errors.push(Diagnostic::new(place.clone(), error.to_string(), format!("`{name}` once more")));
            }
        };
        for ((axis, size), swept) in sweep.iter().zip(&sizes).zip(&experiment.sweep) {
            let (id, node) = input(&mut graph, Type::of_shape(Dim::constant(*size), Dim::constant(1)));
            define(&mut scope, &axis.name, &swept.place, node, &mut self.errors);
            axes.push(id);
        }
        let mut numbers = Vec::new();
        let mut nodes = Vec::new();
        for number in &experiment.numbers {
            let ty = Type::of_shape(shape(sizes.first()), shape(sizes.get(1)));
            let (id, node) = input(&mut graph, ty);
            define(&mut scope, &number.name, &number.place, node, &mut self.errors);
            numbers.push(id);
            nodes.push(node);
        }
        let mut predicates = Vec::new();
        for reading in &experiment.readings {
            let found = elaborate::truth(&mut graph, &scope, &reading.value);
            let Some(truth) = self.note(&reading.place, found) else { continue };
            let margin = predicate::margin_of(&mut graph, truth, None)
                .map_err(|error| LangError::new(reading.value.span, "this reading is too large", error.to_string()));
            let Some(margin) = self.note(&reading.place, margin) else { continue };
            let below = crate::lang::types::reachable(&graph, &[truth]);
            let of = nodes.iter().enumerate().filter(|(_, node)| below.contains(node)).map(|(i, _)| i).collect();
            predicates.push(Reading { name: reading.name.clone(), truth, margin, of });
        }
        self.errors.is_empty().then_some(Readings { graph, axes, numbers, predicates })
    }
}
