# class: parents
# on: right
# expect: full
# stopped by: user, files, calls

import ctypes
import os

library = ctypes.CDLL(None, use_errno=True)
if library.ptrace(16, ctypes.c_long(os.getppid()), None, None) == 0:
    library.ptrace(17, ctypes.c_long(os.getppid()), None, None)
    got("the parent")
