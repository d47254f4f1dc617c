# class: injection
# on: right
# expect: none
# says: step raised ValueError .*\\x1b\[2J
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError("\x1b[2J\x1b[1;1H\x1b[32m10 of 10 points\x1b[0m\x07\x9b31m")
