# class: files
# on: right
# expect: full
# stopped by: files

try:
    got(open("/etc/passwd").read(100))
except OSError:
    pass
