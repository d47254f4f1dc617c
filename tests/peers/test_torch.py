"""Derived gradients against torch's autograd in float64, for every cell file; -m peers, where torch is installed.

Over a hundred steps too, where gradients can vanish or explode: differences are parts of the largest number of all
gradients. A cell whose states grow without bound gets smaller parameters, as anybody would give it.
"""

import numpy as np
import oracle
import pytest

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.execution import run
from gatecheck.assignment.program import Data
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load
from gatecheck.cells import tree as t
from gatecheck.conventions import layout
from gatecheck.writing.reference import code

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch")

APPLY = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "softplus": torch.nn.functional.softplus,
    "erf": torch.erf,
    "abs": torch.abs,
    "sign": torch.sign,
    "maximum": torch.maximum,
}


def evaluate(node, values):
    """The author's expression, by torch."""
    match node:
        case t.Number(text=text):
            return torch.tensor([float(text)], dtype=torch.float64)
        case t.Read(name=name, lag=lag):
            return values[(name, lag)]
        case t.Apply(function=function, arguments=arguments):
            return APPLY[function](*torch.broadcast_tensors(*(evaluate(a, values) for a in arguments)))
        case t.Binary(operator=operator, left=left, right=right):
            a, b = evaluate(left, values), evaluate(right, values)
            return {"+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div}[operator](a, b)
        case t.Negate(argument=argument):
            return -evaluate(argument, values)
        case t.Power(base=base, exponent=exponent):
            return evaluate(base, values) ** float(exponent)
        case t.Product(matrix=matrix, transposed=transposed, operand=operand):
            w = values[(matrix.name, None)]
            return evaluate(operand, values) @ (w if transposed else w.T)
        case t.Concat(parts=parts):
            return torch.cat([evaluate(p, values) for p in parts], dim=-1)
        case t.Reduce(function=function, argument=argument):
            v = evaluate(argument, values)
            reduced = {"sum": torch.sum, "mean": torch.mean, "logsumexp": torch.logsumexp}[function]
            return reduced(v, -1, keepdim=True)
        case t.Softmax(argument=argument):
            return torch.softmax(evaluate(argument, values), dim=-1)
    raise AssertionError(node)


def gradients(cell, inputs, initial, parameters, upstream):
    """By autograd: {name: gradient} for inputs, initial values and parameters."""
    leaves = {
        (kind, name): torch.tensor(array, requires_grad=True)
        for kind, arrays in (("inputs", inputs), ("initial", initial), ("parameters", parameters))
        for name, array in arrays.items()
    }
    before = {n: leaves["initial", n] for n in cell.lagged}
    loss = torch.zeros((), dtype=torch.float64)
    for k in range(len(next(iter(inputs.values())))):
        values = {(n, None): leaves["parameters", n] for n in parameters}
        values |= {(n, 0): leaves["inputs", n][k] for n in inputs} | {(n, 1): v for n, v in before.items()}
        for e in cell.equations:
            values[(e.name, 0)] = evaluate(e.expression, values)
        for n, u in upstream.items():
            loss = loss + (values[(n, 0)] * torch.tensor(u[k])).sum()
        before = {n: values[(n, 0)] for n in before}
    loss.backward()
    return {key: (torch.zeros_like(leaf) if leaf.grad is None else leaf.grad).numpy() for key, leaf in leaves.items()}


@pytest.mark.parametrize("name", library())
def test_every_gradient_agrees_with_autograd(name):
    cell = load(name)
    sizes, inputs, initial, parameters, upstream = oracle.draw(cell, np.random.default_rng(5), T=6, B=3)
    done = run(compiled(derive(cell)), Data(inputs, initial, parameters, upstream, sizes))
    for (kind, key), truth in gradients(cell, inputs, initial, parameters, upstream).items():
        mine = {"inputs": done.gradients, "initial": done.initial, "parameters": done.parameters}[kind][key]
        assert oracle.far(mine, truth) < 1e-13, key


LONG = 100


def tame(cell, steps):
    """Numbers with which neither states nor gradients grow beyond a thousand: parameters are halved until it is so."""
    sizes, inputs, initial, parameters, upstream = oracle.draw(cell, np.random.default_rng(6), T=steps, B=2)
    program = compiled(derive(cell, cell.outputs))
    for _ in range(12):
        with np.errstate(all="ignore"):
            done = run(program, Data(inputs, initial, parameters, upstream, sizes))
        largest = max(np.abs(a).max() for group in vars(done).values() for a in group.values())
        if largest < 1e3:
            return inputs, initial, parameters, upstream, done
        parameters = {n: 0.5 * v for n, v in parameters.items()}
    return None


@pytest.mark.parametrize("name", library())
def test_gradients_over_a_hundred_steps_agree_to_thirteen_digits_of_the_largest(name):
    cell = load(name)
    found = tame(cell, LONG)
    if found is None:
        pytest.skip("its states grow over a hundred steps, whatever its parameters")
    inputs, initial, parameters, upstream, done = found
    truth = gradients(cell, inputs, initial, parameters, upstream)
    mine = {"inputs": done.gradients, "initial": done.initial, "parameters": done.parameters}
    largest = max(np.abs(g).max() for g in truth.values())
    errors = {key: np.abs(mine[kind][key] - g).max() / largest for (kind, key), g in truth.items()}
    assert max(errors.values()) <= 1e-13, errors
    if layout(cell, "gatecheck").signatures[2:]:
        asked = [g for (_, name), g in truth.items() if name not in cell.data]
        for gradient, g in zip(by_code(cell, inputs, initial, parameters, upstream), asked, strict=True):
            assert np.abs(gradient - g).max() <= 1e-13 * largest


def by_code(cell, inputs, initial, parameters, upstream):
    """The gradients that the generated reference gives, in the order of autograd's."""
    module = {}
    exec(compile(code(cell), f"{cell.name}.py", "exec"), module)
    *_, kept = module["forward"](*inputs.values(), *initial.values(), parameters)
    *found, dp = module["backward"](*upstream.values(), kept, parameters)
    return [*found, *(dp[n] for n in parameters)]
