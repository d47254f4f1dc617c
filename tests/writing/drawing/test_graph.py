"""The picture of a step's graph: true to the cell, nothing on top of anything else, for every cell."""

import os
import random
import re
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, given, settings
from pictured import SVG, pictured
from random_cells import sources

from gatecheck.calculus.paths import paths
from gatecheck.calculus.system import system
from gatecheck.cells import library, load, read
from gatecheck.cells.tree import Product, Reduce, Softmax
from gatecheck.errors import BadInput, CellError
from gatecheck.writing.drawing.graph import MOST, draw, graph
from gatecheck.writing.drawing.layering import layered
from gatecheck.writing.drawing.lettering import Letters
from gatecheck.writing.drawing.network import KINDS, Network, network
from gatecheck.writing.drawing.palette import COLOURS
from gatecheck.writing.drawing.placing import Placing, placed
from gatecheck.writing.drawing.staging import Stage, Station, staged
from gatecheck.writing.drawing.telling import as_text

ODD = sorted((Path(__file__).parent.parent.parent / "odd").glob("*.cell"))
HOSTILE = '''"""</desc><script>alert("1")</script> & 'more'"""
x: D        # ]]> --> <b onload="x">&amp;</b>
a_name_of_as_many_letters_as_may: H
klass: H
i_W_m_M: H

i_W_m_M[t] = tanh(WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW @ x[t] + a_matrix_of_thirty_two_letters_a @ klass[t-1])
a_name_of_as_many_letters_as_may[t] = i_W_m_M[t] * a_name_of_as_many_letters_as_may[t-1]   # </title>
klass[t] = V @ a_name_of_as_many_letters_as_may[t] + klass[t-1]
'''


def dense(equations, reads, seed):
    """A cell of many equations, each of which reads several others in different ways."""
    draw = random.Random(seed)
    names = [f"q{k}" for k in range(equations)]
    lines = ["x: D", "h: H", *(f"{n}: H" for n in names)]
    for k, name in enumerate(names):
        read = draw.sample(names[:k], min(k, reads))
        terms = [draw.choice(("{0}[t]", "U_{1} @ {0}[t]", "p_{1} * {0}[t]", "{0}[t] * sum({0}[t])")) for _ in read]
        terms = [form.format(other, k) for form, other in zip(terms, read, strict=True)]
        terms += [f"W_{k} @ x[t]", f"p_{k} * h[t-1]"][k % 2 :][:1] if k % 7 < 3 else []
        lines.append(f"{name}[t] = tanh({' + '.join(terms or ['W @ x[t]'])})")
    unread = [n for n in names if not any(f"{n}[t]" in line.partition("=")[2] for line in lines)]
    lines.append(f"h[t] = h[t-1] * {' + '.join(f'{n}[t]' for n in unread)}")
    return read_as("\n".join(lines) + "\n", f"dense_{equations}")


def read_as(text, name):
    return read(text, file=f"{name}.cell")


#: y reaches h from t-1 alone: what leads to y[t] is not on the way.
BEHIND = "x: D\ny: H\nh: H\ny[t] = p_y * y[t-1] + W @ x[t]\nh[t] = tanh(h[t-1] + y[t-1])\n"
#: From c to c over q and r; and, shorter, over y within step t-1.
SHORTCUT = """c: H
y: H
x: D
q[t] = sigmoid(W @ x[t]) * c[t-1]
r[t] = 2 * q[t]
c[t] = r[t] + y[t-1]
y[t] = tanh(c[t])
"""

CELLS = {
    **{name: load(name) for name in library()},
    **{path.stem: load(path) for path in ODD},
    "behind": read_as(BEHIND, "behind"),
    "shortcut": read_as(SHORTCUT, "shortcut"),
    "hostile": read_as(HOSTILE, "hostile"),
    "dense_12": dense(12, 3, 1),
    "dense_60": dense(60, 2, 2),
}


@pytest.fixture(scope="module", params=CELLS)
def cell(request):
    return CELLS[request.param]


