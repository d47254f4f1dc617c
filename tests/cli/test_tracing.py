"""trace: worked numbers, hand-outs with their keys, printed numbers checked, options that clash."""

import json
import re

import pytest

CHECK = ["trace", "lstm_concat", "--values", "forget_gate", "--check"]


def test_a_cell_is_traced_with_small_numbers(gatecheck):
    done = gatecheck("trace", "lstm")
    assert (done.code, done.err) == (0, "")
    assert "picked, seed 0" in done.out
    assert "= W_f x + U_f h[t−1] + b_f" in done.out
    assert gatecheck("trace", "lstm") == done
    assert gatecheck("trace", "lstm", "--seed", "0") == done
    other = gatecheck("trace", "lstm", "--seed", "A1")
    assert "picked, seed a1" in other.out and other.out != done.out


def test_the_format_text_is_ascii_and_json_is_full(gatecheck):
    text = gatecheck("trace", "gru", "--format", "text").out
    assert text.isascii() and "?" not in text
    data = json.loads(gatecheck("trace", "gru", "--steps", "3", "--format", "json").out)
    assert (data["schema"], data["seed"], len(data["steps"])) == ("gatecheck/trace/1", "0", 3)


def test_decimals_are_as_many_as_are_asked_for(gatecheck):
    assert "0.679" in gatecheck("trace", "lstm", "--digits", "3").out
    assert "0.6792" not in gatecheck("trace", "lstm", "--digits", "3").out
    assert gatecheck("trace", "lstm", "--digits", "0").code == 2


def test_the_slide_s_wrong_number_is_marked_and_its_right_one_too(gatecheck):
    done = gatecheck(*CHECK)
    assert (done.code, done.err) == (1, "")
    rows = [line.split() for line in done.out.splitlines()]
    assert ["f", "1", "0.7941", "0.9731", "✕", "wrong"] in rows
    assert ["f", "2", "0.1062", "0.1062", "✓", "right"] in rows
    assert "f = 1 / (1 + exp(−3.59)) = 0.9731" in done.out
    data = json.loads(gatecheck(*CHECK, "--format", "json").out)
    assert [(p["name"], p["index"], p["verdict"]) for p in data["printed"]][2:] == [
        ("f", [1], "wrong"),
        ("f", [2], "right"),
    ]


def test_what_is_printed_rightly_ends_with_0(gatecheck, tmp_path):
    (tmp_path / "v.toml").write_text(
        "[values]\nx = [2]\nW = [[1], [2]]\nb = 0\n[printed]\na_f = [2, 4]\ny = [0.5, 1]\n"
    )
    done = gatecheck("trace", "gate", "--values", "v.toml", "--check")
    assert done.code == 0
    assert "none of 4 are wrong; 2 not determined by these values" in done.out
    assert done.out.count("? not determined") == 2


def test_every_cause_is_said_in_words(gatecheck, tmp_path):
    values = "[values]\nx = [0.5]\nW = [[1], [-0.5]]\nb = [0.125, 1]\nv = [0.5, 2]\n"
    printed = "[printed]\na_f = [0.500, -0.750]\nf = [0.622, 0.679]\ny = [0.340, 0.326]\n[loss]\ndf = [1, 2]\n"
    (tmp_path / "v.toml").write_text(values + printed + "")
    done = gatecheck("trace", "gate", "--values", "v.toml", "--check")
    for words in ("it lacks b", "the sign is turned", "follows from the numbers printed before it"):
        assert words in done.out, done.out
    (tmp_path / "v.toml").write_text(values + "[printed]\na_f = [0.375, 0.625]\nf = [0.6514, 0.6351]\n")
    done = gatecheck("trace", "gate", "--values", "v.toml", "--check")
    for words in ("with the other sign of b", "it is the number of unit 1", "it is tanh(a_f)"):
        assert words in done.out, done.out


def test_a_hand_out_and_its_key_are_written_together(gatecheck, tmp_path):
    told = "sheet.txt  with its key in  sheet-key.txt\n"
    assert gatecheck("trace", "gru", "--blanks", "-o", "sheet.txt") == (0, told, "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sheet-key.txt", "sheet.txt"]
    sheet, key = ((tmp_path / n).read_text("utf-8") for n in ("sheet.txt", "sheet-key.txt"))
    assert sheet == gatecheck("trace", "gru", "--blanks").out
    assert key == gatecheck("trace", "gru", "--key").out
    assert "________" in sheet and "____" not in key


