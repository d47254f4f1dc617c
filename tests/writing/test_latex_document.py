"""A document as LaTeX to paste: fragments that are closed where they are opened, whatever the words are."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import specimen
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.calculus.picking import pick
from gatecheck.calculus.worked import worked
from gatecheck.cells import library, load
from gatecheck.writing import aligned, derivation, fragments, ways, worked_page
from gatecheck.writing.document import Display, Document, Listing, Picture, Row, Section, Table
from gatecheck.writing.equations import Formula
from gatecheck.writing.formats import Latex
from gatecheck.writing.latex_document import render
from gatecheck.writing.worked_page import Style

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
WORDS = st.lists(st.one_of(st.sampled_from(specimen.NASTY), st.text(max_size=3)), max_size=6).map("".join)
PAGE = r"\documentclass{article}\usepackage{amsmath}\begin{document}"


def body(*blocks):
    return render(Document("", sections=(Section("", blocks),))).partition("\n")[2]


def outline(text):
    """The environments and sections in order; verbatim as one."""
    text = re.sub(r"(?s)\\begin\{verbatim\}.*?\n\\end\{verbatim\}", r"\\begin{verbatim}", text)
    return re.findall(r"\\(?:begin|end)\{[a-z*]+\}|\\(?:sub)?section\*|\$", re.sub(r"\\[$\\]", "", text))


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_words_open_and_close_nothing(words):
    text = render(specimen.document(f"a{words}a"))
    assert outline(text) == outline(render(specimen.document()))
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}") or "verbatim" in text


def test_displays_are_aligned_with_their_notes_in_a_column():
    rows = (Row("a", (("+", "b"), ("-", "c")), ("why",)), Row("d", ()))
    assert body(Display(rows, ("from",), (Row("e", (("-", "f"),)),))) == (
        "from \\quad $e = -f$\n\\begin{align*}\n  a &= b - c && \\text{why} \\\\\n  d &= 0\n\\end{align*}"
    )


def test_a_table_has_its_numbers_at_the_right_and_no_line_begins_with_a_bracket():
    table = Table((("x",), ("y",)), ((("[1]",), ("1",)),), right=(1,), caption=("c",))
    assert body(table).splitlines() == [
        r"\noindent",
        r"\begin{tabular}{lr}",
        r"x & y \tabularnewline \hline",
        r"{}[1] & 1 \tabularnewline",
        r"\end{tabular}",
        "",
        "c",
    ]


def test_what_is_too_wide_for_a_page_is_broken_into_lines():
    wide = ("so many words that they need more than a line of a page, and one more",)
    table = Table((), ((("a",), wide, wide, ("1",)), (("b",), ("c",), ("d",), ("1" * 30,))), right=(3,))
    layout = re.search(r"\\begin\{tabular\}\{(.*)\}", body(table))[1]
    assert re.fullmatch(r"lp\{\d\.\dem\}p\{\d\.\dem\}r", layout)
    widths = [float(width) for width in re.findall(r"[\d.]+", layout)]
    assert sum(widths) + aligned.width("1" * 30) < aligned.PAGE
    assert body(table).count(r"\raggedright so") == 2
    assert "p{" not in body(Table((), ((("a",), wide),)))


def test_what_cannot_be_pasted_is_said_in_words():
    assert body(Picture(specimen.SVG, "a_line", ("low",))) == "\\emph{a\\_line}\n\nlow"
    assert body(Listing("a\n\\end{verbatim}\\input{x}")) == (
        "\\begin{verbatim}\na\n\\end {verbatim}\\input{x}\n\\end{verbatim}"
    )


def test_a_long_sum_is_broken_before_its_signs():
    addends = tuple(("+" if k % 2 else "-", rf"U_{k}^{{\top}} \delta a_{{{k},t+1}}") for k in range(9))
    lines = aligned.formula(Formula("h", addends)).split(aligned.BREAK)
    assert lines[0].startswith(r"  h &= -U_0")
    assert len(lines) > 1
    assert all(re.match(r"  &\\quad [-+] U_", line) for line in lines[1:])
    assert max(map(aligned.width, lines)) < aligned.LINE + 2
    assert min(line.count("U_") for line in lines[:-1]) > 2
    assert " ".join(lines).replace(r"  &\quad ", "").strip() == f"h &= {Formula('h', addends).right}"
    assert len(aligned.formula(Formula("h", addends), 10).split(aligned.BREAK)) > len(lines)


@pytest.mark.parametrize(
    ("latex", "wide"),
    [("h_t", 0.88), (r"\operatorname{diag}\left(f_t\right)", 4.0), (r"a \odot b + c", 4.1), (r"\frac{a}{b}", 1.04)],
)
def test_the_width_of_a_formula_is_about_what_tex_makes_of_it(latex, wide):
    assert aligned.width(latex) == pytest.approx(wide, abs=0.1)


def test_what_is_pasted_says_what_its_signs_mean_and_on_request_why():
    backward = derive(load("lstm"), unit=True)
    text = fragments.derive(backward)
    assert r"\delta h_t &: \text{ the whole gradient of the loss } L \text{ with respect to } h_t" in text
    assert r"a_{f,t} &= W_f x_t + U_f h_{t-1} + b_f" in text
    assert "a_{f,t} &=" not in fragments.derive(backward, ("c",))
    assert r"\text{from }" not in text
    reasons = fragments.derive(backward, ("c",), why=True).splitlines()[-2]
    assert reasons.startswith(r"  &\qquad \text{from } c_{t+1}: \quad \frac{\partial c_{t+1}}{\partial c_t} = ")
    assert reasons.endswith(r"\operatorname{diag}\left(f_{t+1}\right) \quad \text{elementwise}")


def everything():
    """LaTeX of every cell, and a document of hostile words that TeX's own fonts can set."""
    for cell in CELLS.values():
        backward = derive(cell, unit=True)
        writer = Latex(backward.system)
        yield from (fragments.show(backward.system), fragments.derive(backward), fragments.derive(backward, why=True))
        yield render(derivation.derive(writer, backward, (), True))
        work = worked(backward, pick(backward, 2))
        for page in (worked_page.document(Latex, work, ("picked",), Style(blank=b)) for b in (False, True)):
            assert not re.search(r"[⊙δ∂]", render(page))
            yield render(page)
        if cell.states:
            yield from (fragments.paths(paths(cell)), render(ways.document(writer, paths(cell), 3)))
    for words in specimen.NASTY:
        if words.isascii() or words == "é":
            yield render(specimen.document(f"a {words} a"))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs a TeX")
def test_tex_sets_everything(tmp_path):
    source = "\n\n".join([PAGE, *everything(), r"\end{document}"])
    (tmp_path / "all.tex").write_text(source, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", errors="replace")
    assert done.returncode == 0, "\n".join(re.findall(r"(?m)^(?:!|l\.).*", done.stdout))
