"""Functions as a notebook holds them, written down with everything that they name, and run elsewhere."""

import functools
import linecache
import math
import textwrap
from functools import lru_cache

import numpy as np
import pytest
from numpy import exp

from gatecheck.errors import SubmissionError
from gatecheck.grading.gathering import gather

EPS = 1e-5
SIZES = (3, [4, {"H": 5}], None, True)
WEIGHTS = np.ones(3)
NUMPY_NUMBER = np.float64(0.5)
ENDLESS = math.inf
T = np.arange(3)  # what a notebook has lying around; x.T is something else


@pytest.fixture
def notebook():
    """Runs a cell's source in a notebook's globals, as IPython does: the source is known, no file holds it."""
    cells = []
    scope = {"__name__": "__main__", "np": np, "math": math}

    def cell(source):
        name = f"<cell {len(cells)}>"
        cells.append(name)
        text = textwrap.dedent(source)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec"), scope)
        return scope

    yield cell
    for name in cells:
        linecache.cache.pop(name, None)


def elsewhere(function, *also):
    """What the gathered source defines in a fresh place."""
    scope = {"__name__": "student"}
    exec(compile(gather(function, also), "student.py", "exec"), scope)
    return scope


def refused(function, *words):
    with pytest.raises(SubmissionError) as told:
        gather(function)
    for word in words:
        assert word in str(told.value)


# ------------------------------------------------------------------------------------------------ what is gathered


def sigmoid(a):
    return 1 / (1 + exp(-a))


def step(x):
    """A step."""
    return sigmoid(x) + EPS + SIZES[0] + np.sum(x.T)


def test_a_function_of_a_module_runs_with_its_functions_modules_and_constants():
    found = elsewhere(step)
    x = np.ones(2)
    assert found["step"](x) == pytest.approx(step(x))
    assert set(found) >= {"step", "sigmoid", "exp", "EPS", "SIZES", "np"}
    assert found["SIZES"] == SIZES
    assert "T" not in found
    assert "WEIGHTS" not in found


def test_a_function_of_a_notebook_is_found_without_a_file(notebook):
    notebook("EPS = 2\ndef sigmoid(a):\n    return 1 / (1 + np.exp(-a)) + EPS\n")
    scope = notebook("def step(x):\n    return sigmoid(x) * math.pi\n")
    assert elsewhere(scope["step"])["step"](0.0) == scope["step"](0.0)


def test_of_a_cell_that_was_run_again_the_last_version_counts(notebook):
    notebook("def step(x):\n    return 1\n")
    scope = notebook("def step(x):\n    return 2\n")
    assert elsewhere(scope["step"])["step"](0) == 2


def test_what_comes_from_numpy_is_imported(notebook):
    scope = notebook(
        """
        from numpy import tanh, hstack as beside, zeros_like, float32
        from numpy.linalg import norm
        from numpy.random import default_rng, randn
        import numpy.linalg as la, os.path
        def step(x):
            return (tanh(x), beside([x]), zeros_like(x), norm(x), la.norm(x), default_rng(1).normal(), float32(1),
                    randn, os.path)
        """
    )
    assert len(elsewhere(scope["step"])["step"](np.ones(2))) == 9


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


def factorial(n):
    return n * factorial(n - 1) if n else 1


def test_functions_that_call_themselves_or_each_other_are_gathered_once():
    assert elsewhere(even)["even"](10)
    assert elsewhere(factorial)["factorial"](5) == 120
    assert gather(even).count("def even") == gather(even).count("def odd") == 1


half = sigmoid


def by_another_name(x):
    return half(x) + sigmoid(x)


def test_a_second_name_stays_one():
    found = elsewhere(by_another_name)
    assert found["by_another_name"](0.0) == 1
    assert found["half"] is found["sigmoid"]


def sum(values):
    return 42


def shadowing(values):
    return sum(values) + len(values) + max(values)


def test_a_name_that_hides_a_builtin_is_the_student_s():
    assert elsewhere(shadowing)["shadowing"]([1, 2]) == 46


def logged(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments) + EPS

    return wrapper


@logged
def decorated(x, offset=SIZES[0]):
    return x + offset


@lru_cache
def remembered(n):
    return n + 1


def with_remembered(n):
    return remembered(n) + decorated(n)


def test_decorators_and_defaults_come_along():
    assert elsewhere(decorated)["decorated"](1) == decorated(1) == 4 + EPS
    assert elsewhere(with_remembered)["with_remembered"](1) == with_remembered(1)


class Base:
    SIZE = SIZES[0]


class Cell(Base):
    def __init__(self, x):
        self.x = x

    def step(self):
        return sigmoid(self.x) + self.SIZE


def with_a_class(x):
    return Cell(x).step()


def test_classes_come_with_their_bases_and_what_their_methods_name():
    assert elsewhere(with_a_class)["with_a_class"](0.0) == 3.5


