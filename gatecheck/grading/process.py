"""A fresh Python with numpy beside the judge: how it is started, killed and cleared away.

It is executed, never forked from the judge; its environment is empty but for what Python needs to find its
own libraries. On POSIX it leads a session of its own, so that what it started dies with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from itertools import count
from pathlib import Path

from . import watching

POSIX = sys.platform != "win32"
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
KEPT_ON_WINDOWS = ("SYSTEMROOT", "PATH")
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
else:
    _FLAGS = 0

# The files in `inside` become a package by themselves: their relative imports work, and gatecheck is
# not imported. Without collections numpy is imported 6 % faster; the worker turns them on again.
PROGRAM = """\
import gc, sys, types
gc.disable()
package = sys.modules["inside"] = types.ModuleType("inside")
package.__path__ = [sys.argv[1]]
sys.path += sys.argv[2:]
from inside.{} import main
main()
"""


class Process:
    """A running worker: two pipes, and after `end` an exit code and the processor time it took.

    Raises: OSError where the system cannot start it.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self.cpu_seconds = 0.0
        self.memory_bytes = 0
        theirs_in, self.inbox = os.pipe()
        self.outbox, theirs_out = os.pipe()
        try:
            self._process = subprocess.Popen(
                command("worker"),
                stdin=theirs_in,
                stdout=theirs_out,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=POSIX,
                creationflags=_FLAGS,
            )
        except BaseException:
            os.close(self.inbox)
            os.close(self.outbox)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

    def gone(self) -> bool:
        """Whether it has ended by itself, where the system can tell without reaping it."""
        if sys.platform == "win32" or not hasattr(os, "waitid"):
            return False
        try:
            state = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        return state is not None

    def memory(self) -> int:
        """Bytes of memory that it has now; 0 where a limit holds, or nobody tells."""
        return watching.memory(self._process.pid) if watching.WATCHED else 0

    def end(self) -> None:
        """Kill it with everything that it started, and reap it."""
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
        else:
            # Not reaped yet, so the number is still its own; macOS refuses a group in which nobody lives.
            for kill in (os.killpg, os.kill):
                with suppress(OSError):
                    kill(self._process.pid, signal.SIGKILL)
            # In a host that ignores SIGCHLD the system has reaped it already.
            with suppress(ChildProcessError):
                _, status, usage = os.wait4(self._process.pid, 0)
                self._process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu_seconds = usage.ru_utime + usage.ru_stime
                self.memory_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        self.exit_code = self._process.wait()

    def close(self) -> None:
        """Close our ends of the pipes; only when nobody reads from them any more."""
        for fd in (self.inbox, self.outbox):
            if fd >= 0:
                os.close(fd)
        self.inbox = self.outbox = -1


def command(program: str) -> list[str]:
    """How to start one of the programs in `inside`."""
    spec = PathFinder.find_spec("numpy")
    places = list(spec.submodule_search_locations or ()) if spec else []
    # Without `site` Python starts faster; an editable or otherwise unusual numpy needs it.
    plain = len(places) == 1 and Path(places[0], "__init__.py").is_file()
    options = ["-I", "-S", "-B"] if plain else ["-I", "-B"]
    path = [str(Path(places[0]).parent)] if plain else [entry for entry in sys.path if entry]
    python = [sys.executable, *options, "-W", "ignore"]
    return [*python, "-c", PROGRAM.replace("{}", program), str(Path(__file__).parent / "inside"), *path]


def bubblewrap() -> list[str]:
    """What stands before a command that is to run in bubblewrap: read-only files, no network, none of our processes.

    Empty where it is not installed. What is there stays visible, so that it is refused, and seen to be refused, by the
    layers inside as well. Root keeps what these layers need of its rights.
    """
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    if not program:
        return []
    apart = ("ipc", "net", "pid", "uts", "cgroup-try")
    rights = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_DAC_READ_SEARCH") if os.geteuid() == 0 else ()
    options = [f"--unshare-{kind}" for kind in apart] + [word for right in rights for word in ("--cap-add", right)]
    return [program, "--die-with-parent", *options, "--ro-bind", "/", "/", "--dev", "/dev"]


def environment() -> dict[str, str]:
    """The variables that Python and BLAS need, and no others."""
    kept = {name: os.environ[name] for name in (KEPT if POSIX else KEPT_ON_WINDOWS) if name in os.environ}
    return kept | dict.fromkeys(ONE_THREAD, "1") | {"LC_CTYPE": "C.UTF-8"}  # Python would set that itself


def remove(folder: str) -> None:
    """Remove a worker's folder, though a student may have locked parts of it.

    Not by recursion, as shutil does it: folders can be nested deeper than Python. What a folder holds is
    moved to the top, and each is emptied once.
    """
    top = Path(folder)
    fresh = (f"{secret}{number}" for secret in [os.urandom(8).hex()] for number in count())
    with suppress(OSError):  # what escaped the kill may still write there
        while entries := list(top.iterdir()):
            for entry in entries:
                if not _unlocked(entry):
                    entry.unlink()
                    continue
                for inner in list(entry.iterdir()):
                    _unlocked(inner)
                    inner.rename(top / next(fresh))
                entry.rmdir()
        top.rmdir()


def _unlocked(path: Path) -> bool:
    # A link may lead anywhere; what it leads to is not ours to unlock.
    if path.is_symlink() or not path.is_dir():
        return False
    path.chmod(0o700)
    return True
