"""Curves as SVG and in characters: what stands where, in which letters, and that nothing overlaps."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.writing.drawing.palette import COLOURS, SERIES
from gatecheck.writing.drawing.plot import Curve, Plot, svg
from gatecheck.writing.drawing.sketch import characters

NS = "{http://www.w3.org/2000/svg}"
PARTS = {"whole": "all paths", "others": "through the gates", "elementwise": "elementwise"}


def falling(rate, steps=20):
    return tuple(rate**k for k in range(1, steps + 1))


CURVES = (
    Curve("rnn", falling(0.5), 0),
    Curve("lstm, forget bias 1", falling(0.9), 1),
    Curve("lstm, bias 1, elementwise", falling(0.8), 1, 0, "elementwise"),
    Curve("lstm, bias 1, through the gates", falling(0.9), 1, 0, "others"),
    Curve("lstm, forget bias 0", falling(0.51), 1, 1),
    Curve("lstm, bias 0, through the gates", falling(0.6), 1, 1, "others"),
)


def plot(*curves):
    return Plot("A title <&>", 'It "falls".', curves or CURVES, "lag", "norm", PARTS)


def drawn(*curves):
    return ET.fromstring(svg(plot(*curves)))


def labels(root):
    """(y, words) of the labels at the lines' ends, from the top."""
    return sorted((float(t.get("y")), "".join(t.itertext())) for t in root.iter(f"{NS}text") if t.get("font-weight"))


def test_the_picture_says_what_it_is_to_those_who_do_not_see_it():
    root = drawn()
    assert root.get("role") == "img"
    assert [root.find(NS + tag).text for tag in ("title", "desc")] == ["A title <&>", 'It "falls".']


def test_every_end_has_a_label_and_no_two_overlap():
    found = labels(drawn())
    names = [words for _, words in found]
    assert names[0] == "lstm, forget bias 10.12"
    assert not any("bias 1, through the gates" in name for name in names), "it ends where all paths do"
    assert any("bias 0, through the gates" in name for name in names)
    assert len(found) == 5
    assert all(b - a >= 16.9 for (a, _), (b, _) in pairwise(found))
    many = [Curve(f"c{k}", falling(0.5), k) for k in range(40)]
    root = drawn(*many)
    found = labels(root)
    assert all(b - a >= 16.9 for (a, _), (b, _) in pairwise(found))
    assert found[-1][0] < float(root.get("height"))


def test_curves_are_told_apart_without_colour():
    root = drawn()
    lines = {
        (p.get("stroke-width"), p.get("stroke-dasharray"))
        for p in root.iter(f"{NS}polyline")
        if len(p.get("points").split()) > 2
    }
    assert lines == {("3", None), ("3", "8 5"), ("1.5", None), ("1", None), ("1", "8 5")}
    rings = [c for c in root.iter(f"{NS}circle") if c.get("stroke") and c.get("r") == "2.6"]
    assert len(rings) > 20


def test_it_needs_neither_css_nor_scripts_nor_anything_from_elsewhere():
    text = svg(plot())
    assert not re.search(r"foreignObject|<script|href|url\(|@import|<image", text)
    root = ET.fromstring(text)
    for element in root.iter():
        assert "var(" not in " ".join(element.attrib.values())
        if element.get("class"):
            painted = {element.get("fill"), element.get("stroke")} - {None, "none"}
            assert painted and all(c.startswith("#") for c in painted)
    assert "prefers-color-scheme:dark" in root.find(f"{NS}style").text


def test_every_point_is_inside_the_picture_and_lower_values_stand_lower():
    root = drawn()
    width, height = float(root.get("width")), float(root.get("height"))
    for line in root.iter(f"{NS}polyline"):
        points = [tuple(map(float, p.split(","))) for p in line.get("points").split()]
        assert all(0 < x < width and 0 < y < height for x, y in points)
        assert [y for _, y in points] == sorted(y for _, y in points)


