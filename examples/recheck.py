#!/usr/bin/env python3
"""Rechecks a stored counterexample in exact fractions, sharing no code with theoremcheck.

    python3 examples/recheck.py CLAIM.witness.json [CLAIM.toml]

Evaluates the claim's own file at the witness's values and asks: does each given lie where its sampler says, is every
hypothesis true, and is the predicate false? Draws, enclosures and the fingerprint in the witness are not looked at.

Exit status: 0 every violation is confirmed; 1 some is none; 2 a file is not what it should be; 3 not rational, or not in the
part of the language that is understood here (no eigenvalues, no roots but under even powers, no derivatives, no trajectories,
and not every function and sampler). A size, a shape or a value that does not fit is never taken for a violation.
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
    if isinstance(a, Q): return scale(a, b)
    if isinstance(b, Q): return scale(b, a)
    if isinstance(a, Identity): return scale(a.c, b)
    if isinstance(b, Identity): return scale(b.c, a)
    if a.n != b.m: raise OutOfScope("matrices that do not multiply")
    return make(a.m, b.n, lambda i, j: sum((a.r[i][k] * b.r[k][j] for k in range(a.n)), Q(0)))
def t(a): return a if isinstance(a, Identity) else make(mat(a).n, mat(a).m, lambda i, j: mat(a).r[j][i])
def div(a, b):
    if b == 0: raise Undefined("a division by zero")
    return scale(1 / b, a)
def eliminate(a):  # the determinant, and the inverse or None, by Gauss-Jordan
    n, d = mat(a).m, Q(1)
    r = [row + [Q(int(i == j)) for j in range(n)] for i, row in enumerate(mat(a).r)]
    for k in range(n):
        p = next((i for i in range(k, n) if r[i][k] != 0), None)
        if p is None: return Q(0), None
        if p != k: r[k], r[p], d = r[p], r[k], -d
        d, r[k] = d * r[k][k], [x / r[k][k] for x in r[k]]
        r = [row if i == k else [x - row[k] * y for x, y in zip(row, r[k])] for i, row in enumerate(r)]
    return d, make(n, n, lambda i, j: r[i][n + j])
def inv(a):
    found = eliminate(a)[1]
    if found is None: raise Undefined("the inverse of a singular matrix")
    return found
def power(a, k):
    if k.denominator != 1 or abs(k) > 4096: raise OutOfScope(f"the exponent {k}")
    if isinstance(a, Identity): return Identity(power(a.c, k))
    if k < 0: a, k = inv(a), -k
    return functools.reduce(mul, [a] * int(k), eye(mat(a).m))
def pivots(a):  # the D of an LDL', with symmetric pivoting; as many are positive, negative and zero as eigenvalues are
    r, found, left = [list(row) for row in mat(a).r], [], list(range(mat(a).m))
    if any(r[i][j] != r[j][i] for i in left for j in left): raise OutOfScope("a matrix that is not symmetric")
    while (p := next((i for i in left if r[i][i] != 0), None)) is not None:
        left.remove(p)
        found.append(r[p][p])
        for i in left: r[i] = [x - r[i][p] / r[p][p] * y for x, y in zip(r[i], r[p])]
    indefinite = any(r[i][j] != 0 for i in left for j in left)  # a zero diagonal beside something else
    return found + [Q(-1 if indefinite else 0)] * len(left)
def order(a, b, strict=False): return all(p > 0 if strict else p >= 0 for p in pivots(sub(b, a)))
def equal(a, b): return operator.eq(*(x.r for x in same(a, b)))
def inner(a, b): return sum(entries(entrywise(operator.mul, a, b)), Q(0))
def part(a, *at):  # at: the first and the last of each subscript, None for all
    if len(at) == 1: at = (at[0], None) if mat(a).n == 1 else (None, at[0])
    (i0, i1), (j0, j1) = ((1, size) if ends is None else map(int, ends) for ends, size in zip(at, (mat(a).m, mat(a).n)))
    if i0 < 1 or j0 < 1 or i1 > mat(a).m or j1 > mat(a).n: raise Undefined("a subscript out of range")
    return make(i1 - i0 + 1, j1 - j0 + 1, lambda i, j: mat(a).r[i0 - 1 + i][j0 - 1 + j])
def vcat(*parts):
    r = [row for p in parts for row in mat(p).r]
    return make(len(r), mat(parts[0]).n, lambda i, j: r[i][j])
def best(f, v):
    if not v: raise Undefined("the least or the greatest of nothing")
    return f(v)
def root(x):
    if x < 0: raise Undefined("the root of a negative number")
    found = Q(math.isqrt(x.numerator), math.isqrt(x.denominator))
    if found * found != x: raise OutOfScope("a root that is not rational")
    return found
def squared_root(x):
    if x < 0: raise Undefined("the root of a negative number")
    return x
def euclidean(a):
    if min(mat(a).m, mat(a).n) > 1: raise OutOfScope("the spectral norm of a matrix")
    return inner(a, a)


# ---- Expressions. With a few replacements they are Python's, whose parser (and nothing else) is used. ----
SQUARES = {"sqrt": squared_root, "norm": euclidean, "norm_F": lambda a: inner(a, a)}
FUNCTIONS = {
    "abs": abs, "min": min, "max": max, "inv": inv, "inner": inner, "det": lambda a: eliminate(a)[0],
    "tr": lambda a: sum((mat(a).r[i][i] for i in range(mat(a).m)), Q(0)), "sym": lambda a: scale(Q(1, 2), add(a, t(a))),
    "hadamard": lambda a, b: entrywise(operator.mul, a, b),
    "unflatten": lambda v, m, n: make(int(m), int(n), lambda i, j: entries(v)[j * int(m) + i]),
    "diag": lambda v: make(len(entries(v)), len(entries(v)), lambda i, j: entries(v)[i] if i == j else Q(0)),
    "vcat": vcat, "hcat": lambda *a: t(vcat(*map(t, a))),
    "zeros": lambda m, n: make(int(m), int(n), lambda i, j: Q(0)), "ones": lambda m, n: make(int(m), int(n), lambda i, j: Q(1)),
    "unit": lambda n, i: column([Q(int(k + 1 == i)) for k in range(int(n))])}
FOLDS = {"sum": lambda v: functools.reduce(add, v) if v else Q(0), "prod": lambda v: math.prod(v, start=Q(1)),
         "min": lambda v: best(min, v), "max": lambda v: best(max, v)}
BINDERS = {"all", "any", "mat", "vec", *FOLDS}
COMPARE = {ast.LtE: order, ast.GtE: lambda a, b: order(b, a), ast.Lt: lambda a, b: order(a, b, True), ast.Eq: equal,
           ast.Gt: lambda a, b: order(b, a, True), ast.NotEq: lambda a, b: not equal(a, b)}
ARITHMETIC = {ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: div, ast.Pow: power}

def parse(text):
    """The tree of an expression or a sampler: one group of brackets after the other, from the inside, is set aside."""
    groups = []
    def aside(s):
        groups.append(s)
        return f"‹{len(groups) - 1}›"
    def clause(s):
        while m := re.fullmatch(r"(.*)\bif\b(.*?)\bthen\b(.*?)\belse\b(.*)", s, re.S):
            s = m[1] + aside(f"(({clause(m[3])}) if ({clause(m[2])}) else ({clause(m[4])}))")
        *guards, s = s.split("=>")
        return functools.reduce(lambda q, p: f"(not ({p}) or ({q}))", reversed(guards), s)
    def group(m):
        before, opened, inside, closed = m[1] or "", m[2], "".join(map(clause, re.split("([,:])", m[3]))), m[4]
        if before in BINDERS and ":" in inside: return before + aside(f"[{inside}]")
        if before in SAMPLERS: inside = inside.replace(":", "=")
        if not before and "," in inside: return aside(f"interval({inside}, {opened == '('}, {closed == ')'})")
        return before + aside(opened + inside + closed)
    for old, new in ((r"^\s*(int|real)\s+in\b(.*)$", r"\1_(\2)"), (r"([\])])\s*log\b", r"\1"), (r"\bsv\s+in\b", "sv ="),
                     (r",\s*rank\s+", ", rank = "), (r"\.\.(?!=)", "..."), (r"\.\.=", "|"), ("'", ".T"), (r"\^", "**"),
                     (r"\b(lambda|True|False|None)\b", r"\1_"), ("#", "?")):  # these mean something in Python only
        text = re.sub(old, new, text)
    while m := re.search(r"(\w+|›)?([(\[])([^()\[\]]*)([)\]])", text): text = text[:m.start()] + group(m) + text[m.end():]
    text = clause(text)
    while "‹" in text: text = re.sub("‹(\\d+)›", lambda m: groups[int(m[1])], text)
    text = " ".join(text.split())
    try: tree = ast.parse(text, mode="eval")
    except SyntaxError: raise OutOfScope(f"an expression that is not understood: {text}") from None
    for node in ast.walk(tree):  # numbers as they are written, not as floats
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            node.value = Q(ast.get_source_segment(text, node))
    return tree.body

def known(asks, decides):
    """`and` (decided by False) or `or` (by True), where undefined is a third truth value."""
    undefined = None
    for ask in asks:
        try:
            if ask() == decides: return decides
        except Undefined as why: undefined = why
    if undefined: raise undefined
    return not decides

def evaluate(node, e):
    go = lambda n: evaluate(n, e)
    match node:
        case ast.Constant(value=bool() | Q() as value): return value
        case ast.Name(id="I"): return Identity(Q(1))
        case ast.Name(id="true" | "false" as word): return word == "true"
        case ast.Name(id=name) if name in e:
            if isinstance(e[name], Exception): raise e[name]
            return e[name]
        case ast.BinOp(op=ast.Pow(), left=ast.Call(func=ast.Name(id=f), args=[a]), right=k) if f in SQUARES and go(k) % 2 == 0:
            return power(SQUARES[f](go(a)), go(k) / 2)
        case ast.BinOp(op=op, left=a, right=b) if type(op) in ARITHMETIC: return ARITHMETIC[type(op)](go(a), go(b))
        case ast.UnaryOp(op=ast.USub(), operand=a): return scale(Q(-1), go(a))
        case ast.UnaryOp(op=ast.Not(), operand=a): return not go(a)
        case ast.BoolOp(op=op, values=parts): return known([lambda p=p: go(p) for p in parts], isinstance(op, ast.Or))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in COMPARE for op in ops):
            chain = zip(ops, [left, *others], others)
            return known([lambda op=op, a=a, b=b: COMPARE[type(op)](go(a), go(b)) for op, a, b in chain], False)
        case ast.IfExp(test=p, body=a, orelse=b): return go(a) if go(p) else go(b)
        case ast.Attribute(value=a, attr="T"): return t(go(a))
        case ast.Subscript(value=ast.Name(id=f), slice=ast.Slice() | ast.Tuple(elts=[*_, ast.Slice()])) if f in BINDERS:
            return binder(f, node.slice, e)
        case ast.Subscript(value=a, slice=at):
            ends = lambda s: None if isinstance(s, ast.Constant) and s.value is ... else (
                (go(s.left), go(s.right)) if isinstance(s, ast.BinOp) and isinstance(s.op, ast.BitOr) else (go(s), go(s)))
            return part(go(a), *map(ends, at.elts if isinstance(at, ast.Tuple) else [at]))
        case ast.Call(func=ast.Name(id=f), args=args, keywords=[]) if f in FUNCTIONS: return FUNCTIONS[f](*map(go, args))
        case ast.Call(func=ast.Name(id=f), args=[a]) if f in SQUARES: return root(SQUARES[f](go(a)))
    raise OutOfScope(f"`{ast.unparse(node)}`" if not isinstance(node, ast.Constant) else "`..`")

def binder(word, inside, e):
    *ranges, last = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    ranges.append(last.lower)
    def each(k, e):
        if k == len(ranges): return [e]
        match ranges[k]:
            case ast.Compare(left=ast.Name(id=i), ops=[ast.In()], comparators=[ast.BinOp(left=a, op=ast.BitOr(), right=b)]):
                lo, hi = int(evaluate(a, e)), int(evaluate(b, e))
                if hi - lo > 10**5: raise OutOfScope("a long range")
                return [x for v in range(lo, hi + 1) for x in each(k + 1, {**e, i: Q(v)})]
        return each(k + 1, e) if evaluate(ranges[k], e) else []
    values = [lambda x=x: evaluate(last.upper, x) for x in each(0, e)]
    if word in ("all", "any"): return known(values, word == "any")
    values = [value() for value in values]
    if word not in ("mat", "vec"): return FOLDS[word](values)
    m, *n = (int(evaluate(r.comparators[0].right, e)) for r in ranges)
    return make(m, *(n or [1]), lambda i, j: values[i * (n or [1])[0] + j])


# ---- Samplers: the shape of a value, and whether it is one that the sampler stands for. ----
SAMPLERS = set("int_ real_ normal choice vector spectrum gaussian symmetric matrix sphere orthogonal stiefel skew permutation "
               "near commuting below operator".split())

def is_interval(node): return isinstance(node, ast.Call) and node.func.id == "interval"
def within(x, interval, e):
    lo, hi, lo_open, hi_open = (evaluate(a, e) for a in interval.args)
    return (lo < x if lo_open else lo <= x) and (x < hi if hi_open else x <= hi)
def has_spectrum(g, values):  # two monic polynomials of degree n that agree at n + 1 places
    n = mat(g).m
    return all(eliminate(sub(eye(n, x), g))[0] == math.prod((x - v for v in values), start=Q(1)) for x in range(n + 1))
def has_singular_values(x, law, r, e):  # r of them as the law says, the others 0
    g = mul(t(x), x) if mat(x).n <= mat(x).m else mul(x, t(x))
    n = mat(g).m
    if not is_interval(law):
        v = entries(evaluate(law, e))
        return all(v >= 0 for v in v) and has_spectrum(g, [v * v for v in v] + [Q(0)] * (n - r))
    def squared(end):
        if isinstance(end, ast.Call) and end.func.id == "sqrt": return evaluate(end.args[0], e)
        if evaluate(end, e) < 0: raise OutOfScope("singular values in an interval that begins below 0")
        return evaluate(end, e) ** 2
    lo, hi, (lo_open, hi_open) = squared(law.args[0]), squared(law.args[1]), (evaluate(a, e) for a in law.args[2:])
    rank, singular = sum(p != 0 for p in pivots(g)), lambda x: eliminate(sub(g, Identity(x)))[0] == 0
    if not order(g, eye(n, hi)) or hi_open and singular(hi): return False
    if not lo: return rank == r if lo_open else rank <= r
    # Every eigenvalue x of g has x*(x - lo) >= 0: it is 0 or at least lo.
    return rank == r and order(scale(Q(0), g), mul(g, sub(g, Identity(lo)))) and not (lo_open and singular(lo))

def sampled(node, e):
    go = lambda n: evaluate(n, e)
    f, a = (node.id, []) if isinstance(node, ast.Name) else (node.func.id, node.args)
    named = {} if isinstance(node, ast.Name) else {k.arg: k.value for k in node.keywords}
    if f in ("permutation", "near", "commuting", "below", "operator"): raise OutOfScope(f"the sampler `{f}`")
    scalar, wide = f in ("normal", "int_", "real_", "choice"), f in ("gaussian", "matrix", "stiefel")
    if f in ("normal", "gaussian") and len(a) == 2 + wide and go(a[-1]) == 0: raise OutOfScope("a deviation of 0")
    m, n = (1, 1) if scalar else [int(go(a[0])), int(go(a[1 if wide else 0]))]
    orthonormal = lambda x: equal(mul(t(x), x), eye(n))
    match f:
        case "normal": return 1, 1, lambda x: True
        case "int_": return 1, 1, lambda x: x.denominator == 1 and go(a[0].left) <= x <= go(a[0].right)
        case "real_": return 1, 1, lambda x: within(x, a[0], e)
        case "choice": return mat(go(a[0])).m, mat(go(a[0])).n, lambda x: any(equal(x, go(item)) for item in a)
        case "gaussian": return m, n, lambda x: True
        case "vector" | "spectrum":
            i, law = next(iter(named.items())) if named else ("", a[1])
            inside = lambda x: all(within(v, law, {**e, i: Q(k + 1)}) for k, v in enumerate(entries(x)))
            if f == "vector": return m, 1, inside
            def decreasing(x):
                if entries(x) != sorted(entries(x), reverse=True): return False
                if named and not inside(x): raise OutOfScope("a spectrum that may fit its intervals in another order")
                return inside(x)
            return m, 1, decreasing
        case "symmetric" if named: raise OutOfScope("eigenvalues in intervals that depend on the index")
        case "symmetric" if is_interval(a[1]):
            lo, hi, lo_open, hi_open = map(go, a[1].args)
            return n, n, lambda x: equal(x, t(x)) and order(eye(n, lo), x, lo_open) and order(x, eye(n, hi), hi_open)
        case "symmetric": return n, n, lambda x: equal(x, t(x)) and has_spectrum(x, entries(go(a[1])))
        case "matrix":
            r = int(go(named["rank"])) if "rank" in named else min(m, n)
            return m, n, lambda x: has_singular_values(x, named["sv"], r, e)
        case "sphere": return n, 1, lambda x: inner(x, x) == 1
        case "orthogonal" | "stiefel": return m, n, orthonormal
        case "skew": return n, n, lambda x: equal(t(x), scale(Q(-1), x))

def number(v): return type(v) is int or type(v) is str and re.fullmatch(r"-?[0-9]{1,20000}(/[0-9]{1,20000})?", v)
def read(value, m, n):
    r = [row if isinstance(row, list) else [row] for row in (value if isinstance(value, list) else [value])]
    if isinstance(value, dict): r = [[]] * m if value == {"rows": m, "cols": n} and 0 in (m, n) else None
    if r is None or len(r) != m or any(len(row) != n or not all(map(number, row)) for row in r):
        raise ValueError(f"a value that is not {m} by {n} integers and fractions")
    return make(m, n, lambda i, j: Q(r[i][j]))


def recheck(claim, standing, witness):
    """Whether the witness violates the claim, and why; `standing` is the claim's setting."""
    table = lambda key: (standing.get(key, {}) | claim.get(key, {})).items()
    if witness["predicate"] not in claim.get("claim", {}): raise OutOfScope("a predicate that is not in [claim]")
    e, left = {}, set(witness["values"])
    for name, text in table("given"):
        node = parse(str(text))
        if (node.id if isinstance(node, ast.Name) else isinstance(node, ast.Call) and node.func.id) not in SAMPLERS:
            try: e[name] = evaluate(node, e)
            except (Undefined, OutOfScope) as why: e[name] = why  # only a name that is used has to have a value
            continue
        left.discard(name)
        m, n, allowed = sampled(node, e)
        e[name] = read(witness["values"][name], m, n)
        if not allowed(e[name]): return False, f"`{name}` is not in `{text}`"
    if left: raise ValueError(f"values of what is not sampled: {sorted(left)}")
    for name, text in table("let"):
        try: e[name] = evaluate(parse(str(text)), e)
        except (Undefined, OutOfScope) as why: e[name] = why  # only a name that is used has to have a value
    for label, text in table("assume"):
        if not evaluate(parse(str(text)), e): return False, f"the hypothesis `{label}` is false"
    text = claim["claim"][witness["predicate"]]
    return not evaluate(parse(str(text)), e), f"`{text}` at these values"

