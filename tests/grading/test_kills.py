"""Judges, zygotes and children are killed at random moments, and what the system has to give runs out.

What grading has told counts as kept: whole lines of JSON, one a submission. A line that was cut off is none, and one
that says outcome "error" is none either: both are graded again by the next run.
"""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gatecheck.assignment.kit import open_kit
from gatecheck.cells import load
from gatecheck.grading import zygote as zygotes
from gatecheck.grading.intake import read_submission
from gatecheck.grading.judge import grade
from gatecheck.grading.report import Report
from gatecheck.grading.running import Call, Worker
from gatecheck.grading.zygote import Zygote
from gatecheck.teaching.generate import generate

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")
GRADE = [sys.executable, "-m", "gatecheck", "grade", "kit", "--format", "json", "--seed", "1"]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with an assignment, and a function that makes so many right and wrong submissions there."""
    place = tmp_path_factory.mktemp("faults")
    source = (generate(load("rnn"), place / "kit").solution / "rnn.py").read_text()
    wrong = source.replace("1 - ", "1 + ", 1)
    assert wrong != source

    def submissions(number):
        names = [f"{'wrong' if k % 3 == 1 else 'right'}{k:04}.py" for k in range(number)]
        for name in names:
            (place / name).write_text(wrong if name.startswith("wrong") else source)
        return names

    return place, submissions


def started(place, *names, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [*GRADE, *names], cwd=place, env=environment, stdout=subprocess.PIPE, start_new_session=True, **options
    )


def family(pid):
    """The processes below one, each with how far below it is."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, depth, level = {}, 0, {pid}
    while level:
        depth += 1
        level = {child for child, parent in parents.items() if parent in level}
        found.update(dict.fromkeys(level, depth))
    return found


def kill_now_and_then(process, rng, killed, judge_too):
    """Kill one of a family after the other, at random moments, until the judge has ended."""
    while process.poll() is None:
        time.sleep(rng.uniform(0.0, 2.0))  # to start takes a second or so: killed more often nobody would come to judge
        below = family(process.pid)
        chosen = process.pid if judge_too and rng.random() < 0.05 else rng.choice([*below, None])
        if chosen and process.poll() is None:
            killed.append((chosen, below.get(chosen, 0)))
            try:
                os.kill(chosen, signal.SIGKILL)
            except ProcessLookupError:
                killed.pop()


def gone(pids):
    """Whether all of them end within a few seconds; those that nobody has buried yet have ended."""
    until = time.monotonic() + 20
    while alive := [p for p in pids if state(p) not in "Z-"]:
        if time.monotonic() > until:
            return f"{alive} live on"
        time.sleep(0.02)
    return True


def state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "-"


def grade_under_fire(made, number, kills, jobs):
    place, submissions = made
    names, rng = submissions(number), random.Random(number)
    kept, killed, rounds = {}, [], 0
    while len(kept) < number or len(killed) < kills:
        if len(kept) == number:  # more kills are wanted: all over again
            kept = {}
        rounds += 1
        left = [n for n in names if n not in kept]
        process = started(place, *left, "--jobs", str(jobs), stderr=subprocess.DEVNULL)
        seen = set()
        killer = threading.Thread(target=kill_now_and_then, args=(process, rng, killed, True))
        killer.start()
        told = []
        for line in process.stdout:
            seen |= set(family(process.pid)) if rng.random() < 0.2 else set()
            if line.endswith(b"\n"):
                told.append(Report.from_json(line))
        process.wait()
        killer.join()
        process.stdout.close()
        assert [r.file for r in told] == left[: len(told)], "reports come in their order, each once"
        for report in told:
            if report.outcome != "error":
                kept[report.file] = (report.score, report.max_score, report.isolated)
        assert gone(seen) is True
    scores = {kind: {kept[n] for n in names if n.startswith(kind)} for kind in ("right", "wrong")}
    assert scores["right"] == {(10, 10, True)}
    [(score, most, isolated)] = scores["wrong"]
    assert 0 < score < most and isolated
    return len(killed), rounds, {depth for _, depth in killed}


