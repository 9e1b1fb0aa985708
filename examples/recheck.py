#!/usr/bin/env python3
"""Rechecks a stored counterexample in exact fractions, sharing no code with theoremcheck.

    python3 examples/recheck.py CLAIM.witness.json [CLAIM.toml]

Evaluates the claim's own file at the witness's values and asks: does each given lie where its sampler says, is every
hypothesis true, and is the predicate false? Draws, enclosures and the fingerprint in the witness are not looked at.

Exit status: 0 the violation is confirmed; 1 it is not one; 2 a file is not what it should be; 3 not rational, or not in the
part of the language that is understood here (no eigenvalues, no roots but under even powers, no derivatives or trajectories).
"""
import ast, functools, json, math, operator, pathlib, re, sys, tomllib
from fractions import Fraction as Q


class OutOfScope(Exception): pass
class Undefined(Exception): pass


# ---- Matrices. A 1x1 matrix is its entry; `c*I` takes its size from what it meets. ----
class Matrix:
    def __init__(self, m, n, f): self.m, self.n, self.r = m, n, [[f(i, j) for j in range(n)] for i in range(m)]
class Identity:
    def __init__(self, c): self.c = c
def make(m, n, f): return f(0, 0) if m == n == 1 else Matrix(m, n, f)
def mat(x):
    if isinstance(x, Identity): raise OutOfScope("`I` where no size is known")
    return x if isinstance(x, Matrix) else Matrix(1, 1, lambda i, j: x)
def entries(x): return [e for row in mat(x).r for e in row]
def eye(n, c=1): return make(n, n, lambda i, j: Q(c if i == j else 0))
def column(v): return make(len(v), 1, lambda i, j: v[i])
def same(a, b):
    if isinstance(a, Identity): a = eye(mat(b).m, a.c)
    if isinstance(b, Identity): b = eye(mat(a).m, b.c)
    a, b = mat(a), mat(b)
    if (a.m, a.n) != (b.m, b.n): raise OutOfScope("shapes that differ")
    return a, b
def entrywise(f, a, b):
    if isinstance(a, Identity) and isinstance(b, Identity): return Identity(f(a.c, b.c))
    a, b = same(a, b)
    return make(a.m, a.n, lambda i, j: f(a.r[i][j], b.r[i][j]))
def add(a, b): return entrywise(operator.add, a, b)
def sub(a, b): return entrywise(operator.sub, a, b)
def scale(c, a):
    if isinstance(a, Identity): return Identity(c * a.c)
    return make(mat(a).m, mat(a).n, lambda i, j: c * mat(a).r[i][j])
def mul(a, b):
    for x, y in ((a, b), (b, a)):
        if not isinstance(x, Matrix): return scale(x.c if isinstance(x, Identity) else x, y) if isinstance(y, Matrix) or isinstance(
            x, Q) else scale(y, x) if isinstance(y, Q) else Identity(x.c * y.c)
    if a.n != b.m: raise OutOfScope("matrices that do not multiply")
    return make(a.m, b.n, lambda i, j: sum((a.r[i][k] * b.r[k][j] for k in range(a.n)), Q(0)))
