"""Generated code in a framework's layout against the framework: values and gradients; -m peers, each where it installs.

The framework runs its own cell, step by step, on its own arrays; the reference takes the same arrays as they are.
"""

import os

import numpy as np
import oracle
import pytest

from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.conventions.weights import laid
from gatecheck.writing.reference import code

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]
TOLERANCE = {"float64": 1e-12, "float32": 1e-6}


class Case:
    """A cell in a layout, with numbers of one kind to run on."""

    def __init__(self, cell, convention, kind):
        self.cell, self.kind = load(cell), kind
        self.layout = layout(self.cell, convention)
        sizes, x, x0, p, upstream = oracle.draw(self.cell, np.random.default_rng(7), T=5, B=3)
        if self.layout.zero:
            p.update({n: np.zeros_like(p[n]) for n in self.layout.zero})
        self.D, self.H, self.P = sizes["D"], sizes[str(self.cell.size("c" if "c" in x0 else "h"))], sizes.get("P")
        self.x = x["x"].astype(kind)
        self.states = {n: v.astype(kind) for n, v in x0.items()}
        self.upstream = {n: v.astype(kind) for n, v in upstream.items()}
        self.arrays = {n: v.astype(kind) for n, v in laid(self.layout, p, spread=True).items()}

    def reference(self):
        """Values and gradients by name, from generated code; in float64, of the numbers as they are."""
        module = {}
        exec(compile(code(self.cell, self.layout.convention.name), "reference.py", "exec"), module)
        forward, backward = (self.layout.signature(role) for role in ("forward", "backward"))
        given = {"x": self.x, **self.states, **{f"d{n}": v for n, v in self.upstream.items()}}

        def argument(role, slot):
            if slot.kind == "parameter":
                return self.arrays[slot.of].astype(float)
            return self.layout.axes(role, slot).there(given["d" * slot.gradient + slot.of].astype(float))

        *values, cache = module[forward.name](*(argument("forward", s) for s in forward.takes))
        upstream = (argument("backward", s) for s in backward.takes if s.kind != "cache")
        gradients = module[backward.name](*upstream, cache)
        found = zip((*forward.gives[:-1], *backward.gives), (*values, *gradients), strict=True)
        return {s.name: self._own(s, value) for s, value in found}

    def _own(self, slot, value):
        return value if slot.plain == "parameter" else self.layout.axes("backward", slot).back(value)

    def agrees(self, values, gradients):
        """That values of states and gradients of everything are those of the reference."""
        mine = self.reference()
        found = {**values, **{f"d{n}": g for n, g in gradients.items()}}
        assert found.keys() == mine.keys()
        for name, value in found.items():
            assert oracle.far(np.asarray(value, float), mine[name]) < TOLERANCE[self.kind], name


KINDS = pytest.mark.parametrize("kind", TOLERANCE)


# ------------------------------------------------------------------------------------------------ PyTorch


def by_torch(torch, case, step, parameters):
    """Values and gradients by PyTorch, of step(x_t, states) -> states, a dict; parameters by the names of arrays."""
    leaves = {"x": torch.tensor(case.x, requires_grad=True)}
    leaves |= {f"{n}0": torch.tensor(v, requires_grad=True) for n, v in case.states.items()}
    states, values, loss = {n: leaves[f"{n}0"] for n in case.states}, {n: [] for n in case.states}, 0
    for t in range(len(case.x)):
        states = step(leaves["x"][t], states)
        for n, v in states.items():
            values[n].append(v.detach().numpy())
            loss = loss + (v * torch.tensor(case.upstream[n][t])).sum()
    loss.backward()
    gradients = {n: leaf.grad.numpy() for n, leaf in {**leaves, **parameters}.items()}
    case.agrees({n: np.stack(v) for n, v in values.items()}, gradients)


