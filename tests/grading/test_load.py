"""Thousands of submissions in one run, a third of them hostile: exact scores, no hang, no growth."""

import os
import sys
from itertools import count
from pathlib import Path

import pytest

from gatecheck.assignment.kit import open_kit
from gatecheck.cells import load
from gatecheck.grading.intake import submission_from
from gatecheck.grading.jobs import Team
from gatecheck.teaching.generate import generate

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")

#: What hostile submissions begin with; none may earn a point by it, harm another or hold the run up.
HOSTILE = [
    "import os; os._exit(0)",
    "raise SystemExit(0)",
    "import os\nwhile True: os.fork()",
    "import threading\nwhile True: threading.Thread(target=print).start()",
    "x = [0]\nwhile True: x = x * 2",
    "import os\nfor k in range(3, 64):\n"
    "    try: os.write(k, b'\\0\\0\\0\\4\\0\\0\\0\\0true' * 9)\n    except OSError: pass",
    "import os\nos.closerange(0, 200)",
    "import os\nkept = []\nwhile True: kept.append(os.dup(1))",
    "import ctypes; ctypes.string_at(0)",
    "import sys; sys.setrecursionlimit(1 << 30)\ndef f(): f()\nf()",
    "import os, signal; os.kill(os.getppid(), signal.SIGKILL); os.kill(-1, signal.SIGKILL)",
    "import gatecheck",
    "open('/etc/passwd').read()",
    "import socket; socket.create_connection(('127.0.0.1', 22))",
    "import sys\nprint('x' * (1 << 22)); sys.stderr.write('x' * (1 << 22)); raise ValueError",
    "def step(*a, **k): raise BaseException\nstep_backward = forward = backward = step",
]
LOOPS = 40  # of so many hostile ones, one never ends


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("load") / "kit"
    solution = generate(load("rnn"), folder).solution / "rnn.py"
    path = folder / "assignment.toml"
    limits = path.read_text().replace("deadline_seconds = 10", "deadline_seconds = 3").replace("512", "64")
    path.write_text(limits)
    return open_kit(folder), solution.read_text()


def submissions(source, number):
    """A right one, a wrong one, a hostile one, and again; each with a source of its own, and in its name what it is."""
    wrong = source.replace("1 - ", "1 + ", 1)
    assert wrong != source
    hostile = count()
    for k in range(number):
        match k % 3:
            case 0:
                kind, text = "right", source
            case 1:
                kind, text = "wrong", wrong
            case _:
                n = next(hostile)
                kind = "hostile"
                text = HOSTILE[n % len(HOSTILE)] if n % LOOPS else "while True: pass"
        yield submission_from(f"{kind}{k}.py", f"{text}\n# {k}\n".encode())


def taken(team):
    """Bytes of memory that the judges hold for themselves, and open descriptors, this process included."""
    pids = [os.getpid(), *(job._process.pid for job in team._jobs)]
    anonymous = [
        int(line.split()[1])
        for pid in pids
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Anonymous:")
    ]
    return sum(anonymous) << 10, sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)


def grade_many(made, number, settled):
    """Grade so many on two processors; what the judges hold is compared from the report of number `settled` on."""
    kit, source = made
    scores, outcomes = {"right": set(), "wrong": set(), "hostile": set()}, set()
    with Team(kit, "1", 2, False) as team:
        for k, report in enumerate(team.reports(submissions(source, number))):
            kind = report.file.rstrip("0123456789.py")
            assert report.file == f"{kind}{k}.py"
            scores[kind].add((report.score, report.max_score))
            outcomes.add(report.outcome)
            if k == settled:
                memory, descriptors = taken(team)
            if k == number - 1:
                after, left = taken(team)
    assert k == number - 1
    assert scores["right"] == {(10, 10)} and scores["hostile"] == {(0, 10)}
    [(score, most)] = scores["wrong"]
    assert 0 < score < most == 10
    assert "error" not in outcomes
    assert left <= descriptors + 4  # a run has some of its own
    return after - memory


def test_among_hostile_submissions_every_honest_one_gets_exactly_its_score(made):
    grade_many(made, 36, 18)


@pytest.mark.slow
def test_ten_thousand_submissions_a_third_of_them_hostile(made):
    assert grade_many(made, 10_000, 1_000) < 8 << 20