class Laid(NamedTuple):
    """A network, what stands in its picture, and where."""

    network: Network
    stage: Stage
    placing: Placing


@pytest.fixture(scope="module")
def laid(cell):
    shown = network(cell)
    stage = staged(shown, Letters(shown.system))
    return Laid(shown, stage, placed(layered(stage.boxes, stage.wires, stage.spine)))


@pytest.fixture(scope="module")
def drawing(laid):
    return draw(laid.network)


@pytest.fixture(scope="module")
def root(drawing):
    return ElementTree.fromstring(drawing.svg)


@pytest.fixture(scope="module")
def picture(drawing):
    return pictured(drawing.svg)


# True to the cell.


def test_every_name_that_an_equation_reads_is_an_edge(cell, laid):
    read = {(r.name, r.lag, e.name) for e in cell.equations for r in e.reads() if r.lag is not None}
    assert {(e.source.name, e.source.lag, e.reader.name) for e in laid.network.edges} == read


def test_every_matrix_and_every_reduction_stands_on_an_edge(cell, laid):
    nodes = [n for e in cell.equations for n in e.expression.walk()]
    matrices = {n.matrix.name for n in nodes if isinstance(n, Product)}
    signs = {"softmax" if isinstance(n, Softmax) else n.function for n in nodes if isinstance(n, (Reduce, Softmax))}
    met = {m for edge in laid.network.edges for m in edge.met}
    assert {m.name for m in met if m.parameter} == matrices
    assert {m.name for m in met if not m.parameter} - {"concat", "spread"} == {
        {"sum": "Total", "mean": "Mean", "softmax": "Softmax", "logsumexp": "Total"}[sign] for sign in signs
    }


def test_an_edge_is_elementwise_where_all_its_hops_are_and_each_other_kind_names_what_it_meets(laid):
    for edge in laid.network.edges:
        assert edge.kind in KINDS
        assert (edge.kind == "elementwise") == bool(edge.hops and all(hop.elementwise for hop in edge.hops))
        assert (edge.kind in ("matrix", "reduction")) == bool(edge.met)
        assert (edge.kind == "constant") == (not edge.hops)


def late_hops(found):
    """What the chosen paths pass within step t, by walking them one by one."""
    chosen = found.elementwise or found.paths
    return {(h.source, h.lag, h.reader, h.elementwise) for p in chosen for h in p.hops[p.early :]}


@pytest.mark.parametrize("name", [n for n, c in CELLS.items() if c.states and not n.startswith("dense")])
def test_what_is_lit_is_what_the_elementwise_paths_pass_or_all_paths_where_there_is_none(name):
    cell = CELLS[name]
    for ends in ((None, None), (cell.states[0], cell.output), (cell.states[-1], cell.assigned[0])):
        lit = network(cell, *ends).lit
        told = {(e.source.name, e.source.lag, e.reader.name, e.kind == "elementwise") for e in lit}
        assert told == late_hops(paths(cell, *ends)), ends


def test_an_edge_that_meets_something_leads_through_a_box_that_names_it(laid):
    shown, stage, _ = laid
    ways = {(stage.shapes[w.tail], stage.shapes[w.head]) for w in stage.wires}
    for edge in shown.edges:
        station = Station(edge.reader, edge.met, edge.kind)
        expected = {(edge.source, station), (station, edge.reader)} if edge.met else {(edge.source, edge.reader)}
        assert expected <= ways


def test_where_no_gradient_passes_a_line_says_so():
    edges = network(read("x: D\nh: H\nh[t] = sign(W @ x[t]) * h[t-1]")).edges
    assert [(e.source.name, e.kind) for e in edges] == [("h", "elementwise"), ("x", "constant")]


@pytest.mark.parametrize(("source", "target"), [("k", None), (None, "k"), ("x", "h")])
def test_an_end_that_is_not_computed_is_refused(source, target):
    with pytest.raises(CellError, match="is not computed by lstm"):
        graph(load("lstm"), source, target)


def test_ends_without_a_state_are_refused_and_no_ends_light_nothing():
    with pytest.raises(CellError, match="has no state"):
        graph(load("gate"), "y")
    assert network(load("gate")).lit == ()


