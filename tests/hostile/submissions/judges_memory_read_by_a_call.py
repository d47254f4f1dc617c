# class: judge's secrets
# on: right
# expect: full
# stopped by: user, files, calls

import ctypes
import os

here = ctypes.create_string_buffer(8)


class Span(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


library = ctypes.CDLL(None, use_errno=True)
ours, theirs = Span(ctypes.addressof(here), 8), Span(ctypes.addressof(here), 8)
done = library.process_vm_readv(FACTS["judge"], ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
if done >= 0 or ctypes.get_errno() == 14:  # EFAULT: let in, and nothing at that address
    got("the judge's memory")
