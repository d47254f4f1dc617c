# class: walking
# on: wrong
# expect: none
# stopped by: process

import sys

frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if name in ("key", "truth", "expected", "kit", "reference", "solution"):
            got(name)
    frame = frame.f_back
