"""What a function gives a second time, and for other numbers: the source of a cell, edited as students would."""

from dataclasses import replace

import numpy as np
import pytest
from judging import grade, kit

from gatecheck.cells import load
from gatecheck.conventions import BACKWARD
from gatecheck.grading.intake import submission_from
from gatecheck.grading.repeating import AGAIN, FIRST, LARGE, OTHER, plan
from gatecheck.grading.running import Result
from gatecheck.grading.sample import sample
from gatecheck.writing.reference import code

STEP = 'h = np.tanh(x @ p["W"].T + h_prev @ p["U"].T + p["b"])\n'
RETURN = "    return h, kept\n\n\ndef step_backward"
UNSTEADY, CONSTANT = "does not give the same when it is called again", "gives the same numbers whatever"


@pytest.fixture(scope="module")
def graded():
    right = code(load("rnn"), "gatecheck")

    def graded(*edits, cell="rnn", source=None, seconds=10.0):
        text = source or right
        for before, after in edits:
            assert before in text, before
            text = text.replace(before, after)
        submission = submission_from("student.py", text.encode())
        made = kit(cell)
        limits = replace(made.assignment.grading, deadline_seconds=seconds)
        made = replace(made, assignment=replace(made.assignment, grading=limits))
        return grade(submission, made)

    return graded


def test_every_function_is_called_again_and_on_other_numbers_with_the_cache_of_its_own_forward_pass():
    made = kit("rnn")
    drawn = sample(made.layout, made.key.program, "1f")
    asked = plan(made.layout, ["step", "step_backward", "forward", "backward"], drawn)
    order = [(a.role, a.time) for a in asked]
    thrice = [(role, time) for role, _ in order[:4] for time in (FIRST, AGAIN, OTHER)]
    assert sorted(order) == sorted([*thrice, ("step", LARGE)])
    for a in asked:
        caches = [argument.call for argument in a.call.arguments if isinstance(argument, Result)]
        forward = [role for role, back in BACKWARD.items() if back == a.role]
        assert [order[k] for k in caches] == [(role, a.time) for role in forward]
    first, again, other = (asked[order.index(("step", time))].call.arguments for time in (FIRST, AGAIN, OTHER))
    np.testing.assert_equal(first, again)
    np.testing.assert_equal(first[0], other[0] * 2)


