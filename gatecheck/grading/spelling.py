"""How students spell the quantities of the equations: dc, dC, d_c, delta_c, dcell are one. Case and _ say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..assignment.kit import Kit

_STATES = ("{}", "{}t", "{}gate", "{}cur", "{}now", "{}new", "{}out", "{}s", "next{}", "{}next", "new{}")
_BEFORE = ("a{}", "{}a", "z{}", "{}z", "{}raw", "{}pre", "pre{}", "{}hat", "net{}", "{}in", "{}lin", "{}linear")
_CANDIDATES = ("{}tilde", "{}tilda", "{}bar", "{}hat", "{}cand", "{0}{0}", "{0}{0}t")
_GRADIENT = ("d{}", "delta{}", "grad{}", "{}grad", "dld{}", "d{}total")
#: What all pre-activations side by side are called.
STACKED = ("a", "z", "gates", "act", "activation", "activations", "preact", "preactivations", "ifog", "pre")


def plain(name: str) -> str:
    """A name as far as it says what it is."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())


def letters(kit: Kit, name: str) -> tuple[str, ...]:
    """What a quantity of the equations may be called: its letter, the convention's word for it, what its comment says.

    A candidate has a sign above the letter of what it is a candidate for, which a convention gives to its parameters.
    """
    signed = (form.format(w) for w in _stacked(kit, name) for form in _CANDIDATES)
    return tuple(dict.fromkeys(map(plain, (name, *_words(kit, name), *signed))))


def _words(kit: Kit, name: str) -> Iterator[str]:
    slots = (s for f in kit.layout.signatures for s in f.gives if s.kind == "state" and s.of == name)
    yield from (re.sub(r"^(next_?|new_?)|(_?next|_?new|_?t)$", "", slot.name) for slot in slots)
    words = re.findall(r"\w+", kit.cell.comments.get(name, ""))
    yield from ("".join(words), words[0], words[0][:4]) if 0 < len(words) <= 2 else ()


def _stacked(kit: Kit, name: str) -> Iterator[str]:
    """The last letters of the arrays that hold only parameters of a quantity's pre-activation."""
    reads = str(kit.key.program.forward.get(f"a_{name}", kit.key.program.forward.get(name, "")))
    for stack in kit.layout.stored:
        if all(f"'{p}'" in reads for p in stack.parameters):
            yield stack.name[-1]


def now(kit: Kit, name: str) -> set[str]:
    """Spellings of a quantity of this step."""
    return {form.format(w) for w in letters(kit, name) for form in ("{}", "{}t")}


def before(kit: Kit, name: str) -> set[str]:
    """Spellings of a state of the step before, which is the next one on the way back."""
    return {form.format(w) for w in letters(kit, name) for form in ("{}prev", "prev{}", "{}next", "next{}")}


def values(kit: Kit, name: str) -> set[str]:
    """Spellings of a quantity of the forward equations."""
    return {form.format(w) for w in letters(kit, name) for form in _STATES}


def preactivations(kit: Kit, name: str) -> set[str]:
    """Spellings of what the activation of a quantity is applied to."""
    return {form.format(w) for w in letters(kit, name) for form in _BEFORE}


def gradients(spelled: set[str]) -> set[str]:
    """Spellings of the gradients of what is spelled so."""
    return {form.format(w) for w in spelled for form in _GRADIENT}
