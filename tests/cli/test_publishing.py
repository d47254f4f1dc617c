"""One function prints every document: formats by name and by a file's ending, files written whole, or refused."""

import io
import json
import subprocess
import sys

import click
import pytest

from gatecheck.calculus.system import system
from gatecheck.cells import load
from gatecheck.cli import cli, run
from gatecheck.cli.output import ENDINGS, document_options, publish
from gatecheck.writing.document import Document, Math, Picture, Section
from gatecheck.writing.formats import FORMATS
from gatecheck.writing.publishing import renderer


@pytest.fixture
def gatecheck(gatecheck, monkeypatch):
    """The command line with one more command, which prints a document."""

    @click.command("document")
    @document_options
    def document(style, output, force):
        """Print a document."""
        lines = system(load("rnn"))

        def build(writer):
            drawn = Section("", (Picture("<svg></svg>", "Nothing"),))
            return Document("Größe", lead=(Math(writer(lines).write(lines.lines[0].symbol)),), sections=(drawn,))

        publish(build, lambda: {"title": "Größe"}, style, output, force)

    monkeypatch.setitem(cli.commands, "document", document)
    return gatecheck


def test_every_format_has_a_writer_of_formulas_a_renderer_and_a_name_on_the_command_line():
    assert set(ENDINGS) == {*FORMATS, "json"}
    for style in FORMATS:
        assert callable(renderer(style))


def test_a_document_is_printed_in_the_format_that_is_named(gatecheck):
    assert gatecheck("document").out == "Größe\na_h\n"
    assert gatecheck("document", "--format", "text").out.isascii()
    assert json.loads(gatecheck("document", "--format", "json").out) == {"title": "Größe"}


def test_the_ending_of_the_file_tells_the_format(gatecheck, tmp_path):
    for style, endings in ENDINGS.items():
        for ending in (e for found in endings for e in (found, found.upper())):
            done = gatecheck("document", "-o", f"a{ending}", "--force")
            beside = f"a{ending}  with its pictures in  a-1.svg\n" if style == "markdown" else ""
            assert (done.code, done.out, done.err) == (0, beside, ""), style
            named = gatecheck("document", "--format", style, "-o", "b", "--force")
            assert named.code == 0
            # Only the pictures beside a file are named after it.
            written = (tmp_path / f"a{ending}").read_bytes().replace(b"a-1.svg", b"b-1.svg")
            assert written == (tmp_path / "b").read_bytes()


def test_the_format_that_is_named_goes_before_the_ending(gatecheck, tmp_path):
    gatecheck("document", "--format", "json", "-o", "a.txt")
    assert json.loads((tmp_path / "a.txt").read_text("utf-8"))


def test_an_ending_that_tells_nothing_is_refused_before_anything_is_written(gatecheck, tmp_path):
    for name in ("a", "a.docx", ".txt"):
        done = gatecheck("document", "-o", name)
        assert done.code == 2
        assert f"{name} does not tell the format" in done.err and ".json" in done.err
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_only_by_force(gatecheck, tmp_path):
    (tmp_path / "a.txt").write_text("mine", "utf-8")
    done = gatecheck("document", "-o", "a.txt")
    assert (done.code, (tmp_path / "a.txt").read_text("utf-8")) == (2, "mine")
    assert "exists already" in done.err
    assert gatecheck("document", "-o", "a.txt", "--force").code == 0
    assert (tmp_path / "a.txt").read_text("utf-8").startswith("Größe\n")
    (tmp_path / "folder.txt").mkdir()
    assert gatecheck("document", "-o", "folder.txt", "--force").code == 2


def test_pictures_of_markdown_are_files_beside_it_and_none_is_replaced_without_force(gatecheck, tmp_path):
    page, picture = tmp_path / "a.md", tmp_path / "a-1.svg"
    picture.write_text("mine", "utf-8")
    command = ("document", "-o", page.name)
    assert gatecheck(*command).code == 2
    assert picture.read_text("utf-8") == "mine" and not page.exists()
    assert gatecheck(*command, "--force").code == 0
    assert picture.read_text("utf-8") == "<svg></svg>\n" and "![Nothing](<a-1.svg>)" in page.read_text("utf-8")


def test_a_pdf_goes_into_a_file_or_a_pipe_and_never_onto_a_terminal(gatecheck, tmp_path, monkeypatch):
    pytest.importorskip("typst")
    assert gatecheck("document", "-o", "a.pdf").code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    command = [sys.executable, "-m", "gatecheck", "show", "rnn", "--format", "pdf"]
    assert subprocess.run(command, capture_output=True, check=True).stdout.startswith(b"%PDF")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = gatecheck("document", "--format", "pdf")
    assert (done.code, done.out) == (2, "")
    assert "a terminal shows no PDF" in done.err and "-o FILE.pdf" in done.err


def test_without_typst_a_pdf_is_refused_and_nothing_is_written(gatecheck, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    done = gatecheck("document", "-o", "a.pdf")
    assert done.code == 2
    assert "pip install 'gatecheck[pdf]'" in done.err
    assert not list(tmp_path.iterdir())


def test_files_by_nature_are_utf8_on_every_console(monkeypatch):
    for style in ("markdown", "latex", "html", "typst"):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1", write_through=True))
        assert run(["paths", "gru", "--steps", "2", "--format", style]) == 0
        assert written.getvalue().decode("utf-8").endswith("\n")
        assert b"?" not in written.getvalue().partition(b"<body")[2 if style == "html" else 0]
