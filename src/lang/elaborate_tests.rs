//! Tests of `elaborate`.

use super::super::ir::{Op, Type};
use super::super::reference::{World, parsed};
use super::*;

#[test]
fn expressions_have_the_types_of_mathematics() {
    let mut world = World::new();
    for (text, ty) in [
        ("n + 1", "an integer"),
        ("n/2", "a real"),
        ("floor(n/2)", "an integer"),
        ("floor(x)", "a real"),
        ("min(m, n)", "an integer"),
        ("2^n", "a real"),
        ("n^2", "an integer"),
        ("4/2", "an integer"),
        ("A", "a matrix m×d"),
        ("A'", "a matrix d×m"),
        ("A*B'", "a matrix m×n"),
        ("x*A/2", "a matrix m×d"),
        ("u'*v", "a real"),
        ("u*v'", "a matrix d×d"),
        ("u'*S*v + 1", "a real"),
        ("u[1]", "a real"),
        ("u'[1]", "a real"),
        ("A[1, 2]", "a real"),
        ("A[1..=k, ..]", "a matrix k×d"),
        ("A[2..=k, 1..=1]", "a matrix (k - 1)×1"),
        ("A[1..=1, 1..=1]", "a real"),
        ("A[.., d]", "a matrix m×1"),
        ("u[k..=d]", "a matrix (d - k + 1)×1"),
        ("hcat(A, A[.., 1..=k])", "a matrix m×(d + k)"),
        ("vcat(A, B)", "a matrix (m + n)×d"),
        ("kron(A, B)", "a matrix m*n×d^2"),
        ("flatten(A)", "a matrix d*m×1"),
        ("unflatten(flatten(A), m, d)", "a matrix m×d"),
        ("sum(i in 1..=k: u[i]*A)", "a matrix m×d"),
        ("sum(i in 1..=k, j in 1..=i, i != j: 1/(i + j))", "a real"),
        ("mat(i in 1..=m, j in 1..=k + 1: i*x^j)", "a matrix m×(k + 1)"),
        ("vec(i in 1..=3: x)", "a matrix 3×1"),
        ("vec(i in 1..=1: x)", "a real"),
        ("if p then A else 2*A", "a matrix m×d"),
        ("S^k", "a matrix d×d"),
        ("svals(X)", "a matrix min(m, n)×1"),
        ("svals(S)", "a matrix d×1"),
        ("D(S*S; S -> T)", "a matrix d×d"),
        ("all(i in 1..=d: u[i] > 0) => p", "a truth value"),
        ("zeros(d, d) <= S <= 2*I", "a truth value"),
        ("W == W'", "a truth value"),
        ("rows(A) + cols(A)", "an integer"),
    ] {
        let p = world.graph.add(Op::Bool(true), vec![], Type::Bool);
        let _ = world.scope.define("p", p);
        assert_eq!(world.type_of(text).replace("d*d", "d^2"), ty, "{text}");
    }
}

#[test]
fn the_identity_takes_its_size_from_what_is_around_it() {
    let mut world = World::new();
    for (text, said) in [
        ("I + S", "identity(d) + S"),
        ("S - eta*I", "S - eta*identity(d)"),
        ("(I - A'*A)*v", "(identity(d) - A'*A)*v"),
        ("A*(I + W)*B'", "A*(identity(d) + W)*B'"),
        ("inv(2*I + A*A')", "inv(2*identity(m) + A*A')"),
        ("I <= S", "identity(d) <= S"),
        ("if x > 0 then I else S", "if x > 0 then identity(d) else S"),
        ("hcat(A, 2*I)", "hcat(A, 2*identity(m))"),
        ("kron(I, S) + kron(S, I)", ""),
        ("kron(2*I, S) == kron(S, T)", "kron(2*identity(d), S) == kron(S, T)"),
        ("lambda_min(S - c*I)", "lambda_min(S - c*identity(d))"),
        ("D(tr(W*W); W -> I)", "D(tr(W*W); W -> identity(d))"),
        ("I[1..=k, ..]*W", "identity(d)[1..=k, ..]*W"),
    ] {
        if said.is_empty() {
            assert!(world.node(text).is_err(), "{text}");
        } else {
            assert_eq!(world.node(text), world.node(said), "{text}");
        }
    }
}

