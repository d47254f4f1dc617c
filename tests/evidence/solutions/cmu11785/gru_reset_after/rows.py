import numpy as np

# Row vectors of shape (1, n) inside, as in an older handout; gradients come back as rows, too.

NAMES = "Wrx Wzx Wnx Wrh Wzh Wnh brx bzx bnx brh bzh bnh".split()


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


class GRUCell:
    def __init__(self, in_dim, hidden_dim):
        self.size = (in_dim, hidden_dim)

    def init_weights(self, *weights):
        for name, value in zip(NAMES, weights):
            setattr(self, name, value)
            setattr(self, "d" + name, np.zeros_like(value))

    def forward(self, x, h_prev_t):
        x, h = x.reshape(1, -1), h_prev_t.reshape(1, -1)
        r = sig(x @ self.Wrx.T + self.brx + h @ self.Wrh.T + self.brh)
        z = sig(x @ self.Wzx.T + self.bzx + h @ self.Wzh.T + self.bzh)
        m = h @ self.Wnh.T + self.bnh
        n = np.tanh(x @ self.Wnx.T + self.bnx + r * m)
        self.memory = x, h, r, z, m, n
        return (n + z * (h - n))[0]

    def accumulate(self, gate, d, source, read):
        W, b = f"dW{gate}{source}", f"db{gate}{source}"
        setattr(self, W, getattr(self, W) + d.T @ read)
        setattr(self, b, getattr(self, b) + d[0])

    def backward(self, delta):
        x, h, r, z, m, n = self.memory
        delta = delta.reshape(1, -1)
        an = delta * (1 - z) * (1 - n * n)
        az = delta * (h - n) * z * (1 - z)
        am = an * r
        ar = an * m * r * (1 - r)
        for gate, from_x, from_h in (("r", ar, ar), ("z", az, az), ("n", an, am)):
            self.accumulate(gate, from_x, "x", x)
            self.accumulate(gate, from_h, "h", h)
        dx = ar @ self.Wrx + az @ self.Wzx + an @ self.Wnx
        dh = delta * z + ar @ self.Wrh + az @ self.Wzh + am @ self.Wnh
        return dx, dh
