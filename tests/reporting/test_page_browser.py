"""The page of a report in a real browser: widths, colours, paper."""

from dataclasses import replace

import pytest
from browser import Browser, Page, find
from reporting.test_page import CELL, HOT, SOURCE
from reporting.test_terminal import MISTAKE

from gatecheck.grading.heat import Heat
from gatecheck.reporting.page import render

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not find(), reason="no Chromium on this machine")]
LONG = " + ".join(f"U_{k}ᵀ δa_{k}[t+1] ⊙ h[t−1]" for k in "abcdefghijklmnop")
WIDE = Heat("step", "unit", (24, 32), tuple(tuple((7 * k + 3 * j) % 29 / 20 for j in range(32)) for k in range(24)))
#: The least contrast of all text to what it stands on, with the text.
CONTRAST = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const light = c => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    const part = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return a ? 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) : null;
  };
  const ground = e => { for (; e; e = e.parentElement) {
    const found = light(getComputedStyle(e).backgroundColor); if (found !== null) return found; } return 1; };
  let least = [99, ''];
  for (const e of document.body.querySelectorAll('*')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), ground(e)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least[0]) least = [ratio, e.textContent.trim().slice(0, 40)];
  }
  return least;
})()
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    wide = replace(
        HOT,
        file="a" * 200,
        checks=tuple(replace(c, heat=WIDE, error=1.0, message="long " * 60) for c in HOT.checks),
        mistakes=(MISTAKE, replace(MISTAKE, wrong=LONG, right=LONG.replace("U_d", "W_d"), path=None, title="b" * 120)),
    )
    for name, report in (("plain", HOT), ("wide", wide)):
        (folder / f"{name}.html").write_text(render(report, SOURCE, CELL), "utf-8")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.parametrize("width", [1180, 400])
def test_a_report_is_as_wide_as_the_screen_and_the_console_stays_silent(browser, pages, width):
    for path in pages:
        page = Page(browser, path, width)
        assert page.troubles() == []
        assert page.run("document.documentElement.scrollWidth") == width, path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_on_its_ground(browser, pages, scheme):
    for path in pages:
        ratio, words = Page(browser, path, 1180, scheme).run(CONTRAST)
        assert ratio >= 4.5, words


def test_both_equations_begin_alike_at_the_same_place(browser, pages):
    first = "document.querySelectorAll('.equality .terms')[{}].querySelector('math').getBoundingClientRect().left"
    page = Page(browser, pages[0])
    assert page.run(first.format(0)) == page.run(first.format(1))


def test_a_report_of_one_mistake_fits_two_sheets(browser, pages):
    assert Page(browser, pages[0]).pages() <= 2
