//! `theoremcheck kernels`: the kinds of iteration; and, `--with` a program, whether that is a kernel of its kind, and what it does to claims.
//!
//! What goes wrong up to the program's first answer is a bad command (status 2): nothing says that it is a kernel at all. What it does
//! wrong after that is found of a kernel (status 1).

use super::args::KernelsArgs;
use super::console;
use super::find;
use super::stop::Stop;
use crate::claim::model::{Claim, ClaimId};
use crate::engine::budget::LANES;
use crate::engine::exit::Exit;
use crate::engine::kernels::{claims_broken, names_kind, nanoseconds_a_step};
use crate::engine::process::{Limits, Program};
use crate::kernel::judge::judge;
use crate::kernel::plain::Plain;
use crate::kernel::trials::for_speed;
use crate::kernel::{Kernel, Kind, SharedKernel, built_in};
use crate::report::kernels::{self, KernelReport};
use crate::report::number::{grouped, short};
use crate::report::terminal;
use crate::report::write::write_atomically;
use std::path::Path;
use std::sync::Arc;

pub fn kernels(args: &KernelsArgs) -> Result<Exit, Stop> {
    let Some(command) = &args.with else {
        console::out(&kernels::kinds(console::paint_out(&args.color)));
        return Ok(Exit::AsExpected);
    };
    let words = words(command)?;
    let mut reports = Vec::new();
    let judged = judge_program(args, &words, &mut reports);
    if let Some(path) = &args.json {
        let error = judged.as_ref().err().map(|stop| stop.message.as_str());
        let text = kernels::json(&words, &reports, error);
        let text = text.map_err(|error| Stop::harness(format!("cannot write JSON: {error}")))?;
        if path == Path::new("-") {
            console::out(&text);
        } else {
            write_atomically(path, &text).map_err(|error| Stop::cannot_write(path, &error))?;
        }
    }
    judged
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
            let named = claims.iter().filter(|claim| names_kind(claim, kind)).collect::<Vec<&Claim>>();
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

/// The claims under the given paths, else under `claims` if there is such a folder; nothing if there is none.
fn claims(args: &KernelsArgs) -> Result<(Option<Vec<Claim>>, Exit), Stop> {
    if args.claims.is_empty() && !Path::new(super::CLAIMS).is_dir() {
        return Ok((None, Exit::AsExpected));
    }
    let paint = console::paint_err(&args.color);
    let library = find::scan(&args.claims)?.library();
    let library = library.map_err(|errors| Stop::malformed("no claims", errors.render(terminal::WIDTH, paint.on)))?;
    let mut exit = Exit::AsExpected;
    let mut claims = Vec::new();
    for loaded in library.claims {
        match loaded.claim {
            Ok(claim) => claims.push(claim),
            // In the default folder, what does not name a kernel is none of this command's business; that cannot be told of a file that is
            // no claim.
            Err(diagnostics) if !args.claims.is_empty() => {
                let bad = crate::engine::outcome::Malformed { id: Some(loaded.id), diagnostics };
                console::err(&terminal::malformed(&bad, paint));
                exit = Exit::Malformed;
            }
            Err(_) => {}
        }
    }
    Ok((Some(claims), exit))
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
