"""The line of a mistake: the edited one, in files of several styles, or none; and outlines that lie."""

import ast
import json
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from handwritten import STYLES as HANDWRITTEN
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import grade, kit, worker
from ran import Ran
from test_courses import RIGHT

from gatecheck.data import folder
from gatecheck.grading.exchange import expected
from gatecheck.grading.inside.frames import WireError
from gatecheck.grading.inside.outline import outlined
from gatecheck.grading.inside.values import OUTLINED, STATEMENTS, WORD, WORDS
from gatecheck.grading.intake import submission_from
from gatecheck.grading.ladder import far, read
from gatecheck.grading.lines import line_of
from gatecheck.grading.outline import Name, heard
from gatecheck.grading.report import Mistake, Where
from gatecheck.grading.running import Foreign, Run, Worker
from gatecheck.grading.sample import sample

#: Edits of the files in the style of courses.
COURSES = {
    "dlai rnn": [
        ("(1 - a_next ** 2) * da_next", "da_next", "da_h"),
        ("(1 - a_next ** 2) * da_next", "a_next * (1 - a_next) * da_next", "da_h"),
        ('dxt = np.dot(parameters["Wax"].T, dtanh)', 'dxt = -np.dot(parameters["Wax"].T, dtanh)', "dx"),
        ("dWax = np.dot(dtanh, xt.T)", "dWax = -np.dot(dtanh, xt.T)", "dW"),
        ('da_prev = np.dot(parameters["Waa"].T', 'da_prev = np.dot(parameters["Waa"]', "dh_prev"),
        ("dba = np.sum(dtanh, axis=1, keepdims=True)", "dba = np.mean(dtanh, axis=1, keepdims=True)", "db"),
        ("total.get(name, 0) + gradients[name]", "gradients[name]", "dW"),
        ("da[:, :, t] + da_prevt", "da[:, :, t]", "dh"),
        ("(x[:, :, t], a_next,", "(x[:, :, t], a0,", "h"),
    ],
    "dlai lstm": [
        ("dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next", "dc"),
        ("dc_next + da_next * ot", "da_next * ot", "dc"),
        ("da_next * np.tanh(c_next) * ot * (1 - ot)", "da_next * np.tanh(c_next)", "da_o"),
        ("da_next * np.tanh(c_next) * ot", "da_next * ot", "do"),
        ("dc * it * (1 - cct ** 2)", "dc * it", "da_g"),
        ("dc * it * (1 - cct ** 2)", "dc * (1 - cct ** 2)", "dg"),
        ("dc * cct * it * (1 - it)", "dc * cct * it", "da_i"),
        ("dc * c_prev * ft * (1 - ft)", "dc * ft * (1 - ft)", "df"),
        ("dc * c_prev * ft * (1 - ft)", "dc * c_prev", "da_f"),
        ('"dc_prev": dc * ft', '"dc_prev": dc', "dc_prev"),
        ("ft * c_prev + it * cct", "ft * c_prev + cct", "c"),
        ('np.tanh(p["Wc"]', 'sigmoid(p["Wc"]', "g"),
        (' + p["bf"]', "", "f", "a_f"),
        ('it = sigmoid(p["Wi"]', 'it = np.tanh(p["Wi"]', "i"),
        ("a_next = ot * np.tanh(c_next)", "a_next = ot * c_next", "h"),
        ("lstm_cell_forward(x[:, :, t], a_next,", "lstm_cell_forward(x[:, :, t], a0,", "h"),
        ("da[:, :, t] + da_prevt", "da[:, :, t]", "dh"),
        ("da_prevt, dc_prevt, caches", "da_prevt, 0 * dc_prevt, caches", "dc"),
        ("total.get(name, 0) + gradients[name]", "gradients[name]", "dW_f"),
    ],
    "dlfs2 lstm": [
        ("dc_next + dh_next * o * (1 - tanh_c ** 2)", "dc_next", "dc"),
        ("* f*(1-f)", "", "da_f"),
        ("ds*i * (1-g**2)", "ds*i", "da_g"),
        ("ds*g * i*(1-i)", "ds * i*(1-i)", "di"),
        ("ds * f", "ds", "dc_prev"),
        ("dA @ Wh.T, ds", "-dA @ Wh.T, ds", "dh_prev"),
        ("f * c_prev + g * i", "c_prev + g * i", "c"),
        ("o * np.tanh(c_next)\n", "np.tanh(c_next)\n", "h"),
        ("sigmoid(A[:, :H])", "np.tanh(A[:, :H])", "f"),
        ("+ h_prev @ Wh + b", "+ h_prev @ Wh", "f", "a_f"),
        ("dhs[:, t, :] + dh", "dhs[:, t, :]", "dh"),
        ("+ dh, dc)", "+ dh, 0)", "dc"),
        ("layer.forward(xs[:, t, :], self.h", "layer.forward(xs[:, t, :], 0 * self.h", "h"),
        ("grads[i] += grad", "grads[i] = grad", "dW_f"),
    ],
    "cmu rnn": [
        ("delta * (1 - h_t ** 2)", "delta", "da_h"),
        ("self.dW_ih += dz.T @ h_prev_l / batch_size", "self.dW_ih += dz.T @ h_prev_l", "dW"),
        ("self.dW_hh += dz.T @ h_prev_t", "self.dW_hh -= dz.T @ h_prev_t", "dU"),
        ("return dz @ self.W_ih, dz @ self.W_hh", "return dz @ self.W_ih, dz @ self.W_hh.T", "dh_prev"),
        ("+ self.b_ih", "", "h", "a_h"),
        ("return self.activation(", "return (", "h"),
    ],
    "cmu gru": [
        ("(h - self.n) * self.z * (1 - self.z)", "(h - self.n) * self.z", "da_z"),
        ("(h - self.n) * self.z * (1 - self.z)", "h * self.z * (1 - self.z)", "dz"),
        ("delta * (1 - self.z) * (1 - self.n ** 2)", "delta * (1 - self.z)", "da_n"),
        ("dn * self.inner * self.r * (1 - self.r)", "dn * self.r * (1 - self.r)", "dr"),
        ("dn * self.inner * self.r * (1 - self.r)", "dn * self.inner", "da_r"),
        ("delta * self.z + self.Wrh.T", "delta + self.Wrh.T", "dh_prev"),
        ("dx = self.Wrx.T @ dr + ", "dx = ", "dx"),
        ("(1 - self.z) * self.n + self.z *", "self.z * self.n + (1 - self.z) *", "h"),
        ("self.n = np.tanh(self.Wnx @ x", "self.n = sigmoid(self.Wnx @ x", "n"),
        ("@ h_prev_t + self.bzh)", "@ h_prev_t)", "z", "a_z"),
    ],
    "min-char": [
        ("(1 - hs[t] * hs[t]) * dh", "dh", "da_h"),
        ("+ dhnext", "", "dh"),
        ("dWhh += np.dot", "dWhh = np.dot", "dU_h"),
        ("dby += dy", "dby = dy", "db_y"),
        ("dhnext = np.dot(Whh.T, dhraw)", "dhnext = np.dot(Whh, dhraw)", "dh_prev"),
        ("np.dot(dhraw, xs[t].T)", "np.dot(dh, xs[t].T)", "dW_h"),
    ],
}
STYLES = {**HANDWRITTEN, **{name: (*RIGHT[name], edits) for name, edits in COURSES.items()}}
#: Those whose loops call no step.
INLINED = ("inlined gru", "min-char")
ROLES = ("step", "step_backward", "forward", "backward")


