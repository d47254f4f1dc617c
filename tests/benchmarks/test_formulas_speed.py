"""What a typed formula costs: milliseconds of processor time until it is judged; run with -m benchmark -s.

Right ones, known mistakes, and text that was made to be slow. Nothing is asserted about time: right ones aim at 50 ms.
"""

import time
from statistics import median

import pytest

from gatecheck.assignment.kit import kit_for
from gatecheck.assignment.model import Task
from gatecheck.grading.intake import submission_from
from gatecheck.grading.typed import TypedFormulas

pytestmark = pytest.mark.benchmark
ROUNDS = 9
ANSWERS = (
    ("lstm", "df", "dc * c_prev"),
    ("lstm", "da_g", "(dh * o * (1 - np.tanh(c)**2) + dc_next) * i * (1 - g**2)"),
    ("lstm", "dc", "dh * (1 - np.tanh(c)**2) + dc_next"),
    ("lstm", "dh", "da_f[t+1] @ U_f + da_i[t+1] @ U_i"),
    ("lstm_layernorm", "dv_f", "(dv)[v_f] + da_f * q_f / s_v"),
    ("lstm", "df", "(" * 5000),
    ("lstm", "df", "*".join(["dc"] * 1400)),
    ("lstm", "df", "tanh(" * 38 + "dc" + ")" * 38),
)


def test_the_cost_of_a_formula(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    print()
    for cell, quantity, text in ANSWERS:
        kit = kit_for(cell)
        source = f'FORMULAS = """\n{quantity} = {text}\n"""\n'.encode()
        spent, status = [], ""
        for seed in range(ROUNDS):
            start = time.process_time()
            typed = TypedFormulas(kit, submission_from("a.py", source), str(seed))
            status = typed.judged(Task("f", 1.0, kind="formula", quantity=quantity)).check.status
            spent.append(1e3 * (time.process_time() - start))
        print(f"{median(spent):6.1f} ms  {status:7} {cell}: {quantity} = {text[:60]}")
