//! Words that the program wrote, as HTML: sentences of reports that are made for a terminal too, where numbers have hyphens for minus signs,
//! comparisons are ASCII, names stand between backticks and an indented line continues the one above it.

use super::data::Claim;
use super::page::escaped;
use crate::report::number::near_one;
use std::collections::BTreeSet;

/// The names that a claim gives to its parts, as far as a report has them: no sentence may write them otherwise than the claim does.
pub fn names(claim: &Claim) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = claim.predicates.iter().map(|predicate| predicate.name.as_str()).collect();
    names.extend(claim.rejections.iter().map(|rejection| rejection.name.as_str()));
    names.extend(claim.refuted().flat_map(|(_, refutation)| refutation.values.keys().map(String::as_str)));
    if let Some(constant) = &claim.constant {
        names.insert(&constant.name);
        names.extend(constant.at.keys().map(String::as_str));
        names.extend(constant.curves.iter().map(|curve| curve.given.as_str()));
    }
    if let Some(chance) = &claim.probability {
        names.extend(chance.settings.iter().flat_map(|setting| setting.givens.keys().map(String::as_str)));
    }
    if let Some(experiment) = &claim.experiment {
        names.extend(experiment.numbers.iter().map(|number| number.name.as_str()));
        names.extend(experiment.sweep.iter().map(|swept| swept.name.as_str()));
    }
    names
}

/// What follows a name that a sentence begins with. Names may be words, too: `a case asks for c`, where `a` is a given.
const AFTER_A_NAME: [&str; 6] = [" fails", " >=", " <=", " =", ":", "["];

/// A sentence begins with a capital, unless with a name.
pub fn sentence(text: &str, names: &BTreeSet<&str>) -> String {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (first, rest) = text.split_at(text.find(|c| !part_of_name(c)).unwrap_or(text.len()));
    let is_name = names.contains(first) && AFTER_A_NAME.iter().any(|after| rest.starts_with(after));
    if is_name { inline(text) } else { inline(&capital(text)) }
}

pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// In a line: what stands between backticks as code, as it is; signs in the rest as they are written.
pub fn inline(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // One that is not closed is a backtick.
    let closed = parts.len() % 2 == 1;
    let one = |(i, part): (usize, &&str)| match (i % 2, closed || i + 1 < parts.len()) {
        (1, true) => format!("<code>{}</code>", escaped(part)),
        (1, false) => format!("`{}", signs(part)),
        _ => signs(part),
    };
    parts.iter().enumerate().map(one).collect()
}

/// Text, with comparisons and minus signs as they are written.
fn signs(text: &str) -> String {
    escaped(&minus(&text.replace(">=", "≥").replace("<=", "≤")))
}

/// Hyphens that are minus signs: before a number that nothing is joined to, in an exponent, and between blanks.
pub fn minus(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: Option<usize>| i.and_then(|i| chars.get(i)).copied();
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_minus = |i: usize| {
        let (before, after) = (at(i.checked_sub(1)), at(Some(i + 1)));
        let begins = before.is_none_or(|c| !c.is_alphanumeric() && !"-_/)".contains(c));
        let exponent = before == Some('e') && is_digit(at(i.checked_sub(2)));
        let number = is_digit(after) || chars.get(i + 1..i + 4) == Some(&['i', 'n', 'f']);
        let between = before == Some(' ') && after == Some(' ');
        number && (begins || exponent) || between
    };
    chars.iter().enumerate().map(|(i, c)| if *c == '-' && is_minus(i) { '−' } else { *c }).collect()
}

/// Lines as a list: those that are indented more belong to the one above them.
pub fn list(lines: &[String], names: &BTreeSet<&str>) -> String {
    let mut out = String::new();
    let mut open: Vec<usize> = Vec::new();
    for line in lines {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        while open.len() > 1 && open.last().is_some_and(|last| indent < *last) {
            open.pop();
            out += "</li></ul>";
        }
        match open.last() {
            Some(last) if indent > *last => {
                open.push(indent);
                out += "<ul>";
            }
            Some(_) => out += "</li>",
            None => {
                open.push(indent);
                out += "<ul class=\"says\">";
            }
        }
        out += "<li>";
        out += &if open.len() == 1 { sentence(text, names) } else { inline(text) };
    }
    out += &"</li></ul>".repeat(open.len());
    out
}

