"""Files in the style of several courses run unchanged, right ones and wrong ones; and the reference in every layout."""

import pytest
from covering import described
from judging import grade, kit

import gatecheck
from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.errors import BadInput
from gatecheck.grading.intake import submission_from
from gatecheck.writing.reference import code


def graded(source, cell, convention, seed="c0ffee"):
    return grade(submission_from("student.py", source.encode()), kit(cell, convention), seed)


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "convention"), described())
def test_the_reference_scores_full_marks_in_every_layout(cell, convention):
    report = graded(code(load(cell), convention), cell, convention)
    assert report.full_marks, report
    assert report.mistakes == report.warnings == ()


# ------------------------------------------------------------------------------------------------ deeplearning.ai

DLAI_RNN = """
import numpy as np
from rnn_utils import *

def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(np.dot(Wax, xt) + np.dot(Waa, a_prev) + ba)
    yt_pred = softmax(np.dot(Wya, a_next) + by)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)

def rnn_forward(x, a0, parameters):
    caches = []
    n_x, m, T_x = x.shape
    n_y, n_a = parameters["Wya"].shape
    a = np.zeros((n_a, m, T_x))
    y_pred = np.zeros((n_y, m, T_x))
    a_next = a0
    for t in range(T_x):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t] = a_next
        y_pred[:, :, t] = yt_pred
        caches.append(cache)
    return a, y_pred, (caches, x)

def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dtanh = (1 - a_next ** 2) * da_next
    dxt = np.dot(parameters["Wax"].T, dtanh)
    dWax = np.dot(dtanh, xt.T)
    da_prev = np.dot(parameters["Waa"].T, dtanh)
    dWaa = np.dot(dtanh, a_prev.T)
    dba = np.sum(dtanh, axis=1, keepdims=True)
    return {"dxt": dxt, "da_prev": da_prev, "dWax": dWax, "dWaa": dWaa, "dba": dba}

def rnn_backward(da, caches):
    caches, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    total = {}
    da_prevt = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        gradients = rnn_cell_backward(da[:, :, t] + da_prevt, caches[t])
        dx[:, :, t] = gradients["dxt"]
        da_prevt = gradients["da_prev"]
        for name in ("dWax", "dWaa", "dba"):
            total[name] = total.get(name, 0) + gradients[name]
    return {"dx": dx, "da0": da_prevt, **total}
"""

# As in a notebook: sigmoid and softmax are there.
DLAI_LSTM = """
import numpy as np

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    p = parameters
    concat = np.concatenate((a_prev, xt), axis=0)
    ft = sigmoid(p["Wf"] @ concat + p["bf"])
    it = sigmoid(p["Wi"] @ concat + p["bi"])
    cct = np.tanh(p["Wc"] @ concat + p["bc"])
    c_next = ft * c_prev + it * cct
    ot = sigmoid(p["Wo"] @ concat + p["bo"])
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)

def lstm_forward(x, a0, parameters):
    caches, a, y, c = [], [], [], []
    a_next, c_next = a0, np.zeros(a0.shape)
    for t in range(x.shape[2]):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a.append(a_next), y.append(yt), c.append(c_next), caches.append(cache)
    return np.stack(a, 2), np.stack(y, 2), np.stack(c, 2), (caches, x)

def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    n_a = a_next.shape[0]
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    dcct = dc * it * (1 - cct ** 2)
    dit = dc * cct * it * (1 - it)
    dft = dc * c_prev * ft * (1 - ft)
    concat = np.concatenate((a_prev, xt), axis=0)
    gradients = {}
    dconcat = 0
    for name, d in (("f", dft), ("i", dit), ("c", dcct), ("o", dot)):
        gradients["dW" + name] = d @ concat.T
        gradients["db" + name] = d.sum(axis=1, keepdims=True)
        dconcat = dconcat + p["W" + name].T @ d
    return {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": dc * ft, **gradients}

def lstm_backward(da, caches):
    caches, x = caches
    dx = np.zeros(x.shape)
    da_prevt = np.zeros(da.shape[:2])
    dc_prevt = np.zeros(da.shape[:2])
    total = {}
    for t in reversed(range(x.shape[2])):
        gradients = lstm_cell_backward(da[:, :, t] + da_prevt, dc_prevt, caches[t])
        dx[:, :, t] = gradients["dxt"]
        da_prevt, dc_prevt = gradients["da_prev"], gradients["dc_prev"]
        for name in gradients:
            if name not in ("dxt", "da_prev", "dc_prev"):
                total[name] = total.get(name, 0) + gradients[name]
    return {"dx": dx, "da0": da_prevt, **total}
"""

