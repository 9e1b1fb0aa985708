//! The trials of a probability, as people and programs read them.

use super::closest::stratum_name;
use super::number::{JsonNumber, grouped, near_one, short};
use crate::check::chance::{Chance, Counts, ERROR_RATE, LEVEL, Searched, Setting, Standing};
use crate::check::evidence::Origin;
use crate::check::replay_case;
use crate::claim::model::ProbabilityBound;
use crate::engine::outcome::ClaimResult;
use serde::Serialize;
use std::collections::BTreeMap;

/// One line: what the trials say and, where it comes nearest, what was counted.
pub fn describe(chance: &Chance) -> String {
    let Some(setting) = chance.nearest.and_then(|i| chance.settings.get(i)) else { return String::new() };
    let resolution = chance.resolution();
    let nearest = nearest(chance.side, setting);
    resolution.map_or(nearest.clone(), |resolution| format!("{resolution}; {nearest}"))
}

/// `1,000 of 1,000 in [0.993, 1], claimed >= 0.99 (setting 4, edges)`
fn nearest(side: ProbabilityBound, setting: &Setting) -> String {
    let Counts { happened, trials, .. } = setting.counts;
    // What the event lacks of certainty has all of its digits where the claim is about that.
    let (bound, lacks) = match side {
        ProbabilityBound::AtLeast => (">=", (setting.rate.1, setting.rate.0)),
        ProbabilityBound::AtMost => ("<=", (1.0 - setting.rate.0, 1.0 - setting.rate.1)),
    };
    let (number, stratum) = (setting.number, stratum_name(setting.stratum));
    format!(
        "{} of {} in [{}, {}], claimed {bound} {} (setting {number}, {stratum})",
        grouped(happened),
        grouped(trials),
        near_one(lacks.0, true),
        near_one(lacks.1, false),
        setting.bound(short)
    )
}

/// Some lines: the setting where it comes nearest, what was counted there, how the settings came out.
pub fn lines(chance: &Chance) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(chance.resolution());
    if let Some(setting) = chance.nearest.and_then(|i| chance.settings.get(i)) {
        let givens: Vec<String> = setting.givens.iter().map(|(name, x)| format!("{name} = {}", short(*x))).collect();
        let at = if givens.is_empty() { String::new() } else { format!(" at {}", givens.join(", ")) };
        let unclear = match setting.counts.unclear() {
            0 => String::new(),
            n => format!(", {} undecided or undefined", grouped(n)),
        };
        lines.push(format!(
            "nearest{at}: {}{unclear}, slack {}",
            nearest(chance.side, setting),
            short(setting.slack())
        ));
    }
    let all = [
        Standing::Contradicted,
        Standing::Doubtful,
        Standing::Blurred,
        Standing::Untold,
        Standing::Consistent,
        Standing::Confirmed,
        Standing::Trivial,
    ];
    let counts = all.iter().map(|standing| (chance.count(*standing), standing.name())).filter(|(n, _)| *n > 0);
    let counts: Vec<String> = counts.map(|(n, name)| format!("{n} {name}")).collect();
    let beside = match chance.searched.beside {
        0 => String::new(),
        n => format!(", and {} beside the worst of them,", grouped(n)),
    };
    lines.push(format!(
        "{} settings{beside} searched in {} trials, {} judged in {} fresh ones: {}",
        grouped(chance.searched.settings),
        grouped(chance.searched.trials),
        chance.settings.len(),
        grouped(chance.trials()),
        counts.join(", ")
    ));
    lines.extend(left_out(&chance.searched));
    lines
}

/// What of the settings was not judged for want of a bound, in words.
fn left_out(searched: &Searched) -> Vec<String> {
    let faint = (searched.faint > 0)
        .then(|| format!("{} settings left out: rounding hides how little is allowed there", grouped(searched.faint)));
    searched.undefined().into_iter().chain(faint).collect()
}

/// The case to replay: the trial that was certified; else the first one of the nearest setting that speaks against the claim, or its first.
pub fn case(claim: &ClaimResult) -> Option<u64> {
    let chance = claim.chance.as_ref()?;
    let mut refutations = claim.predicates.iter().filter_map(|predicate| predicate.evidence.refutation.as_ref());
    let certified = refutations.find_map(|refutation| match refutation.origin {
        Origin::Case(case) => Some(case),
        _ => None,
    });
    certified.or_else(|| against(chance))
}

fn against(chance: &Chance) -> Option<u64> {
    let setting = chance.nearest.and_then(|i| chance.settings.get(i))?;
    Some(replay_case(setting.number, setting.counts.first_against(chance.side).unwrap_or(0)))
}

#[derive(Serialize)]
pub struct ChanceJson<'a> {
    bound: &'static str,
    /// Of a true claim, over the whole library.
    error_rate: JsonNumber,
    level: JsonNumber,
    searched: SearchedJson,
    trials: u64,
    resolution: Option<String>,
    /// The index of the nearest setting.
    nearest: Option<usize>,
    case: Option<u64>,
    settings: Vec<SettingJson<'a>>,
}

#[derive(Serialize)]
struct SearchedJson {
    settings: u64,
    beside: u64,
    rejected: u64,
    unbounded: u64,
    faint: u64,
    trials: u64,
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct SettingJson<'a> {
    setting: u64,
    stratum: &'static str,
    givens: BTreeMap<&'a str, JsonNumber>,
    claimed: JsonNumber,
    allowed: [JsonNumber; 2],
    standing: &'static str,
    looks: u32,
    trials: u64,
    happened: u64,
    failed: u64,
    undecided: u64,
    undefined: u64,
    first_happened: Option<u64>,
    first_failed: Option<u64>,
    interval: [JsonNumber; 2],
    slack: JsonNumber,
}

impl<'a> ChanceJson<'a> {
    pub fn of(chance: &'a Chance, case: Option<u64>) -> Self {
        Self {
            bound: match chance.side {
                ProbabilityBound::AtLeast => "at-least",
                ProbabilityBound::AtMost => "at-most",
            },
            error_rate: JsonNumber(ERROR_RATE),
            level: JsonNumber(LEVEL),
            searched: SearchedJson {
                settings: chance.searched.settings,
                beside: chance.searched.beside,
                rejected: chance.searched.rejected,
                unbounded: chance.searched.unbounded,
                faint: chance.searched.faint,
                trials: chance.searched.trials,
                left_out: left_out(&chance.searched),
            },
            trials: chance.trials(),
            resolution: chance.resolution(),
            nearest: chance.nearest,
            case,
            settings: chance.settings.iter().map(|setting| SettingJson::of(chance.side, setting)).collect(),
        }
    }
}

impl<'a> SettingJson<'a> {
    fn of(side: ProbabilityBound, setting: &'a Setting) -> Self {
        let Counts { trials, happened, failed, undecided, undefined, first_happened, first_failed } = setting.counts;
        let (lo, hi) = setting.interval(side);
        Self {
            setting: setting.number,
            stratum: stratum_name(setting.stratum),
            givens: setting.givens.iter().map(|(name, x)| (name.as_str(), JsonNumber(*x))).collect(),
            claimed: JsonNumber(setting.claimed),
            allowed: [JsonNumber(setting.allowed.0), JsonNumber(setting.allowed.1)],
            standing: setting.standing.name(),
            looks: setting.looks,
            trials,
            happened,
            failed,
            undecided,
            undefined,
            first_happened,
            first_failed,
            interval: [JsonNumber(lo), JsonNumber(hi)],
            slack: JsonNumber(setting.slack()),
        }
    }
}
