"""The mistakes that people make, each planted in a right solution: all are told, and nothing else is claimed."""

import re

import pytest
from mistakes import CATALOGUE, SECTIONS, SLOW
from planting import SOLUTIONS, Named, Warned, heard, is_it, planted, source


def entries():
    """The table, a test each."""
    for entry in CATALOGUE:
        yield pytest.param(entry, id=entry.id, marks=[pytest.mark.slow] if entry.id in SLOW else [])


def summary(report):
    """What a report says, for whoever reads that it was the wrong thing."""
    lines = [f"{m.where.function} {m.quantity} {m.certain}: {m.title}: {m.wrong}" for m in report.mistakes]
    lines += dict.fromkeys(f"{c.task} {c.message}" for c in report.checks if c.status == "failed")
    return "\n".join([report.message, *lines, *report.warnings])


@pytest.mark.parametrize("solution", SOLUTIONS)
def test_the_solution_that_mistakes_are_planted_in_is_right(solution, grading):
    report = grading(source(solution), solution)
    assert report.full_marks, summary(report)
    assert report.mistakes == report.warnings == ()


@pytest.mark.parametrize("entry", list(entries()))
def test_a_planted_mistake_is_told_and_nothing_else_is_claimed(entry, grading):
    report = grading(planted(entry), entry.solution)
    unheard = [says for says in entry.says if not heard(says, report)]
    assert not unheard, summary(report)
    meant = [says for says in entry.says if isinstance(says, Named)]
    assert all(any(is_it(says, m) for says in meant) for m in report.mistakes if m.certain), summary(report)
    assert report.full_marks == isinstance(entry.says[0], Warned)


def test_every_mistake_of_the_catalogue_has_an_entry_of_its_own():
    ids = [entry.id for entry in CATALOGUE]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity) for identity in ids)
    assert all(entry.of in ids for entry in CATALOGUE if entry.of)
    counted = {section: sum(not entry.of for entry in found) for section, found in SECTIONS.items()}
    assert list(counted.values()) == [17, 33, 12, 17, 19]
