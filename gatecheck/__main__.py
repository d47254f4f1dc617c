"""The console script, and python -m gatecheck. Nothing is imported before Ctrl-C has an answer."""

import gc
import os
import sys


def main() -> None:
    """Run a command; end with the exit code of the contract, never with a traceback."""
    try:
        # Imports make many objects and no garbage; looking for it after every 700 is felt: `derive` takes 1.44 times
        # `import sympy` with this line and 1.54 times without.
        gc.set_threshold(50_000)
        # NumPy's BLAS starts a thread for every core, and they spin: half of what `import numpy` costs on two cores.
        # None of our arrays is large enough for them.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from .cli import run

        code = run()
    except KeyboardInterrupt:  # while the command was still being imported
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
