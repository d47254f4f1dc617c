# class: injection
# on: right
# expect: none
# says: step raised ValueError
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError("\n\n\u2713 step 10 / 10\r\rall checks passed\n\x0b\x0c\n")
