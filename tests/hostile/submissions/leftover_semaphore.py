# class: leftovers
# on: right
# expect: full
# stopped by: calls

import ctypes
import os

library = ctypes.CDLL(None, use_errno=True)
key, create = 0, 0o1000 | 0o600
shared = library.shmget(key, 4096, create)
if shared >= 0:
    library.shmctl(shared, 0, None)
    got("shared memory")
