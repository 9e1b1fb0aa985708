//! What the tests of the reports share: planted claims, the command, a reader of markup.

// Each test program uses its own part of this.
#![allow(dead_code)]

pub mod xml;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of this test's own, empty.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn theoremcheck(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    for variable in ["THEOREMCHECK_BACKEND", "THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED", "NO_COLOR"] {
        command.env_remove(variable);
    }
    command.current_dir(folder).args(arguments).output().unwrap()
}

const PAPER: &str = r#"
title   = "On <squares> & \"roots\""
authors = ["A. Author", "B. O'Author"]
year    = 1999
url     = "https://example.org/paper"
bibtex  = "@article{x, title = {On <squares>}}"
"#;

/// Claims of many kinds, and what they come to: every verdict that a small budget can reach, hostile text, a file that is no claim.
const CLAIMS: &[(&str, &str)] = &[
    (
        "monotone",
        r#"
title  = "Squaring keeps the order"
at     = "Lemma 1"
tex    = '''0 \preceq S \preceq T \implies S^2 \preceq T^2'''
expect = "refuted"
corrected = "monotone-corrected"
notes  = "A classic; `S^2` is not monotone."
[given]
n = "int in 1..=2"
S = "symmetric(n, [0, 4])"
P = "symmetric(n, [0, 4])"
[claim]
square = "S^2 <= (S + P)^2"
"#,
    ),
    (
        "monotone-corrected",
        r#"
title    = "The square root keeps the order"
at       = "Lemma 1"
tex      = '''Let $0 \prec S \preceq T$. Then \[ \sqrt S \preceq \sqrt T. \]'''
corrects = "monotone"
[given]
n = "int in 1..=2"
S = "symmetric(n, [1/100, 4])"
P = "symmetric(n, [0, 4])"
[assume]
small = "norm(P) <= 3"
[claim]
root = "sqrtm(S) <= sqrtm(S + P)"
"#,
    ),
    (
        "rests",
        "title = \"Rests on Lemma 1\"\nat = \"Lemma 2\"\nuses = [\"monotone\"]\n[given]\nx = \"real in [0, 1]\"\n[claim]\na = \"x^2 <= x\"\nb = \"(x + 1)^2 == x^2 + 2*x + 1\"\n",
    ),
    (
        "rests-far",
        "title = \"Rests on Lemma 2\"\nat = \"Theorem 3\"\nuses = [\"rests\"]\n[given]\nx = \"real in [0, 1]\"\n[claim]\na = \"x >= 0\"\n",
    ),
    (
        "surprise",
        "title = \"Is false, and not expected to be\"\nat = \"(4)\"\n[given]\nx = \"real in [0, 2]\"\n[claim]\nless = \"x^2 <= x\"\n",
    ),
    (
        "never",
        "title = \"Nothing meets the hypothesis\"\nat = \"(5)\"\n[given]\nx = \"real in [0, 1]\"\n[assume]\nlarge = \"x > 2\"\n[claim]\na = \"x < 0\"\n",
    ),
    (
        "large",
        "title = \"Asks for more\"\nat = \"(6)\"\n[budget]\ncases = 100000000\n[given]\nx = \"real in [0, 1]\"\n[claim]\na = \"x >= 0\"\n",
    ),
    (
        "coin",
        "title = \"A coin\"\nat = \"(7)\"\n[given]\nq = \"real in [1/4, 1/2]\"\n[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= q\"\nat_least = \"1/8\"\n",
    ),
    (
        "law",
        "title = \"A law\"\nat = \"(8)\"\n[given]\nx = \"real in [1/1000, 1] log\"\nu = \"normal\"\n[scaling]\nsweep = { x = \"log [1e-3, 1] 9\" }\nfit = \"2*log(x) + u/10 ~ log(x)\"\nslope = \"about 2 within 1/10\"\nruns = 16\n",
    ),
    (
        "decay",
        "title = \"An iteration\"\nat = \"(9)\"\n[given]\nx0 = \"real in [1/5, 2/5]\"\n[trajectory]\nstate = { x = \"x0\" }\nstep = { x = \"x - x^2/4\" }\nsteps = \"8\"\n[trajectory.always]\nbelow = \"x <= x0\"\n",
    ),
    (
        "hostile",
        r#"
title = "<script>alert(1)</script> ]]> \" onload=\"alert(2)"
at    = "</td><img src=x onerror=alert(3)> | `x` ::error::"
tex   = '''<b>\nosuchcommand</b> $<script>$'''
notes = "<iframe src='https://example.com'></iframe> `<b>` \u202e"
[given]
x = "real in [0, 2]"
[claim]
a = "x <= 1"
"#,
    ),
    ("broken", "title = \"No claim\"\nat = \"(10)\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\na = \"y < <script>\"\n"),
];

/// A folder with `claims/planted/`, checked at a small budget: `run.json`, `junit.xml`, `run.md`, `run.sarif`, `site/`.
pub struct Planted {
    pub folder: PathBuf,
    pub status: Option<i32>,
    pub stdout: String,
}

impl Planted {
    pub fn new(name: &str) -> Self {
        let folder = scratch(name);
        let claims = folder.join("claims/planted");
        fs::create_dir_all(&claims).unwrap();
        fs::write(claims.join("paper.toml"), PAPER).unwrap();
        for (stem, text) in CLAIMS {
            fs::write(claims.join(format!("{stem}.toml")), text).unwrap();
        }
        let arguments = [
            "check",
            "--budget",
            "quick",
            "--json",
            "run.json",
            "--junit",
            "junit.xml",
            "--markdown",
            "run.md",
            "--sarif",
            "run.sarif",
            "--annotations",
        ];
        let output = theoremcheck(&folder, &arguments);
        let (status, stdout) = (output.status.code(), String::from_utf8(output.stdout).unwrap());
        // The site is made where there are no claims.
        let elsewhere = folder.join("elsewhere");
        fs::create_dir_all(&elsewhere).unwrap();
        let report = theoremcheck(&elsewhere, &["report", "../run.json", "-o", "../site"]);
        assert!(report.status.success(), "{}", String::from_utf8_lossy(&report.stderr));
        Self { folder, status, stdout }
    }

    /// The JSON of the run.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("run.json")).unwrap()
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

/// All files below a folder, as paths from it, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let path = path.strip_prefix(folder).unwrap();
                all.push(path.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    all.sort();
    all
}
