"""The same mistake in several places is one: a helper that every gate shares, a loop over all parameters."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from ..change import RIGHT, Change
from ..mistake import Words, Wrong

#: Of many places, how many are told by name.
TOLD = 4
#: And how many of their formulas.
TOLD_SLIPS = 2


def together(wrongs: Iterable[Wrong]) -> Iterator[Wrong]:
    """What mistakes of one kind are together, in all their places."""
    kinds: dict[Hashable, list[Wrong]] = {}
    for wrong in wrongs:
        for kind in wrong.kinds:
            kinds.setdefault(kind, []).append(wrong)
    known: set[frozenset[Wrong]] = set()
    for kind, alike in kinds.items():
        apart = list(_apart(alike))
        if len(apart) > 1 and (same := frozenset(apart)) not in known:
            known.add(same)
            yield _merged(apart, kind)


def _apart(alike: Iterable[Wrong]) -> Iterator[Wrong]:
    """The first of those that change the same entry."""
    taken: set[tuple[str, str]] = set()
    for wrong in alike:
        entries = set(_entries(wrong.change))
        if not entries & taken:
            taken |= entries
            yield wrong


def _entries(change: Change) -> Iterator[tuple[str, str]]:
    for part, value in vars(change).items():
        if value:
            yield from ((part, name) for name in value)


def _merged(wrongs: list[Wrong], kind: Hashable) -> Wrong:
    first, change = wrongs[0], sum((w.change for w in wrongs), RIGHT)

    def saying() -> Words:
        places = tuple(dict.fromkeys(name for w in wrongs for name in w.words.places))
        title = _filled(first.words.many, [w.words.slip for w in wrongs]).replace("{}", _listed(places, TOLD))
        return first.words._replace(title=title, places=places)

    _, *also = dict.fromkeys(q for w in wrongs for q in w.quantities)
    later, unlikely = sum((w.later for w in wrongs), RIGHT), first.unlikely + 100
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
