# class: aliasing
# on: wrong
# expect: none
# stopped by: wire

_sent = []


def step(x, h_prev, p):
    for h in _sent:
        h[...] = 1.0
    _sent.append(np.zeros_like(h_prev))
    return _sent[-1], (x, h_prev, h_prev)
