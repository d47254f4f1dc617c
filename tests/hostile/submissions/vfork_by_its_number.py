# class: fork bombs
# on: right
# expect: full
# stopped by: user, limits, calls

import ctypes
import os

library = ctypes.CDLL(None, use_errno=True)
child = library.syscall(220 if os.uname().machine == "aarch64" else 56, 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
if child > 0:
    got("a clone")
