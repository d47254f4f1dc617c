import numpy as np


class Sigmoid:
    def forward(self, x):
        return 1 / (1 + np.exp(-x))


class GRUCell:
    def __init__(self, in_dim, hidden_dim):
        self.d = in_dim
        self.h = hidden_dim
        self.r_act = Sigmoid()
        self.z_act = Sigmoid()

        self.dWrx = np.zeros((self.h, self.d))
        self.dWzx = np.zeros((self.h, self.d))
        self.dWnx = np.zeros((self.h, self.d))
        self.dWrh = np.zeros((self.h, self.h))
        self.dWzh = np.zeros((self.h, self.h))
        self.dWnh = np.zeros((self.h, self.h))
        self.dbrx = np.zeros(self.h)
        self.dbzx = np.zeros(self.h)
        self.dbnx = np.zeros(self.h)
        self.dbrh = np.zeros(self.h)
        self.dbzh = np.zeros(self.h)
        self.dbnh = np.zeros(self.h)

    def init_weights(self, Wrx, Wzx, Wnx, Wrh, Wzh, Wnh, brx, bzx, bnx, brh, bzh, bnh):
        self.Wrx, self.Wzx, self.Wnx = Wrx, Wzx, Wnx
        self.Wrh, self.Wzh, self.Wnh = Wrh, Wzh, Wnh
        self.brx, self.bzx, self.bnx = brx, bzx, bnx
        self.brh, self.bzh, self.bnh = brh, bzh, bnh

    def forward(self, x, h_prev_t):
        self.x = x
        self.hidden = h_prev_t
        self.r = self.r_act.forward(self.Wrx @ x + self.brx + self.Wrh @ h_prev_t + self.brh)
        self.z = self.z_act.forward(self.Wzx @ x + self.bzx + self.Wzh @ h_prev_t + self.bzh)
        self.inner = self.Wnh @ h_prev_t + self.bnh
        self.n = np.tanh(self.Wnx @ x + self.bnx + self.r * self.inner)
        self.h_t = (1 - self.z) * self.n + self.z * h_prev_t
        return self.h_t

    def backward(self, delta):
        dz = delta * (self.hidden - self.n)
        dn = delta * (1 - self.z)
        dn_pre = dn * (1 - self.n**2)
        dr = dn_pre * self.inner
        dinner = dn_pre * self.r
        dz_pre = dz * self.z * (1 - self.z)
        dr_pre = dr * self.r * (1 - self.r)

        self.dWrx += np.outer(dr_pre, self.x)
        self.dWzx += np.outer(dz_pre, self.x)
        self.dWnx += np.outer(dn_pre, self.x)
        self.dWrh += np.outer(dr_pre, self.hidden)
        self.dWzh += np.outer(dz_pre, self.hidden)
        self.dWnh += np.outer(dinner, self.hidden)
        self.dbrx += dr_pre
        self.dbzx += dz_pre
        self.dbnx += dn_pre
        self.dbrh += dr_pre
        self.dbzh += dz_pre
        self.dbnh += dinner

        dx = dr_pre @ self.Wrx + dz_pre @ self.Wzx + dn_pre @ self.Wnx
        dh_prev_t = dr_pre @ self.Wrh + dz_pre @ self.Wzh + dinner @ self.Wnh + delta * self.z
        return dx, dh_prev_t
