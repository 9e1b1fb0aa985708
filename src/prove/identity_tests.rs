//! Identities true and false, each sampler at generic points, and degrees against hand counts.

use super::*;
use crate::claim::load::load;
use crate::claim::model::ClaimId;
use std::path::Path;

fn outcomes_of(text: &str, limits: &Limits) -> Vec<(String, Identity)> {
    let claim = load(text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let program = Program::new(&claim).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    (0..program.asked.len()).map(|i| (program.asked[i].name.clone(), identity(&claim, &program, i, limits))).collect()
}

fn outcomes(text: &str) -> Vec<(String, Identity)> {
    outcomes_of(&format!("title = \"t\"\nat = \"x\"\n{text}"), &Limits::default())
}

/// Predicates named `yes..` are proved, those named `no..` fail, those named `un..` are unsuitable.
#[track_caller]
fn as_named(text: &str) -> Vec<(String, Identity)> {
    let all = outcomes(text);
    for (name, outcome) in &all {
        let right = match outcome {
            Identity::Proved(e) => name.starts_with("yes") && e.log10_failure < -20.0,
            Identity::ProvedFor(_) => false,
            Identity::Fails { .. } => name.starts_with("no"),
            Identity::Unsuitable { .. } => name.starts_with("un"),
        };
        assert!(right, "{name}: {outcome:?}");
    }
    all
}

#[test]
fn scalar_identities_are_told_from_those_with_a_term_dropped() {
    let all = as_named(
        r#"
[given]
a = "real in (0, 1]"
b = "real in [1/8, 8] log"
c = "real in (0, b] log"
z = "normal"
n = "int in 0..=5"
[claim]
yes_square  = "(a + b)^2 == a^2 + 2*a*b + b^2"
no_square   = "(a + b)^2 == a^2 + b^2"
yes_quotient = "1/(a*c) + z/b == (b + a*c*z)/(a*b*c)"
yes_power   = "(1 + z)^n*(1 + z)^2 == (1 + z)^(n + 2)"
no_power    = "(1 + z)^n == 1 + n*z"
yes_sum     = "sum(i in 1..=n: z^(i - 1))*(z - 1) == z^n - 1"
yes_all     = "all(i in 1..=n, i != 2: (i + z)^2 == i^2 + 2*i*z + z^2)"
no_all      = "all(i in 1..=n, i != 2: i*z == i*z^2 or false)"
yes_if      = "(if n == 0 then z else z^2) == z*(if n == 0 then 1 else z)"
"#
        .replace(" or false", "")
        .as_str(),
    );
    let Identity::Proved(square) = &all[0].1 else { panic!() };
    // Squares of a difference of degree 2: no more than 4.
    assert_eq!((square.degree, square.points, square.done), (4, 2, 1));
    let Identity::Proved(power) = &all[3].1 else { panic!() };
    assert_eq!((power.done, power.of, power.which.as_str(), power.degree), (6, 6, "n = 0..=5", 14));
}

#[test]
fn every_rational_sampler_keeps_what_it_promises_at_generic_points() {
    as_named(
        r#"
[given]
m = "int in 1..=3"
n = "int in 1..=3"
d = "real in (0, 1]"
S = "symmetric(n, [-1, 1])"
v = "spectrum(n, (0, 2])"
T = "symmetric(n, v)"
C = "commuting(T)"
B = "below(T)"
N = "near(S, d)"
X = "matrix(m, n, sv in [0, 1])"
Q = "orthogonal(n)"
u = "sphere(n)"
K = "skew(n)"
G = "gaussian(m, n, d)"
A = "operator(1, n, d)"
w = "vector(n, [0, 1])"
c = "choice(1, d, 2)"
[claim]
yes_sym    = "S' == S"
yes_trace  = "tr(T) == sum(i in 1..=n: v[i])"
yes_square = "norm_F(T)^2 == sum(i in 1..=n: v[i]^2)"
yes_comm   = "C*T == T*C"
no_comm    = "S*T == T*S"
yes_below  = "B' == B and B*inv(T)*(T - B) == (T - B)*inv(T)*B"
yes_near   = "N' == N"
yes_det    = "det(T) == prod(i in 1..=n: v[i])"
yes_orth   = "Q'*Q == I"
yes_unit   = "u'*u == 1"
yes_skew   = "K' == -K and tr(K*S) == 0"
yes_kron   = "norm_F(kron(X, G))^2 == norm_F(X)^2*norm_F(G)^2"
yes_push   = "inv(I + X'*X)*X' == X'*inv(I + X*X')"
no_push    = "inv(I + X'*X)*X' == X'*inv(I + 2*X*X')"
yes_choice = "c*(c - 1)*(c - d)*(c - 2) == 0"
no_choice  = "c*(c - 1)*(c - d) == 0"
yes_vec    = "tr(diag(w)) == sum(i in 1..=n: w[i])"
yes_op     = "A*A' - A*A' == zeros(n, n)"
"#,
    );
}

#[test]
fn sorted_spectra_are_free_only_where_their_order_does_not_matter() {
    as_named(
        r#"
[given]
n = "int in 1..=3"
S = "symmetric(n, (0, 1])"
X = "matrix(n, n, sv in [0, 1])"
v = "vector(n, (0, 1])"
V = "symmetric(n, v)"
C = "commuting(S)"
[claim]
yes_trace = "tr(S) == sum(i in 1..=n: lambda(i, S))"
yes_sv    = "tr(X'*X) == sum(i in 1..=n: sigma(i, X)^2)"
un_first  = "lambda_max(V) == v[1]"
un_two    = "lambda_max(C)*lambda_min(S)*tr(S*C) == tr(C*S)*lambda_min(S)*lambda_max(C)"
yes_one   = "lambda_max(C)*lambda_min(S)*tr(S) == tr(S)*lambda_min(S)*lambda_max(C)"
"#,
    );
}

#[test]
fn what_is_not_rational_is_refused_with_its_reason() {
    let all = as_named(
        r#"
[given]
n = "int in 1..=3"
x = "real in (0, 1]"
A = "gaussian(n, n)"
P = "permutation(n)"
[claim]
un_root  = "sqrt(x)^2 == x"
un_if    = "(if x < 1/2 then x else x) == x"
un_abs   = "abs(x) == x"
un_lam   = "lambda_max(A*A') == lambda_max(A'*A)"
un_less  = "x <= 1"
un_perm  = "P'*P == I"
un_pi    = "pi*x == x*pi"
un_zero  = "1/(x - x) == 1/(x - x)"
"#,
    );
    let reason = |name: &str| match &all.iter().find(|(n, _)| n == name).expect("asked").1 {
        Identity::Unsuitable { reason } => reason.clone(),
        _ => unreachable!(),
    };
    assert_eq!(reason("un_root"), "it is not rational: sqrt");
    assert_eq!(reason("un_if"), "it is not rational: a case distinction on values");
    assert_eq!(reason("un_lam"), "it is not rational: eigenvalues");
    assert_eq!(reason("un_less"), "it is not made of equalities alone");
}

#[test]
fn hypotheses_that_are_equalities_keep_a_difference_from_saying_anything() {
    as_named(
        r#"
[given]
x = "real in [0, 1]"
y = "real in [0, 1]"
[assume]
same = "x == y"
[claim]
un_square = "x^2 == x*y"
yes_other = "(x - y)*(x + y) == x^2 - y^2"
"#,
    );
    as_named(
        "[given]\nx = \"real in [0, 1]\"\ny = \"real in [0, 1]\"\n[assume]\nh = \"x != y\"\n[claim]\nno_a = \"x == y\"\nyes_b = \"(x^2 - y^2)/(x - y) == x + y\"\n",
    );
}

#[test]
fn conditions_on_integers_say_which_of_them_count() {
    let all = as_named(
        r#"
[given]
m = "int in 0..=2"
n = "int in 1..=4"
x = "real in [0, 1]"
K = "skew(n)"
[assume]
some = "m >= 1"
[claim]
yes_odd  = "n == 1 or n == 3 => det(K) == 0"
no_even  = "n == 2 => det(K) == 0"
yes_one  = "m < 2 => x^m == x"
no_two   = "x^m == x"
un_mixed = "n == 1 and x == 0 => x^2 == 2*x"
"#,
    );
    let Identity::Proved(odd) = &all[0].1 else { panic!("{all:?}") };
    assert_eq!(odd.of, 4);
}

#[test]
fn what_was_not_gone_through_is_said_and_is_no_proof_of_the_claim() {
    let text = "title = \"t\"\nat = \"x\"\n[given]\nn = \"int in 1..=9\"\nA = \"gaussian(n, n)\"\nB = \"gaussian(n, n)\"\n[claim]\nc = \"tr(A*B) == tr(B*A)\"\n";
    let limits = Limits { shapes: 4, ..Limits::default() };
    let all = outcomes_of(text, &limits);
    let Identity::ProvedFor(evidence) = &all[0].1 else { panic!("{all:?}") };
    assert_eq!((evidence.done, evidence.of, evidence.which.as_str()), (4, 9, "n = 1..=4"));
    assert!(evidence.text().starts_with("n = 1..=4: 2 points each (4 of 9), degree at most 4"), "{}", evidence.text());
    let nothing = outcomes_of(text, &Limits { work: 0, ..Limits::default() });
    assert!(matches!(&nothing[0].1, Identity::Unsuitable { reason } if reason.contains("too much work")));
}

#[test]
fn a_claim_that_is_an_identity_only_of_small_sizes_fails_at_the_first_larger_one() {
    let all = outcomes("[given]\nn = \"int in 1..=4\"\nA = \"gaussian(n, n)\"\n[claim]\nc = \"A*A' == A'*A\"\n");
    assert_eq!(all[0].1, Identity::Fails { ints: vec![("n".to_owned(), 2)] });
}

#[test]
fn both_signs_of_a_full_frame_count() {
    // With hypotheses that keep random cases away from the other sign.
    as_named(
        r#"
[given]
x = "normal"
n = "int in 1..=2"
a = "sphere(1)"
Q = "orthogonal(n)"
V = "stiefel(n, n)"
X = "matrix(n, n, sv in [1, 2])"
[claim]
no_sphere   = "(a < 0 or 12345 < x < 12346) => a == -1"
no_det      = "(det(Q) == (-1)^n or 12345 < x < 12346) => det(Q) == (-1)^n"
no_stiefel  = "(det(V) == (-1)^n or 12345 < x < 12346) => det(V) == (-1)^n"
yes_either  = "det(Q)^2 == 1"
yes_product = "det(Q*V) == det(Q)*det(V)"
yes_square  = "a^2 == 1"
yes_sv      = "det(X'*X) == det(X)^2"
"#
        .replace("(det(Q) == (-1)^n or 12345 < x < 12346) => ", "x > 5 => ")
        .replace("(det(V) == (-1)^n or 12345 < x < 12346) => ", "x > 5 => ")
        .as_str(),
    );
}

#[test]
fn integers_that_were_not_counted_leave_a_proof_partial() {
    let text = "[given]\nn = \"int in 1..=1000000\"\nx = \"real in [0, 1]\"\n[assume]\nh = \"n <= 2 or n == 654321\"\n\
                [claim]\nc = \"(n - 1)*(n - 2)*x == 0\"\n";
    assert!(matches!(outcomes(text)[0].1, Identity::ProvedFor(_)), "{:?}", outcomes(text));
    // What was gone through is no box.
    let text = "[given]\nm = \"int in 1..=3000\"\nn = \"int in 1..=3000\"\nx = \"real in [0, 1]\"\n\
                [claim]\nc = \"(if m == 290 and n == 310 then x else 0) == 0\"\n";
    let Identity::ProvedFor(evidence) = &outcomes(text)[0].1 else { panic!("{:?}", outcomes(text)) };
    assert!(evidence.which.starts_with("the least 1200 of at least "), "{}", evidence.which);
}

#[test]
fn matrices_that_need_not_share_a_basis_are_not_taken_to() {
    as_named(
        r#"
[given]
n = "int in 1..=3"
S = "symmetric(n, [0, 1])"
A = "commuting(S)"
[claim]
yes_two = "S*A == A*S"
"#,
    );
    let all = outcomes(
        "[given]\nn = \"int in 1..=3\"\nS = \"symmetric(n, [0, 1])\"\nA = \"commuting(S)\"\nB = \"commuting(S)\"\n\
         E = \"commuting(A)\"\n[claim]\nboth = \"A*B == B*A\"\nchain = \"S*E == E*S\"\n",
    );
    for (name, outcome) in all {
        assert!(matches!(outcome, Identity::Unsuitable { .. }), "{name}: {outcome:?}");
    }
    let text = "[given]\nv = \"vector(2, [0, 1])\"\nC = \"symmetric(2, v)\"\nS = \"commuting(C)\"\n\
                [claim]\norder = \"det(S - lambda(1, S)*I + C - v[1]*I) == 0\"\n";
    assert!(!matches!(outcomes(text)[0].1, Identity::Proved(_)), "{:?}", outcomes(text));
}

#[test]
fn what_has_no_value_is_not_proved() {
    as_named(
        r#"
[given]
n = "int in 1..=2"
x = "real in [1, 2]"
v = "vector(n, [0, 1])"
A = "gaussian(n, n)"
[claim]
un_entry = "0*v[n + 1]*x == 0"
un_over  = "0*(1/(x - x)) == 0"
un_log   = "0*log(-x) == 0"
un_inv   = "inv(A - A)*zeros(n, n) == zeros(n, n)"
"#,
    );
}

#[test]
fn bounds_past_their_range_prove_nothing() {
    let text = "[given]\nx = \"normal\"\n[let]\na0 = \"1/x\"\na1 = \"a0^217678233600000000\"\na2 = \"a1^217678233600000000\"\n\
                [claim]\nc = \"(a2 - a2^2)*(a2 + a2^2) == a2^2 - a2^4\"\n";
    assert!(!matches!(outcomes(text)[0].1, Identity::Proved(_)), "{:?}", outcomes(text));
}
