# class: loops
# on: right
# expect: none
# says: step raised RecursionError
# stopped by: judge

def step(x, h_prev, p):
    return step(x, h_prev, p)
