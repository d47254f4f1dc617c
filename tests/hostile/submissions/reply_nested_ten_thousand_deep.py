# class: malformed replies
# on: right
# expect: none
# says: step returns 1 result|list
# stopped by: wire

def step(x, h_prev, p):
    nest = []
    for _ in range(10_000):
        nest = [nest]
    return nest, None