# ------------------------------------------------------------------------------------------------ layers

DLFS2 = """
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        N, H = h_prev.shape
        A = x @ Wx + h_prev @ Wh + b
        f, g, i, o = sigmoid(A[:, :H]), np.tanh(A[:, H:2*H]), sigmoid(A[:, 2*H:3*H]), sigmoid(A[:, 3*H:])
        c_next = f * c_prev + g * i
        h_next = o * np.tanh(c_next)
        self.cache = (x, h_prev, c_prev, i, f, g, o, c_next)
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev, i, f, g, o, c_next = self.cache
        tanh_c = np.tanh(c_next)
        ds = dc_next + dh_next * o * (1 - tanh_c ** 2)
        dA = np.hstack((ds*c_prev * f*(1-f), ds*i * (1-g**2), ds*g * i*(1-i), dh_next*tanh_c * o*(1-o)))
        self.grads[0][...] = x.T @ dA
        self.grads[1][...] = h_prev.T @ dA
        self.grads[2][...] = dA.sum(axis=0)
        return dA @ Wx.T, dA @ Wh.T, ds * f

class TimeLSTM:
    def __init__(self, Wx, Wh, b, stateful=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.layers = None
        self.h, self.c, self.dh = None, None, None
        self.stateful = stateful

    def forward(self, xs):
        N, T, D = xs.shape
        H = self.params[1].shape[0]
        self.layers = []
        hs = np.empty((N, T, H))
        self.h, self.c = np.zeros((N, H)), np.zeros((N, H))
        for t in range(T):
            layer = LSTM(*self.params)
            self.h, self.c = layer.forward(xs[:, t, :], self.h, self.c)
            hs[:, t, :] = self.h
            self.layers.append(layer)
        return hs

    def backward(self, dhs):
        Wx = self.params[0]
        N, T, H = dhs.shape
        dxs = np.empty((N, T, Wx.shape[0]))
        dh, dc = 0, 0
        grads = [0, 0, 0]
        for t in reversed(range(T)):
            dx, dh, dc = self.layers[t].backward(dhs[:, t, :] + dh, dc)
            dxs[:, t, :] = dx
            for i, grad in enumerate(self.layers[t].grads):
                grads[i] += grad
        for i, grad in enumerate(grads):
            self.grads[i][...] = grad
        return dxs
"""

# ------------------------------------------------------------------------------------------------ cells with attributes

CMU_RNN = """
import numpy as np

class RNNCell(object):
    def __init__(self, input_size, hidden_size):
        self.activation = np.tanh
        h, d = hidden_size, input_size
        self.init_weights(np.zeros((h, d)), np.zeros((h, h)), np.zeros(h), np.zeros(h))

    def init_weights(self, W_ih, W_hh, b_ih, b_hh):
        self.W_ih, self.W_hh, self.b_ih, self.b_hh = W_ih, W_hh, b_ih, b_hh
        self.dW_ih, self.dW_hh = np.zeros_like(W_ih), np.zeros_like(W_hh)
        self.db_ih, self.db_hh = np.zeros_like(b_ih), np.zeros_like(b_hh)

    def forward(self, x, h_prev_t):
        return self.activation(x @ self.W_ih.T + self.b_ih + h_prev_t @ self.W_hh.T + self.b_hh)

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        batch_size = delta.shape[0]
        dz = delta * (1 - h_t ** 2)
        self.dW_ih += dz.T @ h_prev_l / batch_size
        self.dW_hh += dz.T @ h_prev_t / batch_size
        self.db_ih += dz.mean(axis=0)
        self.db_hh += dz.mean(axis=0)
        return dz @ self.W_ih, dz @ self.W_hh
"""

CMU_GRU = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

