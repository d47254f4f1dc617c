# class: files
# on: right
# expect: full
# stopped by: files

try:
    got(open(FACTS["file"], "r+b", buffering=0))
except OSError:
    pass
