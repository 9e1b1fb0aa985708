//! The functions of the language.

use super::evaluate::{Indices, Scope, Value};
use super::jets::Jet;
use super::matrix::Matrix;
use super::rational::Rational;
use super::spectra;
use super::values::{Interval, Maybe, Stop, beyond};
use theoremcheck::lang::ast::Expr;

/// One of a list of numbers by its number, from 1.
fn item(numbers: &[Interval], i: i64) -> Maybe<Value> {
    let found = usize::try_from(i - 1).ok().and_then(|i| numbers.get(i));
    found.cloned().map(|x| Value::Number(x.into())).ok_or(Stop::Undefined)
}

fn column(numbers: Vec<Interval>) -> Value {
    Value::Matrix(Matrix { rows: numbers.len(), cols: 1, entries: numbers.into_iter().map(Jet::from).collect() })
}

/// Spectral; Euclidean of a row or a column, which has derivatives.
pub fn norm(m: &Matrix) -> Maybe<Jet> {
    if m.rows == 1 || m.cols == 1 {
        return m.square()?.sqrt();
    }
    if m.entries.is_empty() {
        return Ok(0.into());
    }
    Ok(spectra::eigenvalue(&m.gram()?, 1)?.max(&0.into()).sqrt()?.into())
}

pub fn call(scope: &Scope, function: &str, arguments: &[Expr], at: Option<&Indices>) -> Maybe<Value> {
    let value = |i: usize| scope.value(&arguments[i], at);
    let number = |i: usize| scope.number(&arguments[i], at);
    let matrix = |i: usize| scope.matrix(&arguments[i], at);
    let size = |i: usize| scope.size(&arguments[i], at);
    let integer = |i: usize| scope.integer(&arguments[i], at);
    let all = |f: fn(&Jet, &Jet) -> Maybe<Jet>| {
        let rest = (1..arguments.len()).map(number);
        rest.into_iter().try_fold(number(0)?, |x, y| f(&x, &y?))
    };
    let plain = |f: fn(&Interval) -> Maybe<Interval>| match number(0)?.plain() {
        Some(x) => Ok(Value::Number(f(x)?.into())),
        None => beyond(format!("the derivative of {function}")),
    };
    let real = |x: Maybe<Jet>| x.map(Value::Number);
    Ok(match function {
        "abs" => Value::Number(number(0)?.abs()?),
        "sqrt" => Value::Number(number(0)?.sqrt()?),
        "exp" => Value::Number(number(0)?.exp()?),
        "log" => Value::Number(number(0)?.log()?),
        "sin" => Value::Number(number(0)?.sin()?),
        "cos" => Value::Number(number(0)?.cos()?),
        "tan" => Value::Number(&number(0)?.sin()? * &number(0)?.cos()?.recip()?),
        "asin" => Value::Number(number(0)?.asin()?),
        "acos" => {
            let right = Jet::from(&Interval::pi() * &Rational::two(-1).into());
            Value::Number(&right - &number(0)?.asin()?)
        }
        "atan" => Value::Number(number(0)?.atan()?),
        "floor" => return plain(|x| x.floor()),
        "ceil" => return plain(|x| Ok(-&(-x).floor()?)),
        "min" => return real(all(|x, y| x.min(y))),
        "max" => return real(all(|x, y| Ok(-&(-x).min(&-y)?))),
        "tr" => Value::Number(matrix(0)?.trace()),
        "det" => Value::Number(matrix(0)?.determinant()?),
        "inv" => match value(0)? {
            Value::Identity(x) => Value::Identity(x.recip()?),
            other => Value::Matrix(other.matrix()?.inverse()?),
        },
        "norm" => Value::Number(norm(&matrix(0)?)?),
        "norm_F" => Value::Number(matrix(0)?.square()?.sqrt()?),
        "norm_nuc" => {
            let values = spectra::singular_values(&matrix(0)?)?;
            Value::Number(values.iter().fold(Interval::from(0), |sum, x| &sum + x).into())
        }
        "inner" => Value::Number(matrix(0)?.transposed().times(&matrix(1)?)?.trace()),
        "hadamard" => Value::Matrix(matrix(0)?.zip(&matrix(1)?, |x, y| x * y)?),
        "lambda" => {
            let (i, m) = (integer(0)?, matrix(1)?);
            match usize::try_from(i).ok().filter(|i| (1..=m.rows).contains(i) && m.intervals().is_err()) {
                Some(i) => Value::Number(spectra::moving_eigenvalue(&m, i)?),
                None => return item(&spectra::eigenvalues(&m)?, i),
            }
        }
        "lambda_min" | "lambda_max" => {
            let m = matrix(0)?;
            if m.rows == 0 {
                return Err(Stop::Undefined);
            }
            Value::Number(match (m.rows, function) {
                (1, _) => m.entries[0].clone(),
                (n, "lambda_min") => spectra::moving_eigenvalue(&m, n)?,
                _ => spectra::moving_eigenvalue(&m, 1)?,
            })
        }
        "sigma" => {
            let (i, values) = (integer(0)?, spectra::singular_values(&matrix(1)?)?);
            return if i > values.len() as i64 { Ok(Value::integer(0)) } else { item(&values, i) };
        }
        "sigma_min" => {
            let values = spectra::singular_values(&matrix(0)?)?;
            return item(&values, values.len() as i64);
        }
        "sigma_max" => return item(&spectra::singular_values(&matrix(0)?)?, 1),
        "sqrtm" => Value::Matrix(spectra::square_root(&matrix(0)?)?),
        "diag" => {
            let v = matrix(0)?;
            let n = v.entries.len();
            Value::Matrix(Matrix::from_fn(n, n, |i, j| if i == j { v.entries[i].clone() } else { 0.into() }))
        }
        "diagonal" => {
            let m = matrix(0)?;
            Value::Matrix(Matrix::from_fn(m.rows, 1, |i, _| m.at(i, i).clone()))
        }
        "flatten" => {
            let m = matrix(0)?.transposed();
            Value::Matrix(Matrix { rows: m.entries.len(), cols: 1, ..m })
        }
        "unflatten" => {
            let (v, rows, cols) = (matrix(0)?, size(1)?, size(2)?);
            Value::Matrix(Matrix::from_fn(rows, cols, |i, j| v.entries[i + j * rows].clone()))
        }
        "hcat" | "vcat" => {
            let down = function == "vcat";
            let blocks = (0..arguments.len()).map(value).collect::<Maybe<Vec<_>>>()?;
            // Upright: a matrix below another is one beside the transposed other.
            let turned = |m: Matrix| if down { m.transposed() } else { m };
            let side =
                blocks.iter().find_map(|b| if let Value::Matrix(m) = b { Some(turned(m.clone()).rows) } else { None });
            let mut columns: Vec<Matrix> = Vec::new();
            for block in blocks {
                let block = match block {
                    Value::Identity(x) => Matrix::scalar(side.ok_or(Stop::Beyond("blocks of I alone".into()))?, &x),
                    other => turned(other.matrix()?),
                };
                columns.push(block);
            }
            let rows = columns[0].rows;
            if columns.iter().any(|block| block.rows != rows) {
                return beyond("blocks that do not fit");
            }
            let row =
                |i: usize| columns.iter().flat_map(move |block| (0..block.cols).map(move |j| block.at(i, j).clone()));
            let cols = columns.iter().map(|block| block.cols).sum();
            Value::Matrix(turned(Matrix { rows, cols, entries: (0..rows).flat_map(row).collect() }))
        }
        "zeros" => Value::Matrix(Matrix::from_fn(size(0)?, size(1)?, |_, _| 0.into())),
        "ones" => Value::Matrix(Matrix::from_fn(size(0)?, size(1)?, |_, _| 1.into())),
        "identity" => Value::Matrix(Matrix::scalar(size(0)?, &1.into())),
        "unit" => {
            let (n, i) = (size(0)?, integer(1)?);
            if i < 1 || i > n as i64 {
                return Err(Stop::Undefined);
            }
            Value::Matrix(Matrix::from_fn(n, 1, |k, _| i64::from(k as i64 + 1 == i).into()))
        }
        "kron" => {
            let (a, b) = (matrix(0)?, matrix(1)?);
            let entry = |i: usize, j: usize| a.at(i / b.rows, j / b.cols) * b.at(i % b.rows, j % b.cols);
            Value::Matrix(Matrix::from_fn(a.rows * b.rows, a.cols * b.cols, entry))
        }
        "sym" => {
            let m = matrix(0)?;
            let half = Interval::from(Rational::two(-1)).into();
            Value::Matrix(m.plus(&m.transposed())?.scaled(&half))
        }
        "eigvals" => column(spectra::eigenvalues(&matrix(0)?)?),
        "svals" => column(spectra::singular_values(&matrix(0)?)?),
        "rows" => Value::integer(matrix(0)?.rows as i64),
        "cols" => Value::integer(matrix(0)?.cols as i64),
        "prev" => match &scope.previous {
            Some(before) => return before.value(&arguments[0], at),
            None => return beyond("`prev` at the first step"),
        },
        _ => return beyond(format!("the function {function}")),
    })
}
