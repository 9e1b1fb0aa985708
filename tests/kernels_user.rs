//! A user's kernel in another program: `theoremcheck kernels --with ..` from the outside.
//!
//! The programs are this test itself, started with `--serve NAME`: right ones, ones with a planted fault, and ones that misbehave. So
//! nothing but the Rust toolchain is needed (and this test has a `main` of its own, without the test harness's words on standard output).
//! The example in Python is run where there is a `python3` with numpy; with THEOREMCHECK_NUMPY set, it must be there.

use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use theoremcheck::kernel::protocol::{self, HEADER, Message};
use theoremcheck::kernel::serve::serve;
use theoremcheck::kernel::{Kernel, KernelError, Kind, Precision, Problem, State, plain::Plain};
use theoremcheck::nalgebra::DMatrix;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--serve") {
        let name = arguments.next().unwrap_or_default();
        return if program(&name) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    libtest_mimic::run(&Arguments::from_args(), tests()).exit_code()
}

// The programs.

/// Asymmetric gradient descent, with a fault or without.
struct Asymmetric(Fault);

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    StaleFactor,
    MissingTranspose,
    SinglePrecision,
    EtaTwice,
    WrongSign,
    Noise,
}

impl Kernel for Asymmetric {
    fn name(&self) -> &str {
        "asymmetric in Rust"
    }

    fn kind(&self) -> Kind {
        Kind::AsymmetricGd
    }

    fn run(&self, problem: &Problem, state: &mut State, _at: u64, steps: u64) -> Result<(), KernelError> {
        let (x, mut eta) = (&problem.data[0], problem.scalars[0]);
        let fault = self.0;
        for _ in 0..steps {
            let (f, g) = (state[0].clone(), state[1].clone());
            let mut residual = x - product(&f, &g.transpose(), fault == Fault::SinglePrecision);
            match fault {
                Fault::EtaTwice => eta = problem.scalars[0] * problem.scalars[0],
                Fault::WrongSign => residual = -residual,
                _ => {}
            }
            let turned = if fault == Fault::MissingTranspose { residual.clone() } else { residual.transpose() };
            if turned.ncols() != f.nrows() {
                let (rows, cols) = turned.shape();
                return Err(KernelError::Failed(format!("matmul: {rows}×{cols} times {}×{}", f.nrows(), f.ncols())));
            }
            state[0] = &f + eta * product(&residual, &g, fault == Fault::SinglePrecision);
            let used = if fault == Fault::StaleFactor { &state[0] } else { &f };
            state[1] = &g + eta * product(&turned, used, fault == Fault::SinglePrecision);
            if fault == Fault::Noise {
                let nanoseconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                let low = nanoseconds.map_or(0, |since| since.as_nanos() % 1013);
                state[0] *= 1.0 + low as f64 * f64::EPSILON / 1e3;
            }
        }
        Ok(())
    }
}

/// The product, its sums in `f32` or in `f64`.
fn product(a: &DMatrix<f64>, b: &DMatrix<f64>, single: bool) -> DMatrix<f64> {
    if !single {
        return a * b;
    }
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        f64::from((0..a.ncols()).map(|l| (a[(i, l)] * b[(l, j)]) as f32).sum::<f32>())
    })
}

/// Symmetric gradient descent in single precision, and it says so.
struct Single;

impl Kernel for Single {
    fn name(&self) -> &str {
        "single in Rust"
    }

    fn kind(&self) -> Kind {
        Kind::SymmetricGd
    }

    fn precision(&self) -> Precision {
        Precision::Single
    }

    fn run(&self, problem: &Problem, state: &mut State, _at: u64, steps: u64) -> Result<(), KernelError> {
        let (sigma, eta) = (problem.data[0].map(|x| x as f32), problem.scalars[0] as f32);
        for _ in 0..steps {
            let x = state[0].map(|x| x as f32);
            state[0] = (&x + eta * (&sigma - &x * x.transpose()) * &x).map(f64::from);
        }
        Ok(())
    }
}

/// Symmetric gradient descent that takes runs of 11 rows for converged a twentieth too early: of no shape that the judge tries, and never
/// in the step that is held against the claim's.
struct Hasty;

