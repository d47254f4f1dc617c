"""paths: every route from s[t-1] to s'[t] with its factors, elementwise ones first."""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from ..calculus.edges import Block, Broadcast, Diagonal, Matrix, Reduction, SoftmaxJacobian
from ..calculus.paths import Path, Paths, Step, count
from ..calculus.symbols import Label, value
from . import page
from .derivation import heading
from .formats import Latex
from .formulas import Formulas, part_name

STEPS = (1, 2, 3, 10)


def page_of(writer: Formulas, found: Paths) -> str:
    """All paths between two quantities, as a page."""
    lines = heading(writer, "")
    few = len(found.elementwise)
    source, target = at(writer, found.source, 1), at(writer, found.target, 0)
    met = _what_is_met(found)
    counts = f"{plural(len(found.paths), 'path')}: {few} elementwise, {len(found.paths) - few} with {met}"
    lines += [page.beside(f"from {source} to {target}", counts), ""]
    short = _abbreviations(writer, found)
    lines += [
        "  elementwise",
        *(
            _rows(writer, found.elementwise, short)
            or [f"    none: every way from {found.source} to {found.target} meets {met}"]
        ),
        "",
    ]
    lines += [f"  through {met}", *(_rows(writer, found.others, short) or ["    none"]), ""]
    if short:
        lines += [*(f"    where {name} = {text}" for (name, text) in short.values()), ""]
    return "\n".join([*lines, *_total_and_partial(writer, found), "", *_over_steps(writer, found)])


def _what_is_met(found: Paths) -> str:
    """What the paths that are not elementwise go through."""
    kinds = {type(s.factor) for p in found.others for s in p.jacobian()}
    return "a matrix or a sum" if kinds & {Reduction, Broadcast, SoftmaxJacobian} else "a matrix"


def plural(number: int, word: str) -> str:
    """`1 path`, `2 paths`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def at(writer: Formulas, name: str, lag: int) -> str:
    """A quantity at its step: c, c[t−1]."""
    return writer.name(Label("value", name, lag))


def _rows(writer: Formulas, found: tuple[Path, ...], short: dict[tuple[str, ...], tuple[str, str]]) -> list[str]:
    arrows = [writer.route(p.names) for p in found]
    column = max((len(a) for a in arrows), default=0) + 4
    return [f"    {a:<{column}}{jacobian(writer, p, short)}" for a, p in zip(arrows, found, strict=True)]


def jacobian(writer: Formulas, path: Path, short: dict[tuple[str, ...], tuple[str, str]] | None = None) -> str:
    """The product of a path's factors, the last hop first."""
    prefix = path.names[: path.early + 1]
    abbreviation = (short or {}).get(prefix)
    steps = path.jacobian()
    if abbreviation is None:
        return product(writer, steps)
    late = product(writer, tuple(s for s in steps if s.before == 0))
    return writer.chain([late, abbreviation[0]])


def product(writer: Formulas, steps: tuple[Step, ...]) -> str:
    """Factors from left to right; neighbouring diagonal ones become one diag(…)."""
    words: list[str] = []
    diagonal: list[Step] = []
    for step in (*steps, None):
        if step is not None and isinstance(step.factor, Diagonal):
            diagonal.append(step)
            continue
        if diagonal:
            words.append(_diagonal(writer, diagonal))
            diagonal = []
        if step is not None and isinstance(step.factor, Block) and words:
            words[-1] = writer.part(
                words[-1], part_name(step.factor.join, step.factor.k)
            )  # the columns of W that meet this part
        elif step is not None:
            words.append(_factor(writer, step))
    return writer.chain(words)


def _diagonal(writer: Formulas, steps: list[Step]) -> str:
    """Neighbouring diagonal factors as one; their numbers come first, as one number."""
    number, texts = Integer(1), []
    for s in steps:
        assert isinstance(s.factor, Diagonal)
        coefficient, value = s.factor.value.as_coeff_Mul()
        number *= coefficient
        if value != 1:
            texts.append(writer.factor(value, s.line.positions, -s.before, len(steps) == 1 and coefficient == 1))
    inside = writer.times.join(texts)
    if number != 1 or not texts:
        size = writer.write(abs(number))
        inside = f"{size}{writer.dot}{inside}" if texts and size != "1" else inside or size
        inside = writer.negated(inside) if number < 0 else inside
    return writer.diag(inside)


