"""Public tests of gru.py: run pytest here. They call the grader that `gatecheck check` calls."""

import pathlib

import gatecheck
import pytest

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def report():
    return gatecheck.check(HERE / "gru.py", assignment=HERE, show=False)


@pytest.mark.parametrize("task", ["step", "step_backward", "forward", "backward"])
def test_task(report, task):
    if report.message:
        pytest.fail(report.message, pytrace=False)
    mistakes = [m.title for m in report.mistakes if m.where.function == task]
    checks = next(t.checks for t in report.tasks if t.name == task)
    wrong = [f"{c.quantity}: {c.message}" for c in checks if c.status != "passed"]
    if wrong:
        pytest.fail("\n".join([*mistakes, *wrong]), pytrace=False)
