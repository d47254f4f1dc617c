"""An independent oracle: the author's equations, evaluated as written, differentiated by complex steps.

It walks the syntax tree of a cell file with NumPy and knows nothing of SymPy, of the derivation, of keys or of
generated code. Derivatives are exact to rounding: Im f(x + ih)/h for h = 1e-200 (Squire & Trapp, 1998).
"""

import math

import numpy as np

from gatecheck.cells import tree as t

TINY = 1e-200


def _real_where(a):
    return np.real(a)


def _erf(a):
    value = np.vectorize(math.erf, otypes=[float])(a.real)
    slope = 2 / math.sqrt(math.pi) * np.exp(-(a.real**2))
    return value + 1j * slope * a.imag  # first order is all that a complex step of 1e-200 sees


def _softmax(a):
    e = np.exp(a - a.real.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


APPLY = {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "softplus": lambda a: np.log(1 + np.exp(a)),
    "erf": _erf,
    "abs": lambda a: np.where(a.real > 0, a, -a),
    "sign": lambda a: np.sign(a.real) + 0j,
    "maximum": lambda a, b: np.where(a.real > b.real, a, b),
}


def evaluate(node, values):
    match node:
        case t.Number(text=text):
            return np.array([float(text)], dtype=complex)
        case t.Read(name=name, lag=lag):
            return values[(name, lag)]
        case t.Apply(function=function, arguments=arguments):
            return APPLY[function](*(evaluate(a, values) for a in arguments))
        case t.Binary(operator=operator, left=left, right=right):
            a, b = evaluate(left, values), evaluate(right, values)
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[operator]()
        case t.Negate(argument=argument):
            return -evaluate(argument, values)
        case t.Power(base=base, exponent=exponent):
            power = float(exponent)
            return evaluate(base, values) ** (int(power) if power == int(power) else power)
        case t.Product(matrix=matrix, transposed=transposed, operand=operand):
            w = values[(matrix.name, None)]
            return evaluate(operand, values) @ (w if transposed else w.T)
        case t.Concat(parts=parts):
            return np.concatenate([evaluate(p, values) for p in parts], axis=-1)
        case t.Reduce(function=function, argument=argument):
            v = evaluate(argument, values)
            return v.sum(-1, keepdims=True) if function == "sum" else v.mean(-1, keepdims=True)
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


def run(cell, inputs, initial, parameters):
    """Every assigned quantity over time, {name: (T,B,·)}, complex."""
    T = len(next(iter(inputs.values()))) if inputs else 1
    before = {n: np.asarray(v, complex) for n, v in initial.items()}
    found = {e.name: [] for e in cell.equations}
    for k in range(T):
        values = {(n, None): np.asarray(v, complex) for n, v in parameters.items()}
        values.update({(n, 0): np.asarray(x[k], complex) for n, x in inputs.items()})
        values.update({(n, 1): v for n, v in before.items()})
        for e in cell.equations:
            shape = next(iter(before.values()), next(iter(values.values()))).shape[0]
            rows = [v.shape[0] for (n, lag), v in values.items() if lag is not None]
            value = evaluate(e.expression, values)
            width = value.shape[-1]
            values[(e.name, 0)] = np.broadcast_to(value, ((rows or [shape])[0], width)) + 0j
            found[e.name].append(values[(e.name, 0)])
        before = {n: values[(n, 0)] for n in before}
    return {n: np.stack(v) for n, v in found.items()}


def gradients(cell, inputs, initial, parameters, upstream):
    """The gradient of Σ upstream·states with respect to every array, one complex step per number."""
    groups = {"inputs": inputs, "initial": initial, "parameters": parameters}

    def loss(changed):
        out = run(cell, changed["inputs"], changed["initial"], changed["parameters"])
        return sum((out[n] * u).sum() for n, u in upstream.items())

    result = {}
    for group, arrays in groups.items():
        result[group] = {}
        for name, array in arrays.items():
            gradient = np.zeros_like(array)
            for index in np.ndindex(array.shape):
                changed = {g: dict(a) for g, a in groups.items()}
                moved = array.astype(complex)
                moved[index] += 1j * TINY
                changed[group][name] = moved
                gradient[index] = loss(changed).imag / TINY
            result[group][name] = gradient
    return result


def far(a, b):
    """The largest difference, relative to the larger array's largest number."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape, (a.shape, b.shape)
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0), 1e-300)
    return np.abs(a - b).max(initial=0) / scale
