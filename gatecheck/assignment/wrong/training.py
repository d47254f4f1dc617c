"""Wrong training steps, each with a sentence for the mistake; they are the same for every cell."""

from __future__ import annotations

from collections.abc import Iterator

from ..change import Change
from ..expressions import Expression
from ..mistake import Words, Wrong, fixed
from ..training import FORMULAS, PROGRAMS

_KEPT = "What comes back is what went in: binding a loop's name anew changes no array, and np.clip returns a new one."
_BOTH_SIDES = "A large negative number is as large as a positive one: the limit holds on both sides of 0."
_ONE_FACTOR = "‖∂L/∂θ‖ is the root of the sum of all squares in all gradients: one norm, one factor for all of them."
_WHICH = "By value, every number is judged by itself; by norm, all are scaled by one factor, and the direction stays."
_SHRINKS = "The factor is limit / ‖∂L/∂θ‖ where the norm exceeds the limit, so that the norm becomes the limit."

_RATIO = ["*", "limit", ["^", "norm", -1.0]]
#: 1 where the norm exceeds the limit, else 0; and the other way round.
_BEYOND = ["step", ["+", "norm", ["*", -1.0, "limit"]]]
_WITHIN = ["+", 1.0, ["*", -1.0, _BEYOND]]

#: A mistake's id and title, what it computes as printed and as data, and the hint.
Row = tuple[str, str, str, Expression, str]

BY_VALUE: tuple[Row, ...] = (
    ("unclipped", "The gradients come back unclipped", "∂L/∂θ", "δθ", _KEPT),
    (
        "one-sided",
        "The gradients are clipped from above only",
        "min(limit, ∂L/∂θ)",
        ["minimum", "limit", "δθ"],
        _BOTH_SIDES,
    ),
    (
        "one-sided",
        "The gradients are clipped from below only",
        "max(−limit, ∂L/∂θ)",
        ["maximum", ["*", -1.0, "limit"], "δθ"],
        _BOTH_SIDES,
    ),
    (
        "negative-lost",
        "What is negative is clipped at 0",
        "max(0, min(limit, ∂L/∂θ))",
        ["maximum", 0.0, ["minimum", "limit", "δθ"]],
        _BOTH_SIDES,
    ),
    (
        "sign-lost",
        "The gradients lose their sign",
        "min(limit, |∂L/∂θ|)",
        ["minimum", "limit", ["absolute", "δθ"]],
        "The size is clipped, the sign stays.",
    ),
    (
        "set-to-zero",
        "What exceeds the limit is set to 0",
        "∂L/∂θ where |∂L/∂θ| ≤ limit, else 0",
        ["*", ["step", ["+", "limit", ["*", -1.0, ["absolute", "δθ"]]]], "δθ"],
        "Clipping brings a number back to the limit: the largest slopes still count, only less.",
    ),
    (
        "clipped-by-norm",
        "The gradients are clipped by their norm, not by value",
        FORMULAS["clip_by_norm"][1],
        PROGRAMS["clip_by_norm"],
        _WHICH,
    ),
)

