"""What a name in an answer stands for, or why nothing: forward values, and gradients that are known by then.

A gradient may stand in the formula of another that is computed from it, and no other: df / c_prev is no formula for dc.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...cells import SCALAR, Cell
from ...cells.cell import Shape
from ...errors import nearest, quoted
from ...writing.notation import GREEK
from ..expressions import Expression, names, total
from ..program import Program, previous
from .asked import Asked, following, shape, terms
from .faults import Misfit
from .tree import FUNCTIONS

_LETTERS = {letter: word for word, letter in GREEK.items()}
_STEPS = {-1: "t−1", 0: "t", 1: "t+1"}


@dataclass(frozen=True)
class Known:
    """A name's expression and shape; a matrix's shape has two sizes, and None is that of 𝟏, which fits any."""

    expression: Expression
    shape: Shape | None


@dataclass(frozen=True)
class Names:
    """The names that may stand in the formula of one quantity."""

    cell: Cell
    program: Program
    asked: Asked

    def value(self, text: str, shift: int) -> Known:
        """What a name stands for, that many steps from t. Raises Misfit."""
        name, gradient = latin(text.removeprefix("δ")), text.startswith("δ")
        if not gradient:
            for stem, lag in ((name, 0), (name.removesuffix("_prev"), -1), (name.removesuffix("_next"), 1)):
                if self._is_value(stem):
                    return self._forward(stem, shift, lag)
        stem = name if gradient else latin(name[1:]) if name.startswith("d") else ""
        for ending in ("", "_next", "_prev"):
            of = stem.removesuffix(ending)
            if of in self.program.gradients or of in self.cell.parameters:
                return self._gradient(of, stem[len(of) :], shift)
        if name in self.cell.sizes:
            return Known(f"#{name}", (SCALAR,))
        if name in ("ones", "pi", "π"):
            return Known(1.0, None) if name == "ones" else Known("π", (SCALAR,))
        raise self._unknown(text)

    def indexed(self, text: str) -> None:
        """A name with an index of its own. Raises Misfit where it is a parameter's."""
        if latin(text) in self.program.parameters:
            raise Misfit(f"{text} is a parameter: it is the same at every step", f"Write {text}.")

    def loss(self, text: str, shift: int) -> Known:
        """The loss's own part of a gradient, ∂L_t/∂h. Raises Misfit."""
        name = latin(text)
        if name not in self.cell.outputs:
            raise Misfit(f"the loss does not read {quoted(text)} itself", f"It reads {self.cell.output}.")
        if shift:
            raise Misfit("the loss's own part is known for step t alone")
        return Known(f"∂L_t/∂{name}", self.cell.shapes[name])

    def _is_value(self, name: str) -> bool:
        return name in self.program.forward or name in self.cell.shapes

    def _forward(self, name: str, outer: int, lag: int) -> Known:
        """A value of the forward pass; outer: the index of a bracket around it, which a parameter may stand in."""
        if lag:
            self.indexed(name)
        if name in self.program.parameters:
            return Known(name, self.cell.shapes[name])
        shift = outer + lag
        if shift not in _STEPS:
            raise Misfit(f"{name} is wanted {abs(shift)} steps from t", "A formula sees the steps t−1, t and t+1.")
        key = name if not shift else previous(name) if shift < 0 else following(name)
        return Known(key, shape(self.cell, name))

    def _gradient(self, of: str, ending: str, shift: int) -> Known:
        if of in self.cell.parameters:
            raise Misfit(f"the gradient of the parameter {of} is computed last: no other formula needs it")
        written, found = f"d{of}", shape(self.cell, of)
        if shift not in (0, 1):
            raise Misfit(f"the gradients of step {_STEPS.get(shift, 't+2')} are not known at step t")
        if ending == "_prev":
            raise Misfit(f"{written}_prev leaves the step: it stands in no formula of the step itself")
        if ending == "_next":
            return self._arriving(of, shift)
        if shift:
            return Known(following(written), found)
        if of in self.asked.upstream:
            return Known(written, found)
        if of == self.asked.own and self.asked.quantity == written:
            return self._itself(of)
        message = f"{written} is not known before {self.asked.quantity} is: it is computed from it, or beside it"
        if following(written) in set(names(self.asked.right)):
            raise Misfit(message, f"Of step t+1 it is known: {written}[t+1].")
        raise Misfit(message, f"{self.asked.quantity} is computed from {_listed(self.asked.upstream)}.")

    def _arriving(self, of: str, shift: int) -> Known:
        """dc_next: what step t+1 hands back to c[t]."""
        whole = self.asked.quantity == f"d{of}" and not terms(self.program, of, 0)
        if shift or not terms(self.program, of, 1):
            raise Misfit(f"nothing is handed back to {of} by a later step")
        if whole:
            raise Misfit(f"d{of}_next is what is asked for", "Write what each reader of the next step adds.")
        return Known(f"d{of}_next", shape(self.cell, of))

    def _itself(self, of: str) -> Known:
        """The right-hand dc of `dc = dc + …` and `dc += …`: what had arrived before."""
        if not terms(self.program, of, 1) or not terms(self.program, of, 0):
            raise Misfit(f"d{of} is what is asked for: it cannot stand in its own formula")
        loss = [f"∂L_t/∂{of}"] if of in self.cell.outputs else []
        return Known(total([*loss, f"d{of}_next"]), shape(self.cell, of))

    def _unknown(self, text: str) -> Misfit:
        if text in FUNCTIONS or latin(text) in FUNCTIONS:
            return Misfit(f"{text} is a function", f"Write its argument in brackets: {text}(…).")
        if text.endswith("_t") and self._is_value(latin(text[:-2])):
            return Misfit(f"there is no {text}", f"Without an index a name means step t: {text[:-2]}.")
        known = {*self.program.forward, *self.cell.shapes, *(f"{n}_prev" for n in self.cell.lagged)}
        known |= {f"d{n}" for n in self.asked.upstream}
        written = f"d{text[1:]}" if text.startswith("δ") else text
        message = f"{self.asked.quantity} has no value named {quoted(text)}"
        advice = nearest(written, {*known, *FUNCTIONS})
        return Misfit(message, advice if advice.startswith("Did") else nearest(written, known))


def latin(text: str) -> str:
    """A name as the cell file has it: γ_f is gamma_f."""
    return "_".join(_LETTERS.get(word, word) for word in text.split("_"))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"d{n}" for n in sorted(names)) or "values of the forward pass alone"
