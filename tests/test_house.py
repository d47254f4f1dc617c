"""The house rules: who imports whom, who may name a cell, what a command costs, what is said in words."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import house
import pytest

from gatecheck.cells import load
from gatecheck.writing.reference import code

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gatecheck"
MODULES = house.modules(PACKAGE)
CELLS = sorted(path.stem for path in PACKAGE.glob("cells/library/*.cell"))
#: What lies above all rooms.
TOP = ("gatecheck.version", "gatecheck.errors", "gatecheck.data", "gatecheck.files")
#: The one module that may name a cell, as the default of what it shows.
DEMO = "gatecheck.cli.demo"


def clean(told):
    """A reader tells nothing of a clean house."""
    if lines := "\n".join(told):
        pytest.fail(lines, pytrace=False)


# ------------------------------------------------------------------------------------------------ rooms


def test_every_module_lives_in_a_room_of_the_house():
    clean(name for name in MODULES if house.room(name) not in (*house.ROOMS, *house.FRONT))


def test_a_room_imports_only_rooms_above_it():
    clean(house.upward(PACKAGE))


def test_no_modules_import_each_other_in_a_circle():
    clean(house.circle(PACKAGE))


def test_every_import_in_a_room_can_be_read_in_the_source():
    clean(house.hidden(PACKAGE))


def test_what_every_room_may_use_imports_the_standard_library_only():
    clean(told for name in TOP for told in house.heavy(PACKAGE, name, TOP))


def test_the_program_beside_student_code_needs_only_numpy_and_the_files_beside_it():
    clean(house.beside(PACKAGE, "gatecheck.grading.inside.worker"))
    clean(house.beside(PACKAGE, "gatecheck.grading.inside.wire"))


def test_no_python_outside_the_library_names_a_cell():
    assert set(house.WORDS) <= set(CELLS), "an exemption for a cell that is gone"
    others = (name for name in MODULES if name != DEMO)
    clean(told for name in others for told in house.named(PACKAGE, name, CELLS))


# ------------------------------------------------------------------------------------------------ costs


def run(*arguments, cwd, options=()):
    command = [sys.executable, *options, "-m", "gatecheck", *map(str, arguments)]
    environment = {**os.environ, "HOME": str(cwd), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8")
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert done.returncode == 0, "\n".join([f"gatecheck {arguments}", done.stdout, *said])
    return done


def imported(*arguments, cwd):
    """The top-level modules that a command imports, from Python's own account; the command must succeed."""
    account = run(*arguments, cwd=cwd, options=["-X", "importtime"]).stderr.splitlines()
    names = (line.rpartition("|")[2].strip() for line in account if line.startswith("import time:"))
    return {name.split(".")[0] for name in names}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A folder with a copy of the shipped assignment, and a file that solves it."""
    folder = tmp_path_factory.mktemp("solved")
    shutil.copytree(ROOT / "assignments" / "lstm", folder / "lstm")
    (folder / "lstm.py").write_text(code(load("lstm")), encoding="utf-8")
    return folder, folder / "lstm.py"


def test_help_imports_click_and_nothing_that_is_heavy(tmp_path):
    found = imported("--help", cwd=tmp_path)
    assert "click" in found
    assert found & {"sympy", "numpy", "jinja2", "rich", "pytest", "sqlite3"} == set()


def test_check_and_submit_never_import_sympy(solved):
    folder, solution = solved
    for command in (["check", solution], ["submit", solution, "--to", folder], ["hint", solution]):
        found = imported(*command, "--assignment", folder / "lstm", cwd=folder)
        assert "numpy" in found
        assert "sympy" not in found, command[0]


def test_a_command_that_derives_is_seen_to_import_sympy(tmp_path):
    assert "sympy" in imported("derive", "lstm", cwd=tmp_path)


def test_the_command_line_imports_click_and_little_else_before_a_command_runs():
    # A notebook is there to compute: its door may be heavy, but opens only when something is asked of it.
    doors = [name for name in MODULES if house.room(name) in ("cli", "__main__", "")]
    assert {"gatecheck", "gatecheck.__main__", "gatecheck.cli"} <= set(doors)
    clean(told for name in doors for told in house.heavy(PACKAGE, name, ("click", "gatecheck.cli", *TOP)))


# ----------------------------------------------------------------------------------------------- sizes, words

SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|pragma: no cover")


def test_no_module_has_a_name_that_says_nothing():
    clean(name for name in MODULES if SAYS_NOTHING & set(re.split(r"[._]", name)))


def test_nothing_is_left_open():
    texts = {name: path.read_text(encoding="utf-8").splitlines() for name, path in MODULES.items()}
    lines = (f"{name}:{n} {text}" for name, lines in texts.items() for n, text in enumerate(lines, 1))
    clean(line for line in lines if LEFT_OPEN.search(line))


def test_modules_and_functions_stay_small():
    clean(told for name in MODULES for told in house.long(PACKAGE, name, 300, 60))


def test_everything_public_has_a_docstring():
    clean(told for name in MODULES for told in house.undocumented(PACKAGE, name))


@pytest.fixture(scope="module")
def commands():
    """The help of every command that is not hidden, however deep, by how it is called."""
    from gatecheck.cli import cli

    found, waiting = {}, [("gatecheck", cli)]
    while waiting:
        call, command = waiting.pop()
        context = click.Context(command, info_name=call)
        found[call] = command.get_help(context)
        names = command.list_commands(context) if isinstance(command, click.Group) else []
        below = {f"{call} {name}": command.get_command(context, name) for name in names}
        assert None not in below.values(), f"{call} lists commands that it does not have: {below}"
        waiting += [(c, b) for c, b in below.items() if not b.hidden]
    return found


def called(call, text):
    """Whether a text shows a call, wherever the lines break."""
    return re.search(r"\s+".join(map(re.escape, call.split())) + r"(?![\w-])", text)


def test_every_command_says_what_it_does_and_gives_an_example_of_itself(commands):
    bodies = {call: text.partition("\n")[2] for call, text in commands.items()}
    clean(f"{call}: no sentence" for call, text in bodies.items() if text.strip().startswith("Options:"))
    clean(f"{call}: no example" for call, text in bodies.items() if not called(call, text))


def test_every_command_is_in_the_readme(commands):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    clean(f"README.md does not mention {call}" for call in commands if not called(call, readme))
