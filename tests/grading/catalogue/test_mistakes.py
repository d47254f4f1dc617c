"""The mistakes that people make, each planted in a right solution: all are told, and nothing else is claimed."""

import re

import pytest
from mistakes import CATALOGUE, NOT_YET, SECTIONS, SLOW
from planting import SOLUTIONS, Named, Warned, heard, is_it, planted, source

#: How a test fails that is expected to.
ENDED = AssertionError, KeyError, ValueError, AttributeError
WHY_NOT = {identity: why for why, ids in NOT_YET.items() for identity in ids}


def entries():
    """The table, a test each; what is not told so far must fail until it is."""
    for entry in CATALOGUE:
        why = WHY_NOT.get(entry.id)
        marks = [pytest.mark.slow] if entry.id in SLOW else []
        marks += [pytest.mark.xfail(reason=why, strict=True, raises=ENDED)] if why else []
        yield pytest.param(entry, id=entry.id, marks=marks)


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


def test_what_is_not_told_so_far_is_in_the_catalogue():
    assert WHY_NOT.keys() <= {entry.id for entry in CATALOGUE}
