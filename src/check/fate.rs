//! What is known of one run of a figure in the end: its numbers, taken look by look, and what became of it on its way.
//!
//! A run may leave the range of `f64`, fall out of the hypotheses on its path, or come to where its end or a first time is within its rounding. It goes on
//! then as if nothing had been open ([`Watch::goes_on`](crate::case::path::Watch)), and here everything is left out that what was open may have changed:
//! after an end that is not decided whatever is taken later, after a first time that is not decided whatever speaks of it. Of a run that is cut off before
//! its end (`until`) nobody knows when that would have come, so what speaks of it has no value either.

use super::experiment::{Record, columns};
use crate::case::path::Doubt;
use crate::claim::program::experiment::{Number, Study, When as Taken};
use crate::claim::program::{Motion, Path, Program, When};
use crate::lang::ir::{InputId, NodeId, Op};
use crate::lang::types::reachable;

/// Whether some of these are made of an input.
pub(super) fn rest_on(program: &Program, roots: &[NodeId], input: InputId) -> bool {
    reachable(&program.graph, roots).into_iter().any(|node| program.graph.node(node).op == Op::Input(input))
}

/// Whether what is asked at the end of a run speaks of when it came to it, or of a first time: of a run that is cut off before it is undefined.
pub fn speaks_of_times(program: &Program) -> bool {
    let time = match &program.motion {
        Some(Motion::Iteration(path)) => path.time,
        Some(Motion::Flow(course)) => course.time,
        None => return false,
    };
    let first = program.motion.iter().flat_map(|motion| motion.first().iter().map(|first| first.1));
    let times: Vec<InputId> = first.chain([time]).collect();
    let at_the_end = program.asked.iter().filter(|asked| asked.when == When::Finally);
    let roots: Vec<NodeId> = at_the_end.flat_map(|asked| [asked.predicate.truth, asked.predicate.margin]).collect();
    times.into_iter().any(|time| rest_on(program, &roots, time))
}

/// Whether a run can go on where something on its way is not decided: unless its end or a hypothesis speaks of a first time.
pub fn goes_on(program: &Program, path: &Path) -> bool {
    let roots: Vec<NodeId> = path.assume.iter().map(|assume| assume.node).chain(path.until).collect();
    !path.first.iter().any(|(_, input, _)| rest_on(program, &roots, *input))
}

/// The first times that are not known any more once number `i` is not: itself, and those whose truths speak of one that is not.
fn lost_with(program: &Program, path: &Path, i: usize) -> Vec<InputId> {
    let mut lost: Vec<InputId> = path.first.get(i).map(|first| first.1).into_iter().collect();
    for (_, input, truth) in path.first.iter().skip(i + 1) {
        if lost.iter().any(|known| rest_on(program, &[*truth], *known)) {
            lost.push(*input);
        }
    }
    lost
}

/// From where on a run is beyond the range of `f64`, and whether nothing that is read has a value there.
#[derive(Clone, Copy)]
pub struct Left {
    pub at: f64,
    pub wholly: bool,
}

/// What became of one run on its way, each with the look at which it did.
#[derive(Default)]
pub struct Fate {
    pub left: Option<Left>,
    /// From here on rounding may have done anything.
    pub unbounded: Option<f64>,
    /// A hypothesis on the path failed, which ended it.
    pub fallen: Option<f64>,
    /// A flow was last seen here, and not followed to its end: whether it goes on from there, or speaks for itself, is not known.
    pub stopped: Option<f64>,
    /// It was cut off here, before its end (`until`).
    pub cut: Option<f64>,
    /// What was not decided.
    pub open: Vec<(Doubt, f64)>,
}

