//! `examples/recheck.py` confirms what is a counterexample, and nothing else.
//!
//! `tests/recheck/witnesses.json` has counterexamples to planted claims that were found by hand, so nothing here comes from the
//! search. The negative controls change one value of such a witness.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Exit statuses of the script.
const CONFIRMED: i32 = 0;
const REJECTED: i32 = 1;
const UNUSABLE: i32 = 2;
const OUT_OF_SCOPE: i32 = 3;

/// Set where a Python of at least 3.11 must be there.
const PYTHON: &str = "THEOREMCHECK_PYTHON";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter itself: `python3` may be a program that looks for it, which takes longer than the script. None if there is none of that version.
fn interpreter() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let output =
            Command::new("python3").args(["-c", "import sys, tomllib; print(sys.executable)"]).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        output.status.success().then(|| if path.is_empty() { "python3".into() } else { path.into() })
    });
    found.as_deref()
}

/// Whether the script can be run. Where there is no Python its tests are left out, unless the environment asks for them.
fn python() -> bool {
    let runs = interpreter().is_some();
    assert!(runs || std::env::var_os(PYTHON).is_none(), "examples/recheck.py needs python3, 3.11 or later");
    if !runs {
        println!("not tested: examples/recheck.py needs python3, 3.11 or later");
    }
    runs
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recheck").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A witness file of one entry.
fn witness(claim: &str, predicate: &str, values: Value) -> Value {
    json!({"format": 1, "claim": claim, "refuted": [{"predicate": predicate, "values": values}]})
}

/// What the script says of a witness: its status and its words. `name` is a file of its own.
fn recheck(name: &str, witness: &Value, claim: &Path) -> (i32, String) {
    let path = scratch(name).join("claim.witness.json");
    fs::write(&path, witness.to_string()).unwrap();
    let script = root().join("examples/recheck.py");
    let output = Command::new(interpreter().unwrap()).arg(script).arg(&path).arg(claim).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("a status"), said)
}

fn planted(name: &str) -> PathBuf {
    root().join(format!("tests/planted/{name}.toml"))
}

/// The witnesses, by the claim's name.
fn witnesses() -> BTreeMap<String, Value> {
    let text = fs::read_to_string(root().join("tests/recheck/witnesses.json")).unwrap();
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    all.into_iter().map(|w| (w["claim"].as_str().unwrap().trim_start_matches("planted/").to_owned(), w)).collect()
}

fn changed(witness: &Value, given: &str, value: Value) -> Value {
    let mut witness = witness.clone();
    witness["refuted"][0]["values"][given] = value;
    witness
}

/// A claim of one file with these values.
fn own(name: &str, claim: &str, values: Value) -> (i32, String) {
    let path = scratch(name).join("claim.toml");
    fs::write(&path, format!("title = \"t\"\nat = \"here\"\n{claim}")).unwrap();
    recheck(name, &witness("p/claim", "p", values), &path)
}

#[test]
fn counterexamples_found_by_hand_are_confirmed() {
    if !python() {
        return;
    }
    let witnesses = witnesses();
    assert!(witnesses.len() >= 20);
    for (name, witness) in &witnesses {
        let (status, said) = recheck(&format!("confirmed-{name}"), witness, &planted(name));
        assert_eq!(status, CONFIRMED, "{name}: {said}");
        assert!(said.contains(": violation confirmed: "), "{said}");
    }
}

