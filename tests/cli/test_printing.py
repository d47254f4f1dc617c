"""cells, show, derive, paths, code, conventions: every format, and what the data say."""

import ast
import json

import pytest
from covering import general

from gatecheck.cells import library, load
from gatecheck.conventions import conventions

PRINTING = [["show", "lstm"], ["derive", "gru"], ["derive", "lstm", "--loss", "h,c"], ["paths", "lstm"]]
LISTS = [["cells"], ["conventions"]]


@pytest.mark.parametrize("command", PRINTING + LISTS, ids=" ".join)
def test_the_format_text_is_ascii(gatecheck, command):
    done = gatecheck(*command, "--format", "text")
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert "?" not in done.out


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_unicode_is_the_default_where_it_can_be_shown(gatecheck, command):
    done = gatecheck(*command)
    assert done.code == 0
    assert not done.out.isascii()
    assert gatecheck(*command, "--format", "unicode") == done


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_latex_is_one_environment(gatecheck, command):
    done = gatecheck(*command, "--format", "latex")
    assert done.code == 0
    assert done.out.count(r"\begin{align*}") == done.out.count(r"\end{align*}") == 1


@pytest.mark.parametrize("command", PRINTING + LISTS, ids=" ".join)
def test_the_format_json_can_be_read(gatecheck, command):
    done = gatecheck(*command, "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)


def test_the_data_of_a_derivation_name_what_they_are(gatecheck):
    data = json.loads(gatecheck("derive", "lstm", "--format", "json").out)
    assert data["schema"] == "gatecheck/derivation/1"
    assert data["loss"] == ["h"]
    assert [g["name"] for g in data["parameter_gradients"]] == data["parameters"]


def test_the_cells_are_those_of_the_library(gatecheck):
    data = json.loads(gatecheck("cells", "--format", "json").out)
    assert [c["name"] for c in data] == library()
    lstm = next(c for c in data if c["name"] == "lstm")
    assert (lstm["inputs"], lstm["states"]) == (["x"], ["h", "c"])
    assert lstm["parameters"]["W_f"] == ["H", "D"]
    assert all(name in gatecheck("cells").out for name in library())


def test_the_conventions_are_listed_with_their_titles(gatecheck):
    data = json.loads(gatecheck("conventions", "--format", "json").out)
    assert [c["name"] for c in data] == conventions()
    assert all(c["title"] in gatecheck("conventions").out for c in data)


def test_derive_prints_the_wanted_gradients_alone(gatecheck):
    done = gatecheck("derive", "lstm", "--wrt", "c", "--wrt", "W_f")
    assert "δc      = δh ⊙" in done.out
    assert "∂L/∂W_f = Σ_t" in done.out
    assert "δf" not in done.out.replace("δa_f", "")
    assert "W_i" not in done.out


def test_the_loss_may_read_every_state(gatecheck):
    assert "∂L_t/∂c" in gatecheck("derive", "lstm", "--loss", " h , c ").out
    assert "∂L_t/∂c" not in gatecheck("derive", "lstm").out


def test_paths_go_from_one_state_to_another(gatecheck):
    data = json.loads(gatecheck("paths", "lstm", "--from", "h", "--to", "c", "--format", "json").out)
    assert (data["from"], data["to"]) == ("h", "c")
    assert not any(p["elementwise"] for p in data["paths"])


@pytest.mark.parametrize("convention", general())
def test_code_prints_a_module(gatecheck, convention):
    done = gatecheck("code", "lstm", "--convention", convention)
    assert done.code == 0
    assert ast.parse(done.out)


@pytest.mark.parametrize("convention", general())
def test_code_prints_a_training_step_as_well(gatecheck, convention):
    plain, whole = (gatecheck("code", "lstm", "--convention", convention, *more) for more in ((), ("--training",)))
    assert whole.code == 0
    assert whole.out.startswith(plain.out)
    assert {"initial_parameters", "clip_by_value", "clip_by_norm", "sgd_step"} < {
        n.name for n in ast.parse(whole.out).body if isinstance(n, ast.FunctionDef)
    }


@pytest.mark.parametrize("options", [(), ("--recompute",)])
def test_code_prints_a_fast_module(gatecheck, options):
    done = gatecheck("code", "rnn", "--style", "fast", *options)
    names = {n.name for n in ast.walk(ast.parse(done.out)) if isinstance(n, ast.FunctionDef)}
    assert {"pack", "workspace", "forward", "backward"} <= names


def test_code_says_where_a_course_has_no_functions_for_training(gatecheck):
    done = gatecheck("code", "rnn_softmax", "--convention", "dlai", "--training")
    assert "dlai has no functions for clipping" in done.err and "def initial_parameters(" in done.out
    assert not gatecheck("code", "rnn", "--convention", "cs231n", "--training").err


def test_code_refuses_what_does_not_go_with_the_style(gatecheck):
    for options in (("--style", "fast", "--training"), ("--recompute",)):
        done = gatecheck("code", "lstm", *options)
        assert done.code == 2
        assert "--style fast" in done.err
    done = gatecheck("code", "lstm", "--style", "fast", "--convention", "dlfs2")
    assert (done.code, "no functions for a whole sequence" in done.err) == (2, True)


def test_code_writes_a_file_and_replaces_none_unless_told_to(gatecheck, tmp_path):
    assert gatecheck("code", "rnn", "-o", "mine.py") == (0, "", "")
    written = (tmp_path / "mine.py").read_text(encoding="utf-8")
    assert written == gatecheck("code", "rnn").out
    (tmp_path / "mine.py").write_text("my work")
    refused = gatecheck("code", "rnn", "-o", "mine.py")
    assert (refused.code, refused.out) == (2, "")
    assert "mine.py exists already" in refused.err
    assert (tmp_path / "mine.py").read_text() == "my work"
    assert gatecheck("code", "rnn", "-o", "mine.py", "--force").code == 0
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == written
    assert [p.name for p in tmp_path.iterdir()] == ["mine.py"]


def test_force_puts_no_file_in_the_place_of_a_folder(gatecheck, tmp_path):
    (tmp_path / "folder").mkdir()
    done = gatecheck("code", "rnn", "-o", "folder", "--force")
    assert (done.code, done.out) == (2, "")
    assert "folder is no file" in done.err


def test_a_cell_file_works_everywhere_a_name_does(gatecheck, tmp_path):
    (tmp_path / "mine.cell").write_text("x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1])\n")
    for command in ("show", "derive", "paths", "code"):
        assert gatecheck(command, "mine.cell").code == 0
    assert gatecheck("generate", "mine.cell", "-o", "kit").code == 0
    assert (tmp_path / "kit" / "mine.py").is_file()


def test_a_cell_of_the_library_can_be_copied_and_changed(gatecheck, tmp_path):
    assert gatecheck("show", "lstm", "--source", "-o", "my.cell").code == 0
    assert gatecheck("show", "my.cell", "--source").out == gatecheck("show", "lstm", "--source").out
    assert load("lstm").source == (tmp_path / "my.cell").read_text(encoding="utf-8")
