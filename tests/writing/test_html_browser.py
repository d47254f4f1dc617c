"""Pages in a real browser: fonts, widths, colours and paper."""

import itertools
import json
from pathlib import Path

import mathematics
import pytest
from browser import Browser, Page, find

from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.cells import load
from gatecheck.writing import derivation, html, ways
from gatecheck.writing.document import Display, Document, Listing, Math, Paragraph, Picture, Row, Section, Table
from gatecheck.writing.mathml import MathML, fenced

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not find(), reason="no Chromium on this machine")]
WIDTHS = (1180, 400)
FONT = Path(__file__).parent.parent.parent / "templates" / "html" / "font"
#: All that the font shows: spaces and the two signs that are heard alone are nothing to see.
CHARACTERS = sorted(mathematics.characters((FONT / "characters.txt").read_text("utf-8")) - set(" \u2061\u2062"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="700" height="90"><path d="M0 0H700" stroke="black"/></svg>'


def wide():
    """More of everything than a telephone has room for."""
    term = "<mi>c</mi><mo>⊙</mo>" * 60 + "<mi>c</mi>"
    cells = tuple(("a_name_that_cannot_be_broken",) for _ in range(9))
    blocks = (
        Display(
            (Row("<mi>c</mi>", (("+", term), ("+", term)), ("a note",)), Row("<mi>h</mi>", (("+", "<mi>c</mi>"),) * 90))
        ),
        Table(cells, (cells,)),
        Picture(SVG, "a line"),
        Listing("a = 1  # " + "comment " * 40, "python"),
        Paragraph(("unbreakable" * 40, Math(term))),
        Display((), over=(Math(term),), equations=(Row("<mi>c</mi>", (("+", term),)),)),
    )
    return Document(
        "wide" * 30, ("lead",), ("aside",), (("fact" * 30, ("value" * 30,)),), (Section("One" * 40, blocks),) * 3
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Pages of real cells, and one that is too wide everywhere."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("lstm", "gru_reset_after"):
        backward, found = derive(load(name)), paths(load(name))
        writer = MathML(backward.system)
        made = {
            "show": derivation.show(writer),
            "derive": derivation.derive(writer, backward),
            "paths": ways.document(writer, found),
        }
        for kind, document in made.items():
            (folder / f"{name}-{kind}.html").write_text(html.render(document), "utf-8")
    (folder / "wide.html").write_text(html.render(wide()), "utf-8")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def lstm(files):
    return next(f for f in files if f.name == "lstm-derive.html")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_as_wide_as_the_screen_and_the_console_stays_silent(browser, files, width):
    for file in files:
        page = Page(browser, file, width)
        assert page.troubles() == []
        assert page.run("document.documentElement.scrollWidth") == width, file.name


def test_the_browser_finds_what_it_is_asked_to_find(browser, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<script>console.error(1)</script><img src='http://localhost:9/a'><p style='width:3000px'>a", "utf-8"
    )
    page = Page(browser, bad, 400)
    assert len(page.troubles()) > 1
    assert page.run("document.documentElement.scrollWidth") > 400


def test_what_is_too_wide_is_moved_in_a_place_that_the_keyboard_reaches(browser, files):
    page = Page(browser, next(f for f in files if f.name == "wide.html"), 400)
    unreached = """[...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1
        && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0).map(e => e.className)"""
    assert page.run(unreached) == []
    assert (
        page.run("[...document.querySelectorAll('[tabindex]')].filter(e => e.scrollWidth > e.clientWidth).length") > 3
    )


def test_a_long_sum_is_broken_into_lines_under_its_equals_sign(browser, files):
    page = Page(browser, next(f for f in files if f.name == "wide.html"), 400)
    edges = page.run("""[...document.querySelectorAll('.terms')].at(1).querySelectorAll('math').values().toArray()
        .map(m => m.getBoundingClientRect()).map(r => [Math.round(r.top), Math.round(r.left)])""")
    starts = [left for (before, _), (top, left) in itertools.pairwise([[0, 0], *edges]) if top > before + 9]
    assert len(starts) > 3
    assert max(starts) - min(starts) <= 1


# The font of mathematics.


def widths(page, family):
    """How wide each character of formulas is in a font."""
    script = """(([characters, family]) => { const pen = document.createElement('canvas').getContext('2d');
        pen.font = `40px ${family}`; return characters.map(c => pen.measureText(c).width); })"""
    return page.run(f"{script}({json.dumps([CHARACTERS, family])})")


def test_the_font_of_mathematics_is_loaded_and_has_every_character_of_formulas(browser, lstm):
    page = Page(browser, lstm)
    assert page.run("[...document.fonts].map(f => [f.family, f.status])") == [["STIX Two Math", "loaded"]]
    # A character that the font lacks is as wide as in the font behind it.
    behind = {family: widths(page, family) for family in ("monospace", "serif")}
    own = {family: widths(page, f'"STIX Two Math", {family}') for family in behind}
    lacking = [
        c for k, c in enumerate(CHARACTERS)
        if own["monospace"][k] != own["serif"][k] or (len({behind[f][k] for f in behind} | {own["serif"][k]}) == 1)
    ]  # fmt: skip
    assert lacking == []


def test_formulas_are_set_in_that_font(browser, lstm):
    page = Page(browser, lstm)
    page.call("DOM.enable")
    page.call("CSS.enable")
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    for chosen in ("math mi", "math mo", "math mn"):
        node = page.call("DOM.querySelector", nodeId=root, selector=chosen)["nodeId"]
        (font,) = page.call("CSS.getPlatformFontsForNode", nodeId=node)["fonts"]
        assert (font["familyName"], font["isCustomFont"]) == ("STIX Two Math", True)


def test_brackets_grow_with_what_they_hold(browser, tmp_path):
    file = tmp_path / "brackets.html"
    low, high = (fenced("(", inside, ")") for inside in ("<mi>c</mi>", "<mfrac><mi>c</mi><mi>h</mi></mfrac>" * 2))
    document = Document("a", sections=(Section("", (Paragraph((Math(low), Math(high))),)),))
    file.write_text(html.render(document), "utf-8")
    heights = Page(browser, file).run("[...document.querySelectorAll('mo')].map(e => e.getBoundingClientRect().height)")
    assert heights[2] > 1.2 * heights[0]


# Light, dark, paper.


def test_a_dark_screen_has_dark_paper_and_light_ink(browser, lstm):
    for scheme, (ground, ink, matrix) in {
        "light": ("rgb(253, 252, 249)", "rgb(31, 30, 27)", "rgb(37, 88, 135)"),
        "dark": ("rgb(23, 24, 26)", "rgb(231, 228, 220)", "rgb(147, 191, 232)"),
    }.items():
        page = Page(browser, lstm, scheme=scheme)
        assert page.run("getComputedStyle(document.documentElement).backgroundColor") == ground
        assert page.run("getComputedStyle(document.querySelector('math mi')).color") == ink
        assert page.run("getComputedStyle(document.querySelector('math .matrix')).color") == matrix


def test_printed_a_page_is_white_whole_and_without_links(browser, files):
    file = next(f for f in files if f.name == "wide.html")
    page = Page(browser, file, scheme="dark")
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.run("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.run("document.querySelector('details p').checkVisibility({contentVisibilityAuto: true})")
    assert page.run("document.querySelector('details p').getBoundingClientRect().height") > 5
    assert page.pages() >= 2


def test_without_its_style_a_page_is_read_in_order(browser, lstm):
    page = Page(browser, lstm)
    page.run("document.querySelector('style').remove()")
    said = page.run("document.body.innerText")
    assert said.index("lstm") < said.index("the whole gradient") < said.index("parameters") < said.index("Kept")