#[test]
fn a_witness_with_one_value_changed_is_rejected() {
    if !python() {
        return;
    }
    let witnesses = witnesses();
    // The claim, the given, its new value, and what the rejection names.
    let controls = [
        // Meets all hypotheses, and is no counterexample: B and C commute.
        ("false-square-monotone", "C", json!([["1/2", "0"], ["0", "1/2"]]), "at these values"),
        ("false-dropped-transpose", "B", json!([["0", "0"], ["0", "0"]]), "at these values"),
        ("false-integer", "n", json!(300_006), "at these values"),
        ("false-strict-inside", "x", json!("11/33"), "at these values"),
        ("false-else-branch", "y", json!("1002/1000"), "at these values"),
        // Guards and hypotheses that are no longer met.
        ("false-guarded-corner", "z", json!("8/5"), "at these values"),
        ("false-thin-hypothesis", "x", json!("1/5"), "the hypothesis `thin` is false"),
        // Outside of what the sampler stands for.
        ("false-square-monotone", "C", json!([["1/2", "3/5"], ["3/5", "1/2"]]), "`C` is not in"),
        ("false-square-monotone", "C", json!([["1/2", "1/2"], ["1/3", "1/2"]]), "`C` is not in"),
        ("false-kantorovich", "x", json!([["1"], ["1"]]), "`x` is not in"),
        ("false-kantorovich", "S", json!([["5", "0"], ["0", "1"]]), "`S` is not in"),
        ("false-wielandt", "V", json!([["1", "1"], ["0", "0"]]), "`V` is not in"),
        ("false-gd-overshoot", "eta", json!("503/1000"), "`eta` is not in"),
        ("false-gd-factors", "eta", json!("0"), "`eta` is not in"),
        ("false-corner-ten", "v", json!(["2", "0", "1", "0", "1", "0", "1", "0", "1", "0"]), "`v` is not in"),
        ("false-skew-det", "d", json!(5), "`d` is not in"),
        ("false-integer", "n", json!("600015/2"), "`n` is not in"),
        ("false-twisted-trace", "B", json!([["4", "0", "0"], ["0", "4", "0"], ["0", "0", "4"]]), "`B` is not in"),
        (
            "false-twisted-rotation",
            "Q",
            json!([[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]]),
            "`Q` is not in",
        ),
    ];
    for (i, (name, given, value, reason)) in controls.into_iter().enumerate() {
        let witness = changed(&witnesses[name], given, value);
        let (status, said) = recheck(&format!("rejected-{i}"), &witness, &planted(name));
        assert_eq!(status, REJECTED, "{name}, {given}: {said}");
        assert!(said.contains(": rejected: no violation, ") && said.contains(reason), "{name}, {given}: {said}");
    }
}

#[test]
fn values_that_are_not_those_of_the_claim_are_never_confirmed() {
    if !python() {
        return;
    }
    let singular = "[given]\nv = \"vector(1, [-1, 1])\"\nX = \"matrix(1, 1, sv = v)\"\n[claim]\np = \"X <= 1/2\"\n";
    assert_eq!(own("negative-sv", singular, json!({"v": "-1", "X": "1"})).0, REJECTED);
    let real = "[given]\nc = \"1/2\"\nx = \"real in [0, 1]\"\n[claim]\np = \"x <= c\"\n";
    assert_eq!(own("own", real, json!({"x": "1"})).0, CONFIRMED);
    for (i, values) in [json!({"x": "1", "c": "1/3"}), json!({"x": "1", "y": "0"})].into_iter().enumerate() {
        assert_eq!(own(&format!("foreign-{i}"), real, values).0, UNUSABLE);
    }
    for (i, x) in ["9e-1", " 9/10 ", "1e-999999999", "0.9", "1/"].into_iter().enumerate() {
        assert_eq!(own(&format!("number-{i}"), real, json!({"x": x})).0, UNUSABLE, "{x}");
    }
    let indexed = "[given]\ns = \"spectrum(2, i: [-i, i])\"\n[claim]\np = \"s[1] <= 1\"\n";
    assert_eq!(own("spectrum", indexed, json!({"s": ["2", "0"]})).0, OUT_OF_SCOPE);
    for (i, sampler) in ["symmetric(2, i: [0, i])", "near(I, 1)", "below(I)", "commuting(I)"].into_iter().enumerate() {
        let text = format!("[given]\nx = \"{sampler}\"\n[claim]\np = \"x[1, 1] <= 0\"\n");
        let (status, said) = own(&format!("sampler-{i}"), &text, json!({"x": [["1", "0"], ["0", "1"]]}));
        assert_eq!(status, OUT_OF_SCOPE, "{sampler}: {said}");
    }
}

#[test]
fn equality_attained_and_undefined_are_no_violations() {
    if !python() {
        return;
    }
    let tight = witness("planted/true-motzkin", "motzkin", json!({"x": 1, "y": "-1"}));
    assert_eq!(recheck("attained", &tight, &planted("true-motzkin")).0, REJECTED);
    let claim = "[given]\nx = \"real in [0, 1]\"\n[claim]\np = ";
    assert_eq!(own("undefined", &format!("{claim}\"1/x >= 2\""), json!({"x": 0})).0, REJECTED);
    // False whatever the other part is.
    assert_eq!(own("kleene", &format!("{claim}\"1/x >= 2 and x > 0\""), json!({"x": 0})).0, CONFIRMED);
    assert_eq!(own("neither", &format!("{claim}\"1/x >= 2 and x == 0\""), json!({"x": 0})).0, REJECTED);
}

