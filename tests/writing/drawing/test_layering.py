"""Columns and orders of any graph: no wire leads back, few cross, a spine lies on top."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.writing.drawing.layering import Box, Wire, layered
from gatecheck.writing.drawing.placing import isotonic, placed


@st.composite
def graphs(draw):
    """Boxes, the first few in the first column, and wires from earlier boxes to later ones."""
    sources = draw(st.integers(1, 4))
    boxes = [Box(40, 30, group=draw(st.integers(0, 2))) for _ in range(sources)]
    boxes += [Box(draw(st.integers(20, 90)), 30, late=draw(st.booleans())) for _ in range(draw(st.integers(0, 10)))]
    wires = []
    for head in range(sources, len(boxes)):
        for tail in draw(st.lists(st.integers(0, head - 1), max_size=4, unique=True)):
            kind = draw(st.sampled_from("ab"))
            wires.append(Wire(tail, head, kind, kind, draw(st.sampled_from((1.0, 3.0)))))
    return boxes, wires


def crossings(layering):
    """Stretches of wires that cross, counted one pair at a time."""
    return len(list(crossed(layering)))


def weighed(layering):
    """The same, each crossing as much as the product of the weights."""
    return sum(v * w for v, w in crossed(layering))


def crossed(layering):
    stretches = {}
    for wire, route in zip(layering.wires, layering.routes, strict=True):
        for pair in pairwise(route):
            stretches[pair] = max(wire.weight, stretches.get(pair, 0))
    for (a, b), v in stretches.items():
        for (c, d), w in stretches.items():
            if a.column == c.column and a.place < c.place and b.place > d.place:
                yield v, w


@settings(deadline=None)
@given(graphs())
def test_wires_lead_from_column_to_column_and_every_vertex_has_one_place(graph):
    layering = layered(*graph)
    for wire, route in zip(graph[1], layering.routes, strict=True):
        assert (route[0].box, route[-1].box) == (wire.tail, wire.head)
        assert all(b.column == a.column + 1 for a, b in pairwise(route))
        assert all(bend.box is None for bend in route[1:-1])
    for k, column in enumerate(layering.columns):
        assert [(v.column, v.place) for v in column] == [(k, place) for place in range(len(column))]
    assert sorted(v.box for c in layering.columns for v in c if v.box is not None) == list(range(len(graph[0])))


@settings(deadline=None)
@given(graphs())
def test_the_first_column_keeps_its_groups_and_late_boxes_stand_as_far_right_as_they_may(graph):
    boxes, wires = graph
    layering = layered(boxes, wires)
    groups = [boxes[v.box].group for v in layering.columns[0] if v.box is not None]
    assert groups == sorted(groups)
    column = {v.box: v.column for c in layering.columns for v in c}
    for k, box in enumerate(boxes):
        heads = [column[w.head] for w in wires if w.tail == k]
        if box.late:
            assert column[k] == min(heads, default=len(layering.columns)) - 1


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_a_spine_lies_on_top_of_every_column_that_it_passes_and_is_straight(graph):
    boxes, wires = graph
    spine = []
    while following := [k for k, w in enumerate(wires) if w.tail == (wires[spine[-1]].head if spine else 0)]:
        spine.append(following[0])
    layering = layered(boxes, wires, spine)
    assert all(vertex.place == 0 for vertex in layering.spine)
    placing = placed(layering)
    levels = {round(point.y, 6) for k in spine for point in placing.runs[k]}
    assert len(levels) <= 1
    assert all(stand.y >= level for stand in placing.stands for level in levels)


def test_what_can_be_drawn_without_crossings_is():
    # Two trees whose wires are given crosswise, and a wire past them.
    boxes = [Box(9, 9, group=0), Box(9, 9, group=0), *(Box(9, 9) for _ in range(8))]
    pairs = [(0, 5), (1, 2), (0, 3), (1, 4), (2, 6), (5, 7), (3, 8), (4, 9), (0, 8)]
    assert crossings(layered(boxes, [Wire(*pair) for pair in pairs])) == 0


@pytest.mark.parametrize(("many", "fewest"), [(2, 1), (3, 3), (4, 6)])
def test_what_must_cross_crosses_no_more_than_it_must(many, fewest):
    boxes = [Box(9, 9, group=0), Box(9, 9, group=0), *(Box(9, 9) for _ in range(many))]
    wires = [Wire(tail, head) for head in range(2, many + 2) for tail in (1, 0)]
    assert crossings(layered(boxes, wires)) == fewest


@settings(deadline=None)
@given(graphs())
def test_no_two_neighbours_in_a_column_would_cross_less_the_other_way_round(graph):
    layering = layered(*graph)
    before = weighed(layering)
    for column in layering.columns:
        for upper, lower in pairwise(column):
            if upper.group == lower.group:
                upper.place, lower.place = lower.place, upper.place
                assert weighed(layering) >= before
                upper.place, lower.place = lower.place, upper.place


def test_wires_of_one_bundle_share_their_bends_and_others_do_not():
    boxes = [Box(9, 9, group=0), Box(9, 9), Box(9, 9), Box(9, 9), Box(9, 9)]
    chain = [Wire(1, 2), Wire(2, 3), Wire(2, 4)]
    layering = layered(boxes, [Wire(0, 3, "a"), Wire(0, 4, "a"), Wire(0, 4, "b"), Wire(0, 1), *chain])
    one, same, other = layering.routes[:3]
    assert one[1] is same[1] and one[1] is not other[1]


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), min_size=1))
def test_the_nearest_rising_sequence_rises_and_its_steps_balance(pulls):
    wanted, weights = zip(*pulls, strict=True)
    levels = isotonic(wanted, weights)
    assert all(a <= b + 1e-9 for a, b in pairwise(levels))
    for level in dict.fromkeys(levels):
        # Each step is the weighted mean of what it stands for: no step can move without loss.
        members = [k for k, other in enumerate(levels) if other == level]
        force = sum(weights[k] * (wanted[k] - level) for k in members)
        assert force == pytest.approx(0, abs=1e-6)


def test_nothing_at_all_can_be_placed():
    assert placed(layered([], [])).width == 0
