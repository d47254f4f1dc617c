"""How much memory a process has now, where no limit can be set to it beforehand: macOS and Windows.

Sources: libproc.h and sys/proc_info.h (PROC_PIDTASKINFO), psapi.h (K32GetProcessMemoryInfo), proc(5).
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

#: Whether processes have to be watched here: the system takes no limit of memory, or takes it and does not hold it.
WATCHED = sys.platform in ("darwin", "win32")


def memory(process: int) -> int:
    """Bytes of memory that a process of ours has now, by its number; 0 where the system does not tell."""
    with suppress(OSError, AttributeError, ValueError, IndexError):
        return _memory(process)
    return 0


if sys.platform == "win32":

    class _Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_uint32),
            ("faults", ctypes.c_uint32),
            ("peak_working_set", ctypes.c_size_t),
            ("working_set", ctypes.c_size_t),
            ("pools", ctypes.c_size_t * 4),
            ("committed", ctypes.c_size_t),
            ("peak_committed", ctypes.c_size_t),
        )

    _LIMITED_INFORMATION = 0x1000

    def _memory(process: int) -> int:
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(_LIMITED_INFORMATION, False, process))
        counters = _Counters(ctypes.sizeof(_Counters))
        try:
            told = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
        finally:
            kernel.CloseHandle(handle)
        return counters.committed if told else 0

elif sys.platform == "darwin":
    _TASK_INFO, _SIZE = 4, 96  # which facts, and how many bytes: the second eight are the resident size

    def _memory(process: int) -> int:
        facts = (ctypes.c_uint64 * (_SIZE // 8))()
        told = ctypes.CDLL(None).proc_pidinfo(process, _TASK_INFO, ctypes.c_uint64(0), facts, _SIZE)
        return facts[1] if told == _SIZE else 0

else:

    def _memory(process: int) -> int:
        import resource

        with open(f"/proc/{process}/statm", encoding="ascii") as sizes:
            return int(sizes.read().split()[1]) * resource.getpagesize()