#[test]
fn singular_values_spectra_and_indexed_intervals_are_what_their_samplers_say() {
    if !python() {
        return;
    }
    let matrix = |sv: &str| format!("[given]\nX = \"matrix(2, 3, {sv})\"\n[claim]\np = \"norm_F(X)^2 < 0\"\n");
    let diagonal = |a: &str, b: &str| json!({"X": [[a, "0", "0"], ["0", b, "0"]]});
    let cases = [
        ("sv in [1, 2]", "1", "2", CONFIRMED),
        ("sv in [1, 2]", "-1", "2", CONFIRMED),
        ("sv in [1, 2]", "1", "3", REJECTED),
        ("sv in [1, 2]", "1/2", "2", REJECTED),
        ("sv in (1, 2]", "1", "2", REJECTED),
        ("sv in [1, 2)", "1", "2", REJECTED),
        ("sv in (0, 2]", "1", "0", REJECTED),
        ("sv in (0, sqrt(2)]", "1", "7/5", CONFIRMED),
        ("sv in (0, sqrt(2)]", "1", "3/2", REJECTED),
        ("sv in [1, 2], rank 1", "2", "0", CONFIRMED),
        ("sv in [1, 2], rank 1", "2", "1", REJECTED),
        ("sv in [1, 2], rank 1", "1/2", "0", REJECTED),
        ("sv in [0, 2], rank 1", "0", "0", CONFIRMED),
        ("sv = vec(i in 1..=2: i)", "2", "1", CONFIRMED),
        ("sv = vec(i in 1..=2: i)", "2", "2", REJECTED),
    ];
    for (i, (sv, a, b, expected)) in cases.into_iter().enumerate() {
        let (status, said) = own(&format!("sv-{i}"), &matrix(sv), diagonal(a, b));
        assert_eq!(status, expected, "{sv} of diag({a}, {b}): {said}");
    }
    let claim = "[given]\nm = \"int in 0..=2\"\nX = \"gaussian(m, 2)\"\nv = \"vector(m, [0, 1])\"\n[claim]\np = \"norm_F(X)^2 > 0\"\n";
    let empty = json!({"rows": 0, "cols": 2});
    assert_eq!(own("empty", claim, json!({"m": 0, "X": empty, "v": {"rows": 0, "cols": 1}})).0, CONFIRMED);
    assert_eq!(own("empty", claim, json!({"m": 1, "X": empty, "v": ["0"]})).0, UNUSABLE);
    let columns = "[given]\nv = \"vector(2, i: [0, i])\"\ns = \"spectrum(2, (0, 2] log)\"\n[claim]\np = \"v[1] < 0\"\n";
    for (v, s, expected) in [
        (json!([1, 2]), json!(["2", "1"]), CONFIRMED),
        (json!([2, 1]), json!(["2", "1"]), REJECTED),
        (json!([1, 2]), json!(["1", "2"]), REJECTED),
        (json!([1, 2]), json!(["1", "0"]), REJECTED),
    ] {
        let (status, said) = own("columns", columns, json!({"v": v, "s": s}));
        assert_eq!(status, expected, "{v} {s}: {said}");
    }
}

