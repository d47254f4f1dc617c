"""The edges that a gradient lacks, in the picture of any cell."""

import pytest

from gatecheck.cells import load
from gatecheck.writing.drawing.graph import draw
from gatecheck.writing.drawing.missing import missing
from gatecheck.writing.drawing.network import network


def gone(graph):
    return [(e.source.name, e.source.lag, e.reader.name, e.met) for e in graph.edges if e.kind == "missing"]


def test_the_edge_on_which_one_reads_the_other_is_missing_and_no_other():
    shown = network(load("lstm"))
    assert gone(shown) == []
    assert gone(missing(shown, ("h", "c"))) == [("c", 0, "h", ())]
    assert [edge[:3] for edge in gone(missing(shown, ("c", "f", "h")))] == [("h", 1, "f"), ("f", 0, "c")]


def test_a_way_may_also_be_told_as_the_numbers_flow():
    shown = network(load("lstm"))
    assert gone(missing(shown, ("g", "c"))) == [("g", 0, "c", ())]


def test_of_a_name_at_both_steps_the_one_is_missing_that_is_meant(tmp_path):
    path = tmp_path / "both.cell"
    path.write_text("x: D\nh: D\n\na[t] = tanh(w * x[t] + b)\nh[t] = a[t] * a[t-1] * h[t-1]\n")
    shown = network(load(str(path)))
    assert gone(missing(shown, ("h", "a"))) == [("a", 0, "h", ())]
    assert gone(missing(shown, ("h", "a"), later=True)) == [("a", 1, "h", ())]
    assert gone(missing(shown, ("h", "h"))) == [("h", 1, "h", ())]


@pytest.mark.parametrize("way", [(), ("h",), ("h", "nobody"), ("x", "x")])
def test_a_way_that_the_graph_does_not_have_changes_nothing(way):
    shown = network(load("lstm"))
    assert missing(shown, way) == shown


def test_the_picture_tells_what_is_missing_without_its_colour():
    made = draw(missing(network(load("lstm")), ("h", "c")))
    assert ">missing</text>" in made.svg
    assert "c in a way that is missing" in made.alternative
    assert made.caption.startswith("The dotted line is missing. The thick line")
    assert "missing" not in draw(network(load("lstm"))).svg.replace("gc-line-missing", "").replace(
        "gc-fill-missing", ""
    ).replace("--gc-missing", "").replace("-glow", "").replace("-text", "")


def test_where_the_lit_way_itself_is_missing_no_way_is_lit():
    made = draw(missing(network(load("gru")), ("h", "h"), later=True))
    assert made.caption == "The dotted line is missing."
