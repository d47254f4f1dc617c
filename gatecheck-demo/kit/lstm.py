"""LSTM by hand

Long short-term memory with a forget gate (Hochreiter & Schmidhuber, 1997; Gers et al., 2000).
Write the functions below; handout.md has the equations. Then:  gatecheck check lstm.py
"""

import numpy as np


def sigmoid(a):
    """The logistic function, in a form that cannot overflow."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """One step.

    x: (N,D), prev_h, prev_c: (N,H), Wx: (D,4H), Wh: (H,4H), b: (4H,)
    ->  next_h, next_c: (N,H), cache
    """
    raise NotImplementedError("lstm_step_forward is yours to write")


def lstm_step_backward(dnext_h, dnext_c, cache):
    """One step back.

    dnext_h, dnext_c: (N,H), cache
    ->  dx: (N,D), dprev_h, dprev_c: (N,H), dWx: (D,4H), dWh: (H,4H), db: (4H,)
    """
    raise NotImplementedError("lstm_step_backward is yours to write")


def lstm_forward(x, h0, Wx, Wh, b):
    """A sequence.

    x: (N,T,D), h0: (N,H), Wx: (D,4H), Wh: (H,4H), b: (4H,)
    ->  h: (N,T,H), cache
    """
    raise NotImplementedError("lstm_forward is yours to write")


def lstm_backward(dh, cache):
    """A sequence back.

    dh: (N,T,H), cache
    ->  dx: (N,T,D), dh0: (N,H), dWx: (D,4H), dWh: (H,4H), db: (4H,)
    """
    raise NotImplementedError("lstm_backward is yours to write")