/// Both ends of an interval of a probability: near 1 by what they lack of it, rounded outwards.
pub fn interval(lo: f64, hi: f64) -> String {
    let end = |p: f64, lower| minus(&near_one(1.0 - p, lower));
    let near = |p: f64| p > 0.999;
    let plain = |p: f64| super::evidence::number(crate::report::number::JsonNumber(p));
    let lo = if near(lo) { end(lo, true) } else { plain(lo) };
    let hi = if near(hi) { end(hi, false) } else { plain(hi) };
    format!("[{lo}, {hi}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_and_any_other_sentence_begins_with_a_capital() {
        let names = BTreeSet::from(["c_7", "at_most", "c", "a"]);
        assert_eq!(sentence("c_7 >= 5.02; drifts", &names), "c_7 ≥ 5.02; drifts");
        assert_eq!(sentence("at_most fails", &names), "at_most fails");
        assert_eq!(sentence("closest 0.5", &names), "Closest 0.5");
        assert_eq!(sentence("a case asks for c <= 1", &names), "A case asks for c ≤ 1");
        assert_eq!(sentence("a fails, margin -1", &names), "a fails, margin −1");
        assert_eq!(sentence("at 99 % within", &names), "At 99 % within");
        assert_eq!(sentence("`c` is not there", &names), "<code>c</code> is not there");
        assert_eq!(sentence("", &names), "");
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_markup_is_text() {
        assert_eq!(inline("what `a<b` must meet, -1"), "what <code>a&lt;b</code> must meet, −1");
        assert_eq!(inline("it's <b> ` alone"), "it&#39;s &lt;b&gt; ` alone");
        assert_eq!(inline("`x-1` and `y"), "<code>x-1</code> and `y");
    }

    #[test]
    fn a_hyphen_before_a_number_is_a_minus_sign_and_one_in_a_word_is_not() {
        for (text, wanted) in [
            ("margin -1.5e-7", "margin −1.5e−7"),
            ("[-1, ≈-2], s^(-1), L^-1, -inf", "[−1, ≈−2], s^(−1), L^−1, −inf"),
            ("1 - 0.0004", "1 − 0.0004"),
            ("tiny-integers, lemma-3.2, 1-2, --seed 1, eq-d.7", "tiny-integers, lemma-3.2, 1-2, --seed 1, eq-d.7"),
        ] {
            assert_eq!(minus(text), wanted);
        }
    }

    #[test]
    fn an_indented_line_stays_with_the_one_above_it() {
        let lines = ["C >= 1", "  over d: 1 → 1", "    level as d grows", "  over R: 1 → 1", "attained"];
        let html = list(&lines.map(str::to_owned), &BTreeSet::from(["C"]));
        let wanted = "<ul class=\"says\"><li>C ≥ 1<ul><li>over d: 1 → 1<ul><li>level as d grows</li></ul></li>\
                      <li>over R: 1 → 1</li></ul></li><li>Attained</li></ul>";
        assert_eq!(html, wanted);
        assert_eq!(list(&[], &BTreeSet::new()), "");
        assert_eq!(list(&["  x".to_owned()], &BTreeSet::new()), "<ul class=\"says\"><li>X</li></ul>");
    }

    #[test]
    fn an_interval_near_1_says_by_how_much_it_is_not_1() {
        assert_eq!(interval(1.0 - 0.0004151, 1.0), "[1 − 0.000416, 1]");
        assert_eq!(interval(0.25, 0.5), "[0.25, 0.5]");
        assert_eq!(interval(0.0, 1e-9), "[0, 1e−9]");
    }
}
