"""What may cross between the judge and a student's code, and how much of it.

It is loaded beside the student's code too, and imports nothing of gatecheck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER_BYTES = 4 << 20
ARRAY_BYTES = 64 << 20  # of one frame
RUN_BYTES = 256 << 20  # of all frames of one run
NODES = 20_000  # values in one frame
DEPTH = 8
DIMENSIONS = 8
TEXT = 10_000  # characters
#: Of what a submission says of itself: its exceptions' texts, its names, how many frames of a trace, how many names.
MESSAGE, NAME = 500, 100  # characters
FRAMES, NAMES = 12, 200
#: Of a source's outline: functions, statements of each, characters of a name, names in a statement.
OUTLINED, STATEMENTS, WORD, WORDS = 12, 200, 60, 24
#: What can be taken from a process that runs student code, in this order.
LAYERS = ("user", "limits", "files", "calls")
DTYPES = {
    "bool": "|b1",
    "uint8": "|u1",
    "int32": "<i4",
    "int64": "<i8",
    "float32": "<f4",
    "float64": "<f8",
    "complex128": "<c16",
}
#: The same by a dtype's own code for it, whatever its order of bytes: NumPy makes up the names anew each time.
KINDS = {code[1:]: name for name, code in DTYPES.items()}


@dataclass(frozen=True)
class Result:
    """What an earlier call returned, or a part of it; it never leaves the worker."""

    call: int
    part: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Foreign:
    """A value that stayed in the worker; only the name of its kind crosses."""

    kind: str


Mark: TypeAlias = Result | Foreign
Plain: TypeAlias = float | int | str | bool | None
Value: TypeAlias = "NDArray[Any] | Plain | Mark | list[Value] | tuple[Value, ...] | dict[str, Value]"
