"""Paths: how many there are, and that the sum of their Jacobians is the total derivative, in numbers."""

from pathlib import Path

import numpy as np
import oracle
import pytest

from gatecheck.assignment.compiling import expression
from gatecheck.assignment.operations import evaluate
from gatecheck.calculus.edges import Block, Broadcast, Diagonal, Matrix, Reduction, SoftmaxJacobian
from gatecheck.calculus.paths import MOST, count, paths, transitions, within
from gatecheck.calculus.symbols import label
from gatecheck.cells import library, load, read
from gatecheck.errors import CellError

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
STATEFUL = [name for name, cell in CELLS.items() if cell.states]


def routes(found, kept=lambda path: True):
    return [" ".join(path.names) for path in found.paths if kept(path)]


# How many.


@pytest.mark.parametrize(
    ("cell", "state", "elementwise", "matrix"),
    [
        ("lstm", "c", 1, 3),
        ("lstm_peephole", "c", 3, 6),
        ("gru", "h", 1, 3),
        ("gru_reset_after", "h", 1, 3),
        ("gru_writes", "h", 1, 3),
        ("rnn", "h", 0, 1),
        # A route less for each gate that is not there; the output gate is on none.
        ("lstm_nig", "c", 1, 2),
        ("lstm_nfg", "c", 1, 2),
        ("lstm_coupled", "c", 1, 2),
        ("lstm_nog", "c", 1, 3),
        ("lstm_niaf", "c", 1, 3),
        ("lstm_noaf", "c", 1, 3),
        # More matrices on the same routes: q or W_r on each, and gates that read gates, not c.
        ("lstm_multiplicative", "c", 1, 3),
        ("lstm_projected", "c", 1, 3),
        ("lstm_fgr", "c", 1, 3),
        # c is normalised only where it is read: 4 ways to h (of itself, of its mean, its deviation, that of the mean),
        # then to each of 3 gates by itself or in 3 ways through each of the 4 vectors that are normalised as one.
        ("lstm_layernorm", "c", 1, 4 * 3 * (1 + 3 * 4)),
        # h to c through z, and through u and v in 3 ways each: into their gate, or into m and from there into i and f.
        ("slstm", "c", 1, 1 + 3 + 3),
        ("slstm", "n", 1, 3 + 3),
        # m into i and f, these into c and n, both into h, from there into m through u and v.
        ("slstm", "m", 1, 2 * 2 * 2),
        ("mgu", "h", 1, 3),
        ("mut1", "h", 1, 2),
        ("mut2", "h", 1, 3),
        ("mut3", "h", 1, 3),
        ("ugrnn", "h", 1, 2),
        # Gates that see no state, or see it elementwise: no matrix on any route.
        ("mingru", "h", 1, 0),
        ("minlstm", "h", 1, 0),
        ("qrnn", "c", 1, 0),
        ("indrnn", "h", 1, 0),
        ("sru", "c", 2, 0),
    ],
)
def test_a_state_reaches_itself_elementwise_and_through_matrices(cell, state, elementwise, matrix):
    found = paths(load(cell), state)
    assert (found.source, found.target) == (state, state)
    assert (len(found.elementwise), len(found.others)) == (elementwise, matrix)


@pytest.mark.parametrize(
    ("cell", "numbers", "elementwise"),
    [
        ("lstm", [4, 19, 91, 5_274_724], [1, 1, 1, 1]),
        ("gru", [4, 16, 64, 1_048_576], [1, 1, 1, 1]),
        ("gru_reset_after", [4, 16, 64, 1_048_576], [1, 1, 1, 1]),
        ("rnn", [1, 1, 1, 1], [0, 0, 0, 0]),
        ("lstm_peephole", [9, 87, 843], [3, 9, 27]),
        ("mingru", [1, 1, 1, 1], [1, 1, 1, 1]),
        ("sru", [2, 4, 8, 1024], [2, 4, 8, 1024]),
    ],
)
def test_paths_over_many_steps_are_counted(cell, numbers, elementwise):
    found = paths(load(cell))
    steps = (1, 2, 3, 10)[: len(numbers)]
    assert [count(found, k) for k in steps] == numbers
    assert [count(found, k, elementwise=True) for k in steps] == elementwise


