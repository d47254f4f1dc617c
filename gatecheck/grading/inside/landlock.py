"""Landlock: which files a process may open, whatever it does later (Linux 5.13; landlock(7)).

A ruleset names every right that it takes away, and the paths below which some are given back: reading the standard
library and NumPy. Nothing may be written, no socket bound or connected, no process outside signalled.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator

from .system_calls import LANDLOCK_ADD_RULE, LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF, MACHINE, call

READ_FILE, READ_DIR = 1 << 2, 1 << 3
PATH_BENEATH = 1
_VERSION = 1  # a flag: tell the version of the interface
#: From this version of the interface on there are so many rights over files, the network, and in scope.
_FILES = {1: 13, 2: 14, 3: 15, 5: 16}
_NETWORK = {4: 2}
_SCOPES = {6: 2}
#: Folders beside the standard library's own modules that hold other people's.
_FOREIGN = ("site-packages", "dist-packages")


class _Rights(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def ruleset(readable: Iterable[str]) -> int:
    """A ruleset that lets files below those paths be read, as a descriptor. Raises OSError without Landlock."""
    if not MACHINE:
        raise OSError("this system has no Landlock")
    version = call(LANDLOCK_CREATE_RULESET, None, 0, _VERSION)
    rights = _Rights(_bits(_FILES, version), _bits(_NETWORK, version), _bits(_SCOPES, version))
    size = 24 if version >= min(_SCOPES) else 16 if version >= min(_NETWORK) else 8
    rules = call(LANDLOCK_CREATE_RULESET, ctypes.byref(rights), size, 0)
    for path in readable:
        _allow(rules, path)
    return rules


def restrict(rules: int) -> None:
    """Hold this process and all it starts to a ruleset, and close that; it needs no_new_privs. Raises OSError."""
    call(LANDLOCK_RESTRICT_SELF, rules, 0)
    os.close(rules)


def library(folders: Iterable[str]) -> Iterator[str]:
    """The modules in folders of the standard library, without the folders for other packages that lie in them."""
    for folder in folders:
        if os.path.isdir(folder):
            yield from (entry.path for entry in os.scandir(folder) if entry.name not in _FOREIGN)
        elif os.path.isfile(folder):
            yield folder


def _bits(since: dict[int, int], version: int) -> int:
    return (1 << max((n for first, n in since.items() if version >= first), default=0)) - 1


def _allow(rules: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # gone, or not ours to see: what cannot be opened needs no leave
    try:
        allowed = READ_FILE | (READ_DIR if os.path.isdir(path) else 0)
        call(LANDLOCK_ADD_RULE, rules, PATH_BENEATH, ctypes.byref(_Beneath(allowed, place)), 0)
    finally:
        os.close(place)
