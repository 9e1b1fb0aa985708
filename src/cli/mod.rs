//! The commands: thin. Arguments to what the floors below do, their answers to a terminal.

mod accept;
mod args;
mod baseline;
mod check;
mod console;
mod create;
mod errata;
mod explain;
mod filter;
mod find;
mod harness;
mod index;
mod interrupt;
mod kernels;
mod list;
mod manual;
mod merge;
mod outputs;
mod plot;
mod power;
mod replay;
mod report;
mod resume;
mod stop;
mod verify;
mod witness;

use crate::engine::exit::Exit;
use crate::engine::guard::report_quietly;
pub use harness::{Harness, harness};

use args::{Cli, ColorArgs, Command};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;
use stop::Stop;

/// Where claims are, unless paths are given.
const CLAIMS: &str = "claims";

/// The whole program. Arguments that clap refuses end it here, with status 2.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => error.exit(),
        // Help and version are results: to be written, or not to be lost without a word.
        Err(shown) => {
            let text = shown.render();
            let colored = console::paint_out(&ColorArgs { no_color: false }).on;
            console::out(&if colored { text.ansi().to_string() } else { text.to_string() });
            return ended(Ok(Exit::AsExpected));
        }
    };
    report_quietly();
    let done = match &cli.command {
        None => check::check(&cli.check),
        Some(Command::Check(args)) => check::check(args),
        Some(Command::Merge(args)) => merge::merge(args),
        Some(Command::Explain(args)) => explain::explain(args),
        Some(Command::Replay(args)) => replay::replay(args),
        Some(Command::Verify(args)) => verify::verify(args),
        Some(Command::Plot(args)) => plot::plot(args),
        Some(Command::Power(args)) => power::power(args),
        Some(Command::Report(args)) => report::report(args),
        Some(Command::List(args)) if args.index => index::index(args),
        Some(Command::List(args)) if args.errata => errata::errata(args),
        Some(Command::List(args)) => list::list(args),
        Some(Command::Kernels(args)) => kernels::kernels(args),
        Some(Command::New(args)) => create::create(args),
        Some(Command::Schema) => create::schema(),
        Some(Command::Completions { shell }) => {
            // Into a string first: clap_complete panics where its writer fails.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "theoremcheck", &mut script);
            console::out(&String::from_utf8_lossy(&script));
            Ok(Exit::AsExpected)
        }
        Some(Command::Man(args)) => manual::manual(args),
    };
    ended(done)
}

/// Says what stopped a command, or kept its results from being written, and chooses the status.
fn ended(done: Result<Exit, Stop>) -> ExitCode {
    let (exit, stops) = match done {
        Ok(exit) => (exit, None),
        Err(stop) => (Exit::AsExpected, Some(stop)),
    };
    let all = stops.into_iter().chain(console::end().err());
    let told = all.map(|stop| {
        console::err(&stop.text());
        stop.exit
    });
    told.fold(exit, Exit::gravest).into()
}