impl Fate {
    /// Why it ended before its time, or has no values from some step on: one after the other, up to what leaves nothing to be known. That it was cut off is
    /// told where that left a number without its value (`lost`).
    fn note(&self, path: Option<&Path>, lost: bool) -> Option<String> {
        let shown = super::figure::number;
        let mut all: Vec<(f64, bool, String)> = Vec::new();
        if let Some(Left { at, wholly }) = self.left {
            let step = shown(at);
            let whole = || format!("it leaves the range of f64 before step {step}, and has no values from there on");
            let part = || format!("a part of it leaves the range of f64 before step {step}");
            if wholly || !self.open.is_empty() {
                all.push((at, wholly, if wholly { whole() } else { part() }));
            }
        }
        if let Some(at) = self.unbounded.filter(|_| !self.left.is_some_and(|left| left.wholly)) {
            all.push((at, false, format!("from step {} on rounding may have done anything to its numbers", shown(at))));
        }
        if let Some(at) = self.fallen {
            all.push((at, true, format!("a hypothesis on the path fails at step {}", shown(at))));
        }
        if let Some(at) = self.stopped {
            let what =
                "a hypothesis on its path is not met, or its end (`until`) or a first time is within its rounding";
            all.push((at, true, format!("after time {} {what}", shown(at))));
        }
        if let Some(at) = self.cut.filter(|_| lost) {
            let unit = if path.is_some() { "step" } else { "time" };
            let text = "before its end (`until`), and when that would have come is not known";
            all.push((at, true, format!("it is cut off at {unit} {}, {text}", shown(at))));
        }
        for (doubt, at) in &self.open {
            let what = path.map(|path| doubted(path, *doubt)).unwrap_or_default();
            all.push(match doubt {
                Doubt::First(_) => {
                    (*at, false, format!("from step {} on {what} is within its rounding, and not known", shown(*at)))
                }
                _ => (*at, true, format!("{what} is within its rounding, and nothing more is known")),
            });
        }
        // Of what is of one step the earlier ones are the reason.
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let last = all.iter().position(|(_, ends, _)| *ends).map_or(all.len(), |place| place + 1);
        let texts: Vec<String> = all.into_iter().take(last).map(|(.., text)| text).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    /// From where on it is not known whether there is a run, and from where on these first times are not.
    fn unknown(&self, program: &Program, path: &Path) -> (Option<f64>, Vec<(InputId, f64)>) {
        let mut run: Option<f64> = None;
        let mut times = Vec::new();
        for (doubt, at) in &self.open {
            match doubt {
                Doubt::First(i) if goes_on(program, path) => {
                    times.extend(lost_with(program, path, *i).into_iter().map(|input| (input, *at)));
                }
                _ => run = Some(run.map_or(*at, |run| run.min(*at))),
            }
        }
        (run, times)
    }
}

fn doubted(path: &Path, doubt: Doubt) -> String {
    match doubt {
        Doubt::Until => "whether it ends (`until`)".to_owned(),
        Doubt::Assume(i) => {
            format!("the hypothesis `{}` on the path", path.assume.get(i).map_or("", |assume| assume.name.as_str()))
        }
        Doubt::First(i) => format!("the first time `{}`", path.first.get(i).map_or("", |first| first.0.as_str())),
    }
}

/// What is known of these runs in the end.
pub fn finish(
    (program, study): (&Program, &Study),
    records: &mut [Record],
    takers: Vec<Takers<'_>>,
    fate: impl Fn(usize) -> Fate,
) {
    let path = program.path();
    for (lane, (record, takers)) in records.iter_mut().zip(takers).enumerate() {
        let fate = fate(lane);
        if let Some(note) = fate.note(path, takers.0.iter().any(|taker| taker.lost)) {
            record.note.get_or_insert(note);
        }
        let (run, times) = path.map(|path| fate.unknown(program, path)).unwrap_or_default();
        let time_of = |node: NodeId| {
            let of_node = times.iter().filter(|(input, _)| rest_on(program, &[node], *input));
            of_node.map(|(_, at)| *at).reduce(f64::min)
        };
        let ends = fate.fallen.is_some() || fate.stopped.is_some();
        let stops = ends || (run.is_some() && !path.is_some_and(|path| goes_on(program, path)));
        let numbers = takers.0.into_iter().map(|taker| {
            let time = time_of(taker.number.node);
            let before = |at: Option<f64>| at.is_none_or(|at| taker.done.is_some_and(|done| done < at));
            // A least or greatest that has no values from there on has them all.
            let whole = run.is_some_and(|at| taker.last.is_none_or(|last| last < at)) && taker.is_extreme();
            let known = before(time) && (before(run) || whole) && (!stops || taker.done.is_some());
            if known && !taker.lost { taker.take() } else { None }
        });
        record.numbers = numbers.collect();
        for (column, node) in columns(study).into_iter().enumerate().filter(|_| !times.is_empty()) {
            let Some(from) = time_of(node) else { continue };
            for (at, seen) in record.at.iter().zip(&mut record.seen) {
                if *at >= from {
                    seen[column] = f64::NAN;
                }
            }
        }
        if let Some(from) = run {
            let kept = record.at.iter().position(|at| *at >= from).unwrap_or(record.at.len());
            record.at.truncate(kept);
            record.seen.truncate(kept);
        }
    }
}

/// What takes the numbers of one run from its looks.
pub struct Takers<'a>(Vec<Taker<'a>>);

