"""show, derive and paths as data, every formula in every notation."""

from __future__ import annotations

import re
from typing import Any

from ..calculus.backward import Backward
from ..calculus.paths import Paths, count
from ..calculus.system import System
from ..errors import CellError, Problem, nearest
from . import escaping
from .derivation import whole_equations
from .equations import parameter, quantity
from .formats import Latex, Text
from .formulas import Formulas
from .kept import kept_values
from .order import blocks
from .reasons import because
from .routes import jacobian
from .ways import STEPS


def known(backward: Backward, wrt: tuple[str, ...]) -> None:
    """Raises CellError where a gradient is wanted with respect to something that has none."""
    names = [g.name for g in (*backward.quantities, *backward.inputs, *backward.parameters)]
    for name in wrt:
        if name not in names:
            message = f"{name or repr(name)} is no quantity, input or parameter of {backward.cell.name}"
            raise CellError(Problem(message, None, _shifted(name, names) or nearest(name, names)))


def _shifted(name: str, names: list[str]) -> str:
    """Advice where a known name is written with an index, or as its gradient."""
    found = re.fullmatch(r"(?:d|δ|∂L/∂)?(\w+?)(\[t\]|_prev|\[t-1\])?", name.replace(" ", ""))
    if found is None or found[1] not in names:
        return ""
    if found[2] in (None, "[t]"):
        return f"Write --wrt {found[1]}."
    return f"Write --wrt {found[1]}: its terms of t+1 are what reaches {found[1]}[t-1], one step later."


def written(backward: Backward, wrt: tuple[str, ...], level: str) -> None:
    """Raises CellError where a gradient is wanted that a level does not name."""
    found = {g.name for g in (*backward.quantities, *backward.inputs, *backward.parameters)}
    for name in wrt:
        if name not in found:
            advice = "Ask for --level named." if level == "gates" else "Ask for --level gates or --level named."
            raise CellError(Problem(f"the level {level} has no line of its own for {name}", None, advice))


def derivation(system: System, backward: Backward | None = None, wrt: tuple[str, ...] = ()) -> dict[str, Any]:
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
        backward = backward if wrt else backward.without_data()
        quantities = [g for block in blocks(backward) for g in block.gradients if not wrt or g.name in wrt]
        parameters = [g for g in backward.parameters if not wrt or g.name in wrt]
        data["loss"] = list(backward.loss)
        data["gradients"] = _gradients(system, quantities, quantity)
        data["parameter_gradients"] = _gradients(system, parameters, parameter)
        data["kept"] = [Formulas(system).write(e, places) for e, places in kept_values(backward).items()]
    return data


def _gradients(system: System, found: list[Any], write: Any) -> list[dict[str, Any]]:
    forms = _in_all(system, lambda writer: [write(writer, g) for g in found])
    return [{"name": g.name, **f, "because": because(system, g)} for g, f in zip(found, forms, strict=True)]


def _in_all(system: System, write: Any) -> list[dict[str, str]]:
    columns = {
        name: [str(f) for f in write(kind(system))]
        for name, kind in (("unicode", Formulas), ("text", Text), ("latex", Latex))
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def paths(found: Paths, steps: int = 1) -> dict[str, Any]:
    """All paths as data, with their numbers over several steps."""
    unicode, latex = Formulas(found.system), Latex(found.system)
    return {
        "schema": "gatecheck/paths/1",
        "cell": found.system.cell.name,
        "from": found.source,
        "to": found.target,
        "paths": [
            {
                "names": list(p.names),
                "kind": p.kind,
                "elementwise": p.elementwise,
                "partial": p.partial,
                "unicode": jacobian(unicode, p),
                "latex": jacobian(latex, p),
            }
            for p in found.paths
        ],
        "counts": {
            str(k): {"paths": count(found, k), "elementwise": count(found, k, elementwise=True)}
            for k in sorted({*STEPS, steps})
        },
    }
