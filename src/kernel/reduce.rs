//! Fewer rows for the same iterates, exactly but for rounding: the run is made in the space that it never leaves.
//!
//! *Rows with one eigenvalue.* Let rows of `X` be such that `Sigma` is `lambda*I` on them and does not couple them with others, and let
//! `J` be these rows. A step multiplies `J` by a k×k matrix from the right, `J <- J*((1 + eta*lambda)*I - eta*X'X)`. So with
//! `J = Q*R` at the start, `Q` with orthonormal columns, `J = Q*R` ever after, with `R` stepped as if it were k rows of `X`. The same
//! holds of the rows of `F` where `X` has rows of zeros, and of the rows of `G` where it has columns of zeros.
//!
//! *A target of low rank.* Of an asymmetric problem, `F` stays in the span of the columns of `X` and of `F` at the start, and `G` in that
//! of the columns of `X'` and of `G`. With orthonormal bases `P` and `Q` of these, `F = P*f` and `G = Q*g`, and `f` and `g` are
//! descended for `P'*X*Q`. The rank is that to rounding: what is below `max(m, n)` units of rounding of the largest pivot is dropped.
//!
//! Norms, singular values and losses of the reduced state are those of the whole one. It is only a change of coordinates at the
//! start, and rounding differs: steps taken apart, each with its own reduction, do not have the bits of steps taken together. To look
//! at a run on its way, keep a [`Reduction`] and run its problem.

use super::{BuiltIn, Kernel, KernelError, Kind, Problem, State, shapes};
use nalgebra::DMatrix;

/// A problem and a state in fewer coordinates.
#[derive(Clone, Debug)]
pub struct Reduction {
    pub problem: Problem,
    pub state: State,
    /// What each array of the state is to be multiplied by from the left; `None` for one that is as it was.
    frames: Vec<Option<DMatrix<f64>>>,
}

impl Reduction {
    /// The reduction of a problem, if there is one to fewer rows.
    ///
    /// # Errors
    /// If the arrays do not fit each other.
    pub fn of(problem: &Problem, state: &State) -> Result<Option<Self>, KernelError> {
        shapes::dimensions(problem, state)?;
        Ok(match (problem.kind, &problem.data[..], &state[..]) {
            (Kind::SymmetricGd, [sigma], [x]) => one_eigenvalue(problem, sigma, x),
            (Kind::AsymmetricGd, [target], [f, g]) => two_sides(problem, target, f, g),
            _ => None,
        })
    }

    /// The whole state of a reduced one.
    #[must_use]
    pub fn expand(&self, reduced: &State) -> State {
        let whole = |(frame, array): (&Option<DMatrix<f64>>, &DMatrix<f64>)| match frame {
            Some(frame) => frame * array,
            None => array.clone(),
        };
        self.frames.iter().zip(reduced).map(whole).collect()
    }
}

fn one_eigenvalue(problem: &Problem, sigma: &DMatrix<f64>, x: &DMatrix<f64>) -> Option<Reduction> {
    let (n, k) = x.shape();
    let alone = |i: usize| (0..n).all(|j| j == i || (sigma[(i, j)] == 0.0 && sigma[(j, i)] == 0.0));
    let values: Vec<Option<u64>> = (0..n).map(|i| alone(i).then(|| (sigma[(i, i)] + 0.0).to_bits())).collect();
    let count = |value: u64| values.iter().filter(|v| **v == Some(value)).count();
    // The first of the most frequent.
    let mut most = (k, None);
    for value in values.iter().flatten() {
        let found = count(*value);
        if found > most.0 {
            most = (found, Some(*value));
        }
    }
    let value = most.1?;
    let (kept, rest): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| values[i] != Some(value));
    let (frame, reduced) = fold_rows(x, &kept, &rest);
    let u = kept.len();
    let small = DMatrix::from_fn(u + k, u + k, |i, j| {
        if i < u && j < u {
            sigma[(kept[i], kept[j])]
        } else if i == j {
            f64::from_bits(value)
        } else {
            0.0
        }
    });
    let problem = Problem { kind: problem.kind, scalars: problem.scalars.clone(), data: vec![small] };
    Some(Reduction { problem, state: vec![reduced], frames: vec![Some(frame)] })
}

