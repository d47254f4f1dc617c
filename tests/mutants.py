"""Wrong derivations, made from right ones by small changes: data alone, nothing is derived anew."""

from dataclasses import replace

from sympy import Mul

from gatecheck.calculus.symbols import Spread, Times, Total, TransposedTimes, label, symbol


def mutants(backward):
    """Every mutant as (what was changed, where, the derivation); each kind of change at every place it fits."""
    for group in ("quantities", "inputs", "parameters"):
        found = getattr(backward, group)
        for k, g in enumerate(found):
            for kind, changed in _gradients(backward, g):
                yield kind, g.name, replace(backward, **{group: (*found[:k], changed, *found[k + 1 :])})
            if k and _printed(g) != _printed(found[k - 1]):
                earlier, here = found[k - 1], g
                pair = (replace(earlier, terms=here.terms), replace(here, terms=earlier.terms))
                yield "exchanged", g.name, replace(backward, **{group: (*found[: k - 1], *pair, *found[k + 1 :])})


def _printed(g):
    """What is printed of a gradient: that of f is that of g where both are only added to something."""
    return [(t.line.name, t.lag, t.expression, t.edge.operand, t.edge.transposed) for t in g.terms]


def _gradients(backward, g):
    if g.loss is not None:
        yield "loss dropped", replace(g, loss=None)
    else:
        yield "loss added", replace(g, loss=symbol("loss", g.name, 0))
    for k, term in enumerate(g.terms):
        before, after = g.terms[:k], g.terms[k + 1 :]
        yield "dropped", replace(g, terms=(*before, *after))
        yield "doubled", replace(g, terms=(*before, term, term, *after))
        for kind, changed in _terms(backward, term):
            yield kind, replace(g, terms=(*before, changed, *after))


def _terms(backward, term):
    edge = term.edge
    for kind, expression in _expressions(backward, term.expression):
        yield kind, replace(term, expression=expression)
    if edge.source.lag is not None:
        yield "shifted", replace(term, edge=replace(edge, source=edge.source._replace(lag=1 - edge.source.lag)))
    others = [line for line in backward.system.lines if line.of is not term.line.of]
    if others:
        yield "attributed", replace(term, edge=replace(edge, reader=others[0]))
    if edge.operand is not None:
        yield "outer transposed", replace(term, edge=replace(edge, transposed=not edge.transposed))
        yield "operand lost", replace(term, edge=replace(edge, operand=None))
        for kind, operand in _expressions(backward, edge.operand):
            yield f"operand {kind}", replace(term, edge=replace(edge, operand=operand))


def _expressions(backward, expression):
    yield "sign", -expression
    factors = Mul.make_args(expression)
    for k, factor in enumerate(factors if len(factors) > 1 else ()):
        yield "factor", Mul(*factors[:k], *factors[k + 1 :])
        if factor.is_Add:
            for addend in factor.args:
                yield "addend", Mul(*factors[:k], factor - addend, *factors[k + 1 :])
    for total in sorted(expression.atoms(Total), key=str):
        if not backward.system.size(total.args[0]).scalar:  # a scalar is its own sum
            yield "unsummed", expression.xreplace({total: total.args[0]})
    for atom in sorted(expression.atoms(Times, TransposedTimes), key=str):
        other = Times if isinstance(atom, TransposedTimes) else TransposedTimes
        yield "transpose", expression.xreplace({atom: other(*atom.args)})
    # What a scalar is repeated along is printed nowhere and stands for its size: no change of it says anything else.
    shown = expression.replace(Spread, lambda scalar, like: scalar)
    for leaf in sorted(shown.free_symbols, key=str):
        tag = label(leaf)
        if tag.kind == "value" and tag.lag is not None:
            yield "moved", expression.xreplace({leaf: symbol(tag.kind, tag.name, 1 - tag.lag)})
        for name in _alike(backward, tag):
            yield "name", expression.xreplace({leaf: symbol(tag.kind, name, tag.lag)})


def _alike(backward, tag):
    """The names that could stand there as well: of the same kind and size, the first of them after it."""
    cell, shapes = backward.cell, backward.cell.shapes
    if tag.kind == "gradient" or (tag.kind == "value" and tag.lag is not None and tag.name not in cell.inputs):
        names = [line.name for line in backward.system.lines]
        size = backward.system.size_of_name
        fitting = [n for n in names if n != tag.name and size(n) == size(tag.name)]
    elif tag.kind == "value":
        names = [n for n in (*cell.parameters, *cell.inputs) if (n in cell.inputs) == (tag.name in cell.inputs)]
        fitting = [n for n in names if n != tag.name and shapes[n] == shapes[tag.name]]
    else:
        fitting = []
    return fitting[:1]
