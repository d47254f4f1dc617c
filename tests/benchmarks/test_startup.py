"""What a command costs beside the import that it cannot do without: whole cold processes, interleaved.

    python tests/benchmarks/test_startup.py     or     pytest -m benchmark -s tests/benchmarks

Nothing is asserted about time: the table says what was measured, where, and what is aimed at.
"""

from __future__ import annotations

import atexit
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

ROUNDS = 15
GATECHECK = Path(sysconfig.get_path("scripts")) / ("gatecheck.exe" if os.name == "nt" else "gatecheck")


class Pair(NamedTuple):
    """A command, the import beside it, and the ratio that is aimed at."""

    name: str
    command: list[str]
    module: str
    target: float


class Cost(NamedTuple):
    """One process: wall seconds, and processor seconds with those of the processes that it waited for."""

    wall: float
    cpu: float


def pairs(folder: Path) -> list[Pair]:
    """What is measured; a right file is made in the folder."""
    gatecheck = str(GATECHECK)
    made = str(folder / "made")
    subprocess.run([gatecheck, "generate", "lstm", "-o", made], check=True, capture_output=True)
    right = str(folder / "made-solution" / "lstm.py")
    return [
        Pair("gatecheck --help", [gatecheck, "--help"], "click", 1.5),
        Pair("gatecheck check, a right LSTM", [gatecheck, "check", right, "--assignment", made], "numpy", 3),
        Pair("gatecheck derive lstm", [gatecheck, "derive", "lstm"], "sympy", 1.5),
    ]


@cache
def environment() -> dict[str, str]:
    """Ours, in which what Python has compiled is found again, as it is after an installation."""
    ours = ("PYTHONDONTWRITEBYTECODE", "OPENBLAS_NUM_THREADS")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    compiled = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, compiled)
    return kept | {"PYTHONPYCACHEPREFIX": compiled}


def cost(command: list[str]) -> Cost:
    """Run a command that must succeed, and say what it took."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment())
    if os.name == "nt":
        process.wait()
        cpu = float("nan")
    else:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
    wall = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, cpu)


def measure(pair: Pair, rounds: int) -> tuple[Cost, Cost]:
    """Medians of the command and of the import, taken in turns after one of each to fill the caches."""
    bare = [sys.executable, "-c", f"import {pair.module}"]
    both = [(cost(pair.command), cost(bare)) for _ in range(rounds + 1)][1:]
    commands, imports = zip(*both, strict=True)
    return _medians(commands), _medians(imports)


def _medians(costs: tuple[Cost, ...]) -> Cost:
    return Cost(median(c.wall for c in costs), median(c.cpu for c in costs))


def machine() -> str:
    """Where it was measured."""
    versions = (f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "sympy", "click"))
    python = f"Python {platform.python_version()}"
    return ", ".join([platform.platform(), f"{os.cpu_count()} CPUs", python, *versions])


def table(rounds: int = ROUNDS) -> str:
    """Times in milliseconds, their ratios, and the ratios that are aimed at."""
    folder = Path(tempfile.mkdtemp())
    try:
        rows = [_row(pair, *measure(pair, rounds)) for pair in pairs(folder)]
    finally:
        shutil.rmtree(folder)
    head = f"{'':<30} {'wall: ms':>10} {'import':>8} {'ratio':>6}   {'cpu: ms':>8} {'import':>8} {'ratio':>6}"
    return "\n".join(["", machine(), f"medians of {rounds}, interleaved", f"{head}   target", *rows])


def _row(pair: Pair, command: Cost, bare: Cost) -> str:
    wall = f"{command.wall * 1e3:>10.0f} {bare.wall * 1e3:>8.0f} {command.wall / bare.wall:>6.2f}"
    cpu = f"{command.cpu * 1e3:>8.0f} {bare.cpu * 1e3:>8.0f} {command.cpu / bare.cpu:>6.2f}"
    return f"{pair.name:<30} {wall}   {cpu}   <= {pair.target} × import {pair.module}"


@pytest.mark.benchmark
def test_commands_start_about_as_fast_as_the_import_they_need() -> None:
    print(table())


if __name__ == "__main__":
    print(table())
