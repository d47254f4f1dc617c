# class: memory
# on: right
# expect: full
# stopped by: limits

try:
    got(np.ones(FACTS["memory"] // 8).size)
except MemoryError:
    pass
