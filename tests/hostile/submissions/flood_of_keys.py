# class: floods
# on: right
# expect: some
# says: dp has no "W"|not a dict
# stopped by: wire

def backward(dh, kept, p):
    return dh, dh[0], {f"W{number}" + "x" * 60: 0.0 for number in range(9_900)}


def step_backward(dh, kept, p):
    return dh, dh, {f"W{number}" + "x" * 60: 0.0 for number in range(9_900)}
