"""The training step around a reference: parameters to start from, clipping, one step of gradient descent."""

from __future__ import annotations

from collections.abc import Iterator

from ..calculus.gates import Keeper, keepers
from ..calculus.system import system
from ..cells import Cell, Size
from ..conventions import Layout
from ..conventions.parameters import parts
from .wrappers import simple

#: What each function adds to its docstring.
SOURCES = {
    "clip_by_value": "The direction may change (Mikolov, 2012).",
    "clip_by_norm": "The direction stays (Pascanu et al., 2013).",
    "sgd_step": "The gradient points uphill, so the step goes against it.",
}
GLOROT = (
    "glorot(rng, rows, columns)",
    (
        "A matrix that keeps the variance of what passes it, forward and back.  ->  (rows,columns)",
        "",
        "Uniform within ±sqrt(6 / (rows + columns)) (Glorot & Bengio, 2010).",
    ),
    ("limit = np.sqrt(6 / (rows + columns))", "return rng.uniform(-limit, limit, (rows, columns))"),
)


def initial_parameters(of: Layout) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A function that draws parameters to start from, as (signature, docstring, statements)."""
    cell = of.cell
    opened: dict[str, Keeper] = {}
    for keeper in keepers(system(cell)):
        if keeper.bias not in of.zero:
            opened.setdefault(keeper.bias, keeper)
    letters = [n for n in cell.sizes if any(n in dict(s.terms) for p in cell.parameters for s in cell.shapes[p])]
    arguments = ["rng", *letters, *(["forget_bias=1.0"] if opened else [])]
    entries = [f'    "{n}": {value},' for n, value in _values(cell, opened)]
    dictionary = any(s.kind == "parameters" for f in of.signatures for s in f.takes)
    start, end = ("stack({" if simple(of) else "stack_values({", "})")
    if of.convention.native:
        start, end = "{", "}"
    elif dictionary:
        names = ", ".join(f'"{s.name}"' for s in of.stacks)
        start, end = f"dict(zip([{names}], {start}", f"{end}))"
    elif len(of.stacks) == 1:
        end = f"{end}[0]"
    return (
        f"initial_parameters({', '.join(arguments)})",
        (*_promise(of, letters), "", *_how(cell, opened)),
        (f"return {start}", *entries, end),
    )


def _values(cell: Cell, opened: dict[str, Keeper]) -> Iterator[tuple[str, str]]:
    added = {p.parameter for p in parts(cell) if p.kind == "bias"}
    for name in cell.parameters:
        sizes = ", ".join(map(_python, cell.shapes[name]))
        if len(cell.shapes[name]) == 2:
            yield name, f"glorot(rng, {sizes})"
        elif name in opened:
            yield name, f"{'-' if opened[name].sign < 0 else ''}forget_bias * np.ones({sizes})"
        else:
            yield name, f"np.{'zeros' if name in added else 'ones'}({sizes})"


def _python(size: Size) -> str:
    """A size as an expression: 2H+D is 2 * H + D."""
    terms = ((name, count) for name, count in size.terms)
    return " + ".join(str(k) if name == "1" else name if k == 1 else f"{k} * {name}" for name, k in terms)


def _promise(of: Layout, letters: list[str]) -> tuple[str, ...]:
    takes = ", ".join(["rng: a NumPy Generator", *([f"{', '.join(letters)}: sizes"] if letters else [])])
    gives = ", ".join(f"{s.name}: {s.shape}" for s in of.stacks) or "p"
    line = f"Parameters to start from.  {takes}  ->  {gives}"
    return (line,) if len(line) <= 90 else ("Parameters to start from.", "", takes, f"->  {gives}")


def _how(cell: Cell, opened: dict[str, Keeper]) -> Iterator[str]:
    values = [value for _, value in _values(cell, opened)]
    kinds = {"glorot": "weights are from glorot", "np.zeros": "biases are 0", "np.ones": "vectors that multiply are 1"}
    said = [text for start, text in kinds.items() if any(value.startswith(start) for value in values)]
    if said:
        yield f"{', '.join(said).capitalize()}."
    for bias, keeper in opened.items():
        value, gate = ("forget_bias", "open") if keeper.sign > 0 else ("-forget_bias", "nearly closed")
        yield f"{bias} is {value}: {keeper.gate} starts {gate}, which keeps {keeper.state}."
    if opened:
        yield "See Gers et al. (2000), Jozefowicz et al. (2015)."


def statements(of: Layout, role: str) -> list[str]:
    """The statements of one of the functions of the training step."""
    return _by_name(role) if of.convention.native else _by_array([s.name for s in of.stacks], role)


def _by_name(role: str) -> list[str]:
    match role:
        case "clip_by_value":
            return ["return {name: np.clip(d, -limit, limit) for name, d in dp.items()}"]
        case "clip_by_norm":
            return [
                "norm = np.sqrt(sum((d**2).sum() for d in dp.values()))",
                _FACTOR,
                "return {name: scale * d for name, d in dp.items()}",
            ]
    return ["return {name: p[name] - rate * dp[name] for name in p}"]


def _by_array(names: list[str], role: str) -> list[str]:
    match role:
        case "clip_by_value":
            return [f"return {', '.join(f'np.clip(d{n}, -limit, limit)' for n in names)}"]
        case "clip_by_norm":
            squares = " + ".join(f"(d{n}**2).sum()" for n in names)
            return [f"norm = np.sqrt({squares})", _FACTOR, f"return {', '.join(f'scale * d{n}' for n in names)}"]
    return [f"return {', '.join(f'{n} - rate * d{n}' for n in names)}"]


_FACTOR = "scale = limit / max(norm, limit)  # 1 where the norm is below the limit"