@pytest.mark.parametrize("taken", ["sheet.txt", "sheet-key.txt"])
def test_neither_is_written_where_one_exists(gatecheck, tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    done = gatecheck("trace", "rnn", "--blanks", "-o", "sheet.txt")
    assert (done.code, done.out) == (2, "")
    assert f"{taken} exists already" in done.err
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    assert gatecheck("trace", "rnn", "--blanks", "-o", "sheet.txt", "--force").code == 0
    assert len(list(tmp_path.iterdir())) == 2


def test_the_key_does_not_stay_where_the_hand_out_cannot_be_written(gatecheck, tmp_path, monkeypatch):
    from gatecheck.cli import tracing
    from gatecheck.errors import BadInput

    publish = tracing.publish

    def failing(build, data, style, output, force):
        if output == "sheet.txt":
            raise BadInput("the disk is full")
        publish(build, data, style, output, force)

    monkeypatch.setattr(tracing, "publish", failing)
    assert gatecheck("trace", "rnn", "--blanks", "-o", "sheet.txt").code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--steps", "0"], ["0 steps cannot be traced", "from 1 to 20"]),
        (["--steps", "1000000"], ["1000000 steps cannot be traced"]),
        (["--seed", "xyz"], ["hexadecimal"]),
        (["--seed", "1", "--values", "forget_gate"], ["--seed picks values"]),
        (["--check"], ["--check needs --values"]),
        (["--blanks", "--key"], ["do not go together"]),
        (["--check", "--key", "--values", "forget_gate"], ["do not go together"]),
        (["--blanks", "--format", "json"], ["JSON has no blanks"]),
        (["--blanks", "-o", "a.json"], ["JSON has no blanks"]),
        (["--values", "nowhere.toml"], ["there is no file nowhere.toml"]),
        (["--values", "forget_gate"], ["6:8: these values are of lstm_concat, not of lstm", "lstm takes x"]),
        (["--values", "forget_gate", "--steps", "99"], ["99 steps cannot be traced"]),
        (["-o", "sheet.odt"], ["does not tell the format"]),
    ],
    ids=lambda p: " ".join(p),
)
def test_what_cannot_be_is_refused(gatecheck, tmp_path, options, words):
    done = gatecheck("trace", "lstm", *options)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err, done.err
    assert list(tmp_path.iterdir()) == []


def test_values_that_determine_nothing_are_refused_with_what_is_missing(gatecheck, tmp_path):
    (tmp_path / "v.toml").write_text("[values]\nx = [1]\nW_f = [[1], [2]]\nU_f = 0.5\nb_f = 0\n")
    done = gatecheck("trace", "lstm", "--values", "v.toml")
    assert done.code == 2
    assert "v.toml:1:1: nothing that lstm computes follows from these values" in done.err
    assert "a_f needs h_prev.\n  --template" in done.err


def test_a_verdict_has_one_sign_or_none_in_every_format(gatecheck):
    signs = {"unicode": "✓ right", "text": "   right", "markdown": "**✓ right**", "html": ">✓ right<"}
    for style, sign in {**signs, "latex": "{right}"}.items():
        told = gatecheck(*CHECK, "--format", style).out
        assert sign in told and "✓ ✓" not in told
        assert style != "latex" or told.isascii()


def test_the_long_hand_line_of_a_wrong_number_says_of_which_it_is(gatecheck, tmp_path):
    (tmp_path / "v.toml").write_text(
        "[values]\nx = [[0.5], [1]]\nh_prev = 0\nW = [[1], [2]]\nU = 0.5\nb = 0\n"
        "[printed]\ndW = [[1], [2]]\ndh_prev = [1.1, 0.33]\nh = [[0.46, 0.7], [0.92, 0.99]]\n"
    )
    done = gatecheck("trace", "rnn", "--values", "v.toml", "--check")
    below = done.out.partition("Worked out")[2].splitlines()
    said = [line.rsplit("  ", 1)[1].strip() for line in below if " = " in line]
    assert said == ["row 2, column 1", "unit 1", "unit 2, step 1"]
    assert "loss     ∂L_t/∂h picked" in done.out
    assert " −0 " not in done.out


