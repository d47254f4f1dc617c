"""The catalogue: every mistake that people make in cells written by hand, by section."""

import gated
import lstm_backward
import lstm_forward
import sequences
import vanilla

SECTIONS = {
    "LSTM forward": lstm_forward.ENTRIES,
    "LSTM backward": lstm_backward.ENTRIES,
    "simple recurrent network": vanilla.ENTRIES,
    "GRU": gated.ENTRIES,
    "sequences, batches, NumPy": sequences.ENTRIES,
}
CATALOGUE = [entry for entries in SECTIONS.values() for entry in entries]
#: What is not told so far, by what it takes to tell it: each must fail until it is, and leaves this list then.
NOT_YET = {
    "a factor, a function, a value or a parameter replaced in an equation of the step": [
        "h-without-tanh-of-c",
        "output-gate-not-applied",
        "h-with-sigmoid-of-c",
        "h-from-the-old-c",
        "input-gate-dropped",
        "input-gate-added",
        "bias-of-another-gate",
        "reset-after-the-product",
        "one-reset-for-the-whole-row",
        "reset-ignored",
        "reset-on-x",
        "bias-outside-the-reset",
        "matrix-the-wrong-way-round",
    ],
    "a derivative of another form, or at another value": [
        "tanh-of-c-not-squared",
        "c-squared-instead-of-tanh",
        "tanh-of-c-twice",
        "derivative-at-the-old-c",
        "sigmoid-s-derivative-with-plus",
        "sigmoid-applied-again-for-its-derivative",
        "sigmoid-twice-in-its-derivative",
        "tanh-twice-in-its-derivative",
        "tanh-of-what-is-tanh-already",
        "gradient-squared-instead-of-h",
        "h-not-squared",
        "derivative-at-the-old-h",
    ],
    "another value of the same shape in a term of a gradient": [
        "do-from-c",
        "do-from-tanh-of-h",
        "do-from-dc",
        "df-with-the-new-c",
        "dc-prev-from-what-reaches-c-alone",
        "dr-with-the-new-h",
        "dz-without-h-prev",
        "direct-path-with-the-other-gate",
        "dh-prev-without-the-derivative",
        "bracket-of-the-printed-formula",
    ],
    "a wrong gradient of a parameter": [
        "dwh-with-h-instead-of-h-prev",
        "dwh-with-the-new-h",
        "du-without-the-reset",
        "db-from-dw",
        "mean-of-the-bias-gradient",
        "divided-by-the-batch",
        "gates-in-another-order-than-forward",
    ],
    "a loop that starts, runs or ends otherwise": [
        "c-not-carried",
        "initial-state-ignored",
        "time-not-reversed",
        "first-state-a-view-of-the-output",
        "index-before-zero-wraps-round",
        "state-before-the-first-overwritten",
        "local-of-the-last-step",
        "states-added-instead-of-gradients",
        "gradients-of-states-never-stored",
        "clipping-left-out",
    ],
    "a gradient that comes back zero": ["gradient-kept-in-a-local", "sum-adds-itself", "sums-add-themselves"],
}
