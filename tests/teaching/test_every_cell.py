"""Every cell can be assigned: its tests tell the known mistakes from the right program."""

from pathlib import Path

import pytest
from covering import dear
from judging import kit

from gatecheck.cells import library
from gatecheck.teaching.detecting import score

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = [pytest.param(n, marks=dear(n), id=getattr(n, "stem", n)) for n in (*library(), *ODD)]


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_the_tests_of_an_assignment_on_it_tell_mistakes_from_the_right_program(name):
    found = score(kit(name))
    assert found.seen > 20 and found.lucky <= 0.02 * found.seen
