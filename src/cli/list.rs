//! `theoremcheck list`: which claims there are, without running them.

use super::args::ListArgs;
use super::console;
use super::filter::Filter;
use super::find;
use super::stop::Stop;
use crate::claim::model::{Claim, Expect, Verdict};
use crate::engine::exit::Exit;
use crate::engine::outcome::Malformed;
use crate::engine::verdict::name;
use crate::report::terminal::{self, on_one_line};

pub fn list(args: &ListArgs) -> Result<Exit, Stop> {
    let library = match find::scan(&args.paths)?.library() {
        Ok(library) => library,
        Err(errors) => {
            let details = errors.render(terminal::WIDTH, console::paint_err(&args.color).on);
            return Err(Stop::malformed("nothing to list", details));
        }
    };
    let filter = Filter(args.filter.filter.as_deref());
    let loaded: Vec<_> = library.claims.iter().filter(|loaded| filter.admits(&loaded.id)).collect();
    if loaded.is_empty() {
        return Err(find::nothing_matches(&args.filter, &library));
    }
    let paint = console::paint_out(&args.color);
    let width = loaded.iter().map(|loaded| loaded.id.0.chars().count()).max().unwrap_or(0);
    let mut malformed: Vec<Malformed> =
        library.problems.iter().map(|errors| Malformed { id: None, diagnostics: errors.clone() }).collect();
    let mut text = String::new();
    for loaded in loaded {
        let id = format!("{:<width$}", loaded.id.0);
        match &loaded.claim {
            Ok(claim) => {
                let expect = expectation(claim).map(|words| format!("  {}", paint.dim(&words))).unwrap_or_default();
                text += &format!(
                    "{}  {}: {}{expect}\n",
                    paint.bold(&id),
                    on_one_line(&claim.at),
                    on_one_line(&claim.title)
                );
            }
            Err(diagnostics) => {
                text += &format!("{}  {}\n", paint.bold(&id), paint.bad("malformed"));
                malformed.push(Malformed { id: Some(loaded.id.clone()), diagnostics: diagnostics.clone() });
            }
        }
    }
    console::out(&text);
    for bad in &malformed {
        console::err(&terminal::malformed(bad, console::paint_err(&args.color)));
    }
    Ok(if malformed.is_empty() { Exit::AsExpected } else { Exit::Malformed })
}

/// `expect refuted`, `expect second refuted`; nothing where all is expected to hold.
pub fn expectation(claim: &Claim) -> Option<String> {
    match &claim.expect {
        Expect::Held | Expect::All(Verdict::Held) => None,
        Expect::All(verdict) => Some(format!("(expect {})", name(*verdict))),
        Expect::Each(each) => {
            let each: Vec<String> =
                each.iter().map(|(predicate, verdict)| format!("{predicate} {}", name(*verdict))).collect();
            Some(format!("(expect {})", each.join(", ")))
        }
    }
}
