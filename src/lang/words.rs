//! The words of the language: which are reserved, which name functions, which name samplers.
//!
//! Only spelling is known here. What a function takes and means is the elaborator's business, how a sampler is written is
//! `parse_given`'s. A function's name may also name a value (`sigma` beside `sigma(1, X)`): the parenthesis tells.

/// The longest name that is accepted, in bytes.
pub const MAX_NAME: usize = 64;

/// Words that no given, `let` or index may be called, beside the [`SAMPLERS`]. `t` (the step or the time) and `prev` are the language's own but are
/// written like a name and a call.
pub const RESERVED: &[&str] = &[
    "D", "I", "all", "and", "any", "else", "false", "if", "in", "mat", "max", "min", "not", "or", "pi", "prev", "prod",
    "sum", "t", "then", "true", "vec",
];

/// What may open a given that is not a plain expression. Samplers stand alone in a given, so an expression with one is a mistake
/// worth naming: these words are reserved too.
pub const SAMPLERS: &[&str] = &[
    "below",
    "choice",
    "commuting",
    "gaussian",
    "haar",
    "int",
    "matrix",
    "near",
    "normal",
    "operator",
    "orthogonal",
    "permutation",
    "real",
    "skew",
    "spectrum",
    "sphere",
    "stiefel",
    "symmetric",
    "vector",
];

/// Functions that are written as a plain call, `min` and `max` of several numbers and `prev` among them.
pub const FUNCTIONS: &[&str] = &[
    "abs",
    "acos",
    "asin",
    "atan",
    "ceil",
    "cos",
    "cols",
    "det",
    "diag",
    "diagonal",
    "eigvals",
    "exp",
    "expm",
    "flatten",
    "floor",
    "hadamard",
    "hcat",
    "inner",
    "inv",
    "kron",
    "lambda",
    "lambda_max",
    "lambda_min",
    "log",
    "logm",
    "max",
    "min",
    "norm",
    "norm_F",
    "norm_nuc",
    "ones",
    "prev",
    "proj",
    "rows",
    "sigma",
    "sigma_max",
    "sigma_min",
    "sin",
    "sqrt",
    "sqrtm",
    "svals",
    "sym",
    "tan",
    "tr",
    "unflatten",
    "unit",
    "vcat",
    "zeros",
];

pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || is_sampler(word)
}

pub fn is_sampler(word: &str) -> bool {
    SAMPLERS.contains(&word)
}

/// Whether a given, a `let` or an index may be called this: an ASCII letter, then letters, digits and `_`, not reserved.
pub fn is_identifier(name: &str) -> bool {
    is_word(name) && !is_reserved(name)
}

/// The spelling of a name, reserved or not.
fn is_word(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ascii_words_that_the_language_does_not_use() {
        for good in ["x", "S1", "sigma_d", "sigma", "norm", "tt", "Sigma"] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in ["", "_x", "1x", "x'", "σ", "a-b", "I", "t", "in", "symmetric", &"x".repeat(65)] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }

    #[test]
    fn every_sampler_is_reserved() {
        assert!(SAMPLERS.iter().all(|word| is_reserved(word)));
    }
}