def changed_lines(source, edited):
    """The numbers of the lines that an edit changes."""
    pairs = zip(source.split("\n"), edited.split("\n"), strict=True)
    return {number for number, (before, after) in enumerate(pairs, 1) if before != after}


def around(source, line):
    """The name of the function or the method that a line is in."""
    for node in ast.parse(source).body:
        for inner, name in [(node, ""), *((n, f"{node.name}.") for n in getattr(node, "body", []) if name_of(node))]:
            if isinstance(inner, ast.FunctionDef) and inner.lineno <= line <= inner.end_lineno:
                return name + inner.name
    raise AssertionError(line)


def name_of(node):
    return isinstance(node, ast.ClassDef)


@cache
def values(source, cell, convention):
    """What each function gives, by role, as quantities of the equations."""
    made = kit(cell, convention)
    layout, drawn = made.layout, sample(made.layout, made.key.program, "c0ffee")
    found = {}
    roles = [role for role in ROLES if any(s.role == role for s in layout.signatures)]
    for role, answer in Ran(source, made).of(drawn, *roles).items():
        truth = expected(layout, role, made.key.program, drawn.of(role))
        reading = read(layout, layout.signature(role), [answer], Run("graded", ()), truth, drawn.step.sizes, str)
        found[role] = reading.values
    return found


