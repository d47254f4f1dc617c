# class: memory
# on: right
# expect: full
# stopped by: limits

hoard = []
try:
    while len(hoard) < FACTS["memory"] >> 20:
        hoard.append(bytearray(b"x" * (1 << 20)))
    got(len(hoard))
except MemoryError:
    hoard.clear()
