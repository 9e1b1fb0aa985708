//! The iterations of gradient descent, fast; and the trait that a user's own kernel implements.
//!
//! A [`Kind`] is an iteration by definition: what its arrays are called, their shapes, and what one step does. A [`Kernel`] is a
//! program that runs it. A claim that names a kind in `[trajectory] kernel` is run by a kernel of that kind, which is held against the
//! claim's own `step`; any kernel of that kind, the built-in one or a user's, can be put in its place.
//!
//! Arrays are column-major `DMatrix<f64>` at this boundary. A kernel is a function: the same problem, state and steps give the same
//! bits, and `steps` at once give the bits of `steps` times one. `docs/kernels.md` is an introduction.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`shapes`] | whether the arrays of a problem and a state fit each other |
//! | [`plain`] | the definition of each kind, written down in floats: slow and obvious |
//! | [`reference`](mod@reference) | a step without rounding, and what rounding may do to it |
//! | [`slips`] | the ways to get a step wrong, as formulas |
//! | [`trials`] | the problems that kernels are judged on |
//! | [`judge`](mod@judge), [`diagnose`] | a kernel held against its kind, and what it does instead |
//! | [`built_in`](mod@built_in) | which program makes which problem |
//! | [`symmetric`], [`asymmetric`], [`residual`], [`sensing`], [`measure`], [`large`] | the programs: in lanes, for one problem and for eight |
//! | [`rebalance`](mod@rebalance) | the step that the modified method takes once |
//! | [`reduce`] | the exact reduction of null rows, as a kernel of its own |
//! | [`scaled`] | states below the range of `f64` |
//! | [`protocol`], [`serve`](mod@serve) | a kernel in any language: what is written and read, and the side of a program in Rust |

pub mod asymmetric;
pub mod built_in;
mod columns;
pub mod diagnose;
mod fixed_point;
mod gram;
pub mod judge;
#[cfg(test)]
mod judge_tests;
pub mod large;
pub mod measure;
mod packing;
pub mod plain;
pub mod protocol;
pub mod rebalance;
pub mod reduce;
pub mod reference;
pub mod residual;
pub mod scaled;
pub mod sensing;
pub mod serve;
pub mod shapes;
pub mod slips;
pub mod symmetric;
pub mod trials;

pub use built_in::BuiltIn;

use nalgebra::DMatrix;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// An iteration, by what one step does. All of the state is stepped at once.
///
/// | kind | state | data | scalars | step |
/// | --- | --- | --- | --- | --- |
/// | `symmetric-gd` | `X` (n×k) | `Sigma` (n×n, symmetric) | `eta` | `X + eta*(Sigma - X*X')*X` |
/// | `asymmetric-gd` | `F` (m×k), `G` (n×k) | `X` (m×n) | `eta` | `F + eta*(X - F*G')*G`, `G + eta*(X - F*G')'*F` |
/// | `symmetric-sensing-gd` | `X` (n×k) | `A` (q×n²), `Sigma` (n×n) | `eta` | `X - eta*M*X` with `M = unflatten(A'*A*flatten(X*X' - Sigma), n, n)` |
/// | `asymmetric-sensing-gd` | `F` (m×k), `G` (n×k) | `A` (q×mn), `X` (m×n) | `eta` | `F - eta*M*G`, `G - eta*M'*F` with `M = unflatten(A'*A*flatten(F*G' - X), m, n)` |
/// | `symmetric-near-sensing-gd` | `X` (n×k) | `S` (n²×n²), `Sigma` (n×n) | `eta`, `delta` | as `symmetric-sensing-gd` with `I + delta*S` for `A'*A` |
/// | `asymmetric-near-sensing-gd` | `F`, `G` | `S` (mn×mn), `X` (m×n) | `eta`, `delta` | as `asymmetric-sensing-gd` with `I + delta*S` for `A'*A` |
/// | `rebalanced-gd` | `F`, `G` | `X` | `eta`, `beta`, `turn` | as `asymmetric-gd`; step number `turn`, counted from 0, first rebalances |
/// | `rebalanced-sensing-gd` | `F`, `G` | `A`, `X` | `eta`, `beta`, `turn` | as `asymmetric-sensing-gd`; step number `turn` first rebalances |
///
/// `flatten` lists a matrix column by column, as in the claim language. To rebalance is (5.1) of Xiong, Ding and Du (2024): with
/// `F = A*diag(s)*B'` its singular value decomposition, `F*B*diag(beta/s)` for `F` and `G*B*diag(s/beta)` for `G`; see
/// [`rebalance`](mod@rebalance) for which decomposition that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    SymmetricGd,
    AsymmetricGd,
    SymmetricSensingGd,
    AsymmetricSensingGd,
    SymmetricNearSensingGd,
    AsymmetricNearSensingGd,
    RebalancedGd,
    RebalancedSensingGd,
}

