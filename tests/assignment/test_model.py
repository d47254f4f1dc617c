import os
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gatecheck.assignment.model import FEEDBACK, Assignment, Grading, Task, find, read, tellable, write
from gatecheck.errors import AssignmentError

VALID = """\
version = 1
title = "LSTM by hand"
cell = "lstm.cell"                  # beside this file
convention = "cs231n"
file = "lstm.py"                    # what the student writes

[grading]
feedback = "why"
follow_on = "skip"
deadline_seconds = 2.5
memory_mib = 256

[[task]]
name = "lstm_step_forward"
points = 2
[[task]]
name = "lstm_step_backward"
points = 4
after = ["lstm_step_forward"]
hints = ["Which quantities does c_t influence?"]
"""
HEAD = VALID[: VALID.index("[grading]")]
TASK = '[[task]]\nname = "f"\npoints = 1\n'


def put(folder, text):
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "assignment.toml").write_bytes(data)
    return folder


def problems(folder, text):
    """(line, message, advice) of every problem that a text has."""
    with pytest.raises(AssignmentError) as error:
        read(put(folder, text))
    return [(p.place and p.place.line, p.message, p.advice) for p in error.value.problems]


def only(folder, text):
    (problem,) = problems(folder, text)
    return problem


# ---------------------------------------------------------------------------------------------------- what is right


def test_an_assignment_is_read_with_everything_in_it(tmp_path):
    assert read(put(tmp_path, VALID)) == Assignment(
        folder=tmp_path,
        title="LSTM by hand",
        cell="lstm.cell",
        convention="cs231n",
        file="lstm.py",
        grading=Grading("why", "skip", 2.5, 256),
        tasks=(
            Task("lstm_step_forward", 2),
            Task("lstm_step_backward", 4, ("lstm_step_forward",), ("Which quantities does c_t influence?",)),
        ),
    )


def test_what_is_told_at_once_is_all_of_the_feedback_unless_it_says_less(tmp_path):
    grading = read(put(tmp_path, VALID)).grading
    assert (grading.told, grading.at_once) == ("", "why")
    assignment = read(put(tmp_path, VALID.replace("[grading]", '[grading]\ntold = "what"')))
    assert (assignment.grading.at_once, assignment.grading.feedback) == ("what", "why")
    bare = replace(assignment, tasks=tuple(replace(t, hints=()) for t in assignment.tasks))
    assert [replace(bare, grading=g).hinted for g in (bare.grading, replace(grading, told="why"), grading)] == [
        True,
        False,
        False,
    ]


def test_the_file_may_be_named_instead_of_its_folder(tmp_path):
    put(tmp_path, VALID)
    assert read(tmp_path / "assignment.toml").folder == tmp_path


def test_without_a_grading_table_the_defaults_hold(tmp_path):
    assert read(put(tmp_path, HEAD + TASK)).grading == Grading("formula", "credit", 10, 512)


def test_a_byte_order_mark_and_lines_as_on_windows_do_no_harm(tmp_path):
    text = b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode()
    assert len(read(put(tmp_path, text)).tasks) == 2


def test_tasks_may_be_written_as_inline_tables(tmp_path):
    text = HEAD + 'task = [{name = "f", points = 1}, {name = "g", points = 2, after = ["f"]}]\n'
    assert [task.name for task in read(put(tmp_path, text)).tasks] == ["f", "g"]


def test_the_points_of_an_assignment_are_those_of_its_tasks(tmp_path):
    assert read(put(tmp_path, VALID)).points == 6


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("LSTM by hand", "lstm-by-hand"),
        ("  GRU: übung №2 / teil_b ", "gru-ubung-no2-teil-b"),
        ("逆伝播", "assignment"),
        ("x" * 100, "x" * 60),
    ],
)
def test_the_slug_is_made_from_the_title(tmp_path, title, slug):
    assert replace(read(put(tmp_path, VALID)), title=title).slug == slug


# ---------------------------------------------------------------------------------------------------------- finding


def test_an_assignment_is_found_in_the_folder_or_above_it(tmp_path):
    put(tmp_path, VALID)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find(tmp_path) == find(deep) == find(deep / "lstm.py") == tmp_path


def test_the_nearest_assignment_is_found_first(tmp_path):
    put(tmp_path, VALID)
    (tmp_path / "a").mkdir()
    put(tmp_path / "a", VALID)
    assert find(tmp_path / "a") == tmp_path / "a"


def test_where_there_is_no_assignment_the_advice_says_what_to_do(tmp_path):
    with pytest.raises(AssignmentError, match=r"there is no assignment\.toml in .* or above it(.|\n)*--assignment DIR"):
        find(tmp_path)


