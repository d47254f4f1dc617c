"""What deriving, printing and proving cost, measured; run with -m benchmark -s."""

import statistics
import subprocess
import sys
import time

import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.proof import prove
from gatecheck.cells import library, load, read
from gatecheck.writing.equations import all_formulas, equation
from gatecheck.writing.formulas import Formulas

pytestmark = pytest.mark.benchmark
EQUATIONS = (10, 30, 100, 300)
RUNS = 7

#: A fresh process, as a command is: SymPy's caches are empty, the imports are done.
COLD = """
import sys, time
from gatecheck.calculus.backward import derive
from gatecheck.cells import load
cell = load(sys.argv[1])
start = time.process_time()
derive(cell)
print(time.process_time() - start)
"""


def cold(name):
    """CPU seconds of the first derivation in a process, after imports."""
    runs = [subprocess.run([sys.executable, "-c", COLD, name], capture_output=True, text=True, check=True)
            for _ in range(RUNS)]  # fmt: skip
    return statistics.median(float(run.stdout) for run in runs)


def seconds(action):
    """CPU seconds, the median of several runs."""
    found = []
    for _ in range(RUNS):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return statistics.median(found)


def printed(backward):
    writer = Formulas(backward.system)
    return [*(equation(writer, line) for line in backward.system.lines), *map(str, all_formulas(writer, backward))]


def generated(n):
    """A cell of n equations, each gated like an LSTM's: a chain through elementwise products and one matrix each."""
    lines = ["x: D", "h: H", "q0: H", "q0[t] = sigmoid(W0 @ x[t] + U0 @ h[t-1] + b0)"]
    for k in range(1, n - 1):
        lines.append(f"q{k}: H\nq{k}[t] = sigmoid(W{k} @ x[t] + b{k}) * q{k - 1}[t] + (1 - q{k - 1}[t]) * h[t-1]")
    return read("\n".join([*lines, f"h[t] = tanh(q{n - 2}[t])"]))


def test_the_cost_of_every_cell_of_the_library():
    print("\nCPU time in ms; cold: the first derivation of a process, after imports; warm: a later one")
    print(f"{'':20}{'cold':>8}{'warm':>8}{'print':>8}{'print/derive':>14}")
    for name in library():
        cell = load(name)
        first = cold(name)
        warm = seconds(lambda cell=cell: derive(cell))
        backward = derive(cell)
        write = seconds(lambda backward=backward: printed(backward))
        print(f"{name:20}{1e3 * first:8.1f}{1e3 * warm:8.1f}{1e3 * write:8.1f}{write / warm:14.2f}")


def test_the_cost_grows_with_the_number_of_equations():
    print("\nCPU time in ms of generated cells, and per equation")
    for n in EQUATIONS:
        cell = generated(n)
        spent = seconds(lambda cell=cell: derive(cell))
        backward = derive(cell)
        write = seconds(lambda backward=backward: printed(backward))
        print(f"{n:5} equations: derive {1e3 * spent:8.1f} ({1e3 * spent / n:5.2f} each), "
              f"print {1e3 * write:8.1f} ({1e3 * write / n:5.2f} each)")  # fmt: skip


def test_the_cost_of_proving_the_library():
    print("\nCPU time in ms of proofs, imports done; equations: for all sizes; sequences: in a prime field")
    spent = {}
    for name in library():
        cell = load(name)
        start = time.process_time()
        proof = prove(cell, seed="1")
        spent[name] = time.process_time() - start
        first, second = proof.seconds
        print(f"{name:20}{1e3 * spent[name]:8.1f}   equations : sequences = 1 : {second / first:.1f}")
    print(f"{'all':20}{1e3 * sum(spent.values()):8.1f}")