#[test]
fn a_lemma_is_read_as_printed() {
    let mut world = World::new();
    world.let_("S1", "(I + eta*(T - S))*S*(I + eta*(T - S))");
    world.let_("s", "lambda_min(S)");
    world.let_("s1", "lambda_min(S1)");
    world.let_("P", "S - T");
    for text in [
        "s1 >= (1 + eta*(x - s))^2*s - (8 + 6*c)/(1 - c)*y^3*eta^2",
        "S1 == S - eta*(P*S + S*P) + eta^2*P*S*P",
        "if s < 0 then s1 >= (1 - eta*x)^2*s - c*y^3*eta^2 else s1 >= 0",
        "zeros(d, d) <= S <= 2*T",
        "all(i in 1..=k: abs(u[i]) <= sigma(i, X))",
        "D(norm_F(A*B' - X)^2/2; A -> A) == inner((A*B' - X)*B, A)",
    ] {
        assert_eq!(world.type_of(text), "a truth value", "{text}");
    }
}

#[test]
fn literals_are_exact_and_folded() {
    let mut world = World::new();
    for (text, said) in [
        ("0.1 + 0.2", "0.3"),
        ("1/3 - 1/3", "0"),
        ("2^-3", "1/8"),
        ("(2/3)^2", "4/9"),
        ("0^0", "1"),
        ("1*x + 0", "x"),
        ("--x", "x"),
        ("A''", "A"),
        ("S'", "S"),
        ("min(2, 1, 3)", "1"),
        ("floor(7/2)", "3"),
        ("I*A", "A"),
    ] {
        assert_eq!(world.node(text), world.node(said), "{text}");
    }
    for text in ["1/0", "0^-1", "2^100000000000", "0*x", "10^10^10"] {
        let id = world.node(text).expect("well formed");
        assert!(!matches!(world.graph.node(id).op, Op::Number(_)), "{text}");
    }
}

#[test]
fn known_spectra_are_read_off() {
    let mut world = World::new();
    let read = |world: &mut World, text: &str| {
        let id = world.node(text).expect("well formed");
        !reachable(&world.graph, &[id]).contains(&world.name(if text.contains('S') { "S" } else { "X" }))
    };
    for text in ["lambda_min(S)", "lambda(k, S)", "lambda_max(S)", "norm(S)", "eigvals(S)", "norm(X)", "norm(X')"] {
        assert!(read(&mut world, text), "{text}");
    }
    for text in ["sigma(k, X)", "sigma_min(X)", "sigma_max(X)", "svals(X)"] {
        assert!(read(&mut world, text), "{text}");
    }
    for text in ["lambda_min(2*S)", "norm(S*S)", "det(S)", "norm_F(X)"] {
        assert!(!read(&mut world, text), "{text}");
    }
}

#[test]
fn errors_say_what_is_wrong_in_the_users_names() {
    let mut world = World::new();
    world.scope.later.insert("S2".into());
    let mut wrong = String::new();
    for (text, said) in ERRORS {
        let error = world.error(text);
        if error != *said {
            wrong.push_str(&format!("        ({text:?}, {error:?}),\n"));
        }
    }
    assert!(wrong.is_empty(), "said otherwise:\n{wrong}");
}

