import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.grading.heat import Heat
from gatecheck.grading.report import Check, Mistake, Report, Where
from gatecheck.reporting.terminal import render, show, takes_unicode, wants_color
from gatecheck.reporting.terminal.lines import cells

SHA = "0" * 64
SOURCE = "\n".join(["pass"] * 39 + ["    do = dnext_h * np.tanh(c)", "    dc = dnext_c", "    df = dc * prev_c", ""])
FOLLOWING = ("dprev_c", "dW_f", "dW_i", "dW_g", "dx", "dprev_h")
BACK = "lstm_step_backward"
CHECKS = (
    *(Check("lstm_step_forward", quantity, "passed", 1, 1) for quantity in "hc"),
    Check("lstm_forward", "h", "passed", 1, 1),
    Check(BACK, "dc", "failed", 0, 0.5, "off by 0.31", 0.31, 1e-9),
    Check(BACK, "dW_o", "passed", 0.5, 0.5),
    *(Check(BACK, quantity, "passed", 0.5, 0.5, because="dc") for quantity in FOLLOWING),
    *(Check("lstm_backward", quantity, "skipped", 0, 1, because=BACK) for quantity in ("dx", "dW")),
    Check("clip_gradients", "norm", "undetermined", 0, 1),
)
NEXT, TERM = "δc[t+1] ⊙ f[t+1]", "δh ⊙ o ⊙ (1 − tanh²(c))"
MISTAKE = Mistake(
    id="missing-tanh-path",
    title="One path is missing from the gradient of the cell state",
    quantity="dc",
    wrong=NEXT,
    right=f"{NEXT} + {TERM}",
    certain=True,
    agreement=3e-16,
    explains=FOLLOWING,
    hint="c has two readers, the next step and h; a gradient is the sum over readers.",
    where=Where(BACK, 41),
    path="h → c",
    left="δc",
)
REPORT = Report(
    tool="0.1.0",
    assignment="lstm-by-hand",
    title="LSTM by hand",
    cell="lstm",
    cell_sha256=SHA,
    convention="cs231n",
    file="lstm.py",
    sha256=SHA,
    receipt="GC-7F3K-Q2MA",
    outcome="graded",
    isolated=True,
    seed="5c1e",
    seconds=0.0123,
    cpu_seconds=0.006,
    checks=CHECKS,
    mistakes=(MISTAKE,),
    warnings=("dnext_h was modified in place. Values right; write dh = dnext_h + …",),
)


def with_mistake(**changes):
    return replace(REPORT, mistakes=(replace(MISTAKE, **changes),))


def formula_lines(report, width=80, **options):
    """The block of the two equations, up to the blank line that ends it."""
    lines = render(report, width, **options).split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith(("  ✕ yours", "  x yours")))
    return lines[start : lines.index("", start)]


def without_codes(text):
    return re.sub(r"\x1b\[\d+m", "", text)


# ------------------------------------------------------------------------------------------------------ whole reports


def test_a_report_at_80_columns():
    assert (
        render(REPORT, 80, source=SOURCE)
        == """\
LSTM by hand                                            lstm.py · cs231n · 12 ms

  6.5 of 9   ████████████████████████████████████████████████▒▒▒▒░░░░░░░░░░░░░░░
             6.5 earned · 0.5 lost to one mistake · 2 wait for it ·
             1 not counted

One path is missing from the gradient of the cell state

  ✕ yours   δc = δc[t+1] ⊙ f[t+1]
  ✓ right   δc = δc[t+1] ⊙ f[t+1] + δh ⊙ o ⊙ (1 − tanh²(c))
                                  └──── missing: h → c ───┘

  lstm.py, line 41, in lstm_step_backward
    40   do = dnext_h * np.tanh(c)
  ▶ 41   dc = dnext_c
    42   df = dc * prev_c

  c has two readers, the next step and h; a gradient is the sum over readers.
  Certain: your numbers are the wrong equation's, to 3e−16.

Tasks
  ✓ passed         lstm_step_forward   h  c                                2 / 2
  ✓ passed         lstm_forward        h                                   1 / 1
  ✕ failed         lstm_step_backward  ✕ dc   ✓ dW_o                     3.5 / 4
                   right given your dc  ✓ dprev_c  dW_f  dW_i  dW_g  dx  dprev_h
  – skipped        lstm_backward       waits for lstm_step_backward        0 / 2
  ? undetermined   clip_gradients      our check failed: not counted         (1)

Note   dnext_h was modified in place. Values right; write dh = dnext_h + …
Receipt GC-7F3K-Q2MA · isolated · seed 5c1e · gatecheck 0.1.0"""
    )