struct Taker<'a> {
    number: &'a Number,
    from: f64,
    taken: Option<(f64, f64)>,
    /// Of a least or greatest: the value, and the bounds within which another look could be that, too.
    best: Option<(f64, f64)>,
    /// The look at which that was seen.
    best_at: Option<f64>,
    /// Looks that may be the least or greatest, for where it is.
    times: Vec<(f64, f64, f64)>,
    /// Its value was that of an end at which the run was cut off, and spoke of when that is.
    lost: bool,
    /// The look at which all that it needs was seen, and the last one at which it had a value.
    done: Option<f64>,
    last: Option<f64>,
}

impl<'a> Takers<'a> {
    pub fn new(study: &'a Study, setup: impl Fn(NodeId) -> Option<f64>) -> Self {
        let taker = |number: &'a Number| {
            let from = match number.when {
                Taken::From(node) => setup(node).unwrap_or(f64::NAN),
                _ => 0.0,
            };
            Taker {
                number,
                from,
                taken: None,
                best: None,
                best_at: None,
                times: Vec::new(),
                lost: false,
                done: None,
                last: None,
            }
        };
        Self(study.numbers.iter().map(taker).collect())
    }

    pub fn see(&mut self, t: f64, value: impl Fn(usize) -> Option<(f64, f64)>) {
        for (i, taker) in self.0.iter_mut().enumerate() {
            taker.see(t, value(i));
        }
    }

    /// The run is cut off at its last look, which was seen: what the numbers are there now that its time is undefined.
    pub fn cut(&mut self, t: f64, value: impl Fn(usize) -> Option<(f64, f64)>) {
        for (i, taker) in self.0.iter_mut().enumerate() {
            taker.cut(t, value(i));
        }
    }
}

impl Taker<'_> {
    fn is_extreme(&self) -> bool {
        !matches!(self.number.when, Taken::End | Taken::From(_))
    }

    fn see(&mut self, t: f64, value: Option<(f64, f64)>) {
        if value.is_some() {
            self.last = Some(t);
        }
        let sign = match self.number.when {
            Taken::End => {
                self.taken = value;
                return;
            }
            Taken::From(_) => {
                if self.done.is_none() && t >= self.from {
                    (self.taken, self.done) = (value, Some(t));
                }
                return;
            }
            Taken::Least | Taken::LeastAt => 1.0,
            Taken::Greatest | Taken::GreatestAt => -1.0,
        };
        let Some((value, error)) = value else { return };
        if self.best.is_none_or(|(best, _)| sign * value < best) {
            self.best = Some((sign * value, error));
            self.best_at = Some(t);
            self.taken = Some((value, error));
        }
        if matches!(self.number.when, Taken::LeastAt | Taken::GreatestAt) {
            self.times.push((sign * value, error, t));
        }
    }

    /// What was seen before stays. A least or greatest that the last look alone has, and that speaks of its time, is as unknown as that; so is where it
    /// is, if that may be the last look: it may be later in a run that goes on.
    fn cut(&mut self, t: f64, value: Option<(f64, f64)>) {
        self.lost |= match self.number.when {
            Taken::End => self.taken.is_some() && value.is_none(),
            // Of a look on the way, whose time is known.
            Taken::From(_) => false,
            Taken::Least | Taken::Greatest => value.is_none() && self.best_at == Some(t),
            Taken::LeastAt | Taken::GreatestAt if self.number.computed => self.best_at == Some(t),
            Taken::LeastAt | Taken::GreatestAt => self.best_at == Some(t) || self.rivals().any(|at| at == t),
        };
    }

    /// The looks that could be the least or greatest, as far as rounding tells.
    fn rivals(&self) -> impl Iterator<Item = f64> {
        let most = self.best.map_or(f64::NAN, |(best, error)| best + error);
        let rivals = self.times.iter().filter(move |(value, error, _)| value - error <= most || !error.is_finite());
        rivals.map(|(.., t)| *t)
    }

    fn take(self) -> Option<(f64, f64)> {
        match self.number.when {
            Taken::LeastAt | Taken::GreatestAt => {
                // Where it is, and how far off that may be: to any look that could be as low.
                let at = self.best_at?;
                let off = self.rivals().map(|t| (t - at).abs()).fold(0.0, f64::max);
                Some((at, off))
            }
            _ => self.taken,
        }
    }
}
