//! Witness files: what is written is read back, byte for byte; what is not a witness is refused, wherever it comes from.

use super::{Certified, Decimals, Draws, Misfit, Standing, Witness, WitnessFile};
use crate::case::point::{Exactly, Point, Values};
use crate::case::values::parse_rational;
use crate::claim::fingerprint::Fingerprint;
use crate::claim::load::load;
use crate::claim::model::{Claim, ClaimId};
use crate::claim::program::Program;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use proptest::prelude::*;
use std::path::Path;

const CLAIM: &str = r#"title = "t"
at = "x"
[given]
d = "int in 1..=4"
c = "1/2"
x = "real in [0, 1]"
v = "spectrum(d, [0, x])"
S = "symmetric(d, v)"
[claim]
bound = "lambda_max(S) <= c"
other = "x <= 1"
"#;

fn claim() -> Claim {
    load(CLAIM, Path::new("c.toml"), ClaimId("p/c".into()), &|_| None).unwrap()
}

fn q(text: &str) -> RBig {
    parse_rational(text).unwrap()
}

fn matrix(rows: usize, cols: usize, entries: &[&str]) -> Exactly {
    Exactly::Matrix { rows, cols, entries: entries.iter().map(|x| q(x)).collect() }
}

fn values() -> Values {
    Values::from([
        (0, Exactly::Int(2)),
        (2, Exactly::Rational(q("1"))),
        (3, matrix(2, 1, &["2/3", "0"])),
        (4, matrix(2, 2, &["2/3", "0", "0", "0"])),
    ])
}

fn file() -> WitnessFile {
    let claim = claim();
    let mut witness = Witness::new(&claim, "bound", &values()).unwrap();
    witness.certified = Some(Certified {
        margin: Decimals::around(&q("-1/6"), &q("-1/6")),
        sides: Some((Decimals::around(&q("2/3"), &q("2/3")), Decimals::around(&q("1/2"), &q("1/2")))),
        bits: 128,
    });
    let program = Program::new(&claim).unwrap();
    let point = Point {
        ints: [(program.samples.ints[0].id, 2)].into(),
        draws: vec![0.25, 1.0, 0.1, -0.0, 3.0, -2.0, 1e-300, 0.0],
    };
    witness.draws = Draws::of(&program, &point);
    assert_eq!(witness.draws.as_ref().unwrap().point(&program), Some(point));
    WitnessFile { claim: "p/c".into(), refuted: vec![witness, Witness::new(&claim, "other", &values()).unwrap()] }
}

#[track_caller]
fn refused(text: &str, message: &str) {
    let error = WitnessFile::read(text.as_bytes(), Path::new("c.witness.json")).unwrap_err().to_string();
    assert!(error.starts_with("c.witness.json") && error.contains(message), "{error}");
}

#[test]
fn a_file_reads_like_data_that_a_person_could_have_written() {
    insta::assert_snapshot!(file().text());
}

#[test]
fn what_is_written_is_read_back() {
    let text = file().text();
    let (back, _) = WitnessFile::read(text.as_bytes(), Path::new("w")).unwrap();
    assert_eq!(back, file());
    assert_eq!(back.text(), text);
    assert_eq!(back.of("bound").unwrap().values(&claim()), Ok(values()));
}

#[test]
fn a_witness_of_another_statement_is_stale() {
    let witness = &file().refuted[0];
    assert_eq!(witness.standing(&claim()), Standing::Current);
    let changed = CLAIM.replace("<= c", "<= 2*c");
    let changed = load(&changed, Path::new("c.toml"), ClaimId("p/c".into()), &|_| None).unwrap();
    assert_eq!(witness.standing(&changed), Standing::Stale);
    let renamed = CLAIM.replace("bound", "upper");
    let renamed = load(&renamed, Path::new("c.toml"), ClaimId("p/c".into()), &|_| None).unwrap();
    assert_eq!(witness.standing(&renamed), Standing::NoSuchPredicate);
}

