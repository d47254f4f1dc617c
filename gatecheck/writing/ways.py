"""paths: every route from s[t-1] to s'[t], elementwise ones first, and what becomes of them over many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from ..calculus.edges import Kind, Matrix
from ..calculus.paths import Path, Paths, count, transitions, within
from .derivation import heading, legend
from .document import Block, Display, Document, Math, Mono, Paragraph, Row, Section, Table, Words
from .formulas import Formulas
from .routes import Short, abbreviations, at, jacobian, summed

STEPS = (1, 2, 3, 10)
#: Steps that are written out; of more, the first and the last.
WRITTEN = 4
#: In a chapter: paths of a kind, and terms of a step's Jacobian. A command prints them all.
LISTED, TERMS = 12, 24
KINDS: dict[Kind, str] = {"elementwise": "elementwise", "matrix": "through a matrix", "reduction": "through a sum"}


def document(writer: Formulas, found: Paths, steps: int = 1) -> Document:
    """All paths between two quantities; with steps > 1, what they become over that many."""
    cell = found.system.cell
    sections = one_step(writer, found) if steps == 1 else many_steps(writer, found, steps)
    return Document(cell.name, heading(cell), legend(writer), (), (*sections, counts(found, steps)))


def plural(number: int, word: str) -> str:
    """`1 path`, `2 paths`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _ends(writer: Formulas, found: Paths, steps: int = 1) -> tuple[Math, Math]:
    return Math(at(writer, found.source, 1)), Math(at(writer, found.target, 1 - steps))


# One step


def one_step(writer: Formulas, found: Paths, most: int | None = None) -> Iterator[Section]:
    """Every path from step t-1 to step t, by kind, and the two derivatives that they add up to.

    most: of more paths of a kind only the first are listed.
    """
    source, target = _ends(writer, found)
    kinds = [(plural(len(found.of_kind(kind)), "path") if not k else str(len(found.of_kind(kind))), KINDS[kind])
             for k, kind in enumerate(KINDS) if kind != "reduction" or found.of_kind(kind)]  # fmt: skip
    counts = "; ".join(f"{number} {words}" for number, words in kinds)
    yield Section("", (Paragraph(("from ", source, " to ", target, f": {counts}")),))
    short = abbreviations(writer, found.paths)
    for kind, title in KINDS.items():
        every = found.of_kind(kind)
        paths = every[:most]
        if paths:
            blocks: list[Block] = [_table(writer, paths, short, kind)]
            used = [named for prefix, named in short.items() if any(p.names[: len(prefix)] == prefix for p in paths)]
            if used:
                rows = tuple(Row(name, (("+", text),)) for name, text in used)
                blocks.append(Display(rows, over=("where",)))
            if len(paths) < len(every):
                said = f"The first {len(paths)} of {len(every)} paths {KINDS[kind]}; all of them: "
                blocks.append(Paragraph((said, Mono(f"gatecheck paths {found.system.cell.name}"))))
            yield Section(title, tuple(blocks))
        elif kind == "elementwise":
            words: Words = ("none: every way from ", source, " to ", target, f" meets {_met(found)}")
            yield Section(title, (Paragraph(words if found.paths else ("none",)),))
    yield Section("the derivative", (_total_and_partial(writer, found),))


def _met(found: Paths) -> str:
    """What the paths that are not elementwise go through."""
    met = [KINDS[kind].removeprefix("through ") for kind in KINDS if kind != "elementwise" and found.of_kind(kind)]
    return " or ".join(met) or "a matrix"


def _table(writer: Formulas, paths: tuple[Path, ...], short: Short, kind: Kind) -> Table:
    rows = tuple(((Math(writer.route(p.names)),), (Math(jacobian(writer, p, short)),)) for p in paths)
    return Table((), rows, lit=tuple(range(len(rows))) if kind == "elementwise" else ())