SPOILT = {
    "random numbers": ([(STEP, STEP + "    h = h + 1e-7 * np.random.rand()\n")], UNSTEADY),
    "a counter": (
        [(STEP, STEP + "    step.calls = getattr(step, 'calls', 0) + 1\n    h = h * (step.calls < 5)\n")],
        UNSTEADY,
    ),
    "a default argument": (
        [
            ("def step(x, h_prev, p):", "def step(x, h_prev, p, seen=[]):"),
            (STEP, STEP + "    seen.append(0)\n    h = h + len(seen)\n"),
        ],
        UNSTEADY,
    ),
    "fails the second time": ([(STEP, STEP + "    del globals()['step_backward']\n")], UNSTEADY),
    "numbers written down": ([(STEP, STEP + "    h = np.full_like(h, 0.25)\n")], CONSTANT),
    "nothing but zeros": ([(STEP, STEP + "    h = np.zeros_like(h)\n")], CONSTANT),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_not_the_same_again_or_always_the_same_is_told_and_earns_nothing(graded, name):
    edits, message = SPOILT[name]
    report = graded(*edits)
    failed = [c for c in report.checks if c.status == "failed"]
    assert message in failed[0].message, report
    assert report.mistakes == () and not report.full_marks


@pytest.mark.parametrize("again", ["any(np.array_equal(x, s) for s in seen[:-1])", "np.array_equal(x, seen[0] / 2)"])
def test_what_does_not_end_when_it_is_called_again_or_on_other_numbers_is_told_as_that(graded, again):
    keeping = f"    seen.append(x.copy())\n    while {again}: pass\n"
    report = graded(("def step(x, h_prev, p):", "def step(x, h_prev, p, seen=[]):"), (STEP, STEP + keeping), seconds=1)
    [message] = {c.message for c in report.checks if c.task == "step"}
    assert message.startswith("step did not end within the time allowed"), report
    assert "inside step" in report.message
    assert report.score == 0 and not report.mistakes


def test_a_cache_in_a_global_variable_is_told_though_the_first_time_is_right(graded):
    keeping = (RETURN, "    global last\n    last = kept\n" + RETURN)
    report = graded(keeping, ("    x, h_prev, h = kept", "    x, h_prev, h = last"))
    status = {t.name: t.status for t in report.tasks}
    assert status == {"step": "passed", "step_backward": "failed", "forward": "passed", "backward": "skipped"}
    assert UNSTEADY in report.tasks[1].checks[0].message


def test_a_wrong_shape_is_told_before_random_numbers_are(graded):
    report = graded((STEP, STEP + "    h = h[:1] + np.random.rand()\n"))
    assert "has shape" in report.tasks[0].checks[0].message


def test_a_buffer_that_is_used_again_is_right_and_warned_of(graded):
    buffer = "    BUFFER.resize(h.shape, refcheck=False)\n    BUFFER[...] = h\n    return BUFFER, (x, h_prev, h)\n"
    edits = (STEP, STEP + buffer), ("import numpy as np\n", "import numpy as np\n\nBUFFER = np.zeros(1)\n")
    report = graded(*edits)
    assert report.full_marks, report
    assert [w for w in report.warnings if w.startswith("What step returns is overwritten by a later call")]


def test_a_cache_that_is_used_up_is_right(graded):
    """Nobody calls a backward function twice on one cache."""
    report = graded(("step_backward(dh[t] + dh_prev, kept[t], p)", "step_backward(dh[t] + dh_prev, kept.pop(), p)"))
    assert report.full_marks and not any("overwritten" in w for w in report.warnings)


def test_a_cell_that_cannot_tell_halves_from_wholes_may_give_the_same(graded, tmp_path):
    cell = tmp_path / "signs.cell"
    cell.write_text("x: H\nh: H\nh[t] = sign(x[t]) + sign(h[t-1])\n")
    report = graded(cell=str(cell), source=code(load(str(cell)), "gatecheck"))
    assert report.full_marks, report


def test_numbers_that_overflow_where_the_equations_do_not_are_warned_of(graded):
    naive = (STEP, STEP + "    h = (np.exp(a := np.arctanh(h)) - np.exp(-a)) / (np.exp(a) + np.exp(-a))\n")
    report = graded(naive)
    assert report.full_marks, report
    assert [w for w in report.warnings if w.startswith("step gives NaN or infinite numbers for large arguments")]


def test_a_cell_whose_own_numbers_overflow_is_right(graded, tmp_path):
    cell = tmp_path / "growth.cell"
    cell.write_text("x: H\nh: H\nh[t] = exp(x[t]) + h[t-1]\n")
    report = graded(cell=str(cell), source=code(load(str(cell)), "gatecheck"))
    assert report.full_marks and report.warnings == (), report


def test_gradients_that_are_added_up_over_calls_are_told_as_such_and_the_others_are_right(graded):
    kept = (
        ("import numpy as np\n", "import numpy as np\n\nKEPT = {}\n"),
        ("    dp = {name: np.zeros_like(value) for name, value in p.items()}\n", "    dp = KEPT\n"),
        ("            dp[name] += dp_t[name]", "            dp[name] = dp.get(name, 0) + dp_t[name]"),
        ("        for name in dp:\n", "        for name in p:\n"),
    )
    report = graded(*kept)
    by_name = {c.quantity: c for c in report.tasks[3].checks}
    assert by_name["dx"].status == by_name["dh0"].status == "passed"
    assert all("twice as large: it is kept between calls" in by_name[q].message for q in ("dW", "dU", "db"))


def test_what_fails_the_second_time_is_told_with_what_it_raised(graded):
    once = "import numpy as np\n\nONCE = 1\n"
    report = graded(("import numpy as np\n", once), (STEP, STEP + "    del globals()['ONCE']\n"))
    assert "The second time: step raised KeyError" in report.tasks[0].checks[0].message
