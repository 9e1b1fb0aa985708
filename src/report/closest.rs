//! The one case of a claim, or of a predicate, that says most: its worst violation, else its closest approach.

use super::number::{grouped, short};
use crate::check::fit::Fit;
use crate::check::tally::Extreme;
use crate::engine::outcome::{ClaimResult, PredicateResult};
use crate::engine::verdict::name;
use crate::lang::ast::SlopeBound;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Closest {
    /// The worst case that was violated beyond its floor.
    Violated(Extreme),
    /// The least margin of a case that held.
    Held(Extreme),
    /// An identity: the greatest share of the rounding floor that a case used up.
    Agrees(f64, Extreme),
    /// Only cases within the rounding floor.
    Undecided(Extreme),
}

impl Closest {
    pub fn of_predicate(predicate: &PredicateResult) -> Option<Self> {
        let counts = predicate.counts.as_ref()?;
        let agrees = || counts.ratio.map(|(ratio, extreme)| Self::Agrees(ratio, extreme));
        let held = || counts.closest.map(Self::Held);
        let undecided = || counts.undecided.map(Self::Undecided);
        counts.worst.map(Self::Violated).or_else(agrees).or_else(held).or_else(undecided)
    }

    /// Over the predicates that have the claim's verdict (over all, if those have no case to show): a violation before an
    /// approach, then the lesser margin (of identities, the greater ratio), then the earlier predicate.
    pub fn of_claim(claim: &ClaimResult) -> Option<(&PredicateResult, Self)> {
        let all = || claim.predicates.iter().filter_map(|p| Some((p, Self::of_predicate(p)?)));
        let order = |a: &Self, b: &Self| a.rank().cmp(&b.rank()).then(a.size().total_cmp(&b.size()));
        let graver = all().filter(|(p, _)| p.judgement.verdict == claim.verdict).min_by(|(_, a), (_, b)| order(a, b));
        graver.or_else(|| all().min_by(|(_, a), (_, b)| order(a, b)))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Violated(_) => 0,
            Self::Held(_) => 1,
            Self::Undecided(_) => 2,
            Self::Agrees(..) => 3,
        }
    }

    fn size(&self) -> f64 {
        match self {
            Self::Agrees(ratio, _) => -ratio,
            Self::Violated(extreme) | Self::Held(extreme) | Self::Undecided(extreme) => extreme.margin,
        }
    }

    pub fn extreme(&self) -> &Extreme {
        match self {
            Self::Violated(extreme) | Self::Held(extreme) | Self::Agrees(_, extreme) | Self::Undecided(extreme) => {
                extreme
            }
        }
    }

    /// `closest 0.031 (case 5,120, edges)`
    pub fn describe(&self) -> String {
        let extreme = self.extreme();
        let what = match self {
            Self::Violated(extreme) => format!("violated, margin {}", short(extreme.margin)),
            Self::Held(extreme) => format!("closest {}", short(extreme.margin)),
            Self::Agrees(ratio, _) => format!("agrees, {} of rounding", short(*ratio)),
            Self::Undecided(extreme) => format!("undecided, margin {}", short(extreme.margin)),
        };
        let step = extreme.at.map(|at| format!(", step {}", grouped(at))).unwrap_or_default();
        format!("{what} (case {}, {}{step})", extreme.case, stratum_name(extreme.stratum))
    }
}

/// `slope 0.98 in [0.95, 1.01], claimed >= 0.9`
pub fn describe_fit(fit: &Fit) -> String {
    let bound = match fit.bound {
        SlopeBound::AtLeast => ">=",
        SlopeBound::AtMost => "<=",
        SlopeBound::About => "about",
    };
    let (lo, hi) = fit.interval;
    let (asked, made) = fit.runs;
    let cut = if made < asked { format!(", {made} of {asked} runs a point") } else { String::new() };
    format!("slope {} in [{}, {}], claimed {bound} {}{cut}", short(fit.slope), short(lo), short(hi), short(fit.value))
}

/// What to say of a claim in one line; empty if there is nothing.
pub fn describe_claim(claim: &ClaimResult) -> String {
    let fit = || claim.fit.as_ref().map(describe_fit);
    Closest::of_claim(claim).map(|(_, closest)| closest.describe()).or_else(fit).unwrap_or_default()
}

/// `suspect, expected held`; the expectation only where it was not met, or is met without its certificate.
pub fn describe_verdict(predicate: &PredicateResult) -> String {
    let verdict = name(predicate.judgement.verdict);
    if crate::engine::verdict::is_pending(predicate.judgement.verdict, predicate.expected) {
        format!("{verdict} (certificate pending), expected {}", name(predicate.expected))
    } else if predicate.as_expected {
        verdict.to_owned()
    } else {
        format!("{verdict}, expected {}", name(predicate.expected))
    }
}

/// A stratum as it is written everywhere.
pub fn stratum_name(stratum: crate::check::record::Stratum) -> &'static str {
    use crate::check::record::Stratum;
    match stratum {
        Stratum::Plain => "plain",
        Stratum::Edges => "edges",
        Stratum::Ties => "ties",
        Stratum::Aligned => "aligned",
        Stratum::AntiAligned => "anti-aligned",
        Stratum::LowRank => "low-rank",
        Stratum::ExtremeScales => "extreme-scales",
        Stratum::TinyIntegers => "tiny-integers",
    }
}
