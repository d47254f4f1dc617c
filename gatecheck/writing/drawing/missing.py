"""Network -> Network: the ways in a step that somebody's gradient does not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .network import Edge, Network


def missing(shown: Network, way: Sequence[str], later: bool = False) -> Network:
    """The graph with the edges of a way marked as missing; as it is where it has no such edges.

    way: names as a gradient meets them, so that `h, c` is the edge on which h reads c. later: whether what is read is
    that of the step before, where the graph has both.
    """
    gone = {id(edge) for pair in pairwise(way) for edge in _between(shown, *pair, later)}
    return replace(
        shown, edges=tuple(replace(e, kind="missing", lit=False) if id(e) in gone else e for e in shown.edges)
    )


def _between(shown: Network, reader: str, read: str, later: bool) -> list[Edge]:
    """The edges on which one reads the other, or, where there is none, the other the one."""
    for source, target in ((read, reader), (reader, read)):
        found = [e for e in shown.edges if (e.source.name, e.reader.name) == (source, target)]
        if found:
            return [e for e in found if e.source.lag == later] or found
    return []
