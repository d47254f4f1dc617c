# class: look-alikes
# on: right
# expect: none
# says: step raised ValueError .*\\x202e
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError("\u202e stniop 01 fo 01 \u202c")