/// A named array of a kind, and its shape in the kind's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array {
    pub name: &'static str,
    pub rows: &'static str,
    pub cols: &'static str,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::SymmetricGd,
        Self::AsymmetricGd,
        Self::SymmetricSensingGd,
        Self::AsymmetricSensingGd,
        Self::SymmetricNearSensingGd,
        Self::AsymmetricNearSensingGd,
        Self::RebalancedGd,
        Self::RebalancedSensingGd,
    ];

    /// As it is written in a claim and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SymmetricGd => "symmetric-gd",
            Self::AsymmetricGd => "asymmetric-gd",
            Self::SymmetricSensingGd => "symmetric-sensing-gd",
            Self::AsymmetricSensingGd => "asymmetric-sensing-gd",
            Self::SymmetricNearSensingGd => "symmetric-near-sensing-gd",
            Self::AsymmetricNearSensingGd => "asymmetric-near-sensing-gd",
            Self::RebalancedGd => "rebalanced-gd",
            Self::RebalancedSensingGd => "rebalanced-sensing-gd",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The arrays that a step replaces, in order.
    #[must_use]
    pub const fn state(self) -> &'static [Array] {
        const X: &[Array] = &[Array { name: "X", rows: "n", cols: "k" }];
        const FG: &[Array] = &[Array { name: "F", rows: "m", cols: "k" }, Array { name: "G", rows: "n", cols: "k" }];
        match self {
            Self::SymmetricGd | Self::SymmetricSensingGd | Self::SymmetricNearSensingGd => X,
            Self::AsymmetricGd
            | Self::AsymmetricSensingGd
            | Self::AsymmetricNearSensingGd
            | Self::RebalancedGd
            | Self::RebalancedSensingGd => FG,
        }
    }

    /// The arrays that stay, in order.
    #[must_use]
    pub const fn data(self) -> &'static [Array] {
        const SIGMA: Array = Array { name: "Sigma", rows: "n", cols: "n" };
        const X: Array = Array { name: "X", rows: "m", cols: "n" };
        match self {
            Self::SymmetricGd => &[SIGMA],
            Self::AsymmetricGd | Self::RebalancedGd => &[X],
            Self::SymmetricSensingGd => &[Array { name: "A", rows: "q", cols: "n*n" }, SIGMA],
            Self::AsymmetricSensingGd | Self::RebalancedSensingGd => &[Array { name: "A", rows: "q", cols: "m*n" }, X],
            Self::SymmetricNearSensingGd => &[Array { name: "S", rows: "n*n", cols: "n*n" }, SIGMA],
            Self::AsymmetricNearSensingGd => &[Array { name: "S", rows: "m*n", cols: "m*n" }, X],
        }
    }

    /// What one step makes of each array of the state, in order, in the claim language.
    #[must_use]
    pub const fn step(self) -> &'static [&'static str] {
        match self {
            Self::SymmetricGd => &["X + eta*(Sigma - X*X')*X"],
            Self::AsymmetricGd => &["F + eta*(X - F*G')*G", "G + eta*(X - F*G')'*F"],
            Self::SymmetricSensingGd => &["X - eta*unflatten(A'*A*flatten(X*X' - Sigma), n, n)*X"],
            Self::AsymmetricSensingGd => &[
                "F - eta*unflatten(A'*A*flatten(F*G' - X), m, n)*G",
                "G - eta*unflatten(A'*A*flatten(F*G' - X), m, n)'*F",
            ],
            Self::SymmetricNearSensingGd => &["X - eta*unflatten((I + delta*S)*flatten(X*X' - Sigma), n, n)*X"],
            Self::AsymmetricNearSensingGd => &[
                "F - eta*unflatten((I + delta*S)*flatten(F*G' - X), m, n)*G",
                "G - eta*unflatten((I + delta*S)*flatten(F*G' - X), m, n)'*F",
            ],
            Self::RebalancedGd => &[
                "F + eta*(X - F*G')*G, at step `turn` from F*B*diag(beta/s) with F = A*diag(s)*B'",
                "G + eta*(X - F*G')'*F, at step `turn` from G*B*diag(s/beta)",
            ],
            Self::RebalancedSensingGd => &[
                "F - eta*unflatten(A'*A*flatten(F*G' - X), m, n)*G, at step `turn` from F*B*diag(beta/s) with F = A*diag(s)*B'",
                "G - eta*unflatten(A'*A*flatten(F*G' - X), m, n)'*F, at step `turn` from G*B*diag(s/beta)",
            ],
        }
    }

    /// The numbers that stay, in order.
    #[must_use]
    pub const fn scalars(self) -> &'static [&'static str] {
        match self {
            Self::SymmetricGd | Self::AsymmetricGd | Self::SymmetricSensingGd | Self::AsymmetricSensingGd => &["eta"],
            Self::SymmetricNearSensingGd | Self::AsymmetricNearSensingGd => &["eta", "delta"],
            Self::RebalancedGd | Self::RebalancedSensingGd => &["eta", "beta", "turn"],
        }
    }
}

