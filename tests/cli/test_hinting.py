"""hint: one step at a time, counted, and never more than the assignment allows."""

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from gatecheck.cli import run as gatecheck_run
from gatecheck.data import folder as data
from gatecheck.grading import judge
from gatecheck.grading.judge import grade
from gatecheck.grading.report import Report
from gatecheck.keeping import bundle
from gatecheck.keeping.records import Records

HINT = "Which quantities does c_t influence?"


@pytest.fixture
def lstm(generated_lstm, tmp_path):
    """An assignment that tells the title of a mistake at once, and a file that lacks a path; in its folder."""
    folder = tmp_path / "lstm"
    folder.mkdir()
    for path in generated_lstm.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    change(folder, "[grading]\n", '[grading]\ntold = "what"\n')
    change(folder, 'name = "lstm_step_backward"\n', f'name = "lstm_step_backward"\nhints = ["{HINT}"]\n')
    for name, student in (("lstm.py", "ben.py"), ("solved.py", "anna.py")):
        (folder / name).write_bytes((data("templates") / "demo" / student).read_bytes())
    return folder


def change(folder, old, new):
    path = folder / "assignment.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


GRADED = {}


@pytest.fixture
def run(gatecheck, lstm, monkeypatch):
    """Runs a command; a file is graded once for all tests, on the same numbers."""
    monkeypatch.chdir(lstm)

    def once(submission, *arguments):
        if submission.sha256 not in GRADED:
            GRADED[submission.sha256] = grade(submission, *arguments)
        return GRADED[submission.sha256]

    monkeypatch.setattr(judge, "grade", once)
    return gatecheck


def taken(folder):
    with Records(folder / ".gatecheck" / "submissions.sqlite") as records:
        return len(records.hints("lstm-by-hand"))


def test_each_call_tells_one_step_more_and_the_report_counts_it(run, lstm):
    heads = []
    for _ in range(4):
        done = run("hint")
        assert (done.code, done.err) == (0, "")
        heads.append([line.split("  ")[-1].strip() for line in done.out.splitlines() if line][:3])
    assert [head[:2] for head in heads] == [
        ["hint 1 of 4", "hint 1"], ["hint 2 of 4", "where"], ["hint 3 of 4", "why"], ["hint 4 of 4", "formula"],
    ]  # fmt: skip
    assert heads[0][2] == HINT
    assert taken(lstm) == 4
    assert dict(Report.from_json(run("check", "--format", "json").out).hints) == {"lstm_step_backward": 4}


def test_check_tells_what_was_told_at_once_and_by_hints(run):
    first = run("check").out
    assert "A path is missing" in first and "yours" not in first and "in lstm_step_backward" not in first
    assert "Hints  0 of 4 taken. Next: gatecheck hint lstm_step_backward" in first
    run("hint"), run("hint")
    assert re.search(r"lstm.py, (line \d+, )?in lstm_step_backward", " ".join(run("check").out.split()))
    run("hint"), run("hint")
    last = run("check").out
    assert "✓ right   δc = " in last and "Hints  4 of 4 taken in lstm_step_backward." in last


def test_again_shows_what_was_told_and_counts_nothing(run, lstm):
    assert "where" not in run("hint", "--again").out
    assert not (lstm / ".gatecheck").exists()
    run("hint")
    again = run("hint", "--again").out
    assert HINT in again and "1 of 4 taken" in again and "3 more: gatecheck hint lstm_step_backward" in again
    assert taken(lstm) == 1
    run("hint"), run("hint"), run("hint")
    assert run("hint").out == run("hint", "--again").out
    assert taken(lstm) == 4


def test_a_mended_mistake_takes_its_hints_with_it_and_the_task_keeps_its_own(run, lstm):
    run("hint"), run("hint")
    source = (lstm / "solved.py").read_text("utf-8")
    (lstm / "lstm.py").write_text(source.replace("df = dc * prev_c", "df = -dc * prev_c"), "utf-8")
    out = run("hint").out
    assert "\n  where\n" in out and HINT not in out
    assert taken(lstm) == 3


def test_the_file_may_be_named_alone_or_after_the_task(run):
    assert run("hint", "solved.py").out == "Everything is right: there is nothing to hint at.\n"
    assert run("hint", "lstm_step_backward", "solved.py").out == "lstm_step_backward is right.\n"
    assert run("hint", "lstm_step_forward").out == "lstm_step_forward is right.\n"


