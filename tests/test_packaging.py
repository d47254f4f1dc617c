"""The packages that are published, and the folders that are no Python, wherever they lie."""

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import gatecheck
from gatecheck import data
from gatecheck.errors import Fault

ROOT = Path(__file__).parent.parent


def files(folder):
    """What lies below a folder of the checkout, as paths from its root; caches and hidden folders aside."""
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return {p.as_posix() for p in found if not any(x == "__pycache__" or x.startswith(".") for x in p.parts)}


def hatchling(folder, target, destination):
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(destination)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = destination.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return hatchling(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory):
    """The sdist's folder."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder := tmp_path_factory.mktemp("unpacked"), filter="data")
    return folder / f"gatecheck-{gatecheck.__version__}"


@pytest.fixture(scope="module")
def wheel(unpacked, tmp_path_factory):
    """The wheel that is built from the sdist, as an installer does that finds no wheel."""
    return hatchling(unpacked, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder that holds what the wheel installs, with nothing of the checkout near it."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder := tmp_path_factory.mktemp("installed"))
    return folder


def python(*arguments, installed, cwd):
    """Python with the installed package before the checkout's."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_sdist_holds_everything_that_the_checkout_holds(unpacked):
    held = {p.relative_to(unpacked).as_posix() for p in unpacked.rglob("*") if p.is_file()}
    alone = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore", ".ci/run", "PKG-INFO"}
    assert held == alone.union(*map(files, ("gatecheck", "templates", "assignments", "tests")))


def test_the_wheel_holds_the_package_its_data_and_no_tests(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    remapped = {f"gatecheck/_data/{name}" for folder in ("templates", "assignments") for name in files(folder)}
    assert held == files("gatecheck") | remapped
    for kind in ("cells/library/*.cell", "conventions/*.toml", "_data/templates/*", "py.typed"):
        assert any(Path(name).match(f"gatecheck/{kind}") for name in held), kind


def test_the_wheel_says_its_version_its_command_and_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = f"gatecheck-{gatecheck.__version__}.dist-info"
        metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
        commands = archive.read(f"{info}/entry_points.txt").decode()
    assert metadata["Version"] == gatecheck.__version__
    assert "gatecheck = gatecheck.__main__:main" in commands
    needed = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert sorted(line.partition(">")[0] for line in needed) == [
        "click", "jinja2", "numpy", "pytest", "rich", "sympy"
    ]  # fmt: skip


def test_installed_the_data_lie_inside_the_package(installed, tmp_path):
    code = "from gatecheck.data import folder; print(folder('templates')); print(folder('assignments'))"
    inside = installed / "gatecheck" / "_data"
    told = python("-c", code, installed=installed, cwd=tmp_path).split()
    assert told == [str(inside / "templates"), str(inside / "assignments")]


def test_installed_the_command_line_derives_a_cell(installed, tmp_path):
    told = python("-X", "utf8", "-m", "gatecheck", "derive", "lstm", installed=installed, cwd=tmp_path)
    assert "δc" in told


def test_in_the_checkout_the_data_lie_beside_the_package():
    assert data.folder("templates") == ROOT / "templates"


def test_where_the_data_are_missing_the_installation_is_blamed(tmp_path, monkeypatch):
    # A folder of that name in site-packages is another project's.
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(data, "PACKAGE", tmp_path / "gatecheck")
    with pytest.raises(Fault, match=r"templates/ is missing .* install gatecheck again"):
        data.folder("templates")


def test_the_readme_has_the_two_commands_that_the_checks_run():
    commands = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if "-m venv" in line]
    assert [c.rpartition(".venv/bin/")[2].split()[:3] for c in commands] == [
        ["gatecheck", "demo"],
        ["python", "-m", "pytest"],
    ]
