# class: judge's secrets
# on: right
# expect: full
# stopped by: files

try:
    got(open(f"/proc/{FACTS['judge']}/cmdline", "rb").read())
except OSError:
    pass
