"""Layouts by name: every cell that a convention lists, generated code in it, and cells with the same equations."""

import ast
from types import ModuleType

import numpy as np
import oracle
import pytest
from covering import described

from gatecheck.assignment.compiling import compiled
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.conventions import convention, conventions, layout
from gatecheck.conventions.matching import renaming
from gatecheck.conventions.weights import laid, taken
from gatecheck.errors import ConventionError
from gatecheck.grading.exchange import calls, canonical
from gatecheck.grading.running import Result
from gatecheck.grading.sample import sample
from gatecheck.writing.reference import code

DESCRIBED = pytest.mark.parametrize(("cell", "name"), described())


def drawn(cell, seed=1):
    sizes, _, _, p, _ = oracle.draw(cell, np.random.default_rng(seed))
    return sizes, p


@pytest.mark.every_cell
@DESCRIBED
def test_every_parameter_lies_in_the_arrays_or_is_said_to_be_zero(cell, name):
    made = layout(load(cell), name)
    placed = {p for stack in made.stored for p in stack.parameters}
    assert placed | set(made.zero) == set(made.cell.parameters)
    assert not placed & set(made.zero)
    ast.parse(code(made.cell, name))


@pytest.mark.every_cell
@DESCRIBED
def test_values_come_back_from_the_arrays_whole(cell, name):
    made = layout(load(cell), name)
    sizes, p = drawn(made.cell)
    p.update({n: np.zeros_like(p[n]) for n in made.zero})
    for spread in (False, True):
        arrays = laid(made, p, spread)
        for stack in made.stored:
            assert arrays[stack.name].shape == tuple(size.value(sizes) for size in stack.lengths)
        back = taken(made, arrays, sizes)
        assert back.keys() == p.keys()
        assert all(np.abs(back[n] - p[n]).max() < 1e-15 for n in p)


def true(cell, data):
    """Every quantity of a sequence, by complex steps; what no gradient reaches from outside has none."""
    states = oracle.run(cell, data.inputs, data.initial, data.parameters)
    found = oracle.gradients(cell, data.inputs, data.initial, data.parameters, data.upstream)
    values = {n: states[n].real for n in cell.outputs}
    values |= {f"d{n}": v for group in ("inputs", "parameters") for n, v in found[group].items()}
    return values, found["initial"]


@DESCRIBED
def test_generated_code_agrees_with_complex_steps_in_every_layout(cell, name):
    cell = load(cell)
    made = layout(cell, name)
    student = ModuleType("student")
    exec(compile(code(cell, name), "reference.py", "exec"), vars(student))
    adapter = {"student": student}
    exec(compile(made.adapter, "adapter", "exec"), adapter)
    numbers = sample(made, compiled(derive(cell, cell.outputs)), "c0ffee")
    given = {}
    for role in [s.role for s in made.signatures]:
        step, data = role.startswith("step"), numbers.of(role)
        (call,) = calls(made, role, data, {r: r for r in ("step", "forward")})
        arguments = [given[a.call][a.part[0]] if isinstance(a, Result) else a for a in call.arguments]
        function = adapter.get(role) or vars(student)[call.function]
        results = given[role] = function(*arguments)
        truth, initial = true(cell, data)
        truth = {n: v[0] if step and v.ndim == 3 else v for n, v in truth.items()}
        truth |= {f"d{n}{'_prev' if step else '0'}": v for n, v in initial.items()}
        limit = made.signature(role).clip or np.inf
        truth = {n: np.clip(v, -limit, limit) if n[1:] in data.parameters else v for n, v in truth.items()}
        if limit < np.inf:  # where the loss of a sequence is a sum, and its last state is handed on
            truth.update({n: truth[n].sum() if n == "L" else truth[n][-1] for n in cell.outputs})
        for k, slot in enumerate(made.signature(role).gives):
            if slot.kind != "cache":
                result = results[slot.name] if made.signature(role).named else results[k]
                for quantity, value in canonical(made, role, slot, result, data.sizes):
                    assert oracle.far(value, truth[quantity]) < 1e-12, (role, quantity)


@DESCRIBED
def test_parameters_to_start_from_are_those_of_the_plain_layout(cell, name):
    made = layout(load(cell), name)
    numbers = {letter: k + 2 for k, letter in enumerate(made.cell.sizes)}
    found = []
    for convention_name in (name, "gatecheck"):
        module = {}
        exec(compile(code(made.cell, convention_name, training=True), "reference.py", "exec"), module)
        initial = module["initial_parameters"](np.random.default_rng(5), **numbers)
        found.append(initial if isinstance(initial, dict) else dict(zip((s.name for s in made.stacks), initial)))
    arrays, plain = found
    back = taken(made, arrays, numbers)
    for n, value in plain.items():
        assert np.array_equal(back[n], 0 * value if n in made.zero else value), n


# ------------------------------------------------------------------------------------------------ cells


