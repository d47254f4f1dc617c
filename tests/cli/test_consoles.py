"""Consoles of every kind, interruptions, and what nobody expected: never a traceback, and nothing left behind."""

import io
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import click
import pytest

from gatecheck.cli import COMMANDS, cli, run

PYTHON = [sys.executable, "-m", "gatecheck"]
PRINTED = [["cells"], ["conventions"], ["show", "lstm"], ["derive", "lstm"], ["paths", "lstm"], ["code", "lstm"]]


class Console(io.TextIOWrapper):
    """Standard output with an encoding, as Windows and old terminals have it."""

    def __init__(self, encoding):
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, errors="strict", write_through=True)

    def text(self):
        return self.bytes.getvalue().decode(self.encoding, "replace")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
@pytest.mark.parametrize("command", [*PRINTED, ["show", "lstm", "--format", "unicode"]], ids=" ".join)
def test_every_console_gets_what_it_can_show(monkeypatch, command, encoding):
    monkeypatch.setattr(sys, "stdout", console := Console(encoding))
    assert run(command) == 0
    assert console.text().strip()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("style", [[], ["--format", "json"]], ids=" ".join)
def test_every_console_gets_a_report(monkeypatch, kit, encoding, style):
    title = 'title = "Réseau δ by hand"'
    path = kit.folder / "assignment.toml"
    lines = [title if line.startswith("title") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines), encoding="utf-8")
    source = kit.solution.read_text().replace("np.tanh(", "(")
    kit.solution.write_text(f"# δ é 日本\n{source}", encoding="utf-8")
    for command in (
        ["check", str(kit.solution), "--assignment", str(kit.folder)],
        ["submit", str(kit.solution), "--assignment", str(kit.folder)],
        ["grade", str(kit.folder), str(kit.solution)],
    ):
        monkeypatch.setattr(sys, "stdout", console := Console(encoding))
        assert run([*command, *style]) == 1
        assert "seau" in console.text() or "solved.py" in console.text()


def test_a_report_in_text_is_ascii(gatecheck, kit):
    kit.solution.write_text(kit.solution.read_text().replace("np.tanh(", "("))
    for command in (["check", kit.solution, "--assignment", kit.folder], ["grade", kit.folder, kit.solution]):
        text = gatecheck(*command, "--format", "text").out
        assert text.isascii()
        assert gatecheck(*command).out != text


