"""A bar on a terminal, and nothing anywhere else."""

import io
import sys

import pytest

from gatecheck.cli.progress import FEW, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "total", "bar"), [(Terminal, FEW, True), (Terminal, 1, False), (io.StringIO, 99, False)]
)
def test_a_bar_is_shown_on_a_terminal_where_there_is_much_to_do(monkeypatch, stream, total, bar):
    shown = stream()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    with progress("Grading", total) as advance:
        for _ in range(total):
            advance()
    assert (f"{total}/{total}" in shown.getvalue()) == bar
    assert bar or not shown.getvalue()
