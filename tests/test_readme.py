"""Every block of the README is run, in its order, in one folder, and prints what the README says.

`python tests/test_readme.py` writes what the commands print today into the README; look at the difference.
"""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import gatecheck.cells
from gatecheck.cli import run

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


COMMANDS = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SETTINGS = {"COLUMNS": "81", "NO_COLOR": "1"}  # a report leaves the last column of a terminal free


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """What the README's reader has after the demo."""
    folder = tmp_path_factory.mktemp("reader")
    patch = pytest.MonkeyPatch()
    for name, value in {**SETTINGS, "XDG_CACHE_HOME": str(folder / "cache")}.items():
        patch.setenv(name, value)
    patch.chdir(folder)
    assert run(["demo"]) == 0
    patch.chdir(folder / "gatecheck-demo")
    yield
    patch.undo()


def settled(text):
    """The text without what differs from run to run: times, seeds, rounding errors."""
    for pattern, instead in (
        (r" +(\S+ · \S+ ·) \d+ ms", r" \1 N ms"),
        (r"seed [0-9a-f]+", "seed S"),
        (r"to \d(\.\d)?e−\d+", "to E"),
    ):
        text = re.sub(pattern, instead, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_the_readme_has_a_block_of_every_kind():
    assert {kind for kind, _ in BLOCKS} == {"cell", "console", "python"}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
@pytest.mark.usefixtures("place")
def test_a_block_does_what_it_says(number):
    kind, text = BLOCKS[number]
    if kind == "console":
        for command, expected in COMMANDS.findall(text):
            assert settled(performed(command)) == settled(expected), command
    elif kind == "python":
        # In a file of its own: a function's source must be known, as a notebook knows it.
        Path("block.py").write_text(text)
        subprocess.run([sys.executable, "block.py"], check=True, timeout=60)
    else:
        shipped = gatecheck.cells.load("lstm")
        assert gatecheck.cells.read(text).equations == shipped.equations


def performed(command):
    """What a command of the README prints."""
    words = shlex.split(command)
    if words[0] == "cd":
        os.chdir(words[1])
        return ""
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
        return ""
    assert words[0] == "gatecheck"
    # Instructors stand in the demo's folder again, whatever the student before them did.
    if words[1] in ("generate", "grade") and Path.cwd().name == "kit":
        os.chdir("..")
    printed = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(printed, encoding="utf-8", write_through=True)):
        assert run(words[1:]) in (0, 1)
        return printed.getvalue().decode()


def refresh():
    """Write what the commands print into the README."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(SETTINGS, XDG_CACHE_HOME=folder)
        os.chdir(folder)
        with contextlib.redirect_stdout(io.StringIO()):
            run(["demo"])
        os.chdir("gatecheck-demo")
        for kind, block in BLOCKS:
            if kind == "console":
                text = text.replace(block, "".join(f"$ {c}\n{performed(c)}" for c, _ in COMMANDS.findall(block)))
        os.chdir("/")
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
