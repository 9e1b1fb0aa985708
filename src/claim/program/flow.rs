//! A `[flow]` as a part of the claim's graph: the state and the time are inputs of it.

use super::{Asked, Builder, Course, Moving, When};
use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::model::Flow;
use crate::lang::elaborate;
use crate::lang::ir::Type;
use crate::lang::symmetry::is_symmetric;

impl Builder<'_> {
    pub(super) fn flow(&mut self, flow: &Flow) -> Result<(Course, Vec<Asked>), Diagnostics> {
        // Starts and the end are expressions of the givens: a part's name is not known to any of them.
        let starts: Vec<_> = flow.state.iter().map(|entry| self.expression(entry)).collect();
        let end = elaborate::real(&mut self.graph, &self.scope, &flow.end.value);
        let end = self.note(&flow.end.place, end);
        let Some(end) = end.filter(|_| self.errors.is_empty()) else { return Err(self.failed()) };
        let mut parts = Vec::new();
        for (entry, start) in flow.state.iter().zip(starts) {
            let Some(start) = start else { continue };
            let ty = match self.graph.ty(start) {
                Type::Int => Type::Real,
                ty => ty.clone(),
            };
            if ty == Type::Bool {
                self.errors.push(Diagnostic::new(
                    entry.place.clone(),
                    "a state is a number or a matrix",
                    format!("`{}` starts as a truth value", entry.name),
                ));
                continue;
            }
            let (input, node) = self.input(ty);
            if is_symmetric(&self.graph, start) {
                // Held for the start only; a rate that keeps it says so by its form.
                self.graph.symmetric.insert(node);
            }
            self.define(&entry.name, &entry.place, Some(node), None);
            parts.push((entry, input, start, node));
        }
        let (time, t) = self.input(Type::Real);
        self.define("t", &flow.end.place, Some(t), None);
        let lets = self.lets(&flow.lets);
        if !self.errors.is_empty() {
            return Err(self.failed());
        }
        let mut state = Vec::new();
        for (entry, input, start, node) in parts {
            let Some(written) = flow.rate.iter().find(|rate| rate.name == entry.name) else { continue };
            let Some(rate) = self.expression(written) else { continue };
            if self.graph.ty(rate).shape() != self.graph.ty(node).shape() || *self.graph.ty(rate) == Type::Bool {
                self.errors.push(
                    Diagnostic::new(
                        written.place.clone(),
                        "a rate has the shape of the state",
                        format!("`{}` has another shape", entry.name),
                    )
                    .help("the rate is the derivative in time, entry by entry; write `zeros(m, n)` for a matrix that rests"),
                );
            } else if self.graph.symmetric.contains(&node) && !is_symmetric(&self.graph, rate) {
                self.errors.push(
                    Diagnostic::new(
                        written.place.clone(),
                        "a symmetric start with a rate that is not symmetric by form",
                        format!("`{}` would stop being symmetric", entry.name),
                    )
                    .help("write the rate in a symmetric form, such as A*S + S*A', or `sym(..)`, or start from an expression that is not symmetric by form"),
                );
            }
            state.push(Moving { name: entry.name.clone(), input, node, start, rate });
        }
        let first = self.first(&flow.first, &Type::Real);
        let assume = self.truths(&flow.assume);
        let until = self.until(flow.until.as_ref());
        let mut asked = self.asked(&flow.always, When::Always);
        asked.extend(self.asked(&flow.finally, When::Finally));
        if !self.errors.is_empty() {
            return Err(self.failed());
        }
        let course = Course { state, time, t, end, looks: flow.looks(), until, lets, assume, first };
        Ok((course, asked))
    }
}
