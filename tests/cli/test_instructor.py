"""generate and grade: what an instructor runs."""

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.assignment import kit as kits
from gatecheck.data import folder as data_folder
from gatecheck.grading import jobs, selftest
from gatecheck.grading.report import Report
from gatecheck.keeping import bundle

DEMO = data_folder("templates") / "demo"


# ------------------------------------------------------------------------------------------------ generate


def test_generate_says_what_it_wrote(gatecheck, tmp_path):
    done = gatecheck("generate", "rnn", "-o", "kit", "--title", "  My\nown  ")
    assert (done.code, done.err) == (0, "")
    files = ["assignment.toml", "handout.md", "key.json", "rnn.cell", "rnn.py", "test_rnn.py"]
    assert sorted(p.name for p in (tmp_path / "kit").iterdir()) == files
    assert all(name in done.out for name in files)
    assert "10 of 10" in done.out
    assert [p.name for p in (tmp_path / "kit-solution").iterdir()] == ["rnn.py"]
    assert 'title = "My own"' in (tmp_path / "kit" / "assignment.toml").read_text()


def test_the_json_of_generate_says_the_same(gatecheck, tmp_path):
    data = json.loads(gatecheck("generate", "gate", "-o", "kit", "--format", "json").out)
    assert data["score"] == data["max_score"] == 6
    assert data["files"] == sorted(p.name for p in (tmp_path / "kit").iterdir())
    assert (data["folder"], data["solution"]) == ("kit", "kit-solution")


def test_gradients_are_given_away_only_when_asked_for(gatecheck, tmp_path):
    gatecheck("generate", "rnn", "-o", "a")
    gatecheck("generate", "rnn", "-o", "b", "--gradients", "--feedback", "what", "--tasks", "step, step_backward")
    plain, given = ((tmp_path / name / "handout.md").read_text(encoding="utf-8") for name in "ab")
    assert "∂L/∂W" not in plain
    assert "∂L/∂W" in given
    toml = (tmp_path / "b" / "assignment.toml").read_text()
    assert 'feedback = "what"' in toml
    assert 'name = "forward"' not in toml


def test_less_may_be_told_at_once_than_students_can_get_to_know(gatecheck, tmp_path):
    assert gatecheck("generate", "gate", "-o", "kit", "--told", "what", "--feedback", "why").code == 0
    toml = (tmp_path / "kit" / "assignment.toml").read_text()
    assert 'feedback = "why"' in toml and 'told = "what"' in toml
    assert "gatecheck hint" in (tmp_path / "kit" / "handout.md").read_text("utf-8")
    refused = gatecheck("generate", "gate", "-o", "more", "--told", "why", "--feedback", "what")
    assert (refused.code, refused.out) == (2, "")
    assert "cannot be told why at once\n  Known: score, what." in refused.err
    assert not (tmp_path / "more").exists()


def test_formulas_are_assigned_graded_named_when_wrong_and_handed_in(gatecheck, tmp_path):
    done = gatecheck("generate", "rnn", "-o", "kit", "--tasks", "step", "--formulas", "da_h, dh_prev")
    assert (done.code, "4 of 4" in done.out) == (0, True)
    solution = (tmp_path / "kit-solution" / "rnn.py").read_text(encoding="utf-8")
    assert "da_h = dh * (1 - h**2)\n" in solution
    (tmp_path / "kit" / "rnn.py").write_text(solution.replace("da_h = dh * (1 - h**2)", "δa_h = δh"), encoding="utf-8")
    told = gatecheck("check", "kit/rnn.py", "--format", "text")
    assert told.code == 1
    assert "is missing in the gradient of h" in told.out
    assert "in da_h_formula" in told.out
    gatecheck("submit", "kit/rnn.py", "--to", "handed-in")
    (path,) = (tmp_path / "handed-in").iterdir()
    assert "δa_h = δh" in bundle.read(path).source.decode()


def test_a_formula_of_a_quantity_that_the_cell_has_not_is_no_task(gatecheck, tmp_path):
    done = gatecheck("generate", "rnn", "-o", "kit", "--formulas", "dc")
    assert done.code == 2
    assert "rnn has no gradient dc" in done.err


