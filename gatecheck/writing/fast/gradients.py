"""The gradients of the parameters, after the loops: GEMMs over all steps and rows, sums, the dict of them."""

from __future__ import annotations

from sympy import Symbol

from .emitting import stretches
from .module import Module
from .program import Weight
from .views import Views, times


def gradients_of(module: Module) -> list[str]:
    """The statements that make dp; module knows what blocks have summed."""
    made = _Gradients(module)
    return [*made.weights(), *made.dp()]


class _Gradients:
    def __init__(self, module: Module) -> None:
        self.module, self.cell = module, module.cell
        self.places, self.program = module.places, module.program
        self.size = self.places.size
        self.views = Views(self.places, "after", False, set())

    def weights(self) -> list[str]:
        """Gradients of matrices, one GEMM for each operand and stretch of the slab."""
        groups: dict[Symbol, list[Weight]] = {}
        for w in self.program.weights:
            groups.setdefault(w.operand, []).append(w)
        lines = ["# Weight gradients: one GEMM over all steps and rows for each operand."] if groups else []
        for k, (operand, weights) in enumerate(groups.items()):
            for j, found in enumerate(stretches(self.places, [w.delta for w in weights])):
                name = f"dw_{k}" + f"_{j}" * bool(j)
                deltas, read = self.views.rows(found, True), self.views.rows((operand,), True)
                lines.append(f"{name} = np.matmul({deltas}.T, {read})")
                for w in weights:
                    if w.delta in found:
                        at = found.index(w.delta)
                        cut = f"{times(at, self.size(w.delta))}:{times(at + 1, self.size(w.delta))}"
                        self._add(w, name, cut if len(found) > 1 else "")
        return lines

    def _add(self, w: Weight, product: str, rows: str) -> None:
        """Rows of a product as the gradient of a parameter; of two, where a vector stands behind a matrix's columns."""
        piece, sums = self.program.pieces.get(w.parameter), self.module.sums
        if piece and piece.beside:
            sums.setdefault(piece.parameter, []).append(f"{product}[{rows or ':'}, :-1]")
            sums.setdefault(piece.beside, []).append(f"{product}[{rows or ':'}, -1]")
        else:
            text = f"{product}[{rows}]" if rows else product
            sums.setdefault(w.parameter, []).append(text + ".T" * w.transposed)

    def dp(self) -> list[str]:
        """Gradients by name; pieces of a parameter, and what several equations add, are added up."""
        module, lines = self.module, list[str]()
        found: dict[str, list[tuple[str, str]]] = {n: [] for n in self.cell.parameters}
        for name, added in module.sums.items():
            piece = self.program.pieces.get(name)
            found[piece.parameter if piece else name] += [(module._slice(name), t) for t in added]
        columns = dict[Symbol, str]()
        for k, group in enumerate(stretches(self.places, (s for _, s in self.program.sums if module._slab(s)))):
            for at, s in enumerate(group):
                columns[s] = f"columns_{k}[{times(at, self.size(s))}:{times(at + 1, self.size(s))}]"
            lines.append(f"columns_{k} = np.matmul(ones, {self.views.rows(group, True)})")
        lines[:0] = ["ones = np.ones(T * B, p.dtype)"] * bool(lines)
        for k, (name, s) in enumerate(self.program.sums):
            if s in columns:
                found[name].append(("", columns[s]))
            elif f"sum_{k}" not in module.sums.get(name, []):
                found[name].append(("", f"{self.places.over_time(s)}.sum(axis=(0, 1))"))
        simple = {n: t[0][1] for n, t in found.items() if len(t) == 1 and not t[0][0] and self._fits(n, t[0][1])}
        lines += ["dp = {"] + [f'    "{n}": {simple.get(n, self._zeros(n))},' for n in self.cell.parameters] + ["}"]
        for n, texts in found.items():
            if n not in simple:
                lines += [f'dp["{n}"]{cut} += {text}' for cut, text in texts]
        return lines

    def _fits(self, name: str, text: str) -> bool:
        """Whether a text is an array of the parameter's own shape: a sum over steps may be of one number for all."""
        sizes = {self.size(s) for n, s in self.program.sums if n == name}
        return not sizes or sizes == {self.cell.shapes[name][0]}

    def _zeros(self, name: str) -> str:
        return f'np.zeros(p.shapes["{name}"], p.dtype)'
