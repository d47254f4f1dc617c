"""The page of a report: what it tells, and that nobody's words become markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from reporting.test_terminal import MISTAKE, REPORT, SOURCE

from gatecheck.cells import load
from gatecheck.grading.heat import Heat
from gatecheck.grading.report import Check, Report, Where
from gatecheck.reporting.page import SIGNATURE, render

CELL = load("lstm")
VOID = {"meta", "wbr", "br", "link"}
HEAT = Heat("step", "unit", (4, 3), ((0.5, 1.7, 0), (0.25, float("inf"), 2e-8)))
HOT = replace(REPORT, checks=tuple(replace(c, heat=HEAT if c.status == "failed" else None) for c in REPORT.checks))


class Read(HTMLParser):
    """The tags of a page, well nested, and its words."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.words = [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def read(report=REPORT, source=SOURCE, cell=CELL):
    return Read(render(report, source, cell))


def test_the_mistake_stands_first_with_its_equations_line_graph_and_evidence():
    page = read()
    text = page.text
    told = [
        MISTAKE.title,
        "of 9 points",
        "The mistake",
        "yours",
        "nothing here",
        "missing: h → c",
        MISTAKE.hint,
        "lstm.py, line 41, in lstm_step_backward",
        "▶ 41 dc = dnext_c",
        "Certain: your numbers are the wrong equation's, to 3e−16.",
        "Tasks",
        "right given your dc",
        "Receipt GC-7F3K-Q2MA",
    ]
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    assert any(tag == "svg" and "One step of lstm" in attributes["aria-label"] for tag, attributes in page.tags)


def test_the_page_is_a_function_of_the_report_the_file_and_the_cell():
    again = Report.from_json(HOT.to_json())
    assert render(again, SOURCE, CELL) == render(HOT, SOURCE, CELL)


def test_without_a_cell_formulas_have_the_indices_that_were_printed_and_there_is_no_graph():
    page = read(cell=None)
    assert "A name without an index means step t." in page.text
    assert not any(tag == "svg" for tag, _ in page.tags)
    assert "A name without an index" not in read().text


def test_without_a_file_or_a_line_the_place_is_a_sentence():
    for report, source in ((REPORT, ""), (replace(REPORT, mistakes=(replace(MISTAKE, where=Where("f")),)), SOURCE)):
        page = read(report, source)
        assert not any(tag == "pre" for tag, _ in page.tags)
        assert f"in {report.mistakes[0].where.function}" in page.text


def test_what_the_feedback_leaves_out_is_not_on_the_page():
    bare = replace(MISTAKE, left="", wrong="", right="", hint="", where=None, path=None, agreement=None)
    page = read(replace(REPORT, mistakes=(bare,)))
    assert not {"ins", "del", "svg", "pre"} & {tag for tag, _ in page.tags}
    assert MISTAKE.title in page.text
    assert "Graded" in read(replace(REPORT, checks=(), mistakes=())).text


def test_what_is_too_much_and_what_is_another_are_marked_in_the_equation_they_stand_in():
    def marks(wrong, right):
        page = read(replace(REPORT, mistakes=(replace(MISTAKE, wrong=wrong, right=right),)))
        return [tag for tag, _ in page.tags if tag in ("ins", "del")]

    assert marks("a + b", "a") == ["del"]
    assert marks("a", "a + b") == ["ins"]
    assert marks("a + b", "a + c") == ["del", "ins"]


