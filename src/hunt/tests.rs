//! Claims with violations that random cases miss, each for a reason of its own, and true ones that nothing may refute.

use super::{Campaign, Hunt, HuntOptions, Hunter};
use crate::arith::lane::Backend;
use crate::case::evaluate::Evaluator;
use crate::case::record::{Fate, Hypotheses};
use crate::claim::load::load;
use crate::claim::model::{Claim, ClaimId};
use std::path::Path;

const ELEMENTS: usize = 1 << 20;

fn claim(body: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"x\"\n{body}");
    load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

fn hunter(claim: &Claim, seed: u64, backend: Backend) -> Hunter<'_> {
    let options = HuntOptions { seed, backend, wide: false, max_elements: ELEMENTS, kernel: None };
    Hunter::new(claim, options).unwrap_or_else(|e| panic!("{}", e.render(100, false))).expect("it is pointwise")
}

/// Evaluations of these tests: a fifth of the default, so that what is found here is found there with room.
const SOME: u64 = 20_000;

fn hunted(body: &str) -> (Claim, Hunt) {
    let claim = claim(body);
    let hunt = hunter(&claim, 1, Backend::best()).hunt(0, SOME, &[]);
    (claim, hunt)
}

/// Finds a violation that an evaluator agrees with, for three seeds.
fn refuted(body: &str) -> Hunt {
    let claim = claim(body);
    let mut hunts = (1..=3).map(|seed| {
        let hunt = hunter(&claim, seed, Backend::best()).hunt(0, SOME, &[]);
        let best = hunt.best.clone().unwrap_or_else(|| panic!("seed {seed}: no case met the hypotheses"));
        assert!(best.violated, "seed {seed}: {best:?}");
        let evaluator =
            Evaluator::new(&claim, seed, Backend::best(), ELEMENTS, None).expect("typed").expect("pointwise");
        let judged = evaluator.evaluate(&[best.point]).expect("a plan").remove(0);
        assert_eq!((judged.hypotheses, judged.looks[0].fate), (Hypotheses::Met, Fate::Violated), "seed {seed}");
        hunt
    });
    let first = hunts.next().expect("three seeds");
    hunts.for_each(drop);
    first
}

#[test]
fn a_violation_at_one_corner_of_a_box_is_found() {
    refuted(
        "[given]\nx = \"vector(6, [0, 1])\"\n[claim]\nc = \"x[1] + x[2] + x[3] + (1 - x[4]) + (1 - x[5]) + x[6] <= 6 - 1/1000000\"\n",
    );
}

#[test]
fn a_violation_that_couples_a_spectrum_and_a_rotation_is_found() {
    // ‖AB‖ reaches ‖A‖‖B‖ only where the greatest eigenvectors agree.
    refuted(
        "[given]\nA = \"symmetric(3, [1/10, 1])\"\nB = \"symmetric(3, [1/10, 1])\"\n\
         [claim]\nc = \"norm(A*B) <= 999/1000*norm(A)*norm(B) + (norm(A) - lambda_min(A))/1000\"\n",
    );
}

#[test]
fn a_thin_set_that_a_hypothesis_slopes_to_is_entered() {
    let hunt = refuted(
        "[given]\nx = \"vector(3, [0, 1])\"\n[assume]\nthin = \"(x[1] - 1/3)^2 + (x[2] - 2/3)^2 + (x[3] - 1/7)^2 <= 1/25000\"\n\
         [claim]\nc = \"x[1] + x[2] <= 1 + 5/1000\"\n",
    );
    let active: Vec<String> = hunt.active.iter().map(ToString::to_string).collect();
    assert_eq!(active, ["thin all but an equality"]);
}

#[test]
fn a_violation_in_a_branch_that_is_seldom_taken_is_found() {
    let hunt = refuted(
        "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\n\
         [claim]\nc = \"if x + y < 1999/1000 then x <= 1 else x^2 + y^2 <= 1999/1000\"\n",
    );
    assert!(hunt.best.is_some_and(|b| b.part.contains("`else` branch")));
}

#[test]
fn a_guard_is_driven_into() {
    refuted("[given]\nx = \"vector(4, [0, 1])\"\n[claim]\nc = \"sum(i in 1..=4: x[i]) >= 3999/1000 => x[1] <= 1/2\"\n");
}

