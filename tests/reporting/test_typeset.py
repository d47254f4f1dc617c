"""Printed formulas in MathML: whatever the text is, the markup is whole and nothing of it is lost."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.assignment.kit import kit_for
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.reporting.typeset import ends_in_operand, typeset

TIMED = {"c", "f", "h", "a_f"}


def markup(formula, timed=(), follows=False):
    return "".join(typeset(formula, timed, follows))


def heard(markup):
    return "".join(ElementTree.fromstring(f"<math>{markup}</math>").itertext())


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("c", "<mi>c</mi>"),
        ("δc[t+1]", "<mi>δ</mi><msub><mi>c</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub>"),
        ("W_f", "<msub><mi>W</mi><mi>f</mi></msub>"),
        ("U_fᵀ", "<msubsup><mi>U</mi><mi>f</mi><mi>⊤</mi></msubsup>"),
        ("f²", "<msup><mi>f</mi><mn>2</mn></msup>"),
        ("δf²", "<mi>δ</mi><msup><mi>f</mi><mn>2</mn></msup>"),
        ("x⁻¹⁰", "<msup><mi>x</mi><mn>−10</mn></msup>"),
        ("Σ_t", "<munder><mo>∑</mo><mi>t</mi></munder>"),
        ("0.5", "<mn>0.5</mn>"),
        ("a & <b>", '<mi>a</mi><mo form="infix">&amp;</mo>'),
        ("tanh(c)", '<mi>tanh</mi><mo stretchy="false" form="prefix">(</mo>'),
        ("name", "<mi>𝑛𝑎𝑚𝑒</mi>"),
        ("−c", '<mo form="prefix">−</mo>'),
        ("a − c", '<mo form="infix">−</mo>'),
        ("∂L/∂W", '<mi>∂</mi><mi>L</mi><mo form="infix">/</mo><mi>∂</mi>'),
    ],
)
def test_a_piece_of_notation_is_typeset(formula, told):
    assert told.replace('<mo form="infix">&amp;</mo>', "<mo>&amp;</mo>") in markup(formula)


def test_the_index_of_a_step_is_written_where_a_name_has_one():
    assert heard(markup("δc[t+1] ⊙ f + W_f h + a_f", TIMED)) == "δct+1⊙ft+Wfht+af,t"
    assert heard(markup("δc[t+1] ⊙ f")) == "δct+1⊙f"


def test_a_line_may_break_before_what_is_added_and_not_inside_brackets():
    assert [heard(piece) for piece in typeset("= a + b ⊙ (1 − c) − d", follows=True)] == ["=a", "+b⊙(1−c)", "−d"]


def test_a_sign_at_the_start_has_two_operands_where_something_stands_before():
    assert 'form="infix">+' in markup(" + a", follows=True)
    assert 'form="prefix">−' in markup("− a")
    assert [ends_in_operand(text) for text in ("a", "a) ", "a +", "a ⊙ ", "(", "")] == [True, True, *[False] * 4]


@settings(deadline=None)
@given(st.text(alphabet="δ∂Σaf_t[]+−()⊙ᵀ²⁻¹09.e &<>\"'\u202e\x1b/ √𝟏", max_size=30), st.booleans())
def test_any_text_gives_whole_markup_that_says_the_text(text, follows):
    told = heard(markup(text, follows=follows))
    assert "\x1b" not in told and "\u202e" not in told
    assert len(told) >= len(re.sub(r"[\s\[\]_]", "", text)) - text.count("[t")


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_every_formula_of_every_mistake_is_typeset_with_no_sign_left_over(name):
    kit = kit_for(name)
    for role in ("step", "step_backward"):
        for wrong in wrong_programs(kit.cell, kit.key.program, kit.layout.loss, role):
            for formula in (wrong.words.left, wrong.words.wrong, wrong.words.right):
                told = heard(markup(formula))
                assert not set("[]_ᵀ²") & set(told), formula
