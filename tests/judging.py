"""Grading for tests of what a report says: kits are derived once, and runs are forked from one warm Python."""

import atexit
import sys
from functools import cache

from covering import cells

from gatecheck.assignment.key import Key, build
from gatecheck.assignment.kit import Kit, standard
from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.grading import judge
from gatecheck.grading.running import Worker
from gatecheck.grading.zygote import Zygote


@cache
def kit(cell, convention="gatecheck", training=False):
    """An assignment on a cell, by its name or its path."""
    found = cells().get(cell) or load(cell)
    made = layout(found, convention)
    return Kit(standard(found, made, training), found, made, Key(found.name, found.sha256, convention, _program(cell)))


@cache
def _program(cell):
    """What a key is made of, which no convention changes."""
    return build(layout(cells().get(cell) or load(cell), "gatecheck")).program


def grade(submission, kit, seed=None, fresh=None):
    """The report on a submission."""
    return judge.grade(submission, kit, seed=seed, fresh=fresh or worker)


def worker():
    """A worker as quick as there is one."""
    return Worker(_zygote().fork) if sys.platform == "linux" else Worker()


@cache
def _zygote():
    """One for all tests of a process; it is replaced where it has ended."""
    zygote = Zygote()
    atexit.register(zygote.close)
    return zygote
