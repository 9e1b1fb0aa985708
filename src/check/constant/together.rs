//! Growth that several givens have together, which no curve of one of them shows: the givens that belong to it, read off the curves of each.

use super::swept::{Line, Of};
use super::{Curve, End};

/// Where the most was asked for at the values of a line: the givens that are numbers, for each.
pub(super) type Places = Vec<Vec<(String, f64)>>;

/// The givens that are at an end of their values where others are fixed, all towards that end at once: of `max(a, b)` each alone has nothing to show, as the
/// other is large then.
pub(super) fn together(all: &[(&Line, &Curve, &Places)]) -> Option<Line> {
    let mut parts: Vec<(&Line, End)> = Vec::new();
    for (k, (line, curve, _)) in all.iter().enumerate() {
        let [least, second, .., last_but_one, greatest] = &line.values[..] else { continue };
        if line.of != Of::Values || least >= greatest {
            continue;
        }
        let (second, last_but_one) = (second.to_f64().value(), last_but_one.to_f64().value());
        let near = |end, value: f64| if end == End::Upper { value >= last_but_one } else { value <= second };
        let often = |end, places: &Places| {
            let values = places.iter().filter_map(|at| at.iter().find(|(name, _)| *name == line.given));
            2 * values.filter(|(_, value)| near(end, *value)).count() > places.len()
        };
        let others = || all.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, (.., places))| *places);
        let end = curve.ends.iter().map(|(end, _)| *end).find(|end| others().any(|places| often(*end, places)));
        parts.extend(end.map(|end| (*line, end)));
    }
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