def test_a_task_that_waits_names_the_one_to_ask_about(run, lstm):
    source = (lstm / "solved.py").read_text("utf-8")
    (lstm / "lstm.py").write_text(source.replace("def lstm_step_backward", "def lstm_step_back"), "utf-8")
    out = run("hint", "lstm_backward").out
    assert out == "lstm_backward waits for lstm_step_backward: gatecheck hint lstm_step_backward\n"
    assert "There is no function lstm_step_backward" in run("hint", "--again", "--format", "text").out


def test_where_all_is_told_at_once_nothing_is_counted(run, lstm):
    change(lstm, 'told = "what"\n', "")
    change(lstm, f'hints = ["{HINT}"]\n', "")
    out = run("hint").out
    assert "formula" in out and "gatecheck check tells it at once" in out
    assert "Hints" not in run("check").out
    assert not (lstm / ".gatecheck").exists()


@pytest.mark.parametrize("feedback", ["none", "score"])
def test_no_hint_tells_more_than_the_feedback(run, lstm, feedback):
    change(lstm, 'told = "what"\n', "")
    change(lstm, 'feedback = "formula"', f'feedback = "{feedback}"')
    out = "".join(run("hint").out for _ in range(4))
    assert "path" not in out and "δ" not in out
    assert (HINT in out) == (feedback == "score")


def test_a_task_that_is_not_there_is_told_with_the_nearest(run):
    done = run("hint", "lstm_step_backwards")
    assert (done.code, done.out) == (2, "")
    assert "there is no task lstm_step_backwards\n  Did you mean lstm_step_backward?" in done.err


def test_a_file_that_cannot_be_graded_has_no_hints(run, lstm):
    (lstm / "lstm.py").write_text("def f(:\n")
    done = run("hint")
    assert done.code == 0
    assert "was not graded" in done.out and not (lstm / ".gatecheck").exists()


def test_hints_as_json(run):
    told = [json.loads(run("hint", "--format", "json").out) for _ in range(2)]
    assert [d["hints"] for d in told] == [
        [{"step": "hint 1", "mistake": None, "text": HINT}],
        [{"step": "where", "mistake": "missing-path dc", "text": told[1]["hints"][0]["text"]}],
    ]
    assert [(d["taken"], d["left"]) for d in told] == [(1, 3), (2, 2)]
    said = json.loads(run("hint", "lstm_forward", "--format", "json").out)
    assert (said["hints"], said["message"]) == ([], "lstm_forward is right.")


def test_the_bundle_says_how_many_hints_were_taken_and_no_more_than_they_told(run, lstm):
    run("hint"), run("hint")
    assert run("submit").code == 1
    (path,) = (lstm / "submitted").iterdir()
    report = bundle.read(path).report
    assert dict(report.hints) == {"lstm_step_backward": 2}
    assert (report.mistakes[0].where is not None, report.mistakes[0].right) == (True, "")


def test_a_record_that_cannot_be_read_stops_a_hint_and_no_check(run, lstm):
    (lstm / ".gatecheck").mkdir()
    (lstm / ".gatecheck" / "submissions.sqlite").write_bytes(b"something else entirely" * 100)
    assert run("check").code == 1
    done = run("hint")
    assert (done.code, done.out) == (2, "")
    assert "move it away" in done.err


def test_in_ascii_a_hint_is_ascii(run, monkeypatch):
    for _ in range(4):
        assert run("hint", "--format", "text").out.isascii()
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict", write_through=True)
    monkeypatch.setattr(sys, "stdout", console)
    assert gatecheck_run(["hint"]) == 0
    assert b"dc = dc[t+1] * f[t+1]" in console.buffer.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
def test_a_hint_that_is_killed_is_counted_or_not_and_the_next_goes_on(run, lstm):
    dice = random.Random(3)
    command = [sys.executable, "-m", "gatecheck", "hint"]
    environment = {**os.environ, "TMPDIR": str(lstm.parent)}
    for _ in range(8):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.3, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert 0 <= taken(lstm) <= 4
    for _ in range(4):
        run("hint")
    assert taken(lstm) == 4
