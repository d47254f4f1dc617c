"""Rows pulled back through a cell, against complex steps through the author's own equations, for every cell."""

from pathlib import Path

import numpy as np
import oracle
import pytest

from gatecheck.calculus.edges import Block, Cut
from gatecheck.calculus.jacobians import _Numbers, backwards, ways
from gatecheck.calculus.networks import Draw, forward
from gatecheck.calculus.paths import count, ends, paths
from gatecheck.calculus.symbols import Join, value
from gatecheck.calculus.system import system
from gatecheck.cells import library, load
from gatecheck.cells import tree as t

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
STATEFUL = [name for name, cell in CELLS.items() if cell.states]
LAGS, NETWORKS = 3, 2


class Networks:
    """Two networks of a cell with arbitrary parameters, over four steps."""

    def __init__(self, cell):
        self.cell, self.system = cell, system(cell)
        self.draw = Draw(networks=NETWORKS, size=5, steps=LAGS)
        self.sizes = self.draw.sizes(self.system)
        random = np.random.default_rng(7)
        shapes = {n: [s.value(self.sizes) for s in cell.shapes[n]] for n in cell.parameters}
        self.parameters = {n: 0.2 * random.normal(size=(NETWORKS, *shape)) for n, shape in shapes.items()}
        self.values = forward(self.system, self.draw, self.parameters)
        self.width = self.size(ends(self.system)[0])

    def size(self, name):
        return self.cell.size(name).value(self.sizes)

    def arrivals(self, state):
        found = ways(self.system, self.values, self.sizes)
        return list(backwards(found, state, NETWORKS, self.size(state), LAGS + 1))

    def run(self, network, added=None):
        inputs = {n: self.values[value(n, 0)][:, network, None] for n in self.cell.inputs}
        initial = {n: np.zeros((1, self.size(n))) for n in self.cell.lagged}
        parameters = {n: array[network] for n, array in self.parameters.items()}
        return oracle.run(self.cell, inputs or {"": np.zeros((LAGS + 1, 1, 0))}, initial, parameters, added)

    def total(self, network, state, lag):
        """ds[T]/ds[T-lag] by complex steps."""
        n = self.size(state)
        moved = np.zeros((n, LAGS + 1, 1, n), complex)
        moved[:, LAGS - lag, 0] = np.eye(n) * oracle.TINY * 1j
        last = self.run(network, {state: moved})[state][-1]
        return last[:, 0].T.imag / oracle.TINY


@pytest.fixture(scope="module", params=STATEFUL)
def networks(request):
    return Networks(CELLS[request.param])


def test_the_values_are_those_of_the_authors_equations(networks):
    for network in range(NETWORKS):
        for name, array in networks.run(network).items():
            assert oracle.far(networks.values[value(name, 0)][:, network], array[:, 0].real, 1e-3) < 1e-12, name


def test_what_arrives_at_a_state_is_its_total_derivative(networks):
    for state in networks.cell.states:
        for lag, arrived in enumerate(networks.arrivals(state)):
            for network in range(NETWORKS):
                wanted = networks.total(network, state, lag)
                found = np.zeros(wanted.shape) if arrived.total is None else arrived.total[network]
                assert oracle.far(found, wanted, 1e-3) < 1e-12, (state, lag)


def test_what_arrives_elementwise_is_what_is_left_when_nothing_passes_a_linear_map(networks, monkeypatch):
    monkeypatch.setattr(oracle, "evaluate", _without_linear_maps(oracle.evaluate))
    for state in networks.cell.states:
        for lag, arrived in enumerate(networks.arrivals(state)):
            for network in range(NETWORKS):
                wanted = networks.total(network, state, lag)
                found = np.zeros((1, len(wanted))) if arrived.elementwise is None else arrived.elementwise[network]
                assert oracle.far(np.diag(found[0]), wanted, 1e-3) < 1e-12, (state, lag)


def _without_linear_maps(evaluate):
    """The oracle, blind to derivatives through products, concatenations, sums, and from a scalar to a vector."""

    def blind(node, values):
        found = evaluate(node, values)
        if isinstance(node, t.Product | t.Concat | t.Reduce | t.Softmax):
            return found.real + 0j
        if isinstance(node, t.Binary | t.Apply):
            parts = node.arguments if isinstance(node, t.Apply) else (node.left, node.right)
            sides = [blind(p, values) for p in parts]
            width = max(s.shape[-1] for s in sides)
            sides = [s if s.shape[-1] == width else s.real + 0j for s in sides]
            combine = oracle.APPLY[node.function] if isinstance(node, t.Apply) else oracle.OPERATORS[node.operator]
            return combine(*sides)
        return found

    return blind


def test_a_part_arrives_where_there_is_a_path_of_its_kind(networks):
    for state in networks.cell.states:
        found = paths(networks.cell, state)
        for lag, arrived in list(enumerate(networks.arrivals(state)))[1:]:
            elementwise = count(found, lag, elementwise=True)
            assert (arrived.elementwise is not None) == (elementwise > 0)
            assert (arrived.others is not None) == (count(found, lag) > elementwise)


def test_what_is_cut_out_and_put_back_is_the_vector():
    """A concatenation's blocks and a vector's parts undo each other: Σ_k (row in block k, placed as part k) = row."""
    lines = system(load("lstm_concat"))
    join = Join(value("h", 1), value("x", 0))
    numbers = _Numbers(lines, {}, {"H": 3, "D": 2})
    rows = np.arange(10.0).reshape(1, 2, 5)
    parts = [numbers.operator(Block(k, join))(rows, 0) for k in range(2)]
    placed = [numbers.operator(Cut(k, join))(part, 0) for k, part in enumerate(parts)]
    assert np.array_equal(sum(placed), rows)
    assert not placed[0][..., 3:].any()
    assert not placed[1][..., :3].any()
