# class: memory
# on: right
# expect: full
# stopped by: limits

import mmap

try:
    with mmap.mmap(-1, FACTS["memory"]) as area:
        area.write(b"x" * FACTS["memory"])
        got("memory")
except (OSError, MemoryError):
    pass
