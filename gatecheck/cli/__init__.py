"""Every command: read, call one function, print.

Command modules import click and nothing else that costs time; what a command needs is imported when it runs.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from ..version import __version__
from . import demo, instructor, printing, student


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


for command in (*demo.COMMANDS, *printing.COMMANDS, *instructor.COMMANDS, *student.COMMANDS):
    cli.add_command(command)


def main() -> NoReturn:
    """The console script: run a command; end with the exit code of the contract, never with a traceback."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        result = cli.main(arguments, prog_name="gatecheck", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("\ninterrupted", err=True)
        return 130
    except BrokenPipeError:
        # The reader went away (| head): silence what Python would say at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from ..errors import GatecheckError  # here: --help need not wait for it

        if not isinstance(error, GatecheckError):
            raise
        click.echo(f"gatecheck: {error}", err=True)
        return error.exit_code
