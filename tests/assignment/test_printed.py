"""Formulas from data are those from SymPy: the same words in reports and in derivations."""

from pathlib import Path

import pytest
from covering import dear

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.printing import Printed
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.writing.equations import addend, equation, parameter
from gatecheck.writing.formulas import Formulas

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
#: Where SymPy keeps a root of a number that data holds as a decimal, or sorts what stands below a bar.
OTHERWISE = {
    ("functions", "a_c"),
    ("functions", "q"),
    ("numbers", "b_v"),
    ("powers", "f"),
    ("powers", "h"),
    ("powers", "q"),
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=dear(n), id=getattr(n, "stem", n)) for n in (*library(), *ODD)])
def test_every_formula_of_a_cell_is_printed_as_from_sympy(name):
    cell = load(name)
    backward = derive(cell, cell.outputs)
    program, writer = compiled(backward), Formulas(backward.system)
    printed = Printed(cell, program, tuple(cell.outputs))
    pairs = {}
    for line in backward.system.lines:
        pairs[line.name] = equation(writer, line).right, printed.sum(printed.addends(program.forward[line.name]))
        if (cell.name, line.name) in OTHERWISE:
            del pairs[line.name]
    for found in (*backward.quantities, *backward.inputs):
        own = [("+", writer.write(found.loss))] if found.loss else []
        addends = own + [addend(writer, t) for t in found.terms]
        written = writer.sum(addends) if addends else "0"
        if (cell.name, found.name) not in OTHERWISE:
            pairs[f"d{found.name}"] = written, printed.gradient(found.name, program.gradients[found.name])
    for found in backward.parameters:
        if (cell.name, found.name) not in OTHERWISE:
            pairs[f"d{found.name}"] = parameter(writer, found).right, printed.parameter(program.parameters[found.name])
    for what, (from_sympy, from_data) in pairs.items():
        assert from_data == from_sympy, what


def test_what_only_wrong_formulas_hold_is_printed_without_ambiguity():
    cell = read("x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n", "a.cell")
    printed = Printed(cell, compiled(derive(cell)), ("h",))
    for expression, text in (
        (["*", "dh", ["+", "h", ["*", -1.0, ["^", "h", 2.0]]]], "δh ⊙ (h − h²)"),
        (["^", ["^", "h", 2.0], 0.5], "√(h²)"),
        (["*", -1.0, ["+", "h", "b"]], "−(h + b)"),
        (["matmul", "U", ["*", -1.0, "h[t-1]"]], "U (−h[t−1])"),
        (["*", 0.5, "dh", ["^", "h", -1.0]], "δh / (2 h)"),
        ("~dh", "(∂L_t/∂h + Uᵀ δa_h[t+1])"),
        (["^", ["sum", "h"], 2.0], "(Σ(h))²"),
    ):
        assert printed.write(expression) == text
