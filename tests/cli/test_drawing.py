"""graph: a picture into a file or a pipe, a listing onto a terminal, data."""

import json
import sys
from xml.etree import ElementTree

import pytest

from gatecheck.cells import load
from gatecheck.writing.drawing.graph import graph

LISTING = """\
lstm: the graph of one step

  elementwise
    c[t-1] -> c *
    f      -> c
    i      -> c
    g      -> c
    o      -> h
    c      -> h

  through a matrix
    h[t-1] -> f (U_f), i (U_i), g (U_g), o (U_o)
    x      -> f (W_f), i (W_i), g (W_g), o (W_o)

  * on the way from c[t-1] to c
"""


def test_a_picture_is_printed_into_a_pipe(gatecheck):
    done = gatecheck("graph", "lstm")
    assert (done.code, done.err) == (0, "")
    assert done.out == graph(load("lstm")).svg + "\n"


def test_a_terminal_is_shown_a_listing_and_how_to_get_the_picture(gatecheck, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert gatecheck("graph", "lstm") == (0, f"{LISTING}\n  A picture: add -o FILE.svg\n", "")
    assert gatecheck("graph", "lstm", "--format", "text") == (0, LISTING, "")
    assert gatecheck("graph", "lstm", "-o", "lstm.svg") == (0, "", "")
    refused = gatecheck("graph", "lstm", "--format", "svg")
    assert (refused.code, refused.out) == (2, "")
    assert "Give -o FILE.svg, or --format text" in refused.err


def test_the_ending_of_a_file_tells_what_it_holds(gatecheck, tmp_path):
    for name in ("lstm.txt", "lstm.json", "lstm.SVG"):
        assert gatecheck("graph", "lstm", "-o", name).code == 0
    assert (tmp_path / "lstm.txt").read_text(encoding="utf-8") == LISTING
    assert json.loads((tmp_path / "lstm.json").read_text(encoding="utf-8"))["schema"] == "gatecheck/graph/1"
    assert (tmp_path / "lstm.SVG").read_text(encoding="utf-8").startswith("<svg")


def test_a_picture_is_written_whole_and_replaces_nothing_unasked(gatecheck, tmp_path):
    assert gatecheck("graph", "gru", "-o", "gru.svg") == (0, "", "")
    text = (tmp_path / "gru.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).get("role") == "img"
    again = gatecheck("graph", "rnn", "-o", "gru.svg")
    assert again.code == 2 and "--force" in again.err
    assert (tmp_path / "gru.svg").read_text(encoding="utf-8") == text
    assert gatecheck("graph", "rnn", "-o", "gru.svg", "--force").code == 0
    assert (tmp_path / "gru.svg").read_text(encoding="utf-8") != text


def test_the_listing_tells_every_edge_by_its_kind(gatecheck):
    done = gatecheck("graph", "lstm", "--format", "text")
    assert done == (0, LISTING, "")


def test_the_data_hold_nodes_and_edges_and_no_places(gatecheck):
    data = json.loads(gatecheck("graph", "lstm", "--from", "h", "--to", "c", "--format", "json").out)
    assert (data["schema"], data["cell"], data["from"], data["to"]) == ("gatecheck/graph/1", "lstm", "h", "c")
    assert [n["id"] for n in data["nodes"]] == ["h[t-1]", "c[t-1]", "x", "f", "i", "g", "o", "c", "h"]
    assert data["nodes"][3] == {
        "id": "f", "name": "f", "lag": 0, "role": "computed", "activation": "sigmoid", "size": "H",
    }  # fmt: skip
    assert {"from": "h[t-1]", "to": "f", "kind": "matrix", "through": ["U_f"], "lit": True} in data["edges"]
    assert {"from": "c[t-1]", "to": "c", "kind": "elementwise", "through": [], "lit": False} in data["edges"]
    ids = {n["id"] for n in data["nodes"]}
    assert all({e["from"], e["to"]} <= ids for e in data["edges"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lstm", "--from", "k"), "k is not computed by lstm"),
        (("gate", "--from", "y"), "gate has no state"),
        (("nothing",), "no cell is called nothing"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_words(gatecheck, arguments, said):
    done = gatecheck("graph", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
