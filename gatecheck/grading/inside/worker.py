"""The program that runs beside a student's code: it reads calls, makes them, and sends what they return.

It is executed in a fresh process and imports nothing of gatecheck but the files beside it. What it sends is
evidence of nothing: the judge compares. What it needs after the student's code has run is bound before, so
that a patched json, os or numpy harms only the student.
"""

from __future__ import annotations

import ast
import gc
import os
import sys
from collections import deque
from time import perf_counter, process_time
from types import CodeType, FunctionType, ModuleType
from typing import Any

from numpy import empty

from .absent import stood_in
from .failing import SPARE_BYTES, out_of_memory, release, text_of
from .frames import WireError, receive, send
from .hardening import Readable, harden
from .outline import outlined
from .portable import clean, copied, name_of, portable, same
from .values import FRAMES, NAME, NAMES, RUN_BYTES, Foreign, Result, Value
from .wire import decode, encode

if sys.platform != "win32":
    from fcntl import F_DUPFD_CLOEXEC, fcntl

SOURCE_LINE = 200  # characters
_NOTHING = object()
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def main() -> None:
    """Serve one run in this very process, over the descriptors it was started with."""
    inbox, outbox = _channel()
    post = Post(outbox)
    post.send({"ready": process_time()})
    gc.freeze()  # what has been imported stays: collecting it once would take longer than most submissions
    gc.enable()
    readable = Readable()
    sys.path[:] = readable.path
    serve(inbox, post, readable)


def serve(inbox: int, post: Post, readable: Readable) -> None:
    """Read the request and its calls, give up all rights, answer each call, and leave."""
    leave = os._exit
    request: Any = post.read(inbox)
    calls: list[Any] = [post.read(inbox) for _ in range(request["calls"])]
    os.close(inbox)
    os.chdir(request["folder"])
    holding = harden(request["memory_mib"], request["seconds"], readable, request["without"])
    post.send({"holding": holding})
    if not set(request["needed"]) <= set(holding):
        leave(0)  # student code runs in isolation or not at all
    if request["outline"]:
        post.outline(request["source"].tobytes(), request["outline"])
        if not calls:
            leave(0)
    submission = Submission(request["filename"], request["memory_mib"])
    submission.provide(request["modules"])
    raised = submission.load(request["source"].tobytes(), request["definitions"])
    submission.adapt(request["adapter"])
    post.send({"rejected": raised} if raised else {"loaded": submission.names()})
    for index, call in enumerate(() if raised else calls):
        post.answer(index, submission.make(call, post.room))
    leave(0)  # no exit handlers, no waiting for a student's threads


def _channel() -> tuple[int, int]:
    """Move the protocol to descriptors that print, input and subprocesses do not know."""
    if sys.platform == "win32":
        inbox, outbox = os.dup(0), os.dup(1)
    else:
        inbox, outbox = fcntl(0, F_DUPFD_CLOEXEC, 100), fcntl(1, F_DUPFD_CLOEXEC, 100)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)
    return inbox, outbox


class Post:
    """The way to the judge and back."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._getpid, self._exit = os.getpid, os._exit
        self._owner = os.getpid()
        self.room = RUN_BYTES // 2  # bytes of arrays that this run may still send

    def read(self, fd: int) -> Value:
        """The judge's next message."""
        frame = receive(fd)
        if frame is None:
            self._exit(0)  # the judge has gone
        return decode(frame, Result)

    def send(self, message: Value) -> None:
        """Send one message."""
        # A student's fork that came back from their function must not answer a second time.
        if self._getpid() != self._owner:
            self._exit(0)
        pieces = encode(message)
        self.room -= sum(map(len, pieces[2:]))
        send(self._fd, pieces)

    def answer(self, index: int, answer: dict[str, Value]) -> None:
        """Send one call's answer; a value that turns out not to cross is replaced by the reason."""
        try:
            self.send({"call": index, **answer})
        except (WireError, MemoryError):
            self.send({"call": index, **answer, "value": Foreign("value too large")})

    def outline(self, source: bytes, wanted: tuple[str, ...]) -> None:
        """Send the outline of a source; an empty one where it is larger than what may cross."""
        try:
            self.send({"outline": outlined(source, wanted)})
        except WireError:
            self.send({"outline": ()})


class Unknown(Exception):
    """An argument refers to what no earlier call returned."""


