"""A hand-written backward function against numbers: is each gradient right, and if not, where and how is it wrong?

One random direction per tensor first: a directional derivative by a complex step costs one call and is exact to
rounding, and a wrong gradient agrees with it along a random direction with probability zero. Only where that fails are
single numbers compared, all in one call where the function allows it. Before a complex step is believed, a central
difference along the same direction has to confirm it; where complex numbers do not go through, it takes over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import BadInput, Problem, nearest
from .called import Forward, backward_of, forward_of, kind, name_of
from .comparing import compared, slope
from .matching import matched, unasked
from .numeric import Loss, outputs_of
from .report import GradientReport, Tensor
from .trees import Array, Path, constant, leaves, tensors


def gradcheck(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    inputs: Any = (),
    *,
    cache: bool | None = None,
    wrt: Iterable[str] | None = None,
    tolerance: float | None = None,
    seed: int = 0,
) -> GradientReport:
    """Check a hand-written backward function; the report prints itself and is true where all is right.

        >>> import numpy as np
        >>> def forward(x, W): return np.tanh(x @ W)
        >>> def backward(dy, x, W):
        ...     da = dy * (1 - np.tanh(x @ W) ** 2)
        ...     return da @ W.T, -x.T @ da
        >>> report = gradcheck(forward, backward, {"x": np.ones((2, 3)), "W": np.eye(3, 4)})
        >>> report.wrong, report.tensors[1].message
        (('W',), 'its sign is wrong')

    inputs: a dict by name, a tuple by place, or one array; what lies in dicts and lists inside is found, and every
    array of floats is differentiated, in float64; all else is a constant. The arguments are never changed.
    forward returns an array or a number, or several, and after them, if it likes, a cache (say cache=True where that
    is an array). backward returns the gradients: in the order of the inputs that hold tensors, or a dict by their
    names (dW is W's). Of its parameters those named like an input get that input; the others, in order, get the
    gradient that reaches each output, then the cache. Without backward, forward returns (number, gradients).

    wrt: the inputs to ask about, all unless given. tolerance: of a difference, as a part of the gradient's largest
    number; 1e-8 by complex steps, 1e-6 by central differences. seed: of the directions and upstream gradients.
    Raises BadInput where the functions and inputs do not fit together; what the functions raise themselves passes, with
    a note of what they were called with.
    """
    start = time.perf_counter()
    called = forward_of(forward, inputs, True if backward is None else cache)
    asked = _asked(called.inputs, wrt)
    rng = np.random.default_rng(seed)
    loss, kept, notes, problems = _called(called, backward, rng)
    checks: tuple[Tensor, ...] = ()
    if not problems:
        result = _gradients(backward, called, loss, kept, notes)
        given = ((n, constant(called.inputs[n], n)) for n in unasked(result, called.inputs))
        notes += [f"{why[0]}: its gradient is not checked; give {why[1]}" for _, why in given if why]
        gradients = matched(result, called.inputs, asked)
        slopes = [slope(loss, path, tensor, rng, notes) for path, tensor in asked.items()]
        checks = compared(loss, slopes, gradients, tolerance, _lengths(called.inputs, loss.upstream), rng)
    spent = time.perf_counter() - start
    return GradientReport(checks, tuple(problems), tuple(dict.fromkeys(notes)), called.calls, spent)


def _asked(inputs: Mapping[str, Any], wrt: Iterable[str] | None) -> dict[Path, Array]:
    """The tensors to check."""
    found = tensors(inputs)
    names = list(dict.fromkeys(str(path[0]) for path in found))
    wanted = names if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
    if unknown := [n for n in wanted if n not in names]:
        if why := constant(inputs.get(unknown[0]), str(unknown[0])):
            raise BadInput(Problem(f"{why[0]}, so it is a constant", None, f"Give {why[1]}."))
        raise BadInput(Problem(f"no input {unknown[0]} holds real numbers", None, nearest(str(unknown[0]), names)))
    return {path: tensor for path, tensor in found.items() if path[0] in wanted}


def _called(
    forward: Forward, backward: Any, rng: np.random.Generator
) -> tuple[Loss, Sequence[Any], list[str], list[str]]:
    """The number to differentiate, what forward keeps for backward, notes, and what prevents the check."""
    results, kept = forward.watched()
    name = name_of(forward.function)
    outputs = outputs_of(results)
    if outputs is None:
        kinds = ", ".join(kind(r) for r in results) or "nothing"
        whole = any(isinstance(r, np.ndarray) and r.dtype.kind in "iu" for r in results)
        advice = "Whole numbers have no gradient." if whole else "If its last result is a cache, say cache=True."
        raise BadInput(Problem(f"{name} has to return arrays of real numbers; it returns {kinds}", None, advice))
    if backward is None and [o.shape for o in outputs] != [()]:
        message = f"without backward, {name} has to return one number and its gradients"
        raise BadInput(Problem(message, None, "Give backward too: gradcheck(forward, backward, inputs)."))
    notes = [f"{name} changes {', '.join(forward.changed)} in place"] if forward.changed else []
    problems = []
    if bad := sum(int((~np.isfinite(o)).sum()) for o in outputs):
        problems.append(f"{bad} of {sum(o.size for o in outputs)} numbers that {name} returns are NaN or infinite.")
    again = outputs_of(forward.results({})[0]) or []
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(outputs, again, strict=True)):
        problems.append(f"{name} gives other outputs for the same inputs: does it draw random numbers or keep a state?")
    single = backward is None or backward_of(backward, forward.inputs).of_loss(outputs, kept)
    upstream = [np.ones(()) if single else np.asarray(rng.normal(size=o.shape)) for o in outputs]
    magnitude = float(sum(np.abs(u * o).sum() for u, o in zip(upstream, outputs, strict=True)))
    epsilon = max(float(np.finfo(o.dtype).eps) for o in outputs)
    return Loss(forward, upstream, magnitude, epsilon), kept, notes, problems


def _gradients(backward: Any, forward: Forward, loss: Loss, kept: Sequence[Any], notes: list[str]) -> Any:
    """What the backward function gives; it is called twice, as training does, and notes say where that shows."""
    if backward is None:
        return kept[0]
    made = backward_of(backward, forward.inputs)
    first = made.gradients(loss.upstream, kept)
    before = {path: np.array(leaf) for path, leaf in leaves(first)}
    after = dict(leaves(made.gradients(loss.upstream, kept)))
    if not all(path in after and _same(leaf, after[path]) for path, leaf in before.items()):
        notes.append(
            f"{name_of(backward)} gives other gradients when it is called again: does it change its cache or its "
            "arguments in place, or add to what an earlier call left?"
        )
    return first


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(np.array_equal(one, other, equal_nan=True))
    except TypeError:  # no numbers
        return True


def _lengths(inputs: Mapping[str, Any], outputs: Sequence[Array]) -> dict[int, str]:
    """Numbers that a gradient may wrongly be multiplied or divided by, and what they are."""
    named = [(str(n), np.shape(v)) for n, v in inputs.items() if isinstance(v, np.ndarray)]
    shapes = [*named, *(("the output", o.shape) for o in outputs)]
    found = [(length, f"the length of axis {k} of {n}") for n, shape in shapes for k, length in enumerate(shape)]
    found += [(int(np.prod(shape)), f"the number of elements of {n}") for n, shape in shapes]
    return dict(reversed(found))
