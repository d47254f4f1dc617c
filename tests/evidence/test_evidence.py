"""Right solutions in many styles score full marks; what a random edit makes of them is named, and never refuted."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from evidence.mutating import RULES, Program
from evidence.table import HELD_OUT, PAIRS, faults, graded, listing, measured, solutions

from gatecheck.grading.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs are forked")
ROOT = Path(__file__).parent.parent.parent
SOLUTIONS = solutions()


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    """Keys of this run only, derived anew."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as running:
        yield running


# ------------------------------------------------------------------------------------------------ right solutions


@pytest.mark.parametrize(
    "solution", [pytest.param(s, marks=pytest.mark.slow) if k % 3 else s for k, s in enumerate(SOLUTIONS)], ids=str
)
def test_a_right_solution_scores_full_marks_without_a_word(solution, zygote):
    report, _ = graded(zygote, solution, solution.source, "1")
    assert report.full_marks, report
    assert report.mistakes == report.warnings == ()


@pytest.mark.slow
@pytest.mark.parametrize("solution", SOLUTIONS, ids=str)
def test_a_right_solution_scores_full_marks_whatever_the_inputs(solution, zygote):
    for seed in range(2, 12):
        report, _ = graded(zygote, solution, solution.source, f"{seed:x}")
        assert report.full_marks, report
        assert report.mistakes == report.warnings == ()


def test_there_are_sixty_right_solutions_and_no_two_are_alike():
    assert len({ast.dump(ast.parse(s.source)) for s in SOLUTIONS}) == len(SOLUTIONS) >= 60
    measured_ones = [(s.cell, s.convention) for s in SOLUTIONS]
    assert all(measured_ones.count(pair) >= 3 for pair in PAIRS)
    assert len({s.convention for s in SOLUTIONS}) >= 6
    assert {s.cell for s in SOLUTIONS} - {cell for cell, _ in PAIRS}


# ------------------------------------------------------------------------------------------------ edits

# A rule, a program, and one of the programs that the rule makes of it.
EDITS = [
    ("another operator", "x = a * b", "x = a + b"),
    ("another operator", "x += a", "x -= a"),
    ("operand dropped", "x = a * b", "x = a"),
    ("operand dropped", "x = -a", "x = a"),
    ("sign changed", "x = f(a)", "x = f(-a)"),
    ("factor changed", "x = a * b", "x = a * (1 - b)"),
    ("another name", "x = a * b", "x = b * b"),
    ("another key", "x = d['a'] * d['b']", "x = d['b'] * d['b']"),
    ("another key", "o.a = o.b = o.c", "o.a = o.b = o.a"),
    ("another index", "x = a[:, b]", "x = a[:, b - 1]"),
    ("another bound", "x = a[:b]", "x = a[:]"),
    ("another bound", "x = a[::-1]", "x = a[::]"),
    ("another number", "x = a ** 2", "x = a ** 3"),
    ("another number", "x = a * 0.5", "x = a * 0.25"),
    ("transpose added or dropped", "x = a @ b.T", "x = a @ b"),
    ("transpose added or dropped", "x = a @ b.T", "x = a.T @ b.T"),
    ("arguments exchanged", "x = f(a, b)", "x = f(b, a)"),
    ("call dropped", "x = f(a)", "x = a"),
    ("call dropped", "x = a.sum(b)", "x = a"),
    ("another function", "x = np.tanh(a)", "x = np.exp(a)"),
    ("another function", "x = a.sum()", "x = a.mean()"),
    ("keyword dropped", "x = a.sum(axis=0)", "x = a.sum()"),
    ("another range", "for x in range(a):\n    f(x)", "for x in range(1, a):\n    f(x)"),
    ("another range", "for x in range(a):\n    f(x)", "for x in range(a)[::-1]:\n    f(x)"),
    ("another subscript", "x = g('ij,jk->ik', a)", "x = g('ij,jk->kk', a)"),
    ("elements exchanged", "return (a, b)", "return (b, a)"),
    ("elements exchanged", "a, b = x", "b, a = x"),
    ("condition changed", "x = a < b", "x = a <= b"),
    ("condition changed", "x = a if b else x", "x = x"),
    ("statement dropped", "a = b\nx = a", "x = a"),
    ("statements exchanged", "a = b\nx = a", "x = a\na = b"),
    ("moved over the edge of a loop", "for b in a:\n    f(b)\n    x = b", "for b in a:\n    f(b)\nx = b"),
    ("moved over the edge of a loop", "x = b\nfor b in a:\n    f(b)", "for b in a:\n    x = b\n    f(b)"),
    ("added or assigned", "x += a", "x = a"),
    ("added or assigned", "x = a", "x += a"),
]


def function(body):
    return "def function(a, b, d, o, x):\n" + "\n".join(f"    {line}" for line in body.splitlines())


@pytest.mark.parametrize(("rule", "before", "after"), EDITS)
def test_a_rule_makes_its_edit(rule, before, after):
    program, wanted = Program(function(before)), ast.unparse(ast.parse(function(after)))
    drawn = (program.mutant(seed) for seed in range(2000))
    assert any(m.rule == rule and m.source == wanted for m in drawn)


def test_every_rule_is_shown_and_finds_something_in_the_solutions():
    names = {rule.__name__.replace("_", " ") for rule in RULES}
    assert names == {rule for rule, _, _ in EDITS}
    assert names == {rule for s in SOLUTIONS[::6] for rule in Program(s.source).edits}


@pytest.mark.parametrize("solution", SOLUTIONS[::16], ids=str)
def test_a_mutant_is_the_same_again_and_never_the_solution(solution):
    one, other = Program(solution.source), Program(solution.source)
    made = [one.mutant(seed) for seed in range(30)]
    assert made == [other.mutant(seed) for seed in range(30)]
    assert len(set(made)) > 20
    assert ast.unparse(one.tree) == ast.unparse(ast.parse(solution.source)) not in {m.source for m in made}
    for m in made:
        assert m.before != m.after
        assert 1 <= m.line <= solution.source.count("\n")


def test_what_a_program_does_as_a_script_and_what_it_says_of_itself_stay_as_they_are():
    source = '"""x + y"""\n\nimport numpy as np\n\nif __name__ == "__main__":\n    x = 1 + 2\n'
    assert Program(source).edits == {}


# ------------------------------------------------------------------------------------------------ figures


@pytest.mark.slow
def test_what_is_named_is_named_again_on_other_inputs():
    found = [f for pair in PAIRS[:3] for f in faults(pair, range(100, 110), 4)]  # the cheapest cell's
    assert len(found) == 12
    assert any(f.named for f in found)
    assert not any(f.refuted or f.raised for f in found), list(listing(found))


@pytest.mark.evidence
def test_of_faults_that_nobody_has_looked_at_nine_in_ten_are_named_once_and_no_name_is_refuted():
    found = measured(range(HELD_OUT, HELD_OUT + 400), 70, 2)
    # Numbers alone: a failure must not show what nobody is to look at.
    faulty, named, once = len(found), sum(f.named for f in found), sum(f.once for f in found)
    refuted, raised = sum(f.refuted for f in found), sum(bool(f.raised) for f in found)
    del found
    assert faulty >= 600
    assert refuted == raised == 0
    assert named >= 0.92 * faulty
    assert once >= 0.97 * named


def test_held_out_faults_are_never_listed():
    command = [sys.executable, "-m", "tests.evidence.table", "--seeds", "0-1000", "--unnamed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert "held out" in done.stderr
