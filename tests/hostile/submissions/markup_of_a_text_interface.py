# class: injection
# on: right
# expect: none
# says: \[/bold\]
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError("[/bold][/red][link=file:///etc/passwd]here[/link] [blink]")
