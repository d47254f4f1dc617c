"""Cell -> a fast NumPy module: pack, workspace, forward and backward over a sequence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sympy import Add, Expr, Symbol

from ...calculus.symbols import Times, label
from ...cells import Cell, Size
from .adjoint import adjoint
from .biases import widen
from .calls import Run
from .emitting import HELPED, Emitter, stretches
from .lowering import flatten, halve, keep_from_overflow
from .naming import cut_joins, factor, name_parts, start
from .order import ordered
from .packing import Pack, arrange
from .places import Buffer, settle
from .program import Program
from .sharing import invert, open_joins, share
from .stages import early_parts, part_forward
from .views import Views, dims, times

#: All that turns a cell into calls, in order.
PASSES = (
    *(keep_from_overflow, open_joins, cut_joins, factor, share, invert, name_parts, part_forward, early_parts),
    *(adjoint, widen, halve, flatten),
)

UFUNCS = (
    *("add", "subtract", "multiply", "divide", "tanh", "exp", "log", "sqrt", "square", "absolute", "sign", "maximum"),
    *("power", "reciprocal", "logaddexp", "greater", "dot", "matmul"),
)
RESERVED = (
    *(
        "np",
        "math",
        "p",
        "dp",
        "T",
        "B",
        "t",
        "t0",
        "t1",
        "work",
        "kept",
        "dtype",
        "ones",
        "columns",
        "steps",
        "blocks",
    ),
    *("pack", "workspace", "forward", "backward", "SimpleNamespace", *HELPED.values(), *UFUNCS),
)


def compiled(cell: Cell) -> Program:
    """The cell as a program of single operations."""
    program = start(cell)
    for made in PASSES:
        program = made(program)
    return program


#: Arrays whose shapes are at hand: their names, the sizes they have, on which axis.
Arrays = tuple[tuple[str, Size, int], ...]


class Module:
    """The functions of a fast module, as lines."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.program = compiled(cell)
        self.runs, self.places = settle(self.program, ordered(self.program))
        self.helpers: dict[str, None] = {}
        self.weights: dict[Symbol, str] = {}
        self.packing: list[str] = []
        self.tuples: list[str] = []  # of workspace: the views that steps and blocks take
        packed = [(run, arrange(self.program, run, self.places, "step" if run.loop else "block")) for run in self.runs]
        for pack in (p for _, packs in packed for p in packs if p.call.product):
            self._weight(pack)
        arguments = (*cell.inputs, *(f"{n}0" for n in cell.lagged), *(f"d{n}" for n in cell.outputs))
        self.taken = {*RESERVED, *cell.sizes, *arguments}
        self.zeros: list[str] = []
        self.functions: dict[str, dict[str, None]] = {}  # of NumPy, by section
        self.sums: dict[str, list[str]] = {}  # by parameter: what adds up to its gradient
        self.bodies = self._bodies(packed)

    # pack(p).

    def _weight(self, pack: Pack) -> None:
        """The matrices of a product side by side; the lines that pack them."""
        product = pack.statements[0].expression
        if label(pack.operands[0][0]).kind == "value":
            tag = label(pack.operands[0][0])
            name = self._fresh(f"from_{tag.name}{'_prev' * bool(tag.lag)}")
            parts = [self._matrix(s.expression.args[0], not isinstance(s.expression, Times)) for s in pack.statements]
            self.packing.append(f"{name}=np.ascontiguousarray({_stacked(parts)}.T, dtype),")
        else:
            tag = label(pack.targets[0])
            name = self._fresh(f"to_{tag.name.replace('.', '_')}{'_prev' * bool(tag.lag)}")
            atoms: dict[Symbol, list[str]] = {a.args[1]: [] for a in _addends(product)}
            for a in _addends(product):
                atoms[a.args[1]].append(self._matrix(a.args[0], isinstance(a, Times)))
            for k, found in enumerate(stretches(self.places, atoms)):
                parts = [" + ".join(atoms[s]) for s in found]
                self.packing.append(f"{name}{f'_{k + 1}' if k else ''}=np.ascontiguousarray({_stacked(parts)}, dtype),")
        self.weights[pack.targets[0]] = name

    def _fresh(self, name: str) -> str:
        name = name if not name[-1].isdigit() else f"{name}_"
        found = {line.split("=")[0] for line in self.packing}
        return name if name not in found else next(f"{name}_{k}" for k in range(2, 1000) if f"{name}_{k}" not in found)

    def _matrix(self, s: Symbol, turned: bool) -> str:
        """A matrix as rows of what it gives."""
        return self._parameter(label(s).name) + ".T" * turned

    def _parameter(self, name: str) -> str:
        """A parameter, or a piece of it, as code."""
        piece = self.program.pieces.get(name)
        if piece is None:
            return f'p["{name}"]'
        if piece.beside:
            text = f"np.column_stack([{self._parameter(piece.parameter)}, {self._parameter(piece.beside)}])"
        else:
            text = f'p["{piece.parameter}"]{self._slice(name)}'
        return text if piece.scale == 1 else f"{float(piece.scale)} * {text}"

    def _slice(self, name: str) -> str:
        piece = self.program.pieces.get(name)
        if piece is None or piece.size is None:
            return ""
        first = times(1, piece.start) if piece.start else ""
        last = times(1, Size.total((piece.start, piece.size)) if piece.start else piece.size)
        return f"[{':, ' * int(piece.axis or 0)}{first}:{last}]"

    def pack(self) -> list[str]:
        """The statements of pack."""
        vectors = [
            f"{b.name}=np.array([{', '.join(self._vector(s, b.size) for s in b.slots)}], dtype)[:, None],"
            for b in self.places.buffers.values()
            if b.rows == "parameters"
        ]
        sizes = self.sizes([*self.packing, *vectors], ())
        return [
            "dtype = np.result_type(*p.values(), 0.0)" if self.cell.parameters else "dtype = np.dtype(float)",
            *sizes,
            "return SimpleNamespace(",
            "    dtype=dtype,",
            *(f"    {line}" for line in (*self.packing, *vectors)),
            *(["    shapes={name: value.shape for name, value in p.items()},"]),
            ")",
        ]

    def _vector(self, s: Symbol, size: Size) -> str:
        return self._parameter(label(s).name)

    # Sizes.

    def sizes(self, lines: Iterable[str], arrays: Arrays, parameter: str = 'p["{}"].shape[{}]') -> list[str]:
        """Lines that give the sizes that other lines read, from arrays at hand, else from parameters."""
        words = {w for line in lines for w in re.findall(r"\b\w+\b", re.sub(r'"[^"]*"', "", line))}
        shapes = [(parameter.format(n, k), s) for n in self.cell.parameters for k, s in enumerate(self.cell.shapes[n])]
        known: dict[str, str] = {}
        for text, size in [*((f"{text}.shape[{axis}]", size) for text, size, axis in arrays), *shapes]:
            if len(size.terms) == 1 and size.terms[0][1] == 1 and not size.scalar:
                known.setdefault(size.terms[0][0], text)
        for text, size in shapes:  # D of H + D
            rest = [(n, count) for n, count in size.terms if n not in known and n != "1"]
            if len(rest) == 1:
                (name, count), others = rest[0], [times(c, Size.of(n)) for n, c in size.terms if n != rest[0][0]]
                known[name] = f"({' - '.join([text, *others])}) // {count}"
                words |= {n for n, _ in size.terms} if name in words else set()
        return [f"{n} = {known[n]}" for n in known if n in words]

    # The runs.

    def _bodies(self, packed: list[tuple[Run, list[Pack]]]) -> dict[str, list[str]]:
        """The lines of every run by the name of its section; what loops take of the workspace is prepared there."""
        found: dict[str, list[str]] = {}
        factors: tuple[Views, list[str]] | None = None
        for k, (run, packs) in enumerate(packed):
            views = Views(self.places, run.section.name, run.loop, set(self.taken))
            if run.section.name == "backward" and factors:
                views.taken |= factors[0].taken
            emitter = Emitter(self.places, views, self.weights, self.helpers)
            lines = emitter.lines(packs)
            self.functions.setdefault(run.section.name, {}).update(emitter.functions)
            if run.section.name == "factors":
                factors = views, lines
                continue
            if run.products:
                body = lines
            elif run.section.name == "backward" and factors:
                body = self._nested(factors, views, lines)
            else:
                body = self._loop(run, views, [*lines, *self._sums(run, views)], f"{run.section.name}_{k}")
            found.setdefault(run.section.name, []).extend(["", *body])
        return found

    def _loop(self, run: Run, views: Views, lines: list[str], name: str) -> list[str]:
        index = "t" if run.loop else "t0, t1"
        steps = {1: "range(T)", -1: "reversed(range(T))", 0: "spans"}[run.section.direction]
        texts = [index] * views.given + list(views.moving)
        names = [index] * views.given + list(views.moving.values())
        self.tuples += _comprehension(f"work.{name}", texts, index, steps)
        return [*_fixed(views), f"for {_targets(names)} in work.{name}:", *_indented(lines)]

    def _nested(self, factors: tuple[Views, list[str]], views: Views, lines: list[str]) -> list[str]:
        """Blocks from the last to the first: their factors at once, then their steps."""
        outer, made = factors
        steps = _tuple(["t"] * views.given + list(views.moving))
        texts = ["t0, t1"] * outer.given + [*outer.moving, f"[{steps} for t in reversed(range(t0, t1))]"]
        names = ["t0, t1"] * outer.given + [*outer.moving.values(), "steps"]
        inner = _targets(["t"] * views.given + list(views.moving.values()))
        self.tuples += _comprehension("work.backward", texts, "t0, t1", "reversed(spans)")
        return [
            *_fixed(outer),
            *_fixed(views),
            f"for {_targets(names)} in work.backward:",
            "    # Local factors: what needs no gradient is computed for several steps at once.",
            *_indented(made),
            f"    for {inner} in steps:",
            *_indented(_indented(lines)),
        ]

    def _sums(self, run: Run, views: Views) -> list[str]:
        """Gradients of what is read elementwise, block by block."""
        lines = []
        made = {s.target for s in run.statements}
        for k, (name, s) in enumerate(self.program.sums):
            if s in made and self._slab(s) is None:
                lines.append(f"sum_{k} += np.add.reduce({views.elementwise((s,))}, axis=(0, 1, 2))")
                self.sums.setdefault(name, []).append(f"sum_{k}")
                self.zeros.append(f"sum_{k} = np.zeros({dims(self.places.system.size(s))}, p.dtype)")
        return lines

    def _slab(self, s: Symbol) -> Buffer | None:
        home = self.places.place(s)
        buffer = self.places.buffers[home.buffer] if home else None
        return buffer if buffer and buffer.name.startswith("slab_") else None


def _tuple(texts: object) -> str:
    found = list(texts)  # type: ignore[call-overload]
    return f"({', '.join(found)}{',' * (len(found) == 1)})"


def _stacked(parts: list[str]) -> str:
    return f"np.concatenate([{', '.join(parts)}])" if len(parts) > 1 else f"({parts[0]})"


def _targets(names: list[str]) -> str:
    return ", ".join(names) + "," * (len(names) == 1 and names[0] not in ("t", "t0, t1")) if names else "_"


def _comprehension(name: str, texts: list[str], index: str, over: str) -> list[str]:
    if texts in (["t"], ["t0, t1"], []):
        return [f"{name} = {over}" if not over.startswith("rev") else f"{name} = list({over})"]
    line = f"{name} = [{_tuple(texts)} for {index} in {over}]"
    if len(line) < 90:
        return [line]
    return [f"{name} = [", "    (", *(f"        {text}," for text in texts), "    )", f"    for {index} in {over}", "]"]


def _fixed(views: Views) -> list[str]:
    return [f"{name} = {text}" for text, name in views.fixed.items()]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def _addends(e: Expr) -> list[Expr]:
    return list(Add.make_args(e))
