# class: injection
# on: right
# expect: none
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError(r"\write18{id}\input{/etc/passwd}$$#let x = read(\"/etc/passwd\")")
