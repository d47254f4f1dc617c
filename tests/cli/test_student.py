"""check and submit: what a student runs."""

import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatecheck.cli import run
from gatecheck.grading.report import Report
from gatecheck.keeping import bundle
from gatecheck.keeping.records import Records

PYTHON = [sys.executable, "-m", "gatecheck"]


def records(kit):
    with Records(kit.folder / ".gatecheck" / "submissions.sqlite") as found:
        return [found.get(entry.receipt) for entry in found.list()]


# ------------------------------------------------------------------------------------------------ check


def test_full_marks_end_with_0_and_anything_else_with_1(gatecheck, kit):
    right = gatecheck("check", kit.solution, "--assignment", kit.folder)
    assert (right.code, right.err) == (0, "")
    assert "10 of 10" in right.out
    wrong = gatecheck("check", "--assignment", kit.folder)
    assert (wrong.code, wrong.err) == (1, "")
    assert "0 of 10" in wrong.out


def test_an_untouched_starter_is_told_what_to_write_and_nothing_else(gatecheck, kit):
    out = gatecheck("check", "--assignment", kit.folder).out
    assert "step is yours to" in out
    assert "waits for step" in out
    assert "Traceback" not in out
    assert len(out.splitlines()) < 20


def test_the_assignment_is_found_around_the_current_folder_or_around_the_file(gatecheck, kit, monkeypatch):
    below = kit.folder / "notes" / "deep"
    below.mkdir(parents=True)
    elsewhere = gatecheck("check", kit.folder / "rnn.py")
    assert elsewhere.code == 1
    monkeypatch.chdir(below)
    assert gatecheck("check").code == 1
    assert gatecheck("check", kit.solution).code == 0
    monkeypatch.chdir(kit.folder)
    shutil.copy(kit.solution, "rnn.py")
    assert gatecheck("check").code == 0
    assert gatecheck("check", "--assignment", kit.folder / "assignment.toml").code == 0


def test_check_records_nothing(gatecheck, kit):
    before = sorted(kit.folder.rglob("*"))
    gatecheck("check", kit.solution, "--assignment", kit.folder)
    assert sorted(kit.folder.rglob("*")) == before


def test_the_json_of_a_check_is_the_report_of_the_contract(gatecheck, kit):
    done = gatecheck("check", kit.solution, "--assignment", kit.folder, "--format", "json")
    data = json.loads(done.out)
    assert (done.code, done.err, len(done.out.splitlines())) == (0, "", 1)
    assert data["schema"] == "gatecheck/report/1"
    assert (data["cell"], data["convention"], data["outcome"]) == ("rnn", "gatecheck", "graded")
    assert (data["score"], data["max_score"]) == (10, 10)
    assert data["submission"]["file"] == "solved.py"
    assert data["receipt"] is None
    assert Report.from_dict(data).full_marks


def test_a_seed_gives_the_same_inputs_again(gatecheck, kit):
    kit.solution.write_text(kit.solution.read_text().replace("np.tanh(", "("))

    def errors(*seed):
        out = gatecheck("check", kit.solution, "--assignment", kit.folder, "--format", "json", *seed).out
        data = json.loads(out)
        return data["seed"], [c["error"] for c in data["checks"]]

    seed, found = errors()
    assert errors("--seed", seed.upper()) == (seed, found)
    assert errors()[1] != found


def test_a_file_that_python_cannot_read_is_rejected_and_not_an_error(gatecheck, kit):
    kit.solution.write_text("def step(:\n")
    done = gatecheck("check", kit.solution, "--assignment", kit.folder)
    assert (done.code, done.err) == (1, "")
    assert "rejected" in done.out
    assert "Traceback" not in done.out


def test_a_fault_of_ours_is_no_verdict(gatecheck, kit, monkeypatch):
    from gatecheck.errors import Fault
    from gatecheck.grading import judge

    def broken(*arguments):
        raise Fault("no numbers")

    monkeypatch.setattr(judge, "sample", broken)
    for command in ("check", "submit"):
        done = gatecheck(command, kit.solution, "--assignment", kit.folder)
        assert done.code == 2
        assert "the mistake is gatecheck's" in done.out
    assert not (kit.folder / ".gatecheck").exists()