# Nothing on top of anything else.


def check_nothing_overlaps(picture):
    for one, other in combinations(picture.boxes, 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart, (one, other)
    for stroke in picture.strokes:
        for box in picture.boxes:
            assert not any(box.holds(point, 0.02) for point in stroke.points), (stroke.look, box)


def check_lines_end_at_boxes(picture):
    lefts = {(round(b.left, 1), b.top, b.bottom) for b in picture.boxes}
    rights = {(round(b.right, 1), b.top, b.bottom) for b in picture.boxes}

    def touches(sides, x, y):
        return any(abs(side - x) < 0.11 and top <= y <= bottom for side, top, bottom in sides)

    for x, y in picture.tips:
        assert touches(lefts, x, y)
    for k, stroke in enumerate(picture.strokes):
        (x, y), (end, level) = stroke.points[0], stroke.points[-1]
        others = (pairwise(s.points) for s in picture.strokes[:k] if s.look == stroke.look)
        branches = (a <= x <= c and max(abs(b - y), abs(d - y)) < 0.03 for way in others for (a, b), (c, d) in way)
        assert touches(rights, x, y) or any(branches)
        near = (0 < tip - end < 14 and abs(height - level) < 0.02 for tip, height in picture.tips)
        assert touches(lefts, end, level) or any(near)


def check_all_is_inside(picture):
    dx, dy = picture.offset
    corners = [p for b in picture.boxes for p in ((b.left, b.top), (b.right, b.bottom))]
    for x, y in (*corners, *(p for s in picture.strokes for p in s.points)):
        assert 10 < x + dx < picture.width - 10 and 10 < y + dy < picture.height - 10


def test_no_box_overlaps_another_and_no_line_enters_a_box(picture):
    check_nothing_overlaps(picture)


def test_every_line_starts_and_ends_at_a_box_or_where_another_branches(picture):
    check_lines_end_at_boxes(picture)


def test_everything_lies_inside_the_picture(picture):
    check_all_is_inside(picture)


def test_every_box_is_as_wide_as_its_words(root):
    body = root.find(f"{SVG}g")
    quantities = [(g.find(f"{SVG}rect"), g.findall(f"{SVG}text")) for g in body.findall(f"{SVG}g")]
    rest = [e for e in body if e.tag in (f"{SVG}rect", f"{SVG}text")]
    stations = [(e, [rest[k + 1]]) for k, e in enumerate(rest) if e.tag == f"{SVG}rect"]
    assert quantities
    for box, words in (*quantities, *stations):
        assert sum(map(narrowest, words)) + 8 < float(box.get("width"))


def narrowest(text):
    """No font that is likely to be used sets a text narrower."""
    size = float(text.get("font-size"))
    spans = [(text.text or "", size), *((s.text, float(s.get("font-size", size))) for s in text)]
    return sum((0.8 if c in "WM𝑊𝑀" else 0.25 if c in "fijlt𝑓𝑖𝑗𝑙𝑡, " else 0.45) * s for words, s in spans for c in words)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=sources())
def test_nothing_overlaps_in_random_cells(source):
    try:
        cell = read(source)
        system(cell)
    except CellError:
        assume(False)
    picture = pictured(graph(cell).svg)
    check_nothing_overlaps(picture)
    check_lines_end_at_boxes(picture)
    check_all_is_inside(picture)


def test_every_wire_leads_from_the_right_of_its_box_to_the_left_of_the_next(laid):
    _, stage, placing = laid
    for wire, run in zip(stage.wires, placing.runs, strict=True):
        tail, head = placing.stands[wire.tail], placing.stands[wire.head]
        assert run[0].left == tail.x + tail.width / 2 and run[0].y == tail.y
        assert run[-1].right == head.x - head.width / 2 and abs(run[-1].y - head.y) < head.height / 2
        assert all(a.right < b.left for a, b in pairwise(run))


