# class: exits
# on: right
# expect: none
# says: step raised GeneratorExit
# stopped by: judge

def step(x, h_prev, p):
    raise GeneratorExit