def located(style, before, after, quantity, left=""):
    """The line that is reported for a planted mistake, and the lines that it was planted in."""
    source, cell, convention, _ = STYLES[style]
    assert before in source, before
    edited = source.replace(before, after, 1)
    changed = changed_lines(source, edited)
    name = around(source, min(changed))
    layout = kit(cell, convention).layout
    signature = layout.by_name(name)
    right, wrong = (values(text, cell, convention)[signature.role] for text in (source, edited))
    explains = tuple(q for q in right if far(wrong[q], right[q], 1.0) > 1e-9)
    assert explains, "the edit changes nothing"
    states = (*layout.cell.outputs, *(f"d{n}" for n in layout.cell.outputs))
    handed = "not-carried" if style not in INLINED and signature.role in ROLES[2:] and quantity in states else ""
    mistake = Mistake(handed, "", quantity, "", "", True, 0.0, explains, where=Where(name), left=left)
    outline = heard(outlined(edited.encode(), (name,)), edited.count("\n") + 1)
    unchanged = frozenset(right) - set(explains)
    return line_of(outline, kit(cell, convention), signature, mistake, unchanged), changed


FEW = ("slices", "crossed", "inlined gru", "terse", "dlfs2 lstm", "cmu rnn")


@pytest.mark.every_cell
@pytest.mark.parametrize("style", [s if s in FEW else pytest.param(s, marks=pytest.mark.slow) for s in STYLES])
def test_a_reported_line_is_the_edited_one_and_most_edits_have_one(style):
    told = Counter()
    for edit in STYLES[style][3]:
        line, changed = located(style, *edit)
        assert line is None or line in changed, edit
        told[line is not None] += 1
    assert told[True] >= 0.85 * sum(told.values()), told


ANNA = (folder("templates") / "demo" / "anna.py").read_text()


def told(source, name="step"):
    """The statements of one function as (line, kind, targets, reads)."""
    (function,) = heard(outlined(source.encode(), (name,)), source.count("\n") + 1).values()
    return [(s.line, s.kind, written(s.targets), written(s.reads)) for s in function.statements]


def written(names):
    return [f"{n.base}[{n.part}]" if n.part else n.base for n in names]


def test_an_outline_tells_what_is_assigned_read_and_returned_line_by_line():
    source = """def step(x, p):
    a, b = x @ p["W"], np.zeros(3)
    a += b[:, 1:2]
    for t in range(3):
        out[t] = a[t - 1]
    grads = {"dW": a.T, **more}
    b = np.hstack([a, b * 2])
    total = total + b
    return (
        a,
        np.array(grads),
    )
"""
    assert told(source) == [
        (2, "set", ["a"], ["x", "p['W']"]),
        (2, "start", ["b"], ["np"]),
        (3, "add", ["a"], ["b[:, 1:2]"]),
        (4, "each", ["t"], ["range"]),
        (5, "set", ["out[t]"], ["a[t - 1]"]),
        (6, "alias", ["grads['dW']"], ["a"]),
        (6, "alias", ["grads[...]"], ["more"]),
        (7, "set", ["b[|0]"], ["a"]),
        (7, "set", ["b[|1]"], ["b"]),
        (8, "add", ["total"], ["total", "b"]),
        (10, "alias", ["return[0]"], ["a"]),
        (11, "alias", ["return[1]"], ["np", "grads"]),
    ]


def test_what_is_defined_twice_is_what_it_is_at_last():
    assert told("def step(): a = 1\ndef step(): b = c\n") == [(2, "set", ["b"], ["c"])]


@pytest.mark.parametrize(
    "source",
    [b"def step(:", b"\xff", b"def step(): pass\0", b"(" * 90_000, b"x = " + b"-" * 200_000 + b"1", b"", b"step = 1"],
    ids=["syntax", "bytes", "nul", "brackets", "signs", "empty", "no function"],
)
def test_a_source_that_cannot_be_outlined_has_an_empty_outline(source):
    assert outlined(source, ("step",)) == ()


