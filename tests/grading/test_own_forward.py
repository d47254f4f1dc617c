"""A backward pass is judged by the student's own forward pass where that is wrong and nobody can name how."""

import re
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from covering import cells, dear, described
from judging import grade, kit
from ran import Ran

from gatecheck.data import folder
from gatecheck.grading.exchange import expected
from gatecheck.grading.intake import submission_from
from gatecheck.grading.ladder import read
from gatecheck.grading.own_forward import judged, probes, ways
from gatecheck.grading.running import Answer, Run
from gatecheck.grading.sample import sample
from gatecheck.writing.reference import code

ANNA = (folder("templates") / "demo" / "anna.py").read_text()
PAIRS = (("step", "step_backward"), ("forward", "backward"))


class Asked:
    """One submission, asked for the gradients of its own forward functions; ways: those that it was asked in."""

    def __init__(self, source, cell="lstm", convention="cs231n"):
        self.source, self.kit, self.ways = source, kit(cell, convention), []
        self.sample = sample(self.kit.layout, self.kit.key.program, "c0ffee")

    def verdicts(self, forward, backward):
        """The verdict on each quantity, and the values that the backward function gave."""
        answers = Ran(self.source, self.kit).of(self.sample, forward, backward)[backward]
        layout, signature = self.kit.layout, self.kit.layout.signature(backward)
        truth = expected(layout, backward, self.kit.key.program, self.sample.of(backward))
        values = read(layout, signature, [answers], Run("graded", ()), truth, self.sample.step.sizes, str).values
        assert set(values) == set(truth), (backward, answers)
        return judged(self.kit, self.sample, backward, values, lambda way: self.told(way, backward)), values

    def told(self, way, backward):
        self.ways.append(way)
        calls = probes(self.kit, backward, self.sample, way).calls
        with pytest.MonkeyPatch.context() as patch:  # what is done to NumPy in a process of its own is undone here
            for name in ("zeros", "empty"):
                patch.setattr(np, name, getattr(np, name))
            return Ran(self.source, self.kit, way.modules).answers(calls)


def changed(*edits, source=ANNA):
    for before, after in edits:
        assert before in source, before
        source = source.replace(before, after)
    return source


# ------------------------------------------------------------------------------------------ all cells and conventions

#: The first result of a forward function another one, and a backward function that knows of it.
OTHER_FORWARD = """
_right_{f} = {f}
def {f}(*given):
    first, *rest = _right_{f}(*given)
    return 0.7 * first, *rest
"""


@pytest.mark.parametrize("cell", [pytest.param(name, marks=dear(name)) for name in cells()])
def test_a_backward_is_wrong_for_another_forward_where_and_only_where_that_makes_a_difference(cell):
    source = code(cells()[cell], "gatecheck")
    for forward, backward in PAIRS:
        if not any(s.role == backward for s in kit(cell, "gatecheck").layout.signatures):
            continue
        right, values = Asked(source, cell, "gatecheck").verdicts(forward, backward)
        assert right == dict.fromkeys(values, True)
        asked = Asked(source + OTHER_FORWARD.format(f=forward), cell, "gatecheck")
        name = asked.kit.layout.signature(forward).gives[0].of
        found, _ = asked.verdicts(forward, backward)
        unreached = replace(asked.sample.of(backward), upstream=without(asked.sample.of(backward).upstream, name))
        rest = expected(asked.kit.layout, backward, asked.kit.key.program, unreached)
        concerned = {q for q in values if not np.allclose(rest[q], values[q], 1e-9, 1e-12)}
        assert {q for q, right in found.items() if not right} == concerned & set(found)
        assert concerned <= set(found)


def without(upstream, name):
    return {n: 0 * v if n == name else v for n, v in upstream.items()}


#: Of each kind of convention one: functions, dicts, classes, attributes, columns, two biases.
FEW = [("lstm", "cs231n"), ("rnn", "dlai"), ("rnn", "dlfs2"), ("gru_reset_after", "cmu11785"), ("rnn", "pytorch")]
MORE = [pytest.param(*pair, marks=pytest.mark.slow) for pair in described() if pair not in FEW]


