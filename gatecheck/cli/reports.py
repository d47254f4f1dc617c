"""What check, submit and watch do with a report: print it, or write a page of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .output import emit, emit_report, file_option, format_of, format_option, refuse_taken, save

if TYPE_CHECKING:
    from ..cells import Cell
    from ..grading.report import Report

FORMATS = ("unicode", "text", "html", "json")


def report_options(command: Any) -> Any:
    """--format, -o, --force and --full of a command that ends in a report; its arguments style, output, force, full."""
    for option in (
        click.option("--full", is_flag=True, help="Also print how far each wrong quantity is off, number by number."),
        click.option("--force", is_flag=True, help="Replace FILE where it exists; an earlier page always is."),
        file_option("-o", "--output", help="Write the report to a file; its ending tells the format: .html .json .txt"),
        format_option(*FORMATS),
    ):
        command = option(command)
    return command


def refuse(style: str | None, output: str | None, force: bool) -> None:
    """Raises BadInput where the report could not be written, before anything is graded."""
    if output:
        format_of(style, output, FORMATS)
        refuse_taken(output, force or _is_page(output))


def deliver(
    report: Report, style: str | None, output: str | None, source: bytes, cell: Cell, full: bool = False
) -> None:
    """Print a report, or write it to a file and print it in one line."""
    style = format_of(style, output, FORMATS) if output else style
    if style != "html" and not output:
        emit_report(report, style, source, full)
        return
    text = source.decode("utf-8", "replace")
    if style == "html":
        from ..reporting.page import render as page

        content = page(report, text, cell)
    elif style == "json":
        content = report.to_json(indent=1)
    else:
        from ..reporting.terminal import render

        content = render(report, source=text, unicode=style == "unicode", full=full)
    if output is None:
        click.echo(content.encode(), nl=False)  # a page is UTF-8, whatever the console speaks
        return
    from ..errors import printable
    from ..reporting.summary import summary
    from .output import speaks_unicode

    save(output, content.rstrip("\n") + "\n", force=True)
    emit(summary(report, speaks_unicode()))
    emit(f"The report is in {printable(output)}")


def _is_page(path: str) -> bool:
    """Whether a page of a report stands there, which the next one replaces."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            start = file.read(1000)
    except OSError:
        return False
    from ..reporting.page import SIGNATURE

    return SIGNATURE in start
