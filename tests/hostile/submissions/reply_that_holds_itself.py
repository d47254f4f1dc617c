# class: malformed replies
# on: right
# expect: none
# says: h is a list, not an array
# stopped by: wire

def step(x, h_prev, p):
    cycle = []
    cycle.append(cycle)
    return cycle, None
