"""Derivatives of a function by its values: complex steps, many at once where it can be, and central differences.

Everything is a derivative of one number: the sum of all outputs, each times the gradient that reaches it.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import numpy as np

from .called import Forward
from .copies import Copies
from .trees import Array, Path, leaves

#: Im f(x + ih) / h has no cancellation, so h may be as small as it likes (Squire & Trapp, 1998); this one leaves room
#: for a product with small derivatives above the smallest float.
TINY = 1e-100
#: Steps of a central difference, as parts of the largest number of what is moved, the likeliest first.
STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-2)
#: Numbers in the arrays of one call with many copies.
ROOM = 500_000


class Unsafe(Exception):
    """The function cannot be given complex numbers; says why."""


@dataclass
class Loss:
    """The number that is differentiated, as a function of tensors that are replaced.

    upstream: what each output is multiplied by. magnitude: the sum of the absolute values of its terms, which rounding
    is measured by; epsilon: that of the numbers that it comes in. batched: whether many copies at once were found to
    give what single calls give; None: not tried.
    """

    forward: Forward
    upstream: Sequence[Array]
    magnitude: float
    epsilon: float
    batched: bool | None = None

    def at(self, moved: Mapping[Path, Any]) -> Any:
        """The number; (N,) numbers where a tensor is replaced by N copies."""
        outputs, _ = self.forward.results(moved)
        total: Any = 0.0
        for output, weight in zip(outputs, self.upstream, strict=True):
            product = output * weight
            total = total + (product.sum() if isinstance(product, (Copies, np.ndarray)) else product)
        return total.stack if isinstance(total, Copies) else total

    def each(self, path: Path, stack: Array) -> Array:
        """The number for every array of a stack in the place of one tensor, (N,).

        All are tried in one call; it is believed if the last of them comes out as in a call of its own.
        """
        if self.batched is not False and len(stack) > 1:
            found = self._together(path, stack, self.at({path: stack[-1].copy()}))
            self.batched = found is not None
            if found is not None:
                return found
        return np.array([self.at({path: array.copy()}) for array in stack])

    def parts(self, places: Array, tensor: Array) -> Iterator[Array]:
        """Some places of a tensor at a time, as many as copies of all arrays have room."""
        step = max(1, ROOM // max(array.size for array in (*self.upstream, tensor)))
        return (places[k : k + step] for k in range(0, len(places), step))

    def _together(self, path: Path, stack: Array, alone: Any) -> Array | None:
        """All in one call; None where the function cannot do that, however it shows."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = np.asarray(self.at({path: Copies(stack)}))
        except Exception:  # somebody else's function, given what it never asked for
            return None
        if found.shape != (len(stack),):
            return None
        same = abs(found[-1].real - alone.real) <= 1e-9 * self.magnitude
        turned = abs(found[-1].imag - np.imag(alone)) <= 1e-9 * max(abs(np.imag(alone)), np.abs(found.imag).max())
        return found if same and turned else None


def complex_step(loss: Loss, path: Path, tensor: Array, direction: Array) -> float:
    """The derivative along a direction, exact to rounding. Raises Unsafe where complex numbers do not go through."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            value = loss.at({path: tensor + 1j * TINY * direction})
    except np.exceptions.ComplexWarning as warning:
        raise Unsafe(f"an array of real numbers{_line(warning)} drops their imaginary part") from None
    except Exception as error:  # with real numbers it ran
        raise Unsafe(f"{type(error).__name__}{_line(error)}: {error}") from None
    return float(np.imag(value)) / TINY


def _line(error: BaseException) -> str:
    """Where in the user's own files an exception comes from."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if File(f.filename).parent != File(__file__).parent]
    frames = [f for f in frames if "numpy" not in File(f.filename).parts]
    return f" ({File(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""


