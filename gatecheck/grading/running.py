"""Running a submission: calls go to a worker beside the judge, answers come back, the clock decides.

Nothing that arrives is believed: frames are decoded strictly, must come in order, fit the caps and arrive
before one deadline. A thread takes them off the pipe, because that works on every system.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import chain
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import Fault
from .inside.frames import Frame, Piece, WireError, receive, send
from .inside.values import RUN_BYTES, Foreign, Result, Value
from .process import Process, remove
from .remembering import remembered
from .transcript import Answer, Call, End, Raised, Run, Surroundings, Transcript

if TYPE_CHECKING:
    from .zygote import Child

__all__ = ["Answer", "Call", "Foreign", "Raised", "Result", "Run", "Surroundings", "Value", "Worker"]

START_SECONDS = 30.0
SLICE_SECONDS = 0.2
LOOK_SECONDS = 0.02  # between two looks at memory


class Worker:
    """A Python beside the judge, for one run; it starts at once, so make it before importing numpy.

    start: what makes the process, a fresh one by default; a zygote's fork is as good. without: layers of isolation to
    leave out, to see what each is good for. needed: layers without which nothing runs.
    """

    def __init__(
        self,
        start: Callable[[], Process | Child] = Process,
        without: tuple[str, ...] = (),
        needed: tuple[str, ...] = (),
    ) -> None:
        self._process: Process | Child | None = None
        self._without, self._needed = without, needed
        self._inbox: _Inbox | None = None
        self._folder = ""
        self._trouble = ""
        self._used = False
        self._start = time.monotonic()
        try:
            self._process = start()
        except (OSError, ValueError) as error:
            self._trouble = str(error)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def run(
        self,
        source: bytes,
        filename: str,
        calls: Sequence[Call],
        deadline_seconds: float = 10.0,
        memory_mib: int = 512,
        around: Surroundings | None = None,
        outline: tuple[str, ...] = (),
    ) -> Run:
        """Load the source, make the calls in their order, and end the worker, whatever happens.

        The deadline is for all of it together; starting Python and numpy is not counted.
        outline: functions whose outline is asked for; where no call is to be made, the source is not even loaded.
        Raises: Fault for a second run, or for a call that cannot be sent.
        """
        if self._used:
            raise Fault("A worker runs one submission only.")
        self._used = True
        file = filename.encode("utf-8", "replace").decode()[:200]
        said = Transcript(file, tuple(calls), deadline_seconds, memory_mib)
        try:
            self._talk(said, source, memory_mib, around or Surroundings(), outline)
        except OSError as error:
            self._trouble = str(error)
        except _Ended as end:
            said.end = end.reason
            said.lingers = end.reason == "silent" and not self._went()
            if end.reason == "late" and not said.started:
                self._trouble = f"it took more than {START_SECONDS:g} s"
        except WireError:
            said.end = "garbled"
        finally:
            seconds = time.monotonic() - self._start
            self.close()
        process = self._process
        if process is None:
            return said.told(0.0, 0.0, None, self._trouble)
        return said.told(seconds, process.cpu_seconds, process.exit_code, self._trouble, process.memory_bytes)

    def close(self) -> None:
        """Kill the worker and all that it started, and remove its folder; may be called twice."""
        if self._process is not None:
            self._process.end()
            if self._inbox is None or self._inbox.ended():
                self._process.close()
        if self._folder:
            remove(self._folder)
            self._folder = ""

    def _went(self) -> bool:
        """Whether it has ended by itself, which may be seen a moment after its channel is closed."""
        until = time.monotonic() + SLICE_SECONDS
        while self._process and time.monotonic() < until:
            if self._process.gone():
                return True
            time.sleep(0.002)
        return False

    def _talk(
        self, said: Transcript, source: bytes, memory_mib: int, around: Surroundings, outline: tuple[str, ...]
    ) -> None:
        from .inside.wire import decode  # here, and numpy with it, while the worker starts

        if self._process is None:
            return
        if sys.platform != "linux":  # where it is, nothing may be written
            import tempfile

            self._folder = tempfile.mkdtemp(prefix="gatecheck-")
        asked = _asked(source, memory_mib, around, outline)
        asked |= {"folder": self._folder or "/", "without": self._without, "needed": self._needed}
        frames = _request(said, asked)
        inbox = self._inbox = _Inbox(self._process, len(said.calls) + 4)
        said.hear_ready(decode(inbox.next(time.monotonic() + START_SECONDS), Foreign))
        inbox.allow(memory_mib << 20)
        send(self._process.inbox, chain.from_iterable(frames))
        said.started = True
        self._start = time.monotonic()
        until = self._start + said.deadline
        said.hear_holding(decode(inbox.next(until), Foreign))
        if lost := set(self._needed) - set(said.holding):
            said.started, self._trouble = False, f"isolation could not be had: {', '.join(sorted(lost))}"
            return
        if outline:
            said.hear_outline(decode(inbox.next(until), Foreign), source.count(b"\n") + source.count(b"\r") + 1)
            if not said.calls:
                return
        said.hear_load(decode(inbox.next(until), Foreign))
        while not said.complete:
            said.hear_answer(decode(inbox.next(until), Foreign))


def _asked(source: bytes, memory_mib: int, around: Surroundings, outline: tuple[str, ...]) -> dict[str, Value]:
    from numpy import array, uint8

    return {
        "source": array(memoryview(source), dtype=uint8),
        "memory_mib": memory_mib,
        "modules": dict(around.modules),
        "adapter": around.adapter,
        "definitions": around.definitions,
        "outline": outline,
    }


def _request(said: Transcript, asked: dict[str, Value]) -> list[list[Piece]]:
    from .inside.wire import encode

    asked |= {"filename": said.file, "calls": len(said.calls), "seconds": said.deadline}
    try:
        return [encode(asked), *map(_encoded, said.calls)]
    except WireError as error:
        raise Fault(f"A call cannot be sent to the student's code: {error}") from error


@remembered(256)
def _encoded(call: Call) -> list[Piece]:
    from .inside.wire import encode

    return encode({"function": call.function, "arguments": call.arguments, "opaque": call.opaque, "role": call.role})


class _Ended(Exception):
    """No more frames will be read; the reason is "late", "silent", "garbled" or "full"."""

    def __init__(self, reason: End) -> None:
        super().__init__(reason)
        self.reason = reason


class _Inbox:
    """The worker's frames, taken off the pipe by a thread that stops at the number and the bytes expected."""

    def __init__(self, process: Process | Child, frames: int) -> None:
        self._gone, self._memory = process.gone, process.memory
        self._most, self._slice = math.inf, SLICE_SECONDS
        self._arrived: SimpleQueue[Frame | End] = SimpleQueue()
        self._thread = threading.Thread(target=self._read, args=(process.outbox, frames), daemon=True)
        self._thread.start()

    def _read(self, fd: int, frames: int) -> None:
        room = RUN_BYTES
        try:
            for _ in range(frames):
                frame = receive(fd)
                if frame is None:
                    break
                room -= len(frame[0]) + len(frame[1])
                if room < 0:
                    raise WireError("the run's answers are too large")
                self._arrived.put(frame)
            self._arrived.put("silent")
        except (OSError, WireError):
            self._arrived.put("garbled")

    def allow(self, memory: int) -> None:
        """End it where from now on it takes more than so many bytes; only looked at where no limit can be set."""
        if now := self._memory():
            self._most, self._slice = now + memory, LOOK_SECONDS

    def next(self, until: float) -> Frame:
        """The next frame. Raises: _Ended when none comes, or not before `until`."""
        item: Frame | End | None = None
        while item is None:
            left, gone = until - time.monotonic(), self._gone()
            try:
                # In slices: a forked child may hold the channel open after its parent's end, and on Windows
                # Ctrl-C does not interrupt a wait.
                item = self._arrived.get(timeout=min(max(left, 0.0), self._slice))
            except Empty:
                if left <= 0 or gone:
                    raise _Ended("silent" if gone else "late") from None
                if self._memory() > self._most:
                    raise _Ended("full") from None
        if isinstance(item, str):
            raise _Ended(item)
        return item

    def ended(self) -> bool:
        """Whether the thread has let go of the pipe; what escaped the kill may hold the other end."""
        self._thread.join(timeout=1.0)
        return not self._thread.is_alive()
