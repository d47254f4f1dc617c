"""What exceptions of student code say, also where memory has run out.

As in wire.py, numpy's names are taken once, at import.
"""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType

from numpy import empty

from .portable import clean
from .values import MESSAGE

SPARE_BYTES = 4 << 20


def out_of_memory(error: BaseException) -> bool:
    """Whether it is because of memory, of which Python sometimes says only that something failed without a reason."""
    if isinstance(error, SystemError):
        if "without setting an exception" in text_of(error):  # C code that found no memory for its exception
            return True
        try:
            empty(SPARE_BYTES, "u1")
        except MemoryError:
            return True
    return isinstance(error, MemoryError)


def release(trace: TracebackType | None) -> None:
    """Free the locals of frames that have ended: otherwise no memory is left to say that there was none."""
    while trace is not None:
        with suppress(RuntimeError):  # one that still runs is our own
            trace.tb_frame.clear()
        trace = trace.tb_next


def text_of(error: BaseException) -> str:
    """An exception's text; empty where it has none, or fails to tell."""
    try:
        return clean(error.msg if isinstance(error, SyntaxError) else str(error), MESSAGE)
    except BaseException:
        return ""
