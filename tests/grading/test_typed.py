"""Formulas that were handed in, as the judge sees them: what is told of each, and that none can do harm."""

import json
from dataclasses import replace
from pathlib import Path

import judging
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.assignment.model import Task
from gatecheck.assignment.typed.asked import quantities
from gatecheck.grading.intake import submission_from
from gatecheck.grading.typed import TypedFormulas


@pytest.fixture(scope="module")
def kit():
    return judging.kit("lstm")


def task(quantity):
    return Task(f"{quantity}_formula", 2.0, kind="formula", quantity=quantity)


def judged(kit, quantity, text):
    source = f'FORMULAS = """\n{text}\n"""\n'
    return TypedFormulas(kit, submission_from("lstm.py", source.encode()), "seed").judged(task(quantity))


def test_a_right_formula_passes_with_all_its_points(kit):
    check = judged(kit, "df", "# mine\nδf = δc ⊙ c[t−1]").check
    assert (check.task, check.quantity, check.status, check.score) == ("df_formula", "df", "passed", 2.0)


def test_a_wrong_formula_that_is_known_is_named_as_it_is_in_code(kit):
    found = judged(kit, "dc", "dc = dh * (1 - np.tanh(c)**2) + dc_next")
    assert found.check.status == "failed" and found.check.score == 0
    assert found.mistake.id == "missing-factor"
    assert found.mistake.title == "A factor is missing in the gradient of c: o"
    assert (found.mistake.left, found.mistake.right) == ("δc", "δh ⊙ o ⊙ (1 − tanh²(c)) + δc[t+1] ⊙ f[t+1]")
    assert found.mistake.wrong == "δh ⊙ (1 − tanh²(c)) + δc[t+1] ⊙ f[t+1]"
    assert (found.mistake.where.function, found.mistake.where.line) == ("dc_formula", 2)


def test_a_mistake_in_what_a_formula_was_written_out_with_is_named_too(kit):
    found = judged(kit, "df", "df = (dh * (1 - np.tanh(c)**2) + dc_next) * c_prev")
    assert found.mistake.title == "A factor is missing in the gradient of c: o"


@pytest.mark.parametrize(
    ("quantity", "text", "id", "title"),
    [
        ("df", "dc * c", "wrong-time", "c stands where c[t−1] belongs in the gradient of f"),
        ("da_f", "df * (1 - f**2)", "wrong-activation-derivative", None),
        ("da_f", "df", "missing-activation-derivative", "The derivative σ′ is missing in the gradient of f"),
        ("da_f", "dc * c * f * (1 - f)", "wrong-time", "c stands where c[t−1] belongs in the gradient of f"),
        ("dc", "dh * o * (1 - tanh(c)**2)", "missing-path", "A path is missing from the gradient of c: c → c"),
        ("dc_prev", "dc", "missing-factor", "A factor is missing in the gradient of c: f"),
        ("dh_prev", "da_f @ U_f.T + da_i @ U_i + da_g @ U_g + da_o @ U_o", "missing-transpose", None),
        ("dW_f", "np.outer(df, x)", "wrong-quantity", "δf stands where δa_f belongs in the gradient of W_f"),
        ("dx", "da_f @ W_f + da_i @ W_i + da_g @ W_g + da_o @ W_f", "wrong-quantity", None),
    ],
)
def test_what_stands_where_something_else_belongs_is_named(kit, quantity, text, id, title):
    found = judged(kit, quantity, f"{quantity} = {text}")
    assert (found.check.status, found.mistake.id) == ("failed", id)
    assert title in (None, found.mistake.title)


def test_what_a_step_hands_back_is_told_by_its_own_name(kit):
    found = judged(kit, "dc_prev", "dc_prev = dc").mistake
    assert (found.left, found.wrong, found.right) == ("dc_prev", "δc", "δc ⊙ f")
    # Right for the gradient that arrives alone: what is wrong is the gradient of c that it starts from.
    assert judged(kit, "dc_prev", "dc_prev = dc_next * f").mistake.id == "missing-path"


