//! `[experiment]` as data: what is swept, what is taken of a run, what is plotted, and how the figure is read.

use super::model::Named;
use crate::lang::ast::{Expr, Sweep};

/// `[experiment]`
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Givens that are swept, in order: at most [`MOST_SWEPT`]. Their values replace the given's own sampler.
    pub sweep: Vec<Named<Points>>,
    /// What swept values are called.
    pub legend: Vec<Named<Legend>>,
    /// Runs of each point, from as many draws of what is not swept.
    pub runs: u64,
    pub numbers: Vec<Named<Measure>>,
    pub plots: Vec<Named<Plot>>,
    pub readings: Vec<Named<Expr>>,
}

/// A reading has one index for each swept given, and a legend one look.
pub const MOST_SWEPT: usize = 2;

/// The values of a swept given.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    Values(Vec<Named<Expr>>),
    Spread(Sweep),
}

/// What the values of a swept given are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Legend {
    /// With `{}` for the value.
    All(String),
    Each(Vec<String>),
}

/// A number of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    pub of: Named<Expr>,
    pub taken: Taken,
    pub over_runs: OverRuns,
    /// Whether the number that `f64` gives is meant itself, whatever rounding has done to it.
    pub computed: bool,
}

/// When it is taken, or what of all looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// At the end of the run.
    End,
    /// At the first look from this step, or time, on.
    From(Named<Expr>),
    Least,
    Greatest,
    /// The step, or time, of the least.
    LeastAt,
    GreatestAt,
}

/// What is made of the runs of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverRuns {
    #[default]
    Mean,
    Least,
    Greatest,
}

impl OverRuns {
    pub const ALL: [Self; 3] = [Self::Mean, Self::Least, Self::Greatest];

    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Least => "least",
            Self::Greatest => "greatest",
        }
    }
}

/// A panel of the figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    pub title: Option<String>,
    /// The swept given that has a point for each value; `None` for curves along the run.
    pub over: Option<Named<String>>,
    /// `t`, or the first swept given, where nothing is said.
    pub x: Option<Named<Expr>>,
    /// With what each is called; one alone has no name.
    pub y: Vec<(Option<String>, Named<Expr>)>,
    pub x_label: Option<String>,
    pub y_label: Option<String>,
    pub log: (bool, bool),
    pub x_range: Option<(f64, f64)>,
    pub y_range: Option<(f64, f64)>,
}
