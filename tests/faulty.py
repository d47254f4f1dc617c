"""Faulty cell files: ‸ stands before the character at which the error must point, and is taken out."""

import pytest

from gatecheck.cells import read
from gatecheck.errors import CellError

MARK = "‸"


def fault_of(source, file="a.cell"):
    """The one problem that reading the source raises; its place is where the mark stood."""
    text = source.replace(MARK, "") if isinstance(source, str) else source.replace(MARK.encode(), b"")
    with pytest.raises(CellError) as error:
        read(text, file)
    (problem,) = error.value.problems
    assert problem.place.file == file
    if isinstance(source, bytes):
        source = source.decode("utf-8", "replace")
    if MARK in source:
        before = source[: source.index(MARK)].replace("\r\n", "\n").replace("\r", "\n")
        expected = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        assert (problem.place.line, problem.place.column) == expected
    check_words(problem)
    return problem


def check_words(problem):
    """What every error keeps to: a sentence without a full stop, advice with one, printable text, a caret."""
    assert problem.message and not problem.message.endswith(".")
    assert not problem.advice or problem.advice[-1] in ".?…"
    assert "Traceback" not in str(problem) and str(problem).replace("\n", "").isprintable()
    place = problem.place
    assert 1 <= place.column <= len(place.text) + 1 and place.width >= 1
    assert place.column - 1 + place.width <= max(len(place.text), place.column)


def cell(right, before="", declared="x: D\nh: H\n"):
    """A file with an input, a state and that right-hand side for h."""
    return f"{declared}{before}h[t] = {right}\n"