def test_the_chosen_path_is_a_straight_line_along_the_top(cell, laid):
    shown, stage, placing = laid
    if not cell.states:
        assert not stage.spine
        return
    runs = [placing.runs[k] for k in stage.spine]
    assert stage.shapes[stage.wires[stage.spine[0]].tail].name == shown.ends[0]
    assert stage.shapes[stage.wires[stage.spine[-1]].head].name == shown.ends[1]
    (level,) = {round(point.y, 6) for run in runs for point in run}
    assert min(point.y for run in placing.runs for point in run) >= level - 1e-6


def test_what_is_carried_and_read_stands_at_the_left_inputs_at_the_bottom(laid):
    _, stage, placing = laid
    stands = placing.stands
    first = [(k, s) for k, s in enumerate(stage.shapes) if not isinstance(s, Station) and (s.lag or s.role == "input")]
    height = {shape: stands[k].y for k, shape in first}
    assert max(stands[k].x for k, _ in first) < min(s.x for k, s in enumerate(stands) if k not in dict(first))
    for (_, upper), (_, lower) in combinations(first, 2):
        if upper.role == "state" and lower.role == "input":
            assert height[upper] < height[lower]


# SVG that stands alone.


def test_the_picture_is_well_formed_and_tells_itself(cell, drawing, root):
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    assert root.find(f"{SVG}title").text == f"One step of {cell.name} as a graph"
    assert root.find(f"{SVG}desc").text == f"{drawing.alternative} {drawing.caption}"
    assert drawing.caption not in drawing.alternative, "a page shows both"


def test_the_picture_needs_nothing_from_elsewhere_and_runs_nothing(drawing, root):
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "g", "path", "text", "tspan"}
    keys = {key for element in root.iter() for key in element.attrib}
    assert not any(key.startswith("on") or "href" in key for key in keys)
    assert "url(" not in drawing.svg and "@import" not in drawing.svg


def test_the_author_s_words_are_told_as_they_are(cell, root):
    titles = [t.text for t in root.iter(f"{SVG}title")]
    for name, comment in cell.comments.items():
        if name in (*cell.assigned, *cell.inputs):
            assert any(title.startswith(name) and title.endswith(f": {' '.join(comment.split())}") for title in titles)


def test_without_css_every_shape_has_its_colours(root):
    assert (root.get("fill"), root.get("stroke")) == ("none", "none")
    for element in root.iter():
        if element.tag in (f"{SVG}rect", f"{SVG}path"):
            colours = {element.get("fill"), element.get("stroke")} - {"none"}
            assert colours <= {light for light, _ in COLOURS.values()} and colours
        assert "var(" not in "".join(element.attrib.values())
    assert re.sub(r"@media [^{]+\{(\.[\w-]+\{[^}]*\})*\}", "", root.find(f"{SVG}style").text) == ""


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_lines_stand_out_in_both_schemes(scheme):
    colour = {name: pair[scheme] for name, pair in COLOURS.items()}
    for name in ("elementwise", "matrix", "reduction", "constant"):
        assert contrast(colour[name], colour["ground"]) >= 3
        if name != "constant":
            assert contrast(colour[f"{name}-text"], colour["ground"]) >= 4.5
            assert contrast(colour[f"{name}-text"], colour[f"{name}-glow"]) >= 4.5
    for name in ("ink", "soft"):
        assert min(contrast(colour[name], colour[ground]) for ground in ("ground", "node")) >= 4.5


def test_kinds_are_told_apart_without_colours():
    root = ElementTree.fromstring(graph(CELLS["functions"]).svg)
    dashes = {p.get("class"): p.get("stroke-dasharray") for p in root.iter(f"{SVG}path") if p.get("fill") == "none"}
    assert dashes["gc-line-elementwise"] is None and dashes["gc-line-constant"]
    root = ElementTree.fromstring(graph(CELLS["layernorm"]).svg)
    dotted = [p for p in root.iter(f"{SVG}path") if p.get("class") == "gc-line-reduction"]
    assert dotted and all(p.get("stroke-dasharray") for p in dotted)
    words = {"".join(t.itertext()) for t in root.iter(f"{SVG}text")}
    assert {"mean", "spread", "𝑈", "𝑊", "through a matrix", "through a reduction", "elementwise"} <= words


