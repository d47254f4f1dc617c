# class: files
# on: right
# expect: full
# stopped by: files

try:
    got(open(FACTS["file"]).read())
except OSError:
    pass
