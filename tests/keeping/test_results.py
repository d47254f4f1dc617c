"""A folder of results: whole at every moment, taken up again, and of one assignment only."""

import json
from dataclasses import replace

import pytest

from gatecheck.assignment.kit import kit_for
from gatecheck.errors import BadInput
from gatecheck.grading.report import Report
from gatecheck.keeping.results import Results


@pytest.fixture(scope="module")
def kit():
    return kit_for("rnn")


def rows(folder):
    return (folder / "summary.csv").read_text(encoding="utf-8-sig").splitlines()[1:]


def test_every_report_is_kept_as_it_comes_and_the_table_at_the_end(tmp_path, kit, report):
    with Results(tmp_path / "new" / "out", kit) as results:
        results.keep(report)
        [kept] = (tmp_path / "new" / "out" / "reports").iterdir()
        assert Report.from_json(kept.read_bytes()) == report
        results.keep(replace(report, file="b/LSTM.py"))
    assert len(rows(tmp_path / "new" / "out")) == 2
    assert kept.name.startswith("lstm-py-")


def test_the_table_is_written_although_grading_was_interrupted(tmp_path, kit, report):
    with pytest.raises(KeyboardInterrupt), Results(tmp_path / "out", kit) as results:
        results.keep(report)
        raise KeyboardInterrupt
    assert len(rows(tmp_path / "out")) == 1


def test_what_was_graded_is_known_again_unless_it_changed_or_the_fault_was_ours(tmp_path, kit, report):
    with Results(tmp_path / "out", kit) as results:
        results.keep(report)
        results.keep(replace(report, file="ours.py", outcome="error"))
    with Results(tmp_path / "out", kit) as results:
        assert results.known("lstm.py", report.sha256) == report
        assert results.known("lstm.py", report.sha256, report.seed) == report
        assert results.known("lstm.py", report.sha256, "another") is None
        assert results.known("lstm.py", "another") is None
        assert results.known("other.py", report.sha256) is None
        assert results.known("ours.py", report.sha256) is None
        for path in (tmp_path / "out" / "reports").iterdir():
            path.write_text("{")
        assert results.known("lstm.py", report.sha256) is None


def test_names_that_no_system_can_write_are_kept_apart(tmp_path, kit, report):
    names = ["a/b.py", "a-b.py", "A-B.py", "逆伝播.py", "..", "x" * 5000, "con", "\udc80.py", ""]
    with Results(tmp_path / "out", kit) as results:
        for name in names:
            results.keep(replace(report, file=name))
    kept = [path.name for path in (tmp_path / "out" / "reports").iterdir()]
    assert len({name.casefold() for name in kept}) == len(names)
    assert all(name.isascii() and len(name) < 80 for name in kept)


def test_a_folder_of_another_assignment_or_of_something_else_is_refused(tmp_path, kit):
    for other in (replace(kit, assignment=replace(kit.assignment, tasks=kit.assignment.tasks[:1])), kit_for("gru")):
        with Results(tmp_path / other.cell.name, other):
            pass
        with pytest.raises(BadInput, match=r"results of another assignment.*\n  Choose a new folder"):
            Results(tmp_path / other.cell.name, kit)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(BadInput, match="holds something else"):
        Results(tmp_path / "mine", kit)
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot write"):
        Results(tmp_path / "file", kit)


def test_the_folder_says_what_it_holds(tmp_path, kit):
    with Results(tmp_path / "out", kit):
        about = json.loads((tmp_path / "out" / "grading.json").read_text())
    assert about["schema"] == "gatecheck/results/1" and about["assignment"] == "rnn-by-hand"
