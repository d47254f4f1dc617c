"""Assignments as they are generated: whole, right, harmless, the same every time."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from covering import dear, fitting
from judging import grade
from markdown_it import MarkdownIt

import gatecheck
from gatecheck.assignment import key
from gatecheck.assignment.kit import open_kit
from gatecheck.cells import load, read
from gatecheck.conventions import layout
from gatecheck.data import folder as data_folder
from gatecheck.errors import BadInput, Fault
from gatecheck.grading.intake import read_submission, submission_from
from gatecheck.teaching import generate as teaching
from gatecheck.teaching.arrangement import arrays, batch
from gatecheck.teaching.generate import generate
from gatecheck.writing.reference import HELPERS

SHIPPED = sorted(p.name for p in data_folder("assignments").iterdir() if p.is_dir())


def contents(folder):
    """The files of a folder by their paths."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def functions(source):
    """The functions of a module by their names."""
    return {n.name: n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}


@pytest.fixture(autouse=True, scope="module")
def keys():
    """Keys derived once for each cell: a test of its own proves that they are the same every time."""
    built, build = {}, key.build

    def once(made):
        name = made.cell.sha256, made.convention.name
        return built.get(name) or built.setdefault(name, build(made))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key, "build", once)
        patch.setattr(teaching, "grade", grade)
        yield


def report(made, source):
    """What grading says of a source in a generated assignment."""
    return grade(submission_from("student.py", source.encode()), open_kit(made.folder))


# ------------------------------------------------------------------------------------------------ every cell


#: More equations than this make an assignment dear: one convention is enough by default.
DEAR = 5


def once(name, convention):
    """The marks of a cell in a convention: slow, unless it is one of the few; a large one is laid out plainly only."""
    if dear(name) or (convention != "gatecheck" and len(load(name).equations) > DEAR):
        return pytest.mark.slow
    return ()


@pytest.fixture(scope="module", params=[pytest.param(pair, id="-".join(pair), marks=once(*pair)) for pair in fitting()])
def made(request, tmp_path_factory):
    """One of the library's cells as an assignment."""
    name, convention = request.param
    return generate(load(name), tmp_path_factory.mktemp("made") / "kit", convention, gradients=True)


def test_the_solution_has_full_marks_and_the_starter_none(made):
    (solution,) = made.solution.iterdir()
    assert made.report.full_marks
    assert made.report.sha256 == hashlib.sha256(solution.read_bytes()).hexdigest()
    starter = grade(read_submission(made.folder / solution.name), open_kit(made.folder))
    assert (starter.outcome, starter.score, starter.mistakes) == ("graded", 0, ())
    assert all("is yours to write" in c.message for c in starter.checks if c.status == "failed")
    assert all(c.status != "failed" for task in starter.tasks[1:] for c in task.checks)


def test_the_folder_holds_what_students_need_and_no_solution(made):
    (solution,) = made.solution.iterdir()
    stem = solution.stem
    names = {"assignment.toml", "handout.md", "key.json", f"{stem}.cell", f"{stem}.py", f"test_{stem}.py"}
    assert {p.name for p in made.folder.iterdir()} == names == set(made.files)
    asked = {t.name for t in made.report.tasks}
    starter = functions((made.folder / f"{stem}.py").read_text(encoding="utf-8"))
    assert asked < set(starter) | {"none but these"}
    for name, function in starter.items():
        assert name not in asked or [type(n) for n in function.body] == [ast.Expr, ast.Raise]
        assert name in asked or name in HELPERS
    ast.parse((made.folder / f"test_{stem}.py").read_text(encoding="utf-8"))


def test_the_handout_is_plain_markdown(made):
    text = (made.folder / "handout.md").read_text(encoding="utf-8")
    assert "{{" not in text
    assert "{%" not in text
    assert "None" not in text
    assert re.search(r" \n|\n\n\n", text) is None
    harmless(text)


