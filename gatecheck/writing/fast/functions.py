"""The functions of a fast module, their docstrings and their bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from ...calculus.symbols import gradient, label, value
from ...cells import Cell, Size
from ...conventions import ROLES, layout
from ...errors import ConventionError, Problem
from ...version import __version__
from ..reference import Function, environment, functions_around, parameter_shapes
from .gradients import gradients_of
from .module import Module
from .places import Buffer
from .program import BACKWARD, FORWARD, asked, sent
from .recompute import chunked, renamed
from .views import dims, times
from .wrapping import wrapped

_HELPERS = {
    "erf": Function("erf(a, out)", ("The error function.",), ("out[...] = np.vectorize(math.erf, otypes=[float])(a)",)),
    "softmax": Function(
        "softmax(a, out)",
        ("exp(a) / sum(exp(a)) over the last axis, in a form that cannot overflow.",),
        (
            "np.subtract(a, a.max(axis=-1, keepdims=True), out=out)",
            "np.exp(out, out=out)",
            "out /= out.sum(axis=-1, keepdims=True)",
        ),
    ),
    "logsumexp": Function(
        "logsumexp(a, out)",
        ("log(sum(exp(a))) over the last axis, in a form that cannot overflow.",),
        (
            "top = a.max(axis=-1, keepdims=True)",
            "np.log(np.exp(a - top).sum(axis=-1, keepdims=True), out=out)",
            "out += top",
        ),
    ),
}


SEQUENCE = ("forward", "backward")
READABLE = "The readable style has its functions; the fast one runs whole sequences, in functions that are no methods."
#: The length of a parameter along an axis, once it is packed.
PACKED = 'p.shapes["{}"][{}]'


def code(cell: Cell, again: bool = False, convention: str = "gatecheck") -> str:
    """A module that runs a sequence of the cell forward and backward; it imports NumPy only (and math, for erf).

    again: keep the states between chunks alone, and run each chunk again on the way back. convention: whose functions
    for a sequence it has. Raises ConventionError where that cannot lay out the cell, or has no such functions.
    """
    native, wanted = layout(cell, "gatecheck"), layout(cell, convention)
    if not wanted.convention.native and (wanted.shell or len(wanted.signatures) < len(ROLES)):
        raise ConventionError(Problem(f"{convention} has no functions for a whole sequence", None, READABLE))
    made = _Functions(Module(cell))
    forward, backward = made.forward(), made.backward()
    functions = [made.pack(), made.workspace(), *map(renamed, (forward, backward) if again else ())]
    functions += chunked(cell, forward, backward, made.share()) if again else [forward, backward]
    if not wanted.convention.native:
        functions = [_inner(f) for f in functions] + functions_around(native, wanted, SEQUENCE)
    helpers = [_HELPERS[name] for name in made.module.helpers]
    return (
        environment()
        .get_template("fast.py.jinja")
        .render(
            cell=cell, version=__version__, functions=list(map(_wrapped, [*helpers, *functions])),
            helpers=made.module.helpers,
            shapes=parameter_shapes(cell), kept=made.kept(), share=made.share() if again else 0,
        )
    )  # fmt: skip


def _inner(function: Function) -> Function:
    """A function for a sequence as one that stands behind a convention's; the others as they are."""
    plain = function.signature.partition("(")[0] in SEQUENCE
    return replace(function, signature="_" * plain + function.signature)


def _wrapped(function: Function) -> Function:
    return replace(function, body=tuple(chain.from_iterable(map(wrapped, function.body))))


