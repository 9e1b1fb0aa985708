//! The number of columns as a constant, where there is a compiled program for it.
//!
//! Each number costs the compilation of every program on every back end, so that six and seven are made eight: a column of zeros stays
//! one, and adds nothing to any other.

use super::State;

/// Columns up to which there is a program, once they are [`padded`].
pub const MOST: usize = 8;

/// So many columns have a program for eight sensing problems at once, too: what they share is read once for all of them.
pub const WIDE: usize = 10;

/// Runs a program on states of so many columns that there is one for them.
pub fn padded<T>(states: &mut [State], run: impl FnOnce(&mut [State]) -> T) -> T {
    let columns = states.iter().flatten().next().map_or(0, |array| array.ncols());
    if !(6..MOST).contains(&columns) {
        return run(states);
    }
    resize(states, MOST);
    let out = run(states);
    resize(states, columns);
    out
}

fn resize(states: &mut [State], columns: usize) {
    for array in states.iter_mut().flatten() {
        *array = std::mem::take(array).resize_horizontally(columns, 0.0);
    }
}

/// Evaluates an expression with a constant in place of a number of columns that is 8 or from 1 to 5, or another one.
macro_rules! with_columns {
    ($k:expr, $K:ident => $body:expr, _ => $other:expr) => {
        match $k {
            1 => {
                const $K: usize = 1;
                $body
            }
            2 => {
                const $K: usize = 2;
                $body
            }
            3 => {
                const $K: usize = 3;
                $body
            }
            4 => {
                const $K: usize = 4;
                $body
            }
            5 => {
                const $K: usize = 5;
                $body
            }
            8 => {
                const $K: usize = 8;
                $body
            }
            _ => $other,
        }
    };
}
pub(super) use with_columns;
