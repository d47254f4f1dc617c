"""Every pass leaves a program that computes what the author's equations say, forward and back."""

import numpy as np
import oracle
import programs
import pytest
from covering import cells
from hypothesis import HealthCheck, given, settings
from random_cells import sources

from gatecheck.calculus.symbols import label, sigmoid
from gatecheck.cells import read
from gatecheck.writing.fast.adjoint import adjoint
from gatecheck.writing.fast.biases import widen
from gatecheck.writing.fast.calls import call
from gatecheck.writing.fast.lowering import flatten, halve, keep_from_overflow
from gatecheck.writing.fast.module import PASSES, compiled
from gatecheck.writing.fast.naming import cut_joins, factor, name_parts, operations, start
from gatecheck.writing.fast.program import FORWARD, constant
from gatecheck.writing.fast.sharing import invert, open_joins, share
from gatecheck.writing.fast.stages import early_parts, part_forward

#: A pass after those that it needs, and after as few others as can be.
ALONE = {
    "keep_from_overflow": (keep_from_overflow, name_parts, part_forward, adjoint),
    "cut_joins": (cut_joins, name_parts, part_forward, adjoint),
    "open_joins": (open_joins, cut_joins, name_parts, part_forward, adjoint),
    "share": (share, name_parts, part_forward, adjoint),
    "invert": (invert, name_parts, part_forward, adjoint),
    "factor": (factor, name_parts, part_forward, adjoint),
    "adjoint": (name_parts, part_forward, adjoint),
    "early_parts": (name_parts, part_forward, early_parts, adjoint),
    "widen": (name_parts, part_forward, early_parts, adjoint, widen),
    "halve": (name_parts, part_forward, early_parts, adjoint, halve),
    "flatten": (name_parts, part_forward, adjoint, flatten),
    "all": PASSES,
}


def transformed(cell, passes):
    program = start(cell)
    for made in passes:
        program = made(program)
    return program


def agree(cell, program, steps=3, scale=0.0):
    """Run against the oracle on the author's tree; cells without inputs have one step.

    scale: of a gradient; of a smaller one, behind a tanh that is all but 1, fewer digits are right.
    """
    sizes, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(5), T=steps if cell.inputs else 1)
    found = programs.run(program, sizes, x, x0, p, upstream)
    values, true = oracle.run(cell, x, x0, p), oracle.gradients(cell, x, x0, p, upstream)
    for n in cell.outputs:
        assert oracle.far(found["values"][n], values[n].real) < 1e-12, n
    for group in ("inputs", "initial", "parameters"):
        for n, value in ((n, v) for n, v in true[group].items() if n not in cell.data):
            assert oracle.far(found[group][n], value, scale) < 1e-11, n


@pytest.mark.parametrize("passes", [p if p == "all" else pytest.param(p, marks=pytest.mark.slow) for p in ALONE])
@pytest.mark.parametrize("name", cells())
def test_a_pass_keeps_the_numbers(name, passes):
    agree(cells()[name], transformed(cells()[name], ALONE[passes]))


@pytest.mark.slow
@given(sources())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_all_passes_keep_the_numbers_of_random_cells(source):
    cell = programs.read_or_pass_over(source)
    agree(cell, compiled(cell), scale=1.0)


@pytest.mark.parametrize("name", cells())
def test_compiled_statements_are_single_calls_on_names(name):
    for s in compiled(cells()[name]).statements():
        assert all(o.is_Symbol or constant(o) for o in call(s).operands), s


@pytest.mark.parametrize("name", cells())
def test_only_what_waits_for_another_step_is_in_a_loop(name):
    program = transformed(cells()[name], (name_parts, part_forward))
    loop = {s.target: s for s in program.section("forward")}

    def reaches(start):
        seen, waiting = set(), [start]
        while waiting:
            for r in loop[waiting.pop()].reads():
                s = next((s for s in loop if label(s).name == label(r).name and label(s).kind == label(r).kind), None)
                if s is not None and s not in seen:
                    seen.add(s)
                    waiting.append(s)
        return seen

    cycles = {s for s in loop if s in reaches(s)}
    for s in loop:
        assert s in cycles or (reaches(s) & cycles and any(s in reaches(c) for c in cycles)), s


def text(*equations, declared="x: D\nh: H\n"):
    return read(declared + "\n".join(equations) + "\n")


def test_a_sum_is_factored_where_that_leaves_fewer_calls():
    plain = start(text("q[t] = V @ x[t]", "h[t] = q[t] * h[t-1] + (1 - q[t]) * x[t]", declared="x: H\nh: H\n"))
    assert operations(plain.section("forward")[-1].expression) == 4
    assert operations(factor(plain).section("forward")[-1].expression) == 3


def test_a_half_is_folded_only_where_nothing_else_reads_the_pre_activation():
    folded = compiled(text("h[t] = sigmoid(W @ x[t] + U @ h[t-1] + b)"))
    assert {"U/2", "W+b/2"} <= set(folded.pieces)
    read_twice = transformed(
        text("q[t] = W @ x[t] + U @ h[t-1]", "h[t] = sigmoid(q[t]) * q[t]"), (name_parts, part_forward, adjoint, halve)
    )
    assert not any(n.endswith("/2") for n in read_twice.pieces)
    assert any(s.expression.has(sigmoid) for n in FORWARD for s in read_twice.section(n))


def test_gradients_of_weights_and_inputs_are_not_in_the_loop():
    program = compiled(cells()["lstm"])
    looped = {s.target for s in program.section("backward")}
    assert not any(label(s).name in program.cell.inputs for s in looped)
    assert len(program.weights) == 8
    assert len([s for s in program.section("backward") if call(s).product]) == 1


@pytest.mark.parametrize(
    "equation",
    [
        "h[t] = tanh(U @ h[t-1] + sum(x[t]))",
        "h[t] = tanh(W @ concat(x[t], V @ concat(x[t], h[t-1])) + h[t-1])",
    ],
)
def test_a_scalar_before_the_loop_is_spread_in_it_and_a_piece_may_hold_pieces(equation):
    cell = text(equation, declared="x: D\nh: H\nW: (H, D + H)\nV: (H, D + H)\n" if "V" in equation else "x: D\nh: H\n")
    agree(cell, compiled(cell))
