"""Every block of the README is run, in its order, in one folder, and prints what the README says."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gatecheck.cells
from gatecheck.cli import run

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """What the README's reader has after the demo."""
    folder = tmp_path_factory.mktemp("reader")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    patch.setenv("COLUMNS", "80")
    patch.setenv("NO_COLOR", "1")
    patch.chdir(folder)
    assert run(["demo"]) == 0
    patch.chdir(folder / "gatecheck-demo")
    yield patch
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
def test_a_block_does_what_it_says(number, place, capsys):
    kind, text = BLOCKS[number]
    if kind == "console":
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
            assert settled(performed(command, place, capsys)) == settled(expected), command
    elif kind == "python":
        # In a file of its own: a function's source must be known, as a notebook knows it.
        Path("block.py").write_text(text)
        subprocess.run([sys.executable, "block.py"], check=True, timeout=60)
    else:
        shipped = gatecheck.cells.load("lstm")
        assert gatecheck.cells.read(text).equations == shipped.equations


def performed(command, place, capsys):
    words = shlex.split(command)
    if words[0] == "cd":
        place.chdir(words[1])
        return ""
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
        return ""
    assert words[0] == "gatecheck"
    # Instructors stand in the demo's folder again, whatever the student before them did.
    if words[1] in ("generate", "grade") and Path.cwd().name == "kit":
        place.chdir("..")
    assert run(words[1:]) in (0, 1)
    return capsys.readouterr().out