def status_of(claim, standing, witness):
    try: violated, why = recheck(claim, standing, witness)
    except OutOfScope as why: return 3, f"not rechecked: {why}"
    except Undefined as why: return 1, f"rejected: undefined, {why}"
    return (0, f"violation confirmed: {why}") if violated else (1, f"rejected: no violation, {why}")

def unique(pairs):
    if len({key for key, _ in pairs}) < len(pairs): raise ValueError("a key that stands twice")
    return dict(pairs)

def main(witness_path, claim_path=None):
    load = lambda path: tomllib.loads(path.read_text(), parse_float=str)
    file = json.loads(pathlib.Path(witness_path).read_text(), object_pairs_hook=unique)
    if file["format"] != 1 or not file["refuted"]: raise ValueError("not a witness of this format")
    path = pathlib.Path(claim_path or re.sub(r"\.witness\.json$", ".toml", witness_path))
    claim = load(path)
    standing = load(path.parent / "settings" / f"{claim['setting']}.toml") if "setting" in claim else {}
    found = [status_of(claim, standing, witness) for witness in file["refuted"]]
    for witness, (_, words) in zip(file["refuted"], found): print(f"{file['claim']}, {witness['predicate']}: {words}")
    return next((status for status in (1, 3) if any(status == s for s, _ in found)), 0)

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if {"-h", "--help"} & set(arguments): print(__doc__), sys.exit(0)
    if len(arguments) not in (1, 2): print(__doc__), sys.exit(2)
    if not arguments[0].endswith(".json"):
        print(f"usage: recheck.py CLAIM.witness.json [CLAIM.toml]; found `{arguments[0]}`, where a witness is to stand"), sys.exit(2)
    try: sys.exit(main(*arguments))
    except OSError as why: print(f"unusable: {why.filename}: {why.strerror}"), sys.exit(2)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as why:
        print(f"unusable: {'the witness is not JSON' if isinstance(why, json.JSONDecodeError) else 'the claim is not TOML'}: {why}"), sys.exit(2)
    except Exception as why: print(f"unusable: {why!r}"), sys.exit(2)