def _total_and_partial(writer: Formulas, found: Paths) -> Block:
    """Which of the paths make the derivative with all else held fixed, and which the one in the network."""
    source, target = _ends(writer, found)
    others = [n for n in found.system.cell.lagged if n != found.source]
    if not others:
        words = f"Only {found.source} is carried: the partial and the total derivative are the same."
        return Paragraph((words,))
    held: list[str | Math] = [w for n in others for w in (Math(at(writer, n, 1)), ", ")][:-1]
    partial = writer.sum(summed(writer, found.partial)) if found.partial else writer.digits("0")
    straight: Words = (Math(partial),)
    if len(found.partial) > 2:
        straight = (f"the sum of the {len(found.partial)} paths that go straight to t",)
    many = len(found.paths) > 1
    total: Words = (f"the sum of all {len(found.paths)} paths" if many else "the same",)
    return Table(
        (),
        (
            ((*held, " held fixed"), (Math(writer.derivative(target.text, source.text)), " is ", *straight)),
            (("in the network",), (Math(writer.derivative(target.text, source.text, total=True)), " is ", *total)),
        ),
    )


def counts(found: Paths, steps: int = 1) -> Section:
    """How many paths there are over 1, 2, 3, 10 and that many steps, exactly."""
    return Section("over k steps", (_counts(found, tuple(sorted({*STEPS, steps}))),))


def _counts(found: Paths, steps: tuple[int, ...]) -> Table:
    header: tuple[Words, ...] = (("k",), *((f"{k}",) for k in steps))
    rows: tuple[tuple[Words, ...], ...] = (
        (("paths",), *((_number(count(found, k)),) for k in steps)),
        (("elementwise",), *((_number(count(found, k, elementwise=True)),) for k in steps)),
    )
    return Table(header, rows, right=tuple(range(1, len(steps) + 1)))


def _number(number: int) -> str:
    text = f"{number:,}"
    return text if len(text) <= 15 else f"{Decimal(number):.2e}".replace("e+", "e")


# Many steps

#: The Jacobian of a step: (target, source) -> paths.
Blocks = dict[tuple[str, str], tuple[Path, ...]]


def many_steps(writer: Formulas, found: Paths, steps: int, most: int | None = None) -> Iterator[Section]:
    """The elementwise product over the steps, and all paths as a product of the steps' Jacobians.

    most: a Jacobian of more terms is not written out.
    """
    source, target = _ends(writer, found, steps)
    number, few = count(found, steps), count(found, steps, elementwise=True)
    said = f": {_number(number)} path{'s' * (number != 1)}, {_number(few)} elementwise"
    yield Section("", (Paragraph(("from ", source, " to ", target, said)),))
    blocks = transitions(found.system, found.target)
    yield Section("elementwise", tuple(_straight(writer, found, steps, few, blocks)))
    yield Section("all paths", tuple(_product(writer, found, steps, blocks, most)))


def _straight(writer: Formulas, found: Paths, steps: int, few: int, blocks: Blocks) -> Iterator[Block]:
    """The elementwise paths over all steps: one product where they stay with one state."""
    source, target = _ends(writer, found, steps)
    own = [p for p in blocks.get((found.target, found.source), ()) if p.elementwise]
    if not few:
        yield Paragraph(("none: every way from ", source, " to ", target, f" meets {_met(found)}"))
    elif found.source == found.target and len(own) ** steps == few:
        letter = _letter(found, "ED")
        product = _chain(
            writer, steps, lambda k: at(writer, letter, -k) if len(own) > 1 else jacobian(writer, own[0], later=k)
        )
        names = own[0].names
        route = writer.arrow.join(
            (writer.route(names[:1]), _chain(writer, steps, lambda k: writer.route(names[1:]), writer.arrow))
        )
        row = Row(writer.derivative(target.text, source.text), (("+", product),), lit=True)
        which = ("along ", Math(route)) if len(own) == 1 else ("along the elementwise paths alone",)
        yield Display((row,), over=which)
        if len(own) > 1:
            yield Display((Row(at(writer, letter, 0), summed(writer, own), lit=True),), over=("where",))
        yield Paragraph((f"{steps} elementwise factors, and no matrix between them.",))
    else:
        yield Paragraph((f"{plural(few, 'path')}: what the elementwise parts of the Jacobians below multiply to.",))


