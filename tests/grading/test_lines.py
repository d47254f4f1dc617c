"""The line of a mistake: the edited one, in files of several styles, or none; and outlines that lie."""

import ast
from collections import Counter
from functools import cache

import pytest
from handwritten import STYLES as HANDWRITTEN
from ran import Ran, kit
from test_courses import RIGHT

from gatecheck.grading.exchange import expected
from gatecheck.grading.inside.outline import outlined
from gatecheck.grading.ladder import far, read
from gatecheck.grading.lines import line_of
from gatecheck.grading.outline import heard
from gatecheck.grading.report import Mistake, Where
from gatecheck.grading.running import Run
from gatecheck.grading.sample import sample

#: Edits of the files in the style of courses.
COURSES = {
    "dlai rnn": [
        ("(1 - a_next ** 2) * da_next", "da_next", "da_h"),
        ("(1 - a_next ** 2) * da_next", "a_next * (1 - a_next) * da_next", "da_h"),
        ('dxt = np.dot(parameters["Wax"].T, dtanh)', 'dxt = -np.dot(parameters["Wax"].T, dtanh)', "dx"),
        ("dWax = np.dot(dtanh, xt.T)", "dWax = -np.dot(dtanh, xt.T)", "dW"),
        ('da_prev = np.dot(parameters["Waa"].T', 'da_prev = np.dot(parameters["Waa"]', "dh_prev"),
        ("dba = np.sum(dtanh, axis=1, keepdims=True)", "dba = np.mean(dtanh, axis=1, keepdims=True)", "db"),
        ("total.get(name, 0) + gradients[name]", "gradients[name]", "dW"),
        ("da[:, :, t] + da_prevt", "da[:, :, t]", "dh"),
        ("(x[:, :, t], a_next,", "(x[:, :, t], a0,", "h"),
    ],
    "dlai lstm": [
        ("dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)", "dc_next", "dc"),
        ("dc_next + da_next * ot", "da_next * ot", "dc"),
        ("da_next * np.tanh(c_next) * ot * (1 - ot)", "da_next * np.tanh(c_next)", "da_o"),
        ("da_next * np.tanh(c_next) * ot", "da_next * ot", "do"),
        ("dc * it * (1 - cct ** 2)", "dc * it", "da_g"),
        ("dc * it * (1 - cct ** 2)", "dc * (1 - cct ** 2)", "dg"),
        ("dc * cct * it * (1 - it)", "dc * cct * it", "da_i"),
        ("dc * c_prev * ft * (1 - ft)", "dc * ft * (1 - ft)", "df"),
        ("dc * c_prev * ft * (1 - ft)", "dc * c_prev", "da_f"),
        ('"dc_prev": dc * ft', '"dc_prev": dc', "dc_prev"),
        ("ft * c_prev + it * cct", "ft * c_prev + cct", "c"),
        ('np.tanh(p["Wc"]', 'sigmoid(p["Wc"]', "g"),
        (' + p["bf"]', "", "f", "a_f"),
        ('it = sigmoid(p["Wi"]', 'it = np.tanh(p["Wi"]', "i"),
        ("a_next = ot * np.tanh(c_next)", "a_next = ot * c_next", "h"),
        ("lstm_cell_forward(x[:, :, t], a_next,", "lstm_cell_forward(x[:, :, t], a0,", "h"),
        ("da[:, :, t] + da_prevt", "da[:, :, t]", "dh"),
        ("da_prevt, dc_prevt, caches", "da_prevt, 0 * dc_prevt, caches", "dc"),
        ("total.get(name, 0) + gradients[name]", "gradients[name]", "dW_f"),
    ],
    "dlfs2 lstm": [
        ("dc_next + dh_next * o * (1 - tanh_c ** 2)", "dc_next", "dc"),
        ("* f*(1-f)", "", "da_f"),
        ("ds*i * (1-g**2)", "ds*i", "da_g"),
        ("ds*g * i*(1-i)", "ds * i*(1-i)", "di"),
        ("ds * f", "ds", "dc_prev"),
        ("dA @ Wh.T, ds", "-dA @ Wh.T, ds", "dh_prev"),
        ("f * c_prev + g * i", "c_prev + g * i", "c"),
        ("o * np.tanh(c_next)\n", "np.tanh(c_next)\n", "h"),
        ("sigmoid(A[:, :H])", "np.tanh(A[:, :H])", "f"),
        ("+ h_prev @ Wh + b", "+ h_prev @ Wh", "f", "a_f"),
        ("dhs[:, t, :] + dh", "dhs[:, t, :]", "dh"),
        ("+ dh, dc)", "+ dh, 0)", "dc"),
        ("layer.forward(xs[:, t, :], self.h", "layer.forward(xs[:, t, :], 0 * self.h", "h"),
        ("grads[i] += grad", "grads[i] = grad", "dW_f"),
    ],
    "cmu rnn": [
        ("delta * (1 - h_t ** 2)", "delta", "da_h"),
        ("self.dW_ih += dz.T @ h_prev_l / batch_size", "self.dW_ih += dz.T @ h_prev_l", "dW"),
        ("self.dW_hh += dz.T @ h_prev_t", "self.dW_hh -= dz.T @ h_prev_t", "dU"),
        ("return dz @ self.W_ih, dz @ self.W_hh", "return dz @ self.W_ih, dz @ self.W_hh.T", "dh_prev"),
        ("+ self.b_ih", "", "h", "a_h"),
        ("return self.activation(", "return (", "h"),
    ],
    "cmu gru": [
        ("(h - self.n) * self.z * (1 - self.z)", "(h - self.n) * self.z", "da_z"),
        ("(h - self.n) * self.z * (1 - self.z)", "h * self.z * (1 - self.z)", "dz"),
        ("delta * (1 - self.z) * (1 - self.n ** 2)", "delta * (1 - self.z)", "da_n"),
        ("dn * self.inner * self.r * (1 - self.r)", "dn * self.r * (1 - self.r)", "dr"),
        ("dn * self.inner * self.r * (1 - self.r)", "dn * self.inner", "da_r"),
        ("delta * self.z + self.Wrh.T", "delta + self.Wrh.T", "dh_prev"),
        ("dx = self.Wrx.T @ dr + ", "dx = ", "dx"),
        ("(1 - self.z) * self.n + self.z *", "self.z * self.n + (1 - self.z) *", "h"),
        ("self.n = np.tanh(self.Wnx @ x", "self.n = sigmoid(self.Wnx @ x", "n"),
        ("@ h_prev_t + self.bzh)", "@ h_prev_t)", "z", "a_z"),
    ],
    "min-char": [
        ("(1 - hs[t] * hs[t]) * dh", "dh", "da_h"),
        ("+ dhnext", "", "dh"),
        ("dWhh += np.dot", "dWhh = np.dot", "dU_h"),
        ("dby += dy", "dby = dy", "db_y"),
        ("dhnext = np.dot(Whh.T, dhraw)", "dhnext = np.dot(Whh, dhraw)", "dh_prev"),
        ("np.dot(dhraw, xs[t].T)", "np.dot(dh, xs[t].T)", "dW_h"),
    ],
}
STYLES = {**HANDWRITTEN, **{name: (*RIGHT[name], edits) for name, edits in COURSES.items()}}
#: Those whose loops call no step.
INLINED = ("inlined gru", "min-char")
ROLES = ("step", "step_backward", "forward", "backward")


