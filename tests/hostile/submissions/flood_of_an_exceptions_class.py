# class: floods
# on: right
# expect: none
# says: step raised E{60}
# stopped by: wire

def step(x, h_prev, p):
    raise type("E" * 1_000_000, (Exception,), {})("no")
