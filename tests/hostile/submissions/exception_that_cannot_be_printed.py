# class: exits
# on: right
# expect: none
# says: step raised Odd
# stopped by: judge

class Odd(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


def step(x, h_prev, p):
    raise Odd
