# class: judge's secrets
# on: right
# expect: full
# stopped by: user, files

try:
    with open(f"/proc/{FACTS['judge']}/mem", "rb") as memory:
        got(memory)
except OSError:
    pass
