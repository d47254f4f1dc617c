"""Arguments and results as trees: dicts, lists and tuples of arrays, each array by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Path = tuple[str | int, ...]


def leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything in a tree that is no dict, list or tuple, with the way to it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    elif isinstance(tree, (list, tuple)):
        for k, value in enumerate(tree):
            yield from leaves(value, (*path, k))
    else:
        yield path, tree


def tensors(tree: Any) -> dict[Path, Array]:
    """The arrays of real numbers in a tree, as float64, each a copy; numbers alone are constants, not tensors."""
    found = ((path, leaf) for path, leaf in leaves(tree) if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f")
    return {path: leaf.astype(np.float64) for path, leaf in found}


def constant(tree: Any, name: str) -> tuple[str, str] | None:
    """Why what looks like a tensor is none, and what to give instead; None for a tensor, and for anything else."""
    if isinstance(tree, np.ndarray) and tree.dtype.kind in "iu":
        return f"{name} holds whole numbers ({tree.dtype})", f"{name}.astype(float)"
    if isinstance(tree, (list, tuple)) and numeric(tree):
        return f"{name} is a {type(tree).__name__} of numbers", f"np.array({name}, float)"
    if isinstance(tree, (int, float, np.number)) and not isinstance(tree, bool):
        return f"{name} is a number", f"np.array({name}, float)"
    return None


def numeric(tree: Any) -> bool:
    """Whether a tree holds numbers and nothing else."""
    found = [leaf for _, leaf in leaves(tree)]
    return bool(found) and all(isinstance(leaf, (int, float, np.number)) for leaf in found)


def replaced(tree: Any, values: Mapping[Path, Any], path: Path = ()) -> Any:
    """The tree with other leaves at some places; other arrays are copies, so that nobody can change the original."""
    if isinstance(tree, dict):
        return {key: replaced(value, values, (*path, key)) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        parts = [replaced(value, values, (*path, k)) for k, value in enumerate(tree)]
        return tree._make(parts) if hasattr(tree, "_make") else type(tree)(parts)
    if path in values:
        return values[path]
    return tree.copy() if isinstance(tree, np.ndarray) else tree


def label(path: Path) -> str:
    """A leaf's name as code: x, p["W"], layers[0]["b"]."""
    head, *rest = path
    return str(head) + "".join(f'["{part}"]' if isinstance(part, str) else f"[{part}]" for part in rest)
