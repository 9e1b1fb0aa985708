//! Tests of `derivative`.

use super::super::ir::{Op, SampleOp};
use super::super::predicate::predicate;
use super::super::reference::{World, parsed};

/// `D` against a central difference of the reference evaluator, at random cases.
fn agrees(world: &mut World, body: &str, name: &str, direction: &str) {
    let x = world.name(name);
    let value = world.node(body).unwrap_or_else(|e| panic!("{body}: {e}"));
    let text =
        if direction == "1" { format!("D({body}; {name})") } else { format!("D({body}; {name} -> {direction})") };
    let tangent = world.node(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let h = world.node(direction).expect("a direction");
    // The value must be recomputed from `name`: known spectra would stay.
    let (eigen, singular) = (world.graph.eigenvalues_of.clone(), world.graph.singular_values_of.clone());
    world.graph.eigenvalues_of.clear();
    world.graph.singular_values_of.clear();
    let recomputed = world.node(body).expect("well formed");
    world.graph.eigenvalues_of = eigen;
    world.graph.singular_values_of = singular;
    let mut compared = 0;
    for seed in 0..12 {
        let case = world.case(seed);
        let exact = case.matrix(tangent);
        // Best step for a central difference: the cube root of the rounding error, a little above.
        let step = 2e-5;
        let shifted = |sign: f64| {
            let mut moved = case.clone();
            moved.set(x, &case.matrix(x) + case.matrix(h) * (sign * step));
            moved.matrix(recomputed)
        };
        let numeric = (shifted(1.0) - shifted(-1.0)) / (2.0 * step);
        assert_eq!(exact.shape(), case.matrix(value).shape(), "{text}");
        if exact.iter().chain(numeric.iter()).any(|e| !e.is_finite()) {
            continue;
        }
        compared += 1;
        let size = 1.0 + exact.norm() + case.matrix(recomputed).norm();
        let error = (&exact - &numeric).norm();
        // step² times third derivatives; spectra of random 3×3 matrices have gaps near 0.1, whose cube enters.
        assert!(error <= 1e-4 * size, "{text}, case {seed}: {exact} is not {numeric}");
    }
    assert!(compared >= 3, "{text}: too few cases are defined");
}

#[test]
fn reals_have_their_textbook_derivatives() {
    let mut world = World::new();
    for body in [
        "x^3 - 2*x*y + y/x",
        "x^-2",
        "x^k",
        "abs(x)^(5/2)",
        "abs(x)^y",
        "(1 + y^2)^x",
        "sqrt(1 + x^2)",
        "exp(x)*log(2 + x^2)",
        "sin(x)*cos(x) + tan(x/3)",
        "asin(x/4) + acos(x/5) + atan(x)",
        "abs(x)",
        "min(x, y, x*y)",
        "max(x^2, y)",
        "if x > 0 then x^2 else 3*x",
        "sum(i in 1..=d: u[i]*x^i)",
        "prod(i in 1..=d: x - u[i])",
        "prod(i in 1..=d, j in 1..=d, i != j: x*u[i] - u[j])",
        "min(i in 1..=d: x*u[i])",
        "max(i in 1..=d, j in 1..=d: x*W[i, j])",
        "(x*u)[1]",
        "inner(mat(i in 1..=d, j in 1..=d: x^i*u[j]), W)",
    ] {
        agrees(&mut world, body, "x", "1");
    }
}

#[test]
fn functions_of_a_matrix_have_their_derivatives() {
    let mut world = World::new();
    for body in [
        "W*G*W",
        "W'*W - 3*W",
        "W^3",
        "W^k",
        "W^-2",
        "inv(W)",
        "det(W)",
        "tr(W*G)",
        "norm_F(W)",
        "norm_F(A*W*B' - A*G*B')^2/2",
        "inner(W, G)*W",
        "norm(W)",
        "norm(W*u)",
        "norm(u'*W)",
        "norm_nuc(W)",
        "sigma(1, W)",
        "svals(W)",
        "lambda_max(W'*W)",
        "lambda(1, W + W')",
        "lambda_min(sym(W))",
        "eigvals(sym(W))",
        "proj(1, sym(W))",
        "sqrtm(I + W'*W)",
        "expm(sym(W)/2)",
        "logm(I + W*W')",
        "hadamard(W, W)",
        "kron(W, G*W)",
        "diag(W*u)",
        "diagonal(W*W)",
        "flatten(W*W)",
        "unflatten(flatten(W), d, d)*W",
        "hcat(W, G*W)",
        "vcat(W*W, G)",
        "(W*W)[1..=d, 1]",
        "(W*W)[1, 1]",
        "sum(i in 1..=d: W[i, 1]*W)",
        "sum(i in 1..=2: W^i/i)",
        "max(i in 1..=d: W[i, 1])",
        "mat(i in 1..=d, j in 1..=d: W[i, j]*W[j, i])",
        "if W[1, 1] > 0 then W*W else W",
    ] {
        agrees(&mut world, body, "W", "H");
    }
}

#[test]
fn a_known_spectrum_moves_with_its_matrix() {
    let mut world = World::new();
    for body in ["lambda_max(S)", "lambda_min(S)", "norm(S)", "eigvals(S)", "lambda(1, S)*S"] {
        agrees(&mut world, body, "S", "T");
    }
    for body in ["norm(X)", "sigma(1, X)", "sigma_max(X)"] {
        agrees(&mut world, body, "X", "X + ones(m, n)");
    }
}

#[test]
fn derivatives_nest() {
    let mut world = World::new();
    for body in [
        "D(norm_F(W*W)^2; W -> G)",
        "D(lambda_max(sym(W)); W -> G)",
        "D(tr(inv(I + W'*W)); W -> H)",
        "D(log(det(I + W'*W)); W -> G)",
    ] {
        agrees(&mut world, body, "W", "H");
    }
    agrees(&mut world, "D(exp(x*y); x)*y", "x", "1");
    agrees(&mut world, "D(prod(i in 1..=d: x - u[i]); x)", "x", "1");
}

#[test]
fn a_let_varies_with_what_it_is_made_of_and_is_a_variable_itself() {
    let mut world = World::new();
    world.let_("R", "A*W*B'");
    world.let_("f", "norm_F(R)^2/2");
    agrees(&mut world, "f", "W", "H");
    let id = world.node("D(f; R -> R)").expect("well formed");
    let f = world.name("f");
    for seed in 0..5 {
        let case = world.case(seed);
        let (rate, value) = (case.real(id), case.real(f));
        assert!((rate - 2.0 * value).abs() <= 1e-12 * (1.0 + value), "{rate} is not twice {value}");
    }
    assert_eq!(world.node("D(f; x)").expect("well formed"), world.node("0").expect("well formed"));
}

#[test]
fn sampled_givens_are_held_fixed_though_their_samplers_vary() {
    let mut world = World::new();
    let (w, ev) = (world.name("W"), world.name("ev"));
    let ty = world.graph.ty(w).clone();
    let sampled = world.graph.add(Op::Sample(SampleOp::Congruence), vec![w, ev], ty);
    world.define("Q", sampled);
    let zero = world.node("zeros(d, d)").expect("well formed");
    assert_eq!(world.node("D(Q*T; ev -> u)"), Ok(zero));
    assert_eq!(world.node("D(Q; W -> H)"), Ok(zero));
    assert_eq!(world.node("D(Q*T; Q -> S)"), world.node("S*T"));
}

#[test]
fn a_derivative_is_in_a_name_and_not_in_what_it_stands_for() {
    let mut world = World::new();
    for (name, text) in [
        ("alias", "x"),
        ("again", "alias"),
        ("plus", "x + 0"),
        ("square", "x^2"),
        ("minus", "-x"),
        ("cube", "x*square"),
        ("flip", "W'"),
        ("one", "identity(d)"),
        ("slope", "D(square*y; x)"),
    ] {
        world.let_(name, text);
    }
    for (derivative, expected) in [
        ("D(x*alias; alias)", "x"),
        ("D(x*again; alias)", "x"),
        ("D(x*plus; plus)", "x"),
        ("D(x^2*square; square)", "x^2"),
        ("D(square*y; square)", "y"),
        ("D(minus*x; minus)", "x"),
        ("D(cube*y; square)", "x*y"),
        ("D(flip'; flip -> H)", "H'"),
        ("D(one*S; one -> T)", "T*S"),
    ] {
        assert_eq!(world.node(derivative), world.node(expected), "{derivative}");
    }
    // Through abbreviations `x` itself does move them, also when they are derivatives.
    for (derivative, expected) in
        [("D(x*square; x)", "3*x^2"), ("D(slope; x)", "2*y"), ("D(D(cube; x); x)", "6*x"), ("D(x*alias; x)", "2*x")]
    {
        let (derivative, expected) = (world.node(derivative).expect("known"), world.node(expected).expect("known"));
        for seed in 0..5 {
            let case = world.case(seed);
            let (got, wanted) = (case.real(derivative), case.real(expected));
            assert!((got - wanted).abs() <= 1e-12 * (1.0 + wanted.abs()), "{got} is not {wanted}");
        }
    }
}

#[test]
fn a_gradient_is_stated_as_printed() {
    let mut world = World::new();
    let text = "D(norm_F(A*W*B' - A*B')^2/2; W -> H) == inner(A'*(A*W*B' - A*B')*B, H)";
    let p = predicate(&mut world.graph, &world.scope, &parsed(text), None).expect("well formed");
    assert!(p.identity);
    for seed in 0..5 {
        let case = world.case(seed);
        assert!(case.real(p.margin).abs() <= 1e-12, "{}", case.real(p.margin));
    }
}

#[test]
fn what_cannot_be_differentiated_says_so() {
    let mut world = World::new();
    world.let_("square", "x^2");
    world.let_("product", "W*G");
    world.let_("word", "product*G'*W'");
    world.let_("eig", "lambda_max(word)");
    for (text, said) in [
        ("D(floor(x); x)", "this derivative is not known: `floor` has no derivative @ floor(x)"),
        (
            "D(tr(W); W)",
            "the derivative in a matrix needs a direction: `W` is a matrix d×d (write `D(..; W -> H)`) @ W",
        ),
        ("D(tr(W); W -> A)", "a variable and its direction need one shape: `W` is d×d, `A` is m×d @ W -> A"),
        (
            "D(S'; S -> H)",
            "the direction of a symmetric matrix needs a matrix that is symmetric by form: `H` does not read the same backwards under transposition (write it symmetrically, or `sym(..)` where a misprint may have broken the symmetry) @ H",
        ),
        (
            "D(D(square; x); square)",
            "a derivative in `x` inside one in `square`: `square` is made of `x`, so that both cannot move by themselves (take one of the two in a given of its own) @ x",
        ),
        (
            "D(D(D(x*square; x); square); x)",
            "a derivative in `x` inside one in `square`: `square` is made of `x`, so that both cannot move by themselves (take one of the two in a given of its own) @ x",
        ),
        (
            "D(eig; product -> H)",
            "`eig` cannot be followed while `product` moves: `lambda_max` needs a matrix that is symmetric by form (write it symmetrically, or `sym(..)` where a misprint may have broken the symmetry) @ product",
        ),
        ("D(x^k; k)", "a derivative needs a real or a matrix to vary: `k` is an integer @ k"),
        ("D(x; z)", "unknown name `z`: found no such given, `let` or index @ z"),
    ] {
        assert_eq!(world.error(text), said, "{text}");
    }
}
