//! Environment variables: `THEOREMCHECK_BACKEND` everywhere, `THEOREMCHECK_BUDGET` and `THEOREMCHECK_SEED` under `cargo test`,
//! where there is no command line to say it on. The one place that reads them.

use super::budget::Budget;
use crate::arith::lane::Backend;
use std::env;

pub const BACKEND: &str = "THEOREMCHECK_BACKEND";
pub const BUDGET: &str = "THEOREMCHECK_BUDGET";
pub const SEED: &str = "THEOREMCHECK_SEED";

/// A variable's value; one that is empty is not set.
fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var_os(name) {
        None => Ok(None),
        Some(value) if value.is_empty() => Ok(None),
        Some(value) => value.into_string().map(Some).map_err(|_| format!("{name} is not UTF-8")),
    }
}

/// The back end asked for by `name`, else by the environment, else the fastest there is.
pub fn backend(name: Option<&str>) -> Result<Backend, String> {
    let (name, asked_by) = match name {
        Some(name) => (Some(name.to_owned()), "--backend"),
        None => (variable(BACKEND)?, BACKEND),
    };
    let Some(name) = name else { return Ok(Backend::best()) };
    let available = Backend::available();
    let found = Backend::from_name(&name).filter(|backend| available.contains(backend));
    found.ok_or_else(|| {
        let names: Vec<&str> = available.iter().map(|backend| backend.name()).collect();
        format!("{asked_by}: this processor has no back end `{name}`, only {}", names.join(", "))
    })
}

pub fn budget() -> Result<Option<Budget>, String> {
    let text = variable(BUDGET)?;
    text.map(|text| text.parse().map_err(|error| format!("{BUDGET}: {error}"))).transpose()
}

pub fn seed() -> Result<Option<u64>, String> {
    let text = variable(SEED)?;
    text.map(|text| text.parse().map_err(|_| format!("{SEED} is `{text}`, not a whole number below 2^64"))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_back_end_that_is_not_there_is_refused_with_those_that_are() {
        assert_eq!(backend(Some("scalar")), Ok(Backend::Scalar));
        let error = backend(Some("abacus")).unwrap_err();
        assert!(error.starts_with("--backend: this processor has no back end `abacus`, only "), "{error}");
        assert!(error.ends_with("scalar"), "{error}");
    }
}
