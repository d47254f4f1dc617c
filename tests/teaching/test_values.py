"""Files of values: what they may say, and every way in which they can be wrong, told with its place."""

import shutil
import tempfile
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from gatecheck.calculus.fitting import MOST_UNITS
from gatecheck.calculus.given import MOST_STEPS, given
from gatecheck.calculus.system import system
from gatecheck.cells import load
from gatecheck.errors import BadInput
from gatecheck.teaching.values import examples, read_values

LSTM = system(load("lstm"))


@pytest.fixture
def written(tmp_path):
    """Reads a text as a file of values for a cell."""

    def read(text, cell=LSTM, steps=None):
        path = tmp_path / "values.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_values(str(path), cell, steps)

    return read


def test_sizes_follow_from_the_values(written):
    found, _ = written("[values]\nW_f = [[1, 2, 3], [4, 5, 6]]\nb_f = 0.5\nx = 1\nc_prev = [1, 2]\n")
    assert found.sizes == {"H": 2, "D": 3}
    assert found.parameters["b_f"].tolist() == [0.5, 0.5]
    assert found.inputs["x"].tolist() == [[1, 1, 1]]
    assert found.initial["c"].tolist() == [1, 2]


def test_a_size_follows_from_a_sum_of_sizes(written):
    concat = system(load("lstm_concat"))
    assert written("[values]\nW_f = [[1, 2, 3], [4, 5, 6]]\n", concat)[0].sizes == {"H": 2, "D": 1}
    assert written("[sizes]\nD = 2\n[values]\nx = 0\n", concat)[0].sizes == {"D": 2}


def test_a_number_that_fills_something_of_unknown_size_is_left_out(written):
    found, printed = written("[values]\nx = [1]\nb_f = 0\n[printed]\nf = 0.5\n")
    assert found.parameters == {} and printed == ()


def test_rows_are_steps(written):
    found, printed = written(
        "[values]\nx = [[1], [2]]\nh_prev = [1, 2]\n[loss]\ndh = 1\n[printed]\nf = [[1, 2], [3, 4]]\n"
    )
    assert (found.steps, found.inputs["x"].tolist(), found.loss["h"].tolist()) == (2, [[1], [2]], [[1, 1], [1, 1]])
    assert printed[0].numbers.shape == (2, 2)


def test_printed_numbers_keep_their_digits(written):
    _, (f,) = written("[printed]\nf = [0.7940, 1]\n")
    assert [str(n) for n in f.numbers.flat] == ["0.7940", "1"]


def test_the_examples_can_be_read_by_their_names():
    assert "forget_gate" in examples()
    found, printed = read_values("forget_gate", system(load("lstm_concat")))
    assert found.sizes == {"H": 2, "D": 1}
    assert [p.name for p in printed] == ["a_f", "f"]


def test_values_may_come_from_python():
    tables = {"values": {"x": np.ones((2, 1)), "h_prev": np.array([1.0, 2.0]), "b_f": np.float64(0.1)}}
    found, _ = given(LSTM, tables)
    assert (found.steps, found.parameters["b_f"].tolist()) == (2, [0.1, 0.1])
    with pytest.raises(BadInput, match="q is no value of lstm"):
        given(LSTM, {"values": {"q": 1}})


WORDS = ["x", "h", "h_prev", "W_f", "f", "dh", "cell", "H", "q", '""', "a.b", "[", "]", "{", "}", "=", ",", "\n", '"']
WORDS += ["[values]", "[[values]]", "[sizes]", "[loss]", "[printed]", "1", "-0.5", "1e400", "0x" + "f" * 400, "nan"]
WORDS += ["true", "1979-05-27", "\0", "\u202e", '"lstm"', "[1, 2]", "[[1], [2]]", "#", "1e-99999999999999999999"]
ENTRIES = st.tuples(st.sampled_from(WORDS[:12]), st.sampled_from(WORDS)).map(" = ".join)
LINES = st.one_of(ENTRIES, st.sampled_from(WORDS[20:25]), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join))


@settings(max_examples=50, deadline=None)
@hypothesis.given(st.one_of(st.lists(LINES, max_size=8).map("\n".join), st.text(max_size=40)))
def test_whatever_is_written_is_read_or_refused_with_its_place(text):
    path = Path(tempfile.mkdtemp(), "v.toml")
    path.write_text(text, "utf-8", newline="")
    try:
        found, _ = read_values(str(path), LSTM)
    except BadInput as error:
        assert str(error).replace("\n", " ").isprintable()
        assert len({(p.message, p.place) for p in error.problems}) == len(error.problems)
    else:
        assert all(np.isfinite(v).all() for part in (found.inputs, found.initial, found.loss) for v in part.values())
    finally:
        shutil.rmtree(path.parent)