#[test]
fn a_conjunct_that_another_hides_is_hunted_on_its_own() {
    // The first part is nearly violated everywhere; the least of both margins would say nothing of the second.
    let hunt = refuted(
        "[given]\nx = \"real in [0, 1]\"\ny = \"vector(3, [0, 1])\"\n\
         [claim]\nc = \"-1/1000000 <= 1000*(x - x) and y[1]*y[2]*(1 - y[3]) <= 999/1000\"\n",
    );
    assert!(hunt.best.is_some_and(|b| b.violated));
}

#[test]
fn a_violation_that_needs_equal_eigenvalues_is_found() {
    refuted(
        "[given]\nS = \"symmetric(4, [0, 1])\"\n\
         [claim]\nc = \"lambda(1, S) - lambda(4, S) + abs(lambda(2, S) - 1/3) >= 1/1000000\"\n",
    );
}

#[test]
fn a_violation_in_larger_dimensions_only_is_found() {
    let hunt = refuted(
        "[given]\nn = \"int in 1..=8\"\nS = \"symmetric(n, [0, 1])\"\n[claim]\nc = \"tr(S) - lambda_max(S) <= 19/10\"\n",
    );
    let best = hunt.best.expect("refuted");
    assert!(best.ints[0].1 >= 3, "{best:?}");
}

#[test]
fn a_true_and_tight_claim_is_never_below_zero_beyond_the_floor() {
    for body in [
        "[given]\nn = \"int in 1..=5\"\nA = \"gaussian(n, n)\"\n[claim]\nc = \"norm(A) <= norm_F(A)\"\n",
        "[given]\nn = \"int in 1..=4\"\nS = \"symmetric(n, [0, 1])\"\nT = \"symmetric(n, [0, 1])\"\n\
         [claim]\nc = \"lambda_min(S + T) >= lambda_min(S) + lambda_min(T)\"\n",
        "[given]\nn = \"int in 1..=4\"\nS = \"symmetric(n, (0, 1])\"\n[claim]\nc = \"S*inv(S) == I\"\n",
        "[given]\nx = \"real in (0, 1] log\"\n[claim]\nc = \"exp(x) >= 1 + x\"\n",
        "[given]\nx = \"vector(5, [0, 1])\"\ns = \"1e-150\"\n\
         [claim]\nc = \"(s*sum(i in 1..=5: x[i]))^2 <= 5*s^2*sum(i in 1..=5: x[i]^2)\"\n",
        "[given]\nn = \"int in 2..=5\"\nQ = \"orthogonal(n)\"\nx = \"gaussian(n, 1)\"\n[claim]\nc = \"norm(Q*x) <= norm(x)\"\n",
        "[given]\na = \"real in [1/8, 8] log\"\nb = \"real in (0, a] log\"\n[claim]\nc = \"b <= a and b > 0\"\n",
    ] {
        let (_, hunt) = hunted(body);
        let best = hunt.best.unwrap_or_else(|| panic!("{body}: no case"));
        assert!(!best.violated && best.margin + best.floor >= 0.0, "{body}: {best:?}");
    }
}

#[test]
fn the_looseness_of_a_bound_is_measured_in_its_own_terms() {
    let (_, hunt) = hunted(
        "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\n\
         [claim]\nc = \"x*y >= x + y - 1 - 3*x^2*y^2\"\n[margin]\nunit = \"x^2*y^2\"\n",
    );
    let share = hunt.share.expect("a comparison");
    // (1 - x)(1 - y) >= 0 is met with equality at x = 1, where nothing of the allowance is used.
    assert!((share.found.margin - 1.0).abs() < 1e-9 && share.factor > 1e9, "{share:?}");
    let (_, hunt) = hunted("[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"x*(1 - x) <= 1\"\n");
    let share = hunt.share.expect("a comparison");
    assert!((share.factor - 4.0).abs() < 1e-9, "{share:?}");
}

#[test]
fn ends_that_bind_are_named_and_open_ones_are_approached() {
    let (_, hunt) = hunted(
        "[given]\nS = \"symmetric(3, [1, 2])\"\nx = \"real in (0, 1]\"\n[claim]\nc = \"tr(S) + x >= 3\"\n[margin]\nunit = \"1\"\n",
    );
    let active: Vec<String> = hunt.active.iter().map(ToString::to_string).collect();
    assert_eq!(active, ["all of S at the lower end", "x near the lower end"]);
    let approach: Vec<(&str, String)> = hunt.approach.iter().map(|a| (a.name.as_str(), a.end.to_string())).collect();
    assert_eq!(approach, [("x", "lower".to_owned())]);
}

