# class: walking
# on: wrong
# expect: none|crashed
# stopped by: process

import sys


def step(x, h_prev, p):
    sys._getframe(1).f_locals["call"]
    for value in sys._getframe(3).f_locals.values():
        if hasattr(value, "answer"):
            value.answer(0, {"status": "passed", "value": 1.0})
    return h_prev, None
