"""flow and compare: every format, files, options, progress, and what is refused."""

import json
import sys
import xml.etree.ElementTree as ET

import pytest

SMALL = ["--steps", "8", "--size", "6", "--networks", "5"]
CALLS = [["flow", "rnn", "lstm", *SMALL], ["compare", "lstm", "gru"]]


@pytest.mark.parametrize("command", CALLS, ids=lambda c: c[0])
def test_both_are_printed_in_every_format(gatecheck, command):
    unicode, text, data = (gatecheck(*command, "--format", style) for style in ("unicode", "text", "json"))
    assert (unicode.code, text.code, data.code) == (0, 0, 0)
    assert not unicode.out.isascii()
    assert text.out.isascii() and "?" not in text.out
    assert max(map(len, text.out.splitlines())) <= 80
    assert json.loads(data.out)["schema"] in ("gatecheck/flow/1", "gatecheck/comparison/1")
    assert (unicode.err, text.err, data.err) == ("", "", "")


@pytest.mark.parametrize("command", CALLS, ids=lambda c: c[0])
def test_latex_is_there_to_paste(gatecheck, command):
    done = gatecheck(*command, "--format", "latex")
    assert done.code == 0
    for name in ("tabular", "align*"):
        assert done.out.count(rf"\begin{{{name}}}") == done.out.count(rf"\end{{{name}}}")
    assert r"\begin{tabular}{lrrrr}" in done.out or r"i_{t} &=" in done.out or "i_t &=" in done.out


def test_the_vanishing_rnn_the_highway_and_the_bias_are_seen(gatecheck):
    done = gatecheck("flow", "rnn", "lstm", "--networks", "5")
    assert "h of rnn, which only matrices carry, keeps" in done.out
    assert "A forget bias of 1 instead of 0 keeps" in done.out
    table = done.out.split("norm after k steps")[1].splitlines()
    rows = {line.strip().partition("  ")[0]: line.split()[-1] for line in table if line}
    last = {name: float(rows[name].replace("−", "-")) for name in ("rnn", "lstm, forget bias 1", "lstm, forget bias 0")}
    assert last["lstm, forget bias 1"] > 1e3 * max(last["rnn"], last["lstm, forget bias 0"])


def test_the_seed_decides_and_is_printed(gatecheck):
    first = gatecheck("flow", "rnn", *SMALL)
    assert "seed 0" in first.out
    assert gatecheck("flow", "rnn", *SMALL, "--seed", "0") == first
    other = gatecheck("flow", "rnn", *SMALL, "--seed", "C0FFEE")
    assert other.out != first.out and "seed c0ffee" in other.out


def test_a_cell_is_the_same_alone_and_among_others(gatecheck):
    def curves(*cells):
        return json.loads(gatecheck("flow", *cells, *SMALL, "--format", "json").out)["curves"]

    assert curves("rnn") + curves("gru") == curves("rnn", "gru", "rnn")


def test_every_option_changes_what_is_drawn(gatecheck):
    def data(*options):
        return json.loads(gatecheck("flow", "gru_writes", *SMALL, *options, "--format", "json").out)

    biases = data("--forget-bias", "2", "--forget-bias", "-1", "--forget-bias", "2")["curves"]
    assert [(c["forget_bias"], c["biases"]) for c in biases] == [(2.0, {"b_z": -2.0}), (-1.0, {"b_z": 1.0})]
    plain = data()
    for options in (["--scale", "2"], ["--steps", "9"], ["--size", "7"], ["--networks", "6"]):
        assert data(*options)["curves"][0]["total"] != plain["curves"][0]["total"], options
    assert [c["forget_bias"] for c in plain["curves"]] == [1.0, 0.0]


def test_a_forget_bias_that_was_asked_for_and_sets_nothing_is_told(gatecheck):
    asked = gatecheck("flow", "rnn", "lstm", *SMALL, "--forget-bias", "1")
    said = "rnn is shown once: --forget-bias sets nothing in it, as only matrices carry h.\n"
    assert (asked.code, asked.err) == (0, said)
    assert gatecheck("flow", "rnn", "lstm", *SMALL).err == ""


