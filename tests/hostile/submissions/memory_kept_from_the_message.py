# class: memory
# on: right
# expect: some|none
# says: MemoryError|memory
# stopped by: limits

kept_for_ever = []


def backward(dh, kept, p):
    while len(kept_for_ever) < FACTS["memory"] >> 16:
        kept_for_ever.append(bytes(1 << 16))
    got("memory")
