"""GRU by hand

Gated recurrent unit, reset before the product, update gate keeps (Cho et al., 2014, arXiv v3).
Write the functions below; handout.md has the equations. Then:  gatecheck check gru.py
"""

import numpy as np


def sigmoid(a):
    """The logistic function, in a form that cannot overflow."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def step(x, h_prev, p):
    """One step.  x: (B,D), h_prev: (B,H), p  ->  h: (B,H), kept"""
    raise NotImplementedError("step is yours to write")


def step_backward(dh, kept, p):
    """One step back.  dh: (B,H), kept, p  ->  dx: (B,D), dh_prev: (B,H), dp"""
    raise NotImplementedError("step_backward is yours to write")


def forward(x, h0, p):
    """A sequence.  x: (T,B,D), h0: (B,H), p  ->  h: (T,B,H), kept"""
    raise NotImplementedError("forward is yours to write")


def backward(dh, kept, p):
    """A sequence back.  dh: (T,B,H), kept, p  ->  dx: (T,B,D), dh0: (B,H), dp"""
    raise NotImplementedError("backward is yours to write")
