"""Printed numbers and verdicts on them, as a page and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..calculus.checking import Cause, Verdict
from ..calculus.labels import Label
from ..calculus.symbols import gradient, label, value
from ..calculus.worked import Worked
from ..calculus.written import decimals
from .document import Display, Document, Mark, Math, Paragraph, Section, Table, Words
from .document import Row as Line
from .formulas import Formulas
from .worked import Rows
from .worked_page import picked_loss


def document(
    kind: type[Formulas], found: Worked, verdicts: Sequence[Verdict], source: Words, digits: int = 4
) -> Document:
    """The page: a verdict on every printed number; what is wrong is worked out below."""
    page = _Page(kind, found, digits)
    cell = found.backward.cell
    loss = picked_loss(page.names, found) if any("gradient" in v.printed.what.role for v in verdicts) else ()
    table = Table(
        tuple((w,) if w else () for w in ("", "unit", "printed", "right", "", "")),
        tuple(page.row(v) for v in verdicts),
        right=(2, 3),
        lit=tuple(k for k, v in enumerate(verdicts) if v.verdict == "wrong"),
    )
    return Document(
        cell.name,
        lead=(cell.title,) if cell.title else (),
        facts=(("values", source), *loss, ("printed", (summary(verdicts),))),
        sections=(Section("Printed numbers", (table,)), *page.workings(verdicts), Section("", (Paragraph((_RULE,)),))),
    )


_RULE = "Right is what rounds to the printed digits, also where numbers before it were rounded."


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many numbers are wrong."""
    wrong = sum(v.verdict == "wrong" for v in verdicts)
    unknown = sum(v.verdict == "undetermined" for v in verdicts)
    lost = f"; {unknown} not determined by these values" if unknown else ""
    return f"{wrong or 'none'} of {len(verdicts)} {'is' if wrong == 1 else 'are'} wrong{lost}"


def as_data(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """The verdicts; step and index count from 1."""
    return [
        {
            "name": v.printed.name,
            "step": None if v.step is None else v.step + 1,
            "index": [k + 1 for k in v.index],
            "printed": str(v.said),
            "right": v.right,
            "verdict": v.verdict,
            "cause": v.cause.kind if v.cause else None,
        }
        for v in verdicts
    ]


class _Page:
    def __init__(self, kind: type[Formulas], found: Worked, digits: int) -> None:
        self.found = found
        self.rows = Rows(kind, found, digits)
        self.names = self.rows.names

    def row(self, verdict: Verdict) -> tuple[Words, ...]:
        """One printed number."""
        step = self._step(verdict)
        said = verdict.verdict
        mark = "? not determined" if said == "undetermined" else Mark(said, said)
        return (
            (Math(self._name(verdict)), step) if step else (Math(self._name(verdict)),),
            (", ".join(str(k + 1) for k in verdict.index),),
            self._math(str(verdict.said)),
            self._math(self._as_precise(verdict)),
            (mark,),
            self._said(verdict, verdict.cause) if verdict.cause else (),
        )

    def workings(self, verdicts: Sequence[Verdict]) -> Iterator[Section]:
        """How each wrong number is computed rightly."""
        lines = [
            Line(self._name(v), (("+", self._worked(v)),), (self._where(v),)) for v in verdicts if v.verdict == "wrong"
        ]
        if lines:
            yield Section("Worked out", (Display(tuple(lines)),))

    def _where(self, verdict: Verdict) -> str:
        """Of which number it is."""
        places = ("unit {}",) if len(verdict.index) == 1 else ("row {}", "column {}")
        return ", ".join(w.format(k + 1) for w, k in zip(places, verdict.index, strict=True)) + self._step(verdict)

    def _step(self, verdict: Verdict) -> str:
        return f", step {verdict.step + 1}" if verdict.step is not None and len(self.found.at) > 1 else ""

    def _worked(self, verdict: Verdict) -> str:
        what, backward = verdict.printed.what, self.found.backward
        match what.role:
            case "quantity":
                found = self.rows.line(backward.system.line(what.of), verdict.step or 0, verdict.index[0])
            case "parameter gradient":
                found = self.rows.parameter(backward.gradient(what.of), verdict.index)
            case "initial gradient":
                found = self.rows.gradient(backward.gradient(what.of), -1, verdict.index[0])
            case _:
                found = self.rows.gradient(backward.gradient(what.of), verdict.step or 0, verdict.index[0])
        number = self.rows.numbers.noted(self._as_precise(verdict))
        return self.names.equation(self.names.sum(found.addends), number)

    def _as_precise(self, verdict: Verdict) -> str:
        """The right number with as many decimals as the printed one."""
        text = "" if verdict.right is None else f"{verdict.right:.{max(decimals(verdict.said), 0)}f}"
        return text if text.strip("-0.") else text.lstrip("-")

    def _math(self, text: str) -> Words:
        return (Math(self.rows.numbers.noted(text)),) if text else ()

    def _name(self, verdict: Verdict) -> str:
        what = verdict.printed.what
        match what.role:
            case "quantity":
                return self.names.write(value(what.of, 0))
            case "parameter gradient":
                return self.names.loss(self.names.name(Label("value", what.of, None)))
        return self.names.name(label(gradient(what.of)), -1 if what.role == "initial gradient" else 0)

    def _said(self, verdict: Verdict, cause: Cause) -> Words:
        match cause.kind:
            case "printed":
                return ("follows from the numbers printed before it",)
            case "sign":
                return ("the sign is turned",)
            case "unit":
                return (f"it is the number of unit {cause.unit + 1}",)
        formula = Math(self.names.write(cause.expression, self._positions(verdict)))
        words = {"without": "it lacks ", "turned": "with the other sign of ", "instead": "it is "}
        return (words[cause.kind], formula)

    def _positions(self, verdict: Verdict) -> Any:
        what, backward = verdict.printed.what, self.found.backward
        if what.role == "quantity":
            return backward.system.line(what.of).positions
        return {e: k for term in backward.gradient(what.of).terms for e, k in term.positions.items()}
