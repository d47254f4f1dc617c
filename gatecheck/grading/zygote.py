"""A warm Python beside the judge that forks one child per run: a twentieth of what a fresh one costs."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from .inside.frames import ENDED, READY
from .process import command, environment

START_SECONDS = 30.0


class Zygote:
    """A process that has imported NumPy; Linux only. One child at a time. One that has ended is replaced.

    around: a command that runs it, as bubblewrap does.
    """

    def __init__(self, around: Sequence[str] = ()) -> None:
        self.around = tuple(around)
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [*self.around, *command("zygote")],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,
            )
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()
        self._ready = False

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def fork(self) -> Child:
        """A child that waits for its one run. Raises OSError where there can be none, even by a fresh zygote."""
        try:
            return self._forked()
        except OSError:
            self.close()
            self._start()
            return self._forked()

    def _forked(self) -> Child:
        if not self._ready and self._received(len(READY)) != READY:
            raise OSError("a Python with NumPy did not start")
        self._ready = True
        theirs_in, inbox = os.pipe()
        outbox, theirs_out = os.pipe()
        try:
            socket.send_fds(self._control, [b"f"], [theirs_in, theirs_out])
            said, handles, _, _ = socket.recv_fds(self._control, 1, 1)
            if said != READY or len(handles) != 1:
                raise OSError("the Python that runs submissions has ended")
        except BaseException:
            os.close(inbox)
            os.close(outbox)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return Child(self, handles[0], inbox, outbox)

    def close(self) -> None:
        """End it, and what it forked; may be called twice."""
        self._control.close()  # it sees that, and kills its child
        if self._process is not None:
            try:
                self._process.wait(timeout=1.0 if self._ready else 0.0)  # while it imports it sees nothing
            except subprocess.TimeoutExpired:
                with suppress(OSError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def ending(self) -> tuple[int, float, int] | None:
        """How the child ended: exit status, processor seconds, bytes of memory; None where the zygote has gone."""
        data = self._received(ENDED.size)
        return ENDED.unpack(data) if data else None

    def _received(self, size: int) -> bytes | None:
        try:
            data = self._control.recv(size)
        except OSError:
            return None
        return data if len(data) == size else None


class Child:
    """A forked child: two pipes, and after `end` an exit code, the processor time and the memory it took."""

    def __init__(self, zygote: Zygote, handle: int, inbox: int, outbox: int) -> None:
        self.exit_code: int | None = None
        self.cpu_seconds = 0.0
        self.memory_bytes = 0
        self.inbox, self.outbox = inbox, outbox
        self._zygote, self._handle = zygote, handle

    def gone(self) -> bool:
        """Whether it has ended by itself."""
        if self._handle < 0:
            return True
        watch = select.poll()
        watch.register(self._handle, select.POLLIN)
        return bool(watch.poll(0))

    def memory(self) -> int:
        """0: a limit holds."""
        return 0

    def end(self) -> None:
        """Kill it, which nothing it does can prevent, and learn how it ended."""
        if self._handle < 0:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        os.close(self._handle)
        self._handle = -1
        if ending := self._zygote.ending():
            self.exit_code, self.cpu_seconds, self.memory_bytes = ending

    def close(self) -> None:
        """Close our ends of the pipes; only when nobody reads from them any more."""
        for fd in (self.inbox, self.outbox):
            if fd >= 0:
                os.close(fd)
        self.inbox = self.outbox = -1