def test_a_report_in_ascii_at_40_columns():
    report = replace(REPORT, checks=CHECKS[:5], warnings=(), receipt=None, isolated=False)
    assert (
        render(report, 40, unicode=False)
        == """\
LSTM by hand    lstm.py | cs231n | 12 ms

  3.5 of 4   ########################xxx
             3.5 earned |
             0.5 lost to one mistake

One path is missing from the gradient of
the cell state

  x yours   dc = dc[t+1] * f[t+1]
  + right   dc = dc[t+1] * f[t+1]
                 + dh * o
                 |______|
                 missing: h -> c
                 * (1 - tanh^2(c))
                 |_______________|

  lstm.py, line 41, in
  lstm_step_backward

  c has two readers, the next step and
  h; a gradient is the sum over readers.
  Certain: your numbers are the wrong
  equation's, to 3e-16.
  Mend it first: dprev_c, dW_f, dW_i,
  dW_g, dx, dprev_h follow from it.

Tasks
  + passed  lstm_step_forward      2 / 2
    h  c
  + passed  lstm_forward           1 / 1
    h
  x failed  lstm_step_backward   0.5 / 1
    x dc   + dW_o

Not recorded | not isolated |
seed 5c1e | gatecheck 0.1.0"""
    )


def test_colour_changes_no_character():
    coloured = render(REPORT, 80, color=True, source=SOURCE)
    assert without_codes(coloured) == render(REPORT, 80, source=SOURCE)
    for style, text in ((32, "  ✓ right   "), (31, "  ✕ yours   "), (1, "Tasks"), (31, "✕ "), (31, "dc"), (32, "dW_o")):
        assert f"\x1b[{style}m{text}\x1b[0m" in coloured


def test_full_marks_are_said_with_all_that_is_right():
    report = replace(REPORT, checks=CHECKS[:3], mistakes=())
    assert f"  3 of 3   {'█' * 69}\n           all 3 quantities are right\n" in render(report, 80)


def test_a_report_without_checks_has_neither_bar_nor_table():
    lines = render(replace(REPORT, checks=(), mistakes=(), warnings=())).split("\n")
    assert [line for line in lines if line] == [lines[0], lines[-1]]


def test_a_title_that_leaves_no_room_has_its_own_line():
    report = replace(REPORT, title="A title " * 9, student="ada")
    head = render(report, 80).split("\n")[:2]
    assert head == [("A title " * 9).strip(), "ada · lstm.py · cs231n · 12 ms"]


def test_without_a_title_the_assignments_name_stands_for_it():
    assert render(replace(REPORT, title="", seconds=2.34)).startswith("lstm-by-hand   ")
    assert "· 2.3 s" in render(replace(REPORT, title="", seconds=2.34))


# ------------------------------------------------------------------------------------------------------ the formulas


def test_what_is_missing_in_front_leaves_a_gap_in_the_wrong_equation():
    assert formula_lines(with_mistake(right=f"{TERM} + {NEXT}")) == [
        "  ✕ yours   δc =                           δc[t+1] ⊙ f[t+1]",
        "  ✓ right   δc = δh ⊙ o ⊙ (1 − tanh²(c)) + δc[t+1] ⊙ f[t+1]",
        "                 └──── missing: h → c ───┘",
    ]


def test_a_label_that_does_not_fit_the_bracket_stands_beside_it():
    given = {"left": "∂L/∂W", "wrong": "δa xᵀ", "right": "Σ_t δa xᵀ", "path": "the sum over time"}
    assert formula_lines(with_mistake(**given)) == [
        "  ✕ yours   ∂L/∂W =     δa xᵀ",
        "  ✓ right   ∂L/∂W = Σ_t δa xᵀ",
        "                    └─┘ missing: the sum over time",
    ]
    assert formula_lines(with_mistake(**given), 40)[2:] == [
        "                    └─┘",
        "            missing: the sum over time",
    ]


def test_a_label_stands_before_a_bracket_that_is_at_the_edge():
    shown = formula_lines(with_mistake(wrong="δh ⊙ tanh(c)", right="δh ⊙ tanh(c) ⊙ o", path="o"), 36)
    assert shown[2:] == ["                   missing: o └─┘"]


