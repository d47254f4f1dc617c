"""gatecheck prove."""

import json
import re
import subprocess
import sys

import pytest

from gatecheck.calculus import proof
from gatecheck.errors import Fault


def test_a_proof_says_what_was_proved_and_how_surely(gatecheck):
    done = gatecheck("prove", "lstm", "--format", "unicode")
    said = " ".join(done.out.split())
    assert (done.code, done.err) == (0, "")
    assert "Proved: the backward equations of lstm, where the loss reads h." in said
    assert "each equation, for all D and H" in said and "c f, c[t−1], i, g" in said
    assert "with D = 3 and H = 2; what is wrong would pass with a probability below 2⁻" in said


def test_a_proof_says_which_part_took_how_long(gatecheck):
    said = " ".join(gatecheck("prove", "rnn", "--seed", "ab", "--format", "text").out.split())
    assert re.search(r"The equations took 0\.\d{3} s, the sequences \d\.\d{3} s\. The seed of .* is ab\.", said)


def test_a_proof_of_a_cell_without_a_state_speaks_of_no_time(gatecheck):
    said = gatecheck("prove", "gate", "--format", "text").out
    assert "The cell has no state" in " ".join(said.split()) and "the evaluations" in said
    assert not re.search(r"next step|initial values|sequences of", said)


def test_a_proof_in_text_is_ascii(gatecheck):
    done = gatecheck("prove", "gru", "--format", "text")
    assert done.code == 0 and done.out.isascii() and "?" not in done.out and "2**-" in done.out


def test_a_proof_as_data(gatecheck):
    data = json.loads(gatecheck("prove", "rnn", "--format", "json", "--seed", "AB").out)
    assert data["schema"] == "gatecheck/proof/1" and data["cell"] == "rnn" and data["loss"] == ["h"]
    assert data["equations"]["shown"] == [
        {"name": "h", "activation": True, "reads": ["a_h[t]"]},
        {"name": "h", "activation": False, "reads": ["W", "x[t]", "U", "h[t-1]", "b"]},
    ]
    whole = data["sequences"]
    assert (whole["steps"], whole["sizes"], whole["seed"]) == ([1, 2, 3, 4], {"D": 3, "H": 2}, "ab")
    assert int(whole["error_below"].removeprefix("2^-")) >= 50


def test_a_proof_in_latex_is_a_paragraph_and_a_table(gatecheck):
    done = gatecheck("prove", "rnn", "--format", "latex")
    assert done.code == 0 and r"$h_t$ & $W$, $x_t$, $U$, $h_{t-1}$, $b$" in done.out


@pytest.mark.parametrize("ending", ["md", "html", "typ"])
def test_a_proof_is_written_in_every_format(gatecheck, tmp_path, ending):
    assert gatecheck("prove", "rnn", "-o", f"proof.{ending}") == (0, "", "")
    said = (tmp_path / f"proof.{ending}").read_text(encoding="utf-8")
    assert "Proved" in said and "adds to the gradients of" in said


@pytest.mark.parametrize("loss", ["h,c", "cross-entropy"])
def test_a_proof_holds_for_the_loss_that_is_asked_for(gatecheck, loss):
    done = gatecheck("prove", "lstm", "--loss", loss, "--format", "unicode")
    said = " ".join(done.out.split())
    assert done.code == 0 and ("the loss reads h and c" if loss == "h,c" else "L is the loss itself") in said


def test_a_certificate_is_written_and_holds(gatecheck, tmp_path):
    assert gatecheck("prove", "rnn", "--certificate", "c.py").code == 0
    done = subprocess.run([sys.executable, "-I", "c.py"], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_certificate_replaces_no_file_unless_told_to(gatecheck, tmp_path):
    (tmp_path / "c.py").write_text("my work")
    refused = gatecheck("prove", "rnn", "--certificate", "c.py")
    assert (refused.code, refused.out) == (2, "") and "c.py exists already" in refused.err
    assert (tmp_path / "c.py").read_text() == "my work"
    assert gatecheck("prove", "rnn", "--certificate", "c.py", "--force").code == 0
    assert (tmp_path / "c.py").read_text(encoding="utf-8").startswith('"""A certificate')


def test_a_wrong_derivation_is_our_fault_and_leaves_no_certificate(gatecheck, tmp_path, monkeypatch):
    def refuse(*arguments):
        raise Fault("what h adds to the gradient of W is not what is derived")

    monkeypatch.setattr(proof, "adjoints", refuse)
    done = gatecheck("prove", "rnn", "--certificate", "c.py")
    assert (done.code, done.out) == (2, "") and "is not what is derived" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", ["nocell", "lstm --loss hh", "lstm --loss ,", "lstm --seed xyz"])
def test_what_cannot_be_proved_is_bad_usage(gatecheck, arguments):
    done = gatecheck("prove", *arguments.split())
    assert (done.code, done.out) == (2, "") and done.err