def test_the_training_step_is_assigned_graded_and_named_when_it_is_wrong(gatecheck, tmp_path):
    done = gatecheck("generate", "rnn", "-o", "kit", "--tasks", "step,clip_by_norm,sgd_step")
    assert done.code == 0
    assert "5 of 5" in done.out
    source = (tmp_path / "kit-solution" / "rnn.py").read_text(encoding="utf-8")
    assert gatecheck("check", "kit-solution/rnn.py", "--assignment", "kit").code == 0
    (tmp_path / "kit" / "rnn.py").write_text(source.replace("- rate", "+ rate"))
    told = gatecheck("check", "kit/rnn.py", "--format", "text")
    assert told.code == 1
    assert "new theta = theta + eta dL/dtheta" in told.out
    refused = gatecheck("generate", "rnn", "-o", "more", "--tasks", "sgd_stp")
    assert (refused.code, refused.out) == (2, "")
    assert "Did you mean sgd_step?" in refused.err


# ------------------------------------------------------------------------------------------------ grade


@pytest.fixture
def lstm(generated_lstm, tmp_path):
    """The demo's assignment, and the files of its three students."""
    for name in ("anna", "ben", "carla"):
        shutil.copy(DEMO / f"{name}.py", tmp_path)
    return Path(shutil.copytree(generated_lstm.folder, tmp_path / "lstm"))


def test_grade_prints_a_line_for_each_file_and_stops_at_none(gatecheck, lstm, tmp_path):
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    done = gatecheck("grade", lstm, "anna.py", "binary.py", "folder.py", "broken.zip", "ben.py")
    assert (done.code, done.err) == (1, "")
    anna, binary, folder, broken, ben = done.out.splitlines()
    assert "passed" in anna
    assert anna.endswith("10 / 10")
    for line in (binary, folder, broken):
        assert "rejected" in line
        assert line.endswith(" 0 / 10")
    assert "A path is missing from the gradient" in ben
    assert all(len(line) == 80 for line in done.out.splitlines())


def test_a_mistyped_path_is_told_before_anything_is_graded(gatecheck, lstm):
    done = gatecheck("grade", lstm, "anna.py", "bne.py", "-o", "out")
    assert (done.code, done.out) == (2, "") and not Path("out").exists()
    assert "bne.py is not there." in done.err and "Did you mean ben.py?" in done.err