# --------------------------------------------------------------------------------------------------- what is not so


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_lines(tmp_path):
    text = """\
version = 1
titel = "LSTM by hand"
cell = "../lstm.cell"
convention = 3
file = "lstm.txt"
[grading]
feedback = "formual"
deadline_seconds = -10
memory_mib = 512.5
[[task]]
name = "forward"
points = nan
after = ["backward"]
[[task]]
name = "backward"
kind = "trace"
points = true
after = ["forward", "forwrad"]
"""
    assert problems(tmp_path, text) == [
        (1, "assignment.toml has no 'title' (a string)", ""),
        (2, "unknown key 'titel' in assignment.toml", "Did you mean title?"),
        (3, "'cell' must be a plain name without a path", "The file lies beside assignment.toml."),
        (4, "'convention' must be a string, not a number", ""),
        (5, "'file' must end with .py or .ipynb", ""),
        (7, "'formual' is not a value of 'feedback'", "Did you mean formula?"),
        (8, "'deadline_seconds' must be a number above 0, at most 3600", ""),
        (9, "'memory_mib' must be a whole number from 64 to 1048576, not 512.5", ""),
        (12, "'points' must be a number above 0, at most 1000000", ""),
        (13, "tasks wait for each other: forward → backward → forward", ""),
        (16, "'trace' tasks cannot be graded by this version, only 'code' and 'formula' tasks can", ""),
        (17, "'points' must be a number above 0, at most 1000000, not true or false", ""),
        (18, "'forwrad' is not a task", "Did you mean forward?"),
    ]


def test_a_problem_shows_its_line_with_a_caret(tmp_path):
    with pytest.raises(AssignmentError) as error:
        read(put(tmp_path, VALID.replace('after = ["lstm_step_forward"]', 'after = ["lstm_step_forwrad"]')))
    assert str(error.value) == (
        f"{tmp_path / 'assignment.toml'}:19:10: 'lstm_step_forwrad' is not a task\n"
        '    after = ["lstm_step_forwrad"]\n'
        "             ^^^^^^^^^^^^^^^^^^^\n"
        "  Did you mean lstm_step_forward?"
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("version = 1", "version = 2", 1, "this version of the format is not known"),
        ("version = 1", "version = true", 1, "this version of the format is not known"),
        ("version = 1\n", "", 1, "assignment.toml has no 'version' (version = 1 today)"),
        ('"LSTM by hand"', '" "', 2, "'title' must be one line of text, and not blank"),
        ('"LSTM by hand"', '"a\\u001b[2J"', 2, "'title' must be one line of text, and not blank"),
        ('"LSTM by hand"', '""', 2, "'title' must be one line of text, and not blank"),
        ('"LSTM by hand"', "2024-01-01", 2, "'title' must be a string, not a date or time"),
        ('"cs231n"', "[]", 4, "'convention' must be a string, not a list"),
        ('feedback = "why"', "feedback = {}", 8, "'feedback' must be a string, not a table"),
        ('follow_on = "skip"', 'follow_on = "x"', 9, "'x' is not a value of 'follow_on'"),
        ("2.5", "inf", 10, "'deadline_seconds' must be a number above 0, at most 3600"),
        ("2.5", "0", 10, "'deadline_seconds' must be a number above 0, at most 3600"),
        ("256", "true", 11, "'memory_mib' must be a whole number from 64 to 1048576, not true or false"),
        ("memory_mib = 256", 'told = "formula"', 11, "'told' cannot be \"formula\""),
        ("memory_mib = 256", 'told = "none"', 11, "'told' cannot be \"none\""),
        ("memory_mib = 256", 'told = "wat"', 11, "'wat' is not a value of 'told'"),
        ("memory_mib = 256", 'precision = "float16"', 11, "'float16' is not a value of 'precision'"),
        ("points = 2\n", "", 13, "[[task]] has no 'points' (a number above 0, at most 1000000)"),
        ("points = 2", "points = 1e999", 15, "'points' must be a number above 0, at most 1000000"),
        ("points = 2", 'points = "2"', 15, "'points' must be a number above 0, at most 1000000, not a string"),
        ("points = 4", "poins = 4\npoints = 4", 18, "unknown key 'poins' in [[task]]"),
        ('name = "lstm_step_forward"\n', "", 13, "[[task]] has no 'name' (a string)"),
        ('after = ["lstm_step_forward"]', "after = 3", 19, "'after' must be a list of strings, not a number"),
        ('["Which quantities does c_t influence?"]', '["a", ""]', 20,
         "'hints' must be a list of strings, but holds an empty string"),
        ("points = 4", 'points = 4\nquantity = "dc"', 19, "'quantity' belongs to tasks of another kind than 'code'"),
        ("points = 4", 'points = 4\nkind = "cod"', 19, "'cod' is not a value of 'kind'"),
    ],
)  # fmt: skip
def test_one_wrong_thing_is_one_problem_on_its_line(tmp_path, old, new, line, message):
    text = VALID.replace(old, new, 1)
    found = [problem[:2] for problem in problems(tmp_path, text)]
    assert (line, message) in found
    assert len(found) == 1 or '"lstm_step_forward"' in old


