# class: lying arrays
# on: wrong
# expect: none
# says: of a class of its own, Equal, not an array
# stopped by: judge

class Equal(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return np.True_

    __eq__ = __le__ = __lt__ = lambda self, other: True
    __hash__ = None


def step(x, h_prev, p):
    return np.zeros_like(h_prev).view(Equal), (x, h_prev, h_prev)
