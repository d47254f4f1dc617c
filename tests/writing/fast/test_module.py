"""Fast modules: the readable reference's numbers, whatever the cell, the block, the sequence and the numbers in it."""

import ast
import warnings

import numpy as np
import oracle
import pytest
from covering import cells
from hypothesis import HealthCheck, given, settings
from programs import read_or_pass_over
from random_cells import sources

from gatecheck.cells import library, load, read
from gatecheck.writing.fast import order
from gatecheck.writing.fast.functions import code
from gatecheck.writing.reference import code as reference

#: Cells of the library that are asked more with -m slow only.
others = [n for n in library() if load(n).lagged and n not in ("lstm", "gru", "qrnn")]
dear = [pytest.param(n, marks=pytest.mark.slow) for n in others]


def module(text, block=None):
    tree = ast.parse(text)
    made = {"__name__": "fast"}
    exec(compile(tree, "fast.py", "exec"), made)
    if block:
        made["BLOCK"] = block
    return made


def passes(cell, made, x, x0, p, upstream, work=None):
    """Forward and back: outputs, gradients in the order of the readable reference, dp."""
    first = [] if cell.inputs else [len(next(iter(upstream.values())))]
    *given, kept = made["forward"](*first, *x.values(), *x0.values(), p, work)
    *gradients, dp = made["backward"](*upstream.values(), kept, p)
    return given, gradients, dp, kept


def agree(cell, made, seed=1, T=5, B=2, sizes=None, scale=0.0):
    rng = np.random.default_rng(seed)
    _, x, x0, p, upstream = oracle.draw(cell, rng, T=T if cell.inputs else 1, B=B, sizes=sizes)
    given, gradients, dp, kept = passes(cell, made, x, x0, p, upstream)
    again = passes(cell, made, x, x0, made["pack"](p), upstream, kept)
    for a, b in zip((*given, *gradients, *dp.values()), (*again[0], *again[1], *again[2].values()), strict=True):
        assert np.array_equal(a, b), "a used workspace and packed parameters change nothing"
    values, true = oracle.run(cell, x, x0, p), oracle.gradients(cell, x, x0, p, upstream)
    for n, value in zip(cell.outputs, given, strict=True):
        assert oracle.far(value, values[n].real) < 1e-12, n
    asked = [(n, v) for group in ("inputs", "initial") for n, v in true[group].items() if n not in cell.data]
    for (n, value), gradient in zip(asked, gradients, strict=True):
        assert oracle.far(gradient, value, scale) < 1e-11, n
    for n, value in true["parameters"].items():
        assert oracle.far(dp[n], value, scale) < 1e-11, n


@pytest.fixture
def quick(monkeypatch):
    """A short search for the order of the slots: it changes no number."""
    monkeypatch.setattr(order, "TRIALS", 5)


