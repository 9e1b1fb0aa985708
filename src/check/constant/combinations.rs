//! Constants of what is random: what trials ask for at every combination of the swept values.
//!
//! All combinations have a share of the trials, and then those have more on which a trend hangs that is not told by so many: at each value of such a
//! curve, the combinations that may be the worst as far as their trials say. So what cannot matter costs no more than its share, and a given that changes
//! nothing costs no more at many values than at one.

use super::ends::{About, ends, near, unasked};
use super::quantile::{Here, Quantile, Seen, asked, point, score};
use super::swept::{Line, Of, fixed, lines};
use super::together::{Places, Seen as Shown, widest};
use super::{Asked, Clipped, Constant, Curve, CurvePoint, Search, malformed};
use crate::check::checker::{CheckError, Checker};
use crate::check::drawn::Choice;
use crate::check::trend::Trend;
use crate::claim::model::Claim;
use dashu_ratio::RBig;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::ops::Range;

/// Settings at each combination of swept values, at most; and so many of which they are those that ask for most, by so many trials of each, where these
/// are no more than a part of what the settings have.
const MOST_SETTINGS: usize = 4;
const MOST_SEARCHED: u64 = 64;
const SEARCH: u64 = 64;
const SEARCH_SHARE: u64 = 4;
/// Combinations of swept values, at most.
const MOST_COMBINATIONS: usize = 4_096;
/// Trials of a setting, of its share.
const TRIALS: (u64, u64) = (64, 20_000);
/// Trials of a setting on which a trend hangs, at most.
const MOST_TRIALS: u64 = 1 << 20;
/// By how much more they are from one look at the trends to the next: what fits.
const TIMES: [u64; 2] = [4, 2];
/// A quantile that is known as well as this has no more trials.
const FINE: f64 = 0.001;
/// What is there for those trials, in shares of what is there for all.
const MORE: u64 = 8;
/// Trials that are kept, at most: those that are there are not made again.
const MOST_KEPT: u64 = 1 << 25;

/// Where trials are made: a combination of the swept values, and beside it a value of what nobody asked for, as the places of its line and in it.
#[derive(Clone, Copy)]
struct Place {
    combination: usize,
    beside: Option<(usize, usize)>,
}

/// A place, with what its trials say.
struct Stand {
    place: Place,
    /// What one trial costs.
    cost: u64,
    settings: Vec<Quantile>,
}

/// The values of a curve, with the stands at each.
struct Row {
    name: String,
    values: Vec<f64>,
    stands: Vec<Vec<usize>>,
    about: About,
    /// Of givens that go together: the stands of each by itself, at the values of these.
    alone: Vec<Vec<Vec<usize>>>,
}

struct Table<'s, 'a> {
    search: &'s Search<'a>,
    named: Vec<Line>,
    others: Vec<Line>,
    /// The values of each that is named.
    sizes: Vec<usize>,
    stands: Vec<Stand>,
    /// What each stand may cost at first, and what is left for more.
    share: u64,
    left: u64,
}

