//! `theoremcheck explain`: a claim as mathematics, and a quick run's evidence.

use super::args::ExplainArgs;
use super::check::run_shown;
use super::console;
use super::find;
use super::stop::Stop;
use crate::claim::program::Program;
use crate::engine::exit::Exit;
use crate::engine::outcome::Outcome;
use crate::lang::print::Style;
use crate::report::explain::{Explained, Notation};
use crate::report::progress::Progress;
use crate::report::run_report::Setup;
use crate::report::terminal::WIDTH;
use crate::report::typed::Typed;

/// Status 0 whatever the verdict: this is for reading, `check` is for judging.
pub fn explain(args: &ExplainArgs) -> Result<Exit, Stop> {
    let (claim, paper) = find::claim(&args.place.paths, &args.id, console::paint_err(&args.color))?;
    let setup = Setup { options: find::run_options(args.budget, &args.work)?, paths: args.place.paths.clone() };
    let (mut outcomes, _) =
        run_shown(std::slice::from_ref(&claim), &setup.options, &Progress::new(true), |_| {}, |_| {})?;
    let result = match outcomes.pop() {
        Some(Outcome::Checked(result)) => Some(result),
        Some(Outcome::Malformed(malformed)) => {
            let details = malformed.diagnostics.render(WIDTH, console::paint_err(&args.color).on);
            return Err(Stop::malformed(format!("`{}` is malformed", claim.id), details));
        }
        None => None,
    };
    let typed = Program::new(&claim).ok().map(Typed::new);
    let explained = Explained {
        claim: &claim,
        paper: paper.as_ref(),
        result: result.as_deref(),
        setup: &setup,
        notation: if args.tex { Notation::Tex } else { Notation::Unicode },
        style: Style { rename: None, is_matrix: Some(&|e| typed.as_ref().is_some_and(|typed| typed.is_matrix(e))) },
        paint: console::paint_out(&args.color),
    };
    console::out(&explained.render());
    Ok(Exit::AsExpected)
}