def test_what_is_too_much_is_marked_below_its_gap():
    assert formula_lines(with_mistake(wrong="δh ⊙ tanh(c) ⊙ o", right="δh ⊙ tanh(c)")) == [
        "  ✕ yours   δc = δh ⊙ tanh(c) ⊙ o",
        "  ✓ right   δc = δh ⊙ tanh(c)",
        "                              └─┘ too much",
    ]
    marked = formula_lines(with_mistake(wrong=f"{NEXT} + {TERM}", right=NEXT), 40)
    assert marked[1:3] == ["                 + δh ⊙ o", "                 └──────┘ too much"]


def test_what_is_another_is_marked_without_a_word():
    assert formula_lines(with_mistake(wrong="δh ⊙ (1 − c²) ⊙ o", right="δh ⊙ (1 − tanh²(c)) ⊙ o")) == [
        "  ✕ yours   δc = δh ⊙ (1 − c²) ⊙ o",
        "  ✓ right   δc = δh ⊙ (1 − tanh²(c)) ⊙ o",
        "                           └──────┘",
    ]


def test_a_long_equation_is_broken_before_its_signs_and_never_cut():
    terms = [f"U_{gate}ᵀ δa_{gate}[t+1]" for gate in "figo"]
    right = " + ".join(["∂L/∂h", *terms])
    wrong = " + ".join(["∂L/∂h", *terms[:2], terms[3]])
    lines = formula_lines(with_mistake(left="δh", wrong=wrong, right=right, path=None))
    assert lines == [
        "  ✕ yours   δh = ∂L/∂h + U_fᵀ δa_f[t+1] + U_iᵀ δa_i[t+1] + U_oᵀ δa_o[t+1]",
        "  ✓ right   δh = ∂L/∂h + U_fᵀ δa_f[t+1] + U_iᵀ δa_i[t+1] + U_gᵀ δa_g[t+1]",
        "                                                         └─── missing ──┘",
        "                 + U_oᵀ δa_o[t+1]",
    ]


def test_one_character_is_marked_with_a_caret():
    assert formula_lines(with_mistake(wrong="f ⊙ i", right="f ⊙ g"))[2] == "                     ^"


def test_a_long_left_side_is_broken_with_its_equation():
    lines = formula_lines(with_mistake(left="∂L/∂W_forget", wrong="δa_f xᵀ", right="δa_f xᵀ + δa_f h[t−1]ᵀ"), 40)
    assert lines == [
        "  ✕ yours   ∂L/∂W_forget = δa_f xᵀ",
        "  ✓ right   ∂L/∂W_forget = δa_f xᵀ",
        "              + δa_f h[t−1]ᵀ",
        "              └────────────┘",
        "              missing: h → c",
    ]


def test_what_has_no_blank_goes_on_in_the_next_line():
    lines = formula_lines(with_mistake(left="", wrong="x" * 50, right="x" * 50), 40)
    assert lines[:2] == [f"  ✕ yours   {'x' * 28}", f"              {'x' * 22}"]


def test_columns_are_counted_as_a_terminal_fills_them():
    assert [cells(text) for text in ("dW_f", "δc ⊙", "e\u0301", "逆伝播")] == [4, 4, 1, 6]


def test_the_same_formula_twice_has_no_mark():
    assert len(formula_lines(with_mistake(wrong=NEXT, right=NEXT))) == 2


def test_without_a_left_side_or_a_path_the_rest_is_shown():
    lines = formula_lines(with_mistake(left="", path=None))
    assert lines == [
        f"  ✕ yours   {NEXT}",
        f"  ✓ right   {NEXT} + {TERM}",
        "                             └─────── missing ───────┘",
    ]


def test_a_mistake_whose_formula_is_not_told_has_only_its_words():
    text = render(with_mistake(right="", hint="", where=None, explains=()))
    assert "yours" not in text and "One path is missing" in text


# ---------------------------------------------------------------------------------------------------- where and why


def test_the_line_is_shown_as_python_counts_lines():
    source = "a = '\x0c\x85'\r\nb = 1\rc = 2\nd = 3"
    text = render(with_mistake(where=Where("f", 3)), source=source)
    assert "    2   b = 1\n  ▶ 3   c = 2\n    4   d = 3\n" in text