def _product(writer: Formulas, found: Paths, steps: int, blocks: Blocks, most: int | None) -> Iterator[Block]:
    """The total derivative as a product of the Jacobians of the steps, never as a list of its paths."""
    source, target = _ends(writer, found, steps)
    left, states = writer.derivative(target.text, source.text, total=True), found.system.cell.states
    own = blocks.get((found.target, found.source), ())
    if states == (found.source,) == (found.target,) and len(own) == 1:
        product = _chain(writer, steps, lambda k: jacobian(writer, own[0], later=k))
        yield Display((Row(left, (("+", product),)),))
        yield from _no_power(writer, own[0], steps)
        return
    whole, start = _letter(found, "SJ"), _letter(found, "PQ")
    early = within(found.system, found.source)
    last = whole if states == (found.target,) else f"{whole}_{found.target}"
    product = _chain(writer, steps, lambda k: at(writer, last if k == steps - 1 else whole, -k))
    begins = states != (found.source,)
    product = writer.chain([product, at(writer, start, 1)]) if begins else product
    yield Display((Row(left, (("+", product),)),))
    carried = ", ".join(states)
    words: Words = (Math(at(writer, whole, 0)), f" is the Jacobian of a step, of what is carried ({carried})")
    if last != whole:
        words = (*words, "; ", Math(at(writer, last, 0)), f" has the rows of {found.target} alone")
    terms = sum(map(len, blocks.values()))
    if most is None or terms <= most:
        yield Paragraph((*words, ":"))
        yield Display(tuple(_block(writer, *pair, ways) for pair, ways in blocks.items() if ways))
    else:
        command = Mono(f"gatecheck paths {found.system.cell.name} --steps {steps}")
        yield Paragraph((*words, f". Its {terms} terms are printed by ", command, "."))
    if begins:
        source = Math(at(writer, found.source, 1))
        said = " holds the derivatives of what is carried with respect to "
        itself = f": the identity for {found.source} itself" if found.source in states else ""
        rest = (", and" if itself else ":") if early else (", zero for the rest" if itself else ": all zero")
        yield Paragraph((Math(at(writer, start, 1)), said, source, " within their own step", itself + rest))
    if begins and early:
        yield Display(tuple(_early(writer, found.source, state, ways) for state, ways in early.items()))


def _letter(found: Paths, letters: str) -> str:
    """A letter that the cell does not use."""
    taken = found.system.cell.shapes
    return next(name for name in (*letters, *(letter * 2 for letter in letters), "Jacobian") if name not in taken)


def _block(writer: Formulas, target: str, source: str, ways: tuple[Path, ...]) -> Row:
    left = writer.derivative(at(writer, target, 0), at(writer, source, 1))
    return Row(left, summed(writer, ways), lit=all(p.elementwise for p in ways))


def _early(writer: Formulas, source: str, state: str, ways: tuple[Path, ...]) -> Row:
    left = writer.derivative(at(writer, state, 1), at(writer, source, 1))
    return Row(left, summed(writer, ways))


def _chain(writer: Formulas, steps: int, factor: Callable[[int], str], between: str | None = None) -> str:
    """The factors of all steps, the last step first; of many, the ends."""
    shown = [*range(steps - 1, -1, -1)] if steps <= WRITTEN else [steps - 1, None, 1, 0]
    pieces = [writer.ellipsis if k is None else factor(k) for k in shown]
    return writer.chain(pieces) if between is None else between.join(pieces)


def _no_power(writer: Formulas, path: Path, steps: int) -> Iterator[Block]:
    """Why the product over steps of a single path is no power of its matrix."""
    matrices = [s.factor for s in path.jacobian() if isinstance(s.factor, Matrix)]
    if len(matrices) == 1 and steps > 1:
        matrix = writer.write(matrices[0].parameter)
        collapsed = writer.raised(matrix, str(steps))
        yield Paragraph(
            (
                "The last step stands first. A diagonal and a matrix do not commute: the product collapses to ",
                Math(collapsed),
                f", times {steps} derivatives, only where everything is a scalar.",
            )
        )
