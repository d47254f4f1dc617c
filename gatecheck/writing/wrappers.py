"""A reference in a course's layout: its functions around the plain ones, and the stacking between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from textwrap import wrap

from ..conventions import Block, Layout, Signature, Slot, Stack

Text = tuple[str, tuple[str, ...], tuple[str, ...]]


def wrappers(wanted: Layout) -> list[Text]:
    """unstack and stack, as (signature, docstring, statements)."""
    names = ", ".join(s.name for s in wanted.stacks)
    values = ", ".join(f"{s.name}: {s.shape}" for s in wanted.stacks)
    # A course's own dict may hold what this cell has not got.
    dictionary = any(s.kind == "parameters" for f in wanted.signatures for s in f.takes)
    asked = [s for s in wanted.stacks if s.differentiable]
    gradients = ", ".join(f"d{s.name}: {s.shape}" for s in asked)
    named = any(s.named for s in wanted.signatures)
    together = _gathered([(f"d{s.name}", _together(s, [_gradient(b) for b in s.blocks])) for s in asked], named)
    return [
        (
            f"unstack({names}{', **others' * dictionary})",
            _said("Parameters apart.", values, "p"),
            ("p = {}", *_apart(wanted), "return p"),
        ),
        ("stack(dp)", _said("Gradients together.", "dp", gradients), together),
    ]


def _said(what: str, takes: str, gives: str) -> tuple[str, ...]:
    """A docstring, folded where it is longer than an editor shows."""
    line = f"{what}  {takes}  ->  {gives}"
    if len(line) <= 100:
        return (line,)
    return what, "", *wrap(takes, 100, subsequent_indent="    "), *wrap(f"->  {gives}", 100, subsequent_indent="    ")


def simple(wanted: Layout) -> bool:
    """Whether values are stacked as gradients are: every parameter lies in one place, as it is."""
    blocks = [block for stack in wanted.stacks for block in stack.blocks]
    whole = all(s.differentiable for s in wanted.stacks) and not any(s.named for s in wanted.signatures)
    return whole and len({b.parameter for b in blocks}) == len(blocks) and all(b.plain for b in blocks)


def stacking_values(wanted: Layout) -> Text:
    """stack_values, for a layout that is not simple: a parameter that is added up from two places lies in the first."""
    values = ", ".join(f"{s.name}: {s.shape}" for s in wanted.stacks)
    met: set[str] = set()

    def value(block: Block) -> str:
        own, first = f'p["{block.parameter}"]', block.parameter not in met
        met.add(block.parameter)
        if not first:
            return f"np.zeros_like({own})"
        return f"{'-' if block.sign < 0 else ''}{own}" + (f" {_added(block.added)}" if block.added else "")

    arrays = [(s.name, _together(s, [value(b) for b in s.blocks])) for s in wanted.stacks]
    return "stack_values(p)", _said("Parameters together.", "p", values), _gathered(arrays, False)


def _added(number: int) -> str:
    return f"{'+' if number > 0 else '-'} {abs(number)}"


def _gradient(block: Block) -> str:
    return f'{"-" if block.sign < 0 else ""}dp["{block.parameter}"]'


def _gathered(arrays: Iterable[tuple[str, str]], named: bool) -> tuple[str, ...]:
    """The return of several arrays, a line each: as a dict, or one after the other."""
    if named:
        return ("return {", *(f'    "{name}": {text},' for name, text in arrays), "}")
    return ("return (", *(f"    {text}," for _, text in arrays), ")")


def _together(stack: Stack, entries: list[str]) -> str:
    """An expression for an array of the convention, from one for each of its blocks."""
    width = len(stack.grid[0])
    rows = [entries[k : k + width] for k in range(0, len(entries), width)]
    turned = stack.axes.there_text
    if width == 1:
        return (f"np.concatenate([{', '.join(entries)}])" if len(rows) > 1 else entries[0]) + turned
    if stack.vectors:
        columns = [f"np.concatenate([{', '.join(column)}])" for column in zip(*rows, strict=True)]
        return f"np.stack([{', '.join(columns)}], axis=1){turned}"
    if len(rows) == 1:
        return f"np.concatenate([{', '.join(entries)}], axis=1){turned}"
    listed = ", ".join(f"[{', '.join(row)}]" for row in rows)
    return f"np.block([{listed}]){turned}"


def _apart(wanted: Layout) -> Iterator[str]:
    """The statements that put every parameter into p."""
    met: set[str] = set()
    for stack in wanted.stacks:
        targets = []
        after = []
        for block in stack.blocks:
            name, own = block.parameter, f'p["{block.parameter}"]'
            # What is there already is added to: it is taken apart under a name of its own.
            value = own if name not in met else name
            targets.append(value)
            if block.added:
                after.append(f"{value} = {value} {_added(-block.added)}")
            if name in met:
                after.append(f"{own} = {own} {'-' if block.sign < 0 else '+'} {name}")
            elif block.sign < 0:
                after.append(f"{own} = -{own}")
            met.add(name)
        yield from _split(stack, targets)
        yield from after
    for name in wanted.zero:
        yield f'p["{name}"] = np.zeros({_rows(wanted, name, met)})'


def _split(stack: Stack, targets: list[str]) -> Iterator[str]:
    """The statements that take an array of the convention apart into its blocks."""
    width, count = len(stack.grid[0]), len(stack.grid)
    source = stack.name + stack.axes.back_text
    columns = [", ".join(targets[k::width]) for k in range(width)]
    if width == 1:
        yield f"{columns[0]} = " + (f"np.split({source}, {count})" if count > 1 else source)
    elif stack.vectors:
        for k, column in enumerate(columns):
            part = f"{stack.name}[{k}]" if stack.axes.laid == ("in", "out") else f"{source}[:, {k}]"
            yield f"{column} = np.split({part}, {count})"
    elif count == 1:
        yield f"{', '.join(columns)} = np.split({source}, [{_border(stack, stack.name)}], axis=1)"
    else:
        border = f"{_border(stack, stack.name)} // {count}"
        yield f"rows = np.split({source}, {count})"
        yield f"{columns[0]} = (row[:, :{border}] for row in rows)"
        yield f"{columns[1]} = (row[:, {border}:] for row in rows)"


def _border(stack: Stack, name: str) -> str:
    """Where the first of two blocks in a row ends: one of them is as wide as it is high."""
    rows, (first, second) = stack.sizes
    assert rows[0] in (first, second), f"no block of {name} is square"
    return f"{'' if rows[0] == first else '-'}{name}{stack.axes.length('out')}"


def wrapped(native: Layout, wanted: Layout, role: str) -> list[str]:
    """The statements of one of the convention's functions."""
    mine, own = wanted.signature(role), native.signature(role)
    arguments = ", ".join(_argument(wanted, mine, s) for s in own.takes)
    call = f"{', '.join(s.name for s in own.gives)} = _{own.name}({arguments})"
    start = f"p = unstack({_packed(mine)})" if role in ("step", "forward") else f"kept, p = {mine.takes[-1].name}"
    return [start, *_zeros(wanted, mine, own), call, f"return {_results(wanted, mine, own)}"]


