"""show and derive: a cell's equations and its backward equations, as pages and as data."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol

from ..calculus.backward import Backward
from ..calculus.edges import Diagonal
from ..calculus.symbols import Times, TransposedTimes, label
from ..calculus.system import System
from ..errors import CellError, Problem, nearest
from . import escaping, page
from .equations import Formula, equation, parameter, quantity
from .formats import Latex, Text
from .formulas import Formulas
from .order import blocks


def show(writer: Formulas) -> str:
    """A cell's equations, each with its author's comment."""
    system = writer.system
    found = whole_equations(writer)
    if isinstance(writer, Latex):
        return _align(system, [("", found)])
    column = max(len(f.left) for f in found)
    written = [page.formula(f, 2, column) for f in found]
    comments = [escape(writer, e.comment) for e in system.cell.equations]
    margin = max(len(line) for text in written for line in text.splitlines()) + 4
    lines = heading(writer, _names(system))
    for text, comment in zip(written, comments, strict=True):
        first, *rest = text.splitlines()
        fits = comment and margin + len(comment) <= page.WIDTH
        lines += [f"{first:<{margin}}{comment}" if fits else page.beside(first, comment), *rest]
    return "\n".join(lines)


def whole_equations(writer: Formulas) -> list[Formula]:
    """The cell's own equations, with their pre-activations written out."""
    found = []
    for e in writer.system.cell.equations:
        *inner, last = writer.system.lines_of(e)
        whole = equation(writer, last)
        if inner:
            inside = writer.write(inner[0].expression, inner[0].positions)
            named = writer.write(inner[0].symbol)
            whole = Formula(whole.left, tuple((s, text.replace(named, inside, 1)) for s, text in whole.addends))
        found.append(whole)
    return found


def derive(writer: Formulas, backward: Backward, wrt: tuple[str, ...] = ()) -> str:
    """The backward equations, told from the last equation to the first; wrt keeps those of the named quantities."""
    parameters = [g for g in backward.parameters if not wrt or g.name in wrt]
    if isinstance(writer, Latex):
        return _align(backward.system, _latex_sections(writer, backward, wrt))
    lines = [] if wrt else heading(writer, f"{writer.delta}s: the whole gradient of the loss at s")
    for block in blocks(backward):
        gradients = [quantity(writer, g) for g in block.gradients if not wrt or g.name in wrt]
        if not gradients:
            continue
        if block.lines and not wrt:
            lines += _equations(writer, block.lines)
        lines += [*page.formulas(gradients, 2 if wrt else 4), *([] if wrt else [""])]
    if parameters and not wrt:
        lines.append("  parameters")
    lines += _parameters(
        writer, backward, [parameter(writer, g) for g in parameters], [g.name for g in parameters], 2 if wrt else 4
    )
    if not wrt:
        lines += ["", *_footer(writer, backward)]
    return "\n".join(lines)


def _equations(writer: Formulas, lines: Any) -> list[str]:
    """A block's equations: short ones side by side, long ones each on a line."""
    found = [str(equation(writer, line)) for line in lines]
    if len(" " * 2 + "    ".join(found)) <= page.WIDTH:
        return page.row(found, 2)
    return [page.formula(equation(writer, line), 2) for line in lines]


def _parameters(writer: Formulas, backward: Backward, found: list[Formula], names: list[str], indent: int) -> list[str]:
    written = page.formulas(found, indent)
    shapes = ["(" + ",".join(map(str, backward.cell.shapes[n])) + ")" for n in names]
    return [page.beside(text, shape) if "\n" not in text else text for text, shape in zip(written, shapes, strict=True)]


def _footer(writer: Formulas, backward: Backward) -> list[str]:
    kept = [writer.write(e) for e in kept_values(backward)]
    reads = " and ".join(backward.loss)
    part = writer.loss_of_step(backward.loss[0]) if backward.loss else ""
    direct = [f"{part}: its direct part at step t."] if part else []
    return page.row([f"The loss reads {reads}.", *direct, "Kept from the forward pass:", *kept], 0, " ")


def kept_values(backward: Backward) -> list[Expr]:
    """The forward values that the backward equations need: names, then larger expressions as tanh(c)."""
    found: dict[Expr, None] = {}
    for gradient in (*backward.quantities, *backward.inputs, *backward.parameters):
        for term in gradient.terms:
            for factor in term.edge.factors:
                if isinstance(factor, Diagonal):
                    found.update(dict.fromkeys(forward_values(factor.value)))
            if term.edge.operand is not None:
                found.update(dict.fromkeys(_symbols(term.edge.operand)))
    rank = {name: k for k, name in enumerate((*backward.cell.inputs, *backward.cell.lagged))}
    order = [line.name for line in backward.system.lines]

    def key(e: Expr) -> tuple[bool, bool, int, str]:
        if not e.is_Symbol:
            return True, False, 0, str(e)
        tag = label(e)
        place = rank.get(tag.name, len(rank)) if tag.lag or tag.name in backward.cell.inputs else order.index(tag.name)
        return False, not tag.lag and tag.name not in backward.cell.inputs, place, ""

    return sorted(found, key=key)


