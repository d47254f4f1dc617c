"""What grading costs: processor time of a right submission, all included; run with -m benchmark -s.

Beside it, in turns, the same without any layer of isolation, and a fork that does nothing. Nothing is asserted about
time: the table says what was measured, where, and what is aimed at.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from statistics import median

import pytest
from test_startup import Pair, machine, measure

from gatecheck.assignment.kit import open_kit
from gatecheck.cells import load
from gatecheck.grading.inside.values import LAYERS
from gatecheck.grading.intake import read_submission
from gatecheck.grading.judge import grade
from gatecheck.grading.running import Worker
from gatecheck.grading.zygote import Zygote
from gatecheck.teaching.generate import generate

pytestmark = [pytest.mark.benchmark, pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")]
ROUNDS, EACH = 20, 25
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 1


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """An assignment on the LSTM, and the folder that holds its solution."""
    folder = tmp_path_factory.mktemp("grading") / "lstm"
    return folder, generate(load("lstm"), folder).solution / "lstm.py"


def spent(zygote: Zygote) -> float:
    """Processor seconds so far: the judge's, the zygote's, and those of the children that it has buried."""
    fields = Path(f"/proc/{zygote._process.pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + sum(map(int, fields[11:15])) / TICK


def cost(zygote, action, number):
    """Milliseconds of processor time of one action, and of the clock."""
    before, start = spent(zygote), time.perf_counter()
    for _ in range(number):
        action()
    return 1e3 * (spent(zygote) - before) / number, 1e3 * (time.perf_counter() - start) / number


def test_the_cost_of_a_right_submission(right):
    folder, solution = right
    kit, submission = open_kit(folder), read_submission(solution)

    def graded(zygote, without):
        report = grade(submission, kit, Worker(zygote.fork, without), "1")
        assert report.full_marks and report.isolated is not bool(without)

    with Zygote() as hardened, Zygote() as bare:
        ways = {
            "hardened": (hardened, lambda: graded(hardened, ())),
            "unhardened": (bare, lambda: graded(bare, LAYERS)),
        }
        for zygote, action in ways.values():
            cost(zygote, action, 5)
        found = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, (zygote, action) in ways.items():
                found[name].append(cost(zygote, action, EACH))
    print(f"\n{machine()}\n{ROUNDS * EACH} submissions each, in turns; medians in ms\n{'':12}{'cpu':>8}{'wall':>8}")
    for name, rows in found.items():
        print(f"{name:12}{median(cpu for cpu, _ in rows):8.2f}{median(wall for _, wall in rows):8.2f}")
    pairs = zip(found["hardened"], found["unhardened"], strict=True)
    ratio = median(a / b for (a, _), (b, _) in pairs)
    print(f"hardened : unhardened = {ratio:.2f}     aims: 8 ms, 1.6")


def test_the_cost_of_starting(right, tmp_path):
    folder, solution = right
    gatecheck = [sys.executable, "-m", "gatecheck", "grade", str(folder), str(solution), "--seed", "1"]
    command, bare = measure(Pair("grade", gatecheck, "numpy", 3), 7)
    print(f"\ngatecheck grade of one submission, self-test and all: wall {1e3 * command.wall:.0f} ms, "
          f"{command.wall / bare.wall:.2f} × import numpy; cpu {1e3 * command.cpu:.0f} ms, "
          f"{command.cpu / bare.cpu:.2f} × (aim: 3)")  # fmt: skip