def test_a_line_of_a_notebook_is_shown_in_its_cell():
    source = "# cell 2\na = 1\n\n# cell 12\nb = 1\nc = 2\n\n# cell 20\nd = 3\n"
    text = render(with_mistake(where=Where("f", 2, 12)), source=source)
    assert "lstm.py, cell 12, line 2, in f\n    1   b = 1\n  ▶ 2   c = 2\n    3\n" in text
    assert "▶" not in render(with_mistake(where=Where("f", 2, 1)), source=source)


@pytest.mark.parametrize(("line", "shown"), [(1, ["  ▶ 1   a", "    2   b"]), (2, ["    1   a", "  ▶ 2   b"]), (9, [])])
def test_the_context_ends_where_the_file_ends(line, shown):
    text = render(with_mistake(where=Where("f", line)), source="a\nb")
    after = text.split(f"line {line}, in f\n")[1].split("  c has two readers")[0].split("\n")
    assert [row for row in after if row] == shown


def test_a_very_long_line_of_code_is_cut_with_a_sign():
    line = next(row for row in render(with_mistake(where=Where("f", 1)), source="x" * 500).split("\n") if "▶" in row)
    assert cells(line) <= 80 and line.endswith("x…")


def test_without_a_line_the_function_is_named():
    assert "\n  lstm.py, in lstm_step_backward\n" in render(with_mistake(where=Where(BACK)), source=SOURCE)


@pytest.mark.parametrize(
    ("certain", "agreement", "expected"),
    [
        (True, 3e-16, "Certain: your numbers are the wrong equation's, to 3e−16."),
        (True, 0.0, "Certain: your numbers are the wrong equation's, exactly."),
        (True, None, None),
        (False, 2e-5, "Likely: this explains your numbers, to 2e−05; another cause is possible."),
        (False, None, "Likely: this explains your numbers; another cause is possible."),
        (False, float("nan"), "Likely: this explains your numbers; another cause is possible."),
    ],
)
def test_how_sure_a_mistake_is_said_to_be(certain, agreement, expected):
    text = render(with_mistake(certain=certain, agreement=agreement))
    said = re.findall(r"(?:Certain|Likely):.*", text)
    assert said == ([expected] if expected else [])


def test_one_quantity_that_follows_is_told_in_the_singular():
    report = replace(with_mistake(explains=("dW_f",)), checks=CHECKS[:4])
    assert "Mend it first: dW_f follows from it." in render(report)


# --------------------------------------------------------------------------------------------------------- the table


def table(*checks, **changes):
    text = render(replace(REPORT, checks=checks, mistakes=(), warnings=(), **changes))
    return text.split("Tasks\n")[1].split("\n\n")[0].split("\n")


def test_fifteen_messages_alike_are_one_message():
    checks = [
        Check("back", f"d{kind}_{gate}", "failed", 0, 4 / 15, f"d{kind}_{gate}: shape ({n}, 5) instead of (5, {n})")
        for kind, n in (("W", 4), ("U", 3), ("b", 2))
        for gate in "figoc"
    ]
    assert table(*checks) == [
        "  ✕ failed   back  ✕ dW_f  dW_i  dW_g  dW_o  dW_c  dU_f  dU_i  dU_g  dU_o  0 / 4",
        "                     dU_c  db_f  db_i  db_g  db_o  db_c",
        "             dW_f  dW_f: shape (4, 5) instead of (5, 4)",
        "             likewise  the 14 others",
    ]


def test_the_lines_of_a_traceback_stand_below_the_message():
    trace = ("line 34, in back: “dx = deep(da)”", "line 5, in deep: “" + "x" * 99 + "”")
    message = "back raised ValueError in line 5: “no”"
    first, *rest = (Check("back", f"d{n}", "failed", 0, 1, message) for n in "xyz")
    assert table(replace(first, trace=trace), *rest)[1:] == [
        "             back raised ValueError in line 5: “no”",
        "               line 34, in back: “dx = deep(da)”",
        "               line 5, in deep: “" + "x" * 46 + "…",
        "             likewise  dy, dz",
    ]


def test_messages_of_several_kinds_name_their_quantities_and_end_somewhere():
    kinds = ["missing", "not finite", "of dtype float32", "a list", "a tuple", "None", "a string", "a dict"]
    checks = [Check("back", f"q{n}", "failed", 0, 1, kind) for n, kind in enumerate(kinds)]
    lines = table(*checks, Check("back", "z", "failed", 0, 1, "missing"))
    assert lines[1:4] == ["             q0  missing", "             likewise  z", "             q1  not finite"]
    assert lines[-1] == "             and 2 more" and len(lines) == 9


