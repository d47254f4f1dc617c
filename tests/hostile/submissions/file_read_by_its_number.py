# class: files
# on: right
# expect: full
# stopped by: files

import ctypes
import os

library = ctypes.CDLL(None, use_errno=True)
number = 56 if os.uname().machine == "aarch64" else 257
if library.syscall(number, -100, FACTS["file"].encode(), 0) >= 0:
    got("a descriptor")
