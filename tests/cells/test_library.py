"""The library, and the one door through which every cell comes."""

import math
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.cells import LIBRARY, library, load, read
from gatecheck.cells.counting import entries as counted
from gatecheck.cells.text import LARGEST_FILE
from gatecheck.errors import CellError

SOURCE = "x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"


@pytest.mark.parametrize("name", library())
def test_every_library_file_is_a_cell_that_says_where_it_comes_from(name):
    cell = load(name)
    assert cell.name == name
    assert cell.title.endswith(".") and len(cell.title) <= 110
    assert all(cell.comments.get(n) for n in (*cell.inputs, *cell.states)), "every input and state is explained"
    assert cell.source == (LIBRARY / f"{name}.cell").read_text(encoding="utf-8").removesuffix("\n") + "\n"
    assert all(len(line) <= 116 and line == line.rstrip() for line in cell.source.splitlines())


@pytest.mark.parametrize("name", library())
def test_a_citation_has_authors_and_a_year(name):
    for words in re.findall(r"\(([^()]*\d{4}[^()]*)\)", load(name).title):
        for citation in words.split("; "):
            assert re.match(r"[A-Z][\w&. ]+, (19|20)\d\d\b|cuDNN", citation), citation


def test_comments_and_docstring_of_a_library_file_survive():
    cell = load("lstm")
    assert cell.comments["f"] == "forget gate" and cell.comments["c"] == "cell state"
    assert [e.comment for e in cell.equations] == ["forget gate", "input gate", "candidate", "output gate", "", ""]
    assert "Hochreiter" in cell.docstring and cell.title in cell.docstring


@pytest.mark.parametrize("name", library())
def test_reading_is_deterministic(name):
    assert load(name) == load(name)
    assert load(name).sha256 == read((LIBRARY / f"{name}.cell").read_bytes()).sha256


#: The inputs, the states, the numbers of parameters, and how many numbers these hold for D = 3, H = 5, P = 2.
FACTS = {
    "gate": ("x v", "", 2, 20),
    "gru": ("x", "h", 9, 135),
    "gru_reset_after": ("x", "h", 10, 140),
    "gru_writes": ("x", "h", 9, 135),
    "indrnn": ("x", "h", 3, 25),
    "lstm": ("x", "h c", 12, 180),
    "lstm_concat": ("x", "h c", 8, 180),
    "lstm_coupled": ("x", "h c", 9, 135),
    "lstm_fgr": ("x", "h c f i o", 21, 180 + 9 * 25),
    "lstm_layernorm": ("x", "h c", 22, 180 + 10 * 5),
    "lstm_multiplicative": ("x", "h c", 14, 180 + 40),
    "lstm_nfg": ("x", "h c", 9, 135),
    "lstm_niaf": ("x", "h c", 12, 180),
    "lstm_nig": ("x", "h c", 9, 135),
    "lstm_noaf": ("x", "h c", 12, 180),
    "lstm_nog": ("x", "h c", 9, 135),
    "lstm_peephole": ("x", "h c", 15, 180 + 15),
    "lstm_projected": ("x", "h c", 13, 4 * (15 + 10 + 5) + 10),
    "lstm_softmax": ("x", "h c", 10, 180 + 24),
    "mgu": ("x", "h", 6, 90),
    "mingru": ("x", "h", 4, 40),
    "minlstm": ("x", "h", 6, 60),
    "mut1": ("x", "h", 7, 4 * 25 + 15),
    "mut2": ("x", "h", 8, 5 * 25 + 15),
    "mut3": ("x", "h", 9, 135),
    "qrnn": ("x", "c", 6, 90),
    "rnn": ("x", "h", 3, 45),
    "rnn_characters": ("x target", "h", 5, 20 + 25 + 5 + 24),
    "rnn_softmax": ("x", "h", 5, 45 + 24),
    "slstm": ("x", "h c n m", 12, 180),
    "sru": ("x", "c", 7, 3 * 25 + 20),
    "ugrnn": ("x", "h", 6, 90),
}


@pytest.mark.parametrize("name", library())
def test_a_cell_has_the_inputs_states_and_parameters_of_its_paper(name):
    cell, (inputs, states, number, entries) = load(name), FACTS[name]
    assert (cell.inputs, cell.states) == (tuple(inputs.split()), tuple(states.split()))
    assert len(cell.parameters) == number
    sizes = {"D": 3, "H": 5, "P": 2, "K": 4, "V": 4}
    shapes = [[s.value(sizes) for s in cell.shapes[p]] for p in cell.parameters]
    assert sum(map(math.prod, shapes)) == entries
    assert set(cell.sizes) <= set(sizes)
    formula = re.sub(r"(?<=[\w)])(?=[A-Z(])", "*", counted(cell, "**2"))
    assert eval(formula, {"__builtins__": {}}, sizes) == entries


