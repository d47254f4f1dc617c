"""Programs as data: changes add up, and a program survives its way through JSON."""

import json

import numpy as np
import oracle
import pytest

from gatecheck.assignment.change import RIGHT, Change
from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.execution import run
from gatecheck.assignment.program import Data, Program
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load


def swap(a, b):
    return Change(renamed={a: b, b: a})


def test_places_change_one_after_the_other():
    both = swap("f", "i") + swap("i", "o")
    assert sorted(both.renamed.values()) == sorted(both.renamed)
    assert both.renamed == {"f": "i", "i": "o", "o": "f"}


def test_the_later_of_two_changes_wins_and_nothing_is_lost():
    both = Change(forward={"c": 1.0, "h": 2.0}, fed=("c",)) + Change(forward={"c": 3.0}, fed=("h",))
    assert both == Change(forward={"c": 3.0, "h": 2.0}, fed=("c", "h"))
    assert both + RIGHT == RIGHT + both == both


def test_a_change_of_the_training_step_is_added_and_is_none_of_the_equations():
    both = Change(forward={"c": 1.0}) + Change(training={"sgd_step": "θ"})
    assert both.training == {"sgd_step": "θ"}
    assert both.equations == Change(forward={"c": 1.0})


@pytest.mark.parametrize("name", library())
def test_a_program_computes_the_same_after_its_way_through_json(name):
    cell = load(name)
    program = compiled(derive(cell, cell.outputs))
    again = Program.from_data(json.loads(json.dumps(program.to_data())))
    assert again == program
    sizes, inputs, initial, parameters, upstream = oracle.draw(cell, np.random.default_rng(7))
    data = Data(inputs, initial, parameters, upstream, sizes)
    one, two = run(program, data), run(again, data)
    assert all((one.parameters[n] == two.parameters[n]).all() for n in cell.parameters)