fn two_sides(problem: &Problem, target: &DMatrix<f64>, f: &DMatrix<f64>, g: &DMatrix<f64>) -> Option<Reduction> {
    let k = f.ncols();
    let (m, n) = target.shape();
    let split = |zero: &dyn Fn(usize) -> bool, height: usize| -> (Vec<usize>, Vec<usize>) {
        (0..height).partition(|&i| !zero(i))
    };
    let (kept_f, rest_f) = split(&|i| target.row(i).iter().all(|&x| x == 0.0), m);
    let (kept_g, rest_g) = split(&|j| target.column(j).iter().all(|&x| x == 0.0), n);
    if rest_f.len() > k || rest_g.len() > k {
        // Zeros are exact: no basis has to be computed for what is kept.
        let fold = |array: &DMatrix<f64>, kept: Vec<usize>, rest: Vec<usize>| {
            if rest.len() > k {
                let (frame, reduced) = fold_rows(array, &kept, &rest);
                (Some(frame), reduced, kept)
            } else {
                (None, array.clone(), (0..array.nrows()).collect())
            }
        };
        let (frame_f, f, rows) = fold(f, kept_f, rest_f);
        let (frame_g, g, columns) = fold(g, kept_g, rest_g);
        let small = DMatrix::from_fn(f.nrows(), g.nrows(), |i, j| match (rows.get(i), columns.get(j)) {
            (Some(&i), Some(&j)) => target[(i, j)],
            _ => 0.0,
        });
        let problem = Problem { kind: problem.kind, scalars: problem.scalars.clone(), data: vec![small] };
        return Some(Reduction { problem, state: vec![f, g], frames: vec![frame_f, frame_g] });
    }
    let column_space = span(target);
    let r = column_space.ncols();
    if r + k >= m && r + k >= n {
        return None;
    }
    let (p, f) = base(&column_space, f);
    let (q, g) = base(&span(&target.transpose()), g);
    let mut small = target.clone();
    if let Some(p) = &p {
        small = p.tr_mul(&small);
    }
    if let Some(q) = &q {
        small *= q;
    }
    let problem = Problem { kind: problem.kind, scalars: problem.scalars.clone(), data: vec![small] };
    Some(Reduction { problem, state: vec![f, g], frames: vec![p, q] })
}

/// Some rows kept, and the rest, more than there are columns, made as many: the frame and the rows.
fn fold_rows(x: &DMatrix<f64>, kept: &[usize], rest: &[usize]) -> (DMatrix<f64>, DMatrix<f64>) {
    let (n, k) = x.shape();
    let u = kept.len();
    let (q, r) = x.select_rows(rest).qr().unpack();
    let mut frame = DMatrix::zeros(n, u + k);
    for (at, &row) in kept.iter().enumerate() {
        frame[(row, at)] = 1.0;
    }
    for (at, &row) in rest.iter().enumerate() {
        frame.view_mut((row, u), (1, k)).copy_from(&q.row(at));
    }
    let reduced = DMatrix::from_fn(u + k, k, |i, c| if i < u { x[(kept[i], c)] } else { r[(i - u, c)] });
    (frame, reduced)
}

/// An orthonormal basis of the columns.
fn span(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let (m, n) = matrix.shape();
    let decomposed = matrix.clone().col_piv_qr();
    let r = decomposed.r();
    let pivots: Vec<f64> = (0..m.min(n)).map(|i| r[(i, i)].abs()).collect();
    let floor = m.max(n) as f64 * f64::EPSILON * pivots.iter().fold(0.0, |a: f64, &b| a.max(b));
    let rank = pivots.iter().take_while(|&&x| x > floor).count();
    decomposed.q().columns(0, rank).into_owned()
}

/// An orthonormal basis of a space and of the columns of a state, and the state in it; nothing changed where that is no fewer rows.
fn base(space: &DMatrix<f64>, array: &DMatrix<f64>) -> (Option<DMatrix<f64>>, DMatrix<f64>) {
    let (height, k) = array.shape();
    let r = space.ncols();
    if r + k >= height {
        return (None, array.clone());
    }
    let mut both = DMatrix::zeros(height, r + k);
    both.columns_mut(0, r).copy_from(space);
    both.columns_mut(r, k).copy_from(array);
    let q = both.qr().q();
    let reduced = q.tr_mul(array);
    (Some(q), reduced)
}

/// The built-in kernel after a reduction, where there is one.
#[derive(Clone, Copy, Debug)]
pub struct Reduced(pub BuiltIn);

impl Kernel for Reduced {
    fn name(&self) -> &str {
        "reduced"
    }

    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        shapes::check(self, problem, state)?;
        let Some(reduction) = Reduction::of(problem, state)? else {
            return self.0.run(problem, state, at, steps);
        };
        let mut reduced = reduction.state.clone();
        self.0.run(&reduction.problem, &mut reduced, at, steps)?;
        *state = reduction.expand(&reduced);
        Ok(())
    }

    fn splits_exactly(&self) -> bool {
        false
    }
}
