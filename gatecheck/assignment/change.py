"""How a wrong program differs from the right one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .expressions import Expression


@dataclass(frozen=True)
class Change:
    """How a wrong program differs from the right one.

    forward, gradients, parameters: entries that replace those of the same name. The rest are ways of using the
    equations wrongly. renamed: parameters read, and their gradients returned, in the place of others. training: what
    replaces functions of the training step, by role. Names of states and parameters, for loops:

    started: what a loop starts from in the place of initial states; fed: states that are fed to every step.
    exchanged, returned, crossed: two states that change places from step to step, two results that do, two gradients
    of states before the step.
    overwritten: parameters whose gradient is assigned, not accumulated, at every step; alternated: those whose sum
    changes its sign at every step.
    stopped: gradients that are not handed from t+1 to t; handed: what is handed back in their place.
    left: what a loop returns as the gradient of an initial state, in the place of what leaves the first step.
    stale: quantities that a backward loop reads as the last step left them; before: what it takes for the value of a
    state before the first step; begun: what its gradient begins with. ascending: whether a backward loop
    runs forwards ("t" where it does). order: things that are read or stored in another order of time than they should
    (inputs, upstream, upstream of one state, cache, lines, gradients). skipped, omitted: the "first", the "last" or
    every "second" step, where a loop forward or backward leaves it out; rows: the "first" or the "last" of a batch.
    unclipped: gradients of parameters that are returned as they are, where they should be clipped.
    weights: how often the steps of a sequence count in the gradient of a parameter. results: what is returned in the
    place of a result.
    """

    forward: Mapping[str, Expression] = field(default_factory=dict)
    gradients: Mapping[str, Expression] = field(default_factory=dict)
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    overwritten: tuple[str, ...] = ()
    alternated: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    started: Mapping[str, Expression] = field(default_factory=dict)
    fed: tuple[str, ...] = ()
    exchanged: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    ascending: tuple[str, ...] = ()
    handed: Mapping[str, Expression] = field(default_factory=dict)
    left: Mapping[str, Expression] = field(default_factory=dict)
    before: Mapping[str, Expression] = field(default_factory=dict)
    begun: Mapping[str, Expression] = field(default_factory=dict)
    order: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    unclipped: tuple[str, ...] = ()
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    results: Mapping[str, Expression] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    training: Mapping[str, Expression] = field(default_factory=dict)

    def __add__(self, other: Change) -> Change:
        """Both changes; the later one wins where both replace an entry."""
        return united((self, other))

    @property
    def entries(self) -> frozenset[tuple[str, str]]:
        """What it replaces or switches: which part of the program, and the names there."""
        return frozenset((part, name) for part, value in vars(self).items() for name in value)

    def apart(self, other: Change) -> bool:
        """Whether it and another one concern different entries."""
        return self.entries.isdisjoint(other.entries)

    @property
    def local(self) -> bool:
        """Whether it replaces expressions, and nothing else."""
        return self == Change(self.forward, self.gradients, self.parameters)

    @property
    def laned(self) -> bool:
        """Whether it concerns nothing but the loop backwards, and can be a lane of many."""
        switches = (
            "overwritten",
            "alternated",
            "stopped",
            "crossed",
            "stale",
            "handed",
            "left",
            "before",
            "begun",
            "omitted",
            "weights",
        )
        ordered = {n: how for n, how in self.order.items() if n.split()[0] in ("upstream", "cache", "gradients")}
        return self == Change(order=ordered, **{n: getattr(self, n) for n in switches})

    @property
    def looped(self) -> bool:
        """Whether the states that go from step to step are others than the equations say."""
        ahead = {"inputs", "lines"}
        return bool(self.fed or self.exchanged or self.started or self.skipped or ahead & self.order.keys())

    @property
    def equations(self) -> Change:
        """The part that concerns the equations of a step, whatever loops over it."""
        return Change(self.forward, self.gradients, self.parameters, renamed=self.renamed)


def united(changes: Iterable[Change]) -> Change:
    """Some changes at once; a later one wins where several replace an entry."""
    made: dict[str, Any] = {}
    for change in changes:
        for name, value in vars(change).items():
            if not value:
                continue
            mine = made.get(name)
            if not mine:
                made[name] = value
            elif name == "renamed":  # places change one after the other
                made[name] = {n: mine.get(value.get(n, n), value.get(n, n)) for n in {**mine, **value}}
            else:
                made[name] = {**mine, **value} if isinstance(mine, dict) else tuple(dict.fromkeys((*mine, *value)))
    return Change(**made)


#: No change: the program is right.
RIGHT = Change()
