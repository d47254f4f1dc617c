"""A document as a page of HTML: self-contained, harmless whatever its words are, and readable by everyone."""

import re
from html.parser import HTMLParser
from pathlib import Path

import mathematics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.cells import load
from gatecheck.writing import derivation, html, ways
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
from gatecheck.writing.mathml import MathML

FOLDER = Path(__file__).parent.parent.parent / "templates" / "html"
VOID = {"meta", "br", "link", "img", "input", "hr", "wbr"}
LETTER = "<mi>c</mi>"
SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" role="img"><defs>'
    '<marker id="tip"><path d="M0 0"/></marker></defs><path marker-end="url(#tip)" d="M0 0"/><use href="#tip"/></svg>'
)


class Tree(HTMLParser):
    """(element, attributes, text) of a page in order. Raises AssertionError where elements are not nested."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.found = [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(set(names)) == len(names), attributes
        self.found.append([tag, dict(attributes), ""])
        if tag not in VOID:
            self.open.append(self.found[-1])

    def handle_startendtag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for entry in self.open:
            entry[2] += data

    def all(self, tag, **attributes):
        return [e for e in self.found if e[0] == tag and all(e[1].get(k) == v for k, v in attributes.items())]


def document(*blocks, title="a", **more):
    return Document(title, sections=(Section("One", blocks),), **more)


def tree(*blocks, **more):
    return Tree(html.render(document(*blocks, **more)))


def everything(words="a"):
    """A document with each kind of block and of word, and the same words everywhere."""
    line = (words, Math(LETTER), Mono(words), Mark("right", words), Mark("matrix", words), Blank(5), " ", words)
    row = Row(LETTER, (("+", LETTER), ("−", LETTER)), line, lit=True)
    blocks = (
        Paragraph(line),
        Display((row, Row(LETTER, ())), over=line, equations=(row,)),
        Table((line, line), ((line, line), (line, line)), right=(1,), lit=(0,), caption=line),
        Table((), ((line, line),)),
        Picture(SVG, words, caption=line),
        Picture(SVG, words),
        Listing(words, "python"),
        Listing(words, words),
    )
    sections = (Section(words, blocks), Section("", blocks[:1]), Section(words, ()), Section("Last", ()))
    return Document(words, line, line, ((words, line),), sections)


@pytest.fixture(scope="module")
def real():
    """Pages of a real cell."""
    cell = load("lstm")
    backward, found = derive(cell), paths(cell)
    return [
        html.render(derivation.show(MathML(backward.system))),
        html.render(derivation.derive(MathML(backward.system), backward, why=True)),
        html.render(ways.document(MathML(found.system), found)),
        html.render(ways.document(MathML(found.system), found, 3)),
    ]


# Self-contained and harmless.


def test_a_page_needs_no_script_and_no_network(real):
    for page in (*real, html.render(everything())):
        assert not re.search(r"<(script|link|iframe|object|embed|img|base|form)\b|@import|\son\w+=", page)
        assert set(re.findall(r"https?://[^\"'\s<)]*", page)) <= {"http://www.w3.org/2000/svg"}
        assert all(where.startswith(("data:font/woff2", "#")) for where in re.findall(r"url\(([^)]*)", page))
        assert {e[1]["href"][0] for e in Tree(page).found if "href" in e[1]} <= {"#"}


def test_a_page_forbids_scripts_and_the_network_itself(real):
    (policy,) = Tree(real[0]).all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy[1]["content"].split("; ") == [
        "default-src 'none'", "style-src 'unsafe-inline'", "font-src data:", "img-src data:"
    ]  # fmt: skip


def shape(page):
    return [(e[0], sorted(set(e[1]) - {"id", "href", "aria-labelledby"})) for e in Tree(page).found]


PLAIN = shape(html.render(everything("abc")))
MARKUP = ["<script>", "</style>", "<b>", '"', "'", "&lt;", "&", "{{ 1 }}", "{% x %}", "-->", "]]>", "</math>", "a", " "]


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.text(max_size=20), st.lists(st.sampled_from(MARKUP), max_size=6).map("".join)))
def test_words_are_carried_and_never_active(words):
    words = f"x{words}x"
    page = html.render(everything(words))
    # Comments of a listing have an element of their own.
    assert [e for e in shape(page) if e != ("span", ["class"])] == [e for e in PLAIN if e != ("span", ["class"])]
    (heading,) = Tree(page).all("h1")
    assert heading[2] == html._one_line(words)
    assert all(c.isprintable() or c == "\n" for c in page)


def test_a_heading_that_is_empty_is_left_out():
    page = Tree(html.render(Document("", sections=(Section("", (Paragraph(("a",)),)),))))
    assert not page.all("h1") and not page.all("h2") and not page.all("nav")
    assert page.all("title")[0][2] == "gatecheck"


# Formulas.


def test_every_formula_of_a_page_is_of_mathml_core(real):
    for page in real:
        found = re.findall(r"<math>(.*?)</math>", page)
        assert len(found) > 5 and "<math>" not in "".join(found)
        for formula in found:
            mathematics.latex(mathematics.parse(formula))


def test_a_sum_is_broken_between_its_terms_and_signs_stand_before_them():
    row = Row(LETTER, (("−", "<mi>a</mi>"), ("+", "<mi>b</mi>"), ("−", "<mi>d</mi>")))
    page = tree(Display((row, Row(LETTER, ()))))
    assert [e[2] for e in page.all("math")] == ["c", "=−a", "+b", "−d", "c", "=0"]
    signs = [(e[2], e[1]["form"]) for e in page.all("mo")]
    assert signs == [("=", "infix"), ("−", "prefix"), ("+", "infix"), ("−", "infix"), ("=", "infix")]


def test_only_a_wide_formula_is_a_stop_of_the_keyboard():
    wide = Row(LETTER, (("+", LETTER * 40),))
    stops = [e for e in tree(Display((wide, Row(LETTER, (("+", LETTER),) * 40)))).found if "tabindex" in e[1]]
    assert [(e[1]["role"], bool(e[1]["aria-label"])) for e in stops] == [("region", True)]


# For everyone.


def test_whatever_can_be_moved_can_be_reached_and_has_a_name():
    for entry in Tree(html.render(everything())).found:
        if "tabindex" in entry[1]:
            assert entry[1]["role"] == "region" and entry[1]["aria-label"]


def test_sections_have_names_of_their_own_and_links_find_them():
    page = Tree(html.render(everything()))
    ids = [e[1]["id"] for e in page.found if "id" in e[1]]
    assert len(set(ids)) == len(ids) == 3 + 2
    assert [e[1]["href"][1:] for e in page.all("a")] == [e[1]["id"] for e in page.all("h2")]
    assert {e[1]["aria-labelledby"] for e in page.all("section") if e[1]} == {e[1]["id"] for e in page.all("h2")}


def test_the_head_says_language_title_and_width():
    page = tree()
    assert page.all("html")[0][1]["lang"] == "en"
    assert page.all("title")[0][2] == "a · gatecheck"
    assert page.all("meta", name="viewport")[0][1]["content"] == "width=device-width, initial-scale=1"


def test_a_table_says_what_its_rows_and_columns_are_of():
    page = tree(Table((("name",), ("norm",)), ((("f",), ("0.5",)), (("g",), ("12",))), right=(1,), lit=(1,)))
    assert [(e[1]["scope"], e[2]) for e in page.all("th")] == [
        ("col", "name"), ("col", "norm"), ("row", "f"), ("row", "g")
    ]  # fmt: skip
    assert [e[1].get("class") for e in page.all("td")] == ["number", "number"]
    assert [e[1].get("class") for e in page.all("tr")] == [None, None, "lit"]
    assert not tree(Table((), ((("f",),),))).all("thead")


def test_a_picture_is_an_image_with_words():
    page = tree(Picture(SVG, 'c "leads" to <c>', caption=("below",)))
    (svg,) = page.all("svg")
    assert (svg[1]["role"], svg[1]["aria-label"]) == ("img", 'c "leads" to <c>')
    assert page.all("figcaption")[0][2] == "below"
    assert page.all("p")[-1][2] == 'c "leads" to <c>'


def test_pictures_keep_their_ids_apart():
    page = html.render(document(Picture(SVG, "a"), Picture(SVG, "b")))
    assert re.findall(r'\sid="(picture[^"]*)"', page) == ["picture1-tip", "picture2-tip"]
    assert re.findall(r"url\(#([^)]*)", page) == re.findall(r'href="#(picture[^"]*)', page)
    assert "<?xml" not in page


def test_a_verdict_is_a_mark_and_a_word_and_a_blank_is_heard():
    page = tree(Paragraph((Mark("right", "passed"), Mark("wrong", "failed"), Mark("elementwise", "c"), Blank(6))))
    assert [(e[1].get("class"), e[2]) for e in page.all("span") if e[1].get("class") != "number"] == [
        ("right", "✓ passed"), ("wrong", "✕ failed"), ("elementwise", "c"), ("blank", "______")
    ]  # fmt: skip
    assert page.all("span", **{"class": "blank"})[0][1]["aria-label"] == "blank"


# Code.


def test_comments_of_python_stand_out_and_a_sign_in_a_string_does_not():
    page = tree(Listing('a = "# b"  # c < d\n\n# e\nf(\n', "python"))
    assert [e[2] for e in page.all("span", **{"class": "comment"})] == ["# c < d", "# e"]
    assert page.all("code")[0][2] == 'a = "# b"  # c < d\n\n# e\nf('


def test_a_listing_that_is_no_python_is_carried_as_it_is():
    assert not tree(Listing("$ # a\n", "console")).all("span", **{"class": "comment"})
    assert tree(Listing("'''\n# a\n\x1b", "python")).all("code")[0][2] == "'''\n# a\n\\x1b"


# Colours.


def colours(dark):
    """The variables of the style sheet in one of the two schemes."""
    style = (FOLDER / "page.css").read_text("utf-8")
    light, night = (dict(re.findall(r"(--gc-[\w-]+): (#\w{6})", part)) for part in style.split("@media")[:2])
    assert set(night) == set(light)
    return night if dark else light


def contrast(one, other):
    """Of WCAG 2: (brighter + 0.05) / (darker + 0.05)."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_every_ground_that_they_stand_on(dark):
    found = {name.removeprefix("--gc-"): colour for name, colour in colours(dark).items()}
    grounds = ("ground", "raised", "node", "elementwise-glow")
    texts = ("ink", "soft", "elementwise-text", "matrix-text", "reduction-text", "right", "wrong")
    low = {(t, g): contrast(found[t], found[g]) for t in texts for g in grounds}
    assert min(low.values()) >= 4.5, {pair for pair, ratio in low.items() if ratio < 4.5}
    lines = ("elementwise", "matrix", "reduction", "constant")
    low = {(line, g): contrast(found[line], found[g]) for line in lines for g in ("ground", "node")}
    assert min(low.values()) >= 3, {pair for pair, ratio in low.items() if ratio < 3}
    assert contrast("#ffffff", "#000000") == 21


def test_the_style_uses_no_colour_that_has_no_name():
    style = (FOLDER / "page.css").read_text("utf-8")
    rules = style[style.index("* {") :]
    assert set(re.findall(r"#\w{6}", rules)) <= {"#ffffff"}
    assert set(re.findall(r"var\((--gc-[\w-]+)", style)) <= set(colours(False))


def test_the_font_lies_in_the_page_under_its_own_licence(real):
    from base64 import b64decode

    (font,) = re.findall(r"base64,([A-Za-z0-9+/=]+)", real[0])
    assert b64decode(font) == (FOLDER / "font" / "mathematics.woff2").read_bytes()
    assert font.startswith("d09GMg") and len(font) < 60_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "font" / "OFL.txt").read_text("utf-8")