def test_a_message_of_a_thousand_words_is_cut():
    lines = table(Check("f", "h", "failed", 0, 1, "word " * 1000))
    assert len(lines) < 10 and lines[-1].endswith("…")


def test_what_a_mistake_explains_is_not_told_twice():
    assert "off by 0.31" not in render(REPORT)
    elsewhere = replace(REPORT, mistakes=(replace(MISTAKE, where=Where("another", 3)),))
    assert "dc  off by 0.31" in render(elsewhere)


def test_checks_within_one_task_say_what_they_wait_for_and_follow_from():
    assert table(
        Check("f", "dc", "failed", 0, 1, "off by 1"),
        Check("f", "dx", "failed", 0, 1, because="dc"),
        Check("f", "dh", "skipped", 0, 1, because="dc"),
        Check("f", "dW", "skipped", 0, 1),
        Check("f", "db", "undetermined", 0, 1, "our reference overflowed"),
    ) == [
        "  ✕ failed   f  ✕ dc                                                       0 / 4",
        "             follows from dc  ✕ dx",
        "             waits for dc  – dh",
        "             not reached  – dW",
        "             could not be checked: not counted  ? db",
        "             dc  off by 1",
        "             db  our reference overflowed",
    ]


def test_what_failed_and_what_passed_are_told_apart_without_colour():
    failed = [Check("all", f"dW_{gate}", "failed", 0, 1) for gate in "figo"]
    passed = [Check("all", f"d{kind}_{gate}", "passed", 1, 1) for kind in "Ub" for gate in "figo"]
    assert table(*failed, *passed) == [
        "  ✕ failed   all  ✕ dW_f  dW_i  dW_g  dW_o                                8 / 12",
        "                  ✓ dU_f  dU_i  dU_g  dU_o  db_f  db_i  db_g  db_o",
    ]


def test_a_task_that_is_right_only_given_another_says_so_in_its_row():
    checks = [Check("all", f"dW_{gate}", "passed", 1, 1, because="dc") for gate in "figo"]
    assert table(*checks) == [
        "  ✓ passed   all  right given your dc                                      4 / 4",
        "                  ✓ dW_f  dW_i  dW_g  dW_o",
    ]


def test_no_quantity_of_a_task_that_was_partly_reached_goes_unnamed():
    assert table(
        Check("f", "h", "passed", 1, 1),
        Check("f", "c", "skipped", 0, 1, because="h0"),
        Check("f", "y", "undetermined", 0, 1),
    ) == [
        "  – skipped   f  ✓ h                                                       1 / 2",
        "              waits for h0  – c",
        "              could not be checked: not counted  ? y",
    ]


def test_a_task_that_nobody_reached_says_so():
    assert table(Check("f", "h", "skipped", 0, 1))[0].split() == ["–", "skipped", "f", "not", "reached", "0", "/", "1"]


def test_points_that_wait_for_nothing_known_are_just_waiting():
    text = render(replace(REPORT, checks=(Check("f", "h", "skipped", 0, 2),), mistakes=()))
    assert "0 earned · 2 waiting\n" in text


def test_points_wait_for_several_mistakes():
    report = replace(REPORT, checks=(*CHECKS[:4], Check("f", "h", "skipped", 0, 1)), mistakes=(MISTAKE,) * 2)
    assert "3 earned · 0.5 lost to 2 mistakes · 1 waits for them\n" in render(report)


@pytest.mark.parametrize(("score", "shown"), [(1, "1 of 1"), (0, "0 of 1"), (1 / 3, "0.33 of 1"), (0.004, "0 of 1")])
def test_a_part_of_the_score_that_is_not_nothing_is_seen_in_the_bar(score, shown):
    text = render(replace(REPORT, checks=(Check("f", "h", "failed", score, 1),), mistakes=()), 80)
    line = text.split("\n")[2]
    assert shown in line and cells(line) == 80
    assert ("█" in line, "▒" in line) == (score > 0, score < 1)


# -------------------------------------------------------------------------------------------------- not graded at all


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        ("rejected", "✕ rejected: this file cannot be graded"),
        ("timeout", "✕ timeout: it did not end in time"),
        ("crashed", "✕ crashed: it ended without an answer"),
        ("error", "? error: the mistake is gatecheck's, and costs you nothing"),
    ],
)
def test_what_was_not_graded_says_why_first_and_shows_no_zeros(outcome, headline):
    checks = tuple(replace(check, status="failed", score=0, because=None) for check in CHECKS)
    report = replace(REPORT, outcome=outcome, checks=checks, mistakes=(), message="It is so.")
    assert render(report).split("\n")[2:4] == [headline, "  It is so."]
    assert "Tasks" not in render(report) and " of " not in render(report)