impl Search<'_> {
    /// Where something is random: the quantile of what trials ask for, at every combination of the swept values, within about what so many trials of the
    /// claim at its largest count for, and some times that where a trend is not told. Smaller sizes have more of them.
    pub fn run_random(&self, trials: u64) -> Result<Constant, CheckError> {
        let Self { claim, constant, .. } = *self;
        self.monotone_random()?;
        let sizes: Vec<usize> = constant.sweep.iter().map(|swept| swept.value.values.len()).collect();
        let combinations: usize = sizes.iter().product();
        if combinations > MOST_COMBINATIONS {
            return Err(CheckError(format!(
                "the sweep has {combinations} combinations of values, and the limit is {MOST_COMBINATIONS}"
            )));
        }
        // Those that the claim names, and what nothing may be hidden in.
        let (named, others): (Vec<Line>, Vec<Line>) = lines(claim, constant)
            .into_iter()
            .partition(|line| line.of == Of::Values && constant.sweep.iter().any(|swept| swept.name == line.given));
        let more: usize = others.iter().map(|line| line.values.len()).sum();
        let effort = trials.saturating_mul(self.cost);
        let share = effort / (combinations + more).max(1) as u64;
        let left = effort.saturating_mul(MORE);
        let mut table = Table { search: self, named, others, sizes, stands: Vec::new(), share, left };
        table.begin((0..combinations).map(|combination| Place { combination, beside: None }).collect())?;
        if table.stands.iter().all(|stand| stand.settings.is_empty()) {
            return Err(CheckError("no combination of the sweep has givens that meet the hypotheses".to_owned()));
        }
        let mut rows = table.named_rows();
        table.look_closer(&rows)?;
        rows.extend(table.together(&rows));
        rows.extend(table.beside()?);
        table.look_closer(&rows)?;
        let curves = rows.iter().map(|row| table.curve(row)).collect();
        let mut seen = Seen::default();
        for stand in &table.stands {
            stand.settings.iter().for_each(|setting| seen.take(setting));
        }
        let (seek, trials) = (constant.seek, Some(seen.trials_made()));
        let Seen { worst, barred, .. } = seen;
        Ok(Constant { worst, curves, trials, barred, ..Constant::unsought(seek) })
    }

    fn monotone_random(&self) -> Result<(), CheckError> {
        let Some(predicate) = &self.constant.need.monotone else { return Ok(()) };
        let mut claim = self.claim.clone();
        if let Some(probability) = &mut claim.probability {
            probability.event.value = predicate.clone();
        }
        let checker = Checker::new(&claim, self.options).map_err(malformed)?;
        let any = Choice { settings: MOST_SETTINGS, among: MOST_SETTINGS, each: 0, score: &score };
        for drawn in checker.trials_of(&any, &|_| TRIALS.0, &asked)? {
            if let Some(trial) = drawn.trials.iter().position(|trial| trial.demand.is_some_and(f64::is_infinite)) {
                let name = &self.constant.name;
                return Err(CheckError(format!(
                    "in trial {trial} of setting {} a change of `{name}` in the direction that should help makes the statement stronger; is the other `seek` meant?",
                    drawn.setting
                )));
            }
        }
        Ok(())
    }
}

impl Table<'_, '_> {
    /// The claim at a place.
    fn claim(&self, place: &Place) -> Claim {
        let at = self.named.iter().zip(places(place.combination, &self.sizes));
        let claim = at.fold(self.search.claim.clone(), |claim, (line, place)| fixed(&claim, line, place));
        match place.beside {
            Some((line, value)) => fixed(&claim, &self.others[line], value),
            None => claim,
        }
    }

    /// Trials at a place: as many of each setting as its share is for.
    fn sampled(&self, place: Place) -> Result<Stand, CheckError> {
        // A value at which another given's interval is plainly empty has no settings.
        let Ok(checker) = Checker::new(&self.claim(&place), self.search.options) else {
            return Ok(Stand { place, cost: 1, settings: Vec::new() });
        };
        let cost = checker.cost().max(1);
        let share = |settings: u64| (self.share / cost / settings.max(1)).clamp(TRIALS.0, TRIALS.1).next_multiple_of(8);
        let among = (self.share / cost / SEARCH_SHARE / SEARCH).min(MOST_SEARCHED) as usize;
        let choice = Choice { settings: MOST_SETTINGS, among, each: SEARCH, score: &score };
        let drawn = checker.trials_of(&choice, &share, &asked)?;
        let settings = drawn.into_iter().map(Quantile::of).collect::<Result<_, _>>()?;
        Ok(Stand { place, cost, settings })
    }

    /// More trials of a stand's settings: so many of each.
    fn more(&self, stand: &Stand, each: u64) -> Result<Vec<Quantile>, CheckError> {
        let checker = Checker::new(&self.claim(&stand.place), self.search.options).map_err(malformed)?;
        let ranges: Vec<(u64, Range<u64>)> = stand.settings.iter().map(|one| (one.setting, one.own()..each)).collect();
        let more = checker.more_trials_of(&ranges, &asked)?;
        Ok(stand.settings.iter().zip(more).map(|(one, more)| one.clone().with(&more)).collect())
    }

    /// The first trials at these places.
    fn begin(&mut self, places: Vec<Place>) -> Result<(), CheckError> {
        let found: Vec<_> = places.par_iter().with_max_len(1).map(|place| self.sampled(*place)).collect();
        for stand in found {
            self.stands.push(stand?);
        }
        Ok(())
    }

    /// The rows of what the claim names: at each value all combinations with it.
    fn named_rows(&self) -> Vec<Row> {
        let row = |(j, line): (usize, &Line)| {
            let at = |i: usize| (0..self.stands.len()).filter(|n| places(*n, &self.sizes)[j] == i).collect();
            let stands = (0..line.values.len()).map(at).collect();
            Row::new(line, stands, About { chance: true, named: true, ..About::default() })
        };
        self.named.iter().enumerate().map(row).collect()
    }

