"""An author's words in every format: carried, and never active."""

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gatecheck.writing.escaping import ascii_only, docstring, latex, markdown, plain, spaced

ACTIVE = {"html_block", "html_inline", "link_open", "image", "em_open", "strong_open", "code_inline", "s_open"}
BLOCKS = {"paragraph_open", "inline", "paragraph_close"}
HOSTILE = st.text(st.sampled_from("ab1. -+=#>*_`~[]()<>!&;:/\\\"'{}|$%^@\n\t\u202e\x1bwé"), max_size=30)
MARKUP = """
<b> <!-- --> [a](b) ![a](b) http://a.b www.a.b ` ``` ~~a~~ **a** _a_ &lt; # 1. 1) - > === --- \\ <a@b.c> {{ {% | $x$ ]]>
"""
PIECES = st.lists(st.sampled_from([*MARKUP.split(), '"""', " ", "    ", "\n", "1. "]), max_size=6).map("".join)


def parsed(text):
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return parser.parse(text)


@given(st.one_of(HOSTILE, PIECES))
def test_markdown_is_one_paragraph_of_nothing_but_the_text(text):
    tokens = parsed(markdown(text))
    assert {t.type for t in tokens} <= BLOCKS
    children = [c for t in tokens for c in t.children or ()]
    assert not {c.type for c in children} & ACTIVE
    assert "".join(c.content for c in children) == plain(text)


@pytest.mark.parametrize("text", ["http://a.b", "see www.a.b", "{{ 7*7 }}", "{% raw %}", "<b>", "[x]: y", "$x$"])
def test_what_some_renderers_make_active_is_defused(text):
    found = markdown(text)
    assert not re.search(r"://|www\.|(?<!\\)[{<\[$]", found)


def test_ordinary_words_stay_readable_in_markdown():
    text = "Long short-term memory (Hochreiter & Schmidhuber, 1997); gates i, f, o: 3.5 x 2 = 7!"
    assert markdown(text) == text


@given(HOSTILE)
def test_a_docstring_holds_the_text_and_ends_where_it_should(text):
    module = ast.parse(f'"""{docstring(text)}"""\n')
    assert len(module.body) == 1
    assert ast.literal_eval(module.body[0].value) == plain(text)


@given(HOSTILE)
def test_latex_has_no_command_but_those_for_characters(text):
    commands = re.findall(r"\\([a-z]+)\{\}", latex(text))
    assert set(commands) <= {
        "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textasciigrave",
        "textquotesingle", "textquotedblright",
    }  # fmt: skip
    bare = re.sub(r"\\[a-z]+\{\}|\\[{}$&#%_]", "", latex(text))
    assert not re.search(r"[\\{}$&#%_^~<>`]", bare)


@given(st.text(max_size=30))
def test_ascii_is_one_line_of_ascii(text):
    found = ascii_only(text)
    assert found.isascii()
    assert found.isprintable()


def test_ascii_keeps_letters_and_signs_as_far_as_it_can():
    assert (
        ascii_only("Gröne, Ångström – “naïve” … (N,T,·) → ½·x‐y") == 'Grone, Angstrom - "naive" ... (N,T,.) -> 1?2.x-y'
    )


@given(st.text(max_size=30))
def test_plain_text_is_one_printable_line(text):
    assert plain(text).isprintable()


@pytest.mark.parametrize(
    ("text", "written"), [(" a ", " A "), ("a", "A"), (" ", " "), ("", ""), ("\n a\t", " A "), ("a  b", "A B")]
)
def test_spaces_at_the_ends_of_words_part_them_from_their_neighbours(text, written):
    assert spaced(text, lambda words: plain(words).upper()) == written
