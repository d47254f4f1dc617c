"""Reading a cell file: nothing that matters is lost, and nothing but a cell or one error ever comes out."""

import hashlib

import pytest
from faulty import check_words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatecheck.cells import library, load, read
from gatecheck.errors import CellError

GOOD = "x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"


# What is accepted, and that nothing of it is lost.


@pytest.mark.parametrize(
    "change", [lambda s: s.replace("\n", "\r\n"), lambda s: s.replace("\n", "\r"), lambda s: "\ufeff" + s]
)
def test_line_ends_and_a_byte_order_mark_change_nothing(change):
    plain, changed = read(GOOD), read(change(GOOD))
    assert changed == plain and changed.sha256 == plain.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_text_and_bytes_are_read_alike():
    assert read(GOOD) == read(GOOD.encode())


@pytest.mark.parametrize(
    "source",
    [
        "x: D\nh: H\nh[t] = tanh(\n    W @ x[t]\n    + U @ h[t-1]\n    + b\n)\n",
        "x: D\nh: H\nh[t] = \\\n    tanh(W @ x[t] + U @ h[t-1] + b)\n",
        "# words\n\n\nx  :  D\nh:H\n\n\nh[ t ]=tanh( W@x[t]+U @ h[t - 1] + +b )  # type: ignore\n",
        "x: D\nh: H\nh[t]\t=\ttanh((W @ (x[t])) + ((U @ h[t-1])) + b)",
        "(x): D\nh: (H)\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)",
    ],
)
def test_spaces_brackets_and_line_breaks_change_nothing_but_the_source(source):
    cell = read(source)
    assert [e.expression for e in cell.equations] == [e.expression for e in read(GOOD).equations]
    assert cell.equations[0].source == f"h[t] = tanh(W @ x[t] + U @ h[t-1] + {'+b' if '+b' in source else 'b'})"
    assert cell.source == source


def test_the_words_that_only_some_places_reserve_are_names():
    cell = read("x: D\nmatch: H\ntype[t] = W @ x[t] + match[t-1]\nmatch[t] = tanh(type[t]) * case\ncase: H\ntype: H\n")
    assert cell.states == ("match",) and "case" in cell.parameters


def test_comments_stay_with_their_statement():
    cell = read(
        "# a heading\n"
        "x: D   # the input\n"
        "h: H   ## the # state  \n"
        "f[t] = sigmoid(W @ x[t]   # from the input\n"
        "    # alone\n"
        "    + b)   # é ‸\n"
        "h[t] = f[t] * h[t-1]   # what is kept\n"
        "# an end"
    )
    assert cell.comments == {"x": "the input", "h": "the # state", "f": "from the input; alone; é ‸"}
    assert [e.comment for e in cell.equations] == ["from the input; alone; é ‸", "what is kept"]


def test_the_docstring_is_kept_and_its_first_line_is_the_title():
    cell = read('r"""\n\n  A title with \\ and # and "quotes".  \n\nMore.\n"""\n' + GOOD)
    assert cell.title == 'A title with \\ and # and "quotes".'
    assert cell.docstring.endswith("More.\n")
    assert read(GOOD).title == read("''\n" + GOOD).title == ""


def test_a_backslash_in_a_docstring_warns_nobody():
    assert read('"""\\d and \\tilde{c}"""\n' + GOOD).title == "\\d and \tilde{c}"


def test_roles_follow_from_the_equations():
    cell = read(
        "x: D\nc: H\nv: H\n"
        "f[t] = sigmoid(W @ x[t] + V @ v[t-1] + b)\n"
        "c[t] = f[t] * c[t-1] + k * v[t]\n"
        "y[t] = softmax(P @ c[t])\ny: K\nk: 1\n"
    )
    assert (cell.inputs, cell.states, cell.lagged) == (("x", "v"), ("c",), ("c", "v"))
    assert (cell.output, cell.outputs) == ("y", ("c", "y"))
    assert cell.parameters == ("W", "V", "b", "k", "P")
    assert cell.sizes == ("D", "H", "K")
    assert [str(r) for r in cell.equation("c").reads()] == ["f[t]", "c[t-1]", "k", "v[t]"]


# Nothing but a cell or one CellError ever comes out.


def survives(data):
    """Reads the data; whatever it is, the outcome is a cell or one well-formed problem, and the same again."""
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(read(data))
        except CellError as error:
            (problem,) = error.problems
            check_words(problem)
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


LIBRARY = [load(name).source for name in library()]
FUZZ = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
WORDS = (
    'x h W U b f t T D H 1 2 0.5 1e-5 [t] [t-1] ( ) [ ] + - * / @ ** = : , . ; # \n \\ \' " """ _ tanh sigmoid concat '
    "sum .T lambda None \t \r \ufeff δ ² \0 { } x: h: h[t]="
)
TOKENS = st.sampled_from(WORDS.split(" "))


@settings(FUZZ, max_examples=80)
@given(st.text())
def test_any_text_gives_a_cell_or_one_error(text):
    survives(text)


@settings(FUZZ, max_examples=50)
@given(st.binary())
def test_any_bytes_give_a_cell_or_one_error(data):
    survives(data)


@settings(FUZZ, max_examples=120)
@given(st.lists(TOKENS, max_size=60))
def test_any_row_of_words_gives_a_cell_or_one_error(words):
    survives("x: D\nh: H\n" + "".join(words))


@settings(FUZZ, max_examples=120)
@given(st.data())
def test_any_change_to_a_library_file_gives_a_cell_or_one_error(data):
    text = data.draw(st.sampled_from(LIBRARY))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 8)))
        text = text[:start] + data.draw(TOKENS | st.text(max_size=2)) + text[end:]
    survives(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60_000,
        ")" * 60_000,
        "[" * 60_000,
        "-" * 60_000,
        "x: D\nh[t] = " + "-" * 3_900 + "x[t]",
        "h[t] = " + "2**" * 1_300 + "2",
        "h[t] = " + "x[t]+" * 780 + "1",
        "h[t] = (" + "x[t]+\n" * 10_000 + "1)",
        '"""' * 20_000,
        "'" * 60_000,
        "\n" * 60_000,
        "x: D\n" * 4_000,
        "a.b" * 1_300,
        "h[t] = f(" + "x," * 1_900 + ")",
        "@" * 60_000,
        "x" * 3_999,
        "# " + "é" * 3_900,
        "h[t] = " + "tanh(" * 59 + "x[t]" + ")" * 59,
        "not " * 900,
        "h[t] = " + "x[t] @ " * 550 + "x[t]",
        "\\\n" * 30_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_could_hurt_a_parser_is_refused(text):
    with pytest.raises(CellError):
        read(text)
    survives(text)
