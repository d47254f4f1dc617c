"""Times of generated NumPy beside a floor and beside peers, as lines of JSON; one BLAS thread, process CPU time.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/numpy_speed.py CELL DTYPE RUNS PEERS

What is measured in turn, again and again, is forward and backward over a sequence: the fast module with its parameters
packed and its workspace used again, the readable reference, and the floor: the products that are mathematically
necessary, each as one GEMM where that can be (over all steps, or once a step), and one tanh per gate and step.
"""

import gc
import json
import statistics
import sys
import time

import numpy as np

from gatecheck.calculus.symbols import Times, label
from gatecheck.cells import load
from gatecheck.writing.fast.calls import call
from gatecheck.writing.fast.functions import code
from gatecheck.writing.fast.module import compiled
from gatecheck.writing.reference import code as reference

SIZES = ((50, 1, 32, 32), (1000, 8, 64, 64), (100, 32, 64, 128), (50, 64, 256, 512))
ACTIVATIONS = ("tanh", "exp", "log", "softplus", "erf")


def module(text):
    made = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), made)
    return made


def drawn(cell, T, B, D, H, dtype):
    """Arrays for a cell; every size but D is H."""
    rng = np.random.default_rng(7)
    sizes = {name: D if name == "D" else H for name in cell.sizes}

    def array(*shape):
        return rng.normal(size=shape).astype(dtype)

    p = {n: array(*(s.value(sizes) for s in cell.shapes[n])) / dtype(np.sqrt(H)) for n in cell.parameters}
    x = [array(T, B, cell.size(n).value(sizes)) for n in cell.inputs]
    x0 = [np.zeros((B, cell.size(n).value(sizes)), dtype) for n in cell.lagged]
    upstream = [array(T, B, cell.size(n).value(sizes)) for n in cell.outputs]
    return p, x, x0, upstream, sizes


def necessary(program, sizes):
    """((rows, columns), whether once a step) of products, those of one operand together; the number of activations."""
    products, activations = {}, 0
    for section in ("early", "forward", "late"):
        for s in program.section(section):
            c = call(s)
            if c.product:
                name = label(s.expression.args[0]).name
                piece = program.pieces.get(name)
                # A bias beside a matrix costs nothing that is necessary.
                matrix = program.cell.shapes[piece.parameter if piece and piece.beside else name]
                rows, columns = matrix if isinstance(s.expression, Times) else matrix[::-1]
                key = (section, c.operands[0], columns.value(sizes))
                products[key] = products.get(key, 0) + rows.value(sizes)
            elif c.function in ACTIVATIONS:
                activations += program.system.size(s.target).value(sizes)
    return [((rows, key[2]), key[0] == "forward") for key, rows in products.items()], activations


def floor(products, activations, T, B, dtype):
    """A function that does what cannot be left out."""
    rng = np.random.default_rng(8)

    def array(*shape):
        return rng.normal(size=shape).astype(dtype)

    work = []
    for (rows, columns), stepwise in products:
        w = array(columns, rows)
        work.append((stepwise, w, np.ascontiguousarray(w.T), array(T * B, columns), array(T * B, rows),
                     array(B, columns), array(B, rows), array(B, columns), array(T * B, columns)))  # fmt: skip
    gates, results = array(B, activations), array(B, activations)

    def run():
        for stepwise, w, turned, over, slab, operand, out, back, all_back in work:
            if stepwise:
                for _ in range(T):
                    np.dot(operand, w, out=out)
                for _ in range(T):
                    np.dot(out, turned, out=back)
            else:
                np.dot(over, w, out=slab)
                np.dot(slab, turned, out=all_back)
            np.dot(slab.T, over)
        for _ in range(T):
            np.tanh(gates, out=results)

    return run


def contestants(cell, T, B, D, H, dtype):
    """Functions by name, each one pass forward and back."""
    p, x, x0, upstream, sizes = drawn(cell, T, B, D, H, dtype)
    fast, plain = module(code(cell)), module(reference(cell))
    packed, kept = fast["pack"](p), [None]

    def run_fast():
        *_, kept[0] = fast["forward"](*x, *x0, packed, kept[0])
        fast["backward"](*upstream, kept[0], packed)

    def run_readable():
        *_, steps = plain["forward"](*x, *x0, p)
        plain["backward"](*upstream, steps, p)

    found = {"floor": floor(*necessary(compiled(cell), sizes), T, B, dtype), "fast": run_fast}
    return found | ({"readable": run_readable} if "forward" in plain else {})


def measured(functions, runs):
    """Median CPU seconds of each, run in turn."""
    for function in functions.values():
        function()
    gc.disable()
    found = {name: [] for name in functions}
    for _ in range(runs):
        for name, function in functions.items():
            start = time.process_time()
            function()
            found[name].append(time.process_time() - start)
    gc.enable()
    return {name: statistics.median(times) for name, times in found.items()}


def main(name, dtype, runs, with_peers, sizes=SIZES):
    """A line of JSON for each size."""
    cell, kind = load(name), np.dtype(dtype).type
    for T, B, D, H in sizes:
        functions = contestants(cell, T, B, D, H, kind)
        if with_peers:
            from rivals import rivals

            functions |= rivals(name, T, B, D, H, kind)
        repeat = runs * 20 if T * B * H < 10_000 else runs
        print(json.dumps({"size": [T, B, D, H], "seconds": measured(functions, repeat)}), flush=True)


if __name__ == "__main__":
    chosen = [SIZES[int(sys.argv[5])]] if len(sys.argv) > 5 else SIZES
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "yes", chosen)