class GRUCell(object):
    def __init__(self, in_dim, hidden_dim):
        self.d, self.h = in_dim, hidden_dim

    def init_weights(self, Wrx, Wzx, Wnx, Wrh, Wzh, Wnh, brx, bzx, bnx, brh, bzh, bnh):
        self.Wrx, self.Wzx, self.Wnx, self.Wrh, self.Wzh, self.Wnh = Wrx, Wzx, Wnx, Wrh, Wzh, Wnh
        self.brx, self.bzx, self.bnx, self.brh, self.bzh, self.bnh = brx, bzx, bnx, brh, bzh, bnh

    def forward(self, x, h_prev_t):
        self.x, self.hidden = x, h_prev_t
        self.r = sigmoid(self.Wrx @ x + self.brx + self.Wrh @ h_prev_t + self.brh)
        self.z = sigmoid(self.Wzx @ x + self.bzx + self.Wzh @ h_prev_t + self.bzh)
        self.inner = self.Wnh @ h_prev_t + self.bnh
        self.n = np.tanh(self.Wnx @ x + self.bnx + self.r * self.inner)
        return (1 - self.z) * self.n + self.z * h_prev_t

    def backward(self, delta):
        x, h = self.x, self.hidden
        dz = delta * (h - self.n) * self.z * (1 - self.z)
        dn = delta * (1 - self.z) * (1 - self.n ** 2)
        dr = dn * self.inner * self.r * (1 - self.r)
        dinner = dn * self.r
        self.dWrx, self.dWzx, self.dWnx = np.outer(dr, x), np.outer(dz, x), np.outer(dn, x)
        self.dWrh, self.dWzh, self.dWnh = np.outer(dr, h), np.outer(dz, h), np.outer(dinner, h)
        self.dbrx, self.dbzx, self.dbnx, self.dbrh, self.dbzh, self.dbnh = dr, dz, dn, dr, dz, dinner
        dx = self.Wrx.T @ dr + self.Wzx.T @ dz + self.Wnx.T @ dn
        dh = delta * self.z + self.Wrh.T @ dr + self.Wzh.T @ dz + self.Wnh.T @ dinner
        return dx, dh
"""

# ------------------------------------------------------------------------------------------------ one function

MINCHAR = """
import numpy as np

