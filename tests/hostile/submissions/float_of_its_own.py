# class: lying arrays
# on: wrong
# expect: none
# says: h is Real, not an array
# stopped by: judge

class Real(float):
    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


def step(x, h_prev, p):
    return Real(0.5), (x, h_prev, h_prev)