ROWS = f"x = {[[1]] * (MOST_STEPS + 1)}"
FAULTS = [
    ("", ["values.toml is empty"]),
    ("[values]\nx = [1, 2\ny = 3\n", ["values.toml:3:1: not TOML", "y = 3\n    ^"]),
    ("[values]\nx = [1]\nx = [2]\n", ["values.toml:3:1: x is given twice", "    x = [2]\n    ^"]),
    ("[values]\nx = = 1\n", ["values.toml:2:5: not TOML", "^"]),
    (b"[values]\nx = \xff\n", ["values.toml:2", "not UTF-8"]),
    ("x = [1]\n", ["values.toml:1:1: x stands in no table", "Write it under [values]."]),
    ("h = [1]\n", ["values.toml:1:1: h stands in no table", "    ^\n", "first step is h_prev, under [values]."]),
    ("q = 1\n[values]\nx = 1\n", ["values.toml:1:1: q stands in no table", "Write [values] on a line above"]),
    ("H = 1\n", ["values.toml:1:1: H stands in no table", "Write it under [sizes]."]),
    ("dh = 1\n", ["values.toml:1:1: dh stands in no table", "Write it under [loss]."]),
    ("[h]\nx = 1\n", ["values.toml:1:1: [h] is no table", "There are [sizes], [values], [loss], [printed]."]),
    ("cell = 3\n", ["values.toml:1:8: cell must be a name in quotes", 'Write cell = "lstm", or leave it out.']),
    (
        'cell = "gru"\n[values]\nx = 1\nW_z = [[1, 2]]\n[printed]\nz = 1\nW_z = 3\n',
        [
            "values.toml:1:8: these values are of gru, not of lstm",
            '    cell = "gru"\n           ^^^^^',
            "lstm has no W_z, z.",
            "lstm takes x (D), h_prev (H), c_prev (H), W_f (H, D),",
        ],
    ),
    ("values = 3\n", ["values.toml:1:10: values must be a table"]),
    ("[valus]\nx = [1]\n", ["values.toml:1:1: [valus] is no table", "Did you mean values?"]),
    ("[values]\nW_ff = 1\n", ["values.toml:2:1: W_ff is no value of lstm", "    ^^^^", "Did you mean W_f?"]),
    ("[values]\nc = [1, 2]\n", ["values.toml:2:1: c is computed by lstm", "under [printed]", "c_prev"]),
    ("[values]\na_f = [1, 2]\n", ["a_f is computed by lstm", "under [printed]"]),
    ("[values]\nx = [1, nan]\n", ["values.toml:2:5: x holds NaN, which is not finite"]),
    ("[values]\nx = [1, -inf]\n", ["x holds -Infinity, which is not finite"]),
    ("[values]\nx = 1e99999999999999999999\n", ["values.toml:2:5: x holds Infinity, which is not finite"]),
    (f"[values]\nx = {'1' * 400}\n", ["values.toml:2:5: x holds a whole number of more than 300 digits"]),
    (f"[values]\nx = 0x{'f' * 4000}\n", ["values.toml:2:5: x holds a whole number of more than 300 digits"]),
    (f"[values]\nx = {'1' * 600}.5\n", ["values.toml:2:5: x holds 1.111E+599, which is not finite"]),
    (f"# {'1' * 5000}\n[values]\nx = [1,\n  {'1' * 5000}]\n", ["values.toml:4:3: this number has 5000 digits", "  ^^"]),
    (f"[values]\nx = [{'1.5, ' * 50_000}]\n", [f"values.toml:2:5: x has more than {MOST_UNITS} numbers"]),
    ("[values]\nx = 1e999\n", ["x holds 1E+999, which is not finite"]),
    ('[values]\nx = ["a"]\n', ["values.toml:2:5: x holds a string"]),
    ("[values]\nx = true\n", ["x holds no number"]),
    ("[values]\nx = []\n", ["x holds an empty list"]),
    ("[values]\nx = {a = 1}\n", ["x holds no number"]),
    ("[values]\nW_f = [[1, 2], [3]]\n", ["values.toml:2:7: the rows of W_f have different lengths"]),
    ("[values]\nW_f = [[1], 2]\n", ["the rows of W_f have different lengths"]),
    ("[values]\nW_f = [1, 2]\n", ["W_f must be a list of rows", "(H, D)"]),
    ("[values]\nb_f = [[1, 2]]\n", ["b_f must be a list of numbers", "(H)"]),
    ("[values]\nx = [[[1]]]\n", ["x must be a list of numbers (or a list of such, one for each step)"]),
    ("[values]\nx = [[[[[1]]]]]\n", ["x is nested too deeply"]),
    (f"[values]\nx = {'[' * 200}1{']' * 200}\n", ["x is nested too deeply"]),
    ("[values]\nh_prev = [1, 2]\nb_f = [1, 2, 3]\n", ["b_f has 3 where its shape (H) wants 2", "H is 2 by h_prev."]),
    ("[sizes]\nH = 3\n[values]\nh_prev = [1, 2]\n", ["h_prev has 2 where its shape (H) wants 3", "H is 3 by [sizes]."]),
    ("[sizes]\nQ = 3\n", ["values.toml:2:1: Q is no size of lstm", "Known: D, H."]),
    ("[sizes]\nH = 0\n", [f"H must be a whole number from 1 to {MOST_UNITS}"]),
    ("[sizes]\nH = 2.0\n", ["H must be a whole number"]),
    (f"[values]\nx = {[1] * (MOST_UNITS + 1)}\n", [f"x has more than {MOST_UNITS} numbers"]),
    (f"[values]\n{ROWS}\n", [f"{MOST_STEPS + 1} steps are too many", f"At most {MOST_STEPS}"]),
    (
        "[values]\nx = [[1], [2]]\n[loss]\ndh = [1, 2]\n",
        ["values.toml:4:6: dh has 1 step, not 2", "Write 2 rows as x has."],
    ),
    ("[loss]\nh = [1, 2]\n", ["the loss is given by its gradient: dh"]),
    ("[loss]\nda_f = [1, 2]\n", ["the loss cannot read a_f", "Did you mean df?"]),
    ("[loss]\ndx = [1]\n", ["the loss cannot read x"]),
    ("[printed]\nf = 1e-30\n", ["values.toml:2:5: f has a number of more than 20 decimals"]),
    ("[printed]\nx = [1]\n", ["x is given, not computed", "It belongs in [values]."]),
    ("[printed]\nff = [1]\n", ["ff is no quantity of lstm", "Did you mean f?"]),
]


