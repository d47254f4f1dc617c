"""How far generated NumPy is from what cannot be left out; run with -m benchmark -s, beside peers with -m peers -s."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatecheck.cells import library, load
from gatecheck.writing.fast.calls import call
from gatecheck.writing.fast.module import compiled

SCRIPT = Path(__file__).parent / "numpy_speed.py"
ROOT = SCRIPT.parent.parent.parent
#: The size at which every cell of the library is measured, as a place in the script's list.
MIDDLE = 2


def rows(name, dtype, runs=5, peers=False, only=None):
    """Seconds by contestant, a line for each size."""
    arguments = [name, dtype, str(runs), "yes" if peers else "no", *([str(only)] if only is not None else [])]
    return child(SCRIPT, arguments)


def child(script, arguments):
    """What a script prints as JSON: one BLAS thread can only be asked for before NumPy is imported."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, str(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def show(title, found):
    """A table: a line for each contestant, a column for each size, as times the floor."""
    print(f"\n{title}: CPU time over the floor, forward and backward")
    print(f"{'T,B,D,H':36}" + "".join(f"{','.join(map(str, row['size'])):>16}" for row in found))
    for name in {n: None for row in found for n in row["seconds"]}:
        ratios = [row["seconds"].get(name, float("nan")) / row["seconds"]["floor"] for row in found]
        cells = "".join(f"{r:16.2f}" if r == r else f"{'-':>16}" for r in ratios)
        print(f"{name:36}{cells}")
    print(f"{'the floor, ms':36}" + "".join(f"{1e3 * row['seconds']['floor']:16.2f}" for row in found))


@pytest.mark.benchmark
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["lstm", "gru_reset_after"])
def test_generated_numpy_over_the_floor(name, dtype):
    show(f"{name}, {dtype}", rows(name, dtype))


@pytest.mark.benchmark
def test_what_each_pass_is_worth():
    found = {n: child(SCRIPT.with_name("passes_worth.py"), [n, "float64", "9"])[0] for n in ("lstm", "gru_reset_after")}
    print("\nCPU time without a pass over that with all, at (1000,8,64,64), float64")
    print(f"{'without':30}" + "".join(f"{name:>18}" for name in found))
    for lacking in dict.fromkeys(lacking for seconds in found.values() for lacking in seconds):
        ratios = [seconds.get(lacking, float("nan")) / seconds["all passes"] for seconds in found.values()]
        print(f"{lacking:30}" + "".join(f"{r:18.2f}" if r == r else f"{'-':>18}" for r in ratios))


@pytest.mark.benchmark
@pytest.mark.peers
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["lstm", "gru_reset_after"])
def test_generated_numpy_beside_its_peers(name, dtype):
    show(f"{name}, {dtype}", rows(name, dtype, runs=3, peers=True))


@pytest.mark.benchmark
def test_every_cell_of_the_library_over_the_floor():
    print("\nevery cell at (100,32,64,128), float64: fast and readable over the floor")
    print(f"{'':22}{'fast':>8}{'readable':>10}   elementwise calls per step in the loops")
    for name in library():
        seconds = rows(name, "float64", runs=3, only=MIDDLE)[0]["seconds"]
        program = compiled(load(name))
        loops = [call(s) for n in ("forward", "backward") for s in program.section(n)]
        elementwise = not any(c.product for c in loops)
        note = f"{sum(not c.product for c in loops)}" + " (an elementwise recurrence)" * elementwise
        over = {n: f"{s / seconds['floor']:.2f}" for n, s in seconds.items()}
        print(f"{name:22}{over['fast']:>8}{over.get('readable', '-'):>10}   {note}")
