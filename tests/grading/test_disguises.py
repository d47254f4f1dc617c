"""Source that is not what it looks like."""

import pytest

from gatecheck.grading.disguises import disguised, look_alike
from gatecheck.grading.intake import submission_from


def told(source):
    return list(disguised(source, lambda line: f"line {line}"))


def test_characters_that_turn_the_order_round_are_told_with_their_line():
    assert told("a = 1\n# \u202e }\nb = '\u2066'") == [
        "In line 2 characters turn the order round in which text is shown: Python reads another one.",
        "In line 3 characters turn the order round in which text is shown: Python reads another one.",
    ]


def test_a_name_with_a_letter_of_another_alphabet_is_told_once_with_the_letter():
    assert told("x = 1\ndef step_bаckward(): pass\nstep_bаckward()") == [
        "In line 2 the name step_bаckward holds CYRILLIC SMALL LETTER A where a is meant."
    ]


@pytest.mark.parametrize(
    "source", ["δh = dα * σ(x_ω)", "# это комментарий с буквой а", "c_предыдущее = 1", "é = ñ_b", "x = 'ﷺ'", ""]
)
def test_the_letters_of_formulas_and_of_languages_are_no_disguise(source):
    assert told(source) == []


def test_a_source_full_of_disguises_is_told_in_a_few_lines():
    assert len(told("\n".join(f"\u202exа{k}" for k in range(999)))) == 10


def test_a_name_that_looks_like_another_is_told_apart():
    assert look_alike("c", ["b", "с"]) == "с holds CYRILLIC SMALL LETTER ES where c is meant"
    assert look_alike("c", ["b", "c", "d"]) == ""


def test_a_submission_says_it_in_the_lines_of_its_notebook():
    data = '{"cells": [{"cell_type": "code", "source": "a = 1"}, {"cell_type": "code", "source": "\\n\u202e"}]}'
    [warning] = submission_from("a.ipynb", data.encode()).warnings
    assert warning.startswith("In cell 2, line 2 ")
