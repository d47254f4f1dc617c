"""Paths over one step and over many, as documents."""

import re
from pathlib import Path

import pytest

from gatecheck.calculus.paths import paths
from gatecheck.cells import library, load, read
from gatecheck.writing import terminal
from gatecheck.writing.document import Document
from gatecheck.writing.formats import Text
from gatecheck.writing.formulas import Formulas
from gatecheck.writing.ways import LISTED, TERMS, document, many_steps, one_step

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
STATEFUL = [name for name, cell in CELLS.items() if cell.states]


def page(cell, source=None, target=None, steps=1, writer=Formulas):
    found = paths(cell, source, target)
    return terminal.unicode(document(writer(found.system), found, steps))


@pytest.mark.parametrize("name", STATEFUL)
def test_every_cell_has_its_paths_over_one_and_many_steps(name):
    cell = CELLS[name]
    for steps in (1, 2, 7):
        assert "over k steps" in page(cell, steps=steps)
        assert page(cell, steps=steps, writer=Text).isascii()
    assert "[t+6]" in page(cell, steps=7)


def test_the_lstm_shows_one_way_without_a_matrix_and_the_three_that_slides_leave_out():
    text = page(load("lstm"))
    assert "from c[t−1] to c: 1 path elementwise; 3 through a matrix" in text
    assert "elementwise\n  c → c   diag(f)\n" in text
    assert "c → h → f → c   diag(c[t−1] ⊙ f ⊙ (1 − f)) U_f ρ" in text
    assert "h[t−1] held fixed   ∂c/∂c[t−1] is diag(f)" in text
    assert "dc/dc[t−1] is the sum of all 4 paths" in text


def test_over_many_steps_the_elementwise_product_stands_alone():
    text = page(load("lstm"), steps=3)
    assert "91 paths, 1 elementwise" in text
    assert "along c → c → c → c\n    ∂c[t+2]/∂c[t−1] = diag(f[t+2]) diag(f[t+1]) diag(f)" in text
    assert "dc[t+2]/dc[t−1] = S_c[t+2] S[t+1] S P[t−1]" in text
    assert "∂h[t−1]/∂c[t−1] = diag(o[t−1] ⊙ (1 − tanh²(c[t−1])))" in text
    assert "diag(z[t+11]) … diag(z[t+1]) diag(z)" in page(load("gru"), steps=12)


def test_what_is_one_number_for_all_elements_stands_before_the_matrices_and_is_no_diagonal():
    source = "x: D\nh: H\nk: 1\nk[t] = sigmoid(w @ x[t] - 2 * k[t-1])\nh[t] = tanh(W @ x[t]) - k[t] * h[t-1]"
    assert "h → h   −k I\n" in page(read(source))
    assert "k → k   −2 k (1 − k)\n" in page(read(source), "k", "k")
    assert "∂h/∂h[t−1] = −k I\n" in page(read(source), "h", "h", steps=2)
    text = page(read("x: D\nh: H\nk: 1\nk[t] = exp(sum(h[t-1]))\nh[t] = k[t] * h[t-1] / q + W @ x[t]"))
    assert "h → k → h   k diag(h[t−1] / q) 𝟏 𝟏ᵀ\n" in text


def test_a_chapter_says_which_command_prints_what_it_leaves_out():
    found = paths(load("lstm_layernorm"))
    parts = [*one_step(Formulas(found.system), found, LISTED), *many_steps(Formulas(found.system), found, 3, TERMS)]
    lines = terminal.unicode(Document("", sections=tuple(parts)))
    text = " ".join(lines.split())
    assert re.search(r"The first 12 of \d+ paths through a matrix; all of them: gatecheck paths lstm_layernorm", text)
    assert re.search(r"Its [\d,]{3,} terms are printed by gatecheck paths lstm_layernorm --steps 3\.", text)
    assert lines.count("\n  c → ") == 13


def test_the_product_of_the_rnn_is_ordered_and_collapses_only_for_scalars():
    text = page(load("rnn"), steps=3)
    assert "dh[t+2]/dh[t−1] = diag(1 − h[t+2]²) U diag(1 − h[t+1]²) U diag(1 − h²) U" in text
    assert "none: every way from h[t−1] to h[t+2] meets a matrix" in text
    assert "collapses to U³, times 3 derivatives, only where everything" in text


def test_the_peephole_lstm_has_more_than_the_forget_gate_on_its_highway():
    text = page(load("lstm_peephole"), steps=2)
    assert "87 paths, 9 elementwise" in text
    assert "∂c[t+1]/∂c[t−1] = E[t+1] E\n" in text
    assert "E = diag(f) + diag(c[t−1] ⊙ f ⊙ (1 − f) ⊙ p_f) + diag(g ⊙ i ⊙ (1 − i) ⊙ p_i)\n" in text


def test_a_reduction_is_a_third_kind_of_edge():
    cell = read("x: D\nh: H\nh[t] = 0.5 * h[t-1] + mean(h[t-1]) + U @ h[t-1] + softmax(h[t-1]) * (W @ x[t])")
    text = page(cell)
    assert "1 path elementwise; 1 through a matrix; 2 through a sum" in text
    assert "through a sum\n  h → h   (1 / H) 𝟏 𝟏ᵀ" in text
    assert "matrix or a sum" in page(read("x: D\nh: H\nh[t] = mean(h[t-1]) + U @ (h[t-1] + W @ x[t])"), steps=2)


def test_a_letter_of_the_cell_is_not_used_for_the_jacobian():
    cell = read("x: D\nh: H\nc: H\nc[t] = S @ h[t-1] + c[t-1]\nh[t] = tanh(P @ c[t] + W @ x[t])")
    assert "= J_c[t+1] J Q[t−1]" in page(cell, "c", "c", steps=2)


def test_counts_that_nobody_can_read_are_rounded():
    assert "91" in page(load("lstm"), steps=100) and "e67" in page(load("lstm"), steps=100)


def test_states_that_read_each_other_only_across_steps_start_from_one_column():
    cell = read("x: D\na: H\nb: H\na[t] = q * b[t-1] + a[t-1] + tanh(W @ x[t])\nb[t] = r * a[t-1] + U @ b[t-1]")
    text = page(cell, "a", "a", steps=2)
    assert "= S_a[t+1] S P[t−1]" in text
    assert "the identity for a itself, zero for the rest" in " ".join(text.split())


def test_more_paths_than_a_float_can_hold_are_counted():
    assert "e680" in page(load("lstm"), steps=1000)