def test_what_was_right_before_the_time_was_up_is_shown():
    text = render(replace(REPORT, outcome="timeout", message=""))
    assert text.index("✕ timeout") < text.index("6.5 of 9") < text.index("Tasks")


def test_a_quoted_line_keeps_its_blanks_so_that_the_caret_points():
    message = "lstm.py:3:9: invalid syntax\n    def f(:\n          ^"
    text = render(replace(REPORT, outcome="rejected", checks=(), mistakes=(), message=message))
    assert "  lstm.py:3:9: invalid syntax\n    def f(:\n          ^\n" in text


# ----------------------------------------------------------------------------------------------- what a terminal takes


class Terminal(io.StringIO):
    def __init__(self, encoding="utf-8", tty=True):
        super().__init__()
        self._encoding, self._tty = encoding, tty

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return self._tty


@pytest.fixture
def plain(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "81")
    return monkeypatch


def test_a_terminal_gets_colours_and_the_signs_and_a_file_no_colours(plain):
    terminal, file = Terminal(), Terminal(tty=False)
    show(REPORT, terminal, SOURCE)
    show(REPORT, file, SOURCE)
    assert terminal.getvalue() == render(REPORT, 80, color=True, source=SOURCE) + "\n"
    assert file.getvalue() == render(REPORT, 80, source=SOURCE) + "\n"


def test_standard_output_is_where_a_report_goes(plain, capsys):
    show(REPORT)
    assert capsys.readouterr().out == render(REPORT, 80) + "\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "no such thing", None])
def test_a_terminal_without_the_signs_gets_ascii(plain, encoding):
    terminal = Terminal(encoding)
    show(REPORT, terminal, "\n" * 39 + "# δ é")
    assert terminal.getvalue().isascii() and not takes_unicode(terminal)


@pytest.mark.parametrize(
    ("variables", "tty", "expected"),
    [
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"TERM": "dumb"}, True, False),
        ({}, False, False),
    ],
)
def test_the_environment_decides_about_colours(plain, variables, tty, expected):
    for name, value in variables.items():
        plain.setenv(name, value)
    assert wants_color(Terminal(tty=tty)) is expected


# --------------------------------------------------------------------------------------------------------- properties

NASTY = "\x1b[31m\x1b]0;t\x07 \x9b2J \u202e \ud800 [red]b[/red] [t+1]\r\n\t\0"


def test_nothing_that_a_submission_says_reaches_the_terminal_as_a_command():
    report = replace(
        with_mistake(title=NASTY, hint=NASTY, where=Where(NASTY, 1), path=NASTY, wrong=NASTY, right=NASTY + "x"),
        title=NASTY,
        file=NASTY,
        message=NASTY,
        outcome="timeout",
        warnings=(NASTY,),
        seed=NASTY,
        checks=(*CHECKS, Check(NASTY, NASTY, "failed", 0, 1, NASTY, because=None)),
    )
    for unicode in (True, False):
        text = render(report, 80, source=NASTY, unicode=unicode)
        assert all(line.isprintable() for line in text.split("\n"))
        assert "[red]b[/red] [t+1]" in text
        assert unicode or text.isascii()


TEXTS = st.text(st.sampled_from("ab_[]+1 δ⊙ᵀ逆é\u0301−\n"), max_size=30)
NAMES = st.from_regex(r"[a-z_]{1,25}", fullmatch=True) | st.sampled_from(["逆伝播", "d" * 60])
BECAUSE = st.none() | NAMES