@pytest.mark.parametrize("name", ["lstm", "lstm_peephole", "gru", "scalars", "lagged_input"])
def test_the_count_over_one_step_is_the_number_of_paths(name):
    cell = CELLS[name]
    for source in cell.states:
        for target in cell.outputs:
            found = paths(cell, source, target)
            assert count(found, 1) == len(found.paths)
            assert count(found, 1, elementwise=True) == len(found.elementwise)


# Which.


def test_the_paths_of_an_lstm_are_the_ones_of_the_textbook():
    found = paths(load("lstm"))
    assert routes(found) == ["c c", "c h f c", "c h i c", "c h g c"]
    assert routes(found, lambda p: p.elementwise) == ["c c"]
    assert routes(found, lambda p: p.partial) == ["c c"]


def test_the_peepholes_are_elementwise_paths_of_their_own():
    found = paths(load("lstm_peephole"))
    assert routes(found, lambda p: p.elementwise) == ["c c", "c f c", "c i c"]
    assert routes(found, lambda p: p.partial) == ["c c", "c f c", "c i c"]


def test_where_one_name_reads_another_twice_the_elementwise_reads_are_one_path_and_each_product_its_own():
    cell = read("x: D\nh: H\nh[t] = h[t-1] * h[t-1] + sigmoid(h[t-1]) + U @ h[t-1] + V @ h[t-1] + W @ x[t]")
    found = paths(cell)
    assert (len(found.elementwise), len(found.others)) == (1, 2)


def test_a_reduction_is_no_elementwise_path():
    found = paths(read("x: D\nh: H\nh[t] = mean(h[t-1]) * (W @ x[t])"))
    assert (len(found.elementwise), len(found.others)) == (0, 1)


def test_the_protected_state_is_the_default():
    assert paths(load("lstm")).source == paths(load("lstm_layernorm")).source == paths(load("slstm")).source == "c"
    assert paths(load("gru")).source == paths(load("rnn")).source == "h"
    assert paths(load("lstm"), target="h").source == "h"
    assert paths(load("lstm"), "h").target == "h"


def test_a_cell_without_a_state_has_no_paths():
    with pytest.raises(CellError, match="gate has no state"):
        paths(load("gate"))


def test_ends_that_the_cell_does_not_compute_are_refused():
    with pytest.raises(CellError, match="cc is not computed by lstm"):
        paths(load("lstm"), "cc", "c")
    with pytest.raises(CellError, match="x is not computed by lstm"):
        paths(load("lstm"), "c", "x")


def test_more_paths_than_anyone_reads_are_refused():
    doubled = "".join(f"q{k}[t] = q{k - 1}[t] + U{k} @ q{k - 1}[t]\n" for k in range(1, 13))
    declared = "".join(f"q{k}: H\n" for k in range(13))
    cell = read(f"x: D\nh: H\n{declared}q0[t] = h[t-1] + W @ x[t]\n{doubled}h[t] = tanh(q12[t])")
    with pytest.raises(CellError, match=rf"4,096 paths lead from h\[t-1\] to h\[t\].*\n.*At most {MOST:,}"):
        paths(cell)


# In numbers.


