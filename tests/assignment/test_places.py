import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.assignment.places import Places, statements

TEXT = """\
# [[task]] in a comment
title = "a [[task]] = in a string"  # points = 3
"quoted key" = 1
grading.feedback = "what"
empty = []
list = [
  "one",   # ] and [
  "two",
]
long = \"\"\"
[[task]]
name = "no"
\\\"\"\" still
\"\"\"
inline = { a = 1, b = { c = 2 } }

[[task]]
name = 'first'
[task.extra]
deep = 1
[[task]]
  name = 'second'
points=2
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("title",), 2, 1),
        (("quoted key",), 3, 1),
        (("grading", "feedback"), 4, 1),
        (("grading",), 4, 1),
        (("list",), 6, 1),
        (("long",), 10, 1),
        (("inline", "b", "c"), 15, 1),
        (("task", 0), 17, 1),
        (("task", 0, "name"), 18, 1),
        (("task", 0, "extra", "deep"), 20, 1),
        (("task", 1), 21, 1),
        (("task", 1, "name"), 22, 3),
        (("task", 1, "points"), 23, 1),
        (("task", 1, "hints"), 21, 1),
        (("nothing", "of", "that"), 1, 1),
    ],
)
def test_a_key_is_found_on_its_line(path, line, column):
    place = Places("a.toml", TEXT).key(path)
    assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("path", "part", "line", "marked"),
    [
        (("title",), "", 2, '"a [[task]] = in a string"'),
        (("list",), "", 6, "["),
        (("list",), "two", 8, '"two"'),
        (("list",), "three", 6, "["),
        (("task", 1, "points"), "", 23, "2"),
        (("task", 0, "name"), "", 18, "'first'"),
        (("task", 1), "", 21, "[[task]]"),
        (("grading", "feedback"), "what", 4, '"what"'),
    ],
)
def test_a_value_is_marked_where_it_stands(path, part, line, marked):
    place = Places("a.toml", TEXT).value(path, part)
    assert (place.line, place.text[place.column - 1 :][: place.width]) == (line, marked)


def test_lines_may_end_as_on_windows():
    place = Places("a.toml", TEXT.replace("\n", "\r\n")).key(("task", 1, "points"))
    assert (place.line, place.text) == (23, "points=2")


@given(st.text(alphabet="ab.=\"'[]{}#\n\r\\ \t", max_size=80))
def test_the_scanner_takes_any_text_and_its_statements_are_stretches_of_it(text):
    end = 0
    for statement in statements(text):
        assert statement.start >= end and text.startswith(statement.text, statement.start)
        assert statement.text.strip() == statement.text != ""
        end = statement.start + len(statement.text)


@pytest.mark.parametrize("piece", ['\\"""\n', "\\'''\n", '"\\', "'\n", "[", "{]", '"""\\', 'a."b\\"', "'''\n\"\"\"\n"])
def test_a_hostile_text_is_scanned_in_one_pass(piece):
    text = piece * 100_000 + "\\"
    assert sum(len(statement.text) for statement in statements(text)) <= len(text)
