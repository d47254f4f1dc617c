"""Every command: read, call one function, print.

A command's module is imported when it is asked for, and what the command needs when it runs: the list of commands
costs as much as click.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module

import click

from ..version import __version__

#: Set in the environment, it lets an unexpected error show where it came from.
TRACEBACK = "GATECHECK_TRACEBACK"
#: What a command ends with whose reader went away, as one does that SIGPIPE has ended.
READER_GONE = 141

#: Every command with its module, and what the list of commands says of it.
COMMANDS = {
    "cells": ("printing", "List the library of cells."),
    "check": ("student", "Grade a file here and now; nothing is recorded."),
    "code": ("printing", "Print NumPy code: step, step_backward, forward, backward."),
    "compare": ("flowing", "Put cells side by side: gates, paths, parameters, costs."),
    "conventions": ("converting", "List how courses and frameworks lay a cell out."),
    "convert": ("converting", "Move weights from one convention to another."),
    "demo": ("demo", "Go the whole way once, in a new folder."),
    "derive": ("printing", "Print the gradients of a cell."),
    "doctor": ("doctor", "Tell whether submissions can be isolated here."),
    "flow": ("flowing", "Show how much of a gradient is left after k steps."),
    "generate": ("instructor", "Write an assignment and its solution."),
    "grade": ("instructor", "Grade submissions: files, folders, archives, downloads."),
    "graph": ("drawing", "Draw one step of a cell."),
    "hint": ("hinting", "Tell the next hint on a task; each is counted."),
    "paths": ("printing", "Print every route from a state at t-1 to one at t."),
    "prove": ("proving", "Prove the gradients of a cell."),
    "show": ("printing", "Print a cell's equations."),
    "submit": ("student", "Grade a file on fresh inputs, and bundle it to hand in."),
    "trace": ("tracing", "Print every equation of a cell with its numbers."),
    "watch": ("watching", "Grade a file whenever it is saved."),
}


class Commands(click.Group):
    """The commands, by their names; a module is imported for the first of its commands that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *self.commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            for command in import_module(f".{COMMANDS[cmd_name][0]}", __package__).COMMANDS:
                self.commands.setdefault(command.name, command)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gatecheck")
def cli() -> None:
    """Recurrent cells by hand-derived calculus: derive, generate, grade, and name the mistake.

    A cell is one short text file of equations; everything else is derived from it.

    \b
    New here?      gatecheck demo
    Formulas:      gatecheck derive lstm
    An assignment: gatecheck generate lstm -o kit
    Your work:     gatecheck check
    """


def run(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    if sys.stdout is None:  # whoever started us closed it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    printed = sys.stdout
    try:
        result = cli.main(arguments, prog_name="gatecheck", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except SystemExit as end:
        # click's own end: for a reader that went away (| head), whose channel it replaces, or after completions.
        return READER_GONE if sys.stdout is not printed else end.code if isinstance(end.code, int) else 1
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> int:
    """Say in a few words what went wrong; the exit code."""
    from ..errors import GatecheckError, printable  # here: --help need not wait for it

    if isinstance(error, GatecheckError):
        click.echo("\n".join(map(printable, f"gatecheck: {error}".split("\n"))), err=True)
        return error.exit_code
    if os.environ.get(TRACEBACK):
        raise error
    if isinstance(error, OSError):
        _silence()
    if isinstance(error, BrokenPipeError):
        return READER_GONE
    # What the system refuses (a full disk) is seldom our mistake; everything else that comes here is.
    if isinstance(error, OSError) and error.strerror:
        click.echo(printable(f"gatecheck: {error.strerror}{f': {error.filename}' if error.filename else ''}"), err=True)
        return 2
    click.echo(printable(f"gatecheck: a mistake of gatecheck's own: {type(error).__name__}: {error}"), err=True)
    click.echo(f"  To see where, and for a report of it, set {TRACEBACK}=1 and run the command again.", err=True)
    return 2


def _silence() -> None:
    """Let Python not try again at its end to print what could not be printed."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