def _factor(writer: Formulas, step: Step) -> str:
    match step.factor:
        case Matrix(parameter=parameter, transposed=transposed):
            matrix = writer.write(parameter)
            return writer.transposed(matrix) if transposed else matrix
        case Block():
            return writer.part(writer.identity, part_name(step.factor.join, step.factor.k))
        case Reduction():
            return writer.transposed(writer.ones)
        case Broadcast():
            return writer.ones
        case SoftmaxJacobian(y=y):
            return writer.softmax_jacobian(writer.write(y, step.line.positions, -step.before))
    raise AssertionError(step.factor)


def _abbreviations(writer: Formulas, found: Paths) -> dict[tuple[str, ...], tuple[str, str]]:
    """A letter for each way through step t-1 that several paths share: c → h is ρ in all three of an LSTM's."""
    shared: dict[tuple[str, ...], Path] = {}
    seen: set[tuple[str, ...]] = set()
    for path in found.paths:
        prefix = path.names[: path.early + 1]
        if path.early and prefix in seen:
            shared.setdefault(prefix, path)
        seen.add(prefix)
    named = {}
    for k, (prefix, path) in enumerate(shared.items(), 1):
        name = writer.abbreviation(k if len(shared) > 1 else 0)
        named[prefix] = (name, product(writer, tuple(s for s in path.jacobian() if s.before)))
    return named


def _total_and_partial(writer: Formulas, found: Paths) -> list[str]:
    """Which of the paths make the derivative with all else held fixed, and which the one in the network."""
    source, target = at(writer, found.source, 1), at(writer, found.target, 0)
    others = [at(writer, n, 1) for n in found.system.cell.lagged if n != found.source]
    if not others:
        return [f"  Only {found.source} is carried: the partial and the total derivative are the same."]
    held = f"{', '.join(others)} held fixed"
    partial = " + ".join(jacobian(writer, p) for p in found.partial) or "0"
    if len(partial) > 40:
        partial = f"the sum of {plural(len(found.partial), 'path')}, straight to t"
    whole = f"the sum of all {len(found.paths)}" if len(found.paths) > 1 else "the same"
    column = max(len(held), len("in the network")) + 2
    return [
        f"  {held:<{column}}{writer.derivative(target, source)} = {partial}",
        f"  {'in the network':<{column}}{writer.derivative(target, source, total=True)} = {whole}",
    ]


def _over_steps(writer: Formulas, found: Paths) -> list[str]:
    """How many paths there are over k steps."""
    counts = [f"{count(found, k):,}" for k in STEPS]
    few = [f"{count(found, k, elementwise=True):,}" for k in STEPS]
    columns = [max(len(a), len(b), 5) for a, b in zip(counts, few, strict=True)]

    def line(name: str, cells: list[str]) -> str:
        return f"  {name:<18}" + "  ".join(f"{c:>{w}}" for c, w in zip(cells, columns, strict=True))

    return [line("over k steps    k", [str(k) for k in STEPS]), line("  paths", counts), line("  elementwise", few)]


def as_latex(writer: Formulas, found: Paths) -> str:
    """One aligned environment: the total derivative as a sum over paths. Needs amsmath."""
    target, source = (writer.write(s) for s in _ends(found))
    rows = []
    for k, path in enumerate(found.paths):
        sign = f"{writer.derivative(target, source, total=True)} &=" if k == 0 else "&\\quad +"
        rows.append(rf"  {sign} \underbrace{{{jacobian(writer, path)}}}_{{{writer.route(path.names)}}}")
    return "\n".join([r"\begin{align*}", " \\\\\n".join(rows), r"\end{align*}"])


def _ends(found: Paths) -> tuple[Symbol, Symbol]:
    return value(found.target, 0), value(found.source, 1)


def as_data(found: Paths) -> dict[str, Any]:
    """All paths as data."""
    unicode, latex = Formulas(found.system), Latex(found.system)
    return {
        "schema": "gatecheck/paths/1",
        "cell": found.system.cell.name,
        "from": found.source,
        "to": found.target,
        "paths": [
            {
                "names": list(p.names),
                "elementwise": p.elementwise,
                "partial": p.partial,
                "unicode": jacobian(unicode, p),
                "latex": jacobian(latex, p),
            }
            for p in found.paths
        ],
        "counts": {str(k): {"paths": count(found, k), "elementwise": count(found, k, elementwise=True)} for k in STEPS},
    }
