"""What `gatecheck doctor` finds out: versions, what isolation comes to here, what is missing and how to get it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from ..version import __version__
from .process import bubblewrap
from .running import Worker
from .selftest import CURE, ELSEWHERE, REFUSED, attempts
from .zygote import Zygote

#: What gatecheck works with, and where to get it.
PACKAGES = {
    "numpy": "pip install numpy",
    "sympy": "pip install sympy",
    "typst": "for PDF: pip install 'gatecheck[pdf]'",
}
OPTIONAL = ("typst",)


@dataclass(frozen=True)
class Missing:
    """Something that is not there: what it is good for, and how to get it."""

    name: str
    cure: str
    needed: bool  # for official grading


@dataclass(frozen=True)
class Tried:
    """The hostile submission in one kind of zygote: name -> "refused" or what came of it; layers that hold."""

    attempts: dict[str, str]
    layers: tuple[str, ...]
    start_seconds: float
    run_seconds: float

    @property
    def holds(self) -> bool:
        """Whether every attempt was refused."""
        return all(outcome == REFUSED for outcome in self.attempts.values())


@dataclass(frozen=True)
class Checkup:
    """What this machine can do. isolation: alone; bubblewrap: the same inside of it, None where there is none."""

    gatecheck: str
    python: str
    platform: str
    packages: dict[str, str | None]
    isolation: Tried | None
    bubblewrap: Tried | None
    missing: tuple[Missing, ...]

    @property
    def official(self) -> bool:
        """Whether submissions can be graded officially here."""
        return not any(m.needed for m in self.missing)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"schema": "gatecheck/doctor/1", "official": self.official, **asdict(self)}


def checkup() -> Checkup:
    """Look at everything, and try isolation with the hostile submission, as grading does."""
    packages = {name: _version(name) for name in PACKAGES}
    missing = [Missing(n, PACKAGES[n], n not in OPTIONAL) for n, v in packages.items() if v is None]
    linux = sys.platform == "linux" and packages["numpy"] is not None
    alone = _tried([]) if linux else None
    wrapped = _tried(bubblewrap()) if linux and bubblewrap() else None
    if not any(tried and tried.holds for tried in (alone, wrapped)):
        missing.append(Missing("isolation", CURE.advice if linux else ELSEWHERE, True))
    if linux and not wrapped:
        missing.append(Missing("bubblewrap", "one more layer, not needed: apt install bubblewrap", False))
    python = f"{platform.python_version()} ({sys.executable})"
    return Checkup(__version__, python, platform.platform(), packages, alone, wrapped, tuple(missing))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _tried(around: list[str]) -> Tried:
    start = time.perf_counter()
    with Zygote(around) as zygote:
        with Worker(zygote.fork) as worker:
            first = worker.run(b"", "empty.py", ())
        started = time.perf_counter()
        with Worker(zygote.fork) as worker:
            worker.run(b"", "empty.py", ())
        ran = time.perf_counter()
        return Tried(dict(attempts(zygote.fork)), first.layers, started - start, ran - started)
