"""Cells side by side: what the page and the data say, for every cell, and what they say of the textbook's."""

import re
from pathlib import Path

import pytest

from gatecheck.cells import library, load, read
from gatecheck.writing import terminal
from gatecheck.writing.comparison import as_data, notes, page_of
from gatecheck.writing.formats import FORMATS
from gatecheck.writing.sides import Side

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))


def page(*cells, style="unicode"):
    return getattr(terminal, style)(page_of(FORMATS[style], tuple(map(load, cells))))


def rows(text, first):
    """The cells of the rows that start with these words."""
    found = [re.split("  +", line.strip()) for line in text.splitlines()]
    return [cells[1:] for cells in found if cells[0] == first and len(cells) > 1]


def test_an_lstm_and_a_gru_stand_beside_each_other():
    lines = page("lstm", "gru").splitlines()
    assert any(line.split("  ")[1:2] == ["f = σ(W_f x + U_f h[t−1] + b_f)"] and "z = σ(" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_what_does_not_fit_stands_below_each_other():
    text = page("gru", "gru_writes")
    assert not any(line.count("=") > 1 and "σ" in line for line in text.splitlines())
    assert text.index("  gru\n") < text.index("h = z ⊙ h[t−1] + (1 − z) ⊙ n") < text.index("  gru_writes\n")


def test_the_table_says_what_the_cells_have_and_what_a_step_costs():
    text = page("lstm", "gru")
    assert rows(text, "carried")[0] == ["h, c", "h"]
    assert rows(text, "gates")[0] == ["f, i, o", "z, r"]
    assert rows(text, "where a gate is 1")[0] == ["f keeps c", "z keeps h"]
    assert rows(text, "paths, k = 10")[0] == ["5,274,724", "1,048,576"]
    assert rows(text, "parameters")[0] == ["4 (D H + H² + H)", "3 (D H + H² + H)"]
    assert rows(text, "all sizes 128")[0] == ["131,584", "98,688"]
    assert rows(text, "forward, multiply-adds")[0] == ["4 (D H + H²)", "3 (D H + H²)"]
    assert rows(text, "backward, elementwise")[0] == ["3 D + 30 H", "2 D + 23 H"]
    assert "gru has 75 % of the parameters of lstm." in text


def sides(*cells):
    return tuple(Side(load(c)) for c in cells)


def test_the_same_gate_with_the_other_meaning_is_told():
    assert notes(sides("gru", "gru_writes")) == [
        "gru_writes has as many parameters as gru.",
        "z means the opposite: where it is 1, it keeps h in gru and writes h in gru_writes.",
    ]
    assert not any("opposite" in note for note in notes(sides("gru", "gru_reset_after", "lstm")))
    assert rows(page("gru_writes", "gru"), "where a gate is 1") == [["z writes h", "z keeps h"]]


def test_a_gate_that_keeps_a_part_says_which_part():
    row, _ = rows(page("minlstm", "lstm"), "where a gate is 1")
    assert row == ["f keeps 1 / (1 + i) of h, i keeps f / (1 + f) of h"]


def test_a_constant_is_part_of_what_is_kept_and_a_state_that_nothing_replaces_is_cleared():
    gate = "x: D\nh: H\nz[t] = sigmoid(W @ x[t])\n"
    scaled = read(gate + "h[t] = 0.9 * z[t] * h[t-1] + V @ x[t]", "scaled.cell")
    cleared = read(gate + "h[t] = (1 - z[t]) * h[t-1] + V @ x[t]", "cleared.cell")
    text = terminal.unicode(page_of(FORMATS["unicode"], (scaled, cleared)))
    assert rows(text, "where a gate is 1") == [["z keeps 0.9 of h", "z clears h"]]
    assert not any("opposite" in note for note in notes((Side(scaled), Side(cleared))))


def test_parameters_are_compared_in_the_words_that_fit():
    first, second, third = notes(sides("gru", "gru_reset_after", "rnn", "lstm"))
    assert first == "gru_reset_after has 128 more parameters than gru where all sizes are 128."
    assert second == "rnn has 33.3 % of the parameters of gru."
    assert third == "lstm has 1.33 times the parameters of gru."
    assert notes((Side(load("rnn")), Side(read("x: D\ny: D\ny[t] = tanh(x[t])")))) == []


def test_a_cell_without_a_state_has_no_paths():
    text = page("rnn", "gate")
    assert rows(text, "carried")[0] == ["h", "none"]
    assert rows(text, "paths, k = 1")[0] == ["1", "none"]


@pytest.mark.parametrize("name", [*library(), *ODD], ids=lambda n: getattr(n, "stem", n))
def test_every_cell_can_be_compared(name):
    text = page(name, "rnn", style="text")
    assert text.isascii() and "?" not in text
    data = as_data((load(name), load("rnn")))
    assert data["schema"] == "gatecheck/comparison/1"
    first, second = data["cells"]
    assert (second["cell"], first.keys()) == ("rnn", second.keys())
    assert len(first["equations"]) == len(load(name).equations)
    assert first["parameters"]["example"] > 0 or not load(name).parameters
    assert first["paths"]["1"]["elementwise"] <= first["paths"]["1"]["paths"]


def test_four_cells_take_two_tables():
    text = page("rnn", "gate", "lstm_projected", "minlstm")
    assert len(rows(text, "parameters")) == 2
    assert max(map(len, text.splitlines())) <= 80


def test_only_what_all_terms_share_is_a_factor():
    data = {c["cell"]: c for c in as_data((load("lstm_projected"), load("rnn")))["cells"]}
    assert data["lstm_projected"]["backward_multiply_adds"]["unicode"] == "8 D H + 10 P H"
    assert data["rnn"]["backward_multiply_adds"]["text"] == "2 * (D * H + H**2)"
    assert data["rnn"]["parameters"]["latex"] == r"D \, H + H^{2} + H"


def test_only_a_terminal_needs_several_tables():
    cells = tuple(map(load, ("rnn", "gate", "lstm_projected", "minlstm")))
    wide, narrow = (page_of(FORMATS[style], cells).sections[2].blocks for style in ("latex", "unicode"))
    assert (len(wide), len(narrow)) == (1, 2)
    assert len(wide[0].header) == 5 and wide[0].caption == narrow[1].caption != narrow[0].caption
