"""prove: what has been shown, by what argument, how surely, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sympy import Integer

from ..calculus.proof import Proof
from ..calculus.symbols import Label
from ..version import __version__
from . import escaping
from .derivation import heading, legend
from .document import Document, Mark, Math, Paragraph, Section, Table, Words
from .formats import Latex
from .formulas import Formulas

_EQUATIONS = (
    "The equation is differentiated a second time, forwards, from the text of the cell file, by rules that share "
    "nothing with the derivation. Paired with the gradient that arrives, this must be the same polynomial as what is "
    "derived, paired with the changes of what is read. Its symbols carry indices; of a function only the slope is "
    "known. Polynomials that are the same are so for every value: this part is exact."
)
_SEQUENCE = (
    "The derived gradients put together as they are printed: terms of the next step one step later and none after the "
    "last, parameters summed over time, initial values at the first step. Moved in a random direction, a loss must "
    "change by the same number forwards, by the rules, and backwards, by the gradients. The numbers are exact,"
)


def document(writer: Formulas, proof: Proof) -> Document:
    """A proof as a page."""
    cell, whole = proof.cell, proof.assembly
    every = f"all {_listed(cell.sizes)}" if cell.sizes else "every value"
    lead: Words = (Mark("right", "Proved"), f": {_statement(proof)}")
    table = Table((("equation",), ("adds to the gradients of",)), tuple(_rows(writer, proof)))
    sizes = f", with {_listed([f'{letter} = {n}' for letter, n in whole.sizes.items()])}" if whole.sizes else ""
    chance = Math(writer.raised("2", Integer(-whole.bound)))
    sequence: Words = (
        f"{_SEQUENCE} modulo a prime of {whole.bits} bits{sizes}; what is wrong would pass with a probability below ",
        chance,
        ".",
    )
    took = f"{proof.seconds[0]:.3f} s and {proof.seconds[1]:.3f} s; what was drawn has the seed {whole.seed}."
    return Document(
        cell.name,
        heading(cell),
        legend(writer),
        (),
        (
            Section("", (Paragraph(lead),)),
            Section(f"each equation, for {every}", (Paragraph((_EQUATIONS,)), table)),
            Section(f"sequences of {_listed([str(n) for n in whole.steps])} steps", (Paragraph(sequence),)),
            Section("", (Paragraph((took,)),)),
        ),
    )


def latex(proof: Proof) -> str:
    """What is proved, as a paragraph and a table of LaTeX to paste."""
    said = escaping.latex(f"Proved: {_statement(proof)}")
    rows = [["".join(f"${w.text}$" if isinstance(w, Math) else w for w in words) for words in row]
            for row in _rows(Latex(proof.backward.system), proof)]  # fmt: skip
    table = " \\\\\n".join(f"  {name} & {reads}" for name, reads in [["equation", "adds to the gradients of"], *rows])
    return f"% {escaping.plain(proof.cell.name)}\n{said}\n\n\\begin{{tabular}}{{ll}}\n{table}\n\\end{{tabular}}"


def _rows(writer: Formulas, proof: Proof) -> Iterator[tuple[tuple[Math], tuple[str | Math, ...]]]:
    for shown in proof.adjoints:
        if not shown.activation:
            reads = (Math(writer.name(Label("value", r.name, r.lag))) for r in shown.reads)
            listed = tuple(w for k, read in enumerate(reads) for w in ((", ", read) if k else (read,)))
            yield (Math(writer.name(Label("value", shown.name, 0))),), listed


def _statement(proof: Proof) -> str:
    loss, own = proof.backward.loss, proof.cell.objective
    said = f"the loss reads {_listed(loss)}" if loss or not own else f"{own} is the loss itself"
    return f"the backward equations of {proof.cell.name}, where {said}."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def data(proof: Proof) -> dict[str, Any]:
    """A proof as data."""
    cell, whole = proof.cell, proof.assembly
    return {
        "schema": "gatecheck/proof/1",
        "tool": __version__,
        "cell": cell.name,
        "cell_sha256": cell.sha256,
        "title": escaping.plain(cell.title),
        "loss": list(proof.backward.loss),
        "equations": {
            "sizes": list(cell.sizes),
            "shown": [
                {"name": a.name, "activation": a.activation, "reads": [str(r) for r in a.reads]} for a in proof.adjoints
            ],
            "seconds": round(proof.seconds[0], 6),
        },
        "sequences": {
            "steps": list(whole.steps),
            "sizes": dict(whole.sizes),
            "prime_bits": whole.bits,
            "error_below": f"2^{-whole.bound}",
            "seed": whole.seed,
            "seconds": round(proof.seconds[1], 6),
        },
    }