class _Functions:
    def __init__(self, module: Module) -> None:
        self.module, self.cell = module, module.cell
        self.places, self.program = module.places, module.program
        self.size = self.places.system.size
        self.given = [b for b in self.places.buffers.values() if b.rows == "given"]

    def kept(self) -> str:
        """How many numbers the workspace holds for a sequence, in units of a step's."""
        counts: dict[str, int] = {}
        for b in self.places.buffers.values():
            if b.rows in ("T", "T+1"):
                text = size_of(b.size)
                counts[text] = counts.get(text, 0) + len(b.slots)
        units = {text: "" if text == "1" else f"·({text})" if "+" in text else f"·{text}" for text in counts}
        return " + ".join(f"{n} T·B{units[text]}" for text, n in counts.items()) or "nothing"

    def share(self) -> int:
        """How many times the states of a step the workspace holds for it, while its block of steps is under way."""
        slots = sum(len(b.slots) for b in self.places.buffers.values() if b.rows in ("T", "T+1", "block"))
        return max(1, slots // max(1, len(self.cell.lagged)))

    # pack, workspace.

    def pack(self) -> Function:
        return Function(
            "pack(p)",
            ("The parameters as products take them: matrices on one operand side by side, ½ folded into sigmoids.",),
            tuple(self.module.pack()),
        )

    def workspace(self) -> Function:
        sizes = ", ".join(self.cell.sizes)
        lines = ["work = SimpleNamespace(T=T, B=B, ready=False)"]
        if any("spans" in line for line in self.module.tuples):
            lines += [
                "# Blocks of steps: what needs no step before it is computed for as many as fit the cache.",
                f"steps = max(1, min(T, BLOCK // (B * {self._largest()})))",
                "spans = [(t, min(t + steps, T)) for t in range(0, T, steps)]",
            ]
        for b in self.places.buffers.values():
            lines += self._array(b)
        lines += ["# The views that a step or a block takes, made once."] * bool(
            self.module.tuples
        ) + self.module.tuples
        doc = "Arrays for sequences of T steps and B rows; forward makes one, and takes one again as work."
        return Function(f"workspace(T, B, {sizes}{', ' * bool(sizes)}dtype=float)", (doc,), (*lines, "return work"))

    def _largest(self) -> str:
        inside = (b for b in self.places.buffers.values() if not b.size.scalar and not b.name.startswith("rows_"))
        found = list(dict.fromkeys(dims(b.size) for b in inside))
        return f"max({', '.join(found)})" if len(found) > 1 else found[0] if found else "1"

    def _array(self, b: Buffer) -> list[str]:
        n, size = len(b.slots), dims(b.size)
        rows = {"T": "T, ", "T+1": "T + 1, ", "block": "steps, ", "step": ""}.get(b.rows)
        if rows is None:
            return []
        if not b.slab:
            made = "ones" if b.slots[0] in self.program.widened else "empty"
            return [f"work.{b.name} = np.{made}(({rows}{n}, B, {size}), dtype)"]
        axes = "(0, 2, 1, 3)" if rows else "(1, 0, 2)"
        return [
            f"work.{b.name} = np.empty(({rows}B, {times(n, b.size)}), dtype)",
            f"work.{b.name}_gates = work.{b.name}.reshape({rows}B, {n}, {size}).transpose{axes}",
        ]

    # forward.

    def forward(self) -> Function:
        cell = self.cell
        first = [] if cell.inputs else ["T"]
        takes = [*first, *cell.inputs, *(f"{n}0" for n in cell.lagged), "p", "work=None"]
        source = f"{cell.inputs[0]}.shape[:2]" if cell.inputs else f"T, {cell.lagged[0]}0.shape[0]"
        arrays = tuple((n, cell.size(n), 2) for n in cell.inputs)
        arrays += tuple((f"{n}0", cell.size(n), 1) for n in cell.lagged)
        sizes = self.module.sizes(cell.sizes, arrays, PACKED)
        names = "".join(f", {n}" for n in cell.sizes)
        lines = [
            f"T, B = {source}",
            "p = p if isinstance(p, SimpleNamespace) else pack(p)",
            *sizes,
            f"work = work or workspace(T, B{names}, p.dtype)",
            "if (work.T, work.B) != (T, B):",
            '    raise ValueError(f"the workspace is for T, B = {work.T}, {work.B}, not {T}, {B}")',
        ]
        for wide, x in self.program.widened.items():
            lines.append(f"work.{self.places.homes[wide].buffer}[:, 0, :, :-1] = {label(x).name}")
        for n in cell.inputs:
            home = self.places.homes.get(value(n, 0))
            if home is None:
                continue
            if self.places.buffers[home.buffer].rows == "given":
                lines.append(f"work.{n} = {n} = np.ascontiguousarray({n}, p.dtype)[:, None]")
            else:
                lines.append(f"work.{home.buffer}[1:, 0] = {n}")
        for n in cell.lagged:
            home = self.places.homes[value(n, 0)]
            lines.append(f"work.{home.buffer}[0, {home.slot}] = {n}0")
        for section in FORWARD:
            lines += self.module.bodies.get(section, [])
        lines[1:1] = self._aliases(FORWARD)
        results = [f"{self.places.over_time(value(n, 0))}.copy()" for n in cell.outputs]
        lines += ["", "work.ready = True", f"return {', '.join([*results, 'work'])}"]
        shapes = self._shapes(cell.inputs, "(T,B,{})"), self._shapes([f"{n}0" for n in cell.lagged], "(B,{})")
        doc = (
            "A sequence.",
            "",
            ", ".join([*first, *filter(None, shapes), "p: a dict of parameters, or what pack made of it,"]),
            "work: what an earlier call returned as kept, to be used again",
            f"->  {self._shapes(cell.outputs, '(T,B,{})')}, kept",
        )
        return Function(f"forward({', '.join(takes)})", doc, tuple(lines))

    def _aliases(self, sections: Iterable[str]) -> list[str]:
        """NumPy's functions under their own names: in a loop of small steps looking them up takes a while."""
        names = list(dict.fromkeys(n for s in sections for n in self.module.functions.get(s, ())))
        lines = [names[k : k + 5] for k in range(0, len(names), 5)]
        return [f"{', '.join(few)} = {', '.join(f'np.{n}' for n in few)}" for few in lines]

    def _shapes(self, names: object, form: str) -> str:
        return ", ".join(f"{n}: {form.format(size_of(self._of(n)))}" for n in names)  # type: ignore[attr-defined]

    def _of(self, name: str) -> Size:
        cell = self.cell
        for known in (name, name.removesuffix("0"), name.removeprefix("d"), name.removeprefix("d").removesuffix("0")):
            if known in cell.shapes:
                return cell.size(known)
        raise KeyError(name)

    # backward.

    def backward(self) -> Function:
        cell = self.cell
        gradients = [f"d{n}" for n in cell.outputs]
        lines = [
            "work = kept",
            "if not work.ready:",
            '    raise ValueError("backward runs once after each forward: it writes over what forward kept")',
            "work.ready = False",
            "p = p if isinstance(p, SimpleNamespace) else pack(p)",
            f"T, B = {gradients[0]}.shape[:2]",
        ]
        body: list[str] = []
        for section in BACKWARD:
            body += self.module.bodies.get(section, [])
        tail = [*gradients_of(self.module), *self._results()]
        arrays = tuple((f"d{n}", cell.size(n), 2) for n in cell.outputs)
        given = [b for b in self.given if b.name.startswith("in_")]
        arrays += tuple((f"work.{b.name.removeprefix('in_')}", b.size, 3) for b in given)
        own = [b for b in self.places.buffers.values() if b.rows in ("T", "T+1") and not b.slab]
        arrays += tuple((f"work.{b.name}", b.size, 3) for b in own)
        lines += self.module.sizes([*body, *tail, *self.module.zeros], arrays, PACKED)
        lines += [f"{n} = np.asarray({n}, p.dtype)[:, None]" for n in gradients]
        lines += [f"{n} = work.{n}" for b in self.given if (n := b.name.removeprefix("in_")) in cell.inputs
                  and any(n in line for line in (*body, *tail))]  # fmt: skip
        for n in cell.lagged:
            if home := self.places.homes.get(sent(n)):
                over = self.places.buffers[home.buffer].rows == "T+1"
                lines.append(f"work.{home.buffer}[{'T' if over else '...'}] = 0")
        lines += [f"d{label(b.slots[0]).name} = np.empty((T, B, {dims(b.size)}), p.dtype)"
                  for b in self.places.buffers.values() if b.rows == "result"]  # fmt: skip
        lines += [*self.module.zeros, *self._aliases(BACKWARD)]
        gives = [*(f"d{n}: (T,B,{size_of(cell.size(n))})" for n in asked(cell, cell.inputs)),
                 *(f"d{n}0: (B,{size_of(cell.size(n))})" for n in asked(cell, cell.lagged)), "dp"]  # fmt: skip
        doc = (
            "A sequence back, once after each forward.",
            "",
            f"{self._shapes(gradients, '(T,B,{})')}, kept, p: as forward was given it",
            f"->  {', '.join(gives)}",
        )
        return Function(f"backward({', '.join(gradients)}, kept, p)", doc, (*lines, *body, "", *tail))

    def _results(self) -> list[str]:
        results = []
        for n in asked(self.cell, self.cell.inputs):
            home = self.places.homes.get(gradient(n))
            zeros = f"np.zeros((T, B, {dims(self.cell.size(n))}), p.dtype)"
            if home and self.places.buffers[home.buffer].rows == "result":
                results.append(f"d{n}")
            else:
                results.append(f"{self.places.over_time(gradient(n))}.copy()" if home else zeros)
        for n in asked(self.cell, self.cell.lagged):
            home = self.places.homes.get(sent(n))
            if home is None:
                results.append(f"np.zeros((B, {dims(self.cell.size(n))}), p.dtype)")
            else:
                over = self.places.buffers[home.buffer].rows == "T+1"
                results.append(f"work.{home.buffer}[{'0, ' * over}{home.slot}].copy()")
        return [f"return {', '.join([*results, 'dp'])}"]


def size_of(size: Size) -> str:
    """A size in a docstring."""
    return str(size)