def complex_steps(loss: Loss, path: Path, tensor: Array, places: Array, direction: Array) -> Array:
    """The derivative with respect to the numbers of a tensor at some places of it, flat, (N,)."""
    found = []
    for part in loss.parts(places, tensor):
        stack = np.repeat(tensor[None].astype(complex), len(part) + 1, axis=0)
        stack.reshape(len(stack), -1)[np.arange(len(part)), part] += 1j * TINY
        stack[-1] += 1j * TINY * direction  # where it mixes copies up, this one shows
        found.append(loss.each(path, stack)[:-1].imag / TINY)
    return np.concatenate(found)


@dataclass(frozen=True)
class Difference:
    """A derivative by central differences: how uncertain it is, the step that served best, and whether there is a kink.

    At a kink the two one-sided derivatives differ, by as much as before when the step is halved.
    """

    value: float
    noise: float
    step: float
    kink: bool


def roughly(loss: Loss, path: Path, tensor: Array, direction: Array) -> tuple[float, float]:
    """The derivative along a direction in two calls: (value, how uncertain it is by rounding)."""
    h = 1e-4 * (float(np.abs(tensor).max(initial=0.0)) or 1.0)
    a, b = (float(np.real(loss.at({path: tensor + move * direction}))) for move in (h, -h))
    return (a - b) / (2 * h), 20 * loss.epsilon * loss.magnitude / h


def central(loss: Loss, path: Path, tensor: Array, direction: Array) -> Difference:
    """The derivative along a direction, by the step that is least uncertain of several."""
    best = None
    here = np.real(loss.at({}))
    for step in STEPS:
        h = step * (float(np.abs(tensor).max(initial=0.0)) or 1.0)
        moves = np.array([1.0, -1.0, 0.5, -0.5]) * h
        a, b, c, d = (np.real(loss.at({path: tensor + move * direction})) for move in moves)
        value, noise = _richardson(loss, a, b, c, d, h)
        if best is None or noise < best.noise:
            wide, narrow = abs(a + b - 2 * here) / h, 2 * abs(c + d - 2 * here) / h
            kink = narrow > 0.9 * wide and narrow > 1e-4 * abs(value) + 100 * noise
            best = Difference(float(value), float(noise), h, bool(kink))
        if best.noise <= 1e-8 * abs(best.value):
            break
    assert best is not None
    return best


def differences(loss: Loss, path: Path, tensor: Array, places: Array, step: float) -> tuple[Array, Array]:
    """The same with respect to single numbers, at places of the flat tensor: (values, how uncertain), both (N,)."""
    moves, found = np.array([1.0, -1.0, 0.5, -0.5]) * step, []
    for part in loss.parts(places, tensor):
        stack = np.repeat(tensor[None], len(moves) * len(part), axis=0)
        stack.reshape(len(stack), -1)[np.arange(len(stack)), np.repeat(part, len(moves))] += np.tile(moves, len(part))
        found.append(np.real(loss.each(path, stack)).reshape(-1, len(moves)))
    a, b, c, d = np.concatenate(found).T
    return _richardson(loss, a, b, c, d, step)


def _richardson(loss: Loss, a: Any, b: Any, c: Any, d: Any, h: float) -> tuple[Any, Any]:
    """Two central differences as one of fourth order, from the values at h, -h, h/2, -h/2; and how uncertain it is."""
    wide, narrow = (a - b) / (2 * h), (c - d) / h
    noise = 20 * loss.epsilon * loss.magnitude / h + 1e-3 * np.abs(wide - narrow)
    return (4 * narrow - wide) / 3, noise


def outputs_of(found: Sequence[Any]) -> list[Array] | None:
    """The outputs of a forward function as arrays; None where one is no array of real numbers and no number."""
    arrays = [np.asarray(v) for v in found if not isinstance(v, (dict, list, tuple, str, type(None)))]
    fine = len(arrays) == len(found) and all(a.dtype.kind == "f" for a in arrays)
    return arrays if fine and list(leaves(found)) else None
