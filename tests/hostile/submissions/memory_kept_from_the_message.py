# class: memory
# on: right
# expect: some|none
# says: MemoryError|memory
# stopped by: limits

kept_for_ever = []


def backward(dh, kept, p):
    while True:
        kept_for_ever.append(bytes(1 << 16))
