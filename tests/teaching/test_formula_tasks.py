"""Formula tasks in a generated assignment: its files say what is asked, and its solution is right."""

import re

import pytest
from judging import grade

from gatecheck.assignment.kit import open_kit
from gatecheck.cells import load
from gatecheck.errors import BadInput
from gatecheck.grading.intake import read_submission
from gatecheck.teaching.formulas import solved
from gatecheck.teaching.generate import generate


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    asked = ("dh", "dc", "dc_prev", "da_f", "dW_f", "dx")
    return generate(load("lstm"), tmp_path_factory.mktemp("made") / "kit", formulas=asked)


def test_each_formula_is_a_task_before_the_backward_functions(made):
    tasks = open_kit(made.folder).assignment.tasks
    assert [t.name for t in tasks][:3] == ["step", "dh_formula", "dc_formula"]
    assert [t.quantity for t in tasks if t.kind == "formula"] == ["dh", "dc", "dc_prev", "da_f", "dW_f", "dx"]
    assert made.report.max_score == sum(t.points for t in tasks) == 16


def test_the_starter_has_a_line_for_each_and_the_solution_what_was_derived(made):
    starter = (made.folder / "lstm.py").read_text()
    assert re.findall(r"^(\w+) =$", starter, re.MULTILINE) == ["dh", "dc", "dc_prev", "da_f", "dW_f", "dx"]
    solution = (made.solution / "lstm.py").read_text()
    assert "\ndc = dh * o * (1 - tanh(c)**2) + dc[t+1] * f[t+1]\ndc_prev = dc * f\n" in solution


def test_the_starter_is_told_which_formulas_are_still_to_be_written(made):
    report = grade(read_submission(made.folder / "lstm.py"), open_kit(made.folder))
    said = [c.message for c in report.checks if c.task.endswith("_formula")]
    assert len(said) == 6 and all("the formula is still to be written" in message for message in said)


def test_the_hand_out_says_what_is_asked_and_gives_no_formula_away(made):
    handout = (made.folder / "handout.md").read_text()
    assert "| `dc` | the gradient of c | 1 |" in handout
    assert "| `dc_prev` | what a step sends back to c[t−1] | 1 |" in handout
    assert "| `da_f` | the gradient of a_f, the pre-activation of f | 1 |" in handout
    assert "| `dW_f` | what one step adds to the gradient of W_f | 1 |" in handout
    assert "`dc_next` stands for all that step t+1 sends back to c" in handout
    assert "tanh(c)" not in handout.partition("The formulas to derive")[2]


def test_a_long_formula_goes_on_in_lines_of_its_own():
    lines = solved(load("lstm_layernorm"), ("ds_u",))
    assert re.search(r"^ds_u = -sum.*\n    - sum.*\n    - sum.*\n    - sum.*$", lines, re.MULTILINE)


def test_a_course_s_own_starter_gets_the_string_too(tmp_path):
    done = generate(load("lstm"), tmp_path / "kit", "cs231n", formulas=("dc",))
    assert 'FORMULAS = """\ndc =\n"""' in (done.folder / "lstm.py").read_text()


def test_a_quantity_that_a_cell_has_not_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(BadInput, match=r"lstm has no gradient dc_prv\n  Did you mean dc_prev\?"):
        generate(load("lstm"), tmp_path / "kit", formulas=("dc_prv",))
    assert list(tmp_path.iterdir()) == []


def test_a_task_for_a_quantity_that_a_cell_has_not_is_refused_with_its_line(made):
    path = made.folder / "assignment.toml"
    text = path.read_text()
    path.write_text(text.replace('quantity = "dx"', 'quantity = "dy"'))
    try:
        with pytest.raises(BadInput) as error:
            open_kit(made.folder)
    finally:
        path.write_text(text)
    (problem,) = error.value.problems
    assert problem.message == "lstm has no gradient dy"
    assert problem.place.text == 'quantity = "dy"' and problem.place.width == 2