@pytest.mark.parametrize(
    "name",
    ["../a.py", "a/b.py", "a\\b.py", "/a.py", "C:a.py", "..", ".a.py", "~/a.py", "-a.py", "a .py ", "a.py.", "a|b.py"],
)
def test_a_file_outside_the_folder_is_refused(tmp_path, name):
    quoted = name.replace("\\", "\\\\")
    for key, old in (("cell", '"lstm.cell"'), ("file", '"lstm.py"')):
        message = only(tmp_path, VALID.replace(old, f'"{quoted}"'))[1]
        assert message == f"'{key}' must be a plain name without a path"


@pytest.mark.parametrize("name", ["lstm.py", "my file.py", "a-b_c.2.ipynb", "ü.py", "x.py"])
def test_a_plain_name_is_taken_whatever_its_letters(tmp_path, name):
    assert read(put(tmp_path, VALID.replace('"lstm.py"', f'"{name}"'))).file == name


@pytest.mark.parametrize("name", ["step forward", "1st", "for", "a.", "a-b", "step()"])
def test_a_task_is_named_as_its_function(tmp_path, name):
    found = problems(tmp_path, VALID.replace('name = "lstm_step_backward"', f'name = "{name}"'))
    assert found == [(16 + 1, f"'{name}' is not the name of a Python function", "")]


def test_a_task_may_be_a_method(tmp_path):
    assert read(put(tmp_path, HEAD + TASK.replace('"f"', '"Cell.step"'))).tasks[0].name == "Cell.step"


def test_two_tasks_of_one_name_are_refused_at_the_second(tmp_path):
    assert only(tmp_path, HEAD + TASK + TASK)[:2] == (11, "there are two tasks 'f'")


def test_every_circle_of_tasks_is_told_from_its_first_task(tmp_path):
    waits = {"a": "b", "b": "c", "c": "b", "d": "d", "e": "a"}
    tasks = [f'[[task]]\nname = "{name}"\npoints = 1\nafter = ["{after}"]\n' for name, after in waits.items()]
    assert [message for _, message, _ in problems(tmp_path, HEAD + "".join(tasks))] == [
        "tasks wait for each other: b → c → b",
        "tasks wait for each other: d → d",
    ]


@pytest.mark.parametrize("text", ["task = 3\n", "task = []\n", "task = [1]\n", '[task]\nname = "f"\n'])
def test_tasks_that_are_not_a_list_of_tables_are_one_problem(tmp_path, text):
    assert only(tmp_path, HEAD + text)[1:] == ("each task is a table of its own", "It begins with [[task]].")


def test_an_assignment_without_tasks_is_refused(tmp_path):
    message = "assignment.toml has no 'task' (at least one [[task]] with a name and points)"
    assert only(tmp_path, HEAD)[1] == message


def test_grading_that_is_no_table_is_refused(tmp_path):
    assert only(tmp_path, HEAD + "grading = 3\n" + TASK)[:2] == (7, "[grading] must be a table")