class Numbers:
    """Steps of a cell with one row, and what every factor of a path is worth in them."""

    def __init__(self, cell, T=2):
        self.cell, self.T = cell, T
        self.sizes, inputs, self.initial, self.parameters, _ = oracle.draw(cell, np.random.default_rng(5), T=T, B=1)
        self.inputs = inputs or {"": np.zeros((T, 1, 0))}  # only says how many steps there are
        self.system = paths(cell).system
        self.steps, self._worth = self._values(), {}

    def _values(self):
        found = oracle.run(self.cell, self.inputs, self.initial, self.parameters)
        known = {n: a[:, 0].real for n, a in found.items()} | {n: a[:, 0] for n, a in self.inputs.items()}
        steps = []
        for t in range(self.T):
            before = {n: known[n][t - 1] if t else self.initial[n][0] for n in self.initial}
            values = {**self.parameters, **{f"#{n}": float(v) for n, v in self.sizes.items()}}
            values |= {n: a[t] for n, a in known.items()} | {f"{n}[t-1]": a for n, a in before.items()}
            for line in self.system.lines:
                values.setdefault(line.name, np.asarray(evaluate(expression(line.expression), values)))
            steps.append(values)
        return steps

    def size(self, name):
        return self.cell.size(name).value(self.sizes)

    def of(self, value, t):
        if (value, t) not in self._worth:
            self._worth[value, t] = np.atleast_1d(evaluate(expression(value), self.steps[t]))
        return self._worth[value, t]

    def dense(self, path, t=1):
        """The Jacobian of a path that ends at t: its factors multiplied, the last hop first."""
        total = np.eye(self.size(path.names[-1]))
        for step in path.jacobian():
            total = self.times(total, step.factor, t - step.before)
        return total

    def times(self, left, factor, t):
        match factor:
            case Diagonal(value=value):
                return left * self.of(value, t)
            case Matrix(parameter=parameter, transposed=transposed):
                w = self.parameters[label(parameter).name]
                return left @ (w.T if transposed else w)
            case Block(k=k, join=join):
                ends = np.cumsum([0, *(self.of(part, t).size for part in join.args)])
                return left[:, ends[k] : ends[k + 1]]
            case Reduction(vector=vector):
                return left @ np.ones((1, self.of(vector, t).size))
            case Broadcast():
                return left.sum(axis=1, keepdims=True)
            case SoftmaxJacobian(y=y):
                return left @ (np.diag(self.of(y, t)) - np.outer(self.of(y, t), self.of(y, t)))

    def total(self, source, target):
        """The complex-step Jacobian of target at the last step, source moved at the first."""
        n = self.size(source)
        moved = np.zeros((n, self.T, 1, n), complex)
        moved[:, 0, 0, :] = np.eye(n) * oracle.TINY * 1j
        out = oracle.run(self.cell, self.inputs, self.initial, self.parameters, {source: moved})
        return self._last(out[target], n)

    def partial(self, source, target):
        """The same with everything else that is carried held fixed: the first step's values, handed to a second."""
        n = self.size(source)
        before = {name: self.steps[1][f"{name}[t-1]"][None] for name in self.initial}
        before[source] = before[source] + np.eye(n)[:, None] * oracle.TINY * 1j
        last = {name: a[1:] for name, a in self.inputs.items()}
        return self._last(oracle.run(self.cell, last, before, self.parameters)[target], n)

    def _last(self, values, copies):
        values = np.broadcast_to(values[-1], (copies, *values[-1].shape[-2:]))
        return values[:, 0, :].T.imag / oracle.TINY

    def block(self, ways, target, source, t):
        return sum((self.dense(p, t) for p in ways), np.zeros((self.size(target), self.size(source))))


@pytest.mark.parametrize("name", STATEFUL)
def test_the_product_of_the_steps_jacobians_is_the_jacobian_over_many_steps(name):
    numbers = Numbers(CELLS[name], T=4)
    cell, equations = numbers.cell, numbers.system
    for source in dict.fromkeys((*cell.states, cell.assigned[0])):
        early = {source: [], **within(equations, source)}
        carried = {
            s: np.eye(numbers.size(s)) if s == source else numbers.block(early.get(s, ()), s, source, 1)
            for s in cell.states
        }
        target = cell.output
        blocks = transitions(equations, target)
        for t in (1, 2, 3):
            ends = cell.states if t < 3 else (target,)
            carried = {
                end: sum(numbers.block(blocks[end, s], end, s, t) @ carried[s] for s in cell.states) for end in ends
            }
        total = numbers.total(source, target)
        assert oracle.far(carried[target], total, 1e-3) < 1e-11, (source, target)


@pytest.mark.every_cell
@pytest.mark.parametrize("name", STATEFUL)
def test_the_sum_over_the_paths_is_the_jacobian(name):
    numbers = Numbers(CELLS[name])
    for source in numbers.cell.states:
        for target in numbers.cell.outputs:
            dense = [(path, numbers.dense(path)) for path in paths(numbers.cell, source, target).paths]
            nothing = np.zeros((numbers.size(target), numbers.size(source)))
            total, partial = numbers.total(source, target), numbers.partial(source, target)
            # Paths may cancel: a sum is as exact as its largest term.
            scale = max([1e-3, *(np.abs(d).max() for _, d in dense)])
            assert oracle.far(sum((d for _, d in dense), nothing), total, scale) < 1e-12, (source, target)
            straight = (d for path, d in dense if path.partial)
            assert oracle.far(sum(straight, nothing), partial, scale) < 1e-12, (source, target)
            kinds = [path.elementwise for path, _ in dense]
            assert kinds == sorted(kinds, reverse=True), "elementwise paths stand first"
            assert all(np.all(d == np.diag(np.diag(d))) for path, d in dense if path.elementwise)
