import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.reporting.difference import Difference, difference

TERM = "δh ⊙ o ⊙ (1 − tanh²(c))"
NEXT = "δc[t+1] ⊙ f[t+1]"


@pytest.mark.parametrize(
    ("wrong", "right", "parts"),
    [
        (NEXT, f"{NEXT} + {TERM}", (NEXT, "", f" + {TERM}", "")),
        (NEXT, f"{TERM} + {NEXT}", ("", "", f"{TERM} + ", NEXT)),
        (f"{TERM} + {NEXT}", NEXT, ("", f"{TERM} + ", "", NEXT)),
        ("a + c", "a + b + c", ("a", "", " + b", " + c")),
        ("a ⊙ c", "a ⊙ c[t−1]", ("a ⊙ ", "c", "c[t−1]", "")),
        ("1 − c²", "1 − tanh²(c)", ("1 − ", "c²", "tanh²(c)", "")),
        ("δa xᵀ", "Σ_t δa xᵀ", ("", "", "Σ_t ", "δa xᵀ")),
        ("a", "a + a", ("", "", "a + ", "a")),
        ("a", "a", ("a", "", "", "")),
        ("", "a", ("", "", "a", "")),
    ],
)
def test_formulas_differ_in_whole_names_and_terms(wrong, right, parts):
    assert difference(wrong, right) == Difference(*parts)


def test_what_is_missing_is_told_from_what_is_too_much_and_from_what_is_another():
    assert [difference("a", "a + b").missing, difference("a", "a + b").extra] == [True, False]
    assert [difference("a + b", "a").missing, difference("a + b", "a").extra] == [False, True]
    assert [difference("a", "b").missing, difference("a", "b").extra] == [False, False]


FORMULAS = st.text(alphabet="ab[]+ ⊙()", max_size=15)


@given(FORMULAS, FORMULAS)
def test_the_parts_make_up_both_formulas(wrong, right):
    found = difference(wrong, right)
    assert found.before + found.wrong + found.after == wrong
    assert found.before + found.right + found.after == right
