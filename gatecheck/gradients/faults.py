"""What a wrong gradient looks like: a factor, a sign, a transpose, another tensor's; or where in it the fault lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from .trees import Array

#: How nearly a gradient must be what a sentence says; looser than the check, whose tolerance counts a difference.
NEAR = 1e-6


def fault(got: Array, right: Array, others: Mapping[str, Array], lengths: Mapping[int, str]) -> str:
    """In words, what turns the right gradient into the one that was given; empty where nothing simple does.

    got: of any shape; nothing is said of one that is not finite. right: NaN where it is not known. others: the right
    gradients of other tensors. lengths: numbers that it may be multiplied or divided by, and what they are.
    """
    if not np.isfinite(got).all():
        return ""
    return next((said for said, other in _stories(got, right, others, lengths) if _near(other, right)), "")


def _near(one: Array, right: Array) -> bool:
    """Whether two arrays are the same wherever both are known, and that is not nowhere."""
    if one.shape != right.shape:
        return False
    known = np.isfinite(one) & np.isfinite(right)
    scale = np.abs(right[known]).max(initial=0.0)
    return scale > 0 and bool(np.abs(one[known] - right[known]).max() <= NEAR * scale)


def _stories(
    got: Array, right: Array, others: Mapping[str, Array], lengths: Mapping[int, str]
) -> Iterator[tuple[str, Array]]:
    """What may have been done, and the gradient with it undone."""
    if got.shape == right.shape:
        if not got.any():
            yield "it is zero everywhere", right
        yield from _scaled(got, right, lengths)
        yield from ((f"it is reversed along axis {a}", np.flip(got, a)) for a in range(got.ndim) if got.shape[a] > 1)
    if got.ndim >= 2:
        yield "it is transposed", got.T
        yield "it is transposed, and its sign is wrong", -got.T
    for axis in range(got.ndim):
        yield f"it is not summed over axis {axis}", got.sum(axis=axis)
        yield f"it is not summed over axis {axis}", got.sum(axis=axis, keepdims=True)
    yield "it is right but for its shape", got.reshape(right.shape) if got.size == right.size else got
    for name, other in others.items():
        if other.shape == got.shape and _near(got, other):
            yield f"it is the gradient of {name}", right


def _scaled(got: Array, right: Array, lengths: Mapping[int, str]) -> Iterator[tuple[str, Array]]:
    largest = np.nanargmax(np.abs(right)) if np.isfinite(right).any() else 0
    if not right.size or not right.flat[largest] or not got.flat[largest]:
        return
    ratio = float(got.flat[largest] / right.flat[largest])
    said = f"it is {ratio:.6g} times what it should be"
    if abs(ratio - 1) < NEAR:
        return
    if abs(ratio + 1) < NEAR:
        said = "its sign is wrong"
    for number, of in lengths.items():
        if number > 1 and abs(ratio / number - 1) < NEAR:
            said = f"it is multiplied by {number}, {of}"
        if number > 1 and abs(ratio * number - 1) < NEAR:
            said = f"it is divided by {number}, {of}"
    yield said, got / ratio


def pattern(name: str, bad: Array) -> str:
    """Where the wrong numbers of a tensor lie, if in one place of an axis only: "all in W[2, :]"."""
    for axis in range(bad.ndim if bad.ndim > 1 else 0):
        places = np.flatnonzero(bad.any(axis=tuple(a for a in range(bad.ndim) if a != axis)))
        if len(places) == 1 and bad.shape[axis] > 1 and bad.sum() > 1:
            index = [":"] * bad.ndim
            index[axis] = str(places[0])
            return f"all in {name}[{', '.join(index)}]"
    return ""
