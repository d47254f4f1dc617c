"""A document that has every kind of block and of word, with the same words everywhere."""

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

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path fill="#c0760f" d="M0 0h9v9z"/></svg>'
KINDS = ("elementwise", "matrix", "reduction", "right", "wrong")
#: What is markup in some format, or breaks out of it.
NASTY = (
    "#panic()", "$", "$$", "*", "_", "`", "```", "<a>", "@b", "[", "]", "{", "}", "(", ")", "\\", "\\u{41}", '"', "'",
    "//", "/*", "*/", "http://a.b", "--", "---", "-1", " -1", "...", "~", "- ", "+ ", "/ ", "= ", "1. ", ";", ":", ",",
    "|", "&amp;", "<!--", "\\end{verbatim}", "\\end{align*}", "%", "^", "\n", "\n\n", "\t", "\x1b[1m", "\u202e", "é",
    "δ", " ",
)  # fmt: skip


def document(words="a", letter="c", minus="-"):
    """The document; letter is a formula in the format's notation, minus its sign."""
    line = (words, Math(letter), *(Mark(kind, words) for kind in KINDS), Mono(words), words, Blank(5), " ", words)
    row = Row(letter, (("+", letter), (minus, letter)), line, lit=True)
    blocks = (
        Paragraph(line),
        Paragraph((Mono(words), words)),
        Display((row, Row(letter, ())), over=line, equations=(row,)),
        Display((Row(letter, ((minus, letter),)),)),
        Table((line, (words,)), ((line, (words,)), ((Math(letter),), line)), right=(1,), lit=(0,), caption=line),
        Table((), ((line, ()),)),
        Picture(SVG, words, caption=line, text=words),
        Picture(SVG, words),
        Listing(words, "python"),
        Listing(words, words),
    )
    sections = (Section(words, blocks), Section("", blocks[:1]), Section(words, ()))
    return Document(words, line, line, ((words, line),), sections)