    /// Growth that several givens have together: with more of them while that does not grow.
    fn together(&self, rows: &[Row]) -> Option<Row> {
        let curves: Vec<Curve> = rows.iter().map(|row| self.curve(row)).collect();
        let places_of = |row: &Row| -> Places {
            row.stands.iter().filter_map(|here| self.worst(here)).map(|(_, here)| here.at.to_vec()).collect()
        };
        let most: Vec<Places> = rows.iter().map(places_of).collect();
        let all: Vec<Shown<'_>> =
            self.named.iter().zip(&curves).zip(&most).map(|((line, curve), at)| (line, curve, at)).collect();
        let search = |line: &Line| -> Result<_, Infallible> {
            Ok(self.joint(line).map(|row| {
                let (grows, places) = (self.curve(&row).grows(), places_of(&row));
                (row, grows, places)
            }))
        };
        let Ok(found) = widest(&all, search);
        found.map(|(_, row)| row)
    }

    /// The row of givens that go together.
    fn joint(&self, corner: &Line) -> Option<Row> {
        let Of::Together(parts, towards) = &corner.of else { return None };
        // The combinations at which all of them are there; the others' values are free.
        let at = |i: usize| {
            let there = |n: &usize| {
                let places = places(*n, &self.sizes);
                let at = |part: &Line| {
                    let line = self.named.iter().zip(places.iter()).find(|(line, _)| line.given == part.given);
                    line.is_some_and(|(line, place)| line.values[*place] == part.values[i])
                };
                parts.iter().all(at)
            };
            (0..self.sizes.iter().product()).filter(there).collect()
        };
        let stands = (0..corner.values.len()).map(at).collect();
        let alone = |part: &Line| {
            let at = |value: &RBig| {
                let line = self.named.iter().position(|line| line.given == part.given);
                let is = |n: &usize| line.is_some_and(|j| self.named[j].values[places(*n, &self.sizes)[j]] == *value);
                (0..self.sizes.iter().product()).filter(is).collect()
            };
            part.values.iter().map(at).collect()
        };
        let alone = parts.iter().map(alone).collect();
        let about = About { chance: true, only: Some(*towards), ..About::default() };
        Some(Row { alone, ..Row::new(corner, stands, about) })
    }

    /// The rows of what nobody asked for, at the worst combination.
    fn beside(&mut self) -> Result<Vec<Row>, CheckError> {
        let all: Vec<usize> = (0..self.stands.len()).collect();
        let combination = self.worst(&all).map_or(0, |(stand, _)| stand);
        let mut rows = Vec::new();
        for (i, line) in self.others.clone().iter().enumerate() {
            let first = self.stands.len();
            let place = |value| Place { combination, beside: Some((i, value)) };
            self.begin((0..line.values.len()).map(place).collect())?;
            let stands = (first..self.stands.len()).map(|stand| vec![stand]).collect();
            let (gap, open) = (line.is_gap(), line.is_gap() || line.of == Of::Shares);
            rows.push(Row::new(line, stands, About { chance: true, gap, open, ..About::default() }));
        }
        Ok(rows)
    }

    /// The stand that asks for most.
    fn worst(&self, among: &[usize]) -> Option<(usize, Here<'_>)> {
        let here = among.iter().filter_map(|stand| Some((*stand, Here::of(&self.stands[*stand].settings)?)));
        here.max_by(|(_, a), (_, b)| a.demand.total_cmp(&b.demand))
    }

    fn curve(&self, row: &Row) -> Curve {
        let clipped = |here: &[usize]| {
            let settings = || here.iter().map(|stand| &self.stands[*stand].settings);
            if settings().flatten().any(Quantile::is_cut) {
                return Some(Clipped::Runs);
            }
            let clipped = settings().any(|settings| Here::of(settings).is_some_and(|here| here.clipped));
            clipped.then_some(Clipped::Trials)
        };
        let at = |(value, here): (&f64, &Vec<usize>)| {
            let settings = here.iter().any(|stand| !self.stands[*stand].settings.is_empty());
            point(*value, self.worst(here).map(|(_, most)| most), settings, clipped(here))
        };
        let points: Vec<CurvePoint> = row.values.iter().zip(&row.stands).map(at).collect();
        let seen = row.about.seen(&points);
        let (ends, near) = (ends(seen, &row.about), near(seen, &row.about));
        let mut curve = Curve { given: row.name.clone(), points, ends, near };
        if row.about.joint() {
            let asked = |here: &Vec<usize>| self.worst(here).map(|(_, most)| most.demand);
            let alone = |part: &Vec<Vec<usize>>| part.iter().map(asked).collect();
            unasked(&mut curve, &row.alone.iter().map(alone).collect::<Vec<_>>());
        }
        curve
    }

