"""How the pieces of a formula are put together: all that a format does differently (formats.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..calculus.labels import Label

#: Greek letters by their names. Those that formulas use themselves stay words: δ, π, ρ, σ and Σ.
GREEK: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
    "kappa": "κ", "lambda": "λ", "lamda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Xi": "Ξ", "Pi": "Π", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Notation:
    """Unicode. Without an index a name means step t; only shifts are written: c[t−1].

    Methods take and give finished pieces; what needs brackets has them already.
    """

    minus, times, dot, delta = "−", " ⊙ ", " ", "δ"
    transpose, brackets, pi, ones, identity = "ᵀ", ("(", ")"), "π", "𝟏", "I"
    #: Between the factors of a Jacobian; between the quantities of a path; an abbreviation; what is left out.
    apart, arrow, rho, ellipsis = " ", " → ", "ρ", "…"
    #: Between numbers.
    multiply, cross = "·", " × "
    #: Whether step t is written out, not only what is shifted from it.
    every_index = False
    #: Whether a fraction's bar encloses what stands above and below it; whether tanh(c)² is written tanh²(c).
    bar, raises_names = False, True
    #: The loss of a whole sequence, and that of one step.
    losses = "L", "L_t"
    names: Mapping[str, str] = {
        "sigmoid": "σ",
        "maximum": "max",
        "Softmax": "softmax",
        "Mean": "mean",
        "Total": "Σ",
        "LogSumExp": "log Σ exp",
    }

    # Names.

    def name(self, label: Label, shift: int = 0) -> str:
        """A symbol's name at its step, written `shift` steps later."""
        text = "_".join(map(self.letter, label.name.split("_")))
        if label.kind == "gradient":
            text = self.delta + text
        if label.kind == "loss":
            text = self.loss_of_step(text)
        return text if label.lag is None else text + self.index(shift - label.lag)

    def letter(self, word: str) -> str:
        """A part of a name: the letter, where it is a letter's name."""
        return GREEK.get(word, word)

    def index(self, offset: int) -> str:
        return "" if offset == 0 else f"[t{'+' if offset > 0 else self.minus}{abs(offset)}]"

    # Derivatives.

    def loss(self, name: str) -> str:
        return self.derivative(self.losses[0], name)

    def loss_of_step(self, name: str) -> str:
        """The direct part of a gradient: of the loss of this very step, everything carried held fixed."""
        return self.derivative(self.losses[1], name)

    def derivative(self, of: str, by: str, total: bool = False) -> str:
        d = "d" if total else "∂"
        return f"{d}{of}/{d}{by}"

    def over_time(self, term: str) -> str:
        return f"Σ_t {term}"

    # Jacobians.

    def diag(self, inside: str) -> str:
        return self.call(self.operator("diag"), [inside])

    def softmax_jacobian(self, y: str) -> str:
        """diag(y) - y yᵀ."""
        square = self.chain([y, self.transposed(y)])
        return self.bracketed(self.sum([("+", self.diag(y)), (self.minus, square)]))

    def chain(self, factors: list[str]) -> str:
        """Matrices side by side; without any it is the identity."""
        return self.apart.join(factors) or self.identity

    def route(self, names: Iterable[str]) -> str:
        """The quantities that a path passes: c → h → f → c."""
        return self.arrow.join(self.name(Label("value", name, None)) for name in names)

    def abbreviation(self, k: int = 0) -> str:
        """What stands for a shared part of several paths; the k-th where there are more."""
        return f"{self.rho}_{k}" if k else self.rho

    # Numbers.

    def number(self, p: str, q: str) -> str:
        return self.digits(f"{p}/{q}")

    def digits(self, text: str) -> str:
        """An integer or a decimal number; 1e-05 as a power of ten."""
        mantissa, _, exponent = text.partition("e")
        return self.scientific(mantissa, int(exponent)) if exponent else text.replace("-", self.minus)

    def scientific(self, mantissa: str, exponent: int) -> str:
        """A number as a multiple of a power of ten."""
        power = self.raised(self.digits("10"), str(exponent))
        if mantissa in ("1", "-1"):
            return self.negated(power) if mantissa == "-1" else power
        return f"{self.digits(mantissa)}{self.cross}{power}"

    # Sums, products, powers.

    def sum(self, addends: Sequence[tuple[str, str]]) -> str:
        """Terms with their signs."""
        (sign, first), *rest = addends
        lead = first if sign == "+" else self.negated(first)
        return lead + "".join(f" {s} {term}" for s, term in rest)

    def equation(self, left: str, right: str) -> str:
        return f"{left} = {right}"

    def pieces(self, addends: Sequence[tuple[str, str]]) -> list[str]:
        """The same in pieces, between which a line may break: a, + b, − c."""
        (sign, first), *rest = addends
        return [first if sign == "+" else self.negated(first), *(f"{s} {term}" for s, term in rest)]

    def negated(self, term: str) -> str:
        return self.minus + term

    def bracketed(self, inside: str) -> str:
        return f"{self.brackets[0]}{inside}{self.brackets[1]}"

    def product(self, matrix: str, operand: str) -> str:
        return f"{matrix} {operand}"

    def fraction(self, above: str, below: str, several: bool) -> str:
        return f"{above} / {f'({below})' if several else below}"

    def raised(self, base: str, exponent: str) -> str:
        """A power; the exponent is a whole number or a fraction p/q."""
        return base + (f"^({exponent})" if "/" in exponent else exponent.translate(_SUPERSCRIPTS))

    def transposed(self, matrix: str) -> str:
        return matrix + self.transpose

    def root(self, inside: str) -> str:
        return f"√({inside})"

    # Functions.

    def operator(self, name: str) -> str:
        """A function's name."""
        return self.names.get(name, name)

    def call(self, name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    def absolute(self, inside: str) -> str:
        return f"|{inside}|"

    def indicator(self, inside: str) -> str:
        """1 where it is positive, else 0."""
        return f"[{inside} > 0]"

    def concatenation(self, parts: list[str]) -> str:
        return f"[{'; '.join(parts)}]"

    def part(self, vector: str, which: str) -> str:
        return f"[{vector}]_{which}"
