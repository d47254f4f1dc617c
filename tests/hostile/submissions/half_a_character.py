# class: injection
# on: right
# expect: none
# says: step raised ValueError
# stopped by: wire

def step(x, h_prev, p):
    raise ValueError("\ud800\udfff\U0010ffff\ud83d")
