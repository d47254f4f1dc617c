"""The page of flow: what it says in words and numbers is computed from the flows."""

import json
import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from gatecheck.calculus.flow import Flow
from gatecheck.calculus.gates import keepers
from gatecheck.calculus.networks import Draw
from gatecheck.calculus.system import system
from gatecheck.cells import load
from gatecheck.writing import flows, terminal
from gatecheck.writing.document import Math
from gatecheck.writing.formats import FORMATS
from gatecheck.writing.setting import setting, spoken

STEPS = 20


def made(cell, rate, bias=None, elementwise=None, **others):
    """A flow that falls by a rate each step."""
    equations = system(load(cell))
    total = tuple(rate**k for k in range(1, STEPS + 1))
    alone = elementwise and tuple(elementwise**k for k in range(1, STEPS + 1))
    return Flow(equations, others.pop("state", "h"), keepers(equations), bias, total, alone, total, **others)


RNN = (made("rnn", 0.5),)
LSTM = (made("lstm", 0.9, 1.0, 0.8, state="c"), made("lstm", 0.6, 0.0, 0.4, state="c"))


def compared(*groups):
    return flows.Comparison(groups or (RNN, LSTM), Draw(steps=STEPS, seed=255))


def read(groups):
    return [spoken(sentence) for sentence in flows.reading(groups)]


def test_the_sentences_compare_what_matrices_carry_with_what_a_gate_keeps():
    first, second, third = read(compared())
    assert first == (
        "After 20 steps h of rnn, which only matrices carry, keeps 9.5e−7 of a unit change, "
        "c of lstm with forget bias 1 keeps 0.12: 130,000 times as much."
    )
    assert second == "A forget bias of 1 instead of 0 keeps 3,300 times as much of c in lstm."
    assert third == (
        "In lstm with forget bias 1 most of it came through the gates: the elementwise path alone keeps 0.012."
    )


def test_one_flow_is_compared_with_nothing():
    assert read(compared(RNN)) == ["After 20 steps h of rnn, which only matrices carry, keeps 9.5e−7 of a unit change."]


def test_what_has_died_or_exploded_is_not_divided():
    dead = (Flow(RNN[0].system, "h", (), None, (0.0,) * STEPS, None, (0.0,) * STEPS),)
    first = read(compared(dead, LSTM))[0]
    assert first.endswith("keeps 0 of a unit change, c of lstm with forget bias 1 keeps 0.12.")
    burst = (Flow(RNN[0].system, "h", (), None, (math.inf,) * STEPS, None, (math.inf,) * STEPS),)
    assert "keeps inf of a unit change, c of lstm" in read(compared(burst, LSTM))[0]
    data = json.loads(json.dumps(flows.as_data(compared(burst)), allow_nan=False))
    assert data["curves"][0]["total"][0] == "Infinity"


@pytest.mark.parametrize("style", ["unicode", "text"])
def test_the_page_fits_80_columns_and_says_how_the_numbers_were_made(style):
    document = flows.page_of(FORMATS[style], compared())
    text = getattr(terminal, style)(document)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii() == (style == "text") and "?" not in text
    words = " ".join(text.split())
    assert "31 random networks of H = 32, D = 16;" in words
    assert "seed ff. Forget bias: b_f of lstm, none in rnn (only matrices carry h)." in words
    row = next(line.split() for line in text.splitlines() if line.strip().startswith("lstm, forget bias 1 "))
    assert row[4:] == ["0.90", "0.81", "0.59", "0.35", "0.12"]


def said(*groups, style="unicode"):
    return spoken(setting(FORMATS[style], groups, Draw(steps=STEPS)))


def test_vectors_that_multiply_are_named_and_a_missing_bias_has_a_reason():
    peephole, own, bare, whole = (made(n, 0.9, elementwise=0.5, state=s) for n, s in (
        ("lstm_peephole", "c"), ("indrnn", "h"), ("qrnn", "c"), ("lstm_nfg", "c")))  # fmt: skip
    words = said((peephole,), (own,), (bare,), (whole,))
    assert "vectors that multiply (p_f, p_i, p_o of lstm_peephole; u of indrnn) uniform between ±1," in words
    assert "none in indrnn (no sigmoid gate scales h), none in qrnn (f has no bias), none in lstm_nfg (no" in words
    assert "vectors that multiply" not in said(RNN, LSTM)


def test_names_in_words_are_formulas_in_every_format():
    made_so = setting(FORMATS["latex"], (RNN, LSTM), Draw(steps=STEPS))
    assert [w.text for w in made_so if isinstance(w, Math)] == ["H", "D", "b_f", "h"]
    words = [w for sentence in flows.reading(compared(), FORMATS["latex"]) for w in sentence]
    assert [w.text for w in words if isinstance(w, Math)] == ["h", "c", "c"]


def test_the_picture_alone_says_what_to_see_and_how_it_was_made():
    alone, on_a_page = flows.picture(compared()), flows.page_of(FORMATS["unicode"], compared()).sections[1].blocks[0]
    description = alone.partition("<desc>")[2].partition("</desc>")[0]
    for words in (*read(compared()), said(RNN, LSTM).partition("seed")[0]):
        assert words in description and words not in on_a_page.svg
    shown = "".join(ET.fromstring(alone.encode()).itertext()).replace(description, "")
    assert "130,000 times as much" in shown and "31 random networks" in shown
    assert not any(sentence in on_a_page.alternative for sentence in read(compared()))


def test_parts_name_their_cell_beside_a_plot_in_characters():
    drawn = flows.page_of(FORMATS["unicode"], compared(LSTM, (made("gru", 0.9, 1.0, 0.7),))).sections[1].blocks[0].text
    assert "· lstm elementwise" in drawn and "· gru elementwise" in drawn


def test_the_sign_of_a_bias_and_networks_left_out_are_told():
    writes = (made("gru_writes", 0.9, 1.0, 0.8, left_out=3),)
    caption = said(writes)
    assert "−b_z of gru_writes" in caption and "3 networks whose numbers were not finite are left out." in caption


def test_the_picture_has_every_part_and_the_largest_bias_is_the_full_line():
    curves = flows.plot(compared()).curves
    assert [(c.group, c.member, c.part) for c in curves] == [
        (0, 0, "whole"), (1, 0, "whole"), (1, 0, "elementwise"), (1, 1, "whole"), (1, 1, "elementwise"),
    ]  # fmt: skip
    assert flows.picture(compared()).startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')


def test_the_data_name_what_they_are_and_which_biases_were_set():
    data = flows.as_data(compared())
    assert (data["schema"], data["seed"], data["steps"]) == ("gatecheck/flow/1", "ff", STEPS)
    rnn, opened, closed = data["curves"]
    assert (rnn["forget_bias"], rnn["biases"], rnn["elementwise"]) == (None, {}, None)
    assert (opened["biases"], closed["biases"]) == ({"b_f": 1.0}, {"b_f": 0.0})
    assert len(opened["total"]) == len(opened["through_gates"]) == STEPS


def test_a_long_name_is_cut_in_labels_alone():
    cell = replace(load("rnn"), name="n" * 60)
    flow = replace(RNN[0], system=system(cell))
    assert flows.label(flow) == "n" * 23 + "…"
    assert flows.as_data(compared((flow,)))["curves"][0]["cell"] == "n" * 60


def test_the_rows_lit_are_those_that_the_first_sentence_compares():
    (table,) = flows.page_of(FORMATS["unicode"], compared()).sections[-1].blocks
    assert [table.rows[k][0] for k in table.lit] == [("rnn",), ("lstm, forget bias 1",)]
