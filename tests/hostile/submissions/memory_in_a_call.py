# class: memory
# on: right
# expect: none
# says: step raised .*MemoryError
# stopped by: process

def step(x, h_prev, p):
    return np.zeros((len(x), 1 << 40)), None
