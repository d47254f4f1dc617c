"""show, derive and paths as LaTeX to paste: one aligned environment each. Needs amsmath."""

from __future__ import annotations

from ..calculus.backward import Backward
from ..calculus.paths import Paths
from ..calculus.symbols import value
from ..calculus.system import System
from . import escaping
from .aligned import BREAK, formula
from .derivation import whole_equations
from .equations import Formula, parameter, quantity
from .formats import Latex
from .order import blocks
from .routes import jacobian


def show(system: System) -> str:
    """A cell's equations."""
    return _align(system, [whole_equations(Latex(system))])


def derive(backward: Backward, wrt: tuple[str, ...] = ()) -> str:
    """The backward equations; wrt keeps those of the named quantities."""
    writer = Latex(backward.system)
    backward = backward if wrt else backward.without_data()
    found = [[quantity(writer, g) for g in b.gradients if not wrt or g.name in wrt] for b in blocks(backward)]
    found.append([parameter(writer, g) for g in backward.parameters if not wrt or g.name in wrt])
    return _align(backward.system, [section for section in found if section])


def paths(found: Paths) -> str:
    """The total derivative as a sum over paths."""
    writer = Latex(found.system)
    target, source = (writer.write(s) for s in (value(found.target, 0), value(found.source, 1)))
    rows = []
    for k, path in enumerate(found.paths):
        sign = rf"{writer.derivative(target, source, total=True)} &=" if k == 0 else "&\\quad +"
        rows.append(rf"  {sign} \underbrace{{{jacobian(writer, path)}}}_{{{writer.route(path.names)}}}")
    return "\n".join([r"\begin{align*}", BREAK.join(rows), r"\end{align*}"])


def _align(system: System, sections: list[list[Formula]]) -> str:
    """One aligned environment; a blank line between sections, and long sums broken between their terms."""
    title = escaping.latex(system.cell.title)
    lines = [f"% {escaping.plain(system.cell.name)}" + (f": {title}" if title else ""), r"\begin{align*}"]
    rows = [BREAK.join(map(formula, found)) for found in sections]
    return "\n".join([*lines, " \\\\[6pt]\n".join(rows), r"\end{align*}"])
