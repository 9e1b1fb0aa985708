//! Files that no person means: bytes, sizes, nesting, mutations. Every one ends in a claim or an error, soon.

use super::*;

#[test]
fn bytes_that_are_not_utf_8() {
    let mut bytes = b"title = 'caf".to_vec();
    bytes.extend([0xe9, b'\'', b'\n']);
    insta::assert_snapshot!(read_bytes(&bytes).unwrap_err().render(100, false), @"
     × the file is not UTF-8
      ╭─[claims/paper/lemma.toml:1:13]
    1 │ title = 'caf�
      ·             ┬
      ·             ╰── found the byte 0xe9
      ╰────
     help: save the file as UTF-8
    ");
}

#[test]
fn a_file_that_is_too_large() {
    let errors = read_bytes(&vec![b'#'; 10 << 20]).unwrap_err();
    insta::assert_snapshot!(errors.render(100, false), @"
    × a claim file is at most 1 MiB: found 10485760 bytes
      at claims/paper/lemma.toml
    ");
    let mut text = String::from("title = 't'\nat = 'a'\n[claim]\na = '1 < 2'\n#");
    text.push_str(&"x".repeat(MAX_BYTES - text.len()));
    read(&text).expect("just 1 MiB is read");
}

#[test]
fn nesting_ends_with_an_error() {
    let deep = "(".repeat(100_000);
    for text in [
        format!("title = 't'\nat = 'a'\n[claim]\na = '{deep}'\n"),
        format!("title = 't'\nat = 'a'\n[claim]\na = '1 < {}2{}'\n", &deep[..60_000 / 2], ")".repeat(60_000 / 2)),
        format!("title = 't'\nat = 'a'\nx = {}\n", "[".repeat(400_000)),
        format!("title = 't'\nat = 'a'\nx = {}{}\n", "[".repeat(400_000), "]".repeat(400_000)),
        format!("title = 't'\nat = 'a'\nx = {}\n", "{a=".repeat(300_000)),
        format!("title = 't'\n{}a = 1\n", "a.".repeat(500_000)),
        format!("[{}a]\n", "a.".repeat(500_000)),
    ] {
        let errors = errors(&text);
        assert!(errors.0.len() <= Diagnostics::MOST);
        let shown = errors.render(100, false);
        assert!(shown.len() < 20_000, "{}", shown.len());
    }
}

#[test]
fn many_errors_are_cut_and_end_quickly() {
    let lines = |line: &dyn Fn(usize) -> String| (0..40_000).map(line).collect::<String>();
    for text in [
        lines(&|i| format!("k{i} = {i}\n")),
        lines(&|_| "[[[\n".into()),
        lines(&|_| "= 'x\n".into()),
        lines(&|_| "a = 1\n".into()),
        lines(&|_| "= ".into()),
        lines(&|_| "'x' ".into()),
        format!("a = [{}", lines(&|_| "1 = ".into())),
        format!("[claim]\n{}", lines(&|i| format!("k{i} = '1 <'\n"))),
        format!("[trajectory]\nsteps = 1\n[trajectory.state]\n{}", lines(&|i| format!("k{i} = '1'\n"))),
        format!("[claim]\na = '1 < 2'\n[margin.unit]\n{}", lines(&|i| format!("k{i} = '1'\n"))),
        format!("[claim]\na = '1 < 2'\n[scaling.sweep]\n{}", lines(&|i| format!("k{i} = 'x'\n"))),
        format!("[claim]\na = '1 < 2'\n[expect]\n{}", lines(&|i| format!("k{i} = 'held'\n"))),
        format!("uses = [{}]", lines(&|i| format!("'{i} ',"))),
    ] {
        let errors = errors(&text);
        assert!(!errors.0.is_empty() && errors.0.len() <= Diagnostics::MOST, "{}", errors.0.len());
    }
}

/// Flips, deletions, insertions and repetitions of the corpus.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (0..5u8, any::<prop::sample::Index>(), any::<u8>(), 1..60usize);
    (0..FIXTURES.len(), prop::collection::vec(edit, 1..12)).prop_map(|(fixture, edits)| {
        let mut bytes = FIXTURES[fixture].as_bytes().to_vec();
        for (kind, at, byte, length) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            match kind {
                0 if at < bytes.len() => bytes[at] ^= byte | 1,
                1 => drop(bytes.drain(at..end)),
                2 => bytes.insert(at, b"\"'[]{}()=.,\n\\#<"[usize::from(byte) % 15]),
                3 => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again.iter().cycle().take(again.len() * 3).copied());
                }
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

#[test]
fn no_mutation_of_a_claim_makes_the_loader_panic() {
    let config = ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    runner
        .run(&mutated(), |bytes| {
            if let Err(errors) = read_bytes(&bytes) {
                prop_assert!(!errors.0.is_empty() && errors.0.len() <= Diagnostics::MOST);
                for error in &errors.0 {
                    prop_assert!(error.place.end <= error.place.source.text.len());
                    prop_assert!(error.render(100, false).contains(".toml"));
                }
            }
            Ok(())
        })
        .unwrap();
}

// Files that ship.