def test_entries_are_counted_in_sizes():
    assert counted(load("lstm")) == "4(HD + H² + H)"
    assert counted(load("rnn")) == "HD + H² + H"
    assert counted(load("lstm_projected")) == "4HD + 5PH + 4H"
    assert counted(read("x: D\nk: 1\ny: H\ny[t] = V @ concat(x[t], y[t-1]) * k + k")) == "HD + H² + 1"
    assert counted(read("x: D\ny: D\ny[t] = tanh(x[t])")) == "0"


# The door.


def refused(cell):
    with pytest.raises(CellError) as error:
        load(cell)
    (problem,) = error.value.problems
    assert str(problem).isprintable() or "\n" in str(problem)
    return problem


@pytest.mark.parametrize(
    ("cell", "message", "advice"),
    [
        ("lstn", "no cell is called lstn", "Did you mean lstm? Or give the path of a .cell file."),
        ("LSTM", "no cell is called LSTM", "Did you mean lstm?"),
        ("q", "no cell is called q", "Known: gate, gru,"),
        ("lstm.cell", "there is no file lstm.cell", "The library's cell is called lstm."),
        ("nowhere/lstm.cell", "there is no file nowhere/lstm.cell", ""),
        ("lstm/gru", "there is no file lstm/gru", ""),
        ("a\0b", "cannot read a\\x00b: it can be no file's name", ""),
        ("é" * 5000, "cannot read " + "é" * 80, ""),
        ("a\x1b[31m", "no cell is called a\\x1b[31m", "Known"),
        ("\ud800", "cannot read \\xd800: it can be no file's name", ""),
    ],
)
def test_a_name_that_is_none_is_refused(cell, message, advice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    problem = refused(cell)
    assert problem.message.startswith(message)
    assert advice in problem.advice


def test_a_file_beside_the_wanted_one_is_suggested(tmp_path):
    (tmp_path / "mycell.cell").write_text(SOURCE)
    assert refused(tmp_path / "mycel.cell").advice == "Did you mean mycell.cell?"


def test_a_cell_file_may_lie_anywhere(tmp_path):
    path = tmp_path / "my cell.cell"
    path.write_text(SOURCE)
    assert load(path) == load(str(path))
    assert load(path).equations[0].place.file == str(path)


def test_a_name_of_the_library_is_never_a_file_that_lies_about(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rnn").write_text("no cell")
    assert load("rnn").output == "h"
    assert "neither" in refused(Path("rnn")).message or "expected" in refused(Path("rnn")).message


def test_what_is_no_file_is_refused(tmp_path):
    assert refused(tmp_path).message == f"{tmp_path} is not a file"
    assert refused("").message == "'' is not a file"
    pipe = tmp_path / "pipe.cell"
    os.mkfifo(pipe)
    assert refused(pipe).message == f"{pipe} is not a file"
    assert refused("/dev/null").message == "/dev/null is not a file"


def test_a_link_that_leads_nowhere_or_round_is_refused(tmp_path):
    (tmp_path / "a.cell").symlink_to(tmp_path / "b.cell")
    assert refused(tmp_path / "a.cell").message.startswith("there is no file")
    (tmp_path / "b.cell").symlink_to(tmp_path / "a.cell")
    assert refused(tmp_path / "a.cell").message.startswith("cannot read")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = tmp_path / "a.cell"
    path.write_text(SOURCE)
    path.chmod(stat.S_IWUSR)
    assert refused(path).message == f"cannot read {path}: Permission denied"


def test_a_huge_file_is_refused_without_reading_all_of_it(tmp_path):
    path = tmp_path / "huge.cell"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)
    assert refused(path).message.startswith("the file is too large")
    path.write_bytes(b"#" * LARGEST_FILE + b"\n")
    assert refused(path).message.startswith("the file is too large")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/b/my-cell.v2.cell", "my_cell_v2"),
        ("LSTM.cell", "lstm"),
        ("2lstm.cell", "cell_2lstm"),
        ("lambda.cell", "cell_lambda"),
        ("forward.cell", "cell_forward"),
        ("ячейка.cell", "cell"),
        ("...cell", "cell"),
        ("a" * 300 + ".cell", "a" * 40),
        ("x; import os.cell", "x_import_os"),
        ('"""\n.cell', "cell"),
        (".cell", "cell"),
        ("", "cell"),
    ],
)
def test_a_file_s_name_becomes_part_of_functions_names(file, name):
    assert read(SOURCE, file).name == name


@given(st.text(max_size=60))
def test_any_file_s_name_becomes_an_identifier(file):
    name = read(SOURCE, file).name
    assert name.isidentifier() and name.isascii() and len(name) <= 45
