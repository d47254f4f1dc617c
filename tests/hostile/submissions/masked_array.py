# class: lying arrays
# on: right
# expect: none
# says: of a class of its own, MaskedArray, not an array\. Write np\.asarray\(h\)
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return np.ma.masked_array(h, mask=np.ones(h.shape, bool)), kept
