"""Wrong programs: each is a mistake, and says one thing."""

import pytest

from gatecheck.assignment.wrong import wrong_programs
from gatecheck.cells import read
from gatecheck.conventions import layout


def mistakes(source):
    return {w.title for w in wrong_programs(layout(read(source, "mine.cell"), "gatecheck"))}


def test_a_path_that_carries_nothing_cannot_be_missing():
    """Σ(q - mean(q)) is zero: what comes through v to m may be left out, and its sign turned."""
    found = mistakes(
        "x: D\nh: H\nq[t] = W @ x[t] + U @ h[t-1]\nm[t] = mean(q[t])\nv[t] = mean((q[t] - m[t])**2)\n"
        "h[t] = tanh((q[t] - m[t]) / sqrt(v[t] + 1))\n"
    )
    assert "A path is missing from the gradient of q: v → q" in found
    assert "A path is missing from the gradient of m: v → m" not in found
    assert "The gradient of m has the wrong sign in its part through v" not in found


@pytest.mark.parametrize(("reads", "told"), [("q[t]", False), ("q[t] * q[t-1]", True)])
def test_a_sign_turned_on_a_way_without_a_fork_is_told_once(reads, told):
    """q goes to h through r alone: a wrong sign at r is the same as one at q, unless q is read elsewhere too."""
    found = mistakes(f"x: D\nh: H\nq[t] = W @ x[t] + h[t-1]\nr[t] = {reads}**2\nh[t] = tanh(r[t] + h[t-1])\n")
    signs = [t for t in sorted(found) if "wrong sign" in t and (" of r " in t or " of q " in t)]
    assert len(signs) == (2 if told else 1), signs
