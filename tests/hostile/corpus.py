"""The hostile submissions beside this file: what each tries, what it is added to, and what a right grader does.

A file opens with lines that a program reads:

    # class: files                 one of the kinds of attack
    # on: right                    the solution that it is added to: right (full marks), wrong (none), or nothing
    # expect: full                 full, some or none of the points; or how the run ends; several with |
    # says: not an array           what the report has to say somewhere, as a regular expression
    # stopped by: files, calls     the layers of isolation, any of which stops it; or the part of the grader that does
    # seconds: 0.3                 how long it may take, where it would take for ever
    # root: yes                    only root has what it takes away
    # make: b"x = " + b"(" * 99    the file itself, where no text can hold it

What gets hold of something calls got(); what there is to get hold of stands in FACTS.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gatecheck.cells import load
from gatecheck.grading.inside.values import LAYERS
from gatecheck.writing.reference import code

FOLDER = Path(__file__).parent / "submissions"
SECONDS = 10.0
GOT = "got hold of"
_FIELD = re.compile(r"# ([a-z ]+): (.+)\n")
_GOT = f"""
class Got(Exception):
    pass


def got(what):
    raise Got("{GOT} " + str(what)[:200])
"""
#: Right shapes, wrong numbers: whatever this scores, the attack has gained.
_WRONG = """
import numpy as np


def step(x, h_prev, p):
    return np.zeros_like(h_prev), (x, h_prev, h_prev)


def step_backward(dh, kept, p):
    return np.zeros_like(kept[0]), np.zeros_like(dh), {name: np.zeros_like(value) for name, value in p.items()}


def forward(x, h0, p):
    return np.zeros((len(x), *h0.shape)), (x, h0)


def backward(dh, kept, p):
    x, h0 = kept
    return np.zeros_like(x), np.zeros_like(h0), {name: np.zeros_like(value) for name, value in p.items()}
"""


@dataclass(frozen=True)
class Hostile:
    """One hostile submission, as its first lines describe it."""

    name: str
    kind: str
    on: str
    expect: tuple[str, ...]
    stopped_by: tuple[str, ...]
    says: str = ""
    seconds: float = SECONDS
    root: bool = False
    make: str = ""
    text: str = ""

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of isolation without which it would work; none where something else stops it."""
        return self.stopped_by if set(self.stopped_by) <= set(LAYERS) else ()

    def source(self, facts: dict[str, object]) -> bytes:
        """The whole submission."""
        if self.make:
            return eval(self.make, {"RIGHT": right().encode()})
        below = {"right": right(), "wrong": _WRONG}[self.on]
        return f"FACTS = {facts!r}\n{_GOT}\n{below}\n{self.text}".encode()


@cache
def right() -> str:
    """A solution that earns every point."""
    return code(load("rnn"), "gatecheck")


@cache
def corpus() -> dict[str, Hostile]:
    """Every hostile submission by its name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.py"))}


def _read(path: Path) -> Hostile:
    text = path.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines(keepends=True):
        if not (field := _FIELD.fullmatch(line)):
            break
        assert field[1] not in found, path
        found[field[1]] = field[2]
    hostile = Hostile(
        name=path.stem,
        kind=found.pop("class"),
        on=found.pop("on"),
        expect=tuple(found.pop("expect").split("|")),
        stopped_by=tuple(found.pop("stopped by").split(", ")),
        says=found.pop("says", ""),
        seconds=float(found.pop("seconds", SECONDS)),
        root=found.pop("root", "no") == "yes",
        make=found.pop("make", ""),
        text=text,
    )
    assert not found, (path, found)
    return hostile
