//! The number of columns as a constant, where there is a compiled program for it.

/// Columns up to which there is one.
pub const MOST: usize = 8;

/// Evaluates an expression with a constant in place of a number of columns from 1 to [`MOST`], or another one.
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
            6 => {
                const $K: usize = 6;
                $body
            }
            7 => {
                const $K: usize = 7;
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
