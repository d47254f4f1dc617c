"""A document as PDF: the same bytes for the same document; tagged; and what is said where Typst is missing."""

import os
import re
import subprocess
import sys
import zlib

import pytest
import specimen
import typesetting

from gatecheck.calculus.backward import derive
from gatecheck.cells import load
from gatecheck.errors import BadInput, Fault
from gatecheck.writing import derivation, pdf, typst_document
from gatecheck.writing.document import Document, Math, Paragraph, Picture, Section
from gatecheck.writing.typst import Typst

TWICE = """
import sys, hashlib
from gatecheck.calculus.backward import derive
from gatecheck.cells import load
from gatecheck.writing import derivation, pdf
from gatecheck.writing.typst import Typst
backward = derive(load("gru"))
print(hashlib.sha256(pdf.render(derivation.derive(Typst(backward.system), backward))).hexdigest())
"""


def streams(data):
    """What a PDF holds, uncompressed where it was compressed."""
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


def test_it_is_a_pdf_with_a_title_and_a_language_and_tags():
    typesetting.compiler()
    made = pdf.render(specimen.document("Größe"))
    assert made.startswith(b"%PDF-1.")
    whole = made + b"".join(streams(made))
    assert "<dc:title>" in whole.decode("latin-1")
    assert "Größe".encode() in whole
    assert re.search(rb"/Lang ?\(en\)", whole)
    assert b"/StructTreeRoot" in whole
    for tag in (b"/H1", b"/Table", b"/TH", b"/Figure", b"/Formula"):
        assert tag in whole, tag


def test_a_picture_has_its_alternative():
    typesetting.compiler()
    drawn = pdf.render(Document("", sections=(Section("", (Picture(specimen.SVG, "a square, filled"),)),)))
    assert re.search(rb"/Alt ?\(a square, filled\)", drawn + b"".join(streams(drawn)))


def test_the_same_document_has_the_same_bytes_and_no_date():
    typesetting.compiler()
    found = set()
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, env=environment, check=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert b"CreationDate" not in pdf.render(specimen.document())


def test_real_documents_are_set_without_a_warning():
    for name in ("lstm", "slstm", "lstm_layernorm"):
        backward = derive(load(name), unit=True)
        writer = Typst(backward.system)
        typesetting.pdf(typst_document.render(derivation.show(writer)))
        typesetting.pdf(typst_document.render(derivation.derive(writer, backward, (), True)))


def test_where_typst_is_missing_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(BadInput, match=r"typst, which is not installed\n.*pip install 'gatecheck\[pdf\]'"):
        pdf.render(Document("a"))


def test_what_typst_refuses_is_a_fault_of_ours():
    typesetting.compiler()
    broken = Document("a", sections=(Section("", (Paragraph((Math("frac("),)),)),))
    with pytest.raises(Fault, match="Typst refuses the document: unclosed delimiter"):
        pdf.render(broken)


@pytest.mark.parametrize("words", ["遗忘门", "한국", "שער", "Größe δ Σ Я → ✓"])
def test_fonts_of_the_system_are_asked_only_for_letters_that_typst_brings_none_for(words, monkeypatch):
    typst = typesetting.compiler()
    asked = []
    monkeypatch.setattr(typst, "compile", lambda source, **options: asked.append(options) or b"")
    pdf.render(Document(words))
    assert asked[0]["ignore_system_fonts"] is words.startswith("Größe")