def test_without_a_console_a_command_still_ends(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for command in (["cells"], ["code", "rnn", "-o", "rnn.py"]):
        monkeypatch.setattr(sys, "stdout", None)
        assert run(command) == 0
        sys.stdout.close()
    assert (tmp_path / "rnn.py").is_file()


def test_no_colours_are_written_where_nobody_sees_them(gatecheck, kit, monkeypatch):
    command = ["check", "--assignment", kit.folder]
    assert "\x1b" not in gatecheck(*command).out
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b" not in gatecheck(*command).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in gatecheck(*command).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in gatecheck(*command).out


# ------------------------------------------------------------------------------------------------ pipes


def test_a_reader_that_goes_away_is_no_reason_for_words():
    process = subprocess.Popen([*PYTHON, "code", "lstm"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told():
    with open("/dev/full", "w") as full:
        done = subprocess.run([*PYTHON, "cells"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("gatecheck: No space left on device\n")


# ------------------------------------------------------------------------------------------------ the unexpected


def broken(*arguments, **named):
    raise ZeroDivisionError("division by zero")


def test_a_mistake_of_ours_is_told_in_a_sentence_and_shown_on_request(gatecheck, monkeypatch):
    monkeypatch.setattr("gatecheck.writing.derivation.show", broken)
    done = gatecheck("show", "lstm")
    assert (done.code, done.out) == (2, "")
    assert "a mistake of gatecheck's own: ZeroDivisionError: division by zero" in done.err
    assert "GATECHECK_TRACEBACK=1" in done.err
    assert "Traceback" not in done.err
    monkeypatch.setenv("GATECHECK_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        gatecheck("show", "lstm")


def test_a_current_folder_that_is_gone_is_told(gatecheck, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    done = gatecheck("check")
    assert done.code == 2
    assert done.err.startswith("gatecheck: No such file or directory")


# ------------------------------------------------------------------------------------------------ Ctrl-C


def interrupted(*arguments, **named):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "moment"),
    [
        (["generate", "rnn", "-o", "kit"], "gatecheck.teaching.generate.grade"),
        (["generate", "rnn", "-o", "kit"], "gatecheck.teaching.generate.derive"),
        (["generate", "rnn", "-o", "kit"], "os.replace"),
        (["code", "rnn", "-o", "rnn.py"], "os.replace"),
        (["demo"], "gatecheck.grading.judge.grade"),
    ],
    ids=lambda p: p if isinstance(p, str) else p[0],
)
def test_an_interruption_leaves_nothing_behind(gatecheck, tmp_path, monkeypatch, command, moment):
    with monkeypatch.context() as patch:
        patch.setattr(moment, interrupted)
        done = gatecheck(*command)
    assert done.code == 130
    assert done.err.strip() == "interrupted"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_a_check_that_is_interrupted_ends_what_it_started(kit, tmp_path):
    kit.solution.write_text("while True:\n    pass\n")
    (tmp_path / "tmp").mkdir()
    command = [*PYTHON, "check", str(kit.solution), "--assignment", str(kit.folder)]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)  # student code has no way to tell that it runs
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "interrupted")
    assert list((tmp_path / "tmp").iterdir()) == []


# ------------------------------------------------------------------------------------------------ the demo


def test_the_demo_goes_all_the_way(gatecheck, tmp_path):
    done = gatecheck("demo", "show")
    assert (done.code, done.err) == (0, "")
    for words in ("10 of 10", "A path is missing from the gradient of c: h → c", "are overwritten at every step"):
        assert words in done.out
    assert max(map(len, done.out.splitlines())) <= 80, done.out
    here = tmp_path / "show"
    assert gatecheck("check", here / "anna.py", "--assignment", here / "kit").code == 0
    assert gatecheck("check", here / "ben.py", "--assignment", here / "kit").code == 1


def test_a_shell_may_ask_for_completions(gatecheck, monkeypatch):
    monkeypatch.setenv("_GATECHECK_COMPLETE", "zsh_source")
    done = gatecheck()
    assert done.code == 0
    assert "gatecheck" in done.out


def test_the_version_and_the_help_are_printed(gatecheck):
    assert gatecheck("--version").out.startswith("gatecheck, version ")
    assert gatecheck("-h") == gatecheck("--help")
    assert gatecheck("check", "-h").code == 0


# ------------------------------------------------------------------------------------------------ the list of commands


def test_the_list_of_commands_is_what_their_modules_have():
    context = click.Context(cli)
    for name, (module, said) in COMMANDS.items():
        found = [command.name for command in import_module(f"gatecheck.cli.{module}").COMMANDS]
        assert name in found and set(found) <= set(COMMANDS)
        assert cli.get_command(context, name).name == name
        assert said.endswith(".") and len(said) <= 64
    files = Path(sys.modules["gatecheck.cli"].__file__).parent.glob("*.py")
    having = {path.stem for path in files if "\nCOMMANDS = (" in path.read_text(encoding="utf-8")}
    assert having == {module for module, _ in COMMANDS.values()}


def test_help_and_unknown_commands_import_no_command():
    seen = "[m for m in sys.modules if 'gatecheck.cli.' in m]"
    code = f"import sys; from gatecheck.cli import run; run({{}}); print({seen})"
    for arguments in (["--help"], ["nothing"], ["--version"]):
        done = subprocess.run([sys.executable, "-c", code.format(arguments)], capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "[]", done.stderr