@pytest.mark.parametrize(
    ("quantity", "text", "said"),
    [
        ("dx", "dx = da_f @ W_f + da_i @ W_i + da_g @ W_g + da_o @ W_f * 3", "line 2: “da_o @ W_f * 3” is not right"),
        ("dU_f", "dU_f = np.outer(h_prev, da_f)", "line 2: it is the formula, transposed"),
        ("dx", "dx = da_f @ W_f + da_i @ W_i + 0 * da_g @ W_g", "line 2: “0 * da_g @ W_g” is not right, and the"),
        ("df", "df = dc * c_prev * tanh(i)", "line 2: “dc * c_prev * tanh(i)” is not right"),
        ("df", "df = dc * o[t-1]", "line 2: the factor “o[t-1]” of “dc * o[t-1]” is not right"),
        ("dx", "dx = da_f @ W_f + da_i @ W_i", "line 2: its terms are right, and 2 are missing"),
        ("dx", "dx = da_f @ W_f + da_i @ W_i + da_g @ W_g + da_o @ W_o + x + x", "line 2: “x” and “x” are too much"),
        ("dx", "dx = da_f @ W_f + da_i @ W_i + x - x * x", "line 2: “x” and “- x * x” together are not right, and"),
        ("dx", "dx = x - x * x", "line 2: it is not the formula"),
        ("df", "df =", "line 2, column 5: the formula is still to be written."),
        ("df", "df = dc * tahn(c)", "line 2, column 11, at “tahn”: df has no value named “tahn”. Did you mean tanh?"),
        ("df", "df = dc * c_prev\n\nδf = 1", "df has 2 formulas: on line 2 and on line 4"),
        ("df", "dc = 1", "FORMULAS has no line df = …"),
        ("df", "dc = 1\ndf: dc", "FORMULAS has no line df = …; line 3 cannot be read: a line is “name = formula”"),
        ("df", "# " * 2**15, "FORMULAS has no line df = …; line 1 cannot be read: there are more than 32"),
        ("df", "df = np.sum(dc, axis=", "line 2, column 22: “(” is not closed: “)” is expected here."),
    ],
)
def test_what_is_told_of_a_wrong_formula_is_certain(kit, quantity, text, said):
    found = judged(kit, quantity, text)
    assert found.check.message.startswith(said), found.check.message
    assert found.check.status == "failed"


def test_what_cannot_be_read_is_shown_on_its_line(kit):
    found = judged(kit, "df", "df = dc * c_prv").mistake
    assert found.title == "The formula of df cannot be read: df has no value named “c_prv”"
    assert found.hint == "Column 11, at “c_prv”. Did you mean c_prev?"
    assert found.where.line == 2
    assert judged(kit, "df", "df =").mistake is None


def test_without_the_string_of_formulas_it_is_said_what_is_missing(kit):
    found = TypedFormulas(kit, submission_from("lstm.py", b"x = 1"), "seed").judged(task("df"))
    assert found.check.message == 'there is no FORMULAS = """…""" in lstm.py'


def test_a_formula_right_by_its_numbers_alone_is_not_counted(kit):
    check = judged(kit, "df", "df = dc * c_prev + 0.00001 * 0.00001 * 0.00001 * 0.00001 * dc").check
    assert check.status == "undetermined"
    assert check.message == "line 2: its numbers agree, and whether the formula does is not known: not counted"


def test_a_quantity_with_a_greek_name_is_known_by_its_letter():
    cell = Path(__file__).parent.parent / "odd" / "symbols.cell"
    kit = judging.kit(cell)
    for left, right in (("δs", "δβ ⊙ pi + δs[t+1] ⊙ σ(γ ⊙ S[t+1])"), ("ds", "dβ * pi + ds_next"), ("dβ", "dL_t/dβ")):
        quantity = "dbeta" if "β" in left else "ds"
        assert judged(kit, quantity, f"{left} = {right}").check.status == "passed", left
    assert judged(kit, "dgamma", "∂L/∂γ = Σ_t δs ⊙ S ⊙ σ(γ ⊙ S) ⊙ (1 − σ(γ ⊙ S)) ⊙ s[t−1]").check.status == "passed"


def test_formulas_alone_are_an_assignment(kit):
    asked = tuple(map(task, ("dc", "df")))
    alone = replace(kit, assignment=replace(kit.assignment, tasks=asked))
    source = b'FORMULAS = """\ndc = dc_next + dh * o * (1 - np.tanh(c)**2)\ndf = dc * c\n"""\n'
    report = judging.grade(submission_from("lstm.py", source), alone)
    assert (report.outcome, report.score, report.max_score) == ("graded", 2.0, 4.0)
    assert [c.status for c in report.checks] == ["passed", "failed"]


def test_what_comes_after_a_wrong_formula_waits_for_it(kit):
    asked = (task("dc"), replace(task("df"), after=("dc_formula",)))
    alone = replace(kit, assignment=replace(kit.assignment, tasks=asked))
    report = judging.grade(submission_from("lstm.py", b'FORMULAS = """dc = dh"""'), alone)
    assert [(c.status, c.because) for c in report.checks] == [("failed", None), ("skipped", "dc_formula")]


