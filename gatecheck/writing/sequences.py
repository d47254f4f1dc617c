"""The loops over time of a NumPy reference: forward, and back from the last step to the first."""

from __future__ import annotations

from ..cells import Cell, Size
from .numpy_code import Program


def forward_over_time(cell: Cell, made: Program, prefix: str) -> list[str]:
    """The statements of `forward`."""
    sizes = {n: _size(cell, n, {f"{m}0": m for m in cell.lagged} | {m: m for m in cell.inputs}) for n in cell.outputs}
    previous = [f"{n}_prev" for n in cell.lagged]
    arguments = [*(f"{n}[t]" for n in cell.inputs), *previous, "p"]
    return [
        f"T, B = {cell.inputs[0]}.shape[:2]",
        f"dtype = np.result_type({', '.join([*cell.inputs, *(f'{n}0' for n in cell.lagged)])}, *p.values())",
        *(f"{n} = np.empty((T, B, {sizes[n]}), dtype)" for n in cell.outputs),
        "kept = []",
        f"{', '.join(previous)} = {', '.join(f'{n}0' for n in cell.lagged)}",
        "for t in range(T):",
        f"    {', '.join([*(f'{n}[t]' for n in cell.outputs), 'kept_t'])} = {prefix}step({', '.join(arguments)})",
        "    kept.append(kept_t)",
        f"    {', '.join(previous)} = {', '.join(f'{n}[t]' for n in cell.lagged)}",
        f"return {', '.join([*cell.outputs, 'kept'])}",
    ]


def backward_over_time(cell: Cell, made: Program, prefix: str) -> list[str]:
    """The statements of `backward`."""
    inputs, lagged = ([n for n in names if n not in cell.data] for names in (cell.inputs, cell.lagged))
    arrays = {f"d{m}": m for m in cell.outputs}
    # Of a sequence without steps nothing is kept, and how wide its inputs would be is nowhere to be seen.
    fallback = {n: f"kept[0][{made.kept.index(n)}].shape[1] if T else 0" for n in inputs if n in made.kept}
    sizes = {n: _size(cell, n, arrays) or fallback.get(n, "0") for n in (*inputs, *lagged)}
    back = [f"d{n}_{'back' if n in inputs else 'prev'}" for n in lagged]
    results = [*(f"d{n}_t" for n in inputs), *back, "dp_t"]
    arguments = [*(f"d{n}[t]{f' + d{n}_prev' if n in lagged else ''}" for n in cell.outputs), "kept[t]", "p"]
    return [
        f"T, B = d{cell.output}.shape[:2]",
        f"dtype = np.result_type({', '.join(f'd{n}' for n in cell.outputs)}, *p.values())",
        *(f"d{n} = np.empty((T, B, {sizes[n]}), dtype)" for n in inputs),
        *(f"d{n}_prev = np.zeros((B, {sizes[n]}), dtype)" for n in lagged),
        "dp = {name: np.zeros_like(value) for name, value in p.items()}",
        "for t in reversed(range(T)):",
        "    # What step t+1 sends back joins what the loss sends in.",
        f"    {', '.join(results)} = {prefix}step_backward({', '.join(arguments)})",
        *(f"    d{n}[t] = d{n}_t{f' + d{n}_prev' if n in lagged else ''}" for n in inputs),
        *(f"    d{n}_prev = d{n}_back" for n in lagged if n in inputs),
        "    for name in dp:",
        "        dp[name] += dp_t[name]",
        f"return {', '.join([*(f'd{n}' for n in inputs), *(f'd{n}_prev' for n in lagged), 'dp'])}",
    ]


def _size(cell: Cell, name: str, arrays: dict[str, str]) -> str:
    """A Python expression for a vector's size; empty where neither arrays at hand nor parameters have it."""
    return _of(cell, cell.size(name), arrays) or _difference(cell, name, arrays)


def _of(cell: Cell, size: Size, arrays: dict[str, str]) -> str:
    """A size as the length of an axis of an array at hand, else of a parameter."""
    if size.scalar:
        return "1"
    for array, of in arrays.items():
        if cell.size(of) == size:
            return f"{array}.shape[{1 if array.endswith('0') else 2}]"
    for parameter in cell.parameters:
        for axis, known in enumerate(cell.shapes[parameter]):
            if known == size:
                return f'p["{parameter}"].shape[{axis}]'
    return ""


def _difference(cell: Cell, name: str, arrays: dict[str, str]) -> str:
    """A vector's size from that of a parameter that is a sum: H + D without H."""
    letter = str(cell.size(name))
    for parameter in cell.parameters:
        for axis, whole in enumerate(cell.shapes[parameter]):
            counts = dict(whole.terms)
            count = counts.pop(letter, 0)
            others = {n: str(c) if n == "1" else _of(cell, Size.of(n), arrays) for n, c in counts.items()}
            if count and all(others.values()):
                rest = [f"{c} * {others[n]}" if c > 1 and n != "1" else others[n] for n, c in counts.items()]
                text = " - ".join([f'p["{parameter}"].shape[{axis}]', *rest])
                return text if count == 1 else f"({text}) // {count}"
    return ""