@st.composite
def reports(draw):
    checks = draw(
        st.lists(
            st.builds(
                Check, NAMES, NAMES, st.sampled_from(["passed", "failed", "skipped", "undetermined"]),
                st.floats(0, 1), st.floats(0, 100), TEXTS, because=BECAUSE,
            ),
            max_size=12,
        )
    )  # fmt: skip
    mistake = st.builds(
        Mistake, NAMES, TEXTS, NAMES, TEXTS, TEXTS, st.booleans(), st.none() | st.floats(0, 1),
        st.lists(NAMES, max_size=3).map(tuple), TEXTS, st.none() | st.builds(Where, NAMES, st.integers(1, 50)),
        st.none() | NAMES, st.sampled_from(["", "δc", "∂L/∂W_f", "d" * 30]),
    )  # fmt: skip
    return replace(
        REPORT,
        title=draw(TEXTS),
        outcome=draw(st.sampled_from(["graded", "timeout"])),
        message=draw(TEXTS),
        checks=tuple(checks),
        mistakes=tuple(draw(st.lists(mistake, max_size=2))),
        warnings=tuple(draw(st.lists(TEXTS, max_size=2))),
    )


@settings(deadline=None, max_examples=50)
@given(reports(), st.integers(40, 120), st.booleans())
def test_no_line_is_wider_than_the_terminal_and_colour_changes_no_character(report, width, unicode):
    text = render(report, width, source=SOURCE, unicode=unicode)
    assert max(map(cells, text.split("\n"))) <= width
    assert not any(line != line.rstrip() for line in text.split("\n"))
    assert without_codes(render(report, width, source=SOURCE, unicode=unicode, color=True)) == text


FACTORS = st.sampled_from(["δc[t+1]", "f[t+1]", "U_fᵀ", "(1 − g²)"])


@given(st.integers(40, 120), st.lists(FACTORS, min_size=1, max_size=12))
def test_formulas_keep_every_character_at_every_width(width, factors):
    right = " ⊙ ".join(factors) + " + δh[t+1]"
    rows = formula_lines(with_mistake(wrong=right, right=right), width)
    start = next(n for n, row in enumerate(rows) if "right" in row)
    shown = "".join("".join(rows[start:]).split())
    assert shown == "✓rightδc=" + "".join(right.split())


# ------------------------------------------------------------------------------------------------- numbers and hints

HEAT = Heat("step", "unit", (2, 40), (tuple(0.31 * k for k in range(20)), (*[0.0] * 18, 2e-8, float("inf"))))
HOT = replace(REPORT, checks=tuple(replace(c, heat=HEAT if c.status == "failed" else None) for c in CHECKS))


def test_errors_are_printed_on_request_by_time_and_unit():
    assert "How far" not in render(HOT)
    lines = render(HOT, 100, full=True).splitlines()
    start = lines.index("How far dc is off   in lstm_step_backward")
    assert lines[start + 1].split()[:4] == ["unit", "1–2", "3–4", "5–6"]
    assert lines[start + 2].split()[:5] == ["t", "=", "1", "0", "0.31"]
    # What is too wide goes on below, under the same names.
    assert lines[start + 4].split()[0] == "unit"
    assert lines[start + 6].split()[-2:] == ["2e−8", "∞"]


@pytest.mark.parametrize("width", [40, 61, 80, 100])
def test_errors_fit_the_width_in_ascii_too(width):
    text = render(HOT, width, unicode=False, full=True)
    assert text.isascii() and max(map(len, text.splitlines())) <= width
    assert "2e-8" in text


def test_large_errors_stand_out_by_more_than_their_size():
    lines = render(HOT, color=True, full=True).splitlines()
    assert any("\x1b[31m" in line and "5.9" in line for line in lines)


def test_hints_are_counted_below_the_tasks():
    lines = render(replace(REPORT, hints=(("step", 1),), hints_left=(("step", 2),))).splitlines()
    assert "Hints  1 of 3 taken. Next: gatecheck hint step" in lines
    assert not any(line.startswith("Hints") for line in render(REPORT).splitlines())


def test_a_long_list_of_what_follows_is_cut():
    names = tuple(f"z_{k}" for k in "abcdefghij")
    text = " ".join(render(with_mistake(explains=names)).split())
    assert "Mend it first: z_a, z_b, z_c, z_d, z_e, z_f and 4 more follow from it." in text


def test_in_a_notebook_the_line_is_that_of_its_cell():
    source = "# cell 1\nimport numpy\n# cell 4\ndef f():\n    x = 1\n    y = 2\n# cell 5\nf()\n"
    text = render(with_mistake(where=Where("f", 2, 4)), source=source)
    assert "lstm.py, cell 4, line 2, in f\n    1   def f():\n  ▶ 2       x = 1\n    3       y = 2\n" in text
    for where in (Where("f", 4, 4), Where("f", 1, 2), Where("f", None, 4)):
        assert "▶" not in render(with_mistake(where=where), source=source)
