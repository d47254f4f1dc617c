import json
import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.grading.report import SCHEMA, Check, Mistake, Report, TaskResult, Where

SHA = "0" * 64


def a_report(*checks, **changes):
    given = {
        "tool": "0.1.0",
        "assignment": "lstm-by-hand",
        "title": "LSTM by hand",
        "cell": "lstm",
        "cell_sha256": SHA,
        "convention": "cs231n",
        "file": "lstm.py",
        "sha256": SHA,
        "outcome": "graded",
        "isolated": True,
        "seed": "5c1e",
        "seconds": 0.012,
        "cpu_seconds": 0.006,
        "checks": checks,
    }
    return Report(**{**given, **changes})


def a_check(status, score=0.0, max_score=1.0, task="step", quantity="dc"):
    return Check(task, quantity, status, score, max_score)


# -------------------------------------------------------------------------------------------------------- the score


@pytest.mark.parametrize(("points", "quantities"), [(4, 15), (1, 3), (2, 7), (0.1, 3), (10, 49)])
def test_points_that_are_split_evenly_sum_to_what_was_split(points, quantities):
    checks = [a_check("passed", points / quantities, points / quantities)] * quantities
    report = a_report(*checks)
    assert report.score == report.max_score == points


def test_undetermined_checks_leave_the_maximum_and_never_cost():
    report = a_report(a_check("passed", 2, 2), a_check("undetermined", 0, 5))
    assert (report.score, report.max_score, report.full_marks) == (2, 2, True)


def test_a_skipped_or_failed_check_costs_what_it_did_not_earn():
    report = a_report(a_check("passed", 2, 2), a_check("skipped", 0, 1), a_check("failed", 0.25, 1))
    assert (report.score, report.max_score, report.full_marks) == (2.25, 4, False)


def test_where_nothing_counts_there_are_no_full_marks():
    assert not a_report(a_check("undetermined")).full_marks
    assert not a_report().full_marks


def test_only_a_graded_report_has_full_marks():
    assert a_report(a_check("passed", 1, 1)).full_marks
    assert not a_report(a_check("passed", 1, 1), outcome="timeout").full_marks


def test_tasks_are_in_the_order_in_which_they_first_occur_and_keep_their_checks():
    checks = [a_check("passed", 1, 1, task) for task in ("step", "all", "step")]
    tasks = a_report(*checks).tasks
    assert [(task.name, len(task.checks), task.score) for task in tasks] == [("step", 2, 2), ("all", 1, 1)]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "failed", "skipped", "undetermined"], "failed"),
        (["passed", "skipped"], "skipped"),
        (["undetermined", "passed"], "passed"),
        (["undetermined"], "undetermined"),
    ],
)
def test_the_status_of_a_task_is_that_of_its_weightiest_check(statuses, expected):
    assert TaskResult("step", tuple(map(a_check, statuses))).status == expected


# --------------------------------------------------------------------------------------------------------- the JSON


def test_the_keys_stand_in_the_order_of_the_contract():
    mistake = Mistake("id", "title", "dc", "a", "b", True, 3e-16, ("dW",), "hint", Where("f", 3), "h → c", "δc")
    data = a_report(a_check("passed", 1, 1), mistakes=(mistake,)).to_dict()
    assert list(data) == [
        "schema", "tool", "assignment", "title", "cell", "cell_sha256", "convention", "variant", "submission",
        "receipt", "outcome", "message", "isolated", "seed", "seconds", "cpu_seconds", "score", "max_score",
        "checks", "mistakes", "warnings", "hints", "hints_left",
    ]  # fmt: skip
    assert list(data["submission"]) == ["file", "sha256", "student", "label"]
    assert list(data["checks"][0]) == [field.name for field in fields(Check)][:-1]
    assert list(data["mistakes"][0]) == [field.name for field in fields(Mistake)]
    assert data["mistakes"][0]["where"] == {"function": "f", "line": 3, "cell": None}
    assert data["schema"] == SCHEMA


def test_whole_numbers_are_written_without_a_point():
    text = a_report(a_check("passed", 1.0, 2.0)).to_json()
    assert '"score": 1, "max_score": 2' in text


def test_numbers_that_are_not_finite_are_written_by_name():
    check = replace(a_check("failed"), error=math.inf, tolerance=-math.inf)
    mistake = Mistake("id", "title", "dc", "a", "b", False, math.nan)
    text = a_report(check, mistakes=(mistake,)).to_json()
    data = json.loads(text, parse_constant=pytest.fail)
    assert (data["checks"][0]["error"], data["checks"][0]["tolerance"]) == ("Infinity", "-Infinity")
    assert data["mistakes"][0]["agreement"] == "NaN"
    back = Report.from_json(text)
    assert back.checks == (check,) and math.isnan(back.mistakes[0].agreement)


