"""Wrong programs: each differs from the right one, runs, and says one thing."""

import random
from collections import Counter
from pathlib import Path

import pytest
from covering import dear

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.conventions import ROLES, layout
from gatecheck.grading.exchange import expected
from gatecheck.grading.sample import sample

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = [pytest.param(n, marks=dear(n), id=getattr(n, "stem", n)) for n in (*library(), *ODD)]


def mistakes(source, role="step_backward"):
    cell = read(source, "mine.cell")
    return wrong_programs(cell, compiled(derive(cell, cell.outputs)), (cell.output,), role)


@pytest.mark.parametrize("name", CELLS)
def test_every_wrong_program_runs_and_is_told_in_words(name):
    made = layout(load(name), "gatecheck")
    program = compiled(derive(made.cell, made.cell.outputs))
    drawn = sample(made, program, "1")
    for role in [s.role for s in made.signatures]:
        every = wrong_programs(made.cell, program, made.loss, role)
        for wrong in random.Random(role).sample(every, min(15, len(every))):
            expected(made, role, program.changed(wrong.change), drawn.of(role))
            words = wrong.words
            assert not words.title.endswith(".") and words.hint[-1] in ".?"
            assert words.left and words.wrong and words.right
            assert words.wrong != words.right, words.title
            assert all(text.isprintable() and "{" not in text for text in words[:5])


def test_no_expression_is_put_in_a_place_twice():
    for role in ROLES:
        found = Counter(repr(w.change) for w in mistakes("x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n", role))
        assert not [change for change, count in found.items() if count > 1]


def test_a_gradient_reads_only_what_is_worked_out_before_it():
    source = "x: D\nh: H\nr[t] = sigmoid(W @ x[t] + U @ h[t-1])\nn[t] = tanh(V @ x[t] + Q @ (r[t] * h[t-1]))\n"
    for wrong in mistakes(source + "h[t] = r[t] * n[t]\n"):
        text = repr(wrong.change.gradients.get("n", ""))
        assert "'dr'" not in text and "'da_r'" not in text, wrong.words


@pytest.mark.parametrize(
    ("slip", "id", "formula"),
    [
        ("h = o ⊙ c", "missing-activation", "o ⊙ c"),
        ("i + g", "sum-for-product", "f ⊙ c[t−1] + i + g"),
        ("tanh(c[t−1])", "wrong-time", "o ⊙ tanh(c[t−1])"),
        ("b of another gate", "wrong-quantity", "W_f x + U_f h[t−1] + b_o"),
        ("sigmoid of c", "wrong-activation", "o ⊙ σ(c)"),
    ],
)
def test_what_people_get_wrong_in_an_equation_is_among_them(slip, id, formula):
    cell = load("lstm")
    every = wrong_programs(cell, compiled(derive(cell, cell.outputs)), ("h",), "step")
    assert (id, formula) in {(w.id, w.words.wrong) for w in every}


@pytest.mark.parametrize(
    ("id", "formula"),
    [
        ("wrong-activation-derivative", "δh ⊙ (1 − h)"),
        ("wrong-activation-derivative", "δh ⊙ h ⊙ (1 − h)"),
        ("activation-twice", "δh ⊙ (1 − tanh²(h))"),
        ("wrong-time", "δh ⊙ (1 − h[t−1]²)"),
        ("wrong-quantity", "δh ⊙ (1 − δh²)"),
        ("missing-activation-derivative", "δh"),
        ("wrong-sign", "δh ⊙ (1 + h²)"),
        ("doubled-term", "2 δh ⊙ (1 − h²)"),
        ("wrong-time", "Σ_t δa_h hᵀ"),
        ("mean-for-sum", "Σ_t δa_h / B"),
        ("missing-transpose", "∂L_t/∂h + U δa_h[t+1]"),
        ("wrong-quantity", "∂L_t/∂h + Uᵀ δh[t+1]"),
    ],
)
def test_what_people_get_wrong_in_a_gradient_is_among_them(id, formula):
    cell = load("rnn")
    every = wrong_programs(cell, compiled(derive(cell, cell.outputs)), ("h",), "step_backward")
    assert (id, formula) in {(w.id, w.words.wrong) for w in every}


def test_what_can_go_wrong_grows_with_the_square_of_the_names_and_not_faster():
    count = {}
    for name in ("rnn", "lstm"):
        cell = load(name)
        count[name] = len(wrong_programs(cell, compiled(derive(cell, cell.outputs)), cell.outputs, "step"))
    assert count["rnn"] < count["lstm"] < 20 * count["rnn"]
