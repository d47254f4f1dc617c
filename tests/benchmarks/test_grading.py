"""What grading costs: processor time of a right submission, all included; run with -m benchmark -s.

With OPENBLAS_NUM_THREADS=1 this process judges as the command does, whose BLAS has one thread.

Beside it, in turns, the same without any layer of isolation, and a fork that does nothing. Nothing is asserted about
time: the table says what was measured, where, and what is aimed at.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest
from test_startup import Pair, machine, measure

from gatecheck.assignment.kit import kit_for, open_kit
from gatecheck.cells import load
from gatecheck.data import folder
from gatecheck.grading import judge
from gatecheck.grading.inside.values import LAYERS
from gatecheck.grading.intake import read_submission, submission_from
from gatecheck.grading.judge import grade
from gatecheck.grading.running import Worker
from gatecheck.grading.second import SecondLook
from gatecheck.grading.zygote import Zygote
from gatecheck.teaching.generate import generate

pytestmark = [pytest.mark.benchmark, pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")]
ROUNDS, EACH, MANY = 20, 25, 1000
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
    print(f"hardened : unhardened = {ratio:.2f}     aims: 8 ms where import numpy takes 70 ms, and 1.6")
    bare = measure(Pair("import", [sys.executable, "-c", ""], "numpy", 1), 7)[1]
    each = median(cpu for cpu, _ in found["hardened"])
    part = each / (1e3 * bare.cpu)
    print(f"import numpy: {1e3 * bare.cpu:.0f} ms of cpu; a submission is {part:.3f} of that (aim: 0.11)")


#: What a wrong submission is asked beyond a right one: nothing, its lines, its own forward functions as well.
WRONG = {
    "right": (),
    "lines": (("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c"),),
    "own forward": (
        ("next_h = o * np.tanh(next_c)", "next_h = 1.3 * o * np.tanh(next_c) + 0.1 * prev_c"),
        ("dnext_h * o * (1 - t**2)", "1.3 * dnext_h * o * (1 - t**2)"),
        ("do = dnext_h * t", "do = 1.3 * dnext_h * t"),
        ("dprev_c = dc * f", "dprev_c = dc * f + 0.1 * dnext_h"),
    ),
}


def test_the_cost_of_a_second_look():
    kit, anna = kit_for("lstm", "cs231n"), (folder("templates") / "demo" / "anna.py").read_text()
    spent_in = {}

    class Second(SecondLook):
        def _run(self, calls, around):
            start = time.process_time()
            run = super()._run(calls, around)
            spent_in.setdefault(len(calls), []).append((time.process_time() - start, run.cpu_seconds))
            return run

    print(f"\n{machine()}\nthe second run, medians in ms of processor time (aim: 15 in the child)")
    print(f"{'':14}{'calls':>7}{'judge':>8}{'child':>8}")
    with Zygote() as zygote, pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "SecondLook", Second)
        for name, edits in WRONG.items():
            source = anna
            for before, after in edits:
                source = source.replace(before, after)
            submission = submission_from("s.py", source.encode())
            for _ in range(ROUNDS):
                grade(submission, kit, seed="1", fresh=lambda: Worker(zygote.fork))
            for calls, rows in spent_in.items():
                ours, theirs = (1e3 * median(row) for row in zip(*rows, strict=True))
                print(f"{name:14}{calls:7}{ours:8.2f}{theirs:8.2f}")
            assert bool(spent_in) is bool(edits)
            spent_in.clear()


def test_a_thousand_submissions_in_one_run(right, tmp_path):
    folder, solution = right
    source = solution.read_text()
    for k in range(MANY):
        (tmp_path / f"s{k}.py").write_text(f"{source}\n# {k}\n")
    names = [str(tmp_path / f"s{k}.py") for k in range(MANY)]
    grade = [sys.executable, "-m", "gatecheck", "grade", str(folder), *names, "--format", "json"]
    for jobs in (1, 2):
        start = time.perf_counter()
        done = subprocess.run([*grade, "--jobs", str(jobs)], stdout=subprocess.PIPE, check=True)
        wall = time.perf_counter() - start
        assert done.stdout.count(b'"outcome": "graded"') == MANY
        print(f"\n{MANY} submissions, {jobs} at a time: {wall:.1f} s, {1e3 * wall / MANY:.1f} ms each")


def test_the_cost_of_starting(right, tmp_path):
    folder, solution = right
    gatecheck = [sys.executable, "-m", "gatecheck", "grade", str(folder), str(solution), "--seed", "1"]
    command, bare = measure(Pair("grade", gatecheck, "numpy", 3), 7)
    print(f"\ngatecheck grade of one submission, self-test and all: wall {1e3 * command.wall:.0f} ms, "
          f"{command.wall / bare.wall:.2f} × import numpy; cpu {1e3 * command.cpu:.0f} ms, "
          f"{command.cpu / bare.cpu:.2f} × (aim: 3)")  # fmt: skip
