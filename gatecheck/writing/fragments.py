"""show, derive and paths as LaTeX to paste: one aligned environment each. Needs amsmath.

A long one runs over pages only after allowdisplaybreaks, which notebooks do not know: a comment says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..calculus.backward import Backward, Gradient
from ..calculus.edges import Edge
from ..calculus.labels import Label
from ..calculus.paths import Paths
from ..calculus.symbols import label, value
from ..calculus.system import System
from . import escaping
from .aligned import BREAK, formula
from .derivation import whole_equations
from .document import Mark, Math
from .equations import Formula, equation, parameter, quantity
from .formats import Latex
from .order import blocks
from .reasons import contribution
from .routes import at, jacobian

#: More formulas than these may need more than a page.
_PAGE = 25


def show(system: System) -> str:
    """A cell's equations."""
    return _align(system, [[formula(f) for f in whole_equations(Latex(system))]])


def derive(backward: Backward, wrt: tuple[str, ...] = (), why: bool = False) -> str:
    """The backward equations, under what their signs mean; wrt keeps those of the named quantities.

    why: under each formula the equations that read the name, and what each contributes.
    """
    writer = Latex(backward.system)
    backward = backward if wrt else backward.without_data()
    found = [[(g, quantity(writer, g)) for g in b.gradients if not wrt or g.name in wrt] for b in blocks(backward)]
    found.append([(g, parameter(writer, g)) for g in backward.parameters if not wrt or g.name in wrt])
    rows = [[_explained(writer, *pair, why) for pair in section] for section in found if section]
    named = list(_preactivations(writer, [g for section in found for g, _ in section]))
    return _align(backward.system, [_signs(writer, backward), *([named] if named else []), *rows])


def _preactivations(writer: Latex, gradients: list[Gradient]) -> Iterator[str]:
    """The equations of what gatecheck named itself, where its gradient is spoken of."""
    spoken = {g.name for g in gradients}
    spoken |= {label(s).name for g in gradients for t in g.terms for s in t.expression.free_symbols}
    for line in writer.system.lines:
        if line.name in spoken and line.name not in writer.system.cell.assigned:
            yield formula(equation(writer, line))


def _explained(writer: Latex, gradient: Gradient, written: Formula, why: bool) -> str:
    reasons = (_reason(writer, term.edge) for term in gradient.terms) if why else ()
    return BREAK.join([formula(written), *reasons])


def _reason(writer: Latex, edge: Edge) -> str:
    """What a reader contributes, on a line under its formula."""
    said, kind = ("".join(map(_in_mathematics, words)) for words in contribution(writer, edge))
    reader = at(writer, edge.reader.name, -(edge.source.lag or 0))
    return rf"  &\qquad \text{{from }} {reader}: \quad {said} \quad {kind}"


def _in_mathematics(word: object) -> str:
    if isinstance(word, Math):
        return word.text
    said = word.text if isinstance(word, Mark) else str(word)
    return " = " if said == " = " else rf"\text{{{escaping.spaced(said, escaping.latex)}}}"


def _signs(writer: Latex, backward: Backward) -> list[str]:
    """What the signs of the equations mean, as rows before them: notebooks show nothing beside the environment."""
    gradient, name = (writer.name(Label(kind, backward.cell.output, 0)) for kind in ("gradient", "value"))
    rows = {
        gradient: rf"\text{{ the whole gradient of the loss }} L \text{{ with respect to }} {name}",
        **({writer.loss_of_step(name): r"\text{ its direct part, of the loss of step } t"} if backward.loss else {}),
        writer.times.strip(): r"\text{ elementwise}",
    }
    return [f"  {sign} &: {meaning}" for sign, meaning in rows.items()]


def paths(found: Paths) -> str:
    """The total derivative as a sum over paths."""
    writer = Latex(found.system)
    target, source = (writer.write(s) for s in (value(found.target, 0), value(found.source, 1)))
    rows = []
    for k, path in enumerate(found.paths):
        sign = rf"{writer.derivative(target, source, total=True)} &=" if k == 0 else "&\\quad +"
        rows.append(rf"  {sign} \underbrace{{{jacobian(writer, path)}}}_{{{writer.route(path.names)}}}")
    return "\n".join([r"\begin{align*}", BREAK.join(rows), r"\end{align*}"])


def _align(system: System, sections: list[list[str]]) -> str:
    """One aligned environment; more space between sections."""
    title = escaping.latex(system.cell.title)
    lines = [f"% {escaping.plain(system.cell.name)}" + (f": {title}" if title else "")]
    if sum(map(len, sections)) > _PAGE:
        lines.append(r"% Needs amsmath, and \allowdisplaybreaks before it to run over a page.")
    lines.append(r"\begin{align*}")
    return "\n".join([*lines, " \\\\[6pt]\n".join(map(BREAK.join, sections)), r"\end{align*}"])