def annotated(x: "Unknown", y: Base = EPS) -> T:  # noqa: F821
    z: WEIGHTS = x + y
    return z


def test_annotations_need_nothing():
    assert elsewhere(annotated)["annotated"](1) == 1 + EPS
    assert "class Base" not in gather(annotated)


def nested(x):
    def inner(y):
        return [sigmoid(v) + EPS for v in y]

    return inner(x), (lambda a: a + NUMPY_NUMBER)(1), ENDLESS


def test_names_are_found_however_deep_they_stand():
    assert elsewhere(nested)["nested"]([0.0]) == ([0.5 + EPS], 1.5, math.inf)


double = lambda x: 2 * x  # noqa: E731


def with_a_lambda(x):
    return double(x)


def test_a_lambda_with_a_name_is_a_function():
    assert elsewhere(with_a_lambda)["with_a_lambda"](2) == 4


def local(x):
    WEIGHTS = x.T
    return WEIGHTS + 1


def test_a_local_name_is_not_the_global_one():
    assert "WEIGHTS = x.T" in gather(local)
    assert "import" not in gather(local)


def test_other_functions_come_along_when_they_are_asked_for():
    assert "def even" in gather(step, ["even", "nowhere"])
    assert "def even" not in gather(step)


def test_a_function_inside_another_one_is_written_down_where_it_needs_nothing_of_it():
    def inner(x):
        return sigmoid(x) + 1

    assert elsewhere(inner)["inner"](0.0) == 1.5


def failing(x):
    y = sigmoid(x)
    raise ValueError(y)


def annotated_and_failing(x: Base) -> Base:
    raise ValueError(sigmoid(x))


@pytest.mark.parametrize("function", [failing, annotated_and_failing])
def test_an_error_names_the_line_that_the_student_sees(function):
    with pytest.raises(ValueError) as told:
        elsewhere(function)[function.__name__](0.0)
    line = function.__code__.co_firstlineno + (2 if function is failing else 1)
    assert told.traceback[-1].lineno + 1 == line


def test_an_error_in_the_first_lines_of_a_cell_names_them_too(notebook):
    notebook("def sigmoid(a):\n    return a\n")
    scope = notebook("def step(x):\n    raise ValueError(sigmoid(x))\n")
    with pytest.raises(ValueError) as told:
        elsewhere(scope["step"])["step"](0.0)
    assert told.traceback[-1].lineno + 1 == 2


def test_an_indented_definition_names_its_lines_too():
    def inside(x):
        raise ValueError(sigmoid(x))

    with pytest.raises(ValueError) as told:
        elsewhere(inside)["inside"](0.0)
    assert told.traceback[-1].lineno == inside.__code__.co_firstlineno


# ------------------------------------------------------------------------------------------------ what is refused


def with_an_array(x):
    return x @ WEIGHTS


def with_an_array_below(x):
    return with_an_array(x)


def test_an_array_that_lies_around_is_refused_with_what_to_do():
    refused(with_an_array, "with_an_array reads WEIGHTS, an array that lies outside of it", "as an argument")
    refused(with_an_array_below, "with_an_array reads WEIGHTS")


GENERATOR = np.random.default_rng(0)
RECURSIVE = []
RECURSIVE.append(RECURSIVE)


def with_a_generator():
    return GENERATOR.normal()


def with_recursion():
    return RECURSIVE


def test_objects_are_refused_by_their_kind():
    refused(with_a_generator, "reads GENERATOR, a Generator that lies outside of it")
    refused(with_recursion, "reads RECURSIVE, a list that lies outside of it")


def test_a_closure_is_refused():
    offset = 1

    def inner(x):
        return x + offset

    refused(inner, "inner is defined inside another function", "Define it outside.")


@pytest.mark.parametrize("what", [len, np.tanh, "text".upper, functools.partial(step, 1), Cell, Cell(1).step])
def test_what_is_no_function_written_in_python_is_refused(what):
    refused(what, "is not a function written in Python")


def test_a_lambda_without_a_name_is_refused():
    refused([lambda x: x][0], "without a name of its own")


def test_a_source_that_nobody_knows_is_refused():
    scope = {}
    exec("def step(x):\n    return x\n", scope)
    refused(scope["step"], "the source of step is not known", "run that first")


def test_two_things_of_one_name_are_refused(notebook):
    def other(EPS):
        return EPS

    scope = notebook("EPS = 7\ndef inner(x):\n    return x + EPS\n")
    inner = scope["inner"]
    globals()["inner"] = inner
    try:
        refused(both, "two different things are called EPS", "Rename one of them.")
        scope["EPS"] = float(EPS)
        assert elsewhere(both)["both"](1) == both(1)
    finally:
        del globals()["inner"]


def both(x):
    return inner(x) + EPS  # noqa: F821