class Submission:
    """The student's module, and what its functions have returned so far."""

    def __init__(self, filename: str, memory_mib: int) -> None:
        self._filename = filename
        self._memory = f"no more than {memory_mib} MiB of memory may be used"
        self._lines: list[str] = []
        self._module = ModuleType("submission")
        self._adapter: dict[str, Any] = {"student": self._module}
        self._returned: list[object] = []
        self._sent: dict[str, tuple[Value, Value]] = {}  # by function: what it returned last, and a copy of that
        self._spare: object = empty(SPARE_BYTES, "u1")  # taken, not touched
        self._clock = perf_counter
        self._hooks = sys.settrace, sys.setprofile

    def provide(self, modules: dict[str, str]) -> None:
        """Make modules that a course hands out: for the file to import, and its names as in the course's notebook."""
        for name, source in modules.items():
            made = sys.modules[name] = ModuleType(name)
            exec(compile(source, f"{name}.py", "exec", dont_inherit=True), made.__dict__)
            public = {n: v for n, v in made.__dict__.items() if not n.startswith("_")}
            self._module.__dict__.update(public)

    def adapt(self, source: str) -> None:
        """Read the course's adapter: a function for each role, which calls what the file defines as `student.…`."""
        exec(compile(source, "adapter", "exec", dont_inherit=True), self._adapter)

    def load(self, source: bytes, definitions: bool) -> dict[str, Value] | None:
        """Execute the file, or only what it imports and defines; what it raised, or None."""
        sys.modules["submission"] = self._module
        self._module.__dict__["__file__"] = self._filename
        try:
            # Decoded first: compile() would follow a coding cookie that no reader of the file sees.
            text = source.decode("utf-8-sig")
            self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            program: Any = text
            if definitions:
                program = ast.parse(text, self._filename)
                program.body = [node for node in program.body if isinstance(node, DEFINITIONS)]
            code = compile(program, self._filename, "exec", dont_inherit=True)
            while not self._executed(code):
                pass
        except BaseException as error:
            return self._describe(error)
        finally:
            self._unhook()
        return None

    def _executed(self, code: CodeType) -> bool:
        """Whether the file was executed; where not, it finds the next time what it could not import."""
        try:
            exec(code, self._module.__dict__)
        except ModuleNotFoundError as error:
            if not stood_in(error.name):
                raise
            return False
        return True

    def names(self) -> tuple[str, ...]:
        """The functions and classes that the file itself defines at its top level."""
        found = list(self._module.__dict__.items())
        own = [n for n, v in found if type(v) in (FunctionType, type) and v.__module__ == "submission"]
        return tuple(clean(name, NAME) for name in own[:NAMES])

    def make(self, call: dict[str, Any], room: int) -> dict[str, Value]:
        """Make one call; its answer as it is sent."""
        try:
            return self._make(call, room)
        except MemoryError as error:  # what earlier calls have kept leaves no room for this one's arguments
            return _answer("raised", raised=self._describe(error))

    def _make(self, call: dict[str, Any], room: int) -> dict[str, Value]:
        self._returned.append(_NOTHING)
        function: Any = self._found(call["function"])
        if function is _NOTHING:
            return _answer("missing")
        if not callable(function):
            return _answer("not_callable")
        function = self._adapter.get(call["role"], function)
        kept = call["arguments"]
        try:
            given = [copied(value, self._look_up) for value in kept]
        except Unknown:
            return _answer("depends")
        answer = self._run(lambda: function(*given), call["opaque"], room)
        answer["modified"] = tuple([i for i, value in enumerate(kept) if not same(value, given[i])])
        before, then = self._sent.pop(call["function"], (None, None))
        answer["overwritten"] = not same(then, before)
        if answer["status"] == "returned":
            self._sent[call["function"]] = answer["value"], copied(answer["value"], self._look_up)
        return answer

    def _found(self, name: str) -> Any:
        """What the file calls by that name; a method's has its class before it."""
        first, *rest = name.split(".")
        found = self._module.__dict__.get(first, _NOTHING)
        for part in rest:
            found = getattr(found, part, _NOTHING)
        return found

    def _run(self, call: Any, opaque: tuple[int, ...], room: int) -> dict[str, Value]:
        start = self._clock()
        try:
            value = call()
            seconds = self._clock() - start
            self._unhook()
            answer = _answer("returned", value=portable(value, opaque, room))
            self._returned[-1] = value
        except BaseException as error:
            seconds = self._clock() - start
            self._unhook()
            answer = _answer("raised", raised=self._describe(error))
        answer["seconds"] = seconds
        return answer

    def _unhook(self) -> None:
        for set_hook in self._hooks:
            set_hook(None)

    def _look_up(self, result: Result) -> object:
        try:
            value: Any = self._returned[result.call]
            for step in result.part:
                value = value[step]
        except Exception as error:
            raise Unknown from error
        if value is _NOTHING:
            raise Unknown
        return value

    def _describe(self, error: BaseException) -> dict[str, Value]:
        trace = error.__traceback__
        if full := out_of_memory(error):
            self._spare = None
            release(trace)
        message = text_of(error)
        if full:
            message = f"{message}; {self._memory}" if message and isinstance(error, MemoryError) else self._memory
        frames: deque[tuple[int, str]] = deque(maxlen=FRAMES)
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename == self._filename:
                frames.append((trace.tb_lineno, code.co_name))
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename == self._filename and error.lineno:
            frames = deque([(error.lineno, "")])
        shown = tuple([(line, clean(name, NAME), self._line(line)) for line, name in frames])
        return {
            "kind": "MemoryError" if full else name_of(error),
            "message": message,
            "line": shown[-1][0] if shown else None,
            "trace": shown,
        }

    def _line(self, number: int) -> str:
        return clean(self._lines[number - 1].strip(), SOURCE_LINE) if 0 < number <= len(self._lines) else ""


def _answer(status: str, value: Value = None, raised: dict[str, Value] | None = None) -> dict[str, Value]:
    whole: dict[str, Value] = {"status": status, "value": value, "raised": raised}
    return whole | {"modified": (), "seconds": 0.0, "overwritten": False}
