"""The readers of the house, tried on toy packages that break each rule."""

import re

import house
import pytest

CELLS = ["gate", "gru", "gru_writes", "lstm"]


@pytest.fixture
def toy(tmp_path):
    """Writes a package called toy; room__module names toy/room/module.py."""

    def write(**sources):
        package = tmp_path / "toy"
        package.mkdir()
        for name, source in {"": "", **sources}.items():
            path = package.joinpath(*name.split("__")) if name else package
            path.parent.mkdir(exist_ok=True)
            (path.parent / "__init__.py").touch()
            (path / "__init__.py" if path == package else path.with_suffix(".py")).write_text(source, "utf-8")
        return package

    return write


@pytest.mark.parametrize(
    "source",
    [
        "import toy.grading.judge",
        "import toy.grading.judge as j",
        "from toy.grading import judge",
        "from toy.grading.judge import grade",
        "from toy import grading",
        "from ..grading import judge",
        "from ..grading.judge import grade as g",
        "from .. import grading",
        "def late():\n    from ..grading import judge",
        "class A:\n    async def late(self):\n        import toy.grading.judge",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..grading import judge",
        "try:\n    import numpy\nexcept ImportError:\n    from ..grading import judge",
        "NAME = 'toy.grading.judge:grade'",
    ],
)
def test_an_import_of_a_lower_room_is_seen_however_it_is_written(toy, source):
    package = toy(cells__reading=source, grading__judge="def grade(): ...")
    (told,) = house.upward(package)
    assert told.startswith("toy.cells.reading:") and " imports toy.grading" in told


@pytest.mark.parametrize(
    "source",
    [
        "from ..errors import Fault",
        "from .tree import Read",
        "from . import tree",
        "import toy.errors, numpy",
        "from ..version import __version__",
        "text = 'toy.toml'",
    ],
)
def test_an_import_of_an_upper_room_or_the_own_one_is_allowed(toy, source):
    package = toy(cells__reading=source, cells__tree="", errors="", version="", grading__judge="")
    assert house.upward(package) == house.circle(package) == house.hidden(package) == []


def test_a_room_may_not_ask_the_package_itself_for_what_it_offers(toy):
    assert house.upward(toy(cells__reading="from toy import check")) == ["toy.cells.reading:1 imports toy"]


def test_a_room_may_not_use_the_command_line(toy):
    package = toy(keeping__book="from ..cli import show", cli__show="")
    assert house.upward(package) == ["toy.keeping.book:1 imports toy.cli.show"]


def test_a_circle_closed_inside_a_function_is_told_in_order(toy):
    package = toy(
        cells__a="from .b import x",
        cells__b="from . import c",
        cells__c="def f():\n    from toy.cells.a import y",
        cells__d="from . import a, b, c",
    )
    told = house.circle(package)
    steps = [
        "toy.cells.a:1 imports toy.cells.b",
        "toy.cells.b:1 imports toy.cells.c",
        "toy.cells.c:2 imports toy.cells.a",
    ]
    start = steps.index(told[0])
    assert told == steps[start:] + steps[:start]


def test_an_import_by_a_computed_name_is_seen(toy):
    late = "import importlib\nimportlib.import_module('toy.' + 'grading')"
    package = toy(cells__a=late, cells__b="__import__('toy')", cli__b=late)
    assert house.hidden(package) == ["toy.cells.a:2 calls import_module", "toy.cells.b:1 calls __import__"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sympy", ["toy.cli.show:1 imports sympy"]),
        ("if True:\n    from numpy import array", ["toy.cli.show:2 imports numpy.array"]),
        ("class A:\n    import rich.console", ["toy.cli.show:2 imports rich.console"]),
        ("with a:\n    from toy.cells import load", ["toy.cli.show:2 imports toy.cells"]),
        (
            "try:\n    import rich\nexcept E:\n    import jinja2",
            ["toy.cli.show:2 imports rich", "toy.cli.show:4 imports jinja2"],
        ),
        ("from ..cells import a", ["toy.cli.show:1 imports toy.cells.a"]),
        ("import click, json\nfrom toy.errors import Fault\ndef f():\n    import sympy", []),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sympy", []),
        ("LATER = 'toy.cells.a:load'", []),
    ],
)
def test_what_a_module_imports_at_once_is_told_from_what_it_imports_later(toy, source, expected):
    package = toy(cli__show=source, cells__a="", errors="")
    assert house.heavy(package, "toy.cli.show", ("click", "toy.errors")) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("import os, numpy.linalg", []),
        ("from toy.errors import Fault", ["toy.grading.wire:1 imports toy.errors"]),
        ("from ..errors import Fault", ["toy.grading.wire:1 imports toy.errors"]),
        ("from toy.grading.worker import main", ["toy.grading.wire:1 imports toy.grading.worker"]),
        ("def f():\n    import click", ["toy.grading.wire:2 imports click"]),
    ],
)
def test_a_program_that_must_stand_alone_is_followed_through_the_files_it_loads(toy, other, expected):
    package = toy(grading__worker="from .wire import send", grading__wire=other, errors="")
    assert house.beside(package, "toy.grading.worker") == expected


@pytest.mark.parametrize(
    "source",
    [
        "cell = 'lstm'",
        "text = f'the {x} of an LSTM'",
        "lstm_step = 1",
        "def step_lstm(): ...",
        "class LSTMCell: ...",
        "class BiLstm: ...",
        "def f(gru=1): ...",
        "f(gru=1)",
        "x.gru",
        "import lstm as a",
        "from x import y as lstm",
        "def f():\n    global lstm",
        "b = b'gru'",
        "match x:\n    case 'gru_writes': ...",
        "cell = load('gate')",
        "cell = cells.load('gate')",
        "name = 'gate.cell'",
    ],
)
def test_a_cell_that_code_names_is_seen(toy, source):
    (first, *_) = house.named(toy(writing__a=source), "toy.writing.a", CELLS)
    assert re.match(r"toy\.writing\.a:[1-3] names (gate|gru|lstm)", first)


@pytest.mark.parametrize(
    "source",
    [
        "gate = 'gate'",
        "congruent = 'congruent, gruesome'",
        "# an LSTM\nx = 1",
        '"""An LSTM."""\ndef f():\n    """Of an LSTM."""',
        "command(help='gatecheck show lstm', epilog='$ gatecheck show ' 'lstm')",
    ],
)
def test_a_cell_may_be_named_in_documentation_and_a_word_of_the_field_anywhere(toy, source):
    assert house.named(toy(writing__a=source), "toy.writing.a", CELLS) == []


def test_a_missing_docstring_is_seen(toy):
    source = "def f(): ...\nclass A:\n    'Yes.'\n    def g(self): ...\nclass B: ...\ndef _h(): ...\n"
    assert house.undocumented(toy(a=source), "toy.a") == [
        "toy.a:1 has no docstring",
        "toy.a:1 f has no docstring",
        "toy.a:5 B has no docstring",
    ]


def test_what_has_grown_too_long_is_seen(toy):
    package = toy(a="def f():\n    a = 1\n    b = 2\n\n\ndef g(): ...\n")
    assert house.long(package, "toy.a", 5, 2) == ["toy.a has 6 lines", "toy.a:1 f has 3 lines"]
    assert house.long(package, "toy.a", 6, 3) == []