@pytest.mark.parametrize("name", cells())
def test_a_fast_module_agrees_with_complex_steps_in_blocks_of_two_steps(quick, name):
    cell = cells()[name]
    widest = max((3 + 2 * k for k in range(len(cell.sizes))), default=1)
    text = code(cell)
    agree(cell, module(text, 2 * 2 * widest))
    _, _, functions = text.partition("BLOCK = ")
    assert all(len(line) <= 120 for line in functions.splitlines() if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("name", cells())
def test_a_fast_module_agrees_with_complex_steps_in_blocks_of_one_and_of_all_steps(quick, name):
    text = code(cells()[name])
    for block in (1, None):
        agree(cells()[name], module(text, block))


@pytest.mark.slow
@given(sources())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_fast_modules_of_random_cells_agree_with_complex_steps(source):
    cell = read_or_pass_over(source)
    agree(cell, module(code(cell)), T=3, scale=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", cells())
def test_one_row_and_sizes_of_one(quick, name):
    cell = cells()[name]
    agree(cell, module(code(cell), 2), T=3, B=1, sizes=dict.fromkeys(cell.sizes, 1))


@pytest.mark.parametrize("name", ["lstm", "qrnn", *dear])
def test_both_styles_agree_and_float32_stays_float32(quick, name):
    cell = load(name)
    fast, plain = module(code(cell)), module(reference(cell))
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(3), T=6, B=3)
    given, gradients, dp, _ = passes(cell, fast, x, x0, p, upstream)
    *given2, kept = plain["forward"](*x.values(), *x0.values(), p)
    *gradients2, dp2 = plain["backward"](*upstream.values(), kept, p)
    for a, b in zip([*given, *gradients, *dp.values()], [*given2, *gradients2, *dp2.values()], strict=True):
        assert oracle.far(a, b) < 1e-12
    narrow = [{n: v.astype(np.float32) for n, v in group.items()} for group in (x, x0, p, upstream)]
    *given3, kept = plain["forward"](*narrow[0].values(), *narrow[1].values(), narrow[2])
    *gradients3, dp3 = plain["backward"](*narrow[3].values(), kept, narrow[2])
    given, gradients, dp, _ = passes(cell, fast, *narrow)
    for results in ([*given, *gradients, *dp.values()], [*given3, *gradients3, *dp3.values()]):
        for a, b in zip(results, [*given2, *gradients2, *dp2.values()], strict=True):
            assert a.dtype == np.float32
            assert oracle.far(a, b) < 2e-4


def test_a_workspace_is_used_again_and_results_are_not_views_of_it(quick):
    cell = load("lstm")
    made = module(code(cell))
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(4), T=6)
    first = passes(cell, made, x, x0, p, upstream)
    copies = [a.copy() for a in (*first[0], *first[1], *first[2].values())]
    other = {n: v * 2 for n, v in x.items()}
    passes(cell, made, other, x0, made["pack"](p), upstream, first[3])
    again = passes(cell, made, x, x0, made["pack"](p), upstream, first[3])
    assert again[3] is first[3]
    for a, b, c in zip((*first[0], *first[1], *first[2].values()), copies,
                       (*again[0], *again[1], *again[2].values()), strict=True):  # fmt: skip
        assert np.array_equal(a, b)
        assert np.array_equal(b, c)


def test_backward_runs_once_after_each_forward(quick):
    cell = load("rnn")
    made = module(code(cell))
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(4))
    *_, kept = passes(cell, made, x, x0, p, upstream)
    with pytest.raises(ValueError, match="once"):
        made["backward"](*upstream.values(), kept, p)
    with pytest.raises(ValueError, match="workspace"):
        made["forward"](x["x"][:2], *x0.values(), p, kept)


@pytest.mark.parametrize("name", ["lstm", "lagged_input", "reductions"])
def test_arguments_are_left_alone(quick, name):
    cell = cells()[name]
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(2), T=3 if cell.inputs else 1)
    for array in (*x.values(), *x0.values(), *p.values(), *upstream.values()):
        array.flags.writeable = False
    passes(cell, module(code(cell)), x, x0, p, upstream)


@pytest.mark.parametrize("name", ["gate", "lstm", "lagged_input", "readout", "reductions"])
def test_a_sequence_of_no_steps_gives_no_gradient(quick, name):
    cell = cells()[name]
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(4), T=2)
    empty = ({n: v[:0] for n, v in group.items()} for group in (x, upstream))
    x, upstream = empty
    given, gradients, dp, _ = passes(cell, module(code(cell)), x, x0, p, upstream)
    assert all(len(g) == 0 for g in given)
    assert not any(np.any(g) for g in (*gradients, *dp.values()))


