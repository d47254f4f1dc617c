# class: injection
# on: right
# expect: none
# says: \\x1b\]0;
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError("\x1b]0;owned\x07\x1b]8;;http://example.org\x07click\x1b]8;;\x07\x1bP+q\x1b\\")
