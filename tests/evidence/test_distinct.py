"""Every wrong program is told from all others by its numbers, or is the same in other words."""

import pytest
from evidence.distinct import found_in

from gatecheck.cells import library

#: What two draws leave to luck, of all wrong programs: what is wrong in a branch that few elements take.
LUCK = 0.05


def test_wrong_programs_are_told_apart_or_the_same_on_every_draw():
    found = found_in("rnn")
    assert found.programs > 250
    assert not found.lucky
    assert not found.narrow
    again = found_in("rnn", ("beef", "cafe"))
    assert [(why, a.words.title, b.words.title) for why, a, b in again.same] == [
        (why, a.words.title, b.words.title) for why, a, b in found.same
    ]


@pytest.mark.evidence
@pytest.mark.every_cell
@pytest.mark.parametrize("cell", library())
def test_in_every_cell_they_are_told_apart_or_the_same(cell):
    found = found_in(cell)
    told = {w.words.title for pair in found.lucky for w in pair}
    assert len(told) <= LUCK * found.programs, sorted(told)
