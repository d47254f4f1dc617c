"""Weights in .npz files: read with suspicion, checked against a layout, moved from one layout to another.

Such a file comes from anywhere: nothing in it is executed (no pickles), and no more is read than it may hold.
"""

from __future__ import annotations

import io
import math
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from ..cells import Size
from ..errors import BadInput, ConventionError, Problem, nearest, printable
from .layouts import Layout
from .weights import laid, taken

Array = np.ndarray[Any, Any]

#: Bytes of all arrays of a file together, and how many arrays there may be.
LARGEST = 1 << 30
MOST = 1000
_BROKEN = (zipfile.BadZipFile, ValueError, EOFError, zlib.error, RuntimeError, OSError)


def read(path: str | os.PathLike[str], layout: Layout) -> tuple[dict[str, Array], dict[str, int]]:
    """The arrays that a layout has, by name, and a number for each of the cell's sizes.

    All are float32 or all are float64. Raises BadInput with everything that is wrong at once: arrays that are missing,
    left over or misshapen, of other numbers, not finite, or pickled.
    """
    shown = printable(os.fspath(path))
    wanted = {stack.name: stack for stack in layout.stored}
    members = _by_layout(_members(Path(path), shown), {f.format(n): n for f in layout.convention.also for n in wanted})
    problems = [Problem(f"{shown} has no {name} {wanted[name].shape}") for name in wanted if name not in members]
    for name in members.keys() - wanted.keys():
        where = f"{layout.convention.name} has no array {printable(name)} for {layout.cell.name}"
        problems.append(Problem(f"{where}, and {shown} has", None, nearest(name, wanted)))
    problems.sort(key=str)
    found: dict[str, Array] = {}
    for name in wanted:
        value = members.get(name, "")
        if isinstance(value, str):
            problems += [Problem(f"{shown}: {name} {value}")] if value else []
        else:
            found[name] = value
    numbers = sizes([(wanted[n].lengths, a.shape) for n, a in found.items()])
    problems += map(Problem, _unfit(layout, found, numbers))
    if problems:
        raise BadInput(*problems)
    return found, numbers


def _members(path: Path, shown: str) -> dict[str, Array | str]:
    """Every array of a file, or in a few words why it cannot be had."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadInput(Problem(f"{shown} is not a file"))
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            if len(listed) > MOST or sum(info.file_size for info in listed) > LARGEST:
                raise BadInput(Problem(f"{shown} holds more than {MOST} arrays or {LARGEST >> 20} MiB"))
            return {info.filename.removesuffix(".npy"): _member(archive, info) for info in listed}
    except FileNotFoundError:
        raise BadInput(Problem(f"there is no file {shown}")) from None
    except (zipfile.BadZipFile, RuntimeError):  # the latter for features that zipfile lacks
        raise BadInput(Problem(f"{shown} is not a .npz file", None, "numpy.savez writes one.")) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it can be no file's name"
        raise BadInput(Problem(f"cannot read {shown}: {reason}")) from None


def _by_layout(members: Mapping[str, Array | str], names: Mapping[str, str]) -> dict[str, Array | str]:
    """The members under the names that a layout has for them, where nothing else is called so."""
    return {plain if (plain := names.get(name, name)) not in members else name: a for name, a in members.items()}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array | str:
    try:
        with archive.open(info) as stream:
            shape, _, kind = _header(stream)
        if kind.hasobject:
            return "is pickled, and to read that could run code: save arrays of numbers"
        if kind.kind != "f" or kind.itemsize not in (4, 8):
            return f"holds {kind} numbers instead of float32 or float64"
        if math.prod(shape) * kind.itemsize > info.file_size:  # before anything of that size is allocated
            return "is cut short"
        with archive.open(info) as stream:
            array: Array = npy.read_array(stream, allow_pickle=False)
    except _BROKEN:
        return "cannot be read: it is damaged"
    return array.astype(kind.newbyteorder("="))


def _header(stream: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(stream)
    return npy.read_array_header_1_0(stream) if version == (1, 0) else npy.read_array_header_2_0(stream)


def sizes(known: list[tuple[tuple[Size, ...], tuple[int, ...]]]) -> dict[str, int]:
    """A number for each size's letter, from arrays' lengths as sizes and as numbers; where they disagree, the most."""
    found: dict[str, int] = {}
    while True:
        votes = Counter(vote for lengths, shape in known for vote in _votes(lengths, shape, found))
        if not votes:
            return found
        ((letter, number), _), *_ = votes.most_common(1)
        found[letter] = number


def _votes(lengths: tuple[Size, ...], shape: tuple[int, ...], found: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """What each length says of the one letter in it that is not known yet."""
    for size, number in zip(lengths, shape, strict=False) if len(lengths) == len(shape) else ():
        open_terms = [(name, count) for name, count in size.terms if name != "1" and name not in found]
        if len(open_terms) == 1:
            ((name, count),) = open_terms
            rest = number - sum(c * (1 if n == "1" else found[n]) for n, c in size.terms if n != name)
            if rest > 0 and rest % count == 0:
                yield name, rest // count


def _unfit(layout: Layout, found: Mapping[str, Array], numbers: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with arrays that are there."""
    kinds = Counter(array.dtype.name for array in found.values())
    usual = kinds.most_common(1)[0][0] if kinds else ""
    for name, array in found.items():
        stack = layout.stack(name)
        letters = sorted({letter for size in stack.lengths for letter, _ in size.terms} - {"1"})
        known = all(letter in numbers for letter in letters)
        said = ", ".join(f"{letter} = {numbers[letter]}" for letter in letters if known)
        wanted = tuple(size.value(numbers) for size in stack.lengths) if known else ()
        if array.shape != wanted:
            told = f" instead of {wanted}, which is {stack.shape} with {said}" if known else f"; it is {stack.shape}"
            yield f"{name} has shape {array.shape}{told}"
        if array.dtype.name != usual:
            yield f"{name} holds {array.dtype} numbers, and others hold {usual}"
        if bad := int((~np.isfinite(array)).sum()):
            yield f"{name} is not finite: {bad} of {array.size} numbers are NaN or infinite"


def converted(
    arrays: Mapping[str, Array], source: Layout, target: Layout, numbers: Mapping[str, int]
) -> dict[str, Array]:
    """The arrays of another layout of the same cell.

    Raises ConventionError where the target has no place for a parameter that is not zero.
    """
    values = taken(source, arrays, numbers)
    lost = [name for name in target.zero if values[name].any()]
    if lost:
        place = f"{target.convention.name} has no place for {', '.join(lost)} of {target.cell.name}"
        raise ConventionError(Problem(f"{place}, and it is not zero here"))
    return laid(target, values)


def packed(arrays: Mapping[str, Array]) -> bytes:
    """The bytes of a .npz file; the same for the same arrays."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()