#[test]
fn values_that_are_not_the_claims_are_refused_by_name() {
    type Named = Vec<(String, Exactly)>;
    let with = |change: &dyn Fn(&mut Named)| {
        let mut witness = file().refuted[0].clone();
        change(&mut witness.values);
        witness.values(&claim())
    };
    let misfit = |name: &str, wanted| Err(Misfit::Kind { name: name.into(), wanted });
    assert_eq!(with(&|v| v[0].0 = "n".into()), Err(Misfit::NoSuchGiven("n".into())));
    assert_eq!(with(&|v| v[0].0 = "c".into()), Err(Misfit::NotSampled("c".into())));
    assert_eq!(with(&|v| v.truncate(3)), Err(Misfit::Missing("S".into())));
    assert_eq!(with(&|v| v[0].1 = Exactly::Rational(q("1/2"))), misfit("d", "an integer"));
    assert_eq!(with(&|v| v[1].1 = matrix(1, 1, &["1"])), misfit("x", "a real"));
    // A person's `1` for the real 1, and `"2"` for the integer 2.
    assert_eq!(with(&|v| (v[0].1, v[1].1) = (Exactly::Rational(q("2")), Exactly::Int(1))), Ok(values()));
}

#[test]
fn hostile_files_are_refused_with_their_place() {
    let text = file().text();
    let change = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    refused("", "not JSON: EOF");
    refused("[]", "invalid length 0");
    refused("{\"format\": 1}", "missing field `claim`");
    refused(&text[..text.len() - 3], "not JSON");
    refused(&format!("{text}x"), "not JSON: trailing characters");
    refused(
        &change("\"format\": 1", "\"format\": 2"),
        "c.witness.json:2:13: this version reads witness files of format 1, not 2",
    );
    refused(&change("\"p/c\"", "\"../../etc\""), "no claim can have this id");
    refused(&change("\"predicate\"", "\"extra\": 1, \"predicate\""), "unknown field `extra`");
    refused(&change("\"predicate\"", "\"bits\": 1, \"predicate\""), "duplicate field `bits`");
    refused(&change("\"predicate\": \"other\"", "\"predicate\": \"bound\""), "two witnesses against `bound`");
    refused(&change("\"d\": 2", "\"d\": 2, \"d\": 2"), "`d` is given twice");
    refused(&change("\"d\": 2", "\"d\": 2.0"), "invalid type: floating point");
    refused(&change("\"d\": 2", "\"d\": 1e400"), "number out of range");
    refused(&change("\"d\": 2", "\"d\": null"), "invalid type: null");
    refused(&change("\"x\": \"1\"", "\"x\": \"1/0\""), "c.witness.json:10:");
    refused(&change("\"x\": \"1\"", "\"x\": \"0.5\""), "`0.5` is not a rational");
    refused(&change("\"x\": \"1\"", &format!("\"x\": \"{}\"", "7".repeat(30_000))), "is not a rational");
    refused(&change("[\"2/3\", \"0\"]", "[]"), "without entries");
    refused(&change("[\"2/3\", \"0\"]", "[\"2/3\", [\"0\"]]"), "rows of one length");
    refused(&change("[\"2/3\", \"0\"]", "[[\"2/3\"], [\"0\", \"1\"]]"), "rows of one length");
    refused(&change("[\"2/3\", \"0\"]", "[[], []]"), "rows of one length");
    refused(&change("[\"2/3\", \"0\"]", "[[[\"2/3\"]]]"), "invalid type: sequence");
    refused(&change("[\"2/3\", \"0\"]", "{ \"rows\": 2, \"cols\": 2 }"), "without entries");
    refused(&change("[\"2/3\", \"0\"]", "{ \"rows\": 0, \"cols\": 99999999 }"), "without entries");
    refused(&change("sha256:", "md5:"), "a fingerprint is");
    refused(&change("\"bits\": 128,", ""), "`margin` and `bits` go together");
    refused(&change("\"lo\": \"-0.1", "\"lo\": \"-0x1"), "expected a decimal");
    refused(&format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)), "c.witness.json:1:");
    let deep = format!("\"d\": {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(&change("\"d\": 2", &deep), "invalid type: sequence");
    let wide = format!("\"d\": [{}\"1\"]", "\"1\", ".repeat(65_536));
    refused(&change("\"d\": 2", &wide), "at most 65536 entries");
    let large = WitnessFile::read(&vec![b' '; (4 << 20) + 1], Path::new("w")).unwrap_err();
    assert!(large.to_string().contains("at most 4 MiB"));
    let bytes = WitnessFile::read(b"{\"claim\": \"\xff\"}", Path::new("w")).unwrap_err();
    assert!(bytes.to_string().contains("UTF-8"));
}