def test_formulas_stay_readable_in_json_and_what_could_harm_a_terminal_is_escaped():
    text = a_report(warnings=("δc ⊙ f[t+1]", "\x1b[2J \x9b \u202e \u2028 \ud800")).to_json()
    assert "δc ⊙ f[t+1]" in text
    assert text.isprintable() and len(text.splitlines()) == 1
    assert Report.from_json(text).warnings[1] == "\x1b[2J \x9b \u202e \u2028 \ud800"


NAMES = st.text(max_size=12)
NUMBERS = st.floats(allow_nan=False)
POINTS = st.floats(0, 1e6)
CHECKS = st.builds(
    Check,
    NAMES,
    NAMES,
    st.sampled_from(["passed", "failed", "skipped", "undetermined"]),
    POINTS,
    POINTS,
    NAMES,
    st.none() | NUMBERS,
    st.none() | NUMBERS,
    st.none() | NAMES,
)
PLACES = st.builds(Where, NAMES, st.none() | st.integers(1, 10**6))
MISTAKES = st.builds(
    Mistake,
    *[NAMES] * 5,
    st.booleans(),
    st.none() | NUMBERS,
    st.lists(NAMES, max_size=3).map(tuple),
    NAMES,
    st.none() | PLACES,
    st.none() | NAMES,
    NAMES,
)
REPORTS = st.builds(
    a_report,
    variant=st.none() | NAMES,
    student=st.none() | NAMES,
    receipt=st.none() | NAMES,
    outcome=st.sampled_from(["graded", "rejected", "timeout", "crashed", "error"]),
    isolated=st.booleans(),
    seconds=POINTS,
    checks=st.lists(CHECKS, max_size=4).map(tuple),
    mistakes=st.lists(MISTAKES, max_size=2).map(tuple),
    warnings=st.lists(NAMES, max_size=2).map(tuple),
    message=NAMES,
)


@given(REPORTS, st.sampled_from([None, 1]))
def test_a_report_comes_back_from_json_as_it_was(report, indent):
    text = report.to_json(indent)
    assert Report.from_json(text) == report
    assert Report.from_json(text).to_json(indent) == text


@given(st.recursive(st.none() | st.booleans() | NUMBERS | NAMES, lambda s: st.lists(s) | st.dictionaries(NAMES, s)))
def test_json_that_is_no_report_is_a_value_error(data):
    with pytest.raises(ValueError):
        Report.from_dict(data)


VALID = a_report(
    a_check("passed", 1, 1), mistakes=(Mistake("id", "t", "dc", "a", "b", True, 1e-16, where=Where("f", 3)),)
).to_dict()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["schema"], "gatecheck/report/2", "'schema' of the report is not one of gatecheck/report/1"),
        (["tool"], None, "'tool' of the report is not a string"),
        (["receipt"], 7, "'receipt' of the report is not a string"),
        (["submission"], None, "the submission is not an object"),
        (["outcome"], "fine", "'outcome' of the report is not one of graded, rejected, timeout, crashed, error"),
        (["isolated"], "yes", "'isolated' of the report is not true or false"),
        (["seconds"], "NaN", "'seconds' of the report is not a finite number"),
        (["seconds"], True, "'seconds' of the report is not a number"),
        (["checks"], {}, "'checks' of the report is not a list"),
        (["checks", 0], 3, "the check is not an object"),
        (["checks", 0, "score"], 1e300, "'score' of the check is not a finite number"),
        (["checks", 0, "error"], 10**400, "'error' of the check is not a number"),
        (["mistakes", 0, "explains"], ["a", 1], "'explains' of the mistake is not a list of strings"),
        (["mistakes", 0, "where", "line"], 0, "'line' of the where is not a line's number"),
        (["warnings"], "w", "'warnings' of the report is not a list"),
    ],
)
def test_a_wrong_value_is_refused_by_name(path, value, message):
    data = json.loads(json.dumps(VALID))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError) as error:
        Report.from_dict(data)
    assert str(error.value) == message


def test_what_is_missing_is_refused_by_name():
    with pytest.raises(ValueError, match="'tool' of the report is missing: a string"):
        Report.from_dict({key: value for key, value in VALID.items() if key != "tool"})


def test_keys_that_are_not_known_are_ignored_because_the_contract_may_grow():
    assert Report.from_dict({**VALID, "new": 1}) == Report.from_dict(VALID)


def test_the_totals_of_a_report_are_recomputed_and_never_believed():
    assert Report.from_dict({**VALID, "score": 1000}).score == 1


def test_json_nested_beyond_reason_is_a_value_error():
    with pytest.raises(ValueError):
        Report.from_json("[" * 100_000 + "]" * 100_000)
