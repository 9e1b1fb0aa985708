//! The same claims, seed and budget give the same bytes: for any number of threads, twice, on every back end, and for a case alone or
//! among many.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use theoremcheck::arith::Backend;
use theoremcheck::check::record::{CaseRecord, Fate, Hypotheses, Look, Stratum};
use theoremcheck::check::{CheckOptions, Checker};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::ClaimId;

const PAPER: &str = "claims/ye-du-2021";
/// Eigenvalues, an identity, a scalar inequality, products, and a branch.
const CLAIMS: [&str; 5] = ["lemma-3.2", "lemma-3.2-rewrite", "app-e-binomial", "sec-3.2.2-gram", "lemma-b.1"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The JSON report of the claims, as the command writes it.
fn report(name: &str, jobs: &str, backend: Backend) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("determinism");
    fs::create_dir_all(&folder).unwrap();
    let path: PathBuf = folder.join(format!("{name}.json"));
    let _ = fs::remove_file(&path);
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    for variable in ["THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED"] {
        command.env_remove(variable);
    }
    command.current_dir(root()).env("THEOREMCHECK_BACKEND", backend.name()).arg("check");
    command.args(CLAIMS.map(|claim| format!("{PAPER}/{claim}.toml")));
    let output = command.args(["--jobs", jobs, "--cases", "3000", "--json"]).arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    fs::read(&path).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// That of two threads on the fastest back end, which the others are held against.
fn best() -> &'static [u8] {
    static BEST: OnceLock<Vec<u8>> = OnceLock::new();
    BEST.get_or_init(|| report("best", "2", Backend::best()))
}

#[test]
fn the_report_is_the_same_for_one_thread_and_two_and_a_second_time() {
    let text = String::from_utf8_lossy(best());
    for claim in CLAIMS {
        assert!(text.contains(&format!("ye-du-2021/{claim}")), "{claim} is not in the report");
    }
    assert!(text.contains("\"errors\": []"), "a claim is malformed: {text}");
    assert!(best() == report("one", "1", Backend::best()), "one thread");
    assert!(best() == report("again", "2", Backend::best()), "a second time");
}

#[test]
fn the_report_is_the_same_on_every_back_end() {
    for backend in Backend::ALL.into_iter().filter(|backend| *backend != Backend::best()) {
        if backend.is_available() {
            assert!(best() == report(backend.name(), "2", backend), "{backend}");
        } else {
            println!("not compared: this processor has no back end {backend}");
        }
    }
}

/// A case and what became of it, to the bit.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    index: u64,
    stratum: Stratum,
    hypotheses: Hypotheses,
    scaled: bool,
    looks: Vec<(Fate, u64, u64, Option<u64>)>,
}

fn bits(look: &Look) -> (Fate, u64, u64, Option<u64>) {
    (look.fate, look.margin.to_bits(), look.floor.to_bits(), look.at)
}

fn records(checker: &Checker, cases: std::ops::Range<u64>) -> Vec<Record> {
    let mut records = Vec::new();
    let mut keep = |case: &CaseRecord<'_>| {
        let CaseRecord { index, stratum, hypotheses, scaled, looks } = *case;
        records.push(Record { index, stratum, hypotheses, scaled, looks: looks.iter().map(bits).collect() });
    };
    checker.run(cases, &mut keep).unwrap();
    records
}

fn checker(claim: &str, backend: Backend) -> Checker {
    let path = root().join(PAPER).join(format!("{claim}.toml"));
    let text = fs::read_to_string(&path).unwrap();
    let claim = load(&text, &path, ClaimId(format!("ye-du-2021/{claim}")), &|_| None).unwrap();
    let options = CheckOptions { seed: 1, backend, max_elements: 1 << 16, kernel: None };
    Checker::new(&claim, &options).unwrap_or_else(|errors| panic!("{}", errors.render(100, false)))
}

#[test]
fn a_case_is_the_same_alone_and_among_many() {
    for claim in ["lemma-3.2", "lemma-3.2-rewrite"] {
        let checker = checker(claim, Backend::best());
        let all = records(&checker, 0..4096);
        assert_eq!(all.len(), 4096);
        for start in (0..4096).step_by(168) {
            let alone = records(&checker, start..start + 8);
            assert_eq!(alone, all[start as usize..start as usize + 8], "{claim}, cases from {start}");
        }
        // A range that begins and ends within an octet.
        assert_eq!(records(&checker, 1003..1100), all[1003..1100], "{claim}");
    }
}

/// FNV-1a, 64 bits, of words.
fn hash(words: &[u64]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Draws, samplers, products, eigenvalues and bounds are all in these bits: if this changes, seeds mean something else than
/// before, and the changelog must say so.
#[test]
fn the_first_cases_of_lemma_3_2_are_the_same_to_the_bit_next_year() {
    for backend in Backend::available() {
        let mut words = Vec::new();
        for record in records(&checker("lemma-3.2", backend), 0..64) {
            words.push(record.index);
            words.extend(record.looks.iter().flat_map(|(_, margin, floor, _)| [*margin, *floor]));
        }
        // Cases that miss a hypothesis have no look.
        assert!(words.len() > 64 + 64, "{}", words.len());
        assert_eq!(format!("{:016x}", hash(&words)), GOLDEN, "{backend}");
    }
}

const GOLDEN: &str = "a966ab526fa1d500";
