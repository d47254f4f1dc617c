"""Where the folders that are no Python lie: templates/ and assignments/."""

from __future__ import annotations

from pathlib import Path

from .errors import Fault

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder of that name: inside the package where it is installed, beside it in a checkout.

    Raises Fault where there is neither, which a broken installation explains.
    """
    installed = PACKAGE / "_data" / name
    if installed.is_dir():
        return installed
    # Without pyproject.toml beside it the package lies in site-packages, and a folder there is another's.
    beside = PACKAGE.parent / name
    if beside.is_dir() and (PACKAGE.parent / "pyproject.toml").is_file():
        return beside
    raise Fault(f"gatecheck's folder {name}/ is missing from {PACKAGE}; install gatecheck again")