@KINDS
@pytest.mark.parametrize("cell", ["rnn", "lstm", "lstm_projected", "gru_reset_after"])
def test_pytorch(cell, kind):
    torch = pytest.importorskip("torch")
    case = Case(cell, "pytorch", kind)
    name = {"rnn": "RNN", "lstm": "LSTM", "lstm_projected": "LSTM", "gru_reset_after": "GRU"}[cell]
    more = {"proj_size": case.P} if case.P else {}
    network = getattr(torch.nn, name)(case.D, case.H, dtype=getattr(torch, kind), **more)
    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for key, value in case.arrays.items():
            parameters[f"{key}_l0"].copy_(torch.tensor(value))
    assert {f"{n}_l0" for n in case.arrays} == parameters.keys()

    def step(x, states):
        given = tuple(v[None] for v in states.values())
        _, state = network(x[None], given if len(given) == 2 else given[0])
        return {n: v[0] for n, v in zip(states, state if len(given) == 2 else [state], strict=True)}

    by_torch(torch, case, step, {n: parameters[f"{n}_l0"] for n in case.arrays})


# ------------------------------------------------------------------------------------------------ JAX


def by_jax(case, step):
    """Values and gradients by JAX, of step(arrays, x_t, states) -> states, both dicts."""
    import jax

    def run(leaves):
        states, values, loss = {n: leaves[f"{n}0"] for n in case.states}, {n: [] for n in case.states}, 0.0
        for t in range(len(case.x)):
            states = step({n: leaves[n] for n in case.arrays}, leaves["x"][t], states)
            for n, v in states.items():
                values[n].append(v)
                loss = loss + (v * case.upstream[n][t]).sum()
        return loss, values

    leaves = {"x": case.x, **{f"{n}0": v for n, v in case.states.items()}, **case.arrays}
    (_, values), gradients = jax.value_and_grad(run, has_aux=True)({n: jax.numpy.asarray(v) for n, v in leaves.items()})
    case.agrees({n: np.stack(v) for n, v in values.items()}, gradients)


@pytest.fixture
def jax():
    found = pytest.importorskip("jax")
    found.config.update("jax_enable_x64", True)
    found.config.update("jax_default_matmul_precision", "highest")
    return found


def tree(arrays):
    """Arrays by joined names as a tree: hi_kernel is {"hi": {"kernel": …}}."""
    made = {}
    for name, value in arrays.items():
        first, _, last = name.rpartition("_")
        made.setdefault(first, {})[last] = value
    return made


def carried(states):
    return (states["c"], states["h"]) if "c" in states else states["h"]


def uncarried(states, carry):
    return {"h": carry[1], "c": carry[0]} if "c" in states else {"h": carry}


@KINDS
@pytest.mark.parametrize(
    ("cell", "name"), [("rnn", "SimpleCell"), ("lstm", "OptimizedLSTMCell"), ("gru_reset_after", "GRUCell")]
)
def test_flax_linen(jax, cell, name, kind):
    linen = pytest.importorskip("flax.linen")
    case = Case(cell, "flax", kind)
    module = getattr(linen, name)(case.H, dtype=kind, param_dtype=kind)

    def step(arrays, x, states):
        carry, _ = module.apply({"params": tree(arrays)}, carried(states), x)
        return uncarried(states, carry)

    by_jax(case, step)


@KINDS
@pytest.mark.parametrize(
    ("cell", "name"), [("rnn", "SimpleCell"), ("lstm", "OptimizedLSTMCell"), ("gru_reset_after", "GRUCell")]
)
def test_flax_nnx(jax, cell, name, kind):
    nnx = pytest.importorskip("flax.nnx")
    case = Case(cell, "flax_nnx", kind)
    module = getattr(nnx, name)(case.D, case.H, dtype=kind, param_dtype=kind, rngs=nnx.Rngs(0))
    graph, parameters, rest = nnx.split(module, nnx.Param, ...)

    def step(arrays, x, states):
        nnx.replace_by_pure_dict(parameters, tree(arrays))
        carry, _ = nnx.merge(graph, parameters, rest)(carried(states), x)
        return uncarried(states, carry)

    by_jax(case, step)