@pytest.mark.parametrize(("text", "words"), FAULTS, ids=lambda p: repr(p)[:40] if not isinstance(p, list) else "")
def test_a_fault_is_told_with_its_place(written, text, words):
    with pytest.raises(BadInput) as told:
        written(text)
    for word in words:
        assert word in str(told.value), told.value


def test_every_fault_is_told_at_once_in_the_order_of_the_lines(written):
    with pytest.raises(BadInput) as told:
        written("[values]\nxx = 1\nb_f = true\n[loss]\nh = 1\n")
    assert [p.place.line for p in told.value.problems] == [2, 3, 5]


def test_a_matrix_that_fits_in_no_direction_is_told_once(written):
    with pytest.raises(BadInput) as told:
        written("[values]\nh_prev = [1, 2]\nU_f = [[1, 2, 3], [1, 2, 3], [1, 2, 3]]\n")
    assert [p.message for p in told.value.problems] == ["U_f has 3 where its shape (H, H) wants 2"]


def test_more_decimal_points_than_any_key_has_are_no_nesting(written):
    row = [0.5] * 90
    assert written(f"[values]\nh_prev = {row}\n")[0].initial["h"].tolist() == row


def test_a_size_that_a_sum_has_no_room_for_is_told(written):
    with pytest.raises(BadInput, match=r"W_f has 2 where its shape \(H, H\+D\) wants H\+D"):
        written("[sizes]\nH = 2\n[values]\nW_f = [[1, 2], [3, 4]]\n", system(load("lstm_concat")))


def test_steps_that_the_values_contradict_are_told(written):
    with pytest.raises(BadInput, match="x has 2 steps, but 3 are asked for"):
        written("[values]\nx = [[1], [2]]\n", steps=3)
    assert written("[values]\nx = 1\nW_f = [[1], [2]]\n", steps=3)[0].inputs["x"].shape == (3, 1)


def test_a_missing_file_is_told_with_a_near_name(tmp_path):
    with pytest.raises(BadInput, match=r"there is no file forget_gat\n  Did you mean forget_gate\?"):
        read_values("forget_gat", LSTM)
    (tmp_path / "mine.toml").write_text("")
    with pytest.raises(BadInput, match=r"Did you mean mine\.toml\?"):
        read_values(str(tmp_path / "mien.toml"), LSTM)
    with pytest.raises(BadInput, match="is not a file"):
        read_values(str(tmp_path), LSTM)
    with pytest.raises(BadInput, match="'' is not a file"):
        read_values("", LSTM)
