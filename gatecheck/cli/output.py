"""What all commands print through: formats, encodings, files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..cells import Cell
    from ..grading.report import Report
    from ..writing.publishing import Builder

#: The formats of a document, and the endings of files that ask for them.
ENDINGS = {
    "unicode": (".txt",),
    "text": (),
    "markdown": (".md", ".markdown"),
    "latex": (".tex",),
    "html": (".html", ".htm"),
    "typst": (".typ",),
    "pdf": (".pdf",),
    "json": (".json",),
}

cell_argument = click.argument("cell", metavar="CELL")


def format_option(*formats: str) -> Callable[[Any], Any]:
    """--format, with the given choices; what can be printed here is the default."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(formats),
        help="Default: unicode where the terminal can show it, else text, which is ASCII.",
    )


def file_option(*names: str, help: str) -> Callable[[Any], Any]:
    """An option that takes the path of a file to write; an empty one, as of a variable never set, is refused."""

    def named(context: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
        if path == "":
            raise click.BadParameter("it names no file")
        return path

    return click.option(*names, metavar="FILE", callback=named, help=help)


def output_option(help: str = "Write a file instead of printing.") -> Callable[[Any], Any]:
    """-o of every command that prints."""
    return file_option("-o", "--output", help=help)


def document_options(command: Any) -> Any:
    """--format, -o and --force of a command that ends in `publish`: its arguments style, output, force."""
    known = " ".join(ending for endings in ENDINGS.values() for ending in endings[:1])
    for option in (
        click.option("--force", is_flag=True, help="Replace FILE where it exists."),
        output_option(f"Write a file; its ending tells the format: {known}"),
        format_option(*ENDINGS),
    ):
        command = option(command)
    return command


#: An embedding before the cell.
input_option = click.option(
    "--input", "front", metavar="FRONT", help="What the input comes from: embedding, of a one-hot word."
)


def joined_options(command: Any) -> Any:
    """--loss and --input: the equations that stand around a cell; its arguments loss and front."""
    loss = click.option("--loss", metavar="LOSS", help="What reads the output: cross-entropy or squared-error.")
    return loss(input_option(command))


def derived_options(command: Any) -> Any:
    """The same where the loss may also be given from outside, as what it reads; for `asked`."""
    said = "What the loss reads, as h,c (default: the output alone); or cross-entropy, squared-error: the loss itself."
    return click.option("--loss", metavar="LOSS", help=said)(input_option(command))


def asked(cell: str, loss: str | None, front: str | None) -> tuple[Cell, tuple[str, ...] | None]:
    """The cell with what stands around it, and what a loss that is given from outside reads.

    Raises CellError where there is no such cell or piece.
    """
    from ..cells import LOSSES, joined, load, spelled
    from ..errors import CellError, Problem, nearest

    piece = loss if spelled(loss or "", LOSSES) in LOSSES else None
    reads = None if piece else listed(loss, "--loss") or None
    found = joined(load(cell), piece, front)
    for name in reads or ():
        if name not in found.assigned:
            advice = f"{nearest(name, (*found.assigned, *LOSSES))} A loss itself is {' or '.join(LOSSES)}."
            raise CellError(Problem(f"the loss cannot read {name}", None, advice))
    return found, reads


#: For commands that print no formulas.
plain_format = format_option("unicode", "text", "json")


def chosen(style: str | None) -> str:
    """The format to print in."""
    return style or ("unicode" if speaks_unicode() else "text")


def speaks_unicode() -> bool:
    """Whether standard output can show δ, ⊙ and −."""
    try:
        "δ⊙−ᵀ𝟏".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def words(text: str, style: str | None = None) -> str:
    """Text on one line, in the letters of the format."""
    from ..writing.escaping import ascii_only, plain

    return plain(text) if chosen(style) == "unicode" else ascii_only(text)


def emit(text: str) -> None:
    """Print, whatever the console's encoding."""
    try:
        click.echo(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        click.echo(text.encode(encoding, "replace").decode(encoding))


def emit_json(data: Any, indent: int | None = 2) -> None:
    """Print data as JSON; ASCII where the console cannot do more."""
    click.echo(as_json(data, speaks_unicode(), indent))


def as_json(data: Any, unicode: bool, indent: int | None = 2) -> str:
    """Data as JSON, in ASCII unless unicode is set."""
    import json

    return json.dumps(data, ensure_ascii=not unicode, indent=indent)


def emit_report(report: Report, style: str | None, source: bytes = b"", full: bool = False) -> None:
    """Print a report; source is the student's file, for the lines around a mistake; full: with every error."""
    if style == "json":
        # to_json makes characters harmless that a submission may choose; JSON in ASCII has none of them.
        click.echo(report.to_json()) if speaks_unicode() else emit_json(report.to_dict(), None)
        return
    from ..reporting.terminal import render, show

    text = source.decode("utf-8", "replace")
    if style == "text":
        import shutil

        emit(render(report, shutil.get_terminal_size().columns - 1, source=text, unicode=False, full=full))
    else:
        show(report, source=text, full=full)


def publish(
    build: Builder,
    data: Callable[[], Any],
    style: str | None,
    output: str | None,
    force: bool,
    latex: Callable[[], str] | None = None,
) -> None:
    """Print a document in a format, or write it to a file whose ending tells the format where style does not.

    build makes the document with a format's writer of formulas, data what json prints; latex, where it is given, one
    environment to paste in the place of a document.
    Raises BadInput where the ending tells no format, where the file exists (unless force is set), and where a PDF
    would land on a terminal.
    """
    style = format_of(style, output)
    beside: list[str] = []
    if output:
        refuse_taken(output, force)
    elif style == "pdf" and sys.stdout.isatty():
        from ..errors import BadInput, Problem

        raise BadInput(Problem("a terminal shows no PDF", None, "Add -o FILE.pdf."))
    if style == "json":
        content: str | bytes = as_json(data(), bool(output) or speaks_unicode())
    elif style == "latex" and latex is not None:
        content = latex()
    elif style == "markdown" and output:
        content, beside = _illustrated(build, output, force)
    else:
        from ..writing.publishing import published

        content = published(style, build)
    if isinstance(content, str):
        content = content.rstrip("\n") + "\n"
    if output:
        save(output, content, force)
        if beside:
            emit(f"{words(output)}  with its pictures in  {words(', '.join(beside))}")
    elif isinstance(content, str) and style in ("unicode", "text", "json"):
        emit(content.rstrip("\n"))
    else:
        # A file by nature: UTF-8, whatever the console's encoding.
        click.echo(content if isinstance(content, bytes) else content.encode(), nl=False)


def _illustrated(build: Builder, output: str, force: bool) -> tuple[str, list[str]]:
    """The document in Markdown, and the files beside it that its pictures are written to: lstm-1.svg for lstm.md."""
    from pathlib import Path

    from ..writing.formats import FORMATS
    from ..writing.markdown import illustrated

    content, pictures = illustrated(build(FORMATS["markdown"]), Path(output).stem)
    beside = {str(Path(output).with_name(name)): svg for name, svg in pictures.items()}
    for path in beside:
        refuse_taken(path, force)
    for path, svg in beside.items():
        save(path, f"{svg}\n", force)
    return content, list(beside)


def format_of(style: str | None, output: str | None, formats: Iterable[str] = ENDINGS) -> str:
    """The format that is asked for: by name, by a file's ending, or what can be printed here."""
    return style or (_by_ending(output, formats) if output else chosen(None))


def _by_ending(path: str, formats: Iterable[str] = ENDINGS) -> str:
    """The one of the formats that a file's name asks for. Raises BadInput where it asks for none."""
    from pathlib import PurePath

    from ..errors import BadInput, Problem, printable

    ending = PurePath(path).suffix.lower()
    for style in formats:
        if ending in ENDINGS[style]:
            return style
    known = " ".join(known for style in formats for known in ENDINGS[style])
    message = f"{printable(path)} does not tell the format"
    raise BadInput(Problem(message, None, f"Add --format, or choose an ending: {known}"))


def refuse_taken(path: str, force: bool) -> None:
    """Raises BadInput where something stands at the path, unless force is set and it is a file."""
    from pathlib import Path

    from ..errors import BadInput, Problem, printable
    from ..files import refuse_existing

    target = Path(path)
    if not force:
        refuse_existing(target, "Choose another name, or add --force to replace it.")
    elif target.exists() and not target.is_file():
        # Replacing it would put a file in the place of a folder, or of a device.
        raise BadInput(Problem(f"{printable(path)} is no file", None, "Choose another name."))


def save(path: str, content: str | bytes, force: bool) -> None:
    """Write a new file whole. Raises BadInput where something stands there, unless force is set and it is a file."""
    from pathlib import Path

    from ..files import write_whole

    refuse_taken(path, force)
    write_whole(Path(path), content)


def listed(names: str | None, option: str) -> tuple[str, ...]:
    """The names of an option, as h,c. Raises BadParameter where it is given and names nothing."""
    found = tuple(n.strip() for n in names.split(",") if n.strip()) if names is not None else ()
    if names is not None and not found:
        raise click.BadParameter("it names nothing; names are divided by commas", param_hint=option)
    return found
