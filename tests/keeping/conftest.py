import hashlib

import pytest

from gatecheck.grading.report import Check, Report


@pytest.fixture
def source():
    """What a student handed in."""
    return "def step():\n    return 'δ'\n".encode()


@pytest.fixture
def report(source):
    """The report on it."""
    return Report(
        tool="0.1.0",
        assignment="lstm-by-hand",
        title="LSTM by hand",
        cell="lstm",
        cell_sha256="0" * 64,
        convention="cs231n",
        file="lstm.py",
        sha256=hashlib.sha256(source).hexdigest(),
        outcome="graded",
        isolated=True,
        seed="5c1e",
        seconds=0.012,
        cpu_seconds=0.006,
        checks=(Check("step", "dc", "passed", 2, 2), Check("step", "dx", "failed", 0.5, 1, "δ is off")),
    )