def test_errors_are_a_table_whose_cells_say_where_they_are():
    page = read(HOT)
    cells = [a for tag, a in page.tags if tag == "td" and "title" in a]
    assert [a["title"] for a in cells] == [
        "step 1–2, unit 1: 0.50",
        "step 1–2, unit 2: 1.7",
        "step 1–2, unit 3: 0",
        "step 3–4, unit 1: 0.25",
        "step 3–4, unit 2: ∞",
        "step 3–4, unit 3: 2e−8",
    ]
    assert [a["style"] for a in cells[:5]] == ["--v:0.29", "--v:1.0", "--v:0.0", "--v:0.15", "--v:1.0"]
    assert "a cell is the largest of 2 × 1" in page.text
    vector = Heat("", "unit", (1, 2), ((0.5, 0),))
    page = read(replace(HOT, checks=(Check("step", "db", "failed", 0, 1, heat=vector),), mistakes=()))
    assert [a["title"] for tag, a in page.tags if tag == "td" and "title" in a] == ["unit 1: 0.50", "unit 2: 0"]


def test_what_the_mistake_is_in_comes_first_and_the_other_errors_on_request():
    checks = (Check("step", "dx", "failed", 0, 1, heat=HEAT), *HOT.checks)
    text = read(replace(HOT, checks=checks)).text
    assert text.index("How far dc is off") < text.index("How far dx of step is off")


def test_of_a_name_that_is_read_at_both_steps_the_missing_way_is_that_of_the_formula(tmp_path):
    path = tmp_path / "both.cell"
    path.write_text("x: D\nh: D\n\na[t] = tanh(w * x[t] + b)\nh[t] = a[t] * a[t-1] * h[t-1]\n")

    def missing(right):
        mistake = replace(MISTAKE, wrong="δa_prev", right=f"δa_prev + {right}", path="h → a")
        (picture,) = [a for tag, a in read(replace(REPORT, mistakes=(mistake,)), cell=load(path)).tags if tag == "svg"]
        return re.search(r"(\S+) in a way that is missing", picture["aria-label"])[1]

    assert missing("δh[t+1] ⊙ a[t+1]") == "a[t−1]"
    assert missing("δh ⊙ a[t−1]") == "a"


def test_a_failure_without_a_name_is_told_by_its_message():
    text = read(replace(REPORT, mistakes=())).text
    assert "One quantity is wrong" in text
    assert "dc off by 0.31" in text


def test_a_file_that_was_not_graded_says_why_with_the_quoted_lines_together():
    message = "Not Python:\n  def f(:\n        ^\nMend it."
    report = replace(REPORT, outcome="rejected", checks=(), mistakes=(), message=message)
    page = render(report)
    assert "Rejected: this file cannot be graded" in page
    assert "<code>  def f(:\n        ^</code>" in page


def test_hints_are_counted_with_the_command_for_the_next():
    report = replace(REPORT, hints=(("step", 2),), hints_left=(("step", 3), ("other", 1)))
    text = read(report).text
    assert "2 of 5 taken. Next: gatecheck hint step" in text
    assert "0 of 1 taken. Next: gatecheck hint other" in text
    assert "4 of 4 taken in step." in read(replace(REPORT, hints=(("step", 4),))).text


def test_the_page_asks_for_nothing_and_runs_nothing():
    page = read(HOT)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") or name in ("src", "href") for _, a in page.tags for name in a)
    assert SIGNATURE in render(HOT)[:1000]


NASTY = st.text(alphabet="<>&\"'`/ \n\t\x00\x1b\u202e\u2028{}%#=-+ab⊙δ[t]", max_size=12)


@settings(max_examples=25, deadline=None)
@given(NASTY, NASTY)
def test_words_of_others_are_words(words, more):
    checks = tuple(replace(c, message=words, because=None) for c in HOT.checks)
    mistake = replace(MISTAKE, title=words, hint=more, path=more or None, wrong=words, right=more, left=words)
    mistake = replace(mistake, where=Where(words, 1))
    theirs = {"title": words, "file": more, "convention": words, "student": more, "warnings": (words,)}
    report = replace(HOT, checks=checks, mistakes=(mistake,), **theirs)
    page = render(report, words + "\n" + more, CELL)
    tags = [tag for tag, _ in Read(page).tags]
    assert "a" not in tags
    assert tags.count("b") == len(report.warnings)
    assert not re.search("[\x00\x1b\u202e\u2028]", page)