#[rustfmt::skip]
const ERRORS: &[(&str, &str)] = &[
    ("A*B", "these matrices do not multiply: `A` is m×d, `B` is n×d: inner dimensions d and n differ (did you mean `A*B'`?) @ A*B"),
    ("A*S*B", "these matrices do not multiply: `A*S` is m×d, `B` is n×d: inner dimensions d and n differ @ A*S*B"),
    ("A + B", "the terms of a sum need one shape: `A` is m×d, `B` is n×d @ A + B"),
    ("(A*W)' + B", "the terms of a sum need one shape: `(A*W)'` is d×m, `B` is n×d @ (A*W)' + B"),
    ("S <= A", "the sides of a comparison need one shape: `S` is d×d, `A` is m×d @ S <= A"),
    ("lambda_min(W)", "`lambda_min` needs a matrix that is symmetric by form: `W` does not read the same backwards under transposition (write it symmetrically, or `sym(..)` where a misprint may have broken the symmetry) @ W"),
    ("lambda_min(A)", "`lambda_min` needs a square matrix: `A` is m×d @ A"),
    ("S*T <= T", "the Loewner order needs a matrix that is symmetric by form: `S*T` does not read the same backwards under transposition (write it symmetrically, or `sym(..)` where a misprint may have broken the symmetry) @ S*T"),
    ("sgima", "unknown name `sgima`: found no such given, `let` or index @ sgima"),
    ("etaa*x", "unknown name `etaa`: found no such given, `let` or index (did you mean `eta`?) @ etaa"),
    ("lambda_min", "unknown name `lambda_min`: found no such given, `let` or index (`lambda_min` is a function; write `lambda_min(..)`) @ lambda_min"),
    ("lamda_min(S)", "unknown function `lamda_min`: found a call of it (did you mean `lambda_min`?) @ lamda_min"),
    ("eta(1 - x)", "unknown function `eta`: found a call of it (`eta` is a value; write `eta*(..)` for a product, `eta[..]` for an entry) @ eta"),
    ("S2 + S", "`S2` is defined below: found it used before its definition (move its definition up, or this one down) @ S2"),
    ("t + 1", "`t` is the step of a trajectory or the time of a flow: found neither here @ t"),
    ("prev(x)", "`prev` is for trajectories: found no step before this one @ prev(x)"),
    ("tr(I)", "the size of `I` is not known here: found nothing beside it whose shape it must have (write `identity(n)`) @ I"),
    ("I*I == I", "the size of `I` is not known here: found nothing beside it whose shape it must have (write `identity(n)`) @ I"),
    ("S <= 2", "a real and a matrix are not compared: `2` is a real, `S` is a matrix d×d (write `2*I`) @ S <= 2"),
    ("S + eta", "a real and a matrix are not added: `eta` is a real, `S` is a matrix d×d (write `eta*I`) @ S + eta"),
    ("S - 1", "a real and a matrix are not subtracted: `1` is a real, `S` is a matrix d×d (write `I`) @ S - 1"),
    ("x - y - S", "a real and a matrix are not subtracted: `x - y` is a real, `S` is a matrix d×d (write `(x - y)*I`) @ x - y - S"),
    ("0 <= S", "a real and a matrix are not compared: `0` is a real, `S` is a matrix d×d (write `zeros(d, d)`) @ 0 <= S"),
    ("A == x + y", "a real and a matrix are not compared: `x + y` is a real, `A` is a matrix m×d (write `x + y` times a matrix of its shape) @ A == x + y"),
    ("norm(A) <= S", "a real and a matrix are not compared: `norm(A)` is a real, `S` is a matrix d×d (write `norm(A)*I`) @ norm(A) <= S"),
    ("exp(S)", "`exp` is for reals: `S` is a matrix d×d (`expm` is the matrix exponential) @ S"),
    ("x/S", "a matrix is no divisor: `S` is a matrix d×d (multiply by `inv(..)`) @ S"),
    ("2^S", "a matrix is no exponent: `S` is a matrix d×d (`expm` is the matrix exponential) @ S"),
    ("S^x", "a matrix has integer powers only: `x` is a real (`sqrtm` is the square root of a symmetric matrix) @ x"),
    ("A^2", "a power needs a square matrix: `A` is m×d @ A"),
    ("u[x]", "an integer is needed here: found `x`, a real (round with `floor` or `ceil`) @ x"),
    ("A[1]", "a matrix takes two subscripts: `A` is a matrix m×d, indexed by 1 (write `M[i, j]`, `M[i, ..]` for a row, `M[.., j]` for a column) @ A"),
    ("u[0]", "this index is out of range: found 0, and indices start at 1 @ 0"),
    ("zeros(2, 3)[3, 1]", "this index is out of range: found 3, outside 1..=2 @ 3"),
    ("sum(i in 1..=x: i)", "an integer is needed here: found `x`, a real (round with `floor` or `ceil`) @ x"),
    ("sum(d in 1..=2: 1)", "`d` is already defined: found it again as an index (give the index another name) @ d"),
    ("sum(i in 1..=d: sum(i in 1..=d: 1))", "`i` is already defined: found it again as an index (give the index another name) @ i"),
    ("sum(i in 1..=d: A[1..=i, ..])", "the terms of a sum need one shape: `A[1..=i, ..]` is a matrix i×d @ A[1..=i, ..]"),
    ("sum(i in 1..=d: i) + i", "unknown name `i`: found no such given, `let` or index @ i"),
    ("sum(i in 1..=d: x > 0)", "a number or a matrix is needed here: found `x > 0`, a truth value (choose numbers by a condition with `if p then x else y`) @ x > 0"),
    ("all(i in 1..=d: u[i])", "a truth value is needed here: found `u[i]`, a real (compare it with something) @ u[i]"),
    ("prod(i in 1..=d: S)", "a real is needed here: found `S`, a matrix d×d @ S"),
    ("mat(i in 1..=d, j in 1..=d: S)", "a real is needed here: found `S`, a matrix d×d @ S"),
    ("if x then 1 else 2", "a truth value is needed here: found `x`, a real (compare it with something) @ x"),
    ("if x > 0 then 1 else S", "the branches of `if` differ in kind: one is an integer, the other a matrix d×d @ 1 else S"),
    ("x and y > 0", "a truth value is needed here: found `x`, a real (compare it with something) @ x"),
    ("(x > 0) == (y > 0)", "truth values are not compared: found `x > 0`, a truth value (write `(p => q) and (q => p)` for \"p exactly when q\") @ (x > 0)"),
    ("(x > 0) + 1", "a number or a matrix is needed here: found `x > 0`, a truth value (choose numbers by a condition with `if p then x else y`) @ (x > 0)"),
    ("norm(A, B)", "`norm` takes 1 argument: found 2 (`norm(M: m×n): real`) @ norm(A, B)"),
    ("inner(A, B)", "the arguments of `inner` need one shape: `A` is m×d, `B` is n×d @ A, B"),
    ("hcat(A, B)", "these blocks need as many rows as the first: `A` is m×d, `B` is n×d @ B"),
    ("diag(A)", "`diag` needs a column or a row: `A` is a matrix m×d (`diagonal(M)` is the column of M's diagonal entries) @ A"),
    ("unflatten(u, m, n)", "`unflatten` needs a column m*n×1 here: `u` is d×1 @ u"),
    ("zeros(x, 1)", "an integer is needed here: found `x`, a real (round with `floor` or `ceil`) @ x"),
    ("zeros(-1, 1)", "a size is at least 0: found -1 @ -1"),
    ("sqrtm(W)", "`sqrtm` needs a matrix that is symmetric by form: `W` does not read the same backwards under transposition (write it symmetrically, or `sym(..)` where a misprint may have broken the symmetry) @ W"),
];