@pytest.mark.every_cell
@pytest.mark.parametrize(("cell", "convention"), [*FEW, *MORE])
def test_a_right_backward_is_right_for_its_own_forward_in_every_convention(cell, convention):
    layout = kit(cell, convention).layout
    roles = {s.role for s in layout.signatures}
    source = code(cells()[cell], convention)
    for forward, backward in PAIRS:
        if {forward, backward} <= roles:
            found, values = Asked(source, cell, convention).verdicts(forward, backward)
            assert found == dict.fromkeys(values, True), (forward, convention)


# ------------------------------------------------------------------------------------------------------- which way

OWN = (
    ("next_h = o * np.tanh(next_c)", "next_h = o * np.tanh(next_c) + 0.1 * np.sin(3 * prev_c)"),
    ("dprev_c = dc * f", "dprev_c = dc * f + 0.3 * np.cos(3 * prev_c) * dnext_h"),
)
STABLE = [
    ("return 1 / (1 + np.exp(-z))", "e = np.exp(-abs(z))\n    return np.where(z >= 0, 1, e) / (1 + e)"),
]
LOST = [("    i = sigmoid(", "    a[:, :H] = a[:, :H].real\n    i = sigmoid(")]
PYTHONS = [("np.sin(3 * prev_c)", "np.vectorize(lambda x: float(np.sin(3 * x)))(prev_c)")]
#: What is edited, and whether complex numbers go through.
WAYS = {
    "buffers of zeros": ([], True),
    "absolute values": (STABLE, False),
    "arrays of one kind": ([("next_c = f * prev_c", "next_c = f.astype(float) * prev_c")], False),
    "parts that are lost": (LOST, False),
    "functions of Python": (PYTHONS, False),
}


@pytest.mark.parametrize("name", WAYS)
def test_what_does_not_let_complex_numbers_through_is_differentiated_by_differences(name):
    edits, through = WAYS[name]
    both = ways(np.finfo(float).eps)
    asked = Asked(changed(*OWN, *edits))
    for pair in PAIRS:
        asked.ways.clear()
        with pytest.warns(np.exceptions.ComplexWarning) if "kind" in name else nullcontext():
            found, values = asked.verdicts(*pair)
        assert found == dict.fromkeys(values, True)
        assert asked.ways == list(both[:1] if through else both)


WRONG = {
    "dc_prev": (("dprev_c = dc * f", "dprev_c = dc * f * (1 + 1e-5)"), {"dc_prev"}),
    "db": (("db = da.sum(axis=0)", "db = da.sum(axis=0) * (1 - 1e-5)"), {"db_f", "db_i", "db_o", "db_g"}),
    "dx": (("dx = da @ Wx.T", "dx = da @ Wx.T + 1e-4"), {"dx"}),
    "one number": (("dWh = prev_h.T @ da", "dWh = prev_h.T @ da\n    dWh[0, 0] += 1e-3"), {"dU_i"}),
}


@pytest.mark.parametrize("edits", [[], STABLE], ids=["complex", "differences"])
@pytest.mark.parametrize("name", WRONG)
def test_a_gradient_that_is_hardly_wrong_is_wrong_in_both_ways_and_no_other(name, edits):
    edit, wrong = WRONG[name]
    found, values = Asked(changed(*OWN, *edits, edit)).verdicts("step", "step_backward")
    assert {q for q, right in found.items() if not right} == wrong
    assert set(found) == set(values)


# ------------------------------------------------------------------------------------------------ what stays open


def test_a_gradient_of_what_the_forward_function_ignores_stays_open():
    source = changed(("+ prev_h @ Wh + b", "+ prev_h @ Wh"), ("db = da.sum(axis=0)", "db = np.zeros(da.shape[1])"))
    found, values = Asked(source).verdicts("step", "step_backward")
    assert {q for q in values if q not in found} == {"db_f", "db_i", "db_o", "db_g"}
    assert all(found.values())


def test_a_forward_function_of_nothing_proves_nothing():
    source = changed(("next_h = o * np.tanh(next_c)", "next_h, next_c = 0 * o, 0 * o"))
    source = changed(("    dx = da @", "    da = 0 * da; dc = 0 * dc\n    dx = da @"), source=source)
    found, _ = Asked(source).verdicts("step", "step_backward")
    assert found == {}


