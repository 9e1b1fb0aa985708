//! `theoremcheck kernels`: the kinds of iteration; and, `--with` a program, whether that is a kernel of its kind, and what it does to claims.
//!
//! What goes wrong up to the program's first answer is a bad command (status 2): nothing says that it is a kernel at all. What it does
//! wrong after that is found of a kernel (status 1). With `--baseline`, the numbers of the claims that it runs are compared, too (status 5): a
//! kernel may be wrong where neither the judge nor a claim looks, and shows it by what the claims come to.

use super::args::KernelsArgs;
use super::baseline::{self, Held};
use super::console;
use super::find;
use super::outputs;
use super::stop::Stop;
use crate::claim::model::{Claim, ClaimId};
use crate::engine::budget::LANES;
use crate::engine::exit::Exit;
use crate::engine::files::Scan;
use crate::engine::kernels::{claims_broken, names_kind, nanoseconds_a_step};
use crate::engine::process::{Limits, Program};
use crate::kernel::judge::judge;
use crate::kernel::plain::Plain;
use crate::kernel::trials::for_speed;
use crate::kernel::{Kernel, Kind, SharedKernel, built_in};
use crate::report::entry::Entry;
use crate::report::json;
use crate::report::kernels::{self, KernelReport};
use crate::report::number::{grouped, short};
use crate::report::paint::Paint;
use crate::report::run_report::Setup;
use crate::report::terminal;
use crate::report::write::write_atomically;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn kernels(args: &KernelsArgs) -> Result<Exit, Stop> {
    let Some(command) = &args.with else {
        if args.baseline.baseline.is_some() {
            return Err(Stop::argument("--baseline compares what claims come to by a program: name it with --with"));
        }
        console::out(&kernels::kinds(console::paint_out(&args.color)));
        return Ok(Exit::AsExpected);
    };
    let words = words(command)?;
    outputs::apart(outputs(args))?;
    // The program is a file, too, and so are those that it is given.
    outputs::spare(outputs(args), || words.iter().map(PathBuf::from).filter(|path| path.is_file()))?;
    // Of folders that cannot be searched nothing is read; that is told below.
    if let Ok(scan) = find::scan(&args.claims) {
        outputs::spare(outputs(args), || scan.reads())?;
    }
    let mut reports = Vec::new();
    let judged = judge_program(args, &words, &mut reports);
    if let Some(path) = &args.json {
        let error = judged.as_ref().err().map(|stop| stop.message.as_str());
        let text = kernels::json(&words, &reports, error);
        let text = text.map_err(|error| Stop::harness(format!("cannot write JSON: {error}")))?;
        if path == Path::new("-") {
            console::out(&text);
        } else {
            let written = write_atomically(path, &text).map_err(|error| Stop::cannot_write(path, &error));
            let exit = *judged.as_ref().unwrap_or(&Exit::AsExpected);
            return Stop::all(judged.err().into_iter().chain(written.err())).map(|()| exit);
        }
    }
    judged
}

/// What is written, each with the argument that names it.
fn outputs(args: &KernelsArgs) -> impl Iterator<Item = (&'static str, &Path)> {
    let json = args.json.as_deref().filter(|path| *path != Path::new("-")).map(|path| ("--json", path));
    json.into_iter().chain(baseline::named(&args.baseline))
}

/// A command as words, as a shell would split it; there is no shell.
fn words(command: &str) -> Result<Vec<String>, Stop> {
    match shlex::split(command) {
        None => Err(Stop::argument(format!(
            "--with: a quote that is not closed, or nothing after a backslash, in {command}"
        ))),
        Some(words) if words.is_empty() => Err(Stop::argument("--with: an empty command, where a program is to stand")),
        Some(words) => Ok(words),
    }
}

