"""Tokens -> lines `left = right`: a parser of its own, because nothing that was handed in is ever run.

    line     = left ("=" | "+=") sum
    sum      = ["-" | "+"] product { ("+" | "-") product }
    product  = beside { ("*" | "⊙" | "×" | "⊗" | "@" | "/") beside }
    beside   = sign { ["·"] sign }                       side by side: U δ, 2 f, δ xᵀ; the tightest product
    sign     = ["-" | "+"] power
    power    = after [ "**" sign ]
    after    = atom { index | "ᵀ" | ".T" | superscript | ".sum(…)" | "[name]" }
    atom     = number | name | function atom | "(" sum [">" sum] ")" | "[" sum { ";" sum } "]" | "|" sum "|" | …

Depth is capped, so the parser's own recursion is; tokens are capped by their number, so its time is.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import nearest, quoted
from .cursor import DEEPEST, Cursor
from .faults import Unreadable, Unwritten
from .scanning import MOST_TEXT, MOST_TOKENS, Token, refuse, scanned
from .statements import statements
from .tree import FUNCTIONS, Node, Typed, whole

_ADDED, _TIMES = ("+", "-"), ("*", "⊙", "×", "⊗", "@", "/")
_COMPARED = ("<", ">", "<=", ">=")


def lines(text: str) -> list[Typed | Unreadable]:
    """The lines of a text, and what is wrong with those that cannot be read."""
    if len(text) > MOST_TEXT:
        return [Unreadable(f"there are more than {MOST_TEXT // 1024} KiB of formulas", 0, 1)]
    return [_line(part) for part in statements(list(scanned(text)))]


def _line(tokens: Sequence[Token]) -> Typed | Unreadable:
    parser = _Parser(tokens)
    try:
        return parser.line()
    except Unreadable as error:
        error.left = parser.named_left
        return error


class _Parser(Cursor):
    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__(tokens)
        self.bars = 0
        self.named_left = ""

    def line(self) -> Typed:
        self.left()
        added = self.take()
        if len(self.tokens) > MOST_TOKENS:
            raise Unreadable("this formula is too long", self.tokens[0].start, self.tokens[0].end)
        for token in self.tokens:
            refuse(token)
        if self.next.kind == "end":
            raise Unwritten("the formula is still to be written", self.next.start, self.next.end)
        right, start = self.sum(), self.tokens[0].start
        if self.next.kind != "end":
            raise self.wrong(f"{quoted(self.next.text)} is not expected here")
        if added.text == "+=":
            own = Node("name", (), self.named_left, start, added.start)
            right = Node("added", (own, right), "", right.start, right.end)
        return Typed(self.named_left, right, start, right.end)

    def left(self) -> None:
        """The name before the sign of equality, as gatecheck writes it: δc and ∂L/∂c are dc."""
        prefix = "d" if self.next.kind == "whole" and self.take() else ""
        name = self.next
        if name.kind in ("name", "kept") and self.tokens[self.at + 1].text in ("=", "+="):
            self.named_left = prefix + ("d" + name.text[1:] if name.text.startswith("δ") else name.text)
            self.take()
        else:
            raise self.wrong("a line is “name = formula”", "Comments begin with #.")

    # Sums and products.

    def sum(self) -> Node:
        with self.deeper():
            parts = [self.product()]
            while self.is_next(*_ADDED):
                parts.append(self.product())
            return whole("added", parts)

    def product(self) -> Node:
        start, signs = self.next.start, self.signs()
        over = self.take() if self.next.kind == "over" else None
        if over:
            signs ^= self.signs()
        parts, between = [self.beside()], ""
        while self.is_next(*_TIMES):
            sign = self.take().text
            between += "⊙" if sign in ("*", "×") else sign
            parts.append(self.beside())
        found = whole("product", parts, between)
        if over:
            found = Node("over", (found,), "", over.start, found.end)
        return Node("negative", (found,), "", start, found.end) if signs else found

    def signs(self) -> bool:
        """Signs before something; whether they make it negative."""
        turned = False
        while self.is_next(*_ADDED):
            turned ^= self.take().text == "-"
        return turned

    def beside(self) -> Node:
        parts = [self.sign()]
        while True:
            if self.is_next("·"):
                self.take()
                parts.append(self.sign())
            elif self.begins():
                parts.append(self.power())
            else:
                return whole("beside", parts)

    def begins(self) -> bool:
        """Whether what comes could be another factor."""
        kind = self.next.kind
        if kind == "sign":
            return self.is_next("(", "[", "√", "𝟏") or (self.is_next("|") and not self.bars)
        return kind in ("number", "name", "kept", "library", "loss", "whole", "logsumexp")

    def sign(self) -> Node:
        start = self.next.start
        negative = self.signs()
        found = self.power()
        return Node("negative", (found,), "", start, found.end) if negative else found

    def power(self) -> Node:
        with self.deeper():
            base = self.after()
            if not self.is_next("**"):
                return base
            self.take()
            return whole("power", [base, self.sign()])

    # What stands after something.

    def after(self) -> Node:
        found = self.atom()
        for _ in range(DEEPEST):
            token = self.next
            if token.kind in ("index", "turned"):
                found = Node(token.kind, (found,), self.take().text, found.start, token.end)
            elif token.kind == "power":
                found = whole("power", [found, _leaf("number", self.take())])
            elif token.kind == "method":
                found = self.method(found)
            elif self.is_next("[") and self.named_part():
                self.take()
                name = self.take()
                found = Node("part", (found,), name.text, found.start, self.take().end)
            else:
                return found
        raise self.wrong("this formula is nested too deeply")

    def named_part(self) -> bool:
        """Whether [name] or [2] comes, and closes at once: a part of a joined vector."""
        inner, close = self.tokens[self.at + 1 : self.at + 3] if self.at + 2 < len(self.tokens) else (None, None)
        return bool(inner and close and inner.kind in ("name", "number") and close.text == "]")

    def method(self, of: Node) -> Node:
        self.take()
        name = self.take()
        kind = FUNCTIONS.get(name.text, "")
        if kind not in ("sum", "mean", "dot", "turned"):
            advice = nearest(name.text, ("sum", "mean", "dot", "T"))
            raise Unreadable(f".{name.text} is not known here", name.start, name.end, advice)
        parts, options, end = self.arguments()
        return Node(kind, (of, *parts), options, of.start, end)

    # Atoms.

    def atom(self) -> Node:
        token = self.take()
        match token.kind, token.text:
            case ("number", _):
                return _leaf("number", token)
            case ("kept", _):
                return _leaf("name", token)
            case ("loss" | "whole", _):
                return self.of_loss(token)
            case ("library" | "name" | "logsumexp", _):
                return self.named(token)
            case ("sign", "(" | "["):
                return self.bracket(token)
            case ("sign", "|"):
                return self.bar(token)
            case ("sign", "√"):
                with self.deeper():
                    inner = self.after()
                return Node("sqrt", (inner,), "", token.start, inner.end)
            case ("sign", "𝟏"):
                return _leaf("ones", token)
        what = quoted(token.text) if token.text else "the end"
        raise Unreadable(f"something is missing before {what}", token.start, token.end)

    def of_loss(self, token: Token) -> Node:
        """∂L_t/∂h, and ∂L/∂h, which is another way to write δh."""
        if self.next.kind != "name":
            raise self.wrong("a name is expected here")
        name = self.take()
        if token.kind == "loss":
            return Node("loss", (), name.text, token.start, name.end)
        return Node("name", (), f"d{name.text}", token.start, name.end)

    def named(self, token: Token) -> Node:
        """A name, or a function with what it is called with."""
        if token.kind == "library" and self.next.kind != "name":
            raise self.wrong("a name is expected here")
        name = self.take() if token.kind == "library" else token
        kind = "logsumexp" if name.kind == "logsumexp" else FUNCTIONS.get(name.text, "")
        raised = self.next if self.next.kind == "power" else None
        if kind and self.tokens[self.at + bool(raised)].text == "(":
            self.at += bool(raised)
            parts, options, end = self.arguments()
            found = Node(kind, parts, options, token.start, end)
            return Node("power", (found, _leaf("number", raised)), "", token.start, end) if raised else found
        if token.kind == "library" and name.text != "pi":
            raise Unreadable(f"np.{name.text} is not known here", token.start, name.end, nearest(name.text, FUNCTIONS))
        return Node("name", (), name.text, token.start, name.end)

    def arguments(self) -> tuple[tuple[Node, ...], str, int]:
        """What a function is called with: its arguments, its options as text, and where the call ends."""
        if not self.is_next("("):
            raise self.wrong("“(” is expected here")
        opened = self.take()
        parts: list[Node] = []
        options: list[str] = []
        while not self.is_next(")"):
            if self.next.kind == "name" and self.tokens[self.at + 1].text == "=":
                options.append(self.option())
            else:
                parts.append(self.compared())
            if not self.is_next(","):
                break
            self.take()
        return tuple(parts), " ".join(options), self.expect(")", opened).end

    def option(self) -> str:
        name = self.take().text
        self.take()
        sign = "-" if self.is_next("-") and self.take() else ""
        return f"{name}={sign}{self.take().text}"

    def compared(self) -> Node:
        found = self.sum()
        if not self.is_next(*_COMPARED):
            return found
        sign = self.take().text
        other = self.sum()
        more, less = (found, other) if sign.startswith(">") else (other, found)
        return Node("step", (more, less), "", found.start, other.end)

    def bracket(self, opened: Token) -> Node:
        """(a), (a > 0), [a > 0], [a; b], (a, b), [a]_name."""
        bars, self.bars = self.bars, 0
        parts = [self.compared()]
        while self.is_next(",") or self.next.text == ";":
            self.take()
            parts.append(self.compared())
        self.bars = bars
        if opened.text == "[" and self.next.kind == "part":
            close = self.take()
            return Node("part", (whole("join", parts),), close.text, opened.start, close.end)
        close = self.expect(")" if opened.text == "(" else "]", opened)
        return Node("bracket" if len(parts) == 1 else "join", tuple(parts), "", opened.start, close.end)

    def bar(self, opened: Token) -> Node:
        self.bars += 1
        inner = self.sum()
        self.bars -= 1
        return Node("absolute", (inner,), "", opened.start, self.expect("|", opened).end)


def _leaf(kind: str, token: Token) -> Node:
    return Node(kind, (), token.text, token.start, token.end)
