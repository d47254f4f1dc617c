"""Taking rights away from this process, layer by layer, before student code runs in it.

user: root becomes nobody; files: Landlock; limits: memory, time, files, processes; calls: seccomp. Each holds without
the others' help, and what one of them cannot stop another does. A layer that this system lacks is left out and not
named: whoever asked for it decides what that means.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection
from contextlib import suppress

from . import landlock, seccomp
from .system_calls import (
    MACHINE,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    capabilities,
    prctl,
)
from .values import LAYERS

if sys.platform != "win32":
    import resource

NOBODY = 65534
READ_EVERYTHING = 1 << 2  # CAP_DAC_READ_SEARCH of capabilities(7)
DESCRIPTORS = 32
FILE_BYTES = 16 << 20  # where nothing else keeps student code from writing


def harden(memory_mib: int, seconds: float, readable: Readable, without: Collection[str] = ()) -> tuple[str, ...]:
    """Take away every right that student code does not need; the names of the layers that hold.

    seconds: of processor time; without: layers to leave out, to see what each is good for.
    """
    steps: tuple[Callable[[], None], ...] = (
        lambda: _become_nobody(readable.hidden),
        lambda: _limits(memory_mib, seconds),  # before the layers that forbid to set limits
        lambda: landlock.restrict(readable.ruleset()),
        seccomp.restrict,
    )
    holding = []
    for name, step in zip(LAYERS, steps, strict=True):
        if name not in without:
            with suppress(OSError, AttributeError, ValueError):
                step()
                holding.append(name)
        if name == "user":
            _cut_off()
    return tuple(holding)


class Readable:
    """The files that student code may read: the standard library and NumPy. Made after NumPy is imported."""

    def __init__(self) -> None:
        self._rules = -1
        home = os.path.dirname(os.__file__)
        self.path = [p for p in sys.path if p == home or os.path.basename(p) == "lib-dynload"]
        numpy = sys.modules["numpy"].__path__
        self._places = [*landlock.library(self.path), *numpy, *(f"{p}.libs" for p in numpy)]
        #: Whether only root gets to them, as below another user's home.
        self.hidden = not all(_open_to_all(place) for place in (home, *numpy))

    def ruleset(self) -> int:
        """They as a Landlock ruleset; made once. Raises OSError where there is no Landlock."""
        if self._rules < 0:
            self._rules = landlock.ruleset(self._places)
        return self._rules


def _open_to_all(place: str) -> bool:
    """Whether every user gets through the folders above a place, and into it."""
    parents = [place]
    while (above := os.path.dirname(parents[-1])) != parents[-1]:
        parents.append(above)
    return all(os.stat(folder).st_mode & 0o001 for folder in parents)


def _become_nobody(reading: bool) -> None:
    """Give up root, if it is root's process; reading: but for the right to read, which Landlock limits."""
    if os.geteuid() == 0:
        if reading:
            prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups(())
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        if reading:
            capabilities(READ_EVERYTHING)


def _cut_off() -> None:
    """No new rights, no looking in from other processes, and death with the parent; after a change of user."""
    if MACHINE:
        with suppress(OSError):
            prctl(PR_SET_NO_NEW_PRIVS, 1)
            prctl(PR_SET_DUMPABLE, 0)
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _limits(memory_mib: int, seconds: float) -> None:
    # The judge's deadline comes first; the alarm and the processor's clock are for a judge that was killed itself.
    signal.alarm(int(seconds) + 5)
    limits = {
        "RLIMIT_CPU": int(seconds) + 5,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0 if MACHINE else FILE_BYTES,
        "RLIMIT_NOFILE": DESCRIPTORS,
    }
    # macOS has no such file; it takes a limit of memory and does not hold it.
    with suppress(OSError):
        sizes = os.open("/proc/self/statm", os.O_RDONLY)
        taken = int(os.read(sizes, 100).split()[0]) * os.sysconf("SC_PAGE_SIZE")
        os.close(sizes)
        limits["RLIMIT_AS"] = taken + (memory_mib << 20)
    for name, limit in limits.items():
        with suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, name), (limit, limit))
