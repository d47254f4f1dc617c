"""prove: what has been shown, by what argument, how surely, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..calculus.labels import Label
from ..calculus.proof import Proof
from ..version import __version__
from . import escaping
from .derivation import heading, legend
from .document import Document, Mark, Math, Paragraph, Section, Table, Words
from .formats import Latex
from .formulas import Formulas

_EQUATIONS = (
    "When what an equation reads moves a little, its result moves with it. By how much is worked out a second time, "
    "forwards, from the text of the cell file, by rules that share nothing with the derivation. What is derived is "
    "right if it says the same: the gradient that arrives, times the movement of the result, must be the same "
    "polynomial as the gradients that are handed on, times the movements of what is read. The polynomials have "
    "indices, whatever the sizes, and know of a function only its slope. Polynomials that are the same are so for "
    "every value: this part is exact."
)
_SEQUENCE = (
    "The derived gradients put together as they are printed: terms of the next step one step later and none after the "
    "last, parameters summed over time, initial values at the first step."
)
_EVALUATIONS = (
    "The derived gradients put together as they are printed. The cell has no state: what it computes of one input does "
    "not reach the next, so that sequences are evaluations side by side, over which parameters are summed."
)
_MOVED = (
    " Moved in a random direction, a loss must change by the same number forwards, by the rules, and backwards, by the "
    "gradients. The numbers are exact,"
)


def document(writer: Formulas, proof: Proof) -> Document:
    """A proof as a page."""
    cell, whole = proof.cell, proof.assembly
    every = f"all {_listed(cell.sizes)}" if cell.sizes else "every value"
    lead: Words = (Mark("right", "Proved"), f": {_statement(proof)}")
    table = Table((("equation",), ("adds to the gradients of",)), tuple(_rows(writer, proof)))
    sizes = f", with {_listed([f'{letter} = {n}' for letter, n in whole.sizes.items()])}" if whole.sizes else ""
    chance = Math(writer.raised("2", str(-whole.bound)))
    together = _SEQUENCE if cell.lagged else _EVALUATIONS
    sequence: Words = (
        f"{together}{_MOVED} modulo a prime of {whole.bits} bits{sizes}; "
        "what is wrong would pass with a probability below ",
        chance,
        ".",
    )
    parts = "sequences" if cell.lagged else "evaluations"
    took = (
        f"The equations took {proof.seconds[0]:.3f} s, the {parts} {proof.seconds[1]:.3f} s. "
        f"The seed of what was drawn is {whole.seed}."
    )
    several = f"sequences of {_listed([str(n) for n in whole.steps])} steps" if cell.lagged else "the cell as a whole"
    return Document(
        cell.name,
        heading(cell),
        legend(writer),
        (),
        (
            Section("", (Paragraph(lead),)),
            Section(f"each equation, for {every}", (Paragraph((_EQUATIONS,)), table)),
            Section(several, (Paragraph(sequence),)),
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
