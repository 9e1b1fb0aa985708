//! Tests of `symmetry`.

use super::super::reference::World;
use super::is_symmetric;

#[test]
fn forms_that_read_the_same_backwards_are_symmetric() {
    let mut world = World::new();
    world.let_("Q", "I + eta*(T - S)");
    world.let_("S1", "Q*S*Q");
    world.let_("WS", "W*S");
    for text in [
        "S",
        "S + T",
        "2*S - T/c",
        "-S",
        "A'*A",
        "A*A'",
        "B*S*B'",
        "T*S*T",
        "W*A'*A*W'",
        "S1",
        "WS*W'",
        "Q*S1*Q",
        "(I + eta*(T - S))*S*(I + eta*(T - S))",
        "S*T + T*S",
        "W + W'",
        "W*G + G'*W'",
        "sym(W)",
        "sym(W)*S*sym(W)",
        "S^3",
        "S^k",
        "inv(S)",
        "S^-2",
        "inv(A'*A)",
        "T*inv(S)*T",
        "S[1..=k, 1..=k]",
        "S[k..=d, k..=d]",
        "hadamard(S, T)",
        "hadamard(W, W')",
        "kron(S, T)",
        "kron(identity(d), S) + kron(S, identity(d))",
        "diag(u)",
        "diag(u')*S*diag(u)",
        "u*u'",
        "u*v' + v*u'",
        "(u'*S*v)*T",
        "sum(i in 1..=d: u[i]*S^i)",
        "sum(i in 1..=d: unit(d, i)*unit(d, i)')",
        "sqrtm(S)",
        "expm(S)*T*expm(S)",
        "proj(1, S)",
        "I - S",
        "zeros(d, d)",
        "ones(d, d)",
        "zeros(d, d) + S",
        "if x > 0 then S else W*W'",
        "mat(i in 1..=d, j in 1..=d: u[i]*u[j])",
        "mat(i in 1..=d, j in 1..=d: S[i, j] + 1)",
        "mat(i in 1..=d, j in 1..=d: sum(l in 1..=d: W[i, l]*W[j, l]))",
        "mat(i in 1..=d, j in 1..=d: W[i, j] + W[j, i])",
        "mat(i in 1..=k, j in 1..=k: 1/(u[i] + u[j]))",
        "vcat(hcat(S, W), hcat(W', T))",
        "hcat(vcat(S, A), vcat(A', identity(m)))",
        "A'*inv(I + A*A')*A",
        "x*W*W' + S*(y/3)",
        "eta*(S*W'*W + W'*W*S)",
        "x",
    ] {
        let id = world.node(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(is_symmetric(&world.graph, id), "{text}");
    }
}

#[test]
fn other_forms_are_not() {
    let mut world = World::new();
    for text in [
        "W",
        "A",
        "u",
        "A*S*A'*W[1..=m, 1..=m]",
        "S*T",
        "S + W",
        "W*S*W",
        "W*G + G*W",
        "W - W'",
        "inv(W)",
        "W^2",
        "S[1..=k, 2..=k + 1]",
        "hadamard(S, W)",
        "kron(S, W)",
        "u*v'",
        "zeros(m, n)",
        "ones(m, n)",
        "if x > 0 then S else W",
        "mat(i in 1..=d, j in 1..=d: u[i]*v[j])",
        "mat(i in 1..=d, j in 1..=d: u[i] - u[j])",
        "mat(i in 1..=d, j in 1..=d: W[i, j])",
        "mat(i in 1..=d, j in 1..=d: sum(l in 1..=d: W[i, l]*W[l, j]))",
        "sum(i in 1..=d: u[i]*W^i)",
        "vcat(hcat(S, W), hcat(W, T))",
        "unit(d, 1)*unit(d, 2)'",
        "unflatten(flatten(S), d, d)*W",
    ] {
        let id = world.node(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(!is_symmetric(&world.graph, id), "{text}");
    }
}

#[test]
fn whatever_is_called_symmetric_is_so_in_numbers() {
    let mut world = World::new();
    let texts = ["S*T + T*S", "W*S*W'", "A'*inv(I + A*A')*A", "mat(i in 1..=d, j in 1..=d: u[i]*S[i, j]*u[j])"];
    let nodes: Vec<_> = texts.iter().map(|t| world.node(t).expect("well formed")).collect();
    for seed in 0..20 {
        let case = world.case(seed);
        for (&id, text) in nodes.iter().zip(texts) {
            assert!(is_symmetric(&world.graph, id), "{text}");
            let m = case.matrix(id);
            let difference = (&m - m.transpose()).norm();
            // A few products of numbers near 1: far more than rounding, far less than an asymmetry.
            assert!(difference <= 1e-12 * (1.0 + m.norm()), "{text}: {difference}");
        }
    }
}

#[test]
fn long_chains_and_doubling_words_end_with_an_answer() {
    let mut world = World::new();
    let mut last = "W".to_owned();
    for k in 0..300 {
        let name = format!("C{k}");
        world.let_(&name, &format!("{last}*{last} + S"));
        last = name;
    }
    let id = world.node(&format!("{last} + S")).expect("well formed");
    assert!(!is_symmetric(&world.graph, id));
    let mut last = "S".to_owned();
    for k in 0..60 {
        let name = format!("P{k}");
        world.let_(&name, &format!("{last}*{last}"));
        last = name;
    }
    // Past the cap the answer may be no; what matters is that there is one.
    let id = world.node(&last).expect("well formed");
    is_symmetric(&world.graph, id);
}
