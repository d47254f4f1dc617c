"""Which result of a backward function is which tensor's gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import nearest
from .trees import Array, Path, label, numeric

#: The names of a tensor's gradient in a dict.
NAMES = ("{}", "d{}", "d_{}", "grad_{}", "{}_grad")


class Missing(str):
    """Why there is no gradient for a tensor."""


def matched(result: Any, inputs: Mapping[str, Any], asked: Iterable[Path]) -> dict[Path, Array | Missing]:
    """The gradient of each tensor that is asked for, or the sentence that says why there is none.

    result: in the order of the inputs that hold tensors, of those asked for, or of all; or a dict by name. One alone
    needs no tuple.
    """
    asked = list(asked)
    tops = list(dict.fromkeys(path[0] for path in asked))
    if not isinstance(result, dict):
        result = _by_name(result, inputs, [str(top) for top in tops])
    if isinstance(result, Missing):
        return dict.fromkeys(asked, result)
    return {path: _number(_found(result, path)) for path in asked}


def unasked(result: Any, inputs: Mapping[str, Any]) -> list[str]:
    """Inputs that a gradient is given for though they hold no tensor."""
    if isinstance(result, dict):
        return [n for n in inputs if not _holds(inputs[n]) and any(p.format(n) in result for p in NAMES[1:])]
    if not isinstance(result, (tuple, list)) or len(result) != len(inputs):
        return []
    return [n for n, g in zip(inputs, result, strict=True) if not _holds(inputs[n]) and g is not None]


def _by_name(result: Any, inputs: Mapping[str, Any], tops: list[str]) -> dict[str, Any] | Missing:
    if not isinstance(result, (tuple, list)) or (len(tops) == 1 and isinstance(result, list) and numeric(result)):
        result = (result,)
    holding = [n for n in inputs if _holds(inputs[n])]
    for names in (tops, holding, list(inputs)):
        if len(names) == len(result):
            return dict(zip(names, result, strict=True))
    return Missing(f"backward returns {len(result)} results instead of {len(holding)}: {', '.join(holding)}")


def _holds(tree: Any) -> bool:
    """Whether there is a tensor in a tree of float64 arrays."""
    if isinstance(tree, (dict, list, tuple)):
        return any(map(_holds, tree.values() if isinstance(tree, dict) else tree))
    return isinstance(tree, np.ndarray) and tree.dtype.kind == "f"


def _found(result: Any, path: Path) -> Any:
    """What lies at a path of the inputs, by the names of tensors or of gradients; what is missing says so."""
    here = result
    for depth, part in enumerate(path):
        if isinstance(here, dict):
            key = next((name for pattern in NAMES if (name := pattern.format(part)) in here), part)
            # The gradients of a dict of parameters often lie beside the others, not in a dict of their own.
            if key not in here and depth == 0 and len(path) > 1:
                continue
            if key not in here:
                near = nearest(str(part), [k for k in here if isinstance(k, str)])
                return Missing("there is no gradient for it" + (f"; {near[0].lower()}{near[1:]}" if near else ""))
            here = here[key]
        elif isinstance(here, (list, tuple)) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return Missing(f"{label(path)} lies in a dict or a list, and its gradient in no such thing")
    return here


def _number(found: Any) -> Array | Missing:
    if isinstance(found, Missing):
        return found
    if found is None:
        return Missing("its gradient is None")
    try:
        array = np.asarray(found)
        return array if array.dtype.kind == "f" else array.astype(np.float64, casting="safe")
    except (TypeError, ValueError):
        return Missing(f"its gradient is no array of real numbers but a {type(found).__name__}")
