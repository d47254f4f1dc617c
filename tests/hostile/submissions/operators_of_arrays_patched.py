# class: patches
# on: wrong
# expect: none
# stopped by: process

np.set_printoptions(threshold=10**9)
np.seterr(all="raise")
try:
    np.ndarray.__eq__ = lambda self, other: True
except TypeError:
    pass