def forward_values(factor: Expr) -> list[Expr]:
    """The forward values in a derivative: names, and functions of them as wholes."""
    if factor.is_Symbol:
        tag = label(factor)
        return [factor] if tag.kind == "value" and tag.lag is not None else []
    if factor.is_Function and not isinstance(factor, (Times, TransposedTimes)) and len(factor.args) != 1:
        return [v for a in factor.args for v in forward_values(a)]
    if factor.is_Function:
        return [factor]
    return [v for a in factor.args for v in forward_values(a)]


def _symbols(expression: Expr) -> list[Symbol]:
    return sorted(
        (s for s in expression.free_symbols if label(s).kind == "value" and label(s).lag is not None), key=str
    )


def heading(writer: Formulas, note: str) -> list[str]:
    """The cell's name and title, with a note at the margin."""
    cell = writer.system.cell
    legend = (
        "no index: step t" if isinstance(writer, Text) else f"no index: step t    {writer.times.strip()} elementwise"
    )
    lines = [page.beside(cell.name, legend)]
    if cell.title:
        lines += page.row(escape(writer, cell.title).split(" "), 0, " ")
    return [*lines, f"{note:>{page.WIDTH}}", ""] if note else [*lines, ""]


def escape(writer: Formulas, text: str) -> str:
    """An author's words for the writer's format."""
    if isinstance(writer, Latex):
        return escaping.latex(text)
    return escaping.ascii_only(text) if isinstance(writer, Text) else escaping.plain(text)


def _names(system: System) -> str:
    cell = system.cell
    state = f"state {', '.join(cell.states)}" if cell.states else "no state"
    return f"input {', '.join(cell.inputs) or 'none'}, {state}"


# LaTeX


def _latex_sections(writer: Formulas, backward: Backward, wrt: tuple[str, ...]) -> list[tuple[str, list[Formula]]]:
    sections = []
    for block in blocks(backward):
        gradients = [quantity(writer, g) for g in block.gradients if not wrt or g.name in wrt]
        sections.append(("", gradients))
    parameters = [parameter(writer, g) for g in backward.parameters if not wrt or g.name in wrt]
    return [s for s in [*sections, ("", parameters)] if s[1]]


def _align(system: System, sections: list[tuple[str, list[Formula]]]) -> str:
    """One aligned environment; a blank line between sections. Needs amsmath."""
    title = escaping.latex(system.cell.title)
    lines = [f"% {escaping.plain(system.cell.name)}" + (f": {title}" if title else ""), r"\begin{align*}"]
    rows = []
    for _, found in sections:
        body = [rf"  {f.left} &= {f.right}" for f in found]
        rows.append(" \\\\\n".join(body))
    return "\n".join([*lines, " \\\\[6pt]\n".join(rows), r"\end{align*}"])


# Data


def known(backward: Backward, wrt: tuple[str, ...]) -> None:
    """Raises CellError where a gradient is wanted with respect to something that has none."""
    names = [g.name for g in (*backward.quantities, *backward.inputs, *backward.parameters)]
    for name in wrt:
        if name not in names:
            raise CellError(
                Problem(
                    f"{name} is no quantity, input or parameter of {backward.cell.name}", None, nearest(name, names)
                )
            )


def as_data(system: System, backward: Backward | None = None, wrt: tuple[str, ...] = ()) -> dict[str, Any]:
    """A cell's equations, and its backward equations where given (wrt keeps those of the named), in every notation."""
    cell = system.cell
    data: dict[str, Any] = {
        "schema": "gatecheck/derivation/1" if backward else "gatecheck/cell/1",
        "cell": cell.name,
        "cell_sha256": cell.sha256,
        "title": escaping.plain(cell.title),
        "sizes": list(cell.sizes),
        "shapes": {name: [str(s) for s in shape] for name, shape in cell.shapes.items()},
        "inputs": list(cell.inputs),
        "states": list(cell.states),
        "parameters": list(cell.parameters),
        "output": cell.output,
        "equations": [
            {"name": e.name, "source": e.source, "comment": escaping.plain(e.comment), **forms}
            for e, forms in zip(cell.equations, _in_all(system, whole_equations), strict=True)
        ],
    }
    if backward is not None:
        quantities = [g for block in blocks(backward) for g in block.gradients if not wrt or g.name in wrt]
        parameters = [g for g in backward.parameters if not wrt or g.name in wrt]
        data["loss"] = list(backward.loss)
        data["gradients"] = _gradients(system, quantities, quantity)
        data["parameter_gradients"] = _gradients(system, parameters, parameter)
        data["kept"] = [Formulas(system).write(e) for e in kept_values(backward)]
    return data


def _gradients(system: System, found: list[Any], write: Any) -> list[dict[str, Any]]:
    forms = _in_all(system, lambda writer: [write(writer, g) for g in found])
    return [{"name": g.name, **f} for g, f in zip(found, forms, strict=True)]


def _in_all(system: System, write: Any) -> list[dict[str, str]]:
    columns = {
        name: [str(f) for f in write(kind(system))]
        for name, kind in (("unicode", Formulas), ("text", Text), ("latex", Latex))
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
