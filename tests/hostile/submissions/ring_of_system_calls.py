# class: rights
# on: right
# expect: full
# stopped by: calls

import ctypes

library = ctypes.CDLL(None, use_errno=True)
if library.syscall(425, 1, (ctypes.c_char * 120)()) >= 0:
    got("a ring")
