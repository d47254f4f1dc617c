"""What a cell file may not say: every fault is one error that says what, where and what to do."""

import pytest
from faulty import cell, fault_of

from gatecheck.cells import read
from gatecheck.cells.text import LARGEST_FILE
from gatecheck.cells.tree import FUNCTIONS
from gatecheck.errors import CellError

GOOD = "x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"
FORMS = "A line is `name: SIZE` or `name[t] = …`."

KEYWORDS = [
    ("‸lambda: H\n", "lambda is a Python keyword and cannot be a name", "for example lambda_v"),
    ("x: D\n‸in[t] = W @ x[t]\n", "in is a Python keyword and cannot be a name", "for example in_v"),
    (cell("W_f @ ‸lambda[t]"), "lambda is a Python keyword and cannot be a name", "lambda_v"),
    (cell("‸lambda @ x[t]"), "lambda is a Python keyword and cannot be a name", "lambda_v"),
    (cell("W @ x[t] + ‸is"), "is is a Python keyword and cannot be a name", "is_v"),
    ("x: ‸None\n", "None is a Python keyword and cannot be a name", ""),
    (cell("‸True"), "True is a Python keyword and cannot be a name", ""),
    ("‸async: H\n", "async is a Python keyword and cannot be a name", "async_v"),
    ("‸import os\n", "import is a Python keyword, and a cell file has only declarations and equations", FORMS),
    (cell("x[t] ‸if x[t] else 0"), "if is a Python keyword, and a cell file has only", FORMS),
    (cell("sum([v ‸for v in x[t]])"), "for is a Python keyword, and", FORMS),
    (cell("‸not x[t]"), "not is a Python keyword, and", FORMS),
    (cell("‸lambda v: v"), "lambda is a Python keyword, and", FORMS),
    ("‸def f(x):\n    return x\n", "def is a Python keyword, and", FORMS),
]
CHARACTERS = [
    (cell("‸σ(x[t])"), "σ is not of the language of cell files", "Write sigmoid(…) instead."),
    (cell("x[t] ‸− 1"), "− is not of the language", "Write - instead."),
    (cell("x[t] ‸⊙ h[t-1]"), "⊙ is not of the language", "Write * instead."),
    (cell("x[t]‸²"), "² is not of the language", "Write **2 instead."),
    (cell("W‸ᵀ @ x[t]"), "ᵀ is not of the language", "Write .T instead."),
    (cell("x‸ₜ"), "ₜ is not of the language", "Write [t] instead."),
    (cell("‸α * x[t]"), "α cannot be a name here", "Names are ASCII letters and digits"),
    (cell("x[t] ‸^ 2"), "^ is not of the language", "Write ** instead."),
    (cell("‸{x}"), "{ is not of the language", "Write ( instead."),
    (cell("x[t] ‸% 2"), "% is not of the language", "The operators are + - * / ** and @."),
    (cell("x[t] ‸< 2"), "< is not of the language", "The operators"),
    (cell("x[t] ‸$ 2"), "$ is not of the language", "The operators"),
    (cell("x[t] ‸\\ 2"), "\\ is not of the language", "The operators"),
    ("x:‸\u00a0D\n", "\\xa0 is not of the language", "Outside comments all is ASCII."),
    ("‸\ufeff\ufeffx: D\n", "\\xfeff is not of the language", "Outside comments all is ASCII."),
    (
        "x: D   # \u05d0 ‸\u202e b\n",
        "an invisible character stands here: U+202E (right-to-left override)",
        "Delete it.",
    ),
    ("x: D   # ‸\x1b[31m\n", "an invisible character stands here: U+001B", "Delete it."),
    ("x: D‸\x0c\n", "an invisible character stands here: U+000C", "Delete it."),
    ("x: D\r\nh: H‸\x0b\r\n", "an invisible character stands here: U+000B", "Delete it."),
    ("x: D # ‸\u2028 h: H\n", "an invisible character stands here: U+2028 (line separator)", "Delete it."),
    ('"""a ‸\u2066 b"""\n' + GOOD, "an invisible character stands here: U+2066 (left-to-right isolate)", ""),
]
NUMBERS_AND_NAMES = [
    (cell("‸0x10 * x[t]"), "0x10 is not a number here", "A number is decimal"),
    (cell("‸2x[t]"), "2x is not a number here", "a product needs its *"),
    (cell("‸1j * x[t]"), "1j is not a number", "A number is decimal"),
    (cell("‸1_000 * x[t]"), "1_000 is not a number", "A number is decimal"),
    (cell("‸007 * x[t]"), "007 is not a number", "A number is decimal"),
    (cell("‸1e999 * x[t]"), "1e999 is not a number", "An exponent has at most two digits."),
    (cell("‸0.12345678901234567890123 * x[t]"), "a number has at most 24 characters", ""),
    (cell("‸" + "9" * 3000), "a number has at most 24 characters", ""),
    (cell("‸٣ * x[t]"), "٣ is not a number", "A number is decimal"),
    (cell("‸_a * x[t]"), "_a cannot be a name here", "single underscores"),
    (cell("‸a__b * x[t]"), "a__b cannot be a name here", "single underscores"),
    (cell("‸a_ * x[t]"), "a_ cannot be a name here", "single underscores"),
    (cell("‸" + "a" * 33 + " * x[t]"), "a name has at most 32 letters; this has 33", ""),
    ("x: ‸" + "H" * 40 + "\n", "a name has at most 32 letters; this has 40", ""),
]
STRINGS = [
    ("x: ‸'D'\n", "only the first line of a file is a string: its docstring", "after #"),
    ("'''a'''\n‸'b'\n" + GOOD, "only the first line of a file is a string", "after #"),
    ("‸f'{x}'\n" + GOOD, "the docstring is a plain string", 'Write """…""".'),
    ("‸b'a'\n" + GOOD, "the docstring is a plain string", 'Write """…""".'),
    ('‸"""a\n' + GOOD, "the docstring is never closed", 'Close it with """.'),
    ("‸r'''a\n" + GOOD, "the docstring is never closed", "Close it with '''."),
    (cell("x[t]‸'"), "this string is never closed", "The value of the step before is written h[t-1]."),
    ('‸"\\x1b[31m"\n' + GOOD, "the docstring has an invisible character in it: U+001B", 'write r"""…""".'),
    ('‸"""\\ud800"""\n' + GOOD, "the docstring has an invisible character in it: U+D800", 'write r"""…""".'),
    ('‸"""\\N{NO SUCH NAME}"""\n' + GOOD, "the docstring holds a backslash that Python cannot read", 'Write r"""…""".'),
]
LINES = [
    (cell("x[t]‸; y"), "a line holds one declaration or one equation", "Begin a new line."),
    ("x: D‸; h: H\n", "a line holds one declaration or one equation", "Begin a new line."),
    ("  ‸x: D\n", "this line is indented", "Every line begins at the margin."),
    ("x: D\n\t‸h: H\n", "this line is indented", "Every line begins at the margin."),
    ("‸@foo\nx: D\n", "a line cannot begin with @", FORMS),
    (cell("tanh‸(W @ x[t]\ny[t] = x[t]"), "( is never closed", "Close it with )."),
    (cell("W @ x[t]‸)"), ") closes no bracket that is open here", ""),
    (cell("tanh(x[t‸)]"), ") closes no bracket that is open here", ""),
    ("x: D\nh[t] = " + "(" * 60 + "‸(x[t]" + ")" * 61, "brackets are nested more than 60 deep", "names of their own"),
    ("x: D\nh[t] =‸ \n", "the line ends too early", FORMS),
    ("x:‸\n", "the line ends too early", FORMS),
    (cell("W @ ‸@ x[t]"), "@ is not expected here", FORMS),
    (cell("tanh(x[t]) ‸tanh(x[t])"), "an operator is missing before tanh(x[t])", "* multiplies elementwise"),
    (cell("tanh(W_z ‸x[t] + b)"), "an operator is missing before x[t]", "A matrix takes @, as W_z @ x[t];"),
    (cell("W ‸x[t-1] + U h[t-1]"), "an operator is missing before x[t-1]", "W @ x[t-1]"),
    (cell("2 ‸x[t]"), "an operator is missing before x[t]", "Write 2 * x[t]."),
    (cell("‸W (x[t])"), "unknown function W", "A matrix takes @, as W @ (…). Known: abs,"),
    ("x: D ‸E\n", "E is not expected here", FORMS),
    ("‸match x:\n", "this line cannot be read", FORMS),
    ("‸tanh(x) = 1\n", "left of = stands one name with its index", FORMS),
    ("‸h[t], c[t] = 1\n", "left of = stands one name with its index", FORMS),
    ("‸a[t] = b[t] = 1\n", "left of = stands one name with its index", FORMS),
    ("‸x: D = 3\n", "a line either declares a size or gives an equation", FORMS),
    ("‸x[t]: D\n", "a declaration has no index", "Write x: …"),
    ("‸h[t] += 1\n", "this line is neither a declaration nor an equation", FORMS),
    ("‸tanh(x)\n", "this line is neither a declaration nor an equation", FORMS),
    ("‸1\n", "this line is neither a declaration nor an equation", FORMS),
    ("‸h = 3\n", "h is assigned without an index", "Write h[t] = …"),
    ("‸h[t-1] = x[t]\n", "an equation gives h at [t], not at [t-1]", "Write h[t] = …"),
    ("h[‸t+1] = x[t]\n", "an index is [t] or [t-1]", "one step earlier"),
]
SIZES = [
    ("x: ‸B\n", "B is the batch, not a size of the cell", "Use another letter."),
    ("W: (H, ‸T)\n", "T is the number of time steps, not a size of the cell", "Use another letter."),
    ("x: ‸d\n", "d is not a size: a size begins with a capital letter", "x: D"),
    ("x: ‸2\n", "a size is a name such as H, a sum such as H + D, or 1 for a scalar", ""),
    ("x: ‸1.0\n", "a size is a name such as H", ""),
    ("x: ‸2 * H\n", "a size is a name such as H", ""),
    ("x: ‸(A, C, D)\n", "a shape has one size, or two: (ROWS, COLUMNS)", ""),
    ("x: ‸()\n", "a shape has one size, or two: (ROWS, COLUMNS)", ""),
]
EXPRESSIONS = [
    (cell("‸sigmod(W @ x[t])"), "unknown function sigmod", "Did you mean sigmoid? Known: abs, concat, erf,"),
    (cell("‸gelu(W @ x[t])"), "unknown function gelu", "Did you mean relu?"),
    (cell("‸zzz(x[t])"), "unknown function zzz", "A matrix takes @, as zzz @ (…). Known: abs, concat, erf,"),
    (cell("‸np.tanh(x[t])"), "functions have plain names in a cell file", "Write tanh(…)."),
    (cell("‸x(t)"), "unknown function x", "An index stands in square brackets: x[t]."),
    (cell("‸h(t - 1)"), "unknown function h", "An index stands in square brackets: h[t-1]."),
    (cell("‸foo.bar(x[t])"), "this is not of the language of cell files", "The language has names, numbers"),
    (cell("(‸y := x[t])"), "this is not of the language of cell files", "The language has"),
    (cell("‸(x[t], h[t-1])"), "this is not of the language of cell files", "The language has"),
    (cell("‸x[t] // 2"), "this is not of the language of cell files", "The language has"),
    (cell("‸..."), "this is not of the language of cell files", "The language has"),
    (cell("‸(x[t])[t]"), "only a name has an index", "q[t] = …"),
    (cell("‸x[t].T"), "a transpose stands only left of @", "V.T @ h[t-1]"),
    (cell("‸h[t-1] @ U"), "left of @ stands a parameter or its .T", "write U @ h[t-1], or U.T @ h[t-1]."),
    (cell("‸W[t] @ x[t]"), "left of @ stands a parameter or its .T", "A parameter has no index"),
    (cell("‸2 * W @ x[t]"), "left of @ stands a parameter or its .T", "2 * (W @ x[t])"),
    (cell("‸-W @ x[t]"), "left of @ stands a parameter or its .T", "-(W @ x[t])"),
    (cell("‸tanh(1)"), "tanh of a number: write the number itself", ""),
    (cell("‸concat(x[t])"), "concat joins two vectors or more", ""),
    (cell("‸maximum(x[t])"), "maximum takes 2 arguments, not 1", ""),
    (cell("‸tanh(x[t], x[t])"), "tanh takes 1 argument, not 2", ""),
    (cell("‸mean()"), "mean takes 1 argument, not 0", ""),
    (cell("‸tanh(a=x[t])"), "tanh takes plain arguments only", ""),
    (cell("‸tanh(*x[t])"), "tanh takes plain arguments only", ""),
    (cell("‸2**3"), "a power of a number: write the number itself", ""),
    (cell("x[t]**‸y"), "an exponent is a number, as in x[t]**2", ""),
    (cell("x[t]**‸2**3"), "an exponent is a number", ""),
    (cell("x[t]**‸..."), "an exponent is a number", ""),
    (cell("‸x[t]**100"), "exponents multiply to at most 64", ""),
    (cell("‸x[t]**-65"), "exponents multiply to at most 64", ""),
    (cell("‸(2 * x[t]**9 + 1)**9"), "exponents multiply to at most 64", ""),
    (cell("‸sqrt(-(x[t]**9))**9"), "exponents multiply to at most 64", ""),
    (cell("x[‸T]"), "an index is [t] or [t-1]", "[t] is this step"),
    (cell("x[‸t-2]"), "an index is [t] or [t-1]", "carry a state"),
    (cell("x[‸t-1.0]"), "an index is [t] or [t-1]", "carry a state"),
    (cell("x[‸t+1]"), "an index is [t] or [t-1]", "one step earlier"),
    (cell("x[‸0]"), "an index is [t] or [t-1]", "[t] is this step"),
    (cell("x[‸t, 1]"), "an index is [t] or [t-1]", "[t] is this step"),
    (cell("‸" + " + ".join(["x[t]"] * 200)), "more than 120 operations stand in a row or within each other", "own"),
    (cell("-" * 121 + "‸x[t]"), "more than 120 operations stand", "own"),
    (cell("‸softmax(concat(" + ",\n".join(["x[t]"] * 900) + "))"), "the equation is too large to read", "own"),
]
FILES = [
    ("", "the file is empty", "h[t] = …"),
    (" \n\t\n", "the file is empty", "h[t] = …"),
    ("# only words\n", "the file has no equation", "h[t] = …"),
    ('"""Only words."""\n', "the file has no equation", "h[t] = …"),
    ("x: D\n", "the file has no equation", "h[t] = …"),
    (b"\0", "the file is binary: it holds a NUL byte", "UTF-8"),
    (b"x: D\n\0", "the file is binary: it holds a NUL byte", "UTF-8"),
    ("x: D".encode("utf-16"), "the file is UTF-16", "Save it as UTF-8."),
    (b"x: D\n# caf\xe2\x80\xb8\xe9\n", "byte 0xe9 is not UTF-8", "Save the file as UTF-8."),
    (b"x: D\r# a\r\n# \xc3\xa9\xe2\x80\xb8\xff\n", "byte 0xff is not UTF-8", "Save the file as UTF-8."),
    ("x: D # \ud800", "byte 0xed is not UTF-8", "Save the file as UTF-8."),
    ("#" * (LARGEST_FILE + 1), "the file is too large: a cell file has at most 64 KiB", ""),
    ("x: D\n‸#" + "a" * 4000 + "\n", "the line has 4,001 characters; at most 4,000 are read", "Break it"),
    (
        "x: D\n" + "".join(f"v{k}[t] = x[t]\n" for k in range(2, 302)) + "‸v302[t] = x[t]\n",
        "a cell has at most 300 equations",
        "",
    ),
]
TABLES = [*KEYWORDS, *CHARACTERS, *NUMBERS_AND_NAMES, *STRINGS, *LINES, *SIZES, *EXPRESSIONS, *FILES]


@pytest.mark.parametrize(("source", "message", "advice"), TABLES)
def test_a_fault_is_one_error_that_says_what_where_and_what_to_do(source, message, advice):
    problem = fault_of(source)
    assert problem.message.startswith(message)
    assert advice in problem.advice


def test_an_error_shows_the_line_with_a_caret():
    with pytest.raises(CellError) as error:
        read(GOOD.replace("tanh", "tang"), "my.cell")
    assert str(error.value).splitlines() == [
        "my.cell:3:8: unknown function tang",
        "    h[t] = tang(W @ x[t] + U @ h[t-1] + b)",
        "           ^^^^",
        "  Did you mean tanh? Known: " + ", ".join(sorted(FUNCTIONS)) + ".",
    ]


def test_an_error_inside_brackets_that_span_lines_points_into_its_own_line():
    assert fault_of("x: D\nh: H\nh[t] = tanh(W @ x[t]\n    + ‸sigmo(U @ h[t-1])\n)\n").place.line == 4
    assert fault_of("x: D\nh: H\nh[t] = \\\n    ‸sigmo(U @ h[t-1])\n").place.line == 4
