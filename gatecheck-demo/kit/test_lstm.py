"""Public tests of lstm.py: run pytest here. They call the grader that `gatecheck check` calls."""

import pathlib

import gatecheck
import pytest

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def report():
    return gatecheck.check(HERE / "lstm.py", assignment=HERE, show=False)


@pytest.mark.parametrize("task", ["lstm_step_forward", "lstm_step_backward", "lstm_forward", "lstm_backward"])
def test_task(report, task):
    if report.message:
        pytest.fail(report.message, pytrace=False)
    checks = [c for c in report.checks if c.task == task]
    if all(c.status in ("skipped", "undetermined") for c in checks):
        pytest.skip(checks[0].message if checks else "this assignment gives no feedback")
    wrong = {}
    for c in checks:
        if c.status == "failed":
            wrong.setdefault(c.message or "not right", []).append(c.quantity)
    mistakes = []
    for m in report.mistakes:
        if m.where is None or m.where.function == task:
            mistakes += [m.title, *([f"  yours  {m.left} = {m.wrong}", f"  right  {m.left} = {m.right}"] if m.right else [])]
    if wrong:
        lines = [f"{', '.join(names)}: {message}" for message, names in wrong.items()]
        pytest.fail("\n".join([*mistakes, *lines]), pytrace=False)
