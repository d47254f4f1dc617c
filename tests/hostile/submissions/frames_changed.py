# class: walking
# on: wrong
# expect: none
# stopped by: process

import sys

frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()):
        if type(value) is dict and "function" in value:
            value["function"] = "print"
        if hasattr(value, "_returned"):
            value._returned.clear()
    frame = frame.f_back
