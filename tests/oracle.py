"""An independent oracle: the author's equations, evaluated as written, differentiated by complex steps.

It walks the syntax tree of a cell file with NumPy and knows nothing of SymPy, of the derivation, of keys or of
generated code. Derivatives are exact to rounding: Im f(x + ih)/h for h = 1e-200 (Squire & Trapp, 1998).
Every array may have further axes in front: there all numbers of an array are moved at once, each in its own copy.
"""

import math

import numpy as np

from gatecheck.cells import tree as t

TINY = 1e-200


def _erf(a):
    value = np.vectorize(math.erf, otypes=[float])(a.real)
    slope = 2 / math.sqrt(math.pi) * np.exp(-(a.real**2))
    return value + 1j * slope * a.imag  # first order is all that a complex step of 1e-200 sees


def _softmax(a):
    e = np.exp(a - a.real.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _logsumexp(a):
    top = a.real.max(axis=-1, keepdims=True)
    return np.log(np.exp(a - top).sum(axis=-1, keepdims=True)) + top


def _concatenate(parts):
    front = np.broadcast_shapes(*(p.shape[:-1] for p in parts))
    return np.concatenate([np.broadcast_to(p, (*front, p.shape[-1])) for p in parts], axis=-1)


APPLY = {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "softplus": lambda a: np.log(1 + np.exp(a)),
    "erf": _erf,
    "abs": lambda a: np.sign(a.real) * a,
    "sign": lambda a: np.sign(a.real) + 0j,
    "maximum": lambda a, b: np.where(a.real > b.real, a, b),
}
OPERATORS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


def evaluate(node, values):
    """The value of an expression, (…,B,n); values holds (…,B,n) by (name, lag), matrices as they are."""
    match node:
        case t.Number(text=text):
            return np.array([float(text)], dtype=complex)
        case t.Read(name=name, lag=lag):
            return values[(name, lag)]
        case t.Apply(function=function, arguments=arguments):
            return APPLY[function](*(evaluate(a, values) for a in arguments))
        case t.Binary(operator=operator, left=left, right=right):
            return OPERATORS[operator](evaluate(left, values), evaluate(right, values))
        case t.Negate(argument=argument):
            return -evaluate(argument, values)
        case t.Power(base=base, exponent=exponent):
            power = float(exponent)
            return evaluate(base, values) ** (int(power) if power == int(power) else power)
        case t.Product(matrix=matrix, transposed=transposed, operand=operand):
            w = values[(matrix.name, None)]
            return evaluate(operand, values) @ (w if transposed else np.swapaxes(w, -1, -2))
        case t.Concat(parts=parts):
            return _concatenate([evaluate(p, values) for p in parts])
        case t.Reduce(function="sum", argument=argument):
            return evaluate(argument, values).sum(-1, keepdims=True)
        case t.Reduce(function="mean", argument=argument):
            return evaluate(argument, values).mean(-1, keepdims=True)
        case t.Reduce(function="logsumexp", argument=argument):
            return _logsumexp(evaluate(argument, values))
        case t.Softmax(argument=argument):
            return _softmax(evaluate(argument, values))
    raise AssertionError(node)


def draw(cell, rng, T=3, B=2, sizes=None):
    """Random inputs (T,B,·), initial values (B,·), parameters and upstream gradients of a cell."""
    sizes = sizes or {name: 3 + 2 * k for k, name in enumerate(cell.sizes)}

    def array(*shape):
        return rng.normal(size=shape) * 0.7

    inputs = {n: array(T, B, cell.size(n).value(sizes)) for n in cell.inputs}
    initial = {n: array(B, cell.size(n).value(sizes)) for n in cell.lagged}
    parameters = {n: array(*(s.value(sizes) for s in cell.shapes[n])) for n in cell.parameters}
    upstream = {n: array(T, B, cell.size(n).value(sizes)) for n in cell.outputs}
    return sizes, inputs, initial, parameters, upstream


def run(cell, inputs, initial, parameters, added=None):
    """Every assigned quantity over time, {name: (T,…,B,·)}, complex; added: what is added to each, (…,T,B,·)."""
    arrays = [*inputs.values(), *initial.values()]
    batch = arrays[0].shape[-2] if arrays else 1
    steps = next(iter(inputs.values())).shape[-3] if inputs else 1
    before = dict(initial)
    fixed = {(n, None): v if len(cell.shapes[n]) == 2 else v[..., None, :] for n, v in parameters.items()}
    found = {e.name: [] for e in cell.equations}
    for k in range(steps):
        values = {**fixed, **{(n, 0): x[..., k, :, :] for n, x in inputs.items()}}
        values.update({(n, 1): v for n, v in before.items()})
        for e in cell.equations:
            value = evaluate(e.expression, values)
            width = value.shape[-1]
            if value.ndim < 2 or value.shape[-2] == 1:  # it reads no more than parameters
                value = np.broadcast_to(value, (*value.shape[:-2], batch, width))
            if added and e.name in added:
                value = value + added[e.name][..., k, :, :]
            values[(e.name, 0)] = value
            found[e.name].append(value)
        before = {n: values[(n, 0)] for n in before}
    return {n: np.stack(np.broadcast_arrays(*v)) + 0j for n, v in found.items()}


def gradients(cell, inputs, initial, parameters, upstream):
    """The gradient of Σ upstream·quantity with respect to every array, one complex step per number.

    {"inputs": …, "initial": …, "parameters": …, "added": …}, by name; what is added to a quantity of a step has that
    quantity's own δ as its gradient.
    """
    out = run(cell, inputs, initial, parameters)
    added = {e.name: np.zeros(out[e.name].shape) for e in cell.equations}
    groups = {"inputs": inputs, "initial": initial, "parameters": parameters, "added": added}
    result = {}
    for group, arrays in groups.items():
        result[group] = {}
        for name, array in arrays.items():
            moved = array + 1j * TINY * np.eye(array.size).reshape(array.size, *array.shape)
            out = run(cell, **{**groups, group: {**arrays, name: moved}})
            result[group][name] = _loss(out, upstream, array.size).imag.reshape(array.shape) / TINY
    return result


def _loss(out, upstream, copies):
    """Σ upstream·quantity for every copy: quantities are (T,copies,B,·), or (T,B,·) where nothing moved."""
    total = np.zeros(copies, dtype=complex)
    for name, u in upstream.items():
        value = out[name] if out[name].ndim == 4 else out[name][:, None]
        total += (value * u[:, None]).sum(axis=(0, 2, 3))
    return total


def far(a, b, scale=0.0):
    """The largest difference, relative to the largest number of both, or to a larger scale."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (a.shape, b.shape)
    return np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0), np.abs(b).max(initial=0), scale, 1e-300)