def lossFun(inputs, targets, hprev):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t-1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t-1].T)
        dhnext = np.dot(Whh.T, dhraw)
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(dparam, -5, 5, out=dparam)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs)-1]
"""

RIGHT = {
    "dlai rnn": (DLAI_RNN, "rnn_softmax", "dlai"),
    "dlai lstm": (DLAI_LSTM, "lstm_softmax", "dlai"),
    "dlfs2 lstm": (DLFS2, "lstm", "dlfs2"),
    "cmu rnn": (CMU_RNN, "rnn", "cmu11785"),
    "cmu gru": (CMU_GRU, "gru_reset_after", "cmu11785"),
    "min-char": (MINCHAR, "rnn_characters", "minchar"),
}


@pytest.mark.every_cell
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_file_in_the_style_of_a_course_has_full_marks(name):
    report = graded(*RIGHT[name])
    assert report.full_marks, report
    assert report.mistakes == report.warnings == ()


# The course's file, the edit, the mistake's id and the quantity it is in.
WRONG = [
    ("dlai lstm", "dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next", "missing-path", "dc"),
    ("dlfs2 lstm", "* f*(1-f)", "", "missing-activation-derivative", "da_f"),
    ("cmu gru", "(h - self.n) * self.z * (1 - self.z)", "(h - self.n) * self.z", "missing-factor", "da_z"),
    ("min-char", "+ dhnext", "", "not-carried-back", "dh"),
]
MORE = [
    ("dlai rnn", "da[:, :, t] + da_prevt", "da[:, :, t]", "not-carried-back", "dh"),
    ("dlfs2 lstm", "grads[i] += grad", "grads[i] = grad", "overwritten-over-time", "dW_f"),
    ("cmu rnn", "delta * (1 - h_t ** 2)", "delta", "missing-activation-derivative", "da_h"),
    ("dlai rnn", "(1 - a_next ** 2) * da_next", "da_next", "missing-activation-derivative", "da_h"),
    ("dlai rnn", "(x[:, :, t], a_next,", "(x[:, :, t], a0,", "not-carried", "h"),
    ("dlai lstm", 'np.tanh(p["Wc"]', 'sigmoid(p["Wc"]', "wrong-activation", "g"),
    ("cmu gru", "(1 - self.z) * self.n + self.z *", "self.z * self.n + (1 - self.z) *", "opposite-polarity", "h"),
    ("min-char", "(1 - hs[t] * hs[t]) * dh", "dh", "missing-activation-derivative", "da_h"),
]


@pytest.mark.every_cell
@pytest.mark.parametrize(
    ("name", "right", "wrong", "identity", "quantity"),
    [*WRONG, *(pytest.param(*more, marks=pytest.mark.slow) for more in MORE)],
)
def test_a_wrong_file_in_the_style_of_a_course_is_named(name, right, wrong, identity, quantity):
    source, cell, convention = RIGHT[name]
    assert right in source
    report = graded(source.replace(right, wrong), cell, convention)
    assert not report.full_marks
    assert [(m.id, m.quantity) for m in report.mistakes][:1] == [(identity, quantity)], report


# ------------------------------------------------------------------------------------------------ what is said


def failed(name, *edits):
    """The messages of what fails, by task and quantity, after edits of a right file."""
    source, cell, convention = RIGHT[name]
    for right, wrong in edits:
        assert right in source
        source = source.replace(right, wrong)
    report = graded(source, cell, convention)
    return {(c.task, c.quantity): c.message for c in report.checks if c.status == "failed"}


def test_a_dict_of_gradients_without_one_of_them_is_said_with_the_near_name():
    said = failed("dlai rnn", ('"dba": dba}', '"dbaa": dba}'), ('"dWaa", "dba")', '"dWaa", "dbaa")'))
    assert said == {("rnn_cell_backward", "db"): 'rnn_cell_backward returns no "dba". Did you mean dbaa?'}


def test_a_tuple_where_the_course_returns_a_dict_is_said():
    said = failed("dlai rnn", ('return {"dxt": dxt,', 'return 1, {"dxt": dxt,'))
    assert said["rnn_cell_backward", "dx"] == "rnn_cell_backward returns a tuple, not a dict of gradients by name."


def test_a_method_that_is_missing_is_said():
    said = failed("dlfs2 lstm", ("def backward(self, dh_", "def back(self, dh_"))
    assert said["LSTM.backward", "dx"] == "There is no function LSTM.backward."
    said = failed("cmu rnn", ("class RNNCell", "class Cell"))
    assert said["RNNCell.forward", "h"] == "There is no function RNNCell.forward."


def test_an_attribute_that_is_missing_is_said_in_the_function_that_lacks_it():
    said = failed("cmu rnn", ("self.db_ih += dz.mean(axis=0)", ""), ("self.db_ih, self.db_hh = np.z", "_, _ = np.z"))
    raised = "RNNCell.backward raised AttributeError in line 24: “'RNNCell' object has no attribute 'db_hh'”"
    assert set(said.values()) == {raised}


def test_two_biases_that_are_added_up_have_one_gradient():
    said = failed("cmu rnn", ("self.db_hh += dz.mean(axis=0)", "self.db_hh += dz.sum(axis=0)"))
    assert said == {("RNNCell.backward", "db"): "db_hh differs from another place of db: a sum sends both the same."}


def test_gradients_that_are_not_clipped_are_seen():
    assert failed("min-char", ("-5, 5, out", "-500, 500, out"))


def test_a_course_s_own_tests_in_a_notebook_do_nothing():
    source, cell, convention = RIGHT["dlai lstm"]
    called = "from public_tests import *\n" + source + "\nlstm_cell_forward_test(lstm_cell_forward)\n"
    assert graded(called, cell, convention).full_marks


def test_a_near_name_of_a_function_that_does_all_is_said():
    with pytest.raises(BadInput, match="no function lossfun is asked for"):
        gatecheck.check(lossfun, cell="rnn_characters", convention="minchar", show=False)


def lossfun(inputs, targets, hprev):
    """Nearly the name."""


def test_a_file_that_reads_a_text_and_trains_for_ever_is_graded_all_the_same():
    before = 'data = open("input.txt").read()\nvocab_size = len(set(data))\n'
    after = "\nwhile True:\n    lossFun([0], [1], np.zeros((100, 1)))\n"
    assert graded(before + MINCHAR + after, "rnn_characters", "minchar").full_marks


def test_what_a_course_hands_out_is_there_for_that_course_only():
    report = graded("from rnn_utils import softmax\n", "rnn", "cs231n")
    assert (report.outcome, report.score) == ("rejected", 0)
    assert "No module named 'rnn_utils'" in report.message


def test_an_adapter_is_short():
    for cell, convention in described():
        adapter = layout(load(cell), convention).adapter
        assert len(adapter.strip().splitlines()) <= 40
