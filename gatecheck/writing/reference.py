"""Cell + convention -> a NumPy module: the reference, laid out by templates/reference.py.jinja."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, groupby
from textwrap import wrap

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..cells import Cell
from ..conventions import Layout, Signature, Slot, Stack, layout
from ..conventions.signatures import KEPT
from ..data import folder
from ..errors import BadInput, Problem
from ..version import __version__
from . import escaping
from . import training as around
from .fast.wrapping import wrapped as cut
from .in_arrays import ByHand, by_hand
from .numpy_code import Program, program, sized, statements
from .sequences import backward_over_time, forward_over_time
from .stacked import Unlike
from .wrappers import simple, stacking_values, wrapped, wrappers


@dataclass(frozen=True)
class Function:
    """A function as text: its signature, the lines of its docstring, its statements ('' is a blank line)."""

    signature: str
    doc: tuple[str, ...]
    body: tuple[str, ...]


#: The functions that an equation may need and NumPy lacks.
HELPERS = {
    "sigmoid": Function(
        "sigmoid(a)",
        ("The logistic function, in a form that cannot overflow.",),
        ("return 0.5 * np.tanh(0.5 * a) + 0.5",),
    ),
    "softplus": Function(
        "softplus(a)",
        ("log(1 + exp(a)), in a form that cannot overflow.",),
        ("return np.logaddexp(a, 0)",),
    ),
    "relu": Function("relu(a)", ("a where it is positive, else 0.",), ("return np.maximum(a, 0)",)),
    "erf": Function("erf(a)", ("The error function.",), ("return np.vectorize(math.erf, otypes=[float])(a)",)),
    "softmax": Function(
        "softmax(a)",
        ("exp(a) / sum(exp(a)) over the last axis, in a form that cannot overflow.",),
        ("e = np.exp(a - a.max(axis=1, keepdims=True))", "return e / e.sum(axis=1, keepdims=True)"),
    ),
    "logsumexp": Function(
        "logsumexp(a)",
        ("log(sum(exp(a))) over the last axis, in a form that cannot overflow.",),
        (
            "top = a.max(axis=1, keepdims=True)",
            "return np.log(np.exp(a - top).sum(axis=1, keepdims=True)) + top",
        ),
    ),
}


def helper(name: str, columns: bool = False) -> Function:
    """A function that NumPy lacks; columns: for vectors that are columns."""
    found = HELPERS[name]
    if not columns:
        return found
    turned = (line.replace("axis=1", "axis=0") for line in found.body)
    return replace(found, doc=(found.doc[0].replace("the last axis", "the first axis"),), body=tuple(turned))


@cache
def environment() -> Environment:
    """Jinja, reading templates/; an undefined name is an error of ours."""
    made = Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Python and Markdown; other people's words pass `escaping`
    )
    made.filters["doc"] = escaping.docstring
    made.filters["md"] = escaping.markdown
    return made


def code(cell: Cell, convention: str = "gatecheck", training: bool = False) -> str:
    """A module with the cell's reference in a convention; it imports NumPy only (and math, for erf).

    training: with parameters to start from, clipping and a step of gradient descent. Raises ConventionError where the
    convention does not exist or cannot lay out the cell, BadInput where there is nothing to train.
    """
    wanted = layout(cell, convention)
    try:
        own = None if wanted.convention.native else by_hand(cell, wanted, plain_name)
    except Unlike:
        own = None
    functions = _around(cell, wanted) if own is None else _in_arrays(wanted, own)
    if training and not wanted.convention.native:
        stack = wrappers(wanted)[1] if simple(wanted) else stacking_values(wanted)
        functions += [f for f in [Function(*stack)] if f not in functions]
    if training:
        functions += _training(wanted)
    return (
        environment()
        .get_template("reference.py.jinja")
        .render(
            cell=cell,
            version=__version__,
            functions=functions,
            helpers={f.signature.partition("(")[0] for f in functions},
            shapes=parameter_shapes(cell),
            arrays=[] if own is None else [_held(wanted, s) for s in wanted.stacks],
            batch="B" if own is None else wanted.convention.batch,
            shell=wanted.shell.strip(),
        )
    )


def _around(cell: Cell, wanted: Layout) -> list[Function]:
    """The plain functions, and those of a convention around them."""
    native = layout(cell, "gatecheck")
    prefix = "" if wanted.convention.native else "_"
    made = program(cell)
    functions = [HELPERS[name] for name in made.helpers]
    functions += [_step(native, made, prefix), _step_backward(native, made, prefix)]
    if len(native.signatures) == 4:
        for role, body in (("forward", forward_over_time), ("backward", backward_over_time)):
            functions.append(_function(native, role, body(cell, made, prefix), prefix))
    if prefix:
        functions += functions_around(native, wanted, [s.role for s in wanted.signatures])
    return functions


def functions_around(native: Layout, wanted: Layout, roles: Collection[str]) -> list[Function]:
    """The functions of a convention around plain ones of the same roles, and the stacking between them."""
    functions = [Function(*parts) for parts in wrappers(wanted)]
    return functions + [_of(wanted, s, wrapped(native, wanted, s.role)) for s in _written(wanted) if s.role in roles]


def _in_arrays(wanted: Layout, own: ByHand) -> list[Function]:
    """The functions of a convention in its own arrays."""
    helpers = [helper(name, own.columns) for name in own.helpers]
    return [*helpers, *(_of(wanted, s, own.bodies[s.role]) for s in _written(wanted))]


def _written(wanted: Layout) -> list[Signature]:
    """The functions that stand in the file: where there is a shell, those that its methods call."""
    return [s for s in wanted.signatures if s.method or not wanted.shell]


def _of(wanted: Layout, signature: Signature, body: Iterable[str]) -> Function:
    head = "\n    ".join(cut(_plain(signature)))
    return Function(head, docstring(wanted, signature), tuple(chain.from_iterable(map(cut, body))))


#: How parameters stand in an array: transposed, or as they are.
_BESIDE = {True: "side by side", False: "one under the other"}
_TITLES = {
    "step": "One step.",
    "step_backward": "One step back.",
    "forward": "A sequence.",
    "backward": "A sequence back.",
    "clip_by_value": "Every number of the gradients cut to lie between -limit and limit.",
    "clip_by_norm": "All gradients scaled alike, so that their norm is at most limit.",
    "sgd_step": "One step of gradient descent.",
}


def _training(of: Layout) -> list[Function]:
    if not of.cell.parameters:
        raise BadInput(Problem(f"{of.cell.name} has no parameters: there is nothing to train"))
    functions = [Function(*around.initial_parameters(of))]
    if any("glorot(" in line for line in functions[0].body):
        functions.insert(0, Function(*around.GLOROT))
    for s in of.training:
        doc = (*docstring(of, s), "", around.SOURCES[s.role])
        functions.append(Function(str(s), doc, tuple(around.statements(of, s.role))))
    return functions


def _function(of: Layout, role: str, body: Iterable[str], prefix: str = "") -> Function:
    signature = of.signature(role)
    return Function(prefix + str(signature), docstring(of, signature), tuple(body))


def plain_name(signature: Signature) -> str:
    """The function that a method stands on, Cell.forward on _Cell_forward; any other function's own name."""
    return "_" + signature.name.replace(".", "_") if signature.method else signature.name