def test_formulas_in_a_notebook_are_told_by_cell_and_line(kit):
    cells = ["x = 1", 'FORMULAS = """\ndc = dc_next\ndf = dc * c_prv\n"""\n']
    data = {"cells": [{"cell_type": "code", "source": c} for c in cells], "nbformat": 4}
    typed = TypedFormulas(kit, submission_from("lstm.ipynb", json.dumps(data).encode()), "seed")
    assert typed.judged(task("df")).check.message.startswith("cell 2, line 3, column 11, at “c_prv”")
    found = typed.judged(task("dc"))
    assert found.check.message.startswith("cell 2, line 2: ")
    assert (found.mistake.where.cell, found.mistake.where.line) == (2, 2)


def test_the_line_of_a_mistake_is_one_of_the_students_file(kit):
    source = 'import numpy\n\nFORMULAS = """\n\n\ndf = dc\n"""\n'
    found = TypedFormulas(kit, submission_from("lstm.py", source.encode()), "seed").judged(task("df"))
    assert (found.mistake.where.function, found.mistake.where.line) == ("df_formula", 6)


DEEP = 5_000
HOSTILE = [
    "(" * DEEP,
    "[" * DEEP,
    "|" * DEEP,
    "-" * DEEP + "dc",
    "√" * DEEP + "dc",
    "2**" * DEEP + "2",
    "dc" + "**2" * DEEP,
    "dc" + "ᵀ" * DEEP,
    "dc" + "²" * DEEP,
    "dc" + ".T" * DEEP,
    "dc" + "[t-1]" * DEEP,
    "tanh(" * DEEP + "dc" + ")" * DEEP,
    "tanh(" * 35 + "dc" + ")" * 35,
    "+".join(["dc*c_prev"] * 900),
    "*".join(["dc"] * 2000),
    "@".join(["U_f"] * 2000) + "@dc",
    "(" * 40 + "dc" + "**16)" * 40,
    "9" * DEEP,
    "1e" + "9" * DEEP,
    "1e" + "9" * 12,
    "1e-" + "9" * 9,
    "1e999",
    "*".join(["1e99"] * 9 + ["dc"]),
    "1e-308*dc",
    "dc ** 1e10",
    "np.where(" * 30 + "dc > 0, dc, 0)" + " > 0, dc, 0)" * 29,
    "max(" * 30 + "dc, dc)" + ", dc)" * 29,
    "x" * DEEP,
    "d" * DEEP + "(" * DEEP,
    "dc / (c - c)",
    "dc / 0",
    "0 ** 0 * dc / 0 ** 0",
    "__import__('os').system('true')",
    "().__class__",
    "dc if dc else dc",
    "\x1b[31m\u202e dc",
    "dc\\",
    "=" * DEEP,
    ";" * DEEP,
    "dc\n+" * DEEP,
    "[dc;" * DEEP,
    "δ" * DEEP,
    "Σ_t " * DEEP + "dc",
    "p['" * DEEP,
    "log Σ exp" * DEEP,
    "∂L_t/∂" * DEEP,
    "h_" + "{t-1}" * DEEP,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_formula_can_make_the_judge_fail(kit, text):
    check = judged(kit, "df", f"df = {text}").check
    assert check.status == "failed"
    assert len(check.message) < 1000 and check.message.isprintable()


PIECES = st.sampled_from(
    ["dc", "δc", "c", "c_prev", "W_f", "U_f.T", "x", "H", "1", "2.5", "1e-3", "(", ")", "[", "]", "|", "+", "-", "*",
     "@", "/", "**", "^", "²", "ᵀ", ".T", "[t-1]", "[t+1]", "tanh(", "σ(", "np.", "np.outer(", ",", ";", "\n", "=", ">",
     "√", "Σ_t", "Σ(", ".sum(", "axis=0", "axis=", "∂L_t/∂h", "dL_t/dh", "ones", "]_f", "#", "\\", '"', "·", "⊙",
     "where(", "concat("]
)  # fmt: skip


#: What a file of text can hold.
LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map(" ".join), st.text(LETTERS, max_size=80)))
def test_whatever_is_typed_is_judged(kit, text):
    for quantity in ("df", "dW_f"):
        check = judged(kit, quantity, f"{quantity} = {text}").check
        assert check.status in ("passed", "failed", "undetermined")
        assert check.message.isprintable()


def test_every_quantity_of_a_cell_can_be_asked_for(kit):
    asked = quantities(kit.cell, kit.key.program)
    assert {"dh", "dc", "da_f", "dx", "dc_prev", "dh_prev", "dW_f", "db_o"} <= set(asked)
    assert all(judged(kit, q, "").check.status == "failed" for q in asked)
