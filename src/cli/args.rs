//! The command line as data. The only file that knows clap's derive.

use crate::engine::budget::Budget;
use crate::engine::run::{MAX_ELEMENTS, SEED};
use crate::engine::shard::Shard;
use crate::kernel::Kind;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;
use std::time::Duration;

/// More cases than anyone can wait for, few enough to be counted.
const MOST_CASES: u64 = 1_000_000_000_000;

/// Above any case that a report names: a trial of a probability is numbered by its setting, too, and that has a number of 34 bits.
const LAST_CASE: u64 = (1 << 34) * crate::check::TRIALS;

/// So many numbers of eight lanes take 16 GiB.
const MOST_ELEMENTS: u64 = 1 << 28;

/// QuickCheck for theorems: a paper's lemma as an executable claim, checked with margins.
///
/// `theoremcheck` alone checks every claim under claims/; `theoremcheck PATH..` checks those.
///
/// Exit status: 0 every verdict as expected; 1 some claim decided otherwise; 2 a claim or an argument is malformed; 3 the
/// harness itself failed; 4 some claim could not be decided; 5 drift from a baseline. The gravest wins: 3, 2, 1, 4, 5.
/// A run that is interrupted exits with 130.
#[derive(Debug, Parser)]
#[command(name = "theoremcheck", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub check: CheckArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run claims: a table of verdicts and margins (the default command)
    Check(CheckArgs),
    /// Make the report of the single run from the reports of its shards
    Merge(MergeArgs),
    /// Show a claim as mathematics: what is checked, under which hypotheses, the evidence, the worst case
    Explain(ExplainArgs),
    /// Run one case and show every intermediate value
    Replay(ReplayArgs),
    /// Prove the stored counterexamples again, from their values alone
    Verify(VerifyArgs),
    /// Run the experiments: write their figures, and the tables of what they show
    Plot(PlotArgs),
    /// Show what each constant, term and hypothesis of a claim is worth: its mutants, hunted
    Power(PowerArgs),
    /// Make a site of a run: HTML that needs no network and no script, from the JSON of `check --json` alone
    Report(ReportArgs),
    /// List claims, without running them
    List(ListArgs),
    /// List the kinds of iteration that kernels run; hold a program of yours against its kind
    Kernels(KernelsArgs),
    /// Write a new claim file to start from
    New(NewArgs),
    /// Print the JSON schema of a claim file, for editors
    Schema,
    /// Print a completion script
    Completions {
        /// The shell it is for
        shell: Shell,
    },
    /// Print a manual page, for man(1)
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Claim files, papers' folders, or folders of papers [default: claims]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Random evaluations a claim: quick 2,000, default 20,000, deep 100,000; the hunt has 20,000, 250,000, 1,250,000 more
    #[arg(long, value_name = "BUDGET", default_value = "default", value_parser = budget())]
    pub budget: Budget,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub outputs: OutputArgs,
    /// Check only the claims that fall to shard K of N, from 1; `merge` makes one report of those of all shards
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Keep a journal of what is finished; where there is one of the same run, go on where it ends
    #[arg(long, value_name = "FILE", conflicts_with = "accept_witness")]
    pub resume: Option<PathBuf>,
    #[command(flatten)]
    pub baseline: BaselineArgs,
    /// Store the counterexample of each refuted claim beside it, as `<claim>.witness.json`
    #[arg(long)]
    pub accept_witness: bool,
    /// Show counts, strata and rejections of every claim
    #[arg(short, long)]
    pub verbose: bool,
    /// Show only what is not as expected
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    #[command(flatten)]
    pub color: ColorArgs,
}

/// What is written of a run, whatever its outcome.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Write the report as JSON, whatever the outcome (`-`: to standard output, in place of the table)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write JUnit XML: a suite a claim, margins as its properties
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a summary in Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write what is not as expected as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Print what is not as expected as workflow commands of GitHub Actions, which show it beside the TOML
    #[arg(long)]
    pub annotations: bool,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// What `check --json` wrote (`-`: from standard input)
    #[arg(value_name = "RUN.json")]
    pub run: PathBuf,
    /// The folder that the site is written to; it is made if it is not there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Print nothing
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// What `check --shard K/N --json` wrote, of every shard
    #[arg(value_name = "SHARD.json", required = true)]
    pub shards: Vec<PathBuf>,
    #[command(flatten)]
    pub outputs: OutputArgs,
    #[command(flatten)]
    pub baseline: BaselineArgs,
    /// Show only what is not as expected
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub color: ColorArgs,
}

