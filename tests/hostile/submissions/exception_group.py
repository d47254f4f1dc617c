# class: exits
# on: right
# expect: none
# says: step raised ExceptionGroup
# stopped by: judge

def step(x, h_prev, p):
    raise ExceptionGroup("many", [ValueError(str(number)) for number in range(1000)])