#[test]
fn expressions_are_read_as_the_language_has_them() {
    if !python() {
        return;
    }
    let given = "[given]\nn = \"int in 1..=3\"\nx = \"real in [0, 4]\"\nA = \"gaussian(n, n)\"\n[let]\nb = \"x*A\"\n[claim]\np = ";
    let values = json!({"n": 2, "x": "3", "A": [["1", "2"], ["3", "4"]]});
    let facts = [
        "-x^2 == -9",
        "2^-1 == 1/2",
        "2^3^2 == 512",
        "0.1 + 1e-1 == 1/5",
        "not x == 2",
        "x > 5 => x > 6 => x > 7",
        "(x > 5 => x == 0) and x == 3",
        "if x > 5 then x == 0 else if x > 2 then x == 3 else x == 1",
        "if x > 5 then x == 0 else x == 4 => x == 5",
        "1 + (if x > 5 then 1 else 2 + 5) == 8",
        "A'*A == mat(i in 1..=n, j in 1..=n: sum(k in 1..=n: A[k, i]*A[k, j]))",
        "A[1, ..] == (A'*unit(n, 1))' and A[.., n][1] == 2 and A[1, 2..=n]*ones(n - 1, 1) == 2",
        "sum(i in 1..=n, j in 1..=n, i != j: A[i, j]) == 5",
        "all(i in 1..=n: any(j in i..=n: A[i, j] == 4 or j == 1))",
        "sum(i in 1..=0: 1/0) == 0 and prod(i in 1..=3: i) == 6",
        "I + A == A + I and A*inv(A) == I and (2*I)*A == A*2",
        "norm_F(b)^2 == 9*30 and norm(A[.., 1])^2 == 10 and sqrt(x + 1) == 2",
        "det(A) == -2 and tr(A) == max(1, 5, x) and inner(A, A) == 30",
        "diag(vec(i in 1..=2: i)) >= zeros(2, 2) and not ones(2, 2) > zeros(2, 2)",
        "vcat(A, A) == hcat(A', A')' and unflatten(vec(i in 1..=n*n: i), n, n)' == A",
    ];
    for (i, fact) in facts.into_iter().enumerate() {
        // It is true, so its negation is confirmed to be false.
        let (status, said) = own("facts", &format!("{given}\"{fact}\"\n"), values.clone());
        assert_eq!(status, REJECTED, "{i}: {fact}: {said}");
        let (status, said) = own("facts", &format!("{given}\"not ({fact})\"\n"), values.clone());
        assert_eq!(status, CONFIRMED, "{i}: not ({fact}): {said}");
    }
}

#[test]
fn what_is_not_understood_is_never_confirmed() {
    if !python() {
        return;
    }
    let given = "[given]\nn = \"int in 1..=3\"\nS = \"symmetric(n, [0, 1])\"\n[claim]\n";
    let values = json!({"n": 2, "S": [["1", "0"], ["0", "1"]]});
    for text in [
        "lambda_min(S) > 1",
        "norm(S) > 1",
        "exp(1) < 2",
        "sqrt(2) < 1",
        "pi < 3",
        "D(tr(S*S); S -> S) < 0",
        "norm(S)^2 < 1",
    ] {
        let (status, said) = own("scope", &format!("{given}p = \"{text}\"\n"), values.clone());
        assert_eq!(status, OUT_OF_SCOPE, "{text}: {said}");
    }
    let elsewhere = "[given]\nx0 = \"real in [0, 1]\"\n[trajectory]\nstate = { x = \"x0\" }\nstep = { x = \"x\" }\nsteps = \"3\"\n\
                     [trajectory.always]\np = \"x < 0\"\n";
    assert_eq!(own("trajectory", elsewhere, json!({"x0": 0})).0, OUT_OF_SCOPE);
    let claim = format!("{given}p = \"tr(S) <= 1/2\"\n");
    for bad in [
        json!({"n": 2}),
        json!({"n": 2, "S": [["1", "0"]]}),
        json!({"n": 2, "S": [[0.5, 0.0], [0.0, 0.5]]}),
        json!({"n": 2, "S": [["1", "0"], ["0", "x"]]}),
        json!({"n": 2, "S": [["1/0", "0"], ["0", "1"]]}),
    ] {
        let (status, said) = own("values", &claim, bad.clone());
        assert_eq!(status, UNUSABLE, "{bad}: {said}");
    }
    let mut later = witness("p/claim", "p", values);
    later["format"] = json!(2);
    let path = scratch("format").join("claim.toml");
    fs::write(&path, format!("title = \"t\"\nat = \"here\"\n{claim}")).unwrap();
    assert_eq!(recheck("format", &later, &path).0, UNUSABLE);
    later["format"] = json!(1);
    assert_eq!(recheck("format", &later, &path).0, CONFIRMED);
    // One entry that is no counterexample spoils the file.
    let entry = json!({"predicate": "p", "values": {"n": 1, "S": ["0"]}});
    later["refuted"].as_array_mut().unwrap().push(entry);
    assert_eq!(recheck("format", &later, &path).0, REJECTED);
    later["refuted"] = json!([]);
    assert_eq!(recheck("format", &later, &path).0, UNUSABLE);
}