#[test]
fn previous_values_replace_the_state_and_the_step() {
    let mut world = World::new();
    let t = world.draw("t", Type::Int);
    let (old_t, old_x) = (world.draw("t0", Type::Int), world.draw("x0", Type::Real));
    world.scope.previous = Some(BTreeMap::from([(t, old_t), (world.name("x"), old_x)]));
    world.let_("loss", "x^2*t");
    assert_eq!(world.node("prev(loss)"), world.node("x0^2*t0"));
    assert_eq!(world.node("loss <= prev(loss + y)"), world.node("x^2*t <= x0^2*t0 + y"));
    world.let_("fall", "prev(loss) - loss");
    for twice in ["prev(prev(x))", "prev(fall)", "x + prev(y*prev(x))"] {
        let error = real(&mut world.graph, &world.scope, &parsed(twice)).unwrap_err().to_string();
        assert!(error.contains("`prev` goes one step back"), "{twice}: {error}");
    }
}

#[test]
fn entry_points_check_the_kind() {
    let mut world = World::new();
    let (graph, scope) = (&mut world.graph, &world.scope);
    assert!(real(graph, scope, &parsed("x + 1")).is_ok() && real(graph, scope, &parsed("A")).is_err());
    assert!(integer(graph, scope, &parsed("n + 1")).is_ok() && integer(graph, scope, &parsed("n/2")).is_err());
    assert!(truth(graph, scope, &parsed("x < 1")).is_ok() && truth(graph, scope, &parsed("x")).is_err());
    assert!(matrix(graph, scope, &parsed("A")).is_ok() && matrix(graph, scope, &parsed("x < 1")).is_err());
    assert!(symmetric(graph, scope, &parsed("S")).is_ok() && symmetric(graph, scope, &parsed("W")).is_err());
    assert!(expression(graph, scope, &parsed("x < 1")).is_ok());
}

#[test]
fn a_name_is_never_redefined() {
    let mut world = World::new();
    let id = world.name("x");
    assert!(world.scope.define("x", id).is_err());
}

#[test]
fn a_claim_that_grows_without_end_is_stopped() {
    let mut world = World::new();
    // The rate of a product is a sum of products: each derivative is several times as large.
    let mut text = "prod(i in 1..=d: x - u[i])".to_owned();
    let error = (0..30).find_map(|_| {
        text = format!("D({text}; x)");
        world.node(&text).err()
    });
    assert!(error.is_some_and(|e| e.message == "this claim is too large"));
}

#[test]
fn deep_expressions_are_elaborated_or_refused_without_overflow() {
    let mut world = World::new();
    for (open, close) in [
        ("-(x + ", ")"),
        ("norm(1/", ")"),
        ("if x > 0 then 1 else (", ")"),
        ("min(i# in 1..=d: x + ", ")"),
        ("D(x*", "; x)"),
        ("S*(T*", ")"),
    ] {
        let open: String = (0..42).map(|k| open.replace('#', &k.to_string())).collect();
        let text = format!("{open}{}{}", if open.starts_with('S') { "S" } else { "x" }, close.repeat(42));
        assert!(world.node(&text).is_ok(), "{text}");
    }
    for text in ["x/".repeat(255) + "x", "W".to_owned() + &"'".repeat(255), "x[1] + ".repeat(120) + "x"] {
        let _ = expression(&mut world.graph, &world.scope, &parsed(&text));
    }
    let sum = vec!["x"; 250].join(" + ");
    assert!(world.node(&sum).is_ok());
}
