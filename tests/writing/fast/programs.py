"""Programs of fast code, run one statement at a time: what a pass must not change is what this gives."""

import numpy as np
from hypothesis import assume

from gatecheck.calculus.numbers import evaluate
from gatecheck.calculus.symbols import gradient, label, symbol, value
from gatecheck.calculus.system import system
from gatecheck.cells import read
from gatecheck.errors import CellError
from gatecheck.writing.fast.program import BACKWARD, FORWARD, sent


def run(program, sizes, inputs, initial, parameters, upstream):
    """{"values", "inputs", "initial", "parameters"} by name; arrays as tests/oracle.py draws them."""
    cell = program.cell
    T, B = next(iter(upstream.values())).shape[:2]
    fixed = {value(n, None): v for n, v in parameters.items()}
    for name, piece in program.pieces.items():
        fixed[value(name, None)] = whole(program, name, parameters, sizes)
    found = {value(n, 0): {t: x[t] for t in range(T)} for n, x in inputs.items()}
    for wide, x in program.widened.items():
        found[wide] = {t: np.concatenate([v, np.ones((B, 1))], axis=-1) for t, v in found[x].items()}
    found |= {symbol("loss", n, 0): dict(enumerate(u)) for n, u in upstream.items()}

    def at(s, t):
        tag = label(s)
        if tag.kind == "carry":
            return found[sent(tag.name)][t + 1] if t + 1 < T else np.zeros((B, program.system.size(s).value(sizes)))
        if tag.kind == "value" and tag.lag == 1:
            return found[value(tag.name, 0)][t - 1] if t else initial[tag.name]
        return found[s][t]

    for section in program.sections:
        steps = range(T) if section.name in FORWARD else reversed(range(T))
        if section.direction == 0 and section.name in BACKWARD:
            # No step waits for another, but what was sent back is read across steps: statement by statement.
            order = [(s, t) for s in section.statements for t in range(T)]
        elif section.direction == 0:
            order = [(s, t) for s in section.statements for t in range(T)]
        else:
            order = [(s, t) for t in steps for s in section.statements]
        for s, t in order:
            values = fixed | {r: at(r, t) for r in s.reads()}
            width = program.system.size(s.target).value(sizes)
            found.setdefault(s.target, {})[t] = np.broadcast_to(evaluate(s.expression, values, sizes), (B, width)) + 0.0

    def gradient_of(s, t, like):
        return found[s][t] if s in found else np.zeros_like(like)

    result = {
        "values": {n: np.array([found[value(n, 0)][t] for t in range(T)]) for n in cell.outputs},
        "inputs": {n: np.array([gradient_of(gradient(n), t, x[t]) for t in range(T)]) for n, x in inputs.items()},
        "initial": {n: gradient_of(sent(n), 0, x) for n, x in initial.items()},
        "parameters": {n: np.zeros_like(v) for n, v in parameters.items()},
    }
    dp = result["parameters"]
    for w in program.weights:
        outer = sum(at(w.delta, t).T @ at(w.operand, t) for t in range(T))
        for name, part in parted(program, w.parameter, outer.T if w.transposed else outer):
            piece = program.pieces.get(name)
            target = dp[name] if piece is None else cut(piece, dp[piece.parameter], sizes)
            target += part
    for name, s in program.sums:
        for t in range(T):
            dp[name] += at(s, t).sum(axis=0)
    return result


def whole(program, name, parameters, sizes):
    """A parameter, or a piece of one."""
    piece = program.pieces.get(name)
    if piece is None:
        return parameters[name]
    if piece.beside:
        parts = (whole(program, n, parameters, sizes) for n in (piece.parameter, piece.beside))
        return np.column_stack(list(parts)) * float(piece.scale)
    return cut(piece, parameters[piece.parameter], sizes) * float(piece.scale)


def parted(program, name, gradient):
    """A gradient as those of what stands side by side."""
    piece = program.pieces.get(name)
    if piece and piece.beside:
        return [(piece.parameter, gradient[:, :-1]), (piece.beside, gradient[:, -1])]
    return [(name, gradient)]


def cut(piece, array, sizes):
    """The view of a parameter that a piece is."""
    if piece.axis is None:
        return array
    start = piece.start.value(sizes) if piece.start else 0
    part = slice(start, start + piece.size.value(sizes))
    return array[part] if piece.axis == 0 else array[:, part]


def read_or_pass_over(source):
    """The cell of a random source; those in which a name cancels out are not asked anything."""
    try:
        system(cell := read(source))
    except CellError:
        assume(False)
    return cell
