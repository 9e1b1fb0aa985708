//! Descent where every dimension is large: three products of matrices a step, by the library that `nalgebra` uses for them.
//!
//! The products are those of the crate `matrixmultiply`, which is in the build anyway; it blocks by the size of the registers that it
//! finds, so results agree between processors to rounding only. This is the one built-in kernel that is not the same to the bit
//! everywhere. On one machine it is a function: one thread, the same bits every time.

use nalgebra::{DMatrix, DMatrixView, Dyn};

/// The size from which on all of m, n and k count as large. A judgement: below, the rows of [`super::residual`] are within the noise
/// of these products.
pub const FROM: usize = 64;

/// Whether these kernels are for such a problem.
#[must_use]
pub const fn takes(m: usize, n: usize, k: usize) -> bool {
    m >= FROM && n >= FROM && k >= FROM
}

fn transposed(matrix: &DMatrix<f64>) -> DMatrixView<'_, f64, Dyn, Dyn> {
    let (m, n) = matrix.shape();
    DMatrixView::from_slice_with_strides(matrix.as_slice(), n, m, m, 1)
}

/// `F + eta*(X - F*G')*G`, `G + eta*(X - F*G')'*F`.
pub fn asymmetric(x: &DMatrix<f64>, eta: f64, f: &mut DMatrix<f64>, g: &mut DMatrix<f64>, steps: u64) {
    let (mut e, mut new_f, mut new_g) = (x.clone(), f.clone(), g.clone());
    for _ in 0..steps {
        e.copy_from(x);
        e.gemm(-1.0, f, &transposed(g), 1.0);
        new_f.copy_from(f);
        new_f.gemm(eta, &e, g, 1.0);
        new_g.copy_from(g);
        new_g.gemm(eta, &transposed(&e), f, 1.0);
        std::mem::swap(f, &mut new_f);
        std::mem::swap(g, &mut new_g);
    }
}

/// `X + eta*Sigma*X - eta*X*(X'*X)`.
pub fn symmetric(sigma: &DMatrix<f64>, eta: f64, x: &mut DMatrix<f64>, steps: u64) {
    let k = x.ncols();
    let (mut gram, mut new) = (DMatrix::zeros(k, k), x.clone());
    for _ in 0..steps {
        gram.gemm(1.0, &transposed(x), x, 0.0);
        new.copy_from(x);
        new.gemm(eta, sigma, x, 1.0);
        new.gemm(-eta, x, &gram, 1.0);
        std::mem::swap(x, &mut new);
    }
}