/// What a run is compared with.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Compare every verdict and closest approach with this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// How much worse a number may get, as a part of its size: `1/100`, `0.01` or `1%`
    #[arg(long, value_name = "PART", default_value = "1/100", value_parser = part, requires = "baseline")]
    pub tolerance: f64,
    /// Write what this run found to the baseline, and show what changed
    #[arg(long, requires = "baseline")]
    pub accept_baseline: bool,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Which claim: `<paper>/<claim>`
    pub id: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Print what is checked as TeX
    #[arg(long)]
    pub tex: bool,
    /// What is spent on evidence, as for `check`
    #[arg(long, value_name = "BUDGET", default_value = "quick", value_parser = budget())]
    pub budget: Budget,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Which claim: `<paper>/<claim>`
    pub id: String,
    /// Which case; it, or `--hunted`, must be given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..LAST_CASE))]
    pub case: Option<u64>,
    /// The nearest case that the hunt finds for this predicate, in place of a random one; the hunt is run again
    #[arg(long, value_name = "PREDICATE", conflicts_with = "case")]
    pub hunted: Option<String>,
    /// The budget that the hunt was run with
    #[arg(long, value_name = "BUDGET", default_value = "default", value_parser = budget(), requires = "hunted")]
    pub budget: Budget,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Show the bits of every number in hexadecimal too
    #[arg(long, visible_alias = "hex")]
    pub bits: bool,
    #[command(flatten)]
    pub machine: MachineArgs,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Witness files, claim files, papers' folders, or folders of papers [default: claims]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Refuse claims whose values are more numbers than this
    #[arg(long, value_name = "N", default_value_t = MAX_ELEMENTS as u64,
          value_parser = clap::value_parser!(u64).range(1..=MOST_ELEMENTS))]
    pub max_elements: u64,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct PlotArgs {
    /// Claim files, papers' folders, or folders of papers [default: claims]; those without `[experiment]` are left out
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where the figures go: `<paper>/<claim>.svg` and `.csv`
    #[arg(short, long, value_name = "FOLDER", default_value = "figures")]
    pub output: PathBuf,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// What an experiment may take: quick, default or deep; one that asks for more is not run
    #[arg(long, value_name = "BUDGET", default_value = "default", value_parser = budget())]
    pub budget: Budget,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct PowerArgs {
    /// Which claim: `<paper>/<claim>`
    pub id: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The budget of each mutant: quick, default or deep, as for `check`
    #[arg(long, value_name = "BUDGET", default_value = "quick", value_parser = budget())]
    pub budget: Budget,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Claim files, papers' folders, or folders of papers [default: claims]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Hold the claims of one folder of papers against its `index.tsv`: which statements have no claim, which claims no statement
    #[arg(long, conflicts_with = "filter")]
    pub index: bool,
    /// Print what was found wrong, in Markdown: for each claim that a stored counterexample refutes, the statement as printed, the
    /// counterexample, proved again, and the corrected statement
    #[arg(long, conflicts_with = "index")]
    pub errata: bool,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct KernelsArgs {
    /// A program that speaks the protocol of docs/kernel-protocol.md, with its arguments; no shell sees it
    #[arg(long, value_name = "COMMAND")]
    pub with: Option<String>,
    /// Which of the program's kinds [default: all of them]
    #[arg(long, value_name = "KIND", value_parser = kind(), requires = "with")]
    pub kind: Option<Kind>,
    /// Claims that the program is to run, where they name its kind: files or folders [default: claims, if there is such a folder]
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "with")]
    pub claims: Vec<PathBuf>,
    /// How long the program may take to start: for its answer to the greeting
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, requires = "with")]
    pub start_limit: Duration,
    /// How long it may take for one answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds, requires = "with")]
    pub time_limit: Duration,
    /// How long it may take for all of them
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds, requires = "with")]
    pub total_limit: Duration,
    /// The budget of each claim, as for `check`
    #[arg(long, value_name = "BUDGET", default_value = "quick", value_parser = budget(), requires = "with")]
    pub budget: Budget,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub baseline: BaselineArgs,
    /// Write what was found as JSON, whatever it is (`-`: to standard output, in place of the text)
    #[arg(long, value_name = "FILE", requires = "with")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub color: ColorArgs,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command it is of [default: all of them, in one line each]
    pub command: Option<String>,
    /// Write the page of every command to this folder
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct NewArgs {
    /// The new claim's id, `<paper>/<claim>`
    pub id: String,
    /// Its title
    #[arg(long, default_value = "One sentence that says what the lemma says")]
    pub title: String,
    /// The folder of papers to put it in
    #[arg(long, value_name = "DIR", default_value = super::CLAIMS)]
    pub path: PathBuf,
}

