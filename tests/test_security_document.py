"""Every sentence of SECURITY.md that can have a test names one, and this says which."""

import re
from pathlib import Path

import pytest

from gatecheck.cells import read
from gatecheck.errors import CellError

ROOT = Path(__file__).parent
TEXT = (ROOT.parent / "SECURITY.md").read_text(encoding="utf-8")
ISOLATION, RUNNING, GRADE = "grading/test_isolation.py", "grading/test_running.py", "cli/test_instructor.py"
EVERY = f"{ISOLATION}::test_every_attempt_of_a_hostile_submission_is_refused_in_a_fork_and_in_a_fresh_process"
MISSING = f"{ISOLATION}::test_a_hostile_submission_finds_out_when_a_layer_is_missing"
NOWHERE = f"{GRADE}::test_nothing_is_graded_where_isolation_cannot_be"

TESTS = {
    "judge-outside": (
        f"{RUNNING}::test_patched_modules_harm_nobody_but_the_student",
        "test_house.py::test_the_program_beside_student_code_needs_only_numpy_and_the_files_beside_it",
    ),
    "no-answer": (EVERY, f"{RUNNING}::test_a_submission_finds_few_variables_and_no_gatecheck"),
    "claims": (
        f"{GRADE}::test_what_a_bundle_says_of_itself_is_ignored",
        f"{GRADE}::test_the_configuration_that_an_archive_brings_along_is_ignored",
        f"{RUNNING}::test_an_answer_with_a_part_of_the_wrong_kind_is_not_heard",
    ),
    "fresh-inputs": (f"{GRADE}::test_inputs_are_drawn_anew_for_each_run_and_are_the_same_for_all_submissions_of_it",),
    "nothing-left": (EVERY, f"{ISOLATION}::test_a_zygote_outlives_its_children_and_leaves_none"),
    "others": ("grading/test_load.py::test_among_hostile_submissions_every_honest_one_gets_exactly_its_score",),
    "user": (EVERY, MISSING),
    "limits": (EVERY, MISSING),
    "files": (EVERY, MISSING),
    "calls": (EVERY, MISSING, f"{ISOLATION}::test_the_filter_allows_what_is_listed_and_nothing_else"),
    "bubblewrap": (
        f"{ISOLATION}::test_in_bubblewrap_every_attempt_is_refused_too",
        f"{ISOLATION}::test_bubblewrap_keeps_files_from_being_written_without_the_layer_that_forbids_it",
        f"{ISOLATION}::test_bubblewrap_has_a_network_files_and_processes_of_its_own",
    ),
    "bubblewrap-optional": (
        f"{ISOLATION}::test_a_bubblewrap_that_does_not_work_is_left_out",
        f"{ISOLATION}::test_where_bubblewrap_is_not_installed_nothing_stands_around_a_zygote",
    ),
    "deadline": (
        f"{RUNNING}::test_a_file_that_does_not_end_loading_times_out",
        f"{RUNNING}::test_dripping_bytes_do_not_extend_the_deadline",
    ),
    "wire": (
        "grading/test_wire.py::test_a_header_that_was_never_written_is_refused",
        "grading/test_wire.py::test_a_frame_beyond_the_cap_is_refused_by_its_lengths_alone",
        "grading/test_wire.py::test_random_bytes_on_the_pipe_are_a_frame_or_refused",
    ),
    "formulas": (
        "grading/test_typed.py::test_no_formula_can_make_the_judge_fail",
        "grading/test_typed.py::test_whatever_is_typed_is_judged",
    ),
    "self-test": (f"{GRADE}::test_nothing_is_graded_where_a_hostile_submission_gets_through",),
    "each-layer": (MISSING,),
    "no-layer-no-run": (f"{ISOLATION}::test_student_code_does_not_run_where_a_layer_that_is_needed_could_not_be_had",),
    "doctor": ("cli/test_doctor.py::test_every_attempt_is_told_with_versions_layers_and_times",),
    "faults": (
        "grading/test_kills.py::test_with_one_of_each_kind_killed_all_are_told_once_and_right",
        "grading/test_kills.py::test_out_of_descriptors_is_told_and_costs_nobody_a_point",
        "grading/test_kills.py::test_a_zygote_lost_time_and_again_leaves_a_submission_undetermined",
    ),
    "other-systems": (NOWHERE, "reporting/test_terminal.py::test_a_report_in_ascii_at_40_columns"),
    "contained": (f"{GRADE}::test_in_a_container_of_its_own_a_submission_is_graded_without_a_self_test",),
    "cells": ("test_security_document.py::test_a_cell_file_is_read_and_never_executed",),
}

#: Sentences that say what is trusted or not covered, or how to read the rest: nothing that a test could hold.
NO_TEST = (
    "gatecheck runs code",
    "This says what",
    "Every sentence marked",
    "`tests/test_security_document.py` says",
    "A submission may be written",
    "The instructor, the assignment",
    "Student code runs in a fork",
    "Before it runs",
    "Templates, adapters and cell files",
    "Work done at home",
    "A full score says",
    "Timing:",
    "Flaws of the Linux",
    "Grade on a machine",
    "Write to the maintainers",
)


def sentences():
    """The sentences of the document, each with its mark, or with none."""
    blocks = re.split(r"\n\s*\n|\n- ", re.sub(r"^#.*$", "", TEXT, flags=re.M))
    for block in blocks:
        flat = " ".join(block.removeprefix("- ").split())
        for found in re.finditer(r"(\S.*?[.:])(?:\s+\[([a-z-]+)\]|(?=\s+[A-Z`])|$)\s*", flat):
            yield found[1].strip(), found[2]


def test_every_sentence_has_a_test_or_is_known_to_need_none():
    assert len(list(sentences())) > 25
    unmarked = [text for text, mark in sentences() if not mark]
    assert [text for text in unmarked if not text.startswith(NO_TEST)] == []
    assert [start for start in NO_TEST if not any(text.startswith(start) for text in unmarked)] == []


def test_the_marks_are_those_that_have_tests():
    assert [mark for _, mark in sentences() if mark] == list(TESTS)


@pytest.mark.parametrize("mark", TESTS)
def test_the_tests_of_a_sentence_are_there(mark):
    for address in TESTS[mark]:
        file, _, name = address.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), address


def test_a_cell_file_is_read_and_never_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for code in ("__import__('os').mkdir('made')", "open('made', 'w')", "[open('made', 'w') for _ in x]"):
        with pytest.raises(CellError):
            read(f"x: D\nh: D\nh[t] = {code}\n")
    for path in (ROOT.parent / "gatecheck" / "cells").rglob("*.py"):
        assert not re.search(r"(?<!\.)\b(exec|eval|compile|__import__)\(", path.read_text(encoding="utf-8")), path
    assert list(tmp_path.iterdir()) == []
