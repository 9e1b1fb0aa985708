//! A name as a mathematician reads it: a letter, Greek if it is spelled so, and subscripts.
//!
//! `sigma1` and `sigma_1` are σ₁, `sigma_d` is σ_d, `S1` is S₁, `x_t1` is x with the subscript t₁; `loss` is a word.

/// The parts of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    pub stem: &'a str,
    /// Each is a word or digits, `t1` being a word with digits behind.
    pub subscripts: Vec<&'a str>,
}

/// Takes a name apart: digits at its end and what follows a `_` are subscripts.
pub fn symbol(name: &str) -> Symbol<'_> {
    let whole = Symbol { stem: name, subscripts: Vec::new() };
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or(name);
    let rest: Vec<&str> = parts.collect();
    if first.is_empty() || rest.iter().any(|part| part.is_empty()) {
        return whole;
    }
    let (stem, digits) = numbered(first);
    let subscripts = (!digits.is_empty()).then_some(digits).into_iter().chain(rest).collect();
    Symbol { stem, subscripts }
}

/// A word and the digits behind it, if it is letters and digits.
pub fn numbered(word: &str) -> (&str, &str) {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphabetic()) {
        word.split_at(stem.len())
    } else {
        (word, "")
    }
}

/// A Greek letter by its name: the letter, and how TeX writes it.
pub fn greek(name: &str) -> Option<(char, &'static str)> {
    Some(match name {
        "alpha" => ('α', "\\alpha"),
        "beta" => ('β', "\\beta"),
        "gamma" => ('γ', "\\gamma"),
        "delta" => ('δ', "\\delta"),
        "eps" => ('ε', "\\varepsilon"),
        "epsilon" => ('ε', "\\epsilon"),
        "zeta" => ('ζ', "\\zeta"),
        "eta" => ('η', "\\eta"),
        "theta" => ('θ', "\\theta"),
        "iota" => ('ι', "\\iota"),
        "kappa" => ('κ', "\\kappa"),
        "lambda" => ('λ', "\\lambda"),
        "mu" => ('μ', "\\mu"),
        "nu" => ('ν', "\\nu"),
        "xi" => ('ξ', "\\xi"),
        "rho" => ('ρ', "\\rho"),
        "sigma" => ('σ', "\\sigma"),
        "tau" => ('τ', "\\tau"),
        "upsilon" => ('υ', "\\upsilon"),
        "phi" => ('φ', "\\varphi"),
        "chi" => ('χ', "\\chi"),
        "psi" => ('ψ', "\\psi"),
        "omega" => ('ω', "\\omega"),
        "Gamma" => ('Γ', "\\Gamma"),
        "Delta" => ('Δ', "\\Delta"),
        "Theta" => ('Θ', "\\Theta"),
        "Lambda" => ('Λ', "\\Lambda"),
        "Xi" => ('Ξ', "\\Xi"),
        "Pi" => ('Π', "\\Pi"),
        "Sigma" => ('Σ', "\\Sigma"),
        "Upsilon" => ('Υ', "\\Upsilon"),
        "Phi" => ('Φ', "\\Phi"),
        "Psi" => ('Ψ', "\\Psi"),
        "Omega" => ('Ω', "\\Omega"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_underscores_make_subscripts() {
        for (name, stem, subscripts) in [
            ("S", "S", &[][..]),
            ("S1", "S", &["1"]),
            ("sigma_d", "sigma", &["d"]),
            ("x0_t1", "x", &["0", "t1"]),
            ("a1b2", "a1b2", &[]),
            ("x_", "x_", &[]),
            ("x__y", "x__y", &[]),
        ] {
            let found = symbol(name);
            assert_eq!((found.stem, found.subscripts.as_slice()), (stem, subscripts), "{name}");
        }
    }
}
