"""Where the formulas are in a submission."""

import pytest

from gatecheck.grading.answers import answers


def test_formulas_are_the_string_of_that_name_with_their_place():
    found = answers('import numpy\n\nFORMULAS = """dc = dh\n  df = dc\n"""\nx = """df = no"""\n')
    assert found.text == "dc = dh\n  df = dc\n"
    assert found.place(0) == (3, 15)
    assert found.place(found.text.index("df")) == (4, 3)


@pytest.mark.parametrize(
    "source",
    [
        "FORMULAS = '''dc = 1'''",
        'FORMULAS: str = r"""dc = 1"""',
        'FORMULAS="""dc = 1',
        'FORMULAS = """dc = 2"""\r\nFORMULAS = """dc = 1"""',
        'def broken(:\nFORMULAS = """dc = 1""" + what',
    ],
)
def test_the_string_is_found_however_it_is_written_and_the_last_one_counts(source):
    assert answers(source).text == "dc = 1"


@pytest.mark.parametrize("source", ["", "dc = 1", "FORMULAS = 'dc'", '    FORMULAS = """dc"""', 'FORMULAS2 = """a"""'])
def test_no_other_text_is_taken_for_formulas(source):
    assert answers(source) is None
