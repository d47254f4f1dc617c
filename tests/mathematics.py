"""Formulas of a cell; and MathML, read back: checked against MathML Core, and written as LaTeX to be compared."""

import re
import xml.etree.ElementTree as ET

from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.writing.equations import all_formulas, equation
from gatecheck.writing.routes import jacobian

#: Elements and attributes of MathML Core that formulas use.
CORE = {
    "math": set(), "mrow": set(), "mfrac": set(), "msqrt": set(), "msub": {"class"}, "msup": set(), "munder": set(),
    "msubsup": {"class"}, "mi": {"class", "mathvariant"}, "mn": set(),
    "mo": {"form", "stretchy", "lspace", "rspace"},
}  # fmt: skip
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "msubsup": 3}
TOKENS = ("mi", "mn", "mo")
BRACKETS = {"(": ")", "[": "]", "|": "|"}
_SIGNS = {
    "⊙": r"\odot", "−": "-", "→": r"\to", "∑": r"\sum", "×": r"\times", "⊤": r"\top", "δ": r"\delta", "∂": r"\partial",
    "ρ": r"\rho", "π": r"\pi", "σ": r"\sigma", "𝟏": r"\mathbf{1}", "\u2061": "", "\u2062": "",
}  # fmt: skip
_COMMANDS = ("tanh", "exp", "log", "max")
_ITALIC = {0x1D434 + k: ord("A") + k for k in range(26)} | {0x1D44E + k: ord("a") + k for k in range(26)}
_ITALIC |= {0x210E: ord("h")}


def pieces(kind, cell):
    """Every side and every term of a cell's formulas, and the Jacobians of the paths of its first state."""
    backward = derive(cell)
    writer = kind(backward.system)
    found = [*(equation(writer, line) for line in backward.system.lines), *all_formulas(writer, backward)]
    for formula in found:
        yield formula.left
        yield from (term for _, term in formula.addends)
    for path in paths(cell).paths[:20] if cell.states else ():
        yield jacobian(writer, path)
        yield writer.route(path.names)


def parse(markup):
    """The tree of a piece of MathML. Raises AssertionError where it is not of MathML Core."""
    tree = ET.fromstring(f"<math>{markup}</math>")
    for node in tree.iter():
        assert set(node.attrib) <= CORE[node.tag], (node.tag, node.attrib)
        assert node.get("class") in (None, "matrix")
        assert len(node) == CHILDREN.get(node.tag, len(node)), node.tag
        assert (node.tag in TOKENS) == bool(node.text), node.tag
        assert not (node.tail or "").strip()
        assert node.tag != "mrow" or len(node) > 1
    return tree


def latex(node):
    """The tree as LaTeX without spaces, and with braces round every index."""
    if node.tag in TOKENS:
        return _token(node)
    if node.tag in ("math", "mrow", "msqrt"):
        inside = _inside(list(node))
        return rf"\sqrt{{{inside}}}" if node.tag == "msqrt" else inside
    parts = [latex(child) for child in node]
    match node.tag:
        case "mfrac":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "msub" | "munder":
            return f"{parts[0]}_{{{parts[1]}}}"
        case "msup":
            return f"{parts[0]}^{{{parts[1]}}}"
    return f"{parts[0]}_{{{parts[1]}}}^{{{parts[2]}}}"


def _inside(nodes):
    """A row: what begins with a bracket ends with its other half."""
    first, last = nodes[0], nodes[-1]
    if first.tag == "mo" and first.text in BRACKETS:
        assert (last.tag, last.text) == ("mo", BRACKETS[first.text])
        assert (first.get("form"), last.get("form")) == ("prefix", "postfix")
        inner = "".join(map(latex, nodes[1:-1]))
        return rf"\left{first.text}{inner}\right{last.text}"
    assert not any(n.tag == "mo" and n.text in "()[]|" for n in nodes)
    return "".join(map(latex, nodes))


def _token(node):
    text = node.text
    if node.tag == "mi" and len(text) > 1:
        word = text.translate(_ITALIC)
        if word != text:
            return word
        return rf"\{text}" if text in _COMMANDS else rf"\operatorname{{{text}}}"
    if node.get("mathvariant"):
        return rf"\mathrm{{{text}}}"
    return _SIGNS.get(text, text)


def spelled(text):
    """LaTeX as gatecheck writes it, in the spelling of `latex`."""
    text = text.replace(r"\tfrac", r"\frac").replace(r"\textstyle", "").replace(r"\,", "")
    text = re.sub(r"\\mathit\{(\w+)\}", r"\1", text)
    text = re.sub(r"([_^])(\\[a-z]+|\w)", r"\1{\2}", text)
    return re.sub(r"\s", "", text)


def characters(text):
    """The characters that a list of ranges names, as U+0020-007E; # begins a comment."""
    found = set()
    for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", re.sub("#.*", "", text)):
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return found
