"""What a worker said, word by word checked, and what becomes of it: one answer per call, and a sentence.

A student's code can write to the channel: a message is taken to be well-formed only after it was read here.
"""

from __future__ import annotations

import itertools
import math
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from ..errors import quoted
from .inside.frames import WireError
from .inside.values import FRAMES, LAYERS, MESSAGE, NAME, NAMES, Value
from .outline import Outline, heard

Given = Literal["returned", "raised", "missing", "not_callable", "depends"]  # what a worker may say
Status = Literal[Given, "timeout", "died", "unreached", "unsteady", "constant"]  # the last two: see `repeating`
Outcome = Literal["graded", "rejected", "timeout", "crashed", "error"]
End: TypeAlias = Literal["late", "silent", "garbled", "full"]
_GIVEN = get_args(Given)


@dataclass(frozen=True)
class Call:
    """One call; `opaque` are the parts of the returned tuple that stay in the worker (the cache).

    role: the adapter's function that makes it, where the course has an adapter and that one in it.
    """

    function: str
    arguments: tuple[Value, ...]
    opaque: tuple[int, ...] = ()
    role: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a course puts around a submission: modules to import, by name, and an adapter; both Python source.

    definitions: only what the file imports and defines is executed, as where the rest of it reads data and trains.
    """

    modules: Mapping[str, str] = field(default_factory=dict)
    adapter: str = ""
    definitions: bool = False


@dataclass(frozen=True)
class Raised:
    """What the student's code raised; `trace` holds (line, function, source line), the innermost last."""

    kind: str
    message: str
    line: int | None
    trace: tuple[tuple[int, str, str], ...]

    @property
    def named(self) -> str:
        """The exception's class: a name, or what somebody made one of."""
        return self.kind if self.kind.isidentifier() else quoted(self.kind)


@dataclass(frozen=True)
class Answer:
    """What became of one call; `modified` are the arguments that were changed in place.

    overwritten: whether what the same function returned before is no longer what it was. overflows: whether large
    arguments give what is not finite. again: what became of the same call once more, where that was something else.
    """

    status: Status
    value: Value = None
    raised: Raised | None = None
    modified: tuple[int, ...] = ()
    seconds: float = 0.0
    overwritten: bool = False
    overflows: bool = False
    again: Answer | None = None


@dataclass(frozen=True)
class Run:
    """What became of a submission; `message` is one sentence for the student, empty when every call ended.

    layers: those of isolation that held. disturbed: something else than itself may have stopped it; it deserves another
    run. outline: of the functions for which it was asked for.
    """

    outcome: Outcome
    answers: tuple[Answer, ...]
    message: str = ""
    raised: Raised | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    isolated: bool = False
    layers: tuple[str, ...] = ()
    memory_bytes: int = 0
    names: tuple[str, ...] = ()
    disturbed: bool = False
    outline: Outline = field(default_factory=dict)


