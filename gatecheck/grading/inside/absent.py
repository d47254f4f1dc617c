"""Modules that student code imports for what nobody calls here, as a plot: they may be named, and say so when used.

A file is not turned away for them. They hold nothing: whoever uses one gets the exception that the import would have
raised. An import that the file itself tries, and can do without, fails as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

#: What files import on the way to a solution that does not need it.
KNOWN = frozenset(
    (
        *("IPython", "PIL", "cv2", "google", "h5py", "imageio", "ipywidgets", "jax", "keras", "matplotlib", "nltk"),
        *("nose", "pandas", "plotly", "pytest", "scipy", "seaborn", "sklearn", "tensorboard", "tensorflow", "torch"),
        *("torchtext", "torchvision", "tqdm"),
    )
)


def stood_in(name: str | None) -> bool:
    """Whether what could not be imported by that name can be now, and could not before."""
    top = (name or "").partition(".")[0]
    if top not in KNOWN or any(type(finder) is _Finder and finder.top == top for finder in sys.meta_path):
        return False
    sys.meta_path.append(_Finder(top))  # last: it finds what nobody else does
    return True


class _Absent(ModuleType):
    """A module that is not there, or a name in it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):  # what Python asks a module for
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}")

    def _used(self, *arguments: Any, **named: Any) -> NoReturn:
        raise ModuleNotFoundError(f"No module named {self.__name__.partition('.')[0]!r}, so no {self.__name__}")

    __call__ = __getitem__ = __iter__ = __enter__ = __mro_entries__ = _used

    def __setitem__(self, key: object, value: object) -> None:
        """A setting, as of a plot's size, is nothing to stop at."""

    def __or__(self, other: object) -> _Absent:  # of annotations
        return self

    __ror__ = __or__


class _Finder:
    """Finds a module of a name, and all that lies in it."""

    def __init__(self, top: str) -> None:
        self.top = top

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """As importlib asks."""
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] == self.top else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """As importlib asks."""
        return _Absent(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """As importlib asks; there is nothing to execute."""