fn judge_program(args: &KernelsArgs, words: &[String], reports: &mut Vec<KernelReport>) -> Result<Exit, Stop> {
    let mut options = find::run_options(args.budget, &args.work)?;
    // A program may take a second for what is a millisecond here.
    options.cases = options.cases.or(Some(LANES));
    // Before anything is started: what is wrong with the claims is the user's to know at once.
    let (claims, mut exit) = claims(args)?;
    let setup = Setup { options: options.clone(), paths: args.claims.clone() };
    let held = baseline::open(&args.baseline, &baseline::of_options(&options))?;
    if held.is_some() && claims.is_none() {
        return Err(Stop::argument(
            "--baseline compares what claims come to, and there are none: name them with --claims",
        ));
    }
    let limits = Limits { start: args.start_limit, answer: args.time_limit, total: args.total_limit };
    let program = Program::start(words, limits).map_err(|error| Stop::argument(format!("--with: {error}")))?;
    let to_stdout = args.json.as_deref() == Some(Path::new("-"));
    let (show, paint): (fn(&str), _) = match to_stdout {
        true => (console::err, console::paint_err(&args.color)),
        false => (console::out, console::paint_out(&args.color)),
    };
    for kind in kinds(args.kind, &program)? {
        let Some(kernel) = program.kernel(kind) else { continue };
        let judgement = match judge(&kernel) {
            Ok(judgement) => judgement,
            Err(error) if args.kind.is_none() => {
                show(&format!("{}  {}\n? it cannot be judged: {error}\n", paint.bold(kernel.name()), kind.name()));
                continue;
            }
            Err(error) => return Err(Stop::argument(format!("{} cannot be judged: {error}", kind.name()))),
        };
        // A kernel that disagrees is not timed: how fast it is to be wrong is nobody's question.
        let speed = if judgement.agrees() { speed(&kernel, kind) } else { None };
        let mut report = KernelReport { judgement, claims: None, speed };
        // Claims may take minutes.
        show(&kernels::judged(&report, paint));
        if let Some(claims) = &claims {
            let shared = SharedKernel(Arc::new(kernel));
            let named = claims.good.iter().filter(|claim| names_kind(claim, kind)).collect::<Vec<&Claim>>();
            let next = |id: &ClaimId| console::err(&format!("running {id} by it\n"));
            let found = claims_broken(&shared, &named, &options, &next, &|| program.is_late())?;
            for bad in &found.malformed {
                console::err(&terminal::malformed(bad, console::paint_err(&args.color)));
                exit = exit.gravest(Exit::Malformed);
            }
            if !found.unfinished.is_empty() {
                exit = exit.gravest(Exit::Undecided);
            }
            report.claims = Some(found);
        }
        show(&kernels::claims(&report, paint));
        if !report.passed() {
            exit = exit.gravest(Exit::DecidedOtherwise);
        }
        reports.push(report);
    }
    if let (Some(held), Some(claims)) = (&held, &claims) {
        let (says, drift) = compared(held, claims, &setup, args.kind.is_some(), reports, paint)?;
        show(&says);
        exit = exit.gravest(drift);
    }
    let errors = program.errors();
    if !errors.is_empty() {
        console::err(&format!("standard error of the program (its end):\n{}\n", errors.trim_end()));
    }
    Ok(exit)
}

/// Which of the program's kinds are asked for: the one given, else all that are known here.
fn kinds(asked: Option<Kind>, program: &Program) -> Result<Vec<Kind>, Stop> {
    let known = program.kinds();
    let welcome = program.welcome();
    let says = || match welcome.kinds.is_empty() {
        true => "it says that it runs no kind".to_owned(),
        false => format!("it says that it runs {}", welcome.kinds.join(", ")),
    };
    match asked {
        Some(kind) if known.contains(&kind) => Ok(vec![kind]),
        Some(kind) => Err(Stop::argument(format!("`{}` is no kernel of {}: {}", welcome.name, kind.name(), says()))),
        None if known.is_empty() => {
            let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            let kinds = kinds.join(", ");
            Err(Stop::argument(format!("`{}` is a kernel of no kind: {}; there are {kinds}", welcome.name, says())))
        }
        None => Ok(known),
    }
}