    /// More trials where a trend hangs on them, until all are told, or what is left is spent.
    fn look_closer(&mut self, rows: &[Row]) -> Result<(), CheckError> {
        loop {
            let mut among = BTreeSet::new();
            for row in rows {
                let curve = self.curve(row);
                let unclear = curve.ends.iter().any(|(_, trend)| matches!(trend, Trend::Unclear { .. }));
                // Where nothing is measured, or runs are cut off, trials do not help.
                let told = |point: &CurvePoint| {
                    matches!(point.asked, Asked::Demand(_)) && point.clipped != Some(Clipped::Runs)
                };
                if unclear && curve.points.iter().all(told) {
                    among.extend(row.stands.iter().flat_map(|here| self.contenders(here)));
                }
            }
            // Of those that ask for the same one has the trials for all.
            let among: Vec<usize> = among.into_iter().collect();
            let first = |stand: &usize| {
                let same = |other: &&usize| same(&self.stands[**other].settings, &self.stands[*stand].settings);
                among.iter().find(same).copied().unwrap_or(*stand)
            };
            let firsts: Vec<usize> = among.iter().map(first).collect();
            let tried: BTreeSet<usize> = firsts.iter().copied().collect();
            let kept: u64 = self.stands.iter().flat_map(|stand| &stand.settings).map(Quantile::own).sum();
            // What so many times as many trials cost, and how many more they are.
            let cost = |times: u64| {
                let of = |stand: &usize| {
                    let Stand { cost, settings, .. } = &self.stands[*stand];
                    let more: u64 = settings.iter().map(|one| after(one.trials, times) - one.own()).sum();
                    (cost.saturating_mul(more), more)
                };
                tried.iter().map(of).fold((0_u64, 0_u64), |(a, b), (c, d)| (a.saturating_add(c), b + d))
            };
            let fits = |(cost, more): (u64, u64)| cost <= self.left && kept + more <= MOST_KEPT;
            let found = TIMES.into_iter().map(|times| (times, cost(times))).find(|(_, cost)| fits(*cost));
            let Some((times, (cost, _))) = found else { return Ok(()) };
            if tried.is_empty() {
                return Ok(());
            }
            self.left -= cost;
            let tried: Vec<usize> = tried.into_iter().collect();
            let closer = |stand: &usize| {
                let stand = &self.stands[*stand];
                let trials = stand.settings.first().map_or(0, |setting| setting.trials);
                self.more(stand, after(trials, times))
            };
            let found: Vec<_> = tried.par_iter().with_max_len(1).map(closer).collect();
            for (stand, found) in tried.into_iter().zip(found) {
                self.stands[stand].settings = found?;
            }
            for (stand, first) in among.into_iter().zip(firsts).filter(|(stand, first)| stand != first) {
                let own = std::mem::take(&mut self.stands[stand].settings);
                let settings = own.into_iter().zip(&self.stands[first].settings).map(|(own, first)| own.told_by(first));
                self.stands[stand].settings = settings.collect();
            }
        }
    }

    /// The stands that may be the worst of these, and would be known better by more trials.
    fn contenders(&self, among: &[usize]) -> Vec<usize> {
        let here = |stand: &usize| Here::of(&self.stands[*stand].settings);
        let least = among.iter().filter_map(here).fold(0.0, |most: f64, here| most.max(here.interval().0));
        let open = |stand: &&usize| {
            let trials = self.stands[**stand].settings.first().map_or(0, |setting| setting.trials);
            here(stand).is_some_and(|here| here.interval().1 >= least && (here.clipped || here.spread > FINE))
                && trials < MOST_TRIALS
        };
        among.iter().filter(open).copied().collect()
    }
}

impl Row {
    fn new(line: &Line, stands: Vec<Vec<usize>>, about: About) -> Self {
        let values = line.values.iter().map(|value| value.to_f64().value()).collect();
        Self { name: line.name(), values, stands, about, alone: Vec::new() }
    }
}

/// So many times as many trials, in whole octets.
fn after(trials: u64, times: u64) -> u64 {
    (times * trials).min(MOST_TRIALS).next_multiple_of(8)
}

/// Whether settings ask for the same, one by one.
fn same(a: &[Quantile], b: &[Quantile]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.asks_the_same(b))
}

/// The places of a combination's values, given by given.
fn places(number: usize, sizes: &[usize]) -> Vec<usize> {
    let mut rest = number;
    sizes
        .iter()
        .map(|size| {
            let place = rest % size;
            rest /= size;
            place
        })
        .collect()
}
