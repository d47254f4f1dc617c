"""A reference in a course's layout: its functions around the plain ones, and the stacking between them."""

from __future__ import annotations

from ..conventions import Layout, Signature, Slot


def wrappers(native: Layout, wanted: Layout) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """unstack and stack, as (signature, docstring, statements)."""
    names = ", ".join(s.name for s in wanted.stacks)
    apart = ["p = {}"]
    together = ["return ("]
    for stack in wanted.stacks:
        turned = ".T" if stack.matrix else ""
        targets = ", ".join(f'p["{n}"]' for n in stack.parameters)
        sources = ", ".join(f'dp["{n}"]' for n in stack.parameters)
        count = len(stack.parameters)
        apart.append(
            f"{targets} = " + (f"np.split({stack.name}{turned}, {count})" if count > 1 else stack.name + turned)
        )
        together.append(f"    np.concatenate([{sources}]){turned}," if count > 1 else f"    {sources}{turned},")
    values = ", ".join(f"{s.name}: {s.shape}" for s in wanted.stacks)
    gradients = ", ".join(f"d{s.name}: {s.shape}" for s in wanted.stacks)
    return [
        (f"unstack({names})", (f"Columns apart.  {values}  ->  p",), (*apart, "return p")),
        ("stack(dp)", (f"Columns together.  dp  ->  {gradients}",), (*together, ")")),
    ]


def wrapped(native: Layout, wanted: Layout, role: str) -> list[str]:
    """The statements of one of the convention's functions."""
    mine, own = wanted.signature(role), native.signature(role)
    turn = _turn(wanted) if role in ("forward", "backward") else ""
    arguments = ", ".join(_argument(mine, s, turn) for s in own.takes)
    call = f"{', '.join(s.name for s in own.gives)} = _{own.name}({arguments})"
    if role in ("step", "forward"):
        packed = ", ".join(s.name for s in wanted.stacks)
        return [
            f"p = unstack({packed})",
            *_zeros(wanted, mine, own, turn),
            call,
            f"return {_results(mine, own, turn)}",
        ]
    cache = mine.takes[-1].name
    return [f"kept, p = {cache}", *_zeros(wanted, mine, own, turn), call, f"return {_results(mine, own, turn)}"]


def _turn(wanted: Layout) -> str:
    return "" if wanted.convention.time_first else ".transpose(1, 0, 2)"


def _same(signature: Signature, slot: Slot) -> Slot | None:
    """The slot of another convention's signature for the same array; gradients and values are told apart by side."""
    for s in (*signature.takes, *signature.gives):
        if (s.of, s.plain.replace("output", "state"), s.gradient) == (
            slot.of,
            slot.plain.replace("output", "state"),
            slot.gradient,
        ):
            return s
    return None


def _argument(mine: Signature, slot: Slot, turn: str) -> str:
    there = _same(mine, slot) if slot.kind not in ("parameters", "cache") else None
    if there is None:
        return slot.name
    return there.name + (turn if slot.plain in ("input", "state") else "")


def _zeros(wanted: Layout, mine: Signature, own: Signature, turn: str) -> list[str]:
    """Arrays that the plain function takes and the convention leaves out: zero."""
    first = mine.takes[0].name + turn
    lines = []
    for slot in own.takes:
        if slot.plain in ("initial", "state") and _same(mine, slot) is None:
            axes = f"{first}.shape[1]" if slot.plain == "initial" else f"*{first}.shape[:2]"
            lines.append(f"{slot.name} = np.zeros(({axes}, {_rows(wanted, slot.of)}))")
    return lines


def _rows(wanted: Layout, name: str) -> str:
    """A state's size, from the parameters by name."""
    size = wanted.cell.size(name)
    for parameter in wanted.cell.parameters:
        for axis, known in enumerate(wanted.cell.shapes[parameter]):
            if known == size:
                return f'p["{parameter}"].shape[{axis}]'
    return "1"


def _results(mine: Signature, own: Signature, turn: str) -> str:
    names = []
    for slot in mine.gives:
        if slot.kind == "cache":
            names.append("(kept, p)")
        elif slot.plain == "parameter":
            continue
        else:
            there = _same(own, slot)
            names.append(
                (there.name if there else slot.name) + (turn if slot.plain in ("input", "state", "output") else "")
            )
    if any(s.plain == "parameter" for s in mine.gives):
        names.append("*stack(dp)")
    return ", ".join(names)