def _packed(signature: Signature) -> str:
    """What unstack is called with."""
    whole = [f"**{s.name}" for s in signature.takes if s.kind == "parameters"]
    return ", ".join(whole or [s.name for s in signature.takes if s.kind == "parameter"])


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


def _argument(wanted: Layout, mine: Signature, slot: Slot) -> str:
    there = _same(mine, slot) if slot.kind not in ("parameters", "cache") else None
    return slot.name if there is None else there.name + wanted.axes(mine.role, there).back_text


def _zeros(wanted: Layout, mine: Signature, own: Signature) -> list[str]:
    """Arrays that the plain function takes and the convention leaves out: zero."""
    first = mine.takes[0].name + wanted.axes(mine.role, mine.takes[0]).back_text
    step = mine.role.startswith("step")
    dtype = f"np.result_type({mine.takes[0].name}, *p.values())"
    lines = []
    for slot in own.takes:
        if slot.plain in ("initial", "state") and _same(mine, slot) is None:
            axes = f"*{first}.shape[:{1 if step else 2}]" if slot.plain == "state" else f"{first}.shape[1]"
            lines.append(f"{slot.name} = np.zeros(({axes}, {_rows(wanted, slot.of)}), {dtype})")
    return lines


def _rows(wanted: Layout, name: str, among: Collection[str] = ()) -> str:
    """A vector's size, from the parameters by name; from some of them, where only they are there yet."""
    size = wanted.cell.size(name)
    for parameter in (n for n in wanted.cell.parameters if n in (among or wanted.cell.parameters)):
        for axis, known in enumerate(wanted.cell.shapes[parameter]):
            if known == size:
                return f'p["{parameter}"].shape[{axis}]'
    return "1"


def _results(wanted: Layout, mine: Signature, own: Signature) -> str:
    found = dict.fromkeys(_result(wanted, mine, own, slot) for slot in mine.gives)
    return f"{{{', '.join(found)}}}" if mine.named else ", ".join(found)


def _result(wanted: Layout, mine: Signature, own: Signature, slot: Slot) -> str:
    if slot.plain == "parameter":
        return "**stack(dp)" if mine.named else "*stack(dp)"
    there = _same(own, slot)
    name = "(kept, p)" if slot.kind == "cache" else there.name if there else slot.name
    turned = "" if slot.kind == "cache" else wanted.axes(mine.role, slot).there_text
    return f'"{slot.name}": {name}{turned}' if mine.named else name + turned
