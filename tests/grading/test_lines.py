"""The line of a mistake: the edited one, in files of several styles, or none; and outlines that lie."""

import ast
from collections import Counter
from functools import cache

import numpy as np
import pytest
from handwritten import STYLES
from ran import Ran, kit

from gatecheck.grading.exchange import expected
from gatecheck.grading.inside.outline import outlined
from gatecheck.grading.ladder import far, read
from gatecheck.grading.lines import line_of
from gatecheck.grading.outline import heard
from gatecheck.grading.report import Mistake, Where
from gatecheck.grading.running import Run
from gatecheck.grading.sample import sample

ROLES = ("step", "step_backward", "forward", "backward")


def changed_lines(source, edited):
    """The numbers of the lines that an edit changes."""
    pairs = zip(source.split("\n"), edited.split("\n"), strict=True)
    return {number for number, (before, after) in enumerate(pairs, 1) if before != after}


def around(source, line):
    """The name of the function that a line is in."""
    found = (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.lineno <= line <= n.end_lineno)
    return next(found).name


@cache
def values(source, cell, convention):
    """What each function gives, by role, as quantities of the equations."""
    made = kit(cell, convention)
    layout, drawn = made.layout, sample(made.layout, made.key.program, "c0ffee")
    found = {}
    for role, answer in Ran(source, made).of(drawn, *ROLES).items():
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
    mistake = Mistake("", "", quantity, "", "", True, 0.0, explains, where=Where(name), left=left)
    outline = heard(outlined(edited.encode(), (name,)), edited.count("\n") + 1)
    return line_of(outline, kit(cell, convention), signature, mistake), changed


@pytest.mark.every_cell
@pytest.mark.parametrize("style", STYLES)
def test_a_reported_line_is_the_edited_one_and_most_edits_have_one(style):
    told = Counter()
    for edit in STYLES[style][3]:
        line, changed = located(style, *edit)
        assert line is None or line in changed, edit
        told[line is not None] += 1
    assert told[True] >= 0.9 * sum(told.values()), told
