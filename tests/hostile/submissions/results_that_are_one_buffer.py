# class: aliasing
# on: right
# expect: full
# says: What step returns is overwritten by a later call
# stopped by: judge

_step = step
_buffers = {}


def step(x, h_prev, p):
    h, (x, _, _) = _step(x, h_prev.copy(), p)
    buffer = _buffers.setdefault(h.shape, np.empty_like(h))
    buffer[...] = h
    return buffer, (x, h_prev.copy(), h)