impl Kernel for Hasty {
    fn name(&self) -> &str {
        "hasty in Rust"
    }

    fn kind(&self) -> Kind {
        Kind::SymmetricGd
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        let steps = if state[0].nrows() == 11 { steps - steps / 20 } else { steps };
        Plain(Kind::SymmetricGd).run(problem, state, at, steps)
    }
}

/// Whether there is a program of that name, and it ended well.
fn program(name: &str) -> bool {
    let speak = |kernels: &[&dyn Kernel]| serve(kernels, std::io::stdin().lock(), std::io::stdout().lock()).is_ok();
    let fault = |fault| speak(&[&Asymmetric(fault)]);
    match name {
        "right" => speak(&[&Asymmetric(Fault::None), &Plain(Kind::SymmetricGd)]),
        "sensing" => speak(&[&Plain(Kind::SymmetricSensingGd), &Plain(Kind::AsymmetricSensingGd)]),
        "single" => speak(&[&Single]),
        "hasty" => speak(&[&Hasty]),
        "stale" => fault(Fault::StaleFactor),
        "transpose" => fault(Fault::MissingTranspose),
        "float32" => fault(Fault::SinglePrecision),
        "eta" => fault(Fault::EtaTwice),
        "sign" => fault(Fault::WrongSign),
        "noise" => fault(Fault::Noise),
        "nothing" => speak(&[]),
        _ => raw(name),
    }
}