/// What stays the same along a run, in the order of the kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub kind: Kind,
    pub scalars: Vec<f64>,
    pub data: Vec<DMatrix<f64>>,
}

/// The state of a run, in the order of the kind.
pub type State = Vec<DMatrix<f64>>;

/// Why a kernel did not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// It is for other problems: of another kind, or of shapes it does not take.
    #[error("the kernel does not take this problem: {0}")]
    Unsupported(String),
    /// It failed, or its answer was not one.
    #[error("the kernel failed: {0}")]
    Failed(String),
}

/// The floats that a kernel computes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    Single,
    #[default]
    Double,
}

impl Precision {
    /// The unit roundoff.
    #[must_use]
    pub const fn unit(self) -> f64 {
        match self {
            Self::Single => f32::EPSILON as f64 / 2.0,
            Self::Double => f64::EPSILON / 2.0,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "float32",
            Self::Double => "float64",
        }
    }

    /// The nearest number of this precision.
    #[must_use]
    pub fn round(self, x: f64) -> f64 {
        match self {
            Self::Single => f64::from(x as f32),
            Self::Double => x,
        }
    }
}

/// A program that runs an iteration.
pub trait Kernel: Send + Sync {
    /// For messages.
    fn name(&self) -> &str;

    /// What it iterates.
    fn kind(&self) -> Kind;

    /// What it computes in. It is judged by what rounding to this precision may do.
    fn precision(&self) -> Precision {
        Precision::Double
    }

    /// Replaces the state by that `steps` steps on. `at` is the number of steps already taken, for iterations that are not the same at
    /// every step.
    ///
    /// # Errors
    /// If it does not take the problem, or fails.
    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError>;

    /// Does for eight problems what [`run`](Kernel::run) does for each of them, to the bit. A kernel that makes eight at once is faster
    /// where they are of one shape. Where one of them fails, what has become of the others is not specified.
    ///
    /// # Errors
    /// If it does not take one of them, or fails.
    fn run_octet(
        &self,
        problems: &[&Problem; 8],
        states: &mut [State; 8],
        at: u64,
        steps: u64,
    ) -> Result<(), KernelError> {
        problems.iter().zip(states).try_for_each(|(problem, state)| self.run(problem, state, at, steps))
    }

    /// Whether `steps` at once give the bits of `steps` times one. Not so for a kernel that changes coordinates when it starts.
    fn splits_exactly(&self) -> bool {
        true
    }
}

/// A kernel that several threads run.
#[derive(Clone)]
pub struct SharedKernel(pub Arc<dyn Kernel>);

impl fmt::Debug for SharedKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kernel {:?}", self.0.name())
    }
}

/// Whether the built-in kernel of a kind has a program for eight states of so many columns at once.
#[must_use]
pub fn takes_together(kind: Kind, columns: usize) -> bool {
    BuiltIn::new(kind).takes_together(columns)
}

/// The built-in kernel of a kind, on the fastest back end of this processor.
pub fn built_in(kind: Kind) -> &'static dyn Kernel {
    static KERNELS: OnceLock<[BuiltIn; Kind::ALL.len()]> = OnceLock::new();
    let kernels = KERNELS.get_or_init(|| Kind::ALL.map(BuiltIn::new));
    &kernels[kind as usize]
}
