# class: rights
# on: right
# expect: full
# stopped by: user, files, calls
# root: yes

import ctypes

library = ctypes.CDLL(None, use_errno=True)
if library.mount(b"none", FACTS["folder"].encode(), b"tmpfs", 0, None) == 0:
    library.umount2(FACTS["folder"].encode(), 2)
    got("a mount")
