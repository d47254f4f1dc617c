"""Many submissions: judged one after the other in this process, or by several processes side by side.

A job is a judge like this one: trusted, with a zygote of its own, which it tries with a hostile submission before any
other. It gets the kit once and submissions one by one, and sends reports. One that dies is replaced, and what it had in
hand is judged again: nothing is told twice or left out, and reports come in the order of the submissions.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from ..assignment.kit import Kit
from ..errors import Fault, Unsafe
from .inside.values import LAYERS
from .intake import Submission
from .judge import grade, unjudged
from .report import Report
from .running import Worker
from .selftest import Isolation

if TYPE_CHECKING:  # what only several jobs need is imported by those
    from concurrent.futures import Future

#: A submission, or what is known of one already: its report, which only waits for its turn.
Item: TypeAlias = Submission | Report

WORTH = 16  # submissions that pay for the start of a job
AHEAD = 4  # for each job, how many submissions are read before the one whose turn it is has ended
TRIES = 3
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from gatecheck.grading.jobs import serve; serve()"


def fitting(submissions: int) -> int:
    """How many jobs so many submissions are worth here."""
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    return max(1, min(usable, submissions // WORTH))


def judged(
    kit: Kit,
    items: Iterable[Item],
    seed: str,
    jobs: int = 1,
    contained: bool = False,
    isolation: Isolation | None = None,
) -> Iterator[Report]:
    """The report of each, in their order; items are read as they are needed.

    contained: without isolation, where something else isolates already. isolation: one that was started early, which
    several jobs have no use for; it is used up.
    Raises: Unsafe before the first report, where isolation does not hold; Fault where jobs do not start.
    """
    if jobs == 1:
        with _starting(contained, isolation) as start:
            for item in items:
                yield item if isinstance(item, Report) else _judged(item, kit, seed, start)
    else:
        if isolation:
            isolation.close()
        with Team(kit, seed, jobs, contained) as team:
            yield from team.reports(items)


@contextmanager
def _starting(contained: bool, isolation: Isolation | None = None) -> Iterator[Callable[[], Worker]]:
    """What makes a worker for each submission."""
    if contained:
        yield Worker
    else:
        with isolation or Isolation() as started:
            fork = started.tried().fork
            yield lambda: Worker(fork, needed=LAYERS)


def _judged(submission: Submission, kit: Kit, seed: str, start: Callable[[], Worker]) -> Report:
    return grade(submission, kit, seed=seed, fresh=start)


class Team:
    """Jobs that judge side by side. Raises Unsafe, or Fault where one does not start."""

    def __init__(self, kit: Kit, seed: str, jobs: int, contained: bool) -> None:
        self._kit, self._given, self._number = kit, (kit, seed, contained), jobs
        self._idle: SimpleQueue[Job] = SimpleQueue()
        self._jobs: set[Job] = set()
        self._closed = False

    def __enter__(self) -> Team:
        try:
            for job in [self._job() for _ in range(self._number)]:  # all start before one is waited for
                job.start()
                self._idle.put(job)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every job, and what it runs."""
        self._closed = True
        while self._jobs:
            self._jobs.pop().close()

    def reports(self, items: Iterable[Item]) -> Iterator[Report]:
        """The report of each item, in their order."""
        from concurrent.futures import ThreadPoolExecutor

        coming: deque[Future[Report]] = deque()
        pool = ThreadPoolExecutor(self._number)
        try:
            for item in items:
                coming.append(pool.submit(self._judged, item))
                while coming and (len(coming) > AHEAD * self._number or coming[0].done()):
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            self.close()  # first: it ends what the threads wait for
            pool.shutdown(cancel_futures=True)

    def _judged(self, item: Item) -> Report:
        if isinstance(item, Report):
            return item
        job = self._idle.get()
        try:
            for _ in range(TRIES):
                report = job.judged(item)
                if report is not None or self._closed:
                    break
                job = self._replaced(job)
        finally:
            self._idle.put(job)
        return report or unjudged(item, self._kit, f"Judging it ended unexpectedly, {TRIES} times.")

    def _replaced(self, job: Job) -> Job:
        self._jobs.discard(job)
        job.close()
        job = self._job()
        job.start()
        return job

    def _job(self) -> Job:
        job = Job(self._given)
        self._jobs.add(job)
        return job


class Job:
    """A judge in a process of its own."""

    def __init__(self, given: tuple[Kit, str, bool]) -> None:
        from multiprocessing.connection import Connection

        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                # -P: what lies in the current folder may be a submission.
                [sys.executable, "-P", "-c", _PROGRAM, *sys.path],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one who ends them all
            )
        self._channel = Connection(ours.detach())
        self._given = given

    def start(self) -> None:
        """Hand over the kit, and wait until isolation has been tried. Raises Unsafe or Fault."""
        problems = self._asked(self._given)
        if problems is None:
            raise Fault("a process that judges submissions did not start")
        if problems:
            raise Unsafe(*problems)

    def judged(self, submission: Submission) -> Report | None:
        """The report; None where the process has died."""
        return self._asked(submission)

    def _asked(self, question: Any) -> Any:
        try:
            self._channel.send(question)
            return self._channel.recv()
        except (EOFError, OSError):
            return None

    def close(self) -> None:
        """End it; its zygote sees that, and ends with its child."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._channel.close()


def serve() -> None:
    """What a job does: judge what arrives until nothing more comes."""
    from multiprocessing.connection import Connection

    from .inside.system_calls import MACHINE, PR_SET_PDEATHSIG, prctl

    if MACHINE:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    channel = Connection(os.dup(0))
    with suppress(EOFError, ConnectionError), ExitStack() as stack:
        kit, seed, contained = channel.recv()
        try:
            start = stack.enter_context(_starting(contained))
        except Unsafe as error:
            channel.send(error.problems)
            return
        channel.send(())
        while True:
            channel.send(_judged(channel.recv(), kit, seed, start))
