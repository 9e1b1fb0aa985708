//! `theoremcheck power`: what each constant, term and hypothesis of a claim is worth.

use super::args::PowerArgs;
use super::console;
use super::find;
use super::stop::Stop;
use crate::engine::exit::Exit;
use crate::engine::power;

/// Status 0 whatever the mutants do: this is for reading.
pub fn power(args: &PowerArgs) -> Result<Exit, Stop> {
    let (claim, _) = find::claim(&args.place.paths, &args.id, console::paint_err(&args.color))?;
    let options = find::run_options(args.budget, &args.work)?;
    let power = power::power(&claim, &options)?;
    console::out(&power.text());
    Ok(Exit::AsExpected)
}
