import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from gatecheck.cells import load
from gatecheck.cli import run
from gatecheck.teaching.generate import generate


class Done(NamedTuple):
    """What a command ended with and said."""

    code: int
    out: str
    err: str


class Made(NamedTuple):
    """An assignment's folder and its solution."""

    folder: Path
    solution: Path


@pytest.fixture(autouse=True, scope="session")
def cache(tmp_path_factory):
    """Keys of this run only; a terminal of 80 columns without colours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "81")
        patch.delenv("GATECHECK_TRACEBACK", raising=False)
        yield


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "kit"
    made = generate(load("rnn"), folder)
    return Made(folder, made.solution / "rnn.py")


@pytest.fixture(scope="session")
def generated_lstm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "lstm"
    made = generate(load("lstm"), folder, "cs231n")
    return Made(folder, made.solution / "lstm.py")


@pytest.fixture
def kit(generated, tmp_path):
    """A fresh copy of an assignment, and its solution elsewhere."""
    made = Made(tmp_path / "kit", tmp_path / "solved.py")
    shutil.copytree(generated.folder, made.folder)
    shutil.copy(generated.solution, made.solution)
    return made


@pytest.fixture
def gatecheck(capsys, tmp_path, monkeypatch):
    """Runs a command in an otherwise empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        capsys.readouterr()
        code = run(list(map(str, arguments)))
        return Done(code, *capsys.readouterr())

    return call
