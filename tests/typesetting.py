"""Typst's formulas, read and written as LaTeX, so that both can be compared; and Typst itself, where it is there."""

import json
import re

import pytest

from gatecheck.writing.notation import GREEK

_TOKEN = re.compile(r'\s*("[^"]*"|[A-Za-z]+|\d+(?:\.\d+)?|\\/|\S)')
#: Functions of Typst, each with what it is in LaTeX; what touches a bracket is called.
_CALLED = {
    "frac": r"\frac{{{}}}{{{}}}", "sqrt": r"\sqrt{{{}}}", "abs": r"\left|{}\right|", "inline": "{}",
    "bold": r"\mathbf{{{}}}", "upright": r"\mathrm{{{}}}", "italic": "{}", "op": r"\operatorname{{{}}}",
}  # fmt: skip
_WORDS = {"thin": "", "top": r"\top", "tanh": r"\tanh", "exp": r"\exp", "log": r"\log", "max": r"\max"}
_SIGNS = {
    "⊙": r"\odot", "→": r"\to", "∑": r"\sum", "×": r"\times", "δ": r"\delta", "∂": r"\partial", "ρ": r"\rho",
    "π": r"\pi", "σ": r"\sigma", "⋯": r"\cdots", r"\/": "/",
}  # fmt: skip
_SIGNS |= {sign: rf"\{name}" for name, sign in GREEK.items() if name != "lamda"}
_BRACKETS = {"(": ")", "[": "]"}


def latex(formula):
    """A formula in Typst as LaTeX without spaces, and with braces round every index.

    Raises AssertionError where a word would be looked up, or something be called, that is not meant to be.
    """
    reader = _Reader(formula)
    written = reader.row()
    assert reader.next is None, reader.next
    return written


class _Reader:
    def __init__(self, formula):
        self.tokens = [(m[1], m.start(1), m.end()) for m in _TOKEN.finditer(formula.rstrip())]
        self.place = 0

    @property
    def next(self):
        return self.tokens[self.place][0] if self.place < len(self.tokens) else None

    def touches(self):
        """Whether the next token follows the last one without a space."""
        return self.next is not None and self.place > 0 and self.tokens[self.place - 1][2] == self.tokens[self.place][1]

    def take(self, wanted=None):
        token = self.next
        assert wanted in (None, token), (wanted, token)
        self.place += 1
        return token

    def row(self, ends=(None,)):
        written = ""
        while self.next not in ends:
            assert self.next is not None and self.next not in ")]"
            written += self.script() if self.next in ("_", "^") else self.piece()
        return written

    def script(self):
        sign = self.take()
        if self.next == "(":
            return f"{sign}{{{self.inside('(')}}}"
        return f"{sign}{{{self.piece()}}}"

    def inside(self, bracket):
        self.take(bracket)
        written = self.row((_BRACKETS[bracket],))
        self.take(_BRACKETS[bracket])
        return written

    def piece(self):
        token = self.next
        if token in _BRACKETS:
            return rf"\left{token}{self.inside(token)}\right{_BRACKETS[token]}"
        self.take()
        if self.next == "(" and self.touches() and (token.isalnum() or token.startswith('"')):
            return _CALLED[token].format(*self.arguments())
        if token.startswith('"'):
            return token.strip('"')
        if token.isascii() and token.isalpha() and len(token) > 1:
            assert token in _WORDS, f"{token} is looked up"
            return _WORDS[token]
        return _SIGNS.get(token, token)

    def arguments(self):
        self.take("(")
        found = [self.row((",", ")"))]
        while self.next == ",":
            self.take()
            found.append(self.row((",", ")")))
        self.take(")")
        return found


def compiler():
    """The package typst; the test is skipped where it is not installed."""
    return pytest.importorskip("typst")


def pdf(source):
    """A source as PDF; nothing that Typst could warn of is in it."""
    made, warnings = compiler().compile_with_warnings(source.encode(), format="pdf", ignore_system_fonts=True)
    assert not warnings, [w.message for w in warnings]
    return made


_SAID = """
#let said(it) = {
  if it.has("text") { it.text }
  else if it.has("children") { ("", ..it.children.map(said)).join() }
  else if it.func() == smartquote { if it.double { "\\"" } else { "'" } }
  else if it == [ ] { " " }
  else { "<" + repr(it.func()) + ">" }
}
"""


def said(markup):
    """The words that Typst reads in each piece of markup; what is no word is told as <what it is>."""
    pieces = "".join(f"#metadata(said([{piece}]))<it>\n" for piece in markup)
    return json.loads(compiler().query((_SAID + pieces).encode(), "<it>", field="value"))


def elements(source):
    """What a document is made of, in order."""
    kinds = "heading, math.equation, raw, image, table, link, strong, emph, list, enum, terms, ref"
    return [element["func"] for element in json.loads(compiler().query(source.encode(), f"selector.or({kinds})"))]
