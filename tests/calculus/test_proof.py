"""Proofs: every cell has one, and no wrong derivation has."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import house
import pytest
from hypothesis import HealthCheck, assume, given, settings
from mutants import mutants
from random_cells import sources

import gatecheck
from gatecheck.calculus import edges
from gatecheck.calculus.backward import derive
from gatecheck.calculus.levels import LEVELS, at_level
from gatecheck.calculus.proof import prove
from gatecheck.calculus.proof.adjoints import adjoints
from gatecheck.calculus.proof.assembly import STEPS, assembly
from gatecheck.calculus.proof.polynomials import TooLarge
from gatecheck.calculus.symbols import Part, value
from gatecheck.cells import LOSSES, joined, library, load, read
from gatecheck.errors import CellError, Fault

adjoining = import_module("gatecheck.calculus.proof.adjoints")  # its name in the package is its function's
ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
SEED = "1"


@pytest.mark.every_cell
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_a_proof(name):
    proof = prove(CELLS[name], seed=SEED)
    assert proof.assembly.bound >= 50 and proof.assembly.steps == (1, 2, 3, 4)
    for equation in CELLS[name].equations:
        (shown,) = (a for a in proof.adjoints if a.name == equation.name and not a.activation)
        assert set(shown.reads) == set(equation.reads())


@pytest.mark.parametrize("loss", LOSSES)
def test_a_cell_with_its_loss_has_a_proof(loss):
    for name in ("gru", "lstm_concat"):
        assert prove(joined(load(name), loss, "embedding"), seed=SEED).backward.loss == ()


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_derivation_at_every_level_is_shown_for_whole_sequences(level):
    for name in ("lstm_peephole", "gru", "reductions", "joined", "scalars"):
        assembly(at_level(derive(CELLS[name], unit=True), level), SEED)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_every_random_cell_has_a_proof(source):
    _proved(source)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(sources())
def test_thousands_of_random_cells_have_a_proof(source):
    _proved(source)


def _proved(source):
    cell = read(source)
    try:
        derive(cell)
    except CellError:
        assume(False)
    assert prove(cell, loss=cell.outputs, seed=SEED).assembly.bound >= 50


# Wrong derivations.

FIVE = ("rnn", "gru", "lstm", "lstm_peephole", "reductions")


@pytest.mark.parametrize("name", FIVE)
def test_no_mutant_is_proved(name):
    wrong = list(mutants(derive(CELLS[name])))[:: 3 if name.startswith("lstm") else 1]
    proved = [(kind, where) for kind, where, mutant in wrong if not refused(adjoints, mutant)]
    assert len(wrong) >= 50 and proved == []


def test_the_mutants_are_many_and_of_every_kind():
    found = [kind for name in FIVE for kind, *_ in mutants(derive(CELLS[name]))]
    assert len(found) >= 1000
    assert {"dropped", "factor", "sign", "shifted", "transpose", "name", "loss dropped", "attributed"} <= set(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_no_mutant_of_any_cell_is_proved(name):
    assert [k for k, _, mutant in mutants(derive(CELLS[name])) if not refused(adjoints, mutant)] == []


#: What is wrong about time and sums, not about an equation alone.
WHOLE = ("dropped", "doubled", "shifted", "loss dropped", "exchanged", "outer transposed")


@pytest.mark.parametrize("name", ["rnn", "gru"])
def test_whole_sequences_alone_refuse_what_is_wrong_about_time_and_sums(name):
    backward = derive(CELLS[name])
    wrong = [(kind, where, mutant) for kind, where, mutant in mutants(backward) if kind in WHOLE]
    assert len({kind for kind, *_ in wrong}) >= 5
    assert [(kind, where) for kind, where, mutant in wrong if not refused(assembly, mutant, SEED)] == []


def refused(part, *arguments):
    try:
        part(*arguments)
    except Fault as error:
        return str(error)
    return ""


def mutant(name, kind, where):
    return next(m for k, w, m in mutants(derive(CELLS[name])) if (k, w) == (kind, where))


def test_a_refusal_shows_what_is_added_and_what_is_derived():
    said = refused(adjoints, mutant("lstm", "sign", "o")).splitlines()
    assert said == [
        "what h adds to the gradient of o[t] is not what is derived",
        "  it adds:  tanh(c) * dh",
        "  derived:  -tanh(c) * dh",
    ]


def test_a_refusal_of_sequences_says_whose_gradient_is_wrong():
    said = refused(assembly, mutant("lstm", "shifted", "c"), SEED)
    assert "the gradient of c is wrong" in said and "seed 1" in said


def test_a_gradient_used_before_it_is_known_is_refused():
    said = refused(assembly, mutant("lstm", "name", "c"), SEED)
    assert "cannot be followed" in said or "is wrong" in said


def test_a_gradient_of_another_size_is_refused():
    backward = derive(read("x: D\nh: D\nk: 1\nh[t] = k * x[t] + h[t-1]\n"))
    assert "size D" in refused(adjoints, changed(backward, "k", lambda e: e.args[0]))


def test_a_gradient_that_nobody_derived_is_missed():
    backward = derive(read("x: D\nh: H\nh[t] = sign(W @ x[t]) + h[t-1]\n"))
    assert "not of W" in refused(adjoints, replace(backward, parameters=()))


def test_a_term_of_no_equation_is_refused():
    backward = derive(load("rnn"))
    (term,) = backward.gradient("U").terms
    stray = replace(term, edge=replace(term.edge, reader=replace(term.edge.reader, name="q")))
    parameters = tuple(replace(g, terms=(*g.terms, stray)) if g.name == "U" else g for g in backward.parameters)
    assert "has a term of q, which is no equation" in refused(adjoints, replace(backward, parameters=parameters))


def test_an_equation_that_is_printed_otherwise_than_it_was_written_is_refused():
    backward = derive(load("lstm"))
    lines = tuple(replace(x, expression=-x.expression) if x.name == "c" else x for x in backward.system.lines)
    said = refused(adjoints, replace(backward, system=replace(backward.system, lines=lines)))
    assert said == "what is printed as the equation of c is not what the cell file says"


def test_a_part_of_something_else_is_refused():
    backward = derive(load("lstm_concat"))
    swapped = {value("h", 1): value("c", 1)}
    wrong = changed(backward, "x", lambda e: Part(*e.args[:2], e.args[2].xreplace(swapped)))
    assert "takes a part of what f does not join" in refused(adjoints, wrong)


def changed(backward, name, change):
    """A derivation with every term of one gradient changed."""

    def group(found):
        return tuple(
            replace(g, terms=tuple(replace(t, expression=change(t.expression)) for t in g.terms))
            if g.name == name
            else g
            for g in found
        )

    groups = {name: group(getattr(backward, name)) for name in ("quantities", "inputs", "parameters")}
    return replace(backward, **groups)


ROOTS = (
    "h[t-1] * sqrt(h[t-1] * (q + V @ x[t]))",
    "(r + h[t-1]) * sqrt(h[t-1] * (q + V @ x[t]) * (r + h[t-1]))",
    "h[t-1] / ((1 - h[t-1]) * h[t-1])**1.5 * (V @ x[t])",
    pytest.param("sqrt(h[t-1] * q) * sqrt(q * (V @ x[t]))", marks=pytest.mark.slow),
    "tanh(h[t-1] * (h[t-1] * (q + V @ x[t]))**-0.5)",
)


@pytest.mark.parametrize("right", ROOTS)
def test_roots_of_products_beside_other_factors_are_proved_and_no_mutant_of_them(right):
    backward = derive(read(f"x: D\nh: H\nh[t] = {right}\n"))
    assert adjoints(backward) and assembly(backward, SEED).bound >= 50
    assert [(k, w) for k, w, mutant in mutants(backward) if not refused(adjoints, mutant)] == []


# Independence.


def test_what_checks_imports_nothing_that_derives():
    package = Path(gatecheck.__file__).parent
    arithmetic = ("vectors", "polynomials", "factors", "indexed", "opening", "residues", "degrees")
    independent = (*arithmetic, "forward", "spelling")
    for module in independent:
        for found in house.imports(package, f"gatecheck.calculus.proof.{module}"):
            inside = found.target.startswith("gatecheck.calculus.") and ".proof." not in found.target
            assert not inside, str(found)


def test_a_proof_differentiates_nothing_by_the_rules_it_checks(monkeypatch):
    backward = derive(load("lstm"))

    def never(*arguments):
        raise AssertionError("the derivation was called")

    monkeypatch.setattr(edges, "edges", never)
    monkeypatch.setattr("gatecheck.calculus.backward.edges", never)
    monkeypatch.setattr("sympy.Expr.diff", never)
    assert adjoints(backward) and assembly(backward, SEED).steps == STEPS


# What cannot be proved.


def product(factors):
    """A product of sums that has 3^factors monomials."""
    return " * ".join(f"(tanh({k} + x[t]) + tanh({k} * (W @ x[t]) - h[t-1]) + 1)" for k in range(1, factors + 1))


LARGE = (
    product(12),
    f"tanh(U @ ({product(12)}) + b)",
    f"h[t-1] * softmax({product(12)}) * (1 - x[t])",
    f"1 - h[t-1] * (1 - mean({product(12)})) / (2 + {product(10)})",
    f"sqrt({product(12)}) * (x[t] + h[t-1])",
)


@pytest.mark.slow
@pytest.mark.parametrize("right", LARGE)
def test_an_equation_of_very_many_terms_is_proved_and_no_mutant_of_it(right):
    backward = derive(read(f"x: H\nh: H\nh[t] = {right}\n"))
    assert adjoints(backward)
    wrong = list(mutants(backward))[:: len(list(mutants(backward))) // 4]
    assert len(wrong) >= 4
    for kind, where, mutant in wrong:
        with pytest.raises((Fault, CellError)):
            adjoints(mutant)


@pytest.mark.parametrize("name", ["gru", "reductions", "powers"])
def test_products_that_are_not_multiplied_out_prove_the_same(name):
    backward = derive(CELLS[name])
    for equation in backward.cell.equations:
        assert len(list(adjoining._Equation(backward, equation, closed=True).shown())) >= 1


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_products_that_are_not_multiplied_out_prove_no_mutant(every):
    right = "sqrt(x[t] * (x[t] + h[t-1])) * sum((1 - x[t]) * (h[t-1] + tanh(x[t]))) * (U @ ((1 - x[t]) * h[t-1]))"
    backward = derive(read(f"x: H\nh: H\nh[t] = {right}\n"))
    (equation,) = backward.cell.equations

    def shown(derivation):
        try:
            list(adjoining._Equation(derivation, equation, closed=True).shown())
        except TooLarge as error:
            raise Fault("not shown") from error

    shown(backward)
    wrong = [(kind, where, m) for kind, where, m in mutants(backward) if not kind.startswith("loss")]
    assert len(wrong) >= 40
    assert [(kind, where) for kind, where, mutant in wrong[::every] if not refused(shown, mutant)] == []


def test_an_equation_of_too_many_terms_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr("gatecheck.calculus.proof.polynomials.MOST_TERMS", 4)
    monkeypatch.setattr("gatecheck.calculus.proof.opening.MOST_TERMS", 4)
    with pytest.raises(CellError, match="too many terms") as error:
        prove(read(f"x: H\nh: H\nh[t] = {product(3)}\n"))
    assert "names of their own" in str(error.value) and ":3:" in str(error.value)


def test_a_division_by_zero_that_sympy_does_not_see_is_refused():
    with pytest.raises(CellError, match="the equation of h divides by zero"):
        prove(read("x: H\nh: H\nh[t] = h[t-1] / ((x[t] + 1)**2 - x[t]**2 - 2 * x[t] - 1)\n"), seed=SEED)


def test_a_root_that_has_no_value_is_refused(monkeypatch):
    monkeypatch.setattr("gatecheck.calculus.proof.residues.MOST_TRIES", 2**9)
    with pytest.raises(CellError, match="no numbers are found"):
        prove(read("x: H\nh: H\nh[t] = tanh(sqrt(-(x[t]**2)) + h[t-1])\n"), seed=SEED)


def test_a_root_of_a_number_with_large_prime_factors_is_taken_in_another_field():
    proof = prove(read("x: H\nh: H\nh[t] = sqrt(191 * (2 + tanh(x[t]))) * h[t-1]\n"), seed=SEED)
    assert proof.assembly.bound >= 50


def test_roots_of_which_too_little_would_be_proved_are_refused():
    with pytest.raises(CellError, match="too high orders"):
        prove(read("x: H\nh: H\nh[t] = (2 + tanh(x[t]))**0.12345678 * h[t-1]\n"), seed=SEED)


def test_the_same_seed_gives_the_same_proof():
    once, again = (prove(load("rnn"), seed="ab") for _ in range(2))
    assert (once.adjoints, once.assembly) == (again.adjoints, again.assembly)
    assert prove(load("rnn")).assembly.seed != prove(load("rnn")).assembly.seed
