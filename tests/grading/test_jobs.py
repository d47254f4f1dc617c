"""Submissions judged side by side: the same reports in the same order, whatever dies."""

import os
import signal
import sys
import threading
from dataclasses import replace
from multiprocessing import connection
from pathlib import Path

import pytest

from gatecheck.assignment.kit import open_kit
from gatecheck.cells import load
from gatecheck.errors import Fault, Problem, Unsafe
from gatecheck.grading import jobs
from gatecheck.grading.inside import system_calls
from gatecheck.grading.intake import submission_from
from gatecheck.grading.jobs import Job, Team, judged
from gatecheck.grading.judge import rejected
from gatecheck.teaching.generate import generate

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs") / "kit"
    solution = generate(load("gate"), folder).solution / "gate.py"
    return open_kit(folder), solution.read_bytes()


def told(report):
    """A report without what differs from run to run."""
    return replace(report, seconds=0.0, cpu_seconds=0.0)


def some(made, number):
    """Right and wrong submissions, one that raises, and one that could not be read."""
    kit, source = made
    sources = (source, source.replace(b"return", b"return 0 *"), b"raise SystemExit", b"while True pass")
    every = [submission_from(f"{k}.py", sources[k % 4]) for k in range(number)]
    return [*every, rejected("gone.py", kit, "there is no such file")]


def test_several_judges_tell_the_same_in_the_same_order_as_one(made):
    kit, _ = made
    items = some(made, 8)
    alone = [told(r) for r in judged(kit, items, "1")]
    together = [told(r) for r in judged(kit, items, "1", jobs=2)]
    assert together == alone
    assert [r.file for r in alone] == [i.name for i in items[:-1]] + ["gone.py"]
    assert {r.outcome for r in alone} == {"graded", "rejected"} and all(r.isolated for r in alone[:1])


def test_submissions_are_read_as_they_are_needed(made, monkeypatch):
    monkeypatch.setattr(Job, "judged", lambda job, submission: rejected(submission.name, made[0], ""))
    read = []

    def items():
        for item in some(made, 100):
            read.append(item)
            yield item

    with Team(made[0], "1", 2, True) as team:
        reports = team.reports(items())
        next(reports)
        assert len(read) <= 1 + jobs.AHEAD * 2 + 1
        assert len(list(reports)) == 100


def test_a_judge_that_dies_is_replaced_and_what_it_had_in_hand_is_judged_again(made):
    kit, source = made
    slow = b"import time; time.sleep(0.2)\n" + source
    with Team(kit, "1", 2, False) as team:
        first = {job._process.pid for job in team._jobs}
        timers = [threading.Timer(0.1, os.kill, (pid, signal.SIGKILL)) for pid in first]
        for timer in timers:
            timer.start()
        reports = list(team.reports([submission_from(f"{k}.py", slow) for k in range(4)]))
        assert not first & {job._process.pid for job in team._jobs}
    assert [r.file for r in reports] == [f"{k}.py" for k in range(4)]
    assert all(r.full_marks for r in reports)
    assert not any(Path(f"/proc/{pid}").exists() for pid in first)


def test_a_submission_whose_judge_dies_every_time_stays_undetermined(made, monkeypatch):
    monkeypatch.setattr(Job, "judged", lambda job, submission: None)
    [report] = judged(made[0], some(made, 1)[:1], "1", jobs=2, contained=True)
    assert report.outcome == "error" and report.max_score == 0
    assert "3 times" in report.message


def test_jobs_that_are_not_isolated_or_do_not_start_judge_nothing(made, monkeypatch):
    monkeypatch.setattr(Job, "_asked", lambda job, question: (Problem("it read a file"),))
    with pytest.raises(Unsafe, match="it read a file"):
        list(judged(made[0], some(made, 4), "1", jobs=2))
    monkeypatch.setattr(Job, "_asked", lambda job, question: None)
    with pytest.raises(Fault, match="did not start"):
        list(judged(made[0], some(made, 4), "1", jobs=2))


def test_a_job_tries_a_hostile_submission_before_any_other(made, monkeypatch):
    given = iter([(made[0], "1", False)])
    sent = []

    class Channel:
        def __init__(self, handle):
            os.close(handle)

        recv = staticmethod(lambda: next(given))
        send = sent.append

    monkeypatch.setattr(connection, "Connection", Channel)
    monkeypatch.setattr(system_calls, "prctl", lambda *asked: None)  # the test would die with whoever runs it
    monkeypatch.setattr(jobs.Isolation, "tried", lambda isolation: (_ for _ in ()).throw(Unsafe("it read a file")))
    monkeypatch.setattr(jobs.os, "dup", lambda fd, dup=os.dup: dup(1))
    jobs.serve()
    assert [p.message for p in sent[0]] == ["it read a file"] and len(sent) == 1


def test_there_are_as_many_jobs_as_processors_and_as_submissions_are_worth(monkeypatch):
    monkeypatch.setattr(jobs.os, "sched_getaffinity", lambda pid: range(4))
    assert [jobs.fitting(n) for n in (1, 16, 40, 64, 1000)] == [1, 1, 2, 4, 4]