/// The numbers of the claims that it ran, beside those of the baseline. What it had no time for says nothing.
fn compared(
    held: &Held<'_>,
    claims: &Claims,
    setup: &Setup,
    one_kind: bool,
    reports: &[KernelReport],
    paint: Paint,
) -> Result<(String, Exit), Stop> {
    let found = || reports.iter().filter_map(|report| report.claims.as_ref());
    let results = found().flat_map(|claims| claims.kept.iter().chain(&claims.broken).chain(&claims.amiss));
    let mut entries = Vec::new();
    for result in results {
        let file = claims.good.iter().find(|claim| claim.id == result.id);
        let text =
            json::entry(result, file, setup).map_err(|error| Stop::harness(format!("cannot write JSON: {error}")))?;
        let entry = Entry::read(&text);
        entries.push(entry.map_err(|error| Stop::harness(format!("cannot read the report back: {error}")))?);
    }
    let unfinished: BTreeSet<&str> =
        found().flat_map(|claims| &claims.unfinished).map(|result| result.id.0.as_str()).collect();
    let ran: BTreeSet<String> = entries.iter().map(|entry| entry.said.id.clone()).collect();
    let asked = |id: &str| {
        // Those of the other kinds were not asked for, and nothing says which these are.
        let gone = !one_kind && !claims.bad.contains(id) && claims.scan.covers(&ClaimId(id.to_owned()));
        ran.contains(id) || gone && !unfinished.contains(id)
    };
    let found = held.compare(baseline::of_options(&setup.options), &entries, &asked, paint)?;
    found.accept()?;
    Ok((found.says, found.drift.exit()))
}

/// What was found under the paths of `--claims`.
struct Claims {
    scan: Scan,
    good: Vec<Claim>,
    /// Ids of what is malformed.
    bad: BTreeSet<String>,
}

/// The claims under the given paths, else under `claims` if there is such a folder; nothing if there is none.
fn claims(args: &KernelsArgs) -> Result<(Option<Claims>, Exit), Stop> {
    if args.claims.is_empty() && !Path::new(super::CLAIMS).is_dir() {
        return Ok((None, Exit::AsExpected));
    }
    let paint = console::paint_err(&args.color);
    let scan = find::scan(&args.claims)?;
    let library = scan.library();
    let library = library.map_err(|errors| Stop::malformed("no claims", errors.render(terminal::WIDTH, paint.on)))?;
    let mut exit = Exit::AsExpected;
    let (mut good, mut bad) = (Vec::new(), BTreeSet::new());
    for loaded in library.claims {
        match loaded.claim {
            Ok(claim) => good.push(claim),
            // In the default folder, what does not name a kernel is none of this command's business; that cannot be told of a file that is
            // no claim.
            Err(diagnostics) => {
                bad.insert(loaded.id.0.clone());
                if !args.claims.is_empty() {
                    let malformed = crate::engine::outcome::Malformed { id: Some(loaded.id), diagnostics };
                    console::err(&terminal::malformed(&malformed, paint));
                    exit = Exit::Malformed;
                }
            }
        }
    }
    Ok((Some(Claims { scan, good, bad }), exit))
}

/// How long a step takes, beside the kernels that are here.
fn speed(kernel: &dyn Kernel, kind: Kind) -> Option<String> {
    let trial = for_speed(kind, kernel.precision())?;
    let time = |kernel: &dyn Kernel| {
        let nanoseconds = nanoseconds_a_step(kernel, &trial).ok()?;
        Some(if nanoseconds < 1000.0 { short(nanoseconds.round()) } else { grouped(nanoseconds as u64) })
    };
    let mut shown = format!("{} ns a step ({})", time(kernel)?, trial.name);
    if let Some(built_in) = time(built_in(kind)) {
        shown += &format!(", the built-in kernel {built_in}");
    }
    if let Some(plain) = time(&Plain(kind)) {
        shown += &format!(", its definition as it stands {plain}");
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_without_a_shell() {
        assert_eq!(
            words("python3 'my kernel.py' --fast $HOME").unwrap(),
            ["python3", "my kernel.py", "--fast", "$HOME"]
        );
        assert!(words("python3 'kernel.py").unwrap_err().message.contains("a quote that is not closed"));
        assert!(words("  ").unwrap_err().message.contains("an empty command"));
    }
}
