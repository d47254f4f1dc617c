# class: exits
# on: right
# expect: none
# says: step raised ValueError
# stopped by: judge

def step(x, h_prev, p):
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    raise first
