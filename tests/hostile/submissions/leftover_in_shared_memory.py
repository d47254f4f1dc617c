# class: leftovers
# on: right
# expect: full
# stopped by: files, calls

try:
    with open("/dev/shm/gatecheck-left-over", "xb"):
        got("shared memory")
except OSError:
    pass