def _plain(signature: Signature) -> str:
    return str(replace(signature, name=plain_name(signature), shown="" if signature.method else signature.shown))


def docstring(of: Layout, signature: Signature, method: bool = False) -> tuple[str, ...]:
    """What a function is, and the shapes of what it takes and gives.

    method: as its students see it, who find parameters and cache in their object.
    """
    kept = KEPT if method and signature.method else ()
    sides = ([s for s in side if s.plain not in kept] for side in (signature.takes, signature.gives))
    takes, gives = (_side(of, signature.role, side) for side in sides)
    gives = f"{'a dict of ' * signature.named}{gives}"
    line = f"{_TITLES[signature.role]}  {takes}  ->  {gives}"
    if len(line) <= 90:
        return (line,)
    return (_TITLES[signature.role], "", *_folded(takes), *_folded(f"->  {gives}"))


def _folded(line: str) -> list[str]:
    """A line as it is, or in several where it is longer than an editor shows."""
    return wrap(line, 100, subsequent_indent="    ", break_long_words=False) if len(line) > 112 else [line]


def _side(of: Layout, role: str, slots: Iterable[Slot]) -> str:
    parts = []
    for shape, group in groupby(slots, key=lambda s: of.shape(role, s)):
        names = ", ".join(s.name for s in group)
        parts.append(f"{names}: {shape}" if shape else names)
    return ", ".join(parts)


def _step(native: Layout, made: Program, prefix: str) -> Function:
    signature = native.signature("step")
    kept = f"kept = {_tuple(made.kept)}"
    result = f"return {', '.join(s.name for s in signature.gives)}"
    body = [*sized(made.forward_sizes), *statements(made.forward), kept, result]
    return _function(native, "step", body, prefix)


def _step_backward(native: Layout, made: Program, prefix: str) -> Function:
    signature = native.signature("step_backward")
    zeros = [f"{gradient} = np.zeros_like({like})" for gradient, like in made.constant]
    dp = ["dp = {", *(f'    "{n}": d{n},' for n in made.cell.parameters), "}"]
    body = [
        *([f"{_tuple(made.kept)} = kept"] if made.kept else []),
        *sized(made.backward_sizes),
        "",
        *statements(made.backward),
        *zeros,
        *(dp if made.cell.parameters else ["dp = {}"]),
        f"return {', '.join(s.name for s in signature.gives)}",
    ]
    return _function(native, "step_backward", body, prefix)


def _tuple(names: tuple[str, ...]) -> str:
    return ", ".join(names) + ("," if len(names) == 1 else "") if names else "()"


def _held(wanted: Layout, stack: Stack) -> str:
    """What an array of a convention is, in words."""
    others = [s.name for s in wanted.stacks if s is not stack and set(s.parameters) & set(stack.parameters)]
    turned = stack.axes.laid == ("in", "out")
    how = [w for w, said in (("transposed", turned), (_BESIDE[turned], len(stack.blocks) > 1)) if said]
    words = " ".join([", ".join(stack.parameters), *([", ".join(how)] if how else [])])
    return f"{stack.name}: {stack.shape}, {words}" + f"; what {', '.join(others)} has of them is added" * bool(others)


def parameter_shapes(cell: Cell) -> list[tuple[str, str]]:
    """(names, shape) of the parameters, those of one shape together."""
    found: dict[str, list[str]] = {}
    for name in cell.parameters:
        sizes = list(map(str, cell.shapes[name]))
        found.setdefault(f"({','.join(sizes)}{',' if len(sizes) == 1 else ''})", []).append(name)
    return [(", ".join(names), shape) for shape, names in found.items()]