def test_the_picture_is_the_same_for_every_hash_seed():
    program = "import sys\nfrom gatecheck.cells import load\nfrom gatecheck.writing.drawing.graph import graph\n"
    program += "for name in sys.argv[1:]: print(graph(load(name)).svg)"
    several = [str(path) for path in ODD if path.stem in ("exponential", "reductions", "layernorm", "functions")]
    outputs = set()
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-c", program, "lstm", "lstm_peephole", *several]
        outputs.add(subprocess.run(command, capture_output=True, env=environment, check=True).stdout)
    assert len(outputs) == 1 and len(outputs.pop()) > 50_000


def test_a_graph_too_large_for_a_picture_is_refused_but_listed():
    shown = network(dense(60, 6, 3))
    assert len(shown.edges) > MOST
    with pytest.raises(BadInput, match=f"edges: a picture shows {MOST} at most\n.*--format text"):
        draw(shown)
    assert as_text(shown).count("\n") > 60


# Words.


def test_the_lstm_is_told_in_sentences():
    assert graph(load("lstm")).alternative == (
        "One step of lstm as a graph. From step t−1 come h[t−1] and c[t−1]. The input is x. "
        "f reads x through W_f and h[t−1] through U_f. i reads x through W_i and h[t−1] through U_i. "
        "g reads x through W_g and h[t−1] through U_g. o reads x through W_o and h[t−1] through U_o. "
        "c reads f, c[t−1], i and g elementwise. h reads o and c elementwise."
    )


@pytest.mark.parametrize(
    ("name", "ends", "caption"),
    [
        ("lstm_peephole", (), "Thick lines lead from c[t−1] to c elementwise: no matrix is on the way."),
        ("rnn", (), "The thick line leads from h[t−1] to h; no way is elementwise."),
        ("gate", (), "Nothing is carried from step to step."),
        ("skipping", ("h", "c"), "No path leads from h[t−1] to c."),
        ("lstm", ("c", "f"), "The thick line leads from c[t−1] to f; no way is elementwise. "
                             "What c passes within step t−1 is not drawn."),
    ],
)  # fmt: skip
def test_the_caption_says_what_is_lit(name, ends, caption):
    assert graph(CELLS[name], *ends).caption == caption


def test_the_alternative_names_every_quantity_and_what_edges_meet(drawing, laid):
    told = drawing.alternative
    for edge in laid.network.edges:
        for word in (edge.source.name, edge.reader.name, *(m.name for m in edge.met if m.parameter)):
            assert re.search(rf"\b{word}\b", told)
    assert "\n" not in told


def test_the_highway_of_the_lstm_carries_the_forget_gate_and_no_matrix():
    root = ElementTree.fromstring(graph(load("lstm")).svg)
    words = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    assert "diag(𝑓𝑡): no matrix on the way" in words
    assert words.count("σ") == 3 and words.count("tanh") == 1
    assert not any("no matrix" in "".join(t.itertext()) for t in ElementTree.fromstring(graph(load("rnn")).svg).iter())


def test_what_a_reader_reads_through_one_matrix_shares_its_box():
    shown = network(load("gru"))
    stations = [s for s in staged(shown, Letters(shown.system)).shapes if isinstance(s, Station)]
    assert [s.met[0].name for s in stations] == ["W_z", "U_z", "W_r", "U_r", "W_n", "U_n"]


def test_what_is_multiplied_is_named_where_the_whole_remark_finds_no_room():
    assert "diag(" in (words := remark("lstm_coupled")) and words.endswith(": no matrix")
    assert remark("lstm").endswith(": no matrix on the way")
    assert remark("lstm_nfg") == "no matrix on the way"


def remark(name):
    (found,) = {"".join(t.itertext()) for t in ElementTree.fromstring(graph(load(name)).svg).iter(f"{SVG}text")
                if "no matrix" in "".join(t.itertext())}  # fmt: skip
    return found
