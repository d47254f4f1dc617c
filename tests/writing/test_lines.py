"""One document model, printed as lines of 80 columns."""

from gatecheck.writing import terminal
from gatecheck.writing.document import (
    Blank,
    Display,
    Document,
    Listing,
    Mark,
    Math,
    Mono,
    Paragraph,
    Picture,
    Row,
    Section,
    Table,
)

PAGE = Document(
    "lstm",
    lead=("Ein Gedächtnis",),
    aside=("no index: step t",),
    facts=(("proved", (Mark("right", "yes"),)), ("in", ("3 ms",))),
    sections=(
        Section(
            "Numbers",
            (
                Paragraph(("See ", Mono("gatecheck trace"), ": ", Math("δc"), " ", Blank(4))),
                Display(
                    (Row("δc", (("+", "δh"), ("−", "o"))), Row("δfg", (("−", "c"),), note=("why",))), over=("from",)
                ),
                Table((("name",), ("norm",)), (((Math("f"),), ("0.5",)), (("longer",), ("12.25",))), right=(1,)),
                Picture("<svg/>", "a line", caption=("falling",), text="▁▂▃"),
                Listing("a = 1\nb = 2\n"),
            ),
        ),
    ),
)


def test_every_block_has_its_lines():
    assert terminal.unicode(PAGE).splitlines() == [
        "lstm" + " " * 60 + "no index: step t",
        "Ein Gedächtnis",
        "",
        "proved  yes",
        "in      3 ms",
        "",
        "Numbers",
        "  See gatecheck trace: δc ____",
        "",
        "  from",
        "    δc  = δh − o",
        "    δfg = −c    why",
        "",
        "  name      norm",
        "  f          0.5",
        "  longer   12.25",
        "",
        "  ▁▂▃",
        "  falling",
        "",
        "  a = 1",
        "  b = 2",
    ]


def test_words_are_ascii_where_the_format_is():
    assert "Ein Gedachtnis" in terminal.text(PAGE)
    assert "\x1b" not in terminal.unicode(Document("\x1b[31m", lead=("\x1b[2J",)))


def test_long_prose_and_long_sums_are_broken():
    words = Paragraph(("word " * 60,))
    long = Row("δh", tuple(("+", f"U_{k}ᵀ δa_{k}[t+1]") for k in range(9)))
    lines = terminal.unicode(Document("x", sections=(Section("s", (words, Display((long,)))),))).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.strip().startswith("+ U_") for line in lines) == 8