def test_a_source_without_end_has_an_outline_that_ends():
    many = ", ".join(f"d{n}" for n in range(99))
    lines = "".join(f"    {'a' * 500}{k}, *b{k} = c{k}, {many}\n" for k in range(2 * STATEMENTS))
    (function,) = outlined(f"def step(a, b, c):\n{lines}".encode(), ("step",))
    assert len(function[4]) == STATEMENTS
    assert all(len(word) <= WORD for s in function[4] for words in s[5:] for word in words)
    assert all(len(words) <= WORDS for s in function[4] for words in s[5:])
    assert heard((function,), 1000)


STATEMENT = (2, 2, "set", 0, False, ("a",), ("b",), ("c",))
FUNCTION = ("step", 1, 9, ("x",), (STATEMENT,))


def lying(**changes):
    """A statement with some entries changed."""
    names = ("line", "last", "kind", "loop", "branch", "targets", "reads", "calls")
    return tuple(changes.get(name, entry) for name, entry in zip(names, STATEMENT, strict=True))


MALFORMED = [
    lying(line="2"), lying(line=True), lying(last=None), lying(kind="mine"), lying(kind=3), lying(loop=1.5),
    lying(branch=0),
    lying(targets=["a"]), lying(targets=(1,)), lying(reads=("a" * (WORD + 1),)), lying(reads=("a",) * (WORDS + 1)),
    lying(calls=(Foreign("str"),)), STATEMENT[:-1], (*STATEMENT, 1), [], None,
]  # fmt: skip


@pytest.mark.parametrize("statement", MALFORMED, ids=str)
def test_an_outline_with_a_malformed_statement_is_refused(statement):
    with pytest.raises(WireError):
        heard(((*FUNCTION[:4], (statement,)),), 9)


