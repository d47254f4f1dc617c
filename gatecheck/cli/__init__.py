"""Every command: read, call one function, print.

Command modules import click and nothing else that costs time; what a command needs is imported when it runs.
"""

from __future__ import annotations

import contextlib
import os
import sys

import click

from ..version import __version__
from . import converting, demo, doctor, drawing, flowing, instructor, printing, proving, student, tracing

#: Set in the environment, it lets an unexpected error show where it came from.
TRACEBACK = "GATECHECK_TRACEBACK"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for commands in (demo, printing, converting, tracing, drawing, flowing, proving, instructor, student, doctor):
    for command in commands.COMMANDS:
        cli.add_command(command)


def run(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    if sys.stdout is None:  # whoever started us closed it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
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
        # click's own end: 1 for a reader that went away (| head), 0 for a shell that asks for completions.
        return end.code if isinstance(end.code, int) else 1
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
        return 1
    # What the system refuses (a full disk) is seldom our mistake; everything else that comes here is.
    if isinstance(error, OSError) and error.strerror:
        click.echo(printable(f"gatecheck: {error.strerror}{f': {error.filename}' if error.filename else ''}"), err=True)
    else:
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