# ------------------------------------------------------------------------------------------------ files of all sorts


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("title = \n", 1, "not TOML: invalid value"),
        (VALID + "points\n", 21, "not TOML: expected '=' after a key in a key/value pair"),
        (VALID + "points = 3\npoints = 4\n", 21, "points is given twice"),
        ('a = 1\ntitle = """abc\n\n', 2, "not TOML: unterminated string"),
        ("a = [[1, 2]\n", 1, "not TOML: unclosed array"),
        (f"a = 1{'0' * 5000}\n", 1, "this number has 5001 digits: too many to be read"),
        (f"a = {'[' * 5000}\n", None, None),
        (f"\na{'.a' * 1000} = 1\n", 2, "this is nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_not_toml_is_one_problem_with_its_place(tmp_path, text, line, message):
    found_line, found, _ = only(tmp_path, text)
    if message is None:
        assert found == f"{tmp_path / 'assignment.toml'} is nested too deeply"
    else:
        assert (found_line, found) == (line, message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"title = 1\0", "is not a text file"),
        ("title = 1".encode("utf-16"), "is not a text file"),
        (b"#" * (2**20 + 1), "is larger than 1 MiB"),
        (b"a = 1\ntitle = '\xe9'\n", "toml:2:1: byte 0xe9 is not UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_the_reason(tmp_path, data, message):
    with pytest.raises(AssignmentError) as error:
        read(put(tmp_path, data))
    assert message in str(error.value)


def test_a_missing_file_and_a_folder_in_its_place_are_refused(tmp_path):
    with pytest.raises(AssignmentError, match="is not there"):
        read(tmp_path)
    (tmp_path / "assignment.toml").mkdir()
    with pytest.raises(AssignmentError, match="is not there"):
        read(tmp_path)


def test_a_file_that_cannot_be_opened_is_refused_with_the_systems_reason(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, os.strerror(13))

    put(tmp_path, VALID)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AssignmentError, match="cannot be read: Permission denied"):
        read(tmp_path)


def test_what_a_file_says_cannot_harm_the_terminal_through_a_message(tmp_path):
    (_, message, _), *_ = problems(tmp_path, '"a\\u001b[2J" = 1\n')
    assert message.isprintable()


# --------------------------------------------------------------------------------------------------------- properties

PIECES = st.sampled_from(
    [*VALID.splitlines(keepends=True), "[[task]]\n", "[task]\n", "[grading.x]\n", "task = 1\n", '"""', "'''", "\n",
     "after = ['a']\n", 'name = "a"\n', "{", "}", "[", "]", "=", ".", ",", "#", '"', "\\", "nan", "1e999", "\x7f",
     "\x00", "points = -1\n", "version = 2\n", "[[grading]]\n", "\r", "\ufeff", "a.b = 1\n", "hints = [1, [2]]\n"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(st.binary(max_size=60) | st.lists(PIECES, max_size=30).map("".join).map(str.encode))
@example(b"[[task]]\nname=1\n[[task.name]]")
def test_a_malformed_file_gives_nothing_but_an_assignment_error(tmp_path, data):
    try:
        read(put(tmp_path, data))
    except AssignmentError as error:
        assert error.problems and "".join(str(error).splitlines()).isprintable()


TITLES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
WORDS = st.text("abcdefgh_", min_size=1, max_size=6).filter(str.isidentifier)
HINTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
POINTS = st.integers(1, 100) | st.floats(1e-3, 1e6)


@st.composite
def assignments(draw):
    names = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    tasks = [
        Task(name, draw(POINTS), tuple(draw(st.sets(st.sampled_from(names[:n])) if n else st.just(()))),
             tuple(draw(st.lists(HINTS, max_size=2))))
        for n, name in enumerate(names)
    ]  # fmt: skip
    feedback = draw(st.sampled_from(FEEDBACK))
    grading = Grading(
        feedback,
        draw(st.sampled_from(["credit", "skip"])),
        draw(st.floats(1e-3, 3600)),
        draw(st.integers(64, 2**20)),
        draw(st.sampled_from(["float64", "float32"])),
        draw(st.sampled_from(["", *tellable(feedback)[:-1]])),
    )
    word = draw(WORDS)
    return Assignment(Path(), draw(TITLES), f"{word}.cell", word, f"{word}.py", grading, tuple(tasks))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(assignments())
def test_what_is_written_reads_back_as_it_was_and_is_written_the_same_every_time(tmp_path, assignment):
    assignment = replace(assignment, folder=tmp_path)
    text = write(assignment)
    assert read(put(tmp_path, text)) == assignment
    assert write(read(tmp_path)) == text


def test_the_written_file_explains_itself():
    tasks = (Task("forward", 2.0), Task("backward", 4.5, ("forward",), ("One.", "Two.")))
    text = write(Assignment(Path(), "LSTM by hand", "lstm.cell", "cs231n", "lstm.py", Grading(), tasks))
    assert (
        text
        == """\
version = 1
title = "LSTM by hand"
cell = "lstm.cell"                  # beside this file
convention = "cs231n"
file = "lstm.py"                    # what the student writes

[grading]
feedback = "formula"                # none | score | what | where | why | formula: how much is told
follow_on = "credit"                # credit | skip: what is right given the student's own upstream values
deadline_seconds = 10
memory_mib = 512

[[task]]
name = "forward"
points = 2

[[task]]
name = "backward"
points = 4.5
after = ["forward"]
hints = [
    "One.",
    "Two.",
]
"""
    )


def test_a_cell_of_the_library_is_said_to_be_one_and_another_kind_is_kept():
    task = Task("f", 1, kind="trace", hints=("Why?",))
    text = write(Assignment(Path(), "A", "lstm", "cs231n", "a.py", Grading(), (task,)))
    assert 'cell = "lstm"                       # a cell of gatecheck\'s library' in text
    assert tomllib.loads(text)["task"] == [{"name": "f", "kind": "trace", "points": 1, "hints": ["Why?"]}]
