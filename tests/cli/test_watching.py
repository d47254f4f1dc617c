"""watch: a report for every save, whatever an editor does to the file, until Ctrl-C."""

import json
import os

import pytest

from gatecheck.cli import watching
from gatecheck.grading.report import Report


@pytest.fixture
def watched(gatecheck, kit, monkeypatch):
    """Runs watch while the steps happen, one between two looks at the file; then comes Ctrl-C."""

    def run(*steps, arguments=()):
        waiting = iter(steps)

        def sleep(seconds):
            step = next(waiting, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr(watching.time, "sleep", sleep)
        return gatecheck("watch", kit.solution, "--assignment", kit.folder, *arguments)

    return run


def later(path):
    """The clock of a file system may be coarse."""
    found = os.stat(path)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 10**9))


def scores(done):
    return [Report.from_json(line).score for line in done.out.splitlines()]


def test_the_file_is_graded_at_once_and_after_every_save_and_ctrl_c_ends_quietly(watched, kit):
    source = kit.solution.read_text()

    def spoil():
        kit.solution.write_text(source.replace("np.tanh(", "(", 1))
        later(kit.solution)

    done = watched(lambda: None, spoil, lambda: None, arguments=("--format", "json"))
    assert (done.code, done.err) == (130, "")
    right, wrong = scores(done)
    assert right == 10 > wrong


def test_an_editor_may_replace_the_file_or_take_it_away_for_a_while(watched, kit):
    def replace():
        new = kit.solution.with_suffix(".new")
        new.write_text("def f(:\n")
        os.replace(new, kit.solution)

    def restore():
        os.replace(kit.solution.with_suffix(".bak"), kit.solution)
        later(kit.solution)

    away = lambda: os.replace(kit.solution, kit.solution.with_suffix(".bak"))  # noqa: E731
    done = watched(away, lambda: None, restore, replace, arguments=("--format", "json"))
    outcomes = [json.loads(line)["outcome"] for line in done.out.splitlines()]
    assert outcomes == ["graded", "graded", "rejected"]


def test_what_cannot_be_read_is_told_and_watched_on(watched, kit):
    source = kit.solution.read_bytes()

    def binary():
        kit.solution.write_bytes(b"\xff\xfe")
        later(kit.solution)

    def mend():
        kit.solution.write_bytes(source)
        later(kit.solution)
        later(kit.solution)

    done = watched(binary, mend)
    assert (done.code, done.err) == (130, "")
    assert "UTF-8" in done.out
    assert done.out.count("10 of 10") == 2
    assert done.out.endswith("Watching solved.py: save it to grade it again, Ctrl-C ends.\n")
    assert "\x1b" not in done.out  # no terminal, no clearing


def test_without_an_assignment_there_is_nothing_to_watch(gatecheck, tmp_path):
    done = gatecheck("watch", tmp_path / "lstm.py")
    assert (done.code, done.out) == (2, "")
    assert "there is no assignment.toml" in done.err


def test_nothing_is_recorded(watched, kit):
    before = sorted(kit.folder.rglob("*"))
    watched()
    assert sorted(kit.folder.rglob("*")) == before
