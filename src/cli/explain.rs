//! `theoremcheck explain`: a claim as mathematics, and a quick run's evidence.

use super::args::ExplainArgs;
use super::check::run_shown;
use super::console;
use super::find;
use super::stop::Stop;
use crate::claim::program::{Motion, Program};
use crate::engine::exit::Exit;
use crate::engine::outcome::Outcome;
use crate::lang::ast::Expr;
use crate::lang::ir::Graph;
use crate::lang::print::Style;
use crate::lang::scope::Scope;
use crate::lang::{elaborate, types};
use crate::report::explain::Explained;
use crate::report::run_report::Setup;
use crate::report::terminal::WIDTH;

/// Status 0 whatever the verdict: this is for reading, `check` is for judging.
pub fn explain(args: &ExplainArgs) -> Result<Exit, Stop> {
    let (claim, paper) = find::claim(&args.place.paths, &args.id, console::paint_err(&args.color))?;
    let setup = Setup { options: find::run_options(args.budget, &args.work)?, paths: args.place.paths.clone() };
    let (mut outcomes, _) = run_shown(std::slice::from_ref(&claim), &setup.options, true, |_| {}, |_| {})?;
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
        tex: args.tex,
        style: Style { rename: None, is_matrix: Some(&|e| typed.as_ref().is_some_and(|typed| typed.is_matrix(e))) },
        paint: console::paint_out(&args.color),
    };
    console::out(&explained.render());
    Ok(Exit::AsExpected)
}

/// A claim's names with their types, for printers that cannot see whether an order is Loewner's.
struct Typed {
    graph: Graph,
    scope: Scope,
}

impl Typed {
    fn new(program: Program) -> Self {
        let named = program.givens.iter().chain(&program.lets).map(|bound| (bound.name.as_str(), bound.node));
        let on_the_way = program.motion.iter().flat_map(Motion::named);
        let mut scope = Scope::new();
        for (name, node) in named.chain(on_the_way) {
            // A name that is there already has its type.
            let _ = scope.define(name, node);
        }
        Self { graph: program.graph, scope }
    }

    /// An expression with indices of its own is not typed here, and taken for a number.
    fn is_matrix(&self, e: &Expr) -> bool {
        let mut graph = self.graph.clone();
        elaborate::expression(&mut graph, &self.scope, e).is_ok_and(|node| types::is_matrix(&graph, node))
    }
}
