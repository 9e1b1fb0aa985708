//! One run on many machines, and a run that is killed: whatever happens, the report is that of the undisturbed run, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const CLAIMS: &str = "tests/fixtures/claims";

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    for variable in ["THEOREMCHECK_BACKEND", "THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED", "NO_COLOR"] {
        command.env_remove(variable);
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

fn theoremcheck(arguments: &[&str]) -> Run {
    let output = command(arguments).output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of this test's own, empty.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shards-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The reports of all shards of a run, and the exit status of each.
fn shards(folder: &Path, n: u32, more: &[&str]) -> Vec<(String, i32)> {
    let one = |k| {
        let report = folder.join(format!("{k}.json"));
        let shard = format!("{k}/{n}");
        let mut arguments = vec!["check", CLAIMS, "--budget", "quick", "--shard", &shard, "--json", text(&report)];
        arguments.extend(more);
        let run = theoremcheck(&arguments);
        assert!(report.exists(), "{}{}", run.stdout, run.stderr);
        (text(&report).to_owned(), run.status)
    };
    (1..=n).map(one).collect()
}

fn merge(shards: &[&str], more: &[&str]) -> Run {
    let mut arguments = vec!["merge"];
    arguments.extend(shards);
    arguments.extend(more);
    theoremcheck(&arguments)
}

#[test]
fn eight_shards_merged_are_the_single_run_byte_for_byte() {
    let folder = scratch("eight");
    let (single, merged) = (folder.join("single.json"), folder.join("merged.json"));
    let undisturbed = theoremcheck(&["check", CLAIMS, "--budget", "quick", "--json", text(&single)]);
    let reports = shards(&folder, 8, &["--jobs", "1"]);
    // What is malformed is told by every shard, and nothing is run by two of them.
    assert!(reports.iter().all(|(_, status)| *status == 2), "{reports:?}");
    let ids = |report: &str| -> Vec<String> {
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
        report["claims"].as_array().unwrap().iter().map(|claim| claim["id"].as_str().unwrap().to_owned()).collect()
    };
    let counts: Vec<usize> = reports.iter().map(|(report, _)| ids(report).len()).collect();
    assert_eq!(counts.iter().sum::<usize>(), ids(text(&single)).len());
    assert!(counts.iter().all(|count| *count == 1), "{counts:?}");

    let backwards: Vec<&str> = reports.iter().rev().map(|(report, _)| report.as_str()).collect();
    let run = merge(&backwards, &["--json", text(&merged)]);
    assert_eq!(run.status, undisturbed.status, "{}{}", run.stdout, run.stderr);
    assert!(fs::read(&single).unwrap() == fs::read(&merged).unwrap());
    // The summary is that of the single run, and what is not as expected is shown.
    let sum = |run: &Run| run.stdout.lines().rev().nth(1).unwrap().to_owned();
    assert_eq!(sum(&run), sum(&undisturbed));
    assert!(run.stdout.contains("bound: suspect, expected held: violated beyond rounding in"), "{}", run.stdout);
    assert!(run.stdout.ends_with("seed 1, 8 shards\n"), "{}", run.stdout);
    // Of one shard there is nothing to put together but the report itself.
    let whole = shards(&scratch("one"), 1, &[]);
    let run = merge(&[&whole[0].0], &["--json", "-"]);
    assert_eq!(run.stdout, fs::read_to_string(&single).unwrap());
}

#[test]
fn the_exit_status_of_a_merge_is_that_of_the_single_run() {
    for (claims, status) in [("good", 0), ("surprise", 1), ("undecided", 4)] {
        let folder = scratch(claims);
        let paths = format!("{CLAIMS}/{claims}");
        let of = |k: &str, n: &str| {
            let report = folder.join(format!("{k}.json"));
            let shard = format!("{k}/{n}");
            let arguments = ["check", &paths, "--budget", "quick", "--shard", &shard, "--json", text(&report)];
            theoremcheck(&arguments);
            text(&report).to_owned()
        };
        let reports = [of("1", "3"), of("2", "3"), of("3", "3")];
        let run = merge(&reports.each_ref().map(String::as_str), &["--quiet"]);
        assert_eq!(run.status, status, "{}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout.is_empty(), status == 0, "{}", run.stdout);
    }
}

#[test]
fn a_merge_says_what_is_malformed() {
    let folder = scratch("malformed");
    let reports = shards(&folder, 2, &[]);
    let run = merge(&[&reports[0].0, &reports[1].0], &["--quiet"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    let errors: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert!(errors[0].starts_with(&format!("error: {CLAIMS}/malformed/syntax.toml:8:")), "{errors:#?}");
    assert!(errors[1].starts_with(&format!("error: {CLAIMS}/malformed/unknown.toml:")), "{errors:#?}");
    assert!(errors[1].contains("did you mean `sigma`?"), "{errors:#?}");
}

/// What is run for no longer than a minute; None where it takes longer.
fn soon(arguments: &[&str]) -> Option<Run> {
    let mut command = command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    Some(Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    })
}

#[cfg(unix)]
#[test]
fn what_has_no_end_is_refused() {
    let folder = scratch("endless");
    let pipe = folder.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success());
    let good = format!("{CLAIMS}/good/means.toml");
    // `/dev/full` is read like `/dev/zero`, without end.
    for file in [made.then_some(text(&pipe)), Path::new("/dev/full").exists().then_some("/dev/full")] {
        let Some(file) = file else { continue };
        for arguments in [
            &["check", &good, "--resume", file][..],
            &["check", &good, "--baseline", file],
            &["check", &good, "--baseline", file, "--accept-baseline"],
            &["merge", file],
            &["report", file, "-o", text(&folder)],
        ] {
            let run = soon(arguments).unwrap_or_else(|| panic!("{arguments:?} does not end"));
            assert_eq!(run.status, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
            assert!(run.stderr.contains(&format!("{file}: not a regular file")), "{arguments:?}: {}", run.stderr);
        }
    }
    // What is written goes where it is sent.
    let run = soon(&["check", &good, "--budget", "quick", "--json", "/dev/null"]).unwrap();
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn standard_streams_are_no_journal_and_no_baseline() {
    let good = format!("{CLAIMS}/good/means.toml");
    for argument in ["--resume", "--baseline"] {
        let run = theoremcheck(&["check", &good, argument, "-"]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("{argument} takes a file")), "{}", run.stderr);
    }
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("-").exists());
}

#[test]
fn the_example_of_a_job_array_has_the_budget_of_the_baseline_it_compares_with() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let baseline: serde_json::Value = serde_json::from_str(&read("claims/baseline.json")).unwrap();
    let budget = baseline["of"]["budget"].as_str().unwrap();
    let readme = read("examples/slurm/README.md");
    let example = readme.split("```").nth(1).unwrap();
    assert!(example.contains("merge.sh --baseline claims/baseline.json\n"), "{example}");
    assert!(example.contains(&format!("array.sh claims --budget {budget})\n")), "{example}");
}

#[test]
fn shards_that_do_not_fit_together_are_refused() {
    let folder = scratch("refused");
    let reports = shards(&folder, 3, &["--filter", "good"]);
    let [one, two, three] = [0, 1, 2].map(|i: usize| reports[i].0.as_str());
    let out = folder.join("merged.json");
    let refused = |shards: &[&str], why: &str| {
        let run = merge(shards, &["--json", text(&out)]);
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(why), "{why}: {}", run.stderr);
        assert!(!out.exists());
    };
    refused(&[one, three], "shard 2 of 3 is missing");
    refused(&[one, two, three, two], "are both shard 2 of 3");
    let other = shards(&scratch("seed"), 3, &["--filter", "good", "--seed", "7"]);
    refused(&[one, &other[1].0, three], "`seed` is 1 in ");
    let other = shards(&scratch("claims"), 3, &["--filter", "goo*s*"]);
    refused(&[one, &other[1].0, three], "`shard.asked` is {\"filter\":\"good\",");
    refused(&["tests/fixtures/loader/eq-30.toml"], "is no report of theoremcheck");
    refused(&[text(&folder.join("absent.json"))], "cannot read ");
    let run = theoremcheck(&["check", CLAIMS, "--shard", "4/3"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("there is no shard 4 of 3"), "{}", run.stderr);
    assert_eq!(merge(&[one, two, three], &[]).status, 0);
}

/// A folder of claims that each take some hundredths of a second; two of them do not come out as expected.
fn claims(folder: &Path, count: usize) {
    let paper = folder.join("claims/p");
    fs::create_dir_all(&paper).unwrap();
    for i in 0..count {
        let bound = if i % 6 == 3 { "norm(S*T) <= 3/2" } else { "norm(S*T) <= 2 + 1/100" };
        let text = format!(
            "title = \"Claim {i}\"\nat = \"{i}\"\n[given]\nn = \"int in 1..=4\"\nS = \"symmetric(n, [0, 1])\"\n\
             T = \"symmetric(n, [0, 2])\"\nx = \"real in [0, {}]\"\n[claim]\nbound = \"{bound}\"\nside = \"x^2 >= 0\"\n",
            i + 1
        );
        fs::write(paper.join(format!("claim-{i:02}.toml")), text).unwrap();
    }
}

/// A run with a journal, and its report.
struct Journaled {
    claims: PathBuf,
    journal: PathBuf,
    report: PathBuf,
}

impl Journaled {
    fn new(folder: &Path) -> Self {
        let [claims, journal, report] = ["claims", "run.jsonl", "run.json"].map(|name| folder.join(name));
        Self { claims, journal, report }
    }

    fn arguments(&self) -> Vec<&str> {
        let Self { claims, journal, report } = self;
        vec![
            "check",
            text(claims),
            "--budget",
            "quick",
            "--jobs",
            "2",
            "--resume",
            text(journal),
            "--json",
            text(report),
        ]
    }

    fn run(&self) -> Run {
        theoremcheck(&self.arguments())
    }

    fn start(&self) -> Child {
        command(&self.arguments()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn clear(&self) {
        let _ = fs::remove_file(&self.journal);
        let _ = fs::remove_file(&self.report);
    }

    /// Whole lines of the journal, its first one left out.
    fn finished(&self) -> usize {
        let bytes = fs::read(&self.journal).unwrap_or_default();
        bytes.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1)
    }

    fn length(&self) -> u64 {
        fs::metadata(&self.journal).map_or(0, |metadata| metadata.len())
    }
}

/// Knuth's MMIX, in [0, 1).
fn random(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn a_run_killed_at_twenty_random_moments_and_resumed_is_the_undisturbed_run() {
    const COUNT: usize = 12;
    let folder = scratch("killed");
    claims(&folder, COUNT);
    let journaled = Journaled::new(&folder);
    let started = Instant::now();
    let undisturbed = journaled.run();
    let takes = started.elapsed();
    assert_eq!(undisturbed.status, 1, "{}{}", undisturbed.stdout, undisturbed.stderr);
    let (report, length) = (fs::read(&journaled.report).unwrap(), journaled.length());
    assert_eq!(journaled.finished(), COUNT);

    let mut state = 20_261_126;
    let mut amid = 0;
    for moment in 0..20 {
        journaled.clear();
        let part = random(&mut state);
        let mut child = journaled.start();
        if moment % 2 == 0 {
            sleep(takes.mul_f64(part));
        } else {
            // By what is written, so that a machine that is busy otherwise is killed amid the run, too.
            while journaled.length() < (part * length as f64) as u64 && child.try_wait().unwrap().is_none() {
                sleep(Duration::from_micros(200));
            }
        }
        // SIGKILL, on Unix.
        child.kill().unwrap();
        child.wait().unwrap();
        let finished = journaled.finished();
        amid += usize::from((1..COUNT).contains(&finished));

        let resumed = journaled.run();
        assert!(fs::read(&journaled.report).unwrap() == report, "moment {moment}: {part}");
        assert_eq!(resumed.status, undisturbed.status);
        // Nothing that was finished is lost, or done again.
        let took = format!("{finished} of {COUNT} claims taken over");
        assert_eq!(resumed.stdout.contains(&took), finished > 0, "{took}: {}", resumed.stdout);
        assert_eq!(journaled.finished(), COUNT, "moment {moment}");
        assert!(resumed.stdout.contains(&format!("{COUNT} claims: ")), "{}", resumed.stdout);
        assert_eq!(resumed.stdout.matches("expected held").count(), 2, "{}", resumed.stdout);
    }
    assert!(amid >= 5, "only {amid} of 20 kills were amid the run");
}

#[test]
fn a_claim_that_has_changed_is_run_again_and_the_others_are_not() {
    let folder = scratch("changed");
    claims(&folder, 4);
    let journaled = Journaled::new(&folder);
    assert_eq!(journaled.run().status, 1);
    let changed = folder.join("claims/p/claim-03.toml");
    fs::write(&changed, fs::read_to_string(&changed).unwrap().replace("3/2", "5/2")).unwrap();
    let resumed = journaled.run();
    assert_eq!(resumed.status, 0, "{}{}", resumed.stdout, resumed.stderr);
    assert!(resumed.stdout.contains("3 of 4 claims taken over, 1 changed since, run again"), "{}", resumed.stdout);
    let report = fs::read(&journaled.report).unwrap();
    journaled.clear();
    journaled.run();
    assert!(fs::read(&journaled.report).unwrap() == report);
}

#[test]
fn a_journal_of_another_run_is_refused_and_left_alone() {
    let folder = scratch("other");
    claims(&folder, 1);
    let journaled = Journaled::new(&folder);
    journaled.run();
    let before = fs::read(&journaled.journal).unwrap();
    for (more, why) in [(["--seed", "2"], "its seed is 1"), (["--cases", "100"], "its cases is not given")] {
        let mut arguments = journaled.arguments();
        arguments.extend(more);
        let run = theoremcheck(&arguments);
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
    assert!(fs::read(&journaled.journal).unwrap() == before);
    let mut arguments = journaled.arguments();
    arguments.push("--accept-witness");
    assert_eq!(theoremcheck(&arguments).status, 2);
}

#[test]
fn shards_have_journals_too() {
    let folder = scratch("both");
    claims(&folder, 5);
    let journaled = Journaled::new(&folder);
    journaled.run();
    let single = fs::read(&journaled.report).unwrap();
    let reports = ["1/2", "2/2"].map(|shard| {
        let report = folder.join(format!("{}.json", &shard[..1]));
        // One journal serves both: what falls to the other is not asked for.
        let arguments = ["check", text(&journaled.claims), "--budget", "quick", "--shard", shard, "--resume"];
        let run = theoremcheck(&[&arguments[..], &[text(&journaled.journal), "--json", text(&report)]].concat());
        assert!(run.stdout.contains("claims taken over"), "{}", run.stdout);
        text(&report).to_owned()
    });
    let merged = folder.join("merged.json");
    merge(&reports.each_ref().map(String::as_str), &["--json", text(&merged)]);
    assert!(fs::read(merged).unwrap() == single);
}

/// The formats beside JSON, with what the annotations put on standard output.
fn others(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let names = ["junit.xml", "run.md", "run.sarif"].map(|name| folder.join(name));
    let [junit, markdown, sarif] = names.each_ref().map(|path| text(path));
    let formats = ["--junit", junit, "--markdown", markdown, "--sarif", sarif, "--annotations"];
    let run = theoremcheck(&[arguments, &formats].concat());
    let annotations = run.stdout.lines().filter(|line| line.starts_with("::")).map(|line| line.to_owned() + "\n");
    let mut all: Vec<String> = names.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    all.push(annotations.collect());
    all
}

#[test]
fn every_format_of_merged_shards_and_of_a_resumed_run_is_that_of_the_single_run() {
    let folder = scratch("formats");
    let check = ["check", CLAIMS, "--budget", "quick"];
    let single = others(&folder, &check);
    for (format, wanted) in single.iter().zip(["<failure", "### Malformed", "\"malformed\"", "::error file="]) {
        assert!(format.contains(wanted), "{wanted}: {format}");
    }
    let reports = shards(&folder, 2, &[]);
    let merged: Vec<&str> = ["merge"].into_iter().chain(reports.iter().map(|(report, _)| report.as_str())).collect();
    assert!(others(&folder, &merged) == single);

    // A journal of a part of the claims, and then of all.
    let journal = folder.join("run.jsonl");
    let resume = [&check[..], &["--resume", text(&journal)]].concat();
    theoremcheck(&[&resume[..], &["--shard", "1/2"]].concat());
    assert!(others(&folder, &resume) == single);
    let again = theoremcheck(&resume);
    // The ninth is found to be malformed when it is compiled.
    assert!(again.stdout.contains("8 of 9 claims taken over"), "{}", again.stdout);
    assert!(others(&folder, &resume) == single);
}
