# class: floods
# on: right
# expect: none
# says: step raised IndexError
# stopped by: wire

def deep(number):
    return deep(number - 1) if number else [][0]


def step(x, h_prev, p):
    return deep(900)