def harmless(text):
    """That Markdown holds nothing active, whatever a renderer allows."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    spans = [t for token in tokens for t in (token, *(token.children or ()))]
    active = {"html_block", "html_inline", "link_open", "image"}
    assert not active & {t.type for t in spans}, [t.content for t in spans if t.type in active]
    return tokens


# ------------------------------------------------------------------------------------------------ the same always


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_what_generate_writes_today(tmp_path, name):
    generate(load(name), tmp_path / "kit")
    new, shipped = contents(tmp_path / "kit"), contents(data_folder("assignments") / name)
    changed = [file for file in {**new, **shipped} if new.get(file) != shipped.get(file)]
    assert changed == [], f"regenerate with: gatecheck generate {name} -o DIR"


@pytest.mark.slow
def test_every_hash_seed_gives_the_same_files(tmp_path):
    program = (
        "import sys; from pathlib import Path; from gatecheck.cells import load;"
        "from gatecheck.teaching.generate import generate; generate(load('gru'), Path(sys.argv[1]), gradients=True)"
    )
    # This process has a seed of its own, another one in every run.
    generate(load("gru"), tmp_path / "here", gradients=True)
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "there")], env=environment, check=True)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")
    assert contents(tmp_path / "here-solution") == contents(tmp_path / "there-solution")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b""])
def test_a_cell_with_the_line_ends_of_windows_is_one_all_the_same(tmp_path, data):
    path = tmp_path / "mine.cell"
    path.write_bytes(data + b"x: D\r\nh: H\r\nh[t] = tanh(W @ x[t] + U @ h[t-1])\r\n")
    assert generate(load(path), tmp_path / "kit").report.full_marks
    assert open_kit(tmp_path / "kit")


# ------------------------------------------------------------------------------------------------ nothing half done


def wrong(cell, convention, training):
    return teaching_code(cell, convention, training).replace("np.tanh(", "np.sin(")


teaching_code = teaching.code


def test_a_solution_that_is_wrong_is_never_written(tmp_path, monkeypatch):
    monkeypatch.setattr(teaching, "code", wrong)
    with pytest.raises(Fault, match="the solution of lstm does not score full marks: step: "):
        generate(load("lstm"), tmp_path / "kit")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_appears_meanwhile_is_not_touched(tmp_path, monkeypatch):
    def meanwhile(submission, kit):
        (tmp_path / "kit").mkdir()
        (tmp_path / "kit" / "mine").touch()
        return grade(submission, kit)

    monkeypatch.setattr(teaching, "grade", meanwhile)
    with pytest.raises(BadInput, match="cannot write"):
        generate(load("rnn"), tmp_path / "kit")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["kit", "mine"]


@pytest.mark.parametrize("folder", [Path(), Path("/")])
def test_a_folder_needs_a_name(folder):
    with pytest.raises(BadInput, match="cannot be a new folder"):
        generate(load("rnn"), folder)


# ------------------------------------------------------------------------------------------------ some tasks

TASKS = [
    ("rnn", "gatecheck", "step"),
    ("rnn", "gatecheck", "step_backward"),
    ("rnn", "gatecheck", "forward"),
    ("rnn", "gatecheck", "backward"),
    ("rnn", "gatecheck", "step_backward", "forward"),
    ("rnn", "cs231n", "backward"),
    ("lstm", "gatecheck", "step", "backward"),
    ("lstm", "cs231n", "step_backward"),
    ("rnn", "gatecheck", "clip_by_value"),
    ("rnn", "gatecheck", "step", "backward", "clip_by_norm", "sgd_step"),
    ("lstm", "cs231n", "step_backward", "clip_by_value", "clip_by_norm"),
    ("lstm", "cs231n", "sgd_step"),
]


def mixed(starter, solution, names):
    """A starter in which somebody wrote the functions that are asked for, and what these need."""
    given = functions(starter)
    texts = [
        ast.get_source_segment(solution, f) for n, f in functions(solution).items() if n in names or n not in given
    ]
    return "\n\n".join([starter, *texts])


@pytest.mark.parametrize("roles", TASKS, ids="-".join)
def test_some_tasks_alone_are_an_assignment(tmp_path, roles):
    name, convention, *roles = roles
    cell = load(name)
    names = tuple(layout(cell, convention).signature(role).name for role in roles)
    made = generate(cell, tmp_path / "kit", convention, names)
    starter, solution = ((p / f"{name}.py").read_text(encoding="utf-8") for p in (made.folder, made.solution))
    assert [t.name for t in made.report.tasks] == [*names]
    assert report(made, solution).full_marks
    # What is not asked for and has to be there is there already.
    asked = report(made, mixed(starter, solution, set(names)))
    assert asked.full_marks
    untouched = report(made, starter)
    assert {c.status for c in untouched.tasks[0].checks} == {"failed"}
    assert all("yours to write" in c.message for c in untouched.tasks[0].checks)


def test_given_functions_are_in_the_starter_and_in_the_handout(tmp_path):
    made = generate(load("lstm"), tmp_path / "kit", tasks=("step_backward",))
    handout = (made.folder / "handout.md").read_text(encoding="utf-8")
    starter = (made.folder / "lstm.py").read_text(encoding="utf-8")
    assert "`step(x, h_prev, c_prev, p)` is given" in handout
    assert "kept = x, h_prev" in starter
    assert "def forward" not in starter
    assert starter.index("def step(") < starter.index("def step_backward(")


def test_a_task_waits_for_what_its_missing_task_would_wait_for(tmp_path):
    made = generate(load("rnn"), tmp_path / "kit", tasks=("step", "backward"))
    assert {t.name: t.after for t in open_kit(made.folder).assignment.tasks} == {"step": (), "backward": ("step",)}


def test_the_training_step_is_assigned_only_where_it_is_asked_for(tmp_path):
    made = generate(load("rnn"), tmp_path / "plain")
    assert [t.name for t in made.report.tasks] == ["step", "step_backward", "forward", "backward"]
    assert all("clip" not in p.read_text(encoding="utf-8") for p in tmp_path.rglob("*.*"))


def test_tasks_stand_in_the_order_of_their_roles_and_wait_as_those_do(tmp_path):
    tasks = ("sgd_step", "backward", "clip_by_norm", "step", "step_backward", "forward")
    made = generate(load("rnn"), tmp_path / "kit", "cs231n", tasks)
    found = open_kit(made.folder).assignment.tasks
    names = ["rnn_step_forward", "rnn_step_backward", "rnn_forward", "rnn_backward", "clip_by_norm", "sgd_step"]
    assert [t.name for t in found] == names
    assert [t.points for t in found] == [2, 4, 1, 3, 2, 1]
    assert [t.after for t in found[4:]] == [(), ()]


FORMULAS = {
    "clip_by_value": "∂L/∂θ ← max(−limit, min(limit, ∂L/∂θ))",
    "clip_by_norm": "∂L/∂θ ← min(1, limit / ‖∂L/∂θ‖) ∂L/∂θ",
    "sgd_step": "θ ← θ − η ∂L/∂θ",
}


@pytest.mark.parametrize("role", FORMULAS)
@pytest.mark.parametrize("convention", ["gatecheck", "cs231n"])
def test_the_handout_has_the_formula_of_a_training_step_and_nothing_of_what_is_not_asked(tmp_path, role, convention):
    made = generate(load("lstm"), tmp_path / "kit", convention, (role,))
    text = (made.folder / "handout.md").read_text(encoding="utf-8")
    for name, formula in FORMULAS.items():
        assert (formula in text) == (name in text) == (name == role)
    assert "kept" not in text
    assert "cache" not in text
    assert re.search(r" \n|\n\n\n", text) is None
    harmless(text)
    assert set(functions((made.folder / "lstm.py").read_text(encoding="utf-8"))) == {role}


def test_a_cell_without_parameters_has_no_training_tasks(tmp_path):
    cell = read("x: D\nh[t] = tanh(x[t] + h[t-1])\n", "bare.cell")
    with pytest.raises(BadInput, match="the convention gatecheck has no task sgd_step"):
        generate(cell, tmp_path / "kit", tasks=("sgd_step",))


def test_a_key_is_the_same_with_and_without_a_training_step(tmp_path):
    generate(load("rnn"), tmp_path / "plain")
    generate(load("rnn"), tmp_path / "trained", tasks=("sgd_step",))
    one, two = ((tmp_path / n / "key.json").read_bytes() for n in ("plain", "trained"))
    assert one == two


def test_an_unknown_task_is_refused_with_a_near_name(tmp_path):
    with pytest.raises(BadInput, match="Did you mean lstm_backward"):
        generate(load("lstm"), tmp_path / "kit", "cs231n", ("lstm_bckward",))
    with pytest.raises(BadInput, match="Did you mean clip_by_norm"):
        generate(load("lstm"), tmp_path / "kit", "cs231n", ("step", "clip_by_nrom"))


# ------------------------------------------------------------------------------------------------ hostile words

WORDS = (
    r"""'" \ \\ \" \N{BULLET} {{ 7*7 }} {% raw %} {# no #} ${x} `code` ``` ~~~ <script>alert(1)</script> """
    r"""<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![i](http://e.x/i.png) https://e.x www.e.x a@e.x """
    r"""*b* __c__ $\input{/etc/passwd}$ \end{align*} %x &lt; &#60; | # > --> ]]> 1. - + = \u202e"""
)
HOSTILE = f"""'''{WORDS.replace(chr(92), chr(92) * 2)}'''
x: D    # {WORDS}
h: H    # {WORDS}
lambda_v[t] = tanh(W @ x[t] + U @ h[t-1] + b)    # {WORDS}
h[t] = lambda_v[t]**2 * h[t-1]**3 + class_v  # ``` {WORDS}
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    cell = read(HOSTILE, "hostile.cell")
    return generate(cell, folder / "kit", title=WORDS, gradients=True)


def test_hostile_words_are_carried_and_do_no_harm_in_python(hostile):
    for path in (*hostile.folder.glob("*.py"), *hostile.solution.iterdir()):
        module = ast.parse(path.read_text(encoding="utf-8"))
        assert {type(n) for n in module.body} <= {ast.Expr, ast.Import, ast.FunctionDef, ast.Assign}
        del module.body[0]
        assert "alert" not in ast.unparse(module)
    starter = (hostile.folder / "hostile.py").read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(starter), clean=False).startswith(WORDS)


def test_hostile_words_do_no_harm_in_markdown(hostile):
    text = (hostile.folder / "handout.md").read_text(encoding="utf-8")
    tokens = harmless(text)
    headings = [tokens[k + 1] for k, t in enumerate(tokens) if t.type == "heading_open"]
    titles = ["".join(c.content for c in t.children) for t in headings]
    assert titles == [WORDS, "The cell", "What to write", "The gradients", "How to check it"]
    fences = [t for t in tokens if t.type == "fence"]
    assert len(fences) == 3
    assert "<script>" in fences[0].content
    assert not re.search(r"(?<!\\)(\]\(|<[a-z]|://|www\.)", re.sub("(?s)```.*?```", "", text))


def test_hostile_words_do_no_harm_in_the_assignment(hostile):
    assert open_kit(hostile.folder).assignment.title == WORDS


@pytest.mark.parametrize("name", ["numpy", "string", "conftest", "pytest", "Test It!"])
def test_the_student_s_file_hides_no_module_from_the_public_tests(tmp_path, name):
    cell = read("x: D\ny: H\ny[t] = relu(W @ x[t])\n", f"{name}.cell")
    made = generate(cell, tmp_path / "kit")
    (file,) = (p.name for p in made.solution.iterdir())
    assert Path(file).stem not in {*sys.stdlib_module_names, "numpy", "pytest", "conftest"}
    assert file in (made.folder / "handout.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ public tests


def public_tests(folder):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-rA", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_public_tests_fail_on_the_starter_in_a_few_lines_and_pass_on_the_solution(tmp_path):
    made = generate(load("rnn"), tmp_path / "kit")
    untouched = public_tests(made.folder)
    assert untouched.returncode == 1
    assert "1 failed, 3 skipped" in untouched.stdout
    assert "h: step is yours to write" in untouched.stdout
    assert "Traceback" not in untouched.stdout
    assert len(untouched.stdout.splitlines()) < 25
    shutil.copy(made.solution / "rnn.py", made.folder)
    solved = public_tests(made.folder)
    assert solved.returncode == 0, solved.stdout
    assert "4 passed" in solved.stdout


@pytest.mark.parametrize(
    ("feedback", "said"),
    [
        ("none", "this assignment gives no feedback"),
        ("score", "h: not right"),
        ("what", "h: off by "),
        ("formula", "h: off by "),
    ],
)
def test_the_public_tests_say_no_more_than_the_assignment_allows(tmp_path, feedback, said):
    made = generate(load("rnn"), tmp_path / "kit", tasks=("step", "step_backward"), feedback=feedback)
    source = (made.solution / "rnn.py").read_text(encoding="utf-8")
    (made.folder / "rnn.py").write_text(source.replace("(1 - h**2)", "1").replace("np.tanh(", "np.sin("))
    tests = {"__file__": str(made.folder / "test_rnn.py")}
    exec((made.folder / "test_rnn.py").read_text(encoding="utf-8"), tests)
    report = gatecheck.check(made.folder / "rnn.py", show=False)
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as told:
        tests["test_task"](report, "step")
    assert str(told.value).startswith(said)


@pytest.mark.slow
def test_the_public_tests_name_the_mistake_whatever_else_is_told(tmp_path):
    for feedback in ("what", "where"):
        made = generate(load("lstm"), tmp_path / feedback, "cs231n", feedback=feedback)
        shutil.copy(data_folder("templates") / "demo" / "ben.py", made.folder / "lstm.py")
        tests = {"__file__": str(made.folder / "test_lstm.py")}
        exec((made.folder / "test_lstm.py").read_text(encoding="utf-8"), tests)
        report = gatecheck.check(made.folder / "lstm.py", show=False)
        with pytest.raises(pytest.fail.Exception, match="A path is missing from the gradient of c"):
            tests["test_task"](report, "lstm_step_backward")
        tests["test_task"](report, "lstm_backward")


# ------------------------------------------------------------------------------------------------ courses' own forms


def test_methods_are_left_to_write_and_what_is_given_holds_no_solution(tmp_path):
    made = generate(load("lstm"), tmp_path / "kit", "dlfs2", ("step_backward",))
    starter = (made.folder / "lstm.py").read_text(encoding="utf-8")
    classes = {n.name: n for n in ast.parse(starter).body if isinstance(n, ast.ClassDef)}
    open_methods = {
        f"{name}.{m.name}"
        for name, c in classes.items()
        for m in c.body
        if isinstance(m, ast.FunctionDef) and isinstance(m.body[-1], ast.Raise)
    }
    assert open_methods == {"LSTM.backward", "TimeLSTM.forward", "TimeLSTM.backward"}
    assert set(functions(starter)) == {"sigmoid", "_LSTM_forward"}
    assert made.report.full_marks
    assert report(made, starter).score == 0
    assert "`params` holds the arrays" in (made.folder / "handout.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_function_of_a_course_s_own_form_is_left_to_write(tmp_path):
    made = generate(load("rnn_characters"), tmp_path / "kit", "minchar")
    starter = functions((made.folder / "rnn_characters.py").read_text(encoding="utf-8"))
    assert [type(n) for n in starter["lossFun"].body] == [ast.Expr, ast.Raise]
    assert set(starter) == {"lossFun", "softmax", "logsumexp"}


def test_a_starter_has_what_the_course_hands_out_in_the_place_of_our_own_functions(tmp_path):
    made = generate(load("rnn_softmax"), tmp_path / "kit", "dlai")
    starter = functions((made.folder / "rnn_softmax.py").read_text(encoding="utf-8"))
    assert "axis=0" in ast.unparse(starter["softmax"])
    assert "sigmoid" in starter


@pytest.mark.parametrize(
    ("cell", "convention", "said"),
    [
        ("lstm", "pytorch", "`weight_ih` (4H,D) holds W_i, W_f, W_g, W_o one under the other, as rows."),
        ("lstm", "pytorch", "What lies in two places is added up from both: b_i, b_f, b_g, b_o."),
        ("lstm", "pytorch", "so W v is `v @ W.T`."),
        ("gru_reset_after", "keras", "(2,3H) holds [b_z, b_z], [b_r, b_r], [b_n, b_u] side by side"),
        ("gru", "keras", "so W v is `v @ W` with the matrices of this layout."),
        ("gru_writes", "keras", "holds −W_z, W_r, W_n side by side, as columns (transposed)."),
        ("lstm", "haiku", "holds b_i, b_g, b_f − 1, b_o side by side, as columns."),
        ("lstm", "split", "This layout has no place for b_f, b_i, b_g, b_o: take zero."),
        ("lstm", "dlai", "Columns are a batch: an array of m vectors has shape (·,m)."),
        ("gru_reset_after", "cmu11785", "There is one vector at a time, and no batch."),
    ],
)
def test_what_a_handout_says_of_a_layout(cell, convention, said):
    made = layout(load(cell), convention)
    assert any(said in sentence for sentence in [batch(made), *arrays(made)])
