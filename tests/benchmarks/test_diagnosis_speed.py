"""What naming a mistake costs: the judge's processor time, as a part of what importing NumPy takes; -m benchmark -s.

Every seventh wrong program of a function is planted by its numbers; its name is looked for as `grade` does, with all
that is worked out once for an assignment at hand. Nothing is asserted about time: where importing NumPy takes 70 ms, 80
in the median and 400 in the 95th percentile are aimed at, which is 1.1 and 5.7.
"""

import subprocess
import sys
import time
from statistics import median, quantiles

import numpy as np
import pytest

from gatecheck.assignment.kit import kit_for
from gatecheck.grading.case import case_of
from gatecheck.grading.diagnosis import diagnose
from gatecheck.grading.exchange import expected
from gatecheck.grading.found import applied
from gatecheck.grading.repeating import other
from gatecheck.grading.sample import sample

pytestmark = pytest.mark.benchmark
EVERY = 7
IMPORT = "import time; t = time.process_time(); import numpy; print(time.process_time() - t)"


def floor():
    """Seconds of processor time that importing NumPy takes."""
    runs = [subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True) for _ in range(9)]
    return median(float(r.stdout) for r in runs)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "lstm_layernorm"])
def test_the_cost_of_a_name(cell):
    kit, numpy_import = kit_for(cell), floor()
    program, made = kit.key.program, kit.layout
    print()
    for role in ("step", "step_backward", "forward", "backward"):
        data = sample(made, program, "5eed").of(role)
        again = other(role, data)
        truth = expected(made, role, program, data)
        case = case_of(made, role, program, data, truth, None)
        spent, named = [], 0
        for wrong in list(case.wrongs(program))[::EVERY]:
            changed = applied(made, program, [wrong])
            values, others = (expected(made, role, changed, given) for given in (data, again))
            if not case.off(case.errors(changed)) or not all(np.isfinite(v).all() for v in values.values()):
                continue
            start = time.process_time()
            named += diagnose(made, role, program, data, values, None, (again, others)).certain
            spent.append((time.process_time() - start) / numpy_import)
        late = quantiles(spent, n=20)[-1]
        print(
            f"{cell:15} {role:14} {len(spent):4} planted, {100 * named / len(spent):5.1f} % named; "
            f"median {median(spent):5.2f}, 95 % {late:5.2f}, worst {max(spent):5.2f} x import numpy"
        )