def test_a_loss_gradient_that_is_picked_is_said_to_be(gatecheck, tmp_path):
    values = "[values]\nx = [1]\nW = [[1], [2]]\nb = 0\nv = [0.5, 2]\n"
    (tmp_path / "v.toml").write_text(values)
    (tmp_path / "w.toml").write_text(values + "[loss]\ndy = [1, 2]\n")
    assert "loss    ∂L_t/∂y picked" in gatecheck("trace", "gate", "--values", "v.toml").out
    assert "picked" not in gatecheck("trace", "gate", "--values", "w.toml").out
    told = [json.loads(gatecheck("trace", "gate", "--values", n, "--format", "json").out) for n in ("v.toml", "w.toml")]
    assert [data["picked"] for data in told] == [["dy"], []]
    assert "picked\n" not in gatecheck("trace", "rnn", "--loss", "cross-entropy").out


def test_a_target_that_is_no_distribution_is_doubted(gatecheck, tmp_path):
    command = ["trace", "rnn", "--loss", "cross-entropy"]
    text = gatecheck(*command, "--steps", "2", "--template").out
    (tmp_path / "v.toml").write_text(re.sub("target = .*", "target = [[0.5, 0.7], [-1, 2]]", text))
    done = gatecheck(*command, "--values", "v.toml")
    assert done.code == 0
    assert "target at step 1 sums to 1.2: it should be one-hot" in done.err
    assert "Target at step 2 has a negative number" in done.out
    (tmp_path / "v.toml").write_text(re.sub("target = .*", "target = [[0.333, 0.667], [0, 1]]", text))
    assert gatecheck(*command, "--values", "v.toml").err == ""


@pytest.mark.parametrize("options", [["gru", "--seed", "7"], ["rnn", "--loss", "squared-error", "--steps", "2"]])
def test_a_template_is_a_file_of_values(gatecheck, tmp_path, options):
    assert gatecheck("trace", *options, "--template", "-o", "mine.toml") == (0, "", "")
    assert (tmp_path / "mine.toml").read_text("utf-8") == gatecheck("trace", *options, "--template").out
    again = [option for option in options if option not in ("--seed", "7", "--steps", "2")]
    wanted = gatecheck("trace", *options, "--format", "json").out
    found = gatecheck("trace", *again, "--values", "mine.toml", "--format", "json").out
    told = [{k: v for k, v in json.loads(data).items() if k not in ("seed", "picked")} for data in (wanted, found)]
    assert told[0] == told[1]
    assert "exists already" in gatecheck("trace", *options, "--template", "-o", "mine.toml").err
    assert "goes with" in gatecheck("trace", *options, "--template", "--format", "html").err


def test_the_help_says_what_a_file_of_values_holds(gatecheck):
    told = gatecheck("trace", "--help").out
    for words in ("[values]", "[loss]", "[printed]", "[sizes]", "h_prev = ", "--template"):
        assert words in told


def test_a_file_without_printed_numbers_has_nothing_to_check(gatecheck, tmp_path):
    (tmp_path / "v.toml").write_text("[values]\nx = [1]\nW = [[1], [2]]\nb = 0\n")
    done = gatecheck("trace", "gate", "--values", "v.toml", "--check")
    assert (done.code, done.out) == (2, "")
    assert "v.toml:1:1: there is nothing to check" in done.err and "[printed]" in done.err


def test_a_size_that_the_values_leave_open_is_asked_for(gatecheck, tmp_path):
    (tmp_path / "v.toml").write_text("[values]\nx = 2\nh_prev = [1, 1]\nW = 3\nU = 1\nb = 0\n")
    done = gatecheck("trace", "rnn", "--values", "v.toml")
    assert done.code == 2 and "How much is D?" in done.err
    (tmp_path / "v.toml").write_text("[values]\nx = 2\nh_prev = [1, 1]\nW = 3\nU = 1\nb = 0\n[sizes]\nD = 1\n")
    assert gatecheck("trace", "rnn", "--values", "v.toml").code == 0