fn rationals() -> impl Strategy<Value = RBig> {
    (any::<i128>(), 1_u128.., 0_usize..3)
        .prop_map(|(p, q, power)| RBig::from_parts(IBig::from(p).pow(power), UBig::from(q).pow(power)))
}

fn exactly() -> impl Strategy<Value = Exactly> {
    let shaped = (0_usize..4, 0_usize..4).prop_flat_map(|(rows, cols)| {
        prop::collection::vec(rationals(), rows * cols).prop_map(move |entries| Exactly::Matrix { rows, cols, entries })
    });
    prop_oneof![any::<i64>().prop_map(Exactly::Int), rationals().prop_map(Exactly::Rational), shaped]
}

fn draws() -> impl Strategy<Value = Draws> {
    let finite = any::<f64>().prop_filter("draws are finite", |x| x.is_finite());
    let ints = prop::collection::btree_map("[a-z]{1,3}", any::<i64>(), 0..3);
    let blocks = prop::collection::vec(("[a-z]{1,3}", prop::collection::vec(finite, 0..4)), 0..4);
    (ints, blocks).prop_map(|(ints, blocks)| Draws { ints: ints.into_iter().collect(), blocks })
}

fn witnesses() -> impl Strategy<Value = Witness> {
    let decimals =
        || (rationals(), rationals()).prop_map(|(a, b)| Decimals::around(&a.clone().min(b.clone()), &a.max(b)));
    let sides = prop::option::of((decimals(), decimals()));
    let certified = prop::option::of((decimals(), sides, any::<u64>()));
    let certified = certified.prop_map(|c| c.map(|(margin, sides, bits)| Certified { margin, sides, bits }));
    let values = prop::collection::btree_map("[A-Za-z_\u{3b1}\"\\\\]{1,4}", exactly(), 0..4);
    ("[a-z\n\"]{1,5}", "[0-9a-f]{64}", values, certified, prop::option::of(draws())).prop_map(
        |(predicate, hash, values, certified, draws)| Witness {
            predicate,
            fingerprint: Fingerprint::parse(&format!("sha256:{hash}")).unwrap(),
            values: values.into_iter().collect(),
            certified,
            draws,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_witness_is_read_back_and_written_the_same(mut refuted in prop::collection::vec(witnesses(), 0..3)) {
        let mut seen = std::collections::BTreeSet::new();
        refuted.retain(|w| seen.insert(w.predicate.clone()));
        let file = WitnessFile { claim: "p/c".into(), refuted };
        let text = file.text();
        let (back, _) = WitnessFile::read(text.as_bytes(), Path::new("w")).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(back.text(), text);
        prop_assert_eq!(back, file);
    }

    /// Bytes of a good file, some of them others: read or refused, never a panic.
    #[test]
    fn a_damaged_file_is_read_or_refused(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = file().text().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((file, _)) = WitnessFile::read(&bytes, Path::new("w")) {
            for witness in &file.refuted {
                let _ = witness.values(&claim());
            }
        }
    }
}
