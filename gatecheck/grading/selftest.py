"""Whether isolation holds here and now: a hostile submission, through the path that every other one takes.

Asking the system what it can do is no evidence. The submission in templates/hostile.py tries what none may, and each
of its attempts has to be refused; what it must not reach (a file, a folder, a port, a socket) is there to be reached.
Then one that never ends is killed.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from ..data import folder
from ..errors import Problem, Unsafe
from .inside.values import Value
from .process import Process, bubblewrap, environment
from .running import Call, Run, Worker
from .zygote import Child, Zygote

MEMORY_MIB = 64
SECONDS = 10.0
LOOP_SECONDS = 0.02
REFUSED = "refused"
TRIES = 3  # of a run that something else has ended
ELSEWHERE = "Grade on Linux: in WSL2, in a container or on a server. gatecheck check works everywhere."
CURE = Problem(
    "without isolation a submission could read and change what belongs to others",
    None,
    "It takes Linux 5.13 or later with Landlock (see /sys/kernel/security/lsm) and seccomp, on x86-64 or arm64. "
    "In a container that holds one submission and nothing else: --contained.",
)


def unsafe(start: Callable[[], Process | Child], without: tuple[str, ...] = ()) -> list[str]:
    """What a submission could do that it must not, a sentence each; none where isolation holds.

    start: makes a process for one run, as a zygote's fork does; without: layers to leave out.
    """
    return [f"{name}: {outcome}" for name, outcome in attempts(start, without) if outcome != REFUSED]


def attempts(start: Callable[[], Process | Child], without: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Everything that was tried, in words, with "refused" or with what came of it."""
    source = (folder("templates") / "hostile.py").read_bytes()
    with _bait() as facts:
        tried = list(_told(_run(start, without, source, Call("attempts", (facts,)), SECONDS), source))
        left = sorted(set(os.listdir(str(facts["folder"]))) - {"file"})
        tried.append(("leave something behind", f"it wrote {', '.join(left)}" if left else REFUSED))
    looped = _run(start, without, source, Call("hold_on", (facts,)), LOOP_SECONDS)
    stopped = "timeout" in (looped.outcome, looped.answers[0].status)  # the one while it was still being loaded
    tried.append(("loop without end", REFUSED if stopped else f"not stopped: {looped.message or looped.outcome}"))
    return tried


def _run(
    start: Callable[[], Process | Child], without: tuple[str, ...], source: bytes, call: Call, seconds: float
) -> Run:
    for _ in range(TRIES):
        with Worker(start, without) as worker:
            run = worker.run(source, "hostile.py", (call,), seconds, MEMORY_MIB)
        if not run.disturbed:
            break
    return run


def _told(run: Run, source: bytes) -> Iterator[tuple[str, str]]:
    """What the attempts came to. They are counted: an answer without some of them proves nothing."""
    answer = run.answers[0]
    if answer.status != "returned" or type(answer.value) is not dict:
        yield "try at all", f"the hostile submission gave no answer: {run.message or answer.status}"
        return
    tried = source.count(b"\n@attempt\n")
    if len(answer.value) != tried:
        yield "try everything", f"only {len(answer.value)} of {tried} attempts were made"
    for name, outcome in answer.value.items():
        yield name.replace("_", " "), str(outcome)


@contextmanager
def _bait() -> Iterator[dict[str, Value]]:
    """What there is to be reached: a file, a folder anybody may write to, a port, a socket, and what is known of us."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatecheck-", dir=_shared())))
        place.chmod(0o777)
        (place / "file").write_text("the answer")
        (place / "file").chmod(0o666)
        port = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        named = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"\0gatecheck-{place.name}"
        named.bind(name)
        named.listen()
        yield {
            "file": str(place / "file"),
            "folder": str(place),
            "grader": __file__,
            "packages": str(Path(__file__).parents[2]),
            "judge": os.getpid(),
            "port": port.getsockname()[1],
            "socket": name,
            "memory": 4 * (MEMORY_MIB << 20),
            "variables": tuple(environment()),
        }


def _shared() -> str | None:
    """A folder that another user could reach into, if there is one."""
    return "/tmp" if os.path.isdir("/tmp") else None


class Isolation:
    """A zygote that starts at once, so make it before importing NumPy; it is tried when it is wanted.

    wanted: whether it may be; where there can be none, or not, nothing starts.
    """

    def __init__(self, wanted: bool = True) -> None:
        self._open = ExitStack()
        self._early: Zygote | None = None
        if wanted and sys.platform == "linux":
            with suppress(OSError):
                self._early = self._open.enter_context(Zygote(bubblewrap()))

    def __enter__(self) -> Isolation:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End it; may be called twice."""
        self._open.close()

    def tried(self) -> Zygote:
        """A zygote whose children are known to be isolated, because it has just been tried; until this is closed.

        In bubblewrap if that isolates here, else without, which has to be enough. Raises Unsafe with every reason.
        """
        if sys.platform != "linux":
            raise Unsafe(Problem("isolation needs Linux: Landlock and seccomp have no like here", None, ELSEWHERE))
        zygote = self._early
        if zygote and zygote.around:
            with suppress(OSError):
                if not unsafe(zygote.fork):
                    return zygote
            zygote.close()
            zygote = None
        zygote = zygote or self._open.enter_context(Zygote())
        if found := unsafe(zygote.fork):
            raise Unsafe(*(Problem(f"a hostile submission was not stopped: {told}") for told in found), CURE)
        return zygote