def test_a_file_that_ends_in_svg_is_the_picture_alone(gatecheck, tmp_path):
    assert gatecheck("flow", "rnn", *SMALL, "-o", "rnn.svg") == (0, "", "")
    root = ET.parse(tmp_path / "rnn.svg").getroot()
    assert root.tag.endswith("svg") and "rnn" in "".join(root.itertext())
    refused = gatecheck("flow", "rnn", *SMALL, "-o", "rnn.svg")
    assert (refused.code, refused.out) == (2, "") and "rnn.svg exists already" in refused.err
    assert gatecheck("flow", "rnn", *SMALL, "-o", "rnn.svg", "--force").code == 0


@pytest.mark.parametrize("command", CALLS, ids=lambda c: c[0])
def test_other_files_hold_what_would_be_printed(gatecheck, tmp_path, command):
    assert gatecheck(*command, "-o", "page.txt") == (0, "", "")
    assert (tmp_path / "page.txt").read_text(encoding="utf-8") == gatecheck(*command, "--format", "unicode").out
    assert gatecheck(*command, "-o", "page.json").code == 0
    assert json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["flow"], ["Missing argument 'CELL...'"]),
        (["flow", "lsmt"], ["no cell is called lsmt", "Did you mean lstm?"]),
        (["flow", "rnn", "gate"], ["gate has no state"]),
        (["flow", "rnn", "--steps", "0"], ["--steps", "0 is not in the range"]),
        (["flow", "rnn", "--steps", "99999999"], ["--steps", "range"]),
        (["flow", "rnn", "--size", "9000"], ["multiplications, more than", "--size"]),
        (["flow", "rnn", "--steps", "100000", "--size", "1", "--networks", "999"], ["bytes, more than", "--networks"]),
        (["flow", "rnn", "--networks", "-1"], ["--networks"]),
        (["flow", "lstm", "--forget-bias", "nan"], ["--forget-bias", "nan is no finite number"]),
        (["flow", "rnn", "--scale", "inf"], ["--scale", "inf is no finite number"]),
        (["flow", "rnn", "--seed", "xyz"], ["--seed", "hexadecimal"]),
        (["flow", "rnn", "-o", "x.png"], ["x.png does not tell the format"]),
        (["flow", "linear.cell", "--scale", "1e30"], ["in no random network of linear are all numbers finite"]),
        (["compare", "lstm"], ["2 to 4 cells, not 1"]),
        (["compare", *["lstm"] * 5], ["2 to 4 cells, not 5"]),
        (["compare", "lstm", "gruu"], ["no cell is called gruu", "Did you mean gru?"]),
        (["compare", "lstm", "gru", "-o", "x.svg"], ["x.svg does not tell the format"]),
    ],
    ids=lambda p: " ".join(p) if isinstance(p, list) else p,
)
def test_what_cannot_be_is_told(gatecheck, tmp_path, command, words):
    (tmp_path / "linear.cell").write_text("x: D\nh: H\nh[t] = U @ h[t-1] + W @ x[t]\n")
    done = gatecheck(*command)
    assert (done.code, done.out) == (2, "")
    assert all(word in done.err for word in words), done.err
    assert "Traceback" not in done.err
    assert [p.name for p in tmp_path.iterdir()] == ["linear.cell"]


def test_a_terminal_hears_how_far_it_is_and_keeps_nothing_of_it(gatecheck, monkeypatch):
    from gatecheck.cli import flowing

    assert gatecheck("flow", "rnn", *SMALL).err == ""
    monkeypatch.setattr(sys, "stderr", _Terminal(sys.stderr))
    with flowing._progress("rnn", 50) as told:
        told(10)
    heard = sys.stderr.heard
    assert "rnn: lag 10 of 50" in heard
    lines = heard.split("\r")
    assert lines[-1] == "" and lines[-2].isspace() and len(lines[-2]) >= len(lines[1])


class _Terminal:
    """A standard error that is a terminal."""

    def __init__(self, below):
        self.below, self.heard = below, ""

    def write(self, text):
        self.heard += text
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return True


def test_ctrl_c_ends_it_with_a_word_and_no_file(gatecheck, tmp_path, monkeypatch):
    from gatecheck.calculus import flow

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(flow, "_medians", interrupted)
    done = gatecheck("flow", "rnn", *SMALL, "-o", "rnn.svg")
    assert (done.code, done.out) == (130, "") and "interrupted" in done.err
    assert list(tmp_path.iterdir()) == []
