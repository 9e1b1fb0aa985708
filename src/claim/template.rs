//! A first claim file to start from: complete, commented, and true as it is.

use super::document::quoted;
use super::model::ClaimId;

/// The text of a new claim file. It states that adding a positive definite matrix raises the least eigenvalue, strictly and
/// with room, so that a first run shows a claim that holds.
pub fn new_claim(id: &ClaimId, title: &str) -> String {
    let title = match title.trim() {
        "" => "Adding a positive definite matrix raises the least eigenvalue",
        title => title,
    };
    let up = if id.paper().is_empty() { "" } else { "../" };
    format!(
        r#"#:schema {up}claim.schema.json
title = {title}
at    = "Lemma 1"                              # where the statement stands in the paper
tex   = '''\lambda_{{\min}}(A + B) > \lambda_{{\min}}(A) \quad \text{{for }} B \succ 0'''

[given]                                        # what the statement quantifies over, and where to look
d = "int in 1..=4"
A = "symmetric(d, [-8, 8])"                    # symmetric, spectrum in the interval
B = "symmetric(d, [1/8, 8])"

[let]                                          # abbreviations
before = "lambda_min(A)"
after  = "lambda_min(A + B)"

# [assume]                                     # hypotheses that no sampler builds in; cases that miss them are counted
# small = "norm(A) < 4"

[claim]                                        # what is claimed; every line has a verdict
raised = "after > before"

# [margin]
# unit = "norm(B)"                             # report margins in this unit
"#,
        title = quoted(title),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::load::load;
    use std::path::Path;

    #[test]
    fn a_new_claim_loads_whatever_its_title() {
        for title in
            ["", "  ", "plain", "with \"quotes\" and \\ and '''", "two\nlines\r\n", "σ ≤ 1 \u{7f}\u{1b}\t", "\"\"\""]
        {
            for id in ["paper/lemma-1", "lemma-1"] {
                let id = ClaimId(id.to_owned());
                let text = new_claim(&id, title);
                let claim = load(&text, Path::new("c.toml"), id, &|_| None).unwrap_or_else(|e| panic!("{e}\n{text}"));
                assert!(title.trim().is_empty() || claim.title == title.trim(), "{title:?} became {:?}", claim.title);
                assert_eq!(claim.predicates().collect::<Vec<_>>(), ["raised"]);
            }
        }
    }

    #[test]
    fn a_new_claim_names_the_schema_where_it_lies() {
        assert!(new_claim(&ClaimId("p/c".into()), "").starts_with("#:schema ../claim.schema.json\n"));
        assert!(new_claim(&ClaimId("c".into()), "").starts_with("#:schema claim.schema.json\n"));
    }
}
