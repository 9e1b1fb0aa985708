//! What of a law of scaling can be seen from its file to be no measurement: ends of a sweep in no order, too few points, nothing swept on one side.
//!
//! Ends that are expressions of givens, and points that turn out to have no value, are found when the sweep is run; see `check::scaling`.

use super::diagnostic::Diagnostic;
use super::document::Item;
use super::model::{LEAST_POINTS, Named, Scaling};
use super::points::number;
use super::program::{Swept, SweptTarget};
use super::reader::Errors;
use crate::lang::ast::{Sweep, SweepScale};
use crate::lang::ir::{Graph, NodeId, Op};
use crate::lang::span::LangError;
use crate::lang::types::reachable;
use dashu_ratio::RBig;

/// Of sweeps as they are written, where their ends are plain numbers.
pub(super) fn sweeps(errors: &mut Errors, item: &Item, sweeps: &[Named<Sweep>]) {
    let mut points = 1_u64;
    let mut known = sweeps.len() == item.entries().len();
    for sweep in sweeps {
        points = points.saturating_mul(sweep.value.count);
        let Some((lo, hi)) = number(&sweep.value.lo).zip(number(&sweep.value.hi)) else { continue };
        let Some(error) = ends(&sweep.value, &lo, &hi) else { continue };
        errors.note(|| Diagnostic::in_expression(&sweep.place, &error));
        known = false;
    }
    if known && points < LEAST_POINTS as u64 {
        errors.note(|| {
            let message = format!(
                "a slope needs {LEAST_POINTS} points with values, none a copy of another, and there are {points}"
            );
            let place = sweeps.first().map_or(&item.key_place, |sweep| &sweep.place);
            Diagnostic::new(place.clone(), message, "too few points")
                .help("the number behind the ends is that of points")
        });
    }
}

fn ends(sweep: &Sweep, lo: &RBig, hi: &RBig) -> Option<LangError> {
    let span = sweep.lo.span.join(sweep.hi.span);
    let scale = match sweep.scale {
        SweepScale::Log => "log",
        SweepScale::Linear => "linear",
        SweepScale::Int => "int",
    };
    let order = "the ends of a sweep are two numbers, the lower one first";
    if lo > hi {
        let error = LangError::new(span, order, format!("found {lo} before {hi}"));
        Some(error.help(format!("write `{scale} [{hi}, {lo}] {}`", sweep.count)))
    } else if lo == hi {
        Some(LangError::new(span, order, format!("found {lo} twice, which is one point")))
    } else if sweep.scale == SweepScale::Log && *lo <= RBig::ZERO {
        let error = LangError::new(sweep.lo.span, "a sweep in the logarithm begins above 0", format!("found {lo}"));
        Some(error.help("begin above 0, or write `linear`"))
    } else {
        None
    }
}

/// Of a law whose expressions are typed. `at_start`: whether both sides are of the givens alone.
pub(super) fn law(
    graph: &Graph,
    scaling: &Scaling,
    sweep: &[Swept],
    (covariate, slope): (NodeId, NodeId),
    at_start: bool,
) -> Vec<Diagnostic> {
    let swept_in = |node: NodeId| {
        let below = reachable(graph, &[node]);
        let target = |id: &NodeId| match graph.node(*id).op {
            Op::Input(input) => Some(SweptTarget::Real(input)),
            Op::Int(int) => Some(SweptTarget::Int(int)),
            _ => None,
        };
        sweep.iter().find(|swept| below.iter().filter_map(target).any(|target| target == swept.target))
    };
    let mut errors = Vec::new();
    if sweep.is_empty() {
        return errors;
    }
    if at_start && swept_in(covariate).is_none() {
        let error = LangError::new(
            scaling.fit.value.1.span,
            "a line needs points at different abscissae",
            "nothing that is swept is on this side of `~`",
        );
        errors.push(Diagnostic::in_expression(
            &scaling.fit.place,
            &error.help("write `y ~ x`, where `x` changes along the sweep"),
        ));
    }
    if let Some(swept) = swept_in(slope) {
        let error = LangError::new(
            scaling.slope.value.value.span,
            "the slope that is claimed differs from point to point of the sweep",
            format!("it has `{}` in it, which is swept", swept.name),
        );
        errors.push(Diagnostic::in_expression(&scaling.slope.place, &error.help("claim one slope for all points")));
    }
    errors
}
