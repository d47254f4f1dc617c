"""How the numbers of flow were made: what was drawn, how, and which bias is the forget bias, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..calculus.flow import Flow
from ..calculus.gates import keeping
from ..calculus.labels import Label
from ..calculus.networks import Draw, multipliers
from .document import Blank, Math, Words
from .escaping import plain
from .formulas import Formulas

#: A cell's name is cut in labels.
_LONGEST = 24


def name(flow: Flow) -> str:
    """The cell's name, cut where it is long."""
    whole = plain(flow.system.cell.name)
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…"


def letter(kind: type[Formulas], flow: Flow, of: str) -> Math:
    """A quantity or a parameter without its index."""
    return Math(kind(flow.system).name(Label("value", of, None)))


def spoken(words: Words) -> str:
    """The words as one text, formulas as they are."""
    return "".join(w if isinstance(w, str) else "" if isinstance(w, Blank) else w.text for w in words)


def setting(kind: type[Formulas], groups: Sequence[Sequence[Flow]], draw: Draw) -> Words:
    """What was measured, in which networks, from which seed; groups hold the flows of one cell each."""
    firsts = [group[0] for group in groups]
    left_out = sum(f.left_out for group in groups for f in group)
    lost = f" {left_out} networks whose numbers were not finite are left out." if left_out else ""
    scale = "" if draw.scale == 1 else f" times {draw.scale:g}"
    return (
        "All paths and through the gates: spectral norms. Elementwise: the largest entry of the product of what "
        f"meets no matrix and no sum. Medians over {draw.networks} random networks of ",
        *_widths(kind, firsts, draw),
        f"; matrices Glorot uniform{scale}, ",
        *_multiplying(kind, firsts, draw),
        f"all other biases 0, inputs standard normal; seed {draw.seed:x}. Forget bias: ",
        *_biases(kind, firsts),
        f".{lost}",
    )


def _widths(kind: type[Formulas], firsts: Sequence[Flow], draw: Draw) -> Words:
    sizes: dict[str, tuple[int, Flow]] = {}
    for f in firsts:
        sizes.update({size: (width, f) for size, width in draw.sizes(f.system).items()})
    order = sorted(sizes, key=lambda size: -sizes[size][0])
    return _listed((letter(kind, sizes[size][1], size), f" = {sizes[size][0]}") for size in order)


def _multiplying(kind: type[Formulas], firsts: Sequence[Flow], draw: Draw) -> Words:
    """Peepholes, gains, the weights of units that are independent: nothing where no cell has such."""
    found = [(f, multipliers(f.system)) for f in firsts]
    whose = [(*_listed((letter(kind, f, n),) for n in names), f" of {name(f)}") for f, names in found if names]
    return ("vectors that multiply (", *_listed(whose, "; "), f") uniform between ±{draw.scale:g}, ") if whose else ()


def _biases(kind: type[Formulas], firsts: Sequence[Flow]) -> Words:
    found: list[Words] = []
    for f in firsts:
        for keeper in f.keepers:
            written = letter(kind, f, keeper.bias).text
            found.append((Math(written if keeper.sign > 0 else kind(f.system).negated(written)), f" of {name(f)}"))
    found += [(f"none in {name(f)} (", *why_none(kind, f), ")") for f in firsts if not f.keepers]
    return _listed(found)


def why_none(kind: type[Formulas], flow: Flow) -> Words:
    """Why a cell has no forget bias."""
    if unbiased := list(dict.fromkeys(k.gate for k in keeping(flow.system))):
        return (*_listed((letter(kind, flow, gate),) for gate in unbiased), " has no bias")
    state = letter(kind, flow, flow.state)
    if flow.elementwise is None:
        return ("only matrices carry ", state)
    return ("no sigmoid gate scales ", state)


def _listed(items: Iterable[Words], between: str = ", ") -> Words:
    return tuple(word for k, item in enumerate(items) for word in ((between, *item) if k else item))
