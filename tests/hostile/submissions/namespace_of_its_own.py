# class: rights
# on: right
# expect: full
# stopped by: calls

import ctypes

library = ctypes.CDLL(None, use_errno=True)
if library.unshare(0x10000000) == 0:
    got("a namespace")