def test_files_that_nobody_graded_are_told_below_the_one_that_was(gatecheck, lstm, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("lstm", "anna", "test_lstm"):
        shutil.copy("anna.py", tmp_path / "class" / f"{name}.py")
    first, *note = gatecheck("grade", lstm, "class").out.splitlines()
    assert "passed" in first and "Only lstm.py was graded, not anna.py" in " ".join(map(str.strip, note))
    (tmp_path / "class" / "lstm.py").unlink()
    done = gatecheck("grade", lstm, "class")
    assert len(done.out.splitlines()) == 1 and "test_lstm.py left out" in done.err


def test_all_files_right_end_with_0(gatecheck, lstm):
    assert gatecheck("grade", lstm, "anna.py", "anna.py").code == 0


def test_the_json_of_grade_is_one_report_a_line(gatecheck, lstm):
    Path("empty.py").touch()
    done = gatecheck("grade", lstm, "anna.py", "empty.py", "ben.py", "--format", "json", "--seed", "AB")
    reports = [Report.from_json(line) for line in done.out.splitlines()]
    assert [r.file for r in reports] == ["anna.py", "empty.py", "ben.py"]
    assert [r.outcome for r in reports] == ["graded", "rejected", "graded"]
    assert [r.seed for r in reports] == ["ab", "", "ab"]
    assert [len(r.mistakes) for r in reports] == [0, 0, 1]


def test_inputs_are_drawn_anew_for_each_run_and_are_the_same_for_all_submissions_of_it(gatecheck, lstm):
    runs = [gatecheck("grade", lstm, "anna.py", "ben.py", "--format", "json").out.splitlines() for _ in range(2)]
    (one, same), (other, _) = ([Report.from_json(line).seed for line in lines] for lines in runs)
    assert one == same != other


def test_full_reports_are_whole_and_not_limited_for_the_instructor(gatecheck, lstm):
    path = lstm / "assignment.toml"
    path.write_text(path.read_text().replace('feedback = "formula"', 'feedback = "none"'))
    done = gatecheck("grade", lstm, "ben.py", "--full")
    assert "δh ⊙ o ⊙ (1 − tanh²(c))" in done.out


def test_what_a_bundle_says_of_itself_is_ignored(gatecheck, lstm, tmp_path):
    assert gatecheck("submit", "ben.py", "--assignment", lstm, "--to", "in").code == 1
    (path,) = (tmp_path / "in").iterdir()
    honest = bundle.read(path)
    lies = tuple(replace(c, status="passed", score=100.0, max_score=100.0) for c in honest.report.checks)
    claimed = replace(honest, report=replace(honest.report, checks=lies, mistakes=(), cell="mine"))
    (tmp_path / "CLAIMED.ZIP").write_bytes(bundle.pack(claimed))
    done = gatecheck("grade", lstm, path, "CLAIMED.ZIP", "--format", "json", "--seed", "1")
    honest_report, claimed_report = (json.loads(line) for line in done.out.splitlines())
    assert claimed_report["score"] == honest_report["score"] == 9.75
    assert claimed_report["cell"] == "lstm"
    assert claimed_report["receipt"] is None


def test_each_report_has_its_page_where_pages_are_asked_for(gatecheck, lstm, tmp_path):
    assert gatecheck("grade", lstm, "ben.py", "-o", "plain").code == 1
    assert [p.suffix for p in (tmp_path / "plain" / "reports").iterdir()] == [".json"]
    for _ in range(2):  # what is graded already, too
        assert gatecheck("grade", lstm, "ben.py", "-o", "out", "--pages").code == 1
        (page,) = (tmp_path / "out" / "reports").glob("*.html")
        assert "nothing here" in page.read_text("utf-8")
        page.unlink()
    refused = gatecheck("grade", lstm, "ben.py", "--pages")
    assert (refused.code, "--pages needs -o DIR" in refused.err) == (2, True)


def test_the_configuration_that_an_archive_brings_along_is_ignored(gatecheck, lstm, tmp_path):
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        archive.writestr("assignment.toml", "version = 1")
        archive.writestr("key.json", "{}")
        archive.write(tmp_path / "ben.py", "ben.py")
    done = gatecheck("grade", lstm, "own.zip")
    assert done.code == 1
    assert done.out.startswith("own.zip/ben.py")
    assert done.out.endswith(" 9.75 / 10\n")


def test_nothing_is_graded_where_a_hostile_submission_gets_through(gatecheck, lstm, monkeypatch):
    monkeypatch.setattr(selftest, "unsafe", lambda start: ["read a file: it worked: 'secret'"])
    done = gatecheck("grade", lstm, "anna.py")
    assert (done.code, done.out) == (3, "")
    assert "read a file" in done.err and "Landlock" in done.err and "--contained" in done.err


def test_nothing_is_graded_where_isolation_cannot_be(gatecheck, lstm, monkeypatch):
    monkeypatch.setattr(selftest.sys, "platform", "darwin")
    done = gatecheck("grade", lstm, "anna.py")
    monkeypatch.undo()
    assert (done.code, done.out) == (3, "") and "needs Linux" in done.err


def test_in_a_container_of_its_own_a_submission_is_graded_without_a_self_test(gatecheck, lstm, monkeypatch):
    monkeypatch.setattr(selftest, "unsafe", lambda start: ["nothing is refused"])
    assert gatecheck("grade", lstm, "anna.py", "--contained").code == 0


def test_isolation_starts_before_anything_is_read_unless_nobody_wants_it(gatecheck, monkeypatch):
    told = []
    monkeypatch.setattr(selftest.Zygote, "_start", lambda zygote: told.append("isolation"))
    monkeypatch.setattr(selftest.Zygote, "close", lambda zygote: told.append("end"))
    monkeypatch.setattr(kits, "open_kit", lambda folder: told.append("kit") or 1 / 0)
    for options in ((), ("--jobs", "1"), ("--jobs", "2"), ("--contained",)):
        assert gatecheck("grade", "kit", "anna.py", *options).code == 2
    assert " ".join(told) == "isolation kit end isolation kit end kit kit"


def test_a_download_is_graded_by_its_students_and_one_bad_part_stops_no_other(gatecheck, lstm, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write("anna.py", "Anna Ark_11_assignsubmission_file_/lstm.py")
        archive.writestr("Zoe_12_assignsubmission_file_/essay.pdf", b"%PDF")
        archive.write("ben.py", "Ben Bit_13_assignsubmission_file_/ben.py")
    done = gatecheck("grade", lstm, "all.zip", "--format", "json")
    anna, ben, zoe = (json.loads(line) for line in done.out.splitlines())
    assert [r["submission"]["label"] for r in (anna, zoe, ben)] == ["Anna Ark_11", "Zoe_12", "Ben Bit_13"]
    assert [r["submission"]["student"] for r in (anna, zoe, ben)] == [None] * 3
    assert [r["score"] for r in (anna, zoe, ben)] == [10, 0, 9.75]
    assert ben["submission"]["file"] == "all.zip/Ben Bit_13_assignsubmission_file_/ben.py"
    assert (zoe["outcome"], zoe["message"]) == ("rejected", "It holds no .py or .ipynb file.")


def test_results_are_kept_and_a_second_run_grades_only_what_is_new(gatecheck, lstm, tmp_path, monkeypatch):
    (tmp_path / "class").mkdir()
    for name in ("anna", "ben"):
        shutil.copy(f"{name}.py", "class")
    first = gatecheck("grade", lstm, "class", "-o", "out")
    reports = {p: p.read_bytes() for p in (tmp_path / "out" / "reports").iterdir()}
    assert len(reports) == 2
    shutil.copy("carla.py", "class")
    again = gatecheck("grade", lstm, "class", "-o", "out")
    assert again.out.splitlines()[:2] == first.out.splitlines()
    assert all(path.read_bytes() == data for path, data in reports.items())
    rows = (tmp_path / "out" / "summary.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["class/anna.py", "class/ben.py", "class/carla.py"]
    assert [row.split(",")[4] for row in rows[1:2]] == ["10"]
    refused = gatecheck("grade", lstm, "class", "-o", "class")
    assert (refused.code, refused.out) == (2, "") and "holds something else" in refused.err


def test_ctrl_c_leaves_whole_files_and_says_how_to_go_on(gatecheck, lstm, tmp_path, monkeypatch):
    whole, times = jobs.grade, iter("12")

    def interrupted(*args, **options):
        if next(times) == "2":
            raise KeyboardInterrupt
        return whole(*args, **options)

    monkeypatch.setattr(jobs, "grade", interrupted)
    done = gatecheck("grade", lstm, "anna.py", "ben.py", "carla.py", "-o", "out")
    assert done.code == 130 and "the same command goes on" in done.err
    [report] = (tmp_path / "out" / "reports").iterdir()
    assert Report.from_json(report.read_bytes()).full_marks
    assert len((tmp_path / "out" / "summary.csv").read_text().splitlines()) == 2


def test_a_name_with_a_letter_of_another_alphabet_is_explained(gatecheck, lstm, tmp_path):
    source = (tmp_path / "anna.py").read_text(encoding="utf-8")
    text = source.replace("def lstm_step_backward", "def lstm_step_b\u0430ckward")
    (tmp_path / "anna.py").write_text(text, encoding="utf-8")
    done = gatecheck("grade", lstm, "anna.py", "--format", "json")
    report = json.loads(done.out)
    [message] = {c["message"] for c in report["checks"] if c["task"] == "lstm_step_backward" and c["message"]}
    assert message.startswith("There is no function lstm_step_backward: lstm_step_b\u0430ckward holds CYRILLIC")
    assert any("line" in warning and "CYRILLIC SMALL LETTER A" in warning for warning in report["warnings"])


def test_source_nested_too_deeply_ends_only_its_own_child(gatecheck, lstm, tmp_path):
    for name, text in {
        "a": "x = " + "-" * 200_000 + "1",
        "b": "x = a" + ".a" * 100_000,
        "c": "x = " + "(" * 99_999,
    }.items():
        (tmp_path / f"{name}.py").write_text(text)
    done = gatecheck("grade", lstm, "a.py", "b.py", "c.py", "anna.py")
    *deep, anna = done.out.splitlines()
    assert all("rejected" in line for line in deep) and "passed" in anna
