# class: files
# on: right
# expect: full
# stopped by: user, files

try:
    got(open("/etc/shadow").read(100))
except OSError:
    pass
