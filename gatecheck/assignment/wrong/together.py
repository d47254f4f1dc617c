"""The same mistake in several places is one: a helper that every gate shares, a loop over all parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from ..change import Change, united
from ..mistake import Words, Wrong
from ..program import Program

#: Of many places, how many are told by name.
TOLD = 4
#: And how many of their formulas.
TOLD_SLIPS = 2


def together(wrongs: Iterable[Wrong], program: Program) -> Iterator[Wrong]:
    """What mistakes of one kind are together, in all their places.

    program: what they are mistakes in; two may concern different terms of one gradient.
    """
    kinds: dict[Hashable, list[Wrong]] = {}
    for wrong in wrongs:
        for kind in wrong.kinds:
            kinds.setdefault(kind, []).append(wrong)
    known: set[frozenset[Wrong]] = set()
    for kind, alike in kinds.items():
        apart = list(_apart(alike, program))
        if len(apart) > 1 and (same := frozenset(apart)) not in known:
            known.add(same)
            yield _merged(apart, kind, program)


def _apart(alike: Iterable[Wrong], program: Program) -> Iterator[Wrong]:
    """The first of those that change the same terms."""
    taken: set[Hashable] = set()
    for wrong in alike:
        places = set(_places(wrong.change, program))
        if not places & taken:
            taken |= places
            yield wrong


def _places(change: Change, program: Program) -> Iterator[Hashable]:
    """What a change replaces: terms of gradients, and other entries as a whole."""
    for part, name in change.entries:
        if part == "gradients":
            usual, terms = program.gradients[name], change.gradients[name]
            same = len(usual) == len(terms)
            yield from ((part, name, k) for k, term in enumerate(usual) if not same or terms[k] != term)
        else:
            yield part, name


def _all(changes: Sequence[Change], program: Program) -> Change:
    """Changes of different terms, as one."""
    terms: dict[str, list[list[Any]]] = {}
    for name, count in Counter(n for c in changes for n in c.gradients).items():
        if count > 1:
            others = zip(*(c.gradients[name] for c in changes if name in c.gradients), strict=True)
            usual = program.gradients[name]
            terms[name] = [next((t for t in some if t != u), u) for some, u in zip(others, usual, strict=True)]
    return united((*changes, Change(gradients=terms)))


def _merged(wrongs: list[Wrong], kind: Hashable, program: Program) -> Wrong:
    first, change = wrongs[0], _all([w.change for w in wrongs], program)

    def saying() -> Words:
        places = tuple(dict.fromkeys(name for w in wrongs for name in w.words.places))
        many = first.words.many if len(places) > 1 else first.words.many.replace("s of {}", " of {}")
        title = _filled(many, [w.words.slip for w in wrongs]).replace("{}", _listed(places, TOLD))
        wrong = first.formula(change) if first.formula else first.words.wrong
        return first.words._replace(title=title, wrong=wrong, places=places)

    _, *also = dict.fromkeys(q for w in wrongs for q in w.quantities)
    later, unlikely = united(w.later for w in wrongs), first.unlikely + 100
    return Wrong(first.id, first.roles, first.quantity, change, saying, later, unlikely, tuple(also), lambda: [kind])


def _filled(title: str, slips: Sequence[tuple[str, str]]) -> str:
    """A title with what differs from place to place in it."""
    for name, texts in zip(("{old}", "{new}"), zip(*slips, strict=True), strict=True):
        several = tuple(dict.fromkeys(texts))
        if len(several) > 1:
            for verb, verbs in (
                ("is", "are"),
                ("has", "have"),
                ("counts", "count"),
                ("stands", "stand"),
                ("belongs", "belong"),
            ):
                title = title.replace(f"{name} {verb}", f"{name} {verbs}")
        title = title.replace(name, _listed(several, TOLD_SLIPS))
    return title[0].upper() + title[1:] if title.startswith("the ") else title


def plural(title: str) -> str:
    """A sentence about one result, about several."""
    for one, several in (
        (" is ", " are "),
        (" has ", " have "),
        (" comes ", " come "),
        ("it ", "they "),
        ("they is", "they are"),
    ):
        title = title.replace(one, several, 1)
    return title


def _listed(names: Sequence[str], most: int) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
