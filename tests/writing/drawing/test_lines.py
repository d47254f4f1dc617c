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
        "proved  ✓ yes",
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


HEAD = ((), ("formula",), ("worked",), ("one",), ("two",))


def test_a_table_too_wide_for_a_line_is_folded_with_its_numbers_at_the_end():
    formula = "= " + " + ".join(f"f_{k} (x + y)" for k in range(6))
    rows = (((Math("a"),), (Math(formula),), (Math("= 1 + 2"),), ("3",), ("45",)), ((), (), (), ("6",), ()))
    told = terminal.unicode(Document("t", sections=(Section("", (Table(HEAD, rows, (3, 4)),)),))).splitlines()
    assert [line for line in told if len(line) > 80] == []
    assert told[2:] == [
        "     formula, worked                                                    one  two",
        "  a  = f_0 (x + y) + f_1 (x + y) + f_2 (x + y) + f_3 (x + y) + f_4 (x + y)",
        "       + f_5 (x + y)",
        "     = 1 + 2                                                              3   45",
        "                                                                          6",
    ]
