"""One of the cells compared: what it has and what a step of it costs, worked out when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Add, Expr, Integer
from sympy.core.parameters import distribute

from ..calculus import costs
from ..calculus.backward import Backward, derive
from ..calculus.gates import Keeper, gates, keeping
from ..calculus.paths import Hop, ends, hops, number
from ..calculus.symbols import symbol
from ..calculus.system import System, system
from ..cells import Cell
from .escaping import plain
from .formulas import Formulas
from .kept import kept_values

#: The sizes of which a number of parameters is an example.
EXAMPLE = 128


@dataclass(frozen=True, eq=False)
class Side:
    """One of the cells compared, and all that is asked of it."""

    cell: Cell

    @property
    def name(self) -> str:
        return plain(self.cell.name)

    @cached_property
    def system(self) -> System:
        return system(self.cell)

    @cached_property
    def gates(self) -> tuple[str, ...]:
        return gates(self.system)

    @cached_property
    def keepers(self) -> tuple[Keeper, ...]:
        """The gates that keep the protected state."""
        return tuple(k for k in keeping(self.system) if k.state == self.state)

    @cached_property
    def state(self) -> str:
        """The protected state; empty for a cell without one."""
        return ends(self.system)[0] if self.cell.states else ""

    def paths(self, steps: int, *, elementwise: bool = False) -> int:
        """How many lead from the protected state to itself over that many steps."""
        graph = tuple(hop for hop in self._graph if hop.elementwise or not elementwise)
        return number(graph, self.system, self.state, self.state, steps) if self.state else 0

    @cached_property
    def _graph(self) -> tuple[Hop, ...]:
        return hops(self.system)

    @cached_property
    def parameters(self) -> Expr:
        return costs.parameters(self.cell)

    @cached_property
    def kept(self) -> Expr:
        return costs.numbers(self.system, self._kept)

    @cached_property
    def _kept(self) -> list[Expr]:
        return list(kept_values(self._derived))

    @cached_property
    def _derived(self) -> Backward:
        return derive(self.cell)

    @cached_property
    def forward(self) -> costs.Cost:
        return costs.forward(self.system)

    @cached_property
    def backward(self) -> costs.Cost:
        return costs.backward(self._derived, self._kept)

    def polynomials(self) -> dict[str, Expr]:
        """What is counted in sizes, by what it is called in data."""
        return {
            "parameters": self.parameters,
            "kept": self.kept,
            "forward_multiply_adds": self.forward.products,
            "forward_elementwise": self.forward.others,
            "backward_multiply_adds": self.backward.products,
            "backward_elementwise": self.backward.others,
        }

    def example(self, polynomial: Expr) -> int:
        """The number where every size is EXAMPLE."""
        return int(polynomial.xreplace({symbol("size", name): EXAMPLE for name in self.cell.sizes}))

    def written(self, writer: Formulas, polynomial: Expr) -> str:
        """A polynomial in the sizes; what all its terms are times stands in front: 4 (D H + H² + H)."""
        factor, rest = polynomial.primitive()
        if any(term.as_coeff_Mul()[0] != 1 for term in Add.make_args(rest)):
            factor, rest = Integer(1), polynomial
        order = {symbol("size", name): k for k, name in enumerate(self.cell.sizes)}

        def rank(term: Expr) -> tuple[int, list[tuple[int, int]]]:
            powers = sorted((order[s], -int(n)) for s, n in term.as_powers_dict().items() if s in order)
            return sum(n for _, n in powers), powers

        terms = sorted(Add.make_args(rest), key=rank)
        places = {s: k - len(order) for s, k in order.items()} | {t: k for k, t in enumerate(terms)}
        with distribute(False):
            return writer.write(factor * rest, places)
