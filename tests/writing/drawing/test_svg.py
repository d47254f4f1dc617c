"""The words of SVG: escaped, short, never broken by what a user chose."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.errors import printable
from gatecheck.writing.drawing.svg import element, escape, number


@settings(deadline=None)
@given(st.text())
def test_any_text_survives_as_content_and_as_an_attribute(text):
    read = ElementTree.fromstring(element("a", {"b": text}, escape(text)))
    assert (read.text or "", read.get("b")) == (printable(text), printable(text))


@given(st.floats(-1e6, 1e6))
def test_a_number_has_at_most_two_decimals_and_no_sign_before_zero(value):
    text = number(value)
    assert abs(float(text) - value) <= 0.00501
    assert len(text.partition(".")[2]) <= 2 and not text.endswith((".", "-0")) and "e" not in text


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (2.506, "2.51"), (-0.001, "0"), (100, "100"), (-1.5, "-1.5")])
def test_a_number_is_short(value, text):
    assert number(value) == text


def test_an_element_without_children_is_closed_at_once():
    assert element("rect", {"x": 0.5, "class": "a b"}) == '<rect x="0.5" class="a b"/>'
