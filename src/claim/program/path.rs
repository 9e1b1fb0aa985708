//! A `[trajectory]` as a part of the claim's graph: the state, the state one step before and the number of the step are inputs of it.

use super::{Asked, Builder, Component, KernelBinding, Path, When};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::model::{KernelUse, Named, Place, Trajectory};
use crate::lang::ast;
use crate::lang::elaborate;
use crate::lang::ir::{NodeId, Op, Type};
use crate::lang::parse::parse_expr;
use crate::lang::symmetry::is_symmetric;
use crate::lang::types;
use std::collections::BTreeMap;

impl Builder<'_> {
    pub(super) fn trajectory(&mut self, trajectory: &Trajectory) -> Result<(Path, Vec<Asked>), Diagnostics> {
        let mut state = Vec::new();
        let mut previous = BTreeMap::new();
        let mut starts = Vec::new();
        // Starts are expressions of the givens: a component's name is not known to any of them.
        for entry in &trajectory.state {
            starts.push(self.expression(entry));
        }
        let kernel = trajectory.kernel.as_ref().and_then(|kernel| self.kernel(kernel, trajectory));
        if !self.errors.is_empty() {
            return Err(self.failed());
        }
        for (entry, start) in trajectory.state.iter().zip(starts) {
            let Some(start) = start else { continue };
            let mut ty = self.graph.ty(start).clone();
            if ty == Type::Int {
                ty = Type::Real;
            }
            let (input, node) = self.input(ty.clone());
            let (before, before_node) = self.input(ty);
            if is_symmetric(&self.graph, start) {
                // Held for the start only; a step that keeps it says so by its form.
                self.graph.symmetric.insert(node);
                self.graph.symmetric.insert(before_node);
            }
            previous.insert(node, before_node);
            self.define(&entry.name, &entry.place, Some(node), None);
            state.push((entry, input, before, start, node));
        }
        let (time, t) = self.input(Type::Int);
        self.define("t", &trajectory.steps.place, Some(t), None);
        let steps = elaborate::integer(&mut self.graph, &self.scope, &trajectory.steps.value);
        let steps = self.note(&trajectory.steps.place, steps);
        let one = self.graph.number(1);
        let t_before = self.graph.add(Op::Sub, vec![t, one], Type::Int);
        previous.insert(t, t_before);
        self.scope.previous = Some(previous);
        let lets = self.lets(&trajectory.lets);
        if !self.errors.is_empty() {
            return Err(self.failed());
        }
        let mut components = Vec::new();
        for (entry, input, before, start, node) in state {
            let Some(step) = trajectory.step.iter().find(|s| s.name == entry.name) else { continue };
            let Some(next) = self.expression(step) else { continue };
            if self.looks_back(&[next]) {
                self.errors.push(
                    Diagnostic::new(
                        step.place.clone(),
                        "a step is made of the state as it is",
                        format!("`{}` takes what was one step before", entry.name),
                    )
                    .help("add a part to the state that keeps it, such as `old` with the step `old = \"x\"`"),
                );
            }
            let same = self.graph.ty(next).shape() == self.graph.ty(node).shape();
            if !same {
                self.errors.push(
                    Diagnostic::new(
                        step.place.clone(),
                        "a step keeps the shape of the state",
                        format!("`{}` changes shape", entry.name),
                    )
                    .help("the step must have the shape of the state it replaces"),
                );
            }
            if self.graph.symmetric.contains(&node) && !is_symmetric(&self.graph, next) {
                self.errors.push(
                    Diagnostic::new(
                        step.place.clone(),
                        "a symmetric start with a step that is not symmetric by form",
                        format!("`{}` would stop being symmetric", entry.name),
                    )
                    .help("write the step in a symmetric form, such as T*S*T, or start from an expression that is not symmetric by form"),
                );
            }
            components.push(Component { name: entry.name.clone(), input, node, previous: before, start, next });
        }
        let first = self.first(&trajectory.first, &Type::Int);
        let mut assume = self.truths(&trajectory.assume);
        // There is nothing before the start that a hypothesis could speak of.
        for hypothesis in &mut assume {
            if self.looks_back(&[hypothesis.node]) {
                let start = self.graph.add(Op::Less, vec![t, one], Type::Bool);
                hypothesis.node = self.graph.add(Op::Or, vec![start, hypothesis.node], Type::Bool);
            }
        }
        let until = self.until(trajectory.until.as_ref());
        let mut asked = self.asked(&trajectory.always, When::Always);
        asked.extend(self.asked(&trajectory.finally, When::Finally));
        let Some(steps) = steps.filter(|_| self.errors.is_empty()) else { return Err(self.failed()) };
        let schedule = trajectory.at.as_ref().map_or(ast::Schedule::Every(1), |s| s.value);
        let nexts: Vec<NodeId> = components.iter().map(|c| c.next).collect();
        let timed = types::reachable(&self.graph, &nexts).contains(&t);
        let path = Path { state: components, time, steps, schedule, until, timed, lets, assume, first, kernel };
        Ok((path, asked))
    }

    /// What a kernel's arrays and numbers are: parts of the state by name, and values of the givens.
    fn kernel(&mut self, kernel: &KernelUse, trajectory: &Trajectory) -> Option<KernelBinding> {
        let kind = kernel.kind.value;
        let written = |name: &str| kernel.bindings.iter().find(|binding| binding.name == name);
        let mut state = Vec::new();
        for array in kind.state() {
            let (name, place) = match written(array.name) {
                Some(binding) => (binding.text.trim().to_owned(), &binding.place),
                None => (array.name.to_owned(), &kernel.kind.place),
            };
            match trajectory.state.iter().position(|component| component.name == name) {
                Some(place) => state.push(place),
                None => {
                    let known: Vec<&str> = trajectory.state.iter().map(|c| c.name.as_str()).collect();
                    let message = format!("the kernel's `{}` is no part of the state", array.name);
                    let help = format!(
                        "say which part it is: `kernel = {{ kind = \"{}\", {} = \"..\" }}`; the state has {}",
                        kind.name(),
                        array.name,
                        known.join(", ")
                    );
                    self.errors.push(Diagnostic::new(place.clone(), message, format!("`{name}`")).help(help));
                    return None;
                }
            }
        }
        if let Some(other) = (0..trajectory.state.len()).find(|place| !state.contains(place)) {
            let other = &trajectory.state[other];
            let message = format!("a kernel of kind `{}` does not step `{}`", kind.name(), other.name);
            let help = "take it out of the state, or run the claim without a kernel";
            self.errors.push(Diagnostic::new(other.place.clone(), message, "part of the state").help(help));
            return None;
        }
        let mut value = |name: &str| {
            let own = Named {
                name: name.to_owned(),
                text: name.to_owned(),
                place: Place { exact: false, ..kernel.kind.place.clone() },
                value: parse_expr(name).ok()?,
            };
            self.expression(written(name).unwrap_or(&own))
        };
        let data = kind.data().iter().map(|array| value(array.name)).collect::<Option<_>>()?;
        let scalars = kind.scalars().iter().map(|name| value(name)).collect::<Option<_>>()?;
        Some(KernelBinding { kind, state, data, scalars })
    }
}
