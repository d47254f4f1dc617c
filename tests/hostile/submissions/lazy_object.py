# class: lying arrays
# on: wrong
# expect: none
# says: h is Lazy, not an array
# stopped by: judge

class Lazy:
    __class__ = np.ndarray
    dtype, ndim, nbytes = np.dtype(float), 2, 8

    def __array__(self, *args, **kwargs):
        got("called by the judge")

    shape = property(__array__)


def step(x, h_prev, p):
    return Lazy(), (x, h_prev, h_prev)
