"""The library as a table."""

import subprocess
import sys

import pytest

from gatecheck.cells import library, load, read
from gatecheck.writing.catalogue import as_data, as_text

CELLS = [load(name) for name in library()]


@pytest.mark.parametrize("unicode", [True, False])
def test_every_cell_has_a_line_of_facts_and_its_title_within_80_columns(unicode):
    text = as_text(CELLS, unicode)
    assert all(len(line) <= 80 and line == line.rstrip() for line in text.splitlines())
    assert [line.split()[0] for line in text.splitlines()[1:] if line[0] != " "] == library()
    together = " ".join(text.split())
    assert all(cell.title in together for cell in CELLS)
    assert unicode or text.isascii()


def test_a_line_says_what_is_carried_what_is_computed_and_what_is_learnt():
    lines = as_text([load("lstm"), load("rnn"), load("gate")], True).splitlines()
    facts = [line.split(maxsplit=7) for line in lines if line[0] != " "]
    assert facts[1] == ["lstm", "h", "c", "f", "i", "g", "o", "12: 4(HD + H² + H)"]
    assert facts[2][:4] == ["rnn", "h", "-", "3:"]
    assert facts[3][:5] == ["gate", "none", "f", "y", "2:"]


def test_gates_come_first_and_what_finds_no_room_is_counted():
    equations = "".join(f"q{k}[t] = W{k} @ x[t]\nq{k}: H\n" for k in range(8))
    total = " + ".join(f"q{k}[t]" for k in range(8))
    cell = read(f"x: D\nh: H\n{equations}f[t] = sigmoid({total})\nh[t] = f[t] * h[t-1] + {total}\n")
    assert "  f q0 q1 q2 +5  " in as_text([cell], True)


def test_a_citation_is_not_broken():
    text = as_text(CELLS, True)
    assert "\n  (Hochreiter & Schmidhuber, 1997; Gers et al., 2000).\n" in text
    titles = [line for line in text.splitlines() if line.startswith("  ")]
    assert all(line.count("(") == line.count(")") for line in titles)


def test_the_data_hold_the_citations():
    assert as_data(load("lstm"))["source"] == ["Hochreiter & Schmidhuber, 1997", "Gers et al., 2000"]
    assert as_data(load("gru_reset_after"))["source"] == ["Cho et al., 2014, arXiv v1", "cuDNN"]
    assert as_data(load("gate"))["source"] == []


def test_the_table_needs_no_sympy():
    program = "import sys, gatecheck.writing.catalogue; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
