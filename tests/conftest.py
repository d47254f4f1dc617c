"""Makes tests/oracle.py and its neighbours importable from every folder of tests; chooses cells for the default run."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from covering import cells, covering

from gatecheck.cells import Cell


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What is asked of every cell is asked by default of few that have all there is, unless it is marked every_cell."""
    for item in items:
        asked = item.callspec.params.values() if hasattr(item, "callspec") else ()
        words = {p.stem if isinstance(p, Path) else p.name if isinstance(p, Cell) else p for p in asked if _word(p)}
        named = words & cells().keys()
        if not named <= set(covering()) and not item.get_closest_marker("every_cell"):
            item.add_marker(pytest.mark.slow)


def _word(asked):
    return isinstance(asked, str | Path | Cell)
