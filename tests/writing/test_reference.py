"""Generated code against the independent oracle, for every cell and every convention that fits it."""

import ast
from pathlib import Path

import numpy as np
import oracle
import pytest
from covering import general

from gatecheck.cells import library, load, read
from gatecheck.conventions import layout
from gatecheck.errors import ConventionError
from gatecheck.writing.reference import code

CELLS = {name: load(name) for name in library()}
ODD = {
    "lagged input": """
x: D
y: D
h: H
q[t] = W @ x[t] + V @ x[t-1] + y[t-1]
h[t] = tanh(q[t]) * sigmoid(U @ h[t-1]) + 0.1 * h[t-1]
W: (H, D)
""".replace(" + y[t-1]", " + R @ y[t-1]"),
    "scalars and reductions": """
x: D
v: H
h: H
k: 1
s[t] = mean((W @ x[t] - 0.5 * h[t-1])**2)
q[t] = softmax(V @ h[t-1] + p_q / (2 + k[t-1]**2))
k[t] = exp(-s[t]) * k[t-1] + sum(q[t] * v[t-1]) + 3
h[t] = maximum(q[t], -2 * (U @ (-2 * h[t-1]))) / (s[t] + 1e-5) - relu(k[t] * (R.T @ concat(h[t-1], x[t], k[t])))
""",
    "output that is not carried": """
x: D
c: H
f[t] = sigmoid(W_f @ x[t] + b_f)
c[t] = f[t] * c[t-1] + (1 - f[t]) * (W_c @ x[t])
y[t] = V @ tanh(c[t])
y: P
""",
    "functions": """
x: D
h: H
u[t] = sqrt(x[t]**2 + 1)
v[t] = log(2 + erf(W @ u[t])) * softplus(-h[t-1])
e[t] = exp(tanh(v[t]) - q * 0.25)
w[t] = softmax(e[t] * e[t]) * sum(v[t])
h[t] = sign(h[t-1]) * abs(w[t]) - mean(e[t])
""",
    "gradient that is zero": """
x: D
h: H
h[t] = tanh(W @ x[t]) + sign(h[t-1]) + sign(b)
""",
    "names like those of gradients and sums": """
x: D
h: H
da[t] = W_1 @ x[t] + U_1 @ h[t-1] + b_1
a_x[t] = softplus(W_2 @ x[t] + U_2 @ h[t-1] + b_2)
h[t] = tanh(da[t] * h[t-1] + a_x[t])
""",
    "parts of an array within and without": """
x: D
h: H
z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1] + b_z)
n[t] = tanh(W_n @ x[t] + z[t] * (U_n @ h[t-1] + b_u))
h[t] = z[t] * h[t-1] + n[t]
""",
    "size that only an input knows": """
x: D
h: H
h[t] = h[t-1] * mean(x[t]) + b
""",
}
CELLS |= {name: read(text, f"{name.replace(' ', '_')}.cell") for name, text in ODD.items()}
CELLS |= {f"odd/{path.stem}": load(path) for path in sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))}


def load_code(text):
    tree = ast.parse(text)
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert imported <= {"numpy", "math"}
    module = {"__name__": "reference"}
    exec(compile(tree, "reference.py", "exec"), module)
    return module


