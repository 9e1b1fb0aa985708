//! Did you mean: the known name that is nearest to one that is not known.
//!
//! Damerau–Levenshtein distance, so that a transposition (`sgima`) counts once.

/// The candidate nearest to `name`, if it is near enough to be a slip: one edit for up to four letters, two for up to
/// eight, three beyond, and never so many that nothing of the name is left. Ties go to the first candidate.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // Names are short; a hostile one is not worth a quadratic comparison.
    if length == 0 || length > super::words::MAX_NAME {
        return None;
    }
    let allowed = match length {
        1..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name || candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let same_but_for_case = candidate.eq_ignore_ascii_case(name);
        let distance = if same_but_for_case { 0 } else { strsim::damerau_levenshtein(name, candidate) };
        let near = distance <= allowed && distance < length;
        if near && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name() {
        let names = ["sigma", "Sigma1", "lambda_min", "S", "eta"];
        assert_eq!(nearest("sgima", names), Some("sigma"));
        assert_eq!(nearest("lamda_min", names), Some("lambda_min"));
        assert_eq!(nearest("sigma1", names), Some("Sigma1"));
        assert_eq!(nearest("s", names), Some("S"));
        assert_eq!(nearest("etta", names), Some("eta"));
    }

    #[test]
    fn another_word_finds_nothing() {
        let names = ["sigma", "x", "eta"];
        assert_eq!(nearest("y", names), None);
        assert_eq!(nearest("gradient", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"sigma".repeat(10_000), names), None);
    }

    #[test]
    fn a_tie_goes_to_the_first() {
        assert_eq!(nearest("abd", ["abc", "abe"]), Some("abc"));
        assert_eq!(nearest("abd", ["abe", "abc"]), Some("abe"));
    }
}
