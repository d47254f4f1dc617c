# class: malformed replies
# on: right
# expect: none
# says: is an array of shape \(1048576, 1048576\), too large to look at
# stopped by: wire

def step(x, h_prev, p):
    return np.broadcast_to(0.0, (1 << 20, 1 << 20)), None