/// Programs that answer the greeting, and then a request in a way of their own.
fn raw(name: &str) -> bool {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut say = |bytes: &[u8]| output.write_all(bytes).and_then(|()| output.flush()).is_ok();
    let mut hear = || -> Option<Vec<u8>> {
        let mut head = [0; HEADER];
        input.read_exact(&mut head).ok()?;
        let (_, length) = protocol::header(&head).ok()?;
        let mut body = vec![0; usize::try_from(length).ok()?];
        input.read_exact(&mut body).ok()?;
        Some(body)
    };
    let forever = || loop {
        std::thread::sleep(Duration::from_secs(3600));
    };
    match name {
        "mute" => forever(),
        "chatty" => say(b"Loading the model ...\n"),
        "later" => say(&[&b"TCKP"[..], &[9, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat()),
        "crash" => {
            eprintln!("ImportError: no module named numpy");
            return false;
        }
        _ => true,
    };
    if hear().is_none() {
        return true;
    }
    let welcome = protocol::Welcome {
        name: name.to_owned(),
        precision: Precision::Double,
        many_steps: name == "wide",
        kinds: vec!["symmetric-gd".to_owned(), "of-a-later-version".to_owned()],
    };
    say(&protocol::welcome(&welcome));
    while let Some(body) = hear() {
        let Ok(mut request) = protocol::read_run(&body, Precision::Double) else { return false };
        let kind = request.problem.kind;
        if request.steps > 1 {
            // It did not say that it takes many.
            return false;
        }
        let right = Plain(kind).run(&request.problem, &mut request.state, request.at, request.steps);
        let answer = protocol::state(kind, &request.state, Precision::Double);
        match name {
            "one-step" => say(&answer),
            "hang" => forever(),
            "die" => {
                eprintln!("Traceback (most recent call last):\n  ..\nIndexError: index 3 is out of bounds");
                std::process::exit(3);
            }
            "garbage" => say(b"nan nan nan nan nan nan nan nan nan"),
            "short" => {
                say(&answer[..answer.len() - 5]);
                std::process::exit(0);
            }
            "stall" => {
                say(&answer[..answer.len() - 5]);
                forever()
            }
            "long" => say(&[&answer[..], b"!!"].concat()),
            "huge" => say(&[&b"TCKP"[..], &[1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 255]].concat()),
            "wide" => say(&protocol::state(kind, &vec![DMatrix::zeros(1, 9)], Precision::Double)),
            "refuses" => say(&protocol::error(Message::Unsupported, "n above 2 is too large for me")),
            "echo" => say(&protocol::hello("you")),
            _ => return false,
        };
        if right.is_err() {
            return false;
        }
    }
    true
}

// The tests.

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Fails unless it exited so and said all of this on standard output or error.
    fn says(&self, status: i32, parts: &[&str]) -> Result<(), Failed> {
        let all = format!("{}{}", self.stdout, self.stderr);
        let missing: Vec<&&str> = parts.iter().filter(|part| !all.contains(**part)).collect();
        if self.status == status && missing.is_empty() {
            return Ok(());
        }
        Err(Failed::from(format!("status {}, expected {status}; not said: {missing:?}\n{all}", self.status)))
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kernels-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// In a folder without claims.
fn theoremcheck(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    let output =
        command.current_dir(env!("CARGO_TARGET_TMPDIR")).env_remove("NO_COLOR").args(arguments).output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn command_of(name: &str) -> String {
    format!("'{}' --serve {name}", std::env::current_exe().unwrap().display())
}

fn with(name: &str, more: &[&str]) -> Run {
    let command = command_of(name);
    theoremcheck(&[&["kernels", "--with", &command], more].concat())
}

fn tests() -> Vec<Trial> {
    let mut tests = vec![
        Trial::test("kinds_are_listed_with_their_definitions", listed),
        Trial::test("a_right_kernel_passes_for_each_of_its_kinds", right),
        Trial::test("a_single_precision_kernel_is_judged_by_its_own_unit", || {
            let parts =
                ["single in Rust  symmetric-gd, float32", "agrees with its kind", "none is run by a float32 kernel"];
            with("single", &["--claims", claims("single").to_str().unwrap()]).says(0, &parts)
        }),
        Trial::test("a_kernel_of_one_step_a_request_passes", || {
            with("one-step", &[]).says(0, &["one-step  symmetric-gd, float64", "agrees with its kind"])
        }),
        Trial::test("what_was_found_is_written_as_json", json),
        Trial::test("claims_that_name_the_kind_are_run_by_the_kernel", claims_are_run),
        Trial::test("a_baseline_tells_of_a_kernel_whose_margins_are_worse_by_five_per_cent", baseline),
        Trial::test("a_hanging_program_ends_in_time", hanging),
        Trial::test("the_example_in_python_passes", python),
    ];
    let planted: [(&str, &[&str]); 5] = [
        ("stale", &["the update of G uses the F that was just updated, as a factor;", "✗ disagrees with its kind"]),
        (
            "transpose",
            &["a transpose is missing: the residual in the update of G", "no answer to", "matmul: 3×2 times 3×2"],
        ),
        ("float32", &["its errors are those of 24 bits, in results of 53: it accumulates in float32"]),
        ("eta", &["eta is applied twice (eta^2)"]),
        ("sign", &["the residual has the wrong sign"]),
    ];
    for (name, parts) in planted {
        tests.push(Trial::test(format!("a_planted_fault_is_caught_and_named::{name}"), move || {
            with(name, &[]).says(1, parts)
        }));
    }
    let misbehaving: [(&str, i32, &[&str]); 14] = [
        ("noise", 1, &["agrees with its kind", "✗ the same twice: other bits the second time ("]),
        ("die", 1, &["it ended (exit status 3) without an answer; on its standard error: ", "IndexError: index 3 is"]),
        ("die", 1, &["; step 1 and 8 more: the kernel failed: it ended (exit status 3)"]),
        ("die", 1, &["the kernel failed: it has ended by itself 9 times\n", "✗ no step could be judged"]),
        ("garbage", 1, &["`nan nan nan nan ` where a message begins with `TCKP`; a kernel's standard output is for"]),
        ("short", 1, &["it ended (exit status 0) in the middle of an answer: ", " bytes came: "]),
        ("long", 1, &["it wrote 2 bytes to its standard output that nobody asked for: `!!`"]),
        ("huge", 1, &["its answer announces 18374686479671623680 bytes, more than any answer to this has"]),
        ("wide", 1, &["its array `X` is 1×9, where 2×2 is expected"]),
        ("refuses", 1, &["the kernel does not take this problem: n above 2 is too large for me"]),
        ("echo", 1, &["it answers a request with the message Hello"]),
        ("chatty", 2, &["cannot be used as a kernel: `Loading the mode` where a message begins with `TCKP`"]),
        ("later", 2, &["it speaks version 9 of the protocol, this is version 1"]),
        ("crash", 2, &["it ended (exit status 1) without an answer; on its standard error: ImportError: no module"]),
    ];
    for (i, (name, status, parts)) in misbehaving.into_iter().enumerate() {
        tests.push(Trial::test(format!("a_program_that_misbehaves_says_how::{name}_{i}"), move || {
            with(name, &["--time-limit", "60"]).says(status, parts)
        }));
    }
    tests.push(Trial::test("a_bad_command_exits_with_2", bad_commands));
    tests
}

fn listed() -> Result<(), Failed> {
    let run = theoremcheck(&["kernels"]);
    run.says(
        0,
        &["asymmetric-gd", "F (m×k), G (n×k)", "step      G = G + eta*(X - F*G')'*F", "A (q×n*n), Sigma (n×n), eta"],
    )
}

fn right() -> Result<(), Failed> {
    let run = with("right", &[]);
    let parts = [
        "asymmetric in Rust  asymmetric-gd, float64\n✓ agrees with its kind: ",
        "asymmetric in Rust  symmetric-gd, float64\n✓ agrees with its kind: ",
        "✓ the same twice\n✓ many steps at once\n✓ no steps\n✓ NaN and overflow\n",
        " ns a step (17×9, k = 5, random)",
    ];
    run.says(0, &parts)?;
    let run = with("right", &["--kind", "symmetric-gd"]);
    run.says(0, &["symmetric-gd"])?;
    if run.stdout.contains("asymmetric-gd") {
        return Err(Failed::from(run.stdout));
    }
    with("sensing", &[])
        .says(0, &["symmetric-sensing-gd, float64\n✓ agrees", "asymmetric-sensing-gd, float64\n✓ agrees"])
}

fn json() -> Result<(), Failed> {
    let folder = scratch("json");
    let read = |name: &str, program: &str| -> serde_json::Value {
        let path = folder.join(name);
        with(program, &["--json", path.to_str().unwrap()]);
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
    };
    let found = read("stale.json", "stale");
    assert_eq!((&found["format"], &found["version"]), (&"theoremcheck-kernels".into(), &1.into()));
    let kernel = &found["kernels"][0];
    assert_eq!(kernel["passed"], false);
    assert_eq!(kernel["diagnosis"]["whole"][0]["name"], "second-uses-new-first-factor");
    assert!(kernel["arrays"][0]["ratio"].as_f64().unwrap() < 1.0);
    assert!(kernel["arrays"][1]["ratio"].as_f64().unwrap() > 1e6);
    assert_eq!(
        kernel["checks"][0],
        serde_json::json!({"name": "the same twice", "outcome": "passed", "message": null})
    );
    // The same program gives the same report, and one that is no kernel gives one, too.
    assert_eq!(found, read("again.json", "stale"));
    let crash = read("crash.json", "crash");
    assert_eq!(crash["kernels"], serde_json::json!([]));
    assert!(crash["error"].as_str().unwrap().contains("cannot be used as a kernel"));
    Ok(())
}

const BOUNDED: &str = r#"
title = "Small factors stay small"
at    = "here"
[given]
n  = "int in 1..=2"
S  = "symmetric(n, [1/2, 1])"
U0 = "matrix(n, n, sv in [0, 1])"
V0 = "matrix(n, n, sv in [0, 1])"
h  = "real in [1/16, 1/8]"
[trajectory]
state  = { U = "U0", V = "V0" }
step   = { U = "U + h*(S - U*V')*V", V = "V + h*(S - U*V')'*U" }
kernel = { kind = "asymmetric-gd", F = "U", G = "V", X = "S", eta = "h" }
steps  = "20"
at     = "every 10"
[trajectory.always]
bounded = "norm(U) <= 4"
"#;

/// A folder with a claim that names asymmetric descent.
fn claims(name: &str) -> PathBuf {
    let folder = scratch(name);
    let paper = folder.join("paper");
    fs::create_dir_all(&paper).unwrap();
    fs::write(paper.join("bounded.toml"), BOUNDED).unwrap();
    fs::write(paper.join("paper.toml"), "title = \"P\"\nauthors = [\"A\"]\nvenue = \"V\"\nyear = 2026\n").unwrap();
    folder
}

fn claims_are_run() -> Result<(), Failed> {
    let folder = claims("run");
    let more = ["--kind", "asymmetric-gd", "--cases", "16", "--claims", folder.to_str().unwrap()];
    with("right", &more).says(0, &["✓ claims that name asymmetric-gd: 1 run by it, none broken"])?;
    let parts = [
        "✗ claims that name asymmetric-gd: 1 run by it, 1 broken",
        "paper/bounded: error, expected held: ",
        "is not the `step` of this claim",
    ];
    with("stale", &more).says(1, &parts)?;
    let symmetric = ["--kind", "symmetric-gd", "--cases", "16", "--claims", folder.to_str().unwrap()];
    with("right", &symmetric).says(0, &["claims: none names symmetric-gd"])
}

const DECAY: &str = r#"
title = "Descent to zero is as fast as one over the root of time"
at    = "here"
[given]
X0 = "matrix(11, 2, sv in [1/2, 1])"
[let]
Z = "zeros(11, 11)"
h = "1/16"
[trajectory]
state  = { X = "X0" }
step   = { X = "X + h*(Z - X*X')*X" }
kernel = { kind = "symmetric-gd", X = "X", Sigma = "Z", eta = "h" }
steps  = "200"
at     = "every 100"
[trajectory.finally]
small = "norm(X) <= 57/200"
"#;

/// Neither the judge nor the claim finds anything wrong with it; what the claim comes to does.
fn baseline() -> Result<(), Failed> {
    let folder = claims("baseline");
    fs::write(folder.join("paper/decay.toml"), DECAY).unwrap();
    let file = folder.join("baseline.json");
    let run = |name: &str, more: &[&str]| {
        let common = ["--kind", "symmetric-gd", "--cases", "16", "--claims", folder.to_str().unwrap(), "--baseline"];
        with(name, &[&common[..], &[file.to_str().unwrap()], more].concat())
    };
    run("right", &[]).says(2, &["there is no baseline"])?;
    run("right", &["--accept-baseline"]).says(0, &["~ paper/decay small: new: held", "1 predicates written"])?;
    run("right", &[]).says(0, &["1 as before, within 1 %"])?;
    let parts = [
        "✓ agrees with its kind",
        "1 run by it, none broken",
        "✗ paper/decay small: margin 0.1",
        ": worse by ",
        "the statement is the same, sha256:",
        "1 drifted, within 1 %",
    ];
    let hasty = run("hasty", &[]);
    hasty.says(5, &parts)?;
    let per_cent = hasty.stdout.split(": worse by ").nth(1).and_then(|rest| rest.split(' ').next());
    let per_cent: f64 = per_cent.and_then(|number| number.parse().ok()).ok_or("no number")?;
    if !(4.0..6.0).contains(&per_cent) {
        return Err(Failed::from(format!("worse by {per_cent} %, about 5 expected\n{}", hasty.stdout)));
    }
    run("hasty", &["--tolerance", "8%"]).says(0, &["1 as before, within 8 %"])?;
    run("hasty", &["--accept-baseline"]).says(0, &["✗ paper/decay small: margin"])?;
    run("hasty", &[]).says(0, &["1 as before"])?;
    fs::remove_file(folder.join("paper/decay.toml")).unwrap();
    // Of one kind, nothing says that it is gone: it may be another's.
    run("right", &[]).says(0, &["nothing to compare"])?;
    theoremcheck(&["kernels", "--baseline", "b.json"]).says(2, &["name it with --with"])
}

/// Within the limit and a good margin for a busy machine, whether it hangs at once, later, or in the middle of an answer.
fn hanging() -> Result<(), Failed> {
    let started = Instant::now();
    let limits: [(&str, &[&str], i32, &[&str]); 4] = [
        (
            "mute",
            &["--start-limit", "0.3"],
            2,
            &["cannot be used as a kernel: it did not say what it is within 0.3 s (--start-limit)"],
        ),
        ("hang", &["--time-limit", "5"], 1, &["no answer within 5 s", "the program is not asked again"]),
        ("stall", &["--time-limit", "5"], 1, &["no answer within 5 s (", " bytes came: "]),
        ("hang", &["--total-limit", "4"], 1, &["its answers have taken 4 s together"]),
    ];
    // All at once: they wait.
    let run = |(name, more, status, parts): (&'static str, &'static [&'static str], i32, &'static [&'static str])| {
        std::thread::spawn(move || with(name, more).says(status, parts))
    };
    for waited in limits.map(run) {
        waited.join().map_err(|_| Failed::from("a panic"))??;
    }
    if started.elapsed() > Duration::from_secs(120) {
        return Err(Failed::from(format!("it took {:?}", started.elapsed())));
    }
    Ok(())
}

fn bad_commands() -> Result<(), Failed> {
    theoremcheck(&["kernels", "--with", "no-such-program-anywhere"])
        .says(2, &["cannot be used as a kernel: it cannot be started"])?;
    theoremcheck(&["kernels", "--with", "python3 'a"]).says(2, &["a quote that is not closed"])?;
    theoremcheck(&["kernels", "--with", ""]).says(2, &["an empty command"])?;
    theoremcheck(&["kernels", "--kind", "symmetric-gd"]).says(2, &["--with"])?;
    with("right", &["--kind", "symmetric"]).says(2, &["symmetric-sensing-gd"])?;
    with("right", &["--time-limit", "0"]).says(2, &["a number of seconds, above 0"])?;
    with("right", &["--kind", "symmetric-sensing-gd"])
        .says(2, &["is no kernel of symmetric-sensing-gd: it says that it runs asymmetric-gd, symmetric-gd"])?;
    with("nothing", &[]).says(2, &["is a kernel of no kind: it says that it runs no kind"])?;
    with("right", &["--claims", "no/such/folder"]).says(2, &["no/such/folder"])
}

fn python() -> Result<(), Failed> {
    let there =
        Command::new("python3").args(["-c", "import numpy"]).output().is_ok_and(|output| output.status.success());
    if !there {
        return match std::env::var_os("THEOREMCHECK_NUMPY") {
            Some(_) => Err(Failed::from("THEOREMCHECK_NUMPY is set, and there is no python3 with numpy")),
            None => {
                eprintln!("left out: no python3 with numpy");
                Ok(())
            }
        };
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/kernel_numpy.py");
    let run = |more: &str| theoremcheck(&["kernels", "--with", &format!("python3 '{script}'{more}")]);
    let parts = [
        "numpy  symmetric-gd, float64\n✓ agrees",
        "numpy  asymmetric-gd, float64\n✓ agrees",
        "numpy  symmetric-sensing-gd",
        "numpy  asymmetric-sensing-gd",
    ];
    run("").says(0, &parts)?;
    run(" --dtype float32").says(0, &["numpy  asymmetric-gd, float32\n✓ agrees"])?;
    readme(&fs::read_to_string(script).unwrap())
}

/// The fault that the README plants in the example, and what it says is printed: numbers aside, which depend on numpy's products.
fn readme(example: &str) -> Result<(), Failed> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let block = |opening: &str| readme.split(opening).nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let faulty = block("```python\n");
    let (before, rest) = example.split_once("def asymmetric_gd").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let folder = scratch("readme");
    fs::write(folder.join("descent.py"), format!("{before}{faulty}\n{after}")).unwrap();
    let (command, shown) = block("```text\n$ theoremcheck kernels ").split_once('\n').unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    let run = run.arg("kernels").args(shlex::split(command).unwrap()).current_dir(&folder).output().unwrap();
    let printed = String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap();
    let (found, wanted) = (numbers_aside(&printed), numbers_aside(shown));
    if found == wanted { Ok(()) } else { Err(Failed::from(format!("the README shows something else than\n{printed}"))) }
}

/// Ratios and where they were met.
fn numbers_aside(text: &str) -> Vec<String> {
    let ratio = |line: &str| match (line.split_once("worst error "), line.split_once(" times ")) {
        (Some((start, _)), Some((_, end))) => format!("{start}{}", end.split(" (").next().unwrap_or_default()),
        _ => line.to_owned(),
    };
    text.trim_end().lines().map(ratio).collect()
}
