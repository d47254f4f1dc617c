"""A document in Markdown: what is no formula is the author's words, and a formula reaches the reader untouched."""

import re
from pathlib import Path

import pytest
import specimen
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.cells import library, load
from gatecheck.writing import derivation, escaping, ways
from gatecheck.writing.document import Display, Document, Listing, Math, Mono, Paragraph, Picture, Row, Section, Table
from gatecheck.writing.formats import Latex
from gatecheck.writing.markdown import illustrated, render, safe

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
WORDS = st.lists(st.one_of(st.sampled_from(specimen.NASTY), st.text(max_size=3)), max_size=6).map("".join)


def body(*blocks):
    return render(Document("", sections=(Section("", blocks),)))


def tokens(text):
    """What plain Markdown with tables, which knows no formulas, makes of a text."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return parser.parse(text)


def read(text):
    """The words of every paragraph and every cell, as a reader sees them; code is in backticks."""
    found = []
    for token in tokens(text):
        if token.type == "inline":
            parts = (f"`{c.content}`" if c.type == "code_inline" else "\n" if "break" in c.type else c.content
                     for c in token.children)  # fmt: skip
            found.append("".join(parts))
    return found


def active(text):
    """Everything that is more than words, paragraphs and tables."""
    plain = {"text", "softbreak", "code_inline", "strong_open", "strong_close", "em_open", "em_close"}
    blocks = {"inline", "paragraph_open", "paragraph_close", "heading_open", "heading_close", "fence"}
    blocks |= {f"{part}_{way}" for part in ("table", "thead", "tbody", "tr", "th", "td") for way in ("open", "close")}
    lists = {f"{part}_{way}" for part in ("bullet_list", "list_item") for way in ("open", "close")}
    children = [c for t in tokens(text) for c in t.children or ()]
    return {t.type for t in (*tokens(text), *children)} - plain - blocks - lists


def documents(cell):
    backward = derive(cell, unit=True)
    writer = Latex(backward.system)
    yield derivation.show(writer)
    yield derivation.derive(writer, backward)
    yield derivation.derive(writer, backward, (), True)
    if cell.states:
        found = paths(cell)
        yield ways.document(writer, found)
        yield ways.document(writer, found, 3)


@pytest.mark.parametrize("name", CELLS)
def test_plain_markdown_leaves_every_formula_alone(name):
    for document in documents(CELLS[name]):
        text = render(document)
        assert not active(text)
        written = re.findall(r"\$\$\n.*?\n\$\$|(?<!\\)\$[^$]+\$", text, re.DOTALL)
        seen = "\n".join(read(text))
        assert written
        for formula in written:
            # Lines lose their indentation, which no formula has a need of.
            assert re.sub(r"\n +", "\n", formula) in seen, formula


@pytest.mark.parametrize("name", CELLS)
def test_a_formula_has_nothing_that_a_renderer_spoils(name):
    for document in documents(CELLS[name]):
        formulas = re.findall(r"\$\$\n.*?\n\$\$|(?<!\\)\$[^$]+\$", render(document), re.DOTALL)
        assert not re.search(r"\\[^a-zA-Z]|\\operatorname|[^\w\s]_\S|[*|<>~`]", "".join(formulas))


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        (r"\mathit{ab}_{t} \, x", r"\mathit{ab}_ {t} \thinspace x"),
        (r"\operatorname{diag}\left(f_t\right)", r"\mathrm{diag}\left(f_t\right)"),
        (r"\left|x\right|", r"\left\vert x\right\vert "),
        (r"\left[a > 0\right]", r"\left[a \gt  0\right]"),
        ("a \\\\\nb", "a \\cr\nb"),
    ],
)
def test_what_would_be_spoiled_is_said_in_other_words(formula, written):
    assert safe(formula) == written


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_words_are_carried_and_never_active(words):
    words = f"a{words}a"
    text = render(specimen.document(words))
    assert not active(text)
    plain = escaping.plain(words)
    found = read(text)
    assert f"{plain}$c$" in found[1]
    assert found.count(plain) >= 2  # the titles
    listings = [t for t in tokens(text) if t.type == "fence"]
    assert [t.content for t in listings].count("\n".join(escaping.lines(words)) + "\n") == 3
    assert len([t for t in tokens(text) if t.type == "table_open"]) == 3


def test_formulas_stand_below_each_other_or_beside_their_notes():
    rows = (Row("a", (("+", "b"), ("-", "c"))), Row("d", ()))
    assert body(Display(rows, ("from",), (Row("e", (("-", "f"),)),))) == (
        "from, $e = -f$\n\n$$\n\\begin{aligned}\n  a &= b - c \\cr\n  d &= 0\n\\end{aligned}\n$$"
    )
    noted = body(Display((Row("a", (("+", "b"),), ("why | not",)),)))
    assert noted.splitlines()[2] == r"| $\displaystyle a$ | $\displaystyle = b$ | why \| not |"


def test_a_table_without_a_header_has_an_empty_one_and_numbers_stand_at_the_right():
    table = Table((), ((("x",), ("1",)),), right=(1,), caption=("c",))
    assert body(table) == "|  |  |\n| :-- | --: |\n| x | 1 |\n\nc"


def test_a_picture_is_told_in_characters_and_in_words():
    assert body(Picture(specimen.SVG, "a_line", ("low",), "▁▂")) == "```\n▁▂\n```\n\n*a\\_line*\n\nlow"
    assert body(Picture(specimen.SVG, "line")) == "*line*"


def test_a_picture_of_a_file_lies_beside_it_and_what_its_words_end_with_is_no_caption():
    picture = Picture(specimen.SVG, "A line. It is low.", ("It is low.",))
    document = Document("", sections=(Section("", (picture, picture)),))
    text, files = illustrated(document, "a b")
    assert list(files) == ["a b-1.svg", "a b-2.svg"] and set(files.values()) == {specimen.SVG}
    assert text.startswith("![A line. It is low.](<a%20b-1.svg>)\n\nIt is low.\n\n![")
    assert [t.type for t in tokens(text)[1].children][:1] == ["image"]
    assert body(picture) == "*A line. It is low.*"


def test_code_with_backticks_has_longer_fences():
    assert body(Listing("a ```` b", "python")) == "`````python\na ```` b\n`````"
    assert body(Paragraph((Mono("a`b"), " ", Math("c")))) == "`` a`b `` $c$"