@pytest.mark.parametrize("scale", [1e-310, 1e3, 1e30])
@pytest.mark.parametrize("name", ["lstm", "gru", *dear])
def test_saturated_gates_and_extreme_inputs_give_numbers_and_no_warning(quick, name, scale):
    cell = load(name)
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(6), T=4)
    x = {n: v * scale for n, v in x.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            given, gradients, dp, _ = passes(cell, module(code(cell)), x, x0, p, upstream)
        except RuntimeWarning:
            with pytest.raises(RuntimeWarning):  # the author's own equations divide 0 by 0
                module(reference(cell))["forward"](*x.values(), *x0.values(), p)
            return
    assert all(np.isfinite(a).all() for a in (*given, *gradients, *dp.values()))


def test_the_memory_is_what_the_docstring_says(quick):
    cell = load("lstm")
    text = code(cell)
    T, B, D, H = 400, 2, 3, 5
    work = module(text, 1)["workspace"](T, B, D, H)
    arrays = [a for a in vars(work).values() if isinstance(a, np.ndarray) and a.base is None]
    kept = sum(a.size for a in arrays if len(a) >= T)
    assert "11 T·B·H + 1 T·B·(D+1) numbers" in text
    assert abs(kept - T * B * (11 * H + D + 1)) <= 8 * B * H


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_the_text_is_the_same_for_every_run(quick, name):
    assert code(load(name)) == code(load(name))


@pytest.mark.parametrize("name", ["gate", "lstm", "lagged_input", "inputless", *dear])
def test_chunks_run_again_give_the_same_numbers_and_keep_little(quick, name):
    cell = cells()[name]
    text = code(cell, again=True)
    for T in (1, 2, 5):
        agree(cell, module(text), T=T)


@pytest.mark.parametrize("T, B", [(100, 2), (101, 1), (144, 8), (400, 3)])
def test_what_is_kept_where_chunks_run_again_is_less_than_two_numbers_a_unit(quick, T, B):
    cell, D, H = load("lstm"), 5, 5
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(4), T=T, B=B, sizes={"D": D, "H": H})
    *_, work = passes(cell, module(code(cell, again=True)), x, x0, p, upstream)
    arrays = [*vars(work.space).values(), *(a for start in work.starts for a in start)]
    kept = {id(a): a.size for a in arrays if isinstance(a, np.ndarray) and a.base is None}
    kept |= {id(a.base): a.base.size for a in arrays if isinstance(a, np.ndarray) and a.base is not None}
    assert sum(kept.values()) < 2 * T * B * H


def test_products_that_outlive_their_loop_are_one_gemm(quick):
    assert code(load("lstm_layernorm")).count("dot(h_prev_rows") == 1


def test_a_bias_waits_beside_what_else_its_operand_s_products_are_added_to(quick):
    both, forward = code(load("gru_reset_after")), "def forward"
    loop = both[both.index(forward) : both.index("def backward")].rpartition("for ")[2]
    assert loop.count("dot(") == 1 and loop.count("_rows)") == 2  # the product, and one sum for all its parts
    assert "copyto" not in code(load("rnn"))


#: Equations that random cells found wrong once.
FOUND = {
    "a product gives a scalar": "s: 1; r: D; W: (1, D); r[t] = x[t] + s[t-1]; s[t] = W @ x[t]",
    "a product is of a scalar": "s: 1; q: D; W: (1, D); k: 1; q[t] = W.T @ (k + s[t-1]); s[t] = k * (W @ q[t])",
    "what is sent back cancels": "q: D; k: D; q[t] = tanh(x[t]) + x[t-1] - (k + x[t-1]) + sum(h[t-1])",
    "a step before in one block": "s: 1; q: D; s[t] = 2 * sum(x[t-1]); q[t] = relu(s[t-1] - x[t-1])",
    "a product outlives the loop": "s: 1; q: H; V: (H, H); s[t] = sum(h[t-1]); q[t] = V @ h[t-1] / (2 + tanh(s[t-1]))",
}


@pytest.mark.parametrize("name", FOUND)
def test_what_random_cells_found_is_right(quick, name):
    lines = [line.strip() for line in FOUND[name].split(";")]
    read_in = " + ".join(f"sum({n}[t])" for n in "qrs" if any(line.startswith(f"{n}[t]") for line in lines))
    declared, equations = ([n for n in lines if ("[t] =" in n) == wanted] for wanted in (False, True))
    last = f"h[t] = tanh({read_in} + W_HD @ x[t])"
    cell = read("\n".join(["x: D", "h: H", *declared, *equations, last, ""]))
    agree(cell, module(code(cell)))
