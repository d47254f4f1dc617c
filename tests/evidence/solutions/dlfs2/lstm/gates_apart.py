import numpy as np


class Gate:
    """One activation on its own columns."""

    def __init__(self, nonlinearity, derivative):
        self.nonlinearity = nonlinearity
        self.derivative = derivative

    def forward(self, a):
        self.out = self.nonlinearity(a)
        return self.out

    def backward(self, dout):
        return dout * self.derivative(self.out)


def gates():
    def soft():
        return Gate(lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y))

    return {"f": soft(), "g": Gate(np.tanh, lambda y: 1 - y * y), "i": soft(), "o": soft()}


class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [0 * Wx, 0 * Wh, 0 * b]

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        self.given = x, h_prev, c_prev
        self.gates = gates()
        columns = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        f, g, i, o = (gate.forward(a) for gate, a in zip(self.gates.values(), columns))
        c_next = f * c_prev + g * i
        self.t = np.tanh(c_next)
        return o * self.t, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, _ = self.params
        x, h_prev, c_prev = self.given
        f, g, i, o = (gate.out for gate in self.gates.values())
        dc = dc_next + dh_next * o * (1 - self.t * self.t)
        incoming = {"f": dc * c_prev, "g": dc * i, "i": dc * g, "o": dh_next * self.t}
        dA = np.concatenate([self.gates[k].backward(incoming[k]) for k in "fgio"], axis=1)
        self.grads[0][:] = x.T @ dA
        self.grads[1][:] = h_prev.T @ dA
        self.grads[2][:] = dA.sum(axis=0)
        return dA @ Wx.T, dA @ Wh.T, dc * f


class TimeLSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [0 * Wx, 0 * Wh, 0 * b]

    def forward(self, xs):
        N, T, _ = xs.shape
        H = self.params[1].shape[0]
        state = np.zeros((N, H)), np.zeros((N, H))
        self.layers = [LSTM(*self.params) for _ in range(T)]
        hs = []
        for t, layer in enumerate(self.layers):
            state = layer.forward(xs[:, t], *state)
            hs.append(state[0])
        return np.stack(hs, axis=1)

    def backward(self, dhs):
        dxs = []
        dh, dc = 0.0, 0.0
        for grad in self.grads:
            grad[...] = 0
        for t, layer in list(enumerate(self.layers))[::-1]:
            dx, dh, dc = layer.backward(dhs[:, t] + dh, dc)
            dxs.insert(0, dx)
            for grad, own in zip(self.grads, layer.grads):
                grad += own
        return np.stack(dxs, axis=1)
