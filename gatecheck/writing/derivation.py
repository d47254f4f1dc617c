"""show and derive: a cell's equations and its backward equations, as documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..calculus.backward import Backward, Gradient
from ..calculus.labels import Label
from ..calculus.symbols import label
from ..calculus.system import Line
from ..cells import Cell, Equation
from .document import Block, Display, Document, Math, Paragraph, Row, Section, Words
from .equations import Formula, equation, parameter, quantity
from .formulas import Formulas
from .kept import kept_values
from .order import blocks
from .reasons import CHAIN_RULE, reasons
from .routes import at


def show(writer: Formulas) -> Document:
    """A cell's equations, each with its author's comment."""
    cell = writer.system.cell
    found = zip(whole_equations(writer), cell.equations, strict=True)
    rows = tuple(_row(f, (e.comment,) if e.comment else ()) for f, e in found)
    facts: list[tuple[str, Words]] = [("input", _listed(cell.inputs)), ("state", _listed(cell.states))]
    return Document(cell.name, heading(cell), legend(writer), tuple(facts), (Section("", (Display(rows),)),))


def _listed(names: tuple[str, ...]) -> Words:
    return (", ".join(names) or "none",)


def whole_equations(writer: Formulas) -> list[Formula]:
    """The cell's own equations, with their pre-activations written out."""
    return [whole_equation(writer, e) for e in writer.system.cell.equations]


def whole_equation(writer: Formulas, of: Equation) -> Formula:
    """An equation as its author wrote it: f = σ(W_f x + …), not f = σ(a_f)."""
    *inner, last = writer.system.lines_of(of)
    expression, positions = last.expression, last.positions
    for line in inner:
        # What stands within the function keeps its own order.
        expression = expression.xreplace({line.symbol: line.expression})
        positions = {**positions, **line.positions}
    return Formula(writer.name(label(last.symbol)), tuple(writer.addends(expression, positions)))


def derive(
    writer: Formulas, backward: Backward, wrt: tuple[str, ...] = (), why: bool = False, whole: bool = False
) -> Document:
    """The backward equations, told from the last equation to the first; wrt keeps those of the named quantities.

    why: under each formula the equations that read the name, and the local derivative that each contributes.
    whole: the equations without pre-activations, where the derivation names none.
    """
    parts = _parts(writer, backward if wrt else backward.without_data(), whole)
    if wrt:
        parts = iter([_together(parts, wrt)])
    blocks_ = [b for part in parts for b in _blocks(writer, part, why)]
    if wrt:
        return Document("", sections=(Section("", tuple(blocks_)),))
    delta, name = (Math(writer.name(Label(kind, backward.cell.output, None))) for kind in ("gradient", "value"))
    said = ": the whole gradient of the loss with respect to ", name, " as it reaches a step; so with every other name"
    note = Paragraph((delta, *said))
    rule = (Paragraph((CHAIN_RULE,)),) if why else ()
    end = Section("", (Paragraph(_footer(writer, backward)),))
    cell = backward.cell
    return Document(cell.name, heading(cell), legend(writer), (), (Section("", (note, *rule, *blocks_)), end))


@dataclass(frozen=True)
class _Part:
    """Formulas that belong together, and what stands over them."""

    gradients: tuple[Gradient, ...]
    formulas: tuple[Row, ...]
    over: Words = ()
    equations: tuple[Row, ...] = ()


def _parts(writer: Formulas, backward: Backward, whole: bool) -> Iterator[_Part]:
    for block in blocks(backward, whole):
        rows = tuple(_row(quantity(writer, g), _readers(writer, g)) for g in block.gradients)
        yield _Part(block.gradients, rows, equations=tuple(map(_row, written_lines(writer, block.lines))))
    rows = tuple(_row(parameter(writer, g), (_shape(backward.cell, g.name),)) for g in backward.parameters)
    yield _Part(backward.parameters, rows, ("parameters",))


def _together(parts: Iterator[_Part], wrt: tuple[str, ...]) -> _Part:
    """The formulas of the named quantities alone."""
    found = [pair for part in parts for pair in zip(part.gradients, part.formulas, strict=True) if pair[0].name in wrt]
    return _Part(tuple(g for g, _ in found), tuple(row for _, row in found))


def _blocks(writer: Formulas, part: _Part, why: bool) -> Iterator[Block]:
    if why:
        for g, row in zip(part.gradients, part.formulas, strict=True):
            yield Display((replace(row, note=()),))
            yield from reasons(writer, g)
    elif part.formulas:
        yield Display(part.formulas, part.over, part.equations)


def _row(formula: Formula, note: Words = ()) -> Row:
    return Row(formula.left, formula.addends, note)


def written_lines(writer: Formulas, lines: tuple[Line, ...]) -> list[Formula]:
    """The equations of a block; one whose pre-activation belongs to the block too is written whole."""
    whole = [line.of for line in lines if line.activation and writer.system.lines_of(line.of)[0] in lines]
    shown = [line for line in lines if line.of not in whole or line.activation]
    return [whole_equation(writer, line.of) if line.of in whole else equation(writer, line) for line in shown]


def _readers(writer: Formulas, found: Gradient) -> Words:
    """Where a name with several readers is read."""
    readers: list[Words] = [("the loss",)] if found.loss else []
    readers += [(Math(at(writer, t.line.of.name, -t.lag)),) for t in found.terms]
    distinct = list(dict.fromkeys(readers))
    if len(distinct) < 2:
        return ()
    return ("read by ", *(w for k, words in enumerate(distinct) for w in ((", ", *words) if k else words)))


def _shape(cell: Cell, name: str) -> str:
    return "(" + ", ".join(map(str, cell.shapes[name])) + ")"


def _footer(writer: Formulas, backward: Backward) -> Words:
    if backward.cell.objective and not backward.loss:
        start: Words = (f"{backward.cell.objective} is the loss itself.",)
    else:
        part = Math(writer.name(Label("loss", backward.loss[0], 0)))
        start = (f"The loss reads {' and '.join(backward.loss)}. ", part, ": its direct part at step t.")
    if backward.cell.data:
        start = (*start, f" No gradient is asked of {' and '.join(backward.cell.data)}: data.")
    read = kept_values(backward.without_data())
    kept = [w for e, places in read.items() for w in (" ", Math(writer.write(e, places)))]
    return (*start, " Kept from the forward pass:", *kept)


def heading(cell: Cell) -> Words:
    """The cell's title."""
    return (cell.title,) if cell.title else ()


def legend(writer: Formulas) -> Words:
    """How a page's formulas are to be read."""
    sign = writer.times.strip()
    times: Words = () if sign == "*" else (Math(sign), " elementwise")
    if writer.every_index:
        return times
    return ("no index: step t", *((" · ", *times) if times else ()))
