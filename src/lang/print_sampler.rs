//! A given as claim-language text: the canonical spelling, which parses back to the same sampler.
//!
//! `print_given` writes samplers as mathematics and leaves out how values are drawn; this one leaves out nothing.

use super::ast::{Expr, Given, Interval, Law, Sampler, Spectrum};
use super::print_source::source;

/// The text of a given: `real in (0, beta/(8*sigma1)]`.
pub fn given_source(given: &Given) -> String {
    match &given.kind {
        Sampler::Int { lo, hi } => format!("int in {}..={}", source(lo), source(hi)),
        Sampler::Real(interval) => format!("real in {}", self::interval(interval)),
        Sampler::Normal { mean: Some(mean), sd: Some(sd) } => call("normal", &[mean, sd]),
        Sampler::Normal { .. } => "normal".into(),
        Sampler::Choice(items) => call("choice", &items.iter().collect::<Vec<_>>()),
        Sampler::Gaussian { rows, cols, sd: None } => call("gaussian", &[rows, cols]),
        Sampler::Gaussian { rows, cols, sd: Some(sd) } => call("gaussian", &[rows, cols, sd]),
        Sampler::Vector { len, law } => format!("vector({}, {})", source(len), self::law(law)),
        Sampler::Spectrum { len, law } => format!("spectrum({}, {})", source(len), self::law(law)),
        Sampler::Symmetric { size, eigenvalues: Spectrum::In(law) } => {
            format!("symmetric({}, {})", source(size), self::law(law))
        }
        Sampler::Symmetric { size, eigenvalues: Spectrum::Values(v) } => call("symmetric", &[size, v]),
        Sampler::Matrix { rows, cols, singular, rank } => {
            let singular = match singular {
                Spectrum::In(law) => format!("sv in {}", self::law(law)),
                Spectrum::Values(v) => format!("sv = {}", source(v)),
            };
            let rank = rank.as_ref().map(|rank| format!(", rank {}", source(rank))).unwrap_or_default();
            format!("matrix({}, {}, {singular}{rank})", source(rows), source(cols))
        }
        Sampler::Sphere(n) => call("sphere", &[n]),
        Sampler::Orthogonal(n) => call("orthogonal", &[n]),
        Sampler::Stiefel { rows, cols } => call("stiefel", &[rows, cols]),
        Sampler::Skew(n) => call("skew", &[n]),
        Sampler::Permutation(n) => call("permutation", &[n]),
        Sampler::Haar(n) => call("haar", &[n]),
        Sampler::Near { center, radius } => call("near", &[center, radius]),
        Sampler::Commuting(s) => call("commuting", &[s]),
        Sampler::Below(s) => call("below", &[s]),
        Sampler::Operator { rows, cols, delta } => call("operator", &[rows, cols, delta]),
        Sampler::Value(e) => source(e),
    }
}

fn call(sampler: &str, arguments: &[&Expr]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|e| source(e)).collect();
    format!("{sampler}({})", arguments.join(", "))
}

fn interval(i: &Interval) -> String {
    let (open, close) = (if i.lo_open { "(" } else { "[" }, if i.hi_open { ")" } else { "]" });
    format!("{open}{}, {}{close}{}", source(&i.lo), source(&i.hi), if i.log { " log" } else { "" })
}

fn law(law: &Law) -> String {
    let index = law.index.as_ref().map(|(index, _)| format!("{index}: ")).unwrap_or_default();
    index + &interval(&law.interval)
}

#[cfg(test)]
mod tests {
    use super::given_source;
    use crate::lang::parse::parse_given;

    #[test]
    fn the_canonical_text_of_a_given_is_parsed_back_to_it() {
        for text in [
            "int in 1..=2*n + 1",
            "real in (0, beta/(8*sigma1)]",
            "real in [1/8, 8) log",
            "normal",
            "normal(mu, 2*s)",
            "choice(1, a, b, c)",
            "gaussian(m, n)",
            "gaussian(m, n, 1/k)",
            "vector(n, i: [0, sig[i]])",
            "spectrum(n, [a, b] log)",
            "symmetric(n + 1, (0, 2*s])",
            "symmetric(n, v)",
            "matrix(m, n, sv in [0, 1], rank r)",
            "matrix(m, n, sv = v)",
            "sphere(n)",
            "orthogonal(n)",
            "stiefel(n, k)",
            "skew(n)",
            "permutation(n)",
            "haar(n)",
            "near(A - C, 1e-3)",
            "commuting(S)",
            "below(2*S)",
            "operator(m, n, delta)",
            "(a + b)/2",
        ] {
            let given = parse_given(text).unwrap();
            assert_eq!(given_source(&given), text);
            // However it was laid out.
            let spread = text.replace('(', "( ").replace(',', "  ,");
            assert_eq!(given_source(&parse_given(&spread).unwrap()), text);
        }
    }
}
