"""How a text is cut into formulas, and each into a tree; what is wrong with one takes nothing from another."""

import pytest

from gatecheck.assignment.typed.faults import Unreadable
from gatecheck.assignment.typed.parsing import lines
from gatecheck.assignment.typed.tree import Typed


def shape(node):
    """A tree as nested lists: what stands for a name or a number, or the kind with its parts."""
    if not node.parts:
        return node.text or node.kind
    return [node.kind + node.text, *map(shape, node.parts)]


def tree(text):
    (line,) = lines(f"y = {text}")
    assert isinstance(line, Typed), line
    return shape(line.right)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b - c", ["added", "a", "b", ["negative", "c"]]),
        ("-a * b", ["negative", ["product⊙", "a", "b"]]),
        ("a * -b", ["product⊙", "a", ["negative", "b"]]),
        ("a - -b", ["added", "a", "b"]),
        ("a ** -2 ** 3", ["power", "a", ["negative", ["power", "2", "3"]]]),
        ("-a²", ["negative", ["power", "a", "2"]]),
        ("a⁻¹ b", ["beside", ["power", "a", "-1"], "b"]),
        ("2 U d * x / n", ["product⊙/", ["beside", "2", "U", "d"], "x", "n"]),
        ("x @ W.T", ["product@", "x", ["turned.T", "W"]]),
        ("Uᵀ δa[t+1] ⊙ r", ["product⊙", ["beside", ["turnedᵀ", "U"], ["index1", "δa"]], "r"]),
        ("tanh²(c)", ["power", ["tanh", "c"], "2"]),
        ("np.tanh(c)**2", ["power", ["tanh", "c"], "2"]),
        ("c_{t-1} h[ t − 1 ]", ["beside", ["index-1", "c"], ["index-1", "h"]]),
        ('p["W_f"]', "W_f"),
        ("[a > 0] b", ["beside", ["bracket", ["step", "a", "0"]], "b"]),
        ("(0 < a)", ["bracket", ["step", "a", "0"]]),
        ("[a; b]_a", ["parta", ["join", "a", "b"]]),
        ("(a)[2]", ["part2", ["bracket", "a"]]),
        ("|a b| c", ["beside", ["absolute", ["beside", "a", "b"]], "c"]),
        ("√(a) / 2", ["product/", ["sqrt", ["bracket", "a"]], "2"]),
        ("log Σ exp(v)", ["logsumexp", "v"]),
        ("−Σ_t a bᵀ", ["negative", ["over", ["beside", "a", ["turnedᵀ", "b"]]]]),
        ("h.sum(axis=1, keepdims=True)", ["sumaxis=1 keepdims=True", "h"]),
        ("∂L_t/∂h + ∂L/∂c", ["added", "h", "dc"]),
    ],
)
def test_both_notations_are_read_with_their_own_binding(text, expected):
    assert tree(text) == expected


def lefts(text):
    return [line.left for line in lines(text)]


def test_a_formula_goes_on_inside_brackets_and_where_a_line_begins_or_ends_with_a_sign():
    text = "a = (b\n  + c)\nd = e\n\n  - f *\n g\nh =\n i # = k\n;j = k; l = m"
    assert lefts(text) == ["a", "d", "h", "j", "l"]
    assert all(isinstance(line, Typed) for line in lines(text))


def test_a_bracket_left_open_takes_no_other_line_with_it():
    first, second = lines("dc = dh * (o\ndf = dc * c")
    assert isinstance(first, Unreadable) and first.left == "dc"
    assert isinstance(second, Typed) and second.left == "df"


def test_what_is_no_part_of_a_formula_is_told_of_its_own_line_alone():
    wrong, right = lines("dc = dh $ o\nδf = dc * c")
    assert str(wrong) == "“$” is no part of a formula" and wrong.left == "dc"
    assert right.left == "df"


@pytest.mark.parametrize(("left", "name"), [("δc", "dc"), ("∂L/∂W", "dW"), ("dL/dW", "dW"), ('dp["W"]', "dW")])
def test_the_left_side_may_be_written_as_in_code_or_in_print(left, name):
    assert lefts(f"{left} = 1") == [name]


def test_what_is_added_is_added_to_what_there_was():
    (line,) = lines("dc += dh")
    assert shape(line.right) == ["added", "dc", "dh"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y", "a line is “name = formula”"),
        ("y =", "the formula is still to be written"),
        ("y = a b)", "“)” is not expected here"),
        ("y = a +", "something is missing before the end"),
        ("y = * a", "something is missing before “*”"),
        ("y = (a", "“(” is not closed: “)” is expected here"),
        ("y = np.cosh(a)", "np.cosh is not known here"),
        ("y = np. ", "“.” is no part of a formula"),
        ("y = a.cumsum()", ".cumsum is not known here"),
        ("y = 1234567890123", "this number is too long"),
        ("y = ∂L_t/∂", "“∂” is no part of a formula"),
        ("y = ∂L/∂Σ_t", "a name is expected here"),
        ("y = a.sum", "“(” is expected here"),
    ],
)
def test_what_cannot_be_read_is_said(text, message):
    (line,) = lines(text)
    assert isinstance(line, Unreadable)
    assert str(line) == message
