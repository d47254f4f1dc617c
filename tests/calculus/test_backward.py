"""The derivation against an oracle that shares nothing with it: every library cell, odd cells, random cells."""

from dataclasses import replace
from pathlib import Path

import agreement
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from random_cells import sources

from gatecheck.assignment.compiling import compiled
from gatecheck.calculus.backward import derive, differentiate
from gatecheck.calculus.proof import prove
from gatecheck.calculus.symbols import value
from gatecheck.calculus.system import System, system
from gatecheck.cells import SCALAR, library, load, read
from gatecheck.errors import CellError
from gatecheck.writing.reference import code

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
LIMIT = 1e-12


@pytest.mark.every_cell
@pytest.mark.parametrize("name", CELLS)
def test_every_gradient_is_the_complex_step(name):
    cell = CELLS[name]
    program = compiled(derive(cell))
    for outputs in [None, *((output,) for output in cell.outputs[1:])]:
        found = agreement.errors(cell, outputs, program=program)
        assert max(found.values()) <= LIMIT, (outputs, found)


def test_the_oracle_tells_a_wrong_program_from_a_right_one():
    cell = load("lstm")
    program = compiled(derive(cell))
    wrong = program.changed(type(program.change)(gradients={"c": program.gradients["c"][:-1]}))
    found = agreement.errors(cell, program=wrong)
    assert found["parameters W_f"] > 1e-3 and found["added c"] > 1e-3


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_every_gradient_of_a_random_cell_is_the_complex_step(source):
    _agree(source)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
@given(sources())
def test_every_gradient_of_thousands_of_random_cells_is_the_complex_step(source):
    _agree(source)


def _agree(source):
    cell = read(source)
    try:
        found = agreement.errors(cell)
    except CellError as error:
        assert "cancels out" in str(error)
        assume(False)
    assert max(found.values()) <= LIMIT, found


@pytest.mark.parametrize("name", CELLS)
def test_a_changed_line_alone_is_differentiated_anew(name):
    equations = system(CELLS[name])
    known = differentiate(equations, CELLS[name].outputs)
    middle = equations.lines[len(equations.lines) // 2]
    changed = replace(middle, expression=middle.expression * value("q_new", None))
    lines = tuple(changed if line is middle else line for line in equations.lines)
    wrong = System(equations.cell, lines, equations.sizes | {"q_new": SCALAR})
    assert differentiate(wrong, known.loss, known=known) == differentiate(wrong, known.loss) != known


# What a derivation says about itself.


def test_contributions_stand_in_the_order_of_the_equations_those_of_the_same_step_first():
    lstm = derive(load("lstm"))
    assert [(t.line.name, t.lag) for t in lstm.gradient("c").terms] == [("h", 0), ("c", 1)]
    assert [t.line.name for t in lstm.gradient("h").terms] == ["a_f", "a_i", "a_g", "a_o"]
    assert [t.line.name for t in lstm.gradient("h").later] == ["a_f", "a_i", "a_g", "a_o"]
    assert lstm.gradient("x").now == lstm.gradient("x").terms


def test_gradients_come_in_backward_order():
    names = [g.name for g in derive(load("lstm")).quantities]
    assert names == ["h", "c", "o", "a_o", "g", "a_g", "i", "a_i", "f", "a_f"]


def test_the_loss_reads_the_output_unless_it_is_said_to_read_more():
    def reads(backward):
        return [g.name for g in backward.quantities if g.loss]

    assert reads(derive(load("lstm"))) == ["h"]
    assert reads(derive(load("lstm"), ["h", "c"])) == ["h", "c"]
    assert reads(derive(load("lstm"), [])) == []


def test_a_loss_that_reads_what_the_cell_does_not_compute_is_refused():
    with pytest.raises(CellError, match="the loss cannot read hh") as error:
        derive(load("lstm"), ["hh"])
    assert "Did you mean h?" in str(error.value)


def test_a_function_without_slope_sends_nothing_back():
    backward = derive(read("x: D\nh: H\nh[t] = sign(W @ x[t]) + h[t-1]"))
    assert backward.gradient("W").terms == () and backward.gradient("x").terms == ()


def test_a_maximum_of_equals_gives_its_gradient_once():
    cell = read("x: D\nh: H\nh[t] = maximum(b * h[t-1], b * h[t-1]) + maximum(h[t-1], h[t-1] - 1) + W @ x[t]")
    assert max(agreement.errors(cell).values()) <= LIMIT


@pytest.mark.parametrize("equation", ["sign(W @ x[t] + U @ h[t-1])", "tanh(V @ x[t]) * sign(U @ (W @ x[t] + h[t-1]))"])
def test_nothing_flows_back_through_a_sign_of_what_a_matrix_gives(equation):
    cell = read(f"x: D\nh: H\nh[t] = {equation}")
    assert max(agreement.errors(cell).values()) <= LIMIT
    prove(cell)
    namespace = {}
    exec(code(cell), namespace)
    shapes = {n: np.ones([{"D": 2, "H": 3}[str(s)] for s in cell.shapes[n]]) for n in cell.parameters}
    _, kept = namespace["step"](np.ones((1, 2)), np.ones((1, 3)), shapes)
    _, dh_prev, _ = namespace["step_backward"](np.ones((1, 3)), kept, shapes)
    assert not dh_prev.any()
