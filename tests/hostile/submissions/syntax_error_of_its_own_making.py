# class: exits
# on: right
# expect: none
# says: step raised SyntaxError
# stopped by: judge

def step(x, h_prev, p):
    raise SyntaxError("10 of 10", ("/etc/passwd", 10**6, 10**6, "\x1b[2J" * 100))