@pytest.mark.every_cell
@pytest.mark.parametrize("name", CELLS)
def test_the_reference_agrees_with_complex_steps(name):
    cell = CELLS[name]
    module = load_code(code(cell))
    _, x, x0, p, upstream = oracle.draw(
        cell, np.random.default_rng(1), T=4 if layout(cell, "gatecheck").signatures[2:] else 1
    )
    states = oracle.run(cell, x, x0, p)
    true = oracle.gradients(cell, x, x0, p, upstream)
    inputs, initial = list(x.values()), list(x0.values())
    if "forward" in module:
        *given, kept = module["forward"](*inputs, *initial, p)
        *gradients, dp = module["backward"](*(upstream[n] for n in cell.outputs), kept, p)
    else:
        *given, kept = module["step"](*(a[0] for a in inputs), *initial, p)
        *gradients, dp = module["step_backward"](*(upstream[n][0] for n in cell.outputs), kept, p)
        asked = len(inputs) - len(cell.data)
        given, gradients = ([g[None] for g in given], [g[None] for g in gradients[:asked]] + gradients[asked:])
    for n, value in zip(cell.outputs, given, strict=True):
        assert oracle.far(value, states[n].real) < 1e-13, n
    wanted = {n: value for n, value in true["inputs"].items() if n not in cell.data}
    for (n, value), gradient in zip([*wanted.items(), *true["initial"].items()], gradients, strict=True):
        assert oracle.far(gradient, value) < 1e-12, n
    for n, value in true["parameters"].items():
        assert oracle.far(dp[n], value) < 1e-12, n


@pytest.mark.parametrize("name", CELLS)
def test_the_reference_leaves_its_arguments_alone(name):
    cell = CELLS[name]
    module = load_code(code(cell))
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(2), T=1)
    arguments = [*(a[0] for a in x.values()), *x0.values()]
    for array in (*arguments, *p.values(), *upstream.values()):
        array.flags.writeable = False
    *_, kept = module["step"](*arguments, p)
    module["step_backward"](*(upstream[n][0] for n in cell.outputs), kept, p)


@pytest.mark.parametrize("convention", [c for c in general() if c != "gatecheck"])
@pytest.mark.parametrize("name", CELLS)
def test_a_convention_gives_the_plain_reference_s_numbers(name, convention):
    cell = CELLS[name]
    try:
        wanted = layout(cell, convention)
    except ConventionError:
        pytest.skip("the convention has no place for this cell")
    module, plain = load_code(code(cell, convention)), load_code(code(cell))
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(3))
    packed = [s.pack(p) for s in wanted.stacks]
    step, back = wanted.signature("step"), wanted.signature("step_backward")
    now = [a[0] for a in x.values()]
    *states, cache = module[step.name](*now, *x0.values(), *packed)
    (*gradients,) = module[back.name](*(upstream[n][0] for n in cell.outputs), cache)
    *states2, kept = plain["step"](*now, *x0.values(), p)
    *gradients2, dp = plain["step_backward"](*(upstream[n][0] for n in cell.outputs), kept, p)
    for a, b in zip([*states, *gradients], [*states2, *gradients2, *(s.pack(dp) for s in wanted.stacks)], strict=True):
        assert oracle.far(a, b) < 1e-14


def test_a_zero_length_sequence_gives_empty_results():
    cell = CELLS["lstm"]
    module = load_code(code(cell))
    _, x, x0, p, _ = oracle.draw(cell, np.random.default_rng(4), T=3)
    h, c, kept = module["forward"](x["x"][:0], x0["h"], x0["c"], p)
    assert h.shape == c.shape == (0, *x0["h"].shape)
    dx, dh0, _, dp = module["backward"](h, c, kept, p)
    assert dx.shape == x["x"][:0].shape
    assert not dh0.any() and not any(v.any() for v in dp.values())


HOSTILE = '''r"""Quotes \\""" + __import__("os").system("true") \\ and \\x41 {{ 7 * 7 }} {% raw %}"""
x: D    # """ \\N{DIGIT ONE} {{ x }} <script>
h: H
h[t] = tanh(W @ x[t] + U @ h[t-1])    # a comment \\
'''


def test_an_author_s_words_do_no_harm_in_code():
    text = code(read(HOSTILE, 'it\'s "quoted".cell'))
    tree = ast.parse(text)
    assert {type(n) for n in tree.body} <= {ast.Expr, ast.Import, ast.FunctionDef}
    assert "{{ 7 * 7 }}" in ast.get_docstring(tree, clean=False)
