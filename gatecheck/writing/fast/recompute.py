"""Forward and backward that keep the states between chunks of steps alone, and run each chunk again on the way back."""

from __future__ import annotations

from ...cells import Cell
from ..reference import Function
from .program import asked

#: What the functions for one chunk are called.
CHUNK = {"forward": "forward_chunk", "backward": "backward_chunk"}


def renamed(function: Function) -> Function:
    """A function for whole sequences, as the one for a chunk."""
    name, _, rest = function.signature.partition("(")
    return Function(f"{CHUNK[name]}({rest}", function.doc, function.body)


def chunked(cell: Cell, plain: Function, back: Function) -> list[Function]:
    """forward and backward by the chunk, with the signatures of those that keep everything."""
    return [Function(plain.signature, _doc(plain), tuple(_forward(cell))),
            Function(back.signature, _doc(back), tuple(_backward(cell)))]  # fmt: skip


def _doc(plain: Function) -> tuple[str, ...]:
    return (f"{plain.doc[0]} Kept are √T states; each chunk of √T steps runs again on the way back.", *plain.doc[1:])


def _forward(cell: Cell) -> list[str]:
    first, initial = _given(cell), _initial(cell)
    spaces = "work.spaces.get(min(chunk, T - t0))"
    results = [f"{n}_part" for n in cell.outputs]
    after = [
        f"{n}0 = {n}_part[-1].copy()" if n in cell.assigned else f"{n}0 = {n}[t0:t0 + chunk][-1]" for n in cell.lagged
    ]
    return [
        f"T = {cell.inputs[0]}.shape[0]" if cell.inputs else "T = int(T)",
        "p = p if isinstance(p, SimpleNamespace) else pack(p)",
        "work = work or SimpleNamespace(spaces={})",
        f"work.T, work.given, work.starts, parts = T, {_row(cell.inputs)}, [], []",
        "chunk = work.chunk = max(1, math.isqrt(T))",
        "for t0 in range(0, max(T, 1), chunk):",
        f"    work.starts.append({_row(initial)})",
        f"    {', '.join(results)}, space = {CHUNK['forward']}({_arguments(first, initial)}, p, {spaces})",
        "    work.spaces[min(chunk, T - t0)] = space",
        f"    parts.append({_row(results)})",
        *(["    if T:"] + [f"        {line}" for line in after] if after else []),
        "return *map(np.concatenate, zip(*parts)), work",
    ]


def _backward(cell: Cell) -> list[str]:
    gradients, initial = [f"d{n}" for n in cell.outputs], _initial(cell)
    parts = [f"d{n}_part" for n in cell.outputs]
    inputs = [f"d{n}" for n in asked(cell, cell.inputs)]
    later = [n for n in cell.lagged if n in cell.outputs]
    states = asked(cell, cell.lagged)
    lagged = [n for n in states if n in cell.inputs]
    results = [*(f"{d}_part" for d in inputs), *(f"d{n}0" for n in states), "dp_part"]
    done = [f"np.concatenate([a[{k}] for a in reversed(found)])" for k in range(len(inputs))]
    lines = ["work, T, found, dp = kept, kept.T, [], None", "p = p if isinstance(p, SimpleNamespace) else pack(p)"]
    lines += [f"{', '.join(cell.inputs)}{',' * (len(cell.inputs) == 1)} = work.given"] * bool(cell.inputs)
    lines += [f"d{n}0 = 0" for n in states]
    lines += [
        "for t0 in reversed(range(0, max(T, 1), work.chunk)):",
        "    chunk, space = work.chunk, work.spaces[min(work.chunk, T - t0)]",
        *([f"    {_row(initial)} = work.starts[t0 // chunk]"] if initial else []),
        f"    *_, space = {CHUNK['forward']}({_arguments(_given(cell), initial)}, p, space)",
        f"    {', '.join(parts)} = {', '.join(f'np.array({g}[t0:t0 + chunk], p.dtype)' for g in gradients)}",
    ]
    sends = [f"d{n}_part[-1:] += d{n}0" for n in later]
    lines += [*(f"    {line}" for line in sends), *(f"    d{n}_later = d{n}0" for n in lagged)]
    lines += [f"    {', '.join(results)} = {CHUNK['backward']}({', '.join(parts)}, space, p)"]
    lines += [f"    d{n}_part[-1:] += d{n}_later" for n in lagged]
    lines += [f"    found.append({_row([f'{d}_part' for d in inputs])})"] * bool(inputs)
    lines += ["    dp = {n: g if dp is None else dp[n] + g for n, g in dp_part.items()}"]
    return [*lines, f"return {', '.join([*done, *(f'd{n}0' for n in states), 'dp'])}"]


def _given(cell: Cell) -> list[str]:
    return [f"{n}[t0:t0 + chunk]" for n in cell.inputs] or ["min(chunk, T - t0)"]


def _initial(cell: Cell) -> list[str]:
    return [f"{n}0" for n in cell.lagged]


def _arguments(first: list[str], initial: list[str]) -> str:
    return ", ".join([*first, *initial])


def _row(names: object) -> str:
    found = list(names)  # type: ignore[call-overload]
    return f"({', '.join(found)}{',' * (len(found) == 1)})"
