"""LSTM by hand

Long short-term memory with a forget gate (Hochreiter & Schmidhuber, 1997; Gers et al., 2000).
Write the functions below; handout.md has the equations. Then:  gatecheck check lstm.py
"""

import numpy as np


def sigmoid(a):
    """The logistic function, in a form that cannot overflow."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def step(x, h_prev, c_prev, p):
    """One step.  x: (B,D), h_prev, c_prev: (B,H), p  ->  h, c: (B,H), kept"""
    raise NotImplementedError("step is yours to write")


def step_backward(dh, dc, kept, p):
    """One step back.  dh, dc: (B,H), kept, p  ->  dx: (B,D), dh_prev, dc_prev: (B,H), dp"""
    raise NotImplementedError("step_backward is yours to write")


def forward(x, h0, c0, p):
    """A sequence.  x: (T,B,D), h0, c0: (B,H), p  ->  h, c: (T,B,H), kept"""
    raise NotImplementedError("forward is yours to write")


def backward(dh, dc, kept, p):
    """A sequence back.  dh, dc: (T,B,H), kept, p  ->  dx: (T,B,D), dh0, dc0: (B,H), dp"""
    raise NotImplementedError("backward is yours to write")
