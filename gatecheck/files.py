"""Files written whole or not at all: beside their place first, then renamed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from .errors import BadInput, Problem, printable


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that at every moment it is the old one or the new one.

    Raises BadInput where the place cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}.", delete=False) as stream:
            temporary = stream.name
            stream.write(data)
        os.chmod(temporary, 0o666 & ~_umask())  # a temporary file is private, this one is not
        os.replace(temporary, path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:  # Ctrl-C leaves nothing behind either
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def refuse_existing(path: Path, advice: str) -> None:
    """Raises BadInput where something has that name already, be it a link that leads nowhere."""
    if os.path.lexists(path):
        raise BadInput(Problem(f"{printable(str(path))} exists already", None, advice))


def unwritable(path: Path, error: OSError) -> BadInput:
    """The error that says why a place cannot be written, and what to do."""
    return BadInput(
        Problem(f"cannot write {printable(str(path))}: {error.strerror or error}", None, "Choose another place.")
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
