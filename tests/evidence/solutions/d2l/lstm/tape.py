"""The LSTM of the book, and its gradient on a tape of small closures, last in, first out."""

import numpy as np


class Tape(list):
    def __init__(self):
        super().__init__()
        self.grad = {}

    def add(self, name, value):
        if name in self.grad:
            self.grad[name] = self.grad[name] + value
        else:
            self.grad[name] = value

    def get(self, name):
        return self.grad.get(name, 0.0)

    def play(self):
        for backward in reversed(self):
            backward()


def gate(tape, k, X, H, W_x, W_h, b, f, df):
    y = f(X @ W_x + H @ W_h + b)

    def backward():
        d = tape.get(k) * df(y)
        tape.add("X", d @ W_x.T)
        tape.add("H", d @ W_h.T)
        tape.add("W_x" + k, X.T @ d)
        tape.add("W_h" + k, H.T @ d)
        tape.add("b_" + k, d.sum(axis=0))

    tape.append(backward)
    return y


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def dsigmoid(y):
    return y * (1 - y)


def dtanh(y):
    return 1 - y * y


def lstm_step(X, H, C, W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c):
    tape = Tape()
    I = gate(tape, "i", X, H, W_xi, W_hi, b_i, sigmoid, dsigmoid)
    F = gate(tape, "f", X, H, W_xf, W_hf, b_f, sigmoid, dsigmoid)
    O = gate(tape, "o", X, H, W_xo, W_ho, b_o, sigmoid, dsigmoid)
    G = gate(tape, "c", X, H, W_xc, W_hc, b_c, np.tanh, dtanh)
    C_new = F * C + I * G

    def memory():
        d = tape.get("C_new")
        tape.add("i", d * G)
        tape.add("c", d * I)
        tape.add("f", d * C)
        tape.add("C", d * F)

    tape.append(memory)
    S = np.tanh(C_new)

    def output():
        d = tape.get("H_new")
        tape.add("o", d * S)
        tape.add("C_new", d * O * dtanh(S))

    tape.append(output)
    return O * S, C_new, tape


def lstm_step_backward(dH, dC, cache):
    cache.grad = {"H_new": dH, "C_new": dC}
    cache.play()
    g = cache.grad
    order = [part + k for k in "ifoc" for part in ("W_x", "W_h", "b_")]
    return (g["X"], g["H"], g["C"], *[g[name] for name in order])


def lstm(inputs, H, C, *params):
    tapes = []
    Hs = np.zeros((len(inputs), *H.shape))
    Cs = np.zeros((len(inputs), *C.shape))
    for t in range(len(inputs)):
        H, C, tape = lstm_step(inputs[t], H, C, *params)
        Hs[t], Cs[t] = H, C
        tapes.append(tape)
    return Hs, Cs, tapes


def lstm_backward(dHs, dCs, cache):
    dX = []
    dH, dC = 0, 0
    sums = [0] * 12
    for dH_t, dC_t, tape in zip(dHs[::-1], dCs[::-1], cache[::-1]):
        dX_t, dH, dC, *g = lstm_step_backward(dH_t + dH, dC_t + dC, tape)
        dX.append(dX_t)
        sums = [s + one for s, one in zip(sums, g)]
    return (np.array(dX)[::-1], dH, dC, *sums)
