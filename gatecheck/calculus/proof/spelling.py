"""Polynomials of the exact arithmetic, for a person: in the language of cell files, without the index of step t."""

from __future__ import annotations

from fractions import Fraction

from .factors import Key, Monomial, Number
from .polynomials import Generator, Polynomial

#: A sum is cut after that many terms.
_MOST = 12


def spelled(found: Polynomial) -> str:
    """A polynomial in one line; where it is paired with a tangent, what the tangent is paired with."""
    return _Spelling(found.ring.generators).key(found.key())


class _Spelling:
    def __init__(self, generators: list[Generator]) -> None:
        self.generators = generators

    def key(self, key: Key) -> str:
        if not key:
            return "0"
        text = "".join(f" {'-' if c < 0 else '+'} {self.term(m, abs(Fraction(c)))}" for m, c in key[:_MOST])
        text = text.removeprefix(" + ") if text.startswith(" +") else f"-{text.removeprefix(' - ')}"
        return f"{text} + {len(key) - _MOST} more terms" if len(key) > _MOST else text

    def term(self, monomial: Monomial, coefficient: Number) -> str:
        outer = [text for g, _ in monomial for text in self.sides(self.generators[g])]
        factors = [self.factor(self.generators[g], e) for g, e in monomial]
        number = [str(coefficient)] if coefficient != 1 else []
        product = [*number, *(f for f in factors if f), *outer[:1]]
        return (" * ".join(product) or "1") + (f" @ ({outer[1]}).T" if len(outer) > 1 else "")

    def sides(self, generator: Generator) -> list[str]:
        """What stands beside a tangent in a sum."""
        if generator.kind != "total" or not generator.moving:
            return []
        root: Monomial = generator.parts[0]  # type: ignore[assignment]
        return [self.term(tuple(f for f in root if self.generators[f[0]].kind != "tangent"), 1)]

    def factor(self, generator: Generator, exponent: Number) -> str:
        if generator.kind == "tangent" or (generator.kind == "total" and generator.moving):
            return ""
        power = "" if exponent == 1 else f"**{exponent}" if exponent == int(exponent) > 0 else f"**({exponent})"
        return self.base(generator) + power

    def base(self, generator: Generator) -> str:
        match generator.kind, generator.parts:
            case "value" | "size" | "gradient" | "loss" as kind, (name, lag):
                return f"{'d' * (kind == 'gradient')}{name}{'[t-1]' * (lag == 1)}"
            case "function", (name, *arguments):
                return f"{name}({', '.join(self.key(a) for a in arguments)})"  # type: ignore[arg-type]
            case "whole", (name, _, argument):
                return f"{name}({self.key(argument)})"  # type: ignore[arg-type]
            case "sum" | "root", (key,):
                return f"({self.key(key)})"  # type: ignore[arg-type]
            case "total", (root,):
                return f"sum({self.term(root, 1)})"  # type: ignore[arg-type]
            case "image", ((kind, name, *part), transposed, inner):
                matrix, vector = name if kind == "value" else f"place{part[0]}", self.term(inner, 1)  # type: ignore[arg-type]
                return f"({matrix}{'.T' * bool(transposed)} @ {f'({vector})' if ' ' in vector else vector})"
        return generator.kind
