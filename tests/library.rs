//! The shipped library as a whole: the index is complete. (Its errata are compared beside the command that writes them, `src/cli/errata.rs`.)

use std::process::{Command, Output};

fn theoremcheck(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_theoremcheck"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs")
}

#[test]
fn every_row_of_the_index_has_its_claim_or_a_reason_and_every_claim_its_row() {
    let output = theoremcheck(&["list", "--index"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_about_values_is_left_out_only_where_the_paper_has_no_definite_statement() {
    let index = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/claims/index.tsv")).expect("an index");
    let rows = index.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let later: Vec<&str> = rows
        .filter(|row| matches!(row[..], [_, _, _, "pointwise" | "identity", reason] if reason.starts_with("not yet")))
        .map(|row| row[0])
        .collect();
    assert_eq!(later, [""; 0]);
}
