"""Random cells for hypothesis: expression trees over the whole language, of fitting sizes by construction."""

from hypothesis import strategies as st

SIZES = ("D", "H", "1")
#: Arguments of functions that have poles or kinks in the way are kept from them.
FUNCTIONS = (
    "tanh({})", "sigmoid({})", "relu({})", "softplus({})", "erf({})", "abs({})", "exp(tanh({}))", "log(2 + tanh({}))",
    "sqrt(2 + tanh({}))", "sign({}) * ({})", "({})**2", "(0.5 * ({}))**3", "(2 + tanh({}))**-1", "(2 + erf({}))**0.5",
    "(2 + sigmoid({}))**-1.5", "sigmoid({})**1.5", "-({})", "2 * ({})", "({}) / 3", "1 - ({})", "softmax({})",
    "0.25 + {}",
)  # fmt: skip
PAIRS = ("{} + {}", "{} - ({})", "({}) * ({})", "({}) / (2 + tanh({}))", "maximum({}, {})", "2 * ({} + ({}))")


class Writer:
    """Draws expressions; gathers the declarations that they need."""

    def __init__(self, draw):
        self.draw = draw
        self.declared = {"x": "D", "v": "H", "h": "H", "s": "1"}
        self.used = set()
        self.assigned = []

    def expression(self, size, depth):
        kind = self.draw(st.sampled_from(("leaf", "function", "pair", "matrix", "mix") if depth else ("leaf",)))
        return getattr(self, kind)(size, depth - 1)

    def leaf(self, size, depth):
        names = [f"{n}[t]" for n in self.assigned if self.declared[n] == size]
        names += {"D": ["x[t]", "x[t-1]"], "H": ["h[t-1]", "v[t]"], "1": ["s[t-1]"]}[size]
        name = self.draw(st.sampled_from(names))
        self._use(name.partition("[")[0], size)
        form = self.draw(st.sampled_from(("{}", "{} * {}", "{} + {}")))
        if form != "{}":  # a parameter alone is no vector that varies
            self._use(f"p_{size}", size)
            return f"({form.format(f'p_{size}', name)})"
        return name

    def function(self, size, depth):
        form = self.draw(st.sampled_from(FUNCTIONS))
        if form.startswith("softmax") and size == "1":
            form = "tanh({})"
        inner = self.expression(size, depth)
        return form.format(*[inner] * form.count("{}"))

    def pair(self, size, depth):
        form = self.draw(st.sampled_from(PAIRS))
        left = self.expression(size, depth)
        other = self.draw(st.sampled_from((size, "1")))
        right = self.expression(other, depth)
        return form.format(*((left, right) if self.draw(st.booleans()) else (right, left)))

    def matrix(self, size, depth):
        other = self.draw(st.sampled_from(SIZES))
        transposed = self.draw(st.booleans())
        rows, columns = (other, size) if transposed else (size, other)
        name = f"{self.draw(st.sampled_from('WU'))}_{rows}{columns}"
        self._use(name, f"({rows}, {columns})")
        return f"{name}{'.T' * transposed} @ ({self.expression(other, depth)})"

    def mix(self, size, depth):
        if size == "1":
            kind = self.draw(st.sampled_from(("sum", "mean", "logsumexp")))
            inner = self.draw(st.sampled_from(SIZES))
            return f"{kind}({self.expression(inner, depth)})"
        sizes = self.draw(st.lists(st.sampled_from(SIZES), min_size=2, max_size=3))
        name = f"C_{size}_{''.join(sizes)}"
        self._use(name, f"({size}, {' + '.join(sizes)})")
        return f"{name} @ concat({', '.join(self.expression(s, depth) for s in sizes)})"

    def _use(self, name, size):
        self.used.add(name)
        self.declared.setdefault(name, size)


@st.composite
def sources(draw):
    """The text of a random cell: up to three equations and a state h, every name used."""
    writer = Writer(draw)
    lines = []
    for name in draw(st.lists(st.sampled_from(("q", "r", "s")), unique=True, max_size=3)):
        size = "1" if name == "s" else draw(st.sampled_from(SIZES))
        writer.declared[name] = size
        lines.append(f"{name}[t] = {writer.expression(size, 2)}")
        writer.assigned.append(name)
    unread = "".join(f" + sum({name}[t])" for name in writer.assigned)
    lines.append(f"h[t] = tanh({writer.expression('H', 3)}{unread}) + 0.5 * (W_HD @ x[t])")
    writer.used |= {"h", "x", "W_HD", *writer.assigned}
    declarations = [f"{n}: {size}" for n, size in writer.declared.items() if n in writer.used]
    if "W_HD" not in writer.declared:
        declarations.append("W_HD: (H, D)")
    return "\n".join([*declarations, *lines]) + "\n"
