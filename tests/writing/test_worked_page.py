"""A worked example as a page: complete with its numbers, without any of them as a hand-out, in every format."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.checking import check
from gatecheck.calculus.picking import pick
from gatecheck.calculus.symbols import gradient
from gatecheck.calculus.worked import Given, worked
from gatecheck.cells import library, load, read
from gatecheck.teaching.values import read_values
from gatecheck.writing import terminal
from gatecheck.writing.formats import FORMATS
from gatecheck.writing.formulas import Formulas
from gatecheck.writing.publishing import published
from gatecheck.writing.rounding import rounded
from gatecheck.writing.values_file import values_file
from gatecheck.writing.worked import Rows
from gatecheck.writing.worked_page import Style, as_data, document

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}


@cache
def found(name, steps=1):
    backward = derive(CELLS[name], unit=True)
    return worked(backward, pick(backward, steps))


def page(work, style=Style()):
    return terminal.unicode(document(Formulas, work, ("picked",), style))


def computed(work):
    """Every number that is computed, as it is printed."""
    arrays = [v[line.symbol] for v in work.at for line in work.backward.system.lines]
    arrays += [v[gradient(g.name)] for v in work.at for g in work.backward.quantities if not work.zero(g)]
    arrays += [v for n, v in work.parameters.items() if not work.zero(work.backward.gradient(n))]
    return {rounded(float(n), 4).replace("-", "−") for a in arrays for n in a.flat if "e" not in rounded(float(n), 4)}


@pytest.mark.parametrize("name", CELLS)
def test_the_key_holds_every_number_and_the_hand_out_none(name):
    work = found(name)
    numbers = computed(work)
    shown = set(re.findall(r"−?\d+\.\d{4}\b", page(work)))
    wide = max(work.given.sizes.values()) > 2 or "…" in page(work)
    assert wide or numbers <= shown
    assert len(numbers & shown) > len(numbers) / 2
    sheet = page(work, Style(blank=True))
    assert not re.search(r"\d\.\d{4}\b", sheet)
    assert not numbers & set(re.findall(r"[−\w.]+", sheet))
    assert sheet.count("________") > len(work.backward.system.lines)


def test_a_negative_difference_stands_in_brackets():
    cell = read(
        "x: D\ntarget: H\nh: H\nL: 1\nh[t] = tanh(W @ x[t] + U @ h[t-1])\nL[t] = sum((h[t] - target[t])**2) / 2"
    )
    backward = derive(cell, unit=True)
    assert "= −(h − target)" in page(worked(backward, pick(backward)))


def test_a_hand_out_has_a_line_more_for_a_calculation_that_is_longer():
    work = found("lstm")
    sheet = page(work, Style(blank=True))

    row = next(row for row in Rows(Formulas, work, 4).backward(0) if row.formula.left == "δx")
    assert row.calculation.length > 100
    room = sheet[sheet.index("\n  δx ") : sheet.index("\n  δh[t−1] ")]
    assert sum(map(len, re.findall("_{9,}", room))) >= row.calculation.length
    assert len(re.findall("_{9,}", sheet[sheet.index("\n  δf ") : sheet.index("\n  δi ")])) == 1


@pytest.mark.parametrize("name", CELLS)
def test_the_file_of_the_values_of_a_cell_gives_its_numbers(name, tmp_path):
    for steps in (1, 2):
        work = found(name, steps)
        (tmp_path / "v.toml").write_text(values_file(work), "utf-8")
        start, printed = read_values(str(tmp_path / "v.toml"), work.backward.system)
        again = worked(derive(CELLS[name], start.loss or None, unit=True), start)
        assert {**as_data(again), "picked": None} == {**as_data(work), "picked": None}
        assert printed == () and again.picked == ()
        shown = values_file(work).replace("\n# a_", "\na_")
        (tmp_path / "v.toml").write_text(shown, "utf-8")
        start, printed = read_values(str(tmp_path / "v.toml"), work.backward.system)
        assert bool(printed) == ("\na_" in shown)
        assert all(verdict.verdict == "right" for verdict in check(work, printed))


def test_a_hand_out_says_the_formulas_and_what_is_given():
    sheet = page(found("lstm"), Style(blank=True, mark="by hand"))
    for text in ("lstm, by hand", "W_f x + U_f h[t−1] + b_f", "δa_f", "∂L/∂W_f", "∂L_t/∂h", "Round to 4 decimals."):
        assert text in sheet
    assert [line for line in sheet.splitlines() if line.startswith("  h[t−1] ")]


@pytest.mark.parametrize("name", library())
@pytest.mark.parametrize("blank", [False, True])
def test_a_page_of_the_library_fits_80_columns(name, blank):
    lines = page(found(name), Style(blank=blank)).splitlines()
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("name", ["lstm", "gru_reset_after", "joined", "readout", "numbers"])
@pytest.mark.parametrize("format", [f for f in FORMATS if f != "pdf"])
def test_every_format_has_the_same_numbers(name, format):
    work = found(name)
    told = published(format, lambda kind: document(kind, work, ("picked",)))
    assert set(re.findall(r"\d+\.\d{4}\b", page(work))) <= set(re.findall(r"\d+\.\d{4}\b", told))


def test_several_steps_are_told_forwards_then_backwards():
    told = page(found("rnn", 3))
    titles = [line for line in told.splitlines() if line.startswith(("Forward", "Backward", "Param"))]
    assert titles == [
        "Forward, step 1", "Forward, step 2", "Forward, step 3",
        "Backward, step 3", "Backward, step 2", "Backward, step 1", "Parameters",
    ]  # fmt: skip
    assert told.count("∂L_t/∂h + Uᵀ δa_h[t+1]") == 2
    assert "Nothing follows the last step" in told


def test_gradients_come_after_those_that_they_read():
    told = page(found("lstm"))
    order = [told.index(f"\n  {name} ") for name in ("δh", "δo", "δc", "δf", "δa_f", "δh[t−1]", "∂L/∂W_f")]
    assert order == sorted(order)


def test_the_numbers_of_wide_vectors_are_shortened():
    backward = derive(load("rnn"))
    rng = np.random.default_rng(0)
    sizes = {"D": 7, "H": 6}
    parameters = {n: rng.normal(size=s) for n, s in (("W", (6, 7)), ("U", (6, 6)), ("b", (6,)))}
    start = Given(sizes, 1, {"x": rng.normal(size=(1, 7))}, {"h": rng.normal(size=6)}, parameters)
    told = page(worked(backward, start))
    head = next(line for line in told.splitlines() if "unit 1" in line)
    assert head.split()[-8:] == ["unit", "1", "unit", "2", "unit", "3", "…", "last"]
    assert all(len(line) <= 80 for line in told.splitlines())


def test_what_was_given_is_printed_as_it_was_and_what_follows_rounded():
    backward = derive(load("rnn"))
    start = pick(backward)
    start.inputs["x"][0, 0] = 0.123456
    lines = page(worked(backward, start)).splitlines()
    assert "0.123456" in next(line for line in lines if line.startswith("  x "))
    assert any("0.1235" in line and "0.123456" not in line for line in lines if line.startswith("  a_h "))


def test_what_is_not_determined_is_listed_in_one_line():
    backward = derive(load("lstm"))
    start = pick(backward)
    alone = {n: v for n, v in start.parameters.items() if n.endswith("_f")}
    told = page(worked(backward, Given(start.sizes, 1, start.inputs, {"h": start.initial["h"]}, alone)))
    assert "Not determined by these values: i, g, o, c, h, and no gradient." in told
    assert "Backward" not in told and "Parameters" not in told


def test_what_the_loss_does_not_reach_is_said_and_left_out():
    backward = derive(load("lstm"), ("f",))
    told = page(worked(backward, pick(backward)))
    assert "Zero, as the loss does not reach it: δh, δc, δo, δa_o, δg, δa_g, δi, δa_i." in told
    assert "∂L/∂W_f" in told and "∂L/∂W_i" not in told


def test_the_data_hold_every_number_in_full():
    work = found("lstm", 2)
    data = as_data(work, "0")
    assert (data["schema"], data["cell"], data["seed"], data["undetermined"]) == ("gatecheck/trace/1", "lstm", "0", [])
    assert len(data["steps"]) == 2
    assert data["steps"][0]["values"]["c"] == data["steps"][1]["values"]["c_prev"]
    assert data["gradients"]["dW_f"] == work.parameters["W_f"].tolist()
    assert data["steps"][1]["loss_gradients"]["dh"] == [1.0, -0.5]
    assert set(data["gradients"]) == {"dh_prev", "dc_prev", *(f"d{p}" for p in work.backward.cell.parameters)}
