"""seccomp: the system calls that student code may make; every other one fails with EPERM (seccomp(2)).

A filter is a small program for the kernel's packet filter. It refuses other machines' calls, lets the allowed numbers
pass, and looks at an argument where a call can do more than is wanted of it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from errno import EPERM
from functools import cache

from .system_calls import MACHINE, NUMBERS, SECCOMP, call, number

SET_MODE_FILTER = 1
KILL_PROCESS, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # numbers from here on are those of x86-64's other interface

# Opcodes of the packet filter, and where its input holds what.
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16

#: call -> (which argument, the values it may have; its upper half has to be zero).
#: fcntl: duplicate, get and set a descriptor's flags, get a file's; ioctl: is it a terminal; prlimit64: no new limit.
ARGUMENTS: dict[str, tuple[int, tuple[int, ...]]] = {
    "fcntl": (1, (0, 1, 2, 3, 1030)),
    "ioctl": (1, (0x5401,)),
    "prlimit64": (2, (0,)),
}

Instruction = tuple[int, int, int, int]


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.c_void_p))


def restrict() -> None:
    """Hold this process to the calls above, for good; it needs no_new_privs. Raises OSError."""
    if not MACHINE:
        raise OSError("this machine's system calls are not known")
    call(SECCOMP[MACHINE], SET_MODE_FILTER, 0, ctypes.byref(_Program(len(compiled()), ctypes.addressof(compiled()))))


@cache
def compiled() -> ctypes.Array[_Step]:
    """The filter as the kernel takes it; made once, before processes are forked that need it."""
    steps = [_Step(*step) for step in program()]
    return (_Step * len(steps))(*steps)


def program() -> Iterator[Instruction]:
    """The filter: (opcode, steps to skip if so, steps to skip if not, constant)."""
    yield (LOAD, 0, 0, MACHINE_AT)
    yield (EQUAL, 1, 0, ARCHITECTURE[MACHINE])
    yield (RETURN, 0, 0, KILL_PROCESS)
    yield (LOAD, 0, 0, NUMBER_AT)
    yield (AT_LEAST, 0, 1, X32)
    yield (RETURN, 0, 0, KILL_PROCESS)
    for name in NUMBERS:
        known = number(name)
        if known is not None:
            allowed = list(_argument(*ARGUMENTS[name])) if name in ARGUMENTS else [(RETURN, 0, 0, ALLOW)]
            yield (EQUAL, 0, len(allowed), known)
            yield from allowed
    yield (RETURN, 0, 0, ERRNO | EPERM)


def _argument(place: int, values: tuple[int, ...]) -> Iterator[Instruction]:
    """Allow where the argument is one of the values. Ints are little-endian on both machines."""
    low = ARGUMENTS_AT + 8 * place
    yield (LOAD, 0, 0, low + 4)
    yield (EQUAL, 0, len(values) + 1, 0)
    yield (LOAD, 0, 0, low)
    for k, value in enumerate(values):
        yield (EQUAL, len(values) - k, 0, value)
    yield (RETURN, 0, 0, ERRNO | EPERM)
    yield (RETURN, 0, 0, ALLOW)
