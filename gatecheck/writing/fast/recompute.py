"""Forward and backward that keep the states between chunks of steps alone, and run each chunk again on the way back."""

from __future__ import annotations

from ...cells import Cell
from ..reference import Function
from .program import asked

#: What the functions for one chunk are called.
CHUNK = {"forward": "forward_chunk", "backward": "backward_chunk"}
#: One workspace is kept: the last chunk, which may be shorter, has another.
OTHER = ("    if work.space and work.space.T != min(chunk, T - t0):", "        work.space = None")


def renamed(function: Function) -> Function:
    """A function for whole sequences, as the one for a chunk."""
    name, _, rest = function.signature.partition("(")
    return Function(f"{CHUNK[name]}({rest}", function.doc, function.body)


def chunked(cell: Cell, plain: Function, back: Function, share: int) -> list[Function]:
    """forward and backward by the chunk, with the signatures of those that keep everything.

    share: how many times the states of a step a workspace keeps for it. Of n steps in a chunk the states before T / n
    chunks and n steps of workspace are kept, which is least for n = √(T / share).
    """
    return [Function(plain.signature, _doc(plain, share), tuple(_forward(cell, share))),
            Function(back.signature, _doc(back, share), tuple(_backward(cell)))]  # fmt: skip


def _doc(plain: Function, share: int) -> tuple[str, ...]:
    told = f"Kept are the states before chunks of √(T/{share}) steps; each runs again on the way back."
    return (plain.doc[0], "", told, *plain.doc[1:])


def _forward(cell: Cell, share: int) -> list[str]:
    first, initial = _given(cell), _initial(cell)
    results = [f"{n}_part" for n in cell.outputs]
    after = [
        f"{n}0 = {n}_part[-1].copy()" if n in cell.assigned else f"{n}0 = {n}[t0:t0 + chunk][-1]" for n in cell.lagged
    ]
    return [
        f"T = {cell.inputs[0]}.shape[0]" if cell.inputs else "T = int(T)",
        "p = p if isinstance(p, SimpleNamespace) else pack(p)",
        "work = work or SimpleNamespace(space=None)",
        f"work.T, work.given, work.starts, parts = T, {_row(cell.inputs)}, [], []",
        f"chunk = work.chunk = max(1, math.isqrt(T // {share}))",
        "for t0 in range(0, max(T, 1), chunk):",
        f"    work.starts.append({_row(initial)})",
        *OTHER,
        f"    {', '.join(results)}, work.space = {CHUNK['forward']}({_arguments(first, initial)}, p, work.space)",
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
        "    chunk = work.chunk",
        *([f"    {_row(initial)} = work.starts[t0 // chunk]"] if initial else []),
        *OTHER,
        f"    *_, work.space = {CHUNK['forward']}({_arguments(_given(cell), initial)}, p, work.space)",
        f"    {', '.join(parts)} = {', '.join(f'np.array({g}[t0:t0 + chunk], p.dtype)' for g in gradients)}",
    ]
    sends = [f"d{n}_part[-1:] += d{n}0" for n in later]
    lines += [*(f"    {line}" for line in sends), *(f"    d{n}_later = d{n}0" for n in lagged)]
    lines += [f"    {', '.join(results)} = {CHUNK['backward']}({', '.join(parts)}, work.space, p)"]
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
