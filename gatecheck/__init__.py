"""Recurrent cells by hand-derived calculus: derive, prove, generate, grade, and name the mistake.

>>> import gatecheck
>>> report = gatecheck.check(step_backward, cell="my.cell")    # in a notebook or a test  # doctest: +SKIP
>>> gatecheck.load("my.cell").derive()                         # displays as LaTeX        # doctest: +SKIP
>>> gatecheck.gradcheck(forward, backward, {"x": x, "W": W})   # anybody's own gradients  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .gradients import gradcheck
    from .notebook import check, load

__all__ = ["__version__", "check", "gradcheck", "load"]


def __getattr__(name: str) -> Any:
    # Lazily, so that `import gatecheck` (and with it every command) costs nothing.
    if name in ("check", "load"):
        from . import notebook

        return getattr(notebook, name)
    if name == "gradcheck":
        from .gradients import gradcheck

        return gradcheck
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