def test_feedback_is_limited_to_what_the_assignment_allows(gatecheck, kit):
    path = kit.folder / "assignment.toml"
    path.write_text(path.read_text().replace('feedback = "formula"', 'feedback = "none"'))
    kit.solution.write_text(kit.solution.read_text().replace("np.tanh(", "("))
    done = gatecheck("check", kit.solution, "--assignment", kit.folder)
    assert "gives no feedback" in done.out
    assert "step" not in done.out
    data = json.loads(gatecheck("check", kit.solution, "--assignment", kit.folder, "--format", "json").out)
    assert data["checks"] == data["mistakes"] == []
    assert gatecheck("submit", kit.solution, "--assignment", kit.folder).code == 1
    (handed_in,) = records(kit)
    assert handed_in.report.checks == ()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_text_of_a_student_breaks_the_judge(generated, tmp_path_factory, data):
    # Half of them are nonsense, half are the solution with a piece exchanged for another piece.
    source = generated.solution.read_text()
    places = st.integers(0, len(source))
    start, end, taken, kept = (data.draw(places) for _ in range(4))
    mixed = source[: min(start, end)] + source[min(taken, kept) : max(taken, kept)] + source[max(start, end) :]
    text = data.draw(st.one_of(st.just(mixed), st.text(st.characters(codec="utf-8"))))
    path = tmp_path_factory.mktemp("text") / "work.py"
    path.write_text(text, encoding="utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(["check", str(path), "--assignment", str(generated.folder)])
    assert code in (0, 1, 2), said.getvalue()
    assert "gatecheck's" not in said.getvalue()


# ------------------------------------------------------------------------------------------------ pages


@pytest.fixture
def wrong(kit):
    """A submission whose carried gradient is dropped."""
    source = kit.solution.read_text()
    kit.solution.write_text(source.replace("np.tanh(", "(", 1))
    return kit.solution


def test_a_page_is_printed_or_written_and_the_code_is_that_of_the_report(gatecheck, kit, wrong, tmp_path):
    printed = gatecheck("check", wrong, "--assignment", kit.folder, "--format", "html")
    assert (printed.code, printed.err) == (1, "")
    assert printed.out.startswith("<!doctype html>")
    written = gatecheck("check", wrong, "--assignment", kit.folder, "-o", "report.html")
    assert (written.code, written.err) == (1, "")
    assert "failed" in written.out and written.out.endswith("The report is in report.html\n")
    assert "<h1>" in (tmp_path / "report.html").read_text("utf-8")


def test_the_next_page_replaces_the_last_and_nothing_else(gatecheck, kit, tmp_path):
    page, other = tmp_path / "report.html", tmp_path / "other.html"
    for _ in range(2):
        assert gatecheck("check", kit.solution, "--assignment", kit.folder, "-o", page).code == 0
    other.write_text("<p>mine</p>")
    done = gatecheck("check", kit.solution, "--assignment", kit.folder, "-o", other)
    assert (done.code, done.out) == (2, "")
    assert "exists already" in done.err and "--force" in done.err
    assert other.read_text() == "<p>mine</p>"
    assert gatecheck("check", kit.solution, "--assignment", kit.folder, "-o", other, "--force").code == 0


def test_a_files_ending_tells_the_format_of_a_report(gatecheck, kit, tmp_path):
    for name, start in (("a.json", '{"schema"'), ("b.txt", "RNN by hand"), ("c.htm", "<!doctype")):
        assert gatecheck("check", kit.solution, "--assignment", kit.folder, "-o", name).code == 0
        text = (tmp_path / name).read_text("utf-8")
        assert "".join(text.split())[:9] == "".join(start.split())[:9]
    done = gatecheck("check", kit.solution, "--assignment", kit.folder, "-o", "d.md")
    assert (done.code, "choose an ending: .txt .html .htm .json" in done.err) == (2, True)


def test_every_error_is_printed_on_request(gatecheck, kit, wrong):
    assert "How far" not in gatecheck("check", wrong, "--assignment", kit.folder).out
    out = gatecheck("check", wrong, "--assignment", kit.folder, "--full", "--format", "text").out
    assert "How far h is off   in step\n" in out
    assert "example 1" in out and out.isascii()


def test_a_submission_has_its_page_with_the_receipt(gatecheck, kit, tmp_path):
    assert gatecheck("submit", kit.solution, "--assignment", kit.folder, "-o", "page.html").code == 0
    (handed_in,) = records(kit)
    assert f"Receipt {handed_in.receipt}" in (tmp_path / "page.html").read_text("utf-8")


# ------------------------------------------------------------------------------------------------ submit


def test_submit_records_and_writes_a_bundle(gatecheck, kit, monkeypatch):
    monkeypatch.chdir(kit.folder)
    done = gatecheck("submit", kit.solution)
    assert (done.code, done.err) == (0, "")
    (path,) = (kit.folder / "submitted").iterdir()
    assert f"Hand in {path}" in done.out
    handed_in = bundle.read(path)
    assert handed_in.source == kit.solution.read_bytes()
    assert f"Receipt {handed_in.receipt}" in done.out
    assert [handed_in] == records(kit)


def test_every_submission_has_a_receipt_of_its_own(gatecheck, kit, tmp_path):
    for _ in range(2):
        assert gatecheck("submit", kit.solution, "--assignment", kit.folder, "--to", "a/b").code == 0
    paths = list((tmp_path / "a" / "b").iterdir())
    assert len({bundle.read(p).receipt for p in paths}) == len(paths) == 2
    assert not (kit.folder / "submitted").exists()


def test_the_json_of_a_submission_has_its_receipt(gatecheck, kit):
    done = gatecheck("submit", "--assignment", kit.folder, "--format", "json")
    assert done.code == 1
    (handed_in,) = records(kit)
    assert Report.from_json(done.out) == handed_in.report


def test_a_notebook_is_handed_in_as_it_is(gatecheck, kit, tmp_path):
    cell = {"cell_type": "code", "source": kit.solution.read_text()}
    notebook = tmp_path / "work.ipynb"
    notebook.write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
    assert gatecheck("submit", notebook, "--assignment", kit.folder).code == 0
    (path,) = (kit.folder / "submitted").iterdir()
    assert bundle.read(path).source == notebook.read_bytes()
    assert gatecheck("grade", kit.folder, path).code == 0


def test_a_byte_order_mark_does_not_keep_a_file_from_being_handed_in(gatecheck, kit):
    kit.solution.write_bytes(b"\xef\xbb\xbf" + kit.solution.read_bytes())
    assert gatecheck("submit", kit.solution, "--assignment", kit.folder).code == 0
    (path,) = (kit.folder / "submitted").iterdir()
    assert gatecheck("grade", kit.folder, path).code == 0


def test_a_rejected_file_is_recorded_too(gatecheck, kit):
    kit.solution.write_text("def step(:\n")
    assert gatecheck("submit", kit.solution, "--assignment", kit.folder).code == 1
    assert [r.report.outcome for r in records(kit)] == ["rejected"]


def test_a_bundle_that_could_not_be_written_comes_with_the_next_submission(gatecheck, kit, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", full)
        done = gatecheck("submit", kit.solution, "--assignment", kit.folder)
    assert done.code == 2
    assert "what was recorded is not lost" in done.err
    assert len(records(kit)) == 1
    gatecheck("submit", kit.solution, "--assignment", kit.folder)
    assert {bundle.read(p) for p in (kit.folder / "submitted").iterdir()} == set(records(kit))


@pytest.mark.parametrize("kills", [3, pytest.param(12, marks=pytest.mark.slow)])
def test_submit_killed_at_any_moment_leaves_the_whole_record_or_none(gatecheck, kit, kills):
    dice = random.Random(5)
    command = [*PYTHON, "submit", str(kit.solution), "--assignment", str(kit.folder)]
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    whole = time.monotonic() - start
    # What is killed cannot clear away its worker's folder.
    environment = {**os.environ, "TMPDIR": str(kit.folder.parent)}
    for _ in range(kills):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.3, 1.0) * whole)
        process.kill()
        process.wait()
    assert gatecheck("submit", kit.solution, "--assignment", kit.folder).code == 0
    found = records(kit)
    assert len({r.receipt for r in found}) == len(found) >= 2
    assert all(r.source == kit.solution.read_bytes() and r.report.full_marks for r in found)
    assert {bundle.read(p) for p in (kit.folder / "submitted").glob("*.zip")} == set(found)


# ------------------------------------------------------------------------------------------------ costs


@pytest.mark.slow  # tests/test_house.py asks the same of a shipped assignment
@pytest.mark.parametrize("command", ["check", "submit"])
def test_sympy_is_not_imported(kit, command):
    # With a key of another version it is: then the key is derived anew, which nothing but SymPy can do.
    program = "import sys; from gatecheck.cli import run; code = run(); print('sympy' in sys.modules, file=sys.stderr)"
    arguments = [command, str(kit.solution), "--assignment", str(kit.folder)]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)
    assert done.stderr == "False\n"


def test_a_key_of_another_version_is_derived_anew(gatecheck, kit):
    path = kit.folder / "key.json"
    data = {**json.loads(path.read_text(encoding="utf-8")), "tool": "0.0.1", "program": {"of": "another form"}}
    path.write_text(json.dumps(data))
    assert gatecheck("check", kit.solution, "--assignment", kit.folder).code == 0
