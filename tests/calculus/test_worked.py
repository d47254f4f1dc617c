"""Worked numbers against the independent oracle, whole and in part; what is picked where nothing is given."""

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_cells import sources

from gatecheck.calculus import picking
from gatecheck.calculus.backward import derive
from gatecheck.calculus.given import MOST_STEPS
from gatecheck.calculus.picking import pick
from gatecheck.calculus.symbols import gradient, sigmoid, tanh, value
from gatecheck.calculus.worked import Given, needed, picked_loss, worked
from gatecheck.cells import library, load, read
from gatecheck.errors import BadInput, CellError

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
LIMIT = 1e-9


def batched(arrays):
    """(n,) -> (1,n) and (T,n) -> (T,1,n), as the oracle has it."""
    return {n: v[..., None, :] for n, v in arrays.items()}


@cache
def started(name, steps=2):
    """A cell's derivation, and values picked for it with a loss that is said."""
    return start_of(CELLS[name], steps)


def start_of(cell, steps):
    backward = derive(cell, (cell.output,))
    start = pick(backward, steps)
    units = cell.size(cell.output).value(start.sizes)
    return backward, replace(start, loss={cell.output: picked_loss(steps, units)})


def differences(cell, backward, start):
    """{what: relative error} of everything that is computed from picked values."""
    found = worked(backward, start)
    assert found.undetermined == ()
    data = batched(start.inputs), batched(start.initial), dict(start.parameters)
    wanted = oracle.gradients(cell, *data, batched(start.loss))
    lines = oracle.run(cell, *data)
    scale = max(np.abs(v).max(initial=0) for group in wanted.values() for v in group.values())

    def over_time(symbol):
        return np.stack([values[symbol] for values in found.at])[:, None]

    told = {n: oracle.far(over_time(value(n, 0)), lines[n].real) for n in cell.assigned}
    told |= {f"d{n}": oracle.far(over_time(gradient(n)), v, scale) for n, v in wanted["added"].items()}
    told |= {f"d{n}": oracle.far(over_time(gradient(n)), v, scale) for n, v in wanted["inputs"].items()}
    told |= {f"d{n}_prev": oracle.far(found.initial[n][None], v, scale) for n, v in wanted["initial"].items()}
    told |= {f"d{n}": oracle.far(found.parameters[n], v, scale) for n, v in wanted["parameters"].items()}
    return told


@pytest.mark.parametrize("name", CELLS)
def test_every_number_is_the_oracle_s(name):
    cell = CELLS[name]
    told = differences(cell, *started(name, 2 if cell.inputs else 1))
    assert max(told.values()) <= LIMIT, told


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_every_number_of_a_random_cell_is_the_oracle_s(source):
    try:
        cell = read(source)
        told = differences(cell, *start_of(cell, 1))
    except CellError as error:
        assert "cancels out" in str(error)
        assume(False)
    except BadInput as error:
        assert "no small values" in str(error)
        assume(False)
    assert max(told.values()) <= LIMIT, told


# Parts of the values.


def part_of(start, kept):
    """The values with those alone that are kept."""
    groups = {g: {n: v for n, v in getattr(start, g).items() if (g, n) in kept} for g in GROUPS}
    return replace(start, **groups)


GROUPS = ("inputs", "initial", "parameters", "loss")


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_a_part_of_the_values_determines_is_what_all_of_them_say(data):
    name = data.draw(st.sampled_from(sorted(CELLS)))
    backward, start = started(name, 2 if CELLS[name].inputs else 1)
    names = [(g, n) for g in GROUPS for n in getattr(start, g)]
    kept = data.draw(st.sets(st.sampled_from(names)))
    whole, part = worked(backward, start), worked(backward, part_of(start, kept))
    for values, all_values in zip(part.at, whole.at, strict=True):
        for symbol, numbers in values.items():
            assert np.array_equal(numbers, all_values[symbol]), symbol
    for group in ("initial", "parameters"):
        for name, numbers in getattr(part, group).items():
            assert np.array_equal(numbers, getattr(whole, group)[name]), name
    if kept == set(names):
        assert part.undetermined == ()


def test_what_is_determined_is_nothing_less_than_the_equations_allow():
    backward = derive(load("lstm"))
    start = pick(backward)
    alone = {n: v for n, v in start.parameters.items() if n.endswith("_f")}
    found = worked(backward, replace(start, parameters=alone))
    assert found.undetermined == ("a_i", "i", "a_g", "g", "a_o", "o", "c", "h")
    assert found.parameters == {}
    assert not any(gradient(n) in found.at[0] for n in backward.cell.assigned)


def test_a_loss_that_reads_a_gate_needs_nothing_beyond_the_gate():
    backward = derive(load("lstm"), ("f",))
    start = pick(backward)
    alone = {n: v for n, v in start.parameters.items() if n.endswith("_f")}
    found = worked(backward, replace(start, parameters=alone, initial={"h": start.initial["h"]}))
    assert np.array_equal(found.at[0][gradient("f")], [1.0, -0.5])
    assert found.parameters["W_f"].any() and not found.parameters["W_i"].any()
    assert found.zero(backward.gradient("c")) and not found.zero(backward.gradient("f"))