@pytest.mark.parametrize(
    "message",
    [
        ((*FUNCTION[:4], (STATEMENT,) * (STATEMENTS + 1)),), (FUNCTION,) * (OUTLINED + 1), (FUNCTION[:-1],), (None,),
        ("step",),
        (("step", 1, 9, ("x", 1), ()),), (("s" * 101, 1, 9, (), ()),), ((1, 1, 9, (), ()),), (["step", 1, 9, (), ()],),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_malformed_outline_is_refused(message):
    with pytest.raises(WireError):
        heard(message, 9)


@pytest.mark.parametrize("line", [-1, 0, 10, 2**62])
def test_a_line_outside_of_the_function_or_the_file_is_dropped(line):
    (kept,) = heard(((*FUNCTION[:4], (lying(line=line, last=max(line, 9)), STATEMENT)),), 9).values()
    assert [s.line for s in kept.statements] == [2]
    assert heard((("step", line, 9, (), ()),), 8) == {}
    assert heard((("step", 1, 10, (), ()),), 9) == {}


PARTS = ["", "'W_f'", "'dx'", "0", "1", "2", "|0", "|1", ":, :H", ":, :", "..., :", "'d' + n", "f'd{n}'", "...", "t"]
BASES = ["return", "dx", "dc", "da", "df", "daf", "dprev_h", "dWx", "cache", "dnext_h", "dnext_c", "f", "a", "Wx"]
ANY = st.tuples(st.sampled_from(BASES), st.sampled_from(PARTS))
NAMES = ANY.map(lambda name: f"{name[0]}[{name[1]}]" if name[1] else name[0])
WORDS_OF = st.lists(NAMES, max_size=3).map(tuple)
TOLD = st.tuples(
    st.integers(1, 9), st.just(9), st.sampled_from(["set", "add", "start", "alias", "each"]), st.sampled_from([0, 3]),
    st.booleans(), WORDS_OF, WORDS_OF, st.sampled_from([(), ("tanh",), ("lstm_step_backward", "lstm_step_forward")]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(TOLD, max_size=8).map(tuple),
    st.sampled_from(ROLES),
    st.sampled_from(["h", "c", "f", "a_f", "dh", "dc", "df", "da_f", "dW_f", "dx", "dh_prev", "dh0", "nothing"]),
    st.sampled_from(["", "a_f", "f", "gates", "gradients of gates", "returned", "δc"]),
    st.sampled_from(["", "not-carried", "not-reversed", "stale-value"]),
)
def test_whatever_an_outline_says_there_is_a_line_of_the_function_or_none(statements, role, quantity, left, identity):
    made = kit("lstm", "cs231n")
    signature = made.layout.signature(role)
    outline = heard(((signature.name, 1, 9, tuple(s.name for s in signature.takes), statements),), 9)
    mistake = Mistake(identity, "", quantity, "", "", True, 0.0, ("dx",), where=Where(signature.name), left=left)
    line = line_of(outline, made, signature, mistake, frozenset({"dc_prev", "h"}))
    assert line is None or line in {s[0] for s in statements}


def test_a_function_of_too_many_names_is_left_alone():
    source, cell, convention, _ = STYLES["slices"]
    made = kit(cell, convention)
    signature = made.layout.by_name("lstm_step_backward")
    mistake = Mistake("", "", "dc", "", "", True, 0.0, (), where=Where(signature.name))
    function = heard(outlined(source.encode(), (signature.name,)), 999)[signature.name]
    assert line_of({signature.name: function}, made, signature, mistake) == 25
    many = tuple(Name("x", str(k)) for k in range(WORDS))
    large = replace(function, statements=tuple(replace(s, reads=many, targets=many) for s in function.statements * 3))
    assert line_of({signature.name: large}, made, signature, mistake) is None


# -------------------------------------------------------------------------------------------------------- the report


def graded(source, name="s.py", fresh=None):
    return grade(submission_from(name, source.encode()), kit("lstm", "cs231n"), seed="c0ffee", fresh=fresh)


WRONG = ANNA.replace("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c")


def test_the_report_of_a_mistake_has_its_line():
    (mistake,) = graded(WRONG).mistakes
    assert WRONG.split("\n")[mistake.where.line - 1] == "    dc = dnext_c"
    assert mistake.where.cell is None


def test_what_another_function_of_the_file_works_out_has_no_line():
    handed = WRONG.replace("def lstm_step_backward(", "def worked_out(") + HANDING
    (mistake,) = graded(handed).mistakes
    assert mistake.certain and mistake.where.line is None
    # An activation of one's own, which takes one thing, is no such function.
    ways = "def step(x, p):\n    f = sig(x @ p)\n    g = of(x, p)\n\ndef sig(a): pass\n\ndef of(a, b): pass\n"
    assert [kind for _, kind, _, _ in told(ways)] == ["set", "call"]


HANDING = """

def lstm_step_backward(dnext_h, dnext_c, cache):
    return worked_out(dnext_h, dnext_c, cache)
"""


def test_in_a_notebook_the_line_is_one_of_a_cell():
    cells = [{"cell_type": "code", "source": text} for text in ("import numpy as np\n", f"\n{WRONG}")]
    (mistake,) = graded(json.dumps({"nbformat": 4, "cells": cells}), "lab.ipynb").mistakes
    assert mistake.where.cell == 2
    assert f"\n{WRONG}".split("\n")[mistake.where.line - 1] == "    dc = dnext_c"


class Workers:
    """Workers that start once, and then as they are told."""

    def __init__(self, later):
        self.later, self.started = later, 0

    def __call__(self):
        self.started += 1
        return worker() if self.started == 1 else self.later()


def failing():
    def start():
        raise OSError("no more processes")

    return Worker(start)


def test_a_right_submission_is_run_once():
    workers = Workers(worker)
    assert graded(ANNA, fresh=workers).full_marks
    assert workers.started == 1


def test_without_a_second_run_a_report_lacks_lines_and_nothing_else():
    workers = Workers(failing)
    without, report = graded(WRONG, fresh=workers), graded(WRONG)
    assert workers.started == 2
    assert without.mistakes == tuple(replace(m, where=replace(m.where, line=None)) for m in report.mistakes)
    assert without.checks == report.checks


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_in_whole_reports_lines_are_those_of_the_edits(style):
    source, cell, convention, edits = STYLES[style]
    found = Counter()
    for before, after, *_ in edits:
        edited = source.replace(before, after, 1)
        report = grade(submission_from("s.py", edited.encode()), kit(cell, convention), seed="c0ffee")
        assert not report.full_marks
        for mistake in report.mistakes:
            line = mistake.where.line
            found[line in changed_lines(source, edited) if line else None] += 1
    assert found[True] >= 9 * found[False], found
