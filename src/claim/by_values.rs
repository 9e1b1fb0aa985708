//! A claim as a function of its givens' values: what a certificate is asked of.
//!
//! Each sampled given is an input, with how to compute it from draws and earlier inputs, and with the condition that it is one of its
//! sampler's values. What follows from that condition (symmetry, a spectrum that is given) may be used by everything after it.

use super::program::Builder;
use crate::lang::ast::{Given, Sampler, Spectrum};
use crate::lang::build;
use crate::lang::ir::{InputId, NodeId, Op};
use crate::lang::span::LangError;
use crate::lang::symmetry::is_symmetric;
use crate::lang::types;
use crate::sample::lower::{Stage, lower_staged};
use crate::sample::member::{between, member};

/// A sampled given of a program by values: its value is an input.
#[derive(Clone, Debug)]
pub struct ValueGiven {
    /// Its index among the claim's givens.
    pub given: usize,
    /// `None` for an integer, which is a constant of the plan.
    pub input: Option<InputId>,
    /// The value as a node.
    pub value: NodeId,
    /// What the draws and earlier values make of it, stage by stage, then as a whole.
    pub stages: Vec<Stage>,
    pub sample: NodeId,
    /// Whether the value is one of its sampler's.
    pub member: NodeId,
    /// Whether a rational near what the draws make of it serves as well, where that is irrational.
    pub rounds: bool,
}

impl Builder<'_> {
    /// A sampled given of a program by values.
    pub(super) fn value(&mut self, given: usize, sampler: &Given) -> Result<NodeId, LangError> {
        let (graph, scope, samples) = (&mut self.graph, &self.scope, &mut self.samples);
        let known = samples.feasible.len();
        let (sample, stages) = lower_staged(graph, scope, samples, given, sampler, &mut self.inputs)?;
        if let Op::Int(_) = self.graph.node(sample).op {
            let Some(int) = self.samples.ints.last() else { return Ok(sample) };
            let member = between(&mut self.graph, sample, (int.lo, false), (int.hi, false));
            let member = self.feasible(known, member);
            self.values.push(ValueGiven { given, input: None, value: sample, stages, sample, member, rounds: false });
            return Ok(sample);
        }
        let ty = self.graph.ty(sample).clone();
        let (input, value) = self.input(ty);
        let mut member = member(&mut self.graph, &self.scope, value, sampler, &stages)?;
        member = self.feasible(known, member);
        let symmetric = types::is_matrix(&self.graph, value) && is_symmetric(&self.graph, sample);
        if symmetric {
            let transposed = build::transpose(&mut self.graph, value);
            let same = build::truth(&mut self.graph, Op::Equal, value, transposed);
            member = build::and(&mut self.graph, member, same);
        }
        let rounds = matches!(
            sampler.kind,
            Sampler::Normal { .. } | Sampler::Gaussian { .. } | Sampler::Near { .. } | Sampler::Below(_)
        );
        // What follows from being a member may be used from here on.
        if symmetric {
            self.graph.symmetric.insert(value);
        }
        if let Some(&rotation) = self.samples.rotations.get(&sample) {
            self.samples.rotations.insert(value, rotation);
        }
        let given_spectrum = matches!(
            &sampler.kind,
            Sampler::Symmetric { eigenvalues: Spectrum::Values(_), .. }
                | Sampler::Matrix { singular: Spectrum::Values(_), rank: None, .. }
        );
        if given_spectrum {
            if let Some(&d) = self.graph.eigenvalues_of.get(&sample) {
                self.graph.eigenvalues_of.insert(value, d);
            }
            if let Some(&s) = self.graph.singular_values_of.get(&sample) {
                self.graph.singular_values_of.insert(value, s);
            }
        }
        self.values.push(ValueGiven { given, input: Some(input), value, stages, sample, member, rounds });
        Ok(value)
    }

    /// With what the sampler asks for to have any value: the conditions noted from `known` on.
    fn feasible(&mut self, known: usize, member: NodeId) -> NodeId {
        let asked = self.samples.feasible[known..].iter();
        asked.fold(member, |all, &(_, truth)| build::and(&mut self.graph, truth, all))
    }
}