def test_what_is_not_finite_is_told_by_its_name_and_step():
    backward = derive(read("x: D\nh: D\nh[t] = log(x[t]) + h[t-1]\n"))
    start = Given({"D": 1}, 2, {"x": np.array([[1.0], [0.0]])}, {"h": np.ones(1)})
    with pytest.raises(BadInput, match="h at step 2 is not finite"):
        worked(backward, start)


def test_where_nothing_is_determined_it_is_said_what_is_missing():
    backward = derive(load("lstm"))
    start = pick(backward)
    parameters = {n: v for n, v in start.parameters.items() if n not in ("W_f", "U_f", "b_f", "W_o", "U_i", "W_g")}
    found = worked(backward, replace(start, parameters=parameters, initial={}))
    assert needed(found) == "a_i needs U_i and h_prev."


# Picking.


@pytest.mark.slow
@pytest.mark.parametrize("name", library())
def test_nothing_that_is_picked_saturates_a_gate(name):
    backward, start = started(name)
    found = worked(backward, start)
    for line in backward.system.lines:
        if isinstance(line.expression, sigmoid | tanh) and line.activation:
            (inner,) = line.expression.free_symbols
            assert max(np.abs(values[inner]).max() for values in found.at) <= 3, line.name


def test_gates_that_keep_a_state_start_open_and_other_biases_are_0():
    picked = pick(derive(load("lstm"))).parameters
    assert picked["b_f"].tolist() == [1, 1]
    assert {tuple(picked[b]) for b in ("b_i", "b_g", "b_o")} == {(0, 0)}
    assert pick(derive(load("gru_writes"))).parameters["b_z"].tolist() == [-1, -1]


def test_two_units_are_enough_unless_they_are_normalised():
    assert pick(derive(load("lstm"))).sizes == {"D": 1, "H": 2}
    assert pick(derive(CELLS["layernorm"])).sizes == {"D": 1, "H": 3}


def test_another_seed_picks_other_values():
    backward = derive(load("rnn"))
    one, same, other = (pick(backward, seed=seed).parameters for seed in ("0", "0", "1f"))
    assert all(np.array_equal(one[n], same[n]) for n in one)
    assert any(not np.array_equal(one[n], other[n]) for n in one)


def test_values_are_the_same_for_every_hash_seed():
    code = "import sys; from gatecheck.cli import run; run(['trace', 'gru', '--format', 'json', '--steps', '2'])"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": p}
        ).stdout
        for seed in ("1", "2")
        for p in [str(Path(__file__).parents[2])]
    }
    assert len(told) == 1 and told.pop()


@pytest.mark.parametrize("steps", [0, -1, MOST_STEPS + 1])
def test_a_number_of_steps_that_nobody_can_follow_is_refused(steps):
    with pytest.raises(BadInput, match="steps cannot be traced"):
        pick(derive(load("rnn")), steps)


def test_a_cell_without_finite_numbers_is_refused():
    cell = read("x: D\nh: D\nh[t] = log(-(x[t]**2)) + h[t-1]\n")
    with pytest.raises(BadInput, match="no small values give a finite numbers"):
        pick(derive(cell))


def test_a_draw_near_a_kink_or_a_pole_counts_as_faulty():
    backward = derive(read("x: D\nh: D\nh[t] = relu(x[t]) / (h[t-1] + 1)\n"))
    draw = picking._Draw(backward, 1, picking.Random(0))

    def start(x, h):
        return Given({"D": 1}, 1, {"x": np.array([[x]])}, {"h": np.array([h])})

    good, kink, pole, never = draw.faults([start(1.0, 1.0), start(0.01, 1.0), start(0.5, -0.97), start(1.0, -1.0)])
    assert good == 0 < kink < np.inf > pole > 0
    assert never == np.inf


@pytest.mark.parametrize("name", CELLS)
def test_draws_that_are_judged_together_are_judged_as_each_alone(name):
    draw = picking._Draw(derive(CELLS[name], unit=True), 2, picking.Random(5))
    draws = [draw.values(k) for k in range(4)]
    assert draw.faults(draws) == [fault for one in draws for fault in draw.faults([one])]


def test_of_a_long_cell_few_values_are_drawn(monkeypatch):
    names = [f"q{k}" for k in range(60)]
    equations = [f"{q}[t] = tanh(W @ {p}[t{lag}] + {q}_b)" for q, p, lag in zip(
        (*names, "h"), ("h", *names), ("-1", *[""] * 60), strict=True
    )]  # fmt: skip
    cell = read("\n".join(["h: H", *(f"{q}: H" for q in names), *equations]) + "\n")
    drawn = []
    values = picking._Draw.values
    monkeypatch.setattr(picking._Draw, "values", lambda self, k: drawn.append(k) or values(self, k))
    pick(derive(cell), 2)
    assert len(drawn) < 60