def test_with_one_of_each_kind_killed_all_are_told_once_and_right(made):
    place, submissions = made
    names = submissions(24)
    process = started(place, *names, "--jobs", "2")
    told = []
    for line in process.stdout:
        told.append(Report.from_json(line))
        below = family(process.pid)
        chosen = [pid for pid, depth in below.items() if depth == len(told)]  # a job, what it started, and so on
        if chosen and len(told) < 6:
            os.kill(chosen[0], signal.SIGKILL)
    process.stdout.close()
    assert process.wait() == 1
    assert [(r.file, r.outcome, r.isolated) for r in told] == [(n, "graded", True) for n in names]
    assert {r.score for r in told if r.file.startswith("right")} == {10}
    assert len({r.score for r in told if r.file.startswith("wrong")}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_at_two_hundred_random_moments_nothing_is_wrong_lost_or_told_twice(made, jobs):
    killed, rounds, depths = grade_under_fire(made, 400, 200, jobs)
    assert killed >= 200 and rounds > 1
    assert {0, 1, 2} <= depths  # judges, and whom they have started


def test_where_the_judge_is_killed_nobody_is_left_behind(made):
    place, submissions = made
    (place / "endless.py").write_text("while True: pass")
    process = started(place, *submissions(2), "endless.py", "--jobs", "2")
    process.stdout.readline()
    process.stdout.readline()
    time.sleep(0.3)
    below = family(process.pid)
    assert max(below.values()) >= 3  # jobs, their zygotes, and a child
    process.kill()
    process.wait()
    process.stdout.close()
    assert gone(below) is True


def test_ctrl_c_ends_with_130_whole_lines_and_nobody_left_behind(made):
    place, submissions = made
    process = started(place, *submissions(200), "--jobs", "2", stderr=subprocess.PIPE)
    first = process.stdout.readline()
    below = family(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    rest, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode().splitlines()[-1] == "interrupted" and b"Traceback" not in said
    for line in (first, *rest.splitlines()):
        Report.from_json(line)
    assert gone(below) is True


# ------------------------------------------------------------------------------------------------ want of everything


@pytest.fixture
def zygote():
    with Zygote() as made:
        with Worker(made.fork) as worker:
            worker.run(b"", "cell.py", ())
        yield made


def test_a_zygote_lost_time_and_again_leaves_a_submission_undetermined(made, zygote, monkeypatch):
    place, submissions = made
    [name] = submissions(1)
    kit, forks = open_kit(place / "kit"), []

    def fork():
        child = zygote.fork()
        forks.append(child)
        threading.Timer(0.15, signal.pidfd_send_signal, (os.dup(child._handle), signal.SIGKILL)).start()
        return child

    (place / name).write_text("import time; time.sleep(1)\n")
    report = grade(read_submission(place / name), kit, seed="1", fresh=lambda: Worker(fork))
    assert (report.outcome, report.score, report.max_score) == ("error", 0, 0)
    assert "Something else ended it" in report.message and len(forks) == 3


def test_who_closes_the_channel_and_lives_on_has_ended_itself(made, zygote):
    source = "import os, time\nos.closerange(3, 200)\ntime.sleep(5)"
    with Worker(zygote.fork) as worker:
        told = worker.run(source.encode(), "cell.py", (Call("f", ()),), 10)
    assert (told.outcome, told.disturbed) == ("crashed", False) and told.seconds < 5


@pytest.mark.parametrize("what", ["pipe", "send_fds"])
def test_out_of_descriptors_is_told_and_costs_nobody_a_point(made, zygote, monkeypatch, what):
    place, submissions = made
    [name] = submissions(1)
    kit = open_kit(place / "kit")

    def none_left(*arguments):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as patch:
        patch.setattr(zygotes.os if what == "pipe" else zygotes.socket, what, none_left)
        report = grade(read_submission(place / name), kit, seed="1", fresh=lambda: Worker(zygote.fork))
    assert (report.outcome, report.max_score) == ("error", 0) and "Too many open files" in report.message
    again = grade(read_submission(place / name), kit, seed="1", fresh=lambda: Worker(zygote.fork))
    assert again.full_marks
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_too_few_descriptors_are_told_without_a_traceback(made):
    place, submissions = made
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 8; exec "$@"', "sh", *GRADE, *submissions(2)],
        cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (2, 3) and done.stdout == ""
    assert "Too many open files" in done.stderr and "Traceback" not in done.stderr


def test_a_full_disk_under_what_is_printed_ends_with_2_and_a_sentence(made):
    place, submissions = made
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*GRADE, *submissions(1)], cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="takes a mount")
def test_grading_needs_no_folder_that_it_may_write_to(made):
    place, submissions = made
    names = " ".join(submissions(2))
    mounted = f"mount --make-rprivate / && mount -o bind {place} {place} && mount -o remount,ro,bind {place}"
    script = f'{mounted} && cd {place} && ! touch x 2>/dev/null && exec "$0" "$@" {names}'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, *GRADE],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(place)}, capture_output=True, text=True,
    )  # fmt: skip
    reports = [Report.from_json(line) for line in done.stdout.splitlines()]
    assert len(reports) == 2 and reports[0].score == 10, done.stderr