def changed_lines(source, edited):
    """The numbers of the lines that an edit changes."""
    pairs = zip(source.split("\n"), edited.split("\n"), strict=True)
    return {number for number, (before, after) in enumerate(pairs, 1) if before != after}


def around(source, line):
    """The name of the function or the method that a line is in."""
    for node in ast.parse(source).body:
        for inner, name in [(node, ""), *((n, f"{node.name}.") for n in getattr(node, "body", []) if name_of(node))]:
            if isinstance(inner, ast.FunctionDef) and inner.lineno <= line <= inner.end_lineno:
                return name + inner.name
    raise AssertionError(line)


def name_of(node):
    return isinstance(node, ast.ClassDef)


@cache
def values(source, cell, convention):
    """What each function gives, by role, as quantities of the equations."""
    made = kit(cell, convention)
    layout, drawn = made.layout, sample(made.layout, made.key.program, "c0ffee")
    found = {}
    roles = [role for role in ROLES if any(s.role == role for s in layout.signatures)]
    for role, answer in Ran(source, made).of(drawn, *roles).items():
        truth = expected(layout, role, made.key.program, drawn.of(role))
        reading = read(layout, layout.signature(role), [answer], Run("graded", ()), truth, drawn.step.sizes, str)
        found[role] = reading.values
    return found


def located(style, before, after, quantity, left=""):
    """The line that is reported for a planted mistake, and the lines that it was planted in."""
    source, cell, convention, _ = STYLES[style]
    assert before in source, before
    edited = source.replace(before, after, 1)
    changed = changed_lines(source, edited)
    name = around(source, min(changed))
    layout = kit(cell, convention).layout
    signature = layout.by_name(name)
    right, wrong = (values(text, cell, convention)[signature.role] for text in (source, edited))
    explains = tuple(q for q in right if far(wrong[q], right[q], 1.0) > 1e-9)
    assert explains, "the edit changes nothing"
    states = (*layout.cell.outputs, *(f"d{n}" for n in layout.cell.outputs))
    handed = "not-carried" if style not in INLINED and signature.role in ROLES[2:] and quantity in states else ""
    mistake = Mistake(handed, "", quantity, "", "", True, 0.0, explains, where=Where(name), left=left)
    outline = heard(outlined(edited.encode(), (name,)), edited.count("\n") + 1)
    unchanged = frozenset(right) - set(explains)
    return line_of(outline, kit(cell, convention), signature, mistake, unchanged), changed


@pytest.mark.every_cell
@pytest.mark.parametrize("style", STYLES)
def test_a_reported_line_is_the_edited_one_and_most_edits_have_one(style):
    told = Counter()
    for edit in STYLES[style][3]:
        line, changed = located(style, *edit)
        assert line is None or line in changed, edit
        told[line is not None] += 1
    assert told[True] >= 0.85 * sum(told.values()), told
