# class: floods
# on: right
# expect: none
# says: step raised ValueError in line \d+: “x{200}…”
# stopped by: wire

def step(x, h_prev, p):
    raise ValueError("x" * 100_000_000)