OPEN = {
    "random": "next_h = o * np.tanh(next_c) * (1 + 1e-3 * np.random.rand())",
    "a state of its own": "next_h = o * np.tanh(next_c) * globals().setdefault('n', [1]).append(1) or o * len(n)",
    "not finite": "next_h = o * np.tanh(next_c) + (np.nan if x.imag.any() or x.std() < 9 else 0)",
    "steps": "next_h = np.round(o * np.tanh(next_c), 1)",
}


@pytest.mark.parametrize("name", OPEN)
def test_what_has_no_derivative_stays_open(name):
    asked = Asked(ANNA)
    _, values = asked.verdicts("step", "step_backward")
    asked.source = changed(("next_h = o * np.tanh(next_c)", OPEN[name]))
    found = judged(asked.kit, asked.sample, "step_backward", values, lambda way: asked.told(way, "step_backward"))
    assert True not in found.values()
    assert found == {} or name == "steps"


ANY = [None, 1.0, "h", (1,), (np.zeros(3),) * 3, ("h", "c", "cache"), (np.array(["a"]),) * 3, [[]] * 3, {"h": 1.0}]


@pytest.mark.parametrize("value", ANY, ids=str)
def test_answers_of_any_kind_are_taken(value):
    asked = Asked(ANNA)
    _, values = asked.verdicts("step", "step_backward")
    for status in ("returned", "raised", "timeout", "unreached"):
        told = [Answer(status, value)] * 19
        assert judged(asked.kit, asked.sample, "step_backward", values, lambda way: told) == {}
    assert judged(asked.kit, asked.sample, "step_backward", values, lambda way: ()) == {}


@pytest.mark.parametrize("number", [1e300j, 1e308, complex(0, np.inf), complex(np.nan, 1)])
def test_numbers_of_any_size_are_taken(number):
    asked = Asked(ANNA)
    _, values = asked.verdicts("step", "step_backward")
    state = np.full(asked.sample.step.upstream["h"][0].shape, number)
    told = [Answer("returned", (state, state, None))] * 19
    assert judged(asked.kit, asked.sample, "step_backward", values, lambda way: told) == {}


def test_nothing_but_calls_of_the_forward_function_is_sent():
    made = kit("lstm", "cs231n")
    drawn = sample(made.layout, made.key.program, "1")
    for way in ways(np.finfo(float).eps):
        for forward, backward in PAIRS:
            asked = probes(made, backward, drawn, way).calls
            assert {c.role for c in asked} == {forward}
            assert len(asked) <= 64


# -------------------------------------------------------------------------------------------------------- the report


def graded(source, **settings):
    made = kit("lstm", "cs231n")
    grading = replace(made.assignment.grading, **settings)
    made = replace(made, assignment=replace(made.assignment, grading=grading))
    return grade(submission_from("s.py", source.encode()), made)


def test_a_backward_that_is_right_for_a_wrong_forward_earns_its_points():
    report = graded(changed(*OWN))
    assert [t.status for t in report.tasks] == ["failed", "passed", "skipped", "passed"]
    assert {c.because for t in report.tasks[1::2] for c in t.checks} == {"h"}
    assert {c.message for t in report.tasks[1::2] for c in t.checks} == {"right given your h"}


def test_a_backward_that_is_right_for_the_cell_is_right_whatever_the_forward_function_makes_of_it():
    report = graded(changed(*OWN[:1]))
    assert [t.status for t in report.tasks] == ["failed", "passed", "skipped", "passed"]


def test_one_wrong_gradient_beside_right_ones_is_told_and_what_follows_waits():
    report = graded(changed(*OWN, ("dprev_c = dc * f", "dprev_c = dc")))
    failed = [c for c in report.tasks[1].checks if c.status == "failed"]
    assert [c.quantity for c in failed] == ["dc_prev"]
    assert re.search(r"not the gradient of your own h", failed[0].message)
    assert report.tasks[3].status == "skipped"


def test_in_single_precision_what_rounds_is_judged_too():
    narrow = [("a = x @ Wx", "a = x.astype('f') @ Wx"), ("t = np.tanh(next_c)", "t = np.tanh(next_c).astype('f')")]
    report = graded(changed(*OWN, *narrow), precision="float32")
    assert [t.status for t in report.tasks] == ["failed", "passed", "skipped", "passed"]


def test_nothing_is_credited_where_the_assignment_credits_nothing():
    report = graded(changed(*OWN), follow_on="skip")
    assert [t.status for t in report.tasks] == ["failed", "skipped", "skipped", "skipped"]
