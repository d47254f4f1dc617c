# class: memory
# on: right
# expect: none
# says: raised MemoryError|OverflowError
# stopped by: limits

def step(x, h_prev, p):
    text = "a"
    while len(text) < FACTS["memory"]:
        text += text
    got("memory")
