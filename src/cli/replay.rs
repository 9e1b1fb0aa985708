//! `theoremcheck replay`: one case, every intermediate value.

use super::args::ReplayArgs;
use super::console;
use super::find;
use super::stop::Stop;
use crate::check::{Checker, Replay};
use crate::engine::exit::Exit;
use crate::engine::guard::guard;
use crate::report::replay::Shown;
use crate::report::terminal::WIDTH;

pub fn replay(args: &ReplayArgs) -> Result<Exit, Stop> {
    let (claim, _) = find::claim(&args.place.paths, &args.id, console::paint_err(&args.color))?;
    let options = find::check_options(&args.machine)?;
    let case = args.case.unwrap_or_default();
    let run = || -> Result<(Checker, Replay), Stop> {
        let checker = Checker::new(&claim, &options).map_err(|errors| {
            let details = errors.render(WIDTH, console::paint_err(&args.color).on);
            Stop::malformed(format!("`{}` is malformed", claim.id), details)
        })?;
        let replay = checker.replay(case).map_err(|error| Stop {
            exit: Exit::Undecided,
            message: format!("case {} of `{}` cannot be replayed: {error}", case, claim.id),
            details: String::new(),
        })?;
        Ok((checker, replay))
    };
    let internal = |panic| Stop::harness(format!("internal error in `{}`: {panic}", claim.id));
    let (checker, replay) = guard(run).map_err(internal)??;
    let shown = Shown {
        claim: &claim,
        case,
        seed: options.seed,
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
