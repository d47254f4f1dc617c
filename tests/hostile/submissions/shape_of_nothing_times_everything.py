# class: shapes
# on: wrong
# expect: none
# says: h has shape \(0, 4611686018427387904\)|array is too big
# stopped by: wire

def step(x, h_prev, p):
    return np.lib.stride_tricks.as_strided(np.zeros(1), (0, 2**62), (0, 0)), (x, h_prev, h_prev)
