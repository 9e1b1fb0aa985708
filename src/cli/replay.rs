//! `theoremcheck replay`: one case, every intermediate value.

use super::args::ReplayArgs;
use super::console;
use super::find;
use super::stop::Stop;
use crate::case::point::Point;
use crate::check::{CheckError, Checker, Replay};
use crate::engine::budget::Budget;
use crate::engine::exit::Exit;
use crate::engine::guard::guard;
use crate::engine::rerun;
use crate::lang::suggest::nearest;
use crate::report::closest::stratum_name;
use crate::report::replay::Shown;
use crate::report::terminal::{WIDTH, plain};

pub fn replay(args: &ReplayArgs) -> Result<Exit, Stop> {
    if args.case.is_none() && args.hunted.is_none() {
        let which =
            "`--case N` names a random one, as a report does, `--hunted PREDICATE` the nearest that the hunt finds";
        return Err(Stop::argument(format!("which case of `{}`? {which}", plain(&args.id))));
    }
    let (claim, _) = find::claim(&args.place.paths, &args.id, console::paint_err(&args.color))?;
    let options = find::check_options(&args.machine)?;
    let run = || -> Result<(Checker, Replay, String), Stop> {
        let checker = Checker::new(&claim, &options).map_err(|errors| {
            let details = errors.render(WIDTH, console::paint_err(&args.color).on);
            Stop::malformed(format!("`{}` is malformed", claim.id), details)
        })?;
        let failed = |what: &str, error: &dyn std::fmt::Display| Stop {
            exit: Exit::Undecided,
            message: format!("{what} of `{}` cannot be replayed: {error}", claim.id),
            details: String::new(),
        };
        let (replay, label) = match (&args.hunted, args.case) {
            (Some(predicate), _) => {
                let what = format!("the hunt's nearest case for `{predicate}`");
                let point = hunted(&checker, predicate, args.budget)?.map_err(|error| failed(&what, &error))?;
                let replay = checker.replay_point(&point).map_err(|error| failed(&what, &error))?;
                (replay, format!("{what}, seed {}, budget {}", options.seed, args.budget))
            }
            (None, case) => {
                let case = case.unwrap_or_default();
                let what = format!("case {case}");
                let replay = checker.replay(case).map_err(|error| failed(&what, &error))?;
                let label = format!("{what}, seed {}, stratum {}", options.seed, stratum_name(replay.stratum));
                (replay, label)
            }
        };
        Ok((checker, replay, label))
    };
    let internal = |panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id));
    let (checker, replay, label) = guard(run).map_err(internal)??;
    let shown = Shown {
        claim: &claim,
        label,
        replay: &replay,
        predicates: checker.predicates(),
        givens: checker.givens(),
        assumes: checker.assumes(),
        bits: args.bits,
        paint: console::paint_out(&args.color),
    };
    console::out(&shown.render());
    Ok(Exit::AsExpected)
}

/// Runs the random phase and the hunt of a claim again, for the case that the report speaks of.
fn hunted(checker: &Checker, predicate: &str, budget: Budget) -> Result<Result<Point, CheckError>, Stop> {
    let names = || checker.predicates().iter().map(|p| p.name.as_str());
    let Some(index) = names().position(|name| name == predicate) else {
        let near = nearest(predicate, names()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(Stop::argument(format!("`{}` has no predicate `{predicate}`{near}", checker.claim().id)));
    };
    Ok(rerun::hunted(checker, index, budget))
}
