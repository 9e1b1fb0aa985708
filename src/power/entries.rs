//! The plain expressions of a claim that are a matter of its statement, and the tables in which they stand.

use crate::claim::model::{Claim, Named};
use crate::lang::ast::{Expr, Sampler};

/// Where an expression of a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Given,
    Let,
    Assume,
    Claim,
    State,
    Step,
    PathLet,
    PathAssume,
    Always,
    Finally,
}

impl Table {
    const ALL: [Self; 10] = [
        Self::Given,
        Self::Let,
        Self::Assume,
        Self::Claim,
        Self::State,
        Self::Step,
        Self::PathLet,
        Self::PathAssume,
        Self::Always,
        Self::Finally,
    ];

    /// `flow`: of a claim about a flow, whose rate is where a step would be.
    pub fn name(self, flow: bool) -> &'static str {
        match self {
            Self::State if flow => "flow.state",
            Self::Step if flow => "flow.rate",
            Self::PathLet if flow => "flow.let",
            Self::PathAssume if flow => "flow.assume",
            Self::Always if flow => "flow.always",
            Self::Finally if flow => "flow.finally",
            Self::Given => "given",
            Self::Let => "let",
            Self::Assume => "assume",
            Self::Claim => "claim",
            Self::State => "trajectory.state",
            Self::Step => "trajectory.step",
            Self::PathLet => "trajectory.let",
            Self::PathAssume => "trajectory.assume",
            Self::Always => "trajectory.always",
            Self::Finally => "trajectory.finally",
        }
    }

    pub fn is_conclusion(self) -> bool {
        matches!(self, Self::Claim | Self::Always | Self::Finally)
    }

    pub fn is_hypothesis(self) -> bool {
        matches!(self, Self::Assume | Self::PathAssume)
    }

    pub fn of(self, claim: &mut Claim) -> Option<&mut Vec<Named<Expr>>> {
        if let Some(flow) = &mut claim.flow {
            match self {
                Self::State => return Some(&mut flow.state),
                Self::Step => return Some(&mut flow.rate),
                Self::PathLet => return Some(&mut flow.lets),
                Self::PathAssume => return Some(&mut flow.assume),
                Self::Always => return Some(&mut flow.always),
                Self::Finally => return Some(&mut flow.finally),
                Self::Given | Self::Let | Self::Assume | Self::Claim => {}
            }
        }
        let path = claim.trajectory.as_mut();
        match self {
            Self::Given => None,
            Self::Let => Some(&mut claim.lets),
            Self::Assume => Some(&mut claim.assume),
            Self::Claim => Some(&mut claim.claim),
            Self::State => path.map(|p| &mut p.state),
            Self::Step => path.map(|p| &mut p.step),
            Self::PathLet => path.map(|p| &mut p.lets),
            Self::PathAssume => path.map(|p| &mut p.assume),
            Self::Always => path.map(|p| &mut p.always),
            Self::Finally => path.map(|p| &mut p.finally),
        }
    }
}

/// A plain expression of a claim.
pub struct Entry {
    pub table: Table,
    pub index: usize,
    pub named: Named<Expr>,
}

/// All expressions of a claim that are a matter of its statement; of `[given]`, those that are plain.
pub fn entries(claim: &Claim) -> Vec<Entry> {
    let mut claim = claim.clone();
    let mut all = Vec::new();
    for table in Table::ALL {
        if table == Table::Given {
            for (index, given) in claim.givens.iter().enumerate() {
                if let Sampler::Value(e) = &given.value.kind {
                    let Named { name, text, place, .. } = given.clone();
                    all.push(Entry { table, index, named: Named { name, text, place, value: e.clone() } });
                }
            }
        } else if let Some(list) = table.of(&mut claim) {
            let list = std::mem::take(list);
            all.extend(list.into_iter().enumerate().map(|(index, named)| Entry { table, index, named }));
        }
    }
    all
}
