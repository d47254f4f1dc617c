"""Gradients beside numeric derivatives: along a direction first, number by number where that differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from .faults import fault, pattern
from .matching import Missing
from .numeric import Loss, Unsafe, central, complex_step, complex_steps, differences, roughly
from .report import Method, Tensor
from .trees import Array, Path, label

TOLERANCES: Mapping[Method, float] = {"complex step": 1e-8, "central differences": 1e-6}
#: What a gradient in another kind of number than float64 may be off, in units of its own rounding.
COARSE = 256
#: How far a complex step may be from the central difference that confirms it, as a part of either: a plain one, and
#: the best that there is.
ROUGHLY, CONFIRMED = 1e-5, 1e-6
#: What rounding does to a gradient, as a part of what it is the gradient of divided by the tensor's largest number.
ROUNDING = 64 * float(np.finfo(float).eps)
#: Of a tensor with more numbers, this many are looked at one by one.
MOST = 1_024


@dataclass(frozen=True)
class Slope:
    """The derivative along a random direction of one tensor, how it was found, and how uncertain it is."""

    path: Path
    tensor: Array
    direction: Array
    value: float
    method: Method
    noise: float
    step: float = 0.0

    @property
    def size(self) -> float:
        """What the gradient's numbers are at least as large as, somewhere."""
        return abs(self.value) / (float(np.linalg.norm(self.direction)) or 1.0)


def slope(loss: Loss, path: Path, tensor: Array, rng: np.random.Generator, notes: list[str]) -> Slope:
    """The derivative along a direction in which no number of the tensor is left out."""
    direction = rng.choice([-1.0, 1.0], size=tensor.shape) * rng.uniform(0.5, 1.5, size=tensor.shape)
    exact, doubt = None, ""
    # Of a derivative by formulas: where all is saturated, little but rounding is left of 1 - tanh².
    rounding = ROUNDING * loss.magnitude / (float(np.abs(tensor).max(initial=0.0)) or 1.0)
    try:
        exact = complex_step(loss, path, tensor, direction)
    except Unsafe as reason:
        doubt = str(reason)
    if exact is not None and _confirms(*roughly(loss, path, tensor, direction), exact, ROUGHLY):
        return Slope(path, tensor, direction, exact, "complex step", rounding)
    found = central(loss, path, tensor, direction)
    if found.kink:
        notes.append(f"there is a kink right at these values of {label(path)} (of relu, abs, max): move them a little")
    if exact is not None and _confirms(found.value, found.noise, exact, CONFIRMED):
        return Slope(path, tensor, direction, exact, "complex step", rounding)
    lost = f"the imaginary part of {label(path)} is lost: is there np.abs, np.linalg.norm, .real, a conjugate?"
    notes.append(f"central differences were used, as complex numbers do not go through: {doubt or lost}")
    return Slope(path, tensor, direction, found.value, "central differences", found.noise, found.step)


def _confirms(value: float, noise: float, exact: float, by: float) -> bool:
    return abs(exact - value) <= by * max(abs(exact), abs(value)) + noise


def compared(
    loss: Loss,
    slopes: Iterable[Slope],
    gradients: Mapping[Path, Array | Missing],
    tolerance: float | None,
    lengths: Mapping[int, str],
    rng: np.random.Generator,
) -> tuple[Tensor, ...]:
    """The verdict on every tensor."""
    found: list[Tensor] = []
    right: dict[str, Array] = {}
    wrong: dict[str, tuple[Array, Array]] = {}
    for s in slopes:
        name, given = label(s.path), gradients[s.path]
        if isinstance(given, Missing):
            found.append(Tensor(name, s.tensor.shape, False, np.inf, TOLERANCES[s.method], s.method, given))
            continue
        limit = max(TOLERANCES[s.method], COARSE * float(np.finfo(given.dtype).eps)) if tolerance is None else tolerance
        base = Tensor(name, s.tensor.shape, False, np.inf, limit, s.method)
        if (error := _along(s, given)) <= limit:
            found.append(replace(base, right=True, error=error))
            right[name] = given
        else:
            numbers, noise = _numbers(loss, s, rng)
            found.append(_verdict(base, given, numbers, noise))
            wrong[name] = given, numbers
    known = {**right, **{n: numbers for n, (_, numbers) in wrong.items()}}
    for k, t in enumerate(found):
        if t.name in wrong and not t.right:
            others = {n: a for n, a in known.items() if n != t.name}
            said = fault(*wrong[t.name], others, lengths)
            parts = (said, t.message) if t.error == np.inf or not said else (said,)
            found[k] = replace(t, message="; ".join(filter(None, parts)))
    return tuple(found)


def _along(s: Slope, given: Array) -> float:
    """How far a gradient is off along the direction; infinite where it has another shape or is not finite."""
    if given.shape != s.tensor.shape or not np.isfinite(given).all():
        return np.inf
    scale = max(float(np.abs(given).max(initial=0.0)), s.size) or 1.0
    return max(0.0, abs(float((given * s.direction).sum()) - s.value) - s.noise) / scale


def _numbers(loss: Loss, s: Slope, rng: np.random.Generator) -> tuple[Array, Array]:
    """The derivative with respect to single numbers, NaN where none was asked for, and how uncertain each is."""
    size = s.tensor.size
    if not size:
        return s.tensor, s.tensor
    places = np.arange(size) if size <= MOST else np.sort(rng.choice(size, MOST, replace=False))
    values, noise = np.full(size, np.nan), np.full(size, s.noise)
    if s.method == "complex step":
        values[places] = complex_steps(loss, s.path, s.tensor, places, s.direction)
    else:
        values[places], noise[places] = differences(loss, s.path, s.tensor, places, s.step)
    return values.reshape(s.tensor.shape), noise.reshape(s.tensor.shape)


def _verdict(base: Tensor, given: Array, numbers: Array, noise: Array) -> Tensor:
    """A tensor of which single numbers were compared."""
    if given.shape != numbers.shape:
        return replace(base, message=f"its gradient has shape {given.shape} instead of {numbers.shape}")
    if bad := int((~np.isfinite(given)).sum()):
        return replace(base, message=f"{bad} of {given.size} numbers of its gradient are NaN or infinite")
    scale = float(np.nanmax(np.abs(numbers), initial=0.0)) or 1.0
    off = np.maximum(np.abs(given - numbers) - noise, 0.0) / scale
    known = np.isfinite(numbers)
    worst = np.unravel_index(int(np.nanargmax(off)), off.shape)
    differing = np.where(known, off > base.tolerance, False)
    count, looked = int(differing.sum()), int(known.sum())
    where = pattern(base.name, differing)
    return replace(
        base,
        # Every number is right where all were compared; a sample cannot overrule the direction.
        right=count == 0 and looked == given.size,
        error=float(off[worst]),
        message=f"{count} of {looked} numbers differ{f', {where}' if where else ''}",
        worst=tuple(map(int, worst)),
        got=float(given[worst]),
        expected=float(numbers[worst]),
        places=looked,
        wrong=count,
    )
