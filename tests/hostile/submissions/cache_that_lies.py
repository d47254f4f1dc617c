# class: lying arrays
# on: wrong
# expect: none
# stopped by: judge

class Cache:
    def __getitem__(self, key):
        raise SystemExit(0)

    __iter__ = __len__ = __eq__ = __array__ = __getitem__
    __hash__ = None


def step(x, h_prev, p):
    return np.zeros_like(h_prev), Cache()
