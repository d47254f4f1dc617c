"""gatecheck.check and gatecheck.load, as a notebook or a test calls them."""

import functools
import linecache
import textwrap

import numpy as np
import pytest

import gatecheck
from gatecheck.cells import load
from gatecheck.data import folder
from gatecheck.errors import AssignmentError, BadInput, CellError, ConventionError, SubmissionError
from gatecheck.grading.report import Report
from gatecheck.teaching.generate import generate

DEMO = folder("templates") / "demo"


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    """Keys of this run only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NO_COLOR", "1")
        yield


@pytest.fixture
def notebook():
    """Runs a cell's source as IPython does, and returns the notebook's globals."""
    names, scope = [], {"__name__": "__main__", "np": np}

    def cell(source):
        names.append(name := f"<ipython-input-{len(names)}>")
        text = textwrap.dedent(source)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec"), scope)
        return scope

    yield cell
    for name in names:
        linecache.cache.pop(name, None)


# ------------------------------------------------------------------------------------------------ functions


def step(x, h_prev, p):
    h = np.tanh(x @ p["W"].T + h_prev @ p["U"].T + p["b"])
    return h, (x, h_prev, h)


def step_backward(dh, kept, p):
    x, h_prev, h = kept
    da = dh * (1 - h**2)
    dp = {"W": da.T @ x, "U": da.T @ h_prev, "b": da.sum(axis=0)}
    return da @ p["W"], da @ p["U"], dp


def test_a_function_of_a_module_is_graded_and_the_report_is_shown(capsys):
    report = gatecheck.check(step, cell="rnn")
    assert isinstance(report, Report)
    assert report.full_marks
    assert [t.name for t in report.tasks] == ["step"]
    out = capsys.readouterr().out
    assert "2 of 2" in out
    assert repr(report) + "\n" not in out
    assert len(repr(report)) == 80
    assert gatecheck.check(step, cell="rnn", show=False).full_marks
    assert capsys.readouterr().out == ""


def test_a_backward_function_is_called_with_what_the_forward_function_beside_it_keeps():
    report = gatecheck.check(step_backward, cell="rnn", show=False)
    assert report.full_marks
    assert [t.name for t in report.tasks] == ["step_backward"]


def test_a_backward_function_alone_is_told_what_it_needs(notebook):
    scope = notebook("def step_backward(dh, kept, p):\n    return dh\n")
    with pytest.raises(SubmissionError, match="step_backward needs step, which gives it kept\n  Define step beside"):
        gatecheck.check(scope["step_backward"], cell="rnn")


def test_the_functions_of_a_notebook_are_graded_in_any_convention(notebook):
    scope = notebook((DEMO / "ben.py").read_text())
    report = gatecheck.check(scope["lstm_step_backward"], cell="lstm", convention="cs231n", show=False)
    assert [m.title for m in report.mistakes] == ["A path is missing from the gradient of c: h → c"]
    assert [t.name for t in report.tasks] == ["lstm_step_backward"]
    assert gatecheck.check(scope["lstm_forward"], cell="lstm", convention="cs231n", show=False).full_marks


def test_what_lies_around_in_a_notebook_and_is_not_needed_does_not_matter(notebook):
    scope = notebook(
        """
        W = np.ones(3)
        T = np.ones(4)
        def forward(x, h0, p):
            return W
        def step(x, h_prev, p):
            h = np.tanh(x @ p["W"].T + h_prev @ p["U"].T + p["b"])
            return h, None
        """
    )
    assert gatecheck.check(scope["step"], cell="rnn", show=False).full_marks
    with pytest.raises(SubmissionError, match="forward reads W, an array that lies outside of it"):
        gatecheck.check(scope["forward"], cell="rnn")


def test_a_decorated_function_is_graded_with_its_decorator(notebook):
    scope = notebook(
        """
        import functools
        def doubled(function):
            @functools.wraps(function)
            def wrapper(*arguments):
                h, kept = function(*arguments)
                return 2 * h, kept
            return wrapper
        @doubled
        def step(x, h_prev, p):
            return np.tanh(x @ p["W"].T + h_prev @ p["U"].T + p["b"]) / 2, None
        """
    )
    assert gatecheck.check(scope["step"], cell="rnn", show=False).full_marks


def test_a_function_of_the_student_that_hides_a_builtin_is_the_one_that_runs(notebook):
    scope = notebook(
        """
        def sum(a, b, c):
            return a + b + c
        def step(x, h_prev, p):
            return np.tanh(sum(x @ p["W"].T, h_prev @ p["U"].T, p["b"])), None
        """
    )
    assert gatecheck.check(scope["step"], cell="rnn", show=False).full_marks


def test_a_seed_gives_the_same_inputs_again():
    seeds = [gatecheck.check(step, cell="rnn", show=False, seed=seed).seed for seed in ("ab1", "ab1", None)]
    assert seeds[:2] == ["ab1", "ab1"] != seeds[1:]


def clip_by_norm(dp, limit):
    norm = np.sqrt(sum((d**2).sum() for d in dp.values()))
    return {n: d * limit / norm for n, d in dp.items()}


def test_a_function_of_the_training_step_is_graded_alone():
    report = gatecheck.check(clip_by_norm, cell="lstm", convention="gatecheck", show=False)
    (mistake,) = report.mistakes
    assert mistake.id == "always-rescaled"
    assert [t.name for t in report.tasks] == ["clip_by_norm"]
    assert report.score == 0


def test_a_file_is_not_asked_for_a_training_step(tmp_path):
    (tmp_path / "rnn.py").write_text(gatecheck.load("rnn").code(training=True))
    report = gatecheck.check(tmp_path / "rnn.py", cell="rnn", show=False)
    assert report.full_marks
    assert [t.name for t in report.tasks] == ["step", "step_backward", "forward", "backward"]


def test_an_assignment_says_which_functions_and_how_much_is_told(tmp_path):
    generate(load("rnn"), tmp_path / "kit", tasks=("step",), feedback="none")
    report = gatecheck.check(step, assignment=tmp_path / "kit", show=False)
    assert report.assignment == "rnn-by-hand"
    assert report.checks == ()
    with pytest.raises(BadInput, match="no function step_backward is asked for"):
        gatecheck.check(step_backward, assignment=tmp_path / "kit")


# ------------------------------------------------------------------------------------------------ files


def test_a_file_is_graded_by_its_path(tmp_path, monkeypatch):
    report = gatecheck.check(DEMO / "anna.py", cell="lstm", convention="cs231n", show=False)
    assert report.full_marks
    assert gatecheck.check(str(DEMO / "anna.py"), cell="lstm", convention="cs231n", show=False).file == "anna.py"
    made = generate(load("rnn"), tmp_path / "kit")
    assert gatecheck.check(made.solution / "rnn.py", assignment=made.folder, show=False).full_marks
    monkeypatch.chdir(made.folder)
    assert gatecheck.check("rnn.py", show=False).score == 0


# ------------------------------------------------------------------------------------------------ bad input


def other_name(x):
    return x


class Callable:
    def __call__(self):
        return 1


@pytest.mark.parametrize(
    ("what", "how", "kind", "words"),
    [
        (step, {}, BadInput, "no cell is named"),
        (step, {"cell": "rnn", "assignment": "kit"}, BadInput, "both cell and assignment are given"),
        (step, {"cell": "rnm"}, CellError, "Did you mean rnn?"),
        (step, {"cell": "rnn", "convention": "kerass"}, ConventionError, "Did you mean keras?"),
        (step, {"cell": "rnn", "convention": "cs231n"}, BadInput, "no function step is asked for"),
        (step, {"assignment": "nowhere"}, AssignmentError, "nowhere/assignment.toml is not there"),
        (step, {"cell": "rnn", "seed": "xyz"}, BadInput, "seed is not hexadecimal"),
        (other_name, {"cell": "rnn"}, BadInput, "no function other_name is asked for"),
        (lambda x: x, {"cell": "rnn"}, BadInput, "no function <lambda> is asked for"),
        (len, {"cell": "rnn"}, BadInput, "no function len is asked for"),
        (functools.partial(step, 1), {"cell": "rnn"}, BadInput, "no function partial is asked for"),
        (Callable(), {"cell": "rnn"}, BadInput, "no function Callable is asked for"),
        (None, {"cell": "rnn"}, BadInput, "None is neither a function nor the path of a file"),
        (3.5, {"cell": "rnn"}, BadInput, "3.5 is neither a function nor the path of a file"),
        ("gone.py", {"cell": "rnn"}, SubmissionError, "gone.py is not there"),
        ("gone.py", {}, AssignmentError, "there is no assignment.toml"),
    ],
)  # fmt: skip
def test_bad_input_is_told_as_such(what, how, kind, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind) as told:
        gatecheck.check(what, **how)
    assert words in str(told.value)
    assert "--assignment" not in str(told.value)


def test_the_package_has_no_other_doors():
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        gatecheck.chekc


# ------------------------------------------------------------------------------------------------ cells


def test_a_cell_shows_itself_as_text_and_as_latex():
    lstm = gatecheck.load("lstm")
    texts = {"f ⊙ c[t−1]": lstm.show(), "δc[t+1] ⊙ f[t+1]": lstm.derive(), "through a matrix": lstm.paths()}
    for text, formulas in texts.items():
        assert text in repr(formulas)
        latex = formulas._repr_latex_()
        assert latex.startswith("$$\n\\begin{aligned}")
        assert latex.endswith("\\end{aligned}\n$$")
        assert "align*" not in latex
        assert "%" not in latex
    assert repr(lstm) == repr(lstm.show())
    assert lstm._repr_latex_() == lstm.show()._repr_latex_()


def test_every_page_displays_itself():
    gru = gatecheck.load("gru")
    pages = [gru.show(), gru.derive("cross-entropy", wrt=("y",), why=True), gru.derive(level="full"),
             gru.paths(steps=3), gru.trace(), gru.prove()]  # fmt: skip
    for page in pages:
        assert "$" in page._repr_markdown_()
        assert page._repr_svg_() is None
        assert page.as_("html").startswith("<!doctype html>")
        assert "\\begin{" in page.latex
    assert "p − y" not in repr(pages[1]) and "δy = softmax(y) − target" in repr(pages[1])
    graph = gru.graph()
    assert graph._repr_svg_().startswith("<svg") and graph._repr_markdown_() is None
    assert "diag(z)" in repr(gru.with_(loss="squared-error", input="embedding").paths())


def test_an_example_of_ones_own_numbers():
    page = gatecheck.load("lstm_concat").trace({
        "values": {"h_prev": [2.9, 0.5], "x": [0.7], "W_f": [[1.0, 0.4, 0.7], [-0.6, -0.5, -0.2]], "b_f": 0}
    })  # fmt: skip
    assert "0.9731" in repr(page) and "0.1062" in repr(page)
    with pytest.raises(BadInput, match="the rows of x have different lengths"):
        gatecheck.load("lstm").trace({"values": {"x": [[1.0], [[2.0]]]}})


def test_a_cell_is_derived_for_any_loss_and_between_any_states():
    lstm = gatecheck.load("lstm")
    assert repr(lstm.derive("h, c")) == repr(lstm.derive(("h", "c"))) != repr(lstm.derive())
    assert repr(lstm.paths("h", "c")) != repr(lstm.paths())
    with pytest.raises(CellError):
        lstm.derive("q")


def test_a_cell_gives_its_code(tmp_path):
    assert "def lstm_step_forward" in gatecheck.load("lstm").code("cs231n")
    path = tmp_path / "mine.cell"
    path.write_text("x: D\ny: H\ny[t] = tanh(W @ x[t])\n")
    assert "def step(" in gatecheck.load(path).code()
