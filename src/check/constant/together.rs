//! Growth that several givens have together, which no curve of one of them shows: the givens that belong to it, read off the curves of each.
//!
//! Of `max(a, b, d)` each alone has nothing to show, as another is large then. Which of them stand at an end of their values in the worst cases of a flat
//! curve is chance where they tie; so givens are added while the line of those that go together is flat as well.

use super::swept::{Line, Of};
use super::{Curve, End};

/// Where the most was asked for at the values of a line: the givens that are numbers, for each.
pub(super) type Places = Vec<Vec<(String, f64)>>;

/// A line with its curve and where its worst cases are.
pub(super) type Seen<'a> = (&'a Line, &'a Curve, &'a Places);

/// What of a line of givens that go together is known: anything, whether it grows, and where its worst cases are.
pub(super) type Shown<T> = (T, bool, Places);

/// The widest of these lines with what `search` finds of it: more givens belong to it while it does not grow; `None` where no givens go together, or what is
/// found of the first is nothing.
///
/// # Errors
/// Those of `search`.
pub(super) fn widest<T, E>(
    all: &[Seen<'_>],
    mut search: impl FnMut(&Line) -> Result<Option<Shown<T>>, E>,
) -> Result<Option<(Line, T)>, E> {
    let (mut next, mut last) = (together(all), None);
    while let Some(line) = next {
        let Some((found, grows, places)) = search(&line)? else { break };
        next = if grows { None } else { wider(all, &line, &places) };
        last = Some((line, found));
    }
    Ok(last)
}

/// The givens that are at an end of their values where others are fixed, all towards that end at once.
fn together(all: &[Seen<'_>]) -> Option<Line> {
    let candidates = all.iter().filter(|seen| may_go(seen)).count();
    let mut parts: Vec<(&Line, End)> = Vec::new();
    for (k, seen) in all.iter().enumerate().filter(|(_, seen)| may_go(seen)) {
        let others = || all.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, (.., places))| *places);
        let mut ends = seen.1.ends.iter().map(|(end, _)| *end);
        let end = ends.find(|end| others().any(|places| often(seen.0, *end, places, candidates - 1)));
        parts.extend(end.map(|end| (seen.0, end)));
    }
    joined(&parts)
}

/// A line of givens that go together, which is flat, with those beside them that stand at an end of their values where it was searched; `None` where there
/// are none.
fn wider(all: &[Seen<'_>], joint: &Line, places: &Places) -> Option<Line> {
    let Of::Together(known, towards) = &joint.of else { return None };
    let find =
        |part: &Line| all.iter().map(|seen| seen.0).find(|line| line.of == Of::Values && line.given == part.given);
    let rises = |part: &Line| part.values.first() < part.values.last();
    let end = |part: &Line| if rises(part) == rises(joint) { *towards } else { towards.other() };
    let mut parts: Vec<(&Line, End)> = known.iter().filter_map(|part| Some((find(part)?, end(part)))).collect();
    let count = parts.len();
    let beside: Vec<&Seen<'_>> =
        all.iter().filter(|seen| may_go(seen) && known.iter().all(|part| part.given != seen.0.given)).collect();
    for seen in &beside {
        let end = seen.1.ends.iter().map(|(end, _)| *end).find(|end| often(seen.0, *end, places, beside.len()));
        parts.extend(end.map(|end| (seen.0, end)));
    }
    if parts.len() > count { joined(&parts) } else { None }
}

/// Whether a given has values enough to go to an end of them.
fn may_go((line, ..): &Seen<'_>) -> bool {
    line.of == Of::Values && matches!(&line.values[..], [least, _, .., greatest] if least < greatest)
}

/// Whether a given stands near an end of its values in more than a half of these places, or in as many as one of so many has that take turns.
fn often(line: &Line, end: End, places: &Places, of: usize) -> bool {
    let [_, second, .., last_but_one, _] = &line.values[..] else { return false };
    let (second, last_but_one) = (second.to_f64().value(), last_but_one.to_f64().value());
    let near = |value: f64| if end == End::Upper { value >= last_but_one } else { value <= second };
    let values = places.iter().filter_map(|at| at.iter().find(|(name, _)| *name == line.given));
    let count = values.filter(|(_, value)| near(*value)).count();
    2 * count > places.len() || (of > 1 && count > 0 && of * count >= places.len())
}

fn joined(parts: &[(&Line, End)]) -> Option<Line> {
    let count = parts.iter().map(|(line, _)| line.values.len()).min()?;
    let (_, towards) = *parts.first()?;
    let part = |(line, end): &(&Line, End)| {
        let len = line.values.len();
        let mut values = if *end == End::Upper { &line.values[len - count..] } else { &line.values[..count] }.to_vec();
        if *end != towards {
            values.reverse();
        }
        Line { given: line.given.clone(), values, of: Of::Values }
    };
    let parts: Vec<Line> = parts.iter().map(part).collect();
    let values = parts.first()?.values.clone();
    (parts.len() > 1).then(|| Line { given: String::new(), values, of: Of::Together(parts, towards) })
}
