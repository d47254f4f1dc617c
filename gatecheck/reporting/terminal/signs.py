"""The signs of a terminal report, in Unicode and in ASCII, and reports made safe to print."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ...errors import printable
from ...grading.report import Report, Status


@dataclass(frozen=True)
class Signs:
    """What stands for the statuses, the bar's parts and the marks; never colour alone."""

    passed: str = "✓"
    failed: str = "✕"
    skipped: str = "–"
    undetermined: str = "?"
    earned: str = "█"
    lost: str = "▒"
    waiting: str = "░"
    dot: str = "·"
    minus: str = "−"
    more: str = "…"
    here: str = "▶"
    corners: str = "└─┘"

    def of(self, status: Status) -> str:
        """The mark of a status."""
        marks = {"passed": self.passed, "failed": self.failed, "skipped": self.skipped}
        return marks.get(status, self.undetermined)


UNICODE = Signs()
ASCII = Signs("+", "x", "-", "?", "#", "x", ".", "|", "-", "...", ">", "|_|")

_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUB = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₜ", "0123456789+-t")
_ONE = str.maketrans("δ∂⊙·×−–‘’“”✓✕", "dd**x--''\"\"+x")
_LETTERS = {"Σ": "sum", "σ": "sigmoid", "θ": "theta", "η": "eta"}
_MORE = str.maketrans({**_LETTERS, "√": "sqrt", "ᵀ": ".T", "→": "->", "…": "...", "∞": "inf", "‖": "||", "≤": "<="})


def ascii_only(text: str) -> str:
    """The text in ASCII: formulas as they would be typed, anything else by its number."""
    text = re.sub("[⁰¹²³⁴-⁹⁺⁻]+", lambda m: "^" + m[0].translate(_SUPER), text)
    text = re.sub("[₀-₉₊₋ₜ]+", lambda m: "_" + m[0].translate(_SUB), text)
    return text.translate(_ONE).translate(_MORE).encode("ascii", "backslashreplace").decode()


def safe(report: Report, unicode: bool) -> Report:
    """The report with every text in it printable: done once and for all, so that no line can forget it."""

    def clean(text: str) -> str:
        text = printable(text)
        return text if unicode else ascii_only(text)

    def clean_line(text: str) -> str:
        return clean(" ".join(text.splitlines()))

    cleaned = Report.from_dict(_mapped(report.to_dict(), clean_line))
    # Only the message of a submission that was not graded has lines: it may quote the file.
    return replace(cleaned, message="\n".join(map(clean, report.message.splitlines())))


def _mapped(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_mapped(item, clean) for item in value]
    if isinstance(value, dict):
        return {key: _mapped(item, clean) for key, item in value.items()}
    return value
