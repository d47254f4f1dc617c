"""Reports as a table that a spreadsheet opens and does not compute."""

import csv
import io
from dataclasses import replace

import pytest

from gatecheck.grading.report import Check, Report
from gatecheck.reporting.table import COLUMNS, harmless, table

REPORT = Report(
    tool="0.1.0",
    assignment="a",
    title="A",
    cell="c",
    cell_sha256="0",
    convention="x",
    file="all.zip/ann/lstm.py",
    sha256="ab",
    label="ann",
    outcome="graded",
    isolated=True,
    seed="5c1e",
    seconds=0.1,
    cpu_seconds=0.1,
    checks=(Check("step", "dc", "passed", 2, 2), Check("step", "dx", "failed", 1 / 3, 1)),
)


def rows(*reports):
    text = table((report, f"reports/{number}.json") for number, report in enumerate(reports))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_a_row_says_what_a_report_does():
    [row] = rows(REPORT)
    assert tuple(row) == COLUMNS
    assert (row["submission"], row["label"], row["student"]) == ("all.zip/ann/lstm.py", "ann", "")
    assert (row["score"], row["max_score"], row["report"]) == ("2.333333333", "3", "reports/0.json")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\u00a0-1"])
def test_text_that_a_spreadsheet_would_compute_is_made_text(text):
    assert harmless(text)[0] == "'"
    [row] = rows(replace(REPORT, file=text, label=text, message=text))
    assert all(row[key].startswith("'") for key in ("submission", "label", "message"))


@pytest.mark.parametrize("text", ["a,b", 'a"b', "a;b", "a\nb", "\x1b[31m", "\u202e"])
def test_no_text_leaves_its_cell_or_steers_a_terminal(text):
    [first, second] = rows(replace(REPORT, file=text), REPORT)
    assert first["submission"].isprintable() and second["submission"] == REPORT.file
