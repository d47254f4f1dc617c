import numpy as np


class Sigmoid:
    def forward(self, Z):
        self.A = 1 / (1 + np.exp(-Z))
        return self.A

    def backward(self, dLdA):
        return dLdA * self.A * (1 - self.A)


class Tanh:
    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self, dLdA):
        return dLdA * (1 - self.A**2)


class GRUCell(object):
    def __init__(self, input_size, hidden_size):
        self.d = input_size
        self.h = hidden_size
        self.x_t = 0
        self.r_act = Sigmoid()
        self.z_act = Sigmoid()
        self.h_act = Tanh()

    def init_weights(self, Wrx, Wzx, Wnx, Wrh, Wzh, Wnh, brx, bzx, bnx, brh, bzh, bnh):
        self.Wrx = Wrx
        self.Wzx = Wzx
        self.Wnx = Wnx
        self.Wrh = Wrh
        self.Wzh = Wzh
        self.Wnh = Wnh
        self.brx = brx
        self.bzx = bzx
        self.bnx = bnx
        self.brh = brh
        self.bzh = bzh
        self.bnh = bnh
        for name in ("Wrx", "Wzx", "Wnx", "Wrh", "Wzh", "Wnh", "brx", "bzx", "bnx", "brh", "bzh", "bnh"):
            setattr(self, "d" + name, np.zeros(getattr(self, name).shape))

    def forward(self, x, h_prev_t):
        self.x = x
        self.hidden = h_prev_t
        self.r = self.r_act.forward(self.Wrx @ x + self.brx + self.Wrh @ h_prev_t + self.brh)
        self.z = self.z_act.forward(self.Wzx @ x + self.bzx + self.Wzh @ h_prev_t + self.bzh)
        self.inner = self.Wnh @ h_prev_t + self.bnh
        self.n = self.h_act.forward(self.Wnx @ x + self.bnx + self.r * self.inner)
        h_t = (1 - self.z) * self.n + self.z * h_prev_t
        return h_t

    def backward(self, delta):
        dz = delta * (self.hidden - self.n)
        dn = delta * (1 - self.z)

        d_tanh = self.h_act.backward(dn)
        dr = d_tanh * self.inner
        d_r = self.r_act.backward(dr)
        d_z = self.z_act.backward(dz)
        d_inner = d_tanh * self.r

        self.dWnx += np.outer(d_tanh, self.x)
        self.dbnx += d_tanh
        self.dWnh += np.outer(d_inner, self.hidden)
        self.dbnh += d_inner

        self.dWrx += np.outer(d_r, self.x)
        self.dbrx += d_r
        self.dWrh += np.outer(d_r, self.hidden)
        self.dbrh += d_r

        self.dWzx += np.outer(d_z, self.x)
        self.dbzx += d_z
        self.dWzh += np.outer(d_z, self.hidden)
        self.dbzh += d_z

        dx = d_tanh @ self.Wnx + d_r @ self.Wrx + d_z @ self.Wzx
        dh_prev_t = delta * self.z + d_inner @ self.Wnh + d_r @ self.Wrh + d_z @ self.Wzh
        return dx, dh_prev_t
