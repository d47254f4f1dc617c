"""A document in Typst: self-contained, compiled without a warning, and its words are words whatever they are."""

import re

import pytest
import specimen
import typesetting
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatecheck.writing import escaping
from gatecheck.writing.document import (
    Blank,
    Display,
    Document,
    Listing,
    Mark,
    Math,
    Mono,
    Paragraph,
    Row,
    Section,
    Table,
)
from gatecheck.writing.typst_document import render

WORDS = st.lists(st.one_of(st.sampled_from(specimen.NASTY), st.text(max_size=3)), max_size=6).map("".join)
SHOWN = "#show: page-of"


def body(*blocks, **more):
    """The source of blocks, without the face."""
    source = render(Document("", sections=(Section("", blocks),), **more))
    return source[source.index("\n\n", source.index(SHOWN)) :].strip()


def test_every_block_is_a_call_that_can_be_read():
    assert body(Paragraph(("See ", Mono("a b"), ": ", Math("δ c_t"), " ", Mark("matrix", "W"), Blank(4)))) == (
        'See #raw("a b");: $δ c_t$ #mark("matrix")[W];#blank(4);'
    )
    rows = (Row("δ c_t", (("+", "a"), ("-", "b")), ("why",), lit=True), Row("x", (("-", "y"),)), Row("z", ()))
    assert body(Display(rows, ("from",), (Row("c", (("+", "f"),)),))).splitlines() == [
        "#display(",
        "  over: [from],",
        "  equations: (row($c$, ($= f$,)), ),",
        "  row($δ c_t$, ($= a$, $- med b$,), note: [why], lit: true),",
        "  row($x$, ($= -y$,)),",
        "  row($z$, ($= 0$,)),",
        ");",
    ]
    table = Table((("name",), ("norm",)), (((Math("f"),), ("0.5",)),), right=(1,), lit=(0,), caption=("low",))
    assert body(table).splitlines() == [
        "#tabular(",
        "  header: ([name], [norm],),",
        "  right: (1, ),",
        "  lit: (0, ),",
        "  caption-words: [low],",
        "  ([$f$], [0.5],),",
        ");",
    ]
    assert body(Listing("a = 1\n  b = `2`\n", "python")) == "#listing(```python\na = 1\n  b = `2`\n```);"


@settings(max_examples=15, deadline=None)
@example([*specimen.NASTY])
@given(st.lists(WORDS, min_size=1, max_size=40))
def test_words_are_read_as_they_are(texts):
    found = typesetting.said(map(escaping.typst, texts))
    assert found == [escaping.plain(text).replace("\u00ad", "") for text in texts]


@settings(max_examples=15, deadline=None)
@given(WORDS)
def test_a_document_of_any_words_compiles(words):
    typesetting.pdf(render(specimen.document(words)))


def test_a_document_of_any_nasty_words_compiles():
    for words in specimen.NASTY:
        typesetting.pdf(render(specimen.document(words)))


@settings(max_examples=15, deadline=None)
@given(WORDS)
def test_words_add_nothing_to_what_a_document_is_made_of(words):
    # The header of a table that goes on over a page stands there twice: what it holds is not counted.
    found = typesetting.elements(render(specimen.document(f"a{words}a")))
    assert set(found) == {"heading", "equation", "raw", "table", "image"}
    assert [found.count(kind) for kind in ("heading", "table", "image")] == [3, 2, 2]


def test_the_source_needs_no_other_file():
    source = render(specimen.document())
    assert not re.search(r"#(import|include)|@preview|\b(read|json|yaml|toml|csv|xml|plugin)\(", source)
    assert specimen.SVG in source


def test_a_listing_is_carried_to_the_letter():
    code = 'def f(x):\n\n    """`` ``` ` #x $y$ \\ """\n\treturn  x'
    source = body(Listing(code, "python"))
    (marks,) = set(re.findall("`{4,}", source))
    inside = source.partition(f"{marks}python\n")[2].rpartition(f"\n{marks}")[0]
    assert inside == code.replace("\t", "    ")


def test_a_document_without_a_title_has_one_in_its_properties():
    typst = typesetting.compiler()
    source = render(Document("", sections=(Section("", (Paragraph(("a",)),)),)))
    assert 'title: "gatecheck"' in source
    assert typst.query(source.encode(), "heading") == "[]"


@pytest.mark.parametrize("kind", specimen.KINDS)
def test_every_kind_has_a_colour_that_can_be_read_on_white(kind):
    source = render(Document(""))
    red, green, blue = (int(h, 16) / 255 for h in re.search(rf"{kind}: rgb\(\"#(..)(..)(..)\"\)", source).groups())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) > 4.5
