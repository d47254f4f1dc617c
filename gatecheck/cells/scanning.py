"""Text -> comments: a cell file's characters and words, checked before Python's parser sees them.

The parser's own messages and limits change from one version of Python to the next; these do not.
"""

from __future__ import annotations

import keyword
import re
from string import ascii_letters

from ..errors import CellError, Place, printable
from .text import Text, fault

#: A person reads neither deeper brackets nor longer numbers.
DEEPEST = 60
LONGEST_NUMBER = 24
LONGEST_NAME = 32

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*\Z")
_NUMBER = re.compile(r"(0|[1-9]\d*|\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d{1,2})?\Z", re.ASCII)
_TOKEN = re.compile(
    r"""
      (?P<space>   [ \t]+ | \\\n )
    | (?P<newline> \n )
    | (?P<comment> \#[^\n]* )
    | (?P<string>  [A-Za-z]{0,2} (?: \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3}
                                   | \"(?!\"\")(?:\\.|[^"\\\n])*\" | '(?!'')(?:\\.|[^'\\\n])*' ) )
    | (?P<unclosed> [A-Za-z]{0,2} (?: \"{3} | '{3} | \" | ' ) )
    | (?P<number>  \.?\d (?: (?<=[eE]) [-+] \d | [\w.] )* )
    | (?P<name>    \w+ )
    | (?P<operator> [-+*/@=:,.()\[\]] )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)

_PAIRS = {"(": ")", "[": "]"}
FORMS = "A line is `name: SIZE` or `name[t] = …`."
_NAMES = "Names are ASCII letters and digits, with single underscores between them."

#: What papers, slides and editors write -> what a cell file writes.
_ALIKE = {
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⊙": "*", "∘": "*", "∗": "*", "÷": "/", "√": "sqrt(…)",
    "²": "**2", "³": "**3", "ᵀ": ".T", "σ": "sigmoid(…)", "Σ": "sum(…)", "₁": "_1", "ₜ": "[t]", "′": "[t-1]",
    "^": "**", "{": "(", "}": ")",
}  # fmt: skip


def scan(text: Text) -> dict[int, str]:
    """The comment on each line that has one.

    Raises CellError at the first character or word that no cell file has.
    """
    scanner = _Scanner(text)
    line, start = 1, 0
    for token in _TOKEN.finditer(text.source):
        word = token[0]
        scanner.take(token.lastgroup or "", word, text.at(line, token.start() - start + 1, len(word)))
        if "\n" in word:
            line += word.count("\n")
            start = token.start() + word.rindex("\n") + 1
    return scanner.end()


class _Scanner:
    """Takes tokens in order; knows which brackets are open, and whether a statement begins."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.comments: dict[int, str] = {}
        self.open: list[tuple[str, Place]] = []
        self.first = True  # nothing but comments so far
        self.fresh = True  # a statement begins
        self.right = False  # right of =
        self.operand = ""  # the word before, where it ends a name, a number or a bracket on the same line
        self._significant = {
            "string": self._string, "unclosed": self._unclosed, "number": self._number, "name": self._name,
            "operator": self._operator,
        }  # fmt: skip

    def take(self, kind: str, word: str, place: Place) -> None:
        if kind == "newline":
            self.fresh = not self.open
            self.right, self.operand = self.right and not self.fresh, ""
        elif kind == "comment":
            self.comments[place.line] = word.lstrip("#").strip()
        elif kind != "space":
            if self.fresh and place.column > 1:
                raise fault("this line is indented", place, "Every line begins at the margin.")
            self._significant.get(kind, self._other)(word, place)
            if self.right and self.operand and not self.fresh and kind in ("name", "number"):
                raise _unjoined(self.operand, place)
            self.operand = word if kind in ("name", "number") or word in (")", "]") else ""
            self.right = self.right or word == "="
            self.first = self.fresh = False

    def end(self) -> dict[int, str]:
        if self.open:
            bracket, place = self.open[-1]
            raise fault(f"{bracket} is never closed", place, f"Close it with {_PAIRS[bracket]}.")
        return self.comments

    def _string(self, word: str, place: Place) -> None:
        if not self.first:
            advice = "Words about a line go into a comment, after #."
            raise fault("only the first line of a file is a string: its docstring", place, advice)
        if word[: word.index(word[-1])].lower() not in ("", "r", "u"):
            raise fault("the docstring is a plain string", place, 'Write """…""".')

    def _unclosed(self, word: str, place: Place) -> None:
        quotes = word.lstrip(ascii_letters)
        if len(quotes) == 3:
            raise fault("the docstring is never closed", place, f"Close it with {quotes}.")
        raise fault("this string is never closed", place, "The value of the step before is written h[t-1].")

    def _number(self, word: str, place: Place) -> None:
        if len(word) > LONGEST_NUMBER:
            raise fault(f"a number has at most {LONGEST_NUMBER} characters", place)
        if not _NUMBER.match(word):
            advice = "A number is decimal, as 2, 0.5 or 1e-5; a product needs its *, as in 2 * x[t]."
            if re.fullmatch(r"[\d.]+[eE][-+]?\d+", word):
                advice = "An exponent has at most two digits."
            raise fault(f"{printable(word)} is not a number here", place, advice)

    def _name(self, word: str, place: Place) -> None:
        if word.isascii() and keyword.iskeyword(word):
            raise self._keyword(word, place)
        for offset, character in enumerate(word):
            if character in _ALIKE:
                self._other(character, self.text.at(place.line, place.column + offset))
        if not NAME.match(word):
            raise fault(f"{printable(word)} cannot be a name here", place, _NAMES)
        if len(word) > LONGEST_NAME:
            message = f"a name has at most {LONGEST_NAME} letters; this has {len(word)}"
            raise fault(message, place)

    @staticmethod
    def _keyword(word: str, place: Place) -> CellError:
        following = place.text[place.column - 1 + len(word) :].lstrip()
        if following and following[0] not in "[:=.@*/+-,)]#":
            message = f"{word} is a Python keyword, and a cell file has only declarations and equations"
            return fault(message, place, FORMS)
        advice = "" if word[0].isupper() else f"Choose another name, for example {word}_v."
        return fault(f"{word} is a Python keyword and cannot be a name", place, advice)

    def _operator(self, word: str, place: Place) -> None:
        if word == "@" and self.fresh:
            raise fault("a line cannot begin with @", place, FORMS)
        if word in _PAIRS:
            self.open.append((word, place))
            if len(self.open) > DEEPEST:
                advice = "Give parts of the equation names of their own."
                raise fault(f"brackets are nested more than {DEEPEST} deep", place, advice)
        elif word in ")]" and (not self.open or _PAIRS[self.open.pop()[0]] != word):
            raise fault(f"{word} closes no bracket that is open here", place)

    def _other(self, word: str, place: Place) -> None:
        if word == ";":
            raise fault("a line holds one declaration or one equation", place, "Begin a new line.")
        advice = "The operators are + - * / ** and @." if word.isascii() else "Outside comments all is ASCII."
        if word in _ALIKE:
            advice = f"Write {_ALIKE[word]} instead."
        raise fault(f"{printable(word)} is not of the language of cell files", place, advice)


def _unjoined(before: str, place: Place) -> CellError:
    """Two operands with nothing between them, as W x[t]."""
    following = re.match(r"\w+(\[[^\[\]]*\]|\([^()]*\))?", place.text[place.column - 1 :])
    vector = following[0] if following else place.text
    advice = f"A matrix takes @, as {before if before.isidentifier() else 'W'} @ {vector}; * multiplies elementwise."
    if before[0].isdigit():
        advice = f"Write {before} * {vector}."
    return fault(f"an operator is missing before {printable(vector)}", place, advice)
