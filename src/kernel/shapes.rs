//! Whether the arrays of a problem and a state are those of their kind: as many, and of shapes that fit each other.

use super::{Array, Kernel, KernelError, Kind, Problem, State};
use nalgebra::DMatrix;

/// The letters of a kind's shapes and what they stand for, in the order of their appearance.
pub type Dimensions = Vec<(&'static str, usize)>;

/// Reads the dimensions off the arrays.
///
/// # Errors
/// If there are too few or too many arrays or scalars, or their shapes contradict each other.
pub fn dimensions(problem: &Problem, state: &State) -> Result<Dimensions, KernelError> {
    let kind = problem.kind;
    counted("state arrays", kind, kind.state().len(), state.len())?;
    counted("data arrays", kind, kind.data().len(), problem.data.len())?;
    counted("scalars", kind, kind.scalars().len(), problem.scalars.len())?;
    let mut found = Dimensions::new();
    let arrays = || kind.state().iter().zip(state).chain(kind.data().iter().zip(&problem.data));
    // Single letters first: they say what the products are.
    for (array, value) in arrays() {
        for (text, size) in sides(array, value) {
            if !text.contains('*') && !found.iter().any(|(letter, _)| *letter == text) {
                found.push((text, size));
            }
        }
    }
    for (array, value) in arrays() {
        for (text, size) in sides(array, value) {
            let wanted: Option<usize> = text.split('*').map(|letter| size_of(&found, letter)).product();
            if wanted != Some(size) {
                let wanted = wanted.map_or_else(|| text.to_owned(), |wanted| format!("{text} = {wanted}"));
                return Err(KernelError::Unsupported(format!(
                    "the {} array `{}` is {}×{}, where {wanted} is expected for {text}",
                    kind.name(),
                    array.name,
                    value.nrows(),
                    value.ncols()
                )));
            }
        }
    }
    Ok(found)
}

/// What a letter stands for.
#[must_use]
pub fn size_of(dimensions: &Dimensions, letter: &str) -> Option<usize> {
    dimensions.iter().find(|(name, _)| *name == letter).map(|(_, size)| *size)
}

/// What a kernel asks before it starts: is the problem of its kind, and do the shapes fit?
///
/// # Errors
/// If not.
pub fn check(kernel: &dyn Kernel, problem: &Problem, state: &State) -> Result<Dimensions, KernelError> {
    if problem.kind != kernel.kind() {
        let (found, wanted) = (problem.kind.name(), kernel.kind().name());
        return Err(KernelError::Unsupported(format!("it is of the kind {found}, where {wanted} is expected")));
    }
    dimensions(problem, state)
}

fn sides(array: &Array, value: &DMatrix<f64>) -> [(&'static str, usize); 2] {
    [(array.rows, value.nrows()), (array.cols, value.ncols())]
}

fn counted(what: &str, kind: Kind, wanted: usize, found: usize) -> Result<(), KernelError> {
    if wanted == found {
        return Ok(());
    }
    Err(KernelError::Unsupported(format!("{} has {wanted} {what}, found {found}", kind.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(a: (usize, usize), x: (usize, usize)) -> Problem {
        let data = vec![DMatrix::zeros(a.0, a.1), DMatrix::zeros(x.0, x.1)];
        Problem { kind: Kind::AsymmetricSensingGd, scalars: vec![0.1], data }
    }

    #[test]
    fn letters_stand_for_what_the_arrays_have() {
        let state = vec![DMatrix::zeros(3, 4), DMatrix::zeros(2, 4)];
        let found = dimensions(&problem((5, 6), (3, 2)), &state).unwrap();
        assert_eq!(found, [("m", 3), ("k", 4), ("n", 2), ("q", 5)]);
    }

    #[test]
    fn a_shape_that_does_not_fit_is_named() {
        let state = vec![DMatrix::zeros(3, 4), DMatrix::zeros(2, 4)];
        let error = dimensions(&problem((5, 7), (3, 2)), &state).unwrap_err().to_string();
        assert!(error.contains("array `A` is 5×7, where m*n = 6 is expected"), "{error}");
        let error = dimensions(&problem((5, 6), (3, 2)), &state[..1].to_vec()).unwrap_err().to_string();
        assert!(error.contains("has 2 state arrays, found 1"), "{error}");
    }
}
