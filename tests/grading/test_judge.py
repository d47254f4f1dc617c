"""Whole submissions through the judge: right ones, wrong ones, and what the report says of each."""

from dataclasses import replace

import pytest
from covering import dear, fitting
from judging import grade, kit

from gatecheck.cells import load
from gatecheck.conventions import TRAINING
from gatecheck.data import folder
from gatecheck.grading.intake import submission_from
from gatecheck.writing.reference import code

ANNA = (folder("templates") / "demo" / "anna.py").read_text()


def graded(source, cell="lstm", convention="cs231n", seed=None, training=False, **settings):
    made = kit(cell, convention, training)
    grading = replace(made.assignment.grading, **settings)
    made = replace(made, assignment=replace(made.assignment, grading=grading))
    return grade(submission_from("student.py", source.encode()), made, seed)


def changed(source, *edits):
    for before, after in edits:
        assert before in source, before
        source = source.replace(before, after)
    return source


@pytest.mark.parametrize(("cell", "convention"), [pytest.param(*pair, marks=dear(pair[0])) for pair in fitting()])
def test_the_reference_scores_full_marks(cell, convention):
    report = graded(code(load(cell), convention, training=True), cell, convention, training=True)
    assert {"clip_by_value", "clip_by_norm", "sgd_step"} < {t.name for t in report.tasks}
    assert report.full_marks, report
    assert report.mistakes == report.warnings == ()
    assert report.score == report.max_score > 0


def test_a_file_written_from_scratch_for_a_course_runs_unchanged():
    report = graded(ANNA)
    assert report.full_marks
    assert [t.name for t in report.tasks] == [
        "lstm_step_forward",
        "lstm_step_backward",
        "lstm_forward",
        "lstm_backward",
    ]


