"""What a cell costs, against what one counts by hand and against arrays."""

import pytest

from gatecheck.calculus import costs
from gatecheck.calculus.backward import derive
from gatecheck.calculus.symbols import symbol
from gatecheck.calculus.system import system
from gatecheck.cells import library, load, read
from gatecheck.writing.kept import kept_values

D, H, P = (symbol("size", name) for name in "DHP")


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("rnn", D * H + H**2 + H),
        ("lstm", 4 * (D * H + H**2 + H)),
        ("gru", 3 * (D * H + H**2 + H)),
        ("gru_reset_after", 3 * D * H + 3 * H**2 + 4 * H),
        ("lstm_concat", 4 * (D * H + H**2 + H)),
        ("lstm_peephole", 4 * D * H + 4 * H**2 + 7 * H),
        ("lstm_projected", 4 * D * H + 5 * P * H + 4 * H),
    ],
)
def test_parameters_are_counted_as_in_the_textbooks(cell, count):
    assert (costs.parameters(load(cell)) - count).expand() == 0


@pytest.mark.parametrize("name", library())
def test_the_parameters_are_the_entries_of_the_arrays(name):
    cell = load(name)
    sizes = {n: 3 + 2 * k for k, n in enumerate(cell.sizes)}
    entries = 0
    for parameter in cell.parameters:
        shape = [s.value(sizes) for s in cell.shapes[parameter]]
        entries += shape[0] * (shape[1] if len(shape) == 2 else 1)
    assert costs.parameters(cell).xreplace({symbol("size", n): k for n, k in sizes.items()}) == entries


def cost(cell):
    derived = derive(cell)
    return costs.forward(derived.system), costs.backward(derived, kept_values(derived))


def test_an_lstm_costs_what_one_counts_by_hand():
    forward, backward = cost(load("lstm"))
    assert forward.products == 4 * D * H + 4 * H**2
    # Of each gate two sums and a function; c: two products and a sum; h: a product and a tanh.
    assert forward.others == 4 * 3 * H + 3 * H + 2 * H
    assert backward.products == 8 * D * H + 8 * H**2
    # δo; δc of four, one and a sum; δf, δi, δg; δa of three each; four terms added to ∂L/∂h; three sums for δx; biases.
    assert backward.others == H + 6 * H + 3 * H + 4 * 3 * H + 4 * H + 3 * D + 4 * H


def test_a_product_that_is_written_twice_is_computed_once():
    once = read("x: D\nh: H\nh[t] = tanh(U @ h[t-1]) + W @ x[t]")
    twice = read("x: D\nh: H\nh[t] = tanh(U @ h[t-1]) * (U @ h[t-1]) + W @ x[t]")
    assert costs.forward(system(once)).products == costs.forward(system(twice)).products == D * H + H**2


def test_signs_are_free_a_division_is_one_operation_and_a_sum_has_as_many_as_it_has_terms():
    def others(right):
        return costs.forward(system(read(f"x: H\nh: H\nh[t] = {right}"))).others

    assert others("x[t] - h[t-1]") == H
    assert others("-x[t] * h[t-1]") == H
    assert others("x[t] / (2 + h[t-1])") == 2 * H
    assert others("2 * (x[t] + h[t-1])") == 2 * H
    assert others("sum(x[t]) * h[t-1]") == 2 * H
    assert others("softmax(x[t]) * h[t-1]") == 4 * H
    assert others("x[t]**2 + h[t-1]") == 2 * H


@pytest.mark.parametrize("name", library())
def test_going_back_through_matrices_costs_twice_as_much_as_going_forward(name):
    forward, backward = cost(load(name))
    assert backward.products == (2 * forward.products).expand()
