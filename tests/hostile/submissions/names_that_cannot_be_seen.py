# class: look-alikes
# on: right
# expect: none
# says: step raised
# stopped by: reporting

def step(x, h_prev, p):
    raise type("Val\u200bue\u2066Error\ufeff", (Exception,), {})("\u00ad\u2028\u2029\x85\x7f")