def test_values_without_a_logarithm_are_no_points_but_have_labels():
    dies = Curve("dies", (0.5, 0.0, 0.0), 0)
    explodes = Curve("explodes", (10.0, 1e200, math.inf), 1)
    silent = Curve("silent", (0.0, 0.0, 0.0), 2)
    root = drawn(dies, explodes, silent)
    assert [words for _, words in labels(root)] == ["explodesinf", "dies0", "silent0"]
    assert "nan" not in ET.tostring(root, "unicode").replace("Sans", "") and "inf" not in "".join(
        p.get("points") for p in root.iter(f"{NS}polyline")
    )
    assert "explodes  inf" in characters(plot(dies, explodes, silent), 78)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("scheme", [0, 1])
def test_labels_can_be_read_on_the_ground(name, scheme):
    light, dark = sorted((_luminance(COLOURS[n][scheme]) for n in (name, "ground")), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# In characters.


def test_a_sketch_fits_its_columns_and_has_a_label_for_every_curve_it_draws():
    for ascii_only in (False, True):
        text = characters(plot(), 78, ascii_only=ascii_only)
        assert max(map(len, text.splitlines())) <= 78
        assert text.isascii() == ascii_only
        for words in ("rnn  9.5e", "lstm, forget bias 1  0.12", "elementwise  0.012", "lstm, forget bias 0  1.4e"):
            assert words in text
        assert "through" not in text


def test_a_sketch_falls_from_left_to_right_with_its_label_at_the_end():
    lines = characters(plot(Curve("rnn", falling(0.5), 0)), 60).splitlines()
    marked = [line for line in lines if "●" in line]
    starts = [line.index("●") for line in marked]
    assert len(starts) > 10 and starts == sorted(starts)
    assert marked[-1].endswith("●  ● rnn  9.5e−7")
    assert lines[0] == "norm" and lines[-1].endswith("lag")


def test_the_first_curve_covers_the_others_and_a_whole_its_part():
    same = falling(0.5)
    text = characters(plot(Curve("a", same, 0), Curve("b", same, 1), Curve("a part", same, 0, 0, "elementwise")), 78)
    columns = [line.split("│")[1].split("  ")[0] for line in text.splitlines() if "│" in line]
    assert "●" in "".join(columns) and not set("".join(columns)) & {"■", "·"}


@given(st.lists(st.floats(1e-12, 10), min_size=1, max_size=25))
def test_no_label_of_a_sketch_is_lost(ends):
    curves = [Curve(f"curve{k}.", (1.0, end), k) for k, end in enumerate(ends)]
    lines = characters(plot(*curves), 78).splitlines()
    assert all(sum(curve.label in line for line in lines) == 1 for curve in curves)


@pytest.mark.parametrize("steps", range(1, 130, 3))
def test_lags_below_a_sketch_are_parted(steps):
    last = characters(plot(Curve("rnn", falling(0.9, steps), 0)), 78).splitlines()[-1]
    numbers = [int(n) for n in last.removesuffix("lag").split()]
    assert numbers == sorted(set(numbers)) and numbers[0] == 1 and numbers[-1] == steps


def test_members_of_a_group_are_full_and_hollow_and_no_two_curves_share_a_mark():
    curves = [Curve(f"c{g}{m}", falling(0.5 + 0.05 * g + 0.02 * m), g, m) for g in range(5) for m in range(2)]
    text = characters(plot(*curves), 78)
    marks = {re.search(rf"(\S) {c.label}  ", text)[1] for c in curves}
    assert len(marks) == 10
    assert "● c00" in text and "○ c01" in text


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 1000])
def test_a_plot_of_any_length_can_be_drawn(steps):
    curve = Curve("rnn", falling(0.9, steps), 0)
    assert labels(drawn(curve))
    text = characters(plot(curve), 78)
    assert max(map(len, text.splitlines())) <= 78
    assert re.search(rf"\b1\b.*\b{steps}  lag$" if steps > 1 else r"^ +1  lag$", text.splitlines()[-1])
