# class: rights
# on: right
# expect: full
# stopped by: calls

import ctypes
import os

library = ctypes.CDLL(None, use_errno=True)
number = 217 if os.uname().machine == "aarch64" else 248
if library.syscall(number, b"user", b"gatecheck", b"x", 1, -1) >= 0:
    got("a key")