#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Only claims whose id contains this, or matches it if it has a `*` or `?`
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
}

#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// Where to look for the claim; may be repeated [default: claims]
    #[arg(long = "path", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Run this many cases of each claim, whatever the budget (rounded up to a multiple of eight)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_CASES))]
    pub cases: Option<u64>,
    /// Threads [default: one a processor]; the report does not depend on it
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub machine: MachineArgs,
}

/// What decides the values of a case, and the processor it runs on.
#[derive(Debug, Args)]
pub struct MachineArgs {
    /// Seed of the suite: the same claims, seed and budget give the same report
    #[arg(long, value_name = "N", default_value_t = SEED)]
    pub seed: u64,
    /// Refuse cases whose values are more numbers than this
    #[arg(long, value_name = "N", default_value_t = MAX_ELEMENTS as u64,
          value_parser = clap::value_parser!(u64).range(1..=MOST_ELEMENTS))]
    pub max_elements: u64,
    /// How the eight lanes are held (also `THEOREMCHECK_BACKEND`); all give the same bits
    #[arg(long, value_name = "NAME", hide = true)]
    pub backend: Option<String>,
}

#[derive(Debug, Args)]
pub struct ColorArgs {
    /// Never colour the output (as with the environment variable `NO_COLOR`)
    #[arg(long)]
    pub no_color: bool,
}

fn budget() -> impl TypedValueParser<Value = Budget> {
    PossibleValuesParser::new(Budget::ALL.map(Budget::name)).try_map(|name| name.parse::<Budget>())
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    let parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name));
    parser.try_map(|name| Kind::from_name(&name).ok_or_else(|| format!("there is no kind `{name}`")))
}

/// A part of a whole: `1/100`, `0.01`, `1%`.
fn part(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let part = match (text.split_once('/'), text.strip_suffix('%')) {
        (Some((over, under)), _) => number(over).zip(number(under)).map(|(over, under)| over / under),
        (None, Some(percent)) => number(percent).map(|percent| percent / 100.0),
        (None, None) => number(text),
    };
    part.filter(|part| (0.0..=1.0).contains(part))
        .ok_or_else(|| "a part between 0 and 1 is expected, like `1/100`, `0.01` or `1%`".to_owned())
}

/// A time that a person may wait for: more than none, no more than a day.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: Option<f64> = text.parse().ok().filter(|number| *number > 0.0 && *number <= 86400.0);
    number
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "a number of seconds, above 0 and up to 86400, is expected".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_path_alone_means_check() {
        let cli = Cli::try_parse_from(["theoremcheck", "claims/p", "--seed", "3"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.check.paths, [PathBuf::from("claims/p")]);
        assert_eq!(cli.check.work.machine.seed, 3);
    }

    #[test]
    fn a_tolerance_is_a_part_of_a_whole() {
        assert_eq!(["1/100", "0.01", "1%", "1 %", "0", "1"].map(part), [0.01, 0.01, 0.01, 0.01, 0.0, 1.0].map(Ok));
        for wrong in ["", "1/0", "0/0", "-1%", "200%", "1/", "one", "nan"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }
}
