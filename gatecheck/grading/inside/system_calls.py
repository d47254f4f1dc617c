"""System calls that Python has no function for, and the numbers of those that student code may make.

Linux on x86-64 and arm64; elsewhere MACHINE is empty and nothing here may be called. Sources: the kernel's
syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Any

#: x86_64, aarch64, or empty where the numbers below do not hold.
MACHINE = (
    os.uname().machine
    if sys.platform == "linux" and sys.maxsize > 2**32 and os.uname().machine in ("x86_64", "aarch64")
    else ""
)

#: What this program itself asks for; the same on both machines, since they are newer than arm64.
SECCOMP = {"x86_64": 317, "aarch64": 277}
CAPSET = {"x86_64": 126, "aarch64": 91}
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 38

#: name -> its number on x86-64 and on arm64; None where the machine has no such call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # what is open already, and files to read
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "write": (1, 64),
    "writev": (20, 66),
    "close": (3, 57),
    "lseek": (8, 62),
    "dup": (32, 23),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "open": (2, None),
    "openat": (257, 56),
    "stat": (4, None),
    "lstat": (6, None),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    # memory
    "brk": (12, 214),
    "mmap": (9, 222),
    "mremap": (25, 216),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    # time, chance, and what a process may know of itself
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "times": (100, 153),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "prlimit64": (302, 261),
    "getrlimit": (97, None),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124),
    "getcpu": (309, 168),
    # signals to itself, locks, the end
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "exit": (60, 93),
    "exit_group": (231, 94),
}


def number(name: str) -> int | None:
    """The number of a system call on this machine; None where it has no such call."""
    return NUMBERS[name][MACHINE != "x86_64"]


def call(which: int, *arguments: Any) -> int:
    """Make a system call by its number. Raises OSError where the kernel refuses."""
    return _checked("syscall", which, *arguments)


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process. Raises OSError where the kernel refuses."""
    _checked("prctl", option, value, 0, 0, 0)


def capabilities(held: int) -> None:
    """Hold these of root's capabilities (a mask of the first 32), and no others. Raises OSError."""
    version = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call(CAPSET[MACHINE], ctypes.byref(version), ctypes.byref((ctypes.c_uint32 * 6)(held, held)))


def _checked(function: str, *arguments: Any) -> int:
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    done: int = getattr(_library(), function)(*wide)
    if done < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return done


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
