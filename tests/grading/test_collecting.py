"""Which files of a folder or a download are whose submission."""

import json
import os
import zipfile

import pytest

from gatecheck.errors import SubmissionError
from gatecheck.grading.collecting import collected

posix_only = pytest.mark.skipif(os.name != "posix", reason="about POSIX files")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A function that writes files below a folder; their contents are their own names, as a comment."""
    monkeypatch.chdir(tmp_path)

    def write(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            cell = {"cell_type": "code", "source": f"# {name}"}
            path.write_text(json.dumps({"cells": [cell]}) if path.suffix == ".ipynb" else f"# {name}")

    return write


def told(*given, file="lstm.py"):
    """By the names under which submissions are found: their sources, or why they are refused."""
    with collected(given, file) as found:
        return {one.name: outcome(one) for one in found}


def outcome(one):
    try:
        return one.read().submission.source.decode()
    except SubmissionError as error:
        return error.problems[0].message


def labels(*given):
    with collected(given, "lstm.py") as found:
        return [one.label for one in found]


def test_a_students_folder_is_one_submission_and_its_file_named_by_the_assignment_is_it(place):
    place("ann/lstm.py", "ann/notes.py", "ann/test_lstm.py", "ann/old/lstm.py")
    assert told("ann") == {"ann": "# ann/lstm.py"}
    place("class/ann/lstm.py", "class/ann/notes.py", "class/ann/old/lstm.py", "class/ben/lstm.py")
    with collected(["class"], "lstm.py") as [found, _]:
        assert found.read().name == "class/ann/lstm.py"
        assert found.read().notes == ("Only lstm.py was graded, not notes.py, old/lstm.py: one file is a submission.",)


def test_a_class_folder_with_the_assignments_own_file_says_what_to_do(place):
    place("class/lstm.py", "class/ann.py", "class/ben.py")
    with collected(["class"], "lstm.py") as [found]:
        [note] = found.read().notes
    assert note.startswith("Only lstm.py was graded, not ann.py, ben.py: one file is a submission.")
    assert "give their files themselves" in note
    assert list(told("class/ann.py", "class/lstm.py")) == ["class/ann.py", "class/lstm.py"]


def test_tests_and_parts_of_a_package_among_a_classes_files_are_left_out_and_told(place):
    beside = ["__init__.py", "conftest.py", "setup.py", "test_lstm.py"]
    place(*(f"class/{name}" for name in ("ann.py", "ben_test.py", "test_notes.ipynb", *beside)))
    said = []
    with collected(["class"], "lstm.py", said.append) as found:
        assert [one.name for one in found] == ["class/ann.py", "class/ben_test.py", "class/test_notes.ipynb"]
    assert len(said) == 1 and said[0].startswith(f"class: {', '.join(beside)} left out")
    assert list(told("class/setup.py")) == ["class/setup.py"], "whoever names it wants it"
    place("alone/test_lstm.py", "alone/conftest.py")
    assert list(told("alone")) == ["alone/conftest.py", "alone/test_lstm.py"], "there is nothing else"


def test_an_archive_is_in_the_order_of_a_folder(place):
    names = ["c.py", "b/lstm.py", "a.py", "d.py", "b.py", "a/lstm.py"]
    place(*(f"class/{name}" for name in names))
    with zipfile.ZipFile("class.zip", "w") as archive:
        for name in names:
            archive.write(f"class/{name}", name)
    folder, packed = ([name.partition("/")[2] for name in told(given)] for given in ("class", "class.zip"))
    assert folder == packed == ["a.py", "b.py", "c.py", "d.py", "a", "b"]


def test_a_folder_of_files_is_one_submission_each_and_other_files_are_nobodys(place):
    place("class/ann.py", "class/ben.ipynb", "class/README.md", "class/marks.csv")
    assert list(told("class")) == ["class/ann.py", "class/ben.ipynb"]
    assert labels("class") == [None, None]


def test_a_folder_of_folders_is_one_submission_each_also_where_one_has_no_code(place):
    place("class/ann/lstm.py", "class/ben/deep/down/mine.py", "class/carla/essay.pdf", "class/README.md")
    assert told("class") == {
        "class/ann": "# class/ann/lstm.py",
        "class/ben": "# class/ben/deep/down/mine.py",
        "class/carla": "It holds no .py or .ipynb file.",
    }
    assert labels("class") == ["ann", "ben", "carla"]


def test_folders_around_everything_are_nobodys(place):
    place("top/export/class/ann/lstm.py", "top/export/class/ben/lstm.py", "top/export/README")
    assert list(told("top")) == ["top/export/class/ann", "top/export/class/ben"]


@pytest.mark.parametrize(
    ("names", "right"),
    [
        (["mine.py"], "mine.py"),
        (["LSTM.py", "other.py"], "LSTM.py"),
        (["lstm (1).py", "other.py"], "lstm (1).py"),
        (["lstm-2.py", "other.py"], "lstm-2.py"),
        (["lstm.ipynb", "other.py"], "lstm.ipynb"),
        (["lstm.ipynb", "Lstm.py"], "Lstm.py"),
        (["deep/lstm.py", "other.py"], "deep/lstm.py"),
        (["deep/lstm.py", "lstm.py", "deep/deeper/lstm.py"], "lstm.py"),
        (["mine.py", "test_lstm.py", "conftest.py"], "mine.py"),
        (["test_lstm.py"], "test_lstm.py"),
        ([".lstm.py", "__pycache__/lstm.py", "mine.py"], "mine.py"),
    ],
)
def test_of_a_students_files_the_one_most_like_the_assignments_is_chosen(place, names, right):
    place(*(f"class/ann/{name}" for name in names), "class/ben/lstm.py")
    with collected(["class"], "lstm.py") as [ann, _]:
        assert ann.read().name == f"class/ann/{right}"


def test_where_several_files_could_be_meant_they_are_listed(place):
    place("class/ann/a.py", "class/ann/b.py", "class/ben/x/lstm.py", "class/ben/y/lstm.py")
    assert told("class") == {
        "class/ann": "Which file is it? There are a.py, b.py.",
        "class/ben": "Which file is it? There are x/lstm.py, y/lstm.py.",
    }
    place(*(f"class/carla/{letter}.py" for letter in "abcdefg"))
    assert told("class")["class/carla"].endswith("There are a.py, b.py, c.py, d.py, e.py and 2 more.")


def test_an_archive_in_a_students_folder_is_looked_into_unless_the_file_lies_beside_it(place):
    place("class/ann/lstm.py", "class/ben/essay.pdf", "class/carla/lstm.py")
    for name in ("ann", "ben"):
        with zipfile.ZipFile(f"class/{name}/work.zip", "w") as archive:
            archive.writestr("kit/lstm.py", "packed")
    came = told("class")
    assert (came["class/ann"], came["class/ben"]) == ("# class/ann/lstm.py", "packed")


def test_a_label_comes_from_the_outermost_name_and_never_from_inside_an_archive_of_a_student(place):
    place("class/Ann Archer_1001_assignsubmission_file_/lstm.py", "class/submission_22/lstm.py")
    folder = "class/Dan_1004_assignsubmission_file_"
    os.makedirs(folder)
    with zipfile.ZipFile(f"{folder}/mine.zip", "w") as archive:
        archive.writestr("Ann Archer_1001_assignsubmission_file_/lstm.py", "x")
    assert labels("class") == ["Ann Archer_1001", "Dan_1004", "submission_22"]


def test_a_file_of_the_instructors_own_hides_no_submission_of_a_platform(place):
    place("class/lstm.py", "class/submission_22/lstm.py")
    assert told("class") == {"class/lstm.py": "# class/lstm.py", "class/submission_22": "# class/submission_22/lstm.py"}


def test_flat_files_of_a_platform_are_brought_together(place):
    place("d/ann_1001_50001_lstm.py", "d/ann_1001_50002_x.py", "d/LATE_anon_x7_50003_lstm.py")
    place("d/Eve Eden_7_assignsubmission_file_lstm.py", "d/hw_1_2.py")
    assert list(told("d")) == ["d/Eve Eden_7", "d/LATE_anon_x7", "d/ann_1001", "d/hw_1_2.py"]
    assert told("d")["d/ann_1001"] == "# d/ann_1001_50001_lstm.py"


@posix_only
def test_links_and_pipes_in_a_folder_are_refused_and_not_followed(place):
    place("elsewhere/lstm.py", "class/ann/lstm.py", "class/ben/notes.txt")
    os.symlink("../../elsewhere/lstm.py", "class/ben/lstm.py")
    os.symlink("../elsewhere", "class/carla")
    os.mkfifo("class/pipe.py")
    os.symlink("class", "linked")
    assert told("class") == {
        "class/ann": "# class/ann/lstm.py",
        "class/ben": "ben/lstm.py is a link.",
        "class/carla": "carla is a link.",
        "class/pipe.py": "pipe.py is not a regular file.",
    }
    assert told("linked") == {"linked": "linked is a link."}


@posix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_stops_no_other(place):
    place("class/ann/lstm.py", "class/ben/lstm.py")
    os.chmod("class/ann", 0)
    assert told("class")["class/ben"] == "# class/ben/lstm.py"
    os.chmod("class/ann", 0o755)


def test_what_is_not_there_or_holds_nothing_is_told(place):
    place("empty/README")
    came = told("empty", "a\0b")
    assert came["empty"] == "empty holds no .py or .ipynb file."
    assert "cannot be read" in came["a\\x00b"]


def test_where_nothing_is_at_a_path_nothing_is_collected(place):
    place("class/ann.py", "solved.py")
    with pytest.raises(SubmissionError) as caught, collected(["clas", "solved.py", "solvd.py", "x/y.zip"], "lstm.py"):
        pass
    assert [p.message.split()[0] for p in caught.value.problems] == ["clas", "solvd.py", "x/y.zip"]
    assert [p.advice for p in caught.value.problems] == [
        "Did you mean class?",
        "Did you mean solved.py?",
        "There is no folder x.",
    ]


def test_a_folder_without_end_is_refused(place, monkeypatch):
    place(*("f" + "/f" * depth + "/x.txt" for depth in range(40)))
    assert told("f") == {"f": "f holds too many files or folders."}


def test_the_names_of_other_systems_are_shown_and_never_obeyed(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ann\u202e\x1b[31m/lstm.py", "x")
        archive.writestr("ben/lstm.py", "x")
    with collected([str(tmp_path / "a.zip")], "lstm.py") as [ann, _]:
        assert ann.name.endswith("a.zip/ann\\x202e\\x1b[31m")
        assert ann.label == "ann\\x202e\\x1b[31m"
        assert ann.read().name.isprintable()