@KINDS
@pytest.mark.parametrize(("cell", "name"), [("lstm", "LSTM"), ("gru_writes", "GRU"), ("gru", "GRU")])
def test_haiku(jax, cell, name, kind):
    haiku = pytest.importorskip("haiku")
    case = Case(cell, "haiku", kind)

    def call(x, state):
        return getattr(haiku, name)(case.H)(x, state)

    transformed = haiku.without_apply_rng(haiku.transform(call))

    def step(arrays, x, states):
        module = "lstm/linear" if "c" in states else "gru"
        state = haiku.LSTMState(states["h"], states["c"]) if "c" in states else states["h"]
        _, state = transformed.apply({module: arrays}, x, state)
        return {"h": state.hidden, "c": state.cell} if "c" in states else {"h": state}

    by_jax(case, step)


@KINDS
@pytest.mark.parametrize(
    ("cell", "name", "options"),
    [
        ("rnn", "SimpleRNNCell", {}),
        ("lstm", "LSTMCell", {}),
        ("gru_reset_after", "GRUCell", {}),
        ("gru", "GRUCell", {"reset_after": False}),
        ("gru_writes", "GRUCell", {"reset_after": False}),
    ],
)
def test_keras(jax, cell, name, options, kind):
    """On JAX, with JAX's own functions: Keras's tanh computes in float32, whatever the layer is told."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "jax":
        pytest.skip("Keras runs on another backend here")
    case = Case(cell, "keras", kind)
    gates = {} if cell == "rnn" else {"recurrent_activation": jax.nn.sigmoid}
    layer = getattr(keras.layers, name)(case.H, dtype=kind, activation=jax.numpy.tanh, **gates, **options)
    layer.build((None, case.D))
    assert {v.name for v in layer.trainable_variables} == case.arrays.keys()
    fixed = [v.value for v in layer.non_trainable_variables]  # the state of a dropout that is not used

    def step(arrays, x, states):
        values = [arrays[v.name] for v in layer.trainable_variables]
        (_, state), _ = layer.stateless_call(values, fixed, x, list(states.values()))
        return dict(zip(states, state, strict=True))

    by_jax(case, step)


# ------------------------------------------------------------------------------------------------ ONNX


ONNX = [
    ("rnn", "RNN", {}),
    ("lstm", "LSTM", {}),
    ("lstm_peephole", "LSTM", {}),
    ("gru_reset_after", "GRU", {"linear_before_reset": 1}),
    ("gru", "GRU", {}),
    ("gru_writes", "GRU", {}),
]


@KINDS
@pytest.mark.parametrize(("cell", "operator", "attributes"), ONNX)
def test_onnx(cell, operator, attributes, kind):
    """Values only: ONNX has no gradients. In float32 by ONNX Runtime, in float64 by the standard's own reference."""
    onnx = pytest.importorskip("onnx")
    case = Case(cell, "onnx", kind)
    states = {f"initial_{n}": v[None] for n, v in case.states.items()}
    given = {"X": case.x, **case.arrays, **states}
    order = ["X", "W", "R", "B", "", *states, *(["P"] if "P" in case.arrays else [])]
    last = [f"Y_{n}" for n in case.states]
    node = onnx.helper.make_node(operator, order, ["Y", *last], hidden_size=case.H, **attributes)
    element = {"float32": onnx.TensorProto.FLOAT, "float64": onnx.TensorProto.DOUBLE}[kind]

    def info(names, shapes):
        return [onnx.helper.make_tensor_value_info(n, element, s) for n, s in zip(names, shapes, strict=True)]

    outputs = info(["Y", *last], [[None] * 4, *([None] * 3 for _ in last)])
    graph = onnx.helper.make_graph([node], "g", info(given, [v.shape for v in given.values()]), outputs)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    if kind == "float32":
        runtime = pytest.importorskip("onnxruntime")
        session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    else:
        session = pytest.importorskip("onnx.reference").ReferenceEvaluator(model)
    y, *ends = session.run(None, given)
    mine = case.reference()
    assert oracle.far(y[:, 0].astype(float), mine["h"]) < TOLERANCE[kind]
    for n, end in zip(case.states, ends, strict=True):
        assert oracle.far(end[0].astype(float), mine[n][-1]) < TOLERANCE[kind], n
