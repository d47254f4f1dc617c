# class: exits
# on: right
# expect: none
# says: step raised KeyboardInterrupt
# stopped by: judge

def step(x, h_prev, p):
    raise KeyboardInterrupt