# One mistake, as a student makes it: the edit, the mistake's id and quantity, a part of its right or wrong equation.
PLANTED = {
    "missing path h → c": (
        [("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c")],
        ("missing-path", "dc", "δh ⊙ o ⊙ (1 − tanh²(c))"),
    ),
    "dc from t+1 not used": (
        [("dnext_c + dnext_h * o", "dnext_h * o")],
        ("missing-carry", "dc", "δc[t+1] ⊙ f[t+1]"),
    ),
    "no path back to c": (
        [("dprev_c = dc * f", "dprev_c = np.zeros_like(dc)")],
        ("missing-path", "dc_prev", "δc[t+1] ⊙ f[t+1]"),
    ),
    "σ' of i": ([("di * i * (1 - i)", "di")], ("missing-activation-derivative", "da_i", "i ⊙ (1 − i)")),
    "σ' of f": ([("df * f * (1 - f)", "df")], ("missing-activation-derivative", "da_f", "f ⊙ (1 − f)")),
    "σ' of o": ([("do * o * (1 - o)", "do")], ("missing-activation-derivative", "da_o", "o ⊙ (1 − o)")),
    "tanh' of g": ([("dg * (1 - g**2)", "dg")], ("missing-activation-derivative", "da_g", "1 − g²")),
    "dWh overwritten": ([("dWh += dWh_t", "dWh = dWh_t")], ("overwritten-over-time", "dU_f", "Σ_t δa_f h[t−1]ᵀ")),
    "db overwritten": ([("db += db_t", "db = db_t")], ("overwritten-over-time", "db_f", "Σ_t δa_f")),
    "dh not carried back": (
        [("dh[:, t] + dprev_h, dprev_c", "dh[:, t], dprev_c")],
        ("not-carried-back", "dh", "U_fᵀ δa_f[t+1]"),
    ),
    "dc not carried back": (
        [("dh[:, t] + dprev_h, dprev_c", "dh[:, t] + dprev_h, 0 * dprev_c")],
        ("not-carried-back", "dc", "δc[t+1] ⊙ f[t+1]"),
    ),
    "results of the step exchanged": (
        [
            ("return next_h, next_c, cache", "return next_c, next_h, cache"),
            ("prev_h, prev_c, step_cache =", "prev_c, prev_h, step_cache ="),
        ],
        ("return-order-swapped", "h", "h, c"),
    ),
    "h0 at every step": (
        [("lstm_step_forward(x[:, t], prev_h, prev_c", "lstm_step_forward(x[:, t], h0, prev_c")],
        ("not-carried", "h", "h of the step before"),
    ),
    "candidate with σ": ([("np.tanh(a[:, 3 * H :])", "sigmoid(a[:, 3 * H :])")], ("wrong-activation", "g", "tanh")),
    "candidate without tanh": ([("np.tanh(a[:, 3 * H :])", "a[:, 3 * H :]")], ("missing-activation", "g", "tanh")),
    "forget gate the other way": (
        [("f * prev_c + i * g", "(1 - f) * prev_c + i * g")],
        ("opposite-polarity", "c", "f ⊙ c[t−1] + i ⊙ g"),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_named_and_nothing_else(name):
    edits, (identity, quantity, part) = PLANTED[name]
    report = graded(changed(ANNA, *edits))
    named = [(m.id, m.quantity) for m in report.mistakes if m.certain]
    assert named[0] == (identity, quantity), report
    assert part in report.mistakes[0].right
    assert report.mistakes[0].agreement < 1e-12
    assert {m.id for m in report.mistakes} <= {identity, "wrong-activation"}
    assert not report.full_marks


def test_the_lines_that_led_to_an_exception_are_told_once():
    deep = "def deep(a, b):\n    c = a @ b\n    return c\n\n\n" + ANNA
    report = graded(changed(deep, ("dx = da @ Wx.T", "dx = deep(da, Wx)")))
    task = report.tasks[1]
    outer, inner = task.checks[0].trace
    assert (outer, inner) == ("line 35, in lstm_step_backward: “dx = deep(da, Wx)”", "line 2, in deep: “c = a @ b”")
    assert not any(c.trace for t in report.tasks for c in t.checks[t.name == task.name :])
    assert not any(c.trace for c in graded(changed(ANNA, ("dc * f\n", "dc\n"))).checks)


def test_the_pseudo_code_s_swapped_unpacking_is_named():
    source = changed(ANNA, ("prev_h, prev_c, step_cache =", "prev_c, prev_h, step_cache ="))
    report = graded(source)
    assert [m.id for m in report.mistakes] == ["states-exchanged"]
    assert report.mistakes[0].where.function == "lstm_forward"


def test_a_swapped_return_that_reaches_the_loop_is_one_mistake():
    report = graded(changed(ANNA, ("return next_h, next_c, cache", "return next_c, next_h, cache")))
    assert [m.id for m in report.mistakes] == ["return-order-swapped"]
    # The loop is right given the swap, and the loop backwards given the states that it hands on.
    assert [t.status for t in report.tasks] == ["failed", "passed", "passed", "passed"]
    assert {c.because for c in report.tasks[3].checks} == {"h"}


def test_another_course_s_gate_order_is_named_and_what_follows_it_credited():
    source = changed(
        ANNA,
        ("i = sigmoid(a[:, :H])", "f = sigmoid(a[:, :H])"),
        ("f = sigmoid(a[:, H : 2 * H])", "i = sigmoid(a[:, H : 2 * H])"),
        ("[di * i * (1 - i), df * f * (1 - f),", "[df * f * (1 - f), di * i * (1 - i),"),
    )
    report = graded(source)
    assert [(m.id, m.title, m.certain) for m in report.mistakes] == [
        ("gates-permuted", "The parameters of i and f have changed places", True)
    ]
    assert [t.status for t in report.tasks] == ["failed", "passed", "passed", "passed"]


def test_a_textbook_backward_on_a_wrong_forward_is_credited():
    report = graded(changed(ANNA, ("np.tanh(a[:, 3 * H :])", "sigmoid(a[:, 3 * H :])")))
    assert [m.id for m in report.mistakes] == ["wrong-activation"]
    assert [t.status for t in report.tasks] == ["failed", "passed", "passed", "passed"]


def test_two_faults_in_one_function_come_out_as_two_mistakes():
    source = changed(ANNA, ("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c"), ("df * f * (1 - f)", "df"))
    report = graded(source)
    assert {(m.id, m.quantity, m.certain) for m in report.mistakes} == {
        ("missing-path", "dc", True),
        ("missing-activation-derivative", "da_f", True),
    }


def test_faults_in_two_functions_come_out_as_two_mistakes():
    source = changed(ANNA, ("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c"), ("dWx += dWx_t", "dWx = dWx_t"))
    report = graded(source)
    assert [(m.id, m.where.function) for m in report.mistakes] == [
        ("missing-path", "lstm_step_backward"),
        ("overwritten-over-time", "lstm_backward"),
    ]


def test_the_gru_s_other_polarity_is_named_and_its_own_backward_credited():
    report = graded(code(load("gru_writes")), "gru", "gatecheck")
    assert [(m.id, m.quantity) for m in report.mistakes] == [("opposite-polarity", "h")]
    status = {t.name: t.status for t in report.tasks}
    assert status == {"step": "failed", "step_backward": "passed", "forward": "passed", "backward": "passed"}
    assert all(c.because == "h" for t in report.tasks[1:] for c in t.checks)


def test_what_no_wrong_program_explains_is_not_named():
    f, g = ("df = dc * prev_c", "df = dc * np.sin(prev_c)"), ("dg = dc * i", "dg = dc * np.cos(i)")
    report = graded(changed(ANNA, f, g))
    assert not any(m.certain for m in report.mistakes)
    assert {c.quantity for c in report.checks if c.status == "failed"} >= {"dW_f", "dW_g"}


def test_where_only_the_place_is_known_what_follows_from_it_is_credited():
    report = graded(changed(ANNA, ("df = dc * prev_c", "df = dc * np.sin(prev_c)")))
    assert [(m.id, m.quantity, m.certain) for m in report.mistakes] == [("wrong-value", "da_f", False)]
    step, later = report.tasks[1], report.tasks[3]
    assert [c.quantity for c in step.checks if c.status == "failed"] == ["da_f"]
    assert {c.because for c in step.checks if c.quantity in ("dx", "dh_prev", "dW_f")} == {"da_f"}
    assert later.status == "skipped"


@pytest.mark.parametrize("follow_on", ["credit", "skip"])
def test_what_follows_from_a_mistake_is_credited_or_not_as_the_assignment_says(follow_on):
    report = graded(changed(ANNA, ("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c")), follow_on=follow_on)
    step, later = report.tasks[1], report.tasks[3]
    by_name = {c.quantity: c for c in step.checks}
    assert by_name["dc"].status == "failed"
    assert by_name["dW_f"].because == "dc"
    assert by_name["dW_o"].status == "passed"
    assert by_name["dW_o"].because is None
    expected = "passed" if follow_on == "credit" else "skipped"
    assert by_name["dW_f"].status == later.status == expected
    assert step.max_score == pytest.approx(4)


# The ladder: one rung, one message.
LADDER = {
    "missing": (
        [("def lstm_step_backward", "def lstm_step_backwards")],
        "no function lstm_step_backward. Yours is called lstm_step_backwards: rename it.",
    ),
    "no return": ([("    return dx, dprev_h, dprev_c, dWx, dWh, db", "    pass")], "returns nothing"),
    "count": ([("return dx, dprev_h, dprev_c, dWx, dWh, db", "return dx, dprev_h")], "returns 2 results instead of 6"),
    "kind": ([("dprev_c = dc * f", "dprev_c = (dc * f).tolist()")], "dprev_c is a list, not an array"),
    "shape": ([("dWx = x.T @ da", "dWx = da.T @ x")], "It is transposed."),
    "dtype": (
        [("db = da.sum(axis=0)", "db = da.sum(axis=0).astype('f')")],
        "db holds float32 numbers instead of float64",
    ),
    "whole numbers": (
        [("db = da.sum(axis=0)", "db = da.sum(axis=0).astype(int)")],
        "A buffer of whole numbers cuts off the fractions",
    ),
    "finite": ([("dprev_c = dc * f", "dprev_c = dc * f * np.nan")], "are NaN or infinite"),
    "values": ([("dprev_c = dc * f", "dprev_c = dc * f * 1.000001")], "off by"),
    "exception": ([("df = dc * prev_c", "df = dc * prev_cc")], "raised NameError in line 27"),
    "not callable": ([("def lstm_step_backward", "lstm_step_backward = 3\ndef other")], "is not a function"),
}


@pytest.mark.parametrize("rung", LADDER)
def test_each_rung_of_the_ladder_has_its_message(rung):
    edits, message = LADDER[rung]
    report = graded(changed(ANNA, *edits))
    failed = [c for c in report.checks if c.status == "failed"]
    assert {c.task for c in failed} == {"lstm_step_backward"}
    assert any(message in c.message for c in failed), {c.message for c in failed}
    assert report.tasks[3].status == "skipped"
    assert {c.because for c in report.tasks[3].checks} == {"lstm_step_backward"}


def test_an_endless_loop_costs_only_what_it_reaches():
    source = changed(ANNA, ("    N, T, H = dh.shape\n", "    N, T, H = dh.shape\n    while True: pass\n"))
    report = graded(source, deadline_seconds=1.5)
    assert [t.status for t in report.tasks] == ["passed", "passed", "passed", "failed"]
    assert "did not end within the time allowed" in report.tasks[3].checks[0].message


def test_a_file_that_cannot_be_loaded_is_rejected_with_its_line():
    report = graded(ANNA + "\ndef (:\n")
    assert report.outcome == "rejected"
    assert report.score == 0
    assert not report.full_marks
    assert "line" in report.message


def test_arguments_changed_in_place_are_a_warning_and_cost_nothing():
    report = graded(changed(ANNA, ("    dc = dnext_c + ", "    dc = dnext_c\n    dc += ")))
    assert report.full_marks
    assert "dnext_c" in report.warnings[0]


def test_a_seed_gives_the_same_numbers_again():
    wrong = changed(ANNA, ("df = dc * prev_c", "df = -dc * prev_c"))
    one, two, three = (graded(wrong, seed=s) for s in ("1f", "1f", "20"))
    errors = [[c.error for c in r.checks] for r in (one, two, three)]
    assert errors[0] == errors[1] != errors[2]
    assert one.seed == "1f"


def test_a_cell_without_finite_values_is_our_fault_not_the_student_s(tmp_path):
    (tmp_path / "bad.cell").write_text("x: D\nh: H\nh[t] = log(-exp(W @ x[t])) + h[t-1]\n")
    report = graded("pass", str(tmp_path / "bad.cell"), "gatecheck")
    assert report.outcome == "error"
    assert report.max_score == 0
    assert {c.status for c in report.checks} == {"undetermined"}


# ------------------------------------------------------------------------------------------------ the training step

BY_NAME = """
import numpy as np

def clip_by_value(dp, limit):
    return {n: np.clip(d, -limit, limit) for n, d in dp.items()}

def clip_by_norm(dp, limit):
    norm = np.sqrt(sum(np.sum(d**2) for d in dp.values()))
    return {n: d * min(1, limit / norm) for n, d in dp.items()}

def sgd_step(p, dp, rate):
    return {n: p[n] - rate * dp[n] for n in p}
"""
BY_ARRAY = """
import numpy as np

def clip_by_value(dWx, dWh, db, limit):
    return [np.clip(d, -limit, limit) for d in (dWx, dWh, db)]

def clip_by_norm(dWx, dWh, db, limit):
    norm = np.sqrt(sum(np.sum(d**2) for d in (dWx, dWh, db)))
    return [d * min(1, limit / norm) for d in (dWx, dWh, db)]

def sgd_step(Wx, Wh, b, dWx, dWh, db, rate):
    return [p - rate * d for p, d in ((Wx, dWx), (Wh, dWh), (b, db))]
"""
TRAINED = {"gatecheck": BY_NAME, "cs231n": BY_ARRAY}


def trained(source, convention="gatecheck", cell="lstm", **settings):
    """The report on the three functions of the training step alone."""
    made = kit(cell, convention, training=True)
    tasks = tuple(t for t in made.assignment.tasks if made.role(t.name) in TRAINING)
    grading = replace(made.assignment.grading, **settings)
    made = replace(made, assignment=replace(made.assignment, tasks=tasks, grading=grading))
    return grade(submission_from("student.py", source.encode()), made)


def in_both(by_name, by_array=None):
    """An edit of both sources."""
    return {"gatecheck": by_name, "cs231n": by_array or by_name}


# A mistake as a student makes it: the edit in each convention, the function, the mistake's id, its wrong formula.
WRONG_TRAINING = {
    "clipped from above only": (
        in_both(("np.clip(d, -limit, limit)", "np.minimum(d, limit)")),
        ("clip_by_value", "one-sided", "min(limit, ∂L/∂θ)"),
    ),
    "clipped from below only": (
        in_both(("np.clip(d, -limit, limit)", "np.maximum(d, -limit)")),
        ("clip_by_value", "one-sided", "max(−limit, ∂L/∂θ)"),
    ),
    "not clipped": (
        in_both(("np.clip(d, -limit, limit)", "d")),
        ("clip_by_value", "unclipped", "∂L/∂θ"),
    ),
    "set to zero": (
        in_both(("np.clip(d, -limit, limit)", "np.where(abs(d) > limit, 0, d)")),
        ("clip_by_value", "set-to-zero", "∂L/∂θ where |∂L/∂θ| ≤ limit, else 0"),
    ),
    "a norm for every array": (
        in_both(("min(1, limit / norm)", "min(1, limit / np.linalg.norm(d))")),
        ("clip_by_norm", "norm-per-array", "min(1, limit / ‖own ∂L/∂θ‖) ∂L/∂θ"),
    ),
    "norms added up": (
        in_both(("np.sqrt(sum(np.sum(d**2)", "(sum(np.linalg.norm(d)")),
        ("clip_by_norm", "norms-added", "min(1, limit / Σ ‖own ∂L/∂θ‖) ∂L/∂θ"),
    ),
    "always rescaled": (
        in_both(("min(1, limit / norm)", "limit / norm")),
        ("clip_by_norm", "always-rescaled", "limit / ‖∂L/∂θ‖ ∂L/∂θ"),
    ),
    "limit not multiplied": (
        in_both(("min(1, limit / norm)", "(1 / norm if norm > limit else 1)")),
        ("clip_by_norm", "limit-not-multiplied", "∂L/∂θ / ‖∂L/∂θ‖ where ‖∂L/∂θ‖ > limit"),
    ),
    "no square root": (
        in_both(("np.sqrt(sum", "(sum")),
        ("clip_by_norm", "missing-root", "min(1, limit / ‖∂L/∂θ‖²) ∂L/∂θ"),
    ),
    "factor upside down": (
        in_both(("limit / norm", "norm / limit")),
        ("clip_by_norm", "ratio-inverted", "min(1, ‖∂L/∂θ‖ / limit) ∂L/∂θ"),
    ),
    "by value where the norm is asked for": (
        in_both(("d * min(1, limit / norm)", "np.clip(d, -limit, limit)")),
        ("clip_by_norm", "clipped-by-value", "max(−limit, min(limit, ∂L/∂θ))"),
    ),
    "uphill": (
        in_both(("p[n] - rate * dp[n]", "p[n] + rate * dp[n]"), ("p - rate * d", "p + rate * d")),
        ("sgd_step", "ascent", "θ + η ∂L/∂θ"),
    ),
    "no rate": (
        in_both(("p[n] - rate * dp[n]", "p[n] - dp[n]"), ("p - rate * d", "p - d")),
        ("sgd_step", "missing-rate", "θ − ∂L/∂θ"),
    ),
    "exchanged": (
        in_both(("p[n] - rate * dp[n]", "dp[n] - rate * p[n]"), ("p - rate * d", "d - rate * p")),
        ("sgd_step", "exchanged", "∂L/∂θ − η θ"),
    ),
}


@pytest.mark.parametrize("convention", TRAINED)
@pytest.mark.parametrize("name", WRONG_TRAINING)
def test_a_mistake_in_the_training_step_is_named_and_costs_that_function_alone(name, convention):
    edits, (function, identity, wrong) = WRONG_TRAINING[name]
    report = trained(changed(TRAINED[convention], edits[convention]), convention)
    (mistake,) = report.mistakes
    assert (mistake.where.function, mistake.id, mistake.wrong) == (function, identity, wrong)
    assert mistake.certain
    assert {t.name: t.score for t in report.tasks if t.status != "passed"} == {function: 0}
    assert set(mistake.explains) == {c.quantity for c in report.checks if c.task == function}


@pytest.mark.parametrize("convention", TRAINED)
def test_right_training_steps_score_full_marks(convention):
    report = trained(TRAINED[convention], convention)
    assert report.full_marks
    assert report.mistakes == report.warnings == ()


def test_each_function_of_the_training_step_may_have_its_own_mistake():
    edits = ("p[n] - rate", "p[n] + rate"), ("np.clip(d, -limit, limit)", "d"), ("np.sqrt(sum", "(sum")
    report = trained(changed(BY_NAME, *edits))
    assert [m.id for m in report.mistakes] == ["unclipped", "missing-root", "ascent"]
    assert report.score == 0


def test_what_is_wrong_in_the_cell_and_in_its_training_step_is_told_apart():
    source = changed(code(load("lstm"), training=True), ("dc = dc + dh * o", "dc = dh * o"), ("- rate", "+ rate"))
    report = graded(source, convention="gatecheck", training=True)
    assert [(m.id, m.where.function) for m in report.mistakes] == [
        ("missing-carry", "step_backward"),
        ("ascent", "sgd_step"),
    ]
    assert not any(c.because for c in report.checks if c.task == "sgd_step")


def test_a_training_step_that_updates_in_place_is_right_and_warned_of_once():
    in_place = "for n in p: p[n] -= rate * dp[n]\n    return p"
    report = trained(changed(BY_NAME, ("return {n: p[n] - rate * dp[n] for n in p}", in_place)))
    assert report.full_marks
    assert report.warnings == ("sgd_step changed its argument p in place: put the result into a new array instead.",)


# One call of several shows it; one message for all of them. Each edit goes before the return statement of a function.
TRAINING_LADDER = {
    "parameters": ("{n: p", "return 1.0", "p is a number, not a dict of parameters by name."),
    "gradients": ("{n: np", "return limit", "dp is a number, not a dict of gradients by parameter name."),
    "count": ("{n: p", "return [p, dp]", "sgd_step returns 2 results instead of 1: p."),
    "key": ("{n: p", "p.pop('b_f')", 'p has no "b_f".'),
    "shape": ("{n: p", "p['b_f'] = p['b_f'][:, None]", 'p["b_f"] has shape'),
    "a call above the limit": ("{n: d", "if norm > limit: return None", "clip_by_norm returns nothing"),
    "the first of two": ("{n: d", "if norm < limit: return None\n    if norm > limit: raise ValueError", "ValueError"),
    "a call below the limit": ("{n: d", "if norm < limit: raise ValueError", "raised ValueError in line 9"),
}


@pytest.mark.parametrize("rung", TRAINING_LADDER)
def test_each_rung_of_the_ladder_has_its_message_in_the_training_step(rung):
    result, line, message = TRAINING_LADDER[rung]
    report = trained(changed(BY_NAME, (f"    return {result}", f"    {line}\n    return {result}")))
    failed = [c for c in report.checks if c.status == "failed"]
    assert len({c.task for c in failed}) == 1
    assert all(message in c.message for c in failed), {c.message for c in failed}
    assert report.mistakes == ()
    assert sum(t.status == "passed" for t in report.tasks) == 2


def test_a_training_step_that_never_ends_fails_and_what_comes_later_is_not_reached():
    source = changed(BY_NAME, ("    norm = ", "    while True: pass\n    norm = "))
    report = trained(source, deadline_seconds=1.0)
    assert [t.status for t in report.tasks] == ["passed", "failed", "skipped"]
    assert "did not end within the time allowed" in report.tasks[1].checks[0].message
