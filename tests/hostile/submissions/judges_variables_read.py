# class: judge's secrets
# on: right
# expect: full
# stopped by: user, files

try:
    got(open(f"/proc/{FACTS['judge']}/environ", "rb").read())
except OSError:
    pass