def test_a_cell_of_the_library_is_itself_and_no_other():
    known = {name: load(name) for name in library()}
    for name, cell in known.items():
        assert [other for other in known if renaming(known[other], cell) is not None] == [name]
        assert all(mine == their for mine, their in renaming(cell, cell).items())


OTHERWISE = """
x: D
s: H
r[t] = sigmoid(b_r + U_r @ s[t-1] + A_r @ x[t])
k[t] = sigmoid(A_k @ x[t] + U_k @ s[t-1] + b_k)
m[t] = tanh(U_m @ (s[t-1] * r[t]) + A_m @ x[t] + b_m)
s[t] = m[t] * (1.0 - k[t]) + s[t-1] * k[t]
"""


def test_a_cell_with_other_names_and_another_order_has_the_layout_of_the_one_it_is():
    cell = read(OTHERWISE, "mine.cell")
    names = renaming(load("gru"), cell)
    assert (names["W_n"], names["z"], names["b_r"]) == ("A_m", "k", "b_r")
    made = layout(cell, "keras")
    assert made.stacks[0].parameters == ("A_k", "A_r", "A_m")
    assert made.signatures[0].name == "gru_step"
    assert layout(cell, "haiku").stacks[0].blocks[0].sign == -1


def test_a_sign_or_a_lag_makes_another_cell():
    text = load("rnn").source
    assert renaming(load("rnn"), read(text.replace("W @ x[t] + U", "W @ x[t] - U"))) is None
    assert renaming(load("rnn"), read(text.replace("x[t]", "x[t-1]"))) is None
    assert renaming(load("rnn"), read(text.replace("tanh", "sigmoid"))) is None
    assert renaming(load("rnn"), read(text.replace("+ b)", "+ 2 * b)"))) is None


def test_a_gate_that_is_one_number_for_all_of_a_state_makes_another_cell():
    gate = "f: 1\n\nf[t]"
    assert renaming(load("lstm"), read(load("lstm").source.replace("f[t]", gate, 1))) is None
    small = read(load("lstm").source.replace(": D ", ": M ").replace(": H ", ": 1 "))
    assert renaming(load("lstm"), small)["W_f"] == "W_f"


@pytest.mark.parametrize(
    ("cell", "name", "said"),
    [
        ("gru", "pytorch", r"its gru_reset_after has n\[t\] = tanh\(W_n @ x\[t\] \+ r\[t\] \* \(U_n"),
        ("gru_reset_after", "haiku", r"its gru has .* gru_reset_after has n\[t\] = tanh\(W_n @ x\[t\] \+ r\[t\] \* \("),
        ("lstm_peephole", "keras", r"its lstm has f\[t\] .* \+ p_f \* c\[t-1\]"),
        ("gru", "dlai", "its rnn has equations for h, gru has equations for z, r, n, h"),
        ("indrnn", "dlai", r"its rnn has h\[t\] = tanh.* indrnn has h\[t\] = relu"),
        ("lstm_coupled", "flax", "lays out rnn, lstm, gru_reset_after, and lstm_coupled has other equations"),
    ],
)
def test_what_a_convention_does_not_describe_is_refused_with_the_equation(cell, name, said):
    with pytest.raises(ConventionError, match=said):
        layout(load(cell), name)


def test_a_cell_that_differs_in_shapes_alone_is_refused_with_them():
    gate = "f: 1\n\nf[t]"
    scalar = read(load("lstm").source.replace("f[t]", gate, 1), "scalar.cell")
    with pytest.raises(ConventionError, match=r"its lstm has W_f of shape \(H, D\), .* scalar has f of shape \(1\)"):
        layout(scalar, "dlai")


def test_every_convention_is_either_general_or_lists_cells_of_the_library():
    listed = {name for _, name in described()}
    assert listed | {"gatecheck", "cs231n"} == set(conventions())
    assert all(entry.equations in library() for name in listed for entry in convention(name).cells)


# ------------------------------------------------------------------------------------------------ what files say


def test_an_added_number_a_sign_and_two_biases_are_undone():
    made = layout(load("lstm"), "haiku")
    sizes, p = drawn(made.cell)
    arrays = laid(made, p)
    H = sizes["H"]
    assert np.array_equal(arrays["b"][2 * H : 3 * H], p["b_f"] - 1)
    assert np.array_equal(arrays["w"][sizes["D"] :, :H], p["U_i"].T)
    made = layout(load("gru"), "haiku")
    sizes, p = drawn(made.cell)
    assert np.array_equal(laid(made, p)["w_i"][:, :H], -p["W_z"].T)
    made = layout(load("gru_reset_after"), "pytorch")
    sizes, p = drawn(made.cell)
    arrays = laid(made, p)
    assert np.array_equal(arrays["bias_ih"], np.concatenate([p["b_r"], p["b_z"], p["b_n"]]))
    assert np.array_equal(arrays["bias_hh"], np.concatenate([0 * p["b_r"], 0 * p["b_z"], p["b_u"]]))