BY_NORM: tuple[Row, ...] = (
    ("unclipped", "The gradients come back unclipped", "∂L/∂θ", "δθ", _KEPT),
    (
        "norm-per-array",
        "Every array is clipped by its own norm",
        "min(1, limit / ‖own ∂L/∂θ‖) ∂L/∂θ",
        ["*", ["minimum", 1.0, ["*", "limit", ["^", "own", -1.0]]], "δθ"],
        _ONE_FACTOR,
    ),
    (
        "norms-added",
        "The norms of the arrays are added up",
        "min(1, limit / Σ ‖own ∂L/∂θ‖) ∂L/∂θ",
        ["*", ["minimum", 1.0, ["*", "limit", ["^", "norms", -1.0]]], "δθ"],
        f"{_ONE_FACTOR} Add up the squares, and take the root once.",
    ),
    (
        "always-rescaled",
        "The gradients are rescaled though their norm is below the limit",
        "limit / ‖∂L/∂θ‖ ∂L/∂θ",
        ["*", _RATIO, "δθ"],
        "A norm below the limit is left alone: the factor is never more than 1.",
    ),
    (
        "limit-not-multiplied",
        "The gradients are scaled to norm 1, not to the limit",
        "∂L/∂θ / ‖∂L/∂θ‖ where ‖∂L/∂θ‖ > limit",
        ["*", ["+", ["*", _BEYOND, ["^", "norm", -1.0]], _WITHIN], "δθ"],
        _SHRINKS,
    ),
    (
        "limit-not-multiplied",
        "The gradients are always scaled to norm 1",
        "∂L/∂θ / ‖∂L/∂θ‖",
        ["*", ["^", "norm", -1.0], "δθ"],
        _SHRINKS,
    ),
    (
        "norm-not-divided",
        "The gradients are multiplied by the limit, and not divided by their norm",
        "limit ∂L/∂θ where ‖∂L/∂θ‖ > limit",
        ["*", ["+", ["*", _BEYOND, "limit"], _WITHIN], "δθ"],
        _SHRINKS,
    ),
    (
        "missing-root",
        "The square root is missing in the norm",
        "min(1, limit / ‖∂L/∂θ‖²) ∂L/∂θ",
        ["*", ["minimum", 1.0, ["*", "limit", ["^", "norm", -2.0]]], "δθ"],
        _ONE_FACTOR,
    ),
    (
        "ratio-inverted",
        "The gradients are divided by the limit: the factor is upside down",
        "min(1, ‖∂L/∂θ‖ / limit) ∂L/∂θ",
        ["*", ["minimum", 1.0, ["^", _RATIO, -1.0]], "δθ"],
        _SHRINKS,
    ),
    (
        "clipped-by-value",
        "The gradients are clipped by value, not by their norm",
        FORMULAS["clip_by_value"][1],
        PROGRAMS["clip_by_value"],
        _WHICH,
    ),
)

SGD: tuple[Row, ...] = (
    (
        "ascent",
        "The update goes uphill: its sign is wrong",
        "θ + η ∂L/∂θ",
        ["+", "θ", ["*", "rate", "δθ"]],
        "The gradient points where the loss grows fastest; a step of descent goes the other way.",
    ),
    (
        "missing-rate",
        "The learning rate is missing",
        "θ − ∂L/∂θ",
        ["+", "θ", ["*", -1.0, "δθ"]],
        "The gradient gives the direction, the rate how far to go.",
    ),
    (
        "ascent-without-rate",
        "The update goes uphill, and the learning rate is missing",
        "θ + ∂L/∂θ",
        ["+", "θ", "δθ"],
        "The gradient points where the loss grows; the rate says how far to go the other way.",
    ),
    (
        "exchanged",
        "The parameter and its gradient have changed places",
        "∂L/∂θ − η θ",
        ["+", "δθ", ["*", -1.0, "rate", "θ"]],
        "The step starts from the parameter; the gradient, times the rate, is taken from it.",
    ),
    (
        "rate-on-both",
        "The learning rate multiplies the parameter, too",
        "η (θ − ∂L/∂θ)",
        ["*", "rate", ["+", "θ", ["*", -1.0, "δθ"]]],
        "Only the gradient is multiplied by the rate: mind the brackets.",
    ),
    (
        "step-alone",
        "The step comes back instead of the new parameter",
        "−η ∂L/∂θ",
        ["*", -1.0, "rate", "δθ"],
        "Add it to the parameter.",
    ),
    ("not-updated", "The parameters come back as they were", "θ", "θ", _KEPT),
)


def _mistakes(role: str, rows: tuple[Row, ...]) -> Iterator[Wrong]:
    left, right = FORMULAS[role]
    quantity = "θ" if role == "sgd_step" else "∂L/∂θ"
    for identity, title, written, computed, hint in rows:
        words = Words(title, left, written, right, hint)
        yield Wrong(identity, (role,), quantity, Change(training={role: computed}), fixed(words))


#: Every mistake that can be recognised in a training step, in the order in which they are tried.
MISTAKES = (
    *_mistakes("clip_by_value", BY_VALUE),
    *_mistakes("clip_by_norm", BY_NORM),
    *_mistakes("sgd_step", SGD),
)