#[test]
fn a_hunt_is_the_same_on_every_back_end_and_in_any_order_of_its_islands() {
    let claim = claim(
        "[given]\nn = \"int in 1..=4\"\nA = \"symmetric(n, [0, 1])\"\nB = \"gaussian(n, n)\"\nr = \"real in (0, 1] log\"\n\
         [assume]\nsmall = \"norm(B) <= 2\"\n[claim]\nc = \"norm(A*B) <= 3/2 + r\"\n",
    );
    let expected = format!("{:?}", hunter(&claim, 7, Backend::Scalar).hunt(0, 4_000, &[]));
    for backend in Backend::available() {
        assert_eq!(format!("{:?}", hunter(&claim, 7, backend).hunt(0, 4_000, &[])), expected, "{backend}");
    }
    let hunter = hunter(&claim, 7, Backend::best());
    let mut campaign = Campaign::new(&hunter, 0, 4_000, &[]);
    loop {
        let units = campaign.next_round();
        if units.is_empty() {
            break;
        }
        let mut results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                units.iter().rev().map(|unit| scope.spawn(|| (unit.clone(), hunter.island(unit)))).collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).collect()
        });
        results.reverse();
        campaign.absorb(results);
    }
    assert_eq!(format!("{:?}", campaign.finish()), expected);
}

#[test]
fn a_strict_comparison_fails_where_it_is_attained_and_contacts_inside_are_handed_on() {
    refuted("[given]\nx = \"vector(2, [0, 1])\"\n[claim]\nc = \"2*x[1]*x[2] < x[1]^2 + x[2]^2\"\n");
    let (_, hunt) = hunted(
        "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\n\
         [claim]\nc = \"5/8*x + 3/16*y < x^2 + y^2 + 109/1024\"\n",
    );
    assert_eq!(hunt.contacts.first().map(|c| c.point.draws.clone()), Some(vec![5.0 / 16.0, 3.0 / 32.0]));
}

#[test]
fn a_claim_that_no_case_meets_ends_without_a_case() {
    let (_, hunt) = hunted("[given]\nx = \"real in [0, 1]\"\n[assume]\nno = \"x >= 2\"\n[claim]\nc = \"x <= 1\"\n");
    assert!(hunt.best.is_none() && hunt.met == 0 && hunt.evaluations >= SOME / 2, "{hunt:?}");
}

#[test]
fn claims_without_draws_and_claims_about_iterates_are_hunted_like_others() {
    let (_, hunt) = hunted("[given]\nn = \"int in 1..=3\"\n[claim]\nc = \"tr(I + zeros(n, n)) <= 2\"\n");
    assert!(hunt.best.is_some_and(|b| b.violated && b.ints[0].1 == 3));
    // x (1 - x/4) is greatest at the end, and below it at every start but near 1.
    let run = |bound: &str| {
        hunted(&format!(
            "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\n[assume]\nsum = \"x + y <= 3/2\"\n[trajectory]\n\
             state = {{ z = \"x\", w = \"y\" }}\nstep = {{ z = \"z - z^2/4\", w = \"w\" }}\nsteps = \"3\"\n\
             [trajectory.assume]\nfar = \"w >= 1/4\"\n[trajectory.always]\nc = \"t >= 1 => z <= {bound}\"\n"
        ))
        .1
    };
    let best = |hunt: Hunt| hunt.best.expect("it has a case");
    assert!(best(run("749/1000")).violated);
    let near = best(run("751/1000"));
    assert!(!near.violated && near.margin < 2e-3, "{near:?}");
    // The start must meet the hypothesis on the path for anything to be asked.
    let point = best(run("749/1000")).point.draws;
    assert!(point[1] >= 0.25 && point[0] + point[1] <= 1.5, "{point:?}");
}

#[test]
fn a_structure_that_all_entries_share_is_found() {
    // The identity.
    refuted("[given]\nA = \"gaussian(8, 8)\"\n[claim]\nc = \"norm_F(A) <= 28/10*norm(A)\"\n");
    // The same in two blocks, which are not square.
    refuted(
        "[given]\nU = \"gaussian(9, 8)\"\nV = \"gaussian(9, 8)\"\n[claim]\nc = \"norm_F(U*V') <= 28/10*norm(U*V')\"\n",
    );
}
