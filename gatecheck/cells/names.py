"""What each name of a cell is, and every way in which names can be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..errors import CellError, Place, nearest
from .reading import Assignment, Declaration
from .text import fault
from .tree import FUNCTIONS, Concat, Node, Product, Read, Reduce, Softmax

#: Names that generated code uses for something else.
TAKEN = frozenset({
    "np", "math", "p", "dp", "dp_t", "dtype", "kept", "kept_t", "t", "T", "B", "step", "step_backward", "forward",
    "backward", "range", "len", "reversed", "zip", *FUNCTIONS,
})  # fmt: skip

#: Prefix, suffix, of what, meaning: the names that gatecheck makes from those of a cell.
DERIVED = (
    ("d", "", "all", "the gradient of"),
    ("d", "_t", "all", "one step's gradient of"),
    ("a_", "", "assigned", "the pre-activation of"),
    ("da_", "", "assigned", "the gradient of the pre-activation of"),
    ("", "_prev", "lagged", "the previous value of"),
    ("d", "_prev", "lagged", "the gradient of the previous value of"),
    ("", "0", "lagged", "the initial value of"),
    ("d", "0", "lagged", "the gradient of the initial value of"),
    ("d", "_back", "lagged", "what leaves a step backwards as the gradient of"),
)


def check(declarations: list[Declaration], equations: list[Assignment]) -> None:
    """Raises CellError at the first name that is wrong."""
    names = _Names(declarations, equations)
    names.declared_once()
    names.sizes_alone()
    names.free()
    names.assigned_once()
    names.of_one_kind()
    names.inputs_declared()
    names.defined_before_read()
    names.declarations_used()
    names.equations_used()
    names.all_varies()


class _Names:
    def __init__(self, declarations: list[Declaration], equations: list[Assignment]) -> None:
        self.declarations = declarations
        self.equations = equations
        self.declared = {d.name: d for d in reversed(declarations)}
        self.assigned = {e.name: e for e in reversed(equations)}
        nodes = [n for e in equations for n in e.expression.walk()]
        self.reads = [n for n in nodes if isinstance(n, Read)]
        self.indexed: dict[str, Place] = {r.name: r.place for r in self.reads if r.lag is not None}
        self.indexed.update((e.name, e.place) for e in equations)
        self.matrices = [n.matrix for n in nodes if isinstance(n, Product)]
        beside = set(map(id, self.matrices))
        self.vectors = [r for r in self.reads if r.lag is None and id(r) not in beside]
        self.kinds = {
            "all": {*self.declared, *self.assigned, *(r.name for r in self.reads)},
            "assigned": set(self.assigned),
            "lagged": {r.name for r in self.reads if r.lag == 1},
        }

    def declared_once(self) -> None:
        for d in self.declarations:
            if (first := self.declared[d.name]) is not d:
                advice = f"First on line {first.place.line}."
                raise fault(f"{d.name} is declared twice", _named(d), advice)

    def sizes_alone(self) -> None:
        """Code finds the number for a letter where it is the whole size of something."""
        sizes = [(size, d) for d in self.declarations for size in d.sizes]
        alone = {str(size) for size, _ in sizes}
        for size, d in sizes:
            for letter, _ in size.terms:
                if letter not in alone and letter != "1":
                    advice = f"Declare a name of size {letter}, as v: {letter}."
                    raise fault(f"{letter} occurs in sums of sizes only", d.place, advice)

    def free(self) -> None:
        """No name is a size's, one of generated code's, or one that gatecheck makes from another."""
        sizes = {letter for d in self.declarations for size in d.sizes for letter, _ in size.terms}
        for name, place in self._first_places():
            if name in sizes:
                raise fault(f"{name} is already the name of a size", place, "Choose another name.")
            if name in TAKEN:
                message = f"{name} has another meaning in the code that gatecheck writes"
                raise fault(message, place, "Choose another name.")
            for prefix, suffix, kind, meaning in DERIVED:
                base = name.removeprefix(prefix).removesuffix(suffix)
                if name == f"{prefix}{base}{suffix}" and base in self.kinds[kind]:
                    message = f"{name} is the name that gatecheck gives to {meaning} {base}"
                    raise fault(message, place, "Choose another name.")

    def _first_places(self) -> Iterator[tuple[str, Place]]:
        seen: dict[str, Place] = {}
        owners: list[Declaration | Assignment | Read] = [*self.declarations, *self.equations, *self.reads]
        for owner in owners:
            seen.setdefault(owner.name, _named(owner))
        return iter(seen.items())

    def assigned_once(self) -> None:
        for e in self.equations:
            if (first := self.assigned[e.name]) is not e:
                advice = f"First on line {first.place.line}. Give one of them another name."
                raise fault(f"{e.name}[t] is assigned twice", e.target, advice)

    def of_one_kind(self) -> None:
        """A name is indexed, a vector of parameters or a matrix of parameters, everywhere."""
        first_vector = {r.name: r for r in reversed(self.vectors)}
        first_matrix = {r.name: r for r in reversed(self.matrices)}
        for r in (*self.matrices, *self.vectors):
            if r.name in self.indexed:
                raise _without_index(r, self.indexed[r.name], r.name in first_matrix)
        for name, matrix in first_matrix.items():
            if name in first_vector:
                raise _both_kinds(matrix, first_vector[name])
        for name, d in self.declared.items():
            read = name in first_matrix or name in first_vector or name in self.indexed
            if read and (len(d.sizes) == 2) != (name in first_matrix):
                raise self._other_rank(d, name in first_matrix)

    def _other_rank(self, d: Declaration, matrix: bool) -> CellError:
        if matrix:
            advice = f"A matrix has two sizes, rows and columns: {d.name}: ({d.sizes[0]}, …)."
            return fault(f"{d.name} is declared with one size, but stands left of @", d.place, advice)
        advice = f"Write {d.name}: {d.sizes[0]}."
        if d.name in self.indexed:
            return fault(f"{d.name} has two sizes; states and inputs are vectors", d.place, advice)
        advice = f"A matrix takes @, as {d.name} @ …, where * is elementwise; a vector has one size: {d.sizes[0]}."
        return fault(f"{d.name} is declared as a matrix, but never stands left of @", d.place, advice)

    def inputs_declared(self) -> None:
        for r in self.reads:
            if r.lag is not None and r.name not in self.assigned and r.name not in self.declared:
                likely = _likely(r.name, {*self.assigned, *self.declared})
                advice = f"{likely} " if likely else ""
                advice += f"An input needs a line {r.name}: D, and a parameter has no index."
                message = f"{r.name} has no equation, so it is an input, and its size is not declared"
                raise fault(message, r.place, advice)

    def defined_before_read(self) -> None:
        defined: set[str] = set()
        for e in self.equations:
            for r in (n for n in e.expression.walk() if isinstance(n, Read)):
                if r.lag == 0 and r.name in self.assigned and r.name not in defined:
                    raise self._too_early(r, e)
            defined.add(e.name)

    def _too_early(self, read: Read, e: Assignment) -> CellError:
        if read.name == e.name:
            return fault(f"{read} is read in its own equation", read.place, f"Read {read.name}[t-1].")
        line = self.assigned[read.name].place.line
        advice = f"Read {read.name}[t-1], or move the equation of line {line} up."
        return fault(f"{read} is read before it is assigned", read.place, advice)

    def declarations_used(self) -> None:
        used = {*self.assigned, *(r.name for r in self.reads)}
        for d in self.declarations:
            if d.name not in used:
                advice = _likely(d.name, used - set(self.declared)) or "Remove the line."
                raise fault(f"{d.name} is declared and never used", _named(d), advice)

    def equations_used(self) -> None:
        """The last equation is the output; from every other a way leads to it."""
        output = self.equations[-1]
        alive, pending = set(), [output]
        while pending:
            e = pending.pop()
            if e.name not in alive:
                alive.add(e.name)
                reads = {n.name for n in e.expression.walk() if isinstance(n, Read)}
                pending.extend(self.assigned[name] for name in sorted(reads & self.assigned.keys()))
        for e in self.equations:
            if e.name not in alive:
                message = f"{e.name} is computed, but nothing of it reaches the output {output.name}"
                advice = "The last equation gives the output. Read the name in another, or remove the line."
                raise fault(message, e.target, advice)

    def all_varies(self) -> None:
        """What is the same at every step is a parameter: an equation of it, or a mixing of its elements, is none."""
        for e in self.equations:
            for node in e.expression.walk():
                for part in _mixed(node):
                    if _constant(part):
                        message = "this reads no input and no state: it is the same at every step"
                        names = [n.name for n in part.walk() if isinstance(n, Read)]
                        meant = f"An input is read as {names[-1]}[t]. " if names else ""
                        raise fault(message, part.place, f"{meant}What is computed from it is a parameter of its own.")
            if _constant(e.expression):
                message = f"{e.name} reads no input and no state: it is the same at every step"
                advice = f"Write the right-hand side where {e.name} is read, and leave the equation out."
                raise fault(message, e.place, advice)


def _named(owner: Declaration | Assignment | Read) -> Place:
    """The place of the name alone."""
    return replace(owner.place, width=len(owner.name))


def _constant(node: Node) -> bool:
    return all(n.lag is None for n in node.walk() if isinstance(n, Read))


def _mixed(node: Node) -> tuple[Node, ...]:
    """The vectors whose elements a node mixes."""
    match node:
        case Product(operand=operand):
            return (operand,)
        case Concat() | Reduce() | Softmax():
            return node.children()
    return ()


def _without_index(read: Read, other: Place, matrix: bool) -> CellError:
    """A state or an input that is read as if it were a parameter."""
    if matrix:
        message = f"left of @ stands a parameter, and {read.name} has an index on line {other.line}"
        return fault(message, read.place, "* multiplies two vectors elementwise.")
    message = f"{read.name} has no index here, but one on line {other.line}"
    return fault(message, read.place, f"Write {read.name}[t] or {read.name}[t-1].")


def _both_kinds(matrix: Read, vector: Read) -> CellError:
    first, second = sorted((matrix, vector), key=lambda r: (r.place.line, r.place.column))
    here, there = ("a vector", "left of @") if second is vector else ("a matrix", "without @")
    message = f"{second.name} is {here} here, but stands {there} on line {first.place.line}"
    advice = "Give one of them another name; a matrix stands left of @, as W @ x[t]."
    return fault(message, second.place, advice)


def _likely(word: str, known: Iterable[str]) -> str:
    """Advice where one known name is close; letters that differ by case are closest of all."""
    folded = {name.lower(): name for name in sorted(known)}
    if word.lower() in folded:
        return f"Did you mean {folded[word.lower()]}?"
    advice = nearest(word, folded.values())
    return advice if advice.startswith("Did") else ""