@dataclass
class Transcript:
    """One run as far as it has come."""

    file: str
    calls: tuple[Call, ...]
    deadline: float
    memory_mib: int
    started: bool = False
    boot_cpu_seconds: float = 0.0
    holding: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None  # None until the file is loaded
    rejected: Raised | None = None
    answers: list[Answer] = field(default_factory=list)
    outline: Outline = field(default_factory=dict)
    end: End | None = None
    lingers: bool = False  # whether it fell silent and lived on

    @property
    def complete(self) -> bool:
        """Whether nothing more is to be said."""
        return self.rejected is not None or len(self.answers) == len(self.calls)

    def hear_ready(self, message: Value) -> None:
        """The worker has imported numpy. Raises: WireError for any other message, like those below."""
        self.boot_cpu_seconds = _seconds(_take(message, "ready", float))

    def hear_holding(self, message: Value) -> None:
        """What the worker may no longer do; said before the submission's code runs."""
        holding = _take(message, "holding", tuple)
        if not set(holding) <= set(LAYERS):
            raise WireError("a layer of no known name")
        self.holding = holding

    def hear_outline(self, message: Value, lines: int) -> None:
        """What the functions of a source of so many lines do; said before that runs."""
        self.outline = heard(_take(message, "outline", tuple), lines)

    def hear_load(self, message: Value) -> None:
        """The file was executed, or raised."""
        if type(message) is dict and "rejected" in message:
            self.rejected = _raised(message["rejected"])
            return
        names = _take(message, "loaded", tuple)
        if not all(type(name) is str for name in names):
            raise WireError("a name is no text")
        self.names = tuple([name[:NAME] for name in names[:NAMES]])

    def hear_answer(self, message: Value) -> None:
        """The next call has ended."""
        index = len(self.answers)
        status: Given = _take(message, "status", str)
        if status not in _GIVEN or _take(message, "call", int) != index:
            raise WireError("an answer is out of order, or of no known status")
        modified = _take(message, "modified", tuple)
        if not all(type(i) is int and 0 <= i < len(self.calls[index].arguments) for i in modified):
            raise WireError("a modified argument does not exist")
        if any(a >= b for a, b in itertools.pairwise(modified)):
            raise WireError("the modified arguments are not in order")
        seconds, overwritten = _seconds(_take(message, "seconds", float)), _take(message, "overwritten", bool)
        answer = Answer(status, modified=modified, seconds=seconds, overwritten=overwritten)
        if status == "raised":
            answer = replace(answer, raised=_raised(_take(message, "raised", dict)))
        elif status == "returned":
            answer = replace(answer, value=_take(message, "value", object))
        self.answers.append(answer)

    def told(
        self, seconds: float, cpu_seconds: float, exit_code: int | None, trouble: str = "", memory_bytes: int = 0
    ) -> Run:
        """The run as it ended."""
        return Run(
            outcome=self._outcome(),
            answers=self._all_answers(),
            message=self._sentence(exit_code, trouble),
            raised=self.rejected,
            seconds=seconds,
            cpu_seconds=max(0.0, cpu_seconds - self.boot_cpu_seconds),
            isolated=set(self.holding) == set(LAYERS),
            layers=self.holding,
            memory_bytes=memory_bytes,
            disturbed=not self.started or (self.end == "silent" and not self.lingers and exit_code in (None, -9)),
            names=self.names or (),
            outline=self.outline,
        )

    def _outcome(self) -> Outcome:
        if not self.started:
            return "error"
        if self.rejected is not None:
            return "rejected"
        if self.end == "late" and self.names is None:
            return "timeout"
        nothing_said = self.names is None or not self.answers
        return "crashed" if self.end == "garbled" or (self.end in ("silent", "full") and nothing_said) else "graded"

    def _all_answers(self) -> tuple[Answer, ...]:
        missing = [Answer("unreached")] * (len(self.calls) - len(self.answers))
        if missing and self.names is not None:
            missing[0] = Answer("timeout" if self.end == "late" else "died")
        return (*self.answers, *missing)

    def _sentence(self, exit_code: int | None, trouble: str) -> str:
        if not self.started:
            why = trouble or f"exit code {exit_code}"
            return f"A fresh Python with NumPy did not start ({why}); try: {sys.executable} -I -c 'import numpy'"
        if self.rejected is not None:
            return f"{self.file} {_rejection(self.rejected)}"
        inside = "while it was being loaded"
        if self.names is not None and len(self.answers) < len(self.calls):
            inside = f"inside {self.calls[len(self.answers)].function}"
        match self.end:
            case "late":
                return f"{self.file} ran longer than the {self.deadline:g} s allowed, {inside}."
            case "silent":
                return f"{self.file} {_death(exit_code)}, {inside}."
            case "full":
                return f"{self.file} took more than the {self.memory_mib} MiB of memory allowed, {inside}."
            case "garbled":
                return f"{self.file} spoke to its judge out of turn, {inside}; nothing more was read."
        return ""


def _rejection(raised: Raised) -> str:
    at = "" if raised.line is None else f" in line {raised.line}"
    message = f": {quoted(raised.message)}" if raised.message else "."
    if raised.kind in ("SyntaxError", "IndentationError", "TabError"):
        return f"is not valid Python{at}{message}{_notebooks(raised)}"
    if raised.kind == "UnicodeDecodeError" and raised.line is None:
        return "is not UTF-8 text."
    if raised.kind in ("RecursionError", "MemoryError") and raised.line is None:
        return "is nested too deeply for Python to read: break its longest expressions into several lines."
    said = f"raised {raised.named}{at} while it was being loaded{message}"
    if raised.kind in ("ModuleNotFoundError", "ImportError"):
        return f"{said}. Only NumPy and Python's own modules are there: leave other imports out."
    return said + _notebooks(raised)


def _notebooks(raised: Raised) -> str:
    """What to do about a notebook's command in a file of Python."""
    line = raised.trace[-1][2] if raised.trace else ""
    command = line.startswith(("%", "!")) or "get_ipython" in line
    return ". That line is a notebook's command, which Python does not know: take it out." if command else ""


def _death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code >= 0:
        return f"ended Python itself (exit code {exit_code})"
    if exit_code is None or exit_code == -9:
        # Ours, after it closed the channel, or the system's, for want of memory: the two look alike.
        return "closed its channel or was stopped by the system, as happens when memory runs out"
    try:
        return f"crashed Python ({signal.Signals(-exit_code).name})"
    except ValueError:
        return f"crashed Python (signal {-exit_code})"


def _take(message: Value, key: str, kind: type) -> Any:
    if type(message) is not dict or key not in message:
        raise WireError(f"a message without {key}")
    value = message[key]
    if kind is not object and type(value) is not kind:
        raise WireError(f"{key} is of the wrong kind")
    return value


def _seconds(value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise WireError("a time is negative or not finite")
    return value


def _raised(body: Value) -> Raised:
    trace = _take(body, "trace", tuple)
    if not all(type(frame) is tuple and tuple(map(type, frame)) == (int, str, str) for frame in trace):
        raise WireError("a trace is malformed")
    line = _take(body, "line", object)
    if line is not None and type(line) is not int:
        raise WireError("a line is no number")
    kind, message = _take(body, "kind", str), _take(body, "message", str)
    frames = tuple([(number, name[:NAME], text[:MESSAGE]) for number, name, text in trace[-FRAMES:]])
    return Raised(kind[:NAME], message[:MESSAGE], line, frames)
