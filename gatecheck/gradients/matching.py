"""Which result of a backward function is which tensor's gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import nearest
from .trees import Array, Path, label

#: The names of a tensor's gradient in a dict.
NAMES = ("{}", "d{}", "d_{}", "grad_{}", "{}_grad")


def matched(result: Any, inputs: Mapping[str, Any], asked: Iterable[Path]) -> dict[Path, Array | str]:
    """The gradient of each tensor that is asked for, or the sentence that says why there is none.

    result: in the order of the inputs that hold tensors, of those asked for, or of all; or a dict by name. One alone
    needs no tuple.
    """
    asked = list(asked)
    tops = list(dict.fromkeys(path[0] for path in asked))
    if not isinstance(result, dict):
        result = _by_name(result, inputs, [str(top) for top in tops])
    if isinstance(result, str):
        return dict.fromkeys(asked, result)
    return {path: _number(_found(result, path), path) for path in asked}


def _by_name(result: Any, inputs: Mapping[str, Any], tops: list[str]) -> dict[str, Any] | str:
    if not isinstance(result, (tuple, list)):
        result = (result,)
    holding = [n for n in inputs if _holds(inputs[n])]
    for names in (tops, holding, list(inputs)):
        if len(names) == len(result):
            return dict(zip(names, result, strict=True))
    return f"backward returns {len(result)} results instead of {len(holding)}: {', '.join(holding)}"


def _holds(tree: Any) -> bool:
    """Whether there is a tensor in a tree of float64 arrays."""
    if isinstance(tree, (dict, list, tuple)):
        return any(map(_holds, tree.values() if isinstance(tree, dict) else tree))
    return isinstance(tree, np.ndarray) and tree.dtype.kind == "f"


def _found(result: Any, path: Path) -> Any:
    """What lies at a path of the inputs, by the names of tensors or of gradients; a str says what is missing."""
    here = result
    for depth, part in enumerate(path):
        if isinstance(here, dict):
            key = next((name for pattern in NAMES if (name := pattern.format(part)) in here), part)
            # The gradients of a dict of parameters often lie beside the others, not in a dict of their own.
            if key not in here and depth == 0 and len(path) > 1:
                continue
            if key not in here:
                near = nearest(str(part), [k for k in here if isinstance(k, str)])
                return f"there is no gradient for it; {near[0].lower()}{near[1:]}" if near else "there is none"
            here = here[key]
        elif isinstance(here, (list, tuple)) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return f"its gradient is looked for in {type(here).__name__}, where {label(path)} has a dict or a list"
    return here


def _number(found: Any, path: Path) -> Array | str:
    if isinstance(found, str):
        return found
    if found is None:
        return "its gradient is None"
    try:
        return np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        return f"its gradient is no array of real numbers but a {type(found).__name__}"
