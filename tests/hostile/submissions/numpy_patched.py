# class: patches
# on: wrong
# expect: none
# stopped by: process

np.allclose = np.array_equal = np.isclose = lambda *args, **kwargs: True
np.testing.assert_allclose = np.testing.assert_equal = lambda *args, **kwargs: None
np.abs = np.max = lambda *args, **kwargs: 0.0
