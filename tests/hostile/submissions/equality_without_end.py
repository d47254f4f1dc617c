# class: loops
# on: right
# expect: none
# says: not an array
# stopped by: judge
# seconds: 0.6

class Endless:
    def __eq__(self, other):
        while True:
            pass

    __len__ = __array__ = __iter__ = __bool__ = __float__ = __hash__ = __eq__


def step(x, h_prev, p):
    return Endless(), (x, h_prev, h_prev)
